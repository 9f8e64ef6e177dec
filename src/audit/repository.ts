// The repository a worktree belongs to.
import { join, sep } from "node:path";
import { openPlain, readAt } from "./files.ts";

/** Worktrees have a root of their own; this names the repository they share. Read from a file of the folder: a claim. */
export async function claimedRepository(root: string | undefined): Promise<{ claimed?: { repository: string } }> {
	if (root === undefined) return {};
	let text: string;
	try {
		const handle = await openPlain(join(root, ".git"));
		try {
			text = (await readAt(handle, 0, 4096)).toString("utf8");
		} finally {
			await handle.close();
		}
	} catch {
		// A plain repository (a folder), none, or something odd: there is nothing to name.
		return {};
	}
	const gitDir = /^gitdir: (.+?)[\r\n]*$/.exec(text)?.[1];
	const at = gitDir?.lastIndexOf(`${sep}worktrees${sep}`) ?? -1;
	return gitDir !== undefined && at > 0 ? { claimed: { repository: gitDir.slice(0, at) } } : {};
}
