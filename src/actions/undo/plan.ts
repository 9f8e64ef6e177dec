// What an undo of a change would do to a file as it is now. Nothing is read or written here.
import { type Message, message } from "../../protocol/messages.ts";
import { changesOf, splitBreak, splitLines } from "../lines.ts";
import { isBinary } from "../textFile.ts";
import { mergeLines, type Piece } from "./merge.ts";

/** Contents; undefined where there is no file. */
export interface Sides {
	/** Before the change. */
	before?: Buffer | undefined;
	/** As it was approved. */
	after?: Buffer | undefined;
	now?: Buffer | undefined;
}

/** Both the person, or somebody else, and the undo want other lines in the same place. */
export interface Conflict {
	kind: "conflict";
	/** As approved. */
	base: Buffer;
	/** As it is now. */
	ours: Buffer;
	/** As it was before. */
	theirs: Buffer;
	/** All lines of the three, with markers (`<<<<<<<`, `|||||||`, `=======`, `>>>>>>>`). Never written to the file by us. */
	merged: string;
	/** Places in conflict. */
	places: number;
}

export type Plan =
	/** The file still has the approved content: it gets the one before. */
	| { kind: "restore"; bytes: Buffer }
	/** The change had made the file, and it is as it was made: it is removed. */
	| { kind: "remove" }
	/** The file moved on in other places, which stay. */
	| { kind: "merged"; bytes: Buffer }
	| Conflict
	/** There is nothing of the change left to undo. */
	| { kind: "nothing" }
	| { kind: "impossible"; why: Message };

/** Plans the undo of a change from `before` to `after` of a file that is `now`. Exact, or three-way over lines. */
export function planUndo({ before, after, now }: Sides): Plan {
	if (isEqual(now, before)) return { kind: "nothing" };
	if (isEqual(now, after)) return before === undefined ? { kind: "remove" } : { kind: "restore", bytes: before };
	if (now === undefined) return impossible("undo.why.gone");
	// What was written into it since would be lost.
	if (before === undefined) return impossible("undo.why.createdMoved");
	const base = after ?? Buffer.alloc(0);
	if ([before, base, now].some(isBinary)) return impossible("undo.why.binaryMoved");
	const pieces = mergeLines(...([base, now, before].map(linesOf) as [string[], string[], string[]]));
	const places = pieces.filter((piece) => "ours" in piece).length;
	if (places > 0) {
		return { kind: "conflict", base, ours: now, theirs: before, merged: withMarkers(pieces), places };
	}
	const bytes = Buffer.from(pieces.flatMap((piece) => ("ok" in piece ? piece.ok : [])).join(""));
	return bytes.equals(now) ? { kind: "nothing" } : { kind: "merged", bytes };
}

/** Lines that go and come. */
export interface LineCounts {
	removed: number;
	added: number;
}

/** Lines that a file loses and gets. Of what is no text, undefined. */
export function lineCounts(from: Buffer | undefined, to: Buffer | undefined): LineCounts | undefined {
	const [a, b] = [from ?? Buffer.alloc(0), to ?? Buffer.alloc(0)];
	if (isBinary(a) || isBinary(b)) return undefined;
	const counts = { removed: 0, added: 0 };
	for (const { a0, a1, b0, b1 } of changesOf(linesOf(a), linesOf(b)).blocks) {
		counts.removed += a1 - a0;
		counts.added += b1 - b0;
	}
	return counts;
}

export function isEqual(a: Buffer | undefined, b: Buffer | undefined): boolean {
	return a === undefined || b === undefined ? a === b : a.equals(b);
}

function linesOf(bytes: Buffer): string[] {
	return splitLines(bytes.toString("utf8"));
}

function impossible(code: "undo.why.gone" | "undo.why.createdMoved" | "undo.why.binaryMoved"): Plan {
	return { kind: "impossible", why: message(code) };
}

function withMarkers(pieces: readonly Piece[]): string {
	const first = pieces.flatMap((piece) => ("ok" in piece ? piece.ok : [...piece.ours, ...piece.theirs]))[0] ?? "";
	// A lone \r before an empty line would become one line break with it.
	const eol = splitBreak(first).eol === "\r\n" ? "\r\n" : "\n";
	const whole = (lines: readonly string[]) =>
		lines.map((line) => (splitBreak(line).eol === "" ? line + eol : line)).join("");
	return pieces
		.map((piece) =>
			"ok" in piece
				? piece.ok.join("")
				: [
						`<<<<<<< now${eol}${whole(piece.ours)}`,
						`||||||| approved${eol}${whole(piece.base)}`,
						`=======${eol}${whole(piece.theirs)}`,
						`>>>>>>> before${eol}`,
					].join(""),
		)
		.join("");
}
