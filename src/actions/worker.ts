// The thread of jobQueue.ts: does one job after another, and says what came of it.
import { parentPort } from "node:worker_threads";
import { type JobName, jobs } from "./jobs.ts";
import { TooDeepError } from "./redact.ts";

/** What the thread is asked. */
export interface JobMessage {
	id: number;
	name: JobName;
	takes: unknown;
}

/** What it answers; an error by its name and message, because classes do not travel. */
export type JobResult = { id: number; gives: unknown } | { id: number; error: { name: string; message: string } };

parentPort?.on("message", ({ id, name, takes }: JobMessage) => {
	parentPort?.postMessage(done(id, name, takes));
});

function done(id: number, name: JobName, takes: unknown): JobResult {
	try {
		return { id, gives: jobs[name](takes as never) };
	} catch (error) {
		const [kind, text] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
		return { id, error: { name: error instanceof TooDeepError ? "TooDeepError" : kind, message: text } };
	}
}
