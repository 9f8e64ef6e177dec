// Has the person had time to see what their key would answer? Keys count only some time after the focus or the selection
// changed, and never as the repeats of a key held down (DESIGN 9).

/** Milliseconds after a change of focus or selection in which keys answer nothing. */
export const KEY_REST_MS = 300;

class Attention {
	#changedAt = performance.now();
	#repeats = false;

	/** Begins to follow the focus of this document. */
	start(): void {
		document.addEventListener("focusin", () => this.changed(), true);
		document.addEventListener("visibilitychange", () => this.changed());
		window.addEventListener("focus", () => this.changed());
		window.addEventListener("keydown", (event) => this.#key(event), true);
	}

	/** The selection, or what is selected, has changed. */
	changed(): void {
		this.#changedAt = performance.now();
	}

	/**
	 * True when an answer by key may count.
	 * @param time `timeStamp` of the key event: when the key went down, not when this program came to hear of it
	 */
	isReady(time: number): boolean {
		return !this.#repeats && time - this.#changedAt >= KEY_REST_MS;
	}

	#key(event: KeyboardEvent): void {
		this.#repeats = event.repeat;
	}
}

export const attention = new Attention();
