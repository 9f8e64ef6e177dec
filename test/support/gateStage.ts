// A project with Claude Code connected as the installer does it, and a gate open for it without an editor.
import assert from "node:assert/strict";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { applyPlan, planInstall } from "../../src/agents/claude-code/install.ts";
import { type Scripting, type Stage, stage } from "./claude/stage.ts";
import { type Serve, startServe } from "./serve.ts";

export interface GateStage extends Stage {
	serve: Serve;
	/** The Gatepost home. */
	gatepost: string;
}

/** Sets the stage with `gatepost serve` for the project and our hooks in the user's settings. */
export async function gateStage(
	t: Parameters<typeof stage>[0],
	script: Scripting,
	args: string[] = [],
): Promise<GateStage> {
	const set = await stage(t, script);
	const gatepost = join(set.home, ".gatepost");
	const serve = await startServe({ home: gatepost, folder: set.cwd, args });
	set.finally(() => serve.stop());
	const plan = await planInstall({ scope: "user", home: gatepost, userHome: set.home });
	assert.deepEqual(plan.problems, []);
	await applyPlan(plan);
	return { ...set, serve, gatepost };
}

/** A Bash call for the scripted model. */
export function bash(command: string) {
	return { name: "Bash", input: { command, description: "test" } };
}

export function exists(path: string): Promise<boolean> {
	return access(path).then(
		() => true,
		() => false,
	);
}
