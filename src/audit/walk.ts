// Walking the chain of one segment line by line, and naming what is wrong with it: edited, removed, inserted, reordered.
// A hostile file may have something wrong in each of its lines: what is kept until it can be explained is bounded, and what
// is beyond that is only counted.
import { type Entry, GENESIS } from "./chain.ts";
import type { Problems } from "./problems.ts";
import { Recent } from "./walkRecent.ts";

/** What the chain looks at in an entry. */
export interface Chained {
	head: { seq: number; type: string };
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

/**
 * Entries, one or some in a row, that go on from where entries of the same numbers went on before: one of the two runs was
 * put there. Which one it was shows in what follows.
 */
interface Rival {
	from: number;
	to: number;
	/** Of the last one. */
	hash: string;
	entries: { line: number; hash: string }[];
}

/** For who wants the entries of a rival that turns out to be the right one; by then its lines have passed. */
export interface Rivals<E extends Chained> {
	/** An entry of a rival, in order. */
	hold(entry: E, line: number): void;
	/** What was held stands in its place, instead of what was taken under the same numbers. */
	regain(): void;
	/** What was held does not. */
	drop(): void;
	/** Others recorded that the entry of this number has this hash. */
	isRecorded(seq: number, hash: string): boolean;
}

const BROKEN = "it does not follow the line before it: one of the two was changed";
const OPEN = ": one of the two was put there, and which one cannot be told";

/** More lines without a place, and more gaps, are not told one by one. */
const MAX_KEPT = 10_000;

/** The chain up to a line. Feed it every line in order, then call `end`. */
export class ChainWalk<E extends Chained = Entry> {
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
	readonly #recent = new Recent();
	readonly #rivals: Rivals<E> | undefined;
	/** Number of the last checkpoint that was taken. */
	#checkpoint = 0;
	/** One is held: of three or more runs only the first and the last can be the right one. */
	#rival: Rival | undefined;

	constructor(segment: string, problems: Problems, rivals?: Rivals<E>) {
		this.#segment = segment;
		this.#problems = problems;
		this.#rivals = rivals;
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
	take(line: number, opened: Linked<E>): E | undefined {
		if (opened.state === "unparsable") {
			this.#noPlace(line, opened.why);
			return undefined;
		}
		if (opened.state === "altered") {
			if (opened.entry.head.seq !== this.#expected || this.#unknownCount > 0) {
				this.#noPlace(line, opened.why);
				return undefined;
			}
			this.#settleRival(undefined);
			this.#add(line, "edited", opened.why);
			this.#recent.put(this.#expected, line, undefined, opened.why);
			this.#expected++;
			this.#prev = undefined;
			return undefined;
		}
		const { entry } = opened;
		const { seq } = entry.head;
		if (seq < this.#expected) {
			this.#outOfPlace(line, entry);
			return undefined;
		}
		if (this.#rival !== undefined) this.#settleRival(entry);
		this.#explainUnknown(line, seq);
		const isBroken = seq === this.#expected && this.#prev !== undefined && entry.prev !== this.#prev;
		if (isBroken) this.#add(line, "edited", BROKEN);
		this.#recent.put(seq, line, entry.hash, isBroken ? BROKEN : undefined);
		if (entry.head.type === "checkpoint") this.#checkpoint = seq;
		this.#expected = seq + 1;
		this.#prev = entry.hash;
		return entry;
	}

	/** No more lines. `lastAreTorn`: unknown lines at the end are somebody else's to explain. */
	end(lastAreTorn: boolean): void {
		this.#settleRival(undefined);
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

	#outOfPlace(line: number, entry: E): void {
		const { seq } = entry.head;
		const at = this.#gapOf(seq);
		const gap = this.#gaps[at];
		if (gap === undefined) {
			this.#again(line, entry);
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

	/** An entry whose number was taken before. */
	#again(line: number, entry: E): void {
		const { hash, prev, head } = entry;
		const { seq } = head;
		let rival = this.#rival;
		const goesOn = rival !== undefined && seq === rival.to + 1 && prev === rival.hash;
		if (rival === undefined || !goesOn) {
			const first = this.#recent.at(seq);
			const before = seq === 1 ? { hash: GENESIS } : this.#recent.at(seq - 1);
			// Behind a line that is no entry as it was written anything is taken at its word.
			const follows = before !== undefined && (before.hash === undefined || before.hash === prev);
			if (first === undefined || !follows || first.hash === hash || rival?.hash === hash) {
				this.#addThere(line, seq, "");
				return;
			}
			if (rival !== undefined) this.#tellRival(rival, OPEN);
			rival = { from: seq, to: seq, hash, entries: [] };
			this.#rival = rival;
		}
		rival.to = seq;
		rival.hash = hash;
		rival.entries.push({ line, hash });
		this.#rivals?.hold(entry, line);
	}

	/** Decides which of two runs is the right one. @param next the line behind them, when it holds an entry */
	#settleRival(next: E | undefined): void {
		const rival = this.#rival;
		if (rival === undefined) return;
		this.#rival = undefined;
		// What is signed was written by the gate, whatever somebody has put behind it. Whether the signature is good shows later.
		const isOver = this.#checkpoint >= rival.from;
		const reaches = rival.to === this.#expected - 1 && !isOver;
		const isNext = next?.head.seq === this.#expected;
		if (isNext && this.#prev !== undefined && next.prev === this.#prev) this.#tellRival(rival, "");
		else if (reaches && ((isNext && next.prev === rival.hash) || this.#fitsBetter(rival))) this.#takeRival(rival);
		else this.#tellRival(rival, OPEN);
	}

	/** Where nothing that follows tells: whether the rival follows what is before it and the first run does not, and who recorded either. */
	#fitsBetter({ from, to, hash }: Rival): boolean {
		const isRecorded = (one: string | undefined) => one !== undefined && this.#rivals?.isRecorded(to, one) === true;
		if (isRecorded(hash) !== isRecorded(this.#prev)) return isRecorded(hash);
		return this.#recent.at(from)?.told !== undefined;
	}

	/** The rival was put there, or (with OPEN) one of the two. */
	#tellRival({ from, entries }: Rival, open: string): void {
		for (const [at, { line }] of entries.entries()) this.#addThere(line, from + at, open);
		this.#rivals?.drop();
	}

	/** The number may have been taken by a line that holds no entry: then nobody knows which. */
	#addThere(line: number, seq: number, more: string): void {
		const first = this.#recent.at(seq);
		const where = first === undefined ? "" : `, in line ${first.line}`;
		this.#add(line, "inserted", `entry ${seq} is there already${where}${more}`);
	}

	/** What came first was put there. */
	#takeRival({ from, hash: last, entries }: Rival): void {
		for (const [at, { line, hash }] of entries.entries()) {
			const seq = from + at;
			const first = this.#recent.at(seq);
			if (first === undefined) continue;
			if (first.told !== undefined) this.#problems.withdraw(this.#segment, first.line, first.told);
			const why = `entry ${seq} stands in line ${line} too, and that one fits the lines around it`;
			this.#add(first.line, "inserted", why);
			this.#recent.put(seq, line, hash, undefined);
		}
		this.#prev = last;
		this.#rivals?.regain();
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
