// Command patterns as rules that ask or deny read them: loose on purpose. The same command can be written in many ways
// (another path to the program, options first or last, letters run together, a wrapper in front); a rule that asks or
// denies must not be got round by any of them. What is caught by mistake is only asked or refused.
import { WRAPPERS } from "../guard/commands.ts";
import { asPattern, type CommandPattern, fitsParts, type PatternWord } from "./commandPattern.ts";

/** The words of a simple command, quotes taken off; undefined is a word that is known only when the line runs. */
export type Words = readonly (string | undefined)[];

/** What is worked out once for a command and used for every rule. */
export interface Facts {
	words: Words;
	/** Last part of the path of each word, in lower case: what it would be called as a program. */
	names: readonly (string | undefined)[];
	nameSet: ReadonlySet<string>;
	wordSet: ReadonlySet<string | undefined>;
	/** Indexes of unknown words that may be a program. */
	unknown: ReadonlySet<number>;
	/** Every word may be a program, not only the first. */
	anywhere: boolean;
	options: readonly string[];
	/** A word is unknown, so any option may be there. */
	anyOption: boolean;
	/** Words that are themselves shell text or code, split. */
	scripts: readonly Facts[];
}

/** Programs that run code given in a word. Behind WRAPPERS such a word counts anyhow. */
export const INTERPRETERS =
	/^(?:python[\d.]*|pypy[\d.]*|node|nodejs|deno|bun|perl|ruby|php|lua|[gmn]?awk|pwsh|powershell|cmd|expect|make)$/;
/** Run their words as WRAPPERS do, but need no mark of their own. */
export const RUNNERS =
	/^(?:cmd|pwsh|powershell|start|gosu|runuser|pkexec|run0|chroot|nsenter|unshare|bwrap|firejail|systemd-run|strace|ltrace|direnv|mise|asdf|poetry|pipenv|uv|bundle|corepack|nix|nix-shell|toolbox|distrobox|entr|tmux|screen|kubectl|docker-compose|podman-compose|hyperfine|dotenv|doppler|cross-env|dbus-run-session|if|then|do|else|while|until|!)$/;
/** Sub-commands and options of git that run commands. */
const GIT_RUNS = /^(?:foreach|run|for-each-repo|-x|--exec(?:=.*)?|--run(?:=.*)?)$/;
/** Of the wrappers, those whose words are mostly no programs. */
const SELDOM = /^(?:find|fd|npm|pnpm|yarn|docker|podman|kubectl|docker-compose|podman-compose|uv|poetry|pipenv|nix)$/;
const RUNS_NEXT = /^(?:-exec(?:dir)?|-ok(?:dir)?|-[xX]|--exec(?:-batch)?|exec|run|dlx|x|create)$/;
/** More tokens than this are not looked through: such a command matches everything. */
const MAX_TOKENS = 200_000;
/** Characters of a text that is looked through in pieces; a longer one is only searched for the program's name. */
export const MAX_TEXT = 64 * 1024;
/** Texts whose pieces are kept: one action is held against all rules before the next comes. */
const MAX_TEXTS = 4;

const cache = new WeakMap<Words, Facts>();

/** Whether a rule that asks or denies means this command. */
export function matchTight(pattern: string | CommandPattern, words: Words): boolean {
	let facts = cache.get(words);
	if (facts === undefined) {
		facts = commandFacts(words);
		cache.set(words, facts);
	}
	return matchFacts(pattern, facts);
}

/** The same for text that could not be read as commands: every piece of it may be a program or one of its words. */
export function matchTightText(pattern: string | CommandPattern, text: string): boolean {
	const read = asPattern(pattern);
	if (read === undefined) return true;
	const { pieces, plain } = readText(text);
	if (pieces !== undefined) return pieces.some((facts) => matchFacts(read, facts));
	const { name } = prepare(read);
	const literals = typeof name === "string" ? [name] : name.parts.map((part) => part.replace(/^(?:\.\/)+/, ""));
	return literals.every((literal) => plain.some((one) => one.includes(literal)));
}

interface ReadText {
	/** Undefined for a text that is too long for it. */
	pieces?: readonly Facts[];
	/** In lower case: as written, and without quotes and escapes. Only for a text that is too long. */
	plain: readonly string[];
}

const texts = new Map<string, ReadText>();

/** What is worked out once for a text and used for every rule. */
function readText(text: string): ReadText {
	let found = texts.get(text);
	if (found === undefined) {
		if (text.length > MAX_TEXT) found = { plain: [text.toLowerCase(), unquoted(text).toLowerCase()] };
		else found = { pieces: textFacts(text), plain: [] };
		if (texts.size >= MAX_TEXTS) texts.delete(texts.keys().next().value ?? "");
		texts.set(text, found);
	}
	return found;
}

/** Without quotes and escapes: `r''m` and `r\m` are rm. An unquoted $IFS is a blank. */
function unquoted(text: string): string {
	return text.replaceAll(/\\\r?\n|['"\\]/g, "").replaceAll(/\$(?:IFS\b|\{IFS\b[^}\s]*\})/g, " ");
}

export function matchFacts(pattern: string | CommandPattern, facts: Facts): boolean {
	const read = asPattern(pattern);
	// A pattern that cannot be read may have meant this.
	if (read === undefined || facts.words.length > MAX_TOKENS) return true;
	return matchWords(read, facts) || facts.scripts.some((script) => matchFacts(read, script));
}

/** What `matchFacts` needs of a simple command. */
export function commandFacts(words: Words): Facts {
	const names = words.map((word) => (word === undefined ? undefined : programName(word)));
	const first = names[0];
	const anywhere =
		words.length > 0 &&
		(first === undefined ||
			WRAPPERS.test(first) ||
			RUNNERS.test(first) ||
			(first === "git" && words.some((word) => word !== undefined && GIT_RUNS.test(word))));
	const runsCode = anywhere || (first !== undefined && INTERPRETERS.test(first));
	const seldom = first !== undefined && SELDOM.test(first);
	const unknown = new Set<number>();
	for (const [index, word] of words.entries()) {
		if (word !== undefined || (index > 0 && !anywhere)) continue;
		if (index === 0 || !seldom || RUNS_NEXT.test(words[index - 1] ?? "exec")) unknown.add(index);
	}
	const code = runsCode ? words.slice(1).filter((word) => word !== undefined && /[\s;&|<>()`$]/.test(word)) : [];
	return {
		words,
		names,
		nameSet: new Set(names.filter((name) => name !== undefined)),
		wordSet: new Set(words),
		unknown,
		anywhere,
		options: words.filter((word) => word?.startsWith("-") === true) as string[],
		anyOption: words.includes(undefined),
		scripts: code.flatMap((word) => textFacts(word ?? "")),
	};
}

/** Shell text in pieces, read twice: quotes as borders, and quotes and escapes as nothing (`r''m`, `r\m`). */
export function textFacts(text: string): Facts[] {
	const pieces = [text.split(/[\s;&|<>(){}[\]`'"\\$,=]+/), unquoted(text).split(/[\s;&|<>(){}`$]+/)];
	return pieces.map((all) => {
		const words = all.filter((piece) => piece !== "");
		const names = words.map(programName);
		return {
			words,
			names,
			nameSet: new Set(names),
			wordSet: new Set(words),
			unknown: new Set<number>(),
			anywhere: true,
			options: words.filter((word) => word.startsWith("-")),
			anyOption: false,
			scripts: [],
		};
	});
}

/** What a word would be called as a program: the last part of its path, in lower case. */
export function programName(word: string): string {
	return word
		.slice(Math.max(word.lastIndexOf("/"), word.lastIndexOf("\\")) + 1)
		.toLowerCase()
		.replace(/\.(?:exe|cmd|bat|com|ps1)$/, "");
}

/** A pattern as it is compared here. */
interface Prepared {
	/** The last part of its path, in lower case; a pattern where it holds a wildcard. */
	name: string | PatternWord;
	options: readonly PatternWord[];
	others: readonly PatternWord[];
}

const prepared = new WeakMap<CommandPattern, Prepared>();

function prepare(pattern: CommandPattern): Prepared {
	let found = prepared.get(pattern);
	if (found === undefined) {
		const [program = { parts: ["", ""] }, ...behind] = pattern.words;
		const options = behind.filter(isOption);
		found = { name: programPattern(program), options, others: behind.filter((word) => !options.includes(word)) };
		prepared.set(pattern, found);
	}
	return found;
}

function matchWords(pattern: CommandPattern, facts: Facts): boolean {
	const { name, options, others } = prepare(pattern);
	// Nearly every rule ends here.
	if (typeof name === "string" && facts.unknown.size === 0) {
		if (facts.anywhere ? !facts.nameSet.has(name) : facts.names[0] !== name) return false;
	}
	if (!facts.anyOption) {
		if (!others.every(({ parts }) => parts.length > 1 || facts.wordSet.has(parts[0]))) return false;
		if (!options.every((option) => hasOption(option, facts.options))) return false;
	}
	return inOrder(name, others, facts);
}

/**
 * Whether a program and then these words stand in order. Between them may be options, each with one word behind it that
 * may be its value. An unknown word may be any number of words.
 */
function inOrder(name: string | PatternWord, wanted: readonly PatternWord[], facts: Facts): boolean {
	const { words, names, anywhere, unknown } = facts;
	/** For each number of words found so far: 0 not reached, 1 reached, 2 reached and the next word may be a value. */
	let states: Uint8Array = new Uint8Array(wanted.length + 1);
	let next: Uint8Array = new Uint8Array(wanted.length + 1);
	for (const [index, word] of words.entries()) {
		next.fill(0);
		for (let found = 0; found < wanted.length; found += 1) {
			const state = states[found] ?? 0;
			if (state === 0) continue;
			if (word === undefined) return true;
			const option = word.startsWith("-");
			if (fitsParts(wanted[found]?.parts ?? [], word)) raise(next, found + 1, option ? 2 : 1);
			if (option) raise(next, found, 2);
			else if (state === 2) raise(next, found, 1);
		}
		if (index === 0 || anywhere) {
			if (word === undefined ? unknown.has(index) : isProgram(name, names[index] ?? "", word)) {
				// What an unknown word stands for may hold all the others, too.
				if (word === undefined) return true;
				raise(next, 0, 1);
			}
		}
		if ((next[wanted.length] ?? 0) > 0) return true;
		[states, next] = [next, states];
		if (!anywhere && !states.some((state) => state > 0)) return false;
	}
	return false;
}

function raise(states: Uint8Array, at: number, to: number): void {
	if ((states[at] ?? 0) < to) states[at] = to;
}

function programPattern({ parts }: PatternWord): string | PatternWord {
	if (parts.length === 1) return programName(parts[0] ?? "");
	return { parts: parts.map((part) => part.toLowerCase()) };
}

function isProgram(name: string | PatternWord, found: string, word: string): boolean {
	if (typeof name === "string") return name === found;
	const { parts } = name;
	if (!parts.some((part) => part.includes("/"))) return fitsParts(parts, found);
	const [first = "", ...more] = parts;
	const start = first.replace(/^(?:\.\/)+/, "");
	const written = word.toLowerCase().replace(/^(?:\.\/)+/, "");
	// The same program by a longer path is still it.
	return (
		fitsParts([start, ...more], written) || (!start.startsWith("/") && fitsParts(["", `/${start}`, ...more], written))
	);
}

function isOption({ parts }: PatternWord): boolean {
	return parts[0]?.startsWith("-") === true;
}

/** Whether an option of a pattern is among these, in any of the ways programs take one. */
function hasOption({ parts }: PatternWord, given: readonly string[]): boolean {
	const [option = ""] = parts;
	if (parts.length > 1) return given.some((word) => fitsParts(parts, word));
	if (given.some((word) => sameOption(option, word))) return true;
	// "-rf": its letters may be spread over several words and stand among others ("-r -f", "-frv").
	if (!/^-[A-Za-z0-9]{1,3}$/.test(option)) return false;
	const letters = new Set(given.filter((word) => /^-[A-Za-z0-9]{1,8}$/.test(word)).flatMap((word) => [...word]));
	return [...option].every((letter) => letters.has(letter));
}

/** "--force" may be given as "--force=yes" or be cut short ("--forc"). */
function sameOption(option: string, word: string): boolean {
	if (word === option) return true;
	if (!option.startsWith("--") || option === "--") return false;
	const name = word.split("=", 1)[0] ?? "";
	return name === option.split("=", 1)[0] ? !option.includes("=") : name.length > 3 && option.startsWith(name);
}
