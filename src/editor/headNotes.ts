// What an editor notes of one log: how far it has seen each segment, and what a person let it forget. Merged, bounded, and
// read from a text that may be damaged.
import type { KnownHead, Verification } from "../audit/verify.ts";

/** What was seen of a segment: after so many entries the hash of the last one was this. */
export interface RememberedHead extends Pick<KnownHead, "segment" | "entries" | "hash"> {
	/** Written by a gate of this editor, not only found by a verification. */
	own?: boolean;
}

/** A person let all windows forget up to so many entries of a segment. */
export interface Forgotten {
	segment: string;
	entries: number;
	/** Each window takes it out of what it has seen once: what it sees after that counts again. */
	id: string;
}

export interface Notes {
	heads: RememberedHead[];
	/** In the order in which it was forgotten. */
	forgotten: Forgotten[];
}

/** Segments that are remembered of one log. First entries link the segments before, so the newest are enough. */
export const MAX_SEGMENTS = 64;
/** So many places are for segments of this editor's gates: others can be made by anybody, with any date in the name. */
const MAX_OWN = MAX_SEGMENTS / 2;
/** Longer ones are not read, in characters: all there can be takes a third of it. */
const MAX_TEXT = 64 * 1024;

/**
 * One list of several, the oldest segment first. A head never goes back: more entries win, and of two with as many entries
 * the one that was there first, because a log that says something else now was changed.
 */
export function mergeHeads(...lists: readonly (readonly RememberedHead[])[]): RememberedHead[] {
	const merged = new Map<string, RememberedHead>();
	for (const head of lists.flat()) {
		const known = merged.get(head.segment);
		const { segment, entries, hash } = known !== undefined && known.entries >= head.entries ? known : head;
		const own = known?.own === true || head.own === true;
		merged.set(segment, { segment, entries, hash, ...(own ? { own } : {}) });
	}
	// Names begin with the time.
	const newest = [...merged.values()].sort((a, b) => (a.segment < b.segment ? 1 : -1));
	const own = newest.filter((head) => head.own === true).slice(0, MAX_OWN);
	const rest = newest.filter((head) => !own.includes(head)).slice(0, MAX_SEGMENTS - own.length);
	return [...own, ...rest].sort((a, b) => (a.segment < b.segment ? -1 : 1));
}

/**
 * What a verification shows of segments in which nothing is wrong, as far as signatures go: anybody can append lines that
 * are not signed and take them away again, and what was seen of them would be missed for ever. Problems elsewhere, which
 * anybody can make, keep nothing from being learnt.
 */
export function learnable({
	heads,
	problems,
	moreProblems,
}: Pick<Verification, "heads" | "problems" | "moreProblems">): RememberedHead[] {
	if (moreProblems > 0) return [];
	const troubled = new Set(problems.map(({ segment }) => segment));
	return heads.flatMap(({ segment, entries, hash, signed }) =>
		hash !== undefined && entries > 0 && signed === entries && !troubled.has(segment)
			? [{ segment, entries, hash }]
			: [],
	);
}

const SEGMENT = /^\d{8}T\d{6}\.\d{3}Z-[\w-]{1,64}\.jsonl$/;
const HASH = /^[0-9a-f]{64}$/;
const FORGOTTEN = "forgotten";
const ID = /^[0-9a-f]{16}$/;

/** One list of several; what was forgotten last is kept. */
export function mergeForgotten(...lists: readonly (readonly Forgotten[])[]): Forgotten[] {
	return [...new Map(lists.flat().map((one) => [one.id, one])).values()].slice(-MAX_SEGMENTS);
}

export function notesText({ heads, forgotten }: Notes): string {
	return JSON.stringify([
		...heads.map(({ segment, entries, hash, own }) => [segment, entries, hash, own === true ? 1 : 0]),
		...forgotten.map(({ segment, entries, id }) => [FORGOTTEN, segment, entries, id]),
	]);
}

/** What a text of the storage says, and how much of it was neither a head nor that one was forgotten. */
export function parseNotes(text: string): Notes & { dropped: number } {
	let all: unknown;
	try {
		all = text.length > MAX_TEXT ? undefined : JSON.parse(text);
	} catch {
		// Told as dropped.
	}
	if (!Array.isArray(all)) return { heads: [], forgotten: [], dropped: 1 };
	const heads = all.map(headOf).filter((head) => head !== undefined);
	const forgotten = all.map(forgottenOf).filter((one) => one !== undefined);
	const dropped = all.length - heads.length - forgotten.length;
	return { heads: mergeHeads(heads), forgotten: mergeForgotten(forgotten), dropped };
}

function headOf(one: unknown): RememberedHead | undefined {
	if (!Array.isArray(one)) return undefined;
	const [segment, entries, hash, own] = one as unknown[];
	if (typeof segment !== "string" || !SEGMENT.test(segment)) return undefined;
	if (!Number.isSafeInteger(entries) || (entries as number) < 1) return undefined;
	if (typeof hash !== "string" || !HASH.test(hash)) return undefined;
	return { segment, entries: entries as number, hash, ...(own === 1 ? { own: true } : {}) };
}

function forgottenOf(one: unknown): Forgotten | undefined {
	if (!Array.isArray(one)) return undefined;
	const [what, segment, entries, id] = one as unknown[];
	if (what !== FORGOTTEN || typeof segment !== "string" || !SEGMENT.test(segment)) return undefined;
	if (!Number.isSafeInteger(entries) || (entries as number) < 0) return undefined;
	if (typeof id !== "string" || !ID.test(id)) return undefined;
	return { segment, entries: entries as number, id };
}
