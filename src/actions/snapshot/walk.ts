// Walks a folder and notes the stat data of all that counts. Follows no link and goes into no ".git".
import { readdirSync, readlinkSync, type Stats } from "node:fs";
import { type Message, message } from "../../protocol/messages.ts";
import { codeOf } from "../paths.ts";
import { byteText, fsPath, readable } from "./byteText.ts";
import { FolderNotes } from "./folderNotes.ts";
import { namesOf, type Tree } from "./folderTree.ts";
import { keyOf, look } from "./readFile.ts";
import { type Chain, ignoredBy, isSameChain, type RulesBook } from "./rulesBook.ts";
import type { Limits } from "./types.ts";
import { chainAbove } from "./upper.ts";
import { isSettingsFile, isSettingsFolder } from "./watched.ts";

/** Patterns of all .gitignore files together; further files do not count, and what they leave out is looked at. */
const MAX_PATTERNS = 100_000;

export interface WalkOptions {
	limits: Limits;
	book: RulesBook;
	/** A walk of the same root: what did not change since is taken from it. */
	base?: Tree | undefined;
	/** A walk whose files are to be looked at again, whatever .gitignore says now. */
	before?: Tree | undefined;
}

interface Step {
	/** Relative to the root, with a slash at the end. */
	folder: string;
	depth: number;
	now: Chain | undefined;
	/** The rules as they were at `before`; the same object when they are the same. */
	earlier: Chain | undefined;
	/** Only the files in it count. */
	shallow: boolean;
}

/** What one walk looks at. @param root absolute, as text */
export function walk(root: string, options: WalkOptions): Tree {
	return new Walk(root, options).run();
}

const CASE_MATTERS = process.platform !== "darwin" && process.platform !== "win32";

function isGit(name: string): boolean {
	return name === ".git" || (!CASE_MATTERS && name.length === 4 && name.toLowerCase() === ".git");
}

class Walk {
	readonly #root: string;
	readonly #options: WalkOptions;
	readonly #tree: Tree;
	readonly #todo: Step[] = [];
	readonly #deadline: number;
	readonly #repositoriesBefore: Set<string> | undefined;
	readonly #notes = new FolderNotes();
	/** Where the walk had to stop. */
	#stopped: Message | undefined;
	#tooDeep: string | undefined;
	#unreadable: { count: number; first: string; code: string } | undefined;
	#rulesHide = false;
	#patterns = 0;

	constructor(root: string, options: WalkOptions) {
		this.#root = byteText(root.endsWith("/") ? root : `${root}/`);
		this.#options = options;
		this.#repositoriesBefore = options.before && new Set(options.before.repositories);
		this.#deadline = performance.now() + options.limits.walkMs;
		this.#tree = {
			...{ folders: new Map(), rules: new Map(), above: undefined, repositories: [], attributes: new Map() },
			...{ files: 0, entries: 0, newest: 0 },
		};
	}

	run(): Tree {
		const now = chainAbove(this.#root, this.#options.book);
		this.#tree.above = now;
		const { before } = this.#options;
		const earlier = before === undefined || isSameChain(now, before.above) ? now : before.above;
		const step = { folder: "", depth: 0, now, earlier, shallow: false };
		for (let next: Step | undefined = step; next !== undefined; next = this.#todo.pop()) {
			this.#visit(next);
			if (this.#stopped !== undefined) break;
		}
		const incomplete = this.#incomplete();
		this.#tree.newest = this.#notes.newest;
		return incomplete === undefined ? this.#tree : { ...this.#tree, incomplete };
	}

	#incomplete(): Message | undefined {
		if (this.#stopped !== undefined) return this.#stopped;
		if (this.#unreadable !== undefined) {
			const { count, first, code } = this.#unreadable;
			return message("afterRun.unreadable", { count, first: readable(this.#root + first), code });
		}
		if (this.#tooDeep !== undefined) {
			return message("afterRun.tooDeep", {
				limit: this.#options.limits.depth,
				first: readable(this.#root + this.#tooDeep),
			});
		}
		return this.#rulesHide ? message("afterRun.rulesChanged") : undefined;
	}

	#visit(step: Step): void {
		const names = this.#list(step.folder);
		if (names === undefined) return;
		const inside = this.#repository(step, names);
		const hasRules = names.includes(".gitignore") || this.#options.before?.rules.has(step.folder) === true;
		this.#entries(hasRules ? this.#withRules(inside, names) : inside, names);
	}

	/** The names in a folder; undefined when nothing is known of it. */
	#list(folder: string): string[] | undefined {
		try {
			return readdirSync(fsPath(this.#root + folder), { encoding: "latin1" });
		} catch (error) {
			// What vanished while the walk was going on is as if it were empty; what is in its place is not known.
			if (codeOf(error) === "ENOENT" && folder !== "") return [];
			this.#fail(folder, error);
			return undefined;
		}
	}

	#fail(path: string, error: unknown): void {
		const code = codeOf(error) ?? String(error);
		this.#unreadable = { ...(this.#unreadable ?? { first: path, code }), count: (this.#unreadable?.count ?? 0) + 1 };
	}

	/** In a repository of its own the rules of the folders above do not count. */
	#repository(step: Step, names: readonly string[]): Step {
		const is = names.some(isGit);
		const was = this.#repositoriesBefore === undefined ? is : this.#repositoriesBefore.has(step.folder);
		if (is) this.#tree.repositories.push(step.folder);
		if (step.folder === "") return step;
		return { ...step, ...(is ? { now: undefined } : {}), ...(was ? { earlier: undefined } : {}) };
	}

	#withRules(step: Step, names: readonly string[]): Step {
		const { folder } = step;
		const path = `${this.#root}${folder}.gitignore`;
		const info = names.includes(".gitignore") ? this.#look(path, folder) : undefined;
		// Git does not follow a .gitignore that is a link either.
		const mayRead = info?.isFile() === true && this.#patterns <= MAX_PATTERNS;
		const read = mayRead ? this.#options.book.read(path, keyOf(info)) : undefined;
		this.#patterns += read?.file.size ?? 0;
		const now = this.#patterns > MAX_PATTERNS ? undefined : read;
		if (now !== undefined) this.#tree.rules.set(folder, now);
		const chainNow = now === undefined ? step.now : { rules: now, base: folder, above: "", next: step.now };
		const { before } = this.#options;
		const was = before?.rules.get(folder);
		if (before === undefined || (now === was && step.now === step.earlier)) {
			return { ...step, now: chainNow, earlier: chainNow };
		}
		const earlier = was === undefined ? step.earlier : { rules: was, base: folder, above: "", next: step.earlier };
		return { ...step, now: chainNow, earlier };
	}

	#entries(step: Step, names: readonly string[]): void {
		const { folder } = step;
		this.#notes.clear();
		let links: Map<string, string> | undefined;
		const changedRules = step.now !== step.earlier;
		const old = changedRules ? this.#options.before?.folders.get(folder) : undefined;
		const known = old === undefined ? undefined : new Set(namesOf(old));
		const folders: Step[] = [];
		for (const name of names) {
			if (isGit(name)) continue;
			this.#count();
			if (this.#stopped !== undefined) return;
			const path = folder + name;
			const info = this.#look(this.#root + path, path);
			if (info === null) {
				this.#notes.add(name, undefined);
				continue;
			}
			if (info === undefined) continue;
			const isFolder = info.isDirectory();
			let shallow = false;
			if (known?.has(name) !== true && this.#ignored(step, name, isFolder)) {
				const settings = isFolder ? folder === "" && isSettingsFolder(name) : isSettingsFile(name);
				if (!settings) continue;
				shallow = isFolder;
			}
			if (isFolder && step.shallow) continue;
			this.#notes.add(name, info);
			if (isFolder) folders.push({ ...step, folder: `${path}/`, depth: step.depth + 1, shallow });
			else {
				this.#tree.files += 1;
				if (info.isSymbolicLink()) {
					links ??= new Map();
					links.set(name, this.#linkOf(path));
				} else if (name === ".gitattributes") this.#tree.attributes.set(folder, keyOf(info));
			}
		}
		this.#tree.folders.set(folder, this.#notes.folder(this.#options.base?.folders.get(folder), links));
		for (const next of folders) {
			if (next.depth <= this.#options.limits.depth) this.#todo.push(next);
			else this.#tooDeep ??= next.folder;
		}
	}

	/** Undefined when it is gone, null when it would not be looked at. */
	#look(path: string, relative: string): Stats | undefined | null {
		try {
			return look(path);
		} catch (error) {
			this.#fail(relative, error);
			return null;
		}
	}

	#count(): void {
		this.#tree.entries += 1;
		const { entries, walkMs } = this.#options.limits;
		if (this.#tree.entries > entries) {
			this.#tree.entries -= 1;
			this.#stopped = message("afterRun.tooMany", { limit: entries });
		} else if (this.#tree.entries % 64 === 0 && performance.now() > this.#deadline) {
			this.#stopped = message("afterRun.tooSlow", { seconds: walkMs / 1000, entries: this.#tree.entries });
		}
	}

	/** Rules that changed in between must not hide what is new, nor make what was hidden look new. */
	#ignored({ now, earlier, folder }: Step, name: string, isFolder: boolean): boolean {
		const place = { folder, name, isFolder };
		const today = now !== undefined && ignoredBy(now, place);
		if (now === earlier) return today;
		const before = earlier !== undefined && ignoredBy(earlier, place);
		if (today !== before) this.#rulesHide = true;
		return today || before;
	}

	#linkOf(path: string): string {
		try {
			return readlinkSync(fsPath(this.#root + path), "latin1");
		} catch {
			// It was replaced meanwhile; its inode number tells.
			return "";
		}
	}
}
