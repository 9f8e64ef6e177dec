// Shell lines that need nobody: read-only by the walk, on files that may be read, in a repository that runs nothing.
//
// What no table can see: which program a name means. PATH, BASH_ENV, LD_PRELOAD, NODE_OPTIONS or RIPGREP_CONFIG_PATH in
// the `env` of a project's agent settings change what `ls` runs (measured with Claude Code 2.1.330, PATH and BASH_ENV).
// The agent's adapter has to report such settings among `foreignHooks`, which makes every action ask.
import type { Action } from "../../actions/action.ts";
import { message } from "../../protocol/messages.ts";
import { type Asked, allow, ask, clip, type Finding } from "../finding.ts";
import type { PolicyContext } from "../policy.ts";
import { secretNamed } from "./classify.ts";
import { gitProblem } from "./gitConfig.ts";
import type { Line } from "./line.ts";
import { readPlaces } from "./places.ts";
import { readPowerShell } from "./powershell.ts";
import { readLine } from "./walk.ts";

/** Members of Bash's input that change nothing about what runs (Claude Code 2.1.330, sdk-tools.d.ts). */
export const BASH_MEMBERS = ["command", "description", "timeout", "run_in_background"] as const;

/** How the line of a tool is read. */
const READERS: Readonly<Record<string, (line: string) => Line>> = { Bash: readLine, PowerShell: readPowerShell };

/** The line of an action of kind "shell", as far as it can be read, or why it has none. */
export function lineOf(action: Action): Line | Asked {
	const reader = Object.hasOwn(READERS, action.tool) ? READERS[action.tool] : undefined;
	// On Windows Git Bash rewrites paths before a program gets them.
	if (reader === undefined || (action.tool === "Bash" && process.platform === "win32")) {
		return ask("ask.tool", message("why.tool", { tool: clip(action.tool) }));
	}
	const strange = Object.keys(action.input).find((member) => !(BASH_MEMBERS as readonly string[]).includes(member));
	if (strange !== undefined) {
		return ask("ask.input", message("why.toolInput", { tool: action.tool, member: clip(strange) }));
	}
	const { command: line } = action.input;
	return typeof line === "string" ? reader(line) : ask("ask.input", message("why.noCommand"));
}

/** Judges a line that was read, at the place it would run. */
export async function judgeLine(line: Line, action: Action, context: PolicyContext): Promise<Finding> {
	if (line.asked !== undefined) return ask("ask.shell", line.asked);
	if (line.network && context.networkReads !== true) return ask("ask.network", message("why.networkRead"));
	const { reads, searches, problem, paths } = await readPlaces(line, action.cwd, context);
	const only = (asked: Asked): Asked => ({ ...asked, onlyReads: paths });
	const secret = secretNamed(line);
	if (secret !== undefined) return only(ask("ask.path", secret));
	if (problem !== undefined) return only(ask("ask.path", problem));
	for (const read of line.git) {
		const git = await gitProblem(read, action.cwd, context);
		if (git !== undefined) return ask("ask.git", git);
	}
	const entries = new Set((line.commands ?? []).flatMap(({ entry }) => entry ?? []));
	const [entry = "sh"] = entries;
	return allow(`floor.shell.${entry.replaceAll(" ", "-")}`, "why.readOnlyCommand", { reads, searches });
}
