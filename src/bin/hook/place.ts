// Where the agent works: the project root that pins its session to a gate (DESIGN 6).
import { readlinkSync } from "node:fs";
import { ENV_NAMES } from "../../protocol/hookWire.ts";
import { realpathOr } from "./registry.ts";

const MAX_TEXT = 4096;

/**
 * The real path of the agent's project root: what the agent says it is, else the agent process's folder. Never the
 * payload's cwd, which a model can choose. @throws when there is none, or it is longer than the wire takes
 */
export function projectRoot(env: NodeJS.ProcessEnv, ppid: number): string {
	const named = [env.CLAUDE_PROJECT_DIR, env.CURSOR_PROJECT_DIR].find((dir) => dir?.startsWith("/"));
	const root = realpathOr(named ?? parentCwd(ppid) ?? process.cwd());
	if (root.length > MAX_TEXT) throw new Error("The path of the project folder is longer than 4096 characters.");
	return root;
}

/** The hook's own folder, a claim; "" when it is gone or too long for the wire. */
export function ownCwd(): string {
	try {
		const cwd = process.cwd();
		return cwd.length > MAX_TEXT ? "" : cwd;
	} catch {
		return "";
	}
}

/** The named few variables that may leave the hook, where they are set. */
export function namedEnv(env: NodeJS.ProcessEnv): Record<string, string> {
	const out: Record<string, string> = {};
	for (const name of ENV_NAMES) {
		const value = env[name];
		if (value !== undefined && value.length <= MAX_TEXT) out[name] = value;
	}
	return out;
}

/** On macOS only lsof would tell, which is far too slow for every tool call. */
function parentCwd(ppid: number): string | undefined {
	if (process.platform !== "linux") return undefined;
	try {
		return readlinkSync(`/proc/${ppid}/cwd`);
	} catch {
		return undefined;
	}
}
