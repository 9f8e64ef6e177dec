// One error class for the audit log. The code is for programs, the message is for a person: what happened, what Gatepost
// did about it, what the person can do.

export type JournalErrorCode =
	/** A write or sync failed; the segment is closed for good. */
	| "io"
	/** No space (or quota, or file size limit) left; the segment is closed for good. */
	| "full"
	/** The journal was closed, or failed earlier: `cause` is the first failure. */
	| "closed"
	/** The signing key could not be used; the segment is closed for good. */
	| "signer"
	/** This entry has no canonical form (lone surrogates, not JSON, nested too deep). Only it is refused. */
	| "bad-entry"
	/** This entry or evidence is larger than the log takes. Only it is refused. */
	| "too-large"
	/** More is waiting for the disk than fits in memory. Only this append is refused. */
	| "overloaded"
	/** The Gatepost home, or a key in it, belongs to or can be changed by somebody else, or is damaged. */
	| "unsafe-home"
	/** The workspace folder cannot be resolved. */
	| "no-root"
	| "evidence-missing"
	| "evidence-altered"
	/** A log that should be read cannot be read. */
	| "unreadable";

export class JournalError extends Error {
	override name = "JournalError";
	readonly code: JournalErrorCode;
	constructor(code: JournalErrorCode, message: string, options?: { cause?: unknown }) {
		super(message, options);
		this.code = code;
	}
}

const FULL = new Set(["ENOSPC", "EDQUOT", "EFBIG"]);

/** Node's error code ("ENOENT", ...), or "" for anything else. */
export function systemCode(error: unknown): string {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** The JournalError for a failed write or sync of the log at `path`. A JournalError is passed on as it is. */
export function writeError(error: unknown, path: string): JournalError {
	if (error instanceof JournalError) return error;
	const code = systemCode(error) || String(error);
	if (FULL.has(code))
		return new JournalError(
			"full",
			`There is no room to write the audit log (${code}, ${path}). Gatepost refuses what it cannot record and closed this part of the log. Free some disk space, then try again.`,
			{ cause: error },
		);
	return new JournalError(
		"io",
		`The audit log could not be written (${code}, ${path}). Gatepost refuses what it cannot record and closed this part of the log. Check the disk, then try again.`,
		{ cause: error },
	);
}
