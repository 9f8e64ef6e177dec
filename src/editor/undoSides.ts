// Which contents of the log an undo needs, or why it cannot be done with what the log holds. Reads nothing.
import { isAbsolute } from "node:path";
import { MASK } from "../actions/redactValues.ts";
import type { DetailFile, EvidenceLink, RowDetail } from "../protocol/audit.ts";
import { type Message, message } from "../protocol/messages.ts";

/** Characters that the log's reader gives of a path; a longer one is cut. */
const MAX_PATH = 1000;

/** A row and a file of it, proposed or seen; undefined when it names no such file. */
export type FileOfRow = readonly [RowDetail, DetailFile | undefined];

/** A change as it is undone. A side that is absent is no file. */
export interface Run {
	before?: EvidenceLink;
	after?: EvidenceLink;
}

/** What is to be undone of a file. */
export interface Undoable {
	/** As the agent named it. */
	path: string;
	/** Where it led when the change was approved. */
	real: string;
	/** Request of the (last) change. */
	request: string;
	/** Of the first, where it is another one. */
	since?: string;
	session?: string;
	/** Oldest first, at least one. Changes that nobody else's came between are one. */
	runs: readonly [Run, ...Run[]];
	/** Permission bits before the last change, which a file that it deleted gets again; absent where the log does not say. */
	mode?: number;
}

/** The action ran after it was allowed, as far as the agent has told. */
export function isDone({ row }: Pick<RowDetail, "row">): boolean {
	return row.kind === "action" && row.outcome === "allowed" && row.result === "done";
}

/**
 * What it takes to undo these changes of one file.
 * @param changes oldest first @param words the words for both sides in the reader's language
 */
export function undoableOf(
	changes: readonly FileOfRow[],
	words: Record<"before" | "after", string>,
): Undoable | { why: Message } {
	const last = changes.at(-1);
	const since = changes[0]?.[0].row.request;
	const [to, request] = [last?.[1], last?.[0].row.request];
	if (last === undefined || to === undefined || request === undefined) return { why: message("auditHost.noFile") };
	const real = to.target ?? to.path;
	const runs: Run[] = [];
	for (const [{ row, entries }, file] of changes) {
		if (file === undefined) return { why: message("auditHost.noFile") };
		// Whoever altered the log could have chosen the content.
		const isAltered = row.flags.includes("altered") || entries.some(({ problem }) => problem !== undefined);
		if (isAltered) return { why: message("undo.why.altered") };
		const { path, target = path } = file;
		const isCut = [path, target].some((name) => name.length > MAX_PATH || name.includes(MASK) || !isAbsolute(name));
		if (isCut || row.request === undefined) return { why: message("undo.why.maskedPath") };
		// What git runs and goes by is not put back by a click on what a log says.
		if ([path, target].some((name) => name.split("/").includes(".git"))) return { why: message("undo.why.inGit") };
		if (file.link !== undefined) return { why: message("undo.why.link") };
		if ("from" in file) return { why: message("undo.why.moved") };
		if (target !== real) return { why: message("undo.why.elsewhere", { now: real }) };
		const before = sideOf(file, "before", words.before);
		const after = sideOf(file, "after", words.after);
		if ("why" in before) return before;
		if ("why" in after) return after;
		add(runs, before.link, after.link);
	}
	const [first, ...more] = runs;
	if (first === undefined) throw new Error("A change makes a run.");
	const mode = modeOf(to);
	return {
		path: to.path,
		real,
		request,
		...(since === undefined || since === request ? {} : { since }),
		...(last[0].row.session === undefined ? {} : { session: last[0].row.session }),
		runs: [first, ...more],
		...(mode === undefined ? {} : { mode }),
	};
}

/** A change that begins with the content that the one before it has left goes on with it. */
function add(runs: Run[], before: EvidenceLink | undefined, after: EvidenceLink | undefined): void {
	const known = runs.at(-1);
	// An action that was also seen to do what was proposed.
	if (known !== undefined && isSame(known.before, before) && isSame(known.after, after)) return;
	if (known !== undefined && isSame(known.after, before)) {
		if (after === undefined) delete known.after;
		else known.after = after;
	} else runs.push({ ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}

/** The same content, or both times none. None of them has masks, which would make two contents one. */
function isSame(a: EvidenceLink | undefined, b: EvidenceLink | undefined): boolean {
	return a?.digest === b?.digest;
}

function modeOf({ before, mode }: DetailFile): number | undefined {
	return (before !== undefined && "digest" in before ? before.mode : undefined) ?? mode?.before;
}

type Side = { link: EvidenceLink | undefined } | { why: Message };

function sideOf(file: DetailFile, name: "before" | "after", side: string): Side {
	const link = file[name];
	if (link === undefined) {
		const isNone = file.op === (name === "before" ? "create" : "delete");
		return isNone ? { link: undefined } : { why: message("undo.why.unknown", { side }) };
	}
	if ("omitted" in link) return { why: message("undo.why.omitted", { side, bytes: link.omitted }) };
	if (link.redacted) return { why: message("undo.why.redacted", { side }) };
	if (link.removedAt !== undefined) return { why: message("undo.why.removed", { side, time: link.removedAt }) };
	return { link };
}
