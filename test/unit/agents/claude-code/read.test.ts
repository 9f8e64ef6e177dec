import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type AgentEvent, PayloadError } from "../../../../src/agents/adapter.ts";
import { read } from "../../../../src/agents/claude-code/read.ts";
import { refuse, reply } from "../../../../src/agents/claude-code/reply.ts";
import type { JsonObject } from "../../../../src/protocol/canonical.ts";
import { bytesOf, payload, payloadNames, submitOf } from "./support.ts";

const readName = (name: string): AgentEvent => read(submitOf(payload(name)), bytesOf(payload(name)));
const readObject = (of: JsonObject): AgentEvent => read(submitOf(of), bytesOf(of));
const refusal = (of: JsonObject): string => {
	try {
		readObject(of);
		return "taken";
	} catch (error) {
		assert.ok(error instanceof PayloadError, String(error));
		return error.detail.code;
	}
};
const withTool = (tool: string, input: JsonObject, more: JsonObject = {}): JsonObject => ({
	...payload("PreToolUse-Bash"),
	tool_name: tool,
	tool_input: input,
	...more,
});
const actionOf = (event: AgentEvent) => {
	assert.ok("action" in event, event.kind);
	return event.action;
};

test("every captured payload is read, as what it means", () => {
	const kinds = Object.fromEntries(payloadNames().map((name) => [name, readName(name).kind]));
	const expected = (name: string): AgentEvent["kind"] => {
		if (/^PreToolUse-(AskUserQuestion|ExitPlanMode)/.test(name)) return "question";
		const start: [RegExp, AgentEvent["kind"]][] = [
			[/^PreToolUse-/, "tool.before"],
			[/^PermissionRequest-/, "tool.permission"],
			[/^PostToolUse/, "tool.after"],
			[/^UserPromptSubmit/, "prompt"],
			[/^SessionStart/, "session.start"],
			[/^SessionEnd/, "session.end"],
			[/^Stop/, "turn.end"],
			[/^SubagentStart/, "subagent.start"],
			[/^SubagentStop/, "subagent.end"],
		];
		return start.find(([pattern]) => pattern.test(name))?.[1] ?? "note";
	};
	assert.ok(payloadNames().length >= 49);
	for (const [name, kind] of Object.entries(kinds)) assert.equal(kind, expected(name), name);
});

test("each tool is the kind of action it is, and what is not known is other", () => {
	const kinds: Record<string, string> = {
		Bash: "shell",
		PowerShell: "shell",
		Monitor: "shell",
		Edit: "edit",
		NotebookEdit: "edit",
		Write: "write",
		Read: "read",
		NotebookRead: "read",
		Grep: "read",
		Glob: "read",
		LS: "read",
		WebFetch: "fetch",
		WebSearch: "fetch",
		mcp__srv__tool: "mcp",
		ReadMcpResourceTool: "mcp",
		Agent: "spawn",
		Task: "spawn",
		TodoWrite: "other",
		ToolSearch: "other",
		Skill: "other",
		Workflow: "other",
		SendMessage: "other",
		TaskStop: "other",
		KillShell: "other",
		read: "other",
		"Read ": "other",
		constructor: "other",
		__proto__: "other",
		SomethingNew: "other",
	};
	for (const [tool, kind] of Object.entries(kinds))
		assert.equal(actionOf(readObject(withTool(tool, {}))).kind, kind, tool);
});

test("paths are absolute and lexically normal, from wherever the agent says it is", () => {
	const paths = (tool: string, input: JsonObject) =>
		actionOf(readObject(withTool(tool, input, { cwd: "/home/dev/shop/sub" }))).paths;
	assert.deepEqual(paths("Write", { file_path: "/a/./b/../c//d.txt", content: "" }), ["/a/c/d.txt"]);
	assert.deepEqual(paths("Edit", { file_path: "../x.txt" }), ["/home/dev/shop/x.txt"]);
	assert.deepEqual(paths("NotebookEdit", { notebook_path: "n.ipynb" }), ["/home/dev/shop/sub/n.ipynb"]);
	assert.deepEqual(paths("Grep", { pattern: "x" }), []);
	assert.deepEqual(paths("Grep", { pattern: "x", path: ".." }), ["/home/dev/shop"]);
	assert.deepEqual(paths("Bash", { command: "cat /etc/passwd", file_path: "/x" }), []);
	assert.equal(actionOf(readObject(withTool("Bash", { command: "x" }, { cwd: "/a/b/../c" }))).cwd, "/a/c");
});

test("a call's ids, mode, prompt and the agent's own words are kept", () => {
	const event = readName("PreToolUse-Bash.subagent");
	assert.equal(event.kind, "tool.before");
	assert.equal(event.subagent, "acd5c43cc8be72e59");
	assert.equal(event.permissionMode, "bypassPermissions");
	assert.equal(event.promptId, "c38529aa-c9ab-4105-9032-e52cd4ae4a05");
	assert.equal(event.kind === "tool.before" && event.toolUseId, "toolu_fake0000180");
	const described = readName("PreToolUse-Bash");
	assert.equal(described.kind === "tool.before" && described.description, "Write b.txt");
	const mcp = readObject(withTool("mcp__tracker__create", { description: "the issue's text" }));
	assert.equal(mcp.kind === "tool.before" && mcp.description, undefined);
});

test("what ran is reported with its whole input and result, failed or not", () => {
	const done = readName("PostToolUse-mcp__echo__echo");
	assert.ok(done.kind === "tool.after");
	assert.deepEqual([done.outcome, done.toolUseId, done.action.kind], ["done", "toolu_fake0000120", "mcp"]);
	assert.deepEqual(done.response, { result: payload("PostToolUse-mcp__echo__echo").tool_response, duration_ms: 9 });
	const failed = readName("PostToolUseFailure-Bash");
	assert.ok(failed.kind === "tool.after");
	assert.deepEqual(
		[failed.outcome, failed.response],
		["failed", { error: "Exit code 3", is_interrupt: false, duration_ms: 11 }],
	);
});

test("a question with its own answers is an action like any other", () => {
	const { questions } = payload("PreToolUse-AskUserQuestion").tool_input as JsonObject;
	assert.equal(readObject(withTool("AskUserQuestion", { questions: questions ?? null })).kind, "question");
	const answered = readObject(
		withTool("AskUserQuestion", { questions: questions ?? null, answers: { "Which color?": "Red" } }),
	);
	assert.deepEqual([answered.kind, actionOf(answered).kind], ["tool.before", "other"]);
});

test("a change of configuration says which file", () => {
	const common = payload("Stop");
	const event = readObject({
		...common,
		hook_event_name: "ConfigChange",
		source: "user_settings",
		file_path: "/x/settings.json",
	});
	assert.ok(event.kind === "config.change");
	assert.deepEqual([event.source, event.filePath], ["user_settings", "/x/settings.json"]);
});

test("Cursor's events are read as what they mean", () => {
	const cursor = (hook_event_name: string, more: JsonObject): AgentEvent =>
		readObject({
			session_id: "s",
			hook_event_name,
			cursor_version: "3.6.0",
			workspace_roots: ["/w"],
			transcript_path: null,
			cwd: "",
			...more,
		});
	const shell = cursor("preToolUse", { tool_name: "Shell", tool_input: { command: "npm install" }, tool_use_id: "t" });
	assert.deepEqual(
		[shell.kind, actionOf(shell).kind, shell.caller.agent, shell.name],
		["tool.before", "shell", "cursor", "preToolUse"],
	);
	assert.equal(actionOf(shell).cwd, "/home/dev/shop");
	const remove = cursor("preToolUse", { tool_name: "Delete", tool_input: { file_path: "/w/a.ts" } });
	assert.deepEqual([actionOf(remove).kind, actionOf(remove).paths], ["delete", ["/w/a.ts"]]);
	assert.equal(actionOf(cursor("preToolUse", { tool_name: "MCP:query", tool_input: { sql: "x" } })).kind, "mcp");
	assert.equal(actionOf(cursor("preToolUse", { tool_name: "WriteShellStdin", tool_input: {} })).kind, "other");
	assert.equal(cursor("postToolUse", { tool_name: "Shell", tool_input: {}, tool_output: "{}" }).kind, "tool.after");
	assert.equal(cursor("beforeSubmitPrompt", { prompt: "Fix" }).kind, "prompt");
	assert.equal(cursor("stop", { status: "completed" }).kind, "turn.end");
	assert.equal(cursor("subagentStart", { subagent_id: "sub-1", subagent_type: "x" }).kind, "subagent.start");
});

test("payloads with missing or wrong members are refused by name", () => {
	const bash = payload("PreToolUse-Bash");
	const without = (member: string): JsonObject =>
		Object.fromEntries(Object.entries(bash).filter(([key]) => key !== member));
	const cases: [JsonObject, string][] = [
		[{}, "payload.member"],
		[without("hook_event_name"), "payload.member"],
		[without("tool_name"), "payload.member"],
		[without("tool_input"), "payload.member"],
		[{ ...bash, hook_event_name: "NoSuchEvent" }, "payload.event"],
		[{ ...bash, hook_event_name: "toString" }, "payload.event"],
		[{ ...bash, hook_event_name: 1 }, "payload.member"],
		[{ ...bash, tool_name: "" }, "payload.member"],
		[{ ...bash, tool_name: "x".repeat(201) }, "payload.member"],
		[{ ...bash, tool_name: ["Bash"] }, "payload.member"],
		[{ ...bash, tool_input: "rm" }, "payload.member"],
		[{ ...bash, tool_input: [] }, "payload.member"],
		[{ ...bash, tool_input: null }, "payload.member"],
		[{ ...bash, tool_use_id: 5 }, "payload.member"],
		[{ ...bash, session_id: {} }, "payload.member"],
		[{ ...bash, cwd: 1 }, "payload.member"],
		[{ ...bash, cwd: "/a\0b" }, "payload.member"],
		[{ ...bash, agent_id: [] }, "payload.member"],
		[withTool("Write", { file_path: 1, content: "" }), "payload.path"],
		[withTool("Write", { file_path: "/a\0b", content: "" }), "payload.path"],
		[withTool("Write", { file_path: "", content: "" }), "payload.path"],
		[withTool("Write", { file_path: `/${"x".repeat(5000)}`, content: "" }), "payload.path"],
		[{ ...payload("UserPromptSubmit"), prompt: 1 }, "payload.member"],
		[{ ...payload("SubagentStart"), agent_id: null }, "payload.member"],
	];
	for (const [of, code] of cases) assert.equal(refusal(of), code, JSON.stringify(of).slice(0, 120));
});

test("no payload makes the reader throw anything but PayloadError, and none of them is answered with an allow", () => {
	const names = payloadNames();
	const allowed = /"permissionDecision":"allow"|"behavior":"allow"/;
	const check = (env: ReturnType<typeof submitOf>, bytes: Buffer): void => {
		let answer: { stdout: string; exit: number };
		try {
			answer = reply(read(env, bytes), { kind: "none" });
		} catch (error) {
			assert.ok(error instanceof PayloadError, String(error));
			answer = refuse("unreadable");
			assert.equal(answer.exit, 2);
		}
		assert.doesNotMatch(answer.stdout, allowed);
	};
	// Members taken away, replaced by anything, added; text cut and bytes flipped.
	const anything = fc.jsonValue({ maxDepth: 3 });
	fc.assert(
		fc.property(
			fc.constantFrom(...names),
			fc.array(fc.tuple(fc.nat(40), fc.option(anything)), { maxLength: 4 }),
			(name, edits) => {
				const of = payload(name);
				const keys = Object.keys(of);
				for (const [at, value] of edits) {
					const key = keys[at % keys.length] as string;
					if (value === null) delete of[key];
					else of[key] = JSON.parse(JSON.stringify(value));
				}
				check(submitOf(payload(name)), bytesOf(of));
			},
		),
		{ numRuns: 600 },
	);
	fc.assert(
		fc.property(fc.constantFrom(...names), fc.nat(), fc.nat(255), fc.boolean(), (name, at, byte, cut) => {
			const bytes = bytesOf(payload(name));
			const place = at % bytes.length;
			if (!cut) bytes[place] = byte;
			check(submitOf(payload(name)), cut ? bytes.subarray(0, place) : bytes);
		}),
		{ numRuns: 600 },
	);
});
