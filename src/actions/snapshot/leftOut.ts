// Folders that are not looked at for a while: each look that takes too long costs a thread, and holds up an action.

/** So many looks in a row that took too long. */
const MAX_TRIPS = 3;
/** Then it is left out for so long, and looked at once more. Milliseconds. */
const REST_MS = 10 * 60_000;

interface Slow {
	/** Looks in a row that took too long. */
	trips: number;
	/** When it was last too slow. Milliseconds of the process. */
	at: number;
	/** A thread that looked has not ended: the system holds it. */
	hangs: boolean;
}

/** The folder is not looked at now, and why. */
export class LeftOutError extends Error {
	override name = "LeftOutError";
}

export class LeftOut {
	readonly #slow = new Map<string, Slow>();
	readonly #now: () => number;

	/** @param now milliseconds; goes forward only */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** @throws LeftOutError */
	check(root: string): void {
		const slow = this.#slow.get(root);
		if (slow === undefined) return;
		if (slow.hangs) {
			throw new LeftOutError(
				"an earlier look at this folder has not come back, as on a network drive that is gone; until it does the folder is left out",
			);
		}
		if (slow.trips < MAX_TRIPS || this.#now() - slow.at >= REST_MS) return;
		const minutes = REST_MS / 60_000;
		throw new LeftOutError(
			`looking at this folder took too long ${slow.trips} times in a row, so it is left out for ${minutes} minutes`,
		);
	}

	/** A look was ended. @param gone resolves when its thread is */
	tooSlow(root: string, gone: Promise<unknown>): void {
		const { trips = 0 } = this.#slow.get(root) ?? {};
		const slow: Slow = { trips: trips + 1, at: this.#now(), hangs: true };
		this.#slow.set(root, slow);
		const over = () => {
			slow.hangs = false;
		};
		gone.then(over, over);
	}

	/** A look came back in time. */
	answered(root: string): void {
		this.#slow.delete(root);
	}

	isSlow(root: string): boolean {
		return this.#slow.has(root);
	}
}
