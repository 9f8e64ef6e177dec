// A segment from an offset on, line by line, as read.ts gives them, but for what stands after the last line break: that is
// still being written, or was cut short, and no line yet.
import { isUtf8 } from "node:buffer";
import { createHash, hash as digest } from "node:crypto";
import type { FileHandle } from "node:fs/promises";
import { MAX_LINE_BYTES, openLine } from "../chain.ts";
import { openPlain, readAt } from "../files.ts";
import { quickOpen } from "../quickOpen.ts";
import type { ReadLine } from "../read.ts";

const CHUNK = 1024 * 1024;
const NEWLINE = 10;

/** A line, and 32 bits by which it is known again: of its hash, or of its text when it is no entry; 0 when neither is known. */
export interface MarkedLine {
	line: ReadLine;
	mark: number;
}

export interface Start {
	/** Offset of the first byte of a line. */
	bytes: number;
	/** Lines before it. */
	lines: number;
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

	private constructor(handle: FileHandle, segment: string, { bytes, lines }: Start) {
		this.#handle = handle;
		this.#segment = segment;
		this.#position = bytes;
		this.#offset = bytes;
		this.#lines = lines;
	}

	/** @throws JournalError "unreadable", or a system error */
	static async open(path: string, segment: string, start: Start): Promise<SegmentReader> {
		return new SegmentReader(await openPlain(path), segment, start);
	}

	/** The next line of what was read so far; undefined when more must be read. */
	next(): MarkedLine | undefined {
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
 * Hex SHA-256 of the last bytes before an offset. The last line's hash, which stands for all before it, is among them
 * (unless the line is no entry), so the same tail means the same log as far as its chain is whole.
 * @returns undefined when the file does not reach that far
 */
export async function tailDigest(handle: FileHandle, bytes: number): Promise<string | undefined> {
	const from = Math.max(0, bytes - TAIL);
	const tail = await readAt(handle, from, bytes - from);
	if (tail.length !== bytes - from) return undefined;
	return createHash("sha256").update(tail).digest("hex");
}
