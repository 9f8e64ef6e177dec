// What the segments of a log, and others, say of each other: which must be there, where each ended, who signs.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EntryBody } from "./entry.ts";
import { JournalError, systemCode } from "./errors.ts";
import { type HeadRead, readHead } from "./head.ts";
import type { WorkspacePaths } from "./home.ts";
import type { Problems } from "./problems.ts";
import type { KnownHead } from "./verifyAnchors.ts";
import { type Recorded, recordedBy, saidBy } from "./verifySegment.ts";

/** What is known of a segment before it is read. */
export interface Seen {
	segment: string;
	outside: HeadRead | undefined;
	/** Body of its first entry; undefined when that cannot be read. */
	started: EntryBody<"gate.started"> | undefined;
	/** Its gate may still be running. */
	live: boolean;
	/** Bytes when it was looked at. */
	size: number;
}

export interface SignerKey {
	publicKey: string;
	storage: string;
	segments: number;
	firstSegment: string;
}

/** Who knows of a head that the person who asks has noted elsewhere. */
export const GIVEN = "the head that was given";

/** Heads as a person gave them, with their hashes as the log writes them. */
export function givenHeads(heads: readonly KnownHead[] = []): KnownHead[] {
	return heads.map((head) => ({ ...head, hash: head.hash.toLowerCase() }));
}

/** What first entries, and the person who asks, say of segments. */
export function recordedHeads(seen: readonly Seen[], heads: readonly KnownHead[]): Map<string, Recorded[]> {
	const recorded = new Map<string, Recorded[]>();
	const told = new Set<string>();
	const add = (segment: string, one: Recorded) => {
		// Many segments may say the same of one.
		const key = `${one.entries} ${one.hash} ${one.final} ${segment}`;
		if (told.has(key)) return;
		told.add(key);
		const known = recorded.get(segment);
		if (known === undefined) recorded.set(segment, [one]);
		else known.push(one);
	};
	for (const head of heads) add(head.segment, recordedGiven(head));
	for (const { segment, started } of seen)
		for (const link of started?.links ?? []) add(link.segment, recordedBy(link, segment));
	return recorded;
}

/** Every segment that a link, an outside head or the person who asks knows must be there. */
export async function demandSegments(
	paths: WorkspacePaths,
	seen: readonly Seen[],
	recorded: Map<string, Recorded[]>,
	problems: Problems,
): Promise<void> {
	const there = new Set(seen.map(({ segment }) => segment));
	const missing = new Map<string, string>();
	for (const [segment, [first]] of recorded) if (first && !there.has(segment)) missing.set(segment, knows(first));
	for (const name of namesIn(paths.heads)) {
		const segment = name.replace(/\.head$/, "");
		if (segment === name || there.has(segment) || missing.has(segment)) continue;
		// A head that says "nothing yet" is what remains when a gate dies before it created the segment.
		const outside = await readOutside(join(paths.heads, name));
		if (outside?.head?.entries !== 0) missing.set(segment, "its outside head file knows of this segment");
	}
	for (const [segment, detail] of missing) problems.add(segment, undefined, "segment-missing", detail);
}

/** The same for a copy of some segments: only what the person who asks knows must be there. */
export function demandHeads(
	seen: readonly Pick<Seen, "segment">[],
	heads: readonly KnownHead[],
	problems: Problems,
): void {
	const there = new Set(seen.map(({ segment }) => segment));
	const first = new Map(heads.toReversed().map((head) => [head.segment, head]));
	for (const [segment, head] of first)
		if (!there.has(segment)) problems.add(segment, undefined, "segment-missing", knows(recordedGiven(head)));
}

function recordedGiven({ entries, hash, by }: KnownHead): Recorded {
	return { entries, hash, final: false, ...(by === undefined ? { by: GIVEN } : { by, seen: true }) };
}

/** Why a segment must be there. */
function knows(recorded: Recorded): string {
	return recorded.seen === true ? saidBy(recorded) : `${recorded.by} knows of this segment`;
}

/** All segments of a log, or of a bundle, belong to the workspace that the first of them names. */
export function demandOneWorkspace(seen: readonly Pick<Seen, "segment" | "started">[], problems: Problems): void {
	const first = seen.find(({ started }) => started !== undefined)?.started?.workspace;
	for (const { segment, started } of seen)
		if (started !== undefined && started.workspace !== first)
			problems.add(segment, 1, "inserted", `it belongs to workspace ${started.workspace}, the others to ${first}`);
}

export function demandKeys(seen: readonly Seen[], pins: string[], problems: Problems): void {
	for (const { segment, started } of seen)
		if (!pins.includes(started?.signer.publicKey ?? ""))
			problems.add(
				segment,
				1,
				"wrong-key",
				`signed by ${started?.signer.publicKey ?? "nobody"}, which is not a given key`,
			);
}

/** The keys that segments name as theirs, each once. */
export function signerKeys(seen: readonly Pick<Seen, "segment" | "started">[]): SignerKey[] {
	const keys = new Map<string, SignerKey>();
	for (const { segment, started } of seen) {
		if (started === undefined) continue;
		const { publicKey, storage } = started.signer;
		const key = keys.get(publicKey) ?? { publicKey, storage, segments: 0, firstSegment: segment };
		key.segments++;
		keys.set(publicKey, key);
	}
	return [...keys.values()];
}

/** What a head file says. One that is no plain file is as good as damaged. */
export async function readOutside(path: string): Promise<HeadRead | undefined> {
	try {
		return await readHead(path);
	} catch (error) {
		if (error instanceof JournalError || systemCode(error) === "ELOOP") return {};
		throw error;
	}
}

/** Names in a folder; none when it is not there. */
export function namesIn(dir: string): string[] {
	try {
		return readdirSync(dir);
	} catch (error) {
		if (systemCode(error) === "ENOENT") return [];
		throw error;
	}
}
