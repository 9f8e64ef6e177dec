// Where a repository's store and index are: read from files, since asking git would mean letting it read the repository's
// configuration.
import { resolve } from "node:path";
import { codeOf } from "../paths.ts";
import { look, readWhole, realOf, realPath } from "./readFile.ts";

const MAX_POINTER_BYTES = 4096;
const IS_WINDOWS = process.platform === "win32";

/** Folders with a slash at the end, one byte a character. */
export interface GitPlaces {
	/** Of this worktree: has its index. */
	own: string;
	/** Of the repository: has its objects. */
	common: string;
	/** The file that names `own`, where there is one. */
	pointer?: string;
}

/**
 * Follows a ".git" as git does: a folder, a file that names one (worktrees and submodules have it), or a link to either.
 * @param folder that holds ".git", absolute, with a slash at the end
 * @returns undefined where git sees no repository either; "unknown" where that cannot be told, or is not followed
 */
export function gitPlaces(folder: string): GitPlaces | "unknown" | undefined {
	try {
		const info = look(`${folder}.git`);
		if (info === undefined) return undefined;
		const isLink = info.isSymbolicLink();
		// There it could lead to a share of another machine: see below.
		if (isLink && IS_WINDOWS) return "unknown";
		const place = isLink ? realPath(`${folder}.git`) : `${folder}.git`;
		const isFolder = isLink ? look(place)?.isDirectory() === true : info.isDirectory();
		const own = isFolder ? `${place}/` : pointedTo(folder, place);
		if (own === undefined || own === "unknown") return own;
		const common = commonOf(own);
		if (common === "unknown") return common;
		return { own, common, ...(isFolder ? {} : { pointer: realOf(place) ?? place }) };
	} catch (error) {
		// A link that leads nowhere is no repository to git; a place that may not be looked at can be one.
		return codeOf(error) === "ENOENT" || codeOf(error) === "ENOTDIR" ? undefined : "unknown";
	}
}

/** The folder that a file names. Git takes a relative path from the folder that has ".git", wherever a link leads. */
function pointedTo(folder: string, file: string): string | "unknown" | undefined {
	const read = readWhole(file, MAX_POINTER_BYTES);
	if (read.state === "gone" || read.state === "notFile") return undefined;
	if (read.state !== "read") return "unknown";
	const text = read.bytes.toString("latin1");
	if (!text.startsWith("gitdir: ")) return undefined;
	const own = named(folder, /^gitdir: ([\s\S]+?)[\r\n]*$/.exec(text)?.[1]);
	return own ?? "unknown";
}

/** Where a repository's hooks, settings and objects are: "commondir" may name another folder. Git follows it as a link, too. */
function commonOf(own: string): string | "unknown" {
	const path = `${own}commondir`;
	const info = look(path);
	if (info === undefined) return own;
	if (info.isSymbolicLink() && IS_WINDOWS) return "unknown";
	const file = info.isSymbolicLink() ? realOf(path) : path;
	const read = file === undefined ? undefined : readWhole(file, MAX_POINTER_BYTES);
	if (read?.state !== "read") return "unknown";
	return named(own, /^([\s\S]+?)[\r\n]*$/.exec(read.bytes.toString("latin1"))?.[1]) ?? "unknown";
}

function named(folder: string, path: string | undefined): string | undefined {
	// A share of another machine would be given the person's name and password.
	if (path === undefined || path.includes("\0") || /^[\\/]{2}/.test(path)) return undefined;
	if (IS_WINDOWS) return `${resolve(folder, path).replaceAll("\\", "/")}/`;
	// ".." behind a link is what is above the place it leads to; and what is relative to it begins where it really is.
	const real = realOf(path.startsWith("/") ? path : folder + path) ?? resolve(folder, path);
	return real.endsWith("/") ? real : `${real}/`;
}
