// Walks a line of shell and asks of every simple command in it what it would do. Whatever is not understood is left out,
// and that is noted. Order counts: where the line stands (`cd`), and what earlier parts may have changed.
import type { AndOr, Command, CompoundList, If, Redirection, Statement, Word } from "unbash";
import type { PreviewItem } from "../../protocol/card.ts";
import { loadedComment, parseLine } from "../floor/parse.ts";
import { readLine } from "../floor/walk.ts";
import { folderBehind } from "./cd.ts";
import { EFFECTS } from "./commands.ts";
import { type Ground, NotKnown } from "./ground.ts";
import { say } from "./say.ts";
import { isExit, mayBeSet, mayMove, NOTHING, PLAIN_SET, SHELLS, STARTERS, TURNS } from "./shellWords.ts";
import { type Term, termsOf } from "./terms.ts";
import { placesOf } from "./words.ts";
import { written } from "./write.ts";

type Node = Statement["command"] | CompoundList;

const MAX_COMMANDS = 100;
const MAX_ITEMS = 40;
/** `sh -c` in `sh -c`. */
const MAX_LINES = 3;

/** Sentences that hold for the moment only. */
const OF_NOW = /^effect\.(?:refused|missing$|globNothing$|foldersThere$|\w+Nothing$|pushBehind$)/;

export class LineWalk {
	readonly items: PreviewItem[] = [];
	/** Something was left out. */
	partial = false;
	/** Commands that change something, or may. */
	changes = 0;
	readonly #ground: Ground;
	readonly #before: string[] = [];
	/** Where the line stands; undefined is not known. */
	#cwd: string | undefined;
	/** It stands there only where the `cd` in front has worked. */
	#ifGone = false;
	/** Nothing behind this can be told. */
	#turned = false;
	#text = "";
	#spans: [number, number][] = [];
	#commands = 0;
	#lines = 0;

	constructor(ground: Ground, cwd: string) {
		this.#ground = ground;
		this.#cwd = cwd;
	}

	/** A line of its own. @throws TimeOver */
	async line(text: string): Promise<void> {
		const parsed = parseLine(text);
		this.#lines += 1;
		if ("why" in parsed || this.#lines > MAX_LINES) {
			this.partial = true;
			return;
		}
		const before = { text: this.#text, spans: this.#spans, items: this.items.length };
		this.#text = text;
		this.#spans = [];
		for (const statement of parsed.script.commands) await this.#statement(statement);
		if (loadedComment(text, this.#spans)) {
			// Another shell would read another line.
			this.items.length = before.items;
			this.partial = true;
		}
		this.#text = before.text;
		this.#spans = before.spans;
	}

	async #statement(statement: Statement): Promise<void> {
		const before = this.#cwd;
		await this.#node(statement.command);
		if (statement.background === true) this.#cwd = before;
		this.#settle();
	}

	async #list(list: CompoundList): Promise<void> {
		for (const statement of list.commands) await this.#statement(statement);
	}

	async #node(node: Node): Promise<void> {
		this.#ground.check();
		switch (node.type) {
			case "Command":
				return this.#simple(node);
			case "Pipeline": {
				const before = this.#cwd;
				let moved = false;
				for (const command of node.commands) {
					await this.#node(command);
					moved ||= this.#cwd !== before;
					if (node.commands.length > 1) this.#cwd = before;
				}
				// Some shells run the last part of a pipe by themselves; "!" goes on where it has failed, and "time" may be a program.
				if (moved && (node.commands.length > 1 || node.prefixes.length > 0)) this.#cwd = undefined;
				return;
			}
			case "AndOr":
				return this.#andOr(node);
			case "CompoundList":
			case "BraceGroup":
				return this.#list(node.type === "BraceGroup" ? node.body : node);
			case "Subshell": {
				const before = this.#cwd;
				await this.#list(node.body);
				this.#cwd = before;
				return;
			}
			case "Redirected": {
				for (const redirection of node.redirects) await this.#redirection(redirection);
				const before = this.#cwd;
				await this.#node(node.command);
				this.#unlessFailed(before, node.redirects);
				return;
			}
			case "If":
				return this.#if(node);
			default:
				this.#other(node);
		}
	}

	/** A clause is there to fail: where it has moved the line, what stands behind it may run anywhere. */
	async #if(node: If): Promise<void> {
		const before = this.#cwd;
		let stands = before;
		let moved = false;
		for (const part of [node, ...node.elif]) {
			await this.#list(part.clause);
			if (this.#cwd !== stands) stands = undefined;
			this.#cwd = stands;
			await this.#list(part.then);
			moved ||= this.#cwd !== before;
			this.#cwd = stands;
		}
		if (node.else !== undefined) await this.#list(node.else);
		if (moved || this.#cwd !== before) this.#cwd = undefined;
	}

	/** Loops, tests, functions: left out, unless they only read. */
	#other(node: { pos: number; end: number }): void {
		const text = this.#text.slice(node.pos, node.end);
		this.#spans.push([node.pos, node.end]);
		if (mayMove(text)) this.#cwd = undefined;
		if (readLine(text).asked === undefined) return;
		this.#turned = true;
		this.#leftOut();
	}

	#leftOut(): void {
		this.partial = true;
		this.changes += 1;
	}

	/** What stands behind `cd x &&` runs only where that has worked, and what stands behind `cd x ||` where it has not. */
	async #andOr({ commands, operators }: AndOr): Promise<void> {
		const start = this.#cwd;
		// A part that may be passed over has moved the line.
		let unsure = false;
		for (const [index, command] of commands.entries()) {
			const before = this.#cwd;
			const otherwise = operators[index - 1] === "||";
			const ends = otherwise && isExit(command);
			if (otherwise && before !== start) this.#cwd = undefined;
			const from = this.#cwd;
			await this.#node(command);
			if (ends) {
				this.#cwd = before;
				unsure = false;
			} else if (otherwise && (before !== start || this.#cwd !== from)) this.#cwd = undefined;
			else if (index > 0 && this.#cwd !== from) unsure = true;
			if (operators[index] !== "&&") this.#settle();
		}
		if (unsure) this.#cwd = undefined;
	}

	/** Where a redirection fails, what it belongs to does not run at all. */
	#unlessFailed(before: string | undefined, redirects: readonly Redirection[]): void {
		const sure = redirects.every(
			(one) => one.type === "HereDoc" || one.operator === ">&" || one.target?.text === "/dev/null",
		);
		if (!sure && this.#cwd !== before) this.#cwd = undefined;
	}

	/** From here on the line goes on whether the last `cd` has worked or not. */
	#settle(): void {
		if (this.#ifGone) this.#cwd = undefined;
		this.#ifGone = false;
	}

	#terms(words: readonly Word[]): Term[] {
		return words.flatMap((word) => {
			this.#spans.push([word.pos, word.end]);
			return termsOf(word, this.#ground.home, () => this.#leftOut());
		});
	}

	async #simple(command: Command): Promise<void> {
		this.#commands += 1;
		if (this.#commands > MAX_COMMANDS || this.items.length >= MAX_ITEMS) {
			this.#leftOut();
			return;
		}
		const before = this.changes;
		for (const redirection of command.redirects) await this.#redirection(redirection);
		// What a command writes and what it does are one thing.
		const redirected = this.changes > before;
		this.changes = before;
		const from = this.#cwd;
		await this.#named(command);
		this.#unlessFailed(from, command.redirects);
		if (redirected) this.changes = Math.max(this.changes, before + 1);
	}

	async #named(command: Command): Promise<void> {
		const words = command.args.flatMap((part) => (part.type === "Assignment" ? [] : [part]));
		const terms = this.#terms(command.name === undefined ? [] : [command.name, ...words]);
		let fits = words.length === command.args.length;
		for (const part of command.prefix) {
			if (part.type !== "Assignment") continue;
			this.#spans.push([part.pos, part.end]);
			const plain = part.append !== true && part.index === undefined && part.value.type === "Word";
			const [value, more] = part.value.type === "Word" ? this.#terms([part.value]) : [];
			fits &&= plain && more === undefined && mayBeSet(part.name, value, command.name === undefined);
		}
		if (fits && command.name === undefined) return;
		if (!fits) {
			// What was set may change what every later command is.
			this.#turned ||= command.name === undefined || words.length !== command.args.length;
			if (terms[0]?.kind !== "sure" || terms[0].value === "cd" || TURNS.has(terms[0].value)) this.#turned = true;
			this.#leftOut();
			return;
		}
		await this.#command(terms);
	}

	async #command(terms: readonly Term[]): Promise<void> {
		const [first, ...words] = terms;
		const name = first?.kind === "sure" ? first.value.replace(/^(?:\/usr)?\/bin\//, "") : undefined;
		if (name === undefined || this.#turned) {
			// A name that is known only when it runs may be `cd`.
			this.#turned = true;
			this.#leftOut();
		} else if (name === "cd") {
			// As a program of its own it moves nothing.
			if (first?.kind === "sure" && first.value === name) await this.#goTo(words);
			else this.#cwd = undefined;
		} else if (TURNS.has(name)) {
			const harmless = name === "set" && words.every((word) => word.kind === "sure" && PLAIN_SET.test(word.value));
			if (harmless) return;
			this.#turned = true;
			this.#leftOut();
		} else if (NOTHING.has(name)) {
			return;
		} else if (STARTERS.has(name) && words[0]?.kind === "sure" && /^[\w./]/.test(words[0].value)) {
			const before = this.#cwd;
			await this.#command(words);
			// Only the shell itself can go to another folder.
			if (this.#cwd !== before) this.#cwd = undefined;
		} else if (name === "command" || name === "time") {
			// With options, or a name that is known only when it runs.
			this.#turned = true;
			this.#leftOut();
		} else if (SHELLS.has(name) && words[0]?.kind === "sure" && words[0].value === "-c" && words.length === 2) {
			const before = { cwd: this.#cwd, ifGone: this.#ifGone };
			if (words[1]?.kind === "sure") await this.line(words[1].value);
			else this.#leftOut();
			this.#cwd = before.cwd;
			this.#ifGone = before.ifGone;
		} else {
			await this.#effect(name, words, terms);
		}
	}

	async #effect(name: string, words: readonly Term[], terms: readonly Term[]): Promise<void> {
		const effect = Object.hasOwn(EFFECTS, name) ? EFFECTS[name] : undefined;
		try {
			if (effect === undefined || this.#cwd === undefined) throw new NotKnown();
			this.#ground.strays.clear();
			const items = await effect(words, { cwd: this.#cwd, ground: this.#ground, before: this.#before });
			// What is refused, missing or nothing now may be there when earlier parts have run.
			this.items.push(...(this.changes > 0 ? items.filter(({ message: { code } }) => !OF_NOW.test(code)) : items));
			if (items.length > 0) this.#changed();
		} catch (error) {
			if (!(error instanceof NotKnown)) throw error;
			if (readLine(terms.map(({ text }) => text).join(" ")).asked !== undefined) this.#leftOut();
		}
		const [sub] = words;
		this.#before.push(sub?.kind === "sure" ? `${name} ${sub.value}` : name);
	}

	#changed(): void {
		this.changes += 1;
		const { strays } = this.#ground;
		if (strays.size > 0) this.items.push(say("effect.leadsOutside", [...strays]));
	}

	async #goTo(words: readonly Term[]): Promise<void> {
		const [folder, more] = words;
		const value = folder === undefined ? this.#ground.home : folder.kind === "sure" ? folder.value : undefined;
		if (value === undefined || more !== undefined || value.startsWith("-") || this.#cwd === undefined) {
			this.#cwd = undefined;
			return;
		}
		const from = this.#cwd;
		this.#cwd = undefined;
		const gone = await folderBehind(from, value, this.#ground);
		this.#cwd = gone?.folder;
		this.#ifGone ||= gone?.there !== true || this.changes > 0;
	}

	async #redirection(redirection: Redirection): Promise<void> {
		if (redirection.type === "HereDoc") {
			const { body, delimiter } = redirection;
			this.#spans.push([body.pos, body.end]);
			if (delimiter?.quoted !== true && /[`]|\$\(/.test(body.text)) this.#leftOut();
			return;
		}
		const { target, operator } = redirection;
		const [term, more] = target === undefined ? [] : this.#terms([target]);
		if (operator === "<<<" || operator === "<" || operator === "<&") return;
		if (operator === ">&" && term?.kind === "sure" && /^(?:\d+|-)$/.test(term.value)) return;
		try {
			if (
				term?.kind !== "sure" ||
				more !== undefined ||
				this.#turned ||
				redirection.descriptor?.type === "FileDescriptorVariable"
			) {
				throw new NotKnown();
			}
			const sink = term.value.startsWith("/dev/");
			if (this.#cwd === undefined && !sink) throw new NotKnown();
			const cwd = this.#cwd ?? "/";
			this.#ground.strays.clear();
			const { places } = await placesOf([{ ...term, ended: true }], cwd, this.#ground);
			// "<>" leaves what is there, and writes over some of it.
			if (operator === "<>") throw new NotKnown();
			const items = await written(places, operator === ">>" || operator === "&>>", {
				cwd,
				ground: this.#ground,
				before: [],
			});
			this.items.push(...items);
			if (items.length > 0) this.#changed();
		} catch (error) {
			if (!(error instanceof NotKnown)) throw error;
			this.#leftOut();
		}
	}
}
