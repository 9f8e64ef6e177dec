// Collects the stat data of one folder after the other, as compactly as they are kept.
import type { Stats } from "node:fs";
import { CTIME, FIELDS, type Folder, INO, MODE, MTIME, SIZE, sameStats, UNKNOWN_MODE } from "./folderTree.ts";

/** A file system's clock goes in steps; a change within one step of another leaves no trace. Milliseconds. */
export const CLOCK_STEP_MS = 20;

export class FolderNotes {
	readonly #names: string[] = [];
	/** Grows to the largest folder. */
	#stats = new Float64Array(64 * FIELDS);
	/** The latest change of all that was noted, or 0; none from the future, which tells nothing of the next change. */
	newest = 0;

	/** Begins another folder. */
	clear(): void {
		this.#names.length = 0;
	}

	/** @param info undefined where it is not known what there is */
	add(name: string, info: Stats | undefined): void {
		const at = (this.#names.push(name) - 1) * FIELDS;
		if (at + FIELDS > this.#stats.length) {
			const larger = new Float64Array(this.#stats.length * 2);
			larger.set(this.#stats);
			this.#stats = larger;
		}
		const into = this.#stats;
		if (info === undefined || info.isDirectory()) {
			into.fill(0, at, at + FIELDS);
			into[at + MODE] = info?.mode ?? UNKNOWN_MODE;
			return;
		}
		into[at + SIZE] = info.size;
		into[at + MTIME] = info.mtimeMs;
		into[at + CTIME] = info.ctimeMs;
		into[at + INO] = info.ino;
		into[at + MODE] = info.mode;
		if (info.ctimeMs > this.newest && info.ctimeMs <= Date.now() + CLOCK_STEP_MS) this.newest = info.ctimeMs;
	}

	/** @param base what the folder was in another walk: given back when it is the same */
	folder(base: Folder | undefined, links: Map<string, string> | undefined): Folder {
		const names = this.#names.join("/");
		const stats = this.#stats.subarray(0, this.#names.length * FIELDS);
		if (base !== undefined && base.names === names && sameStats(base.stats, stats)) return base;
		return { names, stats: stats.slice(), ...(links === undefined ? {} : { links }) };
	}
}
