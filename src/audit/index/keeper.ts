// When the index is written to disk, and when not.
import { statfs } from "node:fs/promises";
import { JournalError, systemCode } from "../errors.ts";
import { type SegmentMark, writeSnapshot } from "./snapshot.ts";
import type { SnapshotKeys } from "./snapshotFiles.ts";
import type { Store } from "./store.ts";

/** What must have come since the last snapshot: so many entries, that part of all, and so much time. */
export interface Enough {
	entries: number;
	part: number;
	ms: number;
}

/** While the log is followed. */
export const WHILE_FOLLOWING: Enough = { entries: 5000, part: 1 / 20, ms: 10 * 60_000 };
/** At the end it takes less: as long as reading these entries again takes longer than writing. */
export const AT_THE_END: Enough = { entries: 500, part: 1 / 100, ms: 0 };

/** Room on the disk that is left to the journal. Bytes. */
const LEAVE_FREE = 64 * 1024 * 1024;

export class Keeper {
	readonly #dir: string;
	readonly #keys: SnapshotKeys;
	/** When the last snapshot was written or tried, and the entries it holds. */
	#last: { at: number; entries: number } | undefined;

	constructor(dir: string, keys: SnapshotKeys) {
		this.#dir = dir;
		this.#keys = keys;
	}

	/** There is a snapshot of so many entries. */
	has(entries: number): void {
		this.#last = { at: Date.now(), entries };
	}

	/** There is none of what is built now. */
	forget(): void {
		this.#last = undefined;
	}

	/**
	 * Writes a snapshot, if enough has come since the last one.
	 * @returns undefined when there was no need, "" when it was written, else why it was not, for a person
	 */
	async save(store: Store, segments: readonly SegmentMark[], enough: Enough): Promise<string | undefined> {
		const entries = segments.reduce((sum, segment) => sum + segment.entries, 0);
		if (entries === 0 || !this.#isDue(entries, enough)) return undefined;
		this.has(entries);
		try {
			const parts = store.parts();
			const bytes = [...parts.values()].reduce((sum, { length }) => sum + length, 0);
			// A full disk would stop the journal, which matters more.
			const { bavail, bsize } = await statfs(this.#dir);
			if (bavail * bsize < 2 * bytes + LEAVE_FREE) return "The disk has too little room for its snapshot.";
			await writeSnapshot(this.#dir, this.#keys, segments, parts);
			return "";
		} catch (error) {
			if (error instanceof JournalError && error.code === "too-large") return error.message;
			const code = systemCode(error);
			if (code === "" && !(error instanceof JournalError)) throw error;
			return `Its snapshot could not be written (${code || "no private folder"}).`;
		}
	}

	#isDue(entries: number, enough: Enough): boolean {
		if (this.#last === undefined) return true;
		const added = entries - this.#last.entries;
		return added >= Math.max(enough.entries, entries * enough.part) && Date.now() - this.#last.at >= enough.ms;
	}
}
