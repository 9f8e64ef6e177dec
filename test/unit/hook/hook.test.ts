import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, test } from "node:test";
import { ENV_NAMES } from "../../../src/protocol/hookWire.ts";
import { removeBundle } from "./bundle.ts";
import { ALLOW, event, place, runHook, startGate } from "./support.ts";

after(removeBundle);

test("the hook prints exactly what the gate says, on both streams, and exits as told", async (t) => {
	const at = place(t);
	const replies = [
		{ stdout: ALLOW, stderr: "", exit: 0 },
		{ stdout: "", stderr: "denied: \u{1f600} é\nsecond line\n", exit: 2 },
		{ stdout: "", stderr: "", exit: 0 },
		{ stdout: `{"x":"${"y".repeat(3_000_000)}"}`, stderr: "z", exit: 7 },
	];
	for (const reply of replies) {
		const gate = await startGate(t, at);
		const hook = await runHook(t, at);
		const call = await gate.nextCall();
		assert.equal(await call.reply(reply), true, "the hook confirms");
		const { code, stdout, stderr } = await hook.done;
		assert.deepEqual({ stdout, stderr, exit: code }, reply);
		await gate.server.close("stopped");
	}
});

test("the gate gets the agent's bytes untouched, and only the named variables", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const named = Object.fromEntries(ENV_NAMES.map((name) => [name, `${name} value`]));
	const env = { ...named, CLAUDE_PROJECT_DIR: at.folder, ANTHROPIC_API_KEY: "secret", AWS_SECRET_ACCESS_KEY: "secret" };
	const input = Buffer.concat([Buffer.from([0, 0xff, 0x0a]), randomBytes(5 * 1024 * 1024)]);
	const hook = await runHook(t, at, { input, env, args: ["--deadline", "60"] });
	const call = await gate.nextCall();
	const { id, agent, pid, ppid, root, cwd, env: sent, deadlineMs } = call.submit;
	assert.ok(call.payload.equals(input), "the payload");
	assert.equal(id, call.id);
	assert.deepEqual(
		{ agent, pid, ppid, root, cwd },
		{
			agent: "claude-code",
			pid: hook.child.pid,
			ppid: process.pid,
			root: at.folder,
			cwd: at.folder,
		},
	);
	assert.deepEqual(sent, { ...named, CLAUDE_PROJECT_DIR: at.folder });
	assert.ok(deadlineMs <= 60_000 && deadlineMs > 30_000, `${deadlineMs} ms`);
	await call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
	assert.equal((await hook.done).stdout, ALLOW);
});

test("an event that is larger than the gate takes reaches it all the same", async (t) => {
	const at = place(t);
	const long = "x".repeat(6 * 1024 * 1024);
	const members = { session_id: "s", tool_name: "Edit", tool_use_id: "t", tool_input: { file_path: "a" } };
	const sent = async (input: object | Buffer) => {
		const gate = await startGate(t, at);
		const bytes = Buffer.isBuffer(input) ? input : Buffer.from(JSON.stringify(input));
		const hook = await runHook(t, at, { input: bytes });
		const call = await gate.nextCall();
		await call.reply({ stdout: "", stderr: "", exit: 0 });
		await hook.done;
		await gate.server.close("stopped");
		return { leftOut: call.submit.leftOut, size: bytes.length, event: JSON.parse(String(call.payload)) };
	};
	// A result without what makes it long: its input is there to be compared.
	const report = await sent({ ...members, hook_event_name: "PostToolUse", tool_response: { originalFile: long } });
	assert.equal(report.leftOut, undefined);
	assert.deepEqual(report.event, {
		...members,
		hook_event_name: "PostToolUse",
		tool_response: "left out by Gatepost: too large",
	});
	// What waits for a decision is never shortened, only told of.
	const { tool_input: _, ...names } = members;
	const action = await sent({ ...members, hook_event_name: "PreToolUse", tool_response: long });
	assert.deepEqual([action.leftOut, action.event], [action.size, { ...names, hook_event_name: "PreToolUse" }]);
	const large = { ...members, hook_event_name: "PostToolUse", tool_input: { content: long } };
	const input = await sent(large);
	assert.deepEqual([input.leftOut, input.event], [input.size, { ...names, hook_event_name: "PostToolUse" }]);
	const garbage = await sent(Buffer.alloc(6 * 1024 * 1024, 0x20));
	assert.deepEqual([garbage.leftOut, garbage.event], [garbage.size, {}]);
});

test("stdin may be a pipe that is slow, a file, or nothing", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const file = join(at.dir, "event.json");
	writeFileSync(file, event());
	const node = process.execPath;
	const bundle = (await runHook(t, at)).child.spawnargs[1] ?? "";
	await (await gate.nextCall()).reply({ stdout: "", stderr: "", exit: 0 });
	const run = `'${node}' '${bundle}' --home '${at.home}' --agent claude-code`;
	const ways: [string, string][] = [
		[`(printf '{"hook_event'; sleep 0.2; printf '_name":1}') | ${run}`, '{"hook_event_name":1}'],
		[`${run} <'${file}'`, event()],
		[`${run} </dev/null`, ""],
	];
	for (const [script, expected] of ways) {
		const hook = await runHook(t, at, { command: ["/bin/sh", "-c", script], env: { PATH: process.env.PATH } });
		const call = await gate.nextCall();
		assert.equal(String(call.payload), expected, script);
		await call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
		assert.equal((await hook.done).stdout, ALLOW, script);
	}
});

test("the project's folder names the gate, also through a link, and never the hook's own folder", async (t) => {
	const at = place(t);
	const gate = await startGate(t, at);
	const link = join(at.dir, "link");
	symlinkSync(at.folder, link);
	for (const name of ["CLAUDE_PROJECT_DIR", "CURSOR_PROJECT_DIR"]) {
		const hook = await runHook(t, at, { cwd: at.dir, env: { CLAUDE_PROJECT_DIR: undefined, [name]: link } });
		const call = await gate.nextCall();
		assert.deepEqual([call.submit.root, call.submit.cwd], [at.folder, at.dir], name);
		await call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
		assert.equal((await hook.done).code, 0);
	}
	const elsewhere = await runHook(t, at, { env: { CLAUDE_PROJECT_DIR: at.dir } });
	assert.equal((await elsewhere.done).code, 2, "the hook's folder is served, its project is not");
});

test("without a named project the agent process's folder names the gate", {
	skip: process.platform !== "linux",
}, async (t) => {
	const at = place(t);
	const gate = await startGate(t, at, { folders: [process.cwd()] });
	const hook = await runHook(t, at, { cwd: at.dir, env: { CLAUDE_PROJECT_DIR: "relative" } });
	const call = await gate.nextCall();
	assert.deepEqual([call.submit.root, call.submit.cwd], [process.cwd(), at.dir]);
	await call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
	assert.equal((await hook.done).stdout, ALLOW);
});

test("of two gates on one folder, the older is asked; of two folders, the inner one's", async (t) => {
	const at = place(t);
	const inner = join(at.folder, "inner");
	mkdirSync(inner);
	const older = await startGate(t, at);
	await new Promise((resolve) => setTimeout(resolve, 5));
	await startGate(t, at, { onSubmit: () => assert.fail("the younger was asked") });
	const innerGate = await startGate(t, at, { folders: [inner] });
	for (const [root, gate] of [
		[at.folder, older],
		[inner, innerGate],
	] as const) {
		const hook = await runHook(t, at, { env: { CLAUDE_PROJECT_DIR: root } });
		await (await gate.nextCall()).reply({ stdout: ALLOW, stderr: "", exit: 0 });
		assert.equal((await hook.done).stdout, ALLOW);
	}
});

test("a wrong command line is refused, with nothing on stdout", async (t) => {
	const at = place(t);
	for (const args of [["--home", "/tmp"], ["--inspect"], ["--deadline", "0"]]) {
		const { code, stdout, stderr } = await (await runHook(t, at, { args })).done;
		assert.deepEqual({ code, stdout }, { code: 2, stdout: "" });
		assert.match(stderr, /^Gatepost: The hook failed: /);
	}
});
