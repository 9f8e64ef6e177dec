// `gatepost policy check|explain`. They read only, decide nothing, and accept nothing.
// Exit codes: 0 fine (explain: passes), 1 problems found (explain: asks or is denied), 2 cannot read.
import { readFileSync, realpathSync } from "node:fs";
import { homedir } from "node:os";
import { resolve } from "node:path";
import { actionFrom } from "../agents/actionFrom.ts";
import { openPolicy } from "../policy/decide.ts";
import { explanationText } from "../policy/explainText.ts";
import type { PolicyContext } from "../policy/policy.ts";
import { type Problem, parsePolicy } from "../policy/rules/parse.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { format } from "../protocol/messages.ts";
import type { ExitCode, Output } from "./log.ts";
import { jsonLine } from "./logText.ts";
import { shownLayers } from "./policyFiles.ts";
import { terminalText } from "./terminalText.ts";

interface Common {
	home: string;
	folder: string;
	json: boolean;
	out: Output;
}

/** Checks one policy file, or all files in force for the folder. */
export async function policyCheck({ home, folder, json, out, file }: Common & { file?: string }): Promise<ExitCode> {
	if (file !== undefined) {
		const { problems } = parsePolicy(readFileSync(file, "utf8"));
		return report(file, problems, { json, out });
	}
	const layers = shownLayers(home);
	layers.refresh([realFolder(folder)]);
	let code: ExitCode = 0;
	for (const { file: path, layer, allows, accepted, problems } of layers.files()) {
		if (!json) await out(`${terminalText(path)} (${layer}; rules that allow: ${allows}${STATES[accepted]})\n`);
		if ((await report(path, problems, { json, out })) !== 0) code = 1;
	}
	// Files that are there and do not count at all.
	for (const { file: path, message } of layers.problems()) {
		if (!json) await out(`${terminalText(path)}: ${terminalText(format(message))}\n`);
		code = 1;
	}
	return code;
}

const STATES = {
	none: "",
	accepted: ", accepted as far as a terminal can tell",
	waiting: ", not accepted: they do not count",
	broken: ", not before its errors are corrected",
} as const;

async function report(
	file: string,
	problems: readonly Problem[],
	{ json, out }: Pick<Common, "json" | "out">,
): Promise<ExitCode> {
	for (const { severity, line, column, message } of problems) {
		const said = format(message);
		await out(
			json
				? jsonLine({ file, severity, line, column, message: said })
				: `${terminalText(file)}:${line}:${column}: ${severity}: ${terminalText(said)}\n`,
		);
	}
	return problems.some(({ severity }) => severity === "error") ? 1 : 0;
}

export interface ExplainOptions extends Common {
	agent: string;
	/** Where the agent stands; the folder by default. */
	cwd?: string;
	/** A command line, or a tool with its input as JSON. */
	command?: string;
	tool?: string;
	input?: string;
}

/** Says what the policy would decide about one action, and which rule, layer, file and line that is. */
export async function policyExplain(options: ExplainOptions): Promise<ExitCode> {
	const { home, folder, json, out, agent } = options;
	const root = realFolder(folder);
	const cwd = options.cwd === undefined ? root : resolve(options.cwd);
	const { tool, input } = callOf(options);
	const action = actionFrom({ agent, tool, root, cwd, input });
	const policy = openPolicy({ layers: shownLayers(home) });
	const explanation = await policy.explain(action, contextOf({ home, root, agent }));
	await out(
		json ? jsonLine(explanation) : `${explanationText(explanation).split("\n").map(terminalText).join("\n")}\n`,
	);
	return explanation.verdict.effect === "allow" ? 0 : 1;
}

function callOf({ command, tool, input }: ExplainOptions): { tool: string; input: JsonObject } {
	if (command !== undefined) return { tool: tool ?? "Bash", input: { command } };
	if (tool === undefined || input === undefined) throw new Error("Give a command behind --, or --tool and --json.");
	const value = jsonOf(input);
	if (typeof value !== "object" || value === null || Array.isArray(value))
		throw new Error("The tool's input is a JSON object.");
	return { tool, input: value as JsonObject };
}

function jsonOf(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (error) {
		throw new Error(`--json is not JSON: ${error instanceof Error ? error.message : String(error)}`);
	}
}

function realFolder(folder: string): string {
	try {
		return realpathSync(folder);
	} catch {
		throw new Error(`The folder ${folder} cannot be opened. Check --folder.`);
	}
}

/** What the gate would know, apart from the hooks of a running session. */
export function contextOf({ home, root, agent }: { home: string; root: string; agent: string }): PolicyContext {
	return { folders: [root], home, userHome: homedir(), foreignHooks: [], callerKnown: true, agent };
}

/** The line that a shell would read these words from; one word is a line already. */
export function commandLine(words: readonly string[]): string {
	if (words.length === 1) return words[0] ?? "";
	const quoted = words.map((word) =>
		/^[A-Za-z0-9_./:@%+,=-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`,
	);
	return quoted.join(" ");
}
