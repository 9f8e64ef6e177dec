// The desk's sense of time, replaceable in tests.

export interface DeskClock {
	/** Milliseconds since the epoch: jumps when the clock is set, goes on while the machine sleeps. */
	wall(): number;
	/** Milliseconds since some start: never jumps; on Linux it stands still while the machine sleeps. */
	steady(): number;
	/** Calls back once after about `ms`; returns what cancels it. */
	after(ms: number, callback: () => void): () => void;
}

export const systemClock: DeskClock = {
	wall: () => Date.now(),
	steady: () => performance.now(),
	after(ms, callback) {
		const timer = setTimeout(callback, ms);
		// A waiting request has a connection that keeps the process alive; the timer alone must not.
		timer.unref();
		return () => clearTimeout(timer);
	},
};

/** When something ends: by whichever clock says so first, so that neither sleep nor a clock set back makes it longer. */
export interface Deadline {
	wall: number;
	steady: number;
}

/** The deadline for a moment of wall time. A moment that is no number has passed. */
export function deadlineAt(wall: number, clock: DeskClock): Deadline {
	const left = wall - clock.wall();
	return Number.isNaN(left) ? { wall: 0, steady: 0 } : { wall, steady: clock.steady() + left };
}

/** Milliseconds left, zero or less when it has passed. */
export function left(deadline: Deadline, clock: DeskClock): number {
	return Math.min(deadline.wall - clock.wall(), deadline.steady - clock.steady());
}
