// What of a card a person has had in front of them (DESIGN 2.7). A card is made of pieces; "whole" means that every piece
// was drawn in full, and for a guard change that the end of each of its chunks was in view. Never guessed upwards.
import { canonical } from "../../src/protocol/canonical.ts";
import type { CardModel } from "../../src/protocol/card.ts";
import type { Shown } from "../../src/protocol/pendingView.ts";
import { Contexts } from "./contexts.ts";
import { type PieceId, ShownPieces } from "./shownPieces.ts";

/** The pieces that must have been drawn for "whole". */
export function piecesOf(card: CardModel): PieceId[] {
	const pieces = ["target", "notes"];
	if (card.edited !== undefined) pieces.push("edited");
	if (card.preview !== undefined && card.preview.length > 0) pieces.push("preview");
	for (const [index, { names }] of (card.preview ?? []).entries())
		if (names.length > 0) pieces.push(previewPiece(index));
	if (isLongLabel(card)) pieces.push("session");
	if (card.description !== undefined) pieces.push("description");
	for (const index of card.files.keys()) pieces.push(`file:${index}`);
	if (needsInput(card)) pieces.push("input");
	return pieces;
}

/** The names of one effect of a command. */
export function previewPiece(index: number): PieceId {
	return `preview:${index}`;
}

/** True when the raw input says something that target and files do not. */
export function needsInput(card: CardModel): boolean {
	return card.inputMatters || card.problem !== undefined;
}

/** Up to this many characters, a session's label is shown whole in the header of its group. */
const SHORT_LABEL = 80;

/** True when the card itself has to show the label of its session. */
export function isLongLabel({ session: { label } }: CardModel): boolean {
	return label.length > SHORT_LABEL || label.includes("\n");
}

/** True when the card cannot be shown whole at all: part of a diff was left out, or the content is not text. */
export function isBeyondCard(card: CardModel): boolean {
	return card.files.some((file) => file.cut || file.binary);
}

/** A piece can be folded away behind its header; it is open when `foldOf(piece)` is. */
export function foldOf(piece: PieceId): PieceId {
	return `fold of ${piece}`;
}

/** Lines of diff that are unfolded when a card is first drawn; files beyond are one line each. */
const UNFOLDED_LINES = 120;

/** Pieces that begin unfolded. */
function unfolded(card: CardModel): PieceId[] {
	let lines = 0;
	const files = card.files.filter((file, index) => {
		lines +=
			Math.min(
				FIRST_DIFF_LINES,
				file.hunks.reduce((sum, hunk) => sum + hunk.lines.length, 0),
			) + 2;
		return index === 0 || lines <= UNFOLDED_LINES;
	});
	return ["input", ...files.map((_, index) => `file:${index}`)];
}

/** Lines of one file's diff before "Show all". */
export const FIRST_DIFF_LINES = 24;

/** Digest of nothing: goes with a denial of a card that has no digest. */
export const NO_DIGEST = "0".repeat(64);

/** Hex SHA-256 of the JCS text of what is drawn. */
export async function digestOf(text: string): Promise<string> {
	const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
	return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

let serials = 0;

/** Follows one card from the moment it is drawn in full form. */
export class ShownCard extends ShownPieces {
	/** Names this card in these words: another serial is another card, even under the same id. */
	readonly serial: string;
	readonly card: CardModel;
	/** Hex digest; rejects when the card has no canonical form or the browser has no crypto. */
	readonly digest: Promise<string>;
	/** Lines around the change that were unfolded: beside the card, not of it. */
	readonly contexts = new Contexts(() => this.changed());
	readonly #text: string;

	/** @param now milliseconds of a clock that never goes back */
	constructor(card: CardModel, now?: () => number) {
		super(now);
		this.card = card;
		this.serial = `shown ${++serials}`;
		this.#text = canonicalOrNothing(card);
		this.openEach(unfolded(card).map(foldOf));
		this.digest =
			this.#text === "" ? Promise.reject(new Error("the card has no canonical form")) : digestOf(this.#text);
		// Reported when it is asked for; an unasked one is not an unhandled rejection.
		this.digest.catch(() => undefined);
	}

	/** True when `card` says, character for character, what this one says. */
	isSame(card: CardModel): boolean {
		return card === this.card || (this.#text !== "" && canonicalOrNothing(card) === this.#text);
	}

	openAll(): void {
		this.openEach(piecesOf(this.card).flatMap((piece) => [piece, foldOf(piece)]));
	}

	/** "drawn": all of it is there, but for a guard change not all of it was in view. */
	get progress(): "beyond" | "partial" | "drawn" | "whole" {
		if (isBeyondCard(this.card) || this.#text === "") return "beyond";
		const pieces = piecesOf(this.card);
		if (!this.isDrawn(pieces)) return "partial";
		return this.card.guard && !this.isSeen(pieces) ? "drawn" : "whole";
	}

	get extent(): Shown["extent"] {
		return this.progress === "whole" ? "whole" : "partial";
	}
}

/** "" for a card without canonical form, e.g. with a lone surrogate: it is never the same as another, never whole. */
function canonicalOrNothing(card: CardModel): string {
	try {
		return canonical(card);
	} catch {
		return "";
	}
}
