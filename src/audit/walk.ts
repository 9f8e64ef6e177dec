// Walking the chain of one segment line by line, and naming what is wrong with it: edited, removed, inserted, reordered.
import { type Entry, GENESIS, type Opened } from "./chain.ts";
import type { Problems } from "./problems.ts";

interface Gap {
	from: number;
	to: number;
	/** Line before which the entries are missing. */
	line: number;
}

/** The chain up to a line. Feed it every line in order, then call `end`. */
export class ChainWalk {
	readonly #segment: string;
	readonly #problems: Problems;
	#expected = 1;
	/** Undefined after a line whose hash cannot be trusted: the next one is then taken at its word. */
	#prev: string | undefined = GENESIS;
	/** Lines that hold no entry in its place, until the next good one shows what they stand for. */
	#unknown: { line: number; why: string }[] = [];
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
		return this.#unknown.length;
	}

	/** Takes a line. @returns its entry when it stands in its place in the chain */
	take(line: number, opened: Opened): Entry | undefined {
		if (opened.state === "unparsable") {
			this.#unknown.push({ line, why: opened.why });
			return undefined;
		}
		if (opened.state === "altered") {
			if (opened.entry.head.seq !== this.#expected || this.#unknown.length > 0) {
				this.#unknown.push({ line, why: opened.why });
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
		if (!lastAreTorn) for (const { line, why } of this.#unknown) this.#add(line, "edited", why);
		for (const { from, to, line } of this.#gaps)
			this.#add(line, "removed", from === to ? `entry ${from} is missing` : `entries ${from} to ${to} are missing`);
	}

	/** Unknown lines stand for missing entries (edited), or for none (inserted). */
	#explainUnknown(line: number, seq: number): void {
		const unknown = this.#unknown;
		if (unknown.length === 0 && seq === this.#expected) return;
		this.#unknown = [];
		const missing = seq - this.#expected;
		for (const one of unknown) this.#add(one.line, missing === 0 ? "inserted" : "edited", one.why);
		if (missing > unknown.length) this.#gaps.push({ from: this.#expected + unknown.length, to: seq - 1, line });
		if (missing > 0) this.#prev = undefined;
	}

	#outOfPlace(line: number, seq: number): void {
		const gap = this.#gaps.find(({ from, to }) => from <= seq && seq <= to);
		if (gap === undefined) {
			this.#add(line, "inserted", `entry ${seq} is there already`);
			return;
		}
		this.#add(line, "reordered", `entry ${seq} stands after later ones`);
		const rest = [
			{ ...gap, to: seq - 1 },
			{ ...gap, from: seq + 1 },
		].filter(({ from, to }) => from <= to);
		this.#gaps.splice(this.#gaps.indexOf(gap), 1, ...rest);
	}

	#add(line: number, kind: "edited" | "removed" | "inserted" | "reordered", detail: string): void {
		this.#problems.add(this.#segment, line, kind, detail);
	}
}
