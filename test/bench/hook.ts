// How much slower an agent's tool call gets: the whole hook (launcher, Node, gate, reply) for an allowed read against
// `node -e 0`, one after the other in turn, so that both meet the same machine.
import { spawn } from "node:child_process";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { installLauncher } from "../../src/bin/launcher.ts";
import { newEntry, writeEntry } from "../../src/gate/registry.ts";
import { startServer } from "../../src/gate/server.ts";
import { hookBundle, removeBundle } from "../unit/hook/bundle.ts";
import type { Measured } from "./measured.ts";

const ROUNDS = 50;
const WARM_UP = 5;

/** The hook through its launcher, and without it, against `node -e 0`. */
export async function benchHook(rounds: number = ROUNDS): Promise<Measured[]> {
	const dir = await mkdtemp(join(tmpdir(), "gatepost-bench-"));
	const home = join(dir, "home");
	const folder = join(dir, "folder");
	await mkdir(folder);
	const entry = newEntry({ folders: [folder], editor: "serve" });
	const stdout = JSON.stringify({ hookSpecificOutput: { hookEventName: "PreToolUse", permissionDecision: "allow" } });
	const server = await startServer({
		entry,
		onSubmit: async (_submit, call) => void (await call.reply({ stdout, stderr: "", exit: 0 })),
		onBreach: (breach) => {
			throw new Error(`the bench breached a limit: ${breach.detail}`);
		},
	});
	try {
		writeEntry(home, server.entry);
		const node = process.execPath;
		const { launcher, hook } = await installLauncher({ home, node, hookSource: await hookBundle() });
		const payload = JSON.stringify({
			session_id: "7b0f9a52-51e1-4a55-9e21-6c3a43b0a7f5",
			cwd: folder,
			hook_event_name: "PreToolUse",
			tool_name: "Read",
			tool_input: { file_path: join(folder, "readme.md") },
			tool_use_id: "toolu_01",
		});
		const env = {
			HOME: dir,
			CLAUDE_PROJECT_DIR: folder,
			CLAUDE_CODE_ENTRYPOINT: "cli",
			CLAUDE_PID: String(process.pid),
		};
		const runs = [
			{ name: "node -e 0", command: node, args: ["-e", "0"], expect: "" },
			{ name: "hook through its launcher", command: launcher, args: ["claude-code"], expect: stdout },
			{
				name: "hook without the launcher",
				command: node,
				args: [hook, "--agent", "claude-code", "--home", home],
				expect: stdout,
			},
		];
		const times = runs.map((): number[] => []);
		for (let round = 0; round < WARM_UP + rounds; round += 1) {
			for (const [i, { command, args, expect }] of runs.entries()) {
				const ms = await time(command, args, env, payload, expect);
				if (round >= WARM_UP) times[i]?.push(ms);
			}
		}
		const medians = times.map(median);
		const base = medians[0] ?? Number.NaN;
		return runs.slice(1).map(({ name }, i) => {
			const own = medians[i + 1] ?? Number.NaN;
			const detail = `${own.toFixed(1)} ms against ${base.toFixed(1)} ms of node -e 0, medians of ${rounds}`;
			return { name, ratio: own / base, detail, most: 1.3 };
		});
	} finally {
		await server.close("stopped");
		await removeBundle();
		await rm(dir, { recursive: true, force: true });
	}
}

function time(command: string, args: string[], env: NodeJS.ProcessEnv, input: string, expect: string): Promise<number> {
	return new Promise((resolve, reject) => {
		const start = performance.now();
		const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
		let output = "";
		child.stdout.on("data", (chunk) => {
			output += chunk;
		});
		child.stdin.on("error", () => undefined);
		child.stdin.end(input);
		child.on("error", reject);
		child.on("close", (code) => {
			if (code === 0 && output === expect) resolve(performance.now() - start);
			else reject(new Error(`${command} ended with ${code} and ${JSON.stringify(output)}`));
		});
	});
}

function median(values: number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
