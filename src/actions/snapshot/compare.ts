// What differs between two walks of a folder. Says nothing of places that one of them did not see.
import { CLOCK_STEP_MS } from "./folderNotes.ts";
import {
	CTIME,
	FIELDS,
	type Folder,
	FolderStates,
	isGit,
	kindOf,
	MODE,
	NO_FOLDER,
	namesOf,
	parentOf,
	type Tree,
} from "./folderTree.ts";

/** An entry that differs. The numbers are those of `Folder.stats`. */
export interface Difference {
	/** Relative to the root, or absolute; one byte a character. */
	path: string;
	before?: Float64Array;
	after?: Float64Array;
	/** Where symbolic links lead. */
	linkBefore?: string;
	linkAfter?: string;
}

/**
 * Files, links and other entries that are no folders, by path.
 * @param realRoot the real path of what was walked, with a slash at the end; undefined where it is not there any more
 */
export function compareTrees(before: Tree, after: Tree, realRoot?: string | undefined): Difference[] {
	const found: Difference[] = [];
	const [statesBefore, statesAfter] = [new FolderStates(before), new FolderStates(after)];
	for (const [path, now] of after.folders) {
		const then = before.folders.get(path);
		if (then === now) continue;
		if (then !== undefined) compareFolders(path, then, now, found);
		else if (statesBefore.of(path) === "absent") compareFolders(path, NO_FOLDER, now, found);
	}
	for (const [path, then] of before.folders) {
		if (!after.folders.has(path) && statesAfter.of(path) === "absent") compareFolders(path, then, NO_FOLDER, found);
	}
	compareGit(before, after, realRoot, found);
	return found.sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** Hooks and settings of repositories. What the walk has seen itself is told already. */
function compareGit(before: Tree, after: Tree, realRoot: string | undefined, found: Difference[]): void {
	for (const path of new Set([...before.git.keys(), ...after.git.keys()])) {
		const [then, now] = [gitFolder(before, path), gitFolder(after, path)];
		if (then === undefined || now === undefined) continue;
		let differences: Difference[] = [];
		compareFolders(path, then, now, differences);
		const folder = realRoot !== undefined && path.startsWith(realRoot) ? path.slice(realRoot.length) : undefined;
		// At a place that nothing led to before: what did not change since was there already.
		if (!before.git.has(path) && !(folder !== undefined && isNewFolder(folder, before, after))) {
			differences = differences.filter(({ after: now }) => now !== undefined && isSince(now, before.begun));
		}
		if (folder !== undefined) {
			const walked = new Set([before, after].flatMap(({ folders }) => namesOf(folders.get(folder) ?? NO_FOLDER)));
			differences = differences.filter((one) => !walked.has(one.path.slice(path.length)));
		}
		found.push(...differences);
	}
	comparePointers(before, after, realRoot, found);
}

/** Files that say where a repository is; one that was not known of before is told by what leads to it. */
function comparePointers(before: Tree, after: Tree, realRoot: string | undefined, found: Difference[]): void {
	const told = new Set(found.map(({ path }) => path));
	for (const [path, then] of before.pointers) {
		const now = after.pointers.get(path);
		const isTold = realRoot !== undefined && path.startsWith(realRoot) && told.has(path.slice(realRoot.length));
		if (now === undefined || isTold || told.has(path)) continue;
		compareFolders(parentOf(`${path}/`)[0], then, now, found);
	}
}

/** Whether a folder below the root, in a ".git" or not, came to be between two walks. */
function isNewFolder(folder: string, before: Tree, after: Tree): boolean {
	const states = new FolderStates(before);
	for (let end = folder.indexOf("/") + 1; end > 0; end = folder.indexOf("/", end) + 1) {
		const path = folder.slice(0, end);
		if (before.folders.has(path)) continue;
		const [parent, name] = parentOf(path);
		if (isGit(name)) return before.folders.has(parent) && !before.repositories.includes(parent);
		return after.folders.has(path) && states.of(path) === "absent";
	}
	return false;
}

/** Whether an entry was changed at that time or later, as exactly as the file system's clock tells. */
function isSince(stats: Float64Array, ms: number): boolean {
	const ctime = stats[CTIME] ?? 0;
	return ctime >= ms - (ctime % 1000 === 0 ? 1000 : CLOCK_STEP_MS);
}

/** One that was not come by is not there, unless the walk did not see all. */
function gitFolder({ git, incomplete }: Tree, path: string): Folder | undefined {
	return git.has(path) || incomplete !== undefined ? git.get(path) : NO_FOLDER;
}

function compareFolders(path: string, before: Folder, after: Folder, found: Difference[]): void {
	const namesAfter = namesOf(after);
	const isSameList = before.names === after.names;
	const places = isSameList ? undefined : new Map(namesOf(before).map((name, index) => [name, index]));
	namesAfter.forEach((name, index) => {
		const old = places === undefined ? index : places.get(name);
		places?.delete(name);
		compareEntry(path + name, name, old === undefined ? undefined : [before, old], [after, index], found);
	});
	for (const [name, index] of places ?? []) compareEntry(path + name, name, [before, index], undefined, found);
}

function compareEntry(
	path: string,
	name: string,
	before: [Folder, number] | undefined,
	after: [Folder, number] | undefined,
	found: Difference[],
): void {
	const modes = [before, after].map((one) => (one === undefined ? undefined : one[0].stats[one[1] * FIELDS + MODE]));
	if (modes.some((mode) => mode !== undefined && kindOf(mode) === "unknown")) return;
	const [then, now] = [numbers(before), numbers(after)];
	if (then === undefined && now === undefined) return;
	if (then !== undefined && now !== undefined && isSameEntry(then, now)) return;
	const linkBefore = then && before?.[0].links?.get(name);
	const linkAfter = now && after?.[0].links?.get(name);
	found.push({
		path,
		...(then === undefined ? {} : { before: then }),
		...(now === undefined ? {} : { after: now }),
		...(linkBefore === undefined ? {} : { linkBefore }),
		...(linkAfter === undefined ? {} : { linkAfter }),
	});
}

/** The numbers of an entry that is no folder. */
function numbers(place: [Folder, number] | undefined): Float64Array | undefined {
	if (place === undefined) return undefined;
	const [folder, index] = place;
	const at = index * FIELDS;
	if (kindOf(folder.stats[at + MODE] ?? 0) === "folder") return undefined;
	return folder.stats.subarray(at, at + FIELDS);
}

function isSameEntry(before: Float64Array, after: Float64Array): boolean {
	return before.every((value, index) => value === after[index]);
}

/** The latest change of what differs. Milliseconds since the epoch, or 0. */
export function newestOf(differences: readonly Difference[]): number {
	return differences.reduce((newest, { after }) => Math.max(newest, after?.[CTIME] ?? 0), 0);
}
