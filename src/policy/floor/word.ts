// What a command gets for one word of the line: a text that is sure, or a pattern of which parts are known only when it
// runs. Bash, zsh and dash must agree on what is sure, so forms that only one of them knows are refused.
import type { ParameterExpansionPart, ParsedScript, Word, WordPart } from "unbash";
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { expandBraces } from "../globs.ts";
import { PATH_VARIABLES } from "./variables.ts";

export interface Known {
	/** As written. */
	text: string;
	/** What the command gets, when that is sure: quotes, escapes and braces taken off. */
	value: string | undefined;
	/** The value, with "*" for what is not sure. */
	pattern: string;
	/** May turn out to be no word, or several. */
	many: boolean;
	/** Begins with sure characters that make it a path, and never an option. */
	anchored: boolean;
	/** Written by another command's output or a variable: what it names is not in the line. */
	dynamic: boolean;
	/** Holds such a part outside quotes: it may fall apart, and any piece may begin with "-". */
	splits: boolean;
}

/** What a word may hold besides itself; told to whoever walks the line. */
export interface Within {
	/** A script in a substitution: runs, and is judged by itself. */
	script(script: ParsedScript | undefined): void;
	/** These may stand in the word's place as well. */
	instead(words: readonly Known[]): void;
	/** A variable's value becomes part of the word. */
	variable(name: string): Message | undefined;
}

/** Bare `{a,b}` that expands to literal words. */
const PLAIN_BRACES = /^\{[A-Za-z0-9_.,/+:@%-]*,[A-Za-z0-9_.,/+:@%-]*\}$/;

/** The words a command gets for one word as written: several only for braces. Or the first thing that is not understood. */
export function knownWords(word: Word, within: Within): Known[] | Message {
	const { text } = word;
	if (text.startsWith("=") && !/^==?$/.test(text)) return expansion(word);
	const { parts } = word;
	if (parts === undefined) return strange(text) ? expansion(word) : [plain(word)];
	const braces = parts.some((part) => part.type === "BraceExpansion");
	if (braces && parts.every(isPlain)) {
		const all = expandBraces(parts.map(plainText).join(""));
		if (all !== undefined && parts.every((part) => part.type !== "BraceExpansion" || PLAIN_BRACES.test(part.text))) {
			return all.map((value) => sure(text, value));
		}
	}
	if (
		parts.every(
			(part) =>
				part.type === "Literal" || part.type === "SingleQuoted" || part.type === "AnsiCQuoted" || isQuotedText(part),
		)
	) {
		if (parts.some((part) => (part.type === "Literal" && strange(part.text)) || isOddQuote(part)))
			return expansion(word);
		return [plain(word)];
	}
	const known: Known = {
		text,
		value: undefined,
		pattern: "",
		many: false,
		anchored: false,
		dynamic: false,
		splits: false,
	};
	for (const [index, part] of parts.entries()) {
		const problem = add(known, part, parts[index + 1], within);
		if (problem !== undefined) return problem === true ? expansion(word) : problem;
	}
	known.anchored = !known.splits && (known.anchored || /^[^-*~]/.test(known.pattern));
	return [known];
}

function expansion(word: Word): Message {
	return message("why.expansion", { word: clip(word.text) });
}

function sure(text: string, value: string): Known {
	return { text, value, pattern: value, many: false, anchored: !value.startsWith("-"), dynamic: false, splits: false };
}

/** A word without anything that expands; a tilde is somebody's home. */
function plain({ text, value }: Word): Known {
	if (!text.startsWith("~")) return sure(text, value);
	return { text, value: undefined, pattern: value, many: false, anchored: true, dynamic: false, splits: false };
}

/**
 * `$=x`, `$~x`, `$^x`, `$é`: a dollar and a letter to bash, an expansion to zsh. A name behind a dollar that is still there
 * when escapes are off stood behind a line break.
 */
function expandsElsewhere(text: string): boolean {
	return /\$(?:[=~^+#A-Za-z0-9_({]|[^\x00-\x7f])/.test(text.replace(/\\[\s\S]/g, ""));
}

/** What must not be left in bare text: a parser that took it for letters has read something else than the shell does. */
const LEFT_OVER = /[<>()|&;`'"\s]|\$./s;

/** Bare characters that are no letters or digits of any script may only look like what they are not. */
function strange(text: string): boolean {
	if (expandsElsewhere(text) || LEFT_OVER.test(text.replace(/\\[\s\S]/g, ""))) return true;
	return /[^\n\t\x20-\x7e]/.test(text) && /[^\n\t\x20-\x7e\p{L}\p{N}\p{M}]/u.test(text);
}

function isPlain(part: WordPart): boolean {
	return part.type === "Literal" || part.type === "BraceExpansion" || part.type === "SingleQuoted";
}

function plainText(part: WordPart): string {
	return part.type === "BraceExpansion" ? part.text : "value" in part ? part.value : part.text;
}

/** `$'...\'...'`: dash, which has no such quotes, would end it at the escaped one. */
function isOddQuote(part: WordPart): boolean {
	return part.type === "AnsiCQuoted" && part.text.includes("\\'");
}

function isQuotedText(part: WordPart): boolean {
	return (
		part.type === "DoubleQuoted" &&
		part.parts.every((child) => child.type === "Literal" && !expandsElsewhere(child.text))
	);
}

/** Adds one part of a word. True: it is not understood. */
function add(
	known: Known,
	part: WordPart,
	next: WordPart | undefined,
	within: Within,
	quoted = false,
): Message | true | undefined {
	switch (part.type) {
		case "Literal":
			if (quoted ? expandsElsewhere(part.text) : strange(part.text)) return true;
			// A tilde at the start of the word is bare here only: a quoted one is part of a DoubleQuoted or SingleQuoted.
			if (!quoted && known.pattern === "" && part.text.startsWith("~")) known.anchored = true;
			known.pattern += part.value;
			return undefined;
		case "SingleQuoted":
		case "AnsiCQuoted":
			if (isOddQuote(part)) return true;
			known.pattern += part.value;
			return undefined;
		case "DoubleQuoted":
			for (const [index, child] of part.parts.entries()) {
				const problem = add(known, child, part.parts[index + 1], within, true);
				if (problem !== undefined) return problem;
			}
			return undefined;
		case "Glob":
			// The parser does not look into brackets, and the shell does.
			if (part.kind === "bracket" && /[$`'"\\]/.test(part.text)) return true;
			known.pattern += "*";
			known.many = true;
			return undefined;
		case "BraceExpansion":
			if (!/^\{[A-Za-z0-9_.,/+-]*\}$/.test(part.text)) return true;
			known.pattern += "*";
			known.many = true;
			return undefined;
		case "SimpleExpansion":
		case "ParameterExpansion":
			return addVariable(known, part, next, within, quoted);
		case "CommandExpansion":
			within.script(part.script);
			unknown(known, quoted);
			return undefined;
		case "ArithmeticExpansion":
			// A name in it is calculated in turn, and "a[$(...)]" as its value would run: numbers only.
			if (!/^\$\(\([\d\s+*/%()<>=!&|^~?:-]*\)\)$/.test(part.text)) return true;
			unknown(known, true);
			return undefined;
		case "ProcessSubstitution":
			if (part.operator !== "<") return true;
			within.script(part.script);
			known.pattern += "/dev/fd/63";
			return undefined;
		default:
			// Extended globs are zsh's glob qualifiers, which run code; a locale's string is translated.
			return true;
	}
}

function unknown(known: Known, quoted: boolean): void {
	known.pattern += "*";
	known.dynamic = true;
	if (quoted) return;
	known.many = true;
	known.splits = true;
}

function addVariable(
	known: Known,
	part: WordPart & { type: "SimpleExpansion" | "ParameterExpansion" },
	next: WordPart | undefined,
	within: Within,
	quoted: boolean,
): Message | true | undefined {
	const name = part.type === "SimpleExpansion" ? part.text.slice(1) : part.parameter;
	if (!/^(?:[A-Za-z_][A-Za-z0-9_]*|\d+|[?#@*!$-])$/.test(name)) return true;
	// zsh reads "$x[...]" as part of the expansion, and calculates what is in the brackets.
	if (part.type === "SimpleExpansion" && next?.type === "Literal" && next.text.startsWith("[")) return true;
	if (next?.type === "Glob" && next.text.startsWith("[")) return true;
	const problem = within.variable(name);
	if (problem !== undefined) return problem;
	if (part.type === "ParameterExpansion") {
		const inner = operation(part, within);
		if (inner !== undefined) return inner;
	}
	const first = known.pattern === "";
	unknown(known, quoted || (part.type === "ParameterExpansion" && part.prefix === "#"));
	if (
		first &&
		part.type === "SimpleExpansion" &&
		PATH_VARIABLES.has(name) &&
		next?.type === "Literal" &&
		next.text.startsWith("/")
	) {
		known.anchored = true;
		known.dynamic = false;
		known.splits = false;
		known.pattern = name === "HOME" ? "~" : "*";
	}
	return undefined;
}

/** `${x:-y}` and the like: those that only read, with words that are looked into as well. */
function operation(part: ParameterExpansionPart, within: Within): Message | true | undefined {
	const { index, operation, prefix } = part;
	if (prefix === "!" || (index !== undefined && !/^(?:\d+|[@*])$/.test(index.text))) return true;
	if (!part.text.startsWith(`\${${prefix ?? ""}${part.parameter}`)) return true;
	switch (operation?.type) {
		case undefined:
			return undefined;
		case "Default":
			if (/[=?]/.test(operation.operator)) return true;
			return looked([operation.operand], within);
		case "Remove":
			return looked([operation.operand], within);
		case "Replace":
			return looked([operation.pattern, operation.replacement], within);
		case "CaseModification":
			return looked(operation.operand === undefined ? [] : [operation.operand], within);
		case "Slice":
			return [operation.offset, operation.length].every((word) => word === undefined || /^\s*-?\d*\s*$/.test(word.text))
				? undefined
				: true;
		default:
			return true;
	}
}

function looked(words: readonly Word[], within: Within): Message | true | undefined {
	for (const word of words) {
		// Shells differ in how they read quotes in here.
		if (/['"\\]/.test(word.text)) return true;
		const known = knownWords(word, within);
		if (!Array.isArray(known)) return known;
		within.instead(known);
	}
	return undefined;
}
