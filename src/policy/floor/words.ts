// From a line of shell to the words of one simple command, or to the first thing that makes it more than that.
// The line is read twice, by a bash parser and by the few rules below, and both must agree on every word: a character
// that any of bash, zsh or dash could treat as more than itself makes it ask.
import { parse, type Word } from "unbash";
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";

/** Claude Code's own limit for what it still analyses; a longer line is nothing a person reads at a glance either. */
export const MAX_LINE = 10_000;

export interface PlainWord {
	/** As written. */
	text: string;
	/** With its quotes taken off: what the command gets. */
	value: string;
}

export type PlainLine = { words: PlainWord[] } | { why: Message };

/** Plain characters outside quotes: no shell gives them a meaning in the middle of a word. */
const BARE = /^[A-Za-z0-9_./:@%+,=\p{L}\p{N}-]+/u;
/** Inside double quotes `$`, backquote, backslash and (in interactive shells) "!" act. */
const DOUBLE_QUOTED = /^"([^"$`\\!]*)"/;
const SINGLE_QUOTED = /^'([^']*)'/;

/** The words of a line that is one simple command of literal words; otherwise why it is not. Never throws. */
export function plainLine(line: string): PlainLine {
	if (line.length > MAX_LINE) return { why: message("why.tooLong", { count: line.length }) };
	if (/[\n\r]/.test(line)) return { why: message("why.notSimple") };
	if (hidden(line)) return { why: message("why.hidden") };
	const script = parseOrNothing(line);
	if (script === undefined) return { why: message("why.notParsed") };
	if (script.errors !== undefined && script.errors.length > 0) return { why: message("why.notParsed") };
	const [statement, more] = script.commands;
	const command = statement?.command;
	if (more !== undefined || statement?.background || command?.type !== "Command") {
		return { why: message("why.notSimple") };
	}
	if (command.name === undefined || command.prefix.length > 0) return { why: message("why.notSimple") };
	const parsed: Word[] = [command.name];
	for (const part of command.suffix) {
		if (part.type !== "Word") return { why: message("why.notSimple") };
		parsed.push(part);
	}
	return readWords(line, parsed);
}

/** The parser's tree; undefined when it gives up (it is not known to, but a line that breaks it must only ask). */
export function parseOrNothing(line: string): ReturnType<typeof parse> | undefined {
	try {
		return parse(line);
	} catch {
		return undefined;
	}
}

function readWords(line: string, parsed: readonly Word[]): PlainLine {
	const words: PlainWord[] = [];
	let end = 0;
	for (const word of parsed) {
		const text = line.slice(word.pos, word.end);
		const value = plainValue(text);
		if (value === undefined || value !== word.value) return { why: message("why.expansion", { word: clip(text) }) };
		// Between words there is nothing but spaces: no operator, comment or redirection that the tree does not show.
		if (!/^ *$/.test(line.slice(end, word.pos))) return { why: message("why.notSimple") };
		words.push({ text, value });
		end = word.end;
	}
	if (!/^ *$/.test(line.slice(end))) return { why: message("why.notSimple") };
	return { words };
}

/** What a word of plain characters and simple quotes means; undefined for anything else. */
function plainValue(text: string): string | undefined {
	if (text === "") return undefined;
	let rest = text;
	let value = "";
	while (rest !== "") {
		const bare = BARE.exec(rest);
		const quoted = bare === null ? (SINGLE_QUOTED.exec(rest) ?? DOUBLE_QUOTED.exec(rest)) : null;
		const piece = bare ?? quoted;
		if (piece === null) return undefined;
		// zsh puts the path of a command in the place of "=name": at the start of a word, also behind empty quotes, and with
		// MAGIC_EQUAL_SUBST behind "=" and ":".
		if (bare !== null && (/[=:]=/.test(bare[0]) || (bare[0].startsWith("=") && /^$|[=:]$/.test(value))))
			return undefined;
		value += bare === null ? (piece[1] ?? "") : piece[0];
		rest = rest.slice(piece[0].length);
	}
	return value;
}

/** Control characters, characters that do not show, and every blank but a space; of non-ASCII, letters and digits only. */
function hidden(line: string): boolean {
	return (
		/[\x00-\x1f\x7f-\x9f]|\p{Default_Ignorable_Code_Point}/u.test(line) ||
		/[^\x20-\x7e\p{L}\p{N}]/u.test(line) ||
		line !== line.normalize("NFC")
	);
}
