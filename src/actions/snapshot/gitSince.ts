// Repositories that git takes hooks and settings for from another place than before.
import { type Message, message } from "../../protocol/messages.ts";
import { readable, under } from "./byteText.ts";
import type { Difference } from "./compare.ts";
import { FIELDS, type Folder, kindOf, MODE, NO_FOLDER, namesOf, type Tree } from "./folderTree.ts";
import { commonFolders } from "./gitFolders.ts";

/**
 * What was in a place already does not differ, yet git takes it into account only since something leads there. The
 * pointer may lie where nobody looked, so that it is said whenever something there is not listed.
 * @param told what is listed, and the real path of the root that relative paths in it begin at
 * @returns undefined where git runs nothing that is neither listed nor was compared
 */
export function elsewhereSince(
	before: Tree,
	after: Tree,
	told: { differences: readonly Difference[]; realRoot: string | undefined },
): Message | undefined {
	const commons = new Set(before.places.map(({ common }) => common));
	const owns = new Set(before.places.map(({ own }) => own));
	let listed: Set<string> | undefined;
	const isListed = (path: string) => {
		listed ??= new Set(told.differences.map((one) => under(told.realRoot ?? "", one.path)));
		return listed.has(path);
	};
	for (const { at, own, common } of after.places) {
		const folders = commons.has(common) ? [] : commonFolders(common);
		const paths = folders.flatMap((folder) => filesIn(folder, after.git.get(folder) ?? NO_FOLDER));
		if (!owns.has(own)) paths.push(...filesIn(own, after.git.get(own) ?? NO_FOLDER, "config.worktree"));
		if (!paths.every(isListed)) return message("afterRun.gitElsewhere", { first: readable(at) });
	}
	return undefined;
}

/** Paths of what is no folder. */
function filesIn(at: string, folder: Folder, only?: string): string[] {
	const isFile = (index: number) => kindOf(folder.stats[index * FIELDS + MODE] ?? 0) !== "folder";
	return namesOf(folder).flatMap((name, index) =>
		isFile(index) && (only === undefined || name === only) ? [at + name] : [],
	);
}
