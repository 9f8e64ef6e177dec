// Reads a line of shell, after refusing what no reader should be trusted with: text that does not show, and more of it
// than a person reads at a glance or a parser takes in its stride.
import { type ParsedScript, parse } from "unbash";
import { type Message, message } from "../../protocol/messages.ts";

/** Claude Code's own limit for what it still analyses. Characters. */
export const MAX_LINE = 10_000;

/** How often these may stand in a line: nesting, here-documents and braces make parsers slow (measured with unbash 6). */
const MAX_OPENED = {
	...{ "`": 60, "(": 200, "{": 200, "<<": 8, "[": 400, ";": 400, "|": 300, "&": 200, "<": 200, ">": 200, "*": 300 },
	...{ "?": 300, "\n": 400, $: 400, '"': 1000, "'": 1000 },
};

export type Parsed = { script: ParsedScript } | { why: Message };

/** The tree of a line, or why it is not to be read. Never throws. */
export function parseLine(line: string): Parsed {
	if (line.length > MAX_LINE) return { why: message("why.tooLong", { count: line.length }) };
	if (hidden(line)) return { why: message("why.hidden") };
	for (const [opened, most] of Object.entries(MAX_OPENED)) {
		if (line.split(opened, most + 2).length > most + 1) return { why: message("why.tooDeep") };
	}
	const script = parseOrNothing(line);
	if (script === undefined || (script.errors !== undefined && script.errors.length > 0)) {
		return { why: message("why.notParsed") };
	}
	return { script };
}

/** The parser's tree; undefined when it gives up (it is not known to, but a line that breaks it must only ask). */
export function parseOrNothing(line: string): ParsedScript | undefined {
	try {
		return parse(line);
	} catch {
		return undefined;
	}
}

/** An emoji may be followed by a selector of its look, or be joined to another one: those two do not hide anything. */
const EMOJI_JOINTS = /(?<=\p{Extended_Pictographic}|\u{fe0f})[\u{fe0f}\u{200d}]/gu;

/** Control characters but line feed and tab, characters that do not show or turn the text around, blanks but the space. */
function hidden(line: string): boolean {
	if (/^[\n\t\x20-\x7e]*$/.test(line)) return false;
	const text = line.replace(EMOJI_JOINTS, "");
	return (
		!line.isWellFormed() ||
		/[\x00-\x08\x0b-\x1f\x7f-\x9f]|\p{Default_Ignorable_Code_Point}|\p{Bidi_C}|(?! )[\p{Z}\p{Co}\p{Cn}]/u.test(text)
	);
}

/**
 * The first comment that another shell could take for more than that: zsh at a prompt has no comments. Comments are found
 * by what is not part of any word.
 * @param words where words and here-documents stand, [from, to)
 */
export function loadedComment(line: string, words: readonly (readonly [number, number])[]): boolean {
	if (!line.includes("#")) return false;
	let over = 0;
	for (const { index } of line.matchAll(/(?<=^|[\s;&|()])#/g)) {
		if (index < over || words.some(([from, to]) => from <= index && index < to)) continue;
		const end = line.indexOf("\n", index);
		over = end === -1 ? line.length : end;
		if (/[;&|<>$`()]/.test(line.slice(index, over))) return true;
	}
	return false;
}
