// Texts that many rows share, by small numbers. 0 stands for none.

export class Dictionary {
	readonly #numbers = new Map<string, number>();
	readonly #texts: string[] = [""];
	#kept = 1;

	/** The number of a text; a new one when it has none. */
	add(text: string | undefined): number {
		if (text === undefined) return 0;
		const known = this.#numbers.get(text);
		if (known !== undefined) return known;
		const number = this.#texts.length;
		this.#numbers.set(text, number);
		this.#texts.push(text);
		return number;
	}

	/** The number of a text; undefined when no row has it. */
	find(text: string): number | undefined {
		return this.#numbers.get(text);
	}

	text(number: number): string | undefined {
		return number === 0 ? undefined : this.#texts[number];
	}

	/** Numbers are below this. */
	get size(): number {
		return this.#texts.length;
	}

	/** Texts that were added since this was asked last, with their numbers. */
	*fresh(): Generator<[number, string]> {
		for (; this.#kept < this.#texts.length; this.#kept++) yield [this.#kept, this.#texts[this.#kept] as string];
	}

	/** A text that is kept already; in the order of their numbers. */
	restore(text: string): void {
		this.add(text);
		this.#kept = this.#texts.length;
	}
}
