import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { workspaceId } from "../../../src/audit/home.ts";
import { publicKeyHex } from "../../../src/audit/keys.ts";
import { logDir, logShow, logVerify } from "../../../src/bin/log.ts";
import { logList } from "../../../src/bin/logList.ts";
import { safeJson } from "../../../src/bin/logText.ts";
import { linesOf, type Place, place, requested, tempDir } from "./support.ts";

/** Runs one of the log functions and collects what it says. */
async function say<T>(
	run: (io: { out: (text: string) => void; err: (text: string) => void }) => Promise<T>,
): Promise<{ code: T; out: string; err: string }> {
	const out: string[] = [];
	const err: string[] = [];
	const code = await run({ out: (text) => void out.push(text), err: (text) => void err.push(text) });
	return { code, out: out.join(""), err: err.join("") };
}

async function sample({ open }: Place) {
	const journal = await open("gate1");
	await journal.append(
		"prompt",
		{ claimed: { text: "evil \u001b[2J\u202e\u200b text" } },
		{ session: "sess-1234567890" },
	);
	await journal.append("action.requested", requested("req-1"), { session: "sess-1234567890" });
	const approver = { osUser: "ann", claims: { gitName: "Ann\u009b1m" }, assurance: 1 };
	const decision = { by: "person", verdict: "deny", approver, channel: "editor", reason: "no\nway" };
	await journal.append("action.decided", { request: "req-1", actionMac: "a", decision });
	await journal.append("coverage.gap", { kind: "result-without-decision" });
	await journal.close();
	return journal;
}

/** Only what a terminal draws, and line breaks. */
const SAFE = /^[^\p{Cc}\p{Cf}\p{Co}\p{Cs}\p{Zl}\p{Zp}]*$/u;
const isSafe = (text: string) => text.split("\n").every((line) => SAFE.test(line));

test("list prints one safe line an entry, with what matters of it", async (t) => {
	const here = place(t);
	const journal = await sample(here);
	const { code, out } = await say((io) => logList({ home: here.home.dir, folder: here.root, json: false, ...io }));
	assert.equal(code, 0);
	assert.ok(isSafe(out));
	const lines = out.split("\n").slice(0, -1);
	assert.equal(lines.length, linesOf(journal.path).length);
	assert.match(out, /evil <U\+001B>\[2J<U\+202E><U\+200B> text/);
	assert.match(out, /action\.decided .*deny by ann \(Ann<U\+009B>1m\) via editor: no<U\+000A>way/);
	assert.match(out, /Bash echo req-1/);
});

test("--json prints one object a line, safe to look at, with the same values", async (t) => {
	const here = place(t);
	const journal = await sample(here);
	const { out } = await say((io) => logList({ home: here.home.dir, folder: here.root, json: true, ...io }));
	assert.ok(isSafe(out));
	const read = out
		.split("\n")
		.slice(0, -1)
		.map((line) => JSON.parse(line));
	assert.deepEqual(
		read.map(({ entry }) => entry),
		linesOf(journal.path).map((line) => JSON.parse(line)),
	);
	assert.equal(read[0].segment, journal.segment);
});

test("list can be narrowed to a type or a session, but never hides what cannot be read", async (t) => {
	const here = place(t);
	const journal = await sample(here);
	writeFileSync(journal.path, "junk\n", { flag: "a" });
	const options = { home: here.home.dir, folder: here.root, json: true };
	const types = async (more: object) =>
		(await say((io) => logList({ ...options, ...more, ...io }))).out
			.split("\n")
			.slice(0, -1)
			.map((line) => JSON.parse(line).entry?.head.type);
	assert.deepEqual(await types({ type: "prompt" }), ["prompt", undefined]);
	assert.deepEqual(await types({ filter: { sessions: ["sess-12"] } }), [
		"prompt",
		"action.requested",
		"action.decided",
		undefined,
	]);
});

test("list takes filters, pages and actions", async (t) => {
	const here = place(t);
	await sample(here);
	const options = { home: here.home.dir, folder: here.root, json: false };
	const lines = async (more: object) =>
		(await say((io) => logList({ ...options, ...more, ...io }))).out.split("\n").slice(0, -1);
	const all = await lines({});
	assert.deepEqual(await lines({ limit: 2, offset: 1 }), all.slice(1, 3));
	assert.deepEqual(await lines({ newest: true, limit: 3 }), all.slice(-3).reverse());
	assert.deepEqual(await lines({ newest: true, limit: 2, offset: 1 }), all.slice(-3, -1).reverse());
	assert.deepEqual(await lines({ limit: 0 }), []);
	const [action, ...others] = await lines({ actions: true });
	assert.equal(others.length, 0, "one request is one line");
	assert.match(action ?? "", /denied .*Bash .*echo req-1 {2}\(ann \(|denied .*Ann<U\+009B>1m \(ann\)/);
	assert.ok(isSafe(action ?? ""));
	assert.equal((await lines({ filter: { outcomes: ["denied"] } })).length, 2);
	assert.equal((await lines({ filter: { text: "nowhere" } })).length, 0);
});

test("show finds an entry by its place or hash, and all entries of a request", async (t) => {
	const here = place(t);
	const journal = await sample(here);
	const entries = linesOf(journal.path).map((line) => JSON.parse(line));
	const show = (ref: string, json = true) =>
		say((io) => logShow({ home: here.home.dir, folder: here.root, json, ref, ...io }));
	const types = async (ref: string) =>
		(await show(ref)).out
			.split("\n")
			.slice(0, -1)
			.map((line) => JSON.parse(line).entry.head.type);
	assert.deepEqual(await types("gate1:4"), ["prompt"]);
	assert.deepEqual(await types(`${journal.segment}:4`), ["prompt"]);
	assert.deepEqual(await types(entries[4].hash.slice(0, 12)), ["action.requested"]);
	assert.deepEqual(await types("req-1"), ["action.requested", "action.decided"]);
	const text = await show("gate1:4", false);
	assert.ok(isSafe(text.out));
	assert.match(text.out, /\\u202e/);
	const none = await show("req-\u001b");
	assert.deepEqual([none.code, none.out], [1, ""]);
	assert.match(none.err, /No entry matches req-<U\+001B>/);
});

test("verify says 0, 1 or 2, and 'verified' only with a key from outside", async (t) => {
	const here = place(t);
	const journal = await sample(here);
	const options = { home: here.home.dir, folder: here.root, json: false };
	const key = publicKeyHex(here.home.signer().publicKey);
	const plain = await say((io) => logVerify({ ...options, ...io }));
	assert.equal(plain.code, 0);
	assert.match(plain.out, /consistent, signer unknown/);
	assert.doesNotMatch(plain.out, /Verdict +verified/);
	const pinned = await say((io) => logVerify({ ...options, key, ...io }));
	assert.match(pinned.out, /Verdict +verified/);
	const wrong = await say((io) => logVerify({ ...options, key: "0".repeat(64), ...io }));
	assert.deepEqual([wrong.code, /wrong-key/.test(wrong.out)], [1, true]);
	const noKey = await say((io) => logVerify({ ...options, key: "abc", ...io }));
	assert.equal(noKey.code, 2);
	const json = await say((io) => logVerify({ ...options, json: true, ...io }));
	assert.equal(JSON.parse(json.out).ok, true);
	for (const path of [journal.dir, join(journal.dir, "journal"), journal.path]) {
		const found = await say((io) => logVerify({ home: "/none", path, json: true, ...io }));
		assert.equal(found.code, 0, path);
	}
	const { segments, entries } = JSON.parse(json.out);
	assert.deepEqual([segments, entries], [1, linesOf(journal.path).length]);
	writeFileSync(journal.path, "x", { flag: "a" });
	const torn = await say((io) => logVerify({ ...options, ...io }));
	assert.deepEqual([torn.code, /Problem +torn/.test(torn.out)], [1, true]);
});

test("verify prints the newest head as --head takes it, and none of a log with problems", async (t) => {
	const here = place(t);
	await sample(here);
	const journal = await here.open("gate2");
	await journal.append("coverage.gap", { kind: "result-without-decision" });
	await journal.close();
	const options = { home: here.home.dir, folder: here.root, json: false };
	const first = await say((io) => logVerify({ ...options, ...io }));
	const [, head = ""] = /^Head {6}(\S+)$/m.exec(first.out) ?? [];
	assert.ok(head.startsWith(`${journal.segment}:${linesOf(journal.path).length}:`), first.out);
	assert.equal((await say((io) => logVerify({ ...options, head, ...io }))).code, 0);
	assert.match(first.out, /^Entries {3}\d+ in 2 segments, /m);
	assert.match(
		(await say((io) => logVerify({ ...options, path: journal.path, ...io }))).out,
		/ in 1 segment, .*\n.*, 1 segment\)/,
	);
	const refused = await say((io) => logVerify({ ...options, head: "x", ...io }));
	assert.deepEqual([refused.code, /^--head takes SEGMENT:ENTRIES:HASH, .*prints it/.test(refused.err)], [2, true]);
	rmSync(journal.path);
	const cut = await say((io) => logVerify({ ...options, head, ...io }));
	assert.deepEqual([cut.code, /^Head/m.test(cut.out)], [1, false]);
});

test("what cannot be read is exit code 2 with a sentence, and nothing is made", async (t) => {
	const here = place(t);
	const other = tempDir(t);
	const none = join(other, "nohome");
	for (const run of [
		logList,
		logVerify,
		(options: Parameters<typeof logList>[0]) => logShow({ ...options, ref: "x" }),
	]) {
		for (const [home, folder] of [
			[none, here.root],
			[here.home.dir, other],
			[here.home.dir, join(other, "missing")],
			[here.home.dir, undefined],
		] as const) {
			const { code, out, err } = await say((io) => run({ home, folder, json: false, ...io }));
			assert.deepEqual([code, out], [2, ""]);
			assert.match(err, /Nothing was|Gatepost did nothing|cannot be read/);
		}
	}
	assert.ok(!existsSync(none));
	assert.deepEqual(readdirSync(here.home.workspaces), []);
});

test("a folder inside a workspace means the log of the nearest one above it", async (t) => {
	const here = place(t);
	const journal = await sample(here);
	const inside = join(here.root, "src", "deep");
	mkdirSync(inside, { recursive: true });
	assert.equal(logDir(here.home.dir, inside), journal.dir);
	assert.equal(logDir(here.home.dir, here.root), join(here.home.workspaces, workspaceId(here.root)));
});

test("JSON of any text is safe to look at and keeps its value", () => {
	fc.assert(
		fc.property(fc.string({ unit: "binary" }), (text) => {
			assert.ok(isSafe(safeJson({ text }, 2)));
			assert.deepEqual(JSON.parse(safeJson({ text }, 2)), { text });
		}),
		{ numRuns: 300 },
	);
});
