// What is there before a new segment begins: the heads it must link, the keys this workspace has seen, and tails that a
// dying gate left torn. Only the ends of segments are read, so a large log costs a start little.
import { lstatSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { join } from "node:path";
import { type Entry, GENESIS, openLine } from "./chain.ts";
import { openCheckpoint, originOf } from "./checkpoint.ts";
import { bodyOf, isPersonal, type Link, type Settled } from "./entry.ts";
import { systemCode } from "./errors.ts";
import { openPlain } from "./files.ts";
import { firstEntry } from "./first.ts";
import { headPath, readHead } from "./head.ts";
import type { WorkspacePaths } from "./home.ts";
import { lastLineEnd, lineBefore, linesOf } from "./lines.ts";
import { isDead } from "./owner.ts";
import { listSegments } from "./segment.ts";
import { settledBefore, settledNow } from "./settled.ts";
import { signedFirst } from "./signedFirst.ts";

/** The unacknowledged end of a dead gate's segment that holds no entry. */
export interface TornTail {
	segment: string;
	offset: number;
	/** Size of the segment when this was seen. */
	size: number;
}

export interface Survey {
	/** Heads to link: those that no other segment links in their final state yet. Transitively that is all of them. */
	links: Link[];
	torn: TornTail[];
	/** Public keys (hex) of the segments, oldest first, each once. */
	keys: string[];
	/** The key of the newest segment. */
	lastKey: string | undefined;
	unreadable: { segment: string; code: string }[];
	/** For the next survey: what it need not look at again. */
	settled: Settled;
}

/** What one first entry links at most, so that it fits into a line; the next start links the rest. */
export const MAX_LINKS = 10_000;

/**
 * Looks at the segments of a workspace, except those that an earlier start found settled and that are as they were.
 * A segment that cannot be read is named, and stops nobody from starting.
 * @param publicKey hex, of the gate that starts. What other segments link counts only under its signature: who can write
 *   to the folder could otherwise put a first entry there, have it taken for the link, and remove both.
 */
export async function surveySegments(paths: WorkspacePaths, publicKey: string): Promise<Survey> {
	const segments = listSegments(paths.journal);
	const sizes = segments.map(
		(segment) => lstatSync(join(paths.journal, segment), { throwIfNoEntry: false })?.size ?? -1,
	);
	const before = await settledBefore(paths, segments, sizes, publicKey);
	const survey: Survey = { links: [], torn: [], keys: [], lastKey: undefined, unreadable: [], settled: before };
	const covered = new Map<string, Link>();
	// From the newest on: what a segment links counts once the segment itself is linked.
	const fresh = segments.slice(before.segments).reverse();
	const keys: string[] = [];
	for (const segment of fresh) {
		const path = join(paths.journal, segment);
		const started = await named(survey, segment, () => firstEntry(path));
		if (started !== undefined) keys.push(started.signer.publicKey);
		const linked = await named(survey, segment, () => surveyOne(paths, segment, covered.get(segment), survey));
		if (linked !== true || started?.signer.publicKey !== publicKey) continue;
		const signed = await named(survey, segment, () => signedFirst(path, paths.id, segment, publicKey));
		for (const link of signed?.links ?? [])
			if (link.final && link.segment < segment && !covered.has(link.segment)) covered.set(link.segment, link);
	}
	survey.keys = [...new Set([...before.keys, ...keys.toReversed()])];
	survey.lastKey = keys[0] ?? before.keys.at(-1);
	survey.links.reverse();
	survey.unreadable.reverse();
	survey.torn.reverse();
	for (const link of survey.links) if (link.final) covered.set(link.segment, link);
	survey.settled = settledNow(before, segments, sizes, covered, survey);
	return survey;
}

async function named<T>(survey: Survey, segment: string, look: () => Promise<T>): Promise<T | undefined> {
	try {
		return await look();
	} catch (error) {
		const code = systemCode(error) || (error instanceof Error ? error.name : String(error));
		if (!survey.unreadable.some((one) => one.segment === segment)) survey.unreadable.push({ segment, code });
		return undefined;
	}
}

/** An empty segment that nobody touched for so long is not one that a gate which could not start is about to remove. */
const EMPTY_MS = 60_000;

/** @returns whether the segment is linked now, by this start or by what is `known` */
async function surveyOne(
	paths: WorkspacePaths,
	segment: string,
	known: Link | undefined,
	survey: Survey,
): Promise<boolean> {
	const path = join(paths.journal, segment);
	const handle = await openPlain(path);
	try {
		const { size, mtimeMs } = await handle.stat();
		if (known !== undefined && known.bytes === size) return true;
		const outside = await readHead(headPath(paths.heads, segment));
		const dead = isDead(path, outside?.owner, mtimeMs);
		const end = await findEnd(path, handle, size, outside?.head);
		if (end === undefined) return false;
		if (end.tornAt !== undefined && dead) survey.torn.push({ segment, offset: end.tornAt, size });
		// One that nobody links is never settled, and all behind it neither: an empty one is linked as such.
		const empty = dead && size === 0 && Date.now() - mtimeMs > EMPTY_MS;
		if ((end.last === undefined && !empty) || survey.links.length >= MAX_LINKS) return false;
		// What is linked must outlast a crash, also when its own gate did not come to syncing it.
		if (process.platform !== "win32") await handle.datasync();
		survey.links.push({
			segment,
			entries: end.last?.head.seq ?? 0,
			bytes: end.bytes,
			head: end.last?.hash ?? GENESIS,
			final: dead || end.stopped,
		});
		return end.last !== undefined;
	} finally {
		await handle.close();
	}
}

/** A batch is never this large, so no crash leaves as much. Bytes. */
const MAX_TORN = 256 * 1024 * 1024;

interface End {
	/** The last entry that is whole. */
	last: Entry | undefined;
	/** Bytes up to and with it. */
	bytes: number;
	/** Where something begins that is no entry, and that was never acknowledged. */
	tornAt: number | undefined;
	/** The last two entries are gate.stopped and its checkpoint. After gate.stopped alone the checkpoint may be on its way. */
	stopped: boolean;
}

/**
 * The end of a segment, found from its outside head forward. Undefined when the end does not hold together in a way no
 * crash explains: that is for the verifier to tell a person, and nothing to link or repair.
 */
async function findEnd(
	path: string,
	handle: FileHandle,
	size: number,
	head: { bytes: number; hash: string } | undefined,
): Promise<End | undefined> {
	// Without an outside head only a last line that is not ended can be taken for torn.
	const from = head === undefined ? await lastLineEnd(handle, size) : head.bytes;
	if (from === undefined || from > size || size - from > MAX_TORN) return undefined;
	let last: Entry | undefined;
	if (from > 0) {
		const text = await lineBefore(handle, from);
		const opened = text === undefined ? undefined : openLine(text);
		if (opened?.state !== "good" || (head !== undefined && opened.entry.hash !== head.hash)) return undefined;
		last = opened.entry;
	}
	let bytes = from;
	let stopped = last !== undefined && (await followsStop(handle, from));
	/**
	 * The end before what a gate writes only together with a signature, while none was found: a person's word, and all of
	 * a segment of which nothing was acknowledged, since the first batch ends with the first checkpoint.
	 */
	let unsigned: End | undefined;
	if (head !== undefined && from === 0 && size > 0) unsigned = { last, bytes: 0, tornAt: 0, stopped };
	for await (const line of linesOf(path, from)) {
		if (line.offset >= size) break;
		const opened = line.ended && line.text !== undefined ? openLine(line.text) : undefined;
		if (opened === undefined || opened.state === "unparsable")
			return unsigned ?? { last, bytes, tornAt: line.offset, stopped };
		if (opened.state === "altered" || opened.entry.prev !== (last?.hash ?? GENESIS)) return undefined;
		const { entry } = opened;
		if (isPersonal(entry.head.type, JSON.stringify(entry.body ?? {})))
			unsigned ??= { last, bytes, tornAt: line.offset, stopped };
		else if (unsigned !== undefined && entry.head.type === "checkpoint" && (await isSigned(path, entry)))
			unsigned = undefined;
		stopped = last?.head.type === "gate.stopped";
		last = entry;
		bytes = line.offset + line.bytes;
	}
	// A journal signs these in the batch that holds them, and acknowledges them together. What lacks the signature was torn
	// from it, or was never written by a gate: it is cut out, and on record.
	return unsigned ?? { last, bytes, tornAt: undefined, stopped };
}

/** Whether the key of the segment signed all before this checkpoint. */
async function isSigned(path: string, { head, prev, body }: Entry): Promise<boolean> {
	const started = await firstEntry(path);
	const note = bodyOf("checkpoint", body)?.note;
	if (started === undefined || note === undefined) return false;
	const signed = openCheckpoint(note, started.signer.publicKey);
	if ("why" in signed) return false;
	const { origin, entries, hash } = signed;
	return origin === originOf(started.workspace, started.segment) && entries === head.seq - 1 && hash === prev;
}

/** True when the last entry is the checkpoint after gate.stopped. */
async function followsStop(handle: FileHandle, end: number): Promise<boolean> {
	const last = await lineBefore(handle, end);
	if (last === undefined) return false;
	const before = await lineBefore(handle, end - Buffer.byteLength(last) - 1);
	if (before === undefined) return false;
	const opened = openLine(before);
	return opened.state !== "unparsable" && opened.entry.head.type === "gate.stopped";
}
