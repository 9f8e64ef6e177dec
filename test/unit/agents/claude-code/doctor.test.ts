// The doctor without a real agent: a stand-in that talks to the canary's model and treats hooks in different ways. What the
// real program does is tested in test/agents/doctor.test.ts.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { canarySettings } from "../../../../src/agents/claude-code/canary.ts";
import { type DoctorOptions, findClaude, runDoctor } from "../../../../src/agents/claude-code/doctor.ts";
import { applyPlan, planInstall } from "../../../../src/agents/claude-code/install.ts";
import type { JsonObject } from "../../../../src/protocol/canonical.ts";
import { format } from "../../../../src/protocol/messages.ts";

/** Plays an agent: asks the model, runs the hook of its settings, obeys it or not. */
const STAND_IN = `
import { execFileSync, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
const mode = readFileSync(new URL("mode", import.meta.url), "utf8");
if (process.argv[2] === "--version") {
	console.log(mode === "old" ? "2.1.294 (Claude Code)" : "2.1.330 (Claude Code)");
	process.exit(0);
}
if (mode === "hangs") setInterval(() => {}, 1000);
else {
	writeFileSync(new URL("env.json", import.meta.url), JSON.stringify(process.env));
	const settings = JSON.parse(readFileSync(process.env.CLAUDE_CONFIG_DIR + "/settings.json", "utf8"));
	const ask = async (messages) => {
		const body = JSON.stringify({ model: "m", stream: false, tools: [{ name: "Bash" }], messages });
		const answer = await fetch(process.env.ANTHROPIC_BASE_URL + "/v1/messages", { method: "POST", body });
		return (await answer.json()).content[0];
	};
	if (mode === "silent") process.exit(1);
	const use = await ask([{ role: "user", content: "go" }]);
	const entry = settings.hooks?.PreToolUse?.[0]?.hooks?.[0];
	let told = "done";
	const hook = entry && spawnSync(entry.command, entry.args, { input: JSON.stringify({ hook_event_name: "PreToolUse" }) });
	if (mode === "denies" ) told = "denied by a rule";
	else if (mode === "obeys" && hook?.status === 2) told = String(hook.stderr);
	else execFileSync("/bin/sh", ["-c", use.input.command]);
	const content = [{ type: "tool_result", tool_use_id: use.id, content: told }];
	await ask([{ role: "user", content: "go" }, { role: "user", content }]);
	console.error("the stand-in is done");
}
`;

async function patient() {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gp-doctor-")));
	const userHome = join(dir, "user");
	const home = join(userHome, ".gatepost");
	mkdirSync(join(home, "bin"), { recursive: true });
	const claude = join(dir, "claude");
	writeFileSync(join(dir, "agent.mjs"), STAND_IN);
	writeFileSync(claude, `#!/bin/sh\nexec "${process.execPath}" "${dir}/agent.mjs" "$@"\n`);
	chmodSync(claude, 0o755);
	const mode = (name: string) => writeFileSync(join(dir, "mode"), name);
	mode("obeys");
	const launcher = join(home, "bin", "gatepost-hook");
	const script = (body: string, path = launcher) => {
		mkdirSync(join(path, ".."), { recursive: true });
		writeFileSync(path, `#!/bin/sh\n${body}\n`);
		chmodSync(path, 0o700);
	};
	// Refuses and names the folder, as the real one does where no gate is open.
	script(`cat >/dev/null; echo "No gate is running for $PWD" >&2; exit 2`);
	writeFileSync(join(home, "bin", "hook.cjs"), "", { mode: 0o600 });
	await applyPlan(await planInstall({ scope: "user", home, userHome }));
	const file = join(userHome, ".claude", "settings.json");
	const options: DoctorOptions = { claude, home, userHome, env: { PATH: "/usr/bin:/bin" }, root: dir };
	const examine = async (more: Partial<DoctorOptions> = {}) => {
		const checks = await runDoctor({ ...options, ...more });
		return Object.fromEntries(checks.map(({ id, ok, message }) => [id, [ok, format(message)] as const]));
	};
	return {
		...{ dir, home, userHome, claude, mode, script, launcher, file, options, examine },
		[Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
	};
}

const leftovers = () => readdirSync(tmpdir()).filter((name) => /^gatepost-(canary|doctor)-/.test(name));

test("a healthy installation passes every check, and nothing is left behind", async () => {
	using at = await patient();
	const before = leftovers();
	const checks = await at.examine();
	assert.deepEqual(
		Object.entries(checks).map(([id, [ok]]) => [id, ok]),
		["settings", "inForce", "hook", "launcher", "version", "canary.noGate"].map((id) => [id, true]),
	);
	assert.deepEqual(
		leftovers().filter((name) => !before.includes(name)),
		[],
	);
});

test("the canary dies loudly when a denied tool runs", async () => {
	using at = await patient();
	at.mode("ignores");
	const { "canary.noGate": canary } = await at.examine();
	assert.equal(canary?.[0], false);
	assert.match(canary?.[1] ?? "", /a denied tool RAN/);
});

test("a tool that somebody else denied proves nothing", async () => {
	using at = await patient();
	at.mode("denies");
	const { "canary.noGate": canary } = await at.examine();
	assert.equal(canary?.[0], false);
	assert.match(canary?.[1] ?? "", /not because of Gatepost.*denied by a rule/);
});

test("an agent that asks nothing, or does not end, is not taken for a proof", async () => {
	using at = await patient();
	at.mode("silent");
	assert.deepEqual((await at.examine())["canary.noGate"]?.[0], undefined);
	at.mode("hangs");
	const { "canary.noGate": canary } = await at.examine({ timeoutMs: 300 });
	assert.equal(canary?.[0], undefined);
	assert.match(canary?.[1] ?? "", /did not end in time/);
});

test("with a canary gate, its reason must have reached the model", async () => {
	using at = await patient();
	let folder = "";
	let stopped = 0;
	const gate = (reason: string, says: string) => async (dir: string, project: string) => {
		folder = project;
		const stop = async () => {
			stopped += 1;
		};
		at.script(`cat >/dev/null; echo "${says}" >&2; exit 2`, join(dir, "deep", "gatepost-hook"));
		return { launcher: join(dir, "deep", "gatepost-hook"), reason, stop };
	};
	const good = (await at.examine({ startCanaryGate: gate("nonce 17", "denied: nonce 17") }))["canary.denied"];
	assert.equal(good?.[0], true);
	assert.match(folder, /gatepost-canary-/);
	const bad = (await at.examine({ startCanaryGate: gate("nonce 17", "nonce 18") }))["canary.denied"];
	assert.equal(bad?.[0], false);
	assert.equal(stopped, 2);
	const throws = async () => Promise.reject(new Error("no port"));
	const none = (await at.examine({ startCanaryGate: throws }))["canary.denied"];
	assert.deepEqual([none?.[0], /no port/.test(none?.[1] ?? "")], [undefined, true]);
});

test("the canary gets nothing of the person's environment", async () => {
	using at = await patient();
	const secret = {
		PATH: `/usr/bin:/bin:${at.dir}/ws/bin`,
		ANTHROPIC_API_KEY: "sk-real",
		HTTPS_PROXY: "http://x",
		FOO: "bar",
	};
	await at.examine({ env: secret, exclude: [join(at.dir, "ws")] });
	const { readFileSync } = await import("node:fs");
	const seen = JSON.parse(readFileSync(join(at.dir, "env.json"), "utf8"));
	assert.match(seen.ANTHROPIC_BASE_URL, /^http:\/\/127\.0\.0\.1:\d+$/);
	assert.notEqual(seen.ANTHROPIC_API_KEY, "sk-real");
	assert.equal(seen.PATH, "/usr/bin:/bin");
	assert.deepEqual([seen.HTTPS_PROXY, seen.FOO], [undefined, undefined]);
	assert.notEqual(seen.HOME, at.userHome);
});

test("each fault is found and named", async () => {
	using at = await patient();
	const { writeFile } = await import("node:fs/promises");
	at.script("cat >/dev/null; exit 0");
	assert.match((await at.examine()).launcher?.[1] ?? "", /did not refuse.*exit 0/);
	chmodSync(at.launcher, 0o722);
	assert.match((await at.examine()).hook?.[1] ?? "", /written by other users/);
	rmSync(at.launcher);
	const gone = await at.examine();
	assert.deepEqual([gone.hook?.[0], gone.launcher?.[0], gone["canary.noGate"]?.[0]], [false, false, false]);
	at.mode("old");
	assert.match((await at.examine()).version?.[1] ?? "", /2\.1\.294 runs a tool when its hook crashes/);
	await writeFile(at.file, "{,}");
	const broken = await at.examine();
	assert.deepEqual(
		[broken.settings?.[0], broken.inForce?.[0], broken["canary.noGate"]?.[0]],
		[false, false, undefined],
	);
	await writeFile(at.file, "{}");
	assert.match((await at.examine()).settings?.[1] ?? "", /runs ungated/);
});

test("the agent is not started where that is not wanted", async () => {
	using at = await patient();
	at.mode("hangs");
	assert.deepEqual(Object.keys(await at.examine({ canary: false })), ["settings", "inForce", "hook", "launcher"]);
});

test("without claude the canary says that it was not run", async () => {
	using at = await patient();
	const { claude: _, ...options } = at.options;
	const exclude = ["/usr/local/bin", "/opt/homebrew/bin"];
	const checks = await runDoctor({ ...options, env: { PATH: "" }, exclude });
	assert.deepEqual(
		checks.filter(({ ok }) => ok === undefined).map(({ id, message }) => `${id}: ${format(message)}`),
		["version", "canary.noGate"].map((id) => `${id}: Not run: there is no claude program in PATH or its usual places.`),
	);
});

test("a gate that serves the folder of temporary files is not asked by the canary", async () => {
	using at = await patient();
	mkdirSync(join(at.home, "gates"));
	writeFileSync(join(at.home, "gates", "x.json"), JSON.stringify({ folders: [realpathSync(tmpdir())] }));
	const checks = await at.examine();
	assert.deepEqual([checks.launcher?.[0], checks["canary.noGate"]?.[0]], [undefined, undefined]);
});

test("claude is found in PATH, and never in an excluded folder", async () => {
	using at = await patient();
	assert.equal(await findClaude({ PATH: `relative:${at.dir}` }, at.userHome), at.claude);
	assert.notEqual(await findClaude({ PATH: at.dir }, at.userHome, [at.dir]), at.claude);
});

test("the canary's settings hold our entries as they stand and nothing that runs, leads away or is secret", () => {
	const ours = {
		type: "command",
		command: "/h/bin/gatepost-hook",
		args: ["claude-code"],
		timeout: 5,
		"x-gatepost": "v1",
	};
	const other = { type: "command", command: "./mine.sh" };
	const settings: JsonObject = {
		env: { ANTHROPIC_BASE_URL: "http://evil", TOKEN: "s" },
		apiKeyHelper: "./key.sh",
		statusLine: { type: "command", command: "./line.sh" },
		enabledPlugins: { "a@b": true },
		cleanupPeriodDays: "abc",
		disableAllHooks: true,
		someSwitch: true,
		permissions: { deny: ["Bash"], disableBypassPermissionsMode: "disable" },
		hooks: {
			PreToolUse: [{ matcher: "Bash", hooks: [other, ours] }, { hooks: [other] }],
			SessionStart: [{ hooks: [ours] }],
		},
	};
	const launcher = "/h/bin/gatepost-hook";
	assert.deepEqual(canarySettings(settings, launcher), {
		cleanupPeriodDays: "abc",
		disableAllHooks: true,
		someSwitch: true,
		permissions: {},
		hooks: { PreToolUse: [{ matcher: "Bash", hooks: [ours] }] },
	});
	const swapped = canarySettings(settings, launcher, "/tmp/x");
	assert.deepEqual(swapped.hooks, { PreToolUse: [{ matcher: "Bash", hooks: [{ ...ours, command: "/tmp/x" }] }] });
	assert.deepEqual(canarySettings({ hooks: [], permissions: "x" }, launcher), {
		hooks: [],
		permissions: "x",
	});
});
