// One thread that takes snapshots and compares them. It is started when it is first needed, and ended when nothing was asked
// of it for long and it keeps no snapshot, or when an answer takes too long: what hangs in the system cannot be told to stop.
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { NoSnapshotError } from "./engine.ts";
import { gitEnvOf } from "./gitObjects.ts";
import type { FromThread, ThreadData, ToThread } from "./thread.ts";
import type { ChangedFiles, Limits, SnapshotMark } from "./types.ts";

/** Where the built thread lies, beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_SNAPSHOT_WORKER: string | undefined;

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

interface Asked {
	root: string;
	resolve(answer: SnapshotMark | ChangedFiles): void;
	reject(error: unknown): void;
}

export interface ThreadOptions {
	limits: Limits;
	/** What is started; by default our thread. */
	file?: URL | undefined;
	/** Told that a root was answered for in time. */
	onAnswer(root: string): void;
	/** Told that the thread was ended because a root took too long, and when it will be gone: perhaps never. */
	onTimeout(root: string, gone: Promise<unknown>): void;
}

export class SnapshotThread {
	readonly #options: ThreadOptions;
	/** Runs while an answer is waited for. */
	#watchdog: NodeJS.Timeout | undefined;
	#worker: Worker | undefined;
	/** What waits for an answer of this thread, in order. */
	#asked: Asked[] = [];
	/** Snapshots that the thread keeps. */
	readonly #kept = new Set<number>();
	#idle: NodeJS.Timeout | undefined;

	constructor(options: ThreadOptions) {
		this.#options = options;
	}

	/** Nothing is asked of it and nothing kept in it. */
	get isFree(): boolean {
		return this.#asked.length === 0 && this.#kept.size === 0;
	}

	/** Questions that wait. */
	get waiting(): number {
		return this.#asked.length;
	}

	/** The answer is a mark to "take", and changes to "changes"; its snapshot is kept until `drop` or "changes". */
	async ask(root: string, question: Exclude<ToThread, { say: "drop" }>): Promise<SnapshotMark | ChangedFiles> {
		clearTimeout(this.#idle);
		this.#worker ??= this.#start();
		this.#worker.ref();
		const worker = this.#worker;
		if (question.say === "changes") this.#kept.delete(question.id);
		return new Promise((resolve, reject) => {
			this.#asked.push({ root, resolve, reject });
			if (this.#asked.length === 1) this.#watch();
			worker.postMessage(question);
		});
	}

	/** Whether a snapshot is still kept. */
	has(id: number): boolean {
		return this.#kept.has(id);
	}

	drop(id: number): void {
		this.#kept.delete(id);
		this.#worker?.postMessage({ say: "drop", id } satisfies ToThread);
		this.#rest();
	}

	/** Snapshots and contents are gone with the thread, and what waits is rejected; the next question gets a new one. */
	async end(error: unknown): Promise<void> {
		const worker = this.#worker;
		const asked = this.#asked;
		clearTimeout(this.#idle);
		clearTimeout(this.#watchdog);
		this.#worker = undefined;
		this.#asked = [];
		this.#kept.clear();
		for (const { reject } of asked) reject(error);
		// One that hangs must not keep the process from ending.
		worker?.unref();
		await worker?.terminate();
	}

	/** The thread answers one after the other: who asks of another folder must not wait for one without end. */
	#watch(): void {
		clearTimeout(this.#watchdog);
		const [first] = this.#asked;
		if (first === undefined) return;
		const { walkMs, fillMs, gitMs, answerMs = 3 * walkMs + fillMs + gitMs + GRACE_MS } = this.#options.limits;
		this.#watchdog = setTimeout(() => {
			const gone = this.end(new SnapshotTimeoutError(answerMs));
			this.#options.onTimeout(first.root, gone);
		}, answerMs);
	}

	#start(): Worker {
		const built = typeof GATEPOST_SNAPSHOT_WORKER === "string";
		const own = built ? join(__dirname, GATEPOST_SNAPSHOT_WORKER) : new URL("./thread.ts", import.meta.url);
		const { limits, file = own } = this.#options;
		const workerData: ThreadData = { limits, env: gitEnvOf(process.env, tmpdir()) };
		// Environment and options of this process do not concern it.
		const worker = new Worker(file, {
			...{ workerData, env: {}, execArgv: [] },
			resourceLimits: { maxOldGenerationSizeMb: limits.heapMb },
		});
		worker.on("message", (answer: FromThread) => {
			if (this.#worker === worker) this.#answer(answer);
		});
		const fail = (error: unknown) => {
			if (this.#worker === worker) void this.end(error);
		};
		worker.on("error", fail);
		worker.on("exit", () => fail(new Error("the thread that looks for changed files has ended")));
		return worker;
	}

	#answer(answer: FromThread): void {
		const asked = this.#asked.shift();
		this.#watch();
		if (asked !== undefined) this.#options.onAnswer(asked.root);
		if (answer.say === "mark") {
			this.#kept.add(answer.mark.id);
			asked?.resolve(answer.mark);
		} else if (answer.say === "changes") asked?.resolve(answer.changes);
		else asked?.reject(answer.name === "NoSnapshotError" ? new NoSnapshotError() : new Error(answer.message));
		this.#rest();
	}

	/** Nothing to do: a process that has nothing else to do either may end, and the thread does after a while. */
	#rest(): void {
		if (this.#asked.length > 0) return;
		this.#worker?.unref();
		clearTimeout(this.#idle);
		this.#idle = setTimeout(() => {
			if (this.isFree) void this.end(undefined);
			else this.#rest();
		}, this.#options.limits.idleMs).unref();
	}
}
