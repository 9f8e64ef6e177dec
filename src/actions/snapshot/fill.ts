// At a snapshot: reads small files that git has no copy of, the latest changed first, so that what they were is known.
import { under } from "./byteText.ts";
import type { Contents } from "./contents.ts";
import { CTIME, FIELDS, type Folder, kindOf, MODE, NO_FOLDER, namesOf, SIZE, type Tree } from "./folderTree.ts";
import { numbersOf, readWhole } from "./readFile.ts";
import type { Limits } from "./types.ts";

export interface FillOptions {
	limits: Limits;
	contents: Contents;
	/** Whether git has a copy of a file. */
	hasCopy(path: string, stats: Float64Array): unknown;
}

interface Candidate {
	path: string;
	stats: Float64Array;
}

/** @param root absolute, with a slash at the end, one byte a character */
export function fillContents(root: string, tree: Tree, { limits, contents, hasCopy }: FillOptions): void {
	const deadline = performance.now() + limits.fillMs;
	const candidates: Candidate[] = [];
	const settings = [...tree.git].flatMap(([path, folder]) =>
		smallFiles(path, folder ?? NO_FOLDER, limits.keptFileBytes),
	);
	for (const [path, folder] of tree.folders) {
		if (performance.now() > deadline) break;
		for (const candidate of smallFiles(path, folder, limits.keptFileBytes)) {
			if (performance.now() > deadline) break;
			if (hasCopy(candidate.path, candidate.stats) === undefined) candidates.push(candidate);
		}
	}
	candidates.sort((one, other) => (other.stats[CTIME] ?? 0) - (one.stats[CTIME] ?? 0));
	let bytes = 0;
	let files = 0;
	for (const { path: local, stats } of [...settings, ...candidates]) {
		const path = under(root, local);
		if (contents.has(path, stats)) continue;
		files += 1;
		bytes += stats[SIZE] ?? 0;
		if (files > limits.fillFiles || bytes > limits.fillBytes || performance.now() > deadline) return;
		const read = readWhole(path, limits.keptFileBytes);
		// What changed since the walk is not what the snapshot saw.
		if (read.state !== "read" || !numbersOf(read.info).every((value, at) => value === stats[at])) continue;
		contents.put(path, stats, read.bytes);
	}
}

function smallFiles(path: string, folder: Folder, max: number): Candidate[] {
	return namesOf(folder).flatMap((name, index) => {
		const stats = folder.stats.subarray(index * FIELDS, (index + 1) * FIELDS);
		const isSmall = kindOf(stats[MODE] ?? 0) === "file" && (stats[SIZE] ?? 0) <= max;
		return isSmall ? [{ path: path + name, stats }] : [];
	});
}
