// One simple command against the table: its name, sub-commands, options, operands; what it reads; what it starts.
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { aimsAtSecrets } from "../globs.ts";
import { judgeBuiltin } from "./builtins.ts";
import type { Simple, Touched } from "./line.ts";
import { type Arguments, type Given, readArguments } from "./options.ts";
import type { CommandRule } from "./rule.ts";
import { scriptProblem } from "./scripts/scripts.ts";
import { testWordsProblem } from "./scripts/test.ts";
import { findEntry, isVersionLine } from "./table/index.ts";
import type { Walk } from "./walk.ts";
import type { Known } from "./word.ts";
import { shellScript, startedBy } from "./wrappers.ts";

/** Why a command is not read-only; undefined when it is. What it reads and starts is told to the walk. */
export function judgeCommand(words: readonly Known[], walk: Walk, simple: Simple): Message | undefined {
	const [first] = words;
	const name = first?.value;
	if (first === undefined || name === undefined)
		return message("why.unknownCommand", { word: clip(first?.text ?? "") });
	const builtin = judgeBuiltin(name, words.slice(1), walk);
	if (builtin !== "none") return builtin === "fits" ? undefined : builtin;
	const script = shellScript(name, words.slice(1), walk);
	if (script !== undefined) return script;
	if (isVersionLine(words.map(({ value }) => value))) {
		simple.entry = name;
		return undefined;
	}
	const found = findEntry(words);
	if (found === undefined) return notInTable(words);
	if ("word" in found) return misfit(name, found);
	const { entry, rule, rest } = found;
	const read = readArguments(entry, rule, rest);
	if ("problem" in read) return misfit(entry, read);
	simple.entry = entry;
	return judgeArguments(entry, read, rest, walk, simple);
}

function misfit(command: string, { problem, word }: { problem: "option" | "operand"; word: string }): Message {
	const said = clip(word);
	if (problem === "option") return message("why.option", { command, option: said });
	return said === "" ? message("why.operandMissing", { command }) : message("why.operand", { command, word: said });
}

/** Names the sub-command where there is one: "git push" says more than "git". */
function notInTable(words: readonly Known[]): Message {
	const [name, next] = words;
	const sub =
		next?.value !== undefined && /^[a-z][a-z-]{0,30}$/.test(next.value) && name?.value === "git"
			? ` ${next.value}`
			: "";
	return message("why.notReadOnly", { command: clip(`${name?.value ?? ""}${sub}`) });
}

function judgeArguments(
	entry: string,
	read: Arguments,
	rest: readonly Known[],
	walk: Walk,
	simple: Simple,
): Message | undefined {
	const { rule, given, options, commands } = read;
	if (rule.script === "test") {
		const ends = entry !== "[" || rest.at(-1)?.value === "]";
		const what = ends ? testWordsProblem(entry === "[" ? rest.slice(0, -1) : rest) : "does not end";
		if (what !== undefined) return message("why.script", { command: entry, what });
	} else if (entry === "printf" && calculates(rest)) {
		return message("why.script", { command: entry, what: "calculates with a text, which can run code in zsh" });
	} else if (rule.script !== undefined) {
		const what = scriptProblem(rule.script, given);
		if (what !== undefined) return message("why.script", { command: entry, what });
	}
	const glob = given.find((one) => one.kind === "GLOB" && globAims(rule, one));
	if (glob !== undefined) walk.secret ??= message("why.globAims", { glob: clip(glob.word.pattern) });
	if (rule.network === true) walk.network = true;
	const reach = rule.configWith?.some((option) => options.has(option)) ? "config" : rule.git;
	if (reach === "config" || reach === "objects") {
		for (const folder of walk.folders) if (walk.git.get(folder) !== "config") walk.git.set(folder, reach);
	}
	touch(entry, read, walk);
	if (commands.length > 0) {
		for (const words of commands) {
			const started = startedBy(entry, words, read);
			if (!Array.isArray(started)) return started;
			walk.command(started);
		}
		simple.wraps = true;
	}
	return undefined;
}

/** zsh calculates what printf shows as a number: "PATH=1" sets, and "a[$(command)]" runs. */
function calculates([format, ...values]: readonly Known[]): boolean {
	const numeric = /%[-+ #0'*.\d]*[diouxXeEfFgGaA]/.test(format?.pattern ?? "");
	return numeric && values.some(({ value }) => !/^[+-]?[\d.]*$/.test(value ?? "?"));
}

/** Of a program that shows only names, a pattern for secrets shows no secret; one that leaves out ("!x") shows nothing. */
function globAims(rule: CommandRule, { word }: Given): boolean {
	if (rule.reads === "names") return false;
	return !word.pattern.startsWith("!") && aimsAtSecrets(word.pattern, rule.globsReachHidden === true);
}

function touch(entry: string, read: Arguments, walk: Walk): void {
	const { rule, given, options } = read;
	const searches = rule.searches === "always" || (rule.searches?.some((option) => options.has(option)) ?? false);
	const gives = rule.reads === "names" ? "names" : searches ? "tree" : "content";
	const how = narrowed(rule, entry, read);
	const paths = given.filter(({ kind }) => kind === "PATH" || kind === "ARCHIVE");
	for (const { word } of paths)
		if (word.value !== "-") walk.touch(entry.startsWith("git ") ? inRevision(word) : word, gives, how);
	for (const { kind, word } of given) if (kind === "REV") walk.touch(inRevision(word), "content");
	if (paths.length === 0 && (searches || rule.here === true)) {
		walk.touch({ value: ".", pattern: ".", dynamic: false }, gives, how);
	}
}

/** What ends a test of find: behind it nothing narrows what it does. */
const FIND_ACTIONS = ["-exec", "-print", "-print0", "-printf", "-ls", "-quit"];
/** What turns a test of find around or adds to it. */
const FIND_TURNS = ["!", "-not", "-o", "-or", "-path", "-prune", ","];

/** Which names a search is narrowed to, and all patterns of names there are. */
function narrowed(
	rule: CommandRule,
	entry: string,
	{ given, options }: Arguments,
): Pick<Touched, "filters" | "globs" | "ignores"> {
	const names = given.filter(({ kind }) => kind === "GLOB").map(({ word }) => word.pattern);
	const patterns =
		rule.reads === "names"
			? given.filter(({ kind }) => kind === "PATTERN").map(({ word }) => asGlob(word.pattern))
			: [];
	const globs = [...names, ...patterns];
	if (rule.globsReachHidden === true) return { filters: names, globs, ignores: "ripgrep" };
	if (entry === "git grep" || entry === "git ls-files") return { globs, ignores: "git" };
	// In the order they were given.
	const order = [...options];
	const action = order.findIndex((option) => FIND_ACTIONS.includes(option));
	const test = order.indexOf("-name");
	const finds = test !== -1 && (action === -1 || test < action) && !FIND_TURNS.some((one) => options.has(one));
	return options.has("--include") || finds ? { filters: names, globs } : { globs };
}

/** A regular expression for names, as a pattern that fits at least the same: dots and brackets are anything. */
function asGlob(expression: string): string {
	return expression.replaceAll(".*", "*").replaceAll(".", "?");
}

/** What git is asked for may be a file in a revision ("HEAD:.env") or of the work tree, by a pattern even in quotes. */
function inRevision({ value, pattern, dynamic }: Given["word"]): Given["word"] {
	const path = (text: string) => text.replace(/^:(?:\([^)]*\)|[/!^]+)/, "").replace(/^[^:]*:/, "");
	const sure = value === undefined ? undefined : path(value);
	return { value: sure !== undefined && /[*?[]/.test(sure) ? undefined : sure, pattern: path(pattern), dynamic };
}
