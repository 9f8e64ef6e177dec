// What is looked at of a repository's own folder: hooks and settings, which decide what git runs. They lie in ".git", or
// where that leads to, which may be outside the folder that is walked.
import type { Stats } from "node:fs";
import { FolderNotes } from "./folderNotes.ts";
import type { Folder } from "./folderTree.ts";
import { NO_FOLDER } from "./folderTree.ts";
import type { GitPlaces } from "./gitPlaces.ts";
import { realOf } from "./readFile.ts";

/** A folder of hooks has a handful. */
const MAX_NAMES = 1000;

export interface GitLook {
	/** The names in a folder (absolute); undefined where they are not known, [] where it is not there. */
	list(folder: string, most: number): string[] | undefined;
	/** Undefined when nothing is there, null when it may not be looked at. */
	look(path: string): Stats | undefined | null;
	linkOf(path: string): string;
}

/** Folders by their real path with a slash at the end; undefined where nothing is known of one. */
export type GitFolders = Map<string, Folder | undefined>;

/** Looked at in every place of a repository, whatever it is now: that changes with "commondir". */
const NAMES = ["config", "config.worktree", "commondir", "hooks", "info"];

/** The folders of a place that has a repository's hooks and settings. */
export function commonFolders(at: string): [at: string, hooks: string, info: string] {
	return [at, `${at}hooks/`, `${at}info/`];
}

/** Adds what there is in a repository. @returns where it really is; undefined when not all of it can be found */
export function addGitFolders(places: GitPlaces, found: GitFolders, disk: GitLook): GitPlaces | undefined {
	const [own, common] = [realFolder(places.own), realFolder(places.common)];
	for (const at of [own, common]) {
		if (at !== undefined && !found.has(at)) found.set(at, folderOf(at, NAMES, disk));
	}
	if (common !== undefined) {
		const [, ...folders] = commonFolders(common);
		for (const folder of folders) if (!found.has(folder)) found.set(folder, listed(folder, disk));
	}
	return own === undefined || common === undefined ? undefined : { ...places, own, common };
}

/** The real path with a slash at the end, one byte a character; undefined where there is none. */
export function realFolder(path: string): string | undefined {
	const real = realOf(path);
	return real?.endsWith("/") === false ? `${real}/` : real;
}

function listed(folder: string, disk: GitLook): Folder | undefined {
	const info = disk.look(folder.slice(0, -1));
	if (info === null) return undefined;
	if (info?.isDirectory() !== true) return NO_FOLDER;
	// Samples do nothing; every new repository has them.
	const names = disk.list(folder, MAX_NAMES)?.filter((name) => !name.endsWith(".sample"));
	return names === undefined ? undefined : folderOf(folder, names, disk);
}

/** What there is of these names in a folder. @param at with a slash at the end */
export function folderOf(at: string, names: readonly string[], disk: GitLook): Folder {
	const notes = new FolderNotes();
	let links: Map<string, string> | undefined;
	for (const name of names) {
		const info = disk.look(at + name);
		if (info === undefined) continue;
		notes.add(name, info ?? undefined);
		if (info?.isSymbolicLink() !== true) continue;
		links ??= new Map();
		links.set(name, disk.linkOf(at + name));
	}
	return notes.folder(undefined, links);
}
