// Everything that can be wrong with one entry is found here, before it has a place in the chain.
import { MAX_LINE_BYTES, saltedBody } from "./chain.ts";
import type { Append, EntryType } from "./entry.ts";
import { JournalError } from "./errors.ts";

const MAX_SESSION_CHARS = 256;

export interface Prepared {
	type: EntryType;
	session: string | undefined;
	bodyJson: string;
}

/** An entry ready to be sealed. @throws JournalError "bad-entry" | "too-large" */
export function prepare({ type, body, session }: Append): Prepared {
	let bodyJson: string;
	try {
		bodyJson = saltedBody(body);
	} catch (error) {
		throw badEntry(type, error instanceof Error ? error.message : String(error), error);
	}
	if (session !== undefined && (session.length > MAX_SESSION_CHARS || !session.isWellFormed()))
		throw badEntry(type, "its session id is too long or not text");
	if (Buffer.byteLength(bodyJson) > MAX_LINE_BYTES - 4096)
		throw new JournalError(
			"too-large",
			`A log entry of type ${type} is larger than a line of the audit log can be. Gatepost did not record it and refuses the action. What is so large belongs in the evidence store.`,
		);
	return { type, session, bodyJson };
}

function badEntry(type: string, why: string, cause?: unknown): JournalError {
	return new JournalError(
		"bad-entry",
		`A log entry of type ${type} cannot be written: ${why}. Gatepost did not record it and refuses the action.`,
		{ cause },
	);
}
