import assert from "node:assert/strict";
import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { logExport } from "../../../src/bin/logExport.ts";
import { logList } from "../../../src/bin/logList.ts";
import { UsageError, wholeSessions } from "../../../src/bin/logSessions.ts";
import { logStats } from "../../../src/bin/logStats.ts";
import { place, requested } from "../audit/support.ts";

async function log(t: import("node:test").TestContext, sessions: readonly string[]) {
	const here = place(t);
	const journal = await here.open("gate1");
	for (const [n, session] of sessions.entries()) {
		await journal.append("action.requested", { ...requested(`r${n}`), agent: "codex" }, { session });
		await journal.append(
			"action.decided",
			{ request: `r${n}`, decision: { by: "rule", verdict: "allow" } },
			{ session },
		);
	}
	await journal.close();
	const [out, err]: [string[], string[]] = [[], []];
	const common = {
		home: here.home.dir,
		folder: here.root,
		json: true,
		out: (text: string) => void out.push(text),
		err: (text: string) => void err.push(text),
	};
	return { dir: journal.dir, here, out, err, common };
}

test("a beginning stands for the one session that has it, in list, stats and export", async (t) => {
	const { out, err, common, here } = await log(t, ["abc-1", "abc-2", "xyz-1"]);
	assert.equal(await logList({ ...common, filter: { sessions: ["xy"] } }), 0);
	assert.equal(out.length, 2);
	assert.ok(
		out.every((line) => JSON.parse(line).entry.head.session === "xyz-1"),
		out.join(""),
	);
	out.length = 0;
	assert.equal(await logStats({ ...common, filter: { sessions: ["abc-2", "x"] } }), 0);
	assert.equal(JSON.parse(out.join("")).actions, 2);
	out.length = 0;
	mkdirSync(join(here.dir, "out"));
	const to = join(here.dir, "out", "x.csv");
	const run = { ...common, format: "csv", to, version: "0", session: "x" };
	assert.equal(await logExport(run), 0, err.join(""));
	assert.equal(JSON.parse(out.join("")).rows, 1);
	assert.match(readFileSync(to, "utf8"), /xyz-1/);
});

test("a beginning of several is refused with these, exit 2, and nothing is made", async (t) => {
	const many = Array.from({ length: 13 }, (_, n) => `abc-${n}\u001b[31m`);
	const { err, out, common, here } = await log(t, [...many, "b"]);
	const runs = [
		() => logList({ ...common, filter: { sessions: ["abc"] } }),
		() => logStats({ ...common, filter: { sessions: ["abc"] } }),
		() => logExport({ ...common, format: "csv", to: join(here.dir, "x.csv"), version: "0", session: "abc" }),
		() =>
			logExport({ ...common, format: "csv", to: "-", bytes: () => assert.fail(), version: "0", session: ["b", "abc"] }),
	];
	for (const run of runs) {
		err.length = 0;
		assert.equal(await run(), 2);
		const said = err.join("");
		assert.match(said, /^--session abc is the beginning of 13 sessions\. Nothing was done\. Type more/);
		assert.equal(said.split("\n").filter((line) => line.startsWith("  abc-")).length, 10);
		assert.match(said, /\n {2}and 3 more\n$/);
		assert.ok(!said.includes("\u001b"));
	}
	assert.deepEqual(out, []);
});

test("an id that is there is that session, and one that nothing begins with stays", async (t) => {
	const { dir, out, common } = await log(t, ["run", "run-2", "run-3"]);
	assert.deepEqual(await wholeSessions(dir, { sessions: ["run"] }), { sessions: ["run"] });
	assert.deepEqual(
		await wholeSessions(dir, { sessions: ["run-3", "run-"], agents: ["codex"] }).catch((e) => e.constructor),
		UsageError,
	);
	assert.deepEqual(await wholeSessions(dir, { sessions: ["none"] }), { sessions: ["none"] });
	assert.deepEqual(await wholeSessions(dir, { text: "x" }), { text: "x" });
	// Not those that go on like it.
	await logList({ ...common, filter: { sessions: ["run"] } });
	assert.equal(out.length, 2);
	await assert.rejects(wholeSessions(dir, { sessions: ["run-"] }, AbortSignal.abort(new Error("stop"))), /stop/);
});

test("for a whole UUID the log is not read", async (t) => {
	const id = "0a1b2c3d-0000-4000-8000-00000000000F";
	const { dir, common, out } = await log(t, [id, "run-1"]);
	const aborted = AbortSignal.abort(new Error("read"));
	assert.deepEqual(await wholeSessions(dir, { sessions: [id, id] }, aborted), { sessions: [id] });
	await assert.rejects(wholeSessions(dir, { sessions: [id.slice(0, -1)] }, aborted), /read/);
	assert.deepEqual(await wholeSessions(dir, { sessions: ["run", id] }), { sessions: ["run-1", id] });
	await logList({ ...common, filter: { sessions: [id] } });
	assert.equal(out.length, 2);
});

test("stats name twenty agents and count the others", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	for (let n = 0; n < 33; n++) {
		await journal.append("action.requested", { ...requested(`r${n}`), agent: `agent${n}` }, { session: "s" });
		const decision = { by: "person", verdict: "allow", channel: `channel${n}` };
		await journal.append("action.decided", { request: `r${n}`, decision }, { session: "s" });
	}
	await journal.close();
	const parts: string[] = [];
	const common = { home: here.home.dir, folder: here.root, filter: {}, out: (part: string) => void parts.push(part) };
	assert.equal(await logStats({ ...common, json: false }), 0);
	const text = parts.splice(0).join("");
	for (const name of ["agent", "channel"])
		assert.equal(text.split("\n").filter((line) => line.startsWith(`  ${name}`)).length, 20, text);
	assert.equal(text.match(/^ {2}and 13 more$/gm)?.length, 2, text);
	await logStats({ ...common, json: true });
	assert.equal(JSON.parse(parts.join("")).agents.length, 33, "programs get all of them");
});
