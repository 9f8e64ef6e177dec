// Where Claude Code and Gatepost keep what belongs to each other (facts of Claude Code 2.1.330, found by running it).
import { createHash } from "node:crypto";
import { isAbsolute, join } from "node:path";

/** The name given to the launcher: `gatepost-hook claude-code`. */
export const AGENT = "claude-code";

/** Claude Code's configuration folder. Its environment may name another than `<userHome>/.claude`. */
export function configDir(userHome: string, env: { CLAUDE_CONFIG_DIR?: string | undefined } = {}): string {
	const named = env.CLAUDE_CONFIG_DIR;
	return named !== undefined && isAbsolute(named) ? named : join(userHome, ".claude");
}

export type Scope = "user" | "project";

/**
 * The settings file that a scope installs into. Project scope takes the personal file, not the shared one: our entry names
 * a program in one person's home, and for everybody else who clones the project it would refuse every tool.
 * @throws TypeError for project scope without a folder
 */
export function settingsFile(scope: Scope, dirs: { configDir: string; projectDir?: string | undefined }): string {
	if (scope === "user") return join(dirs.configDir, "settings.json");
	if (dirs.projectDir === undefined) throw new TypeError("project scope needs a project folder");
	return join(dirs.projectDir, ".claude", "settings.local.json");
}

/** The launcher: clears the environment and runs the hook (DESIGN 5). Its path never changes with the version. */
export function launcherPath(home: string): string {
	return join(home, "bin", "gatepost-hook");
}

export function hookPath(home: string): string {
	return join(home, "bin", "hook.cjs");
}

/** What the installer remembers about one settings file: `file` is its real path. */
export function recordPath(home: string, file: string): string {
	const id = createHash("sha256").update(file).digest("hex").slice(0, 16);
	return join(home, "agents", AGENT, `${id}.json`);
}

/** The tag of this home's entries (see entry.ts). */
export function tagPath(home: string): string {
	return join(home, "agents", AGENT, "tag");
}

/** The administrator's folder. */
export function managedDir(platform: NodeJS.Platform = process.platform): string {
	if (platform === "darwin") return "/Library/Application Support/ClaudeCode";
	if (platform === "win32") return "C:\\Program Files\\ClaudeCode";
	return "/etc/claude-code";
}

/** Longer project paths are cut here and a hash is added, so that only a common beginning can be compared. */
export const PROJECT_NAME_MAX = 200;

/** The folder under `<config>/projects` that holds the transcripts of sessions started in `cwd` (cut, see above). */
export function projectName(cwd: string): string {
	return cwd.replaceAll(/[^a-zA-Z0-9]/g, "-").slice(0, PROJECT_NAME_MAX);
}
