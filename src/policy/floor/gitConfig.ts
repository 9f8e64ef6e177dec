// Whether git would run a program of the repository when it is only asked to read: its configuration and hooks, as git
// itself lists them. Listing the configuration runs nothing (measured with git 2.39.5).
import { execFile } from "node:child_process";
import { type BigIntStats, constants } from "node:fs";
import { access, readFile, stat } from "node:fs/promises";
import { delimiter, isAbsolute, join, resolve } from "node:path";
import { promisify } from "node:util";
import { type Message, message } from "../../protocol/messages.ts";
import { clip } from "../finding.ts";
import { isInside, resolveReal } from "../paths.ts";
import type { PolicyContext } from "../policy.ts";
import { type GitReach, isExecutableKey } from "./gitKeys.ts";
import type { GitRead } from "./line.ts";

const run = promisify(execFile);

const TIMEOUT_MS = 3000;
const MAX_OUTPUT = 1024 * 1024;
/** Submodules whose configuration is looked at as well: git asks each of them for its status. */
const MAX_SUBMODULES = 20;
/** Repositories remembered. */
const MAX_KNOWN = 50;

interface Checked {
	/** What was looked at, and what it was then. */
	stamps: Map<string, string>;
	problem: Message | undefined;
}

const known = new Map<string, Checked>();

/**
 * Why git may not read there unasked, or undefined.
 * @param read.folder relative to `cwd`, "" for it; "?" when the line does not say
 */
export async function gitProblem(
	{ folder, reach }: GitRead,
	cwd: string,
	context: PolicyContext,
): Promise<Message | undefined> {
	const elsewhere = message("why.gitElsewhere", { folder: clip(folder === "" ? cwd : folder) });
	// What only looks at commits was read of a configuration that is looked at here; the work tree of a stranger is more.
	if (context.trusted === false && reach === "config") return message("why.untrusted");
	if (folder === "?" || folder.startsWith("~")) return elsewhere;
	const real = await resolveReal(isAbsolute(folder) ? folder : join(cwd, folder));
	if (real === undefined || !isInside(real, context.folders)) return elsewhere;
	return checked(real, reach, context);
}

async function checked(folder: string, reach: GitReach, context: PolicyContext): Promise<Message | undefined> {
	const key = `${reach} ${folder}`;
	const before = known.get(key);
	if (before !== undefined && (await isFresh(before))) return before.problem;
	const found = await look(folder, reach, context, 0);
	if (known.size >= MAX_KNOWN) known.clear();
	if (found.stamps.size > 0) known.set(key, found);
	else known.delete(key);
	return found.problem;
}

async function isFresh({ stamps }: Checked): Promise<boolean> {
	for (const [file, stamp] of stamps) if ((await stampOf(file)) !== stamp) return false;
	return true;
}

/** Changes when the file does, as far as the system tells. */
async function stampOf(file: string): Promise<string> {
	const about: BigIntStats | undefined = await stat(file, { bigint: true }).catch(() => undefined);
	return about === undefined ? "none" : [about.dev, about.ino, about.size, about.mtimeNs, about.ctimeNs].join(":");
}

async function look(folder: string, reach: GitReach, context: PolicyContext, depth: number): Promise<Checked> {
	const unknown = (detail: string): Checked => ({
		stamps: new Map(),
		problem: message("why.gitUnknown", { detail: clip(detail) }),
	});
	const git = await findGit(context);
	if (git === undefined) return unknown("git was not found");
	let listed: string;
	let gitDirs: string[];
	const options = { cwd: folder, env: environment(context), timeout: TIMEOUT_MS, maxBuffer: MAX_OUTPUT };
	try {
		const [config, dirs] = await Promise.all([
			run(git, ["config", "--list", "--show-scope", "--show-origin", "-z"], options),
			run(git, ["rev-parse", "--absolute-git-dir", "--git-common-dir"], options).catch(() => undefined),
		]);
		listed = config.stdout;
		gitDirs = (dirs?.stdout ?? "")
			.split("\n")
			.filter((line) => line !== "")
			.map((dir) => resolve(folder, dir));
	} catch (error) {
		return unknown(error instanceof Error ? error.message : String(error));
	}
	const [gitDir, commonDir] = gitDirs;
	const stamps = new Map<string, string>();
	const remember = async (file: string) => stamps.set(file, await stampOf(file));
	const files = [
		...["/etc/gitconfig", join(context.userHome, ".gitconfig"), join(context.userHome, ".config", "git", "config")],
		...(process.env.XDG_CONFIG_HOME === undefined ? [] : [join(process.env.XDG_CONFIG_HOME, "git", "config")]),
		...gitDirs.flatMap((dir) => [join(dir, "config"), join(dir, "config.worktree"), join(dir, "commondir")]),
		...(gitDir === undefined ? [folder, join(folder, ".git")] : [gitDir, join(folder, ".git")]),
	];
	for (const file of files) await remember(file);
	const keys = parseList(listed);
	let hooks = commonDir === undefined ? undefined : join(commonDir, "hooks");
	for (const { scope, origin, key, value } of keys) {
		const file = origin.startsWith("file:") ? resolve(folder, origin.slice(5)) : undefined;
		if (file !== undefined) await remember(file);
		const own = (scope === "system" || scope === "global") && file !== undefined && !isInside(file, context.folders);
		if (isExecutableKey(key, value, own, reach)) {
			return { stamps, problem: message("why.gitConfig", { key: clip(key), file: clip(file ?? origin) }) };
		}
		if (key.toLowerCase() === "core.hookspath")
			hooks = resolve(gitDir === undefined ? folder : topOf(gitDir, folder), value);
	}
	// Git writes its index when it is asked for the status, and tells this hook.
	for (const hook of hooks === undefined || reach === "objects" ? [] : [join(hooks, "post-index-change")]) {
		await remember(hook);
		if (await isExecutable(hook)) return { stamps, problem: message("why.gitHook", { file: clip(hook) }) };
	}
	const submodules =
		gitDir === undefined || depth > 2 || reach === "objects" ? [] : await submodulesOf(topOf(gitDir, folder), remember);
	for (const submodule of submodules) {
		const inner = await look(submodule, reach, context, depth + 1);
		for (const [file, stamp] of inner.stamps) stamps.set(file, stamp);
		if (inner.problem !== undefined) return { stamps, problem: inner.problem };
	}
	// What an include names may not be there yet, and so not be in the list.
	const includes = keys.some(
		({ key, scope }) => scope !== "system" && scope !== "global" && /^include(?:if)?\./i.test(key),
	);
	return { stamps: includes ? new Map() : stamps, problem: undefined };
}

/** The work tree of an ordinary repository; else the folder asked from. */
function topOf(gitDir: string, folder: string): string {
	return gitDir.endsWith("/.git") ? gitDir.slice(0, -"/.git".length) : folder;
}

interface Key {
	scope: string;
	origin: string;
	key: string;
	value: string;
}

/** "scope NUL origin NUL key LF value NUL", and so on; a key without a value is "true". */
function parseList(text: string): Key[] {
	const fields = text.split("\0");
	const keys: Key[] = [];
	for (let at = 0; at + 2 < fields.length; at += 3) {
		const [scope = "", origin = "", pair = ""] = fields.slice(at, at + 3);
		const end = pair.indexOf("\n");
		keys.push({
			scope,
			origin,
			key: end === -1 ? pair : pair.slice(0, end),
			value: end === -1 ? "true" : pair.slice(end + 1),
		});
	}
	return keys;
}

/** Folders of submodules that are there, by `.gitmodules`. */
async function submodulesOf(top: string, remember: (file: string) => Promise<unknown>): Promise<string[]> {
	const file = join(top, ".gitmodules");
	await remember(file);
	const text = await readFile(file, "utf8").catch(() => "");
	const paths = [...text.matchAll(/^\s*path\s*=\s*"?([^"\n]+?)"?\s*$/gm)].map(([, path]) => join(top, path ?? ""));
	const there: string[] = [];
	for (const path of paths.slice(0, MAX_SUBMODULES)) {
		await remember(join(path, ".git"));
		if ((await stampOf(join(path, ".git"))) !== "none") there.push(path);
	}
	return there;
}

async function isExecutable(file: string): Promise<boolean> {
	return access(file, constants.X_OK).then(
		() => true,
		() => false,
	);
}

/** Git by the gate's own PATH, and never from a folder an agent works in. */
async function findGit({ folders }: PolicyContext): Promise<string | undefined> {
	const places = [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"];
	for (const folder of places.filter((place) => isAbsolute(place) && !isInside(place, folders))) {
		const file = join(folder, "git");
		if (await isExecutable(file)) return file;
	}
	return undefined;
}

/** Nothing of the gate's own environment that would give git another repository or configuration. */
function environment({ userHome }: PolicyContext): NodeJS.ProcessEnv {
	const { PATH, XDG_CONFIG_HOME } = process.env;
	return {
		...(PATH === undefined ? {} : { PATH }),
		...(XDG_CONFIG_HOME === undefined ? {} : { XDG_CONFIG_HOME }),
		HOME: userHome,
		LC_ALL: "C",
		GIT_OPTIONAL_LOCKS: "0",
	};
}
