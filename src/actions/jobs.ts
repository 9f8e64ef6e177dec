// What can take long on a hostile input, as jobs that are pure functions: they run where they are called while they are
// small, and in a thread of their own (jobQueue.ts) when they are not.
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardModel } from "../protocol/card.ts";
import { buildCard, type CardParts, cardDigest } from "./card.ts";
import { type FileSide, isChange, type Proposal } from "./change.ts";
import { redact, redactJson } from "./redact.ts";
import { redactCard } from "./redactCard.ts";
import { collectSecrets, type FoundSecret } from "./redactDigests.ts";

/** Each job with what it takes and gives; both sides can be cloned into another thread. */
export interface Jobs {
	/** A card and its digest. */
	card: { takes: CardParts; gives: { card: CardModel; digest: string } };
	/** The contents of a file with its secrets masked. @see redactSide */
	side: { takes: Pick<FileSide, "bytes" | "binary">; gives: Masked };
	/** JSON text of a card with its secrets masked: the card as it is kept. @throws TooDeepError */
	shown: { takes: { card: CardModel; proposal: Proposal }; gives: Masked };
	/** JSON text of a value with its secrets masked. @throws TooDeepError */
	json: { takes: JsonObject; gives: Masked };
	/** The same of a value that nobody runs. @see Reading */
	prose: { takes: JsonObject; gives: Masked };
}
export type JobName = keyof Jobs;

export interface Masked {
	redacted: boolean;
	bytes: Uint8Array;
	/** What was masked, where there is a key for it: for the book of this home, never for the log. */
	secrets: FoundSecret[];
}

export const jobs: { [Name in JobName]: (takes: Jobs[Name]["takes"]) => Jobs[Name]["gives"] } = {
	card: (parts) => {
		const card = buildCard({ ...parts, proposal: withBuffers(parts.proposal) });
		return { card, digest: cardDigest(card) };
	},
	side: ({ bytes, binary }) => redactSide(asBuffer(bytes), binary),
	shown: ({ card, proposal }) => masked(() => redactCard(card, withBuffers(proposal))),
	json: (value) => masked(() => redactJson(value)),
	prose: (value) => masked(() => redactJson(value, { prose: true })),
};

function masked(work: () => { value: JsonObject; redacted: boolean }): Masked {
	const { value: safe, secrets } = collectSecrets(work);
	return { redacted: safe.redacted, bytes: Buffer.from(JSON.stringify(safe.value)), secrets };
}

/**
 * Text in its own encoding; what is no text is searched byte by byte, so that what is not masked keeps its bytes.
 * UTF-16 is text with a NUL in nearly every character, in which no secret would be seen.
 */
function redactSide(bytes: Buffer, binary: boolean): Masked {
	const wide = bytes[0] === 0xff && bytes[1] === 0xfe && bytes.length % 2 === 0;
	const encoding = wide ? "utf16le" : binary ? "latin1" : "utf8";
	const { value: safe, secrets } = collectSecrets(() => redact(bytes.toString(encoding)));
	return { redacted: safe.redacted, bytes: safe.redacted ? Buffer.from(safe.text, encoding) : bytes, secrets };
}

/** A Buffer comes out of another thread as a plain Uint8Array: the same bytes as a Buffer again. */
export function asBuffer(bytes: Uint8Array): Buffer {
	return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function withBuffers(proposal: Proposal): Proposal {
	if (!isChange(proposal)) return proposal;
	const side = (one: FileSide | undefined, name: "before" | "after") =>
		one === undefined ? {} : { [name]: { ...one, bytes: asBuffer(one.bytes) } };
	return {
		files: proposal.files.map((file) => ({ ...file, ...side(file.before, "before"), ...side(file.after, "after") })),
	};
}
