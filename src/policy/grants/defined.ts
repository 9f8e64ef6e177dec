// Which files of the workspace say what a command runs. Found anew for every action: another package.json that comes to
// lie nearer, or a `cd` into a folder with its own, is another command under the same words.
import { existsSync, opendirSync, realpathSync, statSync } from "node:fs";
import { dirname, join, relative, resolve, sep } from "node:path";
import type { Line, Simple } from "../floor/line.ts";
import { isInside } from "../paths.ts";
import { MAX_UNCHANGED } from "../rules/unchanged.ts";
import { doesWhatItReads } from "./handed.ts";
import { hooksOf } from "./hooks.ts";
import { scriptsOf } from "./interpreters.ts";
import { INTERPRETERS, RUNNERS, type Runner, STARTERS, WRAPPERS } from "./runners.ts";

/** Where a line runs; made anew for each look at it. */
export interface Stand {
	/** Real path of the workspace's folder. */
	folder: string;
	/** Every folder the line's commands may run in, as far as `cd` in it tells. */
	places: readonly string[];
}

const MAX_PLACES = 8;
/** Folders above one another that are looked through, and names in one that are looked at. */
const MAX_LEVELS = 40;
const MAX_NAMES = 2000;
/** Words of a command that are looked at for files. */
const MAX_WORDS = 200;
/** Programs in these places were installed, and are not what an agent works on. */
const INSTALLED = ["/usr", "/bin", "/sbin", "/opt", "/nix/store", "/snap", "/Applications", "/System", "/Library"];

/** Where the commands of a line may run; undefined where that is known only when it runs. @param cwd as the agent says */
export function standOf(line: Line, cwd: string, folder: string): Stand | undefined {
	const places = new Set([cwd]);
	for (const { words } of line.commands ?? []) {
		const [name, ...rest] = words;
		if (name === "popd") return undefined;
		if (name !== "cd" && name !== "pushd") continue;
		const operands = rest.filter((word) => word === undefined || !/^-[LPe]+$|^--$/.test(word));
		const [to] = operands;
		// "cd -P link/..": what ".." is above, only the system knows.
		if (rest.some((word) => /^-[LPe]*P/.test(word ?? "")) && /(?:^|\/)\.\.(?:\/|$)/.test(to ?? "")) return undefined;
		if (operands.length !== 1 || to === undefined || to.startsWith("-") || to.startsWith("+")) return undefined;
		for (const from of [...places]) places.add(to.startsWith("/") ? to : join(from, to));
		if (places.size > MAX_PLACES) return undefined;
	}
	return { folder, places: [...places] };
}

/** Whether every folder it may run in is really inside the workspace's folder; with `top`, that folder itself. */
export function standsInside(stand: Stand, top = false): boolean {
	return realPlaces(stand).every(
		(place) => place !== undefined && (top ? place === stand.folder : isInside(place, [stand.folder])),
	);
}

const reals = new WeakMap<Stand, readonly (string | undefined)[]>();

function realPlaces(stand: Stand): readonly (string | undefined)[] {
	const known = reals.get(stand) ?? stand.places.map(realOrNothing);
	reals.set(stand, known);
	return known;
}

/** What was found out about paths for one look at a line: its commands ask for the same ones again and again. */
const looked = new WeakMap<Stand, Map<string, boolean>>();

/**
 * The files that define what a command runs, by path in the workspace's folder, sorted; none for a program that was
 * installed. Undefined where it runs something that cannot be watched: a file outside the folder, what it is handed on its
 * standard input, or nobody knows what.
 * @param fed what the line hands to it
 */
export function definedBy(words: readonly string[], stand: Stand, fed?: Simple["fed"]): string[] | undefined {
	const { folder, places } = stand;
	const [program = ""] = words;
	const name = lastName(program);
	if (WRAPPERS.test(name) || words.length > MAX_WORDS || fed !== undefined || doesWhatItReads(words)) return undefined;
	const known = looked.get(stand) ?? new Map<string, boolean>();
	looked.set(stand, known);
	const found = new Found(folder, known);
	for (const [index, written] of places.entries()) {
		const place = realPlaces(stand)[index];
		const runs = place !== undefined && isInside(place, [folder]);
		if (program.includes("/")) found.program(resolve(written, program));
		if (INTERPRETERS.test(name)) {
			const runsWhat = scriptsOf(name, words);
			if (runsWhat === undefined) return undefined;
			for (const script of runsWhat.scripts) found.script(resolve(written, script));
			for (const loaded of runsWhat.loaded) found.operand(resolve(written, loaded), loaded);
			for (const file of moduleFiles(words)) if (isFile(join(written, file))) found.add(join(written, file));
		}
		if (name === "git" && runs) {
			for (const at of [place, ...valuesOf(words, ["-C"]).map((value) => realOrNothing(resolve(place, value)))]) {
				const hooks = at === undefined ? undefined : hooksOf(words, at, folder);
				if (hooks === undefined) return undefined;
				for (const hook of hooks) found.add(hook);
			}
		}
		for (const runner of runnersOf(words)) {
			if (!runs) return undefined;
			addRunner(runner, words, place, found);
		}
	}
	return found.files();
}

/** The files a command rests on, as they are found. */
class Found {
	readonly #folder: string;
	readonly #files = new Set<string>();
	readonly #known: Map<string, boolean>;
	#unwatched = false;

	constructor(folder: string, known: Map<string, boolean>) {
		this.#folder = folder;
		this.#known = known;
	}

	/** A program by its path. */
	program(path: string): void {
		const real = realOrNothing(path);
		if (real !== undefined && isInside(real, INSTALLED)) return;
		this.add(path);
	}

	/** A file that must be there. */
	script(path: string): void {
		if (isFile(path)) this.add(path);
		else this.#unwatched = true;
	}

	/** A word that may be a file. */
	operand(path: string, word: string): void {
		if (isFile(path)) this.add(path);
		// "python -m tool", "deno task": a name and not a file.
		else if (word.includes("/") || /\.[A-Za-z]{1,5}$/.test(word)) this.#unwatched = true;
	}

	add(path: string): void {
		const real = realOrNothing(path);
		// By the path it is named by, so that a link that is turned elsewhere shows in the content.
		const named = [path, real].find((one) => one !== undefined && isInside(one, [this.#folder]));
		if (named === undefined) this.#unwatched = true;
		else this.#files.add(relative(this.#folder, named).split(sep).join("/"));
	}

	nobodyKnows(): void {
		this.#unwatched = true;
	}

	/** Names in a folder and all above it, up to the workspace's own. */
	above(place: string, names: readonly string[]): void {
		let levels = 0;
		for (let at = place; isInside(at, [this.#folder]); at = dirname(at)) {
			levels += 1;
			if (levels > MAX_LEVELS) this.nobodyKnows();
			if (this.#unwatched) return;
			for (const name of names) {
				if (name.startsWith("*.")) this.#ofKind(at, name.slice(1));
				else if (this.#exists(join(at, name))) this.add(join(at, name));
			}
			if (at === dirname(at)) return;
		}
	}

	#exists(path: string): boolean {
		const known = this.#known.get(path) ?? existsSync(path);
		this.#known.set(path, known);
		return known;
	}

	#ofKind(folder: string, end: string): void {
		try {
			const open = opendirSync(folder);
			try {
				for (let names = 0; ; names += 1) {
					const entry = open.readSync();
					if (entry === null) break;
					if (names >= MAX_NAMES) {
						this.nobodyKnows();
						break;
					}
					if (entry.name.endsWith(end)) this.add(join(folder, entry.name));
				}
			} finally {
				open.closeSync();
			}
		} catch {
			this.nobodyKnows();
		}
	}

	files(): string[] | undefined {
		return this.#unwatched || this.#files.size > MAX_UNCHANGED ? undefined : [...this.#files].sort();
	}
}

function addRunner(runner: Runner, words: readonly string[], place: string, found: Found): void {
	const folders = valuesOf(words, runner.folders).map((value) => resolve(place, value));
	for (const folder of [place, ...folders]) {
		const real = realOrNothing(folder);
		if (real === undefined) found.nobodyKnows();
		else found.above(real, runner.files);
	}
	for (const value of valuesOf(words, runner.other)) found.add(resolve(place, value));
	for (const value of valuesOf(words, runner.packages)) {
		const real = realOrNothing(resolve(place, value));
		if (value !== "" && real !== undefined && existsSync(join(real, "package.json"))) found.above(real, runner.files);
		else found.nobodyKnows();
	}
	if (runner.operands !== true) return;
	for (const word of words.slice(1)) if (isFile(resolve(place, word))) found.add(resolve(place, word));
}

function runnersOf(words: readonly string[]): Runner[] {
	const [program = ""] = words;
	const count = STARTERS.test(lastName(program)) ? 4 : 1;
	const names = words.slice(0, count).map(lastName);
	return RUNNERS.filter(
		({ programs, word }) =>
			names.some((name) => programs.test(name)) && (word === undefined || words.slice(1).some((one) => word.test(one))),
	);
}

/** Where "python -m tool" may find the module in the folder it runs in. */
function moduleFiles(words: readonly string[]): string[] {
	const at = words.indexOf("-m");
	const name = at === -1 ? undefined : words[at + 1]?.replaceAll(".", "/");
	if (name === undefined || name.startsWith("/")) return [];
	return [`${name}.py`, `${name}/__main__.py`, `${name}/__init__.py`];
}

/** Values of options: "-C x", "-Cx" and "--dir=x"; "" for one that has none. */
function valuesOf(words: readonly string[], options: readonly string[] = []): string[] {
	const values: string[] = [];
	for (const [index, word] of words.entries()) {
		for (const option of options) {
			if (word === option) values.push(words[index + 1] ?? "");
			else if (word.startsWith(`${option}=`) || (/^-[^-]$/.test(option) && word.startsWith(option))) {
				values.push(word.slice(option.length).replace(/^=/, ""));
			}
		}
	}
	return values;
}

function lastName(word: string): string {
	return word.slice(word.lastIndexOf("/") + 1);
}

function isFile(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function realOrNothing(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch {
		return undefined;
	}
}
