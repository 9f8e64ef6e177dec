import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { looksLikeClaude, type RunningSession, sessionFinder } from "../../../../src/agents/claude-code/running.ts";
import { Ungated, type UngatedOptions, watchUngated } from "../../../../src/agents/claude-code/ungated.ts";

const START = 1_000_000;
const SESSION = "11111111-2222-3333-4444-555555555555";

function place() {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gp-ungated-")));
	const folder = join(dir, "shop");
	const projects = join(dir, ".claude", "projects");
	mkdirSync(folder);
	mkdirSync(projects, { recursive: true });
	const seen = new Set<string | number>();
	const sessions: RunningSession[] = [];
	const options: UngatedOptions = {
		folders: () => [folder],
		seen: () => seen,
		userHome: dir,
		since: START,
		graceMs: 20_000,
		finder: { find: async () => sessions },
	};
	const session = (more: Partial<RunningSession> = {}, args: string[] = []): RunningSession => ({
		...{ pid: 7, sessionId: SESSION, cwd: folder, startedAt: START + 1000, busySince: undefined },
		process: { pid: 7, args: ["claude", ...args], cwd: folder, ...unset, switches: [] },
		configDir: join(dir, ".claude"),
		...more,
	});
	const unset = { configDir: undefined, home: undefined, pluginDirs: undefined };
	const transcript = (cwd = folder, id = SESSION) => {
		const name = cwd.replaceAll(/[^a-zA-Z0-9]/g, "-");
		mkdirSync(join(projects, name), { recursive: true });
		appendFileSync(join(projects, name, `${id}.jsonl`), `${JSON.stringify({ type: "user", cwd })}\n{"half`);
	};
	const ungated = new Ungated(options);
	const find = async (seconds: number) => (await ungated.find(START + seconds * 1000)).map(({ kind }) => kind);
	return {
		...{ dir, folder, seen, sessions, options, session, transcript, ungated, find },
		[Symbol.dispose]: () => rmSync(dir, { recursive: true, force: true }),
	};
}

test("a session that has asked nothing for a while is found, and no longer once it asks", async () => {
	using at = place();
	at.sessions.push(at.session());
	assert.deepEqual(await at.find(10), []);
	assert.deepEqual(await at.find(22), ["silent"]);
	at.seen.add(SESSION);
	assert.deepEqual(await at.find(23), []);
	at.seen.clear();
	at.seen.add(7);
	assert.deepEqual(await at.find(24), []);
});

test("a session from before the gate is left alone until it works on a prompt", async () => {
	using at = place();
	at.sessions.push(at.session({ startedAt: START - 5000 }));
	assert.deepEqual(await at.find(1000), []);
	at.sessions[0] = at.session({ startedAt: START - 5000, busySince: START - 1000 });
	assert.deepEqual(await at.find(1000), [], "busy since before the gate");
	at.sessions[0] = at.session({ startedAt: START - 5000, busySince: START + 990_000 });
	assert.deepEqual(await at.find(1000), []);
	assert.deepEqual(await at.find(1011), ["silent"]);
});

test("a session that waits for trust has no session file and is not found", async () => {
	using at = place();
	at.sessions.push(at.session({ sessionId: "" }));
	assert.deepEqual(await at.find(1000), []);
});

test("a command line or variable that turns hooks off is found at the second look, whatever came from it", async () => {
	using at = place();
	at.seen.add(7);
	at.sessions.push(at.session({}, ["--bare"]));
	assert.deepEqual(await at.find(1), []);
	assert.deepEqual(await at.find(2), ["switch"]);
	at.sessions[0] = at.session();
	assert.deepEqual(await at.find(3), []);
	const quiet = at.session();
	if (quiet.process) quiet.process.switches = ["CLAUDE_CODE_SAFE_MODE"];
	at.sessions[0] = quiet;
	await at.find(4);
	const [found] = await at.ungated.find(START + 5000);
	assert.equal(found?.kind, "switch");
	assert.deepEqual(found?.why.args, { folder: at.folder, pid: 7, what: "CLAUDE_CODE_SAFE_MODE" });
});

test("sessions elsewhere are not ours, and the closest gate has a session below several folders", async () => {
	using at = place();
	const sub = join(at.folder, "sub");
	const far = at.session({ cwd: `${at.folder}-other` });
	at.sessions.push(far, at.session({ cwd: sub, pid: 8 }));
	const found = async (more: Partial<UngatedOptions>) => {
		const all = await new Ungated({ ...at.options, ...more }).find(START + 60_000);
		return all.map(({ pid, folder }) => [pid, folder]);
	};
	assert.deepEqual(await found({}), [[8, at.folder]]);
	assert.deepEqual(await found({ elsewhere: () => [sub] }), []);
	assert.deepEqual(await found({ elsewhere: () => [at.dir] }), [[8, at.folder]]);
	assert.deepEqual(await found({ folders: () => [at.folder, sub], elsewhere: () => [at.folder] }), [[8, sub]]);
	assert.deepEqual(await found({ folders: () => [] }), []);
});

test("a transcript that begins after the gate without any event is found", async () => {
	using at = place();
	assert.deepEqual(await at.find(0), []);
	at.transcript(join(at.folder, "sub"));
	assert.deepEqual(await at.find(1), []);
	assert.deepEqual(await at.find(10), []);
	assert.deepEqual(await at.find(22), ["transcript"]);
	assert.deepEqual(await at.find(700), [], "long after it stopped growing");
});

test("a transcript from before the gate must grow twice, so that a session that thinks for long is not accused", async () => {
	using at = place();
	at.transcript();
	assert.deepEqual(await at.find(0), []);
	at.transcript();
	assert.deepEqual(await at.find(1), []);
	assert.deepEqual(await at.find(60), []);
	at.transcript();
	assert.deepEqual(await at.find(61), [], "its event may be on the way");
	at.seen.add(SESSION);
	assert.deepEqual(await at.find(66), []);
	at.seen.clear();
	at.transcript();
	await at.find(70);
	at.transcript();
	await at.find(95);
	assert.deepEqual(await at.find(100), ["transcript"]);
});

test("a transcript of a folder whose name only looks alike is not ours", async () => {
	using at = place();
	await at.find(0);
	at.transcript(`${at.folder}-other`);
	at.transcript(at.folder.replace("/shop", "-shop"));
	await at.find(1);
	assert.deepEqual(await at.find(60), []);
});

test("a session is told once, and once more when it is over", async () => {
	using at = place();
	at.sessions.push(at.session({ startedAt: START }));
	const told: string[] = [];
	let next: (value?: unknown) => void = () => undefined;
	const watch = watchUngated({
		...at.options,
		intervalMs: 1,
		finder: {
			find: async () => {
				next();
				return at.sessions;
			},
		},
		onFound: ({ key }) => told.push(`found ${key}`),
		onOver: ({ key }) => told.push(`over ${key}`),
		onError: assert.ifError,
	});
	const look = () => new Promise((resolve) => (next = resolve));
	for (let i = 0; i < 3; i += 1) await look();
	assert.deepEqual(told, ["found pid:7"]);
	at.sessions.length = 0;
	for (let i = 0; i < 3; i += 1) await look();
	assert.deepEqual(told, ["found pid:7", "over pid:7"]);
	watch.close();
});

test("Claude Code is known by its program or its script", () => {
	for (const [program, script] of [
		["claude", ""],
		["/home/u/.local/bin/claude", "-p"],
		["/home/u/.local/share/claude/versions/2.1.330", ""],
		["node", "/usr/lib/node_modules/@anthropic-ai/claude-code/cli.js"],
		["/bin/sh", "/usr/local/bin/claude"],
	] as const) {
		assert.ok(looksLikeClaude(program, script), `${program} ${script}`);
	}
	for (const [program, script] of [
		["rg", "--files"],
		["vim", "claude.md"],
		["node", "/srv/claude-code-tools/x.js"],
		["/usr/bin/claude-desktop", ""],
	] as const) {
		assert.ok(!looksLikeClaude(program, script), `${program} ${script}`);
	}
});

test("a real process is found with its command line, folder, session and only with a session file of its own", {
	skip: process.platform !== "linux" && "reads /proc",
}, async () => {
	using at = place();
	const program = join(at.dir, "claude");
	writeFileSync(program, "#!/bin/sh\necho up\nread x\n");
	chmodSync(program, 0o755);
	const config = join(at.dir, "config");
	mkdirSync(join(config, "sessions"), { recursive: true });
	const child = spawn(program, ["--safe-mode"], {
		cwd: at.folder,
		env: { CLAUDE_CONFIG_DIR: config, CLAUDE_CODE_SIMPLE: "1" },
		stdio: ["pipe", "pipe", "inherit"],
	});
	try {
		await once(child.stdout, "data");
		const finder = sessionFinder(at.dir);
		const mine = async () => (await finder.find([])).find(({ pid }) => pid === child.pid);
		const found = await mine();
		assert.equal(found?.cwd, at.folder);
		assert.equal(found?.sessionId, "");
		assert.equal(found?.configDir, config);
		assert.ok(Math.abs((found?.startedAt ?? 0) - Date.now()) < 60_000);
		assert.deepEqual(found?.process?.switches, ["CLAUDE_CODE_SIMPLE"]);
		const write = (more: object) => {
			const text = { pid: child.pid, sessionId: SESSION, cwd: at.folder, startedAt: START, status: "busy", ...more };
			writeFileSync(join(config, "sessions", `${child.pid}.json`), JSON.stringify(text));
		};
		write({ statusUpdatedAt: 5 });
		const known = await mine();
		assert.equal(known?.sessionId, SESSION);
		assert.equal(known?.startedAt, START);
		assert.equal(known?.busySince, 5);
		write({ procStart: "1" });
		assert.equal((await mine())?.sessionId, "", "the file of an earlier process with this id");
		for (const broken of ["{", "null", '{"pid":"x"}', "[]"]) {
			writeFileSync(join(config, "sessions", `${child.pid}.json`), broken);
			assert.equal((await mine())?.sessionId, "");
		}
	} finally {
		child.stdin.end("\n");
		await once(child, "exit");
	}
});
