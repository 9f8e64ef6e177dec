// Programs that git runs by itself: the hooks of the repository it works in, and what they read in turn. Hooks outside of
// the workspace's folder are the person's own, unless the repository's configuration leads there.
import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { isInside } from "../paths.ts";

/** Run by whatever changes a reference or the index. */
const ALWAYS = ["reference-transaction", "post-index-change", "pre-auto-gc"];
const COMMIT = ["pre-commit", "prepare-commit-msg", "commit-msg", "post-commit", "post-rewrite"];
const CHANGES = [...COMMIT, "pre-merge-commit", "post-merge", "pre-rebase", "post-checkout"];

/** Hooks by the command of git; a command that is not here runs those of a change. */
const HOOKS: Readonly<Record<string, readonly string[]>> = {
	add: [],
	mv: [],
	tag: [],
	branch: [],
	fetch: [],
	push: ["pre-push"],
	commit: COMMIT,
	am: [...CHANGES, "applypatch-msg", "pre-applypatch", "post-applypatch"],
};

/** What the usual runners of hooks read. */
const READ_BY_HOOKS = [
	...[
		"package.json",
		".pre-commit-config.yaml",
		"lefthook.yml",
		"lefthook.yaml",
		".lintstagedrc",
		".lintstagedrc.json",
	],
	...["js", "mjs", "cjs", "ts"].map((end) => `lint-staged.config.${end}`),
	...["js", "cjs", "ts"].map((end) => `commitlint.config.${end}`),
];

const MAX_NAMES = 200;
const MAX_CONFIG = 256 * 1024;

/**
 * Files that a command of git runs beside git, by absolute path.
 * @param place real path of where it runs, in `folder`
 * @returns undefined when that cannot be told
 */
export function hooksOf(words: readonly string[], place: string, folder: string): string[] | undefined {
	if (words.some((word) => /^--(?:git-dir|work-tree|exec-path)|^(?:core\.hookspath|alias\.|include)/i.test(word))) {
		return undefined;
	}
	const top = topOf(place, folder);
	if (top === undefined) return [];
	try {
		const git = gitFolder(top);
		const hooks = hooksFolder(git, top);
		const inside = isInside(hooks, [folder]);
		if (!inside) return hooks === join(git, "hooks") ? [] : undefined;
		const does = words.slice(1).find((word) => Object.hasOwn(HOOKS, word));
		const names = [...ALWAYS, ...(HOOKS[does ?? ""] ?? CHANGES)];
		const found = names.map((name) => join(hooks, name)).filter((path) => existsSync(path));
		if (found.length === 0) return [];
		const also = READ_BY_HOOKS.map((name) => join(top, name)).filter((path) => existsSync(path));
		return [
			...found,
			...also,
			...filesIn(join(top, ".husky")),
			...["h", "husky.sh"].map((name) => join(top, ".husky/_", name)).filter((path) => existsSync(path)),
		];
	} catch {
		return undefined;
	}
}

function topOf(place: string, folder: string): string | undefined {
	for (let at = place; isInside(at, [folder]); at = dirname(at)) {
		if (existsSync(join(at, ".git"))) return at;
		if (at === dirname(at)) return undefined;
	}
	return undefined;
}

/** The folder with the configuration and the hooks; of a worktree, that of its repository. */
function gitFolder(top: string): string {
	const path = join(top, ".git");
	if (statSync(path).isDirectory()) return path;
	const git = resolve(
		top,
		readFileSync(path, "utf8")
			.replace(/^gitdir:\s*/, "")
			.trim(),
	);
	const common = join(git, "commondir");
	return existsSync(common) ? resolve(git, readFileSync(common, "utf8").trim()) : git;
}

/** @throws Error when the configuration cannot be read or goes on elsewhere */
function hooksFolder(git: string, top: string): string {
	const config = join(git, "config");
	if (!existsSync(config)) return join(git, "hooks");
	if (statSync(config).size > MAX_CONFIG) throw new Error("too large");
	const text = readFileSync(config, "utf8");
	if (/^\s*\[\s*include/im.test(text)) throw new Error("goes on elsewhere");
	const lines = text.match(/hookspath\s*=.*$/gim) ?? [];
	const [line] = lines;
	if (line === undefined) return join(git, "hooks");
	const value = line.replace(/^[^=]*=\s*/, "").trim();
	if (lines.length > 1 || !/^[\w./-]+$/.test(value)) throw new Error("not read");
	return resolve(top, value);
}

function filesIn(folder: string): string[] {
	if (!existsSync(folder)) return [];
	const entries = readdirSync(folder, { withFileTypes: true });
	if (entries.length > MAX_NAMES) throw new Error("too many");
	return entries
		.filter((entry) => !entry.isDirectory() && entry.name !== ".gitignore")
		.map(({ name }) => join(folder, name));
}
