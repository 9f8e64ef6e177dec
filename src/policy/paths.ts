// Where a path really leads. "Inside" means inside a folder of the gate after symlinks and ".." (DESIGN 8).
//
// What this cannot hold: between the answer and the agent's own open, another program may swap a link (a race), and a
// hard link to a file outside looks like a file inside. Both need a program that already runs as the same user.
import { readlink, realpath } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, sep } from "node:path";

/** A path with more missing parts than this, or more dangling links on the way, is not followed. */
const MAX_MISSING = 64;
const MAX_LINKS = 40;
/** Longer than any path a system opens (PATH_MAX is 4096 on Linux): not followed, so it cannot cost time either. */
export const MAX_PATH_LENGTH = 4096;

/**
 * The real path of `path`, which need not exist: symlinks and ".." are followed as the kernel does it, and what is missing
 * at the end is added to the real path of the nearest folder that exists.
 *
 * @param path absolute, exactly as it will be opened: normalising it first would give another file behind a link
 * @returns undefined when the path cannot be followed for sure (no permission, a loop, ".." behind something missing)
 */
export async function resolveReal(path: string): Promise<string | undefined> {
	if (path.length > MAX_PATH_LENGTH || !isAbsolute(path) || path.includes("\0") || isNetworkShare(path))
		return undefined;
	const missing: string[] = [];
	let links = 0;
	let head = path;
	while (missing.length <= MAX_MISSING) {
		try {
			return join(await realpath(head), ...missing);
		} catch (error) {
			if (codeOf(error) !== "ENOENT") return undefined;
		}
		const target = await danglingTarget(head);
		if (target !== undefined) {
			links += 1;
			if (links > MAX_LINKS) return undefined;
			head = isAbsolute(target) ? target : `${dirname(head)}${sep}${target}`;
			continue;
		}
		const name = basename(head);
		const above = dirname(head);
		if (name === ".." || above === head) return undefined;
		if (name !== ".") missing.unshift(name);
		head = above;
	}
	return undefined;
}

/** Whether a real path is one of these folders or below one. `folders` are real paths. */
export function isInside(real: string, folders: readonly string[]): boolean {
	return folders.some((folder) => real === folder || real.startsWith(folder.endsWith(sep) ? folder : folder + sep));
}

/** Asking the system about \\server\share would sign the user in there, so such a path is never followed. */
function isNetworkShare(path: string): boolean {
	return process.platform === "win32" && /^[\\/]{2}/.test(path);
}

/** Where a link points whose target does not exist; undefined for what is no link or is not there at all. */
async function danglingTarget(path: string): Promise<string | undefined> {
	try {
		return await readlink(path);
	} catch (error) {
		const code = codeOf(error);
		if (code === "ENOENT" || code === "EINVAL") return undefined;
		throw error;
	}
}

function codeOf(error: unknown): string | undefined {
	return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}
