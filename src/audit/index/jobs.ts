// Long work on a log in a thread of its own: exports, verification, and the walk of retention. One thread each, gone
// afterwards.
import type { Exported, ExportOptions } from "../export/types.ts";
import type { LastNamed } from "../retentionWalk.ts";
import type { KnownHead, Verification } from "../verify.ts";
import { startThread } from "./startThread.ts";
import { errorFrom, type PlainError } from "./thread.ts";

/** What an aborted job has to tidy up; then its thread is ended. */
const ABORT_MS = 5000;

/** Options that can be sent to a thread. */
export type ExportTakes = Omit<ExportOptions, "signal" | "onProgress">;

export interface VerifyTakes {
	dir: string;
	/** Public keys (hex) that may have signed, from outside the log. */
	key?: string | readonly string[];
	/** The editor's key of the index's snapshot. */
	snapshotKey?: Uint8Array;
	/** Heads that were noted outside the log: they must be there. */
	heads?: readonly KnownHead[];
}

export interface LastNamedTakes {
	dir: string;
	digests: ReadonlySet<string>;
}

/** How a job's thread is started, as its workerData. */
export type LogJob =
	| { job: "export"; takes: ExportTakes }
	| { job: "verify"; takes: VerifyTakes }
	| { job: "lastNamed"; takes: LastNamedTakes };

export type ToJob = { say: "abort" };

export type FromJob =
	| { say: "progress"; done: number; total: number }
	| { say: "gives"; gives: unknown }
	| { say: "error"; error: PlainError };

export interface JobOptions {
	/** Rejects with its reason, once the job has tidied up. */
	signal?: AbortSignal | undefined;
	/** Bytes of the log that were read, and all of them; at most a few times a second. */
	onProgress?: ((done: number, total: number) => void) | undefined;
}

/** `exportLog` in a thread. @throws what exportLog throws, or the reason of the signal */
export function exportInThread(takes: ExportTakes, options: JobOptions = {}): Promise<Exported> {
	return runJob({ job: "export", takes }, options) as Promise<Exported>;
}

/** `verifyWorkspace` in a thread. @throws JournalError "unreadable", or the reason of the signal */
export function verifyInThread(
	dir: string,
	{
		key,
		snapshotKey,
		heads,
		...options
	}: JobOptions & {
		key?: string | readonly string[] | undefined;
		snapshotKey?: Uint8Array | undefined;
		heads?: readonly KnownHead[] | undefined;
	} = {},
): Promise<Verification> {
	const takes: VerifyTakes = {
		dir,
		...(key === undefined ? {} : { key }),
		...(snapshotKey === undefined ? {} : { snapshotKey }),
		...(heads === undefined ? {} : { heads }),
	};
	return runJob({ job: "verify", takes }, options) as Promise<Verification>;
}

/** `lastNamed` in a thread. @throws what lastNamed throws, or the reason of the signal */
export function lastNamedInThread(
	dir: string,
	digests: ReadonlySet<string>,
	signal?: AbortSignal | undefined,
): Promise<LastNamed> {
	return runJob({ job: "lastNamed", takes: { dir, digests } }, { signal }) as Promise<LastNamed>;
}

/** Runs one job in a thread of its own. */
export function runJob(job: LogJob, { signal, onProgress }: JobOptions): Promise<unknown> {
	if (signal?.aborted === true) return Promise.reject(signal.reason);
	return new Promise((resolve, reject) => {
		const worker = startThread(job);
		let timer: NodeJS.Timeout | undefined;
		const end = (settle: () => void) => {
			clearTimeout(timer);
			signal?.removeEventListener("abort", abort);
			worker.removeAllListeners();
			// An error while it is being ended is nobody's.
			worker.on("error", () => {});
			void worker.terminate().then(settle, settle);
		};
		const fail = (error: unknown) => end(() => reject(signal?.aborted === true ? signal.reason : error));
		const abort = () => {
			worker.postMessage({ say: "abort" } satisfies ToJob);
			timer = setTimeout(() => fail(undefined), ABORT_MS);
		};
		signal?.addEventListener("abort", abort, { once: true });
		worker.on("message", (message: FromJob) => {
			if (message.say === "progress") {
				if (signal?.aborted !== true) onProgress?.(message.done, message.total);
			} else if (message.say === "gives") end(() => resolve(message.gives));
			else fail(errorFrom(message.error));
		});
		worker.on("error", fail);
		worker.on("exit", () => fail(new Error("the thread that worked on the audit log has ended")));
	});
}
