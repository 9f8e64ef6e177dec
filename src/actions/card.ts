// The card of a request: everything that influences a person's decision, and nothing else. Its digest is what an answer
// is bound to (DESIGN 2.7, 2.8).
import { createHash } from "node:crypto";
import { canonical, type Json, type JsonObject } from "../protocol/canonical.ts";
import type { CardFile, CardModel, PreviewItem } from "../protocol/card.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { Action, ActionKind } from "./action.ts";
import { isChange, isDrawn, type Proposal } from "./change.ts";
import { type Drawn, drawFile, newBudget } from "./diff.ts";
import { absolutePath, isWithin, labelOf } from "./paths.ts";
import { risksOf } from "./risks.ts";

export interface CardParts {
	id: string;
	/** The agent event that asks; the parts a card shows. */
	event: { caller: { agent: string; label: string }; subagent?: string; description?: string };
	action: Action;
	proposal: Proposal;
	verdict: { why: Message[]; guard: boolean };
	session: { id: string; label: string };
	/** Milliseconds since the epoch. */
	createdAt: number;
	deadlineAt: number;
	actionMac: string;
	/** Real paths of the gate's folders. */
	folders: readonly string[];
	/** What a command would do. */
	preview?: PreviewItem[];
	/** What to say of files of the proposal, by the path the agent named. */
	warnings?: Record<string, Message[]>;
	/** What the agent had asked for, when a person changed it. */
	edited?: NonNullable<CardModel["edited"]>;
}

/** The card of one request. Bounded by its input: about 2,000 diff lines, and the input itself. */
export function buildCard(parts: CardParts): CardModel {
	const { event, action, proposal, verdict, session, folders } = parts;
	const { files, written } = cardFiles(proposal, action.root, folders, parts.warnings);
	const inputMatters = needsInput(action, files, proposal, event.description);
	return {
		v: 1,
		id: parts.id,
		agent: { id: event.caller.agent, label: event.caller.label },
		session: { ...session, ...(event.subagent === undefined ? {} : { subagent: event.subagent }) },
		kind: action.kind,
		tool: action.tool,
		verb: message(`verb.${action.kind}`),
		target: targetOf(action, files),
		root: action.root,
		cwd: action.cwd,
		files,
		input: inputText(action.input, inputMatters),
		inputMatters,
		...(event.description === undefined ? {} : { description: event.description }),
		...(proposal === undefined || isChange(proposal) ? {} : { problem: proposal.unknown }),
		...(parts.preview === undefined || parts.preview.length === 0 ? {} : { preview: parts.preview }),
		...(parts.edited === undefined ? {} : { edited: parts.edited }),
		why: verdict.why,
		risks: risksOf(action, proposal, folders, written),
		guard: verdict.guard,
		createdAt: new Date(parts.createdAt).toISOString(),
		deadlineAt: new Date(parts.deadlineAt).toISOString(),
		actionMac: parts.actionMac,
	};
}

/** Hex SHA-256 of the card's JCS text: the `shownDigest` that webviews and devices recompute. */
export function cardDigest(card: CardModel): string {
	return createHash("sha256").update(canonical(card), "utf8").digest("hex");
}

function cardFiles(
	proposal: Proposal,
	root: string,
	folders: readonly string[],
	warnings: Record<string, Message[]> = {},
): { files: CardFile[]; written: string[] } {
	if (!isChange(proposal)) return { files: [], written: [] };
	const budget = newBudget();
	const drawn = proposal.files.map((file) => (isDrawn(proposal) && file.drawn) || drawFile(file, budget));
	const files = proposal.files.map((file, index) => ({
		label: labelOf(file.path, root),
		outside: !folders.some((folder) => isWithin(file.target ?? file.path, folder)),
		...(file.from === undefined ? {} : { from: labelOf(file.from, root) }),
		...(warnings[file.path] === undefined ? {} : { warnings: warnings[file.path] }),
		path: file.path,
		...(file.target === undefined ? {} : { target: file.target }),
		op: file.op,
		...(drawn[index] as Drawn).shown,
	}));
	return { files, written: drawn.flatMap(({ written }) => written ?? []) };
}

/** Files that a heading names. */
const MAX_NAMED = 3;

/** What the verb acts on, whole, or the files it changes. */
function targetOf(action: Action, files: readonly CardFile[]): string {
	const { kind, tool, root, input } = action;
	const said = TARGETS[kind].map((member) => input[member]).find((value) => typeof value === "string" && value !== "");
	if (typeof said === "string") return said;
	const paths = files.length > 0 ? files.map(({ label }) => label) : action.paths.map((path) => labelOf(path, root));
	const more = paths.length - MAX_NAMED;
	const named = paths.slice(0, MAX_NAMED).join(", ");
	return paths.length === 0 ? tool : more > 0 ? `${named}, … (+${more})` : named;
}

/** Input members that are the target of an action of this kind, as agents call them. */
const TARGETS: Record<ActionKind, readonly string[]> = {
	shell: ["command"],
	edit: [],
	write: [],
	delete: [],
	read: [],
	fetch: ["url", "query"],
	mcp: [],
	spawn: ["subagent_type"],
	other: [],
};

/** Members that a computed change shows whole, beside the paths. */
const SHOWN_BY_CHANGE = new Set([
	...["content", "old_string", "new_string", "replace_all"],
	...["new_source", "cell_id", "cell_type", "edit_mode"],
]);

/** Whether the input holds anything that target and files do not show whole. */
function needsInput(
	action: Action,
	files: readonly CardFile[],
	proposal: Proposal,
	description: string | undefined,
): boolean {
	const whole = isChange(proposal) && files.every((file) => !file.cut && !file.binary);
	return Object.entries(action.input).some(([member, value]) => {
		if (TARGETS[action.kind].includes(member)) return value !== targetOf(action, files);
		if (member === "description" && value === description) return false;
		if (isShownPath(action, value)) return false;
		return !(whole && SHOWN_BY_CHANGE.has(member));
	});
}

/** A path that the card names just as the input says it. */
function isShownPath({ cwd, paths, kind }: Action, value: Json): boolean {
	if (typeof value !== "string" || kind === "mcp" || kind === "other" || kind === "shell") return false;
	const [path] = paths;
	return path !== undefined && absolutePath(cwd, value) === path && !value.split("/").includes("..");
}

/** Texts longer than this are left out of an input that does not matter. Characters. */
const MAX_REPEATED = 20_000;

/** The input as indented JSON: whole where it matters, else without the long texts that the files show already. */
function inputText(input: JsonObject, matters: boolean): string {
	if (matters) return JSON.stringify(input, null, 2);
	const short = (value: Json): Json =>
		typeof value === "string" && value.length > MAX_REPEATED ? `… (${value.length} characters, shown above)` : value;
	return JSON.stringify(Object.fromEntries(Object.entries(input).map(([key, value]) => [key, short(value)])), null, 2);
}
