// The inline diff of a card: hunks with three lines of context, exact to the last line break, and bounded in time and size.
import { createHash } from "node:crypto";
import type { CardFile, DiffLine, Hunk } from "../protocol/card.ts";
import type { FileChange, FileSide } from "./change.ts";
import {
	type Block,
	changesOf,
	loosePairs,
	MAX_LINES,
	type SearchTime,
	splitAtMost,
	splitBreak,
	splitLines,
} from "./lines.ts";
import { countLines, firstLines, middleOf, seemsToHaveMore } from "./middle.ts";
import { wordMarks } from "./wordMarks.ts";

/** Unchanged lines around a change. */
const CONTEXT = 3;
/** Blocks with more lines get no word marks. */
const MAX_MARKED_LINES = 200;
/** All searches about one file. A card is to be up in a tenth of a second, and the native diff searches on its own. */
const SEARCH_MS = 50;

/** What a card may still hold. One budget for all files of a card; it is used up as lines are taken. */
export interface DiffBudget {
	lines: number;
	/** UTF-16 units of line text. */
	chars: number;
	/** Milliseconds left for word marks. */
	markMs: number;
}

/** About 2,000 lines: more is for the native diff. */
export function newBudget(): DiffBudget {
	return { lines: 2000, chars: 400_000, markMs: 50 };
}

export interface FileDiff {
	hunks: Hunk[];
	added: number;
	removed: number;
	/** Changed lines that differ from their old line in white space only, line break equal or not. */
	whitespaceOnly: number;
	/** Changed lines whose text is the same and whose line break is not. */
	eolOnly: number;
	/** Lines were left out of `hunks`; the counts are of all. */
	cut: boolean;
}

const NOTHING: FileDiff = { hunks: [], added: 0, removed: 0, whitespaceOnly: 0, eolOnly: 0, cut: false };

/** Hears the lines that are new, as one text, of which no more than this is made. UTF-16 units. */
type NoteNew = (text: string) => void;
export const MAX_NEW = 200_000;

/** The differences of two texts in UTF-8. What they share at both ends costs next to nothing. */
function diffBytes(before: Buffer, after: Buffer, budget: DiffBudget, note: NoteNew): FileDiff {
	if (before.equals(after)) return { ...NOTHING, hunks: [] };
	const middle = middleOf(before, after, CONTEXT);
	const around = middle.head + middle.tail;
	const linesOf = (bytes: Buffer) =>
		seemsToHaveMore(bytes, MAX_LINES) ? undefined : splitAtMost(bytes.toString("utf8"), MAX_LINES + around);
	const [old, now] = [linesOf(middle.before), linesOf(middle.after)];
	if (old !== undefined && now !== undefined) return diffLines(old, now, budget, middle.skipped, note);
	const [removed, added] = [countLines(middle.before) - around, countLines(middle.after) - around];
	if (Math.max(removed, added) <= MAX_LINES)
		return diffLines(splitLines(String(middle.before)), splitLines(String(middle.after)), budget, middle.skipped, note);
	// Without the equal lines in front.
	note(beginningOf(middle.after.subarray(firstLines(middle.after, middle.head).length), middle.start === 0));
	// Replaced as a whole; no more of it is made into lines than fit.
	const most = Math.max(0, budget.lines) + 1;
	const [a, b] = [middle.before, middle.after].map((bytes) =>
		splitLines(firstLines(bytes, middle.head + most).toString("utf8")),
	) as [string[], string[]];
	const block: Block = {
		...{ a0: middle.head, a1: middle.head + Math.min(removed, most) },
		...{ b0: middle.head, b1: middle.head + Math.min(added, most) },
	};
	const result: FileDiff = { ...NOTHING, hunks: [], removed, added };
	writeHunk(result, a, b, budget, middle.skipped, [block], new Map());
	return result;
}

/** The differences of two texts. An absent side has no lines. */
export function diffTexts(before: string, after: string, budget: DiffBudget): FileDiff {
	return diffLines(splitLines(before), splitLines(after), budget, 0);
}

/** @param skipped lines before both that are not in them */
function diffLines(a: string[], b: string[], budget: DiffBudget, skipped: number, note?: NoteNew): FileDiff {
	const time: SearchTime = { ms: SEARCH_MS };
	const { blocks, coarse } = changesOf(a, b, time);
	// Where the search was given up, equal lines are in the block, and so many of them that others would be left out.
	const old = coarse ? new Set(a) : undefined;
	const fresh = newText(b, blocks, old);
	note?.(skipped === 0 && blocks[0]?.b0 === 0 ? withoutMark(fresh) : fresh);
	const result: FileDiff = { ...NOTHING, hunks: [] };
	const pairs = new Map<Block, [number, number][]>();
	for (const block of blocks) {
		result.removed += block.a1 - block.a0;
		result.added += block.b1 - block.b0;
		const found = loosePairs(a.slice(block.a0, block.a1), b.slice(block.b0, block.b1), coarse, time);
		pairs.set(block, found);
		for (const [i, j] of found) {
			const eolOnly = splitBreak(a[block.a0 + i] ?? "").text === splitBreak(b[block.b0 + j] ?? "").text;
			result[eolOnly ? "eolOnly" : "whitespaceOnly"] += 1;
		}
	}
	for (const group of grouped(blocks)) {
		writeHunk(result, a, b, budget, skipped, group, pairs);
		if (result.cut) break;
	}
	return result;
}

/** Of so much that is new that it is not split into lines. */
function beginningOf(bytes: Buffer, isStart: boolean): string {
	const text = bytes.toString("utf8", 0, 4 * MAX_NEW).slice(0, MAX_NEW);
	return isStart ? withoutMark(text) : text;
}

/** The byte order mark is a fact of its own on the card. */
function withoutMark(text: string): string {
	return text.startsWith("\ufeff") ? text.slice(1) : text;
}

function newText(lines: readonly string[], blocks: readonly Block[], old?: ReadonlySet<string>): string {
	let text = "";
	for (const { b0, b1 } of blocks)
		for (let at = b0; at < b1 && text.length < MAX_NEW; at += 1) {
			const line = lines[at] as string;
			if (old?.has(line) !== true) text += line;
		}
	return text.slice(0, MAX_NEW);
}

/** Adds a hunk to a result, or says that it is cut. */
function writeHunk(
	result: FileDiff,
	a: string[],
	b: string[],
	budget: DiffBudget,
	skipped: number,
	blocks: Block[],
	pairs: Map<Block, [number, number][]>,
): void {
	if (budget.lines <= 0 || budget.chars <= 0) {
		result.cut = true;
		return;
	}
	const hunk = new HunkWriter(a, b, budget, skipped);
	hunk.write(blocks, pairs);
	if (hunk.lines.length > 0) result.hunks.push({ lines: hunk.lines });
	if (hunk.cut) result.cut = true;
}

/** Blocks whose contexts touch share a hunk. */
function grouped(blocks: Block[]): Block[][] {
	const groups: Block[][] = [];
	for (const block of blocks) {
		const last = groups.at(-1)?.at(-1);
		if (last !== undefined && block.a0 - last.a1 <= 2 * CONTEXT) groups.at(-1)?.push(block);
		else groups.push([block]);
	}
	return groups;
}

class HunkWriter {
	readonly lines: DiffLine[] = [];
	cut = false;
	readonly #a: string[];
	readonly #b: string[];
	readonly #budget: DiffBudget;
	readonly #skipped: number;

	constructor(a: string[], b: string[], budget: DiffBudget, skipped: number) {
		this.#skipped = skipped;
		this.#a = a;
		this.#b = b;
		this.#budget = budget;
	}

	write(blocks: Block[], pairs: Map<Block, [number, number][]>): void {
		const [first] = blocks;
		const last = blocks.at(-1);
		if (first === undefined || last === undefined) return;
		let at = Math.max(0, first.a0 - CONTEXT);
		for (const block of blocks) {
			for (; at < block.a0; at += 1) this.#put(" ", at, at - block.a0 + block.b0);
			const marks = this.#marks(block, pairs.get(block) ?? []);
			for (let i = block.a0; i < block.a1; i += 1) this.#put("-", i, undefined, marks.before.get(i));
			for (let j = block.b0; j < block.b1; j += 1) this.#put("+", undefined, j, marks.after.get(j));
			at = block.a1;
		}
		const end = Math.min(this.#a.length, last.a1 + CONTEXT);
		for (; at < end; at += 1) this.#put(" ", at, at - last.a1 + last.b1);
	}

	#put(op: DiffLine["op"], i: number | undefined, j: number | undefined, mark?: [number, number][]): void {
		if (this.cut) return;
		const line = i === undefined ? this.#b[j ?? 0] : this.#a[i];
		const { text, eol } = splitBreak(line ?? "");
		this.#budget.lines -= 1;
		this.#budget.chars -= text.length;
		if (this.#budget.lines < 0 || this.#budget.chars < 0) {
			this.cut = true;
			return;
		}
		this.lines.push({
			op,
			...(i === undefined ? {} : { before: this.#skipped + i + 1 }),
			...(j === undefined ? {} : { after: this.#skipped + j + 1 }),
			text,
			eol,
			...(mark === undefined ? {} : { mark }),
		});
	}

	/** Which words of changed lines differ. Lines are paired by what they are without white space, else by place. */
	#marks(block: Block, loose: [number, number][]): { before: Marks; after: Marks } {
		const found = { before: new Map(), after: new Map() } as { before: Marks; after: Marks };
		const [removed, added] = [block.a1 - block.a0, block.b1 - block.b0];
		if (this.cut || removed === 0 || added === 0 || Math.max(removed, added) > MAX_MARKED_LINES) return found;
		const byPlace = removed === added ? Array.from({ length: removed }, (_, i): [number, number] => [i, i]) : [];
		for (const [i, j] of loose.length > 0 ? loose : byPlace) {
			if (this.#budget.markMs <= 0) break;
			const started = performance.now();
			const words = wordMarks(
				splitBreak(this.#a[block.a0 + i] ?? "").text,
				splitBreak(this.#b[block.b0 + j] ?? "").text,
			);
			this.#budget.markMs -= performance.now() - started;
			if (words === undefined) continue;
			if (words.before.length > 0) found.before.set(block.a0 + i, words.before);
			if (words.after.length > 0) found.after.set(block.b0 + j, words.after);
		}
		return found;
	}
}

type Marks = Map<number, [number, number][]>;

/** What a card shows of a file, and what is to be looked through. Without bytes, so it travels at little cost. */
export interface Drawn {
	shown: Pick<CardFile, "binary" | "before" | "after"> & FileDiff;
	/** Lines that are new; of a file that is no text, or does not differ, none. */
	written?: string;
}

export function drawFile({ before, after }: Pick<FileChange, "before" | "after">, budget: DiffBudget): Drawn {
	const binary = before?.binary === true || after?.binary === true;
	let written: string | undefined;
	const note = (text: string) => {
		written = text;
	};
	// No line of it is drawn, so what is written in the place of a file that is no text matters all the more.
	if (binary && after?.binary === false) note(beginningOf(after.bytes, after.bom));
	const diff = binary
		? { ...NOTHING, hunks: [] }
		: diffBytes(before?.bytes ?? EMPTY, after?.bytes ?? EMPTY, budget, note);
	return {
		shown: {
			binary,
			...(before === undefined ? {} : { before: cardSide(before) }),
			...(after === undefined ? {} : { after: cardSide(after) }),
			...diff,
		},
		...(written === undefined ? {} : { written }),
	};
}

const EMPTY = Buffer.alloc(0);

function cardSide({ bytes, eol, bom, finalNewline, mode }: FileSide): NonNullable<CardFile["before"]> {
	const sha256 = createHash("sha256").update(bytes).digest("hex");
	return { size: bytes.length, sha256, eol, bom, finalNewline, ...(mode === undefined ? {} : { mode }) };
}
