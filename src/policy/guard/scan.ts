// Looks through shell text (and the texts of tools nobody knows) for places and commands that guard the person. It reads
// the words as the parser cooks them and the raw text with its quotes taken off: what one does not see, the other may.
import { forEachChild, type SyntaxNode } from "unbash";
import type { Action, Json } from "../../actions/action.ts";
import { parseOrNothing } from "../floor/parse.ts";
import { resolveReal } from "../paths.ts";
import { GUARD_COMMANDS, GUARD_TEXTS, WRAPPERS } from "./commands.ts";
import { type Ground, guardedPlace, pathOfWord } from "./match.ts";

/** Text, words and commands beyond this are not looked through; that there is so much is a mark of its own. */
const MAX_TEXT = 32_768;
const MAX_TEXTS = 1_000;
const MAX_WORDS = 4_000;
const MAX_COMMANDS = 2_000;
/** Words whose links are followed. */
const MAX_RESOLVED = 48;
/** Words behind a program that are looked at for its dangerous options; behind another program's word, fewer. */
const REACH = 1_000;
const REACH_WRAPPED = 40;
const MAX_INPUT_DEPTH = 20;
const MAX_TREE_DEPTH = 200;
/** A line in a word of a line in a word: `sh -c "sudo sh -c '...'"`. */
const MAX_LINES_DEEP = 3;

class Words {
	/** Word to how it comes up; a word that is only run somewhere is "run". */
	readonly paths = new Map<string, "run" | "mentioned">();
	/** Programs with the words behind them. */
	readonly commands: string[][] = [];

	get tooMany(): boolean {
		return this.paths.size > MAX_WORDS || this.commands.length > MAX_COMMANDS;
	}

	mention(word: string): void {
		if (!this.tooMany) this.paths.set(word, "mentioned");
	}

	run(word: string): void {
		if (!this.tooMany && !this.paths.has(word)) this.paths.set(word, "run");
	}

	command(words: string[]): void {
		if (!this.tooMany) this.commands.push(words);
	}
}

/** All texts in an action's input that may lead somewhere. */
export function inputTexts(action: Action): string[] {
	const texts: string[] = [];
	const visit = (value: Json | undefined, depth: number): void => {
		if (typeof value === "string") texts.push(value);
		else if (depth < MAX_INPUT_DEPTH && typeof value === "object" && value !== null) {
			for (const [key, member] of Object.entries(value)) {
				if (!Array.isArray(value)) texts.push(key);
				visit(member, depth + 1);
			}
		}
	};
	// A shell tool's description is for people; its command is what runs.
	visit(action.kind === "shell" ? (action.input.command ?? action.input) : action.input, 0);
	return texts;
}

/** What these texts would weaken, as ends of a sentence; see guardMarks. */
export async function scanText(texts: readonly string[], cwd: string, ground: Ground): Promise<string[]> {
	const tooMuch = ["more text than can be looked through for it"];
	if (texts.length > MAX_TEXTS || texts.reduce((sum, text) => sum + text.length, 0) > MAX_TEXT) return tooMuch;
	const words = new Words();
	const marks = new Set<string>();
	for (const text of texts) {
		const bare = text.replace(/\\\n/g, "").replace(/['"\\]/g, "");
		for (const { what, text: pattern } of GUARD_TEXTS) if (pattern.test(text) || pattern.test(bare)) marks.add(what);
		addLine(text, words, 0);
		addRaw(text.replace(/['"`]/g, " "), words);
		addRaw(bare, words);
	}
	if (words.tooMany) return tooMuch;
	for (const what of commandsIn(words)) marks.add(what);
	for (const what of await placesIn(words, cwd, ground)) marks.add(what);
	return [...marks];
}

function commandsIn({ commands }: Words): string[] {
	return GUARD_COMMANDS.filter(({ program, with: option }) =>
		commands.some(([name = "", ...behind]) => {
			if (!program.test(name.slice(name.lastIndexOf("/") + 1).toLowerCase())) return false;
			return option === undefined || behind.some((word) => option.test(word));
		}),
	).map(({ what }) => what);
}

async function placesIn({ paths }: Words, cwd: string, ground: Ground): Promise<string[]> {
	const home = ground.userHomes[0] ?? "/";
	const marks: string[] = [];
	let resolved = 0;
	for (const [word, mention] of paths) {
		const path = pathOfWord(word, cwd, home);
		if (path === undefined) continue;
		let what = guardedPlace(path, ground, mention);
		// Links in /proc and /dev lead to things of the process that follows them: here, the gate's own.
		const follow = mention === "mentioned" && resolved < MAX_RESOLVED && !/^\/(?:proc|dev)\//.test(path);
		if (what === undefined && follow) {
			resolved += 1;
			const real = await resolveReal(path);
			if (real !== undefined && real !== path) what = guardedPlace(real, ground, mention);
		}
		if (what !== undefined) marks.push(what);
	}
	return marks;
}

/** A line of shell: its commands and words, also those of lines within its words. */
function addLine(line: string, words: Words, linesDeep: number): void {
	const tree = parseOrNothing(line);
	if (tree !== undefined) addNode(tree, words, linesDeep, 0);
	// A line the parser stumbles over hides commands: every word of it may be one.
	if (tree === undefined || (tree.errors?.length ?? 0) > 0) addAnyCommand(line, words);
}

/** Text of which every word may be a program. */
function addAnyCommand(text: string, words: Words): void {
	const raw = text.replace(/['"\\]/g, "").split(/[\s;|&()<>{}`$:]+/);
	for (let at = 0; at < raw.length; at += 1) words.command(raw.slice(at, at + REACH_WRAPPED));
}

function addNode(node: SyntaxNode, words: Words, linesDeep: number, depth: number): void {
	if (depth > MAX_TREE_DEPTH || words.tooMany) return;
	if (node.type === "Command" && node.name !== undefined) {
		const name = node.name.value;
		const values = node.args.map((argument) => (argument.type === "Word" ? argument.value : argument.text));
		words.run(name);
		words.command([name, ...values.slice(0, REACH)]);
		// Sourcing a file runs it.
		for (const value of values) name === "." || name === "source" ? words.run(value) : words.mention(value);
		if (WRAPPERS.test(name.slice(name.lastIndexOf("/") + 1))) {
			values.forEach((value, at) => {
				words.command([value, ...values.slice(at + 1, at + REACH_WRAPPED)]);
				if (linesDeep < MAX_LINES_DEEP && /[\s;|&(]/.test(value)) addLine(value, words, linesDeep + 1);
			});
		}
	}
	if (node.type === "Redirect" && node.target !== undefined) words.mention(node.target.value);
	if (node.type === "Assignment") words.mention(node.text);
	// What is a pattern to bash can be a glob qualifier to zsh, and run a command.
	if (node.type === "ExtendedGlob") addAnyCommand(node.pattern, words);
	forEachChild(node, (child) => addNode(child, words, linesDeep, depth + 1));
}

/** The raw text once more, for what the tree does not show: code in quotes, and what is no shell at all. */
function addRaw(text: string, words: Words): void {
	for (const word of text.split(/[\s;|&()<>{},`]+/)) {
		if (word !== "" && words.paths.get(word) !== "run") words.mention(word);
	}
}
