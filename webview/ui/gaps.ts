// Which lines of a file lie around and between the hunks of its diff, by their numbers before the change.
import type { CardFile, Hunk } from "../../src/protocol/card.ts";

export interface Gap {
	/** The hunk it lies before; the number of hunks for what lies below the last. */
	at: number;
	/** Lines [from, to] before the change, 1-based; without `to` up to the end of the file, wherever that is. */
	from: number;
	to: number | undefined;
	/** What to add to a line's number for its number after the change. */
	shift: number;
}

/** Unchanged lines at each end of a hunk, where the file has as many. */
const HUNK_CONTEXT = 3;

/** The gaps of a diff that have lines, by the hunk that follows. */
export function gapsOf(file: CardFile): Map<number, Gap> {
	const gaps = new Map<number, Gap>();
	// What was not there before has no lines around; without text there are none.
	if (file.before === undefined || file.binary) return gaps;
	let from = 1;
	let shift = 0;
	for (const [at, hunk] of file.hunks.entries()) {
		const numbers = hunk.lines.flatMap(({ before }) => (before === undefined ? [] : [before]));
		const [first] = numbers;
		const last = numbers.at(-1);
		if (first === undefined || last === undefined) return gaps;
		if (first > from) gaps.set(at, { at, from, to: first - 1, shift });
		from = last + 1;
		for (const { op } of hunk.lines) shift += op === "+" ? 1 : op === "-" ? -1 : 0;
	}
	const last = file.hunks.at(-1);
	// Where hunks are left out, the lines below are not known to be unchanged.
	if (last !== undefined && !file.cut && !endsFile(last)) {
		gaps.set(file.hunks.length, { at: file.hunks.length, from, to: undefined, shift });
	}
	return gaps;
}

function endsFile({ lines }: Hunk): boolean {
	const changed = lines.findLastIndex(({ op }) => op !== " ");
	return (
		lines.length - 1 - changed < HUNK_CONTEXT || lines.some(({ before, eol }) => before !== undefined && eol === "")
	);
}
