import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { isReport } from "../../../src/agents/claude-code/reports.ts";
import { classify, plain } from "../../../src/bin/hook/event.ts";
import { readOptions } from "../../../src/bin/hook/options.ts";
import { namedEnv } from "../../../src/bin/hook/place.ts";
import { ENV_NAMES } from "../../../src/protocol/hookWire.ts";

function classOf(fields: unknown): string {
	return classify(Buffer.from(typeof fields === "string" ? fields : JSON.stringify(fields)));
}

test("events that only report are told from those that gate", () => {
	for (const name of [
		"PostToolUse",
		"PostToolUseFailure",
		"SessionStart",
		"SessionEnd",
		"Stop",
		"SubagentStop",
		"stop",
	]) {
		assert.equal(classOf({ hook_event_name: name }), "report", name);
	}
	assert.equal(classOf({ hook_event_name: "PermissionRequest" }), "permission");
	for (const name of ["PreToolUse", "preToolUse", "ConfigChange", "beforeShellExecution", "posttooluse", "Stop "]) {
		assert.equal(classOf({ hook_event_name: name }), "gate", name);
	}
});

test("what cannot be read gates", () => {
	for (const text of [
		"",
		"{",
		"[]",
		"null",
		'"Stop"',
		"{}",
		'{"hook_event_name":["Stop"]}',
		'{"a":{"hook_event_name":"Stop"}}',
	]) {
		assert.equal(classOf(text), "gate", text);
	}
	assert.equal(classify(Buffer.from([0xff, 0xfe])), "gate");
});

test("text from elsewhere is shown in one line without control or direction characters", () => {
	assert.equal(plain("/a\nb\u{1b}[2J\u{202e}c\u{200b}"), "/a\u{fffd}b\u{fffd}[2J\u{fffd}c\u{fffd}");
});

test("only the named variables leave the hook, and only where they are set and short", () => {
	const env = Object.fromEntries(ENV_NAMES.map((name) => [name, "x"]));
	const secrets = {
		ANTHROPIC_API_KEY: "s",
		CLAUDE_CODE_MESSAGING_TOKEN: "s",
		PATH: "/bin",
		HOME: "/root",
		SSH_CONNECTION: "1",
	};
	assert.deepEqual(namedEnv({ ...env, ...secrets }), env);
	assert.deepEqual(namedEnv({ CI: "y".repeat(4097), CLAUDE_PID: "1" }), { CLAUDE_PID: "1" });
});

test("options that come twice, are unknown or have no sense are refused", () => {
	const good = ["--home", "/h", "--agent", "claude-code"];
	assert.deepEqual(readOptions(good), { agent: "claude-code", home: "/h", deadlineMs: (86_400 - 30) * 1000 });
	assert.equal(readOptions([...good, "--deadline", "90"]).deadlineMs, 90_000);
	const bad = [
		[],
		["--home", "/h"],
		["--agent", "claude-code"],
		[...good, "--home", "/evil"],
		[...good, "--agent", "other"],
		[...good, "--inspect"],
		[...good, "rest"],
		["--home", "relative", "--agent", "claude-code"],
		["--home", "/h", "--agent", "../x"],
		["--home", "/h", "--agent"],
		...["0", "-1", "x", "86401", "NaN", ""].map((seconds) => [...good, "--deadline", seconds]),
	];
	for (const argv of bad) assert.throws(() => readOptions(argv), Error, argv.join(" "));
});

test("hook and gate agree on which recorded events only tell", () => {
	const folder = new URL("../../fixtures/claude-code/", import.meta.url);
	const names = readdirSync(folder).filter((name) => name.endsWith(".json"));
	assert.ok(names.length > 40);
	for (const name of names) {
		const payload = readFileSync(new URL(name, folder));
		// What the hook lets pass without a gate, the gate must not refuse unread; what waits for leave is neither.
		if (classify(payload) === "report") assert.equal(isReport(payload), true, name);
		if (/^(PreToolUse|PermissionRequest|ConfigChange)/.test(name)) {
			assert.deepEqual([isReport(payload), classify(payload) === "report"], [false, false], name);
		}
	}
});
