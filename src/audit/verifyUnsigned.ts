// Segments that nobody signed.
import type { Problems } from "./problems.ts";
import type { Anchor } from "./verifyAnchors.ts";
import type { Seen } from "./verifyLinks.ts";
import type { SegmentResult } from "./verifySegment.ts";

const UNSIGNED =
	"no checkpoint signs this segment: its gate died while it started, or somebody else put it there; the next start of a gate here cuts it out and says so";

/**
 * Tells of segments that no checkpoint signs, in words that the checkpoints' own check has not told them in. A gate's first
 * batch ends with its first checkpoint, and nothing was acknowledged before: what is there without one is the rest of a
 * start that a crash ended, or no gate wrote it. Where a later start linked such a rest, that start's signature holds it.
 */
export function demandSignature(
	seen: readonly Seen[],
	results: readonly SegmentResult[],
	anchored: readonly Anchor[],
	problems: Problems,
): void {
	const held = new Set(anchored.filter(({ by }) => by === "signature").map(({ segment }) => segment));
	const told = new Set(problems.list.map(({ segment }) => segment));
	for (const [at, { segment, entries, live }] of results.entries()) {
		if (entries === 0 || live || held.has(segment) || told.has(segment)) continue;
		if (seen[at]?.started !== undefined) problems.add(segment, entries, "torn", UNSIGNED);
	}
}
