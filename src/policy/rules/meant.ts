// "Did you mean": the one of a few words that a mistyped word is close to.

/** The closest of `words` within two slips (one for short words), or with other capitals; undefined when none is close. */
export function meant(word: string, words: readonly string[]): string | undefined {
	if (word.length > 40) return undefined;
	const lower = word.toLowerCase();
	let best: string | undefined;
	let least = Math.min(2, Math.floor(word.length / 3)) + 1;
	for (const one of words) {
		const slips = distance(lower, one.toLowerCase());
		if (slips < least || (slips === 0 && best === undefined)) {
			best = one;
			least = slips;
		}
	}
	return best;
}

/** Insertions, deletions, replacements and neighbours swapped. */
function distance(a: string, b: string): number {
	let before: number[] = [];
	let last = Array.from({ length: b.length + 1 }, (_, index) => index);
	for (let row = 1; row <= a.length; row += 1) {
		const now = [row];
		for (let at = 1; at <= b.length; at += 1) {
			const change = (last[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
			let least = Math.min(change, (last[at] ?? 0) + 1, (now[at - 1] ?? 0) + 1);
			const swapped = row > 1 && at > 1 && a[row - 1] === b[at - 2] && a[row - 2] === b[at - 1];
			if (swapped) least = Math.min(least, (before[at - 2] ?? 0) + 1);
			now.push(least);
		}
		before = last;
		last = now;
	}
	return last[b.length] ?? 0;
}
