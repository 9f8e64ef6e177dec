// Starting a sub-agent has no effect of its own, and what it does comes back to the gate, with two exceptions that ask:
// input that moves it elsewhere, and definitions in the project. Measured with Claude Code 2.1.330: a file
// `.claude/agents/**/*.md` takes the place of a built-in type of the same name, and starting that type then runs the
// `hooks` and `mcpServers` commands of its front matter with no tool call that could be asked about.
import { readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Action } from "../actions/action.ts";
import { message } from "../protocol/messages.ts";
import { allow, ask, clip, type Finding } from "./finding.ts";
import type { PolicyContext } from "./policy.ts";

/** Tools that start a sub-agent, with the members of their input that change nothing about where and how it runs. */
export const SPAWN_TOOLS: Record<string, readonly string[]> = {
	Agent: ["description", "prompt", "subagent_type", "model", "effort", "run_in_background", "name", "team_name"],
	Task: ["description", "prompt", "subagent_type", "model", "effort", "run_in_background", "name", "team_name"],
};

/** Types that come with Claude Code and have neither hooks nor servers of their own. */
export const BUILT_IN_TYPES = ["general-purpose", "Explore", "Plan", "claude-code-guide", "statusline-setup"] as const;

const MAX_DEPTH = 64;

/** Judges an action of kind "spawn". */
export async function judgeSpawn(action: Action, context: PolicyContext): Promise<Finding> {
	const known = Object.hasOwn(SPAWN_TOOLS, action.tool) ? SPAWN_TOOLS[action.tool] : undefined;
	if (known === undefined) return ask("ask.tool", message("why.tool", { tool: clip(action.tool) }));
	const strange = Object.keys(action.input).find((member) => !known.includes(member));
	if (strange !== undefined) {
		return ask("ask.input", message("why.toolInput", { tool: action.tool, member: clip(strange) }));
	}
	const type = action.input.subagent_type ?? "general-purpose";
	if (typeof type !== "string" || !(BUILT_IN_TYPES as readonly string[]).includes(type)) {
		return ask("ask.spawn", message("why.agentType", { type: clip(String(type)) }));
	}
	const defined = await definitions(
		[action.root, action.cwd, ...(context.definitionFolders ?? [])],
		join(context.userHome, ".claude", "agents"),
	);
	if (defined !== undefined) return ask("ask.spawn", message("why.agentDefinition", { path: clip(defined) }));
	return allow("floor.spawn", "why.spawn");
}

/** The first folder, from these upwards, that defines sub-agents; the user's own folder is the user's own business. */
async function definitions(starts: readonly string[], own: string): Promise<string | undefined> {
	const seen = new Set<string>();
	for (const start of starts) {
		for (let folder = start, depth = 0; depth < MAX_DEPTH && !seen.has(folder); folder = dirname(folder), depth += 1) {
			seen.add(folder);
			const agents = join(folder, ".claude", "agents");
			if (agents !== own && (await holdsAnything(agents))) return agents;
		}
	}
	return undefined;
}

async function holdsAnything(folder: string): Promise<boolean> {
	try {
		return (await readdir(folder)).length > 0;
	} catch (error) {
		const code = error instanceof Error && "code" in error ? error.code : undefined;
		// What is there and cannot be listed may hold anything.
		return code !== "ENOENT" && code !== "ENOTDIR";
	}
}
