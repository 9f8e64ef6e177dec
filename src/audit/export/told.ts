// Rows of a log with what exporters tell of them: `foldRows`, in batches, with facts gathered on the way, so that nothing
// has to be read twice. The rows are the same as those of `foldRows`.
import { setImmediate as pause } from "node:timers/promises";
import { addTo, type FoldedRow, hasOwnRow, markRow, requestOf, rowOf } from "../fold.ts";
import type { TextLine } from "../quickOpen.ts";
import { type Packed, PackedRows } from "./packed.ts";
import { type Facts, FactsGatherer } from "./toldFacts.ts";

export interface Told {
	row: FoldedRow;
	facts: Facts;
}

/** What rows keep while they are held. It is most of their size, and few exporters need it. */
export interface Kept {
	/** The text for searching; "" without. */
	search: boolean;
	/** The places of all entries; only of the first and of the one that decided without. */
	places: boolean;
}

/**
 * As in fold.ts: rows that are held back because entries may still come to them, also when they are over (a late answer, a
 * mark). Fewer would cost less memory, but then exports would tell other rows than the panel and the command line.
 */
const MAX_HELD = 20_000;
/** Of them the newest are as they are, because most entries of an action come soon; the others are packed. */
const MAX_UNPACKED = 100;
const PIECE = 250;

/** A row that waits, in either form. */
interface Held {
	/** Its request, as long as entries may come to it; "" for a row of one entry. */
	key: string;
	told: Told | undefined;
	packed: Packed | undefined;
}

/** The rows of lines that come in the order of the log, in the order of their first entries. */
export async function* toldBatches(
	batches: AsyncIterable<TextLine[]>,
	{ search, places }: Kept,
): AsyncGenerator<Told[]> {
	const gatherer = new FactsGatherer();
	const held = new HeldRows();
	for await (const batch of batches) {
		const out: Told[] = [];
		for (const line of batch) {
			const { entry } = line;
			const request = entry === undefined ? undefined : requestOf(entry);
			const known = request === undefined ? undefined : held.of(request);
			if (known !== undefined && entry !== undefined && !hasOwnRow(entry)) {
				addTo(known.row, line);
				if (!search) known.row.search = "";
				gatherer.add(known.facts, line, known.row.places.length - 1);
				if (!places) trim(known);
			} else {
				if (known !== undefined && entry !== undefined) markRow(known.row, entry);
				const row = rowOf(line);
				if (!search) row.search = "";
				gatherer.share(row);
				const key = row.kind === "action" && row.request !== undefined ? row.request : "";
				held.add(key, { row, facts: gatherer.begin(row, line) });
			}
			while (held.count > MAX_HELD) out.push(held.release());
		}
		if (out.length > 0) yield out;
	}
	// These come all at once: others get their turn between.
	while (held.count > 0) {
		await pause();
		const out: Told[] = [];
		while (held.count > 0 && out.length < PIECE) out.push(held.release());
		yield out;
	}
}

/** Rows that are held back: first in, first out, in an array that is gone round in. */
class HeldRows {
	readonly #rows: (Held | undefined)[] = [];
	readonly #open = new Map<string, Held>();
	readonly #packed = new PackedRows();
	#start = 0;
	count = 0;

	/** The row of a request, to be added to. */
	of(request: string): Told | undefined {
		const held = this.#open.get(request);
		if (held?.packed !== undefined) {
			// For good: entries that come as late as that are rare.
			held.told = this.#packed.take(held.packed);
			held.packed = undefined;
		}
		return held?.told;
	}

	add(key: string, told: Told): void {
		const held: Held = { key, told, packed: undefined };
		this.#rows[(this.#start + this.count++) % (MAX_HELD + 1)] = held;
		if (key !== "") this.#open.set(key, held);
		if (this.count > MAX_UNPACKED) this.#pack(this.#at(this.count - 1 - MAX_UNPACKED));
	}

	/** The oldest, which nothing is added to any more. */
	release(): Told {
		const held = this.#at(0);
		this.#rows[this.#start] = undefined;
		this.#start = (this.#start + 1) % (MAX_HELD + 1);
		this.count--;
		if (held.key !== "") this.#open.delete(held.key);
		// Not kept in what was held: that is old by now, and what old things refer to is cleared up late.
		return held.packed === undefined ? (held.told as Told) : this.#packed.take(held.packed);
	}

	#at(index: number): Held {
		return this.#rows[(this.#start + index) % (MAX_HELD + 1)] as Held;
	}

	#pack(held: Held): void {
		if (held.told === undefined) return;
		held.packed = this.#packed.put(held.told);
		if (held.packed !== undefined) held.told = undefined;
	}
}

function trim({ row, facts }: Told): void {
	const [first] = row.places;
	const decided = row.places[facts.decidedAt];
	if (first === undefined) return;
	row.places = decided === undefined || decided === first ? [first] : [first, decided];
	if (facts.decidedAt > 1) facts.decidedAt = 1;
}
