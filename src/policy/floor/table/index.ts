// All entries of the command table. The files beside this one are the data, grouped by what the commands are for.
import type { CommandRule, Table } from "../rule.ts";
import type { Known } from "../word.ts";
import { ARCHIVES } from "./archives.ts";
import { BINARIES } from "./binaries.ts";
import { GIT, GIT_GLOBALS } from "./git.ts";
import { LISTING } from "./listing.ts";
import { PACKAGES } from "./packages.ts";
import { SEARCH } from "./search.ts";
import { SERVICES } from "./services.ts";
import { SYSTEM } from "./system.ts";
import { TEXT } from "./text.ts";
import { VERSIONS } from "./versions.ts";
import { WRAPPERS } from "./wrappers.ts";

export { VERSIONS };

const TABLES: readonly Table[] = [LISTING, TEXT, SEARCH, ARCHIVES, BINARIES, GIT, PACKAGES, SERVICES, SYSTEM, WRAPPERS];

/** Entries by key: a name, or a name and sub-commands with blanks between. No key is in two files. */
export const ENTRIES: ReadonlyMap<string, CommandRule> = collect();

const globals = new Set(GIT_GLOBALS.split(/\s+/));

/** Number of words of the longest key that begins with a name. */
const depths = new Map<string, number>();
for (const key of ENTRIES.keys()) {
	const words = key.split(" ");
	depths.set(words[0] ?? "", Math.max(depths.get(words[0] ?? "") ?? 0, words.length));
}

export interface Found {
	entry: string;
	rule: CommandRule;
	/** Words behind the key. */
	rest: readonly Known[];
}

/** The entry of a command by its exact name and sub-commands; a path to a program of that name is another program. */
export function findEntry(words: readonly Known[]): Found | { problem: "option"; word: string } | undefined {
	const name = words[0]?.value;
	const depth = name === undefined ? undefined : depths.get(name);
	if (name === undefined || depth === undefined) return undefined;
	let rest = words.slice(1);
	if (name === "git") {
		const start = rest.findIndex(({ value }) => value === undefined || !globals.has(value));
		rest = start === -1 ? [] : rest.slice(start);
		const [first] = rest;
		if (first?.value?.startsWith("-") && !first.value.startsWith("--version"))
			return { problem: "option", word: first.text };
	}
	for (let taken = Math.min(depth - 1, rest.length); taken >= 0; taken -= 1) {
		const subs = rest.slice(0, taken).map(({ value }) => value);
		if (subs.includes(undefined)) continue;
		const entry = [name, ...subs].join(" ");
		const rule = ENTRIES.get(entry);
		if (rule !== undefined && subs.every((sub) => !sub?.includes(" "))) return { entry, rule, rest: rest.slice(taken) };
	}
	return undefined;
}

/** Whether a line is a program that is asked for its version and nothing else. */
export function isVersionLine(words: readonly (string | undefined)[]): boolean {
	const [name, option, more] = words;
	if (name === undefined || option === undefined || more !== undefined || !Object.hasOwn(VERSIONS, name)) return false;
	return VERSIONS[name]?.includes(option) ?? false;
}

function collect(): Map<string, CommandRule> {
	const all = new Map<string, CommandRule>();
	for (const [key, rule] of TABLES.flatMap((table) => Object.entries(table))) {
		if (all.has(key)) throw new Error(`two entries of the command table are called ${key}`);
		all.set(key, rule);
	}
	return all;
}
