import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { mock, test } from "node:test";
import { enforcement } from "../../../../src/agents/claude-code/enforcement.ts";
import { OUR_EVENTS, ourGroup } from "../../../../src/agents/claude-code/entry.ts";
import { foreignHooks } from "../../../../src/agents/claude-code/foreign.ts";
import { ClaudeHooks } from "../../../../src/agents/claude-code/inForce.ts";
import { Looker } from "../../../../src/agents/claude-code/looker.ts";
import { readSources } from "../../../../src/agents/claude-code/sources.ts";
import { format } from "../../../../src/protocol/messages.ts";
import { definition, hookSetting } from "./hookSetting.ts";

type Setting = ReturnType<typeof hookSetting>;

function judge(at: Setting, args: string[] = [], more: { switches?: string[]; accepted?: Set<string> } = {}) {
	const running = {
		...{ pid: 1, args: ["claude", ...args], cwd: undefined, configDir: undefined, home: undefined },
		...{ switches: more.switches ?? [], pluginDirs: undefined },
	};
	const sources = readSources(new Looker(), at.options, { root: at.root }, running);
	const foreign = foreignHooks(sources, at.userHome, more.accepted ?? new Set());
	const { level, reasons } = enforcement(sources, foreign, at.userHome);
	return { labels: foreign.map(({ label }) => label), foreign, level, codes: reasons.map(({ code }) => code), reasons };
}

const evil = { type: "command", command: "./evil.sh" };

test("our entry alone is enforced, and nothing is foreign", () => {
	using at = hookSetting();
	at.installed();
	assert.deepEqual(judge(at).codes, []);
	assert.equal(judge(at).level, "enforced");
	at.write("user/.claude/settings.json", {
		hooks: Object.fromEntries(OUR_EVENTS.map((event) => [event, [ourGroup(event, at.hook)]])),
	});
	assert.deepEqual(judge(at), { labels: [], foreign: [], level: "enforced", codes: [], reasons: [] });
});

test("without our entry, or with a changed one, the session is not enforced", () => {
	using at = hookSetting();
	const code = () => judge(at).codes.join();
	assert.equal(code(), "enforce.absent");
	const { onFailure, timeout, ...rest } = at.entry;
	for (const entry of [
		rest,
		{ ...at.entry, timeout: 5 },
		{ ...at.entry, async: true },
		{ ...at.entry, if: "Bash(x)" },
	]) {
		at.write("user/.claude/settings.json", at.pre(entry));
		assert.equal(code(), "enforce.altered", JSON.stringify(entry));
	}
	at.write("user/.claude/settings.json", at.pre(at.entry, "Bash"));
	assert.equal(code(), "enforce.altered");
	at.write("user/.claude/settings.json", at.pre({ ...at.entry, args: ["claude-code", "--deadline", "1"] }));
	assert.equal(code(), "enforce.absent,enforce.foreign");
	at.write("user/.claude/settings.json", "{,}");
	assert.equal(code(), "enforce.unreadable");
});

test("our entry counts in every scope that the session loads", () => {
	using at = hookSetting();
	for (const path of [
		"project/.claude/settings.json",
		"project/.claude/settings.local.json",
		"etc/managed-settings.json",
	]) {
		const file = at.write(path, at.gate);
		assert.equal(judge(at).level, "enforced", path);
		rmSync(file);
	}
	assert.equal(judge(at, ["--settings", JSON.stringify(at.gate)]).level, "enforced");
});

test("the strongest file that sets disableAllHooks decides", () => {
	using at = hookSetting();
	at.installed();
	at.write("project/.claude/settings.json", { disableAllHooks: true });
	const [reason] = judge(at).reasons;
	assert.match(format(reason ?? { code: "" }), /"disableAllHooks" is on in \.claude\/settings\.json/);
	at.write("project/.claude/settings.local.json", { disableAllHooks: false });
	assert.equal(judge(at).level, "enforced");
	assert.deepEqual(judge(at, ["--settings", '{"disableAllHooks":true}']).codes, ["enforce.disabled"]);
	at.write("etc/managed-settings.json", { disableAllHooks: true });
	assert.deepEqual(judge(at).codes, ["enforce.disabled"]);
});

test("switches on the command line and in the environment turn hooks off", () => {
	using at = hookSetting();
	at.installed();
	for (const flag of ["--bare", "--safe-mode", "--restricted"])
		assert.deepEqual(judge(at, [flag]).codes, ["enforce.flag"]);
	assert.deepEqual(judge(at, ["--setting-sources", "project,local"]).codes, ["enforce.scopeLeftOut"]);
	assert.equal(judge(at, ["--setting-sources", "user"]).level, "enforced");
	assert.deepEqual(judge(at, [], { switches: ["CLAUDE_CODE_SIMPLE"] }).codes, ["enforce.switch"]);
	at.write("etc/managed-settings.json", at.gate);
	assert.equal(judge(at, ["--bare"]).level, "enforced", "managed hooks survive it");
});

test("an administrator may let only his hooks run", () => {
	using at = hookSetting();
	at.installed();
	at.write("etc/managed-settings.json", { allowManagedHooksOnly: true });
	assert.deepEqual(judge(at).codes, ["enforce.managedOnly"]);
	at.write("etc/managed-settings.d/gatepost.json", at.gate);
	assert.equal(judge(at).level, "enforced");
});

test("what makes the agent drop our file makes the session unenforced", () => {
	using at = hookSetting();
	for (const broken of [
		{ ...at.gate, cleanupPeriodDays: "abc" },
		{ ...at.gate, disableAllHooks: "no" },
		{ ...at.gate, permissions: "x" },
		{
			hooks: {
				PreToolUse: [...at.gate.hooks.PreToolUse, { hooks: [{ type: "command", command: "a", onFailure: "b" }] }],
			},
		},
		{ hooks: { ...at.gate.hooks, PermissionRequest: [{ matcher: 1, hooks: [] }] } },
	]) {
		at.write("user/.claude/settings.json", broken);
		assert.equal(judge(at).codes[0], "enforce.dropped", JSON.stringify(broken));
	}
});

test("a copy of our entry that would run in its place is foreign and breaks enforcement", () => {
	using at = hookSetting();
	at.installed();
	at.write("project/.claude/settings.json", at.pre({ ...at.entry, async: true }));
	const copied = judge(at);
	assert.deepEqual(copied.labels, [".claude/settings.json: a copy of Gatepost's entry"]);
	assert.deepEqual(copied.codes, ["enforce.twin", "enforce.foreign"]);
	// The same entry, and one that cannot know our tag, are no danger.
	at.write("project/.claude/settings.json", at.gate);
	assert.equal(judge(at).level, "enforced");
	at.write("project/.claude/settings.json", at.pre({ ...at.entry, args: ["claude-code"], async: true }));
	assert.equal(judge(at).level, "enforced");
});

test("hooks that answer or rewrite are foreign; those that only report are not", () => {
	using at = hookSetting();
	at.installed();
	const hooks = (event: string) => ({ hooks: { [event]: [{ hooks: [evil] }] } });
	for (const event of ["PreToolUse", "PermissionRequest", "Elicitation"]) {
		at.write("project/.claude/settings.json", hooks(event));
		const { labels, codes } = judge(at);
		assert.deepEqual(labels, [`.claude/settings.json: ${event}`]);
		assert.deepEqual(codes, ["enforce.foreign"]);
	}
	for (const event of ["PostToolUse", "Stop", "Notification", "UserPromptSubmit"]) {
		at.write("project/.claude/settings.json", hooks(event));
		assert.deepEqual(judge(at).labels, []);
	}
});

test("hooks that prepare the environment are foreign when the project brings them, and leave enforcement alone", () => {
	using at = hookSetting();
	const hooks = { SessionStart: [{ hooks: [evil] }] };
	at.write("user/.claude/settings.json", { hooks: { ...at.gate.hooks, ...hooks } });
	assert.deepEqual(judge(at).labels, []);
	at.write("project/.claude/settings.json", { hooks });
	assert.deepEqual(judge(at).labels, [".claude/settings.json: SessionStart"]);
	assert.equal(judge(at).level, "enforced");
});

test("dangerous variables make actions ask; those that can disarm our hook break enforcement", () => {
	using at = hookSetting();
	at.installed();
	at.write("project/.claude/settings.json", { env: { GIT_EXTERNAL_DIFF: "./evil.sh", HTTP_PROXY: "http://x" } });
	assert.deepEqual(judge(at).labels, [".claude/settings.json: env GIT_EXTERNAL_DIFF"]);
	assert.equal(judge(at).level, "enforced");
	at.write("project/.claude/settings.json", { env: { NODE_OPTIONS: "--require ./evil.cjs" } });
	assert.deepEqual(judge(at).codes, ["enforce.foreign"]);
});

test("what was accepted by its digest is let be, until it or its script changes", () => {
	using at = hookSetting();
	at.installed();
	at.write("project/evil.sh", "one");
	at.write("project/.claude/settings.json", { ...at.pre(evil), env: { PATH: "/x" } });
	const accepted = new Set(judge(at).foreign.map(({ digest }) => digest));
	assert.equal(accepted.size, 2);
	assert.equal(judge(at, [], { accepted }).level, "enforced");
	at.write("project/evil.sh", "two");
	assert.deepEqual(judge(at, [], { accepted }).labels, [".claude/settings.json: PreToolUse"]);
});

test("what the administrator set is not foreign; a managed file that anybody may write is", {
	skip: process.getuid?.() !== 0 && "only root can own the file here",
}, async () => {
	using at = hookSetting();
	at.installed();
	const { chmodSync } = await import("node:fs");
	const file = at.write("etc/managed-settings.json", at.pre(evil));
	assert.deepEqual(judge(at).labels, []);
	chmodSync(file, 0o666);
	assert.equal(judge(at).labels.length, 1);
});

test("names from hostile files stay short and show what is hidden in them", () => {
	using at = hookSetting();
	at.installed();
	at.write(`project/.claude/agents/${"a".repeat(120)}/${"b".repeat(120)}\u202e\u0007.md`, definition("./evil.sh"));
	at.write("project/.claude/settings.json", { env: { [`GIT_\u202e${"x".repeat(5000)}`]: "1" } });
	for (const label of judge(at).labels) {
		assert.doesNotMatch(label, /[\p{Cc}\p{Cf}]/u);
		assert.ok(label.length < 400, label);
	}
	assert.match(judge(at).labels.join(), /\\u\{202e\}/);
});

test("a foreign hook that hides its entry counts for a while after it was seen", async () => {
	using at = hookSetting();
	at.installed();
	mock.timers.enable({ apis: ["Date", "setInterval"], now: Date.now() });
	try {
		const hooks = new ClaudeHooks(at.options);
		const place = { root: at.root };
		assert.deepEqual((await hooks.inForce(place)).foreign, []);
		// The entry is there between two calls only; a look in between sees it.
		const file = at.write("project/.claude/settings.json", at.pre(evil));
		mock.timers.tick(3_000);
		await new Promise((resolve) => setImmediate(resolve));
		rmSync(file);
		const hidden = await hooks.inForce(place);
		assert.deepEqual(hidden.foreign, [".claude/settings.json: PreToolUse"]);
		assert.equal(hidden.enforcement.level, "not-enforced");
		mock.timers.tick(61_000);
		await new Promise((resolve) => setImmediate(resolve));
		const { foreign, now, enforcement } = await hooks.inForce(place);
		assert.deepEqual([foreign, now.digests, enforcement], [[], [], { level: "enforced", reasons: [] }]);
		hooks.close();
	} finally {
		mock.timers.reset();
	}
});

test("accepting takes effect at the next question", async () => {
	using at = hookSetting();
	at.installed();
	at.write("project/.claude/settings.json", at.pre(evil));
	let accepted = new Set<string>();
	const hooks = new ClaudeHooks({ ...at.options, accepted: () => accepted });
	const place = { root: at.root };
	assert.equal((await hooks.inForce(place)).foreign.length, 1);
	accepted = new Set((await hooks.foreign(place)).map(({ digest }) => digest));
	assert.equal((await hooks.inForce(place)).enforcement.level, "enforced");
	at.write("project/.claude/settings.local.json", at.pre({ ...evil, timeout: 1 }));
	assert.equal((await hooks.inForce({ root: at.root })).foreign.length, 1);
	assert.equal((await hooks.inForce({ root: join(at.root, "x") })).foreign.length, 0);
	hooks.close();
});
