import assert from "node:assert/strict";
import { test } from "node:test";
import { callerOf } from "../../../../src/agents/claude-code/detect.ts";
import { payload, terminalEnv } from "./support.ts";

const bash = payload("PreToolUse-Bash");
const env = terminalEnv(bash);
/** As Cursor's own hook executor wrote it (SDK 1.0.32), shortened. */
const cursor = {
	conversation_id: "668320d2-2fd8-4888-b33c-2a466fec86e7",
	tool_name: "Shell",
	tool_input: { command: "npm install", cwd: "/home/dev/shop" },
	tool_use_id: "tool_abc123",
	cwd: "/home/dev/shop",
	session_id: "668320d2-2fd8-4888-b33c-2a466fec86e7",
	hook_event_name: "preToolUse",
	cursor_version: "3.6.0",
	workspace_roots: ["/home/dev/shop"],
	user_email: "dev@example.com",
	transcript_path: null,
};
/** As Copilot CLI 1.0.102 gave it to a hook in a project's Claude settings. */
const copilot = {
	hook_event_name: "PreToolUse",
	session_id: "d3f222cc-1422-4c97-8a95-2e0c608656af",
	timestamp: "2026-11-22T19:47:56.621Z",
	cwd: "/home/dev/shop",
	tool_name: "Bash",
	tool_input: { command: "touch ran.txt", description: "d" },
};

test("Claude Code's terminal is the one caller whose own prompt is known to block", () => {
	assert.deepEqual(callerOf(env, bash), { agent: "claude-code", label: "Claude Code", known: true, mode: "tui" });
});

test("other ways to run Claude Code are known and never taken for the terminal", () => {
	const modes = {
		headless: { CLAUDE_CODE_ENTRYPOINT: "sdk-cli", CLAUDE_CODE_SESSION_ATTENDED: "0" },
		unattendedCli: { CLAUDE_CODE_ENTRYPOINT: "cli", CLAUDE_CODE_SESSION_ATTENDED: "0" },
		attendedSdk: { CLAUDE_CODE_ENTRYPOINT: "sdk-cli", CLAUDE_CODE_SESSION_ATTENDED: "1" },
		vscode: { CLAUDE_CODE_ENTRYPOINT: "claude-vscode", CLAUDE_CODE_SESSION_ATTENDED: "1" },
		sdk: { CLAUDE_CODE_ENTRYPOINT: "sdk-ts" },
	};
	const found = Object.entries(modes).map(([name, more]) => {
		const { CLAUDE_CODE_SESSION_ATTENDED: _, ...rest } = env;
		const caller = callerOf({ ...rest, ...more }, bash);
		return [name, caller.agent, caller.known, caller.mode];
	});
	assert.deepEqual(found, [
		["headless", "claude-code", true, "headless"],
		["unattendedCli", "claude-code", true, "unknown"],
		["attendedSdk", "claude-code", true, "unknown"],
		["vscode", "claude-code", true, "unknown"],
		["sdk", "claude-code", true, "unknown"],
	]);
});

test("a version that does not say whether somebody attends is not raced", () => {
	const { CLAUDE_CODE_SESSION_ATTENDED: _, ...old } = env;
	assert.equal(callerOf(old, bash).mode, "unknown");
});

test("Cursor and Copilot are recognised by their payloads, even inside Claude Code's environment", () => {
	for (const around of [
		{},
		env,
		{ CLAUDE_PROJECT_DIR: "/home/dev/shop" },
		{ ...env, CLAUDE_CODE_SESSION_ID: cursor.session_id },
	]) {
		assert.deepEqual(callerOf(around, cursor).agent, "cursor");
		assert.deepEqual(callerOf(around, copilot).agent, "copilot");
	}
	assert.equal(callerOf({ ...env, CLAUDE_CODE_SESSION_ID: copilot.session_id }, copilot).agent, "copilot");
});

test("VS Code's chat is told apart but not proven", () => {
	const doc = {
		timestamp: "2026-02-09T10:30:00.000Z",
		hookEventName: "PreToolUse",
		sessionId: "s",
		transcript_path: "/path/transcript.json",
		cwd: "/ws",
		tool_name: "run_in_terminal",
		tool_input: { command: "npm test" },
		tool_use_id: "tool-123",
	};
	const { hookEventName, sessionId, ...rest } = doc;
	for (const payload of [doc, { ...rest, hook_event_name: hookEventName, session_id: sessionId }]) {
		const caller = callerOf(env, payload);
		assert.deepEqual([caller.agent, caller.known, caller.mode], ["vscode-chat", false, "unknown"]);
	}
});

test("whoever is not proven to be Claude Code is unknown", () => {
	const { CLAUDE_PID: _pid, ...noPid } = env;
	const { CLAUDE_CODE_ENTRYPOINT: _entry, ...noEntrypoint } = env;
	const { CLAUDE_CODE_SESSION_ID: _session, ...noSession } = env;
	const { transcript_path: _path, ...noTranscript } = bash;
	const { session_id: _id, ...noId } = bash;
	const strangers: [typeof env, typeof bash][] = [
		[{}, bash],
		[noPid, bash],
		[noEntrypoint, bash],
		[noSession, bash],
		[{ ...env, CLAUDE_PID: "x" }, bash],
		// A hook of another agent that was started from Claude Code's shell: another session.
		[{ ...env, CLAUDE_CODE_SESSION_ID: "another" }, bash],
		[env, noTranscript],
		[env, noId],
		[env, { ...bash, session_id: 7 }],
		[
			{ ...env, CLAUDE_CODE_SESSION_ID: "" },
			{ ...bash, session_id: "" },
		],
		[env, { ...bash, timestamp: 1795375805000 }],
		[env, {}],
	];
	for (const [around, of] of strangers) {
		const caller = callerOf(around, of);
		assert.deepEqual(
			[caller.agent, caller.known, caller.mode],
			["unknown", false, "unknown"],
			JSON.stringify(of).slice(0, 80),
		);
	}
});
