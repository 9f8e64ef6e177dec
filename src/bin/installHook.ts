// Puts the hook and its launcher into the home, from the files beside this program.
import { existsSync, mkdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { findNode, type InstalledLauncher, installLauncher } from "./launcher.ts";

/**
 * Installs or renews `<home>/bin`.
 * @param dist folder of the built hook.cjs
 * @param exclude folders whose programs are never taken for the user's Node (a workspace could bring its own)
 * @throws LauncherError
 */
export async function installHook(options: {
	home: string;
	dist: string;
	version: string;
	exclude: readonly string[];
}): Promise<InstalledLauncher> {
	const { home, dist, version, exclude } = options;
	const hookSource = join(dist, "hook.cjs");
	if (!existsSync(hookSource)) throw new Error(`${hookSource} is missing; Gatepost is not installed whole.`);
	const node = await findNode(process.env, exclude);
	// An editor's own binary runs as Node where the machine has none; under plain Node this program's Node will do.
	const electron = process.versions.electron === undefined ? undefined : process.execPath;
	const own = electron === undefined ? process.execPath : undefined;
	const chosen = node ?? own;
	if (chosen !== undefined && process.platform !== "win32") writeCommand(home, chosen, join(dist, "gatepost.cjs"));
	return installLauncher({
		home,
		hookSource,
		version,
		...(chosen === undefined ? {} : { node: chosen }),
		...(electron === undefined ? {} : { electron }),
	});
}

/** `<home>/bin/gatepost`: the command line under a path that stays when the extension is updated. */
function writeCommand(home: string, node: string, program: string): void {
	const quoted = [node, program].map((path) => `'${path.replaceAll("'", "'\\''")}'`);
	const text = `#!/bin/sh\n# Written by Gatepost at every start.\nexec ${quoted.join(" ")} "$@"\n`;
	const dir = join(home, "bin");
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const draft = join(dir, `.gatepost-${process.pid}.tmp`);
	writeFileSync(draft, text, { mode: 0o700 });
	renameSync(draft, join(dir, "gatepost"));
}
