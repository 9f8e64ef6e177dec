import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { appendFile, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { startGroup } from "../../support/host/group.ts";
import { privateEnvironment } from "../../support/host/host.ts";
import { ReportReader } from "../../support/host/report.ts";

const groupModule = fileURLToPath(new URL("../../support/host/group.ts", import.meta.url));
/** A program with a child that runs this code; prints the child's number. */
const withChild = (code: string) => `
	const code = ${JSON.stringify(`${code}; console.log(process.pid); setInterval(() => {}, 1000)`)};
	require("node:child_process").spawn(process.execPath, ["-e", code], { stdio: "inherit" });
	setInterval(() => {}, 1000);`;

/** Whether it runs; one that has ended and waits for its parent's notice does not. */
function isAlive(pid: number): boolean {
	try {
		return !/^\d+ \(.*\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
	} catch {
		return false;
	}
}

describe("a program in a process group of its own", () => {
	let dir = "";
	beforeEach(async () => {
		dir = await mkdtemp(join(tmpdir(), "gatepost-group-"));
	});
	afterEach(() => rm(dir, { recursive: true, force: true }));

	it("is gone after stop(), with what it started, even what ignores SIGTERM", async () => {
		const line = Promise.withResolvers<string>();
		const log = join(dir, "log");
		const group = startGroup(process.execPath, ["-e", withChild("process.on('SIGTERM', () => {})")], {
			cwd: dir,
			env: process.env,
			log,
			onLine: line.resolve,
		});
		const grandchild = Number(await line.promise);
		assert(isAlive(grandchild));
		await group.stop();
		assert(!isAlive(grandchild));
		assert.equal(await readFile(log, "utf8"), `${grandchild}\n`);
	});

	it("is gone when the process that started it was killed", async () => {
		const code = `
			import { startGroup } from ${JSON.stringify(groupModule)};
			startGroup(process.execPath, ["-e", ${JSON.stringify(withChild(""))}], {
				cwd: ${JSON.stringify(dir)}, env: process.env, log: ${JSON.stringify(join(dir, "log"))},
				onLine: (line) => console.log(line),
			});`;
		const starter = spawn(process.execPath, ["--input-type=module", "-e", code], {
			stdio: ["ignore", "pipe", "inherit"],
		});
		const [line] = await once(starter.stdout, "data");
		const grandchild = Number(String(line));
		starter.kill("SIGKILL");
		while (isAlive(grandchild)) await delay(50);
	});

	it("tells the program's exit code", async () => {
		const options = { cwd: dir, env: process.env, log: join(dir, "log") };
		assert.equal(await startGroup(process.execPath, ["-e", "process.exit(5)"], options).ended, 5);
		const missing = startGroup(join(dir, "missing"), [], options);
		assert.equal(await missing.ended, 127);
		assert.match(missing.output(), /could not be started/);
	});
});

describe("the environment of a test editor", () => {
	const dirs = { home: "/t/home", serverData: "/t/server", userData: "/t/user", extensions: "/t/ext", run: "/t/run" };

	it("keeps nothing of the editor, npm, agents or Gatepost the calling shell runs in", () => {
		const names = ["VSCODE_IPC_HOOK_CLI", "npm_config_x", "CLAUDE_CONFIG_DIR", "GATEPOST_HOME", "NODE_OPTIONS"];
		for (const name of names) process.env[name] = "from the shell";
		try {
			const env = privateEnvironment(dirs);
			assert.deepEqual(
				Object.entries(env).filter(([, value]) => value === "from the shell"),
				[],
			);
			assert.equal(env.HOME, "/t/home");
			assert.equal(env.XDG_CONFIG_HOME, "/t/home/.config");
			assert.equal(env.PATH, process.env.PATH);
		} finally {
			for (const name of names) delete process.env[name];
		}
	});
});

describe("the report of tests in an editor", () => {
	it("is counted while it grows, whole lines only", async () => {
		const dir = await mkdtemp(join(tmpdir(), "gatepost-report-"));
		const path = join(dir, "report");
		const said: string[] = [];
		try {
			await writeFile(path, "");
			const reader = new ReportReader(path, (text) => said.push(text));
			assert.equal(await reader.read(), false);
			await appendFile(path, '{"event":"start","pid":12}\n{"event":"test","title":"ä"}\n{"event":"pass","ti');
			assert.equal(await reader.read(), true);
			assert.equal(reader.pid, 12);
			assert.equal(reader.running, "ä");
			assert.equal(await reader.read(), false);
			await appendFile(
				path,
				'tle":"ä","ms":1}\n{"event":"fail","title":"b","error":"why\\nwhere"}\n{"event":"pending","title":"c"}\n',
			);
			await reader.read();
			assert.deepEqual(reader.counts, { passed: 1, failed: 1, pending: 1 });
			assert.equal(reader.running, undefined);
			assert.equal(reader.complete, false);
			await appendFile(path, '{"event":"end"}\n');
			await reader.read();
			assert.equal(reader.complete, true);
			assert.deepEqual(said, ["  ✔ ä (1 ms)", "  ✖ b\n      why\n      where", "  - c"]);
		} finally {
			await rm(dir, { recursive: true });
		}
	});
});
