// All entries of the command table. The files beside this one are the data, grouped by what the commands are for.
import { type CommandRule, type Kind, type Table, VALUES } from "../rule.ts";
import type { Known } from "../word.ts";
import { ARCHIVES } from "./archives.ts";
import { BINARIES } from "./binaries.ts";
import { GIT, GIT_GLOBALS } from "./git.ts";
import { LISTING } from "./listing.ts";
import { PACKAGES } from "./packages.ts";
import { SEARCH } from "./search.ts";
import { GLOBALS, SERVICES } from "./services.ts";
import { SYSTEM } from "./system.ts";
import { TEXT } from "./text.ts";
import { VERSIONS } from "./versions.ts";
import { WRAPPERS } from "./wrappers.ts";

export { VERSIONS };

/** By what the commands are for. */
export const TABLES: Readonly<Record<string, Table>> = {
	"What there is": LISTING,
	Text: TEXT,
	Searching: SEARCH,
	Archives: ARCHIVES,
	"Binaries, media and databases": BINARIES,
	Git: GIT,
	Packages: PACKAGES,
	"Containers, clouds and services": SERVICES,
	"Facts about the machine": SYSTEM,
	"Starting other commands, each judged by itself": WRAPPERS,
};

/** Entries by key: a name, or a name and sub-commands with blanks between. No key is in two files. */
export const ENTRIES: ReadonlyMap<string, CommandRule> = collect();

/** Of each program with sub-commands: options that may stand before them, to the kind of their value. */
const globals = new Map(
	Object.entries({ ...GLOBALS, git: GIT_GLOBALS }).map(([name, options]) => {
		const pairs = options.split(/\s+/).map((option): [string, Kind | undefined] => {
			const [spelled = "", kind] = option.split("=");
			if (kind !== undefined && !Object.hasOwn(VALUES, kind)) throw new Error(`the table holds no such kind: ${kind}`);
			return [spelled, kind as Kind | undefined];
		});
		return [name, new Map(pairs)] as const;
	}),
);

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
	const from = behindGlobals(name, words);
	const rest = words.slice(from);
	const [first] = rest;
	// An option that is not one of these may choose another server, repository or program.
	if (from > 1 && first?.value?.startsWith("-") && ENTRIES.get(name) === undefined)
		return { problem: "option", word: first.text };
	for (let taken = Math.min(depth - 1, rest.length); taken >= 0; taken -= 1) {
		const subs = rest.slice(0, taken).map(({ value }) => value);
		if (subs.includes(undefined)) continue;
		const entry = [name, ...subs].join(" ");
		const rule = ENTRIES.get(entry);
		if (rule !== undefined && subs.every((sub) => !sub?.includes(" "))) return { entry, rule, rest: rest.slice(taken) };
	}
	return undefined;
}

/** Index of the first word behind a program's name and global options. */
function behindGlobals(name: string, words: readonly Known[]): number {
	const known = globals.get(name);
	let at = 1;
	while (known !== undefined) {
		const value = words[at]?.value;
		if (value === undefined || !value.startsWith("-")) break;
		const [spelled = "", ...glued] = value.split("=");
		if (!known.has(spelled)) break;
		const kind = known.get(spelled);
		const given = kind === undefined ? undefined : glued.length > 0 ? glued.join("=") : words[at + 1]?.value;
		if (kind === undefined ? glued.length > 0 : given === undefined || !VALUES[kind].test(given)) break;
		at += kind === undefined || glued.length > 0 ? 1 : 2;
	}
	return at;
}

/** Whether a line is a program that is asked for its version and nothing else. */
export function isVersionLine(words: readonly (string | undefined)[]): boolean {
	const [name, option] = words;
	if (words.length !== 2 || name === undefined || option === undefined || !Object.hasOwn(VERSIONS, name)) return false;
	return VERSIONS[name]?.includes(option) ?? false;
}

function collect(): Map<string, CommandRule> {
	const all = new Map<string, CommandRule>();
	for (const [key, rule] of Object.values(TABLES).flatMap((table) => Object.entries(table))) {
		if (all.has(key)) throw new Error(`two entries of the command table are called ${key}`);
		all.set(key, rule);
	}
	return all;
}
