// CardModel: what a person is shown of one request, the same for sidebar, panel, phone and Slack.
// Its JCS text is what `shownDigest` covers, so everything that influences a decision is in it, and nothing else.
import * as z from "zod/mini";
import { Message } from "./messageSchema.ts";

/** One line of an inline diff. `mark` word ranges are [start, end) offsets in `text` that differ from the other side. */
export const DiffLine = z.strictObject({
	/** " " context, "-" removed, "+" added */
	op: z.enum([" ", "-", "+"]),
	/** Line numbers, 1-based, on each side where the line exists. */
	before: z.optional(z.int()),
	after: z.optional(z.int()),
	/** The line without its line break. Raw text: whoever draws it makes invisible characters visible. */
	text: z.string(),
	/** The line break as written, drawn when the change is about line breaks. "" at a missing final newline. */
	eol: z.enum(["\n", "\r\n", "\r", ""]),
	mark: z.optional(z.array(z.tuple([z.int(), z.int()]))),
});
export type DiffLine = z.infer<typeof DiffLine>;

export const Hunk = z.strictObject({ lines: z.array(DiffLine) });
export type Hunk = z.infer<typeof Hunk>;

const Side = z.strictObject({
	size: z.int(),
	sha256: z.string(),
	eol: z.enum(["lf", "crlf", "cr", "mixed", "none"]),
	bom: z.boolean(),
	finalNewline: z.boolean(),
	mode: z.optional(z.int()),
});

/** One file of a proposed change. */
export const CardFile = z.strictObject({
	/** Relative to the root where inside it, else absolute. */
	label: z.string(),
	path: z.string(),
	target: z.optional(z.string()),
	outside: z.boolean(),
	op: z.enum(["create", "modify", "delete"]),
	/** Where its content was before, labelled as `label` is, when the file moves. */
	from: z.optional(z.string()),
	/** What a person must know of this file beside its lines: unsaved changes in an editor, changed since the agent read it. */
	warnings: z.optional(z.array(Message)),
	added: z.int(),
	removed: z.int(),
	/** Lines that differ in white space only: the native diff may hide them. */
	whitespaceOnly: z.int(),
	/** Lines that differ in their line break only. */
	eolOnly: z.int(),
	binary: z.boolean(),
	before: z.optional(Side),
	after: z.optional(Side),
	hunks: z.array(Hunk),
	/** Hunks left out because the diff is too large for a card; the native diff has all. */
	cut: z.boolean(),
});
export type CardFile = z.infer<typeof CardFile>;

/** One effect a command would have, as far as it can be told without running it. */
export const PreviewItem = z.strictObject({
	message: Message,
	/** What it is about, e.g. files or commits, whole names. May be agent text. */
	names: z.array(z.string()),
	/** How many more there are. */
	more: z.int(),
});
export type PreviewItem = z.infer<typeof PreviewItem>;

export const CardModel = z.strictObject({
	v: z.literal(1),
	id: z.string(),
	agent: z.strictObject({ id: z.string(), label: z.string() }),
	/** `label` is short and stable, e.g. the first words of the prompt. Agent text. */
	session: z.strictObject({ id: z.string(), label: z.string(), subagent: z.optional(z.string()) }),
	kind: z.enum(["shell", "edit", "write", "delete", "read", "fetch", "mcp", "spawn", "other"]),
	tool: z.string(),
	verb: Message,
	/** What the verb acts on: the command, the file, the URL, the tool. Whole, never cut here. Agent text. */
	target: z.string(),
	root: z.string(),
	cwd: z.string(),
	files: z.array(CardFile),
	/** The tool's whole input as indented JSON, for everything `target` and `files` do not show whole. Agent text. */
	input: z.string(),
	/** True when target and files do not say all there is in the input, so that `input` must be seen for "whole". */
	inputMatters: z.boolean(),
	/** The agent's own words about the action; labelled as its. */
	description: z.optional(z.string()),
	/** Why the change could not be computed, if so. */
	problem: z.optional(Message),
	/** What a command would do, as far as that can be known without running it: never more than a preview. */
	preview: z.optional(z.array(PreviewItem)),
	/**
	 * The action was changed: the card shows what would run, this is what the agent had asked for. Agent text. Through "view" by
	 * a gesture there; through "document" by saving the diff's right side, which other programs of the editor can do, too.
	 */
	edited: z.optional(
		z.strictObject({ target: z.string(), actionMac: z.string(), through: z.enum(["view", "document"]) }),
	),
	why: z.array(Message),
	risks: z.array(Message),
	/** Weakens Gatepost itself: marked, never granted beyond once, allowed only when shown whole. */
	guard: z.boolean(),
	/** ISO times. */
	createdAt: z.string(),
	deadlineAt: z.string(),
	/** HMAC of the canonical action under the home key, hex: binds the answer to what will run. */
	actionMac: z.string(),
});
export type CardModel = z.infer<typeof CardModel>;
