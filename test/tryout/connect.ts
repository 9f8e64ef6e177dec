// Waits for the gate and connects the agents of a try-out to it.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { applyPlan, planInstall } from "../../src/agents/claude-code/install.ts";
import { launcherPath } from "../../src/agents/claude-code/paths.ts";
import { format } from "../../src/protocol/messages.ts";
import { isProgram, runTool } from "../support/host/tool.ts";
import type { Throwaway } from "./throwaway.ts";

const pollMs = 200;

/** Resolves when a gate serves the project and the hook is installed. @throws when the signal is aborted */
export async function waitForGate({ home, project }: Throwaway, signal: AbortSignal): Promise<void> {
	const launcher = launcherPath(home);
	while (!(await gateIsOpen(home, project)) || !isProgram(launcher)) await delay(pollMs, undefined, { signal });
}

async function gateIsOpen(home: string, project: string): Promise<boolean> {
	const gates = join(home, "gates");
	const names = await readdir(gates).catch((error: NodeJS.ErrnoException) => {
		if (error.code === "ENOENT") return [];
		throw error;
	});
	for (const name of names.filter((name) => name.endsWith(".json"))) {
		// An entry is replaced by renaming, and removed at any time.
		const text = await readFile(join(gates, name), "utf8").catch(() => "{}");
		const { folders = [], state } = JSON.parse(text);
		if (state === "open" && folders.includes(project)) return true;
	}
	return false;
}

/** Connects the sample agent as a person would in a terminal: with the command line of the installed extension. */
export async function connectSample({ env, home, project }: Throwaway, cli: string): Promise<void> {
	const where = ["--home", home, "--folder", project];
	await runTool(process.execPath, [cli, "agents", "install", "claude-code", "--yes", ...where], { env });
}

/** A settings file with Gatepost's hooks for `claude --settings`, in the throwaway folder. @returns its path */
export async function sampleSettings({ dir, home, userHome }: Throwaway): Promise<string> {
	const file = join(dir, "claude-settings.json");
	const plan = await planInstall({ scope: "user", home, userHome, file });
	const [problem] = plan.problems;
	if (problem !== undefined) throw new Error(format(problem));
	await applyPlan(plan);
	return file;
}
