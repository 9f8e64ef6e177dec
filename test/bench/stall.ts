// How long one agent's monstrous input keeps the gate from everybody else: the longest time its event loop does nothing
// else, against the time until the card of that input is up. The client's own work runs before the clock.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import type { TestContext } from "node:test";
import { gatePlace, testGate } from "../support/gateClient.ts";
import type { Measured } from "./measured.ts";

const MB = 1024 * 1024;
const fill = (unit: string, bytes: number) => unit.repeat(Math.floor(bytes / unit.length));

interface Case {
	name: string;
	tool: string;
	input: (path: string) => object;
	/** What is in the file that the input names. */
	file?: string;
}

const CASES: Case[] = [
	{
		name: "a command of 4 MB of secrets",
		tool: "Bash",
		input: () => ({ command: fill("PASSWORD=abcd1234 ", 4 * MB) }),
	},
	{
		name: "a 10 MB file of lines, written anew",
		tool: "Write",
		input: (path) => ({ file_path: path, content: fill("another line\n", 4 * MB) }),
		file: fill("a line of text\n", 9.9 * MB),
	},
	{
		name: "a 10 MB file of secrets",
		tool: "Write",
		input: (path) => ({ file_path: path, content: "x" }),
		file: fill("A_PW=abcd12\n", 9.9 * MB),
	},
	{
		name: "every second letter of a 10 MB file replaced",
		tool: "Edit",
		input: (path) => ({ file_path: path, old_string: "a", new_string: "bb", replace_all: true }),
		file: fill("a\n", 9.9 * MB),
	},
	{
		name: "an MCP call with 200,000 members",
		tool: "mcp__a__b",
		input: () => Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`name${index}`, "x"])),
	},
];

/** Longest stalls for hostile inputs. */
export async function benchStall(): Promise<Measured[]> {
	const results: Measured[] = [];
	for (const one of CASES) results.push(await stall(one));
	return results;
}

async function stall({ name, tool, input, file }: Case): Promise<Measured> {
	const ends: (() => unknown)[] = [];
	const context = { after: (end: () => unknown) => void ends.push(end) } as TestContext;
	try {
		const place = gatePlace(context);
		const path = join(place.folder, "k");
		if (file !== undefined) writeFileSync(path, file);
		const gate = await testGate(context, {}, place);
		const members = { tool_name: tool, tool_input: input(path) };
		await gate.call(tool === "Bash" ? "PreToolUse-Bash" : "PreToolUse-Write", { members });
		const delay = monitorEventLoopDelay({ resolution: 5 });
		delay.enable();
		const started = performance.now();
		await gate.card();
		const took = performance.now() - started;
		delay.disable();
		const longest = delay.max / 1e6;
		return {
			name: `gate: longest stall for others / time to the card, for ${name}`,
			ratio: longest / took,
			detail: `${longest.toFixed(0)} ms / ${took.toFixed(0)} ms`,
		};
	} finally {
		for (const end of ends.reverse()) await end();
	}
}
