// What a person has had in front of them of something that is shown in pieces (DESIGN 2.7): which pieces were drawn in
// full, and which of their chunks were in view. Never guessed upwards.

/** A piece by name: "target", "description", "session", "notes", "input", "file:0", ... */
export type PieceId = string;

export class ShownPieces {
	readonly #opened = new Set<PieceId>();
	readonly #complete = new Set<PieceId>();
	/** Chunks of a piece that were not in view yet. */
	readonly #unseen = new Map<PieceId, Set<number>>();
	readonly #listeners = new Set<() => void>();
	readonly #now: () => number;
	#visibleSince: number | undefined;
	#visibleMs = 0;

	/** @param now milliseconds of a clock that never goes back */
	constructor(now: () => number = () => performance.now()) {
		this.#now = now;
	}

	/** A person asked for all of a piece; it stays open when it is drawn again. */
	open(piece: PieceId): void {
		this.openEach([piece]);
	}

	openEach(pieces: readonly PieceId[]): void {
		const closed = pieces.filter((piece) => !this.#opened.has(piece));
		for (const piece of closed) this.#opened.add(piece);
		if (closed.length > 0) this.changed();
	}

	close(piece: PieceId): void {
		if (this.#opened.delete(piece)) this.changed();
	}

	isOpen(piece: PieceId): boolean {
		return this.#opened.has(piece);
	}

	/** All of a piece is drawn, in this many chunks. */
	drawn(piece: PieceId, chunkCount: number): void {
		if (this.#complete.has(piece)) return;
		this.#complete.add(piece);
		this.#unseen.set(piece, new Set(Array.from({ length: chunkCount }, (_, index) => index)));
		this.changed();
	}

	/** The end of a chunk was in view. */
	seen(piece: PieceId, chunk: number): void {
		if (this.#unseen.get(piece)?.delete(chunk)) this.changed();
	}

	/** It is on screen, in a document that is visible; or no longer. */
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

	/** Calls `listener` after every change of what was opened, drawn or seen. */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	protected isDrawn(pieces: readonly PieceId[]): boolean {
		return pieces.every((piece) => this.#complete.has(piece));
	}

	/** True when the end of every chunk of these, as far as they were drawn, was in view. */
	protected isSeen(pieces: readonly PieceId[]): boolean {
		return pieces.every((piece) => (this.#unseen.get(piece)?.size ?? 0) === 0);
	}

	protected changed(): void {
		for (const listener of this.#listeners) listener();
	}
}
