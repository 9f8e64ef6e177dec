// Gets contents out of a repository's object store. Git runs in an empty repository of ours that borrows the store: it
// never reads the repository's own configuration, so none of its filters, hooks, monitors or remotes exist (DESIGN 2.11).
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { accessSync, constants, mkdirSync, mkdtempSync, realpathSync, rmSync, statSync, writeFileSync } from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { codeOf, isWithin } from "../paths.ts";
import { isReadable, readable } from "./byteText.ts";
import { isPlainStore } from "./plainStore.ts";

/** What of the environment matters to find and run git. */
export interface GitEnv {
	path: string;
	/** A folder for temporary files. */
	temporary: string;
	/** Windows needs it to start any program. */
	systemRoot?: string;
	/** Folders that agents work in, absolute: no program in them is run. */
	folders?: readonly string[];
}

export function gitEnvOf(env: NodeJS.ProcessEnv, temporary: string): GitEnv {
	const { PATH = env.Path ?? "", SystemRoot: systemRoot } = env;
	return { path: PATH, temporary, ...(systemRoot === undefined ? {} : { systemRoot }) };
}

/** On a Mac without developer tools this one only asks to install them. */
const MAC_STUB = "/usr/bin/git";
const MAC_PROGRAMS = [
	"/Library/Developer/CommandLineTools/usr/bin/git",
	"/Applications/Xcode.app/Contents/Developer/usr/bin/git",
];

/**
 * The program, by its absolute path; never one that lies in one of the folders, however it is come by.
 * @param folders absolute; those of `env` count as well
 */
export function findGit({ path, folders: more = [] }: GitEnv, folders: readonly string[]): string | undefined {
	const name = process.platform === "win32" ? "git.exe" : "git";
	const refused = [...folders, ...more].flatMap((folder) => [folder, realOrNone(folder) ?? folder]);
	const isRefused = (place: string) => refused.some((folder) => isWithin(place, folder));
	const programs = path.split(delimiter).flatMap((entry) => {
		if (!isAbsolute(entry) || isRefused(entry)) return [];
		const [folder, program] = [realOrNone(entry), realOrNone(join(entry, name))];
		if (folder === undefined || program === undefined || isRefused(folder) || isRefused(program)) return [];
		// By the name it has there: some programs act by how they were called.
		const found = join(folder, name);
		return isProgram(found) ? [found] : [];
	});
	const [found] = programs;
	if (process.platform !== "darwin" || found !== MAC_STUB) return found;
	return MAC_PROGRAMS.find(isProgram);
}

function realOrNone(path: string): string | undefined {
	try {
		return realpathSync(path);
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return undefined;
	}
}

function isProgram(path: string): boolean {
	try {
		accessSync(path, constants.X_OK);
		return statSync(path).isFile();
	} catch {
		return false;
	}
}

export interface Wanted {
	/** The object's id in hex. */
	id: string;
	/** Bytes that it must have. */
	size: number;
}

/**
 * The contents of blobs. One that is missing, is of another size or does not have the digest it is named by is left out.
 * @param store the repository's "objects" folder, one byte a character
 * @returns by id; nothing at all when git is not there, fails or takes too long
 */
export function readBlobs(
	store: string,
	wanted: readonly Wanted[],
	options: { algorithm: "sha1" | "sha256"; git: string; env: GitEnv; timeoutMs: number },
): Map<string, Buffer> {
	const { algorithm, git, env, timeoutMs } = options;
	if (wanted.length === 0 || !isReadable(store) || !isPlainStore(store, wanted)) return new Map();
	let dir: string;
	try {
		dir = mkdtempSync(join(env.temporary, "gatepost-git-"));
	} catch (error) {
		// A full disk: the contents are missing, and each file says so.
		if (codeOf(error) === undefined) throw error;
		return new Map();
	}
	try {
		makeRepository(dir, algorithm);
		const args = ["-c", "core.fsmonitor=false", "-c", "core.hooksPath=/dev/null", "--no-optional-locks"];
		const { stdout, status } = spawnSync(git, [...args, "cat-file", "--batch"], {
			cwd: dir,
			env: gitVariables(dir, readable(store), env),
			input: `${wanted.map(({ id }) => id).join("\n")}\n`,
			stdio: ["pipe", "pipe", "ignore"],
			timeout: timeoutMs,
			killSignal: "SIGKILL",
			maxBuffer: wanted.reduce((sum, { size }) => sum + size + 200, 1024),
			windowsHide: true,
		});
		return status === 0 ? parseBatch(stdout, wanted, algorithm) : new Map();
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function makeRepository(dir: string, algorithm: string): void {
	for (const name of ["objects", "refs"]) mkdirSync(join(dir, name));
	writeFileSync(join(dir, "HEAD"), "ref: refs/heads/none\n");
	const version = algorithm === "sha1" ? 0 : 1;
	const format = algorithm === "sha1" ? "" : `[extensions]\n\tobjectformat = ${algorithm}\n`;
	writeFileSync(join(dir, "config"), `[core]\n\trepositoryformatversion = ${version}\n\tbare = true\n${format}`);
}

/** All variables that git gets. GIT_ALLOW_PROTOCOL names none that there is: nothing is fetched, by old versions either. */
function gitVariables(dir: string, store: string, { path, systemRoot }: GitEnv): NodeJS.ProcessEnv {
	return {
		PATH: path,
		...(systemRoot === undefined ? {} : { SystemRoot: systemRoot }),
		HOME: dir,
		LC_ALL: "C",
		GIT_DIR: dir,
		GIT_OBJECT_DIRECTORY: store,
		GIT_CONFIG_NOSYSTEM: "1",
		GIT_CONFIG_GLOBAL: "/dev/null",
		GIT_ATTR_NOSYSTEM: "1",
		GIT_NO_LAZY_FETCH: "1",
		GIT_ALLOW_PROTOCOL: "none",
		GIT_TERMINAL_PROMPT: "0",
		GIT_NO_REPLACE_OBJECTS: "1",
	};
}

function parseBatch(out: Buffer, wanted: readonly Wanted[], algorithm: string): Map<string, Buffer> {
	const sizes = new Map(wanted.map(({ id, size }) => [id, size]));
	const blobs = new Map<string, Buffer>();
	for (let at = 0; at < out.length; ) {
		const stop = out.indexOf(0x0a, at);
		if (stop < 0) break;
		const [id = "", type = "", length = ""] = out.toString("latin1", at, stop).split(" ");
		at = stop + 1;
		if (type === "missing" || type === "ambiguous") continue;
		const size = Number(length);
		if (!/^\d+$/.test(length) || at + size > out.length) break;
		const bytes = out.subarray(at, at + size);
		at += size + 1;
		if (type === "blob" && sizes.get(id) === size && blobId(bytes, algorithm) === id) blobs.set(id, bytes);
	}
	return blobs;
}

/** The id that git gives a content. */
export function blobId(bytes: Uint8Array, algorithm: string): string {
	return createHash(algorithm).update(`blob ${bytes.length}\0`).update(bytes).digest("hex");
}
