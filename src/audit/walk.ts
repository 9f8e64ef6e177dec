// Walking the chain of one segment line by line, and naming what is wrong with it: edited, removed, inserted, reordered.
// A hostile file may have something wrong in each of its lines: what is kept until it can be explained is bounded, and what
// is beyond that is only counted.
import { GENESIS } from "./chain.ts";
import type { Problems } from "./problems.ts";

/** What the chain looks at in an entry. */
export interface Chained {
	head: { seq: number };
	hash: string;
	prev: string;
}

interface Gap {
	from: number;
	to: number;
	/** Line before which the entries are missing. */
	line: number;
}

/** A line as it was opened, whatever else its entry holds. */
type Linked<E extends Chained> =
	| { state: "good"; entry: E }
	| { state: "altered"; entry: Chained; why: string }
	| { state: "unparsable"; why: string };

/** More lines without a place, and more gaps, are not told one by one. */
const MAX_KEPT = 10_000;

/** The chain up to a line. Feed it every line in order, then call `end`. */
export class ChainWalk {
	readonly #segment: string;
	readonly #problems: Problems;
	#expected = 1;
	/** Undefined after a line whose hash cannot be trusted: the next one is then taken at its word. */
	#prev: string | undefined = GENESIS;
	/** Lines that hold no entry in its place, until the next good one shows what they stand for. */
	#unknown: { line: number; why: string }[] = [];
	#unknownCount = 0;
	/** In order of entry numbers. */
	#gaps: Gap[] = [];

	constructor(segment: string, problems: Problems) {
		this.#segment = segment;
		this.#problems = problems;
	}

	/** Highest entry number that was in its place. */
	get entries(): number {
		return this.#expected - 1;
	}

	/** Hash of that entry, as the chain has it. */
	get head(): string | undefined {
		return this.#prev;
	}

	/** Lines at the end that hold no entry. */
	get unknownAtEnd(): number {
		return this.#unknownCount;
	}

	/** Takes a line. @returns its entry when it stands in its place in the chain */
	take<E extends Chained>(line: number, opened: Linked<E>): E | undefined {
		if (opened.state === "unparsable") {
			this.#noPlace(line, opened.why);
			return undefined;
		}
		if (opened.state === "altered") {
			if (opened.entry.head.seq !== this.#expected || this.#unknownCount > 0) {
				this.#noPlace(line, opened.why);
				return undefined;
			}
			this.#add(line, "edited", opened.why);
			this.#expected++;
			this.#prev = undefined;
			return undefined;
		}
		const { entry } = opened;
		const { seq } = entry.head;
		if (seq < this.#expected) {
			this.#outOfPlace(line, seq);
			return undefined;
		}
		this.#explainUnknown(line, seq);
		if (seq === this.#expected && this.#prev !== undefined && entry.prev !== this.#prev)
			this.#add(line, "edited", "it does not follow the line before it: one of the two was changed");
		this.#expected = seq + 1;
		this.#prev = entry.hash;
		return entry;
	}

	/** No more lines. `lastAreTorn`: unknown lines at the end are somebody else's to explain. */
	end(lastAreTorn: boolean): void {
		if (!lastAreTorn) this.#tellUnknown("edited");
		for (const { from, to, line } of this.#gaps)
			this.#add(line, "removed", from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`);
	}

	#noPlace(line: number, why: string): void {
		this.#unknownCount++;
		if (this.#unknown.length < MAX_KEPT) this.#unknown.push({ line, why });
	}

	#tellUnknown(kind: "edited" | "inserted"): void {
		for (const { line, why } of this.#unknown) this.#add(line, kind, why);
		this.#problems.more += this.#unknownCount - this.#unknown.length;
		this.#unknown = [];
		this.#unknownCount = 0;
	}

	/** Unknown lines stand for missing entries (edited), or for none (inserted). */
	#explainUnknown(line: number, seq: number): void {
		const unknown = this.#unknownCount;
		if (unknown === 0 && seq === this.#expected) return;
		const missing = seq - this.#expected;
		this.#tellUnknown(missing === 0 ? "inserted" : "edited");
		if (missing > unknown) {
			if (this.#gaps.length < MAX_KEPT) this.#gaps.push({ from: this.#expected + unknown, to: seq - 1, line });
			else this.#problems.more++;
		}
		if (missing > 0) this.#prev = undefined;
	}

	#outOfPlace(line: number, seq: number): void {
		const at = this.#gapOf(seq);
		const gap = this.#gaps[at];
		if (gap === undefined) {
			this.#add(line, "inserted", `entry ${seq} is there already`);
			return;
		}
		this.#add(line, "reordered", `entry ${seq} stands after later ones`);
		const rest = [
			{ ...gap, to: seq - 1 },
			{ ...gap, from: seq + 1 },
		].filter(({ from, to }) => from <= to);
		if (this.#gaps.length < MAX_KEPT) this.#gaps.splice(at, 1, ...rest);
		else this.#problems.more++;
	}

	/** Index of the gap that an entry is missing in; -1 when it is in none. */
	#gapOf(seq: number): number {
		let low = 0;
		let high = this.#gaps.length;
		while (low < high) {
			const middle = (low + high) >> 1;
			if ((this.#gaps[middle]?.from ?? 0) <= seq) low = middle + 1;
			else high = middle;
		}
		return (this.#gaps[low - 1]?.to ?? 0) >= seq ? low - 1 : -1;
	}

	#add(line: number, kind: "edited" | "removed" | "inserted" | "reordered", detail: string): void {
		this.#problems.add(this.#segment, line, kind, detail);
	}
}
