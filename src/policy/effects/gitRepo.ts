// A repository, read from its files: where it is, and what its refs name. Nothing of git runs here.
import { dirname, isAbsolute, join } from "node:path";
import { isInside, resolveReal } from "../paths.ts";
import { type Ground, MAX_ENTRIES, NotKnown } from "./ground.ts";

export interface Repo {
	/** Work tree, real path. */
	top: string;
	/** Where the command stands in it, real path. */
	cwd: string;
	gitDir: string;
	/** The same as gitDir, but in a linked worktree. */
	commonDir: string;
	/** Commit that HEAD names; absent before the first one. */
	head?: string;
	/** Without refs/heads/; absent when detached. */
	branch?: string;
}

const ID = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;
const MAX_PACKED = 4 * 1024 * 1024;
const MAX_SMALL = 4096;

/** @throws NotKnown outside the gate's folders, or where the repository is not like others */
export async function repoAt(cwd: string, ground: Ground): Promise<Repo> {
	const real = await resolveReal(cwd);
	if (real === undefined) throw new NotKnown();
	for (let top = real; isInside(top, ground.folders); top = dirname(top)) {
		const about = await ground.seen(join(top, ".git"));
		// A folder that is itself a bare repository: what git does there is up to its settings.
		if ((about === undefined || about.isDirectory()) && (await lacking(top, top, ground)) === undefined) {
			throw new NotKnown();
		}
		if (about === undefined) continue;
		const gitDir = about.isDirectory() ? join(top, ".git") : await pointed(top, ground);
		const commonDir = await commonOf(gitDir, ground);
		const lacks = await lacking(gitDir, commonDir, ground);
		// Git passes over such a folder, and takes the next repository above.
		if (lacks !== undefined && about.isDirectory() && commonDir === gitDir) continue;
		if (lacks !== undefined) throw new NotKnown();
		const repo: Repo = { top, cwd: real, gitDir, commonDir };
		return { ...repo, ...(await headOf(repo, ground)) };
	}
	throw new NotKnown();
}

/** What git itself asks of a git directory and this one has not. @throws NotKnown where that is not sure */
async function lacking(gitDir: string, commonDir: string, ground: Ground): Promise<string | undefined> {
	const head = await ground.seen(join(gitDir, "HEAD"));
	if (head === undefined) return "HEAD";
	for (const name of ["objects", "refs"]) {
		const about = await ground.followed(join(commonDir, name));
		if (about === undefined) return name;
		if (!about.isDirectory()) throw new NotKnown();
	}
	if (!head.isFile()) throw new NotKnown();
	return undefined;
}

async function commonOf(gitDir: string, ground: Ground): Promise<string> {
	const file = join(gitDir, "commondir");
	if ((await ground.seen(file)) === undefined) return gitDir;
	const common = (await ground.text(file, MAX_SMALL))?.replace(/[\r\n]+$/, "");
	if (common === undefined || common === "" || /[\0\r\n]/.test(common)) throw new NotKnown();
	return isAbsolute(common) ? common : join(gitDir, common);
}

async function pointed(top: string, ground: Ground): Promise<string> {
	const named = /^gitdir: (.+)$/.exec((await ground.text(join(top, ".git"), MAX_SMALL))?.trim() ?? "")?.[1];
	if (named === undefined) throw new NotKnown();
	return isAbsolute(named) ? named : join(top, named);
}

async function headOf(repo: Repo, ground: Ground): Promise<Pick<Repo, "head" | "branch">> {
	const text = (await ground.text(join(repo.gitDir, "HEAD"), MAX_SMALL))?.trim() ?? "";
	if (ID.test(text)) return { head: text };
	const branch = /^ref: refs\/heads\/(.+)$/.exec(text)?.[1];
	// Another way of keeping refs has this name there, and files say nothing of it.
	if (branch === undefined || branch === ".invalid" || !isName(branch)) throw new NotKnown();
	const head = await refId(repo, `refs/heads/${branch}`, ground);
	return head === undefined ? { branch } : { branch, head };
}

/** Names of branches and remotes that cannot lead out of the folder of refs. */
export function isName(name: string): boolean {
	return /^[^\x00-\x20\x7f~^:?*[\\]+$/.test(name) && !/(?:^|\/)\.|\.\.|\/\/|^[-/]|\/$|@\{/.test(name);
}

/** The object a full ref names; undefined when there is none. @throws NotKnown */
export async function refId(repo: Repo, ref: string, ground: Ground): Promise<string | undefined> {
	const loose = (await ground.text(join(repo.commonDir, ref), MAX_SMALL))?.trim();
	if (loose !== undefined) {
		if (!ID.test(loose)) throw new NotKnown();
		return loose;
	}
	return (await packed(repo, ground)).get(ref);
}

async function packed(repo: Repo, ground: Ground): Promise<Map<string, string>> {
	const file = join(repo.commonDir, "packed-refs");
	if ((await ground.seen(file)) === undefined) return new Map();
	const text = await ground.text(file, MAX_PACKED);
	if (text === undefined) throw new NotKnown();
	const lines = text.split("\n").map((line) => /^([0-9a-f]{40}|[0-9a-f]{64}) (\S+)$/.exec(line));
	return new Map(lines.flatMap((match) => (match === null ? [] : [[match[2] ?? "", match[1] ?? ""] as const])));
}

/** Objects of all refs below one, e.g. "refs/remotes/origin". @throws NotKnown where there are too many */
export async function refIdsBelow(repo: Repo, prefix: string, ground: Ground): Promise<string[]> {
	const ids = new Set<string>();
	for (const [ref, id] of await packed(repo, ground)) if (ref.startsWith(`${prefix}/`)) ids.add(id);
	const waiting = [join(repo.commonDir, prefix)];
	let room = MAX_ENTRIES;
	for (let folder = waiting.pop(); folder !== undefined; folder = waiting.pop()) {
		const entries = await ground.names(folder, room);
		if (entries === undefined) throw new NotKnown();
		room -= entries.length;
		for (const entry of entries) {
			const path = join(folder, entry.name);
			if (entry.isDirectory()) waiting.push(path);
			const text = entry.isFile() ? (await ground.text(path, MAX_SMALL))?.trim() : undefined;
			if (text !== undefined && ID.test(text)) ids.add(text);
		}
	}
	return [...ids];
}
