// What Claude Code's Write and Edit make of a file, byte for byte. Measured with 2.1.330 and pinned against the real program
// in test/unit/agents/claude-code/edits.real.test.ts. 2.1.294 did the same but for byte order marks (Write dropped them)
// and for files it now refuses; a payload does not say its version, so the newest stands for all. Claude Code tidies a tool's
// input before its hooks see it (absolute paths, trailing white space outside Markdown), so what a hook gets is what runs.
import { isUtf8 } from "node:buffer";
import { Finder } from "../../actions/find.ts";
import { type Message, message } from "../../protocol/messages.ts";

const BOM = "\uFEFF";

/** A text file as Claude Code's tools see it. */
export interface Decoded {
	encoding: "utf8" | "utf16le";
	bom: boolean;
	/** Without the byte order mark, line breaks as on disk. */
	text: string;
	/** The one kind of line break Edit writes back for all lines. */
	crlf: boolean;
}

/**
 * Reads a file's bytes as Claude Code does: UTF-16LE behind its byte order mark, else strict UTF-8. It refuses to write
 * what is neither, and files with a NUL in their first 8,000 bytes; then nothing runs, and the message says so.
 */
export function decode(bytes: Buffer): Decoded | Message {
	const wide = bytes[0] === 0xff && bytes[1] === 0xfe;
	if (!wide) {
		if (bytes.subarray(0, 8000).includes(0)) return message("proposal.binaryFile");
		if (!isUtf8(bytes)) return message("proposal.otherEncoding");
	}
	const encoding = wide ? "utf16le" : "utf8";
	const whole = bytes.toString(encoding);
	const bom = whole.startsWith(BOM);
	return { encoding, bom, text: bom ? whole.slice(1) : whole, crlf: mostlyCrlf(whole.slice(0, 4096)) };
}

/** Only the first 4,096 characters are looked at; a tie counts as LF. */
function mostlyCrlf(head: string): boolean {
	let crlf = 0;
	let lf = 0;
	for (let at = head.indexOf("\n"); at !== -1; at = head.indexOf("\n", at + 1)) {
		if (head[at - 1] === "\r") crlf += 1;
		else lf += 1;
	}
	return crlf > lf;
}

/** Writes text back in a file's own encoding and, for Edit, in its own line breaks. */
export function encode(like: Pick<Decoded, "encoding" | "bom" | "crlf">, text: string): Buffer {
	const lines = like.crlf ? text.replaceAll("\r\n", "\n").replaceAll("\n", "\r\n") : text;
	return Buffer.from(like.bom && !lines.startsWith(BOM) ? BOM + lines : lines, like.encoding);
}

/** Write: the content as sent; an existing file keeps its encoding and byte order mark (not when it becomes empty). */
export function afterWrite(before: Buffer | undefined, content: string): Buffer | Message {
	if (before === undefined) return Buffer.from(content, "utf8");
	const old = decode(before);
	if ("code" in old) return old;
	return encode({ encoding: old.encoding, bom: old.bom && content !== "", crlf: false }, content);
}

export interface TextEdit {
	path: string;
	oldString: string;
	newString: string;
	replaceAll: boolean;
}

/**
 * Edit: matches on text with LF line breaks, and writes all lines with the file's own kind. An empty old_string makes a
 * new file or fills a blank one. Where old_string is not in the file exactly, Claude Code also tries curly quotes and
 * \uXXXX escapes; what comes of that is not computed here.
 */
export function afterEdit(before: Buffer | undefined, edit: TextEdit): Buffer | Message {
	const { oldString, newString, replaceAll } = edit;
	if (oldString === newString) return message("proposal.noChange");
	if (before === undefined) {
		return oldString === "" ? Buffer.from(newString, "utf8") : message("proposal.noFile", { path: edit.path });
	}
	const old = decode(before);
	if ("code" in old) return old;
	const text = old.text.replaceAll("\r\n", "\n");
	if (oldString === "") {
		if (text.trim() !== "") return message("proposal.notEmpty");
		return encode({ ...old, bom: old.bom && newString !== "" }, newString);
	}
	if (edit.path.endsWith(".ipynb")) return message("proposal.notebookByEdit");
	const asked = new Finder(oldString);
	const first = asked.in(text);
	if (first === -1) return message("proposal.notFound");
	// Overlapping occurrences count once: "aa" is unique in "aaa".
	if (!replaceAll && asked.in(text, first + oldString.length) !== -1) return message("proposal.notUnique");
	const wanted = removesLine(text, oldString, newString) ? `${oldString}\n` : oldString;
	const places = placesOf(text, wanted, replaceAll);
	if (replaceAll && text.length + places.length * (newString.length - wanted.length) > MAX_AFTER) {
		return message("proposal.tooLarge", { path: edit.path, max: MAX_AFTER / 1024 / 1024 });
	}
	const after = replaced(text, places, wanted.length, newString);
	return after === text ? message("proposal.noChange") : encode(old, after);
}

/** A result larger than this is not worked out. UTF-16 units. */
export const MAX_AFTER = 40 * 1024 * 1024;

/** Where a text is replaced: the first place, or all that do not overlap. */
function placesOf(text: string, part: string, all: boolean): number[] {
	const finder = new Finder(part);
	return all ? finder.all(text) : [finder.in(text)];
}

/** Texts are added to each other, not joined: the engine joins half a million short ones in twenty times the time. */
function replaced(text: string, places: readonly number[], length: number, by: string): string {
	let after = "";
	let from = 0;
	for (const at of places) {
		after += text.slice(from, at) + by;
		from = at + length;
	}
	return after + text.slice(from);
}

/** Removing text takes the line break behind it along, where there is one anywhere. */
function removesLine(text: string, oldString: string, newString: string): boolean {
	return newString === "" && !oldString.endsWith("\n") && new Finder(`${oldString}\n`).in(text) !== -1;
}
