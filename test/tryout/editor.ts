// The editor of a try-out: a desktop one with a profile of its own where there is a display, else the VS Code of the
// tests in a browser page. Both listen on nothing but 127.0.0.1.
import { readdir, readFile, writeFile } from "node:fs/promises";
import { basename, delimiter, join } from "node:path";
import { displayVariables } from "../support/host/desktop.ts";
import { startGroup } from "../support/host/group.ts";
import { quietSettings, type RunningHost, startHost } from "../support/host/host.ts";
import { isProgram, runTool } from "../support/host/tool.ts";
import type { Options } from "./options.ts";
import type { Throwaway } from "./throwaway.ts";

export interface Editor {
	/** For people: "VS Code 1.139.1 in a browser page". */
	name: string;
	/** The address to open; a desktop editor opens by itself. */
	host?: RunningHost;
	/** Resolves when it has ended. */
	ended: Promise<unknown>;
	/** The last lines it printed. */
	output(): string;
	stop(): Promise<void>;
}

/** The editor's own TypeScript would fetch typings from the npm registry for every JavaScript project. */
const settings = {
	...{ "typescript.disableAutomaticTypeAcquisition": true, "js/ts.tsserver.automaticTypeAcquisition.enabled": false },
	// biome-ignore lint/suspicious/noTemplateCurlyInString: VS Code fills these in
	"window.title": "${rootName}${separator}${activeEditorShort}",
};
/** For pictures: the theme most people know, and nothing that changes with the machine. */
const pictureSettings = {
	"workbench.colorTheme": "Dark Modern",
	...{ "breadcrumbs.enabled": false, "editor.minimap.enabled": false, "diffEditor.renderSideBySide": true },
};

const desktopNames = ["code", "cursor", "codium", "code-insiders"];

/** Starts it with the extension installed. @throws when there is none that fits, saying what to do */
export async function startEditor(options: Options, throwaway: Throwaway, vsix: string): Promise<Editor> {
	const program = options.editor === "browser" ? undefined : findDesktop(process.env);
	if (program !== undefined) return startDesktop(program, throwaway, vsix);
	if (options.editor === "desktop") {
		throw new Error(
			`No desktop editor was found (${desktopNames.join(", ")} on PATH, and a display). Nothing was started. ` +
				"Leave --desktop out to use the VS Code in a browser page.",
		);
	}
	const { dir, project } = throwaway;
	const host = await startHost({
		version: "1.139",
		home: dir,
		folder: project,
		extensions: [vsix],
		port: options.port,
		settings: { ...settings, ...(options.check ? pictureSettings : {}) },
	});
	const { ended, output, stop, version } = host;
	return { name: `VS Code ${version} in a browser page`, host, ended, output, stop };
}

/**
 * A desktop editor's command on PATH. Not the `code` of a remote terminal or of Windows in WSL: these open a window of an
 * editor that runs already, with the user's own profile.
 */
export function findDesktop(env: NodeJS.ProcessEnv, platform: NodeJS.Platform = process.platform): string | undefined {
	const display = platform === "darwin" || env.DISPLAY || env.WAYLAND_DISPLAY;
	if (!display || env.VSCODE_IPC_HOOK_CLI) return undefined;
	const folders = (env.PATH ?? "").split(delimiter).filter((folder) => {
		return folder.startsWith("/") && !folder.startsWith("/mnt/") && !folder.includes("remote-cli");
	});
	return desktopNames.flatMap((name) => folders.map((folder) => join(folder, name))).find(isProgram);
}

async function startDesktop(program: string, throwaway: Throwaway, vsix: string): Promise<Editor> {
	const { dirs, project } = throwaway;
	const file = join(dirs.userData, "User/settings.json");
	await writeFile(file, JSON.stringify({ ...quietSettings, ...settings }, undefined, "\t"));
	const env = { ...throwaway.env, ...displayVariables() };
	const profile = ["--user-data-dir", dirs.userData, "--extensions-dir", dirs.extensions];
	// Electron refuses its own sandbox to root.
	if (process.getuid?.() === 0) profile.push("--no-sandbox");
	await runTool(program, [...profile, "--install-extension", vsix, "--force"], { env });
	const args = [...profile, "--disable-workspace-trust", "--disable-telemetry", "--skip-release-notes"];
	const group = startGroup(program, [...args, "--new-window", "--wait", project], {
		cwd: dirs.home,
		env,
		log: join(dirs.serverData, "host.log"),
	});
	return {
		name: `${basename(program)} in a window of its own`,
		ended: group.ended,
		output: group.output,
		async stop() {
			// The command starts the editor in another process group; the profile knows its process.
			await endOwner(join(dirs.userData, "code.lock"));
			await group.stop();
		},
	};
}

async function endOwner(lock: string): Promise<void> {
	const pid = Number(await readFile(lock, "utf8").catch(() => ""));
	if (!Number.isInteger(pid) || pid <= 1) return;
	try {
		process.kill(pid, "SIGTERM");
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
	}
}

/** The `gatepost` command line of the installed extension. */
export async function installedCli({ dirs }: Throwaway): Promise<string> {
	const folder = (await readdir(dirs.extensions)).find((name) => name.startsWith("gatepost.gatepost-"));
	if (folder === undefined) throw new Error(`The extension is not in ${dirs.extensions}: its installation failed.`);
	return join(dirs.extensions, folder, "dist/gatepost.cjs");
}
