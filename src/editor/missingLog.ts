// Whether the files of a log are there, as far as this editor has seen them. Cheap, because it is asked at each start: what
// the files hold is for a verification.
import { lstat } from "node:fs/promises";
import { join } from "node:path";
import type { RememberedHead } from "./headNotes.ts";

/** No entry is shorter: it holds two hashes. Bytes. */
const MIN_ENTRY = 128;

/**
 * How many of these segments are gone, are no file, or are too small for the entries that were seen in them.
 * @param journal folder of the segments
 * @throws Error of the system when it cannot be looked
 */
export async function missingSegments(journal: string, seen: readonly RememberedHead[]): Promise<number> {
	let missing = 0;
	for (const { segment, entries } of seen) {
		try {
			const stat = await lstat(join(journal, segment));
			if (!stat.isFile() || stat.size < entries * MIN_ENTRY) missing++;
		} catch (error) {
			const { code } = error as NodeJS.ErrnoException;
			if (code !== "ENOENT" && code !== "ENOTDIR") throw error;
			missing++;
		}
	}
	return missing;
}
