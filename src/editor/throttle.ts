// Runs something for many calls at once: agents can decide hundreds of times a second, nobody sees that many pictures.

/** Milliseconds between two pictures. */
const PAUSE_MS = 50;

export class Throttle {
	readonly #run: () => void;
	#timer: NodeJS.Immediate | NodeJS.Timeout | undefined;
	#ranAt = Number.NEGATIVE_INFINITY;
	#ended = false;

	/** @param run called once for all calls of a turn, and not again for PAUSE_MS; the last call is never lost */
	constructor(run: () => void) {
		this.#run = run;
	}

	call(): void {
		if (this.#timer !== undefined || this.#ended) return;
		const wait = this.#ranAt + PAUSE_MS - performance.now();
		this.#timer = wait <= 0 ? setImmediate(() => this.#now()) : setTimeout(() => this.#now(), wait);
	}

	/** Runs nothing any more. */
	dispose(): void {
		this.#ended = true;
	}

	#now(): void {
		this.#timer = undefined;
		if (this.#ended) return;
		this.#ranAt = performance.now();
		this.#run();
	}
}
