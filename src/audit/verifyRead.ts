// What a verification says when there is nothing to read, or it cannot be read.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { JournalError, systemCode } from "./errors.ts";
import type { WorkspacePaths } from "./home.ts";
import type { Problems } from "./problems.ts";

/** Also true for what is gone by now: opening it will say so. */
export function isPlainFile(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

export function noLog(path: string): JournalError {
	return new JournalError("unreadable", `There is no audit log in ${path}. Nothing was verified. Check the folder.`);
}

/** What cannot be read ends a verification, in words for a person. @throws JournalError "unreadable" */
export function readable<T>(read: () => T, path: string): T {
	try {
		return read();
	} catch (error) {
		throw unreadable(error, path);
	}
}

/** What the system says of one file that it does not give back: no right, or a disk that is broken there. */
const OF_ONE_FILE = new Set(["EACCES", "EPERM", "EIO", "EBADMSG", "EUCLEAN", "ENODATA", "ESTALE", "UNKNOWN"]);

/** The system's code when an error is about one file only, and others may well be readable; else undefined. */
export function codeOfOneFile(error: unknown): string | undefined {
	const code = systemCode(error);
	return OF_ONE_FILE.has(code) ? code : undefined;
}

/**
 * The same for a segment of several: what the system does not give back of it is a problem of that segment, and the rest
 * is verified all the same.
 * @returns undefined when that was so
 * @throws JournalError "unreadable" for anything else
 */
export async function readableOrTold<T>(
	paths: WorkspacePaths,
	segment: string,
	problems: Problems,
	read: () => Promise<T>,
): Promise<T | undefined> {
	try {
		return await read();
	} catch (error) {
		const code = codeOfOneFile(error);
		if (code === undefined) throw unreadable(error, join(paths.journal, segment));
		problems.add(segment, undefined, "segment-missing", `it cannot be read (${code}), so not all of it was verified`);
		return undefined;
	}
}

export function unreadable(error: unknown, path: string): JournalError {
	if (error instanceof JournalError) return error;
	const code = systemCode(error);
	if (code === "") throw error;
	return new JournalError(
		"unreadable",
		`The audit log cannot be read (${code}, ${path}). Nothing was verified. Check the path and its rights.`,
		{
			cause: error,
		},
	);
}
