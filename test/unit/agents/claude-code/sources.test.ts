import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { readFlags } from "../../../../src/agents/claude-code/claudeProcess.ts";
import { eventsIn, headOf } from "../../../../src/agents/claude-code/definitions.ts";
import { Looker } from "../../../../src/agents/claude-code/looker.ts";
import { HookSources, readSources, type Sources } from "../../../../src/agents/claude-code/sources.ts";
import { definition, hookSetting } from "./hookSetting.ts";

type Setting = ReturnType<typeof hookSetting>;
type Running = Parameters<typeof readSources>[3];

const process = (args: string[] = [], more: object = {}): Running => ({
	...{ pid: 1, args: ["claude", ...args], cwd: undefined, configDir: undefined, home: undefined },
	...{ switches: [], pluginDirs: undefined },
	...more,
});
const read = (at: Setting, running?: Running, root = at.root) =>
	readSources(new Looker(), at.options, { root }, running);
const foreignEntry = { type: "command", command: "./evil.sh" };
const foreign = (sources: Sources) =>
	sources.hooks.filter(({ ours }) => !ours).map(({ source, event }) => `${source.kind} ${event}`);

test("hooks of user, project, personal, managed and command line settings are found", () => {
	using at = hookSetting();
	at.installed();
	at.write("project/.claude/settings.json", at.pre(foreignEntry));
	at.write("project/.claude/settings.local.json", at.pre(foreignEntry));
	at.write("etc/managed-settings.json", at.pre(foreignEntry));
	at.write("etc/managed-settings.d/10-more.json", at.pre(foreignEntry));
	const flag = at.write("flag.json", at.pre(foreignEntry));
	const found = read(at, process(["--settings", flag, `--settings=${JSON.stringify(at.pre(foreignEntry))}`]));
	assert.deepEqual(foreign(found), [
		...["project PreToolUse", "local PreToolUse", "flag PreToolUse", "flag PreToolUse"],
		...["managed PreToolUse", "managed PreToolUse"],
	]);
	assert.equal(found.hooks.filter(({ ours }) => ours).length, 1);
});

test("an entry with our marker that runs something else is not ours", () => {
	using at = hookSetting();
	const forgeries = [
		{ ...at.entry, command: "./evil.sh" },
		{ ...at.entry, args: ["claude-code", "--home", "/tmp/evil"] },
		{ ...at.entry, args: ["codex"] },
		{ ...at.entry, args: undefined, command: `${at.launcher} claude-code; ./evil.sh` },
		{ ...at.entry, type: "http", url: "http://127.0.0.1/" },
	];
	for (const entry of forgeries) {
		at.write("project/.claude/settings.json", at.pre(entry));
		assert.deepEqual(foreign(read(at)), ["project PreToolUse"], JSON.stringify(entry));
	}
});

test("a settings file in UTF-16 is read as Claude Code reads it", () => {
	using at = hookSetting();
	at.write("project/.claude/settings.json", Buffer.from(`\ufeff${JSON.stringify(at.pre(foreignEntry))}`, "utf16le"));
	assert.deepEqual(foreign(read(at)), ["project PreToolUse"]);
	at.write("project/.claude/settings.json", `\ufeff${JSON.stringify(at.pre(foreignEntry))}`);
	assert.deepEqual(foreign(read(at)), ["project PreToolUse"]);
});

test("a file that does not parse is ignored by the agent; one that cannot be read may not be", () => {
	using at = hookSetting();
	const file = at.write("project/.claude/settings.json", "{ // comment\n}");
	const why = () => read(at).unread.map(({ why, detail }) => `${why}: ${detail}`);
	assert.deepEqual(why(), ["invalid: it is not a JSON object"]);
	writeFileSync(file, "[]");
	assert.deepEqual(why(), ["invalid: it is not a JSON object"]);
	writeFileSync(file, " ".repeat(5 * 1024 * 1024));
	assert.deepEqual(why(), ["unread: too big"]);
	rmSync(file);
	execFileSync("mkfifo", [file]);
	assert.deepEqual(why(), ["unread: not a file"]);
	rmSync(file);
	symlinkSync(file, file);
	assert.deepEqual(why(), ["unread: error"]);
	rmSync(file);
	writeFileSync(file, `{"a":${"[".repeat(1_000_000)}${"]".repeat(1_000_000)}}`);
	assert.deepEqual(why(), ["unread: nested too deeply"]);
	writeFileSync(file, "\n");
	assert.deepEqual(why(), []);
});

test("the personal settings of the git root and of the main worktree count in a folder below", () => {
	using at = hookSetting();
	const local = at.pre(foreignEntry);
	at.write("project/.git/HEAD", "ref: x");
	at.write("project/.claude/settings.local.json", local);
	at.write("project/.claude/settings.json", local);
	at.write("project/sub/x", "");
	// Shared settings of a folder above do not count (measured).
	assert.deepEqual(foreign(read(at, undefined, join(at.root, "sub"))), ["local PreToolUse"]);
	at.write("project/.git/worktrees/wt/commondir", "../..\n");
	const worktree = join(at.dir, "wt");
	at.write("wt/.git", `gitdir: ${at.root}/.git/worktrees/wt\n`);
	assert.deepEqual(foreign(read(at, undefined, worktree)), ["local PreToolUse"]);
});

test("hooks in the heads of agents, commands and skills are found, in the project, above it, and in added folders", () => {
	using at = hookSetting();
	at.write("project/.git/HEAD", "ref: x");
	at.write("above/.claude/skills/a/SKILL.md", definition("./evil.sh"));
	at.write("project/.claude/skills/a/SKILL.md", definition("./evil.sh"));
	at.write("project/sub/.claude/agents/deep/er/a.md", definition("./evil.sh", "PermissionRequest"));
	at.write("project/sub/.claude/commands/x.MD", definition("./evil.sh", "SessionStart"));
	at.write("project/sub/.claude/commands/fine.md", definition("./fine.sh", "Stop"));
	at.write("user/.claude/agents/mine.md", definition("./mine.sh"));
	at.write("added/.claude/skills/a/SKILL.md", definition("./evil.sh"));
	const found = read(at, process(["--add-dir", join(at.dir, "added")]), join(at.root, "sub"));
	assert.deepEqual(
		found.hooks.map(({ source, event }) => [source.file.slice(at.dir.length + 1), event, source.fromProject]),
		[
			["user/.claude/agents/mine.md", "PreToolUse", false],
			["project/sub/.claude/agents/deep/er/a.md", "PermissionRequest", true],
			["project/sub/.claude/commands/x.MD", "SessionStart", true],
			["project/.claude/skills/a/SKILL.md", "PreToolUse", true],
			["added/.claude/skills/a/SKILL.md", "PreToolUse", true],
		],
	);
});

test("a head that may spell hooks in another way counts as one", () => {
	const hooks = (head: string) => eventsIn(headOf(`---\n${head}\n---\nBody`) ?? "");
	assert.deepEqual(hooks("name: a\ndescription: about hooks: and PreToolUse"), []);
	assert.deepEqual(hooks("name: a\nhooks:\n  Stop:\n    - hooks: []"), []);
	assert.deepEqual(hooks("name: a\nhooks:\n  PreToolUse:\n    - hooks: []"), ["PreToolUse"]);
	assert.deepEqual(hooks('hooks: {"PreToolUse": []}'), ["PreToolUse"]);
	assert.deepEqual(hooks("  name: a\n  hooks:\n    PreToolUse: []"), ["PreToolUse"]);
	for (const odd of [
		'"ho\\u006fks":\n  PreToolUse: []',
		"{hooks: {PreToolUse: []}}",
		"? hooks\n: PreToolUse: []",
		"x: &a\n  hooks: {}\n<<: *a",
		"!!str hooks: {}",
		'hooks:\n  "Pre\\u0054oolUse": []',
		"hooks: *a",
		"%YAML 1.2",
	]) {
		assert.deepEqual(hooks(odd), ["*"], odd);
	}
	assert.deepEqual(eventsIn(headOf(`---\nhooks:\n  PreToolUse:\n`) ?? ""), ["PreToolUse"], "without an end");
	assert.deepEqual(eventsIn(headOf("--- \nname: x\n---not the end\nhooks:\n  PreToolUse: []\n---\n") ?? ""), ["*"]);
	assert.equal(headOf("# A title\n---\nhooks:\n---"), undefined);
});

test("plugins that settings enable bring hooks from their files, manifest, marketplace and skills", () => {
	using at = hookSetting();
	const market = join(at.dir, "market");
	at.write("project/.claude/settings.json", {
		enabledPlugins: { "p@m": true, "off@m": false, "agents-md@builtin": true },
		extraKnownMarketplaces: { m: { source: { source: "directory", path: market } } },
	});
	at.write("market/.claude-plugin/marketplace.json", {
		plugins: [
			{ name: "p", source: "./plugins/p", hooks: { PermissionRequest: [{ hooks: [foreignEntry] }] } },
			{ name: "off", source: "./plugins/off" },
		],
	});
	at.write("market/plugins/p/hooks/hooks.json", { ...at.pre(foreignEntry), modules: ["./m.ts"] });
	at.write("market/plugins/p/.claude-plugin/plugin.json", {
		hooks: ["./more.json", { Setup: [{ hooks: [foreignEntry] }] }],
	});
	at.write("market/plugins/p/more.json", { hooks: { CwdChanged: [{ hooks: [foreignEntry] }] } });
	at.write("market/plugins/p/skills/s/SKILL.md", definition("./evil.sh"));
	at.write("market/plugins/off/hooks/hooks.json", at.pre(foreignEntry));
	const found = read(at);
	assert.deepEqual(foreign(found), [
		...["plugin PermissionRequest", "plugin PreToolUse", "plugin *", "plugin CwdChanged", "plugin Setup"],
		"definition PreToolUse",
	]);
	assert.ok(found.hooks.every(({ source }) => source.fromProject));
});

test("an installed plugin is read where it is installed; who switched it off last counts", () => {
	using at = hookSetting();
	const installPath = join(at.dir, "user/.claude/plugins/cache/m/p/1.0.0");
	at.write("user/.claude/plugins/installed_plugins.json", { version: 2, plugins: { "p@m": [{ installPath }] } });
	at.write("user/.claude/plugins/cache/m/p/1.0.0/hooks/hooks.json", at.pre(foreignEntry));
	at.write("user/.claude/settings.json", { enabledPlugins: { "p@m": true } });
	assert.deepEqual(foreign(read(at)), ["plugin PreToolUse"]);
	assert.equal(read(at).hooks[0]?.source.fromProject, false);
	at.write("project/.claude/settings.local.json", { enabledPlugins: { "p@m": false } });
	assert.deepEqual(foreign(read(at)), []);
});

test("plugins of the command line are read; archives, addresses and agents given there are marked unread", () => {
	using at = hookSetting();
	at.write("pd/one/.claude-plugin/plugin.json", {});
	at.write("pd/one/hooks/hooks.json", at.pre(foreignEntry));
	const found = read(
		at,
		process(
			[
				"--plugin-dir",
				join(at.dir, "pd"),
				"--plugin-dir=x.zip",
				"--plugin-url",
				"https://x",
				"--agents",
				'{"a":{"hooks":{}}}',
			],
			{ pluginDirs: "/x" },
		),
	);
	assert.deepEqual(foreign(found), ["plugin PreToolUse"]);
	assert.deepEqual(
		found.unread.map(({ source }) => source.file),
		["--plugin-url", "--plugin-url", "CLAUDE_CODE_PLUGIN_DIRS", "--agents"],
	);
	assert.deepEqual(read(at, process(["--agents", '{"a":{"prompt":"x"}}'])).unread, []);
});

test("variables are graded by what they put at risk, and their values are not kept", () => {
	using at = hookSetting();
	const env = { LD_PRELOAD: "x.so", PATH: "/evil", GIT_SSH_COMMAND: "evil", HTTPS_PROXY: "http://secret", MODEL: "m" };
	at.write("project/.claude/settings.json", { env });
	const found = read(at);
	assert.deepEqual(
		found.env.map(({ name, grade }) => [name, grade]),
		[
			["LD_PRELOAD", "disarms"],
			["PATH", "disarms"],
			["GIT_SSH_COMMAND", "redirects"],
			["HTTPS_PROXY", "notice"],
		],
	);
	assert.doesNotMatch(JSON.stringify(found.env), /secret|evil/);
	for (const name of [
		"NODE_OPTIONS",
		"DYLD_INSERT_LIBRARIES",
		"BASH_ENV",
		"ENV",
		"SHELL",
		"HOME",
		"CLAUDE_CONFIG_DIR",
	]) {
		at.write("project/.claude/settings.json", { env: { [name]: "x" } });
		assert.equal(read(at).env[0]?.grade, "disarms", name);
	}
});

test("a digest covers the entry and the script it names", () => {
	using at = hookSetting();
	const digest = (entry: object) => {
		at.write("project/.claude/settings.json", at.pre(entry));
		return read(at).hooks[0]?.digest;
	};
	at.write("project/fix.sh", "one");
	const shell = { type: "command", command: 'sh "$CLAUDE_PROJECT_DIR"/fix.sh --all' };
	const exec = { type: "command", command: "/bin/sh", args: ["./fix.sh"] };
	const [first, second] = [digest(shell), digest(exec)];
	assert.notEqual(first, second);
	assert.equal(digest(shell), first);
	at.write("project/fix.sh", "two");
	assert.notEqual(digest(shell), first);
	assert.notEqual(digest(exec), second);
	rmSync(join(at.root, "fix.sh"));
	const gone = digest(exec);
	assert.notEqual(gone, second);
	assert.notEqual(digest({ ...exec, timeout: 5 }), gone);
});

test("CLAUDE_CONFIG_DIR and HOME of the process say which user settings count", () => {
	using at = hookSetting();
	at.write("user/.claude/settings.json", at.pre(foreignEntry));
	at.write("config/settings.json", at.gate);
	const configDir = join(at.dir, "config");
	assert.deepEqual(foreign(read(at, process([], { configDir }))), []);
	assert.deepEqual(foreign(read(at, process([], { home: configDir }))), []);
	assert.deepEqual(foreign(read(at)), ["user PreToolUse"]);
});

test("switches are found among arguments, with = and without", () => {
	const flags = (...args: string[]) => readFlags(["claude", ...args]);
	assert.deepEqual(flags("-p", "--bare").off, ["--bare"]);
	assert.deepEqual(flags("--settings", "--safe-mode").off, ["--safe-mode"]);
	assert.deepEqual(flags("--", "--bare").off, []);
	assert.deepEqual(flags("--setting-sources=user,local").sources, ["user", "local"]);
	assert.deepEqual(flags("--setting-sources", "").sources, []);
	assert.equal(flags("-p", "hello").sources, undefined);
	assert.deepEqual(flags("--add-dir", "a", "b", "-p").addDirs, ["a", "b"]);
});

test("hostile shapes are read without harm", () => {
	using at = hookSetting();
	const shapes: unknown[] = [
		null,
		{ hooks: [] },
		{ hooks: { PreToolUse: [null, 1, { hooks: "x" }, { hooks: [null, "x", []] }] } },
		{ env: [1, 2] },
		{ env: { "": null } },
		{ enabledPlugins: { "@": true, "x@": true, "@y": true, nothing: true } },
		{ extraKnownMarketplaces: { a: null, b: { source: { path: "\0" } } }, enabledPlugins: { "x@b": true } },
		{ permissions: { additionalDirectories: [1, "\0", "x".repeat(10_000)] } },
		{ hooks: { PreToolUse: [{ hooks: [{ command: "\0 \ud800 $CLAUDE_PROJECT_DIR/\0" }] }] } },
		{ hooks: { __proto__: [{ hooks: [{}] }], PreToolUse: Array.from({ length: 5000 }, () => ({ hooks: [{}] })) } },
	];
	for (const shape of shapes) {
		at.write("project/.claude/settings.json", JSON.stringify(shape));
		assert.doesNotThrow(() => read(at));
	}
	mkdirSync(join(at.root, ".claude", "agents"), { recursive: true });
	symlinkSync("..", join(at.root, ".claude", "agents", "loop"));
	assert.ok(read(at).unread.length > 0, "a search that is cut says so");
});

test("more than anybody has is cut, and the cut is something nobody can accept", () => {
	using at = hookSetting();
	const many = Array.from({ length: 20_000 }, () => ({ hooks: [{ type: "command", command: "a b c d/e" }] }));
	at.write("project/.claude/settings.json", { hooks: { Stop: many.slice(0, 400), Notification: many.slice(0, 400) } });
	const [first, second] = [read(at), read(at)];
	assert.deepEqual(
		first.unread.map(({ detail }) => detail),
		["too many hooks"],
	);
	assert.notEqual(first.unread[0]?.digest, second.unread[0]?.digest);
	rmSync(join(at.root, ".claude"), { recursive: true });
	for (let i = 0; i < 6; i += 1) {
		for (let j = 0; j < 1000; j += 1)
			mkdirSync(join(at.root, ".claude", "commands", String(i), String(j)), { recursive: true });
	}
	assert.ok(read(at).unread.some(({ detail }) => detail === "too many files"));
});

test("a head that would be slow to search with backtracking ends", { timeout: 60_000 }, () => {
	const heads = [
		`hooks: "${"\\".repeat(30_000)}`,
		`hooks:\n  "${'\\"'.repeat(15_000)}`,
		`hooks:\n${"&".repeat(30_000)}`,
		`hooks:\n${" ".repeat(30_000)}x`,
	];
	for (const head of heads) for (let i = 0; i < 20; i += 1) assert.ok(Array.isArray(eventsIn(head)));
});

test("nothing is parsed again until something changes, and then at once", async () => {
	using at = hookSetting();
	at.installed();
	const file = at.write("project/.claude/settings.json", at.pre(foreignEntry));
	at.write("project/evil.sh", "one");
	const sources = new HookSources(at.options);
	const place = { root: at.root };
	// A file that has only just changed is not trusted to keep its time stamps.
	await delay(100);
	const first = await sources.read(place);
	assert.equal(await sources.read(place), first);
	// Whole seconds, which can be set back exactly.
	utimesSync(file, 1_700_000_000, 1_700_000_000);
	await delay(100);
	const dated = await sources.read(place);
	assert.equal(await sources.read(place), dated);
	const { size, mtimeMs } = statSync(file);
	writeFileSync(file, JSON.stringify(at.pre({ type: "command", command: "./evil.sx" })));
	utimesSync(file, 1_700_000_000, 1_700_000_000);
	assert.deepEqual([statSync(file).size, statSync(file).mtimeMs], [size, mtimeMs]);
	const second = await sources.read(place);
	assert.notEqual(second, dated, "same size and modification time");
	await delay(100);
	await sources.read(place);
	const third = await sources.read(place);
	assert.equal(await sources.read(place), third);
	at.write("project/.claude/agents/new.md", definition("./evil.sh"));
	assert.equal((await sources.read(place)).hooks.length, third.hooks.length + 1, "a file that was not there");
});

test("a file that has only just changed is read again, because it may change once more within one tick", async () => {
	using at = hookSetting();
	const sources = new HookSources(at.options);
	const rereads = async () => {
		at.write("project/.claude/settings.json", at.pre(foreignEntry));
		const first = await sources.read({ root: at.root });
		return (await sources.read({ root: at.root })) !== first;
	};
	let seen = false;
	// On a machine that stalls between the two lines above it has not "only just" changed; so more than once.
	for (let i = 0; i < 50 && !seen; i += 1) seen = await rereads();
	assert.ok(seen);
});

test("the process's own command line and variables are read", {
	skip: globalThis.process.platform !== "linux",
}, async () => {
	using at = hookSetting();
	at.write("config/settings.json", at.pre(foreignEntry));
	const { spawn } = await import("node:child_process");
	const child = spawn("/bin/sh", ["-c", "echo up; read x", "claude", "--bare", "--settings", "{}"], {
		env: {
			CLAUDE_CONFIG_DIR: join(at.dir, "config"),
			CLAUDE_CODE_SAFE_MODE: "1",
			CLAUDE_CODE_SIMPLE: "0",
			SECRET: "s3",
		},
		stdio: ["pipe", "pipe", "inherit"],
	});
	try {
		await new Promise((resolve) => child.stdout.once("data", resolve));
		const found = await new HookSources(at.options).read({ root: at.root, pid: child.pid ?? 0 });
		assert.equal(found.configDir, join(at.dir, "config"));
		assert.deepEqual(found.flags?.off, ["--bare"]);
		assert.deepEqual(found.switches, ["CLAUDE_CODE_SAFE_MODE"]);
		assert.deepEqual(foreign(found), ["user PreToolUse"]);
		assert.doesNotMatch(JSON.stringify(found), /s3/);
	} finally {
		child.stdin.end("\n");
	}
});
