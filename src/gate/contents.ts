// What is too long for a line of the log goes to the evidence store: contents of files, results, long inputs. All of it
// is redacted first (DESIGN 2.8), and the entry says so.
import { type FileSide, isChange, type Proposal } from "../actions/change.ts";
import { redact, redactJson } from "../actions/redact.ts";
import { JournalError } from "../audit/errors.ts";
import type { Journal } from "../audit/journal.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { type Result, sentences } from "./entries.ts";

/** Results longer than this go to the evidence store. Characters. */
const INLINE_RESULT = 4000;
/** Inputs longer than this do. Bytes of payload. */
export const INLINE_INPUT = 256 * 1024;

/** Files of a proposed change with their contents in the evidence store. @throws JournalError */
export async function changeEvidence(journal: Journal, proposal: Proposal): Promise<JsonObject | undefined> {
	if (proposal === undefined) return undefined;
	if (!isChange(proposal)) return { unknown: sentences([proposal.unknown])[0] ?? null };
	const files: JsonObject[] = [];
	for (const { path, target, op, before, after } of proposal.files) {
		files.push({
			path: redact(path).text,
			...(target === undefined ? {} : { target: redact(target).text }),
			op,
			...(before === undefined ? {} : { before: await sideEvidence(journal, before) }),
			...(after === undefined ? {} : { after: await sideEvidence(journal, after) }),
		});
	}
	return { files };
}

async function sideEvidence(journal: Journal, side: FileSide): Promise<JsonObject> {
	const { bytes, redacted } = redactBytes(side);
	const about = { ...(side.mode === undefined ? {} : { mode: side.mode }), redacted };
	try {
		return { ...(await journal.evidence.put(bytes)), ...about };
	} catch (error) {
		// Masks can be longer than what they mask: a file full of secrets may outgrow the store.
		if (error instanceof JournalError && error.code === "too-large") return { ...about, omitted: side.bytes.length };
		throw error;
	}
}

/**
 * Text in its own encoding; what is no text is searched byte by byte, so that what is not masked keeps its bytes.
 * UTF-16 is text with a NUL in nearly every character, in which no secret would be seen.
 */
function redactBytes({ bytes, binary }: FileSide): { redacted: boolean; bytes: Buffer } {
	const wide = bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0;
	const encoding = wide ? "utf16le" : binary ? "latin1" : "utf8";
	const safe = redact(bytes.toString(encoding));
	return safe.redacted ? { redacted: true, bytes: Buffer.from(safe.text, encoding) } : { redacted: false, bytes };
}

/** An input that is too long for a line. @throws JournalError, TooDeepError */
export async function inputEvidence(journal: Journal, input: JsonObject): Promise<JsonObject> {
	const { value, redacted } = redactJson(input);
	return { ...(await journal.evidence.put(Buffer.from(JSON.stringify(value)))), redacted };
}

/** A result: for the line where it is short, else in the evidence store. @throws JournalError, TooDeepError */
export async function resultEvidence(journal: () => Promise<Journal>, response: JsonObject): Promise<Result> {
	const { value, redacted } = redactJson(response);
	const text = JSON.stringify(value);
	if (text.length <= INLINE_RESULT) return { redacted, response: value };
	return { redacted, evidence: { ...(await (await journal()).evidence.put(Buffer.from(text))) } };
}
