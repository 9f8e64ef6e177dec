// A text as it would read without its terminal colours, string escapes, marks of a diff and characters that nobody sees, and
// where each place of it lies in the text.
//
// A secret in coloured output, in a diff or in JSON within JSON has characters before it that do not belong to it: an "m" of
// a colour, a "-", the "n" of a line break. Searching this view, too, finds it.

import { skip } from "./redactValues.ts";

const ESCAPE = String.fromCharCode(27);
const BELL = String.fromCharCode(7);
const COLOUR = `(?:${ESCAPE}|\\\\{1,8}(?:u001[bB]|x1[bB]|033|e(?=[[\\]])))`;
const CONTROL = `${COLOUR}(?:\\[[0-9;:?]{0,32}[@-~]|\\][^${BELL}${ESCAPE}\\\\]{0,200}(?:${BELL}|${ESCAPE}\\\\|\\\\{1,8}u0007))`;
const COLOURS = new RegExp(CONTROL, "y");
/** What begins a line of a diff, coloured or not. */
const CHANGED = new RegExp(`(?:${CONTROL}){0,3}[-+](?![-+])`, "y");
const BACKSLASHES = /\\{1,8}/y;
const INDENT = /(?:\\{1,8}t){1,40}/y;
const HEX = /u00([0-7][0-9a-fA-F])/y;

/** Characters without width, and wide ones for narrow: a name that is spelled with them still reads as one. */
const UNSEEN = "\u00ad\u200b\u200c\u200d\u2060\ufeff";
const WIDE = new Map([
	["\uff1d", "="],
	["\uff1a", ":"],
]);
const ANY_UNSEEN = new RegExp(`[${UNSEEN}]`, "g");
const UNSEEN_ESCAPE = /u(?:00ad|200[bcd]|2060|feff)/iy;
const WIDE_ESCAPE = /uff1[da]/iy;

/** A text without characters that have no width. */
export function visible(text: string): string {
	return text.replace(ANY_UNSEEN, "");
}

/** A part of a text that reads as something else: its end, and the character it stands for or "". */
interface Token {
	end: number;
	as: string;
}

/** The token that begins at a place, if one does. */
function tokenAt(text: string, at: number): Token | undefined {
	if (at === 0 || text.charCodeAt(at - 1) === 0x0a) {
		const end = skip(CHANGED, text, at);
		if (end > at) return { end, as: "" };
	}
	const char = text[at] as string;
	const wide = WIDE.get(char);
	if (wide !== undefined || UNSEEN.includes(char)) return { end: at + 1, as: wide ?? "" };
	const letterAt = skip(BACKSLASHES, text, at);
	if (letterAt > at)
		switch (text.charCodeAt(letterAt)) {
			case 0x6e: // n
				return { end: skip(CHANGED, text, skip(INDENT, text, letterAt + 1)), as: "\n" };
			case 0x72: // r
				return { end: letterAt + 1, as: "\n" };
			case 0x74: // t
				return { end: skip(INDENT, text, letterAt + 1), as: "\t" };
			case 0x75: {
				// u
				const unseen = skip(UNSEEN_ESCAPE, text, letterAt);
				if (unseen > letterAt) return { end: unseen, as: "" };
				const wide = skip(WIDE_ESCAPE, text, letterAt);
				if (wide > letterAt) return { end: wide, as: /d/i.test(text[wide - 1] as string) ? "=" : ":" };
				break;
			}
			case 0x2f: // /
				return { end: letterAt + 1, as: "/" };
			case 0x22: // "
				return undefined;
		}
	const colours = skip(COLOURS, text, at);
	if (colours > at) return { end: colours, as: "" };
	const end = letterAt > at ? skip(HEX, text, letterAt) : letterAt;
	return end === letterAt ? undefined : { end, as: String.fromCharCode(Number.parseInt(text.slice(end - 2, end), 16)) };
}

/** Where tokens may begin, in order: a text is mostly passed by what finds a character fastest. */
class Starts {
	readonly #text: string;
	readonly #next = SIGNS.map(() => -1);

	constructor(text: string) {
		this.#text = text;
	}

	/** The first at or behind a place; the length of the text where there is none. */
	from(at: number): number {
		let first = this.#text.length;
		for (let index = 0; index < SIGNS.length; index += 1) {
			let next = this.#next[index] as number;
			if (next < at) {
				const sign = SIGNS[index] as string;
				const found = this.#text.indexOf(sign, Math.max(0, at + 1 - sign.length));
				next = found < 0 ? this.#text.length : found + sign.length - 1;
				this.#next[index] = next;
			}
			if (next < first) first = next;
		}
		return first;
	}
}
const SIGNS = ["\\", ESCAPE, "\n-", "\n+", ...UNSEEN, ...WIDE.keys()];

export interface View {
	text: string;
	/** The range of the text itself that a range of the view stands for. */
	range(start: number, end: number): [start: number, end: number];
}

/** Undefined for a text that reads the same. */
export function viewOf(text: string): View | undefined {
	// Where the view goes on after each token: place in the view, place in the text, and the length there of that one
	// character if it is a decoded one.
	const inView = [0];
	const inText = [0];
	const width = [1];
	const parts: string[] = [];
	let length = 0;
	let done = 0;
	const starts = new Starts(text);
	for (let at = 0; at < text.length; at = starts.from(at)) {
		const token = tokenAt(text, at);
		if (token === undefined) {
			// Each backslash of a run would look at the rest of it.
			at = Math.max(at + 1, skip(BACKSLASHES, text, at));
			continue;
		}
		parts.push(text.slice(done, at));
		length += at - done;
		done = token.end;
		if (token.as !== "") {
			inView.push(length);
			inText.push(at);
			width.push(done - at);
			parts.push(token.as);
			length += 1;
		}
		inView.push(length);
		inText.push(done);
		width.push(1);
		at = done;
	}
	if (done === 0) return undefined;
	parts.push(text.slice(done));
	/** The last token at or before a place of the view. */
	const entryAt = (place: number) => {
		let low = 0;
		let high = inView.length - 1;
		while (low < high) {
			const middle = (low + high + 1) >> 1;
			if ((inView[middle] as number) <= place) low = middle;
			else high = middle - 1;
		}
		return low;
	};
	const placeOf = (place: number, token: number) => (inText[token] as number) + place - (inView[token] as number);
	return {
		text: parts.join(""),
		range(start, end) {
			const last = entryAt(end - 1);
			return [placeOf(start, entryAt(start)), placeOf(end - 1, last) + (width[last] as number)];
		},
	};
}
