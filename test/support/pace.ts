// How long something takes, as a multiple of a fixed piece of work in the same process: what holds on a slow and a busy
// machine alike, which no number of milliseconds does.

/** The shortest of some runs: what else the machine does only adds. Milliseconds. */
export function shortest(runs: number, work: () => unknown): number {
	let best = Number.POSITIVE_INFINITY;
	for (let run = 0; run < runs; run += 1) {
		const start = performance.now();
		work();
		best = Math.min(best, performance.now() - start);
	}
	return best;
}

/** Something of a fixed size to compare with: about a millisecond on a machine of 2024. */
export function calibrating(): number {
	return shortest(7, () => {
		let text = "";
		for (let index = 0; index < 20_000; index += 1) text = (text + String.fromCharCode(97 + (index % 26))).slice(-40);
		if (text.length !== 40) throw new Error("never");
	});
}

/** Work as a multiple of that piece. */
export function times(work: () => unknown): number {
	return shortest(3, work) / calibrating();
}
