// Where a repository's store and index are: read from files, since asking git would mean letting it read the repository's
// configuration.
import { realpathSync } from "node:fs";
import { resolve } from "node:path";
import { codeOf } from "../paths.ts";
import { fsPath } from "./byteText.ts";
import { look, readSmall, readWhole, realOf } from "./readFile.ts";

const MAX_POINTER_BYTES = 4096;
const IS_WINDOWS = process.platform === "win32";

/** Folders with a slash at the end, one byte a character. */
export interface GitPlaces {
	/** Of this worktree: has its index. */
	own: string;
	/** Of the repository: has its objects. */
	common: string;
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
		const place = isLink ? realpathSync(fsPath(`${folder}.git`), "buffer").toString("latin1") : `${folder}.git`;
		const isFolder = isLink ? look(place)?.isDirectory() === true : info.isDirectory();
		const own = isFolder ? `${place}/` : pointedTo(folder, place);
		if (own === undefined || own === "unknown") return own;
		const pointer = readText(`${own}commondir`, /^(.+?)[\r\n]*$/);
		const common = pointer === undefined ? own : named(own, pointer);
		return common === undefined ? "unknown" : { own, common };
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
	if (own === undefined) return "unknown";
	// What is relative to it begins where it really is.
	const real = IS_WINDOWS ? undefined : realOf(own);
	return real === undefined ? own : real.endsWith("/") ? real : `${real}/`;
}

function readText(path: string, pattern: RegExp): string | undefined {
	return pattern.exec(readSmall(path, MAX_POINTER_BYTES)?.toString("latin1") ?? "")?.[1];
}

function named(folder: string, path: string | undefined): string | undefined {
	// A share of another machine would be given the person's name and password.
	if (path === undefined || path.includes("\0") || /^[\\/]{2}/.test(path)) return undefined;
	const place = resolve(folder, path);
	return `${IS_WINDOWS ? place.replaceAll("\\", "/") : place}/`;
}
