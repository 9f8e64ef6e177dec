// Which contents of the log an undo needs, or why it cannot be done with what the log holds. Reads nothing.
import { isAbsolute } from "node:path";
import { MASK } from "../actions/redactValues.ts";
import type { DetailFile, EvidenceLink, RowDetail } from "../protocol/audit.ts";
import { type Message, message } from "../protocol/messages.ts";

/** Characters that the log's reader gives of a path; a longer one is cut. */
const MAX_PATH = 1000;

/** A row and a file of it, proposed or seen; undefined when it names no such file. */
export type FileOfRow = readonly [RowDetail, DetailFile | undefined];

/** What is to be undone of a file. A side that is absent is no file. */
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
	before?: EvidenceLink;
	after?: EvidenceLink;
}

/** The action ran after it was allowed, as far as the agent has told. */
export function isDone({ row }: Pick<RowDetail, "row">): boolean {
	return row.kind === "action" && row.outcome === "allowed" && row.result === "done";
}

/**
 * What it takes to undo all changes of a file from the first to the last, which may be one and the same.
 * @param words the words for both sides in the reader's language
 */
export function undoableOf(
	first: FileOfRow,
	last: FileOfRow,
	words: Record<"before" | "after", string>,
): Undoable | { why: Message } {
	const [from, to] = [first[1], last[1]];
	const { row } = last[0];
	if (from === undefined || to === undefined || row.request === undefined) return { why: message("auditHost.noFile") };
	for (const [{ path, target = path }, { request }] of [
		[from, first[0].row],
		[to, row],
	] as const) {
		const isCut = [path, target].some((name) => name.length > MAX_PATH || name.includes(MASK) || !isAbsolute(name));
		if (isCut || request === undefined) return { why: message("undo.why.maskedPath") };
	}
	if ([from, to].some(({ link }) => link !== undefined)) return { why: message("undo.why.link") };
	if ([from, to].some((file) => "from" in file)) return { why: message("undo.why.moved") };
	const real = to.target ?? to.path;
	if ((from.target ?? from.path) !== real) return { why: message("undo.why.elsewhere", { now: real }) };
	const before = sideOf(from, "before", words.before);
	const after = sideOf(to, "after", words.after);
	if ("why" in before) return before;
	if ("why" in after) return after;
	const since = first[0].row.request;
	return {
		path: to.path,
		real,
		request: row.request,
		...(since === undefined || since === row.request ? {} : { since }),
		...(row.session === undefined ? {} : { session: row.session }),
		...(before.link === undefined ? {} : { before: before.link }),
		...(after.link === undefined ? {} : { after: after.link }),
	};
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
