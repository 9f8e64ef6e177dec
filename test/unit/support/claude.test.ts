// Facts about the real Claude Code that Gatepost rests on, headless. Each was measured; here it stays true or turns red.
import assert from "node:assert/strict";
import { access, chmod, mkdir, readdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type HeadlessOptions, runHeadless } from "../../support/claude/headless.ts";
import { preToolUse } from "../../support/claude/hookProbe.ts";
import { CLAUDE_BEFORE_ON_FAILURE, skipRealClaude } from "../../support/claude/install.ts";
import { type Script, toolUseId } from "../../support/claude/modelServer.ts";
import { type Stage, stage } from "../../support/claude/stage.ts";
import { findResultLine } from "../../support/claude/transcript.ts";

const skip = skipRealClaude();
const bash = (command: string) => ({ name: "Bash", input: { command, description: "test" } });
const script = (...commands: string[]): Script => ({
	turns: [...commands.map((command) => ({ tools: [bash(command)] })), { text: "all done" }],
});
const firstCall = toolUseId("main", 0);

async function headless(set: Stage, more: Partial<HeadlessOptions> = {}) {
	const run = await runHeadless({ ...set, prompt: "please", mode: "bypassPermissions", ...more });
	set.finally(() => run.kill("SIGKILL"));
	const result = await run.done;
	assert.deepEqual(set.model.failures, []);
	return { ...result, pid: run.pid };
}

const exists = (path: string) =>
	access(path).then(
		() => true,
		() => false,
	);

test("the scripted model writes a file, runs Bash and a sub-agent", { skip }, async (t) => {
	const set = await stage(t, (cwd) => ({
		turns: [
			{ tools: [{ name: "Write", input: { file_path: join(cwd, "a.txt"), content: "hello\n" } }] },
			{ tools: [bash("cat a.txt; touch b.txt")] },
			{
				tools: [
					{
						name: "Agent",
						input: {
							description: "sub job",
							prompt: "make a file [script:sub]",
							subagent_type: "general-purpose",
							run_in_background: false,
						},
					},
				],
			},
			{ text: "all done" },
		],
		agents: { sub: [{ tools: [bash("touch c.txt")] }, { text: "sub finished" }] },
	}));
	const { exit, stdout, stderr } = await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse"]) } });
	assert.deepEqual({ exit, stdout, stderr }, { exit: 0, stdout: "all done\n", stderr: "" });
	assert.equal(await readFile(join(set.cwd, "a.txt"), "utf8"), "hello\n");
	assert.deepEqual((await readdir(set.cwd)).sort(), ["a.txt", "b.txt", "c.txt"]);
	assert.equal((await set.model.toolResult(toolUseId("main", 1))).text, "hello");
	assert.match((await set.model.toolResult(toolUseId("main", 2))).text, /sub finished/);
	assert.equal(set.model.unused, 0);
	const called = set.probe.calls.map(({ payload }) => [payload.tool_name, payload.tool_use_id, "agent_id" in payload]);
	assert.deepEqual(called, [
		["Write", toolUseId("main", 0), false],
		["Bash", toolUseId("main", 1), false],
		["Agent", toolUseId("main", 2), false],
		["Bash", toolUseId("sub", 0), true],
	]);
});

test("a hook's exit 2 keeps the tool from running in bypass mode and its stderr reaches the model", {
	skip,
}, async (t) => {
	const set = await stage(t, script("touch b.txt"), () => ({ exit: 2, stderr: "not on a Friday" }));
	await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse"]) } });
	const told = await set.model.toolResult(firstCall);
	assert.equal(told.isError, true);
	// The model also reads the command line of the hook.
	assert.match(told.text, /^PreToolUse:Bash hook error: \[.*probe-hook\.cjs \d+\]: not on a Friday$/);
	assert.deepEqual(await readdir(set.cwd), []);
});

test("a hook's JSON deny reaches the model without the hook's command line", { skip }, async (t) => {
	const set = await stage(t, script("touch b.txt"), () => preToolUse("deny", "not on a Friday"));
	await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse"]) } });
	assert.equal((await set.model.toolResult(firstCall)).text, "PreToolUse:Bash hook error: not on a Friday");
	assert.deepEqual(await readdir(set.cwd), []);
});

test("headless, mode default refuses what would ask, and a hook's allow lets it run", { skip }, async (t) => {
	const refused = await stage(t, script("touch b.txt"));
	await headless(refused, { mode: "default" });
	assert.equal((await refused.model.toolResult(firstCall)).isError, true);
	assert.equal(await exists(join(refused.cwd, "b.txt")), false);
	const allowed = await stage(t, script("touch b.txt"), () => preToolUse("allow"));
	await headless(allowed, { mode: "default", settings: { hooks: allowed.probe.hooks(["PreToolUse"]) } });
	assert.equal(await exists(join(allowed.cwd, "b.txt")), true);
});

test("headless, a hook's ask is a refusal and PermissionRequest does not run", { skip }, async (t) => {
	const set = await stage(t, script("touch b.txt"), () => preToolUse("ask", "somebody should look"));
	await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse", "PermissionRequest"]) } });
	assert.equal((await set.model.toolResult(firstCall)).text, "somebody should look");
	assert.deepEqual(
		set.probe.calls.map((call) => call.event),
		["PreToolUse"],
	);
	assert.deepEqual(await readdir(set.cwd), []);
});

test("an exec-form launcher script that execs leaves claude as the hook's parent", { skip }, async (t) => {
	const set = await stage(t, script("cd deep && pwd", "pwd"));
	await mkdir(join(set.cwd, "deep"));
	const launcher = join(set.home, "..", "launcher");
	const kept = '"CLAUDE_PID=$CLAUDE_PID" "CLAUDE_PROJECT_DIR=$CLAUDE_PROJECT_DIR"';
	await writeFile(launcher, `#!/bin/sh\nexec /usr/bin/env -i ${kept} "${set.probe.command}" "$@"\n`);
	await chmod(launcher, 0o755);
	const hook = { type: "command", command: launcher, args: set.probe.args, onFailure: "block" };
	const { pid } = await headless(set, { settings: { hooks: { PreToolUse: [{ matcher: "*", hooks: [hook] }] } } });
	const [before, after] = set.probe.calls;
	assert.ok(before && after);
	assert.equal(before.ppid, pid);
	assert.deepEqual(before.env, { CLAUDE_PID: String(pid), CLAUDE_PROJECT_DIR: set.cwd });
	// The model's cd moves the next hook's cwd, in process and payload; the project stays.
	assert.equal(after.cwd, join(set.cwd, "deep"));
	assert.equal(after.payload.cwd, join(set.cwd, "deep"));
	assert.equal(after.env.CLAUDE_PROJECT_DIR, set.cwd);
});

test("a hook sees what kind of session calls it, and settings cannot change that", { skip }, async (t) => {
	const set = await stage(t, script("true"));
	const lies = {
		CLAUDE_PID: "1",
		CLAUDE_CODE_ENTRYPOINT: "cli",
		CLAUDE_CODE_SESSION_ATTENDED: "1",
		CLAUDE_CODE_SESSION_ID: "other",
		CLAUDE_PROJECT_DIR: "/elsewhere",
		LIE: "told",
	};
	await mkdir(join(set.cwd, ".claude"));
	await writeFile(join(set.cwd, ".claude", "settings.json"), JSON.stringify({ env: lies }));
	const { pid } = await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse"]) } });
	const [call] = set.probe.calls;
	assert.ok(call);
	const seen = Object.fromEntries(Object.keys(lies).map((name) => [name, call.env[name]]));
	assert.deepEqual(seen, {
		CLAUDE_PID: String(pid),
		CLAUDE_CODE_ENTRYPOINT: "sdk-cli",
		CLAUDE_CODE_SESSION_ATTENDED: "0",
		CLAUDE_CODE_SESSION_ID: call.payload.session_id,
		CLAUDE_PROJECT_DIR: set.cwd,
		// Everything else in a repository's `env` does reach the hook.
		LIE: "told",
	});
});

test("hooks of --settings and of the user both run; the same entry in both runs once", { skip }, async (t) => {
	const set = await stage(t, script("true"));
	const file = join(set.home, "..", "sample.json");
	await writeFile(file, JSON.stringify({ hooks: set.probe.hooks(["PreToolUse"], { args: [...set.probe.args, "2"] }) }));
	const settings = { hooks: set.probe.hooks(["PreToolUse"]) };
	await headless(set, { settings, args: ["--settings", file] });
	assert.equal(set.probe.calls.length, 2);

	const twice = await stage(t, script("true"));
	await headless(twice, {
		settings: { hooks: twice.probe.hooks(["PreToolUse"]) },
		args: ["--settings", JSON.stringify({ hooks: twice.probe.hooks(["PreToolUse"]) })],
	});
	assert.equal(twice.probe.calls.length, 1);
});

test("a second --settings replaces the first with its hooks", { skip }, async (t) => {
	const set = await stage(t, script("touch b.txt"), () => ({ exit: 2, stderr: "no" }));
	const hooks = JSON.stringify({ hooks: set.probe.hooks(["PreToolUse"]) });
	await headless(set, { args: ["--settings", hooks, "--settings", '{"env":{}}'] });
	assert.equal(set.probe.calls.length, 0);
	assert.equal(await exists(join(set.cwd, "b.txt")), true);
});

test("the transcript has the tool's result with who decided", { skip }, async (t) => {
	const set = await stage(t, script("touch b.txt"), () => preToolUse("allow"));
	await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse"]) } });
	const transcript = await readFile(String(set.probe.calls[0]?.payload.transcript_path), "utf8");
	const line = findResultLine(transcript, firstCall);
	assert.deepEqual(line?.permissionDecision, { decision: "accept", source: "hook", reasonType: "hook" });
});

for (const [version, ran] of [
	[undefined, false],
	[CLAUDE_BEFORE_ON_FAILURE, true],
] as const) {
	const name = version ? `before onFailure (${version}) a failed hook lets the tool run` : "onFailure block refuses";
	test(`${name}, exit 2 refuses`, { skip }, async (t) => {
		const answers = [{ exit: 1 }, { exit: 2, stderr: "no" }];
		const set = await stage(t, script("touch failed.txt", "touch refused.txt"), () => answers.shift() ?? {}, version);
		await headless(set, { settings: { hooks: set.probe.hooks(["PreToolUse"], { onFailure: "block" }) } });
		assert.equal(await exists(join(set.cwd, "failed.txt")), ran);
		assert.equal(await exists(join(set.cwd, "refused.txt")), false);
	});
}

test("a headless run can be ended, and its waiting hook is told", { skip }, async (t) => {
	const set = await stage(t, script("touch b.txt"), (call) => call.ended.then(() => ({})));
	const run = await runHeadless({ ...set, prompt: "please", settings: { hooks: set.probe.hooks(["PreToolUse"]) } });
	const call = await set.probe.call(() => true);
	assert.equal(call.ppid, run.pid);
	run.kill();
	assert.equal((await run.done).stdout, "");
	assert.equal(await call.ended, "SIGTERM");
	assert.equal(await exists(join(set.cwd, "b.txt")), false);
});
