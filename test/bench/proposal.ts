// How long working out a proposed change takes, from the agent's call to the card with its diff, and how long the host does
// nothing else meanwhile. Against the times that the issue sets, and against git's diff of the same two files.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout as delay } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Action } from "../../src/actions/action.ts";
import { bytesOf, isChange, type Proposal } from "../../src/actions/change.ts";
import { jobQueue } from "../../src/actions/jobQueue.ts";
import { claudeCodeAdapter } from "../../src/agents/claude-code/adapter.ts";
import type { JsonObject } from "../../src/protocol/canonical.ts";
import type { CardModel } from "../../src/protocol/card.ts";
import type { Measured } from "./measured.ts";

const MB = 1024 * 1024;
/** The host stands still for at most so long. Milliseconds. */
const MAX_STALL = 16;
const RUNS = 5;

const LINE = 100;
const linesOf = (bytes: number, line: (index: number) => string): string =>
	Array.from({ length: Math.floor(bytes / LINE) }, (_, index) => line(index)).join("");
const line = (index: number): string => `${`${index} `.padEnd(LINE - 1, "some text of a line, ")}\n`;
const other = (index: number): string => line(index).replace("text", "word");

interface Case {
	name: string;
	/** Text of the file, of about so many bytes. */
	file(bytes: number): string;
	tool: "Edit" | "Write";
	input(text: string): JsonObject;
}

const replaced = (oldString: string, newString: string, all = false) => ({
	...{ old_string: oldString, new_string: newString, replace_all: all },
});
const lined = (bytes: number) => linesOf(bytes, line);

const CASES: Case[] = [
	{
		name: "an Edit of one line",
		file: lined,
		tool: "Edit",
		input: () => replaced(line(5000), other(5000)),
	},
	{
		name: "a Write that changes 1 % of the lines",
		file: lined,
		tool: "Write",
		input: (text) => ({ content: linesOf(text.length, (index) => (index % 100 === 50 ? other(index) : line(index))) }),
	},
	{
		name: "a Write that changes every line",
		file: lined,
		tool: "Write",
		input: (text) => ({ content: linesOf(text.length, other) }),
	},
	{
		name: "an Edit of every line by replace_all",
		file: lined,
		tool: "Edit",
		input: () => replaced("text", "another text", true),
	},
	{
		name: "an Edit of every second letter",
		file: (bytes) => "a\n".repeat(bytes / 2),
		tool: "Edit",
		input: () => replaced("a", "bb", true),
	},
	{
		name: "an Edit in one line that is the whole file",
		file: (bytes) => `${"ab c ".repeat(bytes / 10)}here ${"ab c ".repeat(bytes / 10 - 2)}`,
		tool: "Edit",
		input: () => replaced("here", "there"),
	},
	{
		name: "a Write that moves every line",
		file: lined,
		tool: "Write",
		input: (text) => {
			const count = Math.floor(text.length / LINE);
			return { content: linesOf(text.length, (index) => line((index * 7919) % count)) };
		},
	},
];

function collector(): () => void {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc") as () => void;
}
const collect = collector();

/** Proposal and card of files of 1 MB and of nearly 10 MB. */
export async function benchProposal(): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	try {
		const results: Measured[] = [];
		for (const one of CASES) {
			results.push(...(await measured(dir, one, { name: "1 MB", bytes: MB, limit: 100 })));
			results.push(...(await measured(dir, one, { name: "10 MB", bytes: 9.9 * MB, limit: 1000 })));
		}
		return results;
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

async function measured(
	dir: string,
	{ name, file, tool, input }: Case,
	size: { name: string; bytes: number; limit: number },
): Promise<Measured[]> {
	const path = join(dir, "before.txt");
	const text = file(size.bytes);
	writeFileSync(path, text);
	const action: Action = {
		...{ v: 1, kind: tool === "Edit" ? "edit" : "write", tool, root: dir, cwd: dir },
		...{ input: { file_path: path, ...input(text) }, paths: [path] },
	};
	const adapter = claudeCodeAdapter({ home: "/nowhere", userHome: "/nowhere" });
	const payload = JSON.stringify(action.input).length;
	const [times, stalls, gits]: [number[], number[], number[]] = [[], [], []];
	const [busy, worked]: [number[], number[]] = [[], []];
	let kept = 0;
	// The first run warms the thread up, as the first large file of a session does.
	for (let run = 0; run <= RUNS; run += 1) {
		// What the bench itself has thrown away is not to be cleared on the clock; memory is given back in the background.
		collect();
		await delay(300);
		const loop = monitorEventLoopDelay({ resolution: 1 });
		loop.enable();
		const turns = longestTurn();
		const used = process.cpuUsage();
		const started = performance.now();
		const proposal = await adapter.propose(action, { draw: true });
		const card = await cardOf(action, proposal, payload);
		const took = performance.now() - started;
		loop.disable();
		const longest = turns.stop();
		const { user, system } = process.cpuUsage(used);
		if (!isChange(proposal) || card.files.length !== 1) throw new Error(`nothing was proposed for ${name}`);
		if (run === 0) {
			writeFileSync(join(dir, "after.txt"), proposal.files[0]?.after?.bytes ?? "");
			continue;
		}
		times.push(took);
		stalls.push(loop.max / 1e6);
		busy.push(longest);
		worked.push((user + system) / 1000);
		const begun = performance.now();
		spawnSync("git", ["diff", "--no-index", "--numstat", path, join(dir, "after.txt")], { env: {} });
		gits.push(performance.now() - begun);
		kept = Math.max(kept, process.memoryUsage.rss());
	}
	const [time, stall, git] = [median(times), median(stalls), median(gits)];
	const about = `${name}, ${size.name}`;
	return [
		{
			name: `proposal: diff and card / ${size.limit} ms, ${about}`,
			ratio: time / size.limit,
			most: 1,
			detail: `${time.toFixed(0)} ms, ${median(worked).toFixed(0)} ms of processors (${times.map((one) => one.toFixed(0)).join(", ")})`,
		},
		{
			name: `proposal: longest stall of the host / ${MAX_STALL} ms, ${about}`,
			ratio: stall / MAX_STALL,
			most: 1,
			detail: `${stall.toFixed(1)} ms, ${median(busy).toFixed(1)} ms of a processor (${stalls.map((one) => one.toFixed(1)).join(", ")}); memory ${(kept / MB).toFixed(0)} MB`,
		},
		{
			name: `proposal: diff and card / git diff --no-index, ${about}`,
			ratio: time / git,
			detail: `${time.toFixed(0)} ms / ${git.toFixed(0)} ms`,
		},
	];
}

/** The longest that one turn of this thread's event loop worked: what it waited for a processor is not in it. */
function longestTurn(): { stop(): number } {
	let longest = 0;
	let over = false;
	let before = process.threadCpuUsage();
	const turn = () => {
		const { user, system } = process.threadCpuUsage(before);
		longest = Math.max(longest, (user + system) / 1000);
		before = process.threadCpuUsage();
		if (!over) setTimeout(turn, 1);
	};
	turn();
	return {
		stop() {
			over = true;
			return longest;
		},
	};
}

/** As the gate draws it. */
async function cardOf(action: Action, proposal: Proposal, bytes: number): Promise<CardModel> {
	const parts = {
		...{ id: "bench", event: { caller: { agent: "claude-code", label: "Claude Code" } }, action, proposal },
		...{ verdict: { why: [], guard: false }, session: { id: "bench", label: "" }, createdAt: 0, deadlineAt: 0 },
		...{ actionMac: "00", folders: [action.root] },
	};
	return (await jobQueue.run("card", parts, bytes + bytesOf(proposal))).card;
}

function median(values: number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
