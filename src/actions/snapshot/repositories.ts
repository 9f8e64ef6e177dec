// The repositories of a snapshot: which content of its files git has a copy of, as things were when it was taken.
import { AttributesBook, type Converts } from "./attributes.ts";
import type { Tree } from "./folderTree.ts";
import { GitIndex } from "./gitIndex.ts";
import { type GitPlaces, gitPlaces } from "./gitPlaces.ts";
import { keyOf, lookQuietly, readWhole } from "./readFile.ts";
import type { Limits } from "./types.ts";
import { repositoryOf } from "./upper.ts";

/** Of more than these, and of more attributes files, nothing is known. */
const MAX_REPOSITORIES = 20;
const MAX_ATTRIBUTES = 500;

/** A repository, as far as it reaches into a root. */
export interface Repository {
	/** Its folder relative to the root, or "" when it begins at or above the root. */
	folder: string;
	/** The root's own path in a repository above it, with a slash at the end; else "". */
	above: string;
	places: GitPlaces;
	/** Of the index, in the shelf. */
	index: string;
	/** Attributes files that convert, by the folder they are for, relative to the root. */
	converts: [folder: string, above: string, converts: Converts][];
}

/** A content that git has. */
export interface GitCopy {
	store: string;
	id: string;
	algorithm: "sha1" | "sha256";
}

export class RepositoryShelf {
	readonly #limits: Limits;
	readonly #attributes = new AttributesBook();
	/** By path and stat data, the latest used last. Snapshots whose index was put away have no copies in git any more. */
	readonly #indexes = new Map<string, { index: GitIndex | undefined; bytes: number }>();

	constructor(limits: Limits) {
		this.#limits = limits;
	}

	/** @param root absolute, with a slash at the end, one byte a character */
	of(root: string, tree: Tree): Repository[] {
		const folders = tree.repositories.slice(0, MAX_REPOSITORIES);
		const top = repositoryOf(root);
		const found = folders.map((folder) => this.#open(root, tree, folder, `${root}${folder}`));
		if (top !== undefined && top !== root) found.push(this.#open(root, tree, "", top));
		return found.filter((one) => one !== undefined);
	}

	#open(root: string, tree: Tree, folder: string, at: string): Repository | undefined {
		const places = gitPlaces(at);
		if (places === undefined || places === "unknown" || tree.attributes.size > MAX_ATTRIBUTES) return undefined;
		const index = this.openIndex(places.own)?.key;
		if (index === undefined || index === "") return undefined;
		const above = root.startsWith(at) ? root.slice(at.length) : "";
		return { folder, above, places, index, converts: this.#converts(root, tree, { folder, above, places }) };
	}

	#converts(
		root: string,
		tree: Tree,
		{ folder, above, places }: Omit<Repository, "index" | "converts">,
	): Repository["converts"] {
		const list: Repository["converts"] = [];
		const add = (path: string, key: string, from: string, up: string) => {
			const converts = this.#attributes.read(path, key);
			if (converts !== undefined) list.push([from, up, converts]);
		};
		for (const [from, key] of tree.attributes) {
			if (from.startsWith(folder)) add(`${root}${from}.gitattributes`, key, from, "");
		}
		const extra: [path: string, up: string][] = [[`${places.common}info/attributes`, above]];
		for (let at = 0; at < above.length; at = above.indexOf("/", at) + 1) {
			extra.push([`${root.slice(0, root.length - above.length + at)}.gitattributes`, above.slice(at)]);
		}
		for (const [path, up] of extra) {
			const info = lookQuietly(path);
			if (info !== undefined) add(path, keyOf(info), folder, up);
		}
		return list;
	}

	/**
	 * Reads a repository's index.
	 * @param own the folder that it is in
	 * @returns its name on the shelf, "" where there is none; undefined when it cannot be read
	 */
	openIndex(own: string): { key: string; index: GitIndex | undefined } | undefined {
		const path = `${own}index`;
		const info = lookQuietly(path);
		if (info === undefined) return { key: "", index: undefined };
		if (info.size > this.#limits.indexBytes) return undefined;
		const key = `${path}\0${keyOf(info)}`;
		let kept = this.#indexes.get(key);
		if (kept === undefined) {
			const read = readWhole(path, this.#limits.indexBytes);
			if (read.state !== "read") return undefined;
			kept = { index: GitIndex.parse(read.bytes, read.info.mtimeMs), bytes: read.bytes.length };
		}
		this.#indexes.delete(key);
		this.#indexes.set(key, kept);
		let total = [...this.#indexes.values()].reduce((sum, { bytes }) => sum + bytes, 0);
		for (const [oldest, { bytes }] of this.#indexes) {
			if (total <= this.#limits.indexBytes) break;
			this.#indexes.delete(oldest);
			total -= bytes;
		}
		return { key, index: kept.index };
	}

	/** An index that was read before, if it is still kept. */
	indexOf(key: string): GitIndex | undefined {
		return this.#indexes.get(key)?.index;
	}

	/**
	 * The copy that git has of a file's content.
	 * @param path relative to the root
	 * @param stats the file's numbers when the snapshot was taken
	 */
	copyOf(repositories: readonly Repository[], path: string, stats: Float64Array): GitCopy | undefined {
		const one = ownerOf(repositories, path);
		const index = one === undefined ? undefined : this.indexOf(one.index);
		if (one === undefined || index === undefined) return undefined;
		const id = index.objectOf(one.above + path.slice(one.folder.length), stats);
		if (id === undefined || isConverted(one, path)) return undefined;
		return { store: `${one.places.common}objects`, id, algorithm: index.algorithm };
	}
}

/** The innermost repository that a path is in. */
function ownerOf(repositories: readonly Repository[], path: string): Repository | undefined {
	let best: Repository | undefined;
	for (const one of repositories) {
		if (path.startsWith(one.folder) && (best === undefined || one.folder.length > best.folder.length)) best = one;
	}
	return best;
}

function isConverted({ converts }: Repository, path: string): boolean {
	const at = path.lastIndexOf("/") + 1;
	const [folder, name] = [path.slice(0, at), path.slice(at)];
	return converts.some(([from, up, does]) => folder.startsWith(from) && does(up + folder.slice(from.length), name));
}
