// Rules that count only while files of the folder have a certain content: a rule that lets a test command run covers what
// package.json said when it was made, and not what an agent writes there later.
import { createHash } from "node:crypto";
import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { join } from "node:path";

/** Files of one rule: each is read at every decision the rule is about. */
export const MAX_UNCHANGED = 20;
/** Files that define commands are small; a larger one does not hold. */
export const MAX_UNCHANGED_BYTES = 4 * 1024 * 1024;

/** Whether the files (by path in `folder`) have these digests now. Read anew each time: this is what a decision rests on. */
export function unchangedHolds(files: Readonly<Record<string, string>>, folder: string): boolean {
	return changedFile(files, folder) === undefined;
}

/** The first of the files that has another digest now, or none. */
export function changedFile(files: Readonly<Record<string, string>>, folder: string): string | undefined {
	const holds = ([path, sha256]: [string, string]) => isInsidePath(path) && digestOf(join(folder, path)) === sha256;
	return Object.entries(files).find((one) => !holds(one))?.[0];
}

/** Whether a path stays in the folder it is joined to, by its names. */
export function isInsidePath(path: string): boolean {
	return (
		!/^(?:[/~]|[A-Za-z]:)|\\|\0/.test(path) &&
		path.split("/").every((name) => name !== "" && name !== "." && name !== "..")
	);
}

/** Hex SHA-256 of a plain file; undefined when there is none, it cannot be read or it is too large. */
export function digestOf(path: string): string | undefined {
	let fd: number | undefined;
	try {
		// O_NONBLOCK: a pipe planted under the name would block for ever.
		fd = openSync(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
		const { size } = fstatSync(fd);
		if (!fstatSync(fd).isFile() || size > MAX_UNCHANGED_BYTES) return undefined;
		const hash = createHash("sha256");
		const chunk = Buffer.alloc(Math.min(size + 1, 64 * 1024));
		for (let total = 0; ; ) {
			const got = readSync(fd, chunk);
			if (got === 0) return hash.digest("hex");
			total += got;
			if (total > MAX_UNCHANGED_BYTES) return undefined;
			hash.update(chunk.subarray(0, got));
		}
	} catch {
		return undefined;
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}
