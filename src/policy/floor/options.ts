// Holds the words of a command against its entry in the table: every option known and complete, every operand of its kind.
import { type CommandRule, type Kind, VALUES } from "./rule.ts";
import type { Known } from "./word.ts";

interface Place {
	kind: Kind;
	many: boolean;
	needed: boolean;
}

interface Spec {
	flags: ReadonlySet<string>;
	/** Option with its dashes, to the kind of its value. */
	values: ReadonlyMap<string, Kind>;
	/** Options that take several words, never glued. */
	lists: ReadonlyMap<string, readonly Kind[]>;
	/** Options whose value can only be glued or stand behind "=". */
	optional: ReadonlyMap<string, Kind>;
	/** "-5" is an option. */
	digits: boolean;
	operands: readonly Place[];
	/** Takes a command: what stands behind the first operand is its, options too. */
	wraps: boolean;
}

/** Something with a meaning of its own: an operand, or the value of an option. */
export interface Given {
	kind: Kind;
	word: Pick<Known, "value" | "pattern" | "dynamic">;
}

export interface Arguments {
	rule: CommandRule;
	/** Options without their values, as given; flags that were run together are taken apart. */
	options: Set<string>;
	given: Given[];
	/** Commands it would start: words of each. */
	commands: Known[][];
}

/** The first word that is not as the table says it; an operand or a needed option that is missing has no word. */
export interface Misfit {
	problem: "option" | "operand";
	word: string;
}

/** Tokens of find's expressions that are no options. */
const FIND_TOKENS = new Set(["(", ")", "!", ","]);
/** Kinds that any text fits: their meaning is looked at elsewhere. */
const FREE = new Set<Kind>(["TEXT", "ITEM", "PATTERN", "GLOB", "PATH", "REV"]);

const specs = new WeakMap<CommandRule, Spec>();

/** Reads the words behind an entry's key, in the first form that fits. @param name the key */
export function readArguments(name: string, rule: CommandRule, words: readonly Known[]): Arguments | Misfit {
	const first = readForm(name, rule, words);
	if (!("problem" in first) || rule.forms === undefined) return first;
	for (const form of rule.forms) {
		const read = readForm(name, form, words);
		if (!("problem" in read)) return read;
	}
	return first;
}

function readForm(name: string, rule: CommandRule, words: readonly Known[]): Arguments | Misfit {
	const reader = new Reader(name, rule);
	const misfit = reader.read(words);
	if (misfit !== undefined) return misfit;
	const { result } = reader;
	if (rule.needs !== undefined && !rule.needs.some((option) => result.options.has(option))) {
		return { problem: "operand", word: "" };
	}
	return result;
}

class Reader {
	readonly #name: string;
	readonly #rule: CommandRule;
	readonly #spec: Spec;
	readonly result: Arguments;
	readonly #operands: { word: Known; ended: boolean }[] = [];

	constructor(name: string, rule: CommandRule) {
		this.#name = name;
		this.#rule = rule;
		this.#spec = specOf(rule);
		this.result = { rule, options: new Set(), given: [], commands: [] };
	}

	read(words: readonly Known[]): Misfit | undefined {
		// Programs that do not look for options behind the first operand would open such a word as a file.
		const alsoFiles: Known[] = [];
		let ended = false;
		for (let index = 0; index < words.length; index += 1) {
			const word = words[index];
			if (word === undefined) break;
			const { value, text } = word;
			if (ended || (this.#spec.wraps && this.#operands.length > 0)) {
				this.#operands.push({ word, ended: true });
				continue;
			}
			if (value === undefined && this.#takeSpread(word)) continue;
			if (value === undefined) {
				if (word.pattern.startsWith("-") || !this.#mayBeUnknown(word)) return { problem: "operand", word: text };
				this.#operands.push({ word, ended: false });
			} else if (value === "--" && this.#rule.wordOptions !== true) {
				ended = true;
			} else if (this.#name === "find" && FIND_TOKENS.has(value)) {
				this.result.options.add(value);
			} else if (!value.startsWith("-") || value === "-") {
				this.#operands.push({ word, ended: false });
			} else {
				if (this.#optionsFirst && this.#operands.length > 0) return { problem: "operand", word: text };
				const taken = this.#takeOption(value, words, index);
				if (taken === undefined && this.#rule.anyWords === true && !this.#takesPaths) {
					// A program that can do no harm prints or calculates what it does not know.
					this.#operands.push({ word, ended: false });
					continue;
				}
				if (taken === undefined) return { problem: "option", word: text };
				if (this.#operands.length > 0) alsoFiles.push(...words.slice(index, index + taken));
				index += taken - 1;
			}
		}
		const misfit = this.#takeOperands();
		if (misfit !== undefined) return misfit;
		if (this.#rule.wordOptions !== true && this.#takesPaths) {
			for (const word of alsoFiles) this.#give("PATH", word);
		}
		return undefined;
	}

	get #optionsFirst(): boolean {
		const { needs, optionsFirst, script, wordOptions } = this.#rule;
		if (optionsFirst === true) return true;
		// Programs with sub-commands read their options wherever they stand.
		if (wordOptions === true || this.#name.includes(" ")) return false;
		return needs !== undefined || script === "sed" || script === "awk";
	}

	get #takesPaths(): boolean {
		return this.#spec.operands.some(({ kind }) => kind === "PATH");
	}

	/** `--include=*.py`: whatever the pattern turns into, every word of it begins with the option and its "=". */
	#takeSpread({ pattern, dynamic, many }: Known): boolean {
		const equals = pattern.indexOf("=");
		const name = pattern.slice(0, equals);
		if (!pattern.startsWith("--") || equals === -1 || name.includes("*") || (dynamic && many)) return false;
		const kind = this.#spec.values.get(name) ?? this.#spec.optional.get(name);
		if (kind === undefined || !FREE.has(kind) || this.#rule.wordOptions === true) return false;
		this.result.options.add(name);
		return this.#give(kind, { value: undefined, pattern: pattern.slice(equals + 1), dynamic });
	}

	/** A word that is known only when it runs could turn out to be an option. */
	#mayBeUnknown(word: Known): boolean {
		const { anyWords } = this.#rule;
		return word.anchored || anyWords === true || (anyWords === "behind" && this.#operands[0]?.word.value !== undefined);
	}

	/** Number of words the option took, or undefined when it is not one of the entry's. */
	#takeOption(value: string, words: readonly Known[], index: number): number | undefined {
		const next = words[index + 1];
		if (this.#rule.wordOptions === true) {
			if (this.#isFlag(value)) return 1;
			const kind = this.#spec.values.get(value);
			if (kind === "COMMAND") return this.#takeCommand(value, words, index);
			return kind !== undefined && this.#takeNext(value, kind, next) ? 2 : undefined;
		}
		return value.startsWith("--") ? this.#takeLong(value, words, index) : this.#takeLetters(value, next);
	}

	#isFlag(option: string): boolean {
		if (!this.#spec.flags.has(option)) return false;
		this.result.options.add(option);
		return true;
	}

	#takeNext(option: string, kind: Kind, next: Known | undefined): boolean {
		this.result.options.add(option);
		// A word that may vanish or multiply would shift what stands behind it.
		return next !== undefined && !next.many && this.#give(kind, next);
	}

	#takeLong(text: string, words: readonly Known[], index: number): number | undefined {
		const equals = text.indexOf("=");
		const name = equals === -1 ? text : text.slice(0, equals);
		const value = equals === -1 ? undefined : text.slice(equals + 1);
		const { flags, lists, optional, values } = this.#spec;
		this.result.options.add(name);
		const several = lists.get(text);
		if (several !== undefined) {
			const given = words.slice(index + 1, index + 1 + several.length);
			return several.every((one, at) => this.#takeNext(name, one, given[at])) ? several.length + 1 : undefined;
		}
		const next = words[index + 1];
		if (value === undefined && (flags.has(name) || optional.has(name))) return 1;
		const kind = values.get(name);
		if (value === undefined) return kind !== undefined && this.#takeNext(name, kind, next) ? 2 : undefined;
		const takes = kind ?? optional.get(name);
		return takes !== undefined && this.#give(takes, literal(value)) ? 1 : undefined;
	}

	#takeLetters(text: string, next: Known | undefined): number | undefined {
		const { digits, flags, optional, values } = this.#spec;
		if (digits && /^-\d{1,9}$/.test(text)) return 1;
		for (let at = 1; at < text.length; at += 1) {
			const name = `-${text[at]}`;
			this.result.options.add(name);
			const glued = text.slice(at + 1);
			const kind = values.get(name);
			if (kind !== undefined) {
				if (glued === "") return this.#takeNext(name, kind, next) ? 2 : undefined;
				return this.#give(kind, literal(glued)) ? 1 : undefined;
			}
			const may = optional.get(name);
			if (may !== undefined && glued !== "" && VALUES[may].test(glued))
				return this.#give(may, literal(glued)) ? 1 : undefined;
			if (may === undefined && !flags.has(name)) return undefined;
		}
		return 1;
	}

	/** `find -exec ls {} ;`: the words up to ";", or up to "+" behind "{}". What is found stands for "{}". */
	#takeCommand(option: string, words: readonly Known[], index: number): number | undefined {
		this.result.options.add(option);
		const found: Known[] = [];
		for (let at = index + 1; at < words.length; at += 1) {
			const word = words[at];
			if (word?.value === undefined) return undefined;
			if (word.value === ";" || (word.value === "+" && words[at - 1]?.value === "{}")) {
				if (found.length === 0) return undefined;
				this.result.commands.push(found);
				return at - index + 1;
			}
			found.push(word.value.includes("{}") ? foundBy(word) : word);
		}
		return undefined;
	}

	#takeOperands(): Misfit | undefined {
		const given = new Set(this.result.given.map(({ kind }) => kind));
		const places = this.#spec.operands.filter(
			({ kind }) => !((kind === "PATTERN" || kind === "SCRIPT") && given.has(kind)),
		);
		let at = 0;
		for (const [index, { word, ended }] of this.#operands.entries()) {
			const place = places[at];
			if (place === undefined) return { problem: "operand", word: word.text };
			if (place.kind === "COMMAND") {
				this.result.commands.push(this.#operands.slice(index).map((operand) => operand.word));
				return undefined;
			}
			if (!this.#fits(place, word, ended)) return { problem: "operand", word: word.text };
			if (!place.many && !(word.many && this.#rule.anyWords !== undefined)) at += 1;
		}
		const missing = places.slice(at).find(({ needed, many, kind }) => {
			return needed && !(many && this.result.given.some((one) => one.kind === kind));
		});
		return missing === undefined ? undefined : { problem: "operand", word: "" };
	}

	#fits(place: Place, word: Known, ended: boolean): boolean {
		const kind = place.kind === "REV" && ended ? "PATH" : place.kind;
		if (word.value !== undefined) return this.#give(kind, word);
		if (word.many && !place.many && this.#rule.anyWords === undefined) return false;
		if (!this.#give(kind, word)) return false;
		// Where it stands is not sure either: it may be a file as well.
		if (kind !== "PATH" && this.#takesPaths && !word.anchored) this.#give("PATH", word);
		return true;
	}

	/** A number or name that is known only when it runs does no harm to a program that can do none. */
	#mayBeAny(kind: Kind): boolean {
		return this.#rule.anyWords === true && kind !== "SCRIPT" && kind !== "COMMAND" && kind !== "ARCHIVE";
	}

	#give(kind: Kind, word: Given["word"]): boolean {
		const fits =
			word.value === undefined
				? FREE.has(kind) || this.#mayBeAny(kind) || (kind === "ARCHIVE" && isPlainlyAPath(word.pattern))
				: VALUES[kind].test(word.value);
		if (!fits) return false;
		this.result.given.push({ kind, word });
		return true;
	}
}

/** A slash before anything unknown: no "host:", and no "@". */
function isPlainlyAPath(pattern: string): boolean {
	return /^[^@:*-][^:*]*\//.test(pattern) || /^[/.][^:*]*\//.test(pattern) || pattern.startsWith("/");
}

function literal(value: string): Given["word"] {
	return { value, pattern: value, dynamic: false };
}

/** Names that find found begin with the folder it was given, and so with no "-". */
function foundBy({ text, value }: Known): Known {
	const pattern = (value ?? "").replaceAll("{}", "*");
	return { text, value: undefined, pattern, many: value === "{}", anchored: true, dynamic: true, splits: false };
}

function specOf(rule: CommandRule): Spec {
	const known = specs.get(rule);
	if (known !== undefined) return known;
	const flags = new Set<string>();
	const values = new Map<string, Kind>();
	const lists = new Map<string, readonly Kind[]>();
	const optional = new Map<string, Kind>();
	let digits = false;
	for (const option of rule.options.split(/\s+/).filter((text) => text !== "")) {
		const form = /^(-[^\s=[\]]+?)(?:=([A-Z]+)|=([A-Z]+(?:,[A-Z]+)+)|\[=?([A-Z]+)\])?$/.exec(option);
		const [, name = "", value, several, may] = form ?? [];
		if (form === null) throw new Error(`the table holds an option that cannot be read: ${option}`);
		if (name === "-NUMBER") digits = true;
		else if (value !== undefined) values.set(name, kindOf(value));
		else if (several !== undefined) lists.set(name, several.split(",").map(kindOf));
		else if (may !== undefined) optional.set(name, kindOf(may));
		else flags.add(name);
	}
	const operands = rule.operands
		.split(/\s+/)
		.filter((text) => text !== "")
		.map((operand): Place => {
			const count = /[+*?]$/.exec(operand)?.[0];
			const kind = kindOf(operand.replace(/[+*?]$/, ""));
			return { kind, many: count === "+" || count === "*", needed: count === undefined || count === "+" };
		});
	const wraps = operands.some(({ kind }) => kind === "COMMAND");
	const spec = { flags, values, lists, optional, digits, operands, wraps };
	specs.set(rule, spec);
	return spec;
}

function kindOf(text: string): Kind {
	if (!Object.hasOwn(VALUES, text)) throw new Error(`the table holds no such kind: ${text}`);
	return text as Kind;
}

/** Checks every string of an entry. @throws Error that says what cannot be read */
export function checkRule(rule: CommandRule): void {
	specOf(rule);
	for (const form of rule.forms ?? []) checkRule(form);
}
