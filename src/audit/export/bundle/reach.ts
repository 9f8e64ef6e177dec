// How far each segment of a bundle goes. All of a closed one; of one that is still being written, up to the last signature
// behind what is needed. Where an entry that is wanted has no signature in its own segment (its gate died), a later one may
// have linked it: then the beginning of that one comes along, because its signature covers what it links.
import type { Scan, SegmentSeen } from "./scan.ts";

/** Lines to be written of each segment of the bundle, by segment, in the order of their names. */
export function reachOf({ marks, lastWanted, segments }: Scan): Map<string, number> {
	const reach = new Map<string, number>();
	for (const segment of marks.segments()) {
		const seen = segments.get(segment);
		if (seen === undefined) continue;
		const closedBySignature = seen.live && seen.lastCheckpoint >= marks.last(segment);
		reach.set(segment, closedBySignature ? seen.lastCheckpoint : seen.lines);
	}
	for (const [segment, last] of lastWanted) {
		const seen = segments.get(segment);
		if (seen === undefined || seen.lastCheckpoint >= last) continue;
		const by = coveredBy([...segments.values()], segment, last);
		if (by !== undefined && !reach.has(by.segment)) reach.set(by.segment, by.firstCheckpoint);
	}
	// What a segment of the bundle links must be there to that point, or the bundle would look cut.
	for (const segment of [...reach.keys()])
		for (const link of segments.get(segment)?.started?.links ?? []) {
			const now = reach.get(link.segment);
			const there = segments.get(link.segment)?.lines ?? 0;
			if (now !== undefined && now < link.entries) reach.set(link.segment, Math.min(link.entries, there));
		}
	return new Map([...reach].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The first segment that links so much of another and is signed itself. */
function coveredBy(all: SegmentSeen[], segment: string, entries: number): SegmentSeen | undefined {
	return all.find(
		({ firstCheckpoint, started }) =>
			firstCheckpoint > 0 && started?.links.some((link) => link.segment === segment && link.entries >= entries),
	);
}
