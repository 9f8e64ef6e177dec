// Proves of a sed script that it only filters text.
//
// There are many seds (GNU, FreeBSD and macOS, OpenBSD, busybox, toybox), and which one runs is not known. A script is
// harmless when every one of them either reads the same harmless commands in it, or stops with an error before it
// starts. Where two of them read different commands, it is refused.
import { isPlain, matchAt, type Scan, take, UNSURE } from "./scan.ts";

const RUNS = "runs a command (e)";

const REFUSED: Readonly<Record<string, string>> = {
	e: RUNS,
	w: "writes a file (w)",
	W: "writes a file (W)",
	r: "reads another file (r)",
	R: "reads another file (R)",
};

/** The BSDs cut a line at 2048 bytes and read the rest as a line of its own: as commands. */
const MAX_LINE_BYTES = 2_000;

const BETWEEN = /[ \t;\n]*/y;
const LINE = /[^\n]*/y;
const LINE_END = /\n/y;
const COMMAND_END = /[ \t]*(?:;|(?=[}#\n])|$)/y;
const ADDRESS = /\d+(?:[ \t]*~[ \t]*\d+)?|\$/y;
const COMMA = /[ \t]*,[ \t]*/y;
const SECOND_ADDRESS = /[+~]?\d+|\$/y;
const ADDRESS_FLAGS = /(?:[ \t]*[IM])*/y;
const NEGATION = /[ \t]*(?:![ \t]*)?/y;
const LABEL = /[ \t]*[\w.-]+/y;
/** A label that is left out is the end of the script. */
const TARGET = /[ \t]*[\w.-]*/y;
const COUNT = /[ \t]*\d*/y;
/** "a\", line end, text; GNU also "a\text" and "a text". */
const TEXT_START = /[ \t]*(?:\\(?:[ \t]*\n)?)?/y;
/** No letters, digits or blanks (an escaped one has a meaning of its own), no backslash, no brackets. */
const DELIMITER = /[!-/:-@^_`{-~]/y;
const FLAGS = /[ \tgpiImM\d]*/y;
const CLASS = /\[:[a-z]+:\]/y;

interface Reader extends Scan {
	/** Blocks that are open. */
	blocks: number;
	/**
	 * A label stands earlier on this line. The BSDs read a label up to the end of the line, GNU up to ";": for them the
	 * rest of the line is no commands. So nothing on it may reach into the next line, which both read as commands.
	 */
	labelled: boolean;
}

/**
 * What the script does beyond filtering. Never throws; takes time in proportion to the script's length.
 * @param script all -e pieces, joined by line ends
 * @returns completes "the script ..."; undefined when it only filters
 */
export function checkSed(script: string): string | undefined {
	if (!isPlain(script)) return UNSURE;
	if (script.split("\n").some((line) => Buffer.byteLength(line) > MAX_LINE_BYTES)) return UNSURE;
	const reader: Reader = { text: script, at: 0, blocks: 0, labelled: false };
	for (;;) {
		if (take(reader, BETWEEN)?.includes("\n")) reader.labelled = false;
		if (reader.at === script.length) return reader.blocks === 0 ? undefined : UNSURE;
		const refused = readCommand(reader);
		if (refused !== undefined) return refused;
	}
}

function readCommand(reader: Reader): string | undefined {
	if (!readAddresses(reader)) return UNSURE;
	const command = reader.text[reader.at] ?? "";
	reader.at += 1;
	switch (command) {
		case "{":
			reader.blocks += 1;
			return undefined;
		case "}":
			reader.blocks -= 1;
			return reader.blocks >= 0 && endCommand(reader) ? undefined : UNSURE;
		case "#":
			// busybox goes on with the comment after a backslash.
			return take(reader, LINE)?.endsWith("\\") ? UNSURE : undefined;
		case "a":
		case "i":
		case "c":
			return readText(reader) ? undefined : UNSURE;
		case ":":
			return readLabel(reader, LABEL) ? undefined : UNSURE;
		case "b":
		case "t":
		case "T":
		case "v":
			return readLabel(reader, TARGET) ? undefined : UNSURE;
		case "l":
		case "q":
		case "Q":
			take(reader, COUNT);
			return endCommand(reader) ? undefined : UNSURE;
		case "s":
			return readSubstitution(reader);
		case "y":
			return readTransliteration(reader) ? undefined : UNSURE;
		default:
			if (REFUSED[command] !== undefined) return REFUSED[command];
			return /[=dDFgGhHnNpPxz]/.test(command) && endCommand(reader) ? undefined : UNSURE;
	}
}

/** Steps over what may stand between a command and the next one. */
function endCommand(reader: Reader): boolean {
	return take(reader, COMMAND_END) !== undefined;
}

/** Steps over none, one or two addresses and a "!". */
function readAddresses(reader: Reader): boolean {
	if ("0123456789$/\\".includes(reader.text[reader.at] ?? "")) {
		if (take(reader, ADDRESS) === undefined && !readContext(reader)) return false;
		if (take(reader, COMMA) !== undefined && take(reader, SECOND_ADDRESS) === undefined && !readContext(reader))
			return false;
	}
	take(reader, NEGATION);
	return true;
}

/** Steps over "/regex/flags" or "\cregexcflags". */
function readContext(reader: Reader): boolean {
	if (reader.text[reader.at] === "\\") reader.at += 1;
	else if (reader.text[reader.at] !== "/") return false;
	const delimiter = take(reader, DELIMITER);
	if (delimiter === undefined || !readPattern(reader, delimiter)) return false;
	take(reader, ADDRESS_FLAGS);
	return true;
}

/** Steps over a label and nothing else: "#" behind it is a comment to GNU, but busybox takes it into the label. */
function readLabel(reader: Reader, label: RegExp): boolean {
	reader.labelled = true;
	return take(reader, label) !== undefined && /[ \t;}\n]|^$/.test(reader.text[reader.at] ?? "");
}

/** Steps over the text of a, i or c: up to the end of the first line that does not end in a backslash. */
function readText(reader: Reader): boolean {
	const start = take(reader, TEXT_START) ?? "";
	if (start.endsWith("\n") && reader.labelled) return false;
	for (let first = true; ; first = false) {
		const line = take(reader, LINE) ?? "";
		const backslashes = /\\*$/.exec(line.slice(-2))?.[0].length ?? 0;
		if (backslashes === 0) return line !== "" || !first || start.endsWith("\n");
		// An old BSD looks at the last backslash only; GNU does not take the first character after "a\" for an escape.
		if (backslashes > 1 || (first && line === "\\" && start.endsWith("\\"))) return false;
		if (reader.labelled || take(reader, LINE_END) === undefined) return false;
	}
}

function readSubstitution(reader: Reader): string | undefined {
	const delimiter = take(reader, DELIMITER);
	if (delimiter === undefined || !readPattern(reader, delimiter) || !readReplacement(reader, delimiter)) return UNSURE;
	take(reader, FLAGS);
	const flag = reader.text[reader.at];
	if (flag === "e") return RUNS;
	if (flag === "w") return REFUSED.w;
	return endCommand(reader) ? undefined : UNSURE;
}

function readTransliteration(reader: Reader): boolean {
	const delimiter = take(reader, DELIMITER);
	return (
		delimiter !== undefined &&
		[1, 2].every(() => {
			// To GNU a bracket is a character like any other here, to the BSDs it is not.
			const end = partEnd(reader.text, reader.at, delimiter, undefined);
			return end !== undefined && readPattern(reader, delimiter) && reader.at === end + 1;
		}) &&
		endCommand(reader)
	);
}

function readReplacement(reader: Reader, delimiter: string): boolean {
	const end = partEnd(reader.text, reader.at, delimiter, undefined, !reader.labelled);
	if (end === undefined) return false;
	reader.at = end + 1;
	return true;
}

/** How a sed finds the end of a bracket expression, in which the delimiter is a character like any other. */
interface Brackets {
	/** [:alpha:] is known, so its "]" does not end the expression. */
	classes: boolean;
	/** A backslash takes away the meaning of "]". */
	escapes: boolean;
	/** "]" directly after "[^" does not end the expression (after "[" it never does). */
	negated: boolean;
}

const POSIX: Brackets = { classes: true, escapes: false, negated: true };
const OTHERS: readonly Brackets[] = [
	{ classes: true, escapes: true, negated: true }, // FreeBSD, macOS
	{ classes: false, escapes: false, negated: true }, // busybox
	{ classes: false, escapes: false, negated: false }, // toybox
];

/** Steps over a regular expression and its closing delimiter; false unless all seds agree where that is. */
function readPattern(reader: Reader, delimiter: string): boolean {
	const end = partEnd(reader.text, reader.at, delimiter, POSIX);
	if (end === undefined) return false;
	// Up to `end` only: one that goes on looking beyond it disagrees.
	const upToEnd = reader.text.slice(reader.at, end + 1);
	if (OTHERS.some((brackets) => partEnd(upToEnd, 0, delimiter, brackets) !== upToEnd.length - 1)) return false;
	reader.at = end + 1;
	return true;
}

/** Place of the delimiter that ends the part of s or y which starts at `start`; a part has no line end, unless escaped. */
function partEnd(
	text: string,
	start: number,
	delimiter: string,
	brackets: Brackets | undefined,
	escapedLineEnds = false,
): number | undefined {
	for (let at = start; at < text.length; at += 1) {
		const character = text[at];
		if (character === delimiter) return at;
		if (character === "\n") return undefined;
		if (character === "\\") {
			at += 1;
			if (text[at] === "\n" && !escapedLineEnds) return undefined;
		} else if (character === "[" && brackets !== undefined) {
			const end = bracketEnd(text, at, brackets);
			if (end === undefined) return undefined;
			at = end;
		}
	}
	return undefined;
}

/** Place of the "]" that ends the bracket expression at `start`. */
function bracketEnd(text: string, start: number, { classes, escapes, negated }: Brackets): number | undefined {
	let at = start + 1;
	if (text[at] === "^") {
		at += 1;
		if (text[at] === "]" && negated) at += 1;
	} else if (text[at] === "]") at += 1;
	for (; at < text.length; at += 1) {
		const character = text[at];
		if (character === "]") return at;
		if (character === "\n") return undefined;
		if (character === "\\" && escapes) at += 1;
		if (character === "[" && classes && /[.:=]/.test(text[at + 1] ?? "")) {
			// [.x.] and [=x=] are left out: the seds disagree where they end.
			const name = matchAt(CLASS, text, at);
			if (name === undefined) return undefined;
			at += name.length - 1;
		}
	}
	return undefined;
}
