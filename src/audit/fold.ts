// Folds the entries of a log into rows (protocol/audit.ts): all entries of one request become one row, every other entry
// is a row of its own. Pure: the same entries in the same order give the same rows, wherever they are kept. Bodies come
// from disk and are treated as hostile: nothing here trusts a member to be there or to be what it should be.
import { ActionKind, type AuditRow, MAX_FILES, MAX_TARGET, type RowKind } from "../protocol/audit.ts";
import type { Entry } from "./chain.ts";
import { counts, flag, isSettled, personOf, set, takeDecision, takeSettled } from "./foldDecision.ts";
import { type Body, list, member, str } from "./members.ts";
import type { ReadLine } from "./read.ts";

/** Where one line of a log stands. */
export interface Place {
	segment: string;
	/** 1-based. */
	line: number;
	/** Of its first byte. */
	offset: number;
	/** With its line break. */
	bytes: number;
}

export interface FoldedRow extends AuditRow {
	/** Its entries, in order. */
	places: Place[];
	/** What text search looks through, at most MAX_SEARCH characters. */
	search: string;
	/** Paths of files it would change, or was seen to change (a subset of `files`' paths), for sessions. */
	changes: Change[];
	/** The request's clock, to measure its wait by. */
	mono: number;
}

/** A file of a proposed change, by its index in the entry's `change.files`; of an actual one, in the `files` of that entry. */
export interface Change {
	path: string;
	op: "create" | "modify" | "delete";
	file: number;
	actual?: true;
}

export const MAX_SEARCH = 8000;

/** The request whose row this entry belongs to; undefined when the entry is a row of its own. */
export function requestOf(entry: Entry): string | undefined {
	if (!entry.head.type.startsWith("action.") && !OF_REQUESTS.has(entry.head.type)) return undefined;
	const request = str(entry.body, "request");
	return request === "" ? undefined : request;
}

const OF_REQUESTS = new Set(["digest.mismatch", "answer.late", "coverage.gap", "grant.added"]);
/** Entries of a request that have a row of their own as well as a mark at the request's. */
const OWN_ROW = new Set(["coverage.gap", "grant.added"]);

/** Whether a row of its own is made of an entry although it names a request. */
export function hasOwnRow(entry: Entry): boolean {
	return OWN_ROW.has(entry.head.type);
}

/** The row that begins with this line. */
export function rowOf(line: ReadLine, id = 0): FoldedRow {
	const { entry, segment, offset, bytes } = line;
	const row: FoldedRow = {
		id,
		kind: "other",
		type: entry?.head.type ?? "",
		time: entry?.head.time ?? "",
		segment,
		line: line.line,
		target: "",
		files: [],
		flags: [],
		entries: 1,
		places: [{ segment, line: line.line, offset, bytes }],
		search: "",
		changes: [],
		mono: entry?.head.mono ?? 0,
	};
	if (line.problem !== undefined) row.flags.push("altered");
	if (entry === undefined) return row;
	const body = entry.body ?? {};
	if (entry.head.session !== undefined) row.session = entry.head.session;
	set(row, "agent", str(body, "agent"));
	set(row, "enforcement", enforcementOf(body));
	row.kind = kindOf(entry.head.type);
	if (row.kind === "action") {
		beginAction(row, body);
		takeType(row, entry);
	} else {
		row.target = shorten(targetOf(entry.head.type, body));
		set(row, "tool", str(body, "tool"));
		set(row, "person", personOf(member(body, "approver")));
		set(row, "channel", str(body, "channel"));
		set(row, "grant", str(body, "grant"));
		set(row, "request", str(body, "request"));
		if (entry.head.type === "coverage.gap") row.flags.push("gap");
		const path = str(body, entry.head.type === "change.undone" ? "path" : "file");
		if (path !== "") row.files.push(path.slice(0, MAX_PATH));
	}
	row.search = searchOf(row, entry);
	return row;
}

/** Adds a later entry of a request to its row. The row is changed in place. */
export function addTo(row: FoldedRow, line: ReadLine): void {
	const { entry, segment, offset, bytes } = line;
	row.entries++;
	row.places.push({ segment, line: line.line, offset, bytes });
	if (line.problem !== undefined) flag(row, "altered");
	// What the journal did not write, or not so, says nothing about how an action ended.
	if (entry === undefined || line.problem !== undefined) return;
	if (row.session === undefined && entry.head.session !== undefined) row.session = entry.head.session;
	const before = row.search;
	takeType(row, entry);
	row.search = `${before} ${laterSearch(entry)}`.slice(0, MAX_SEARCH);
}

/** A mark that another entry leaves at the row of the request it names. */
export function markRow(row: FoldedRow, entry: Entry): void {
	if (entry.head.type === "coverage.gap") flag(row, "gap");
	if (entry.head.type === "grant.added") set(row, "grant", str(entry.body, "grant"));
}

/** Nothing more is to be expected of an action in this state, though it may come. */
export function isOver(row: FoldedRow): boolean {
	if (row.kind !== "action") return true;
	if (row.result !== undefined) return true;
	return row.outcome !== undefined && row.outcome !== "open" && row.outcome !== "allowed";
}

/** Rows that are held back because their request is not over. */
const MAX_HELD = 20_000;
/** Characters of a path. Systems take 4096 bytes; an agent may claim any. */
export const MAX_PATH = 5000;

/**
 * The rows of lines that come in the order of the log, each when it is over, in the order of their first entries as far as
 * MAX_HELD rows can tell. What comes to a row later than that becomes a row of its own (kind "action", nothing but that).
 */
export async function* foldRows(lines: AsyncIterable<ReadLine>): AsyncGenerator<FoldedRow> {
	// A list with a moving start: taking the first out of a map again and again would walk over what was taken before.
	let held: { row: FoldedRow; request: string }[] = [];
	let start = 0;
	const open = new Map<string, FoldedRow>();
	const release = (): FoldedRow => {
		const { row, request } = held[start++] as (typeof held)[number];
		if (request !== "") open.delete(request);
		if (start > MAX_HELD) {
			held = held.slice(start);
			start = 0;
		}
		return row;
	};
	for await (const line of lines) {
		const { entry } = line;
		const request = entry === undefined ? undefined : requestOf(entry);
		const known = request === undefined ? undefined : open.get(request);
		if (known !== undefined && entry !== undefined && !hasOwnRow(entry)) addTo(known, line);
		else {
			if (known !== undefined && entry !== undefined) markRow(known, entry);
			const row = rowOf(line);
			const key = row.kind === "action" && row.request !== undefined ? row.request : "";
			held.push({ row, request: key });
			if (key !== "") open.set(key, row);
		}
		while (held.length - start > MAX_HELD) yield release();
	}
	while (held.length > start) yield release();
}

function kindOf(type: string): RowKind {
	// A type is whatever stands in the log, also "constructor".
	const known = Object.hasOwn(KINDS, type) ? KINDS[type] : undefined;
	return known ?? (type.startsWith("action.") ? "action" : "other");
}

const KINDS: Record<string, RowKind> = {
	"digest.mismatch": "action",
	"answer.late": "action",
	prompt: "prompt",
	"session.started": "session",
	"session.ended": "session",
	"question.asked": "question",
	"question.answered": "question",
	"policy.changed": "policy",
	"policy.accepted": "policy",
	"grant.added": "grant",
	"grant.revoked": "grant",
	"agent.installed": "agent",
	"agent.changed": "agent",
	"channel.paired": "channel",
	"channel.revoked": "channel",
	"notification.sent": "channel",
	"notification.failed": "channel",
	"coverage.gap": "gap",
	"gate.started": "gate",
	"gate.stopped": "gate",
	"key.created": "gate",
	repair: "gate",
	checkpoint: "gate",
	"export.made": "export",
	"evidence.removed": "export",
	"change.undone": "undo",
};

function beginAction(row: FoldedRow, body: Body): void {
	set(row, "request", str(body, "request"));
	set(row, "tool", str(body, "tool"));
	set(row, "subagent", str(body, "subagent"));
	const kind = ActionKind.safeParse(body.kind);
	if (kind.success) row.action = kind.data;
	// A result or a late answer that belongs to no request here was never waiting.
	if (row.type === "action.requested") row.outcome = "open";
	if (body.guard === true) row.flags.push("guard");
	const claimed = member(body, "claimed");
	row.target = shorten(inputTarget(member(claimed, "input")));
	const named = list(claimed, "paths").filter((path) => typeof path === "string");
	const changes = changesOf(list(member(body, "change"), "files"));
	row.changes = changes.slice(0, MAX_FILES).map((change) => ({ ...change, path: change.path.slice(0, MAX_PATH) }));
	named.push(...changes.map(({ path }) => path));
	row.files = [...new Set(named)].slice(0, MAX_FILES).map((path) => path.slice(0, MAX_PATH));
	// A long input is in the evidence store; what it acts on is known all the same.
	if (row.target === "") row.target = shorten(row.files[0] ?? "");
}

/** The files of a change that say what happens to which. */
export function changesOf(files: readonly unknown[]): Change[] {
	return files.flatMap((one, file) => {
		const path = str(one, "path");
		const op = str(one, "op");
		return path !== "" && (op === "create" || op === "modify" || op === "delete") ? [{ path, op, file }] : [];
	});
}

/** What an action was seen to change. A gate says it once: of two entries that name files the first counts. */
function takeChanged(row: FoldedRow, body: Body): void {
	if (row.changes.some(({ actual }) => actual === true)) return;
	const seen = changesOf(list(body, "files")).map((one) => ({ ...one, path: one.path.slice(0, MAX_PATH) }));
	for (const change of seen) if (row.changes.length < MAX_FILES) row.changes.push({ ...change, actual: true });
	row.files = [...new Set([...row.files, ...seen.map(({ path }) => path)])].slice(0, MAX_FILES);
}

/** What an entry of a request says of its end. */
function takeType(row: FoldedRow, { head, body = {} }: Entry): void {
	switch (head.type) {
		case "action.decided":
		case "action.withdrawn":
			// The agent's own prompt was first: what the gate said then had no effect.
			if (isSettled(row)) break;
			if (row.decidedAt !== undefined) flag(row, "altered");
			if (counts(head.type, body, row.decidedAt === undefined ? "none" : row.by)) takeDecision(row, head, body);
			else flag(row, "altered");
			break;
		case "action.settled":
			takeSettled(row, head, body);
			break;
		case "action.executed":
			row.result = body.outcome === "failed" ? "failed" : "done";
			if (row.tool === undefined) set(row, "tool", str(body, "tool"));
			break;
		case "action.changed":
			takeChanged(row, body);
			break;
		case "digest.mismatch":
			flag(row, list(body, "files").length === 0 ? "mismatch" : "unexpected");
			break;
		case "answer.late":
			flag(row, "late");
			break;
	}
}

function enforcementOf(body: Body): string {
	const { enforcement } = body;
	return typeof enforcement === "string" ? enforcement : str(enforcement, "level");
}

/** Members of a tool's input that say what it acts on, the first that is there. */
const TARGETS = ["command", "file_path", "notebook_path", "path", "url", "pattern", "query", "description", "prompt"];

/** What a tool's input acts on, in one text: whole, not shortened. */
export function inputTarget(input: unknown): string {
	for (const name of TARGETS) {
		const found = member(input, name);
		if (typeof found === "string" && found !== "") return found;
	}
	return input === undefined ? "" : JSON.stringify(input).slice(0, MAX_SEARCH);
}

function targetOf(type: string, body: Body): string {
	const claimed = member(body, "claimed");
	switch (type) {
		case "prompt":
			return str(claimed, "text");
		case "session.started":
			return [str(body, "root"), str(member(body, "git"), "branch"), str(claimed, "model")].filter(Boolean).join(" · ");
		case "session.ended":
			return str(claimed, "reason");
		case "question.asked":
			return inputTarget(member(claimed, "input"));
		case "question.answered":
			return inputTarget(member(claimed, "response"));
		case "gate.started":
			return `${str(member(body, "writer"), "editor")} ${str(member(body, "writer"), "version")}`.trim();
		case "gate.stopped":
			return str(body, "reason");
		case "key.created":
			return str(body, "publicKey");
		case "checkpoint":
			return str(body, "note").split("\n")[1] ?? "";
		case "repair":
			return str(body, "segment");
		case "policy.changed":
		case "policy.accepted":
			return str(body, "file") || str(body, "digest");
		case "grant.added":
			return JSON.stringify(member(body, "rule") ?? {});
		case "grant.revoked":
			return [str(body, "grant"), str(body, "ended")].filter(Boolean).join(" · ");
		case "agent.installed":
		case "agent.changed":
			return str(body, "file") || str(claimed, "file") || str(body, "enforcement");
		case "coverage.gap":
			return [str(body, "kind"), str(body, "tool")].filter(Boolean).join(" · ");
		case "export.made":
			return [str(body, "format"), str(body, "file")].filter(Boolean).join(" · ");
		case "change.undone":
			return [str(body, "path"), str(body, "how"), str(body, "outcome")].filter(Boolean).join(" · ");
		case "evidence.removed":
			return `${list(body, "digests").length}`;
		default: {
			const { salt: _, ...rest } = body;
			return JSON.stringify(rest).slice(0, MAX_SEARCH);
		}
	}
}

function searchOf(row: FoldedRow, { body = {} }: Entry): string {
	const claimed = member(body, "claimed");
	const whole = row.kind === "action" ? inputTarget(member(claimed, "input")) : targetOf(row.type, body);
	const parts = [
		whole.slice(0, MAX_SEARCH),
		row.tool ?? "",
		str(claimed, "description"),
		row.files.join(" "),
		row.agent ?? "",
		row.request ?? "",
		laterSearch({ head: { type: row.type } as Entry["head"], body, hash: "", prev: "" }),
	];
	return parts.filter(Boolean).join(" ").slice(0, MAX_SEARCH);
}

/** What a decision, a warning and a change that was seen add to what can be searched for. */
function laterSearch({ head, body = {} }: Entry): string {
	const decision = member(body, "decision");
	// What a person made of it can be looked for, too: it is what ran.
	const edited = head.type === "action.decided" ? member(member(body, "edited"), "claimed") : undefined;
	return [
		inputTarget(member(edited, "input")).slice(0, MAX_SEARCH),
		...(head.type === "action.changed"
			? changesOf(list(body, "files")).map(({ path }) => path.slice(0, MAX_PATH))
			: []),
		str(decision, "reason"),
		str(decision, "ruleId") || str(body, "rule"),
		personOf(member(decision, "approver")),
		str(decision, "channel"),
	]
		.filter(Boolean)
		.join(" ");
}

function shorten(text: string): string {
	const line = text
		.slice(0, 2 * MAX_TARGET)
		.replace(/\s+/gu, " ")
		.trim();
	const short = line.length <= MAX_TARGET ? line : `${line.slice(0, MAX_TARGET - 1)}…`;
	return short.toWellFormed();
}
