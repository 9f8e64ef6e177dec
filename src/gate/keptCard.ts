// The card a person was asked with is kept, redacted, in the evidence store, and the decision names it: what somebody was
// shown when they allowed something must be there to look at later. Its digest is not that of the card on screen, which is
// never masked; that one stands in the decision as `shown.digest`.

import type { Proposal } from "../actions/change.ts";
import { jobQueue } from "../actions/jobQueue.ts";
import { asBuffer } from "../actions/jobs.ts";
import { JournalError } from "../audit/errors.ts";
import type { Journal } from "../audit/journal.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardModel } from "../protocol/card.ts";
import type { EvidenceOptions } from "./contents.ts";

/**
 * Keeps a card. Resolves with where it is, or that it was too large.
 * @param bytes about how large it is
 * @throws JournalError, TooDeepError
 */
export async function keepCard(
	journal: Promise<Journal>,
	{ card, proposal }: { card: CardModel; proposal: Proposal },
	bytes: number,
	{ note, ...options }: EvidenceOptions,
): Promise<JsonObject> {
	const safe = await jobQueue.run("shown", { card, proposal }, bytes, options);
	note?.(safe.secrets);
	const text = asBuffer(safe.bytes);
	try {
		return { ...(await (await journal).evidence.put(text)), redacted: safe.redacted };
	} catch (error) {
		if (error instanceof JournalError && error.code === "too-large") return { omitted: text.length };
		throw error;
	}
}
