// Whether work that belongs into another thread is done there, and this one goes on taking turns meanwhile. In multiples and
// shares, because what else the machine does adds to every number of milliseconds.
import { calibrating } from "./pace.ts";

export interface Stalled {
	/**
	 * The longest time between two turns of this thread, as a multiple of the longest of an idle loop of the same length (or
	 * of a few pieces of the fixed work, where that is shorter). The least of some runs; about 1 where nothing stalls.
	 */
	gap: number;
	/** Which part of the processor time of the whole process this thread took; the least of some runs. Nearly 1: all. */
	share: number;
}

/**
 * Runs work that is done elsewhere, some times, each beside an idle loop of the same length.
 * @param begin begins it anew
 */
export async function stalling(begin: () => Promise<unknown>, runs = 3): Promise<Stalled> {
	const least: Stalled = { gap: Number.POSITIVE_INFINITY, share: 1 };
	for (let run = 0; run < runs; run++) {
		const { gap, took, share } = await turnsOf(begin);
		const idle = await turnsOf(() => new Promise((end) => setTimeout(end, took)));
		least.gap = Math.min(least.gap, gap / Math.max(idle.gap, 5 * calibrating()));
		least.share = Math.min(least.share, share);
		if (least.gap < 2 && least.share < 0.1) break;
	}
	return least;
}

/** The longest time between two turns of this thread until the work is over, and how long that took: milliseconds. */
async function turnsOf(begin: () => Promise<unknown>): Promise<{ gap: number; took: number; share: number }> {
	const [mine, all] = [process.threadCpuUsage(), process.cpuUsage()];
	const start = performance.now();
	let last = start;
	let gap = 0;
	let over = false;
	const turn = () => {
		const now = performance.now();
		gap = Math.max(gap, now - last);
		last = now;
		if (!over) setTimeout(turn, 1);
	};
	setTimeout(turn, 1);
	try {
		await begin();
	} finally {
		over = true;
	}
	turn();
	const { user, system } = process.cpuUsage(all);
	const thread = process.threadCpuUsage(mine);
	return { gap, took: last - start, share: (thread.user + thread.system) / (user + system) };
}
