// The apply_patch format as agents' tools read it: a list of operations on files, or why it is none. What a tool passes
// over in silence, or reads in a way that is not known, is refused here.
import { type Message, message } from "../../protocol/messages.ts";
import { type PatchDialect, trimmed } from "./dialect.ts";

export interface PatchLine {
	/** Stays, goes, comes. */
	op: " " | "-" | "+";
	text: string;
}

/** Lines to be found and changed. */
export interface PatchHunk {
	/** A line that stands somewhere before them (`@@ class X`). */
	context?: string;
	lines: PatchLine[];
	/** The lines end the file. */
	atEnd: boolean;
}

export type Operation =
	| { op: "add"; path: string; content: string }
	| { op: "delete"; path: string }
	| { op: "update"; path: string; moveTo?: string; hunks: PatchHunk[] };

/** A longer patch is not read. UTF-16 units. */
export const MAX_PATCH_LENGTH = 20 * 1024 * 1024;

const BEGIN = "*** Begin Patch";
const END = "*** End Patch";
const END_OF_FILE = "*** End of File";
const MOVE = "*** Move to: ";
const HEADERS = [
	["add", "*** Add File: "],
	["delete", "*** Delete File: "],
	["update", "*** Update File: "],
] as const;

/**
 * Reads a patch. Paths are as the patch says them; nothing is looked up.
 * @returns the operations in their order, at least one, or a message with the line (from 1) of what is wrong
 */
export function parsePatch(text: string, dialect: PatchDialect = "codex"): Operation[] | Message {
	if (text.length > MAX_PATCH_LENGTH) return message("patch.tooLarge", { max: MAX_PATCH_LENGTH / 1024 / 1024 });
	if (/\p{Surrogate}/u.test(text)) return message("patch.notText");
	return new Parser(text, dialect).parse();
}

class Parser {
	readonly #dialect: PatchDialect;
	readonly #lines: string[];
	/** The line in the input that the first of `#lines` is, from 1. */
	#offset = 1;
	#at = 0;
	#error: Message | undefined;

	constructor(text: string, dialect: PatchDialect) {
		this.#dialect = dialect;
		const start = text.indexOf(trimmed(dialect, text));
		this.#offset += countBreaks(text.slice(0, start));
		this.#lines = trimmed(dialect, text).split("\n");
	}

	parse(): Operation[] | Message {
		const stray = this.#cleanBreaks();
		if (stray !== undefined) return stray;
		this.#unwrap();
		const lines = this.#lines;
		if (this.#trim(lines[0]) !== BEGIN) return message("patch.noBegin");
		if (lines.length < 2 || this.#trim(lines.at(-1)) !== END) return message("patch.noEnd");
		lines.pop();
		// OpenCode stops at the first such line, whatever stands before it in the line.
		if (this.#dialect === "opencode" && lines.some((line) => line.trim() === END)) return message("patch.noEnd");
		this.#at = 1;
		const operations: Operation[] = [];
		while (this.#at < lines.length) {
			const operation = this.#operation();
			if (operation !== undefined) operations.push(operation);
			if (this.#error !== undefined) return this.#error;
		}
		return operations.length === 0 ? message("patch.noFiles") : operations;
	}

	/** Takes the carriage returns of CRLF away. More of them before a break are read differently by version. */
	#cleanBreaks(): Message | undefined {
		for (const [at, line] of this.#lines.entries()) {
			if (!line.includes("\r")) continue;
			if (this.#dialect === "opencode" || line.endsWith("\r\r")) {
				return message("patch.carriageReturn", { line: at + this.#offset });
			}
			if (line.endsWith("\r")) this.#lines[at] = line.slice(0, -1);
		}
		return undefined;
	}

	/** A here-document that reached the tool as text. */
	#unwrap(): void {
		const [first = ""] = this.#lines;
		const last = this.#lines.at(-1) ?? "";
		if (this.#lines.length < 4 || !/^<<(?:EOF|'EOF'|"EOF")$/.test(first)) return;
		if (this.#dialect === "codex" ? !last.endsWith("EOF") : last !== "EOF") return;
		this.#lines.pop();
		this.#lines.shift();
		this.#offset += 1;
	}

	#operation(): Operation | undefined {
		const line = this.#lines[this.#at] ?? "";
		const codex = this.#dialect === "codex";
		if (!codex && line.trim() === "") {
			this.#at += 1;
			return undefined;
		}
		// Codex takes white space before a header, and keeps a second space as part of the name.
		const header = codex ? this.#trim(line) : line.trimEnd();
		if (codex && this.#at === 1 && header.startsWith("*** Environment ID:")) return this.#fail("patch.environment");
		const found = HEADERS.find(([, prefix]) => header.startsWith(prefix));
		if (found === undefined) return this.#fail("patch.line");
		const [op, prefix] = found;
		const path = codex ? header.slice(prefix.length) : header.slice(prefix.length).trim();
		if (path === "" || path.includes("\r")) return this.#fail("patch.line");
		this.#at += 1;
		if (op === "delete") return { op, path };
		return op === "add" ? { op, path, content: this.#added() } : this.#update(path);
	}

	#added(): string {
		const lines: string[] = [];
		for (; this.#at < this.#lines.length; this.#at += 1) {
			const line = this.#lines[this.#at] ?? "";
			if (line.startsWith("+")) lines.push(line.slice(1));
			else if (this.#dialect === "codex" || line.trim() !== "") break;
		}
		if (this.#dialect === "codex") return lines.map((line) => `${line}\n`).join("");
		const content = lines.join("\n");
		return content === "" || content.endsWith("\n") ? content : `${content}\n`;
	}

	#update(path: string): Operation | undefined {
		const header = this.#at - 1;
		const moveTo = this.#moveTo();
		if (this.#error !== undefined) return undefined;
		const hunks: PatchHunk[] = [];
		while (this.#at < this.#lines.length) {
			const line = this.#lines[this.#at] ?? "";
			if (line.startsWith("***")) break;
			if (hunks.length > 0 || this.#dialect === "opencode") {
				if (this.#trim(line) === "") {
					this.#at += 1;
					continue;
				}
				// OpenCode reads nothing behind the end of the file, and nothing before the first @@.
				if (this.#dialect === "opencode" && hunks.at(-1)?.atEnd) return this.#fail("patch.line");
				if (!isMarker(line)) return this.#fail(hunks.length === 0 ? "patch.noMarker" : "patch.line");
			}
			const hunk = this.#hunk();
			if (hunk === undefined) return undefined;
			hunks.push(hunk);
		}
		if (hunks.length === 0 && !(this.#dialect === "opencode" && moveTo !== undefined)) {
			return this.#fail("patch.noHunk", header);
		}
		return { op: "update", path, ...(moveTo === undefined ? {} : { moveTo }), hunks };
	}

	#moveTo(): string | undefined {
		const line = this.#lines[this.#at] ?? "";
		if (!line.startsWith(MOVE.trimEnd())) return undefined;
		const name = this.#trim(line).slice(MOVE.length);
		const path = this.#dialect === "codex" ? name : name.trim();
		if (!line.startsWith(MOVE) || path === "" || path.includes("\r")) return this.#fail("patch.line");
		this.#at += 1;
		return path;
	}

	#hunk(): PatchHunk | undefined {
		const start = this.#at;
		const first = this.#lines[start] ?? "";
		const hunk: PatchHunk = { lines: [], atEnd: false };
		if (isMarker(first)) {
			const context = first.slice(3);
			if (this.#trim(context) !== "") hunk.context = this.#dialect === "codex" ? context : context.trim();
			this.#at += 1;
		}
		for (; this.#at < this.#lines.length; this.#at += 1) {
			const line = this.#lines[this.#at] ?? "";
			if (line === END_OF_FILE && hunk.lines.length > 0) {
				hunk.atEnd = true;
				this.#at += 1;
				break;
			}
			const op = line.charAt(0);
			if (op === " " || op === "-" || op === "+") hunk.lines.push({ op, text: line.slice(1) });
			else if (line !== "") break;
			else if (this.#dialect === "codex") hunk.lines.push({ op: " ", text: "" });
		}
		return hunk.lines.length === 0 ? this.#fail("patch.emptyHunk", start) : hunk;
	}

	#trim(text: string | undefined): string {
		return trimmed(this.#dialect, text ?? "");
	}

	/** @param at the line that is wrong; the present one unless told */
	#fail(code: "patch.line" | "patch.noHunk" | "patch.emptyHunk" | "patch.noMarker" | "patch.environment", at?: number) {
		this.#error ??= message(code, { line: (at ?? this.#at) + this.#offset });
		return undefined;
	}
}

function isMarker(line: string): boolean {
	return line === "@@" || line.startsWith("@@ ");
}

function countBreaks(text: string): number {
	return text.split("\n").length - 1;
}
