// Walks a line's tree. Every kind of node is either taken by name or refused; every simple command goes to command.ts.
import type { Command, CompoundList, ParsedScript, Redirection, Statement, TestExpression, Word } from "unbash";
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { judgeCommand } from "./command.ts";
import { joined, limited } from "./folders.ts";
import type { GitReach } from "./gitKeys.ts";
import type { Line, Simple, Touched } from "./line.ts";
import { loadedComment, parseLine } from "./parse.ts";
import { testProblem } from "./scripts/test.ts";
import { isLoopVariable, isShowable, PREFIXES } from "./variables.ts";
import { type Known, knownWords, type Within } from "./word.ts";

type Node = Statement["command"] | CompoundList;

/** A line within a line (`sh -c '...'`, a substitution) may hold this many more. */
const MAX_DEPTH = 12;
/** Commands of a line. More are not what a person reads in one card. */
const MAX_COMMANDS = 100;
/** Assignments and redirections in front of one command. */
const MAX_PREFIXES = 20;
/** Words of one command. */
const MAX_WORDS = 600;
/** `env nice timeout 5 xargs ls`: commands that start one another. */
const MAX_WRAPPING = 6;

/** Files a line may write to: they keep nothing. */
const SINKS = new Set(["/dev/null", "/dev/stdout", "/dev/stderr"]);

/** Reads a line of shell. Never throws; looks at no file. */
export function readLine(line: string): Line {
	const walk = new Walk();
	walk.line(line, 0);
	return walk.finish();
}

export class Walk implements Within {
	readonly #commands: Simple[] = [];
	readonly touched: Touched[] = [];
	/** Folder to the furthest reach of git there. */
	readonly git = new Map<string, GitReach>();
	readonly words: string[] = [];
	readonly #writes: string[] = [];
	/** What the commands at hand read on their standard input. */
	#fed: Simple["fed"];
	network = false;
	secret: Message | undefined;
	handsOn = false;
	/** Where it may stand; "" is where it starts, "?" is anywhere. */
	#folders: string[] = [""];
	/** Where the last `cd` leads if it works. */
	#gone: string[] = [""];
	readonly #loopVariables = new Set<string>();
	#structure: Message | undefined;
	#unread: Message | undefined;
	#depth = 0;
	#nodes = 0;
	#wrapping = 0;
	/** Where words of the line at hand stand, [from, to). */
	#spans: [number, number][] = [];

	finish(): Line {
		const commands = this.#commands;
		const asked = this.#unread ?? commands.find((one) => one.asked !== undefined)?.asked ?? this.#structure;
		const structure = this.#unread ?? this.#structure;
		return {
			...(asked === undefined ? {} : { asked }),
			...(structure === undefined ? {} : { structure }),
			...(this.#unread === undefined ? { commands } : {}),
			...(this.secret === undefined ? {} : { secret: this.secret }),
			touched: this.touched,
			git: [...this.git].map(([folder, reach]) => ({ folder, reach })),
			network: this.network,
			writes: this.#writes,
			words: this.words,
			handsOn: this.handsOn,
		};
	}

	get folders(): readonly string[] {
		return this.#folders;
	}

	/** A line of its own: the whole, or the script of `sh -c`. */
	line(text: string, depth: number): void {
		const parsed = parseLine(text);
		if ("why" in parsed) {
			this.#unread ??= parsed.why;
			return;
		}
		const spans: [number, number][] = [];
		const before = { depth: this.#depth, spans: this.#spans };
		this.#depth += depth;
		this.#spans = spans;
		this.script(parsed.script);
		this.#depth = before.depth;
		this.#spans = before.spans;
		if (loadedComment(text, spans)) this.#unread ??= message("why.comment");
	}

	/** A script in a substitution, or a whole line. */
	script(script: ParsedScript | undefined): void {
		if (script === undefined || (script.errors !== undefined && script.errors.length > 0)) {
			this.#unread ??= message("why.notParsed");
			return;
		}
		this.#depth += 1;
		if (this.#depth > MAX_DEPTH) this.#unread ??= message("why.tooDeep");
		else {
			for (const statement of script.commands) this.#statement(statement);
		}
		this.#depth -= 1;
	}

	instead(words: readonly Known[]): void {
		this.handsOn = true;
		for (const { value, pattern } of words) this.words.push(value ?? pattern);
	}

	variable(name: string): Message | undefined {
		if (this.#loopVariables.has(name) || isShowable(name)) return undefined;
		return message("why.variable", { name: clip(name) });
	}

	/** The line goes on in another folder, or stays where it is if that fails. */
	goTo(folder: string | undefined): void {
		const next = this.#folders.flatMap((from) => (folder === undefined || from === "?" ? ["?"] : joined(from, folder)));
		this.#gone = limited(next);
		this.#folders = limited([...this.#folders, ...next]);
	}

	/** Something that keeps the line from being read-only and is no command's. */
	refuse(why: Message): void {
		this.#structure ??= why;
	}

	/** The words a command gets, or what is not understood about them. */
	known(words: readonly Word[]): Known[] | Message {
		if (words.length > MAX_WORDS) return message("why.tooDeep");
		const all: Known[] = [];
		for (const word of words) {
			this.#spans.push([word.pos, word.end]);
			const known = knownWords(word, this);
			if (!Array.isArray(known)) return known;
			all.push(...known);
		}
		for (const word of all) {
			if (word.value !== undefined) this.words.push(word.value);
			// Files by a pattern, or at home: read where one command hands them to another.
			else if (!word.dynamic) this.touch(word, "handed");
		}
		return all;
	}

	/** A command that was found: in the line, or behind one that starts it. */
	command(words: readonly Known[]): void {
		if (this.#commands.length >= MAX_COMMANDS || this.#wrapping >= MAX_WRAPPING) {
			this.#unread ??= message("why.tooDeep");
			return;
		}
		const fed = this.#fed === undefined ? {} : { fed: this.#fed };
		const simple: Simple = { words: words.map(({ value }) => value), ...fed };
		this.#commands.push(simple);
		this.#wrapping += 1;
		const asked = judgeCommand(words, this, simple);
		this.#wrapping -= 1;
		if (asked !== undefined) simple.asked = asked;
	}

	setLoopVariable(name: string): Message | undefined {
		this.#loopVariables.add(name);
		return isLoopVariable(name) ? undefined : message("why.assignment", { name: clip(name) });
	}

	#statement(statement: Statement): void {
		if (statement.background === true) this.refuse(message("why.background"));
		this.#node(statement.command);
	}

	#list(list: CompoundList): void {
		for (const statement of list.commands) this.#statement(statement);
	}

	#node(node: Node): void {
		this.#nodes += 1;
		if (this.#nodes > 4 * MAX_COMMANDS) {
			this.#unread ??= message("why.tooDeep");
			return;
		}
		switch (node.type) {
			case "Command":
				this.#simple(node);
				return;
			case "Pipeline":
				for (const [index, command] of node.commands.entries()) {
					this.#feeding(index === 0 ? this.#fed : "pipe", () => this.#node(command));
				}
				return;
			case "AndOr":
				this.#andOr(node);
				return;
			case "CompoundList":
				this.#list(node);
				return;
			case "BraceGroup":
			case "Subshell":
				this.#list(node.body);
				return;
			case "If":
				for (const part of [node, ...node.elif]) {
					this.#list(part.clause);
					this.#list(part.then);
				}
				if (node.else !== undefined) this.#list(node.else);
				return;
			case "While":
				this.#loop(() => {
					this.#list(node.clause);
					this.#list(node.body);
				});
				return;
			case "For":
				this.#for(node);
				return;
			case "Case":
				this.#inner([node.word]);
				for (const item of node.items) {
					this.#inner(item.pattern);
					this.#list(item.body);
				}
				return;
			case "TestCommand":
				this.#test(node.expression);
				return;
			case "Redirected":
				for (const redirection of node.redirects) this.#redirection(redirection);
				this.#feeding(fedBy(node.redirects) ?? this.#fed, () => this.#node(node.command));
				return;
			default:
				this.refuse(message("why.construct", { what: node.type }));
		}
	}

	/** What stands behind `cd x &&` runs only where that has worked. */
	#andOr({ commands, operators }: Extract<Node, { type: "AndOr" }>): void {
		const all = new Set(this.#folders);
		for (const [index, command] of commands.entries()) {
			this.#node(command);
			for (const folder of this.#folders) all.add(folder);
			if (operators[index] === "||") this.#folders = [...all];
			else if (operators[index] === "&&" && command.type === "Command" && command.name?.value === "cd") {
				this.#folders = this.#gone;
			}
		}
		this.#folders = limited([...all]);
	}

	#feeding(fed: Simple["fed"], walk: () => void): void {
		const before = this.#fed;
		this.#fed = fed;
		walk();
		this.#fed = before;
	}

	#for(node: Extract<Node, { type: "For" }>): void {
		this.#spans.push([node.name.pos, node.name.end]);
		const problem = this.setLoopVariable(node.name.value);
		if (problem !== undefined) this.refuse(problem);
		this.#inner(node.wordlist ?? []);
		this.handsOn = true;
		this.#loop(() => this.#list(node.body));
	}

	/** In a second round the body starts where the first one ended. */
	#loop(walk: () => void): void {
		const before = this.#folders;
		const from = this.touched.length;
		const git = this.git.size;
		walk();
		if (this.#folders === before || this.#folders.every((folder) => before.includes(folder))) return;
		for (const [index, touched] of this.touched.entries()) {
			if (index >= from) this.touched[index] = { ...touched, from: [...touched.from, "?"] };
		}
		if (this.git.size > git) this.git.set("?", "config");
	}

	/** Words that belong to no command. */
	#inner(words: readonly Word[]): void {
		const known = this.known(words);
		if (!Array.isArray(known)) this.refuse(known);
	}

	#test(expression: TestExpression): void {
		switch (expression.type) {
			case "TestLogical":
				for (const [index, operand] of expression.operands.entries()) {
					// To a shell without [[ a new command begins here.
					if (index > 0 && operand.type === "TestBinary" && /^[\w./]/.test(operand.left.text)) {
						this.refuse(message("why.script", { command: "[[", what: "is another command to some shells" }));
					}
					this.#test(operand);
				}
				return;
			case "TestNot":
				this.#test(expression.operand);
				return;
			case "TestGroup":
				this.#test(expression.expression);
				return;
			default: {
				const { operator } = expression;
				const known = this.known(
					expression.type === "TestUnary" ? [expression.operand] : [expression.left, expression.right],
				);
				if (!Array.isArray(known)) {
					this.refuse(known);
					return;
				}
				const what = testProblem(operator, known);
				if (what !== undefined) this.refuse(message("why.script", { command: "[[", what }));
			}
		}
	}

	#simple(command: Command): void {
		for (const redirection of command.redirects) this.#redirection(redirection);
		if (command.name === undefined) {
			const [assignment] = command.prefix.filter((part) => part.type === "Assignment");
			this.refuse(
				assignment === undefined
					? message("why.notSimple")
					: message("why.assignment", { name: clip(assignment.name) }),
			);
			return;
		}
		const words: Word[] = [command.name];
		for (const part of command.args) {
			// `export A=b`, `declare a=(1)`: a builtin that sets, which no entry of the table is.
			if (part.type === "Assignment") {
				this.refuse(message("why.assignment", { name: clip(part.name) }));
				return;
			}
			words.push(part);
		}
		const known = this.known(words);
		if (!Array.isArray(known)) {
			this.#commands.push({
				// Looking at a word's parts takes time, and this may be very many words.
				words: words.map(({ text }) => (/^[\w./:@%+,=-]+$/.test(text) ? text : undefined)),
				asked: known,
			});
			return;
		}
		const name = known[0]?.value;
		if (command.prefix.length > MAX_PREFIXES) {
			this.refuse(message("why.tooDeep"));
			return;
		}
		for (const part of command.prefix) {
			if (part.type !== "Assignment") continue;
			this.#spans.push([part.pos, part.end]);
			const problem = prefixProblem(part, name, this);
			if (problem !== undefined) this.refuse(problem);
		}
		this.#feeding(fedBy(command.redirects) ?? this.#fed, () => this.command(known));
	}

	#redirection(redirection: Redirection): void {
		const { descriptor } = redirection;
		if (descriptor?.type === "FileDescriptorVariable") {
			this.refuse(message("why.redirect", { target: `{${clip(descriptor.name)}}` }));
			return;
		}
		if (redirection.type === "HereDoc") {
			const { body, closing, delimiter } = redirection;
			this.#spans.push([body.pos, body.end]);
			if (closing === undefined || delimiter === undefined) this.#unread ??= message("why.notParsed");
			else if (!delimiter.quoted && expands(body)) this.refuse(message("why.hereDoc"));
			return;
		}
		const { target, operator } = redirection;
		if (target === undefined) {
			this.#unread ??= message("why.notParsed");
			return;
		}
		const known = this.known([target]);
		if (!Array.isArray(known)) {
			this.refuse(known);
			return;
		}
		const [word, more] = known;
		if (word === undefined || more !== undefined) {
			this.refuse(message("why.redirect", { target: clip(target.text) }));
			return;
		}
		if (operator === "<<<") return;
		if (operator === "<") {
			if (word.many && !word.anchored) {
				this.refuse(message("why.redirect", { target: clip(target.text) }));
				return;
			}
			this.touch(word, "content");
			return;
		}
		const duplicate = (operator === ">&" || operator === "<&") && /^(?:\d|-)$/.test(word.value ?? "");
		const sink = operator !== "<>" && operator !== "<&" && SINKS.has(word.value ?? "");
		if (duplicate || sink) return;
		this.#writes.push(word.value ?? word.pattern);
		this.refuse(message("why.redirect", { target: clip(target.text) }));
	}

	/** Something is read. */
	touch(
		word: Pick<Known, "value" | "pattern" | "dynamic">,
		gives: Touched["gives"],
		how: Pick<Touched, "filters" | "globs" | "ignores"> = {},
	): void {
		if (word.dynamic) this.handsOn = true;
		// A name put together from several unknown parts can be any name.
		if (word.dynamic && gives === "content" && /\*\*/.test(word.pattern)) {
			this.secret ??= message("why.unresolved", { path: clip(word.pattern) });
		}
		const path = word.value ?? word.pattern;
		const { dynamic } = word;
		this.touched.push({ path, pattern: word.value === undefined, dynamic, gives, from: this.#folders, ...how });
	}
}

/** `LC_ALL=C sort f`: a name and value from the list, nothing that expands. */
function prefixProblem(
	part: Extract<Command["prefix"][number], { type: "Assignment" }>,
	command: string | undefined,
	walk: Walk,
): Message | undefined {
	const why = message("why.environment", { name: clip(part.name) });
	if (part.append === true || part.index !== undefined || part.value.type !== "Word") return why;
	const known = knownWords(part.value, walk);
	const value = Array.isArray(known) && known.length === 1 ? known[0]?.value : undefined;
	const allowed = PREFIXES.some(({ name, value: values, only }) => {
		return (
			name.test(part.name) && value !== undefined && values.test(value) && (only === undefined || only === command)
		);
	});
	return allowed ? undefined : why;
}

/** What redirections give a command to read; undefined where they give nothing. */
function fedBy(redirections: readonly Redirection[]): Simple["fed"] {
	if (redirections.some(({ type }) => type === "HereDoc" || type === "HereString")) return "text";
	return redirections.some((one) => one.type === "Redirect" && /^<>?$/.test(one.operator)) ? "file" : undefined;
}

/** Whether the shell would put anything in the place of this text; the parser and the text itself must both say no. */
function expands({ parts, text }: Extract<Redirection, { type: "HereDoc" }>["body"]): boolean {
	const sees = (parts ?? []).some((part) => part.type !== "Literal");
	return sees || /[`]|\$[A-Za-z0-9_({?#@*!$-]/.test(text.replace(/\\[\s\S]/g, ""));
}
