// Walks a folder and notes the stat data of all that counts. Follows no link and goes into no ".git".
import { readlinkSync, type Stats } from "node:fs";
import { codeOf } from "../paths.ts";
import { byteText, fsPath, under } from "./byteText.ts";
import { FolderNotes } from "./folderNotes.ts";
import { isGit, namesOf, parentOf, type Tree } from "./folderTree.ts";
import { addGitFolders, folderOf } from "./gitFolders.ts";
import type { GitIndex } from "./gitIndex.ts";
import { type GitPlaces, gitPlaces } from "./gitPlaces.ts";
import { listFolder } from "./listFolder.ts";
import { keyOf, look } from "./readFile.ts";
import type { RepositoryShelf } from "./repositories.ts";
import { type Chain, chained, ignoredBy, isSameChain, type RulesBook } from "./rulesBook.ts";
import type { Limits } from "./types.ts";
import { chainAbove, repositoryOf } from "./upper.ts";
import { WalkTrouble } from "./walkTrouble.ts";
import { isSettingsFile, isSettingsFolder } from "./watched.ts";

/** Patterns of all .gitignore files together; further files do not count, and what they leave out is looked at. */
const MAX_PATTERNS = 100_000;

/** Folders of hooks and settings that are looked at, and indexes that are read. */
const MAX_GIT_FOLDERS = 100;
const MAX_REPOSITORIES = 20;

/** What counts in a folder. */
type Way = Pick<Step, "shallow" | "hidden">;
const SEEN: Way = { shallow: false, hidden: false };

export interface WalkOptions {
	limits: Limits;
	book: RulesBook;
	/** Where git's indexes are read; without it no name counts because git tracks it. */
	shelf?: Pick<RepositoryShelf, "openIndex" | "indexOf"> | undefined;
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
	/** The files in it count, of its folders only what was seen before or git tracks. */
	shallow: boolean;
	/** Rules left out the folder: only what was seen before or git tracks counts. */
	hidden: boolean;
	tracking: Tracking | undefined;
	/** Of the folder itself; undefined where it is not known. Bytes. */
	size: number | undefined;
}

/** What git tracks of the repository that a folder is in. */
interface Tracking {
	/** The repository's folder relative to the root. */
	base: string;
	/** The root's own path in the repository, where that begins above it. */
	above: string;
	now: GitIndex | undefined;
	/** As it was at `before`. */
	earlier: GitIndex | undefined;
	/** The index cannot be read. */
	isUnread: boolean;
}

/** What one walk looks at. @param root absolute, as text */
export function walk(root: string, options: WalkOptions): Tree {
	return new Walk(root, options).run();
}

class Walk {
	readonly #root: string;
	readonly #options: WalkOptions;
	readonly #tree: Tree;
	readonly #todo: Step[] = [];
	readonly #deadline: number;
	readonly #repositoriesBefore: Set<string> | undefined;
	readonly #notes = new FolderNotes();
	readonly #trouble: WalkTrouble;
	#patterns = 0;

	constructor(root: string, options: WalkOptions) {
		this.#root = byteText(root.endsWith("/") ? root : `${root}/`);
		this.#options = options;
		this.#trouble = new WalkTrouble(this.#root, options.limits);
		this.#repositoriesBefore = options.before && new Set(options.before.repositories);
		this.#deadline = performance.now() + options.limits.walkMs;
		this.#tree = {
			...{ folders: new Map(), rules: new Map(), above: undefined, repositories: [], attributes: new Map() },
			...{ git: new Map(), places: [], pointers: new Map(), indexes: new Map() },
			...{ files: 0, entries: 0, newest: 0, begun: Date.now() },
		};
	}

	run(): Tree {
		const now = chainAbove(this.#root, this.#options.book);
		this.#tree.above = now;
		const { before } = this.#options;
		const earlier = before === undefined || isSameChain(now, before.above) ? now : before.above;
		const top = repositoryOf(this.#root);
		const tracking = top === undefined || top === this.#root ? undefined : this.#openGit("", top);
		const step = { folder: "", depth: 0, shallow: false, hidden: false, size: undefined };
		this.#todo.push({ ...step, now, earlier, tracking });
		for (let next = this.#todo.pop(); next !== undefined; next = this.#todo.pop()) {
			this.#visit(next);
			if (this.#trouble.stopped !== undefined) break;
		}
		// A ".git" may lead elsewhere by now: what is where it led before is not gone.
		for (const places of before?.places ?? []) this.#lookAtGit(places);
		for (const path of before?.pointers.keys() ?? []) this.#pointer(path);
		const incomplete = this.#trouble.message;
		this.#tree.newest = this.#notes.newest;
		return incomplete === undefined ? this.#tree : { ...this.#tree, incomplete };
	}

	#visit(step: Step): void {
		const names = this.#list(step.folder, step.size);
		if (names === undefined) return;
		const inside = this.#repository(step, names);
		const hasRules = names.includes(".gitignore") || this.#options.before?.rules.has(step.folder) === true;
		this.#entries(hasRules ? this.#withRules(inside, names) : inside, names);
	}

	/** The names in a folder; undefined when nothing is known of it. */
	#list(folder: string, size: number | undefined, most?: number): string[] | undefined {
		// One more, and a ".git", before it is too many.
		const left = this.#options.limits.entries - this.#tree.entries + 2;
		try {
			const names = listFolder(under(this.#root, folder), size, { most: most ?? left, isLate: () => this.#isLate() });
			if (names === "tooMany") this.#trouble.tooMany();
			return typeof names === "string" ? undefined : names;
		} catch (error) {
			// What vanished while the walk was going on is as if it were empty; what is in its place is not known.
			if (codeOf(error) === "ENOENT" && folder !== "") return [];
			this.#trouble.fail(folder, error);
			return undefined;
		}
	}

	#isLate(): boolean {
		if (performance.now() <= this.#deadline) return false;
		this.#trouble.tooSlow(this.#tree.entries);
		return true;
	}

	/** In a repository of its own the rules of the folders above do not count. */
	#repository(step: Step, names: readonly string[]): Step {
		const { folder } = step;
		const is = names.some(isGit);
		const was = this.#repositoriesBefore === undefined ? is : this.#repositoriesBefore.has(folder);
		if (is) this.#tree.repositories.push(folder);
		const inside = is ? { ...step, tracking: this.#openGit(folder, `${this.#root}${folder}`) } : step;
		if (folder === "") return inside;
		const own = { ...(is ? { now: undefined } : {}), ...(was ? { earlier: undefined, hidden: false } : {}) };
		return { ...inside, ...own };
	}

	/** Looks at a repository's hooks and settings and reads its index. @param at its folder, absolute */
	#openGit(folder: string, at: string): Tracking | undefined {
		const { shelf, before } = this.#options;
		const { indexes } = this.#tree;
		const found = gitPlaces(at);
		const places = found === "unknown" ? undefined : found;
		const isUnread = found === "unknown" || (places !== undefined && !this.#isNoted(places, at));
		if (isUnread) this.#trouble.gitUnread(at);
		if (shelf === undefined) return undefined;
		const isAbove = this.#root !== at && this.#root.startsWith(at);
		const tracking = { base: folder, above: isAbove ? this.#root.slice(at.length) : "" };
		const nothing = { ...tracking, now: undefined, earlier: undefined };
		if (places === undefined) return { ...nothing, isUnread };
		const opened = indexes.size < MAX_REPOSITORIES ? shelf.openIndex(places.own) : undefined;
		if (opened === undefined) return { ...nothing, isUnread: true };
		indexes.set(at, opened.key);
		const { key, index } = opened;
		const old = before?.indexes.get(at);
		const earlier = old === undefined ? undefined : shelf.indexOf(old);
		return { ...tracking, now: index, earlier, isUnread: key !== "" && index === undefined };
	}

	/** Notes a repository's hooks and settings, and that it is one now. @returns false when they are not known */
	#isNoted(places: GitPlaces, at: string): boolean {
		const real = this.#lookAtGit(places);
		if (places.pointer !== undefined) this.#pointer(places.pointer);
		if (real !== undefined) this.#tree.places.push({ ...real, at });
		return real !== undefined;
	}

	/** @returns where they really are; undefined when not all is known */
	#lookAtGit(places: GitPlaces): GitPlaces | undefined {
		const { git } = this.#tree;
		if (git.size < MAX_GIT_FOLDERS) return addGitFolders(places, git, this.#disk);
		this.#trouble.gitUnread(places.own);
		return undefined;
	}

	#pointer(path: string): void {
		const [folder, name] = parentOf(`${path}/`);
		this.#tree.pointers.set(path, folderOf(folder, [name], this.#disk));
	}

	readonly #disk = {
		list: (folder: string, most: number) => this.#list(folder, undefined, most),
		look: (path: string) => this.#look(path, path),
		linkOf: (path: string) => this.#linkOf(path),
	};

	#withRules(step: Step, names: readonly string[]): Step {
		const { folder } = step;
		const path = `${this.#root}${folder}.gitignore`;
		const info = names.includes(".gitignore") ? this.#look(path, folder) : undefined;
		// Git does not follow a .gitignore that is a link either.
		const mayRead = info?.isFile() === true && this.#patterns <= MAX_PATTERNS;
		const read = mayRead ? this.#options.book.read(path, keyOf(info)) : undefined;
		this.#patterns += read?.file.size ?? 0;
		const fits = this.#patterns <= MAX_PATTERNS;
		const link = read === undefined || !fits ? undefined : chained(read, folder, "", step.now);
		const now = link?.rules;
		if (!fits || (read !== undefined && (now === undefined || read.file.unread > 0))) this.#trouble.rulesUnread(path);
		if (now !== undefined) this.#tree.rules.set(folder, now);
		const chainNow = link ?? step.now;
		const { before } = this.#options;
		const was = before?.rules.get(folder);
		if (before === undefined || (now === was && step.now === step.earlier)) {
			return { ...step, now: chainNow, earlier: chainNow };
		}
		const earlier = was === undefined ? step.earlier : (chained(was, folder, "", step.earlier) ?? step.earlier);
		return { ...step, now: chainNow, earlier };
	}

	#entries(step: Step, names: readonly string[]): void {
		const { folder } = step;
		this.#notes.clear();
		let links: Map<string, string> | undefined;
		const folders: Step[] = [];
		const known = this.#knownIn(folder);
		for (const name of names) {
			const isOwn = isGit(name);
			if (!isOwn) this.#count();
			if (this.#trouble.stopped !== undefined) return;
			const path = folder + name;
			const info = this.#look(this.#root + path, path);
			if (info === null) {
				this.#notes.add(name, undefined);
				continue;
			}
			if (info === undefined) continue;
			const isFolder = info.isDirectory();
			// A ".git" that is a file says where hooks and settings are.
			if (isOwn && isFolder) continue;
			const way = isOwn ? SEEN : this.#wayTo(step, name, isFolder, known);
			if (way === undefined) continue;
			this.#notes.add(name, info);
			if (isFolder) folders.push({ ...step, ...way, folder: `${path}/`, depth: step.depth + 1, size: info.size });
			else {
				if (!isOwn) this.#tree.files += 1;
				if (info.isSymbolicLink()) {
					links ??= new Map();
					links.set(name, this.#linkOf(path));
				} else if (name === ".gitattributes") this.#tree.attributes.set(folder, keyOf(info));
			}
		}
		this.#tree.folders.set(folder, this.#notes.folder(this.#options.base?.folders.get(folder), links));
		for (const next of folders) {
			if (next.depth <= this.#options.limits.depth) this.#todo.push(next);
			else this.#trouble.tooDeep(next.folder);
		}
	}

	/** Undefined when it is gone, null when it would not be looked at. */
	#look(path: string, relative: string): Stats | undefined | null {
		try {
			return look(path);
		} catch (error) {
			this.#trouble.fail(relative, error);
			return null;
		}
	}

	#count(): void {
		if (this.#tree.entries >= this.#options.limits.entries) this.#trouble.tooMany();
		// What one name costs is up to the rules of the repository.
		else if (!this.#isLate()) this.#tree.entries += 1;
	}

	/** Names that were seen before in a folder. */
	#knownIn(folder: string): (name: string) => boolean {
		const old = this.#options.before?.folders.get(folder);
		let names: Set<string> | undefined;
		return (name) => {
			if (old === undefined) return false;
			names ??= new Set(namesOf(old));
			return names.has(name);
		};
	}

	/** Whether a name counts, and what counts in it; undefined when it does not. */
	#wayTo(step: Step, name: string, isFolder: boolean, known: (name: string) => boolean): Way | undefined {
		if (step.shallow && !isFolder) return SEEN;
		const isOut = step.hidden || step.shallow;
		const { today, before } = isOut ? { today: true, before: true } : this.#ignored(step, name, isFolder);
		if (!today && !before) return SEEN;
		const isSettings = isFolder ? step.folder === "" && isSettingsFolder(name) : isSettingsFile(name);
		const way = { shallow: isFolder && isSettings, hidden: before };
		const counts = known(name) || isSettings || this.#tracked(step, name, isFolder);
		// Rules that changed in between must not hide what is new, nor make what was hidden look new.
		if (today !== before && !(counts && !before)) this.#trouble.rulesHide = true;
		return counts ? way : undefined;
	}

	#ignored({ now, earlier, folder }: Step, name: string, isFolder: boolean): { today: boolean; before: boolean } {
		const place = { folder, name, isFolder };
		const today = now !== undefined && ignoredBy(now, place);
		const before = now === earlier ? today : earlier !== undefined && ignoredBy(earlier, place);
		return { today, before };
	}

	/** Whether git tracks a name that rules leave out. What it did not track before must not look new either. */
	#tracked({ tracking, folder }: Step, name: string, isFolder: boolean): boolean {
		if (tracking === undefined) return false;
		const { base, above, now, earlier, isUnread } = tracking;
		if (isUnread) this.#trouble.gitUnread(base);
		const path = above + folder.slice(base.length) + name;
		const is = now?.tracks(path, isFolder) === true;
		if (this.#options.before === undefined) return is;
		const was = earlier?.tracks(path, isFolder) === true;
		if (is && !was) this.#trouble.rulesHide = true;
		return was;
	}

	#linkOf(path: string): string {
		try {
			return readlinkSync(fsPath(under(this.#root, path)), "latin1");
		} catch {
			// It was replaced meanwhile; its inode number tells.
			return "";
		}
	}
}
