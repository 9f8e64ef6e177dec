// A desktop VS Code instead of the one in a browser: for machines with a display. GATEPOST_VSCODE=download takes it from
// Microsoft through @vscode/test-electron, GATEPOST_VSCODE=<path> is a program that is installed.
import { writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { downloadAndUnzipVSCode } from "@vscode/test-electron";
import { cacheRoot } from "../cache.ts";
import { startGroup } from "./group.ts";
import { makeDirs, privateEnvironment, quietSettings, writeWorkspace } from "./host.ts";
import { type HostVersion, vscodeVersion } from "./install.ts";
import type { EditorStart, TestEditor } from "./mocha.ts";

/** Whether the tests for `version` are to run in a desktop VS Code. An installed one stands for the newest only. */
export function desktopWanted(version: HostVersion): boolean {
	const wanted = process.env.GATEPOST_VSCODE;
	return wanted === "download" || (Boolean(wanted) && version === "1.139");
}

/** The VS Code that the tests must find themselves in; undefined where the user chose the program. */
export function expectedVersion(version: HostVersion): string | undefined {
	const chosen = desktopWanted(version) && process.env.GATEPOST_VSCODE !== "download";
	return chosen ? undefined : vscodeVersion(version);
}

/** Starts a desktop VS Code with a profile of its own that runs the tests and ends. */
export async function startDesktop(start: EditorStart): Promise<TestEditor> {
	const program = await desktopProgram(start.version);
	const dirs = await makeDirs(start.home);
	await writeFile(
		join(dirs.userData, "User/settings.json"),
		JSON.stringify({ ...quietSettings, ...start.settings }, undefined, "\t"),
	);
	const folder = typeof start.folder === "string" ? start.folder : await writeWorkspace(dirs, start.folder);
	const args = [
		folder,
		`--extensionDevelopmentPath=${start.extension}`,
		`--extensionTestsPath=${start.entry}`,
		`--user-data-dir=${dirs.userData}`,
		`--extensions-dir=${dirs.extensions}`,
		...["--disable-workspace-trust", "--disable-updates", "--disable-telemetry", "--disable-gpu"],
		...["--skip-welcome", "--skip-release-notes", "--no-sandbox"],
	];
	const env = { ...privateEnvironment(dirs, start.env), ...displayVariables() };
	const group = startGroup(program, args, { cwd: dirs.home, env, log: join(dirs.serverData, "host.log") });
	return {
		over: group.ended.then(() => ({})),
		output: group.output,
		picture: async () => undefined,
		logs: join(dirs.userData, "logs"),
		stop: group.stop,
	};
}

async function desktopProgram(version: HostVersion): Promise<string> {
	const wanted = process.env.GATEPOST_VSCODE ?? "download";
	if (wanted !== "download") return wanted;
	return downloadAndUnzipVSCode({ version: vscodeVersion(version), cachePath: join(cacheRoot(), "vscode-desktop") });
}

/** What a window needs of the session it opens in; home and run-time folder are private, so files are named. */
export function displayVariables(): Record<string, string | undefined> {
	const { DISPLAY, WAYLAND_DISPLAY, XAUTHORITY, XDG_RUNTIME_DIR, DBUS_SESSION_BUS_ADDRESS } = process.env;
	return {
		DISPLAY,
		DBUS_SESSION_BUS_ADDRESS,
		XAUTHORITY: XAUTHORITY ?? (DISPLAY ? join(homedir(), ".Xauthority") : undefined),
		WAYLAND_DISPLAY: WAYLAND_DISPLAY && XDG_RUNTIME_DIR ? resolve(XDG_RUNTIME_DIR, WAYLAND_DISPLAY) : undefined,
	};
}
