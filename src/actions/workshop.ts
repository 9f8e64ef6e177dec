// Long work in a thread of its own, so that one agent's monstrous input stalls nobody else's gate (DESIGN 2.9). Small
// work is done at once: the way to the thread and back would cost more.
//
// A job that takes too long, or ends the thread, fails; who asked for it denies. The next job gets a new thread.
import { join } from "node:path";
import { Worker } from "node:worker_threads";
import { TooDeepError } from "./redact.ts";
import { type JobName, type Jobs, jobs } from "./work.ts";
import type { Delivery, Order } from "./worker.ts";

/** Where the built thread lies, beside the program that is built with it; absent when sources run as they are. */
declare const GATEPOST_WORKER: string | undefined;

/** Smaller inputs are done at once. Characters or bytes; measured: 5 ms at the worst. */
export const SMALL = 32 * 1024;
/** The worst 10 MB that was found takes 5 s on a slow machine. */
const LIMIT_MS = 60_000;
/** A thread with nothing to do is ended after this long. */
const IDLE_MS = 30_000;
/** Heap of the thread: both sides of a 10 MB file as lines fit several times over. */
const HEAP_MB = 1024;

interface Waiting {
	resolve(gives: unknown): void;
	reject(error: Error): void;
	timer: NodeJS.Timeout;
}

export class Workshop {
	readonly #limitMs: number;
	readonly #waiting = new Map<number, Waiting>();
	#worker: Worker | undefined;
	#idle: NodeJS.Timeout | undefined;
	#lastId = 0;

	constructor(limitMs = LIMIT_MS) {
		this.#limitMs = limitMs;
	}

	/**
	 * Does a job here when it is small, else in the thread.
	 * @param size of the input, about: characters or bytes
	 * @throws what the job throws, or an Error when the thread could not do it
	 */
	async do<Name extends JobName>(name: Name, takes: Jobs[Name]["takes"], size: number): Promise<Jobs[Name]["gives"]> {
		if (size <= SMALL) return jobs[name](takes);
		return this.#order(name, takes) as Promise<Jobs[Name]["gives"]>;
	}

	#order(name: JobName, takes: unknown): Promise<unknown> {
		this.#worker ??= this.#start();
		const worker = this.#worker;
		clearTimeout(this.#idle);
		worker.ref();
		const id = ++this.#lastId;
		return new Promise((resolve, reject) => {
			const timer = setTimeout(() => {
				this.#fail(worker, new Error(`it took longer than ${this.#limitMs / 1000} s to look through this input`));
			}, this.#limitMs);
			this.#waiting.set(id, { resolve, reject, timer });
			try {
				worker.postMessage({ id, name, takes } satisfies Order);
			} catch (error) {
				this.#settle(id)?.reject(error instanceof Error ? error : new Error(String(error)));
			}
		});
	}

	#start(): Worker {
		const file =
			typeof GATEPOST_WORKER === "string" ? join(__dirname, GATEPOST_WORKER) : new URL("./worker.ts", import.meta.url);
		// Neither environment nor options of this process concern pure functions.
		const worker = new Worker(file, { env: {}, execArgv: [], resourceLimits: { maxOldGenerationSizeMb: HEAP_MB } });
		worker.on("message", (delivery: Delivery) => {
			const waiting = this.#settle(delivery.id);
			if ("error" in delivery) waiting?.reject(errorOf(delivery.error));
			else waiting?.resolve(delivery.gives);
		});
		worker.on("error", (error) => this.#fail(worker, error instanceof Error ? error : new Error(String(error))));
		worker.on("exit", () => this.#fail(worker, new Error("the thread that looks through large inputs has ended")));
		return worker;
	}

	#settle(id: number): Waiting | undefined {
		const waiting = this.#waiting.get(id);
		clearTimeout(waiting?.timer);
		this.#waiting.delete(id);
		if (this.#waiting.size === 0) this.#rest();
		return waiting;
	}

	/** Nothing to do: a process that has nothing else to do either may end. */
	#rest(): void {
		const worker = this.#worker;
		clearTimeout(this.#idle);
		this.#idle = setTimeout(() => {
			if (this.#worker !== worker || this.#waiting.size > 0) return;
			this.#worker = undefined;
			void worker?.terminate();
		}, IDLE_MS).unref();
		worker?.unref();
	}

	/** Everything that waits for this thread fails. */
	#fail(worker: Worker, error: Error): void {
		if (this.#worker !== worker) return;
		this.#worker = undefined;
		const failed = [...this.#waiting.values()];
		this.#waiting.clear();
		void worker.terminate();
		for (const { reject, timer } of failed) {
			clearTimeout(timer);
			reject(error);
		}
	}
}

function errorOf({ name, message }: { name: string; message: string }): Error {
	if (name === "TooDeepError") return new TooDeepError(message);
	return Object.assign(new Error(message), { name });
}

/** One for all gates of a process. */
export const workshop = new Workshop();
