// Follows a text that a person accepts as a whole, such as a policy file: all of it must have been in view.
import type { Shown } from "../../src/protocol/pendingView.ts";
import { digestOf } from "./shown.ts";
import { type PieceId, ShownPieces } from "./shownPieces.ts";

export class ShownText extends ShownPieces {
	/** The one piece it is drawn as. */
	static readonly piece: PieceId = "text";
	readonly text: string;
	/** Hex SHA-256 of the text in UTF-8; rejects when the browser has no crypto. */
	readonly digest: Promise<string>;

	constructor(text: string, now?: () => number) {
		super(now);
		this.text = text;
		this.digest = digestOf(text);
		// Reported when it is asked for; an unasked one is not an unhandled rejection.
		this.digest.catch(() => undefined);
		this.open(ShownText.piece);
	}

	get extent(): Shown["extent"] {
		const all = [ShownText.piece];
		return this.isDrawn(all) && this.isSeen(all) ? "whole" : "partial";
	}
}
