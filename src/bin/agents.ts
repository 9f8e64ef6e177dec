// `gatepost agents`: connect, disconnect and check the agents whose hooks Gatepost installs.
import { homedir, userInfo } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline/promises";
import { createTwoFilesPatch } from "diff";
import {
	applyPlan,
	check,
	type InstallOptions,
	type Plan,
	planInstall,
	planUninstall,
} from "../agents/claude-code/install.ts";
import { format } from "../protocol/messages.ts";
import { installHook } from "./installHook.ts";
import { recordAgent } from "./recordAgent.ts";
import { terminalText } from "./terminalText.ts";

type Out = (text: string) => Promise<void>;

export interface AgentsOptions {
	home: string;
	folder: string;
	json: boolean;
	out: Out;
}

const CLAUDE_CODE = "claude-code";

/** Agents and whether their hooks are where they belong. Exit code 0. */
export async function list({ home, folder, json, out }: AgentsOptions): Promise<number> {
	for (const scope of ["user", "project"] as const) {
		const { file, state, problems } = await check(installOptions({ home, folder, project: scope === "project" }));
		const texts = problems.map((problem) => format(problem));
		await out(
			json
				? `${JSON.stringify({ agent: CLAUDE_CODE, scope, file, state, problems: texts })}\n`
				: `${CLAUDE_CODE} (${scope}): ${state}: ${terminalText(file)}\n`,
		);
	}
	return 0;
}

/** Shows the change of the settings file, asks, writes. Exit codes: 0 done or nothing to do, 1 not wanted, 2 cannot. */
export async function install(
	agent: string,
	options: AgentsOptions & { project: boolean; yes: boolean; version: string; dist: string },
): Promise<number> {
	demandKnown(agent);
	const { home, out, yes, version, dist, folder } = options;
	const plan = await planInstall(installOptions(options));
	demandPossible(plan);
	if (!yes && plan.changed) {
		await showPlan(plan, out);
		if (!(await confirm("Write this?"))) return 1;
	}
	await installHook({ home, dist, version, exclude: [folder] });
	await applyPlan(plan);
	const notes = plan.notes.map((note) => format(note));
	if (plan.changed) notes.push(...(await recorded(options, "agent.installed", plan.file)));
	const words = plan.changed ? `Connected: ${terminalText(plan.file)}` : "Connected already; nothing was changed.";
	await say(options, { agent, file: plan.file, changed: plan.changed, notes }, words);
	return 0;
}

/** Takes our entries out again; the bytes from before where nothing else changed. */
export async function uninstall(
	agent: string,
	options: AgentsOptions & { project: boolean; yes: boolean; version: string },
): Promise<number> {
	demandKnown(agent);
	const plan = await planUninstall(installOptions(options));
	demandPossible(plan);
	if (!options.yes && plan.changed) {
		await showPlan(plan, options.out);
		if (!(await confirm("Write this? The agent is then not held any more."))) return 1;
	}
	await applyPlan(plan);
	const notes = plan.changed ? await recorded(options, "agent.changed", plan.file) : [];
	const words = plan.changed
		? `Disconnected: ${terminalText(plan.file)}`
		: "It was not connected; nothing was changed.";
	await say(options, { agent, file: plan.file, changed: plan.changed, notes }, words);
	return 0;
}

/** On record, or the sentence that says why not: a change of settings that was made stands either way. */
async function recorded(
	{ home, folder, project, version }: Pick<AgentsOptions, "home" | "folder"> & { project: boolean; version: string },
	type: "agent.installed" | "agent.changed",
	file: string,
): Promise<string[]> {
	try {
		const installed = type === "agent.installed";
		await recordAgent({ home, root: project ? folder : undefined, version }, type, {
			agent: CLAUDE_CODE,
			file,
			installed,
		});
		return [];
	} catch (error) {
		return [`This is not in the audit log: ${error instanceof Error ? error.message : String(error)}`];
	}
}

interface Done {
	agent: string;
	file: string;
	changed: boolean;
	notes: string[];
}

async function say({ json, out }: Pick<AgentsOptions, "json" | "out">, done: Done, words: string): Promise<void> {
	if (json) await out(`${JSON.stringify(done)}\n`);
	else for (const line of [words, ...done.notes.map(terminalText)]) await out(`${line}\n`);
}

/** Says whether an agent's hooks hold, and proves it with a canary. Exit codes: 0 all is well, 1 not, 2 cannot look. */
export async function doctor(
	agent: string,
	options: AgentsOptions & { canary: boolean; version: string; dist: string },
): Promise<number> {
	demandKnown(agent);
	const { home, folder, json, out, canary, version, dist } = options;
	const { runDoctor } = await import("../agents/claude-code/doctor.ts");
	const userHome = homedir();
	const build = { dist, version, userHome, osUser: userInfo().username };
	const checks = await runDoctor({
		home,
		userHome,
		env: process.env,
		root: folder,
		exclude: [folder],
		canary,
		...(canary
			? {
					startCanaryGate: async (dir: string, canaryFolder: string) =>
						(await import("./canaryGate.ts")).startCanaryGate(dir, canaryFolder, build),
				}
			: {}),
	});
	for (const { id, ok, message, more = [] } of checks) {
		const texts = [message, ...more].map((one) => format(one));
		if (json) await out(`${JSON.stringify({ check: id, ok: ok ?? null, texts })}\n`);
		else await out(`${ok === undefined ? "    " : ok ? "ok  " : "BAD "}${texts.map(terminalText).join("\n      ")}\n`);
	}
	return checks.some(({ ok }) => ok === false) ? 1 : 0;
}

/** The editor has removed the extension that this program lies in: disconnect, unless another editor uses this home. */
export async function editorRemoved(dist: string, version: string, out: Out): Promise<number> {
	const { uninstallAll } = await import("../agents/claude-code/uninstallAll.ts");
	const userHome = homedir();
	const { kept, changed, failed } = await uninstallAll({
		home: join(userHome, ".gatepost"),
		userHome,
		env: { CLAUDE_CONFIG_DIR: process.env.CLAUDE_CONFIG_DIR },
		// <extensions>/<publisher.name-version>/dist
		extensionsDir: dirname(dirname(dist)),
	});
	if (kept !== undefined) await out(`Agents stay connected: ${kept}.\n`);
	for (const file of changed) {
		await out(`Disconnected: ${terminalText(file)}\n`);
		const options = { home: join(userHome, ".gatepost"), folder: "", project: false, version };
		for (const note of await recorded(options, "agent.changed", file)) await out(`${terminalText(note)}\n`);
	}
	for (const { file, problem } of failed) await out(`${terminalText(file)}: ${terminalText(format(problem))}\n`);
	return failed.length === 0 ? 0 : 1;
}

function installOptions(options: { home: string; folder: string; project: boolean }): InstallOptions {
	const { home, folder, project } = options;
	return {
		scope: project ? "project" : "user",
		projectDir: folder,
		home,
		userHome: homedir(),
		env: { CLAUDE_CONFIG_DIR: process.env.CLAUDE_CONFIG_DIR },
	};
}

function demandKnown(agent: string): void {
	if (agent !== CLAUDE_CODE) throw new Error(`There is no agent ${terminalText(agent)} here; known: ${CLAUDE_CODE}.`);
}

function demandPossible({ problems: [problem] }: Plan): void {
	if (problem !== undefined) throw new Error(terminalText(format(problem)));
}

async function showPlan(plan: Plan, out: Out): Promise<void> {
	const patch = createTwoFilesPatch(plan.file, plan.file, plan.before ?? "", plan.after ?? "", "now", "then");
	for (const line of patch.split("\n")) await out(`${terminalText(line)}\n`);
}

async function confirm(question: string): Promise<boolean> {
	if (!process.stdin.isTTY) throw new Error("There is no terminal to ask in; look at the change, then use --yes.");
	const prompt = createInterface({ input: process.stdin, output: process.stdout });
	try {
		return /^y(es)?$/i.test((await prompt.question(`${question} [y/N] `)).trim());
	} finally {
		prompt.close();
	}
}
