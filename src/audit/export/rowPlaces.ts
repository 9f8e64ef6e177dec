// Where rows stand, and to which group each belongs, in number arrays: some 16 bytes a row and 24 an entry, so that a report
// of a million entries can be put in order without holding the rows. Rows are read and folded again when their turn comes.
import type { FoldedRow, Place } from "../fold.ts";

type Numbers = Uint32Array | Float64Array;

/** An array of numbers that grows. */
class Column<T extends Numbers> {
	#values: T;
	length = 0;
	readonly #make: (length: number) => T;

	constructor(make: (length: number) => T) {
		this.#make = make;
		this.#values = make(1024);
	}

	push(value: number): void {
		if (this.length === this.#values.length) {
			const larger = this.#make(Math.ceil(this.length * 1.5));
			larger.set(this.#values);
			this.#values = larger;
		}
		this.#values[this.length++] = value;
	}

	at(index: number): number {
		return this.#values[index] as number;
	}

	set(index: number, value: number): void {
		this.#values[index] = value;
	}
}

const words = () => new Column((length) => new Uint32Array(length));
const doubles = () => new Column((length) => new Float64Array(length));

/** Numbers for texts that come again and again; 0 is none. */
class Names {
	readonly #numbers = new Map<string, number>();
	readonly #texts: string[] = [];

	number(text: string): number {
		const known = this.#numbers.get(text);
		if (known !== undefined) return known;
		this.#numbers.set(text, this.#texts.push(text));
		return this.#texts.length;
	}

	text(number: number): string | undefined {
		return this.#texts[number - 1];
	}
}

/** What is remembered of a row. */
export interface RowPlaces {
	/** Its entries, in order. */
	places: Place[];
	/** What entries with a row of their own left at it: its own entries do not tell. */
	gap: boolean;
	grant: string | undefined;
}

/** Rows by group, in the order in which they were added. */
export class PlacesByGroup {
	readonly #names = new Names();
	// Of places.
	readonly #segment = words();
	readonly #line = words();
	readonly #offset = doubles();
	// Of what is no entry, a line may be longer than anything.
	readonly #bytes = doubles();
	// Of rows: its first place, its marks, and the next row of its group.
	readonly #start = words();
	readonly #gap = words();
	readonly #grant = words();
	readonly #next = words();
	// Of groups.
	readonly #first = words();
	readonly #last = words();

	/** Begins a group. @returns its number */
	group(): number {
		this.#first.push(NONE);
		this.#last.push(NONE);
		return this.#first.length - 1;
	}

	add(group: number, { places, flags, grant }: Pick<FoldedRow, "places" | "flags" | "grant">): void {
		const row = this.#start.length;
		this.#start.push(this.#segment.length);
		this.#gap.push(flags.includes("gap") ? 1 : 0);
		this.#grant.push(grant === undefined ? 0 : this.#names.number(grant));
		this.#next.push(NONE);
		for (const { segment, line, offset, bytes } of places) {
			this.#segment.push(this.#names.number(segment));
			this.#line.push(line);
			this.#offset.push(offset);
			this.#bytes.push(bytes);
		}
		const last = this.#last.at(group);
		if (last === NONE) this.#first.set(group, row);
		else this.#next.set(last, row);
		this.#last.set(group, row);
	}

	*rows(group: number): Generator<RowPlaces> {
		for (let row = this.#first.at(group); row !== NONE; row = this.#next.at(row)) {
			const end = row + 1 < this.#start.length ? this.#start.at(row + 1) : this.#segment.length;
			const places: Place[] = [];
			for (let at = this.#start.at(row); at < end; at++) places.push(this.#place(at));
			yield { places, gap: this.#gap.at(row) === 1, grant: this.#names.text(this.#grant.at(row)) };
		}
	}

	#place(at: number): Place {
		return {
			segment: this.#names.text(this.#segment.at(at)) ?? "",
			line: this.#line.at(at),
			offset: this.#offset.at(at),
			bytes: this.#bytes.at(at),
		};
	}
}

const NONE = 2 ** 32 - 1;
