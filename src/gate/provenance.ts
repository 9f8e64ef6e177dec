// Who started the agent, as far as this machine shows it: the processes above the hook, the commit the work tree is at.
// Everything is read from files; no program of the repository or of git runs (DESIGN 2.11).
import { readFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { smallText } from "../actions/smallFile.ts";

export interface Process {
	pid: number;
	name: string;
}

/**
 * The processes above `pid`, nearest first, at most `limit`; from /proc, so empty where there is none.
 * Names are what the kernel calls them (at most 15 characters), not what they say of themselves.
 */
export async function ancestors(pid: number, limit = 8): Promise<Process[]> {
	const found: Process[] = [];
	let next = pid;
	while (next > 1 && found.length < limit) {
		let line: string;
		try {
			line = await readFile(`/proc/${next}/stat`, "utf8");
		} catch {
			// No /proc here, or the process has just ended: what was found so far is what can be said.
			break;
		}
		const name = line.slice(line.indexOf("(") + 1, line.lastIndexOf(")"));
		found.push({ pid: next, name });
		next = Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[1]);
	}
	return found;
}

export interface GitState {
	/** Commit id, when a ref could be resolved from files. */
	commit?: string;
	/** Branch name without refs/heads/, absent when detached. */
	branch?: string;
	/** Git directory shared by worktrees, when this folder is a linked worktree. */
	commonDir?: string;
}

const HEX = /^[0-9a-f]{40}([0-9a-f]{24})?$/;

/** A file of git's: one line, or a few. */
async function gitText(path: string, max = 4096): Promise<string | undefined> {
	return (await smallText(path, max))?.trim();
}

/** Branch and commit of the work tree at `folder`, read from .git by hand. Absent values could not be read. */
export async function gitState(folder: string): Promise<GitState | undefined> {
	let gitDir = join(folder, ".git");
	const pointer = await gitText(gitDir);
	let commonDir: string | undefined;
	if (pointer?.startsWith("gitdir: ")) {
		const named = pointer.slice("gitdir: ".length);
		gitDir = isAbsolute(named) ? named : join(folder, named);
		const common = await gitText(join(gitDir, "commondir"));
		if (common !== undefined) commonDir = isAbsolute(common) ? common : join(gitDir, common);
	}
	const head = await gitText(join(gitDir, "HEAD"));
	if (head === undefined) return undefined;
	const worktree = commonDir === undefined ? {} : { commonDir };
	if (HEX.test(head)) return { commit: head, ...worktree };
	if (!head.startsWith("ref: ")) return worktree;
	const ref = head.slice("ref: ".length);
	const branch = ref.startsWith("refs/heads/") ? { branch: ref.slice("refs/heads/".length) } : {};
	// A ref is a path below the git directory; anything else in its place is not followed.
	if (!/^refs\/[\w./-]+$/.test(ref) || ref.includes("..")) return { ...branch, ...worktree };
	const base = commonDir ?? gitDir;
	let commit = await gitText(join(base, ref));
	if (commit === undefined) {
		const packed = await gitText(join(base, "packed-refs"), 4 * 1024 * 1024);
		commit = packed
			?.split("\n")
			.find((line) => line.endsWith(` ${ref}`))
			?.slice(0, 40);
	}
	return { ...(commit !== undefined && HEX.test(commit) ? { commit } : {}), ...branch, ...worktree };
}
