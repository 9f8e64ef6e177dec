// What can take long on a hostile input, as jobs that are pure functions: they run where they are called while they are
// small, and in a thread of their own (jobQueue.ts) when they are not.
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardModel } from "../protocol/card.ts";
import type { Message } from "../protocol/messages.ts";
import { buildCard, type CardParts, cardDigest } from "./card.ts";
import { type FileSide, isChange, type Proposal } from "./change.ts";
import type { Parcel } from "./parcel.ts";
import { redact, redactJson } from "./redact.ts";
import { redactCard } from "./redactCard.ts";
import { collectSecrets, type FoundSecret } from "./redactDigests.ts";
import { type RewriteCall, rewriteNamed } from "./rewriters.ts";
import { sideOf } from "./textFile.ts";

/** Each job with what it takes and gives; both sides can be cloned into another thread. */
export interface Jobs {
	/** Both sides of a file that a tool would write. Its bytes are handed over: they are the job's from then on. */
	rewrite: { takes: RewriteTakes; gives: Rewritten };
	/** A side of a change from its bytes, which are handed over. */
	look: { takes: { bytes: Uint8Array; mode: number }; gives: FileSide };
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

export interface RewriteTakes {
	/** @see Rewriter */
	name: string;
	call: RewriteCall;
	/** The file as it is, absent where there is none. */
	before?: Uint8Array;
	mode?: number;
}

/** `before` is absent for a file that does not exist yet. */
export type Rewritten = { before?: FileSide; after: FileSide } | { unknown: Message };

export interface Masked {
	redacted: boolean;
	bytes: Uint8Array;
	/** What was masked, where there is a key for it: for the book of this home, never for the log. */
	secrets: FoundSecret[];
}

export const jobs: { [Name in JobName]: (takes: Jobs[Name]["takes"]) => Jobs[Name]["gives"] } = {
	rewrite: ({ name, call, before, mode }) => {
		const old = before === undefined ? undefined : asBuffer(before);
		const after = rewriteNamed(name)(old, call);
		if (!Buffer.isBuffer(after)) return { unknown: after };
		return { ...(old === undefined ? {} : { before: sideOf(old, mode) }), after: sideOf(after, mode) };
	},
	look: ({ bytes, mode }) => sideOf(asBuffer(bytes), mode),
	card: (parts) => {
		const card = buildCard({ ...parts, proposal: withBuffers(parts.proposal) });
		return { card, digest: cardDigest(card) };
	},
	side: ({ bytes, binary }) => redactSide(asBuffer(bytes), binary),
	shown: ({ card, proposal }) => masked(() => redactCard(card, withBuffers(proposal))),
	json: (value) => masked(() => redactJson(value)),
	prose: (value) => masked(() => redactJson(value, { prose: true })),
};

/** How what a job takes goes to the thread. What can be large in it stays with whoever asked, unless it says otherwise. */
export const packTakes: {
	[Name in JobName]: (takes: Jobs[Name]["takes"], parcel: Parcel) => Promise<Jobs[Name]["takes"]>;
} = {
	rewrite: async (takes, parcel) => {
		if (takes.before !== undefined) parcel.give(takes.before);
		return { ...takes, call: await parcel.withTexts(takes.call) };
	},
	look: async (takes, parcel) => ({ ...takes, bytes: parcel.give(takes.bytes) }),
	card: async ({ action, ...parts }, parcel) => ({
		...parts,
		action: { ...action, input: await parcel.withTexts(action.input) },
		proposal: await parcel.proposal(parts.proposal),
	}),
	side: async ({ bytes, binary }, parcel) => ({ bytes: (await parcel.copy(bytes)) as Buffer, binary }),
	shown: async ({ card, proposal }, parcel) => ({
		card: await parcel.withTexts(card),
		proposal: await parcel.proposal(proposal),
	}),
	json: (value, parcel) => parcel.withTexts(value),
	prose: (value, parcel) => parcel.withTexts(value),
};

const packMasked = async (masked: Masked, parcel: Parcel) => ({ ...masked, bytes: parcel.give(masked.bytes) });

/** How a result comes back. */
export const packGives: {
	[Name in JobName]: (gives: Jobs[Name]["gives"], parcel: Parcel) => Promise<Jobs[Name]["gives"]>;
} = {
	rewrite: async (gives, parcel) => {
		if ("after" in gives)
			for (const side of [gives.before, gives.after]) if (side !== undefined) parcel.give(side.bytes);
		return gives;
	},
	look: async (side, parcel) => ({ ...side, bytes: parcel.give(side.bytes) }),
	card: async ({ card, digest }, parcel) => ({ card: await parcel.withTexts(card), digest }),
	side: packMasked,
	shown: packMasked,
	json: packMasked,
	prose: packMasked,
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
