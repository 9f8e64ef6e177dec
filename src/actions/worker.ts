// The thread of jobQueue.ts: does one job after another, and says what came of it. It begins in src/agents/worker.ts, which
// knows the dialects.
import { parentPort } from "node:worker_threads";
import { type JobName, jobs, packGives } from "./jobs.ts";
import { type PackedText, Parcel, unpack } from "./parcel.ts";
import { TooDeepError } from "./redact.ts";
import { adoptRedactSettings, type RedactSettings } from "./redactSettings.ts";

/** What the thread is asked. */
export interface JobMessage {
	id: number;
	name: JobName;
	takes: unknown;
	/** Long texts of `takes`. */
	texts: PackedText[];
	/** Present when they are not those of the message before. */
	settings?: RedactSettings;
}

/** Memory that the host is to have, for what it will send. */
export interface RoomMessage {
	id: number;
	room: number;
}

/** What it answers; an error by its name and message, because classes do not travel. */
export type JobResult =
	| { id: number; gives: unknown; texts: PackedText[] }
	| { id: number; room: Uint8Array<ArrayBuffer> }
	| { id: number; error: { name: string; message: string } };

/** Does what this thread is asked from now on. */
export function doJobs(): void {
	// The next message comes when this one is answered.
	parentPort?.on("message", async (job: JobMessage | RoomMessage) => {
		if ("room" in job) {
			const room = new Uint8Array(job.room);
			parentPort?.postMessage({ id: job.id, room } satisfies JobResult, [room.buffer]);
			return;
		}
		const parcel = new Parcel();
		const result = await done(job, parcel);
		parentPort?.postMessage(result, "gives" in result ? parcel.transfer : []);
	});
}

async function done({ id, name, takes, texts, settings }: JobMessage, parcel: Parcel): Promise<JobResult> {
	try {
		if (settings !== undefined) await adoptRedactSettings(settings);
		await unpack(texts);
		const gives = await packGives[name](jobs[name](takes as never) as never, parcel);
		return { id, gives, texts: parcel.texts };
	} catch (error) {
		const [kind, text] = error instanceof Error ? [error.name, error.message] : ["Error", String(error)];
		return { id, error: { name: error instanceof TooDeepError ? "TooDeepError" : kind, message: text } };
	}
}
