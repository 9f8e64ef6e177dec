// Command patterns of rules: the words of one simple command, e.g. "git log *". A last `*` is any further words or none;
// elsewhere `*` is one word, and inside a word any run of characters. Quotes keep blanks together, and what is in them is
// itself, `*` too. Nothing else has a meaning, so what a shell would give one has to be quoted.
//
// Two readings of one pattern: `matchAllow` is exact, because a mistake there runs something; the reading for rules that
// ask or deny (tight.ts) is loose, because a mistake there only asks.
import type { MessageCode } from "../../protocol/messages.ts";

export interface PatternWord {
	/** The literal runs between wildcards: ["push"], ["", ".ts"] for `*.ts`, ["", ""] for `*`. */
	readonly parts: readonly string[];
}

export interface CommandPattern {
	readonly text: string;
	/** Without the last `*`. At least one. */
	readonly words: readonly PatternWord[];
	/** Ends in `*`: any further words. */
	readonly rest: boolean;
	/** Holds no wildcard at all. */
	readonly exact: boolean;
}

/** Why a text is no pattern. */
export interface WrongPattern {
	wrong: MessageCode;
	args?: Record<string, string>;
}

/** What a shell gives a meaning outside quotes. */
const ACTS = /[|&;<>()$`\n\r]/;
/** Looks like an escape, and would be one in a shell. */
const ESCAPE = /^\\[\s'"*\\]/;
const ASSIGNMENT = /^[A-Za-z_]\w*\+?=/;

/** Reads a pattern. Never throws. */
export function parseCommandPattern(text: string): CommandPattern | WrongPattern {
	const words: PatternWord[] = [];
	let rest = text;
	while (true) {
		rest = rest.replace(/^[ \t]+/, "");
		if (rest === "") break;
		if (words.length === 0 && ASSIGNMENT.test(rest)) return { wrong: "policyFile.commandAssigns" };
		const word = readWord(rest);
		if ("wrong" in word) return word;
		words.push({ parts: word.parts });
		rest = rest.slice(word.length);
	}
	if (words.length === 0) return { wrong: "policyFile.commandEmpty" };
	const open = words.length > 1 && isAny(words.at(-1));
	return {
		text,
		words: open ? words.slice(0, -1) : words,
		rest: open,
		exact: words.every(({ parts }) => parts.length === 1),
	};
}

function readWord(text: string): { parts: string[]; length: number } | WrongPattern {
	const parts: string[] = [""];
	let at = 0;
	const add = (literal: string) => {
		parts[parts.length - 1] += literal;
	};
	while (at < text.length) {
		const char = text[at] ?? "";
		if (char === " " || char === "\t") break;
		if (char === "'" || char === '"') {
			const end = text.indexOf(char, at + 1);
			if (end === -1) return { wrong: "policyFile.commandQuote" };
			const inside = text.slice(at + 1, end);
			// A shell would rewrite these; nobody can mean them literally without single quotes.
			const acts = char === '"' ? /[$`\\]/.exec(inside)?.[0] : undefined;
			if (acts !== undefined) return { wrong: "policyFile.commandActs", args: { char: acts } };
			add(inside);
			at = end + 1;
			continue;
		}
		if (char === "*") {
			if (parts.length === 1 || parts.at(-1) !== "" || text[at - 1] !== "*") parts.push("");
			at += 1;
			continue;
		}
		if (ACTS.test(char)) return { wrong: "policyFile.commandActs", args: { char: printable(char) } };
		if (char === "\\" && ESCAPE.test(text.slice(at, at + 2))) {
			return { wrong: "policyFile.commandActs", args: { char: "\\" } };
		}
		add(char);
		at += 1;
	}
	return { parts, length: at };
}

function printable(char: string): string {
	return char === "\n" || char === "\r" ? "a line end" : char;
}

/** Whether a pattern holds no wildcard: it means one command and nothing else. A wrong pattern is not exact. */
export function isExact(pattern: string | CommandPattern): boolean {
	const read = asPattern(pattern);
	return read?.exact ?? false;
}

/**
 * The pattern that means exactly these words, or with `rest` these and any further ones.
 * @param words at least one, and none of them unknown
 */
export function patternOf(words: readonly string[], rest: "exact" | "rest" = "exact"): string {
	const quoted = words.map(quote).join(" ");
	return rest === "rest" ? `${quoted} *` : quoted;
}

function quote(word: string): string {
	if (/^[A-Za-z0-9_./:@%+,=~^{}[\]?#!-]+$/.test(word) && !ASSIGNMENT.test(word)) return word;
	return `'${word.replaceAll("'", `'"'"'`)}'`;
}

/** The pattern of a text or a pattern; undefined when it is wrong. */
export function asPattern(pattern: string | CommandPattern): CommandPattern | undefined {
	if (typeof pattern !== "string") return pattern;
	const read = parseCommandPattern(pattern);
	return "wrong" in read ? undefined : read;
}

/**
 * Whether a rule that allows means this command: all its words from the first to the last, the program exactly as written.
 * A `*` at the beginning of a word takes no option, and a `*` beside other characters does not climb out through "..".
 */
export function matchAllow(pattern: string | CommandPattern, words: readonly string[]): boolean {
	const read = asPattern(pattern);
	if (read === undefined) return false;
	const { words: wanted, rest } = read;
	if (words.length < wanted.length || (!rest && words.length > wanted.length)) return false;
	const [program] = wanted;
	// What runs must be known: a program is named, not matched.
	if (program?.parts.length !== 1) return false;
	return wanted.every((word, index) => allowsWord(word, words[index] ?? ""));
}

const CLIMBS = /(?:^|[/\\=:,])\.\.(?:$|[/\\=:,])/;

function allowsWord({ parts }: PatternWord, word: string): boolean {
	if (parts.length === 1) return parts[0] === word;
	if (parts[0] === "" && word.startsWith("-")) return false;
	if (!parts.every((part) => part === "") && CLIMBS.test(word)) return false;
	return fitsParts(parts, word);
}

/** Whether `*` is the whole word. */
export function isAny(word: PatternWord | undefined): boolean {
	return word !== undefined && word.parts.length > 1 && word.parts.every((part) => part === "");
}

/** Whether a text is these literal runs with anything between them. One pass, so no pattern is slow. */
export function fitsParts(parts: readonly string[], text: string): boolean {
	const first = parts[0] ?? "";
	if (parts.length === 1) return text === first;
	const last = parts.at(-1) ?? "";
	if (!text.startsWith(first) || !text.endsWith(last) || text.length < first.length + last.length) return false;
	let at = first.length;
	const end = text.length - last.length;
	for (const part of parts.slice(1, -1)) {
		const found = text.indexOf(part, at);
		if (found === -1 || found + part.length > end) return false;
		at = found + part.length;
	}
	return true;
}
