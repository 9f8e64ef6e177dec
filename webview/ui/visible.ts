// Makes every character of an agent's text visible (DESIGN 2.7, 11). Text that a person approves must not hold anything
// that is drawn as nothing, that changes the order of what is drawn, or that looks like plain space and is none.

export interface Segment {
	/** "escape": an invisible character, `text` is its visible form; "space": spaces to be drawn as dots. */
	kind: "text" | "escape" | "tab" | "space";
	text: string;
	/** Lies in a marked range (a word that differs from the other side). */
	marked: boolean;
	/** What an escaped character is called, where it has a name people know. */
	name?: string;
}

export type Range = readonly [start: number, end: number];

// Controls, format characters (bidi, zero width, tags), unassigned, private use, lone surrogates, line and paragraph
// separators, everything Unicode says may be ignored in display, spaces that are not U+0020, and two symbols drawn blank.
const INVISIBLE =
	/[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800\u{1D159}]|(?! )\p{Zs}/u;
const SPECIAL = new RegExp(`${INVISIBLE.source}|\\p{M}`, "gu");
/** Marks that strike through or enclose the character before them and so can hide it. */
const OVERLAY = /[\u0334-\u0338]|\u0488|\u0489|[\u20D0-\u20F0]/u;
const LETTER = /[\p{L}\p{N}]/u;
const RIGHT_TO_LEFT =
	/[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\p{Script=Adlam}]/u;
const PLAIN = /^[\x20-\x7e]*$/;
/** More combining marks than this on one letter are a pile that can cover the lines around it. */
const MARKS_PER_LETTER = 3;

const NAMES: Record<number, string> = {
	0: "null",
	7: "bell",
	8: "backspace",
	10: "line feed",
	11: "vertical tab",
	12: "form feed",
	13: "carriage return",
	27: "escape",
	127: "delete",
	160: "no-break space",
	173: "soft hyphen",
	8203: "zero width space",
	8204: "zero width non-joiner",
	8205: "zero width joiner",
	8206: "left-to-right mark",
	8207: "right-to-left mark",
	8232: "line separator",
	8233: "paragraph separator",
	8234: "left-to-right embedding",
	8235: "right-to-left embedding",
	8236: "pop directional formatting",
	8237: "left-to-right override",
	8238: "right-to-left override",
	8239: "narrow no-break space",
	8288: "word joiner",
	8294: "left-to-right isolate",
	8295: "right-to-left isolate",
	8296: "first strong isolate",
	8297: "pop directional isolate",
	12288: "ideographic space",
	65279: "byte order mark",
};

/** "⟦U+202E⟧": how an invisible character is written. */
export function escapeOf(character: string): string {
	const code = character.codePointAt(0) ?? 0;
	return `⟦U+${code.toString(16).toUpperCase().padStart(4, "0")}⟧`;
}

/** True when a text box draws all of the text as it is, in the order in which it is stored. */
export function isPlain(text: string): boolean {
	return PLAIN.test(text);
}

/** True when letters of a right-to-left script are in the text: drawn in stored order, which a reader must be told. */
export function hasRightToLeft(text: string): boolean {
	return !PLAIN.test(text) && RIGHT_TO_LEFT.test(text);
}

/**
 * The text of one line in pieces that can be drawn one after the other. Joined, the `text` of all pieces but escapes is
 * the line itself.
 * @param marks ranges in `text`, in order, not overlapping; spaces inside are drawn as dots
 */
export function segments(text: string, marks: readonly Range[] = []): Segment[] {
	if (marks.length === 0 && PLAIN.test(text) && !text.endsWith(" ")) {
		return text === "" ? [] : [{ kind: "text", text, marked: false }];
	}
	const out: Segment[] = [];
	const trailing = trailingStart(text);
	let from = 0;
	for (const [start, character] of specials(text)) {
		addText(out, text, from, start, marks, trailing);
		const marked = isMarked(start, marks);
		if (character === "\t") out.push({ kind: "tab", text: "\t", marked });
		else {
			const name = NAMES[character.codePointAt(0) ?? 0];
			out.push({ kind: "escape", text: escapeOf(character), marked, ...(name === undefined ? {} : { name }) });
		}
		from = start + character.length;
	}
	addText(out, text, from, text.length, marks, trailing);
	return out;
}

/** The text with its invisible characters escaped, for places that take a string only (titles, announcements). */
export function visibleText(text: string): string {
	return segments(text)
		.map(({ kind, text: piece }) => (kind === "tab" ? " " : piece))
		.join("");
}

/** The text on one line: line breaks become "⏎", at most `limit` characters and "…". For summaries only. */
export function oneLine(text: string, limit: number): string {
	const start = text.slice(0, limit + 1).replace(/\r\n|\n|\r/g, " ⏎ ");
	if (text.length <= limit) return start;
	// Never half of a surrogate pair.
	return `${start.slice(0, limit).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

/** Positions of characters that cannot be drawn as they are: tabs, invisible ones, marks that hide. */
function* specials(text: string): Generator<[number, string]> {
	let pile = 0;
	let pileEnd = -1;
	for (const match of text.matchAll(SPECIAL)) {
		const character = match[0];
		if (!/\p{M}/u.test(character) || INVISIBLE.test(character) || OVERLAY.test(character)) {
			yield [match.index, character];
			continue;
		}
		pile = match.index === pileEnd ? pile + 1 : 1;
		pileEnd = match.index + character.length;
		if (pile > MARKS_PER_LETTER || (pile === 1 && !LETTER.test(before(text, match.index)))) {
			// What stands on an escape stands on nothing.
			pile = MARKS_PER_LETTER + 1;
			yield [match.index, character];
		}
	}
}

function before(text: string, index: number): string {
	const low = text.charAt(index - 1);
	return /[\uDC00-\uDFFF]/.test(low) ? text.slice(index - 2, index) : low;
}

function trailingStart(text: string): number {
	let start = text.length;
	while (start > 0 && (text[start - 1] === " " || text[start - 1] === "\t")) start--;
	return start;
}

function isMarked(index: number, marks: readonly Range[]): boolean {
	return marks.some(([start, end]) => index >= start && index < end);
}

/** Adds text[from, to), cut where marks and the trailing white space begin and end. */
function addText(out: Segment[], text: string, from: number, to: number, marks: readonly Range[], trailing: number) {
	let start = from;
	while (start < to) {
		const mark = marks.find(([, end]) => end > start);
		const marked = mark !== undefined && mark[0] <= start;
		let end = to;
		if (mark) end = Math.min(end, marked ? mark[1] : mark[0]);
		if (start < trailing) end = Math.min(end, trailing);
		const dots = marked || start >= trailing;
		for (const piece of dots ? text.slice(start, end).split(/( +)/) : [text.slice(start, end)]) {
			if (piece === "") continue;
			out.push({ kind: dots && piece.startsWith(" ") ? "space" : "text", text: piece, marked });
		}
		start = end;
	}
}
