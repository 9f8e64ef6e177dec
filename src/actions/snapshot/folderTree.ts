// What a walk saw: each folder with its names and their stat data. Folders that did not change between two walks are one
// object, so that twenty snapshots of a workspace take little more memory than one.
import type { Message } from "../../protocol/messages.ts";
import type { GitPlaces } from "./gitPlaces.ts";
import type { IgnoreFile } from "./ignoreFile.ts";
import type { Chain } from "./rulesBook.ts";

/** Numbers of one entry in `Folder.stats`. Times are milliseconds with a fraction, exact to a quarter of a microsecond. */
export const SIZE = 0;
export const MTIME = 1;
export const CTIME = 2;
export const INO = 3;
export const MODE = 4;
export const FIELDS = 5;

const TYPE_MASK = 0o170000;
const TYPE = { folder: 0o040000, file: 0o100000, link: 0o120000 };

/** An entry that is there and would not be looked at. */
export const UNKNOWN_MODE = -1;

export type Kind = "folder" | "file" | "link" | "other" | "unknown";

export function kindOf(mode: number): Kind {
	if (mode === UNKNOWN_MODE) return "unknown";
	const type = mode & TYPE_MASK;
	return type === TYPE.file ? "file" : type === TYPE.folder ? "folder" : type === TYPE.link ? "link" : "other";
}

export interface Folder {
	/** One byte a character, with "/" in between; "" is none. */
	names: string;
	/** FIELDS numbers a name. Of a folder only the mode: its times change with what is in it. */
	stats: Float64Array;
	/** Where symbolic links lead, by name. */
	links?: Map<string, string>;
}

/** A .gitignore, or what stands for it; one object as long as its text is the same. */
export interface Rules {
	text: string;
	file: IgnoreFile;
}

export interface RepositoryPlaces extends GitPlaces {
	/** The folder that has ".git", absolute. */
	at: string;
}

export interface Tree {
	/** By path relative to the root, with a slash at the end; the root is "". */
	folders: Map<string, Folder>;
	/** The .gitignore files that counted, by folder. */
	rules: Map<string, Rules>;
	/** The rules of folders above the root. */
	above: Chain | undefined;
	/** Folders that hold a ".git": repositories, worktrees, submodules. */
	repositories: string[];
	/** Hooks and settings of repositories, by absolute folder; undefined where nothing is known of one. */
	git: Map<string, Folder | undefined>;
	/** The repositories that these are of, and where they really are. */
	places: RepositoryPlaces[];
	/** Files that say where a repository is, by path; each as the folder that it is in, with nothing else in it. */
	pointers: Map<string, Folder>;
	/** When the walk began. Milliseconds since the epoch. */
	begun: number;
	/** Names of git's indexes, by the repository's folder. */
	indexes: Map<string, string>;
	/** .gitattributes files, by folder: size, times and inode number, as one text. */
	attributes: Map<string, string>;
	files: number;
	entries: number;
	/** The latest change of an entry that could be a moment ago, or 0. */
	newest: number;
	incomplete?: Message;
}

const CASE_MATTERS = process.platform !== "darwin" && process.platform !== "win32";

export function isGit(name: string): boolean {
	return name === ".git" || (!CASE_MATTERS && name.length === 4 && name.toLowerCase() === ".git");
}

export function namesOf(folder: Folder): string[] {
	return folder.names === "" ? [] : folder.names.split("/");
}

export function sameStats(one: Float64Array, other: Float64Array): boolean {
	if (one.length !== other.length) return false;
	for (let at = 0; at < one.length; at += 1) if (one[at] !== other[at]) return false;
	return true;
}

/** Splits "a/b/" into ["a/", "b"]. */
export function parentOf(folder: string): [parent: string, name: string] {
	const at = folder.lastIndexOf("/", folder.length - 2) + 1;
	return [folder.slice(0, at), folder.slice(at, -1)];
}

/**
 * Tells whether a folder was seen, was surely not there, or may have been there unseen: nothing can be said of what is in
 * such a one. Remembers what it looked up.
 */
export class FolderStates {
	readonly #tree: Tree;
	readonly #modes = new Map<string, Map<string, number>>();

	constructor(tree: Tree) {
		this.#tree = tree;
	}

	of(path: string): "seen" | "absent" | "unknown" {
		if (this.#tree.folders.has(path)) return "seen";
		if (path === "") return "unknown";
		const [parent, name] = parentOf(path);
		const above = this.of(parent);
		if (above !== "seen") return above;
		const mode = this.#modesIn(parent).get(name);
		if (mode === undefined) return "absent";
		const kind = kindOf(mode);
		return kind === "folder" || kind === "unknown" ? "unknown" : "absent";
	}

	#modesIn(path: string): Map<string, number> {
		let modes = this.#modes.get(path);
		if (modes === undefined) {
			const folder = this.#tree.folders.get(path) ?? NO_FOLDER;
			const mode = (index: number) => folder.stats[index * FIELDS + MODE] ?? UNKNOWN_MODE;
			modes = new Map(namesOf(folder).map((name, index) => [name, mode(index)]));
			this.#modes.set(path, modes);
		}
		return modes;
	}
}

export const NO_FOLDER: Folder = { names: "", stats: new Float64Array(0) };
