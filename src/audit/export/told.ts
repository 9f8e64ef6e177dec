// Rows of a log with what exporters tell of them: `foldRows`, in batches, with facts gathered on the way, so that nothing
// has to be read twice. The rows are the same as those of `foldRows`.
import { setImmediate as pause } from "node:timers/promises";
import { addTo, type FoldedRow, hasOwnRow, markRow, requestOf, rowOf } from "../fold.ts";
import type { TextLine } from "../quickOpen.ts";
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
const PIECE = 250;
/** Released rows at the front of the array before it is cut. */
const MAX_START = 500;

/** The rows of lines that come in the order of the log, in the order of their first entries. */
export async function* toldBatches(
	batches: AsyncIterable<TextLine[]>,
	{ search, places }: Kept,
): AsyncGenerator<Told[]> {
	const gatherer = new FactsGatherer();
	// First in, first out: an array with a start that moves, because taking from the front of a Map costs its length.
	let held: (Told & { key: string })[] = [];
	let start = 0;
	const open = new Map<string, Told>();
	const release = (): Told => {
		const first = held[start++] as Told & { key: string };
		if (first.key !== "") open.delete(first.key);
		return first;
	};
	for await (const batch of batches) {
		const out: Told[] = [];
		for (const line of batch) {
			const { entry } = line;
			const request = entry === undefined ? undefined : requestOf(entry);
			const known = request === undefined ? undefined : open.get(request);
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
				const told = { row, facts: gatherer.begin(row, line), key };
				held.push(told);
				if (key !== "") open.set(key, told);
			}
			while (held.length - start > MAX_HELD) out.push(release());
		}
		if (start > MAX_START) {
			held = held.slice(start);
			start = 0;
		}
		if (out.length > 0) yield out;
	}
	// These come all at once: others get their turn between.
	for (let at = start; at < held.length; at += PIECE) {
		await pause();
		yield held.slice(at, at + PIECE);
	}
}

function trim({ row, facts }: Told): void {
	const [first] = row.places;
	const decided = row.places[facts.decidedAt];
	if (first === undefined) return;
	row.places = decided === undefined || decided === first ? [first] : [first, decided];
	if (facts.decidedAt > 1) facts.decidedAt = 1;
}
