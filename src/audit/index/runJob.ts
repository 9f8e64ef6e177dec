// The thread's side of jobs.ts.
import type { MessagePort } from "node:worker_threads";
import type { FromJob, LogJob, ToJob } from "./jobs.ts";
import { plainError } from "./thread.ts";

const PROGRESS_MS = 100;

/** Does a job and says what came of it. */
export async function runLogJob(job: LogJob, port: MessagePort): Promise<void> {
	const send = (message: FromJob) => port.postMessage(message);
	const aborting = new AbortController();
	port.on("message", ({ say }: ToJob) => {
		if (say === "abort") aborting.abort(new DOMException("The work on the audit log was cancelled.", "AbortError"));
	});
	const { signal } = aborting;
	let told = Number.NEGATIVE_INFINITY;
	const onProgress = (done: number, total: number) => {
		const now = performance.now();
		if (now - told < PROGRESS_MS && done < total) return;
		told = now;
		send({ say: "progress", done, total });
	};
	try {
		send({ say: "gives", gives: await perform(job, signal, onProgress) });
	} catch (error) {
		send({ say: "error", error: plainError(error) });
	}
}

async function perform(
	job: LogJob,
	signal: AbortSignal,
	onProgress: (done: number, total: number) => void,
): Promise<unknown> {
	// Each job loads only what it needs.
	switch (job.job) {
		case "export": {
			const { exportLog } = await import("../export/export.ts");
			return exportLog({ ...job.takes, signal, onProgress });
		}
		case "verify": {
			const { verifyWorkspace } = await import("../verify.ts");
			const { dir, ...options } = job.takes;
			return verifyWorkspace(dir, { ...options, signal, onProgress });
		}
		case "lastNamed": {
			const { lastNamed } = await import("../retentionWalk.ts");
			return lastNamed(job.takes.dir, job.takes.digests, signal);
		}
	}
}
