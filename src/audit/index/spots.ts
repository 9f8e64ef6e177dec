// Where the entries of a row stand, packed: about eleven bytes each.

/** A line of a row. */
export interface Spot {
	/** Number of the segment. */
	segment: number;
	line: number;
	offset: number;
	bytes: number;
	/** By which the line is known again (reader.ts). */
	mark: number;
	/** Its place in the order of the log (times.ts). */
	key: number;
	/** It only left a mark at the row, and has a row of its own. */
	only: boolean;
	/** It does not fit the line before or after it. */
	loose: boolean;
}

/** @param key of the row: keys are kept as differences to it */
export function packSpots(spots: readonly Spot[], key: number): Uint8Array {
	const packer = new Packer(spots.length * 16);
	let before = { segment: -1, line: 0, offset: 0 };
	for (const spot of spots) {
		const isNext = spot.segment === before.segment;
		packer.put(spot.segment * 4 + (spot.loose ? 2 : 0) + (spot.only ? 1 : 0));
		packer.putSigned(spot.line - (isNext ? before.line : 0));
		packer.putSigned(spot.offset - (isNext ? before.offset : 0));
		packer.put(spot.bytes);
		packer.put(spot.mark);
		packer.putSigned(2 * (spot.key - key));
		before = { segment: spot.segment, line: spot.line, offset: spot.offset + spot.bytes };
	}
	return packer.packed();
}

export function unpackSpots(packed: Uint8Array, key: number): Spot[] {
	const spots: Spot[] = [];
	let at = 0;
	const take = (): number => {
		let value = 0;
		for (let factor = 1; ; factor *= 128) {
			const byte = packed[at++] ?? 0;
			value += (byte & 127) * factor;
			if (byte < 128) return value;
		}
	};
	const takeSigned = (): number => {
		const value = take();
		return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
	};
	let before = { segment: -1, line: 0, offset: 0 };
	while (at < packed.length) {
		const head = take();
		const segment = Math.floor(head / 4);
		const [loose, only] = [(head & 2) !== 0, (head & 1) !== 0];
		const isNext = segment === before.segment;
		const line = takeSigned() + (isNext ? before.line : 0);
		const offset = takeSigned() + (isNext ? before.offset : 0);
		const [bytes, mark] = [take(), take()];
		spots.push({ segment, line, offset, bytes, mark, key: takeSigned() / 2 + key, only, loose });
		before = { segment, line, offset: offset + bytes };
	}
	return spots;
}

/** Numbers below 2^53, seven bits a byte. */
class Packer {
	#bytes: Uint8Array;
	#length = 0;

	constructor(about: number) {
		this.#bytes = new Uint8Array(about + 64);
	}

	put(value: number): void {
		if (this.#length + 8 > this.#bytes.length) {
			const larger = new Uint8Array(this.#bytes.length * 2);
			larger.set(this.#bytes);
			this.#bytes = larger;
		}
		let rest = value;
		while (rest > 127) {
			this.#bytes[this.#length++] = (rest % 128) + 128;
			rest = Math.floor(rest / 128);
		}
		this.#bytes[this.#length++] = rest;
	}

	putSigned(value: number): void {
		this.put(value >= 0 ? value * 2 : -value * 2 - 1);
	}

	packed(): Uint8Array {
		return this.#bytes.subarray(0, this.#length);
	}
}
