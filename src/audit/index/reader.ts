// A segment from an offset on, line by line, as read.ts gives them, but for what stands after the last line break: that is
// still being written, or was cut short, and no line yet.

import { isUtf8 } from "node:buffer";
import { createHash, hash as digest } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { MAX_LINE_BYTES, openLine } from "../chain.ts";
import { openPlain, readAt } from "../files.ts";
import { MAX_SKIPPED } from "../lines.ts";
import { quickOpen } from "../quickOpen.ts";
import type { ReadLine } from "../read.ts";
import { follows, isSound, type Link, linkBehind } from "./link.ts";

const CHUNK = 1024 * 1024;
const NEWLINE = 10;

/** A line, and 32 bits by which it is known again: of its hash, or of its text when it is no entry; 0 when neither is known. */
export interface MarkedLine {
	line: ReadLine;
	mark: number;
}

/** A line and how it stands among the others of its segment. */
export interface LinkedLine extends MarkedLine {
	/** It follows the line before it. */
	follows: boolean;
	/** It is what was written, and fits the line before and the one after it, as far as they were read. */
	whole: boolean;
	/** It does not fit the line before or after it: one of the two was changed, and which one cannot be told here. */
	loose: boolean;
	/** What the line after it has to follow. */
	link: Link | undefined;
}

export interface Start {
	/** Offset of the first byte of a line. */
	bytes: number;
	/** Lines before it. */
	lines: number;
	/** What that line has to follow. */
	link: Link | undefined;
}

export class SegmentReader {
	readonly #handle: FileHandle;
	readonly #segment: string;
	#position: number;
	#offset: number;
	#lines: number;
	readonly #memory = Buffer.allocUnsafe(CHUNK);
	#chunk = Buffer.alloc(0);
	#from = 0;
	/** The line that is not ended yet; of an overlong one only the length. */
	#parts: Buffer[] = [];
	#length = 0;
	#link: Link | undefined;
	/** The line before, held until it is known whether the next one follows it. */
	#held: LinkedLine | undefined;
	#ended = false;
	#gaveUp = false;

	private constructor(handle: FileHandle, segment: string, { bytes, lines, link }: Start) {
		this.#handle = handle;
		this.#segment = segment;
		this.#position = bytes;
		this.#offset = bytes;
		this.#lines = lines;
		this.#link = link;
	}

	/** What follows is longer than any line can be, and was not read to its end. */
	get gaveUp(): boolean {
		return this.#gaveUp;
	}

	/** @throws JournalError "unreadable", or a system error */
	static async open(path: string, segment: string, start: Start): Promise<SegmentReader> {
		return new SegmentReader(await openPlain(path), segment, start);
	}

	/** The next line of what was read so far, when the one behind it is known too; undefined when more must be read. */
	next(): LinkedLine | undefined {
		for (let marked = this.#next(); marked !== undefined; marked = this.#next()) {
			const held = this.#held;
			const { line, mark } = marked;
			const isNext = follows(this.#link, line);
			this.#link = linkBehind(this.#link, line);
			const whole = isNext && isSound(line);
			this.#held = { line, mark, follows: isNext, whole, loose: !isNext, link: this.#link };
			if (held === undefined) continue;
			if (!isNext) Object.assign(held, { whole: false, loose: true });
			return held;
		}
		return undefined;
	}

	/** The last line, once there is nothing more; what is appended from then on is not read. */
	last(): LinkedLine | undefined {
		const held = this.#held;
		this.#held = undefined;
		this.#ended = true;
		return held;
	}

	#next(): MarkedLine | undefined {
		const chunk = this.#chunk;
		const found = this.#from < chunk.length ? chunk.indexOf(NEWLINE, this.#from) : -1;
		const to = found < 0 ? chunk.length : found;
		this.#length += to - this.#from;
		if (this.#length <= MAX_LINE_BYTES && to > this.#from) this.#parts.push(chunk.subarray(this.#from, to));
		this.#from = to;
		if (found < 0) return undefined;
		this.#from++;
		return this.#take();
	}

	/** Reads on. @returns false at the end of the file */
	async more(): Promise<boolean> {
		// A file of nothing, terabytes long, costs nothing to make: nobody reads on for its end.
		if (this.#length > MAX_SKIPPED) this.#gaveUp = true;
		if (this.#ended || this.#gaveUp) return false;
		// The memory is used again: what an unended line has in it is kept apart.
		const last = this.#parts.pop();
		if (last !== undefined) this.#parts.push(Buffer.from(last));
		const { bytesRead } = await this.#handle.read(this.#memory, 0, CHUNK, this.#position);
		this.#position += bytesRead;
		this.#chunk = this.#memory.subarray(0, bytesRead);
		this.#from = 0;
		return bytesRead > 0;
	}

	close(): Promise<void> {
		return this.#handle.close();
	}

	#take(): MarkedLine {
		const long = this.#length > MAX_LINE_BYTES;
		const bytes = this.#parts.length === 1 ? (this.#parts[0] as Buffer) : Buffer.concat(this.#parts);
		const at = { segment: this.#segment, line: ++this.#lines, offset: this.#offset, bytes: this.#length + 1 };
		const place = { ...at, ended: true };
		this.#offset += place.bytes;
		this.#parts = [];
		this.#length = 0;
		return markedLine(place, long ? undefined : bytes);
	}
}

/** A line as read.ts gives it. @param bytes without the line break; undefined when it is longer than any line can be */
export function markedLine(place: Omit<ReadLine, "entry" | "problem">, bytes: Buffer | undefined): MarkedLine {
	if (bytes === undefined || !isUtf8(bytes))
		return { line: { ...place, problem: "the line is too long or not text" }, mark: 0 };
	const text = bytes.toString("utf8");
	const good = quickOpen(text);
	if (good !== undefined) return { line: { ...place, entry: good }, mark: markOf(good.hash) };
	const opened = openLine(text);
	if (opened.state === "unparsable")
		return { line: { ...place, problem: opened.why }, mark: markOf(digest("sha256", text, "hex")) };
	const { entry } = opened;
	const problem = opened.state === "altered" ? { problem: opened.why } : {};
	return { line: { ...place, entry, ...problem }, mark: markOf(entry.hash) };
}

function markOf(hash: string): number {
	return Number.parseInt(hash.slice(0, 8), 16);
}

const TAIL = 4096;

/**
 * Hex SHA-256 by which the bytes before an offset are known again. Where the chain is whole it is that of the last bytes and
 * at least of the last line: the hash in it stands for that line and all before it. Where it is not, that of all of them.
 * @param bytes the offset, behind a line break
 * @param whole every line before it is what was written and follows the one before
 * @returns undefined when the file does not reach that far
 */
export async function tailDigest(handle: FileHandle, bytes: number, whole: boolean): Promise<string | undefined> {
	if (!whole) return allDigest(handle, bytes);
	for (let length = TAIL; ; length *= 4) {
		const from = Math.max(0, bytes - length);
		const tail = await readAt(handle, from, bytes - from);
		if (tail.length !== bytes - from) return undefined;
		const isLine = tail.length > 1 && tail.lastIndexOf(NEWLINE, tail.length - 2) >= 0;
		if (isLine || from === 0 || length > MAX_LINE_BYTES + 1) return createHash("sha256").update(tail).digest("hex");
	}
}

async function allDigest(handle: FileHandle, bytes: number): Promise<string | undefined> {
	const hash = createHash("sha256");
	const memory = Buffer.allocUnsafe(Math.min(CHUNK, bytes));
	let lineAt = 0;
	for (let done = 0; done < bytes; ) {
		const { bytesRead } = await handle.read(memory, 0, Math.min(CHUNK, bytes - done), done);
		if (bytesRead === 0) return undefined;
		if (memory.subarray(0, bytesRead).includes(NEWLINE)) lineAt = done;
		// No index has read that far.
		if (done - lineAt > MAX_SKIPPED + 2 * CHUNK) return undefined;
		hash.update(memory.subarray(0, bytesRead));
		done += bytesRead;
	}
	return hash.digest("hex");
}
