// Starts a VS Code server with a profile of its own that shares nothing with the user's editors, agents or settings.
import { createHash, randomBytes } from "node:crypto";
import { mkdir, mkdtemp, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { type Group, startGroup } from "./group.ts";
import { type HostVersion, type InstalledHost, installHost } from "./install.ts";
import { runTool } from "./tool.ts";

const startLimitMs = 60_000;
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

export type RunningHost = Group & {
	/** Address that opens `folder`; it holds the token that this server asks for. */
	url: string;
	/** "http://127.0.0.1:<port>" */
	origin: string;
	port: number;
	/** Full VS Code version. */
	version: string;
	homeDirs: HostDirs;
	/** Address that opens other folders, with an optional payload for the workbench. */
	urlFor(folder: string | string[], payload?: [string, string][]): Promise<string>;
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
	"typescript.disableAutomaticTypeAcquisition": true,
	"js/ts.tsserver.automaticTypeAcquisition.enabled": false,
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
	// Settings of scope "machine" are taken from here only, because to the workbench this host is a remote machine.
	await writeFile(join(dirs.userData, "Machine/settings.json"), JSON.stringify(options.settings ?? {}));
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
	// Whoever reaches the port could otherwise use this editor's terminal as the user who started it.
	const token = randomBytes(16).toString("hex");
	const { group, port } = await startServer(installed, dirs, env, [
		...["--host", "127.0.0.1", "--port", String(options.port ?? 0)],
		...["--connection-token-file", await writeToken(dirs, token)],
		...["--accept-server-license-terms", "--telemetry-level", "off", "--disable-update-check"],
		...(options.workspaceTrust === "ask" ? [] : ["--disable-workspace-trust"]),
		...["--enable-smoke-test-driver", ...dirArgs],
	]);
	const origin = `http://127.0.0.1:${port}`;
	const urlFor = async (folder: string | string[], payload?: [string, string][]) => {
		const query = new URLSearchParams({ tkn: token });
		if (typeof folder === "string") query.set("folder", folder);
		else query.set("workspace", await writeWorkspace(dirs, folder));
		if (payload) query.set("payload", JSON.stringify(payload));
		return `${origin}/?${query}`;
	};
	return {
		...group,
		origin,
		port,
		version: installed.version,
		homeDirs: dirs,
		urlFor,
		url: await urlFor(options.folder),
	};
}

/** A new folder for a host's `home`, short enough for sockets; the caller removes it. */
export async function temporaryHome(): Promise<string> {
	const base = tmpdir().length > longestRunDir - "/gatepost-123456/run".length ? "/tmp" : tmpdir();
	return mkdtemp(join(base, "gatepost-"));
}

/** Makes the private folders under `home`. */
export async function makeDirs(home: string): Promise<HostDirs> {
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
	for (const dir of [
		dirs.home,
		dirs.serverData,
		join(dirs.userData, "User"),
		join(dirs.userData, "Machine"),
		dirs.extensions,
	]) {
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

/** The server and its port, once it listens. */
async function startServer(
	installed: InstalledHost,
	dirs: HostDirs,
	env: NodeJS.ProcessEnv,
	args: string[],
): Promise<{ group: Group; port: number }> {
	let found: (port: number) => void = () => undefined;
	const listening = new Promise<number>((done) => {
		found = done;
	});
	const group = startGroup(installed.node, [installed.serverMain, ...args], {
		node: installed.node,
		cwd: dirs.home,
		env,
		log: join(dirs.serverData, "host.log"),
		onLine: (line) => {
			const port = /^Extension host agent listening on (\d+)/.exec(line)?.[1];
			if (port) found(Number(port));
		},
	});
	const timer = new AbortController();
	const port = await Promise.race([
		listening,
		group.ended.then(() => "ended before it was ready"),
		delay(startLimitMs, `does not listen after ${startLimitMs / 1000} s`, { signal: timer.signal }),
	]).finally(() => timer.abort());
	if (typeof port === "number") return { group, port };
	await group.stop();
	throw new Error(`VS Code ${installed.version} ${port}. Its last output:\n${group.output()}`);
}

async function writeToken(dirs: HostDirs, token: string): Promise<string> {
	const file = join(dirs.serverData, "token");
	await writeFile(file, token, { mode: 0o600 });
	return file;
}

/** A `.code-workspace` file for these folders; the same folders get the same file. */
export async function writeWorkspace(dirs: HostDirs, folders: string[]): Promise<string> {
	const name = createHash("sha256").update(folders.join("\0")).digest("hex").slice(0, 12);
	const file = join(dirs.home, `${name}.code-workspace`);
	await writeFile(file, JSON.stringify({ folders: folders.map((path) => ({ path })) }, undefined, "\t"));
	return file;
}
