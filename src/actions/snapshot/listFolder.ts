// The names in a folder, no more than asked for: one folder can hold millions.
import { opendirSync, readdirSync } from "node:fs";
import { fsPath } from "./byteText.ts";

/** A folder of fewer bytes has few names on every file system, and listing it in one go is much faster. */
const LARGE = 20_000;
const BATCH = 1024;

export interface ListLimits {
	/** Names. */
	most: number;
	/** Asked once in a while. */
	isLate(): boolean;
}

/**
 * @param path absolute, with a slash at the end, one byte a character
 * @param size of the folder itself, as lstat has it; undefined where it is not known
 * @returns the names (one byte a character), or why there are none. @throws what the file system says
 */
export function listFolder(path: string, size: number | undefined, limits: ListLimits): string[] | "tooMany" | "late" {
	if (size !== undefined && size < LARGE) return readdirSync(fsPath(path), { encoding: "latin1" });
	// Bytes throughout: where the file system does not tell what an entry is, Node puts the two together and looks.
	const encoding = "buffer" as BufferEncoding;
	const dir = opendirSync(Buffer.from(path, "latin1") as unknown as string, { encoding, bufferSize: BATCH });
	try {
		const names: string[] = [];
		for (let entry = dir.readSync(); entry !== null; entry = dir.readSync()) {
			if (names.length >= limits.most) return "tooMany";
			names.push((entry.name as unknown as Buffer).toString("latin1"));
			if (names.length % BATCH === 0 && limits.isLate()) return "late";
		}
		return names;
	} finally {
		dir.closeSync();
	}
}
