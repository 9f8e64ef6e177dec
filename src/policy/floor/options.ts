// Holds the words of a command against its rule: every option known and complete, every operand of the right kind.
import { COMMANDS, type CommandRule, VALUES } from "./table.ts";

export type Kind = keyof typeof VALUES;

interface Spec {
	flags: Set<string>;
	/** Option with its dashes, to the kind of its value. */
	values: Map<string, Kind>;
	/** Long options with a value only after "=". */
	optional: Map<string, Kind>;
	/** "-5" is an option. */
	digits: boolean;
	operands: { kind: Kind; many: boolean; needed: boolean }[];
}

export interface Arguments {
	/** Options without their values, as given; flags that were run together are taken apart. */
	options: Set<string>;
	/** Everything with a meaning of its own: operands, and values of options. */
	given: { kind: Kind; value: string }[];
}

/** The first word that is not as the rule says it; an operand that is missing has no word. */
export interface Misfit {
	problem: "option" | "operand";
	word: string;
}

const specs = new Map(Object.entries(COMMANDS).map(([name, rule]) => [name, specOf(rule)]));

/** The rule of a command by its exact name; a path to a program of that name is another program. */
export function ruleOf(name: string): CommandRule | undefined {
	return Object.hasOwn(COMMANDS, name) ? COMMANDS[name] : undefined;
}

/** Reads the words after the command's name. */
export function readArguments(name: string, words: readonly string[]): Arguments | Misfit {
	const spec = specs.get(name);
	if (spec === undefined) return { problem: "operand", word: name };
	const result: Arguments = { options: new Set(), given: [] };
	const operands: string[] = [];
	// Programs that do not look for options behind the first operand would open such a word as a file.
	const alsoFiles: string[] = [];
	for (let index = 0; index < words.length; index += 1) {
		const word = words[index] ?? "";
		if (word === "--") {
			operands.push(...words.slice(index + 1));
			break;
		}
		if (!word.startsWith("-") || word === "-") {
			operands.push(word);
			continue;
		}
		const taken = takeOption(spec, word, words[index + 1], result);
		if (taken === undefined) return { problem: "option", word };
		if (operands.length > 0) alsoFiles.push(...words.slice(index, index + taken));
		index += taken - 1;
	}
	const misfit = takeOperands(spec, operands, result);
	if (misfit !== undefined) return misfit;
	if (spec.operands.some(({ kind }) => kind === "PATH")) {
		for (const value of alsoFiles) result.given.push({ kind: "PATH", value });
	}
	return result;
}

/** Number of words the option took, or undefined when it is not one of the rule's. */
function takeOption(spec: Spec, word: string, next: string | undefined, result: Arguments): number | undefined {
	if (!/^[\x21-\x7e]+$/.test(word.split("=", 1)[0] ?? "")) return undefined;
	if (word.startsWith("--")) {
		const equals = word.indexOf("=");
		const name = equals === -1 ? word : word.slice(0, equals);
		const value = equals === -1 ? undefined : word.slice(equals + 1);
		result.options.add(name);
		if (value === undefined && (spec.flags.has(name) || spec.optional.has(name))) return 1;
		const kind = spec.values.get(name) ?? (value === undefined ? undefined : spec.optional.get(name));
		const given = value ?? next;
		if (kind === undefined || given === undefined || !give(kind, given, result)) return undefined;
		return value === undefined ? 2 : 1;
	}
	if (spec.digits && /^-\d{1,9}$/.test(word)) return 1;
	for (let at = 1; at < word.length; at += 1) {
		const name = `-${word[at]}`;
		result.options.add(name);
		if (spec.flags.has(name)) continue;
		const kind = spec.values.get(name);
		const glued = word.slice(at + 1);
		const given = glued === "" ? next : glued;
		if (kind === undefined || given === undefined || !give(kind, given, result)) return undefined;
		return glued === "" ? 2 : 1;
	}
	return 1;
}

function takeOperands(spec: Spec, operands: readonly string[], result: Arguments): Misfit | undefined {
	const patternGiven = result.given.some(({ kind }) => kind === "PATTERN");
	const places = spec.operands.filter(({ kind }) => !(patternGiven && kind === "PATTERN"));
	let at = 0;
	for (const word of operands) {
		const place = places[at];
		if (place === undefined || !give(place.kind, word, result)) return { problem: "operand", word };
		if (!place.many) at += 1;
	}
	const missing = places.slice(at).find(({ needed, many, kind }) => {
		return needed && !(many && result.given.some((given) => given.kind === kind));
	});
	return missing === undefined ? undefined : { problem: "operand", word: "" };
}

function give(kind: Kind, value: string, result: Arguments): boolean {
	if (!VALUES[kind].test(value)) return false;
	result.given.push({ kind, value });
	return true;
}

function specOf(rule: CommandRule): Spec {
	const spec: Spec = { flags: new Set(), values: new Map(), optional: new Map(), digits: false, operands: [] };
	for (const option of rule.options.split(/\s+/).filter((text) => text !== "")) {
		const form = /^(--?[A-Za-z0-9-]+)(?:(=|\[=)([A-Z]+)\]?)?$/.exec(option);
		if (form === null) throw new Error(`the table holds an option that cannot be read: ${option}`);
		const [, name = "", equals, kind] = form;
		if (name === "-NUMBER") spec.digits = true;
		else if (equals === undefined) spec.flags.add(name);
		else (equals === "=" ? spec.values : spec.optional).set(name, kindOf(kind));
	}
	for (const operand of rule.operands.split(/\s+/).filter((text) => text !== "")) {
		const count = /[+*?]$/.exec(operand)?.[0];
		const kind = kindOf(operand.replace(/[+*?]$/, ""));
		spec.operands.push({ kind, many: count === "+" || count === "*", needed: count === undefined || count === "+" });
	}
	return spec;
}

function kindOf(text: string | undefined): Kind {
	if (text === undefined || !Object.hasOwn(VALUES, text)) throw new Error(`the table holds no such kind: ${text}`);
	return text as Kind;
}
