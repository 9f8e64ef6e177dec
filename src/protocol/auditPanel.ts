// Messages between the editor host and the audit panel. What comes from the panel is checked by its schema: it draws
// agents' text and is treated as if it could be hostile. Every question has a number `n`, and its answer carries it.
import * as z from "zod/mini";
import {
	AuditFilter,
	type AuditRow,
	type Facets,
	type Overview,
	type RowDetail,
	type SessionDetail,
	type SessionRow,
} from "./audit.ts";
import type { Message } from "./messages.ts";

export const ExportFormat = z.enum(["jsonl", "csv", "html", "sqlite", "ocsf", "bundle"]);
export type ExportFormat = z.infer<typeof ExportFormat>;

const n = z.int().check(z.minimum(0));
const row = z.int().check(z.minimum(1));
const id = z.string().check(z.maxLength(300));
const offset = z.int().check(z.minimum(0), z.maximum(100_000_000));
const limit = z.int().check(z.minimum(1), z.maximum(500));
const file = z.int().check(z.minimum(0), z.maximum(100_000));

export const ExportScope = z.discriminatedUnion("of", [
	z.strictObject({ of: z.literal("all") }),
	z.strictObject({ of: z.literal("filter"), filter: AuditFilter }),
	z.strictObject({ of: z.literal("session"), agent: id, session: id }),
]);
export type ExportScope = z.infer<typeof ExportScope>;

/** Panel to host. */
export const AuditPanelMessage = z.discriminatedUnion("type", [
	/** Knows nothing yet: send `strings` and `log`. */
	z.strictObject({ type: z.literal("ready") }),
	/** Show the log of this folder; one of those in `log`. */
	z.strictObject({ type: z.literal("choose"), folder: z.string().check(z.maxLength(5000)) }),
	/** Rows newest first, or oldest first. Answer: `rows`. */
	z.strictObject({
		type: z.literal("rows"),
		n,
		filter: AuditFilter,
		order: z.enum(["newest", "oldest"]),
		offset,
		limit,
	}),
	/** Answer: `detail`. */
	z.strictObject({ type: z.literal("detail"), n, row }),
	/** Answer: `facets`. */
	z.strictObject({ type: z.literal("facets"), n }),
	/** Sessions, the newest first. Answer: `sessions`. */
	z.strictObject({ type: z.literal("sessions"), n, filter: AuditFilter, offset, limit }),
	/** Answer: `session`. */
	z.strictObject({ type: z.literal("session"), n, agent: id, session: id, offset, limit }),
	/** Answer: `overview`. */
	z.strictObject({ type: z.literal("overview"), n, filter: AuditFilter }),
	/** Verify the log again. */
	z.strictObject({ type: z.literal("verify") }),
	/** Forget what this editor has seen of the log. The host asks the person, in a dialog of the editor. */
	z.strictObject({ type: z.literal("forget") }),
	/** Build the index anew. */
	z.strictObject({ type: z.literal("rebuild") }),
	/**
	 * Native diff of a file of an action, as it was shown; `actual`: of a file that it was seen to change; `edited`: of one
	 * as a person wanted it; `mismatch`: not of the change, but of what was allowed against what was found in its place.
	 */
	z.strictObject({
		type: z.literal("openDiff"),
		row,
		file,
		actual: z.optional(z.literal(true)),
		edited: z.optional(z.literal(true)),
		mismatch: z.optional(z.literal(true)),
	}),
	/** Native diff of a file over a whole session: before its first change, after its last. */
	z.strictObject({
		type: z.literal("openSessionDiff"),
		agent: id,
		session: id,
		path: z.string().check(z.maxLength(5000)),
	}),
	/** Put back what was before an action changed this file. The host asks the person, in a dialog of the editor. */
	z.strictObject({ type: z.literal("undo"), row, file, actual: z.optional(z.literal(true)) }),
	/** The same of a file over a whole session: what was before its first change. */
	z.strictObject({
		type: z.literal("undoSessionFile"),
		agent: id,
		session: id,
		path: z.string().check(z.maxLength(5000)),
	}),
	/** The same of all files of a session, the one that was changed last first. */
	z.strictObject({ type: z.literal("undoSession"), agent: id, session: id }),
	/** A read-only document: the row's entries whole, the input, the result, or the card that was shown. */
	z.strictObject({ type: z.literal("openText"), row, what: z.enum(["entries", "input", "result", "card"]) }),
	/** How policy would decide this action today, step by step. */
	z.strictObject({ type: z.literal("explain"), row }),
	/** Opens the user's policy file with a rule for this action put in, not saved. */
	z.strictObject({ type: z.literal("makeRule"), row }),
	z.strictObject({ type: z.literal("copy"), text: z.string().check(z.maxLength(200_000)) }),
	z.strictObject({ type: z.literal("export"), format: ExportFormat, scope: ExportScope }),
]);
export type AuditPanelMessage = z.infer<typeof AuditPanelMessage>;

/** What a verification of the log found, for the badge. */
export interface Integrity {
	state: "unknown" | "checking" | "good" | "bad" | "failed";
	/** While checking: bytes done and all. */
	done?: number;
	total?: number;
	/** ISO time of the end of the last verification. */
	at?: string;
	/** Entries that were verified, and in how many segments. */
	entries?: number;
	segments?: number;
	/**
	 * The last entry of the newest segment that has one, when all is good: what a person notes elsewhere, and gives to
	 * `log verify --head`. `entries` counts this segment's; `hash` is 64 hex digits.
	 */
	head?: { segment: string; entries: number; hash: string };
	/** Public keys that signed. */
	keys?: { publicKey: string; storage: string; segments: number }[];
	/**
	 * The public key whose private half this editor keeps in its SecretStorage; `all`: every segment is signed by it. Only
	 * then is a good log verified: it was compared with a key from outside of it.
	 */
	own?: { publicKey: string; all: boolean };
	/**
	 * Of what this editor has seen of the log, what is not there as it saw it: entries of all such segments, as many as it
	 * saw. `gone`: no segment that it has seen is there at all. Absent when all is there.
	 */
	missed?: { entries: number; segments: number; gone: boolean };
	/** Exactly what is wrong and where; at most 200. Detail may quote the log. */
	problems?: { segment: string; line?: number; kind: string; detail: string }[];
	moreProblems?: number;
	/** Why it failed. */
	message?: Message;
}

/** The log the panel shows and how far its index is. */
export interface LogState {
	/** Logs there are to choose from: folders of this window, and what belongs to none. */
	folders: { folder: string; label: string }[];
	/** The one that is shown; undefined when there is none. */
	folder?: string;
	index: {
		state: "loading" | "ready" | "failed";
		/** Entries in the index. */
		entries: number;
		/** While loading: bytes read and all bytes. */
		done: number;
		total: number;
		/** Why it failed, or why it is being built anew. */
		message?: Message;
	};
	integrity: Integrity;
}

/** Host to panel. */
export type AuditHostMessage =
	| { type: "strings"; contents: Record<string, string> }
	/** Whenever any of it changes; a larger number of entries means that lists should be asked for again. */
	| { type: "log"; log: LogState }
	| { type: "rows"; n: number; offset: number; total: number; rows: AuditRow[] }
	| { type: "detail"; n: number; detail: RowDetail }
	| { type: "facets"; n: number; facets: Facets }
	| { type: "sessions"; n: number; offset: number; total: number; sessions: SessionRow[] }
	| { type: "session"; n: number; detail: SessionDetail }
	| { type: "overview"; n: number; overview: Overview }
	/** The question `n` could not be answered. */
	| { type: "refused"; n: number; message: Message }
	/** Show this view, with this filter: e.g. a session opened from the sidebar. */
	| {
			type: "show";
			view: "log" | "sessions" | "overview" | "integrity";
			filter?: AuditFilter;
			session?: { agent: string; session: string };
	  };
