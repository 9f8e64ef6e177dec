// Starts a VS Code server with a profile of its own that shares nothing with the user's editors, agents or settings.
import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { createWriteStream } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { type HostVersion, type InstalledHost, installHost } from "./install.ts";
import { runTool } from "./tool.ts";

const startLimitMs = 60_000;
const stopLimitMs = 10_000;
/** Linux allows 107 bytes for a socket's path; VS Code's own names take 50 of them. */
const longestRunDir = 55;

export type StartOptions = {
	version: HostVersion;
	/** An empty or earlier used folder for everything this VS Code writes. The caller removes it. */
	home: string;
	/** One folder, or several: then a `.code-workspace` file in `home` holds them. Absolute paths. */
	folder: string | string[];
	/** vsix files to install before the start. */
	extensions?: string[];
	/** User settings, over the quiet ones below. */
	settings?: Record<string, unknown>;
	/** Over the private environment; `undefined` removes a variable. */
	env?: Record<string, string | undefined>;
	/** Default: one that is free. */
	port?: number;
	/** Default: all folders are trusted. "ask": trust works as in a desktop editor, so new folders are restricted. */
	workspaceTrust?: "ask" | "off";
};

export type HostDirs = { home: string; serverData: string; userData: string; extensions: string; run: string };

export type RunningHost = {
	/** Address that opens `folder`. */
	url: string;
	/** "http://127.0.0.1:<port>" */
	origin: string;
	port: number;
	/** Process group of the server and all it started. */
	pid: number;
	version: string;
	homeDirs: HostDirs;
	/** Resolves when the server has ended, for whatever reason. */
	ended: Promise<void>;
	/** The end of what the server printed. */
	output(): string;
	/** Address that opens other folders, with an optional payload for the workbench. */
	urlFor(folder: string | string[], payload?: [string, string][]): Promise<string>;
	/** Ends the process group and resolves when no process of it is left. */
	stop(): Promise<void>;
};

/** Settings that keep this VS Code quiet and off the network. */
export const quietSettings: Record<string, unknown> = {
	"chat.commandCenter.enabled": false,
	"chat.disableAIFeatures": true,
	"extensions.autoCheckUpdates": false,
	"extensions.autoUpdate": false,
	"extensions.ignoreRecommendations": true,
	"git.autofetch": false,
	"git.openRepositoryInParentFolders": "never",
	"remote.autoForwardPorts": false,
	"telemetry.telemetryLevel": "off",
	"update.mode": "none",
	"update.showReleaseNotes": false,
	"window.commandCenter": false,
	"workbench.enableExperiments": false,
	"workbench.secondarySideBar.defaultVisibility": "hidden",
	"workbench.settings.enableNaturalLanguageSearch": false,
	"workbench.startupEditor": "none",
	"workbench.tips.enabled": false,
	"workbench.welcomePage.walkthroughs.openOnInstall": false,
};

/** @throws when the host cannot be installed, a vsix is refused, or the server does not listen within a minute. */
export async function startHost(options: StartOptions): Promise<RunningHost> {
	const installed = await installHost(options.version);
	const dirs = await makeDirs(options.home);
	await writeFile(
		join(dirs.userData, "User/settings.json"),
		JSON.stringify({ ...quietSettings, ...options.settings }, undefined, "\t"),
	);
	const env = privateEnvironment(dirs, options.env);
	const dirArgs = [
		"--server-data-dir",
		dirs.serverData,
		"--user-data-dir",
		dirs.userData,
		"--extensions-dir",
		dirs.extensions,
	];
	for (const vsix of options.extensions ?? []) {
		await runTool(installed.node, [installed.serverMain, ...dirArgs, "--install-extension", vsix, "--force"], { env });
	}
	const server = startServer(installed, dirs, env, [
		...["--host", "127.0.0.1", "--port", String(options.port ?? 0)],
		...["--without-connection-token", "--accept-server-license-terms", "--telemetry-level", "off"],
		"--disable-update-check",
		...(options.workspaceTrust === "ask" ? [] : ["--disable-workspace-trust"]),
		...["--enable-smoke-test-driver", ...dirArgs],
	]);
	const port = await server.listening;
	const origin = `http://127.0.0.1:${port}`;
	const urlFor = (folder: string | string[], payload?: [string, string][]) => address(origin, dirs, folder, payload);
	return {
		...server,
		origin,
		port,
		version: installed.version,
		homeDirs: dirs,
		urlFor,
		url: await urlFor(options.folder),
	};
}

async function makeDirs(home: string): Promise<HostDirs> {
	const dirs = {
		home: join(home, "home"),
		serverData: join(home, "server"),
		userData: join(home, "user"),
		extensions: join(home, "extensions"),
		run: join(home, "run"),
	};
	if (dirs.run.length > longestRunDir) {
		throw new Error(
			`The host's home ${home} is too long for the sockets VS Code makes in it: at most ${longestRunDir - 4} characters.`,
		);
	}
	for (const dir of [dirs.home, dirs.serverData, join(dirs.userData, "User"), dirs.extensions]) {
		await mkdir(dir, { recursive: true });
	}
	await mkdir(dirs.run, { recursive: true, mode: 0o700 });
	return dirs;
}

const keptVariables = /^(PATH|LANG|LANGUAGE|LC_\w+|TZ|TERM|SHELL|USER|LOGNAME|NODE_V8_COVERAGE|NODE_EXTRA_CA_CERTS)$/;

/**
 * Environment for the server and everything it starts. Only a few variables pass, so that no VSCODE_*, npm_*, agent or
 * Gatepost variable of the calling shell changes what a test sees, and everything that is written lands in `dirs`.
 */
export function privateEnvironment(dirs: HostDirs, extra: StartOptions["env"] = {}): NodeJS.ProcessEnv {
	const kept = Object.entries(process.env).filter(([name]) => keptVariables.test(name));
	return {
		...Object.fromEntries(kept),
		HOME: dirs.home,
		XDG_CONFIG_HOME: join(dirs.home, ".config"),
		XDG_CACHE_HOME: join(dirs.home, ".cache"),
		XDG_DATA_HOME: join(dirs.home, ".local/share"),
		XDG_STATE_HOME: join(dirs.home, ".local/state"),
		XDG_RUNTIME_DIR: dirs.run,
		TMPDIR: dirs.run,
		GIT_CONFIG_NOSYSTEM: "1",
		// No marketplace: nothing is looked up or downloaded.
		EXTENSIONS_GALLERY: "{}",
		...extra,
	};
}

type Server = Pick<RunningHost, "pid" | "ended" | "output" | "stop"> & { listening: Promise<number> };

function startServer(installed: InstalledHost, dirs: HostDirs, env: NodeJS.ProcessEnv, args: string[]): Server {
	const supervisor = fileURLToPath(new URL("supervise.mjs", import.meta.url));
	const child = spawn(installed.node, [supervisor, installed.node, installed.serverMain, ...args], {
		cwd: dirs.home,
		env,
		detached: true,
		stdio: ["pipe", "pipe", "pipe"],
	});
	const lines: string[] = [];
	const log = createWriteStream(join(dirs.serverData, "host.log"), { flags: "a" });
	const ended = new Promise<void>((done) => child.on("close", () => log.end(done)));
	const output = () => lines.slice(-40).join("\n");
	const stop = () => stopGroup(child, ended);
	const listening = new Promise<number>((done, failed) => {
		const fail = (why: string) =>
			failed(new Error(`VS Code ${installed.version} ${why}. Its last output:\n${output()}`));
		const timer = setTimeout(() => fail(`does not listen after ${startLimitMs / 1000} s`), startLimitMs);
		child.on("error", (error) => fail(`could not be started: ${error.message}`));
		void ended.then(() => fail("ended before it was ready"));
		for (const stream of [child.stdout, child.stderr]) {
			createInterface({ input: stream }).on("line", (line) => {
				lines.push(line);
				if (lines.length > 1_000) lines.shift();
				log.write(`${line}\n`);
				const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
				if (!port) return;
				clearTimeout(timer);
				done(Number(port));
			});
		}
	});
	const guarded = listening.catch(async (error) => {
		await stop();
		throw error;
	});
	return { pid: child.pid ?? 0, ended, output, stop, listening: guarded };
}

/** Ends the supervisor's process group: it asks with SIGTERM, then uses SIGKILL. */
async function stopGroup(child: ChildProcess, ended: Promise<void>): Promise<void> {
	const { pid } = child;
	if (!pid) return;
	child.stdin?.end();
	const limit = setTimeout(() => killGroup(pid), stopLimitMs);
	await ended;
	clearTimeout(limit);
	killGroup(pid);
}

function killGroup(pid: number): void {
	try {
		process.kill(-pid, "SIGKILL");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

async function address(
	origin: string,
	dirs: HostDirs,
	folder: string | string[],
	payload?: [string, string][],
): Promise<string> {
	const query = new URLSearchParams();
	if (typeof folder === "string") query.set("folder", folder);
	else query.set("workspace", await writeWorkspace(dirs, folder));
	if (payload) query.set("payload", JSON.stringify(payload));
	return `${origin}/?${query}`;
}

/** A `.code-workspace` file for these folders; the same folders get the same file. */
async function writeWorkspace(dirs: HostDirs, folders: string[]): Promise<string> {
	const name = createHash("sha256").update(folders.join("\0")).digest("hex").slice(0, 12);
	const file = join(dirs.home, `${name}.code-workspace`);
	await writeFile(file, JSON.stringify({ folders: folders.map((path) => ({ path })) }, undefined, "\t"));
	return file;
}
