// Lines of a text with their line breaks kept, and which of them two texts share. Time is bounded: where the exact answer
// would take too long, a coarser one that is just as true is given.
import { diffArrays } from "diff";

/** Texts with more lines than this are replaced as a whole. */
export const MAX_LINES = 300_000;
/** Edits after which the search for the shortest script is given up, and the milliseconds it may take. */
const LIMITS = { maxEditLength: 3000, timeout: 100 };

/** Lines [a0, a1) of the old text became lines [b0, b1) of the new one. */
export interface Block {
	a0: number;
	a1: number;
	b0: number;
	b1: number;
}

/** The lines of a text, each with its line break: \r\n, \n or a lone \r. Joined they are the text again. */
export function splitLines(text: string): string[] {
	const lines: string[] = [];
	let start = 0;
	for (let at = 0; at < text.length; at += 1) {
		const code = text.charCodeAt(at);
		if (code !== 0x0a && code !== 0x0d) continue;
		if (code === 0x0d && text.charCodeAt(at + 1) === 0x0a) at += 1;
		lines.push(text.slice(start, at + 1));
		start = at + 1;
	}
	if (start < text.length) lines.push(text.slice(start));
	return lines;
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

export function changesOf(a: readonly string[], b: readonly string[]): LineChanges {
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
	const blocks = differing(before, after) ?? withoutWhiteSpace(before, after);
	return blocks === undefined ? coarse : { blocks: blocks.map((block) => shift(block, head)), coarse: false };
}

/**
 * Pairs [i, j] of the lines of a block that are equal but for white space, in order.
 * @param coarse the block is what was left when the search was given up: only lines in the same place are compared
 */
export function loosePairs(a: readonly string[], b: readonly string[], coarse: boolean): [number, number][] {
	if (a.length > MAX_LINES || b.length > MAX_LINES) return [];
	const before = a.map(bare);
	const after = b.map(bare);
	const blocks = coarse ? undefined : differing(before, after);
	if (blocks !== undefined) return equalPairs(blocks, a.length, b.length);
	const pairs: [number, number][] = [];
	for (let i = 0; i < Math.min(a.length, b.length); i += 1) if (before[i] === after[i]) pairs.push([i, i]);
	return pairs;
}

function differing(a: readonly string[], b: readonly string[]): Block[] | undefined {
	const numbered = numbering();
	const changes = diffArrays(numbered(a), numbered(b), LIMITS);
	if (changes === undefined) return undefined;
	const blocks: Block[] = [];
	let i = 0;
	let j = 0;
	let open: Block | undefined;
	for (const { added, removed, count } of changes) {
		if (!added && !removed) {
			i += count;
			j += count;
			open = undefined;
			continue;
		}
		if (open === undefined) {
			open = { a0: i, a1: i, b0: j, b1: j };
			blocks.push(open);
		}
		if (removed) i += count;
		else j += count;
		open.a1 = i;
		open.b1 = j;
	}
	return blocks;
}

function withoutWhiteSpace(a: readonly string[], b: readonly string[]): Block[] | undefined {
	const loose = differing(a.map(bare), b.map(bare));
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

/** Numbers for lines, equal where the lines are: comparing long lines again and again would cost their length. */
function numbering(): (lines: readonly string[]) => number[] {
	const numbers = new Map<string, number>();
	return (lines) =>
		lines.map((line) => {
			const known = numbers.get(line);
			if (known === undefined) numbers.set(line, numbers.size);
			return known ?? numbers.size - 1;
		});
}

function shift({ a0, a1, b0, b1 }: Block, by: number): Block {
	return { a0: a0 + by, a1: a1 + by, b0: b0 + by, b1: b1 + by };
}
