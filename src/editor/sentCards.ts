// Which cards the Requests view has already: they are sent once in a life of the view (PendingUpdate).
import type { CardModel } from "../protocol/card.ts";

export class SentCards {
	#sent = new Map<string, CardModel>();

	/** The view is a new document: it knows no card. */
	forget(): void {
		this.#sent.clear();
	}

	/** What to send for these cards, all that wait: whole where the view has not got this very card, else the id. */
	pack(pending: readonly CardModel[]): (CardModel | string)[] {
		const before = this.#sent;
		this.#sent = new Map(pending.map((card) => [card.id, card]));
		return pending.map((card) => (before.get(card.id) === card ? card.id : card));
	}
}
