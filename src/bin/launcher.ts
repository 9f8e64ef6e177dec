// The launcher: the small script that agents' configurations call. It clears the environment before Node starts,
// because a repository's settings can set NODE_OPTIONS, PATH or shell functions for every hook (DESIGN 5).
import { execFile } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import {
	accessSync,
	chmodSync,
	closeSync,
	constants,
	fchmodSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { delimiter, isAbsolute, join } from "node:path";
import { promisify } from "node:util";
import { ENV_NAMES } from "../protocol/hookWire.ts";

const run = promisify(execFile);
const SHELL = "/bin/sh";
const ENV = "/usr/bin/env";
/** The hook uses nothing newer (`node:buffer` isUtf8). */
const OLDEST_NODE = "18.14.0";

export class LauncherError extends Error {
	override name = "LauncherError";
}

export interface LauncherOptions {
	/** Absolute path of the Gatepost home. */
	home: string;
	/** Absolute path of the user's Node, when there is one. */
	node?: string;
	/** Absolute path of the editor's binary, which runs as Node where there is no other. */
	electron?: string;
	/** Path of the built hook.cjs. */
	hookSource: string;
	/** Version of Gatepost; an installed newer one is kept. */
	version?: string;
}

export interface InstalledLauncher {
	/** What agents' configurations call, with the agent's name as argument. */
	launcher: string;
	hook: string;
	/** False when everything was in place already. */
	changed: boolean;
	/** A newer Gatepost (another editor's) has installed this; ours was not. */
	keptNewer: boolean;
}

/**
 * Puts hook.cjs and the launcher into `<home>/bin`, each whole or not at all. Hooks that wait have their code loaded
 * already, so replacing it does not touch them. Calling it again changes nothing.
 * @throws LauncherError when nothing there could run
 */
export async function installLauncher(options: LauncherOptions): Promise<InstalledLauncher> {
	if (process.platform === "win32") {
		throw new LauncherError("Gatepost's hook does not run on Windows yet. Nothing was installed. Use WSL.");
	}
	const { home, node, electron, version = "0.0.0" } = options;
	const dir = join(home, "bin");
	const launcher = join(dir, "gatepost-hook");
	const hook = join(dir, "hook.cjs");
	for (const program of [SHELL, ENV]) check(program);
	if (node === undefined && electron === undefined) {
		throw new LauncherError(
			"There is neither Node nor an editor to run the hook with. Nothing was installed. Install Node.",
		);
	}
	for (const program of [node, electron]) if (program !== undefined) check(program);
	const source = readFileSync(options.hookSource);
	const installed = readInstalled(launcher, hook);
	if (installed !== undefined && compareVersions(installed, version) > 0) {
		return { launcher, hook, changed: false, keptNewer: true };
	}
	const text = launcherText({
		home,
		hook,
		...(node === undefined ? {} : { node }),
		...(electron === undefined ? {} : { electron }),
		version,
		digest: sha256(source),
		privileged: await takesPrivileged(SHELL),
	});
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	chmodSync(dir, 0o700);
	// The hook first: an older launcher runs a newer hook, but a launcher without its hook refuses everything.
	const hookChanged = replace(hook, source, 0o600);
	// What Node kept of an older hook is of no use any more.
	if (hookChanged) rmSync(join(dir, "cache"), { recursive: true, force: true });
	const launcherChanged = replace(launcher, Buffer.from(text), 0o700);
	return { launcher, hook, changed: hookChanged || launcherChanged, keptNewer: false };
}

export interface LauncherParts {
	home: string;
	hook: string;
	node?: string;
	electron?: string;
	version: string;
	/** Hex SHA-256 of the hook. */
	digest: string;
	/** The shell knows -p: it then takes no functions and no shell options from the environment. */
	privileged: boolean;
	/** For tests: another shell. */
	shell?: string;
}

/**
 * The text of the launcher. Until the environment is cleared it uses only reserved words, special built-ins (which no
 * exported function can replace) and absolute paths; `exec` keeps the agent as the hook's parent.
 */
export function launcherText(parts: LauncherParts): string {
	const { home, hook, node, electron, version, digest, privileged, shell = SHELL } = parts;
	const kept = ["HOME", ...ENV_NAMES.filter((name) => name !== "SSH_CONNECTION_PRESENT")];
	const choices = [
		...(node === undefined ? [] : [{ path: node, words: quote(node) }]),
		...(electron === undefined ? [] : [{ path: electron, words: `ELECTRON_RUN_AS_NODE=1 ${quote(electron)}` }]),
	];
	const refuse = (reason: string) =>
		`exec ${ENV} -i ${SHELL} -c 'printf "%s\\n" "$1" >&2; exit 2' sh ${quote(`Gatepost: ${reason}`)}`;
	// Node keeps the hook's compiled code there (from version 22.1 on), which saves a twentieth of every call. It is as
	// private as the hook itself.
	const cache = `NODE_COMPILE_CACHE=${quote(`${home}/bin/cache`)}`;
	return `#!${shell}${privileged ? " -p" : ""}
# gatepost-hook ${version} ${digest}
# Written by Gatepost, which overwrites changes. Clears the environment, then runs the hook.
if { :; } 2>/dev/null <${quote(hook)}
then :
else ${refuse(`The hook is missing (${hook}). Nothing was run. Open Gatepost in your editor and connect the agent again.`)}
fi
set -- ${quote(hook)} --home ${quote(home)} --agent "$@"
${choices.map(({ path, words }, i) => `${i === 0 ? "if" : "elif"} { :; } 2>/dev/null <${quote(path)}\nthen set -- ${words} "$@"\n`).join("")}else ${refuse(`There is no Node to run the hook with (${choices.map(({ path }) => path).join(", ")}). Nothing was run. Open Gatepost in your editor and connect the agent again.`)}
fi
exec ${ENV} -i \\
${kept.map((name) => `\t\${${name}+"${name}=$${name}"} \\\n`).join("")}\t\${SSH_CONNECTION+"SSH_CONNECTION_PRESENT=1"} \\
	${cache} "$@"
`;
}

/**
 * The user's Node: the first in PATH that is new enough, as the binary itself, because the shims of version managers
 * need the environment that the launcher takes away.
 * @param exclude folders whose programs are not run, such as the workspace's
 */
export async function findNode(env: NodeJS.ProcessEnv, exclude: readonly string[]): Promise<string | undefined> {
	const path = env.PATH ?? "";
	for (const dir of path.split(delimiter)) {
		if (!isAbsolute(dir) || dir.includes("node_modules")) continue;
		if (exclude.some((folder) => dir === folder || dir.startsWith(`${folder}/`))) continue;
		const candidate = join(dir, "node");
		try {
			accessSync(candidate, constants.X_OK);
			const script = "process.stdout.write(JSON.stringify([process.execPath, process.versions.node]))";
			const { HOME } = env;
			const { stdout } = await run(candidate, ["-e", script], {
				cwd: "/",
				env: { PATH: path, ...(HOME === undefined ? {} : { HOME }) },
				timeout: 10_000,
			});
			const [node, version] = JSON.parse(stdout) as [string, string];
			if (compareVersions(version, OLDEST_NODE) < 0) continue;
			check(node);
			return node;
		} catch {
			// Not there, not Node, or not usable: the next one may be.
		}
	}
	return undefined;
}

/** @throws LauncherError when the launcher could not run this program */
function check(program: string): void {
	// env takes a word with "=" for a variable, and a line break would end a comment or a message early.
	if (!isAbsolute(program) || /[=\r\n]/.test(program)) {
		throw new LauncherError(`${program} cannot be used by the launcher. Nothing was installed. Use another path.`);
	}
	try {
		accessSync(program, constants.X_OK | constants.R_OK);
		if (statSync(program).isFile()) return;
	} catch {
		// Said below.
	}
	throw new LauncherError(`${program} is not a program that can be run. Nothing was installed.`);
}

/** The version that is installed, when it is whole and could run; else undefined. */
function readInstalled(launcher: string, hook: string): string | undefined {
	try {
		const text = readFileSync(launcher, "utf8");
		const [, version, digest] = /^# gatepost-hook (\S+) ([0-9a-f]{64})$/m.exec(text) ?? [];
		if (version === undefined || sha256(readFileSync(hook)) !== digest) return undefined;
		const program = /^then set -- (?:ELECTRON_RUN_AS_NODE=1 )?'([^']+)' "\$@"$/m.exec(text)?.[1];
		if (program === undefined) return undefined;
		accessSync(program, constants.X_OK);
		return version;
	} catch {
		return undefined;
	}
}

/** Puts these bytes there unless they are; true when they were not. */
function replace(path: string, bytes: Buffer, mode: number): boolean {
	try {
		if (readFileSync(path).equals(bytes) && (statSync(path).mode & 0o777) === mode) return false;
	} catch {
		// Not there, or not readable: it is replaced.
	}
	const draft = `${path}.${randomBytes(4).toString("hex")}.tmp`;
	try {
		const fd = openSync(draft, "wx", mode);
		try {
			fchmodSync(fd, mode);
			let written = 0;
			while (written < bytes.length) written += writeSync(fd, bytes, written);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(draft, path);
	} catch (error) {
		rmSync(draft, { force: true });
		throw error;
	}
	return true;
}

async function takesPrivileged(shell: string): Promise<boolean> {
	try {
		await run(shell, ["-p", "-c", ":"], { env: {}, timeout: 10_000 });
		return true;
	} catch {
		return false;
	}
}

/** One word of the shell, whatever is in it. */
function quote(text: string): string {
	return `'${text.replaceAll("'", "'\\''")}'`;
}

function sha256(bytes: Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

/** Negative, zero or positive, by the numbers of `1.2.3`; what follows them does not count. */
function compareVersions(a: string, b: string): number {
	const [left, right] = [a, b].map((text) => text.split(/[.+-]/).slice(0, 3).map(Number));
	for (let i = 0; i < 3; i += 1) {
		const difference = (left?.[i] || 0) - (right?.[i] || 0);
		if (difference !== 0) return difference;
	}
	return 0;
}
