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

/**
 * Looks at the segments of a workspace, except those that an earlier start found settled and that are as they were.
 * A segment that cannot be read is named, and stops nobody from starting.
 */
export async function surveySegments(paths: WorkspacePaths): Promise<Survey> {
	const segments = listSegments(paths.journal);
	const sizes = segments.map(
		(segment) => lstatSync(join(paths.journal, segment), { throwIfNoEntry: false })?.size ?? -1,
	);
	const before = await settledBefore(paths, segments, sizes);
	const survey: Survey = { links: [], torn: [], keys: [], lastKey: undefined, unreadable: [], settled: before };
	survey.keys.push(...before.keys);
	const covered = new Map<string, Link>();
	const fresh = segments.slice(before.segments);
	for (const segment of fresh) {
		const started = await named(survey, segment, () => firstEntry(join(paths.journal, segment)));
		if (started === undefined) continue;
		const key = started.signer.publicKey;
		if (!survey.keys.includes(key)) survey.keys.push(key);
		survey.lastKey = key;
		for (const link of started.links) if (link.final) covered.set(link.segment, link);
	}
	survey.lastKey ??= survey.keys.at(-1);
	for (const segment of fresh) {
		await named(survey, segment, () => surveyOne(paths, segment, covered.get(segment), survey));
	}
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

async function surveyOne(
	paths: WorkspacePaths,
	segment: string,
	known: Link | undefined,
	survey: Survey,
): Promise<void> {
	const path = join(paths.journal, segment);
	const handle = await openPlain(path);
	try {
		const { size, mtimeMs } = await handle.stat();
		if (known !== undefined && known.bytes === size) return;
		const outside = await readHead(headPath(paths.heads, segment));
		const dead = isDead(path, outside?.owner, mtimeMs);
		const end = await findEnd(path, handle, size, outside?.head);
		if (end === undefined) return;
		if (end.tornAt !== undefined && dead) survey.torn.push({ segment, offset: end.tornAt, size });
		if (end.last === undefined) return;
		// What is linked must outlast a crash, also when its own gate did not come to syncing it.
		if (process.platform !== "win32") await handle.datasync();
		survey.links.push({
			segment,
			entries: end.last.head.seq,
			bytes: end.bytes,
			head: end.last.hash,
			final: dead || end.stopped,
		});
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
	/** The end before a person's word that no checkpoint signs yet. */
	let unsigned: End | undefined;
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
	// A journal signs a person's word in the batch that holds it, and acknowledges them together. What lacks the signature
	// was torn from it, or was never written by a gate: it is cut out, and on record.
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
