// How far signatures reach: a checkpoint covers its own segment up to itself, and, because a first entry holds the heads of
// earlier segments, these too, and so on backwards.

export interface Covered {
	segment: string;
	entries: number;
	/** Covered by its own checkpoints. */
	signed: number;
	links: readonly { segment: string; entries: number }[];
}

/** Entries of each segment that a signature covers, by segment. */
export function signedBy(segments: readonly Covered[]): Map<string, number> {
	const of = new Map(segments.map((one) => [one.segment, one]));
	const signed = new Map(segments.map((one) => [one.segment, one.signed]));
	const queue = segments.filter((one) => one.signed > 0).map((one) => one.segment);
	const done = new Set<string>();
	for (let segment = queue.pop(); segment !== undefined; segment = queue.pop()) {
		if (done.has(segment)) continue;
		done.add(segment);
		for (const link of of.get(segment)?.links ?? []) {
			const there = of.get(link.segment);
			if (there === undefined) continue;
			signed.set(link.segment, Math.max(signed.get(link.segment) ?? 0, Math.min(link.entries, there.entries)));
			queue.push(link.segment);
		}
	}
	return signed;
}
