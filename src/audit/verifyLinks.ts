// What the segments of a log, and others, say of each other: which must be there, where each ended, who signs.
import { readdirSync } from "node:fs";
import { join } from "node:path";
import type { EntryBody } from "./entry.ts";
import { JournalError, systemCode } from "./errors.ts";
import { type HeadRead, readHead } from "./head.ts";
import type { WorkspacePaths } from "./home.ts";
import type { Problems } from "./problems.ts";
import { MAX_LINKS } from "./survey.ts";
import type { KnownHead } from "./verifyAnchors.ts";
import { codeOfOneFile, unreadable } from "./verifyRead.ts";
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

/** A journal links no more in one first entry, and no log of a life of work has as many in all. */
const MAX_LINKS_KEPT = 100_000;
/** No file's name is longer. */
const MAX_NAME = 255;

/**
 * Cuts first entries down to what a verification needs of them, as they are all kept until its end: so many links, no
 * members of others, no overlong texts. A first entry with more links than that is told.
 */
export class KeptStarts {
	readonly #problems: Problems;
	#links = 0;

	constructor(problems: Problems) {
		this.#problems = problems;
	}

	/** @returns what is kept of the first entry of `segment` */
	keep(segment: string, started: EntryBody<"gate.started"> | undefined): EntryBody<"gate.started"> | undefined {
		if (started === undefined) return undefined;
		const { links, settled, signer, writer, root, pid } = started;
		const room = Math.min(MAX_LINKS, MAX_LINKS_KEPT - this.#links);
		const kept = links.slice(0, room).map(({ segment: to, entries, bytes, head, final }) => {
			return { segment: short(to), entries, bytes, head, final };
		});
		this.#links += kept.length;
		if (kept.length < links.length) {
			const detail = `it links ${links.length} segments, more than a gate writes; ${kept.length} of them were looked at`;
			this.#problems.add(segment, 1, "inserted", detail);
		}
		return {
			segment: short(started.segment),
			workspace: short(started.workspace),
			root: root === null ? null : short(root),
			gate: short(started.gate),
			pid,
			writer: {
				osUser: short(writer.osUser),
				host: short(writer.host),
				editor: short(writer.editor),
				version: short(writer.version),
			},
			signer: { publicKey: signer.publicKey, storage: signer.storage },
			links: kept,
			...(settled === undefined ? {} : { settled: { segments: settled.segments, digest: settled.digest, keys: [] } }),
		};
	}
}

/** Cut where no name goes on, and still another one than the shorter one would be. */
function short(text: string): string {
	return text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…` : text;
}

/**
 * Every segment that a link, an outside head or the person who asks knows must be there.
 * @param unread segments that are there, but could not be read
 */
export async function demandSegments(
	paths: WorkspacePaths,
	seen: readonly Seen[],
	unread: readonly string[],
	recorded: Map<string, Recorded[]>,
	problems: Problems,
): Promise<void> {
	const there = new Set([...seen.map(({ segment }) => segment), ...unread]);
	for (const [segment, [first]] of recorded)
		if (first && !there.has(segment)) problems.add(segment, undefined, "segment-missing", knows(first));
	for (const name of headNames(paths.heads, problems)) {
		const segment = name.replace(/\.head$/, "");
		if (segment === name || there.has(segment) || recorded.has(segment)) continue;
		// A head that says "nothing yet" is what remains when a gate dies before it created the segment.
		const outside = await readOutside(join(paths.heads, name));
		if (outside?.head?.entries !== 0)
			problems.add(segment, undefined, "segment-missing", "its outside head file knows of this segment");
	}
}

function headNames(heads: string, problems: Problems): string[] {
	try {
		return namesIn(heads);
	} catch (error) {
		const code = codeOfOneFile(error);
		if (code === undefined) throw unreadable(error, heads);
		problems.add("heads", undefined, "cut-tail", `the folder of the outside heads cannot be read (${code})`);
		return [];
	}
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
	// An empty one is what a gate leaves that dies before its first entry: there is nothing to be signed.
	for (const { segment, started, size } of seen)
		if (size > 0 && !pins.includes(started?.signer.publicKey ?? ""))
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

/** What a head file says. One that is no plain file, or that the system does not give back, is as good as damaged. */
export async function readOutside(path: string): Promise<HeadRead | undefined> {
	try {
		return await readHead(path);
	} catch (error) {
		const damaged = error instanceof JournalError || systemCode(error) === "ELOOP";
		if (damaged || codeOfOneFile(error) !== undefined) return {};
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
