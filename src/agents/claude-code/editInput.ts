// A tool's input with which Claude Code does what a person wants. Its hooks' `updatedInput` is run as it is, not tidied as the
// model's own input is (measured with 2.1.330: Bash, Write, Edit, trailing white space included). Whatever is found is run through our own copy of the tool and must give the wanted bytes.
import { inputFinder, type WantedInput } from "../../actions/inputFinders.ts";
import { canonical, type JsonObject } from "../../protocol/canonical.ts";
import { type Message, message } from "../../protocol/messages.ts";
import type { AgentEvent, Wanted } from "../adapter.ts";
import { afterEdit, afterWrite, type Decoded, decode } from "./edits.ts";
import { afterNotebookEdit, type NotebookChange } from "./notebook.ts";

type WantedFile = Omit<WantedInput, "tool" | "input">;
export type Found = { input: JsonObject } | Message;

/** The input, all other members kept; or why there is none. */
export function editInput(event: AgentEvent & { kind: "tool.before" }, wanted: Wanted): Found {
	const early = editAtOnce(event, wanted);
	return "file" in early ? fileInput(early.file) : early.found;
}

/** What is told without a look into a file; or else what is to be looked for. */
export function editAtOnce(
	{ caller, action }: AgentEvent & { kind: "tool.before" },
	wanted: Wanted,
): { found: Found } | { file: WantedInput } {
	// Others that run these hooks were not seen to take an input.
	if (!caller.known || caller.agent !== "claude-code") return { found: message("edit.agent", { agent: caller.label }) };
	const { input, tool } = action;
	if ("command" in wanted) {
		return { found: tool === "Bash" ? withCommand(input, wanted.command) : message("edit.tool", { tool }) };
	}
	if (wanted.path !== action.paths[0]) return { found: message("edit.noFile") };
	if (wanted.before !== undefined && wanted.bytes.equals(wanted.before)) return { found: message("edit.nothingLeft") };
	return { file: { tool, input, ...wanted } };
}

const KNOWN = new Set(["Write", "Edit", "NotebookEdit"]);

/** The name of `fileInput`, for the thread. */
export const finder = inputFinder("claude-code", fileInput);

function fileInput(wanted: WantedInput): Found {
	const { tool, path } = wanted;
	const found = byTool(wanted);
	if (found !== undefined && isText(found)) return { input: found };
	return KNOWN.has(tool) ? message("edit.notExact", { tool, file: path }) : message("edit.tool", { tool });
}

function byTool(wanted: WantedInput): JsonObject | undefined {
	switch (wanted.tool) {
		case "Write":
			return writeOf(wanted.input, wanted);
		case "Edit":
			return editOf(wanted.input, wanted);
		case "NotebookEdit":
			return notebookEditOf(wanted.input, wanted);
		default:
			return undefined;
	}
}

/** What JSON can carry and a decision can be bound to: no lone surrogates. */
function isText(input: JsonObject): boolean {
	try {
		canonical(input);
		return true;
	} catch {
		return false;
	}
}

function withCommand(input: JsonObject, command: string): { input: JsonObject } | Message {
	if (typeof input.command !== "string") return message("edit.tool", { tool: "Bash" });
	if (command.trim() === "" || command.includes("\0") || !command.isWellFormed()) return message("edit.command");
	return { input: { ...input, command } };
}

function gives(after: Buffer | Message, { bytes }: WantedFile): boolean {
	return Buffer.isBuffer(after) && after.equals(bytes);
}

function writeOf(input: JsonObject, wanted: WantedFile): JsonObject | undefined {
	const { before, bytes } = wanted;
	const old = before === undefined ? undefined : decode(before);
	if (old !== undefined && "code" in old) return undefined;
	const content = textOf(bytes, old);
	return gives(afterWrite(before, content), wanted) ? { ...input, content } : undefined;
}

/** The text that Claude Code would write as these bytes; another one where there is none. */
function textOf(bytes: Buffer, old: Pick<Decoded, "encoding" | "bom"> | undefined): string {
	const text = bytes.toString(old?.encoding ?? "utf8");
	return old?.bom === true && text.startsWith("\uFEFF") ? text.slice(1) : text;
}

function editOf(input: JsonObject, wanted: WantedFile): JsonObject | undefined {
	const { before, path } = wanted;
	const verified = (oldString: string, newString: string): JsonObject | undefined =>
		gives(afterEdit(before, { path, oldString, newString, replaceAll: false }), wanted)
			? { ...input, old_string: oldString, new_string: newString, replace_all: false }
			: undefined;
	if (before === undefined) return verified("", wanted.bytes.toString("utf8"));
	const old = decode(before);
	if ("code" in old) return undefined;
	const a = old.text.replaceAll("\r\n", "\n");
	const raw = textOf(wanted.bytes, old);
	const b = old.crlf ? raw.replaceAll("\r\n", "\n") : raw;
	// An empty old_string fills a blank file, but does not empty it.
	const filled = a.trim() === "" ? verified("", b) : undefined;
	if (filled !== undefined) return filled;
	for (const region of regions(a, b)) {
		const part = a.slice(region.start, region.end);
		if (part === "" || !isUnique(a, part, region.start)) continue;
		const found = verified(part, b.slice(region.start, b.length - (a.length - region.end)));
		if (found !== undefined) return found;
	}
	return undefined;
}

/** Regions of `a`, in whole lines, outside which it equals `b`: the smallest first, then with more and more around it. */
function* regions(a: string, b: string): Generator<{ start: number; end: number }> {
	const most = Math.min(a.length, b.length);
	let head = 0;
	while (head < most && a.charCodeAt(head) === b.charCodeAt(head)) head += 1;
	let tail = 0;
	while (tail < most - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail += 1;
	let start = lineStart(a, head);
	let end = a.length - tail;
	// At the start of a line on both sides, or else to the end of its line.
	if (!(startsLine(a, end) && startsLine(b, b.length - tail))) end = lineEnd(a, end);
	for (let more = 1; ; more *= 2) {
		yield { start, end };
		if (start === 0 && end === a.length) return;
		for (let lines = 0; lines < more; lines += 1) {
			start = start === 0 ? 0 : lineStart(a, start - 1);
			end = end === a.length ? end : lineEnd(a, end);
		}
	}
}

function startsLine(text: string, at: number): boolean {
	return at === 0 || text[at - 1] === "\n";
}

function lineStart(text: string, at: number): number {
	return at === 0 ? 0 : text.lastIndexOf("\n", at - 1) + 1;
}

function lineEnd(text: string, at: number): number {
	const found = text.indexOf("\n", at);
	return found === -1 ? text.length : found + 1;
}

function isUnique(text: string, part: string, at: number): boolean {
	return text.indexOf(part) === at && text.indexOf(part, at + 1) === -1;
}

/** Stands for a source, to see which cell a call is about. Whatever a notebook holds, it is no cell of it. */
const MARK = "gatepost-source";

/** Another source for the same cell. */
function notebookEditOf(input: JsonObject, wanted: WantedFile): JsonObject | undefined {
	const change = notebookChange(input);
	if (change === undefined) return undefined;
	let mark = MARK;
	while (wanted.before?.includes(mark) === true) mark += "-";
	const at = sourcesIn(afterNotebookEdit(wanted.before, { ...change, newSource: mark })).indexOf(mark);
	const newSource = sourcesIn(wanted.bytes)[at];
	if (at === -1 || newSource === undefined) return undefined;
	const after = afterNotebookEdit(wanted.before, { ...change, newSource });
	return gives(after, wanted) ? { ...input, new_source: newSource } : undefined;
}

function notebookChange(input: JsonObject): NotebookChange | undefined {
	const { cell_id: cellId, cell_type: cellType } = input;
	const editMode = input.edit_mode ?? "replace";
	if (editMode !== "replace" && editMode !== "insert") return undefined;
	return {
		newSource: "",
		editMode,
		...(typeof cellId === "string" ? { cellId } : {}),
		...(typeof cellType === "string" ? { cellType } : {}),
	};
}

/** The text of each cell of a notebook; none where it is no notebook. */
function sourcesIn(bytes: Buffer | Message): (string | undefined)[] {
	if (!Buffer.isBuffer(bytes)) return [];
	let notebook: unknown;
	try {
		notebook = JSON.parse(bytes.toString("utf8").replace(/^\uFEFF/, ""));
	} catch {
		return [];
	}
	if (typeof notebook !== "object" || notebook === null || !("cells" in notebook)) return [];
	return Array.isArray(notebook.cells) ? notebook.cells.map(sourceOf) : [];
}

function sourceOf(cell: unknown): string | undefined {
	if (typeof cell !== "object" || cell === null || !("source" in cell)) return undefined;
	const { source } = cell;
	if (typeof source === "string") return source;
	return Array.isArray(source) && source.every((line) => typeof line === "string") ? source.join("") : undefined;
}
