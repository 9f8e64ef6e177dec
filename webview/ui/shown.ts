// What of a card a person has had in front of them (DESIGN 2.7). A card is made of pieces; "whole" means that every piece
// was drawn in full, and for a guard change that the end of each of its chunks was in view. Never guessed upwards.
import { canonical } from "../../src/protocol/canonical.ts";
import type { CardModel } from "../../src/protocol/card.ts";
import type { Shown } from "../../src/protocol/pendingView.ts";

/** A piece by name: "target", "description", "session", "notes", "input", "file:0", ... */
export type PieceId = string;

/** The pieces that must have been drawn for "whole". */
export function piecesOf(card: CardModel): PieceId[] {
	const pieces = ["target", "notes"];
	if (isLongLabel(card)) pieces.push("session");
	if (card.description !== undefined) pieces.push("description");
	for (const index of card.files.keys()) pieces.push(`file:${index}`);
	if (needsInput(card)) pieces.push("input");
	return pieces;
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
export class ShownCard {
	/** Names this card in these words: another serial is another card, even under the same id. */
	readonly serial: string;
	readonly card: CardModel;
	/** Hex digest; rejects when the card has no canonical form or the browser has no crypto. */
	readonly digest: Promise<string>;
	readonly #text: string;
	readonly #opened = new Set<PieceId>();
	readonly #complete = new Set<PieceId>();
	/** Chunks of a piece that were not in view yet. */
	readonly #unseen = new Map<PieceId, Set<number>>();
	readonly #listeners = new Set<() => void>();
	readonly #now: () => number;
	#visibleSince: number | undefined;
	#visibleMs = 0;

	/** @param now milliseconds of a clock that never goes back */
	constructor(card: CardModel, now: () => number = () => performance.now()) {
		this.card = card;
		this.serial = `shown ${++serials}`;
		this.#now = now;
		this.#text = canonicalOrNothing(card);
		for (const piece of unfolded(card)) this.#opened.add(foldOf(piece));
		this.digest =
			this.#text === "" ? Promise.reject(new Error("the card has no canonical form")) : digestOf(this.#text);
		// Reported when it is asked for; an unasked one is not an unhandled rejection.
		this.digest.catch(() => undefined);
	}

	/** True when `card` says, character for character, what this one says. */
	isSame(card: CardModel): boolean {
		return card === this.card || (this.#text !== "" && canonicalOrNothing(card) === this.#text);
	}

	/** A person asked for all of a piece; it stays open when the card is drawn again. */
	open(piece: PieceId): void {
		if (this.#opened.has(piece)) return;
		this.#opened.add(piece);
		this.#changed();
	}

	close(piece: PieceId): void {
		if (this.#opened.delete(piece)) this.#changed();
	}

	openAll(): void {
		for (const piece of piecesOf(this.card)) {
			this.#opened.add(piece);
			this.#opened.add(foldOf(piece));
		}
		this.#changed();
	}

	isOpen(piece: PieceId): boolean {
		return this.#opened.has(piece);
	}

	/** All of a piece is drawn, in this many chunks. */
	drawn(piece: PieceId, chunkCount: number): void {
		if (this.#complete.has(piece)) return;
		this.#complete.add(piece);
		this.#unseen.set(piece, new Set(Array.from({ length: chunkCount }, (_, index) => index)));
		this.#changed();
	}

	/** The end of a chunk was in view. */
	seen(piece: PieceId, chunk: number): void {
		if (this.#unseen.get(piece)?.delete(chunk)) this.#changed();
	}

	/** The card is on screen, expanded, in a document that is visible; or no longer. */
	setVisible(visible: boolean): void {
		if (visible && this.#visibleSince === undefined) this.#visibleSince = this.#now();
		if (!visible && this.#visibleSince !== undefined) {
			this.#visibleMs += this.#now() - this.#visibleSince;
			this.#visibleSince = undefined;
		}
	}

	get isVisible(): boolean {
		return this.#visibleSince !== undefined;
	}

	get visibleMs(): number {
		const running = this.#visibleSince === undefined ? 0 : this.#now() - this.#visibleSince;
		return Math.max(0, Math.round(this.#visibleMs + running));
	}

	/** "drawn": all of it is there, but for a guard change not all of it was in view. */
	get progress(): "beyond" | "partial" | "drawn" | "whole" {
		if (isBeyondCard(this.card) || this.#text === "") return "beyond";
		const pieces = piecesOf(this.card);
		if (!pieces.every((piece) => this.#complete.has(piece))) return "partial";
		const unseen = pieces.some((piece) => (this.#unseen.get(piece)?.size ?? 0) > 0);
		return this.card.guard && unseen ? "drawn" : "whole";
	}

	get extent(): Shown["extent"] {
		return this.progress === "whole" ? "whole" : "partial";
	}

	/** Calls `listener` after every change of what was opened, drawn or seen. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	#changed(): void {
		for (const listener of this.#listeners) listener();
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
