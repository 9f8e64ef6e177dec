// The segments of a log as far as the index has read them, and what is new in them.
import { type BigIntStats, lstatSync } from "node:fs";
import { join } from "node:path";
import { JournalError, systemCode } from "../errors.ts";
import { openPlain } from "../files.ts";
import { listSegments, segmentStart } from "../segment.ts";
import { FIRST, type Link } from "./link.ts";
import { type LinkedLine, SegmentReader, tailDigest } from "./reader.ts";
import { findMisfit, type SegmentMark } from "./snapshot.ts";
import { timeKey } from "./times.ts";

/** A segment and how far it was read. */
export interface Segment extends Omit<SegmentMark, "link"> {
	/** What its next line has to follow. */
	link: Link | undefined;
	/** What the file was when it was last compared. */
	seen: string;
	size: number;
	/** What follows is no log, and was not read to its end. */
	gaveUp: boolean;
}

/** A segment as a snapshot has it. */
export function segmentOf({ link, ...mark }: SegmentMark): Segment {
	const hash = mark.hash === "" ? FIRST.hash : mark.hash;
	const known = link === undefined ? undefined : { hash, ...link };
	return { ...mark, link: known, seen: "", size: mark.bytes, gaveUp: false };
}

/** A segment as it goes into a snapshot. */
export function markOf({ name, bytes, lines, entries, hash, tail, key, whole, link }: Segment): SegmentMark {
	const known = link === undefined ? {} : { link: { seq: link.seq, near: link.near } };
	return { name, bytes, lines, entries, hash, tail, key, whole, ...known };
}

/** Moves a segment on behind its next line. */
export function moveOn(segment: Segment, key: number, { line, whole, link }: LinkedLine): void {
	segment.bytes += line.bytes;
	segment.lines++;
	segment.key = key;
	segment.link = link;
	if (!whole) segment.whole = false;
	if (line.entry === undefined) return;
	segment.entries++;
	segment.hash = line.entry.hash;
}

export interface News {
	/** Why what was read no longer stands there. */
	misfit?: string;
	/** Segments with more bytes than were read. */
	grown: Segment[];
	/** New ones. */
	added: Segment[];
	/** Files with the name of a segment that cannot be read. */
	unreadable: string[];
}

/** Looks for what is new, and whether what was read still stands there. @throws a system error when the folder cannot be read */
export async function findNews(dir: string, known: ReadonlyMap<string, Segment>): Promise<News> {
	const news: News = { grown: [], added: [], unreadable: [] };
	const names = listSegments(join(dir, "journal"));
	const there = new Set(names);
	for (const name of known.keys())
		if (!there.has(name)) return { ...news, misfit: `The segment ${name} is gone from the log.` };
	for (const name of names) {
		const stat = lstatSync(join(dir, "journal", name), { bigint: true, throwIfNoEntry: false });
		const segment = known.get(name);
		if (segment === undefined) {
			if (stat?.isFile() === true && (await mayRead(join(dir, "journal", name))))
				news.added.push(newSegment(name, stat));
			else if (stat !== undefined) news.unreadable.push(name);
			continue;
		}
		const seen = stat === undefined ? "" : seenOf(stat);
		if (segment.seen !== seen) {
			const misfit = await findMisfit(dir, [segment]);
			if (misfit !== undefined) return { ...news, misfit };
			segment.seen = seen;
			segment.gaveUp = false;
			segment.size = Number(stat?.size ?? 0);
		}
		if (segment.size > segment.bytes && !segment.gaveUp) news.grown.push(segment);
	}
	return news;
}

async function mayRead(path: string): Promise<boolean> {
	try {
		await (await openPlain(path)).close();
		return true;
	} catch (error) {
		if (error instanceof JournalError || ["ENOENT", "EACCES", "EPERM", "ELOOP"].includes(systemCode(error)))
			return false;
		throw error;
	}
}

function newSegment(name: string, stat: BigIntStats): Segment {
	const key = timeKey(segmentStart(name));
	const nothing = { bytes: 0, lines: 0, entries: 0, hash: "", tail: "", whole: true, link: FIRST, gaveUp: false };
	return { name, ...nothing, key, seen: "", size: Number(stat.size) };
}

/** Anything written to a file, or another file in its place, changes this. */
function seenOf({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string {
	return `${ino} ${size} ${mtimeNs} ${ctimeNs}`;
}

/** Fills in the digest of its last bytes. @throws JournalError "unreadable", or a system error */
export async function markTail(dir: string, segment: Segment): Promise<void> {
	const handle = await openPlain(join(dir, "journal", segment.name));
	try {
		segment.tail = (await tailDigest(handle, segment.bytes, segment.whole)) ?? "";
	} finally {
		await handle.close();
	}
}

interface Source {
	segment: Segment;
	/** Place of its next line in the order of the log; never goes back. */
	key: number;
	reader: SegmentReader;
	next: LinkedLine;
}

/** A line and the segment it is of, which is not yet moved on. */
export interface SourceLine {
	segment: Segment;
	key: number;
	marked: LinkedLine;
}

/**
 * What is new in segments, merged as read.ts does. Lines are ready at once as long as they are in memory, so `next` is no
 * promise; it is `undefined` when the disk must be asked: then `await more()`, until that says there is nothing more.
 */
export class NewLines {
	readonly #dir: string;
	readonly #closed: Segment[];
	readonly #open: Source[] = [];
	#waiting: Source | undefined;

	constructor(dir: string, segments: readonly Segment[]) {
		this.#dir = dir;
		this.#closed = segments.toSorted((a, b) => a.key - b.key || (a.name < b.name ? -1 : 1));
	}

	next(): SourceLine | undefined {
		if (this.#waiting !== undefined) return undefined;
		const first = this.#first();
		if (first === undefined || this.#mayComeBefore(first)) return undefined;
		const line = { segment: first.segment, key: first.key, marked: first.next };
		const next = first.reader.next();
		if (next === undefined) this.#waiting = first;
		else moveTo(first, next);
		return line;
	}

	/** Reads what `next` needs. @returns whether there is anything */
	async more(): Promise<boolean> {
		const waiting = this.#waiting;
		if (waiting !== undefined) {
			this.#waiting = undefined;
			const next = await read(waiting.reader);
			if (next !== undefined) moveTo(waiting, next);
			else {
				this.#open.splice(this.#open.indexOf(waiting), 1);
				waiting.segment.gaveUp = waiting.reader.gaveUp;
				await waiting.reader.close();
			}
		}
		// Few files are open at a time: a segment is opened when the merge has come to where it goes on.
		for (let first = this.#first(); this.#closed[0] !== undefined; first = this.#first()) {
			if (first !== undefined && !this.#mayComeBefore(first)) break;
			await this.#openNext();
		}
		return this.#open.length > 0;
	}

	async close(): Promise<void> {
		for (const { reader } of this.#open.splice(0)) await reader.close();
	}

	async #openNext(): Promise<void> {
		const segment = this.#closed.shift() as Segment;
		const reader = await SegmentReader.open(join(this.#dir, "journal", segment.name), segment.name, segment);
		const next = await read(reader);
		if (next === undefined) {
			segment.gaveUp = reader.gaveUp;
			await reader.close();
			return;
		}
		const source: Source = { segment, key: segment.key, reader, next };
		moveTo(source, next);
		this.#open.push(source);
	}

	#mayComeBefore(first: Source): boolean {
		const closed = this.#closed[0];
		return closed !== undefined && closed.key <= first.key;
	}

	#first(): Source | undefined {
		let first: Source | undefined;
		for (const source of this.#open)
			if (
				first === undefined ||
				source.key < first.key ||
				(source.key === first.key && source.segment.name < first.segment.name)
			)
				first = source;
		return first;
	}
}

async function read(reader: SegmentReader): Promise<LinkedLine | undefined> {
	for (let next = reader.next(); ; next = reader.next()) {
		if (next !== undefined) return next;
		if (!(await reader.more())) return reader.last();
	}
}

function moveTo(source: Source, next: LinkedLine): void {
	source.next = next;
	const time = next.line.entry?.head.time;
	if (time !== undefined) source.key = Math.max(source.key, timeKey(time));
}
