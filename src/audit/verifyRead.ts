// What a verification says when there is nothing to read, or it cannot be read.
import { lstatSync } from "node:fs";
import { join } from "node:path";
import { JournalError, systemCode } from "./errors.ts";
import type { WorkspacePaths } from "./home.ts";

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

/** The same for a segment. */
export async function readableLater<T>(paths: WorkspacePaths, segment: string, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		throw unreadable(error, join(paths.journal, segment));
	}
}

function unreadable(error: unknown, path: string): JournalError {
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
