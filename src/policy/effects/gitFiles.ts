// What git commit, clean, checkout, restore and reset would take up or throw away, by index and files as they are.
import { join } from "node:path";
import type { PreviewItem } from "../../protocol/card.ts";
import type { At, Effect } from "./effect.ts";
import { type Repo, repoAt } from "./gitRepo.ts";
import { configOf, type Git, withGit } from "./gitRun.ts";
import { NotKnown } from "./ground.ts";
import { say, sayCounted, sizeText } from "./say.ts";
import type { Term } from "./terms.ts";
import { readWords } from "./words.ts";

const EMPTY_TREE = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";

export const gitCommit: Effect = async (words, at) => {
	const { options, operands } = readWords(words, {
		flags: `-a -q -v -n -s --all --quiet --verbose --no-verify --signoff --amend --no-edit --allow-empty --no-gpg-sign
			--reset-author`,
		values: "-m --message -F --file --author --date --trailer",
		anywhere: true,
	});
	// Files that are named are committed in place of what is staged.
	if (operands.length > 0) throw new NotKnown();
	return inRepo(at, async (git, repo) => {
		const staged = await stagedFiles(git, repo);
		const items = sayCounted("effect.commitsFile", "effect.commitsFiles", staged);
		if (options.has("-a") || options.has("--all")) {
			const changed = (await changedFiles(git, [])).filter((file) => !staged.includes(file));
			if (changed.length > 0) items.push(say("effect.commitsAlso", changed, { count: changed.length }));
		}
		if (at.before.includes("git add")) items.push(say("effect.commitsAdded"));
		if (items.length === 0) items.push(say("effect.commitsNothing"));
		if (options.has("--amend")) items.push(say("effect.amends"));
		return items;
	});
};

export const gitClean: Effect = async (words, at) => {
	const { options, operands, times } = readWords(words, {
		flags: "-f -d -x -X -q -n --force --quiet --dry-run",
		values: "-e --exclude",
		same: "--exclude=-e --force=-f --dry-run=-n --quiet=-q",
		anywhere: true,
	});
	if (options.has("-n")) return [];
	// Given twice it also deletes other repositories.
	const forces = (times.get("-f") ?? 0) > 1 ? ["-f", "-f"] : [];
	const passed = [...forces, ...["-d", "-x", "-X"].filter((option) => options.has(option))];
	const left = options.get("-e")?.split("\n") ?? [];
	const specs = pathspecs(operands);
	return inRepo(at, async (git, { cwd }) => {
		const text = await git([
			"clean",
			"-n",
			...passed,
			...left.map((pattern) => `--exclude=${pattern}`),
			"--",
			...specs,
		]);
		const names = text.split("\n").flatMap((line) => {
			const name = /^Would remove (.+)$/.exec(line)?.[1];
			return name === undefined ? [] : [unquoted(name)];
		});
		if (names.length === 0) return [say("effect.cleansNothing")];
		const folders = names.filter((name) => name.endsWith("/"));
		const files = names.filter((name) => !name.endsWith("/"));
		const items = sayCounted("effect.cleansFile", "effect.cleansFiles", files);
		if (folders.length === 0) return items;
		const all = await at.ground.weighAll(folders.map((name) => join(cwd, name)));
		const args = { files: all.files, folders: all.folders, size: sizeText(all.bytes) };
		return [...items, say(all.whole ? "effect.cleansFolders" : "effect.cleansFoldersAtLeast", folders, args)];
	});
};

export const gitReset: Effect = async (words, at) => {
	const { options, operands } = readWords(words, { flags: "--hard --soft --mixed -q --quiet", anywhere: true });
	const [to, more] = operands;
	// Another commit brings other files: which of them differ is not looked up.
	if (!options.has("--hard") || more !== undefined || (to !== undefined && to.text !== "HEAD")) throw new NotKnown();
	return inRepo(at, async (git, repo) => {
		const names = new Set([...(await changedFiles(git, [])), ...(await stagedFiles(git, repo))]);
		return discarded([...names].sort());
	});
};

/** `git checkout -- files`: what is not about files goes to another branch, and changes are kept. */
export const gitCheckout: Effect = async (words, at) => {
	const end = words.findIndex((word) => word.kind === "sure" && word.value === "--");
	const dot = words.length === 1 && words[0]?.kind === "sure" && words[0].value === ".";
	if (end > 0 || (end === -1 && !dot)) throw new NotKnown();
	const { operands } = readWords(words, {});
	if (operands.length === 0) throw new NotKnown();
	const specs = pathspecs(operands);
	return inRepo(at, async (git) => discarded(await changedFiles(git, specs)));
};

export const gitRestore: Effect = async (words, at) => {
	const { options, operands } = readWords(words, {
		flags: "-S -W -q --staged --worktree --quiet",
		anywhere: true,
	});
	if (operands.length === 0) throw new NotKnown();
	const specs = pathspecs(operands);
	const staged = options.has("-S") || options.has("--staged");
	const files = !staged || options.has("-W") || options.has("--worktree");
	return inRepo(at, async (git, repo) => {
		const inIndex = staged ? await stagedFiles(git, repo, specs) : [];
		if (!files) {
			return inIndex.length === 0
				? [say("effect.commitsNothing")]
				: sayCounted("effect.unstages", "effect.unstagesMany", inIndex);
		}
		const names = new Set([...inIndex, ...(await changedFiles(git, specs))]);
		return discarded([...names].sort());
	});
};

async function inRepo(
	{ cwd, ground }: At,
	use: (git: Git, repo: Repo) => Promise<PreviewItem[]>,
): Promise<PreviewItem[]> {
	const repo = await repoAt(cwd, ground);
	const config = await configOf(repo, ground);
	// Another work tree than the one it was found in.
	if (config.has("core.worktree") || config.get("core.bare")?.at(-1) === "true") throw new NotKnown();
	const named = config.get("core.excludesfile")?.at(-1);
	const ignores =
		named === undefined
			? join(process.env.XDG_CONFIG_HOME ?? join(ground.home, ".config"), "git", "ignore")
			: named.replace(/^~\//, `${ground.home}/`);
	return withGit(repo, ground, config, ignores, (git) => use(git, repo));
}

/** Files whose size, time or mode is not as in the index: their content is looked at in rare cases only. */
async function changedFiles(git: Git, specs: readonly string[]): Promise<string[]> {
	return list(
		await git([
			"diff-files",
			"--no-ext-diff",
			"--no-textconv",
			"--ignore-submodules",
			"--name-only",
			"-z",
			"--",
			...specs,
		]),
	);
}

async function stagedFiles(git: Git, { head }: Repo, specs: readonly string[] = []): Promise<string[]> {
	const tree = head ?? EMPTY_TREE;
	return list(
		await git(["diff-index", "--cached", "--no-ext-diff", "--no-textconv", "--name-only", "-z", tree, "--", ...specs]),
	);
}

/** Names, relative to the top of the work tree. */
function list(text: string): string[] {
	return text.split("\0").filter((name) => name !== "");
}

function discarded(names: readonly string[]): PreviewItem[] {
	return names.length === 0
		? [say("effect.discardsNothing")]
		: sayCounted("effect.discards", "effect.discardsMany", names);
}

/** Git reads patterns itself; one that the shell would read first stands for files that are not looked up here. */
function pathspecs(operands: readonly Term[]): string[] {
	return operands.map((operand) => {
		if (operand.kind !== "sure") throw new NotKnown();
		return operand.value;
	});
}

/** A name as git writes it: in quotes where it holds anything unusual. */
function unquoted(name: string): string {
	const inner = /^"(.*)"$/s.exec(name)?.[1];
	if (inner === undefined) return name;
	const bytes: number[] = [];
	const letters: Record<string, number> = { a: 7, b: 8, t: 9, n: 10, v: 11, f: 12, r: 13 };
	for (const [, octal, letter, plain] of inner.matchAll(/\\([0-7]{3})|\\(.)|([^\\]+)/gs)) {
		if (octal !== undefined) bytes.push(Number.parseInt(octal, 8));
		else if (letter !== undefined) bytes.push(letters[letter] ?? letter.charCodeAt(0));
		else bytes.push(...Buffer.from(plain ?? ""));
	}
	return Buffer.from(bytes).toString("utf8");
}
