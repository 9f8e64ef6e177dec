// The thread of the audit log: one index that follows a log, or one job on it. Built to dist/log.cjs.
import { parentPort, workerData } from "node:worker_threads";
import type { LogJob } from "./index/jobs.ts";
import { runLogJob } from "./index/runJob.ts";
import { type IndexJob, runIndex } from "./index/thread.ts";

const job = workerData as IndexJob | LogJob;
if (parentPort !== null) {
	if (job.job === "index") runIndex(job, parentPort);
	else void runLogJob(job, parentPort);
}
