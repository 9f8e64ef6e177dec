// Long work in a thread of its own, so that one agent's monstrous input stalls nobody else's gate (DESIGN 2.9). Small
// work is done at once: the way to the thread and back would cost more.
//
// The thread has one job at a time, and those who wait take turns. A job that takes too long, or ends the thread, fails
// alone; who asked for it denies. The next job gets a new thread.

import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { deferred } from "../protocol/deferred.ts";
import { type JobName, type Jobs, jobs, packTakes } from "./jobs.ts";
import { Parcel, type Room, unpack } from "./parcel.ts";
import { TooDeepError } from "./redact.ts";
import { type RedactSettings, redactSettings } from "./redactSettings.ts";
import type { JobMessage, JobResult, RoomMessage } from "./worker.ts";

/** Where the built thread lies, beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_WORKER: string | undefined;

/**
 * Inputs up to here are done at once. Bytes. The worst that was found takes 8 ms (16 KB of secrets) and 16 ms (a card of
 * 1 KB whose every line differs) on a slow machine; a card of 16 KB can take 400 ms.
 */
export const SMALL: Record<JobName, number> = {
	rewrite: 64 * 1024,
	look: 64 * 1024,
	card: 1024,
	side: 16 * 1024,
	hunks: 64 * 1024,
	input: 64 * 1024,
	shown: 16 * 1024,
	json: 16 * 1024,
	prose: 16 * 1024,
	room: 512 * 1024,
	undo: 64 * 1024,
	lineCounts: 64 * 1024,
};
/** The worst 10 MB that was found takes 5 s on a slow machine. */
const LIMIT_MS = 60_000;
/** A thread with nothing to do is ended after this long. */
const IDLE_MS = 30_000;
/** Heap of the thread. The inputs of test/bench/stall.ts stay below it. */
const HEAP_MB = 1024;

/** Whose job it is, and when nobody waits for it any more. */
export interface JobOptions {
	/** Jobs of one turn follow each other; other turns come in between. */
	turn?: string;
	/** Rejects with its reason; a job that has begun is finished in silence. */
	signal?: AbortSignal | undefined;
}

interface Job {
	id: number;
	name: JobName;
	takes: unknown;
	turn: string;
	resolve(gives: unknown): void;
	reject(error: unknown): void;
}

export class JobQueue {
	readonly #limitMs: number;
	/** Oldest first. */
	readonly #queue: Job[] = [];
	/** `room`: who waits for memory to pack it. */
	#running: { job: Job; timer: NodeJS.Timeout; room?: PromiseWithResolvers<Uint8Array> } | undefined;
	#worker: Worker | undefined;
	/** What the thread goes by. */
	#told: RedactSettings | undefined;
	#idle: NodeJS.Timeout | undefined;
	#lastId = 0;
	/** When each of those who wait, or were served since somebody last waited, was served. */
	readonly #served = new Map<string, number>();
	#ticks = 0;

	constructor(limitMs = LIMIT_MS) {
		this.#limitMs = limitMs;
	}

	/**
	 * Does a job here when it is small, else in the thread. What it takes is not to change meanwhile.
	 * @param size of the input in bytes, about
	 * @throws what the job throws, an Error when the thread could not do it, or the reason of the signal
	 */
	async run<Name extends JobName>(
		name: Name,
		takes: Jobs[Name]["takes"],
		size: number,
		options: JobOptions = {},
	): Promise<Jobs[Name]["gives"]> {
		if (size <= SMALL[name]) return jobs[name](takes);
		return this.#enqueue(name, takes, options) as Promise<Jobs[Name]["gives"]>;
	}

	#enqueue(name: JobName, takes: unknown, { turn = "", signal }: JobOptions): Promise<unknown> {
		if (signal?.aborted === true) return Promise.reject(signal.reason);
		const { promise, resolve, reject } = deferred<unknown>();
		const job: Job = { id: ++this.#lastId, name, takes, turn, resolve, reject };
		const abort = () => {
			const at = this.#queue.indexOf(job);
			if (at >= 0) this.#queue.splice(at, 1);
			reject(signal?.reason);
		};
		// A signal can outlive the job by hours, and would hold its megabytes.
		const left = () => signal?.removeEventListener("abort", abort);
		promise.then(left, left);
		signal?.addEventListener("abort", abort, { once: true });
		this.#queue.push(job);
		this.#next();
		return promise;
	}

	#servedAt(turn = ""): number {
		return this.#served.get(turn) ?? 0;
	}

	/** Begins the next job, if the thread is free: the oldest of whoever was served longest ago. */
	#next(): void {
		if (this.#running !== undefined) return;
		let at = 0;
		for (const [index, { turn }] of this.#queue.entries())
			if (this.#servedAt(turn) < this.#servedAt(this.#queue[at]?.turn)) at = index;
		const [job] = this.#queue.splice(at, 1);
		if (job === undefined) {
			this.#served.clear();
			this.#rest();
			return;
		}
		this.#served.set(job.turn, ++this.#ticks);
		clearTimeout(this.#idle);
		this.#worker ??= this.#start();
		const worker = this.#worker;
		worker.ref();
		const timer = setTimeout(() => {
			this.#fail(worker, new Error(`it took longer than ${this.#limitMs / 1000} s to look through this input`));
		}, this.#limitMs);
		this.#running = { job, timer };
		void this.#send(worker, job);
	}

	/** Packs a job and sends it, if it is not over by then. */
	async #send(worker: Worker, job: Job): Promise<void> {
		const { id, name } = job;
		try {
			const parcel = new Parcel(this.#roomOf(worker, job));
			const takes = await packTakes[name](job.takes as never, parcel);
			// Megabytes, and a job can be waited for long.
			job.takes = undefined;
			if (this.#running?.job !== job) return;
			const settings = redactSettings();
			const news = settings === this.#told ? {} : { settings };
			worker.postMessage({ id, name, takes, texts: parcel.texts, ...news } satisfies JobMessage, parcel.transfer);
			this.#told = settings;
		} catch (error) {
			if (this.#running?.job === job) this.#over();
			job.reject(error);
		}
	}

	#roomOf(worker: Worker, job: Job): Room {
		return (room) => {
			const running = this.#running;
			if (running?.job !== job) return Promise.reject(new Error("nobody waits for this any more"));
			worker.postMessage({ id: job.id, room } satisfies RoomMessage);
			running.room = deferred<Uint8Array>();
			return running.room.promise;
		};
	}

	#start(): Worker {
		const file =
			typeof GATEPOST_WORKER === "string"
				? join(__dirname, GATEPOST_WORKER)
				: // Not imported, so nothing here depends on the dialects that the thread knows.
					new URL("../agents/worker.ts", import.meta.url);
		// Neither environment nor options of this process concern pure functions.
		const worker = new Worker(file, { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
		this.#told = undefined;
		worker.on("message", (result: JobResult) => {
			if (this.#worker !== worker || this.#running?.job.id !== result.id) return;
			if ("room" in result) return this.#running.room?.resolve(result.room);
			const job = this.#over();
			if ("error" in result) job?.reject(errorOf(result.error));
			else if (job !== undefined) unpack(result.texts).then(() => job.resolve(result.gives), job.reject);
		});
		worker.on("error", (error) => this.#fail(worker, error));
		worker.on("exit", () => this.#fail(worker, new Error("the thread that looks through large inputs has ended")));
		return worker;
	}

	/** The running job is over; the next one begins. */
	#over(): Job | undefined {
		const { job, timer, room } = this.#running ?? {};
		clearTimeout(timer);
		room?.reject(new Error("nobody waits for this any more"));
		this.#running = undefined;
		this.#next();
		return job;
	}

	/** Nothing to do: a process that has nothing else to do either may end. */
	#rest(): void {
		const worker = this.#worker;
		if (worker === undefined) return;
		worker.unref();
		clearTimeout(this.#idle);
		this.#idle = setTimeout(() => {
			if (this.#worker !== worker || this.#running !== undefined) return;
			this.#worker = undefined;
			void worker.terminate();
		}, IDLE_MS).unref();
	}

	/** The thread is of no use any more; what ran in it fails. */
	#fail(worker: Worker, error: unknown): void {
		if (this.#worker !== worker) return;
		this.#worker = undefined;
		void worker.terminate();
		this.#over()?.reject(error);
	}
}

function errorOf({ name, message }: { name: string; message: string }): Error {
	if (name === "TooDeepError") return new TooDeepError(message);
	return Object.assign(new Error(message), { name });
}

/** One for all gates of a process. */
export const jobQueue = new JobQueue();
