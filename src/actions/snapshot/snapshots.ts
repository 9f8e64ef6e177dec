// Snapshots of folders, taken and compared in a thread of their own: what did a command really change? The thread is
// started when it is first needed and ended when nothing was asked of it for long and no snapshot is kept.
import { tmpdir } from "node:os";
import { isAbsolute, join } from "node:path";
import { Worker } from "node:worker_threads";
import { NoSnapshotError } from "./engine.ts";
import { gitEnvOf } from "./gitObjects.ts";
import type { FromThread, ThreadData, ToThread } from "./thread.ts";
import { type ChangedFiles, LIMITS, type Limits, type SnapshotMark } from "./types.ts";

export { NoSnapshotError } from "./engine.ts";
export type { ChangedFile, ChangedFiles, ChangedSide, Limits, SnapshotMark } from "./types.ts";

/** Where the built thread lies, beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_SNAPSHOT_WORKER: string | undefined;

interface Asked {
	resolve(answer: SnapshotMark | ChangedFiles): void;
	reject(error: unknown): void;
}

/** For what a thread does beside walking and asking git: contents are read, clocks waited for. Milliseconds. */
const GRACE_MS = 5000;

/** An answer took so long that the thread was ended; snapshots that it kept are gone. */
export class SnapshotTimeoutError extends Error {
	override name = "SnapshotTimeoutError";
	constructor(ms: number) {
		super(
			`looking for changed files took longer than ${ms / 1000} s; it was ended, and earlier looks are lost with it`,
		);
	}
}

export interface SnapshotsOptions {
	/** Folders that agents work in, absolute: no git in them is run. The folder looked at is never used either. */
	folders?: readonly string[];
}

export class Snapshots {
	readonly #limits: Limits;
	readonly #folders: readonly string[];
	/** Runs while an answer is waited for. */
	#watchdog: NodeJS.Timeout | undefined;
	#worker: Worker | undefined;
	/** What waits for an answer of this thread, in order. */
	#asked: Asked[] = [];
	/** Snapshots that this thread keeps. */
	readonly #kept = new Set<number>();
	#idle: NodeJS.Timeout | undefined;
	#lastId = 0;
	#closed = false;

	constructor(limits: Partial<Limits> = {}, { folders = [] }: SnapshotsOptions = {}) {
		this.#limits = { ...LIMITS, ...limits };
		this.#folders = folders;
	}

	/**
	 * Looks at a folder now.
	 * @param root absolute
	 * @throws (rejects) Error when the folder cannot be listed, the thread failed or was closed; the reason of the signal
	 */
	async take(root: string, signal?: AbortSignal): Promise<SnapshotMark> {
		signal?.throwIfAborted();
		if (!isAbsolute(root)) throw new Error(`a snapshot needs an absolute path: ${root}`);
		const id = ++this.#lastId;
		const asked = this.#ask({ say: "take", id, root });
		// Nobody will ask for the changes of a snapshot that nobody waited for.
		const forget = () => this.#forget(id);
		const mark = (await untilAborted(asked, signal, forget)) as SnapshotMark;
		this.#keep(id);
		return mark;
	}

	/**
	 * Looks again, and says what differs. The snapshot is forgotten.
	 * @throws (rejects) NoSnapshotError when it is not kept any more; Error as `take`; the reason of the signal
	 */
	async changes(before: SnapshotMark, signal?: AbortSignal): Promise<ChangedFiles> {
		if (signal?.aborted === true) this.drop(before);
		signal?.throwIfAborted();
		if (!this.#kept.delete(before.id)) throw new NoSnapshotError();
		return (await untilAborted(this.#ask({ say: "changes", id: before.id }), signal)) as ChangedFiles;
	}

	/** Nobody will ask for the changes of this snapshot. */
	drop(mark: SnapshotMark): void {
		if (this.#kept.delete(mark.id)) this.#forget(mark.id);
	}

	/** Ends the thread. What waits is rejected, and so is what is asked later. */
	async close(): Promise<void> {
		this.#closed = true;
		await this.#end(new Error("snapshots were closed"));
	}

	#keep(id: number): void {
		this.#kept.add(id);
		for (const oldest of this.#kept) {
			if (this.#kept.size > this.#limits.marks) this.#kept.delete(oldest);
		}
	}

	#forget(id: number): void {
		this.#worker?.postMessage({ say: "drop", id } satisfies ToThread);
		this.#rest();
	}

	#ask(question: ToThread): Promise<SnapshotMark | ChangedFiles> {
		if (this.#closed) return Promise.reject(new Error("snapshots were closed"));
		clearTimeout(this.#idle);
		this.#worker ??= this.#start();
		this.#worker.ref();
		const worker = this.#worker;
		return new Promise((resolve, reject) => {
			this.#asked.push({ resolve, reject });
			if (this.#asked.length === 1) this.#watch();
			worker.postMessage(question);
		});
	}

	/** The thread answers one after the other: who asks of another folder must not wait for one without end. */
	#watch(): void {
		clearTimeout(this.#watchdog);
		if (this.#asked.length === 0) return;
		const { walkMs, fillMs, gitMs, answerMs = 3 * walkMs + fillMs + gitMs + GRACE_MS } = this.#limits;
		this.#watchdog = setTimeout(() => void this.#end(new SnapshotTimeoutError(answerMs)), answerMs);
	}

	#start(): Worker {
		const file =
			typeof GATEPOST_SNAPSHOT_WORKER === "string"
				? join(__dirname, GATEPOST_SNAPSHOT_WORKER)
				: new URL("./thread.ts", import.meta.url);
		const workerData: ThreadData = { limits: this.#limits, env: gitEnvOf(process.env, tmpdir(), this.#folders) };
		// Environment and options of this process do not concern it.
		const worker = new Worker(file, {
			...{ workerData, env: {}, execArgv: [] },
			resourceLimits: { maxOldGenerationSizeMb: this.#limits.heapMb },
		});
		worker.on("message", (answer: FromThread) => {
			if (this.#worker === worker) this.#answer(answer);
		});
		const fail = (error: unknown) => {
			if (this.#worker === worker) void this.#end(error);
		};
		worker.on("error", fail);
		worker.on("exit", () => fail(new Error("the thread that looks for changed files has ended")));
		return worker;
	}

	#answer(answer: FromThread): void {
		const asked = this.#asked.shift();
		this.#watch();
		if (answer.say === "mark") asked?.resolve(answer.mark);
		else if (answer.say === "changes") asked?.resolve(answer.changes);
		else asked?.reject(answer.name === "NoSnapshotError" ? new NoSnapshotError() : new Error(answer.message));
		this.#rest();
	}

	/** Nothing to do: a process that has nothing else to do either may end, and the thread does after a while. */
	#rest(): void {
		if (this.#asked.length > 0) return;
		this.#worker?.unref();
		clearTimeout(this.#idle);
		this.#idle = setTimeout(() => {
			if (this.#asked.length === 0 && this.#kept.size === 0) void this.#end(undefined);
			else this.#rest();
		}, this.#limits.idleMs).unref();
	}

	/** Snapshots and contents are gone with their thread; the next question gets a new one. */
	async #end(error: unknown): Promise<void> {
		const worker = this.#worker;
		const asked = this.#asked;
		clearTimeout(this.#idle);
		clearTimeout(this.#watchdog);
		this.#worker = undefined;
		this.#asked = [];
		this.#kept.clear();
		for (const { reject } of asked) reject(error);
		await worker?.terminate();
	}
}

/** The answer, or the reason of the signal; then what was begun is finished in silence, and `late` is called. */
function untilAborted<T>(answer: Promise<T>, signal: AbortSignal | undefined, late?: () => void): Promise<T> {
	if (signal === undefined) return answer;
	return new Promise((resolve, reject) => {
		let aborted = false;
		const abort = () => {
			aborted = true;
			reject(signal.reason);
		};
		signal.addEventListener("abort", abort, { once: true });
		const over = () => {
			signal.removeEventListener("abort", abort);
			if (aborted) late?.();
		};
		answer.then(
			(value) => {
				over();
				resolve(value);
			},
			(error) => {
				over();
				reject(error);
			},
		);
	});
}
