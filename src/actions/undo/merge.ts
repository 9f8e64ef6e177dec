// Three-way merge of lines. What changed on each side is found by lines.ts, whose time is bounded; a library joins the two
// (node-diff3, as diff3 does it). It is given runs of lines instead of lines: its own search takes time that grows with
// the square of what it is given, and a file can be chosen to make it slow.
import { diff3Merge } from "node-diff3";
import { type Block, changesOf } from "../lines.ts";

/** With more changed places than this, on both sides together, the whole of what differs is one change of each side. */
const MAX_PLACES = 4000;

/** Lines that are agreed on, or that both sides changed, each in its own way. Each line holds its line break. */
export type Piece = { ok: string[] } | { ours: string[]; base: string[]; theirs: string[] };

/**
 * Merges what `ours` and `theirs` made of `base`. Changes that touch each other, with no line between them that both left
 * as it was, are a conflict unless both sides say the same there: as `git merge-file` has it.
 */
export function mergeLines(base: readonly string[], ours: readonly string[], theirs: readonly string[]): Piece[] {
	const blocks = { ours: changesOf(base, ours).blocks, theirs: changesOf(base, theirs).blocks };
	if (blocks.ours.length + blocks.theirs.length > MAX_PLACES) {
		blocks.ours = spanned(blocks.ours);
		blocks.theirs = spanned(blocks.theirs);
	}
	const runs = new Runs(base, [...blocks.ours, ...blocks.theirs]);
	const merged = diff3Merge(runs.side(ours, blocks.ours), runs.side(base, []), runs.side(theirs, blocks.theirs));
	const pieces: Piece[] = [];
	for (const { ok, conflict } of merged) {
		const piece: Piece =
			conflict === undefined
				? { ok: runs.lines(ok ?? []) }
				: { ours: runs.lines(conflict.a), base: runs.lines(conflict.o), theirs: runs.lines(conflict.b) };
		// The same lines in other runs are the same lines.
		if ("ours" in piece && isSame(piece.ours, piece.theirs)) pieces.push({ ok: piece.ours });
		else pieces.push(piece);
	}
	return pieces;
}

/** From the first changed line to the last. */
function spanned(blocks: readonly Block[]): Block[] {
	const [first, last] = [blocks[0], blocks.at(-1)];
	if (first === undefined || last === undefined) return [];
	return [{ a0: first.a0, a1: last.a1, b0: first.b0, b1: last.b1 }];
}

/**
 * Runs of lines by number. The base is cut wherever a change of either side begins or ends, and no run of it occurs twice,
 * nor as a changed one: so a search for what a side has in common with it finds exactly the unchanged runs.
 */
class Runs {
	readonly #lines: string[][] = [];
	readonly #changed = new Map<string, number>();
	/** Number of the run of the base that begins at a line. */
	readonly #starts = new Map<number, number>();
	readonly #length: number;

	constructor(base: readonly string[], blocks: readonly Block[]) {
		const cuts = [...new Set([0, ...blocks.flatMap(({ a0, a1 }) => [a0, a1]), base.length])].sort((a, b) => a - b);
		this.#length = base.length;
		cuts.forEach((start, index) => {
			const end = cuts[index + 1];
			if (end !== undefined) this.#starts.set(start, this.#lines.push(base.slice(start, end)) - 1);
		});
	}

	/** A side as runs. */
	side(side: readonly string[], blocks: readonly Block[]): number[] {
		const runs: number[] = [];
		let at = 0;
		const keepTo = (end: number) => {
			while (at < end) {
				const run = this.#starts.get(at);
				if (run === undefined) throw new Error(`No run of the base begins at line ${at}.`);
				runs.push(run);
				at += this.#lines[run]?.length ?? 0;
			}
		};
		for (const { a0, a1, b0, b1 } of blocks) {
			keepTo(a0);
			if (b1 > b0) runs.push(this.#numberOf(side.slice(b0, b1)));
			at = a1;
		}
		keepTo(this.#length);
		return runs;
	}

	lines(runs: readonly number[]): string[] {
		return runs.flatMap((run) => this.#lines[run] ?? []);
	}

	#numberOf(lines: string[]): number {
		const key = lines.join("");
		const known = this.#changed.get(key);
		if (known !== undefined) return known;
		const number = this.#lines.push(lines) - 1;
		this.#changed.set(key, number);
		return number;
	}
}

function isSame(a: readonly string[], b: readonly string[]): boolean {
	return a.length === b.length && a.every((line, index) => line === b[index]);
}
