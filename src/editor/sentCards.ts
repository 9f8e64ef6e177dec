// Which cards and texts the Requests view has already: they are sent once in a life of the view (PendingUpdate).
import type { CardModel } from "../protocol/card.ts";
import type { PolicyLayer } from "../protocol/grants.ts";

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

export class SentTexts {
	#sent = new Map<string, string>();

	/** The view is a new document: it knows no text. */
	forget(): void {
		this.#sent.clear();
	}

	/** What to send for these policy files, all there are: without a text that the view has. */
	pack(layers: readonly PolicyLayer[]): PolicyLayer[] {
		const before = this.#sent;
		this.#sent = new Map(layers.filter(({ text }) => text !== undefined).map(({ file, sha256 }) => [file, sha256]));
		return layers.map((layer) => {
			if (before.get(layer.file) !== layer.sha256) return layer;
			const { text: _, ...rest } = layer;
			return rest;
		});
	}
}
