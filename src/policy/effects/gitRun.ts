// Git, asked about objects and index of a repository without ever seeing its configuration (DESIGN 2.11): it gets a git
// directory of our own, and only the places of objects and index are the repository's. So no hook, filter, monitor,
// alias, external diff or remote of the repository is known to it, and nothing can be fetched.
import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { isInside } from "../paths.ts";
import type { Repo } from "./gitRepo.ts";
import { type Ground, NotKnown, TimeOver } from "./ground.ts";

const run = promisify(execFile);
const MAX_OUTPUT = 4 * 1024 * 1024;

const OFF = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks", "--no-pager"];

/** Every value of each setting, in order: git uses all of some, and the last of others. */
export type Config = ReadonlyMap<string, readonly string[]>;

/** Asks git once. @throws NotKnown when it fails, TimeOver */
export type Git = (args: readonly string[]) => Promise<string>;

/** Settings of the repository that say how files are compared, and name nothing. */
const COMPARED = ["core.filemode", "core.symlinks", "core.autocrlf", "core.eol", "core.ignorecase", "core.trustctime"];

/**
 * Lends a git that reads this repository.
 * @param config the repository's settings: of them only those of comparing count
 * @param ignores a file with patterns the person ignores everywhere
 */
export async function withGit<T>(
	repo: Repo,
	ground: Ground,
	config: Config,
	ignores: string | undefined,
	use: (git: Git) => Promise<T>,
): Promise<T> {
	const program = await gitProgram(ground.folders);
	ground.check();
	const own = await mkdtemp(join(tmpdir(), "gatepost-git-"));
	try {
		const sha256 = repo.head?.length === 64;
		await mkdir(join(own, "objects"));
		await mkdir(join(own, "refs"));
		await mkdir(join(own, "info"));
		await writeFile(join(own, "HEAD"), "ref: refs/heads/none\n");
		await writeFile(
			join(own, "config"),
			`[core]\n\trepositoryformatversion = ${sha256 ? 1 : 0}\n\tbare = false\n${sha256 ? "[extensions]\n\tobjectFormat = sha256\n" : ""}`,
		);
		await symlink(join(repo.commonDir, "info", "exclude"), join(own, "info", "exclude"));
		if ((await ground.seen(join(repo.commonDir, "shallow"))) !== undefined) {
			await symlink(join(repo.commonDir, "shallow"), join(own, "shallow"));
		}
		const env = {
			...environment(own, program),
			GIT_DIR: own,
			GIT_WORK_TREE: repo.top,
			GIT_INDEX_FILE: join(repo.gitDir, "index"),
			GIT_OBJECT_DIRECTORY: join(repo.commonDir, "objects"),
		};
		const compared = COMPARED.flatMap((key) => {
			const value = config.get(key)?.at(-1);
			return value !== undefined && /^(?:true|false|input|lf|crlf|native)$/.test(value)
				? ["-c", `${key}=${value}`]
				: [];
		});
		const excludes = ["-c", `core.excludesFile=${ignores ?? "/dev/null"}`];
		return await use((args) => ask(program.file, [...OFF, ...excludes, ...compared, ...args], repo.cwd, env, ground));
	} finally {
		await rm(own, { recursive: true, force: true });
	}
}

/**
 * All settings in force for a repository, keys in lower case but for the part in the middle. Listing them runs nothing
 * (measured with git 2.39.5); the person's own count too, as they do for the command.
 *
 * @throws NotKnown also where refs are kept in another way than in files, TimeOver
 */
export async function configOf(repo: Repo, ground: Ground): Promise<Config> {
	const program = await gitProgram(ground.folders);
	const env = { ...environment(ground.home, program), GIT_CONFIG_GLOBAL: undefined, GIT_CONFIG_NOSYSTEM: undefined };
	const { XDG_CONFIG_HOME } = process.env;
	const text = await ask(
		program.file,
		[...OFF, "config", "--list", "-z"],
		repo.top,
		XDG_CONFIG_HOME === undefined ? env : { ...env, XDG_CONFIG_HOME },
		ground,
	);
	const config = new Map<string, string[]>();
	for (const pair of text.split("\0")) {
		const end = pair.indexOf("\n");
		if (pair === "") continue;
		const key = end === -1 ? pair : pair.slice(0, end);
		const values = config.get(key) ?? [];
		values.push(end === -1 ? "true" : pair.slice(end + 1));
		config.set(key, values);
	}
	if (config.get("extensions.refstorage")?.some((kind) => kind !== "files")) throw new NotKnown();
	return config;
}

async function ask(
	program: string,
	args: readonly string[],
	cwd: string,
	env: Record<string, string | undefined>,
	ground: Ground,
): Promise<string> {
	ground.check();
	try {
		const timeout = Math.max(1, Math.ceil(ground.left));
		const options = { cwd, env, timeout, maxBuffer: MAX_OUTPUT, killSignal: "SIGKILL" as const };
		return (await run(program, [...args], options)).stdout;
	} catch {
		if (ground.left === 0) throw new TimeOver();
		throw new NotKnown();
	}
}

function environment(home: string, { path }: Program): Record<string, string | undefined> {
	return {
		PATH: path,
		HOME: home,
		LC_ALL: "C",
		GIT_CONFIG_NOSYSTEM: "1",
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_ATTR_NOSYSTEM: "1",
		GIT_TERMINAL_PROMPT: "0",
		GIT_OPTIONAL_LOCKS: "0",
		GIT_NO_LAZY_FETCH: "1",
		GIT_NO_REPLACE_OBJECTS: "1",
		// No way of reaching another repository is allowed.
		GIT_ALLOW_PROTOCOL: "",
	};
}

interface Program {
	file: string;
	/** PATH without what leads into the folders. */
	path: string;
}

/**
 * Git by the gate's own PATH, and never one that lies in a folder an agent works in, by whatever link it is reached.
 * @param folders real paths
 * @throws NotKnown where there is none
 */
async function gitProgram(folders: readonly string[]): Promise<Program> {
	const places: string[] = [];
	for (const entry of [...(process.env.PATH ?? "").split(delimiter), "/usr/bin", "/usr/local/bin"]) {
		const real = isAbsolute(entry) ? await realpath(entry).catch(() => undefined) : undefined;
		if (real !== undefined && !isInside(real, folders) && !places.includes(real)) places.push(real);
	}
	for (const place of places) {
		const file = join(place, "git");
		if (await runsOutside(file, folders)) return { file, path: places.join(delimiter) };
	}
	throw new NotKnown();
}

async function runsOutside(file: string, folders: readonly string[]): Promise<boolean> {
	try {
		await access(file, constants.X_OK);
		return (await stat(file)).isFile() && !isInside(await realpath(file), folders);
	} catch {
		return false;
	}
}
