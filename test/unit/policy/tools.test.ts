import assert from "node:assert/strict";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import type { ActionKind, JsonObject } from "../../../src/actions/action.ts";
import { openPolicy } from "../../../src/policy/decide.ts";
import { ENTRIES } from "../../../src/policy/floor/table/index.ts";
import { FLOOR_DIGEST } from "../../../src/policy/floor.ts";
import { aimsAtSecrets, expandBraces } from "../../../src/policy/globs.ts";
import { PLACES } from "../../../src/policy/guard/places.ts";
import { Ground, say } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

const judge = (kind: ActionKind, tool: string, input: JsonObject, cwd?: string) =>
	ground.judge(ground.action(kind, tool, input, [], cwd));

test("what reaches the network, and tools of MCP servers, ask", async () => {
	assert.equal(say(await judge("fetch", "WebFetch", { url: "https://example.com" })), "ask why.network");
	assert.equal(say(await judge("mcp", "mcp__srv__list", {})), "ask why.tool");
});

test("edits ask, and say what else is to be seen", async () => {
	const path = join(ground.outside, "x");
	const verdict = await ground.write(path);
	assert.deepEqual(
		verdict.why.map(({ code }) => code),
		["why.changesFiles", "why.outside"],
	);
	const secret = await ground.write(join(ground.ws, ".env"));
	assert.deepEqual(
		secret.why.map(({ code }) => code),
		["why.changesFiles", "why.sensitive"],
	);
});

test("a sub-agent that comes with the agent is started unasked", async () => {
	const input = { description: "d", prompt: "p", run_in_background: true, model: "haiku" };
	for (const tool of ["Agent", "Task"]) {
		assert.equal(say(await judge("spawn", tool, input)), "allow why.spawn");
		assert.equal(say(await judge("spawn", tool, { ...input, subagent_type: "Explore" })), "allow why.spawn");
	}
});

test("a sub-agent elsewhere, with another mode, of another type or by another tool asks", async () => {
	const input = { description: "d", prompt: "p" };
	const strange: JsonObject[] = [{ isolation: "worktree" }, { isolation: "remote" }, { mode: "bypassPermissions" }];
	for (const more of [...strange, { hooks: false }]) {
		assert.equal(say(await judge("spawn", "Agent", { ...input, ...more })), "ask why.toolInput");
	}
	for (const type of ["my-own", "explore", "toString", "plugin:x"]) {
		assert.equal(say(await judge("spawn", "Agent", { ...input, subagent_type: type })), "ask why.agentType");
	}
	assert.equal(say(await judge("spawn", "Agent", { ...input, subagent_type: 7 })), "ask why.agentType");
	assert.equal(say(await judge("spawn", "Workflow", input)), "ask why.tool");
});

test("where the project defines sub-agents, starting any asks: a definition can take a built-in type's place", async () => {
	const other = await Ground.make();
	const spawn = (cwd: string) => other.judge(other.action("spawn", "Agent", { prompt: "p" }, [], cwd));
	await other.file("home/.claude/agents/mine.md");
	assert.equal(say(await spawn(other.ws)), "allow why.spawn", "the user's own folder does not count");
	await mkdir(join(other.ws, "sub/.claude/agents"), { recursive: true });
	assert.equal(say(await spawn(join(other.ws, "sub"))), "allow why.spawn", "an empty folder defines nothing");
	await other.file("ws/sub/.claude/agents/deep/general-purpose.md");
	assert.equal(say(await spawn(join(other.ws, "sub/src"))), "ask why.agentDefinition");
	assert.equal(say(await spawn(other.ws)), "allow why.spawn");
	const inHome = await other.file("home/proj/x");
	const below = { ...other.action("spawn", "Agent", { prompt: "p" }), root: dirname(inHome), cwd: dirname(inHome) };
	assert.equal(say(await other.judge(below)), "allow why.spawn", "nor where the project lies below it");
	await other.file("ws/.claude/agents/x.md");
	assert.equal(say(await spawn(other.outside)), "ask why.agentDefinition");
	await other.remove();
});

test("an agent's own books need nobody; tools that only look like them ask", async () => {
	assert.equal(say(await judge("other", "TodoWrite", { todos: [] })), "allow why.bookkeeping");
	assert.equal(say(await judge("other", "TaskList", {})), "allow why.bookkeeping");
	assert.equal(say(await judge("other", "ToolSearch", { query: "x", max_results: 5 })), "allow why.bookkeeping");
	assert.equal(say(await judge("other", "TaskList", { path: "x" })), "ask why.toolInput");
	for (const tool of [
		"Skill",
		"SlashCommand",
		"TaskStop",
		"Workflow",
		"CronCreate",
		"EnterWorktree",
		"SendMessage",
		"todowrite",
		"valueOf",
	]) {
		assert.equal(say(await judge("other", tool, {})), "ask why.tool", tool);
	}
	assert.equal(say(await judge("mcp", "TodoWrite", { todos: [] })), "ask why.tool");
});

test("a question to the agent's own user passes; one that brings its own answers asks", async () => {
	assert.equal(say(await judge("other", "AskUserQuestion", { questions: [] })), "allow why.ownPrompt");
	assert.equal(say(await judge("other", "ExitPlanMode", {})), "allow why.ownPrompt");
	assert.equal(say(await judge("other", "AskUserQuestion", { questions: [], answers: {} })), "ask why.toolInput");
});

test("beside a foreign hook or with an unknown caller nothing is allowed, not even a read", async () => {
	const cases: [ActionKind, string, JsonObject][] = [
		["read", "Read", { file_path: join(ground.ws, "src/a.ts") }],
		["shell", "Bash", { command: "ls" }],
		["spawn", "Agent", { prompt: "p" }],
		["other", "TodoWrite", { todos: [] }],
	];
	for (const [kind, tool, input] of cases) {
		const action = ground.action(kind, tool, input);
		assert.match(say(await ground.judge(action)), /^allow /);
		const foreign = await ground.judge(action, { foreignHooks: [".claude/settings.json"] });
		assert.equal(say(foreign), "ask why.foreignHook");
		assert.deepEqual(foreign.why[0]?.args, { source: ".claude/settings.json" });
		assert.equal(say(await ground.judge(action, { callerKnown: false })), "ask why.unknownAgent");
	}
});

test("the gate without a folder allows no reads", async () => {
	const read = ground.action("read", "Read", { file_path: join(ground.ws, "src/a.ts") });
	assert.equal(say(await ground.judge(read, { folders: [] })), "ask why.outside");
	assert.equal(say(await ground.shell("cat src/a.ts", ground.ws, { folders: [] })), "ask why.outside");
});

test("what the policy cannot judge asks in the strictest way", async () => {
	const broken = ground.action("read", "Read", { file_path: join(ground.ws, "src/a.ts") });
	const verdict = await ground.judge({ ...broken, paths: undefined as unknown as string[] });
	assert.equal(say(verdict), "guard ask why.trouble");
});

test("the digest names the policy: the same for the same tables, hex SHA-256", () => {
	assert.match(openPolicy().digest, /^[0-9a-f]{64}$/);
	assert.equal(openPolicy().digest, openPolicy({ guard: { pathFolders: [] } }).digest);
});

/** The floor's digest as a fresh start would have it, on the tables as they are now. */
async function freshDigest(name: string): Promise<string> {
	const module = new URL(`../../../src/policy/floor.ts?${name}`, import.meta.url).href;
	const { FLOOR_DIGEST: digest } = (await import(module)) as { FLOOR_DIGEST: string };
	return digest;
}

test("the digest changes with the tables", async () => {
	assert.equal(openPolicy().digest, FLOOR_DIGEST);
	assert.equal(await freshDigest("unchanged"), FLOOR_DIGEST);
	const ls = ENTRIES.get("ls");
	assert.ok(ls !== undefined);
	const { options } = ls;
	ls.options = `${options} --new`;
	const other = await freshDigest("option");
	ls.options = options;
	assert.notEqual(other, FLOOR_DIGEST);
	const place = PLACES[0] as { what: string } | undefined;
	assert.ok(place !== undefined);
	const { what } = place;
	place.what = "something else";
	assert.notEqual(await freshDigest("place"), FLOOR_DIGEST);
	place.what = what;
	assert.equal(await freshDigest("restored"), FLOOR_DIGEST);
});

test("globs: aiming at secrets is seen through brackets, braces and wildcards; broad ones are not aiming", () => {
	const aiming = [
		".env",
		".env*",
		"**/.env.*",
		".[e]nv",
		"?env",
		"*env",
		"{a,.env}",
		"{{.env,b},c}",
		"*.pem",
		"id_*",
		"cred*.json",
	];
	aiming.push(
		"secrets.*",
		".ssh/*",
		"**/.aws/**",
		".*",
		"*.{key,ts}",
		"{",
		"a}",
		"x".repeat(2000),
		"@(.env)",
		".en\\v",
	);
	for (const glob of aiming) assert.equal(aimsAtSecrets(glob, false), true, glob);
	const broad = [
		"*",
		"**",
		"**/*",
		"*.*",
		"*.ts",
		"src/**/*.{ts,tsx}",
		"*.json",
		"**/*.yaml",
		"README*",
		"test_*.py",
		"*.d.ts",
	];
	for (const glob of broad) assert.equal(aimsAtSecrets(glob, false), false, glob);
	for (const glob of ["*", "**", "**/*", "*.*"]) assert.equal(aimsAtSecrets(glob, true), true, glob);
	assert.equal(expandBraces("{a,b}".repeat(10)), undefined);
	assert.deepEqual(expandBraces("x{a,b}y")?.sort(), ["xay", "xby"]);
});

test("how long a read and a command take is printed", async (t) => {
	const rounds = 300;
	for (const [name, action] of Object.entries({
		read: ground.action("read", "Read", { file_path: join(ground.ws, "src/a.ts") }),
		"allowed command": ground.action("shell", "Bash", { command: "ls -la src" }),
		"asked command": ground.action("shell", "Bash", { command: "npm run build && npm test" }),
	})) {
		await ground.judge(action);
		const start = performance.now();
		for (let round = 0; round < rounds; round += 1) assert.ok((await ground.judge(action)).why.length > 0);
		t.diagnostic(`${name}: ${((performance.now() - start) / rounds).toFixed(3)} ms`);
	}
});
