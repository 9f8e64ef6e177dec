// Snapshots of folders, taken and compared in threads of their own: what did a command really change? Each folder has its
// thread, so that a slow one costs the others nothing; one that is always too slow is left out.
import { isAbsolute } from "node:path";
import { NoSnapshotError } from "./engine.ts";
import { LeftOut } from "./leftOut.ts";
import { SnapshotThread } from "./snapshotThread.ts";
import { type ChangedFiles, LIMITS, type Limits, type SnapshotMark } from "./types.ts";

export { NoSnapshotError } from "./engine.ts";
export type { ChangedFile, ChangedFiles, ChangedSide, Limits, SnapshotMark } from "./types.ts";

/** Beyond so many, folders share threads. */
const MAX_THREADS = 4;
/** A thread that hangs in the system is waited for so long at the end. Milliseconds. */
const END_MS = 2000;

export interface SnapshotsOptions {
	/** Another thread in place of ours, for tests. */
	thread?: URL;
}

export class Snapshots {
	readonly #limits: Limits;
	readonly #options: SnapshotsOptions;
	readonly #threads: SnapshotThread[] = [];
	readonly #threadOf = new Map<string, SnapshotThread>();
	/** Snapshots that may be asked about, the oldest first. */
	readonly #kept = new Map<number, SnapshotThread>();
	readonly #leftOut = new LeftOut();
	#lastId = 0;
	#closed = false;

	constructor(limits: Partial<Limits> = {}, options: SnapshotsOptions = {}) {
		this.#limits = { ...LIMITS, ...limits };
		this.#options = options;
	}

	/**
	 * Looks at a folder now.
	 * @param root absolute
	 * @throws (rejects) Error when the folder cannot be listed, the thread failed or was closed, or the folder is left out
	 * because it was too slow; the reason of the signal
	 */
	async take(root: string, signal?: AbortSignal): Promise<SnapshotMark> {
		signal?.throwIfAborted();
		if (!isAbsolute(root)) throw new Error(`a snapshot needs an absolute path: ${root}`);
		if (this.#closed) throw new Error("snapshots were closed");
		this.#leftOut.check(root);
		const id = ++this.#lastId;
		const thread = this.#threadFor(root);
		const asked = thread.ask(root, { say: "take", id, root });
		// Nobody will ask for the changes of a snapshot that nobody waited for.
		const mark = (await untilAborted(asked, signal, () => thread.drop(id))) as SnapshotMark;
		this.#keep(id, thread);
		return mark;
	}

	/**
	 * Looks again, and says what differs. The snapshot is forgotten.
	 * @param folders that agents work in, absolute: no git in them is run. The folder looked at is never used either
	 * @throws (rejects) NoSnapshotError when it is not kept any more; Error as `take`; the reason of the signal
	 */
	async changes(before: SnapshotMark, signal?: AbortSignal, folders: readonly string[] = []): Promise<ChangedFiles> {
		const { id, root } = before;
		if (signal?.aborted === true) this.drop(before);
		signal?.throwIfAborted();
		const thread = this.#kept.get(id);
		this.#kept.delete(id);
		if (thread?.has(id) !== true) throw new NoSnapshotError();
		return (await untilAborted(thread.ask(root, { say: "changes", id, folders }), signal)) as ChangedFiles;
	}

	/** Nobody will ask for the changes of this snapshot. */
	drop({ id }: Pick<SnapshotMark, "id">): void {
		this.#kept.get(id)?.drop(id);
		this.#kept.delete(id);
	}

	/** Ends the threads. What waits is rejected, and so is what is asked later. */
	async close(): Promise<void> {
		this.#closed = true;
		const ended = Promise.all(this.#threads.map((thread) => thread.end(new Error("snapshots were closed"))));
		let timer: NodeJS.Timeout | undefined;
		const late = new Promise((resolve) => {
			timer = setTimeout(resolve, END_MS);
		});
		await Promise.race([ended, late]);
		clearTimeout(timer);
	}

	#keep(id: number, thread: SnapshotThread): void {
		this.#kept.set(id, thread);
		for (const oldest of this.#kept.keys()) {
			if (this.#kept.size > this.#limits.marks) this.drop({ id: oldest });
		}
	}

	#threadFor(root: string): SnapshotThread {
		const own = this.#threadOf.get(root);
		if (own !== undefined) return own;
		const thread = this.#freeThread() ?? this.#leastBusy();
		this.#threadOf.set(root, thread);
		return thread;
	}

	/** One that nobody uses now is taken from the folders it served. */
	#freeThread(): SnapshotThread | undefined {
		if (this.#threads.length < MAX_THREADS) {
			const thread = new SnapshotThread({
				limits: this.#limits,
				file: this.#options.thread,
				onAnswer: (root) => this.#leftOut.answered(root),
				onTimeout: (root, gone) => this.#leftOut.tooSlow(root, gone),
			});
			this.#threads.push(thread);
			return thread;
		}
		const free = this.#threads.find(({ isFree }) => isFree);
		for (const [root, thread] of this.#threadOf) if (thread === free) this.#threadOf.delete(root);
		return free;
	}

	/** A folder that was too slow is kept company last. */
	#leastBusy(): SnapshotThread {
		const slow = new Set(
			[...this.#threadOf].filter(([root]) => this.#leftOut.isSlow(root)).map(([, thread]) => thread),
		);
		const weight = (thread: SnapshotThread) => thread.waiting + (slow.has(thread) ? 1_000_000 : 0);
		const [first, ...others] = this.#threads;
		if (first === undefined) throw new Error("there is no thread to share");
		return others.reduce((best, one) => (weight(one) < weight(best) ? one : best), first);
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
