// What can take long on a hostile input, as jobs that are pure functions: they run where they are called while they are
// small, and in a thread of their own (jobQueue.ts) when they are not.
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardModel } from "../protocol/card.ts";
import type { Message } from "../protocol/messages.ts";
import { buildCard, type CardParts, cardDigest } from "./card.ts";
import { type FileSide, isChange, type Proposal } from "./change.ts";
import { type Drawn, drawFile, newBudget } from "./diff.ts";
import { type Span, withoutSpans } from "./hunks.ts";
import { finderNamed, type WantedInput } from "./inputFinders.ts";
import type { Parcel } from "./parcel.ts";
import { redact, redactJson } from "./redact.ts";
import { redactCard } from "./redactCard.ts";
import { collectSecrets, type FoundSecret } from "./redactDigests.ts";
import { type RewriteCall, rewriteNamed } from "./rewriters.ts";
import { sideOf } from "./textFile.ts";
import { type LineCounts, lineCounts, type Plan, planUndo, type Sides } from "./undo/plan.ts";

/** Each job with what it takes and gives; both sides can be cloned into another thread. */
export interface Jobs {
	/** Both sides of a file that a tool would write. Its bytes are handed over: they are the job's from then on. */
	rewrite: { takes: RewriteTakes; gives: Rewritten };
	/** Memory of its own, filled with zeros. @see Room */
	room: { takes: { size: number }; gives: Uint8Array };
	/** A side of a change from its bytes, which are handed over. */
	look: { takes: { bytes: Uint8Array; mode: number }; gives: FileSide };
	/** A card and its digest. */
	card: { takes: CardParts; gives: { card: CardModel; digest: string } };
	/** The contents of a file with its secrets masked. @see redactSide */
	side: { takes: Pick<FileSide, "bytes" | "binary">; gives: Masked };
	/** A file's change without some of its hunks. @see withoutSpans */
	hunks: {
		takes: { before: Uint8Array; after: Uint8Array; leftOut: readonly number[]; spans: readonly Span[] };
		gives: { bytes: Uint8Array } | { why: Message };
	};
	/** The input with which a tool does what a person wants. @see FindInput */
	input: { takes: InputTakes; gives: { input: JsonObject } | { why: Message } };
	/** JSON text of a card with its secrets masked: the card as it is kept. @throws TooDeepError */
	shown: { takes: { card: CardModel; proposal: Proposal }; gives: Masked };
	/** JSON text of a value with its secrets masked. @throws TooDeepError */
	json: { takes: JsonObject; gives: Masked };
	/** The same of a value that nobody runs. @see Reading */
	prose: { takes: JsonObject; gives: Masked };
	/** @see planUndo */
	undo: { takes: Sides; gives: Plan };
	/** @see lineCounts */
	lineCounts: { takes: Record<"from" | "to", Buffer | undefined>; gives: LineCounts | undefined };
}
export type JobName = keyof Jobs;

export interface InputTakes extends Omit<WantedInput, "before" | "bytes"> {
	/** @see inputFinder */
	name: string;
	before: Uint8Array | undefined;
	bytes: Uint8Array;
}

export interface RewriteTakes {
	/** @see Rewriter */
	name: string;
	call: RewriteCall;
	/** The file as it is, absent where there is none. */
	before?: Uint8Array;
	mode?: number;
	/** A card will be drawn of it. */
	draw?: boolean;
}

/** `before` is absent for a file that does not exist yet. */
export type Rewritten = { before?: FileSide; after: FileSide; drawn?: Drawn } | { unknown: Message };

export interface Masked {
	redacted: boolean;
	bytes: Uint8Array;
	/** What was masked, where there is a key for it: for the book of this home, never for the log. */
	secrets: FoundSecret[];
}

export const jobs: { [Name in JobName]: (takes: Jobs[Name]["takes"]) => Jobs[Name]["gives"] } = {
	rewrite: ({ name, call, before, mode, draw }) => {
		const old = before === undefined ? undefined : asBuffer(before);
		const after = rewriteNamed(name)(old, call);
		if (!Buffer.isBuffer(after)) return { unknown: after };
		const sides = { ...(old === undefined ? {} : { before: sideOf(old, mode) }), after: sideOf(after, mode) };
		return { ...sides, ...(draw === true ? { drawn: drawFile(sides, newBudget()) } : {}) };
	},
	room: ({ size }) => new Uint8Array(size),
	look: ({ bytes, mode }) => sideOf(asBuffer(bytes), mode),
	card: (parts) => {
		const card = buildCard({ ...parts, proposal: withBuffers(parts.proposal) });
		return { card, digest: cardDigest(card) };
	},
	side: ({ bytes, binary }) => redactSide(asBuffer(bytes), binary),
	hunks: ({ before, after, leftOut, spans }) => {
		const made = withoutSpans(asBuffer(before), asBuffer(after), leftOut, spans);
		return Buffer.isBuffer(made) ? { bytes: made } : { why: made };
	},
	input: ({ name, before, bytes, ...wanted }) => {
		const old = before === undefined ? undefined : asBuffer(before);
		const found = finderNamed(name)({ ...wanted, before: old, bytes: asBuffer(bytes) });
		return "code" in found ? { why: found } : found;
	},
	shown: ({ card, proposal }) => masked(() => redactCard(card, withBuffers(proposal))),
	json: (value) => masked(() => redactJson(value)),
	prose: (value) => masked(() => redactJson(value, { prose: true })),
	undo: ({ before, after, now }) =>
		planUndo({ before: maybeBuffer(before), after: maybeBuffer(after), now: maybeBuffer(now) }),
	lineCounts: ({ from, to }) => lineCounts(maybeBuffer(from), maybeBuffer(to)),
};

/** How what a job takes goes to the thread. What can be large in it stays with whoever asked, unless it says otherwise. */
export const packTakes: {
	[Name in JobName]: (takes: Jobs[Name]["takes"], parcel: Parcel) => Promise<Jobs[Name]["takes"]>;
} = {
	rewrite: async (takes, parcel) => {
		if (takes.before !== undefined) parcel.give(takes.before);
		return { ...takes, call: await parcel.withTexts(takes.call) };
	},
	room: async (takes) => takes,
	look: async (takes, parcel) => ({ ...takes, bytes: parcel.give(takes.bytes) }),
	card: async ({ action, ...parts }, parcel) => ({
		...parts,
		action: { ...action, input: await parcel.withTexts(action.input) },
		proposal: await parcel.toDraw(parts.proposal),
	}),
	side: async ({ bytes, binary }, parcel) => ({ bytes: (await parcel.copy(bytes)) as Buffer, binary }),
	hunks: async (takes, parcel) => ({
		...takes,
		before: await parcel.copy(takes.before),
		after: await parcel.copy(takes.after),
	}),
	input: async ({ before, bytes, ...takes }, parcel) => ({
		...takes,
		input: await parcel.withTexts(takes.input),
		before: before === undefined ? undefined : await parcel.copy(before),
		bytes: await parcel.copy(bytes),
	}),
	shown: async ({ card, proposal }, parcel) => ({
		card: await parcel.withTexts(card),
		proposal: await parcel.proposal(proposal),
	}),
	json: (value, parcel) => parcel.withTexts(value),
	prose: (value, parcel) => parcel.withTexts(value),
	undo: async ({ before, after, now }, parcel) => ({
		before: await maybeCopy(before, parcel),
		after: await maybeCopy(after, parcel),
		now: await maybeCopy(now, parcel),
	}),
	lineCounts: async ({ from, to }, parcel) => ({
		from: await maybeCopy(from, parcel),
		to: await maybeCopy(to, parcel),
	}),
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
	room: async (bytes, parcel) => parcel.give(bytes),
	look: async (side, parcel) => ({ ...side, bytes: parcel.give(side.bytes) }),
	card: async ({ card, digest }, parcel) => ({ card: await parcel.withTexts(card), digest }),
	side: packMasked,
	hunks: async (gives, parcel) => ("bytes" in gives ? { bytes: parcel.give(gives.bytes) } : gives),
	input: async (gives, parcel) => ("input" in gives ? { input: await parcel.withTexts(gives.input) } : gives),
	shown: packMasked,
	json: packMasked,
	prose: packMasked,
	undo: async (plan, parcel) => {
		if ("bytes" in plan) parcel.give(plan.bytes);
		if (plan.kind !== "conflict") return plan;
		for (const bytes of [plan.base, plan.ours, plan.theirs]) parcel.give(bytes);
		return parcel.withTexts(plan);
	},
	lineCounts: async (counts) => counts,
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

function maybeBuffer(bytes: Uint8Array | undefined): Buffer | undefined {
	return bytes === undefined ? undefined : asBuffer(bytes);
}

async function maybeCopy(bytes: Buffer | undefined, parcel: Parcel): Promise<Buffer | undefined> {
	return bytes === undefined ? undefined : ((await parcel.copy(bytes)) as Buffer);
}

function withBuffers(proposal: Proposal): Proposal {
	if (!isChange(proposal)) return proposal;
	const side = (one: FileSide | undefined, name: "before" | "after") =>
		one === undefined ? {} : { [name]: { ...one, bytes: asBuffer(one.bytes) } };
	return {
		files: proposal.files.map((file) => ({ ...file, ...side(file.before, "before"), ...side(file.after, "after") })),
	};
}
