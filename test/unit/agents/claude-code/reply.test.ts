import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { AgentEvent, Caller, Outcome } from "../../../../src/agents/adapter.ts";
import { read } from "../../../../src/agents/claude-code/read.ts";
import type { Decision } from "../../../../src/approvals/decision.ts";
import { bytesOf, claudeCode, payload, payloadNames, submitOf } from "./support.ts";

const adapter = claudeCode;
const eventOf = (name: string): AgentEvent => read(submitOf(payload(name)), bytesOf(payload(name)));
const pre = eventOf("PreToolUse-Bash");
const asked = eventOf("PermissionRequest-Bash");
const by = (agent: string, mode: Caller["mode"] = "unknown"): AgentEvent => ({
	...pre,
	caller: { agent, label: agent, known: agent !== "unknown", mode },
});

const person = (verdict: "allow" | "deny", more: { reason?: string; stopSession?: boolean } = {}): Decision => ({
	by: "person",
	verdict,
	approver: { osUser: "dev", claims: {}, assurance: 1 },
	channel: "editor",
	shown: { digest: "0".repeat(64), extent: "whole", ms: 900 },
	...more,
});
const rule = (verdict: "allow" | "deny", reason?: string): Decision => ({
	by: "rule",
	verdict,
	ruleId: "floor.shell.ls",
	policyDigest: "0".repeat(64),
	...(reason === undefined ? {} : { reason }),
});
const decision = (decision: Decision): Outcome => ({ kind: "decision", decision });
const hookOutput = (stdout: string) => JSON.parse(stdout).hookSpecificOutput;

test("an allow is one JSON object that says allow and never brings an input", () => {
	for (const how of [person("allow"), rule("allow")]) {
		const { stdout, stderr, exit } = adapter.reply(pre, decision(how));
		assert.deepEqual([stderr, exit], ["", 0]);
		assert.deepEqual(Object.keys(JSON.parse(stdout)), ["hookSpecificOutput"]);
		const output = hookOutput(stdout);
		assert.equal(output.hookEventName, "PreToolUse");
		assert.equal(output.permissionDecision, "allow");
		assert.deepEqual(Object.keys(output), ["hookEventName", "permissionDecision", "permissionDecisionReason"]);
	}
});

test("a denial is exit 2 with the reason on stderr, and says when it was a person", () => {
	const said = adapter.reply(pre, decision(person("deny", { reason: "use the staging host" })));
	assert.deepEqual([said.stdout, said.exit], ["", 2]);
	assert.match(said.stderr, /^A person denied this action .*: use the staging host\n$/);
	assert.match(adapter.reply(pre, decision(person("deny"))).stderr, /^A person denied this action .* no reason/);
	const ruled = adapter.reply(pre, decision(rule("deny", "not here")));
	assert.match(ruled.stderr, /policy denied this \(rule floor\.shell\.ls\): not here/);
	assert.doesNotMatch(ruled.stderr, /person/);
	const others: Decision[] = [
		{ by: "timeout", verdict: "deny", reason: "nobody came" },
		{ by: "withdrawn", verdict: "deny", reason: "gone" },
		{ by: "failure", verdict: "deny", reason: "disk full" },
	];
	for (const other of others) {
		const { stdout, stderr, exit } = adapter.reply(pre, decision(other));
		assert.deepEqual([stdout, stderr, exit], ["", `Gatepost: ${other.reason}\n`, 2]);
	}
});

test("deny and stop ends the turn with a denial in both of the ways Claude Code reads", () => {
	const { stdout, stderr, exit } = adapter.reply(
		pre,
		decision(person("deny", { reason: "stop it", stopSession: true })),
	);
	assert.equal(exit, 2);
	assert.match(stderr, /stopped the session, and said: stop it\n$/);
	const said = JSON.parse(stdout);
	assert.equal(said.continue, false);
	assert.equal(said.hookSpecificOutput.permissionDecision, "deny");
});

test("Claude Code's own prompt is answered in its own shape", () => {
	const allow = adapter.reply(asked, decision(person("allow")));
	assert.deepEqual(hookOutput(allow.stdout), { hookEventName: "PermissionRequest", decision: { behavior: "allow" } });
	const deny = adapter.reply(asked, decision(person("deny", { reason: "no" })));
	// Exit 2 would leave the prompt open.
	assert.deepEqual([deny.exit, deny.stderr], [0, ""]);
	assert.equal(hookOutput(deny.stdout).decision.behavior, "deny");
	assert.match(hookOutput(deny.stdout).decision.message, /A person denied this .*: no$/);
	assert.equal(hookOutput(deny.stdout).decision.interrupt, undefined);
	const stop = adapter.reply(asked, decision(person("deny", { stopSession: true })));
	assert.equal(hookOutput(stop.stdout).decision.interrupt, true);
	assert.deepEqual(adapter.reply(asked, { kind: "none" }), { stdout: "", stderr: "", exit: 0 });
});

test("a refused change of configuration is exit 2, an accepted one nothing", () => {
	const common = payload("Stop");
	const change = { ...common, hook_event_name: "ConfigChange", source: "user_settings" };
	const event = read(submitOf(common), bytesOf(change));
	const { exit, stderr } = adapter.reply(
		event,
		decision({ by: "failure", verdict: "deny", reason: "weakens the gate" }),
	);
	assert.deepEqual([exit, stderr], [2, "Gatepost: weakens the gate\n"]);
	assert.deepEqual(adapter.reply(event, { kind: "none" }), { stdout: "", stderr: "", exit: 0 });
});

test("events that only report are answered with nothing, whatever was decided", () => {
	const reports = payloadNames().filter((name) => !/^(PreToolUse|PermissionRequest)/.test(name));
	assert.ok(reports.length > 20);
	for (const name of reports) {
		for (const outcome of [{ kind: "none" } as const, decision(person("deny")), decision(rule("allow"))]) {
			assert.deepEqual(adapter.reply(eventOf(name), outcome), { stdout: "", stderr: "", exit: 0 }, name);
		}
	}
});

test("ask opens the prompt of a proven terminal, and denies everywhere else", () => {
	const outcome: Outcome = { kind: "ask", reason: "changes files" };
	const { stdout, exit } = adapter.reply(pre, outcome);
	assert.equal(exit, 0);
	assert.deepEqual(hookOutput(stdout).permissionDecision, "ask");
	const elsewhere = [
		by("claude-code", "headless"),
		by("claude-code"),
		by("cursor", "tui"),
		by("unknown"),
		asked,
		eventOf("Stop"),
	];
	for (const event of elsewhere) assert.equal(adapter.reply(event, outcome).exit, 2, event.caller.label);
});

test("each caller is denied in a way that blocks it", () => {
	for (const agent of ["claude-code", "cursor", "copilot", "unknown"]) {
		const { stdout, stderr, exit } = adapter.reply(by(agent), decision(person("deny", { reason: "no" })));
		assert.deepEqual([stdout, exit], ["", 2], agent);
		assert.match(stderr, /no\n$/);
		if (agent === "claude-code") continue;
		// What they make of JSON beside exit 2 differs, so there is none.
		assert.equal(adapter.reply(by(agent), decision(person("deny", { stopSession: true }))).stdout, "", agent);
	}
	const { stdout, exit } = adapter.reply(by("vscode-chat"), decision(person("deny", { reason: "no" })));
	assert.equal(exit, 0);
	assert.equal(hookOutput(stdout).permissionDecision, "deny");
	assert.equal(adapter.refuse("no gate").exit, 2);
	assert.equal(adapter.refuse("no gate").stdout, "");
});

test("Cursor is told to go on with an empty object, never with an allow of ours", () => {
	assert.deepEqual(adapter.reply(by("cursor"), decision(person("allow"))), { stdout: "{}", stderr: "", exit: 0 });
	assert.deepEqual(adapter.reply(by("cursor"), { kind: "none" }), { stdout: "{}", stderr: "", exit: 0 });
});

test("only a proven terminal prompt may be raced", () => {
	const inMode = (mode: string): AgentEvent => ({ ...pre, permissionMode: mode });
	for (const mode of ["default", "auto", "bypassPermissions"]) assert.equal(adapter.canRace(inMode(mode)), true, mode);
	for (const mode of ["plan", "dontAsk", "acceptEdits", "", "new"])
		assert.equal(adapter.canRace(inMode(mode)), false, mode);
	const others = [by("claude-code", "headless"), by("claude-code"), by("cursor", "tui"), by("unknown", "tui"), asked];
	for (const event of others) assert.equal(adapter.canRace(event), false);
});

test("no reason can break the reply: one well-formed object or an empty stdout, no control characters", () => {
	const reasons = fc.oneof(
		fc.string({ unit: "binary" }),
		fc.constantFrom("\ud800", "\u001b[2J", "\0", "x".repeat(50_000)),
	);
	fc.assert(
		fc.property(reasons, fc.boolean(), fc.constantFrom(pre, asked), (reason, stopSession, event) => {
			const { stdout, stderr } = adapter.reply(event, decision(person("deny", { reason, stopSession })));
			if (stdout !== "") assert.equal(typeof JSON.parse(stdout), "object");
			const said = stderr + (stdout === "" ? "" : JSON.stringify(JSON.parse(stdout)));
			assert.ok(said.isWellFormed() && said.length < 30_000);
			assert.doesNotMatch(stderr, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
		}),
	);
});

test("what ran is what was decided only when tool and input are the same to the letter", () => {
	const action = "action" in pre ? pre.action : assert.fail();
	assert.equal(adapter.sameAction(action, { ...action, cwd: "/elsewhere", input: { ...action.input } }), true);
	const { description, ...rest } = action.input;
	assert.equal(adapter.sameAction(action, { ...action, input: { description: description ?? "", ...rest } }), true);
	for (const changed of [
		{ ...action, tool: "PowerShell" },
		{ ...action, input: { ...action.input, command: "echo hi > b.txt && cat b.txt " } },
		{ ...action, input: rest },
		{ ...action, input: { ...action.input, timeout: 1 } },
	]) {
		assert.equal(adapter.sameAction(action, changed), false);
	}
});

test("captured calls run with the input they were decided on", () => {
	for (const name of payloadNames().filter((one) => one.startsWith("PostToolUse-"))) {
		const before = name.replace("PostToolUse-", "PreToolUse-");
		const [decided, ran] = [eventOf(before), eventOf(name)];
		assert.ok("action" in decided && "action" in ran);
		assert.equal(adapter.sameAction(decided.action, ran.action), true, name);
	}
});
