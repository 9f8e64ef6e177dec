// The audit log as people look at it: rows, filters, sessions, overview. The same words for panel, command line, exports and
// index. A row is one thing that happened: an action with all its entries (requested, decided, released, executed), or one
// other entry. Every entry belongs to exactly one row.
import * as z from "zod/mini";
import type { Message } from "./messages.ts";

export const RowKind = z.enum([
	/** A tool call, asked or decided by rule. */
	"action",
	/** What the person told the agent. */
	"prompt",
	/** A session began, ended. */
	"session",
	/** The agent asked its user, or was answered. */
	"question",
	"policy",
	"grant",
	/** Hooks and settings of agents. */
	"agent",
	"channel",
	/** A result without a decision, or what else got past the gate. */
	"gap",
	/** Gates, keys, repairs, checkpoints. */
	"gate",
	/** Exports and removals of evidence. */
	"export",
	/** A person put back what an allowed edit had changed. */
	"undo",
	/** Of a type this version does not know, or not readable. */
	"other",
]);
export type RowKind = z.infer<typeof RowKind>;

export const ActionKind = z.enum(["shell", "edit", "write", "delete", "read", "fetch", "mcp", "spawn", "other"]);

/** How an action ended. "open": nobody has decided (yet), or its gate died before. */
export const RowOutcome = z.enum(["open", "allowed", "denied", "timeout", "withdrawn", "failed"]);
export type RowOutcome = z.infer<typeof RowOutcome>;

export const RowBy = z.enum(["rule", "person", "timeout", "withdrawn", "failure"]);
export type RowBy = z.infer<typeof RowBy>;

/**
 * What a person should notice: something else ran, ran undecided, was answered too late, weakens the gate, was altered;
 * "edited": a person changed it before they decided; "unexpected": a file does not hold what was allowed. That a command changed files is nothing odd, and no flag.
 */
export const RowFlag = z.enum(["mismatch", "gap", "late", "guard", "altered", "unexpected", "edited"]);
export type RowFlag = z.infer<typeof RowFlag>;

export interface AuditRow {
	/** Its number in the index; 0 outside of one. Not stable over a rebuild: `segment` and `line` are. */
	id: number;
	kind: RowKind;
	/** Of its first entry, e.g. "action.requested"; "" for a line that is no entry. */
	type: string;
	/** ISO time of its first entry. */
	time: string;
	/** Where its first entry stands. */
	segment: string;
	/** 1-based. */
	line: number;
	agent?: string;
	/** The agent's own session id. */
	session?: string;
	subagent?: string;
	request?: string;
	tool?: string;
	action?: z.infer<typeof ActionKind>;
	/** The command, file, URL, prompt, file of a policy, ...: one line, at most MAX_TARGET characters. Redacted; may be an agent's words. */
	target: string;
	/** Paths it names or was seen to change, at most MAX_FILES. */
	files: string[];
	outcome?: RowOutcome;
	by?: RowBy;
	/** Id of the rule that decided or that made it ask. */
	rule?: string;
	/** Id of the grant that let it pass. */
	grant?: string;
	channel?: string;
	/** `Name (osUser)` as far as is known: claims, not proof. */
	person?: string;
	/** ISO time of the decision. */
	decidedAt?: string;
	/** Milliseconds from request to the decision, by the clock that only goes forward. */
	waitedMs?: number;
	/** What the agent reported. */
	result?: "done" | "failed";
	/** How far the session's hooks bound it: "enforced", "voluntary", "not-enforced". */
	enforcement?: string;
	flags: RowFlag[];
	/** Entries folded into it. */
	entries: number;
}

/** Characters of a row's target. */
export const MAX_TARGET = 300;
/** Paths a row keeps. */
export const MAX_FILES = 50;

const list = <T extends z.core.$ZodType>(of: T) => z.optional(z.array(of).check(z.maxLength(200)));
const word = z.string().check(z.maxLength(300));
const isoTime = z.string().check(z.maxLength(40), z.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/));

/**
 * Which rows are wanted. Members are joined by "and", the values of one by "or"; an absent member wants all.
 * What it means exactly is `matches` in src/audit/filter.ts; the index must agree with it.
 */
export const AuditFilter = z.strictObject({
	kinds: list(RowKind),
	agents: list(word),
	sessions: list(word),
	actions: list(ActionKind),
	outcomes: list(RowOutcome),
	by: list(RowBy),
	channels: list(word),
	people: list(word),
	rules: list(word),
	flags: list(RowFlag),
	/** A part of one of its paths, in any case. */
	file: z.optional(word),
	/** From this time on. */
	since: z.optional(isoTime),
	/** Up to and with this time. */
	until: z.optional(isoTime),
	/** Words, each of which must begin a word of the row's text (target, files, prompt, tool, reason, rule, ids). */
	text: z.optional(z.string().check(z.maxLength(1000))),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

/** A value of a filter and how many rows have it. */
export interface Facet {
	value: string;
	count: number;
}

/** What can be chosen, by member of the filter; counted over all rows, most frequent first, at most 200 each. */
export type Facets = Record<
	"kinds" | "agents" | "sessions" | "actions" | "outcomes" | "by" | "channels" | "people" | "rules" | "flags",
	Facet[]
> & {
	/** First words of a session's first prompt, by session id. */
	labels: Record<string, string>;
};

/** Who started an agent, as far as it was seen. What an agent says of itself is in `claimed`. */
export interface Starter {
	osUser?: string;
	host?: string;
	/** "terminal", "editor", "ci", "service", or "unknown"; `name` is the program, e.g. "bash"; `within`: the editor whose terminal it is. */
	launcher?: { kind: string; name?: string; within?: string };
	/** The agent's program and version, as its path or package says. */
	program?: string;
	version?: string;
	/** Names of the processes above the hook, nearest first. */
	processes: string[];
	workspace?: string;
	git?: { commit?: string; branch?: string; commonDir?: string };
	enforcement?: string;
	/** Model, entry point, terminal: the agent's own words. */
	claimed: {
		model?: string;
		entrypoint?: string;
		terminal?: string;
		cwd?: string;
		permissionMode?: string;
	};
}

export interface SessionRow {
	agent: string;
	session: string;
	/** First words of its first prompt. Agent text. */
	label: string;
	/** ISO times. */
	startedAt: string;
	lastAt: string;
	endedAt?: string;
	starter?: Starter;
	prompts: number;
	actions: number;
	allowed: number;
	denied: number;
	/** Timed out, withdrawn, failed, open. */
	other: number;
	/** Of its actions: decided by a person. */
	byPerson: number;
	/** Distinct files it was allowed to change. */
	files: number;
	flags: RowFlag[];
}

/** A file of an action in its detail: see `fileAt`. */
export interface FilePlace {
	row: number;
	file: number;
	/** Of the files that it was seen to change, not of those that it was allowed to. */
	actual?: true;
}

/** A file that a session was allowed to change, or was seen to change by what it was allowed to run. */
export interface SessionFile {
	path: string;
	changes: number;
	op: "create" | "modify" | "delete";
	/** Row and index of the file in it: the first change holds the content before, the last the content after. */
	first: FilePlace;
	last: FilePlace;
	/** All changes, oldest first; fewer than `changes` where there are more than are named (MAX_SESSION_PLACES). */
	places: FilePlace[];
}

/** Changes of one file of a session that are named, each by its place. */
export const MAX_SESSION_PLACES = 200;

export interface SessionDetail {
	session: SessionRow;
	/** Its rows, oldest first, from `offset` on. */
	rows: AuditRow[];
	offset: number;
	total: number;
	files: SessionFile[];
}

export interface Overview {
	/** Rows of kind "action" that were looked at. */
	actions: number;
	/** By day (YYYY-MM-DD, local time of this machine), oldest first, without holes, at most the last 92 that hold any. */
	days: { day: string; allowed: number; denied: number; timeout: number; other: number }[];
	agents: { name: string; allowed: number; denied: number; timeout: number; other: number }[];
	/** Of the decisions of people. */
	channels: { name: string; allowed: number; denied: number }[];
	/** From request to a person's answer. Milliseconds; absent without any. */
	answer?: { median: number; p95: number; count: number };
	/** Who decided. */
	by: { name: RowBy; count: number }[];
	/** What people were asked most often: same tool and target. */
	asked: { tool: string; target: string; count: number; allowed: number; denied: number; row: number }[];
}

/** A piece of evidence as an entry names it. */
export interface EvidenceLink {
	digest: string;
	size: number;
	redacted: boolean;
	/** Permission bits that the file had with this content, where the log says so. */
	mode?: number;
	/** Removed by retention: when (ISO). */
	removedAt?: string;
}

/** A side that was not kept: its size in bytes, and why, where it was not for its size. */
export interface Omitted {
	omitted: number;
	why?: Message;
}

export interface DetailFile {
	path: string;
	target?: string;
	op: "create" | "modify" | "delete";
	before?: EvidenceLink | Omitted;
	after?: EvidenceLink | Omitted;
	/** What a symbolic link led to, on the sides where it was one; seen changes only. */
	link?: { before?: string; after?: string };
	/** Permission bits, where they were seen to change. */
	mode?: { before: number; after: number };
	/** After the edit it did not hold what was allowed. */
	mismatch?: FileMismatch;
}

export interface FileMismatch {
	/** Keyed digests (hex) of the contents, to tell them apart; null: no file, or (with `why`) none that could be read. */
	approved: string | null;
	found: string | null;
	/** It was as it had been before the edit. */
	unwritten?: true;
	/** The path led to another place than the one that was shown: this. */
	target?: string;
	/** Why it could not be read. */
	why?: Message;
	/** What was found. */
	after?: EvidenceLink | Omitted;
}

/** What an action was seen to change in the workspace, by a look before it and one after. Nothing outside was looked at. */
export interface ActualChange {
	/** None: it was looked, and nothing had changed, unless `incomplete` says that it was not. */
	files: DetailFile[];
	/** Further files that changed. */
	more: number;
	/** Why not all, or nothing, was looked at. */
	incomplete?: Message;
	/** Other actions ran at the same time: some of it may be theirs. */
	shared?: true;
	/** The command went on after this look. */
	background?: true;
	/** ISO time of the look before. */
	since?: string;
}

/** What a person made of an action before they answered it. */
export interface EditedAction {
	/** Command: whole, at most MAX_ENTRY_TEXT characters. Absent where it is the same, or was not kept. */
	target?: string;
	/** The change as they wanted it; empty where it was not allowed. */
	files: DetailFile[];
}

/** One entry of a row as it stands in the log. */
export interface DetailEntry {
	segment: string;
	line: number;
	type: string;
	time: string;
	hash: string;
	prev: string;
	/** Indented JSON of the body, at most MAX_ENTRY_TEXT characters; `cut` when there is more. */
	text: string;
	cut: boolean;
	/** Why the line is not what was written. */
	problem?: string;
}

export const MAX_ENTRY_TEXT = 100_000;

/** Everything the log says of one row. Strings under `said` are the agent's words. */
export interface RowDetail {
	row: AuditRow;
	entries: DetailEntry[];
	/** The prompt that led to it: that of the same session before it. */
	prompt?: { time: string; text: string };
	starter?: Starter;
	said?: {
		/** Command, path, URL: whole, at most MAX_ENTRY_TEXT characters. */
		target: string;
		cwd?: string;
		description?: string;
		permissionMode?: string;
		/** Indented JSON of the whole input, at most MAX_ENTRY_TEXT characters; absent when it is in `inputEvidence`. */
		input?: string;
	};
	inputEvidence?: EvidenceLink;
	root?: string;
	files: DetailFile[];
	/** Files that the action names and `files` does not; absent when there are none. */
	moreFiles?: number;
	/** Why the change was not computed. */
	changeProblem?: Message;
	/** Absent where it was not watched. */
	actual?: ActualChange;
	/** What a person made of the action; `said` and `files` are what the agent had asked for. */
	edited?: EditedAction;
	actionMac?: string;
	decision?: {
		verdict: "allow" | "deny";
		by: RowBy;
		/** Why policy asked, allowed or denied. */
		why: Message[];
		policyDigest?: string;
		assurance?: number;
		gesture?: string;
		/** What was read by the agent. */
		reason?: string;
		stopSession?: boolean;
		/** Digest of the card that was shown, all of it or a part, and for how long. */
		shown?: { digest: string; extent: "whole" | "partial"; ms: number };
		/** The card that was shown, redacted, as JSON of a CardModel. */
		card?: EvidenceLink;
		/** What the person allowed from then on. Indented JSON. */
		grant?: string;
	};
	released?: { time: string; delivered: boolean };
	settled?: { time: string; by: string };
	result?: { time: string; outcome: "done" | "failed"; redacted: boolean; text?: string; evidence?: EvidenceLink };
	/** The same secret, masked in both, stands in these rows too. Known inside this home only. */
	sameSecrets: { kind: string; rows: { id: number; time: string; target: string }[] }[];
}

/** The file of a row's detail that a place means. */
export function fileAt(
	detail: Pick<RowDetail, "files" | "actual">,
	place: Pick<FilePlace, "file" | "actual">,
): DetailFile | undefined {
	return (place.actual === true ? detail.actual?.files : detail.files)?.[place.file];
}
