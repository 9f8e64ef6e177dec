// The last entries that a walk took, by their numbers: what an entry is compared with whose number comes again.

export interface Taken {
	line: number;
	/** Undefined when the line was altered. */
	hash: string | undefined;
	/** What was told of the line as it was taken. */
	told: string | undefined;
}

/** How many are known. A run of entries that somebody put into a chain is looked at as one when it is no longer than this. */
const KEPT = 64;

export class Recent {
	// Written once a line: fields of their own cost less than an object each.
	readonly #seqs: number[] = new Array(KEPT).fill(0);
	readonly #lines: number[] = new Array(KEPT).fill(0);
	readonly #hashes: (string | undefined)[] = new Array(KEPT).fill(undefined);
	readonly #told: (string | undefined)[] = new Array(KEPT).fill(undefined);

	put(seq: number, line: number, hash: string | undefined, told: string | undefined): void {
		const slot = seq % KEPT;
		this.#seqs[slot] = seq;
		this.#lines[slot] = line;
		this.#hashes[slot] = hash;
		this.#told[slot] = told;
	}

	at(seq: number): Taken | undefined {
		const slot = seq % KEPT;
		if (seq < 1 || this.#seqs[slot] !== seq) return undefined;
		return { line: this.#lines[slot] ?? 0, hash: this.#hashes[slot], told: this.#told[slot] };
	}
}
