import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { chmod, lstat, mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import {
	applyPlan,
	check,
	type InstallOptions,
	planInstall,
	planUninstall,
} from "../../../../src/agents/claude-code/install.ts";
import { format } from "../../../../src/protocol/messages.ts";

async function place() {
	const dir = await mkdtemp(join(tmpdir(), "gp-install-"));
	const userHome = join(dir, "user");
	await mkdir(join(userHome, ".claude"), { recursive: true });
	const options: InstallOptions = { scope: "user", home: join(dir, "gatepost"), userHome };
	const file = join(userHome, ".claude", "settings.json");
	const write = (text: string | Buffer) => writeFile(file, text);
	return {
		dir,
		userHome,
		options,
		file,
		write,
		read: () => readFile(file, "utf8"),
		install: async (more: Partial<InstallOptions> = {}) => applyPlan(await planInstall({ ...options, ...more })),
		uninstall: async (more: Partial<InstallOptions> = {}) => applyPlan(await planUninstall({ ...options, ...more })),
		[Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
	};
}

const problemOf = async (options: InstallOptions) => {
	const plan = await planInstall(options);
	assert.equal(plan.changed, false);
	await assert.rejects(applyPlan(plan));
	return plan.problems.map((problem) => format(problem)).join("\n");
};

test("installing writes the launcher as an entry of every event, and blocks on failure before a tool only", async () => {
	await using at = await place();
	await at.write("{}\n");
	await at.install();
	const { hooks } = JSON.parse(await at.read());
	const entry = hooks.PreToolUse[0].hooks[0];
	assert.equal(hooks.PreToolUse[0].matcher, "*");
	assert.equal(entry.command, join(at.options.home, "bin", "gatepost-hook"));
	assert.equal(entry.args[0], "claude-code");
	assert.equal(entry.timeout, 86400);
	assert.equal(entry.onFailure, "block");
	assert.equal(entry["x-gatepost"], "v1");
	assert.equal(hooks.PermissionRequest[0].hooks[0].onFailure, undefined);
	assert.deepEqual(Object.keys(hooks), [
		...["PreToolUse", "PermissionRequest", "PostToolUse", "PostToolUseFailure", "UserPromptSubmit", "SessionStart"],
		...["SessionEnd", "Stop", "SubagentStart", "SubagentStop", "ConfigChange"],
	]);
	for (const groups of Object.values<{ hooks: { async?: boolean }[] }[]>(hooks)) {
		for (const group of groups) for (const one of group.hooks) assert.equal(one.async, undefined);
	}
});

test("a plan shows the text before and after, and nothing is written until it is applied", async () => {
	await using at = await place();
	await at.write('{\n\t"model": "opus"\n}');
	const plan = await planInstall(at.options);
	assert.equal(plan.before, '{\n\t"model": "opus"\n}');
	assert.match(plan.after ?? "", /^\{\n\t"model": "opus",\n\t"hooks": \{\n\t\t"PreToolUse": \[/);
	assert.equal(plan.changed, true);
	assert.equal(await at.read(), plan.before);
	assert.deepEqual(await readdir(at.dir), ["user"]);
	await applyPlan(plan);
	assert.equal(await at.read(), plan.after);
});

test("installing twice is installing once", async () => {
	await using at = await place();
	await at.write('{"model":"opus"}');
	await at.install();
	const once = await at.read();
	const again = await planInstall(at.options);
	assert.equal(again.changed, false);
	await applyPlan(again);
	assert.equal(await at.read(), once);
});

test("all installations of one home carry one tag, another home has its own", async () => {
	await using at = await place();
	await at.write("{}");
	await mkdir(join(at.dir, "project"));
	await at.install();
	await at.install({ scope: "project", projectDir: join(at.dir, "project") });
	const args = async (file: string) => JSON.parse(await readFile(file, "utf8")).hooks.PreToolUse[0].hooks[0].args;
	const mine = await args(at.file);
	assert.deepEqual(await args(join(at.dir, "project", ".claude", "settings.local.json")), mine);
	await at.uninstall();
	await at.install({ home: join(at.dir, "other") });
	assert.notDeepEqual(await args(at.file), mine);
});

test("CLAUDE_CONFIG_DIR moves the user's settings", async () => {
	await using at = await place();
	const env = { CLAUDE_CONFIG_DIR: join(at.dir, "config") };
	await at.install({ env });
	assert.equal(existsSync(at.file), false);
	assert.equal((await check({ ...at.options, env })).state, "installed");
	assert.equal((await check(at.options)).state, "absent");
});

test("project scope takes the personal settings file of the project", async () => {
	await using at = await place();
	const projectDir = join(at.dir, "project");
	await mkdir(projectDir);
	const plan = await planInstall({ ...at.options, scope: "project", projectDir });
	assert.equal(plan.file, join(projectDir, ".claude", "settings.local.json"));
	assert.deepEqual(
		plan.notes.map(({ code }) => code),
		["install.keepOutOfGit"],
	);
	await applyPlan(plan);
	assert.equal((await stat(plan.file)).mode & 0o777, 0o644);
	await at.uninstall({ scope: "project", projectDir });
	assert.deepEqual(await readdir(projectDir), []);
});

test("a project's symlink cannot lead the write out of the project", async () => {
	await using at = await place();
	const projectDir = join(at.dir, "project");
	await mkdir(join(projectDir, ".claude"), { recursive: true });
	await writeFile(join(at.dir, "elsewhere.json"), "{}");
	await symlink(join(at.dir, "elsewhere.json"), join(projectDir, ".claude", "settings.local.json"));
	assert.match(await problemOf({ ...at.options, scope: "project", projectDir }), /leads out of the project/);
	assert.equal(await readFile(join(at.dir, "elsewhere.json"), "utf8"), "{}");
});

test("a file that was missing is made private, and is gone after uninstalling, with its folder", async () => {
	await using at = await place();
	await rm(join(at.userHome, ".claude"), { recursive: true });
	await at.install();
	assert.equal((await stat(at.file)).mode & 0o777, 0o600);
	assert.ok((await at.read()).endsWith("}\n"));
	await at.uninstall();
	assert.deepEqual(await readdir(at.userHome), []);
});

test("a file we made stays when something else was put into it", async () => {
	await using at = await place();
	await at.install();
	const settings = { ...JSON.parse(await at.read()), model: "opus" };
	await at.write(JSON.stringify(settings, null, 2));
	await at.uninstall();
	assert.deepEqual(JSON.parse(await at.read()), { model: "opus" });
});

test("an empty file gets its emptiness back", async () => {
	await using at = await place();
	await at.write("\n");
	await at.install();
	assert.equal((await check(at.options)).state, "installed");
	await at.uninstall();
	assert.equal(await at.read(), "\n");
});

test("uninstalling after an update gives back what was there before the first installation", async () => {
	await using at = await place();
	await at.write('{ "hooks": {}, "model":"opus" }');
	await at.install();
	const older = (await at.read()).replaceAll('"timeout":60', '"timeout":30');
	assert.notEqual(older, await at.read());
	// As an older version would have left it, with its record.
	const { undoOf, readRecord, writeRecord } = await import("../../../../src/agents/claude-code/installRecord.ts");
	const { sha256 } = await import("../../../../src/agents/claude-code/settingsFile.ts");
	const record = await readRecord(at.options.home, at.file);
	assert.ok(record);
	const before = '{ "hooks": {}, "model":"opus" }';
	await writeRecord(at.options.home, { ...record, after: sha256(older), undo: undoOf(before, older) });
	await at.write(older);
	assert.equal((await check(at.options)).state, "outdated");
	await at.install();
	assert.equal((await check(at.options)).state, "installed");
	await at.uninstall();
	assert.equal(await at.read(), before);
});

test("after the agent rewrote its settings, only our entries go", async () => {
	await using at = await place();
	const mine = { matcher: "Bash", hooks: [{ type: "command", command: "lint.sh" }] };
	await at.write(JSON.stringify({ hooks: { PreToolUse: [mine], Stop: [], Notification: [] }, model: "opus" }));
	await at.install();
	const rewritten = { ...JSON.parse(await at.read()), model: "sonnet" };
	await at.write(JSON.stringify(rewritten, null, 2));
	await at.uninstall();
	assert.deepEqual(JSON.parse(await at.read()), {
		hooks: { PreToolUse: [mine], Stop: [], Notification: [] },
		model: "sonnet",
	});
});

test("our entry is renewed where it stands, whoever moved it, and only one of it stays", async () => {
	await using at = await place();
	const launcher = join(at.options.home, "bin", "gatepost-hook");
	const other = { type: "command", command: "lint.sh" };
	await at.write(
		JSON.stringify({
			hooks: {
				PreToolUse: [
					{ matcher: "*", hooks: [other, { type: "command", command: launcher, args: ["claude-code"] }] },
					{ matcher: "Bash", hooks: [{ type: "command", command: "/old/home/hook", "x-gatepost": "v0" }] },
				],
				Stop: [{ matcher: "Bash", hooks: [{ type: "command", command: `${launcher} claude-code` }] }],
				PreCompact: [{ hooks: [{ type: "command", command: launcher, args: ["claude-code"] }] }],
			},
		}),
	);
	await at.install();
	const { hooks } = JSON.parse(await at.read());
	assert.equal(hooks.PreToolUse.length, 1);
	assert.deepEqual(hooks.PreToolUse[0].hooks[0], other);
	assert.equal(hooks.PreToolUse[0].hooks[1].onFailure, "block");
	assert.equal(hooks.Stop.length, 1);
	assert.equal(hooks.Stop[0].matcher, undefined);
	assert.equal(hooks.PreCompact, undefined);
	await at.uninstall();
	assert.deepEqual(JSON.parse(await at.read()), { hooks: { PreToolUse: [{ matcher: "*", hooks: [other] }] } });
});

test("every entry of ours goes, however many there are and without a record", async () => {
	await using at = await place();
	const launcher = join(at.options.home, "bin", "gatepost-hook");
	const mine = { type: "command", command: launcher, args: ["claude-code"] };
	const other = { type: "command", command: "lint.sh" };
	await at.write(
		JSON.stringify({
			hooks: {
				PreToolUse: [{ hooks: [mine, mine] }, { hooks: [mine, other, mine] }, { hooks: [mine] }],
				Stop: [{ hooks: [mine] }, { hooks: [mine] }],
			},
			model: "opus",
		}),
	);
	await at.uninstall();
	assert.deepEqual(JSON.parse(await at.read()), { hooks: { PreToolUse: [{ hooks: [other] }] }, model: "opus" });
});

const refusals: [string, string | Buffer, RegExp][] = [
	["comments", '{\n  "a": 1,\n  // why\n  "b": 2\n}', /line 3, column 3/],
	["a trailing comma", '{\n "a": 1,\n}', /line 3, column 1/],
	["half a file", '{"hooks": {"PreToolUse": [', /line 1, column \d+/],
	["text behind the object", "{}x", /line 1, column 3/],
	["a raw control character in a text", '{"a": "\u0001"}', /line 1/],
	["no-break spaces", '{\u00a0"a": 1}', /line 1, column 2/],
	["a list", "[]", /not hold a JSON object/],
	["hooks that are no object", '{"hooks": []}', /"hooks" in .* is not an object/],
	["an event that is no list", '{"hooks": {"Stop": {}}}', /"hooks.Stop" in .* is not a list/],
	["hooks given twice", '{"hooks": {},\n"hooks": {}}', /key "hooks" twice \(line 2, column 1\)/],
	["hooks given twice, once escaped", '{"hooks": {}, "h\\u006foks": {}}', /key "hooks" twice/],
	["an event given twice", '{"hooks": {"Stop": [], "Stop": []}}', /key "Stop" twice/],
	["a matcher given twice", '{"hooks": {"Stop": [{"matcher": "a", "matcher": "b", "hooks": []}]}}', /"matcher" twice/],
	["bytes that are not UTF-8", Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), /not UTF-8/],
	["an entry that makes the agent drop the file", '{"hooks":{"PreToolUse":[{"hooks":[{"type":"x"}]}]}}', /type is "x"/],
	[
		"a broken onFailure",
		'{"hooks":{"PreToolUse":[{"hooks":[{"type":"command","command":"a","onFailure":"bloc"}]}]}}',
		/bloc/,
	],
	["deep nesting", `{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`, /nested too deeply|line 1/],
];
for (const [what, text, said] of refusals) {
	test(`a file with ${what} is refused and stays as it is`, async () => {
		await using at = await place();
		await at.write(text);
		assert.match(await problemOf(at.options), said);
		assert.deepEqual(await readFile(at.file), Buffer.from(text));
		assert.equal((await check(at.options)).state, "unreadable");
		assert.deepEqual(await readdir(join(at.userHome, ".claude")), ["settings.json"]);
	});
}

test("a pipe, a folder and a huge file in the place of the settings are refused", async () => {
	await using at = await place();
	const { execFileSync } = await import("node:child_process");
	execFileSync("mkfifo", [at.file]);
	assert.match(await problemOf(at.options), /not a plain file/);
	await rm(at.file);
	await mkdir(at.file);
	assert.match(await problemOf(at.options), /not a plain file|could not be read/);
	await rm(at.file, { recursive: true });
	await at.write(" ".repeat(4 * 1024 * 1024 + 1));
	assert.match(await problemOf(at.options), /larger than/);
});

test("a change between preview and write is noticed, and nothing is overwritten", async () => {
	await using at = await place();
	await at.write("{}");
	const plan = await planInstall(at.options);
	await at.write('{"model":"opus"}');
	await assert.rejects(applyPlan(plan), { detail: { code: "install.changedMeanwhile", args: { file: at.file } } });
	assert.equal(await at.read(), '{"model":"opus"}');
	await rm(at.file);
	await assert.rejects(applyPlan(plan), /was changed while you looked/);
	assert.equal(existsSync(at.file), false);
	const missing = await planInstall(at.options);
	await at.write("{}");
	await assert.rejects(applyPlan(missing), /was changed while you looked/);
	assert.deepEqual(
		(await readdir(join(at.userHome, ".claude"))).filter((name) => name.startsWith(".")),
		[],
	);
});

test("a file that is about to be removed is not, when something was put into it meanwhile", async () => {
	await using at = await place();
	await at.install();
	const plan = await planUninstall(at.options);
	assert.equal(plan.after, undefined);
	await at.write('{"model":"opus"}');
	await assert.rejects(applyPlan(plan), /was changed while you looked/);
	assert.equal(await at.read(), '{"model":"opus"}');
});

test("a symlink stays one, and the real file keeps its mode", async () => {
	await using at = await place();
	const real = join(at.dir, "dotfiles", "claude.json");
	await mkdir(join(at.dir, "dotfiles"));
	await writeFile(real, "{}");
	await chmod(real, 0o640);
	await symlink("../../dotfiles/claude.json", at.file);
	await at.install();
	assert.ok((await lstat(at.file)).isSymbolicLink());
	assert.match(await readFile(real, "utf8"), /gatepost-hook/);
	assert.equal((await stat(real)).mode & 0o777, 0o640);
	await at.uninstall();
	assert.equal(await readFile(real, "utf8"), "{}");
	assert.deepEqual(await readdir(join(at.dir, "dotfiles")), ["claude.json"]);
});

test("a symlink to a file that does not exist yet makes that file", async () => {
	await using at = await place();
	await symlink(join(at.dir, "later.json"), at.file);
	await at.install();
	assert.ok((await lstat(at.file)).isSymbolicLink());
	assert.match(await readFile(join(at.dir, "later.json"), "utf8"), /gatepost-hook/);
	await at.uninstall();
	assert.equal(existsSync(join(at.dir, "later.json")), false);
});

test("symlinks in a circle are refused", async () => {
	await using at = await place();
	await symlink("b.json", at.file);
	await symlink("settings.json", join(at.userHome, ".claude", "b.json"));
	assert.match(await problemOf(at.options), /ELOOP/);
});

test("the copy kept beside the file is private, holds its bytes, and there are never many", async () => {
	await using at = await place();
	const dir = join(at.userHome, ".claude");
	for (let round = 0; round < 12; round += 1) {
		await at.write(JSON.stringify({ round }));
		await at.install();
	}
	const copies = (await readdir(dir)).filter((name) => name.includes("backup")).sort();
	assert.equal(copies.length, 5);
	assert.equal(await readFile(join(dir, "settings.json.gatepost-backup-1"), "utf8"), '{"round":0}');
	assert.equal(await readFile(join(dir, "settings.json.gatepost-backup-12"), "utf8"), '{"round":11}');
	for (const name of copies) assert.equal((await stat(join(dir, name))).mode & 0o777, 0o600);
});

test("where no backup can be kept the file is not changed", async () => {
	await using at = await place();
	// The name of the backup is then longer than a file system takes.
	const file = join(at.dir, `${"s".repeat(235)}.json`);
	await writeFile(file, "{}");
	await assert.rejects(at.install({ file }), /No backup of/);
	assert.equal(await readFile(file, "utf8"), "{}");
});

test("uninstalling where nothing was installed changes nothing", async () => {
	await using at = await place();
	await at.write('{ "model" : "opus" }');
	assert.equal((await planUninstall(at.options)).changed, false);
	await at.uninstall();
	assert.equal(await at.read(), '{ "model" : "opus" }');
	await rm(at.file);
	assert.equal((await planUninstall(at.options)).changed, false);
});

test("a record that was tampered with costs exactness only: entries of others stay", async () => {
	await using at = await place();
	await at.write('{"model":"opus"}');
	await at.install();
	const records = join(at.options.home, "agents", "claude-code");
	const [name] = (await readdir(records)).filter((one) => one.endsWith(".json"));
	const path = join(records, String(name));
	const record = JSON.parse(await readFile(path, "utf8"));
	await writeFile(path, JSON.stringify({ ...record, undo: { ...record.undo, insert: ',"evil":true' } }));
	await at.uninstall();
	assert.deepEqual(JSON.parse(await at.read()), { model: "opus" });
});
