// Lines of a log, read and opened in batches: one wait for the disk a chunk, not one a line.
import { isUtf8 } from "node:buffer";
import { MAX_LINE_BYTES } from "../chain.ts";
import { type Line, MAX_SKIPPED } from "../lines.ts";
import { type TextLine, textLine } from "../quickOpen.ts";
import { segmentStart } from "../segment.ts";
import { chunksOf, type Extent } from "./extent.ts";

const NEWLINE = 10;

export interface Reading {
	/** Told how many bytes of the log were read. */
	read: (bytes: number) => void;
	signal?: AbortSignal | undefined;
}

/**
 * The lines of an extent, the same as `linesOf` gives of a file that ends there (but for the length of what it gives up on).
 * A batch holds at least one line.
 */
export async function* lineBatches(extent: Extent, reading: Reading): AsyncGenerator<Line[]> {
	let number = 0;
	let start = 0;
	// Of the line that goes on in the next chunk. Of an overlong one only its length is kept.
	let kept: Buffer[] = [];
	let length = 0;
	const take = (bytes: Buffer, ended: boolean): Line => {
		const line: Line = {
			number: ++number,
			offset: start,
			bytes: length + (ended ? 1 : 0),
			text: length > MAX_LINE_BYTES || !isUtf8(bytes) ? undefined : bytes.toString("utf8"),
			ended,
		};
		start += line.bytes;
		kept = [];
		length = 0;
		return line;
	};
	for await (const { bytes } of chunksOf(extent, reading)) {
		const batch: Line[] = [];
		let from = 0;
		for (let to = bytes.indexOf(NEWLINE); to >= 0; to = bytes.indexOf(NEWLINE, from)) {
			const part = bytes.subarray(from, to);
			length += part.length;
			batch.push(take(kept.length === 0 ? part : Buffer.concat([...kept, part]), true));
			from = to + 1;
		}
		if (from < bytes.length) {
			length += bytes.length - from;
			// A copy: the chunk's bytes are used again.
			if (length <= MAX_LINE_BYTES) kept.push(Buffer.from(bytes.subarray(from)));
			else kept = [];
		}
		if (batch.length > 0) yield batch;
		// A file of nothing, terabytes long, costs nothing to make: nobody reads on for its end.
		if (length > MAX_SKIPPED) break;
	}
	if (length > 0) yield [take(Buffer.concat(kept), false)];
}

/** Lines that are opened at once: what is opened ahead is all that the engine finds in use when it clears up. */
const OPENED = 32;

/** Lines of one segment with what they say. */
export async function* openedBatches(extent: Extent, reading: Reading): AsyncGenerator<TextLine[]> {
	const { segment } = extent;
	for await (const batch of lineBatches(extent, reading))
		for (let at = 0; at < batch.length; at += OPENED)
			yield batch.slice(at, at + OPENED).map((line) => textLine(segment, line));
}

interface Cursor {
	batches: AsyncGenerator<TextLine[]>;
	batch: TextLine[];
	at: number;
	/** Never goes back inside a segment, so that a clock that jumps cannot mix up its lines. */
	time: string;
}

/**
 * The lines of several segments, merged by the time their entries claim without changing the order inside a segment: the
 * order of `readEntries`. A segment is opened when the merge has come to the time in its name.
 */
export async function* mergedBatches(extents: readonly Extent[], reading: Reading): AsyncGenerator<TextLine[]> {
	const closed = extents.map((extent) => ({ extent, start: segmentStart(extent.segment) }));
	const open: Cursor[] = [];
	try {
		for (;;) {
			let first = earliest(open);
			while (closed[0] !== undefined && (first === undefined || closed[0].start <= first.time)) {
				const { extent, start } = closed[0];
				closed.shift();
				const cursor = { batches: openedBatches(extent, reading), batch: [], at: -1, time: start };
				// Known before it is waited for, so that it is closed on an error.
				open.push(cursor);
				if (!step(cursor) && !(await fill(cursor))) open.pop();
				first = earliest(open);
			}
			if (first === undefined) return;
			const out: TextLine[] = [];
			// As long as nothing has to be waited for and no further segment begins.
			for (;;) {
				out.push(first.batch[first.at] as TextLine);
				// Of lines of the same time, that of the segment that waits longest comes first.
				if (open.length > 1) open.push(...open.splice(open.indexOf(first), 1));
				if (!step(first)) break;
				first = earliest(open) as Cursor;
				if (closed[0] !== undefined && closed[0].start <= first.time) break;
			}
			yield out;
			if (first.at >= first.batch.length && !(await fill(first))) open.splice(open.indexOf(first), 1);
		}
	} finally {
		for (const { batches } of open) await batches.return(undefined);
	}
}

/** To the next line of the batch; false when it has none. */
function step(cursor: Cursor): boolean {
	cursor.at++;
	const line = cursor.batch[cursor.at];
	if (line === undefined) return false;
	const claimed = line.entry?.head.time;
	if (claimed !== undefined && claimed > cursor.time) cursor.time = claimed;
	return true;
}

async function fill(cursor: Cursor): Promise<boolean> {
	const { value, done } = await cursor.batches.next();
	if (done) return false;
	cursor.batch = value;
	cursor.at = -1;
	return step(cursor);
}

function earliest(open: readonly Cursor[]): Cursor | undefined {
	let first = open[0];
	for (let at = 1; at < open.length; at++) {
		const cursor = open[at] as Cursor;
		if (cursor.time < (first as Cursor).time) first = cursor;
	}
	return first;
}
