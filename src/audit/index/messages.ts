// What the host asks the index thread and what it answers. Both ends are ours: no schema, plain structured clones.
import type {
	AuditFilter,
	AuditRow,
	Facets,
	Overview,
	RowDetail,
	SessionDetail,
	SessionRow,
} from "../../protocol/audit.ts";
import type { Entry } from "../chain.ts";

/** Questions by name: what they take and what they give. */
export interface IndexQuestions {
	rows: {
		takes: { filter: AuditFilter; order: "newest" | "oldest"; offset: number; limit: number };
		gives: { total: number; rows: AuditRow[] };
	};
	/** The row with this id; undefined when there is none. */
	row: { takes: { row: number }; gives: AuditRow | undefined };
	detail: { takes: { row: number }; gives: RowDetail | undefined };
	/**
	 * The entries of a row as they stand in the log, in order; at most 200. `text` is the line without its line break, where
	 * it is text. Of a line longer than 256 KB only the text is given, not the entry: parse it where it may take long.
	 */
	entries: {
		takes: { row: number };
		gives: { segment: string; line: number; entry?: Entry; text?: string; problem?: string }[];
	};
	facets: { takes: Record<string, never>; gives: Facets };
	sessions: {
		takes: { filter: AuditFilter; offset: number; limit: number };
		gives: { total: number; sessions: SessionRow[] };
	};
	session: {
		takes: { agent: string; session: string; offset: number; limit: number };
		gives: SessionDetail | undefined;
	};
	overview: { takes: { filter: AuditFilter }; gives: Overview };
}
export type IndexQuestion = keyof IndexQuestions;

export interface IndexState {
	state: "loading" | "ready" | "failed";
	/** Entries in the index. */
	entries: number;
	/** Bytes of the log that are in it, and all bytes. */
	done: number;
	total: number;
	/** Why it failed, or why it was built anew: for a person, in English; no agent's words. */
	detail?: string;
}
