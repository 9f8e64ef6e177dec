// What is too long for a line of the log goes to the evidence store: contents of files, results, long inputs. All of it
// is redacted first (DESIGN 2.8), and the entry says so.
import { type FileChange, type FileSide, isChange, type Proposal } from "../actions/change.ts";
import { type JobOptions, jobQueue } from "../actions/jobQueue.ts";
import { asBuffer } from "../actions/jobs.ts";
import { redact } from "../actions/redact.ts";
import { collectSecrets, type FoundSecret } from "../actions/redactDigests.ts";
import { JournalError } from "../audit/errors.ts";
import type { Journal } from "../audit/journal.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { type Result, sentences } from "./entries.ts";

/** Results longer than this go to the evidence store. Bytes. */
const INLINE_RESULT = 4000;
/** Inputs longer than this do: what goes into a line is looked through at once. Bytes of payload. */
export const INLINE_INPUT = 64 * 1024;

export interface EvidenceOptions extends JobOptions {
	/** Hears of the secrets that were masked: for the book of this home, never for an entry or evidence. */
	note?: ((secrets: readonly FoundSecret[]) => void) | undefined;
}

/** Files of a proposed change with their contents in the evidence store. @throws JournalError */
export async function changeEvidence(
	journal: Journal,
	proposal: Proposal,
	options: EvidenceOptions,
): Promise<JsonObject | undefined> {
	if (proposal === undefined) return undefined;
	const noted = <T>(work: () => T): T => {
		const { value, secrets } = collectSecrets(work);
		options.note?.(secrets);
		return value;
	};
	if (!isChange(proposal)) return { unknown: noted(() => sentences([proposal.unknown])[0]) ?? null };
	const files: JsonObject[] = [];
	for (const { path, target, op, before, after } of proposal.files.flatMap(withoutMove)) {
		files.push({
			path: noted(() => redact(path).text),
			...(target === undefined ? {} : { target: noted(() => redact(target).text) }),
			op,
			...(before === undefined ? {} : { before: await sideEvidence(journal, before, options) }),
			...(after === undefined ? {} : { after: await sideEvidence(journal, after, options) }),
		});
	}
	return { files };
}

/** A file that moves is two in the log: one that goes and one that comes, each of which can be put back. */
function withoutMove({ from, ...file }: FileChange): Omit<FileChange, "from">[] {
	if (from === undefined) return [file];
	const { before, ...made } = file;
	const gone = { path: from, op: "delete" as const, ...(before === undefined ? {} : { before }) };
	return [gone, { ...made, op: "create" }];
}

/**
 * A side of a file, redacted, in the evidence store: where it is, or its size where it is too large.
 * @throws JournalError
 */
export async function sideEvidence(journal: Journal, side: FileSide, options: EvidenceOptions): Promise<JsonObject> {
	const { bytes, redacted, secrets } = await jobQueue.run(
		"side",
		{ bytes: side.bytes, binary: side.binary },
		side.bytes.length,
		options,
	);
	options.note?.(secrets);
	const about = { ...(side.mode === undefined ? {} : { mode: side.mode }), redacted };
	try {
		return { ...(await journal.evidence.put(asBuffer(bytes))), ...about };
	} catch (error) {
		// Masks can be longer than what they mask: a file full of secrets may outgrow the store.
		if (error instanceof JournalError && error.code === "too-large") return { ...about, omitted: side.bytes.length };
		throw error;
	}
}

/**
 * An input that is too long for a line.
 * @param bytes its size as it came
 * @throws JournalError, TooDeepError
 */
export async function inputEvidence(
	journal: Journal,
	input: JsonObject,
	bytes: number,
	options: EvidenceOptions,
): Promise<JsonObject> {
	const safe = await jobQueue.run("json", input, bytes, options);
	options.note?.(safe.secrets);
	return { ...(await journal.evidence.put(asBuffer(safe.bytes))), redacted: safe.redacted };
}

/**
 * A result: for the line where it is short, else in the evidence store.
 * @param bytes size of the payload it came in
 * @throws JournalError, TooDeepError
 */
export async function resultEvidence(
	journal: () => Promise<Journal>,
	response: JsonObject,
	bytes: number,
	options: EvidenceOptions,
): Promise<Result> {
	const safe = await jobQueue.run("prose", response, bytes, options);
	options.note?.(safe.secrets);
	const { redacted } = safe;
	const text = asBuffer(safe.bytes);
	if (text.length <= INLINE_RESULT) return { redacted, response: JSON.parse(text.toString("utf8")) };
	return { redacted, evidence: { ...(await (await journal()).evidence.put(text)) } };
}
