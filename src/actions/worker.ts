// The thread of jobQueue.ts: does one job after another, and says what came of it.
import { parentPort } from "node:worker_threads";
import { type JobName, jobs } from "./jobs.ts";
import { TooDeepError } from "./redact.ts";
import { adoptRedactSettings, type RedactSettings } from "./redactSettings.ts";

/** What the thread is asked. */
export interface JobMessage {
	id: number;
	name: JobName;
	takes: unknown;
	/** Present when they are not those of the message before. */
	settings?: RedactSettings;
}

/** What it answers; an error by its name and message, because classes do not travel. */
export type JobResult = { id: number; gives: unknown } | { id: number; error: { name: string; message: string } };

// The next message comes when this one is answered.
parentPort?.on("message", async ({ id, name, takes, settings }: JobMessage) => {
	parentPort?.postMessage(await done(id, name, takes, settings));
});

async function done(
	id: number,
	name: JobName,
	takes: unknown,
	settings: RedactSettings | undefined,
): Promise<JobResult> {
	try {
		if (settings !== undefined) await adoptRedactSettings(settings);
		return { id, gives: jobs[name](takes as never) };
	} catch (error) {
		const [kind, text] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
		return { id, error: { name: error instanceof TooDeepError ? "TooDeepError" : kind, message: text } };
	}
}
