// The index of a workspace's log, as the host sees it. All work is done in a thread; here are only questions and answers.
import type { Worker } from "node:worker_threads";
import type { IndexQuestion, IndexQuestions, IndexState } from "./messages.ts";
import { startThread } from "./startThread.ts";
import { errorFrom, type FromIndex, type IndexJob, type ToIndex } from "./thread.ts";

/** The thread writes its snapshot at the end; one that hangs is ended after this long. */
const CLOSE_MS = 10_000;

export interface LogIndexOptions {
	/** Folder of the workspace's log: `<home>/workspaces/<id>`. */
	dir: string;
	/** The home's MAC key. With it only a snapshot that was written with it is used. */
	homeKey?: Buffer;
	/**
	 * The editor's own key, 32 bytes, kept where other programs of the user cannot read it. With it only a snapshot that was
	 * written with it is used: the key of the home lies in a file beside the log.
	 */
	snapshotKey?: Buffer;
	/** Called with every change of the state, at most a few times a second while loading. */
	onState(state: IndexState): void;
}

interface Waiting {
	resolve(gives: unknown): void;
	reject(error: Error): void;
}

/**
 * Rows, sessions and sums of a log, kept up to date by `refresh`. The index is made from the log and may be deleted at any
 * time; the log never depends on it.
 */
export class LogIndex {
	readonly #options: LogIndexOptions;
	readonly #waiting = new Map<number, Waiting>();
	#worker: Worker | undefined;
	#lastNumber = 0;
	#refreshing: Promise<void> | undefined;
	#closed: Promise<void> | undefined;
	#state: IndexState = { state: "loading", entries: 0, done: 0, total: 0 };

	constructor(options: LogIndexOptions) {
		this.#options = options;
		this.#worker = this.#start();
	}

	/** How far the index is. */
	get state(): IndexState {
		return this.#state;
	}

	/**
	 * Asks; while the index is loading the answer waits until it is ready.
	 * @throws Error when there is no index (the state says why), or it was closed
	 */
	ask<Q extends IndexQuestion>(question: Q, takes: IndexQuestions[Q]["takes"]): Promise<IndexQuestions[Q]["gives"]> {
		return this.#send((n) => ({ say: "ask", n, question, takes })) as Promise<IndexQuestions[Q]["gives"]>;
	}

	/**
	 * Looks for what was appended to the log; resolves when it is in the index. Cheap, and calls while one has not begun are
	 * one. A failure shows in the state, not here.
	 */
	refresh(): Promise<void> {
		this.#refreshing ??= this.#quietly("refresh").finally(() => {
			this.#refreshing = undefined;
		});
		return this.#refreshing;
	}

	/** Forgets everything and builds the index from the log. A failure shows in the state. */
	rebuild(): Promise<void> {
		return this.#quietly("rebuild");
	}

	/** Ends it; what is still asked is rejected. */
	close(): Promise<void> {
		this.#closed ??= this.#close();
		return this.#closed;
	}

	async #close(): Promise<void> {
		const worker = this.#worker;
		if (worker === undefined) return;
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise<void>((resolve) => {
			timer = setTimeout(resolve, CLOSE_MS);
		});
		await Promise.race([this.#post(worker, (n) => ({ say: "close", n })).catch(() => {}), late]);
		clearTimeout(timer);
		this.#worker = undefined;
		await worker.terminate();
		this.#rejectAll(new Error("the index was closed"));
	}

	async #quietly(say: "refresh" | "rebuild"): Promise<void> {
		if (this.#closed !== undefined) return;
		// What went wrong is in the state by then.
		await this.#send((n) => ({ say, n })).catch(() => {});
	}

	#send(message: (n: number) => ToIndex): Promise<unknown> {
		if (this.#closed !== undefined) return Promise.reject(new Error("the index was closed"));
		// The next question starts a thread in place of one that broke.
		this.#worker ??= this.#start();
		return this.#post(this.#worker, message);
	}

	#post(worker: Worker, message: (n: number) => ToIndex): Promise<unknown> {
		return new Promise((resolve, reject) => {
			const n = ++this.#lastNumber;
			this.#waiting.set(n, { resolve, reject });
			worker.postMessage(message(n));
		});
	}

	#start(): Worker {
		const { dir, homeKey, snapshotKey } = this.#options;
		const job: IndexJob = {
			job: "index",
			dir,
			...(homeKey === undefined ? {} : { homeKey }),
			...(snapshotKey === undefined ? {} : { snapshotKey }),
		};
		const worker = startThread(job);
		worker.on("message", (message: FromIndex) => {
			if (this.#worker === worker) this.#take(message);
		});
		worker.on("error", (error) => this.#broke(worker, error));
		worker.on("exit", () => this.#broke(worker, new Error("its thread has ended")));
		return worker;
	}

	#take(message: FromIndex): void {
		if (message.say === "state") {
			this.#setState(message.state);
			return;
		}
		const waiting = this.#waiting.get(message.n);
		this.#waiting.delete(message.n);
		if (message.say === "gives") waiting?.resolve(message.gives);
		else waiting?.reject(errorFrom(message.error));
	}

	#broke(worker: Worker, error: Error): void {
		if (this.#worker !== worker) return;
		this.#worker = undefined;
		void worker.terminate();
		this.#rejectAll(error);
		if (this.#closed !== undefined) return;
		const detail = `The index of the audit log failed: ${error.message}. The log itself is not touched. Build the index anew.`;
		this.#setState({ ...this.#state, state: "failed", detail });
	}

	#setState(state: IndexState): void {
		this.#state = state;
		this.#options.onState(state);
	}

	#rejectAll(error: Error): void {
		for (const { reject } of this.#waiting.values()) reject(error);
		this.#waiting.clear();
	}
}
