// Which words of a changed line differ from its old line. What both begin and end with is taken off first: of most changed
// lines nothing is left to search.
import { diffWordsWithSpace } from "diff";
import { bare } from "./lines.ts";

/** Longer lines get no marks. UTF-16 units. */
const MAX_LENGTH = 2000;

/** Ranges [from, to) of UTF-16 units. */
export interface WordMarks {
	before: [number, number][];
	after: [number, number][];
}

/** Ranges of words that differ, or undefined where the lines have too little in common for marks to help. */
export function wordMarks(a: string, b: string): WordMarks | undefined {
	if (a === b || a.length > MAX_LENGTH || b.length > MAX_LENGTH) return undefined;
	const [head, tail] = sharedEnds(a, b);
	const [x, y] = [a.slice(head, a.length - tail), b.slice(head, b.length - tail)];
	const middle = marksOf(x, y);
	if (middle === undefined) return undefined;
	const common = bare(a.slice(0, head)).length + middle.common + bare(a.slice(a.length - tail)).length;
	if (common * 3 < Math.max(bare(a).length, bare(b).length)) return undefined;
	const shifted = ([from, to]: [number, number]): [number, number] => [head + from, head + to];
	return { before: middle.before.map(shifted), after: middle.after.map(shifted) };
}

function marksOf(a: string, b: string): (WordMarks & { common: number }) | undefined {
	const whole = (text: string): [number, number][] => (text === "" ? [] : [[0, text.length]]);
	if (a === "" || b === "" || (isOneWord(a) && isOneWord(b))) return { before: whole(a), after: whole(b), common: 0 };
	const changes = diffWordsWithSpace(a, b, { maxEditLength: 200, timeout: 20 });
	if (changes === undefined) return undefined;
	const found = { before: [] as [number, number][], after: [] as [number, number][], common: 0 };
	let i = 0;
	let j = 0;
	for (const { added, removed, value } of changes) {
		if (removed) found.before.push([i, i + value.length]);
		if (added) found.after.push([j, j + value.length]);
		if (!added) i += value.length;
		if (!removed) j += value.length;
		if (!added && !removed) found.common += bare(value).length;
	}
	return found;
}

/** How much two lines share at their beginning and end, in whole words. UTF-16 units. */
function sharedEnds(a: string, b: string): [head: number, tail: number] {
	const most = Math.min(a.length, b.length);
	let head = 0;
	while (head < most && a.charCodeAt(head) === b.charCodeAt(head)) head += 1;
	while (head > 0 && (isWithin(a, head) || isWithin(b, head))) head -= 1;
	let tail = 0;
	while (tail < most - head && a.charCodeAt(a.length - 1 - tail) === b.charCodeAt(b.length - 1 - tail)) tail += 1;
	while (tail > 0 && (isWithin(a, a.length - tail) || isWithin(b, b.length - tail))) tail -= 1;
	return [head, tail];
}

/** A place that parts a word, or a character of two units. Everything beyond ASCII counts as one word. */
function isWithin(text: string, at: number): boolean {
	return at > 0 && at < text.length && isLetter(text.charCodeAt(at - 1)) && isLetter(text.charCodeAt(at));
}

function isOneWord(text: string): boolean {
	for (let at = 0; at < text.length; at += 1) if (!isLetter(text.charCodeAt(at))) return false;
	return true;
}

function isLetter(code: number): boolean {
	if (code >= 0x80) return true;
	const lower = code | 0x20;
	return (lower >= 0x61 && lower <= 0x7a) || (code >= 0x30 && code <= 0x39) || code === 0x5f;
}
