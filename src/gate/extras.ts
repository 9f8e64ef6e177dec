// What a card says beside the change itself: what a command would do, and what a person must know of the files.
import type { CardParts } from "../actions/card.ts";
import type { Proposal } from "../actions/change.ts";
import type { GateContext } from "./context.ts";
import type { LedgerLine } from "./ledger.ts";

export type Extras = Pick<CardParts, "preview" | "warnings">;

/** Never throws, and never takes long: a card does not wait for what only adds to it. */
export async function extrasOf(_gate: GateContext, _line: LedgerLine, _proposal: Proposal): Promise<Extras> {
	return {};
}
