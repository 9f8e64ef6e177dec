// What Claude Code is told when a person changed an action before allowing it.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { AgentEvent, Outcome } from "../../../../src/agents/adapter.ts";
import { read } from "../../../../src/agents/claude-code/read.ts";
import type { Decision } from "../../../../src/approvals/decision.ts";
import { bytesOf, claudeCode, payload, submitOf } from "./support.ts";

const eventOf = (name: string) => {
	const event = read(submitOf(payload(name)), bytesOf(payload(name)));
	assert.ok("action" in event);
	return event;
};
const allowed: Decision = {
	by: "person",
	verdict: "allow",
	approver: { osUser: "dev", claims: {}, assurance: 1 },
	channel: "editor",
	shown: { digest: "0".repeat(64), extent: "whole", ms: 900 },
};
const outcome = (event: AgentEvent & { action: object }, input: object): Outcome => {
	const from = event.action as never as { input: object };
	return { kind: "decision", decision: allowed, edited: { from, action: { ...from, input } } } as Outcome;
};
const pre = eventOf("PreToolUse-Bash");

test("the whole input, and what was changed, in one object", () => {
	const { stdout, stderr, exit } = claudeCode.reply(pre, outcome(pre, { command: "ls", description: "d" }));
	assert.deepEqual([stderr, exit], ["", 0]);
	const said = JSON.parse(stdout).hookSpecificOutput;
	assert.deepEqual(said.updatedInput, { command: "ls", description: "d" });
	assert.equal(said.permissionDecision, "allow");
	assert.match(said.additionalContext, /^A person changed this command .*\necho hi > b\.txt && cat b\.txt\n.*\nls$/);
	assert.match(said.permissionDecisionReason, /person changed/);
	const edit = eventOf("PreToolUse-Edit");
	const file = JSON.parse(claudeCode.reply(edit, outcome(edit, { ...edit.action.input, new_string: "x" })).stdout);
	assert.ok(file.hookSpecificOutput.additionalContext.includes(edit.action.paths[0] ?? "?"));
});

test("the note is short and holds nothing a terminal obeys; the input is sent as it is", () => {
	const command = `\u001b[2J${"x".repeat(100_000)}`;
	const said = JSON.parse(claudeCode.reply(pre, outcome(pre, { command })).stdout).hookSpecificOutput;
	assert.equal(said.updatedInput.command, command);
	assert.ok(said.additionalContext.length < 4100 && !said.additionalContext.includes("\u001b"));
});

test("whoever was not seen to take an input is denied, and so is a prompt of the agent's own", () => {
	for (const caller of [
		{ ...pre.caller, agent: "cursor" },
		{ ...pre.caller, agent: "vscode-chat" },
		{ ...pre.caller, known: false },
	]) {
		const { stdout, exit } = claudeCode.reply({ ...pre, caller }, outcome(pre, { command: "ls" }));
		assert.deepEqual([stdout, exit], ["", 2]);
	}
	const asked = eventOf("PermissionRequest-Bash");
	assert.doesNotMatch(claudeCode.reply(asked, outcome(asked, { command: "ls" })).stdout, /allow/);
});
