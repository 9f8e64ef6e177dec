// What first entries say is settled, and so is not linked again by later starts: each such segment must be linked in its
// final state by somebody. A first entry that says otherwise was put there so that segments can go without a trace.
import { createHash } from "node:crypto";
import type { Problems } from "./problems.ts";
import { addSettled } from "./settled.ts";
import type { Seen } from "./verifyLinks.ts";
import type { Recorded } from "./verifySegment.ts";

/**
 * Tells of first entries that call segments settled which nothing links finally. One whose digest does not fit the
 * segments that are here says nothing: no start believes it either.
 * @param seen all segments of the log, by name, each with its first entry where it has one
 */
export function demandSettled(
	seen: readonly Seen[],
	recorded: ReadonlyMap<string, readonly Recorded[]>,
	problems: Problems,
): void {
	const open = seen.findIndex(({ segment }) => recorded.get(segment)?.some(({ final }) => final) !== true);
	const claims = seen.filter(({ started }) => open >= 0 && (started?.settled?.segments ?? 0) > open);
	if (claims.length === 0) return;
	const digests: string[] = [];
	const hash = createHash("sha256");
	for (const { segment, size } of seen) {
		digests.push(hash.copy().digest("hex"));
		addSettled(hash, segment, size);
	}
	digests.push(hash.digest("hex"));
	for (const { segment, started } of claims) {
		const settled = started?.settled;
		if (settled === undefined || digests[settled.segments] !== settled.digest) continue;
		const why = `it calls ${settled.segments} segments settled, but no first entry links the end of ${seen[open]?.segment}`;
		problems.add(segment, 1, "inserted", why);
	}
}
