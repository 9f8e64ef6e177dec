// A segment as lines: streaming, with bounded memory whatever the file holds.
import { isUtf8 } from "node:buffer";
import type { FileHandle } from "node:fs/promises";
import { MAX_LINE_BYTES } from "./chain.ts";
import { openPlain, readAt } from "./files.ts";

export interface Line {
	/** 1-based. */
	number: number;
	/** Offset of its first byte. */
	offset: number;
	/** Bytes with the line break, where there is one. */
	bytes: number;
	/** Without the line break; undefined when it is longer than any line can be, or not UTF-8. */
	text: string | undefined;
	/** Has its line break. */
	ended: boolean;
}

/** What is longer than this without a line break is no log; what follows it is not read. Bytes. */
export const MAX_SKIPPED = 64 * 1024 * 1024;
const CHUNK = 256 * 1024;
/** Of many segments only the first line is read. */
const FIRST_CHUNK = 8 * 1024;
const NEWLINE = 10;

/** Lines of a file from `offset` on (which must be the start of a line; numbers then count from there). */
export async function* linesOf(path: string, offset = 0): AsyncGenerator<Line> {
	const handle = await openPlain(path);
	try {
		yield* linesIn(handle, offset);
	} finally {
		await handle.close();
	}
}

async function* linesIn(handle: FileHandle, offset: number): AsyncGenerator<Line> {
	let position = offset;
	let number = 0;
	let start = offset;
	// What is known of the line that is not ended yet. Of an overlong one only its length is kept.
	let parts: Buffer[] = [];
	let length = 0;
	const take = (ended: boolean): Line => {
		const long = length > MAX_LINE_BYTES;
		const bytes = parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
		const line: Line = {
			number: ++number,
			offset: start,
			bytes: length + (ended ? 1 : 0),
			text: long || !isUtf8(bytes) ? undefined : bytes.toString("utf8"),
			ended,
		};
		start += line.bytes;
		parts = [];
		length = 0;
		return line;
	};
	for (;;) {
		const chunk = Buffer.allocUnsafe(position === offset ? FIRST_CHUNK : CHUNK);
		const { bytesRead } = await handle.read(chunk, 0, chunk.length, position);
		if (bytesRead === 0) break;
		position += bytesRead;
		let from = 0;
		while (from < bytesRead) {
			const found = chunk.indexOf(NEWLINE, from);
			const to = found < 0 || found >= bytesRead ? bytesRead : found;
			length += to - from;
			if (length <= MAX_LINE_BYTES) parts.push(chunk.subarray(from, to));
			// A file of nothing, terabytes long, costs nothing to make: nobody reads on for its end.
			else if (length > MAX_SKIPPED) {
				yield take(false);
				return;
			}
			if (to === bytesRead) break;
			yield take(true);
			from = to + 1;
		}
	}
	if (length > 0) yield take(false);
}

/** The line that ends right before `end` (which is the offset after a line break), or undefined when there is none. */
export async function lineBefore(handle: FileHandle, end: number): Promise<string | undefined> {
	let length = 4096;
	for (;;) {
		const from = Math.max(0, end - length);
		const bytes = await readAt(handle, from, end - from);
		if (bytes.length !== end - from || bytes.at(-1) !== NEWLINE) return undefined;
		const previous = bytes.length < 2 ? -1 : bytes.lastIndexOf(NEWLINE, bytes.length - 2);
		if (previous >= 0 || from === 0) {
			const line = bytes.subarray(previous + 1, bytes.length - 1);
			return isUtf8(line) ? line.toString("utf8") : undefined;
		}
		if (length > MAX_LINE_BYTES) return undefined;
		length *= 4;
	}
}

/** The offset after the last line break; undefined when what follows it is longer than any line can be. */
export async function lastLineEnd(handle: FileHandle, size: number): Promise<number | undefined> {
	const from = Math.max(0, size - MAX_LINE_BYTES - 1);
	const found = (await readAt(handle, from, size - from)).lastIndexOf(NEWLINE);
	if (found < 0 && from > 0) return undefined;
	return from + found + 1;
}

/** Some whole lines of a file at once, or one that is not whole. */
export interface Block {
	/** The lines with their line breaks, valid until the next block is asked for; empty for a line that is `broken`. */
	bytes: Buffer;
	/** Offset in the file behind this block. */
	end: number;
	/** This stands for one line: longer than any line can be, or at the end of the file without its line break. */
	broken?: "too-long" | "not-ended";
}

/** A reader that lets others run after each block holds them up for a few milliseconds. */
const BLOCK = 512 * 1024;
const NOTHING = Buffer.alloc(0);

/**
 * The lines of a file, many at a time, for readers to which everything that is done per line matters. The next block is
 * read meanwhile. Memory: two blocks, or twice the longest line. A single line in a block may be too long all the same.
 * @throws JournalError "unreadable"
 */
export async function* blocksOf(path: string): AsyncGenerator<Block> {
	const handle = await openPlain(path);
	/** What is being filled, how much of it is, and a line that begins in it; and what the one after that goes into. */
	let buffer = Buffer.allocUnsafe(BLOCK);
	let filled = 0;
	let spare = Buffer.allocUnsafe(BLOCK);
	let position = 0;
	let skipping = false;
	let skipped = 0;
	const read = () => handle.read(buffer, filled, buffer.length - filled, position);
	let reading = read();
	try {
		for (;;) {
			const { bytesRead } = await reading;
			if (bytesRead === 0) break;
			position += bytesRead;
			const to = buffer.lastIndexOf(NEWLINE, filled + bytesRead - 1) + 1;
			let from = 0;
			filled += bytesRead;
			if (skipping && to > 0) {
				skipping = false;
				from = buffer.indexOf(NEWLINE) + 1;
				yield { bytes: NOTHING, end: position - filled + from, broken: "too-long" };
			}
			if (skipping) {
				filled = 0;
				skipped += bytesRead;
				if (skipped > MAX_SKIPPED) {
					yield { bytes: NOTHING, end: position, broken: "too-long" };
					return;
				}
			} else if (to === 0) {
				if (filled > MAX_LINE_BYTES) {
					skipping = true;
					filled = 0;
				} else if (filled === buffer.length) {
					const larger = Buffer.allocUnsafe(2 * filled);
					buffer.copy(larger);
					buffer = larger;
				}
			} else {
				const block = buffer;
				const rest = filled - to;
				if (spare.length < rest + BLOCK) spare = Buffer.allocUnsafe(rest + BLOCK);
				block.copy(spare, 0, to, filled);
				buffer = spare;
				spare = block;
				filled = rest;
				reading = read();
				if (to > from) yield { bytes: block.subarray(from, to), end: position - rest };
				continue;
			}
			reading = read();
		}
		if (filled > 0 || skipping) yield { bytes: NOTHING, end: position, broken: "not-ended" };
	} finally {
		await reading.catch(() => undefined);
		await handle.close();
	}
}
