import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { isQuietRead } from "../../../src/bin/hook/quietRead.ts";
import { event, place } from "./support.ts";

const claude = { CLAUDE_CODE_ENTRYPOINT: "cli" };

test("plain reads inside the project need no decision", (t) => {
	const { folder } = place(t);
	mkdirSync(join(folder, "src"));
	writeFileSync(join(folder, "src", "a.ts"), "");
	const reads: [string, object][] = [
		["Read", { file_path: join(folder, "src/a.ts") }],
		["Read", { file_path: join(folder, "src/a.ts"), offset: 1, limit: 2 }],
		["LS", { path: folder }],
		["Glob", { pattern: "**/*.ts" }],
		["Glob", { pattern: "*.{ts,js}", path: join(folder, "src") }],
		["Grep", { pattern: "x" }],
		["Grep", { pattern: "x", path: join(folder, "src"), output_mode: "count", glob: "*.ts" }],
		["TodoWrite", { todos: [{ content: "x" }] }],
	];
	for (const [tool_name, tool_input] of reads) {
		const payload = Buffer.from(event({ cwd: folder, tool_name, tool_input }));
		assert.equal(
			isQuietRead("claude-code", claude, folder, payload),
			true,
			`${tool_name} ${JSON.stringify(tool_input)}`,
		);
	}
	assert.equal(
		isQuietRead("claude-code", claude, folder, Buffer.from(`${event({ tool_name: "TodoWrite", tool_input: {} })}\n`)),
		true,
	);
});

test("anything else is not taken for a plain read", (t) => {
	const { folder, dir } = place(t);
	for (const name of ["a.ts", ".env", "server.key", "my-secrets.txt", "prod.tfstate"])
		writeFileSync(join(folder, name), "");
	mkdirSync(join(folder, ".git"));
	writeFileSync(join(folder, ".git", "config"), "");
	writeFileSync(join(dir, "outside"), "");
	symlinkSync(join(dir, "outside"), join(folder, "link"));
	symlinkSync(join(folder, ".env"), join(folder, "innocent"));
	const file = join(folder, "a.ts");
	const others: [string, unknown][] = [
		["Read", { file_path: join(dir, "outside") }],
		["Read", { file_path: join(folder, "link") }],
		["Read", { file_path: join(folder, "innocent") }],
		["Read", { file_path: `${folder}/../outside` }],
		["Read", { file_path: `${folder}/./a.ts` }],
		["Read", { file_path: "a.ts" }],
		["Read", { file_path: join(folder, "absent") }],
		["Read", { file_path: join(folder, ".env") }],
		["Read", { file_path: join(folder, ".git/config") }],
		["Read", { file_path: join(folder, "server.key") }],
		["Read", { file_path: join(folder, "my-secrets.txt") }],
		["Read", { file_path: join(folder, "prod.tfstate") }],
		["Read", { file_path: [file] }],
		["Read", { file_path: file, run: "x" }],
		["Read", {}],
		["Read", [file]],
		["Read", null],
		["Read", file],
		["read", { file_path: file }],
		["ReadX", { file_path: file }],
		["Bash", { command: "ls" }],
		["Write", { file_path: file, content: "" }],
		["mcp__files__Read", { file_path: file }],
		["Grep", { pattern: "x", output_mode: "content" }],
		["Grep", { pattern: "x", path: dir }],
		["Grep", { pattern: "x", glob: "../*" }],
		["Glob", { pattern: "/etc/*" }],
		["Glob", { pattern: "../*" }],
		["Glob", { pattern: "**/.env" }],
		["Glob", { pattern: "{a,../b}" }],
		["Glob", { pattern: "~/x" }],
		["LS", {}],
		["constructor", { file_path: file }],
	];
	for (const [tool_name, tool_input] of others) {
		const payload = Buffer.from(event({ cwd: folder, tool_name, tool_input }));
		assert.equal(
			isQuietRead("claude-code", claude, folder, payload),
			false,
			`${tool_name} ${JSON.stringify(tool_input)}`,
		);
	}
});

test("a search without a path is in the agent's own folder, which must be inside the project", (t) => {
	const { folder, dir } = place(t);
	for (const [cwd, quiet] of [
		[folder, true],
		[dir, false],
		[undefined, false],
	]) {
		const payload = Buffer.from(event({ cwd, tool_name: "Glob", tool_input: { pattern: "*" } }));
		assert.equal(isQuietRead("claude-code", claude, folder, payload), quiet, String(cwd));
	}
});

test("a plain read of an unknown caller, of another event, or in an odd spelling is not one", (t) => {
	const { folder } = place(t);
	writeFileSync(join(folder, "a.ts"), "");
	const read = { tool_name: "Read", tool_input: { file_path: join(folder, "a.ts") } };
	const text = event(read);
	const is = (agent: string, env: NodeJS.ProcessEnv, payload: string) =>
		isQuietRead(agent, env, folder, Buffer.from(payload));
	assert.equal(is("claude-code", claude, text), true);
	assert.equal(is("codex", claude, text), false);
	assert.equal(is("claude-code", {}, text), false);
	assert.equal(is("claude-code", { ...claude, CURSOR_VERSION: "3" }, text), false);
	assert.equal(is("claude-code", claude, event({ ...read, hook_event_name: "ConfigChange" })), false);
	assert.equal(
		is("claude-code", claude, text.replace('"tool_name":"Read"', '"tool_name":"Bash","tool_name":"Read"')),
		false,
	);
	assert.equal(is("claude-code", claude, JSON.stringify(JSON.parse(text), null, 1)), false);
	assert.equal(is("claude-code", claude, `${text} {}`), false);
	assert.equal(is("claude-code", claude, ""), false);
});
