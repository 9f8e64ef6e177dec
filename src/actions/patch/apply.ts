// What the hunks of a patch make of one file's bytes, as the agent's tool would do it.
//
// Codex 0.169.0, measured: lines end at \r\n, \n or a lone \r and keep their own line break; lines that come get the first
// kind in the file, and so does a last line without one, even where nothing else changes. A byte order mark is part of the
// first line, so a hunk that names this line without it fails. A hunk that fits in several places changes the first one at
// or after the end of the hunk before. Lines that stay keep the file's text where the patch spells them differently. Lines
// that only come are added at the end of the file, wherever the @@ line stands.
//
// OpenCode, read in its source: lines end at \n only, and a \r before it is white space that is lost on every line the patch
// names; a byte order mark is put aside and put back; "*** End of File" means nothing.
import { isUtf8 } from "node:buffer";
import { type Message, message } from "../../protocol/messages.ts";
import { splitBreak, splitLines } from "../lines.ts";
import type { PatchDialect } from "./dialect.ts";
import type { PatchHunk } from "./parse.ts";
import { Seeker } from "./seek.ts";

const BOM = "\uFEFF";

interface Line {
	text: string;
	eol: string;
}

/** A line that comes, or one of the file (by its place in the hunk's old lines). */
interface NewLine {
	text: string;
	kept?: number;
}

/** Lines [at, at + length) of the file become `lines`. */
interface Splice {
	at: number;
	length: number;
	lines: NewLine[];
}

/**
 * The new bytes of a file.
 * @param path for messages only
 * @returns a message where the tool should fail (lines that are not there, not UTF-8) or the result is not known
 */
export function applyHunks(
	before: Buffer,
	hunks: readonly PatchHunk[],
	path: string,
	dialect: PatchDialect = "codex",
): Buffer | Message {
	if (!isUtf8(before)) return message("patch.notUtf8", { path });
	const whole = before.toString("utf8");
	const bom = dialect === "opencode" && whole.startsWith(BOM);
	const lines = dialect === "codex" ? codexLines(whole) : openCodeLines(bom ? whole.slice(1) : whole);
	const splices = placed(lines, hunks, path, dialect);
	if (!Array.isArray(splices)) return splices;
	const fill = lines.find(({ eol }) => eol !== "")?.eol ?? "\n";
	const after = spliced(lines, splices, fill);
	if (dialect === "codex") {
		return Buffer.from(after.map(({ text, eol }) => text + (eol === "" ? fill : eol)).join(""), "utf8");
	}
	// OpenCode ends the text with a line break unless the last of its lines, by then, is blank and was not ended before.
	const texts = after.map(({ text }) => text);
	const ended = whole === "" || whole.endsWith("\n");
	if (ended || texts.length === 0 || texts.at(-1) !== "") texts.push("");
	const text = texts.join("\n");
	if (text.startsWith(BOM)) return message("patch.bom", { path });
	return Buffer.from(bom ? BOM + text : text, "utf8");
}

function codexLines(text: string): Line[] {
	return splitLines(text).map(splitBreak);
}

function openCodeLines(text: string): Line[] {
	const lines = text.split("\n");
	if (lines.at(-1) === "") lines.pop();
	return lines.map((line) => ({ text: line, eol: "\n" }));
}

/** Where each hunk belongs, in the order of the file. */
function placed(
	lines: readonly Line[],
	hunks: readonly PatchHunk[],
	path: string,
	dialect: PatchDialect,
): Splice[] | Message {
	const seeker = new Seeker(
		lines.map(({ text }) => text),
		dialect,
	);
	const splices: Splice[] = [];
	let from = 0;
	for (const [index, hunk] of hunks.entries()) {
		const where = { path, hunk: index + 1 };
		if (hunk.context !== undefined) {
			const at = seeker.find([hunk.context], from, false);
			if (typeof at === "string") {
				return message(at === "absent" ? "patch.contextMissing" : "patch.tooMuchWork", where);
			}
			from = at + 1;
		}
		const old = hunk.lines.filter(({ op }) => op !== "+").map(({ text }) => text);
		if (old.length === 0) {
			splices.push({ at: lines.length, length: 0, lines: newLines(hunk, 0) });
			continue;
		}
		const atEnd = hunk.atEnd && dialect === "codex";
		let length = old.length;
		let comes = newLines(hunk, length);
		let at = seeker.find(old, from, atEnd);
		// A blank line that ends the old lines may stand for nothing but the file's last line break.
		if (at === "absent" && old.at(-1) === "" && !(dialect === "opencode" && length === 1)) {
			length -= 1;
			comes = newLines(hunk, length);
			if (comes.at(-1)?.text === "") comes.pop();
			at = seeker.find(old.slice(0, length), from, atEnd);
		}
		if (typeof at === "string") return message(at === "absent" ? "patch.linesMissing" : "patch.tooMuchWork", where);
		const runs = dialect === "codex" ? runsOf(at, length, comes) : [{ at, length, lines: comes }];
		for (const run of runs) splices.push(run);
		from = at + length;
	}
	// Lines that are added at the end may come in a hunk before those of earlier lines. In one place, the hunks' order stays.
	return splices.sort((a, b) => a.at - b.at);
}

/** What a hunk leaves in its place. Of its old lines, the first `length` are the file's. */
function newLines({ lines }: PatchHunk, length: number): NewLine[] {
	const result: NewLine[] = [];
	let old = 0;
	for (const { op, text } of lines) {
		if (op === "+") result.push({ text });
		else {
			if (op === " ") result.push(old < length ? { text, kept: old } : { text });
			old += 1;
		}
	}
	return result;
}

/** A hunk as the runs of lines it changes: what it keeps takes no part in the order of changes. */
function runsOf(at: number, length: number, comes: readonly NewLine[]): Splice[] {
	const runs: Splice[] = [];
	let next = 0;
	let lines: NewLine[] = [];
	const close = (end: number) => {
		if (lines.length > 0 || end > next) runs.push({ at: at + next, length: end - next, lines });
		lines = [];
	};
	for (const line of comes) {
		if (line.kept === undefined) lines.push(line);
		else {
			close(line.kept);
			next = line.kept + 1;
		}
	}
	close(length);
	return runs;
}

function spliced(lines: readonly Line[], splices: readonly Splice[], eol: string): Line[] {
	const after: Line[] = [];
	let next = 0;
	for (const { at, length, lines: comes } of splices) {
		for (; next < at; next += 1) after.push(lines[next] ?? { text: "", eol });
		for (const { text } of comes) after.push({ text, eol });
		next = Math.max(next, at + length);
	}
	for (; next < lines.length; next += 1) after.push(lines[next] ?? { text: "", eol });
	return after;
}
