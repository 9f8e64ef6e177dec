// Holds paths against the places: as written, where they really lead, and in the loose forms a shell line can take.
import { basename, dirname, resolve } from "node:path";
import { redact } from "../../actions/redact.ts";
import { MAX_PATH_LENGTH } from "../paths.ts";
import { PLACES, PROGRAMS } from "./places.ts";

/** What the places are measured from. */
export interface Ground {
	/** Gatepost home and the user's home: as given and as real paths. */
	gatepostHomes: readonly string[];
	userHomes: readonly string[];
	/** Folders whose files are found by name (PATH), in lower case. */
	pathFolders: ReadonlySet<string>;
	/** Folders where agents keep their settings when told so (CLAUDE_CONFIG_DIR). */
	agentFolders: readonly string[];
}

/** How a path comes up: it may be changed, it is mentioned in a shell line, or it is only run there. */
export type Mention = "changed" | "mentioned" | "run";

interface Pattern {
	what: string;
	names: string[];
	below: boolean;
	runnable: boolean;
}

/** Patterns by their first name, so that one path is held against a few of them only. */
class Patterns {
	readonly #byFirst = new Map<string, Pattern[]>();
	readonly #wild: Pattern[] = [];
	readonly #all: Pattern[] = [];

	constructor(from: "home" | "root" | "anywhere") {
		for (const { what, paths, runnable = false } of PLACES.filter((place) => place.from === from)) {
			for (const path of paths) this.#add(path.split("/"), what, runnable);
		}
	}

	#add(names: string[], what: string, runnable: boolean): void {
		const below = names.at(-1) === "**";
		const pattern = { what, names: below ? names.slice(0, -1) : names, below, runnable };
		const first = names[0] ?? "";
		this.#all.push(pattern);
		if (first.includes("*")) this.#wild.push(pattern);
		else this.#byFirst.set(first, [...(this.#byFirst.get(first) ?? []), pattern]);
	}

	find(parts: readonly string[], at: number, mention: Mention): Pattern | undefined {
		const first = parts[at] ?? "";
		const loose = mention !== "changed";
		const few = loose && wildcard(first) > 0 ? this.#all : [...(this.#byFirst.get(first) ?? []), ...this.#wild];
		return few.find((pattern) => !(pattern.runnable && mention === "run") && matches(parts, at, pattern, loose));
	}
}

const fromHome = new Patterns("home");
const fromRoot = new Patterns("root");
const anywhere = new Patterns("anywhere");

/**
 * What guards the person at this absolute path, or undefined. A path that is only mentioned is taken loosely: globs may
 * mean the place, and so may a folder above it.
 */
export function guardedPlace(path: string, ground: Ground, mention: Mention = "changed"): string | undefined {
	const parts = split(path);
	const loose = mention !== "changed";
	const at = shorten(path);
	if (ground.gatepostHomes.some((home) => startsWith(parts, split(home), loose))) return `Gatepost's own files (${at})`;
	if (ground.agentFolders.some((home) => startsWith(parts, split(home), loose))) return `an agent's settings (${at})`;
	const lower = path.toLowerCase();
	const inPath = ground.pathFolders.has(lower) || ground.pathFolders.has(dirname(lower));
	if (inPath && mention !== "run") return `${PROGRAMS} (${at})`;
	const pattern = placeOf(parts, ground, mention);
	return pattern === undefined ? undefined : `${pattern.what} (${at})`;
}

function placeOf(parts: readonly string[], ground: Ground, mention: Mention): Pattern | undefined {
	for (const home of ground.userHomes.map(split)) {
		const found = startsWith(parts, home, false) ? fromHome.find(parts, home.length, mention) : undefined;
		if (found !== undefined) return found;
	}
	for (let at = 0; at < parts.length; at += 1) {
		const found = anywhere.find(parts, at, mention);
		if (found !== undefined) return found;
	}
	return fromRoot.find(parts, 0, mention);
}

/** Whether `path` is `folder`, in it, or above it: reading everything below such a path reads Gatepost's own files. */
export function touchesFolder(path: string, folder: string): boolean {
	return inFolder(path, folder) || inFolder(folder, path);
}

/** Whether a path is a folder or in it. */
export function inFolder(path: string, folder: string): boolean {
	const home = split(folder);
	return home.every((name, index) => split(path)[index] === name);
}

/** The absolute path a word of a shell line may mean; `~`, `$HOME` and options glued to a path are seen through. */
export function pathOfWord(word: string, cwd: string, userHome: string): string | undefined {
	if (word === "" || word.length > MAX_PATH_LENGTH) return undefined;
	const bare = word
		.replace(/^[^=:@/~$]*[=:@](?=[/~$.])/, "")
		.replace(/^file:\/\//, "")
		.replace(/^(?:~[a-z_][\w-]*|~|\$\{?HOME\}?|%USERPROFILE%)(?=\/|$)/i, () => userHome)
		.replace(/^\$\{?PWD\}?(?=\/|$)/, () => cwd);
	return resolve(cwd, bare.replaceAll("\\", "/"));
}

/** The configuration that makes the folder of this file the programs of a Python environment. */
export function environmentConfig(path: string): string | undefined {
	const folder = dirname(path);
	return /^(?:bin|scripts)$/i.test(basename(folder)) ? resolve(folder, "..", "pyvenv.cfg") : undefined;
}

function matches(parts: readonly string[], at: number, { names, below }: Pattern, loose: boolean): boolean {
	let index = 0;
	while (index < names.length && at + index < parts.length) {
		if (!nameMatches(parts[at + index] ?? "", names[index] ?? "", loose)) return false;
		index += 1;
	}
	if (index === names.length) return below || at + index === parts.length;
	// The path ended above the place: moving or deleting it takes the place along. Only for dot folders, so that "bin" or
	// "library" alone say nothing.
	return loose && index > 0 && (names[0] ?? "").startsWith(".");
}

function nameMatches(name: string, pattern: string, loose: boolean): boolean {
	const wild = loose ? wildcard(name) : -1;
	const [head = "", tail] = pattern.split("*");
	if (wild > 0) {
		const said = name.slice(0, wild);
		return head !== "" && (head.startsWith(said) || (tail !== undefined && said.startsWith(head)));
	}
	if (tail === undefined) return name === pattern;
	return name.length >= head.length + tail.length && name.startsWith(head) && name.endsWith(tail);
}

/** Where a name stops being literal in a shell line, or -1. */
function wildcard(name: string): number {
	return name.search(/[*?[{$`]/);
}

function startsWith(parts: readonly string[], home: readonly string[], loose: boolean): boolean {
	return home.length > 0 && home.every((name, index) => nameMatches(parts[index] ?? "", name, loose));
}

function split(path: string): string[] {
	const parts = path
		.normalize("NFC")
		.toLowerCase()
		.split(/[\\/]+/)
		.filter((name) => name !== "" && name !== ".");
	// macOS keeps /etc, /var and /tmp in /private.
	return parts[0] === "private" && /^(?:etc|var|tmp)$/.test(parts[1] ?? "") ? parts.slice(1) : parts;
}

function shorten(path: string): string {
	if (path.length <= 80) return path;
	// A secret that is cut in two would not be seen as one when the sentence is logged.
	return `…${redact(path).text.slice(-79)}`;
}
