// Lines of a text with their line breaks kept, and which of them two texts share. Time is bounded: where the exact answer
// would take too long, a coarser one that is just as true is given.
import { diffArrays } from "diff";
import { type Alike, EXACTLY, LOOSELY, numbered } from "./lineNumbers.ts";

/** Texts with more lines than this are replaced as a whole. */
export const MAX_LINES = 300_000;
/** Edits after which the search for the shortest script is given up, and the milliseconds one search may take. */
const LIMITS = { maxEditLength: 3000, timeout: 100 };

/** Milliseconds left for all searches about one pair of texts; used up as they search. */
export interface SearchTime {
	ms: number;
}
const newSearchTime = (): SearchTime => ({ ms: 300 });

/** Lines [a0, a1) of the old text became lines [b0, b1) of the new one. */
export interface Block {
	a0: number;
	a1: number;
	b0: number;
	b1: number;
}

/** The lines of a text, each with its line break: \r\n, \n or a lone \r. Joined they are the text again. */
export function splitLines(text: string): string[] {
	return splitAtMost(text, Number.POSITIVE_INFINITY) ?? [];
}

/** The same, or undefined where there are more lines. */
export function splitAtMost(text: string, most: number): string[] | undefined {
	const lines: string[] = [];
	let start = 0;
	if (!text.includes("\r")) {
		for (let end = text.indexOf("\n"); end !== -1; end = text.indexOf("\n", start)) {
			lines.push(text.slice(start, end + 1));
			start = end + 1;
			if (lines.length > most) return undefined;
		}
		if (start < text.length) lines.push(text.slice(start));
		return lines.length > most ? undefined : lines;
	}
	for (let at = 0; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		if (code !== 0x0a && code !== 0x0d) continue;
		if (code === 0x0d && text.charCodeAt(at + 1) === 0x0a) at += 1;
		lines.push(text.slice(start, at + 1));
		start = at + 1;
		if (lines.length > most) return undefined;
	}
	if (start < text.length) lines.push(text.slice(start));
	return lines.length > most ? undefined : lines;
}

export type LineBreak = "\n" | "\r\n" | "\r" | "";

/** A line without its line break, and the line break. */
export function splitBreak(line: string): { text: string; eol: LineBreak } {
	const eol = line.endsWith("\r\n") ? "\r\n" : line.endsWith("\n") ? "\n" : line.endsWith("\r") ? "\r" : "";
	return { text: eol === "" ? line : line.slice(0, -eol.length), eol };
}

/** A line without any white space: what is equal so differs in white space or line breaks only. */
export function bare(line: string): string {
	return line.replace(/\s+/g, "");
}

/** How two lists of lines differ. */
export interface LineChanges {
	/** In order and not touching. Everything between them is equal. */
	blocks: Block[];
	/** The search was given up: there is one block, and equal lines may be in it. */
	coarse: boolean;
}

export function changesOf(a: readonly string[], b: readonly string[], time = newSearchTime()): LineChanges {
	let head = 0;
	while (head < a.length && head < b.length && a[head] === b[head]) head += 1;
	let tail = 0;
	const most = Math.min(a.length, b.length) - head;
	while (tail < most && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail += 1;
	const middle = { a0: head, a1: a.length - tail, b0: head, b1: b.length - tail };
	const [removed, added] = [middle.a1 - middle.a0, middle.b1 - middle.b0];
	if (removed === 0 || added === 0) return { blocks: removed === added ? [] : [middle], coarse: false };
	const coarse = { blocks: [middle], coarse: true };
	if (removed > MAX_LINES || added > MAX_LINES) return coarse;
	const before = a.slice(middle.a0, middle.a1);
	const after = b.slice(middle.b0, middle.b1);
	// Where too much differs, lines that are equal but for white space still hold the two texts together.
	const blocks = differing(before, after, EXACTLY, time) ?? withoutWhiteSpace(before, after, time);
	return blocks === undefined ? coarse : { blocks: blocks.map((block) => shift(block, head)), coarse: false };
}

/**
 * Pairs [i, j] of the lines of a block that are equal but for white space, in order.
 * @param coarse the block is what was left when the search was given up: only lines in the same place are compared
 */
export function loosePairs(
	a: readonly string[],
	b: readonly string[],
	coarse: boolean,
	time = newSearchTime(),
): [number, number][] {
	if (a.length > MAX_LINES || b.length > MAX_LINES) return [];
	const blocks = coarse ? undefined : differing(a, b, LOOSELY, time);
	if (blocks !== undefined) return equalPairs(blocks, a.length, b.length);
	const pairs: [number, number][] = [];
	for (let i = 0; i < Math.min(a.length, b.length); i += 1)
		if (LOOSELY.equal(a[i] ?? "", b[i] ?? "")) pairs.push([i, i]);
	return pairs;
}

/**
 * The blocks of a shortest script, or undefined where the search was given up. Lines that only one side has are no part of
 * what both share: they are left out of the search, which so looks for lines that moved, and finds nothing to do in most files.
 */
function differing(a: readonly string[], b: readonly string[], alike: Alike, time: SearchTime): Block[] | undefined {
	const [x, y, count] = numbered(a, b, alike);
	const [shared, other] = [inBoth(x, y, count), inBoth(y, x, count)];
	const found = common(
		shared.map((at) => x[at] ?? -1),
		other.map((at) => y[at] ?? -1),
		time,
	);
	if (found === undefined) return undefined;
	const blocks: Block[] = [];
	let [i, j] = [0, 0];
	const upTo = (a1: number, b1: number) => {
		if (a1 > i || b1 > j) blocks.push({ a0: i, a1, b0: j, b1 });
		[i, j] = [a1 + 1, b1 + 1];
	};
	for (const [m, n] of found) upTo(shared[m] ?? 0, other[n] ?? 0);
	upTo(a.length, b.length);
	return blocks;
}

/** Pairs of indices of a longest common part. */
function common(a: number[], b: number[], time: SearchTime): [number, number][] | undefined {
	const pairs: [number, number][] = [];
	if (a.length === 0 || b.length === 0) return pairs;
	if (a.length === b.length && a.every((number, at) => number === b[at])) return a.map((_, at) => [at, at]);
	const started = performance.now();
	const changes = diffArrays(a, b, { ...LIMITS, timeout: Math.min(LIMITS.timeout, time.ms) });
	time.ms -= performance.now() - started;
	if (changes === undefined) return undefined;
	let [i, j] = [0, 0];
	for (const { added, removed, count } of changes) {
		if (removed) i += count;
		else if (added) j += count;
		else for (const end = i + count; i < end; i += 1, j += 1) pairs.push([i, j]);
	}
	return pairs;
}

function withoutWhiteSpace(a: readonly string[], b: readonly string[], time: SearchTime): Block[] | undefined {
	if (time.ms <= 0) return undefined;
	const loose = differing(a, b, LOOSELY, time);
	if (loose === undefined) return undefined;
	const blocks: Block[] = [];
	let i = 0;
	let j = 0;
	const add = (block: Block) => {
		const last = blocks.at(-1);
		if (last !== undefined && last.a1 === block.a0 && last.b1 === block.b0) {
			last.a1 = block.a1;
			last.b1 = block.b1;
		} else blocks.push({ ...block });
	};
	for (const block of [...loose, { a0: a.length, a1: a.length, b0: b.length, b1: b.length }]) {
		for (; i < block.a0; i += 1, j += 1) if (a[i] !== b[j]) add({ a0: i, a1: i + 1, b0: j, b1: j + 1 });
		if (block.a0 !== block.a1 || block.b0 !== block.b1) add(block);
		i = block.a1;
		j = block.b1;
	}
	return blocks;
}

function equalPairs(blocks: readonly Block[], lengthA: number, lengthB: number): [number, number][] {
	const pairs: [number, number][] = [];
	let i = 0;
	let j = 0;
	for (const block of [...blocks, { a0: lengthA, a1: lengthA, b0: lengthB, b1: lengthB }]) {
		for (; i < block.a0; i += 1, j += 1) pairs.push([i, j]);
		i = block.a1;
		j = block.b1;
	}
	return pairs;
}

/** Indices of the numbers of `a` that `b` has, too. */
function inBoth(a: Uint32Array, b: Uint32Array, count: number): number[] {
	// Plain loops: over 100,000 lines an iterator takes ten times as long.
	const there = new Uint8Array(count);
	for (let at = 0; at < b.length; at += 1) there[b[at] as number] = 1;
	const found: number[] = [];
	for (let at = 0; at < a.length; at += 1) if (there[a[at] as number] === 1) found.push(at);
	return found;
}

function shift({ a0, a1, b0, b1 }: Block, by: number): Block {
	return { a0: a0 + by, a1: a1 + by, b0: b0 + by, b1: b1 + by };
}
