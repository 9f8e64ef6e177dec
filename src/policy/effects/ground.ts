// The disk as a preview looks at it: never opened for writing, a bounded number of names, a bounded time.
import type { Dirent, Stats } from "node:fs";
import { lstat, opendir, stat } from "node:fs/promises";
import { basename, join, relative } from "node:path";
import { codeOf, isWithin, labelOf } from "../../actions/paths.ts";
import { smallText } from "../../actions/smallFile.ts";
import { isInside, resolveReal } from "../paths.ts";

/** Entries of folders that are looked at for one thing that is said. */
export const MAX_ENTRIES = 2000;
/** Looked at side by side. */
const AT_ONCE = 32;
/** Looking there can start a mount, hang or never end; what is in them is no file. */
const NOT_FILES = ["/proc", "/sys", "/net"];

/** A command cannot be previewed for sure. */
export class NotKnown extends Error {
	override name = "NotKnown";
}

/** The time for the preview is over, or nobody waits for it. */
export class TimeOver extends Error {
	override name = "TimeOver";
}

export interface Place {
	/** Absolute, exactly as the command would open it: not normalised. */
	path: string;
	/** For people: relative to the project's root where it is inside; "name → place" where links lead elsewhere. */
	shown: string;
	/** The same, without the place. */
	name: string;
}

export interface Weight {
	files: number;
	/** Folders, with the one at the top. */
	folders: number;
	bytes: number;
	/** False: there is more than was counted. */
	whole: boolean;
}

export class Ground {
	readonly root: string;
	/** Real paths of the gate's folders. */
	readonly folders: readonly string[];
	readonly home: string;
	/** As shown: places that are inside by their names, and outside by the links on the way. */
	readonly strays = new Set<string>();
	readonly #until: number;
	readonly #signal: AbortSignal | undefined;
	/** Real paths that were looked up. */
	readonly #real = new Map<string, string>();

	constructor(of: {
		root: string;
		folders: readonly string[];
		home: string;
		ms: number;
		signal?: AbortSignal | undefined;
	}) {
		this.root = of.root;
		this.folders = of.folders;
		this.home = of.home;
		this.#until = performance.now() + of.ms;
		this.#signal = of.signal;
	}

	/** Milliseconds left. */
	get left(): number {
		return this.#signal?.aborted === true ? 0 : Math.max(0, this.#until - performance.now());
	}

	/** @throws TimeOver */
	check(): void {
		if (this.left === 0) throw new TimeOver();
	}

	/**
	 * Links in the folders of a path are followed, and its last name only where a slash stands behind it.
	 * @throws NotKnown for a path that no file system opens, or that is not sure to be one file
	 */
	async place(cwd: string, path: string): Promise<Place> {
		if (path === "" || path.includes("\0")) throw new NotKnown();
		const full = path.startsWith("/") ? path : `${cwd === "/" ? "" : cwd}/${path}`;
		const plain = join(full).replace(/(?<=.)\/$/, "");
		if (NOT_FILES.some((folder) => isWithin(plain, folder))) throw new NotKnown();
		if (isWithin(plain, "/dev")) return { path: full, shown: plain, name: plain };
		const leaf = basename(plain);
		const whole = /(?:^|\/)\.{0,2}$/.test(full) || plain === "/";
		// Not normalised: behind a link ".." leads elsewhere than the text says.
		const real = whole ? await this.#follow(full) : join(await this.#follow(full.replace(/[^/]*$/, "")), leaf);
		if (/(?:^|\/)\.\.(?:\/|$)/.test(path)) {
			const name = await this.#label(real);
			return { path: full, shown: name, name };
		}
		return this.#shown(full, plain, labelOf(plain, this.root), real);
	}

	/** A place as what opens it for writing takes it: a link at its end is followed too. @throws NotKnown */
	async through(place: Place): Promise<Place> {
		if ((await this.seen(place.path))?.isSymbolicLink() !== true) return place;
		const real = await this.#follow(place.path);
		this.strays.delete(place.shown);
		return this.#shown(place.path, join(place.path).replace(/(?<=.)\/$/, ""), place.name, real);
	}

	async #shown(path: string, plain: string, name: string, real: string): Promise<Place> {
		if (NOT_FILES.some((folder) => isWithin(real, folder))) throw new NotKnown();
		const root = await this.#follow(this.root);
		// A root that is itself reached through a link is everyday.
		if (real === (isWithin(plain, this.root) ? join(root, relative(this.root, plain)) : plain)) {
			return { path, shown: name, name };
		}
		const shown = `${name} → ${await this.#label(real)}`;
		const inside = [root, ...this.folders];
		if (!isInside(real, inside) && isInside(plain, [this.root, ...inside])) this.strays.add(shown);
		return { path, shown, name };
	}

	/** A real path for people. */
	async #label(real: string): Promise<string> {
		return labelOf(real, await this.#follow(this.root));
	}

	async #follow(path: string): Promise<string> {
		this.check();
		const known = this.#real.get(path);
		if (known !== undefined) return known;
		const real = await resolveReal(path).catch(() => undefined);
		if (real === undefined) throw new NotKnown();
		this.#real.set(path, real);
		return real;
	}

	/** What is there itself, a link being a link; undefined when nothing is. @throws NotKnown, TimeOver */
	seen(path: string): Promise<Stats | undefined> {
		return this.#look(lstat, path);
	}

	/** What is there behind links. @throws NotKnown, TimeOver */
	followed(path: string): Promise<Stats | undefined> {
		return this.#look(stat, path);
	}

	async #look(how: (path: string) => Promise<Stats>, path: string): Promise<Stats | undefined> {
		this.check();
		try {
			return await how(path);
		} catch (error) {
			const code = codeOf(error);
			if (code === "ENOENT" || code === "ENOTDIR") return undefined;
			throw new NotKnown();
		}
	}

	/** Names in a folder; undefined when there are more than `most`. Empty where there is no folder. @throws NotKnown, TimeOver */
	async names(folder: string, most: number): Promise<Dirent[] | undefined> {
		this.check();
		const found: Dirent[] = [];
		try {
			for await (const entry of await opendir(folder, { bufferSize: 256 })) {
				if (found.length >= most) return undefined;
				found.push(entry);
				if (found.length % 256 === 0) this.check();
			}
		} catch (error) {
			if (error instanceof TimeOver) throw error;
			const code = codeOf(error);
			if (code !== "ENOENT" && code !== "ENOTDIR") throw new NotKnown();
		}
		return found;
	}

	/** The same of several folders. @throws NotKnown */
	async weighAll(tops: readonly string[]): Promise<Weight> {
		const all: Weight = { files: 0, folders: 0, bytes: 0, whole: true };
		for (const top of tops) {
			const weight = await this.weigh(top);
			all.files += weight.files;
			all.folders += weight.folders;
			all.bytes += weight.bytes;
			all.whole &&= weight.whole;
		}
		return all;
	}

	/** Everything in a folder, links not followed. Ends early, and says so, when there is too much or no time. @throws NotKnown */
	async weigh(top: string): Promise<Weight> {
		const weight: Weight = { files: 0, folders: 1, bytes: 0, whole: true };
		const waiting = [top];
		let room = MAX_ENTRIES;
		for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
			const here = folder;
			const files: string[] = [];
			try {
				for await (const entry of await opendir(here, { bufferSize: 256 })) {
					if (room === 0 || this.left === 0) return { ...weight, whole: false };
					room -= 1;
					if (entry.isDirectory()) {
						weight.folders += 1;
						waiting.push(`${here}/${entry.name}`);
					} else {
						weight.files += 1;
						files.push(`${here}/${entry.name}`);
					}
				}
			} catch {
				// Not ours to read, or just gone: there may be more than was counted.
				weight.whole = false;
			}
			for (let at = 0; at < files.length; at += AT_ONCE) {
				if (this.left === 0) return { ...weight, whole: false };
				const sizes = await Promise.all(files.slice(at, at + AT_ONCE).map((file) => sizeOf(file)));
				for (const size of sizes) weight.bytes += size;
			}
		}
		return weight;
	}

	/** The text of a small plain file; undefined where there is none. A pipe in its place does not hold us. */
	async text(path: string, max: number): Promise<string | undefined> {
		this.check();
		return smallText(path, max);
	}
}

async function sizeOf(file: string): Promise<number> {
	const about = await lstat(file).catch(() => undefined);
	return about?.isFile() === true ? about.size : 0;
}
