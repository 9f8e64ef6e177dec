// Proves of an awk program that it only computes and prints.
//
// Which awk runs (gawk, mawk, the original one, busybox) is not known. The program is read as tokens, not as a grammar:
// what can reach outside has a word or a sign of its own, so it is enough to know for sure where strings, regular
// expressions and comments are. Where the awks could disagree about that, the program is refused.
import { isPlain, matchAt, type Scan, take, UNSURE } from "./scan.ts";

/** Words that reach outside, or reach what reaches outside. */
const REFUSED: Readonly<Record<string, string>> = {
	system: "runs a command (system)",
	getline: "reads another file or a command (getline)",
	ENVIRON: "reads the environment (ENVIRON)",
	PROCINFO: "uses PROCINFO",
	SYMTAB: "reaches variables by their names (SYMTAB)",
	FUNCTAB: "reaches functions by their names (FUNCTAB)",
	ARGV: "can change which files are read (ARGV)",
	ARGC: "can change which files are read (ARGC)",
};

const KEYWORDS = new Set(
	`BEGIN BEGINFILE END ENDFILE break case continue default delete do else exit for func function if in next nextfile
	print printf return switch while`.split(/\s+/),
);

/** Functions of POSIX, gawk, mawk and busybox that only compute. fflush and close have nothing here to work on. */
const FUNCTIONS = new Set(
	`and asort asorti atan2 close compl cos exp fflush gensub gsub index int isarray length log lshift match mkbool mktime
	or patsplit rand rshift sin split sprintf sqrt srand strftime strtonum sub substr systime tolower toupper typeof
	xor`.split(/\s+/),
);

/** Where `print >` may go. */
const STREAMS = new Set([`"/dev/stderr"`, `"/dev/stdout"`, `"/dev/null"`]);

const WORD = /[A-Za-z_]\w*/y;
const STRING = /"[^"\\\n]*(?:\\[^\n][^"\\\n]*)*"/y;
const REGEX = /\/[^/\\\n]*(?:\\[^\n][^/\\\n]*)*\//y;
const CLASS = /\[:[a-z]+:\]/y;
const NUMBER = /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y;
/** Line ends that awk does not see are blanks. */
const BLANK = /(?:[ \t]|\\\n)+/y;
const COMMENT = /#[^\n]*/y;
const CALL = /[ \t]*\(/y;
const NAMESPACE = /::/y;
/** What is compared with a word of the command line, and not assigned to it. */
const ARGUMENT = /\[\d+\](?=[ \t]*(?:[){};\n]|&&|\|\||$))/y;
const SORTED_IN = /\["sorted_in"\]/y;
const OPERATOR = /&&|\|\||[<>=!]=|>>|!~|\+\+|--|[-+*/%^!<>=~?:,;$(){}[\]\n]/y;

/**
 * How the token before looks at a "/" behind it:
 *   value     ends a value: "/" divides
 *   operator  awaits a value: "/" starts a regular expression
 *   unsure    the awks may disagree
 */
type Before = "value" | "operator" | "unsure";

interface Reader extends Scan {
	before: Before;
	/** The token before, without blanks and comments; "" at the start. */
	last: string;
	/** Open brackets; "control" for the parenthesis behind if, for, while and switch. */
	open: string[];
	/** Open brackets at the print or printf that is not over yet. */
	printsAt: number | undefined;
	/** Functions that the program defines, and those it calls and awk does not have. */
	defined: Set<string>;
	called: Set<string>;
}

/**
 * What the program does beyond computing and printing. Never throws; takes time in proportion to the program's length.
 * @returns completes "the script ..."; undefined when it only computes and prints
 */
export function checkAwk(script: string): string | undefined {
	if (!isPlain(script)) return UNSURE;
	const reader: Reader = {
		text: script,
		at: 0,
		before: "operator",
		last: "",
		open: [],
		printsAt: undefined,
		defined: new Set(),
		called: new Set(),
	};
	while (reader.at < script.length) {
		const refused = readToken(reader);
		if (refused !== undefined) return refused;
	}
	if (reader.open.length > 0) return UNSURE;
	const unknown = [...reader.called].find((name) => !reader.defined.has(name));
	return unknown === undefined ? undefined : `calls ${unknown}, which is no known function`;
}

function readToken(reader: Reader): string | undefined {
	const character = reader.text[reader.at] ?? "";
	if (/[ \t\\]/.test(character)) return take(reader, BLANK) === undefined ? UNSURE : undefined;
	if (character === "#") return take(reader, COMMENT)?.endsWith("\\") ? UNSURE : undefined;
	if (character === "@") return "loads code or calls a function by its name (@)";
	if (character === "/" && reader.before !== "value") return readRegex(reader);

	if (character === '"') {
		const string = take(reader, STRING);
		return string === undefined ? UNSURE : step(reader, string, "value");
	}
	if (/[\d.]/.test(character)) {
		const number = take(reader, NUMBER);
		return number === undefined || /\w/.test(reader.text[reader.at] ?? "") ? UNSURE : step(reader, number, "value");
	}
	const word = take(reader, WORD);
	if (word !== undefined) return readWord(reader, word);
	const operator = take(reader, OPERATOR);
	if (operator !== undefined) return readOperator(reader, operator);
	return character === "|" ? "runs a command (|)" : UNSURE;
}

function step(reader: Reader, token: string, before: Before): undefined {
	reader.last = token;
	reader.before = before;
}

function readRegex(reader: Reader): string | undefined {
	if (reader.before === "unsure") return UNSURE;
	const { text, at, open } = reader;
	const regex = take(reader, REGEX);
	if (regex === undefined) return UNSURE;
	if (regex.includes("[")) {
		// For gawk and mawk a "/" inside brackets does not end the regular expression, for the others it does.
		const [end, ...others] = BRACKETS.map((brackets) => regexEnd(text, at, brackets));
		if (end === undefined || end < reader.at || others.some((other) => other !== end)) return UNSURE;
		// Where it does, the "]" is left over and stops the program before it starts, if no string or so hides it.
		const left = text.slice(reader.at, end);
		if (left !== "" && (left.includes("\n") || open.includes("[") || !/^[^"#/\\[\]]*\]/.test(left))) return UNSURE;
		reader.at = end;
	}
	return step(reader, regex, "unsure");
}

/** Ways of reading brackets: whether [:alpha:] is known, and whether a backslash takes away the meaning of "]". */
const BRACKETS = [
	{ classes: true, escapes: true },
	{ classes: true, escapes: false },
	{ classes: false, escapes: true },
	{ classes: false, escapes: false },
];

/** Place behind the "/" that ends the regular expression at `start`; undefined when its line ends before. */
function regexEnd(text: string, start: number, { classes, escapes }: (typeof BRACKETS)[number]): number | undefined {
	let inside = false;
	for (let at = start + 1; at < text.length && text[at] !== "\n"; at += 1) {
		const character = text[at];
		if (character === "/" && !inside) return at + 1;
		if (character === "\\" && (escapes || !inside)) at += 1;
		else if (character === "[" && !inside) {
			inside = true;
			if (text[at + 1] === "^") at += 1;
			if (text[at + 1] === "]") at += 1;
		} else if (character === "[" && classes && /[.:=]/.test(text[at + 1] ?? "")) {
			// [.x.] and [=x=] are left out.
			const name = matchAt(CLASS, text, at);
			if (name === undefined) return undefined;
			at += name.length - 1;
		} else if (character === "]") inside = false;
	}
	return undefined;
}

function readWord(reader: Reader, word: string): string | undefined {
	const { last } = reader;
	if (Object.hasOwn(REFUSED, word)) {
		const harmless = word === "ARGV" ? comparesArgument(reader) : word === "PROCINFO" && setsOrder(reader);
		return harmless ? step(reader, word, "value") : REFUSED[word];
	}
	// gawk: namespace::name.
	if (take(reader, NAMESPACE) !== undefined) return UNSURE;
	if (last === "function" || last === "func") reader.defined.add(word);
	else if (!KEYWORDS.has(word) && !FUNCTIONS.has(word) && isCalled(reader)) reader.called.add(word);
	if (word === "print" || word === "printf") reader.printsAt = reader.open.length;
	if (/^(?:printf?|return)$/.test(word)) return step(reader, word, "operator");
	// Words that are keywords to gawk only are variables to others: "case /x" divides. "length /x" divides, but not to mawk.
	return step(reader, word, KEYWORDS.has(word) || FUNCTIONS.has(word) ? "unsure" : "value");
}

/** "f(x)"; "f (x)" joins a variable and x, unless some awk has a function of that name. */
function isCalled({ text, at }: Reader): boolean {
	return matchAt(CALL, text, at) !== undefined;
}

/** FILENAME == ARGV[1], and nothing that could be an assignment to it. */
function comparesArgument(reader: Reader): boolean {
	return (reader.last === "==" || reader.last === "!=") && take(reader, ARGUMENT) !== undefined;
}

/** PROCINFO["sorted_in"]: the order in which `for (x in y)` goes. */
function setsOrder(reader: Reader): boolean {
	return take(reader, SORTED_IN) !== undefined;
}

function readOperator(reader: Reader, operator: string): string | undefined {
	const { last, open } = reader;
	switch (operator) {
		case "(":
			open.push(/^(?:if|for|while|switch)$/.test(last) ? "control" : operator);
			break;
		case "[":
		case "{":
			open.push(operator);
			break;
		case ")":
		case "]":
		case "}": {
			const opened = open.pop();
			const partner = { ")": "(", "]": "[", "}": "{" }[operator];
			if (opened !== partner && !(operator === ")" && opened === "control")) return UNSURE;
			if (operator === "}" || open.length < (reader.printsAt ?? 0)) reader.printsAt = undefined;
			return step(reader, opened === "control" ? "control)" : operator, behindBracket(operator, opened));
		}
		case ";":
			reader.printsAt = undefined;
			break;
		case "\n":
			return readLineEnd(reader);
		case "++":
		case "--":
		// "x++ /y" divides, but not to mawk.
		case "$":
			return step(reader, operator, "unsure");
		case ">>":
			return "writes a file (>>)";
		case ">":
		case ">=":
			if (reader.printsAt === open.length) return readRedirection(reader, operator);
			// Only behind a value it can be nothing but a comparison.
			if (reader.before === "operator" || KEYWORDS.has(last)) return UNSURE;
			break;
		default:
			break;
	}
	return step(reader, operator, "operator");
}

function behindBracket(bracket: string, opened: string | undefined): Before {
	if (bracket === "}") return "operator";
	return opened === "control" ? "unsure" : "value";
}

/** A line end ends a statement, unless something is still awaited. */
function readLineEnd(reader: Reader): undefined {
	const { last, before, open } = reader;
	if (open.at(-1) === "(" || open.at(-1) === "[" || open.at(-1) === "control") return undefined;
	if (last === "control)" || last === "else" || last === "do") return undefined;
	if (before === "operator" && !/^(?:[;{}\n]|printf?|return|)$/.test(last)) return undefined;
	reader.printsAt = undefined;
	return step(reader, "\n", "operator");
}

/** print ... > "/dev/stderr", and nothing behind it that would make another name of it. */
function readRedirection(reader: Reader, operator: string): string | undefined {
	take(reader, BLANK);
	// busybox may see ">" and "=" in it.
	if (operator === ">=") return UNSURE;
	const target = take(reader, STRING);
	if (target === undefined || !STREAMS.has(target)) return "writes a file (>)";
	take(reader, BLANK);
	if (!/[;}\n#]|^$/.test(reader.text[reader.at] ?? "")) return "writes a file (>)";
	return step(reader, target, "value");
}
