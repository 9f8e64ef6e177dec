// Which lines of which segment are wanted: a bit a line, because "everything" may be a million of them.

export class Marks {
	readonly #bits = new Map<string, { bytes: Uint8Array; last: number }>();

	add(segment: string, line: number): void {
		const found = this.#bits.get(segment) ?? { bytes: new Uint8Array(64), last: 0 };
		if (line >> 3 >= found.bytes.length) {
			const larger = new Uint8Array(Math.max(found.bytes.length * 2, (line >> 3) + 1));
			larger.set(found.bytes);
			found.bytes = larger;
		}
		found.bytes[line >> 3] = (found.bytes[line >> 3] ?? 0) | (1 << (line & 7));
		found.last = Math.max(found.last, line);
		this.#bits.set(segment, found);
	}

	has(segment: string, line: number): boolean {
		return (((this.#bits.get(segment)?.bytes[line >> 3] ?? 0) >> (line & 7)) & 1) === 1;
	}

	/** The last marked line of a segment; 0 when there is none. */
	last(segment: string): number {
		return this.#bits.get(segment)?.last ?? 0;
	}

	/** Segments with a marked line, in the order of their names. */
	segments(): string[] {
		return [...this.#bits.keys()].sort();
	}
}
