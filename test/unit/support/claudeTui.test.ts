// Facts about the real Claude Code that Gatepost rests on, in a terminal: what a person sees and can press.
import assert from "node:assert/strict";
import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type HookCall, type HookHandler, permissionRequest, preToolUse } from "../../support/claude/hookProbe.ts";
import { skipRealClaude } from "../../support/claude/install.ts";
import { type Script, toolUseId } from "../../support/claude/modelServer.ts";
import { type Stage, stage } from "../../support/claude/stage.ts";
import { findResultLine, resultLine } from "../../support/claude/transcript.ts";
import { skipTui, startTui, type TuiOptions } from "../../support/claude/tui.ts";

const skip = skipRealClaude() || (await skipTui());
const dialog = /Do you want to proceed\?/;
const dialogFor = (name: string) => new RegExp(`touch ${name}\\.txt\\s+╌[\\s\\S]*${dialog.source}`);
const bash = (command: string) => ({ name: "Bash", input: { command, description: "test" } });
const firstCall = toolUseId("main", 0);
const fixtures = join(import.meta.dirname, "../../fixtures/claude-code");

const exists = (path: string) =>
	access(path).then(
		() => true,
		() => false,
	);

async function terminal(set: Stage, more: Partial<TuiOptions> = {}) {
	const events = ["PreToolUse", "PermissionRequest", "PostToolUse"];
	const tui = await startTui({ ...set, settings: { hooks: set.probe.hooks(events) }, ...more });
	set.finally(() => tui.stop());
	return tui;
}

/** Asks Claude to ask, like the prompt mode `both`; the rest is `answer`'s. */
const asking =
	(answer: HookHandler): HookHandler =>
	(call) => {
		if (call.event === "PreToolUse") return preToolUse("ask", "Gatepost would like a look");
		return call.event === "PermissionRequest" ? answer(call) : {};
	};
const waiting = (call: HookCall) => call.ended.then(() => ({}));
const isPermissionRequest = (call: HookCall) => call.event === "PermissionRequest";

test("in bypass mode the scripted model writes a file and runs Bash", { skip }, async (t) => {
	const set = await stage(t, (cwd) => ({
		turns: [
			{ tools: [{ name: "Write", input: { file_path: join(cwd, "a.txt"), content: "hello\n" } }] },
			{ tools: [bash("touch b.txt")] },
			{ text: "all done" },
		],
	}));
	const tui = await terminal(set, { mode: "bypassPermissions" });
	await tui.prompt("please");
	await tui.waitFor(/● all done/);
	assert.equal(await readFile(join(set.cwd, "a.txt"), "utf8"), "hello\n");
	assert.equal(await exists(join(set.cwd, "b.txt")), true);
	const env = set.probe.calls[0]?.env ?? {};
	assert.deepEqual([env.CLAUDE_CODE_ENTRYPOINT, env.CLAUDE_CODE_SESSION_ATTENDED], ["cli", "1"]);
	assert.equal(set.probe.calls[0]?.ppid, tui.pid);
});

test("in mode default Claude Code asks in the terminal before the tool runs", { skip }, async (t) => {
	const set = await stage(t, { turns: [{ tools: [bash("touch b.txt")] }, { text: "all done" }] });
	const tui = await terminal(set);
	await tui.prompt("please");
	await tui.waitFor(dialog);
	assert.equal(await exists(join(set.cwd, "b.txt")), false);
	await tui.answer(dialog, "Enter");
	await tui.waitFor(/● all done/);
	assert.equal(await exists(join(set.cwd, "b.txt")), true);
});

test("Esc ends a waiting PreToolUse hook with SIGTERM and the tool does not run", { skip }, async (t) => {
	const set = await stage(t, { turns: [{ tools: [bash("touch b.txt")] }] }, waiting);
	const tui = await terminal(set, { mode: "bypassPermissions" });
	await tui.prompt("please");
	const call = await set.probe.call(() => true);
	await tui.waitFor(/running PreToolUse hook/);
	assert.doesNotMatch(await tui.screen(), dialog);
	await tui.key("Escape");
	assert.equal(await call.ended, "SIGTERM");
	await tui.waitFor(/Interrupted/);
	assert.equal(await exists(join(set.cwd, "b.txt")), false);
});

test("a hook outlives a killed Claude Code and loses its parent", { skip }, async (t) => {
	const set = await stage(t, { turns: [{ tools: [bash("touch b.txt")] }] }, waiting);
	const tui = await terminal(set);
	await tui.prompt("please");
	const call = await set.probe.call(() => true);
	await tui.kill9();
	// Signal 0 only asks whether the process is there.
	assert.doesNotThrow(() => process.kill(call.pid, 0));
	await set.probe.close();
});

test("after a hook's ask, dialog and PermissionRequest race: each side's answer, and what the transcript says", {
	skip,
}, async (t) => {
	const answers: HookHandler[] = [
		waiting,
		() => permissionRequest("allow"),
		() => permissionRequest("deny", "refused on the phone"),
		waiting,
	];
	const commands = ["touch terminal-yes.txt", "touch hook-allow.txt", "touch hook-deny.txt", "touch terminal-no.txt"];
	const script: Script = { turns: [...commands.map((command) => ({ tools: [bash(command)] })), { text: "all done" }] };
	const set = await stage(
		t,
		script,
		asking((call) => (answers.shift() ?? waiting)(call)),
	);
	const tui = await terminal(set, { mode: "bypassPermissions" });
	await tui.prompt("please");

	await tui.waitFor(dialogFor("terminal-yes"));
	assert.match(await tui.screen(), /Gatepost would like a look/);
	const first = await set.probe.call(isPermissionRequest);
	await tui.answer(dialogFor("terminal-yes"), "Enter");
	assert.equal((await set.model.toolResult(toolUseId("main", 0))).isError, false);

	assert.equal((await set.model.toolResult(toolUseId("main", 1))).isError, false);
	assert.equal((await set.model.toolResult(toolUseId("main", 2))).text, "refused on the phone");

	const last = await set.probe.call((call) => isPermissionRequest(call) && commandOf(call) === commands[3]);
	await tui.answer(dialogFor("terminal-no"), "Escape");
	assert.equal(await last.ended, "SIGTERM");
	// The terminal's yes is not told to the hook: it is still there.
	assert.doesNotThrow(() => process.kill(first.pid, 0));

	assert.equal(await exists(join(set.cwd, "terminal-yes.txt")), true);
	assert.equal(await exists(join(set.cwd, "hook-allow.txt")), true);
	assert.equal(await exists(join(set.cwd, "hook-deny.txt")), false);
	assert.equal(await exists(join(set.cwd, "terminal-no.txt")), false);

	const transcript = String(first.payload.transcript_path);
	for (const [turn, name] of ["terminal-yes", "hook-allow", "hook-deny", "terminal-no"].entries()) {
		const line = await resultLine(transcript, toolUseId("main", turn));
		const recorded = findResultLine(await readFile(join(fixtures, `transcript-${name}.jsonl`), "utf8"), firstCall);
		assert.ok(recorded);
		assert.deepEqual(line.permissionDecision, recorded.permissionDecision, name);
		assert.equal(line.toolDenialKind, recorded.toolDenialKind, name);
	}
});

test("the result is not in the transcript while a PostToolUse hook runs", { skip }, async (t) => {
	const seen = Promise.withResolvers<unknown>();
	const set = await stage(t, { turns: [{ tools: [bash("true")] }, { text: "all done" }] }, async (call) => {
		if (call.event === "PreToolUse") return preToolUse("allow");
		seen.resolve(findResultLine(await readFile(String(call.payload.transcript_path), "utf8"), firstCall));
		return {};
	});
	const tui = await terminal(set);
	await tui.prompt("please");
	assert.equal(await seen.promise, undefined);
	await resultLine(String(set.probe.calls[0]?.payload.transcript_path), firstCall);
});

test("for a sub-agent's call there is no race: the dialog comes after the PermissionRequest hook", {
	skip,
}, async (t) => {
	const agent = { description: "job", prompt: "go [script:sub]", subagent_type: "general-purpose" };
	const release = Promise.withResolvers<object>();
	const set = await stage(
		t,
		{
			turns: [{ tools: [{ name: "Agent", input: agent }] }, { text: "waiting now" }, { text: "all done" }],
			agents: { sub: [{ tools: [bash("touch sub.txt")] }, { text: "sub finished" }] },
		},
		(call) => {
			const spawn = call.event === "PreToolUse" && call.payload.tool_name === "Agent";
			return spawn ? preToolUse("allow") : asking(() => release.promise)(call);
		},
	);
	const tui = await terminal(set);
	await tui.prompt("please");
	const call = await set.probe.call(isPermissionRequest);
	assert.equal(typeof call.payload.agent_id, "string");
	await tui.waitFor(/Waiting for 1 background agent/);
	assert.doesNotMatch(await tui.screen(), dialog);
	release.resolve({});
	await tui.answer(dialog, "Enter");
	await tui.waitFor(/● all done/);
	assert.equal(await exists(join(set.cwd, "sub.txt")), true);
	const own = `${String(call.payload.transcript_path).replace(/\.jsonl$/, "")}/subagents/agent-${call.payload.agent_id}.jsonl`;
	assert.equal((await resultLine(own, toolUseId("sub", 0))).permissionDecision?.source, "user_temporary");
});

test("a folder that is not trusted is asked about before any hook runs", { skip }, async (t) => {
	const set = await stage(t, { turns: [] });
	const hooks = set.probe.hooks(["SessionStart"]);
	const tui = await terminal(set, { trusted: false, settings: { hooks } });
	assert.match(await tui.screen(), /trust/i);
	assert.equal(set.probe.calls.length, 0);
});

function commandOf(call: HookCall): unknown {
	return (call.payload.tool_input as { command?: string }).command;
}
