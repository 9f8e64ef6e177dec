// Paths as an action names them, and where they land. Lexical only where the name says so; the disk is asked elsewhere.
import { lstat, realpath } from "node:fs/promises";
import { homedir } from "node:os";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";

/** No file system opens a longer one (PATH_MAX on Linux, MAX_PATH with prefix on Windows stays below in practice). */
export const MAX_PATH_LENGTH = 4096;

/**
 * The absolute, lexically normalised form of a path as an agent's tool would take it: `~` is the home directory, anything
 * relative starts at `cwd`. Symlinks are not resolved.
 *
 * @returns undefined for what no file system opens: empty, with a NUL, or longer than MAX_PATH_LENGTH
 */
export function absolutePath(cwd: string, path: string, home: string = homedir()): string | undefined {
	if (path === "" || path.length > MAX_PATH_LENGTH || path.includes("\0")) return undefined;
	if (path === "~") return home;
	if (path.startsWith("~/")) return join(home, path.slice(2));
	return resolve(cwd, path);
}

/** Whether `path` is `folder` or below it. Both absolute and normalised; nothing is resolved. */
export function isWithin(path: string, folder: string): boolean {
	return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** How a card calls a file: relative to the root where it is inside, else absolute. */
export function labelOf(path: string, root: string): string {
	if (!isAbsolute(path) || path === root || !isWithin(path, root)) return path;
	return relative(root, path);
}

/**
 * Where `path` itself lies: the real path of its folder with its own name. What does not exist yet is added to the
 * nearest folder that does. Links in the folder are followed, the leaf is not.
 *
 * @throws the error of realpath where a folder cannot be followed (a loop, a dangling link, no permission)
 */
export async function realPlace(path: string): Promise<string> {
	const missing = [basename(path)];
	for (let folder = dirname(path); ; folder = dirname(folder)) {
		try {
			return join(await realpath(folder), ...missing);
		} catch (error) {
			if (codeOf(error) !== "ENOENT" || dirname(folder) === folder) throw error;
			// A link without a target is there, so nothing can be made in its place.
			if (await isThere(folder)) throw error;
			missing.unshift(basename(folder));
		}
	}
}

/** The error code of a failed system call, or undefined. */
export function codeOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

async function isThere(path: string): Promise<boolean> {
	return lstat(path).then(
		() => true,
		() => false,
	);
}
