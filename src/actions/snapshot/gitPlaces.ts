// Where a repository's store and index are: read from files, since asking git would mean letting it read the repository's
// configuration.
import { resolve } from "node:path";
import { look, readSmall } from "./readFile.ts";

const MAX_POINTER_BYTES = 4096;

/** Folders with a slash at the end, one byte a character. */
export interface GitPlaces {
	/** Of this worktree: has its index. */
	own: string;
	/** Of the repository: has its objects. */
	common: string;
}

/** @param folder that holds ".git", absolute, with a slash at the end */
export function gitPlaces(folder: string): GitPlaces | undefined {
	try {
		const info = look(`${folder}.git`);
		if (info === undefined) return undefined;
		// Worktrees and submodules have a file that names the folder.
		const own = info.isDirectory()
			? `${folder}.git/`
			: named(folder, readText(`${folder}.git`, /^gitdir: (.+?)[\r\n]*$/));
		if (own === undefined) return undefined;
		const pointer = readText(`${own}commondir`, /^(.+?)[\r\n]*$/);
		const common = pointer === undefined ? own : named(own, pointer);
		return common === undefined ? undefined : { own, common };
	} catch {
		// A place that may not be looked at has nothing for us; the file's `why` says so.
		return undefined;
	}
}

function readText(path: string, pattern: RegExp): string | undefined {
	return pattern.exec(readSmall(path, MAX_POINTER_BYTES)?.toString("latin1") ?? "")?.[1];
}

function named(folder: string, path: string | undefined): string | undefined {
	// A share of another machine would be given the person's name and password.
	if (path === undefined || path.includes("\0") || /^[\\/]{2}/.test(path)) return undefined;
	const place = resolve(folder, path);
	return `${process.platform === "win32" ? place.replaceAll("\\", "/") : place}/`;
}
