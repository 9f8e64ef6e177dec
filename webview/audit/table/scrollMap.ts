// Rows of one height in a box whose height browsers can hold. Up to MAX_PX every row has its own place. Beyond, the box is
// shorter than its rows: small steps move by their own length all the same, large ones (the scroll bar) go to the same
// part of the list, and what the two differ by is made good when scrolling has come to rest.

/** Browsers place boxes exactly up to about 16 million px. */
export const MAX_PX = 10_000_000;

export class ScrollMap {
	#rowPx: number;
	#rows = 0;
	#viewPx = 0;
	readonly #maxPx: number;
	/** Where the list is scrolled to, in px of its rows. */
	#top = 0;
	/** The box's own scroll position. */
	#boxTop = 0;

	constructor(rowPx: number, maxPx: number = MAX_PX) {
		this.#rowPx = rowPx;
		this.#maxPx = maxPx;
	}

	/** @param viewPx height of what is in sight of the rows */
	resize(rows: number, viewPx: number): void {
		this.#rows = rows;
		this.#viewPx = viewPx;
		this.#top = this.#clamp(this.#top);
	}

	/** Height of the box. */
	get boxPx(): number {
		return Math.min(this.#rows * this.#rowPx, this.#maxPx);
	}

	get top(): number {
		return this.#top;
	}

	/** Whether rows and box differ in height. */
	get isMapped(): boolean {
		return this.#rows * this.#rowPx > this.#maxPx;
	}

	/** The box was scrolled by a person. */
	scrolled(boxTop: number): void {
		const step = boxTop - this.#boxTop;
		this.#boxTop = boxTop;
		if (!this.isMapped) this.#top = this.#clamp(boxTop);
		else if (boxTop <= 0) this.#top = 0;
		else if (boxTop >= this.#boxRange) this.#top = this.#range;
		else if (Math.abs(step) <= this.#viewPx) this.#top = this.#clamp(this.#top + step);
		else this.#top = this.#clamp((boxTop / this.#boxRange) * this.#range);
	}

	/** Scrolls the list. @returns the box's scroll position that goes with it */
	scrollTo(top: number): number {
		this.#top = this.#clamp(top);
		this.#boxTop = this.restingBoxTop;
		return this.#boxTop;
	}

	/** The box's scroll position at which rows and box are at the same part. */
	get restingBoxTop(): number {
		if (!this.isMapped) return this.#top;
		return this.#range === 0 ? 0 : Math.round((this.#top / this.#range) * this.#boxRange);
	}

	/** Where a row is drawn in the box, in px. */
	place(index: number): number {
		return index * this.#rowPx - this.#top + (this.isMapped ? this.#boxTop : this.#top);
	}

	/** First and last row in sight, both inclusive; the last is -1 without rows. */
	get sight(): { first: number; last: number } {
		const first = Math.min(Math.floor(this.#top / this.#rowPx), Math.max(0, this.#rows - 1));
		const last = Math.min(this.#rows - 1, Math.ceil((this.#top + this.#viewPx) / this.#rowPx) - 1);
		return { first, last };
	}

	/** Where to scroll to so that a row is wholly in sight; undefined when it is. */
	reveal(index: number): number | undefined {
		const top = index * this.#rowPx;
		if (top < this.#top) return top;
		if (top + this.#rowPx > this.#top + this.#viewPx) return top + this.#rowPx - this.#viewPx;
		return undefined;
	}

	get #range(): number {
		return Math.max(0, this.#rows * this.#rowPx - this.#viewPx);
	}

	get #boxRange(): number {
		return Math.max(0, this.boxPx - this.#viewPx);
	}

	#clamp(top: number): number {
		return Math.min(Math.max(0, top), this.#range);
	}
}
