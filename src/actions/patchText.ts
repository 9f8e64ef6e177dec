// A change as a patch that git takes: `git apply` of it gives the proposal's bytes. The lines compared are those of the
// card, but for a lone \r, which is a line break for the card and an ordinary character for git.
import { relative, sep } from "node:path";
import { type Message, message } from "../protocol/messages.ts";
import type { FileChange, FileSide } from "./change.ts";
import { type Block, changesOf } from "./lines.ts";
import { isWithin } from "./paths.ts";

/** Unchanged lines around a change. */
const CONTEXT = 3;

export interface Patch {
	text: string;
	/** Files that cannot be in a patch, with the reason. */
	left: { path: string; why: Message }[];
}

/** The patch text of a change; see patchOf for the files that are not in it. */
export function patchText(files: readonly FileChange[], root: string): string {
	return patchOf(files, root).text;
}

/**
 * The patch of a change in git's format, without index lines.
 * @param root the absolute folder that names start at, and where `git apply` is to run
 */
export function patchOf(files: readonly FileChange[], root: string): Patch {
	const parts: string[] = [];
	const left: Patch["left"] = [];
	for (const file of files) {
		const { path } = file;
		const name = nameIn(root, placeOf(file, root));
		const from = file.from === undefined ? name : nameIn(root, file.from);
		const why =
			file.before?.binary || file.after?.binary
				? message("patchText.binary", { path })
				: typeof name !== "string"
					? message(name.code, { path })
					: typeof from !== "string"
						? message(from.code, { path: file.from ?? path })
						: undefined;
		if (why !== undefined) left.push({ path, why });
		else if (typeof name === "string" && typeof from === "string") parts.push(filePatch(file, from, name));
	}
	return { text: parts.join(""), left };
}

/** Git does not write through links, so the file they lead to is named; a link itself is what gets deleted. */
function placeOf({ path, target, op }: FileChange, root: string): string {
	return op !== "delete" && target !== undefined && isWithin(target, root) ? target : path;
}

function nameIn(root: string, path: string): string | { code: "patchText.outside" | "patchText.name" } {
	if (path === root || !isWithin(path, root)) return { code: "patchText.outside" };
	const name = relative(root, path).split(sep).join("/");
	// Git refuses its own folder, and a path that is not Unicode has no bytes of its own.
	const refused = name.split("/").some((part) => part.toLowerCase() === ".git") || /[\0\p{Surrogate}]/u.test(name);
	return refused ? { code: "patchText.name" } : name;
}

function filePatch({ before, after }: FileChange, from: string, name: string): string {
	const head = [`diff --git ${quoted("a", from)} ${quoted("b", name)}\n`];
	const [oldMode, newMode] = [modeOf(before), modeOf(after)];
	if (before === undefined) {
		if (after === undefined) return "";
		head.push(`new file mode ${newMode}\n`);
	} else if (after === undefined) head.push(`deleted file mode ${oldMode}\n`);
	else if (oldMode !== newMode) head.push(`old mode ${oldMode}\n`, `new mode ${newMode}\n`);
	if (from !== name) head.push(`rename from ${quoted("", from)}\n`, `rename to ${quoted("", name)}\n`);
	const hunks = hunksOf(textOf(before), textOf(after));
	if (hunks !== "") {
		head.push(`--- ${before === undefined ? "/dev/null" : named("a", from)}\n`);
		head.push(`+++ ${after === undefined ? "/dev/null" : named("b", name)}\n`);
	}
	return head.length === 1 && hunks === "" ? "" : head.join("") + hunks;
}

/** Git knows two kinds of file. A side without a mode is made anew, which gives the common one. */
function modeOf(side: FileSide | undefined): string {
	return ((side?.mode ?? 0) & 0o100) === 0 ? "100644" : "100755";
}

function textOf(side: FileSide | undefined): string {
	return side === undefined ? "" : side.bytes.toString("utf8");
}

function hunksOf(before: string, after: string): string {
	const a = gitLines(before);
	const b = gitLines(after);
	const out: string[] = [];
	for (const group of grouped(changesOf(a, b).blocks)) {
		const [first] = group;
		const last = group.at(-1);
		if (first === undefined || last === undefined) continue;
		const lead = Math.min(CONTEXT, first.a0);
		const trail = Math.min(CONTEXT, a.length - last.a1);
		const old = range(first.a0 - lead, last.a1 + trail);
		out.push(`@@ -${old} +${range(first.b0 - lead, last.b1 + trail)} @@\n`);
		let at = first.a0 - lead;
		for (const { a0, a1, b0, b1 } of group) {
			for (; at < a0; at += 1) out.push(line(" ", a[at]));
			for (; at < a1; at += 1) out.push(line("-", a[at]));
			for (let j = b0; j < b1; j += 1) out.push(line("+", b[j]));
		}
		for (; at < last.a1 + trail; at += 1) out.push(line(" ", a[at]));
	}
	return out.join("");
}

function gitLines(text: string): string[] {
	const lines: string[] = [];
	let start = 0;
	for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", start)) {
		lines.push(text.slice(start, at + 1));
		start = at + 1;
	}
	if (start < text.length) lines.push(text.slice(start));
	return lines;
}

function grouped(blocks: readonly Block[]): Block[][] {
	const groups: Block[][] = [];
	for (const block of blocks) {
		const group = groups.at(-1);
		const last = group?.at(-1);
		if (group !== undefined && last !== undefined && block.a0 - last.a1 <= 2 * CONTEXT) group.push(block);
		else groups.push([block]);
	}
	return groups;
}

/** Lines [start, end) from 0 as git counts them: from 1, and no lines stand after the line before them. */
function range(start: number, end: number): string {
	return `${end === start ? start : start + 1},${end - start}`;
}

function line(op: string, text = ""): string {
	return text.endsWith("\n") ? op + text : `${op}${text}\n\\ No newline at end of file\n`;
}

/** A name in a `---` or `+++` line: where it holds a space, a tab ends it. */
function named(side: string, name: string): string {
	const text = quoted(side, name);
	return text.includes(" ") ? `${text}\t` : text;
}

const ESCAPES: Record<string, string> = {
	"\x07": "\\a",
	"\b": "\\b",
	"\t": "\\t",
	"\n": "\\n",
	"\v": "\\v",
	"\f": "\\f",
	"\r": "\\r",
	'"': '\\"',
	"\\": "\\\\",
};

/** A name as git writes it, quoted like a string of C where a character needs it. */
function quoted(side: string, name: string): string {
	const whole = side === "" ? name : `${side}/${name}`;
	let out = "";
	for (const byte of Buffer.from(whole, "utf8")) {
		const char = String.fromCharCode(byte);
		const plain = byte >= 0x20 && byte < 0x7f;
		out += ESCAPES[char] ?? (plain ? char : `\\${byte.toString(8).padStart(3, "0")}`);
	}
	return out === whole ? whole : `"${out}"`;
}
