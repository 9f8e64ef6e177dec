// How far each segment is held by something outside of itself: what a forger who can write to the folder cannot make, or
// must change in another place as well. Behind that a log can be continued or cut, and nobody can tell.
import type { EntryBody } from "./entry.ts";
import type { Problem, Problems } from "./problems.ts";
import type { SegmentResult } from "./verifySegment.ts";

/** A head that was noted outside the log: after `entries` entries the hash of the last one was `hash` (hex). */
export interface KnownHead {
	segment: string;
	entries: number;
	hash: string;
	/** Who has seen it, for a person, e.g. "this editor"; else it is said to be given. */
	by?: string;
}

/** The last entry of a segment that something holds. */
export interface Anchor {
	segment: string;
	/** Number of the entry. */
	entry: number;
	/** Its outside head file; a checkpoint, in this segment or in one that links it; a head that was given. */
	by: "outside head" | "signature" | "given head";
}

/** What verification knows of a segment. */
export interface Anchorable {
	result: SegmentResult;
	started: EntryBody<"gate.started"> | undefined;
	/** What its outside head says. */
	outside: { entries: number; hash: string } | undefined;
}

type Held = Anchor & { line: number };

/** The anchors of all segments that were found where they say, with their lines. */
export function anchorsOf(segments: readonly Anchorable[], given: readonly KnownHead[]): Held[] {
	const signed = signedEntries(segments);
	const anchors: Held[] = [];
	for (const { result, outside } of segments) {
		const { segment, found } = result;
		const add = (by: Anchor["by"], head: { entries: number; hash: string } | undefined) => {
			const there = head === undefined ? undefined : found.get(head.entries);
			if (head !== undefined && there?.hash === head.hash)
				anchors.push({ segment, entry: head.entries, by, line: there.line });
		};
		add("outside head", outside);
		const held = signed.get(segment);
		if (held !== undefined) anchors.push({ segment, by: "signature", ...held });
		const heads = given.filter((head) => head.segment === segment && found.get(head.entries)?.hash === head.hash);
		add("given head", heads.sort((a, b) => b.entries - a.entries)[0]);
	}
	return anchors;
}

/** A signature over a first entry also covers what that entry links, and so on backwards. */
function signedEntries(segments: readonly Anchorable[]): Map<string, { entry: number; line: number }> {
	const byName = new Map(segments.map((one) => [one.result.segment, one]));
	const signed = new Map<string, { entry: number; line: number }>();
	for (const { result } of segments)
		if (result.signed > 0) signed.set(result.segment, { entry: result.signed, line: result.signedLine });
	const queue = [...signed.keys()];
	const done = new Set<string>();
	for (let segment = queue.pop(); segment !== undefined; segment = queue.pop()) {
		if (done.has(segment)) continue;
		done.add(segment);
		for (const { segment: linked, entries, head } of byName.get(segment)?.started?.links ?? []) {
			const there = byName.get(linked)?.result.found.get(entries);
			if (there === undefined || there.hash !== head) continue;
			if (entries > (signed.get(linked)?.entry ?? 0)) signed.set(linked, { entry: entries, line: there.line });
			queue.push(linked);
		}
	}
	return signed;
}

const ABOUT_LINES: ReadonlySet<Problem["kind"]> = new Set([
	"edited",
	"removed",
	"inserted",
	"reordered",
	"torn",
	"bad-checkpoint",
]);

/** Where something is wrong behind the last anchored entry, the words name that entry. */
export function tellAnchors(problems: Problems, anchors: readonly Held[]): void {
	const last = new Map<string, Held>();
	for (const anchor of anchors)
		if (anchor.entry > (last.get(anchor.segment)?.entry ?? 0)) last.set(anchor.segment, anchor);
	for (const problem of problems.list) {
		const anchor = last.get(problem.segment);
		const isBehind = ABOUT_LINES.has(problem.kind) && (problem.line ?? 0) > (anchor?.line ?? 0);
		if (!isBehind && problem.kind !== "cut-tail") continue;
		problem.detail +=
			anchor === undefined
				? "; no entry of this segment is anchored"
				: `; the last anchored entry of this segment is ${anchor.entry} (${anchor.by})`;
	}
}
