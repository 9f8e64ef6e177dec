// Makes rows of lines, as fold.ts says, and gives them to the store. Lines come in the order of the log, but two gates write
// at once: what one of them wrote may become visible after later lines of the other. A row that this concerns is folded
// again from its lines, so that the index is the same whenever it looked.
import type { Starter } from "../../protocol/audit.ts";
import type { Entry } from "../chain.ts";
import { starterOf } from "../facts.ts";
import { wordsOf } from "../filter.ts";
import { addTo, type FoldedRow, hasOwnRow, isOver, markRow, requestOf, rowOf } from "../fold.ts";
import { list } from "../members.ts";
import type { ReadLine } from "../read.ts";
import { readSpots } from "./lines.ts";
import type { LinkedLine } from "./reader.ts";
import type { Spot } from "./spots.ts";
import { type Kept, requestHash, type Store } from "./store.ts";

/** Rows of requests that are at hand; others are read from the store. */
const MAX_AT_HAND = 5000;

interface Held extends Kept {
	/** Its last line in the order of the log. */
	last: Spot;
	/** `row.search` is all of it, not only what came since it was read from the store. */
	whole: boolean;
	/** To be folded again before it is kept. */
	again: boolean;
	/** The words that are kept, and how long the text was that they were made of. */
	kept: { words: string; length: number } | undefined;
}

export class Feeder {
	readonly #dir: string;
	readonly #store: Store;
	readonly #atHand = new Map<string, Held>();
	readonly #changed = new Set<Held>();
	readonly #removed = new Map<string, string>();
	#nextId: number;
	#latest: Spot | undefined;

	/** @param dir the workspace's folder @param last the last line that was taken of each segment */
	constructor(dir: string, store: Store, last: Iterable<Pick<Spot, "segment" | "line" | "key">>) {
		this.#dir = dir;
		this.#store = store;
		this.#nextId = store.columns.count + 1;
		for (const { segment, line, key } of last)
			this.#see({ segment, line, key, offset: 0, bytes: 0, mark: 0, only: false, loose: false });
	}

	/** Takes a line. @param segment its number @param key its place in the order of the log */
	take({ line, mark, loose }: LinkedLine, segment: number, key: number): void {
		const { offset, bytes } = line;
		const spot: Spot = { segment, line: line.line, offset, bytes, mark, key, only: false, loose };
		const { entry } = line;
		const request = entry === undefined ? undefined : requestOf(entry);
		const known = request === undefined ? undefined : this.#find(request);
		if (known !== undefined && entry !== undefined && !hasOwnRow(entry)) {
			this.#add(known, line, spot);
			if (loose) flagAltered(known.row);
		} else {
			if (known !== undefined && entry !== undefined) this.#mark(known, entry, { ...spot, only: true });
			const held = this.#begin(line, spot);
			if (loose) flagAltered(held.row);
		}
		this.#see(spot);
	}

	/** Keeps what was taken. */
	async flush(): Promise<void> {
		const again = [...this.#changed].filter((held) => held.again);
		const fresh = again.length === 0 ? new Map<string, Spot[]>() : this.#freshMarks();
		for (const held of again) await this.#foldAgain(held, fresh);
		const rows = [...this.#changed];
		for (const held of rows) prepare(held);
		this.#store.keep(rows, this.#removed);
		this.#changed.clear();
		this.#removed.clear();
		for (const [request] of this.#atHand) {
			if (this.#atHand.size <= MAX_AT_HAND) break;
			this.#atHand.delete(request);
		}
	}

	#see(spot: Spot): void {
		if (this.#latest === undefined || this.#isBefore(this.#latest, spot)) this.#latest = spot;
	}

	#begin(line: ReadLine, spot: Spot): Held {
		const row = rowOf(line, this.#nextId++);
		row.places = [];
		const held: Held = {
			row,
			key: spot.key,
			segment: spot.segment,
			spots: [spot],
			words: undefined,
			over: false,
			last: spot,
			whole: true,
			again: false,
			kept: undefined,
			starter: line.entry?.head.type === "session.started" ? starterJson(line.entry) : undefined,
		};
		this.#changed.add(held);
		if (row.type === "evidence.removed") this.#takeRemoved(line.entry);
		if (row.kind !== "action" || row.request === undefined) return held;
		this.#atHand.set(row.request, held);
		// What left a mark may have been seen before.
		if (this.#latest === undefined || !this.#isBefore(spot, this.#latest)) return held;
		for (const mark of this.#marksFor(row.request)) if (this.#isBefore(spot, mark)) held.again = true;
		return held;
	}

	#add(held: Held, line: ReadLine, spot: Spot): void {
		addTo(held.row, line);
		held.row.places = [];
		// The text before it is not at hand; its lines have it.
		if (!held.whole && wordsOf(held.row.search).length > 0) held.again = true;
		this.#join(held, spot);
	}

	#mark(held: Held, entry: Entry, spot: Spot): void {
		markRow(held.row, entry);
		this.#join(held, spot);
	}

	#join(held: Held, spot: Spot): void {
		if (this.#isBefore(spot, held.last)) held.again = true;
		else held.last = spot;
		held.spots.push(spot);
		this.#changed.add(held);
	}

	/** Where entries stand that leave a mark at the row of this request, among those that are kept. */
	*#marksFor(request: string): Generator<Spot> {
		const { columns, strings } = this.#store;
		for (const id of columns.withRequest(requestHash(request))) {
			const type = strings.text(columns.of.type[id] as number);
			if (type === undefined || !leavesMark(type) || this.#store.request(id) !== request) continue;
			const [first] = this.#store.spots(id);
			if (first !== undefined) yield { ...first, only: true };
		}
	}

	#find(request: string): Held | undefined {
		const atHand = this.#atHand.get(request);
		const held = atHand ?? this.#read(request);
		if (held === undefined) return undefined;
		// Those that were asked for last stay.
		if (atHand !== undefined) this.#atHand.delete(request);
		this.#atHand.set(request, held);
		return held;
	}

	#read(request: string): Held | undefined {
		const { columns } = this.#store;
		for (const id of columns.withRequest(requestHash(request))) {
			const row = this.#store.row(id);
			if (row.kind !== "action" || row.request !== request) continue;
			const spots = this.#store.spots(id);
			const [first] = spots;
			if (first === undefined) continue;
			const { key, segment, mono } = columns.of;
			const folded = { ...row, places: [], search: "", changes: this.#store.changes(id), mono: mono[id] as number };
			return {
				row: folded,
				key: key[id] as number,
				segment: segment[id] as number,
				spots,
				words: undefined,
				over: false,
				last: spots.reduce((a, b) => (this.#isBefore(a, b) ? b : a)),
				whole: false,
				again: false,
				kept: undefined,
			};
		}
		return undefined;
	}

	/** Where entries stand that leave marks and are not kept yet, by request. */
	#freshMarks(): Map<string, Spot[]> {
		const marks = new Map<string, Spot[]>();
		for (const { row, spots } of this.#changed) {
			const [first] = spots;
			// One that is kept already is among the kept ones.
			if (row.request === undefined || first === undefined || !leavesMark(row.type)) continue;
			if (row.id <= this.#store.columns.count) continue;
			const known = marks.get(row.request) ?? [];
			known.push({ ...first, only: true });
			marks.set(row.request, known);
		}
		return marks;
	}

	/** Folds a row from its lines, and from what leaves marks at it, in the order of the log. */
	async #foldAgain(held: Held, fresh: ReadonlyMap<string, Spot[]>): Promise<void> {
		held.again = false;
		const { request } = held.row;
		const marks = request === undefined ? [] : [...this.#marksFor(request), ...(fresh.get(request) ?? [])];
		const own = held.spots.filter(({ only }) => !only);
		const spots = [...own, ...marks].sort((a, b) => (this.#isBefore(a, b) ? -1 : this.#isBefore(b, a) ? 1 : 0));
		let row: FoldedRow | undefined;
		let first: Spot | undefined;
		let at = 0;
		for await (const line of readSpots(this.#dir, this.#store.segments, spots)) {
			const spot = spots[at++] as Spot;
			// It was another one a moment ago: the next look at the log finds that out and builds the index anew.
			if (line.entry === undefined) return;
			if (row === undefined) {
				if (spot.only) continue;
				row = rowOf(line, held.row.id);
				first = spot;
			} else if (spot.only) markRow(row, line.entry);
			else addTo(row, line);
			row.places = [];
		}
		if (row === undefined || first === undefined) return;
		// Its lines by themselves do not say what stands beside them.
		if (own.some(({ loose }) => loose)) flagAltered(row);
		const kept = held.kept === undefined ? undefined : { ...held.kept, length: -1 };
		Object.assign(held, { row, spots, last: spots.at(-1), key: first.key, segment: first.segment, whole: true, kept });
	}

	#takeRemoved(entry: Entry | undefined): void {
		if (entry === undefined) return;
		const time = entry.head.time.slice(0, 40);
		for (const digest of list(entry.body, "digests")) {
			if (typeof digest !== "string" || !/^[0-9a-f]{64}$/.test(digest)) continue;
			const known = this.#removed.get(digest);
			if (known === undefined || time < known) this.#removed.set(digest, time);
		}
	}

	#isBefore(a: Spot, b: Spot): boolean {
		if (a.key !== b.key) return a.key < b.key;
		if (a.segment === b.segment) return a.line < b.line;
		const { rank } = this.#store;
		return (rank[a.segment] as number) < (rank[b.segment] as number);
	}
}

/** A row of a line that does not fit the one beside it says what stands there, and that it may not be what was written. */
function flagAltered(row: FoldedRow): void {
	if (!row.flags.includes("altered")) row.flags.push("altered");
}

function leavesMark(type: string): boolean {
	return hasOwnRow({ head: { type } } as Entry);
}

/** Finds out which words are to be kept. */
function prepare(held: Held): void {
	const { row, kept } = held;
	held.over = isOver(row);
	held.words = undefined;
	if (!held.whole || kept?.length === row.search.length) return;
	const words = [...new Set(wordsOf(row.search))];
	const text = words.join(" ");
	if (text !== kept?.words) held.words = words;
	held.kept = { words: text, length: row.search.length };
}

/** Sessions are listed with their starters, so those are short. */
const MAX_STARTER_TEXT = 300;

function starterJson(entry: Entry): string {
	const shorten = (_: string, value: unknown) =>
		typeof value === "string" ? value.slice(0, MAX_STARTER_TEXT).toWellFormed() : value;
	return JSON.stringify(starterOf(entry) satisfies Starter, shorten);
}
