// One .gitignore file: its patterns, in a form in which most names are decided by looking them up.
import { type Matcher, wildcard } from "./wildcard.ts";

/** The name of a file, the folder it is in relative to the .gitignore ("" or "a/b/"), and whether it is a folder itself. */
export interface Place {
	folder: string;
	name: string;
	isFolder: boolean;
}

interface Pattern {
	negated: boolean;
	foldersOnly: boolean;
}

interface Slow {
	index: number;
	/** What the text must begin with; spares most of the matching. */
	literal: string;
	matches: Matcher;
}

const GLOB = /[*?[\\]/;

/** A longer pattern is not read, nor are patterns that must be followed byte by byte beyond so many in one file. Bytes. */
const MAX_PATTERN = 4096;
const MAX_SLOW = 64 * 1024;

export class IgnoreFile {
	readonly #patterns: Pattern[] = [];
	/** Of a name, anywhere below. */
	readonly #names = new Map<string, number[]>();
	/** "*.x": by what it ends in. */
	readonly #endings = new Map<string, number[]>();
	/** A path without wildcards. */
	readonly #paths = new Map<string, number[]>();
	readonly #slowNames: Slow[] = [];
	readonly #slowPaths: Slow[] = [];
	/** Bytes of patterns that must be followed byte by byte. */
	slow = 0;
	/** Patterns that were not read: they count as if they were not there. */
	unread = 0;

	/** @param text one byte a character */
	constructor(text: string) {
		const lines = text.replace(/^\xef\xbb\xbf/, "").split("\n");
		for (const line of lines) this.#add(line.endsWith("\r") ? line.slice(0, -1) : line);
	}

	/** Patterns in it. */
	get size(): number {
		return this.#patterns.length;
	}

	#add(line: string): void {
		if (line.startsWith("#")) return;
		let pattern = trimEnd(line);
		const negated = pattern.startsWith("!");
		if (negated) pattern = pattern.slice(1);
		const foldersOnly = pattern.endsWith("/");
		if (foldersOnly) pattern = pattern.slice(0, -1);
		if (pattern === "") return;
		if (pattern.length > MAX_PATTERN || (GLOB.test(pattern) && this.slow + pattern.length > MAX_SLOW)) {
			this.unread += 1;
			return;
		}
		const index = this.#patterns.push({ negated, foldersOnly }) - 1;
		const anywhere = /^\*\*\/([^/]+)$/.exec(pattern)?.[1] ?? (pattern.includes("/") ? undefined : pattern);
		if (anywhere !== undefined) this.#addName(anywhere, index);
		else this.#addPath(pattern.startsWith("/") ? pattern.slice(1) : pattern, index);
	}

	#addName(pattern: string, index: number): void {
		if (!GLOB.test(pattern)) put(this.#names, pattern, index);
		else if (/^\*\.[^*?[\\]*$/.test(pattern)) put(this.#endings, pattern.slice(1), index);
		else this.#addSlow(this.#slowNames, pattern, index, false);
	}

	#addPath(pattern: string, index: number): void {
		if (!GLOB.test(pattern)) put(this.#paths, pattern, index);
		else this.#addSlow(this.#slowPaths, pattern, index, true);
	}

	#addSlow(list: Slow[], pattern: string, index: number, pathname: boolean): void {
		this.slow += pattern.length;
		const matches = wildcard(pattern, pathname);
		const at = pattern.search(GLOB);
		// A "**" may stand for nothing together with the slash after it, so only what comes before it is sure.
		if (matches !== undefined) list.push({ index, literal: pattern.slice(0, at), matches });
	}

	/** The last pattern that matches decides. @returns undefined when none does */
	ignores({ folder, name, isFolder }: Place): boolean | undefined {
		let best = -1;
		const consider = (indices: readonly number[] | undefined) => {
			for (const index of indices ?? []) {
				if (index > best && (isFolder || this.#patterns[index]?.foldersOnly === false)) best = index;
			}
		};
		if (this.#names.size > 0) consider(this.#names.get(name));
		if (this.#endings.size > 0) {
			for (let at = name.indexOf("."); at >= 0; at = name.indexOf(".", at + 1)) {
				consider(this.#endings.get(name.slice(at)));
			}
		}
		if (this.#paths.size > 0) consider(this.#paths.get(folder + name));
		for (const slow of this.#slowNames) {
			if (name.startsWith(slow.literal) && slow.index > best && slow.matches(name)) consider([slow.index]);
		}
		if (this.#slowPaths.length > 0) {
			const path = folder + name;
			for (const slow of this.#slowPaths) {
				if (path.startsWith(slow.literal) && slow.index > best && slow.matches(path)) consider([slow.index]);
			}
		}
		return best < 0 ? undefined : this.#patterns[best]?.negated === false;
	}
}

function put(map: Map<string, number[]>, key: string, index: number): void {
	const there = map.get(key);
	if (there === undefined) map.set(key, [index]);
	else there.push(index);
}

/** Spaces at the end do not count, unless a backslash is before them. */
function trimEnd(line: string): string {
	let keep = 0;
	for (let at = 0; at < line.length; at += 1) {
		if (line[at] === "\\") {
			at += 1;
			keep = Math.min(at + 1, line.length);
		} else if (line[at] !== " ") keep = at + 1;
	}
	return line.slice(0, keep);
}
