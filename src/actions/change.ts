// What differs in files: proposed (computed before the decision, from the disk as the agent would edit it) or actual.
import type { Message } from "../protocol/messages.ts";
import type { Drawn } from "./diff.ts";

export type EndOfLine = "lf" | "crlf" | "cr" | "mixed" | "none";

/** One side of a file. `bytes` is what is or would be on disk, exactly. */
export interface FileSide {
	bytes: Buffer;
	eol: EndOfLine;
	bom: boolean;
	/** Ends with a line break. */
	finalNewline: boolean;
	/** Permission bits, e.g. 0o644; absent for a file that does not exist yet. */
	mode?: number;
	/** Holds NUL bytes or is not UTF-8: shown by size and hash only. */
	binary: boolean;
}

export interface FileChange {
	/** Absolute path as the agent named it. */
	path: string;
	/** Where it really lands after symlinks, when that differs. */
	target?: string;
	op: "create" | "modify" | "delete";
	/** Absolute path the content was at before, as the agent named it, when the file also moves. `before` is its content. */
	from?: string;
	before?: FileSide;
	after?: FileSide;
	/** What a card of this file alone shows, where it was worked out together with the change. */
	drawn?: Drawn;
}

export interface Change {
	files: FileChange[];
}

/** The change could not be computed: the card shows the raw input and says why. Never a wrong diff. */
export interface Unknown {
	unknown: Message;
}
export type Proposal = Change | Unknown | undefined;

/** True when a proposal holds a computed change. */
export function isChange(proposal: Proposal): proposal is Change {
	return proposal !== undefined && "files" in proposal;
}

/** Whether a card of the proposal needs no bytes any more. What a card of several files shows depends on all of them. */
export function isDrawn(proposal: Proposal): proposal is Change {
	return isChange(proposal) && proposal.files.length === 1 && proposal.files[0]?.drawn !== undefined;
}

/** Bytes of both sides of all files of a proposal. */
export function bytesOf(proposal: Proposal): number {
	const files = isChange(proposal) ? proposal.files : [];
	return files.reduce((sum, { before, after }) => sum + (before?.bytes.length ?? 0) + (after?.bytes.length ?? 0), 0);
}
