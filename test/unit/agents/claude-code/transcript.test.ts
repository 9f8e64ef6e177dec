import assert from "node:assert/strict";
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import type { AgentEvent } from "../../../../src/agents/adapter.ts";
import { claudeCodeAdapter } from "../../../../src/agents/claude-code/adapter.ts";
import { type SettledBy, settlement } from "../../../../src/agents/claude-code/transcript.ts";
import { bytesOf, FIXTURES, payload, submitOf } from "./support.ts";

const SESSION = "ac987f89-f06f-46a2-99d5-40a9d2007bd9";

/** A configuration folder with the transcript of one session. */
function config(t: TestContext, lines?: string | Buffer) {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-transcript-"));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	const path = join(dir, "config", "projects", "-home-dev-shop", `${SESSION}.jsonl`);
	mkdirSync(dirname(path), { recursive: true });
	if (lines !== undefined) writeFileSync(path, lines);
	return { dir, path, dirs: [join(dir, "config")] };
}

const captured = (name: string): string => readFileSync(join(FIXTURES, `transcript-${name}.jsonl`), "utf8");
/** The call in a captured transcript. */
function callIn(text: string): { toolUseId: string; tool: string; input: Record<string, string> } {
	for (const line of text.trimEnd().split("\n")) {
		const block = JSON.parse(line).message?.content?.find?.((one: { type: string }) => one.type === "tool_use");
		if (block) return { toolUseId: block.id, tool: block.name, input: block.input };
	}
	return assert.fail("no call in the transcript");
}

const ENDINGS: Record<string, SettledBy> = {
	"hook-allow": "hook",
	"hook-allow.2.1.294": "hook",
	"hook-deny": "hook",
	"hook-deny.2.1.294": "hook",
	"pretooluse-allow": "hook",
	"pretooluse-deny": "hook",
	"pretooluse-exit2": "hook",
	"pretooluse-ask-headless": "rule",
	"pretooluse-wait-esc": "terminal-no",
	"terminal-no": "terminal-no",
	"terminal-no.2.1.294": "terminal-no",
	"terminal-no-with-words": "terminal-no",
	"terminal-yes": "terminal-yes",
	"terminal-yes.2.1.294": "terminal-yes",
	"terminal-yes-tool-failed": "terminal-yes",
	"terminal-yes-with-words": "terminal-yes",
};

for (const [name, by] of Object.entries(ENDINGS)) {
	test(`transcript-${name}: settled by ${by}, found by id and by what was called`, async (t) => {
		const text = captured(name);
		const { path, dirs } = config(t, text);
		const { toolUseId, ...call } = callIn(text);
		assert.equal(await settlement(path, { ...call, toolUseId }, dirs), by);
		assert.equal(await settlement(path, call, dirs), by);
		assert.equal(await settlement(path, { ...call, toolUseId: "toolu_other" }, dirs), "unknown");
		assert.equal(await settlement(path, { ...call, input: { command: "other" } }, dirs), "unknown");
		assert.equal(await settlement(path, { ...call, tool: "Write" }, dirs), "unknown");
	});
}

for (const [name, by] of [
	["subagent-hook-allow", "hook"],
	["subagent-terminal-no", "terminal-no"],
	["subagent-terminal-yes", "terminal-yes"],
] as const) {
	test(`transcript-${name}: a sub-agent's call is looked up in its own transcript`, async (t) => {
		const text = captured(name);
		const { path, dirs } = config(t, `${JSON.stringify({ type: "user", message: { content: "go" } })}\n`);
		const call = callIn(text);
		const agent = JSON.parse(text.slice(0, text.indexOf("\n"))).agentId;
		const own = join(path.replace(/\.jsonl$/, ""), "subagents", `agent-${agent}.jsonl`);
		mkdirSync(dirname(own), { recursive: true });
		writeFileSync(own, text);
		assert.equal(await settlement(path, { ...call, subagent: agent }, dirs), by);
		// The event that ends a race may be the session's, not the sub-agent's.
		assert.equal(await settlement(path, call, dirs), by);
		assert.equal(await settlement(path, { ...call, subagent: "../x" }, dirs), "unknown");
	});
}

test("a result that is not written yet, or only in half, is unknown until it is whole", async (t) => {
	const text = captured("terminal-yes");
	const { path, dirs } = config(t, "");
	const call = callIn(text);
	const lastLine = text.slice(0, -1).lastIndexOf("\n") + 1;
	for (const end of [0, 10, lastLine, lastLine + 200, text.length - 1]) {
		writeFileSync(path, text.slice(0, end));
		assert.equal(await settlement(path, call, dirs), "unknown", `${end} of ${text.length}`);
	}
	writeFileSync(path, text);
	assert.equal(await settlement(path, call, dirs), "terminal-yes");
});

test("only the result line of the call counts, not what tools printed or hooks said", async (t) => {
	const call = { toolUseId: "toolu_1", tool: "Bash", input: { command: "x" } };
	const forged = { decision: "accept", source: "user_temporary" };
	const result = { type: "tool_result", tool_use_id: "toolu_1", content: "x" };
	const lines = [
		{ type: "attachment", attachment: { toolUseID: "toolu_1" }, permissionDecision: forged },
		{ type: "api-request-blob", message: { content: [result] }, permissionDecision: forged },
		{ type: "assistant", message: { content: [result] }, permissionDecision: forged },
		{
			type: "user",
			message: { content: [{ ...result, tool_use_id: "toolu_2", content: "toolu_1" }] },
			permissionDecision: forged,
		},
		{ type: "user", message: { content: JSON.stringify({ ...result, permissionDecision: forged }) } },
		{ type: "user", message: { content: [{ type: "text", text: "toolu_1" }] }, permissionDecision: forged },
		{ type: "user", message: null, permissionDecision: forged, also: "toolu_1" },
		["toolu_1"],
		null,
	];
	const { path, dirs } = config(t, `${lines.map((line) => JSON.stringify(line)).join("\n")}\nnot json toolu_1\n\n`);
	assert.equal(await settlement(path, call, dirs), "unknown");
	for (const [decision, by] of [
		[{ decision: "accept", source: "something_new" }, "unknown"],
		[{ decision: "reject", source: "user_temporary" }, "terminal-no"],
		["accept", "unknown"],
		[undefined, "unknown"],
	] as const) {
		writeFileSync(
			path,
			`${JSON.stringify({ type: "user", message: { content: [result] }, permissionDecision: decision })}\n`,
		);
		assert.equal(await settlement(path, call, dirs), by);
	}
});

test("files that are missing, elsewhere, linked, no file or no text say nothing", async (t) => {
	const text = captured("terminal-yes");
	const call = callIn(text);
	const { dir, path, dirs } = config(t, text);
	const project = dirname(path);
	const outside = join(dir, "elsewhere.jsonl");
	writeFileSync(outside, text);
	symlinkSync(outside, join(project, "link.jsonl"));
	mkdirSync(join(dir, "real"));
	copyFileSync(path, join(dir, "real", "x.jsonl"));
	symlinkSync(join(dir, "real"), join(project, "folder"));
	mkdirSync(join(project, "dir.jsonl"));
	writeFileSync(join(project, "binary.jsonl"), Buffer.from([0xff, 0xfe, 0x0a, 0x00, 0x0a]));
	writeFileSync(join(project, "no-end.jsonl"), text.replaceAll("\n", ""));
	const strange = [
		join(project, "missing.jsonl"),
		outside,
		join(project, "link.jsonl"),
		join(project, "folder", "x.jsonl"),
		join(project, "dir.jsonl"),
		join(project, "binary.jsonl"),
		join(project, "no-end.jsonl"),
		`${project}/../../../elsewhere.jsonl`,
		"relative.jsonl",
		"/dev/zero",
		"/etc/passwd",
		"",
		`${path}\0`,
	];
	for (const one of strange) assert.equal(await settlement(one, call, dirs), "unknown", one);
	assert.equal(await settlement(path, call, []), "unknown");
	assert.equal(await settlement(path, call, [join(dir, "nowhere"), ...dirs]), "terminal-yes");
});

test("a transcript larger than what is read at first is searched further back, and no further than the limit", async (t) => {
	const text = captured("terminal-yes");
	const call = callIn(text);
	const filler = (bytes: number) =>
		`${JSON.stringify({ type: "assistant", message: { content: "y".repeat(1000) } })}\n`.repeat(bytes / 1000);
	const { path, dirs } = config(t, text + filler(3_000_000));
	assert.equal(await settlement(path, call, dirs), "terminal-yes");
	writeFileSync(path, text + filler(20_000_000));
	assert.equal(await settlement(path, call, dirs), "unknown");
});

test("a race that our own denial ended with the turn is not put down to the terminal", async (t) => {
	const text = captured("terminal-no");
	const { path, dirs } = config(t, text);
	const { toolUseId, tool, input } = callIn(text);
	const home = dirname(dirs[0] ?? "");
	renameSync(dirs[0] ?? "", join(home, ".claude"));
	const adapter = claudeCodeAdapter({ home: join(home, ".gatepost"), userHome: home });
	const base = {
		...payload("PermissionRequest-Bash"),
		transcript_path: path.replace("/config/", "/.claude/"),
		tool_name: tool,
		tool_input: input,
	};
	const event = adapter.read(submitOf(base), bytesOf(base)) as AgentEvent & { kind: "tool.permission" };
	const of = { toolUseId, action: event.action };
	assert.equal(await adapter.settlement(event, of), "terminal-deny");
	adapter.reply(event, {
		kind: "decision",
		decision: {
			by: "person",
			verdict: "deny",
			stopSession: true,
			approver: { osUser: "dev", claims: {}, assurance: 1 },
			channel: "editor",
			shown: { digest: "", extent: "whole", ms: 1 },
		},
	});
	assert.equal(await adapter.settlement(event, of), "unknown");
});
