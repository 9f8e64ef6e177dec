// Unchanged lines around a change, for a reader who unfolds them. Of a large file only the lines asked for are made.
import { splitBreak, splitLines } from "./lines.ts";

/** Most lines and characters given at once. */
const MAX_LINES = 400;
const MAX_CHARS = 200_000;
/** Bytes looked at before others have their turn. */
const SLICE = 512 * 1024;

const LF = 0x0a;
const CR = 0x0d;

export interface ContextLine {
	/** Without its line break. */
	text: string;
	eol: "\n" | "\r\n" | "\r" | "";
}

/**
 * Lines [from, to] of a UTF-8 text, 1-based, counted as `splitLines` does; fewer where the text ends sooner or where they
 * would be too many.
 */
export async function contextLines(bytes: Buffer, from: number, to: number): Promise<ContextLine[]> {
	const last = Math.min(to, from + MAX_LINES - 1);
	const begin = await lineStart(bytes, { at: 0, line: 1 }, from);
	if (begin === undefined) return [];
	const end = await lineStart(bytes, { at: begin, line: from }, last + 1);
	const lines = splitLines(bytes.toString("utf8", begin, end));
	let chars = 0;
	return lines.map(splitBreak).filter(({ text }) => {
		chars += text.length;
		return chars <= MAX_CHARS;
	});
}

/** Where a line begins, from a place where another does; undefined behind the last. */
async function lineStart(
	bytes: Buffer,
	known: { at: number; line: number },
	wanted: number,
): Promise<number | undefined> {
	let { at, line } = known;
	let paused = at;
	while (line < wanted) {
		if (at >= bytes.length) return undefined;
		if (at - paused > SLICE) {
			paused = at;
			await new Promise((resolve) => setImmediate(resolve));
		}
		const byte = bytes[at++];
		if (byte !== LF && byte !== CR) continue;
		if (byte === CR && bytes[at] === LF) at++;
		line++;
	}
	return at < bytes.length ? at : undefined;
}
