// From ranges that were found to what is masked: not what is masked already, not words with expansions, and what overlaps
// once.
import { MASK } from "./redactValues.ts";

export interface Range {
	start: number;
	end: number;
	kind: string;
	/** Known by its own shape, which names the kind better than what stands around it. */
	byShape: boolean;
}

/** The length is rounded up: the exact one helps guessing. */
export function mask(kind: string, length: number): string {
	return `${MASK}${kind}~${Math.ceil(length / 8) * 8}]`;
}

/** A part of a text that is left as it is. */
interface Kept {
	start: number;
	end: number;
	/** It may begin a command whose words go on behind it: nothing that follows in the same range is masked. */
	opens: boolean;
}

/** What may be masked of these ranges, in order, without overlaps. `prose`: a backtick is a quotation mark. */
export function maskable(text: string, ranges: Range[], prose: boolean): Range[] {
	const kept = disjoint([...masks(text), ...expansions(text, prose)]);
	const parts = kept.length === 0 ? ranges : ranges.flatMap((range) => without(text, range, kept));
	return merged(parts.sort((a, b) => a.start - b.start || Number(b.byShape) - Number(a.byShape)));
}

function masks(text: string): Kept[] {
	if (!text.includes(MASK)) return [];
	const found = text.matchAll(/\[redacted:[a-z0-9-]{1,40}~\d{1,10}\]/g);
	return Array.from(found, ({ index, 0: all }) => ({ start: index, end: index + all.length, opens: false }));
}

// PowerShell's $env:NAME = value sets a variable; the value is looked at by itself.
const EXPANSION = /`|\$(?!env:[A-Za-z_]\w{0,127}[ \t]{0,4}=)[A-Za-z0-9_{(@*#?$!'"-]/gi;
const BEFORE_WORD = /[\s;|&<>(),]/;
const AFTER_WORD = /[\s;|&<>(,]|$/g;

/** Words in which a shell would put something else for a part: their effect is not in their letters. */
function expansions(text: string, prose: boolean): Kept[] {
	const words: Kept[] = [];
	let done = 0;
	for (const { index, 0: sign } of text.matchAll(EXPANSION)) {
		if (prose && sign === "`") continue;
		const opens = sign === "`" || sign === "$(" || sign === "${";
		let start = index;
		while (start > done && !BEFORE_WORD.test(text[start - 1] as string)) start -= 1;
		done = index;
		const last = words.at(-1);
		// The word behind "$(" is the command that runs.
		const from = index + sign.length;
		let end = last?.end ?? 0;
		if (from > end) {
			AFTER_WORD.lastIndex = from;
			end = AFTER_WORD.exec(text)?.index ?? text.length;
		}
		if (last === undefined || start > last.end) words.push({ start, end, opens });
		else Object.assign(last, { end, opens: last.opens || opens });
	}
	return words;
}

function disjoint(parts: Kept[]): Kept[] {
	const result: Kept[] = [];
	for (const part of parts.sort((a, b) => a.start - b.start)) {
		const last = result.at(-1);
		if (last === undefined || part.start >= last.end) result.push(part);
		else Object.assign(last, { end: Math.max(last.end, part.end), opens: last.opens || part.opens });
	}
	return result;
}

/** What is left of a range beside the parts that are kept. */
function without(text: string, range: Range, kept: readonly Kept[]): Range[] {
	let low = 0;
	for (let high = kept.length; low < high; ) {
		const middle = (low + high) >> 1;
		if ((kept[middle] as Kept).end <= range.start) low = middle + 1;
		else high = middle;
	}
	if (low === kept.length || (kept[low] as Kept).start >= range.end) return [range];
	const result: Range[] = [];
	let from = range.start;
	const add = (to: number) => {
		const part = text.slice(from, to);
		const start = from + part.length - part.trimStart().length;
		const end = from + part.trimEnd().length;
		if (end > start) result.push({ ...range, start, end });
	};
	for (let one = kept[low]; one !== undefined && one.start < range.end; one = kept[++low]) {
		add(one.start);
		if (one.opens) return result;
		from = one.end;
	}
	add(range.end);
	return result;
}

/** Ranges that overlap become one. */
function merged(ranges: readonly Range[]): Range[] {
	const result: Range[] = [];
	for (const range of ranges) {
		const last = result.at(-1);
		if (last === undefined || range.start >= last.end) {
			result.push({ ...range });
			continue;
		}
		last.end = Math.max(last.end, range.end);
		if (range.byShape && !last.byShape) Object.assign(last, { kind: range.kind, byShape: true });
	}
	return result;
}
