// Names in a log that stand for no file: links, folders, pipes, devices. No gate makes any of them, so whoever reads the log
// goes on without them and says so. A file that cannot be read is another matter: it may hold entries.
import { lstat } from "node:fs/promises";
import { systemCode } from "../errors.ts";

/** Whether something is there that is no plain file; a link is none, whatever it points to. */
export async function isPlanted(path: string): Promise<boolean> {
	try {
		return !(await lstat(path)).isFile();
	} catch (error) {
		if (systemCode(error) === "ENOENT") return false;
		throw error;
	}
}

/** Segments by what is there under their names. */
export async function sortOut(paths: readonly string[]): Promise<{ plain: string[]; planted: string[] }> {
	const sorted: { plain: string[]; planted: string[] } = { plain: [], planted: [] };
	for (const path of paths) sorted[(await isPlanted(path)) ? "planted" : "plain"].push(path);
	return sorted;
}
