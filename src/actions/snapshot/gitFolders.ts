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

/** Adds what there is in a repository. @returns false when it cannot be found */
export function addGitFolders({ own, common }: GitPlaces, found: GitFolders, disk: GitLook): boolean {
	for (const place of new Set([common, own])) {
		const real = realOf(place);
		if (real === undefined) return false;
		const at = real.endsWith("/") ? real : `${real}/`;
		if (found.has(at)) continue;
		const names = ["config", "config.worktree", ...(place === common ? ["hooks", "info"] : [])];
		found.set(at, folderOf(at, names, disk));
		if (place !== common) continue;
		for (const folder of [`${at}hooks/`, `${at}info/`]) {
			const info = disk.look(folder.slice(0, -1));
			if (info === null) found.set(folder, undefined);
			else if (info?.isDirectory() !== true) found.set(folder, NO_FOLDER);
			else {
				const inside = disk.list(folder, MAX_NAMES);
				// Samples do nothing; every new repository has them.
				const names = inside?.filter((name) => !name.endsWith(".sample"));
				found.set(folder, names === undefined ? undefined : folderOf(folder, names, disk));
			}
		}
	}
	return true;
}

function folderOf(at: string, names: readonly string[], disk: GitLook): Folder {
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
