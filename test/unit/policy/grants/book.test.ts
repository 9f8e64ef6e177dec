// Grants in memory: whom they serve, and how they end.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { type TestContext, test } from "node:test";
import { GrantBook, type NewGrant } from "../../../../src/policy/grants/book.ts";
import { processMark } from "../../../../src/policy/grants/process.ts";
import { digestOf } from "../../../../src/policy/rules/unchanged.ts";
import { Workspace } from "./support.ts";

const SESSION = { key: "s1", agentPid: 100 };

function start(t: TestContext) {
	const place = new Workspace(t);
	const file = place.file("package.json");
	const now = { ms: 1_000_000 };
	const marks = new Map([
		[100, "started 1"],
		[200, "started 1"],
	]);
	const book = new GrantBook({ clock: () => now.ms, mark: (pid) => marks.get(pid) });
	const grant = (more: Partial<NewGrant> = {}): NewGrant => ({
		id: "g1",
		rule: {
			id: "g1",
			effect: "allow",
			agent: "claude-code",
			kind: "shell",
			command: ["npm test"],
			folder: place.folder,
			unchanged: { "package.json": digestOf(file) ?? "" },
		},
		said: { member: "command", patterns: ["npm test"] },
		lasts: "session",
		agent: "claude-code",
		folder: place.folder,
		session: SESSION,
		sessionId: "one",
		journal: place.folder,
		label: "fix the tests",
		by: "Ann",
		at: now.ms,
		...more,
	});
	const who = { agent: "claude-code", session: SESSION, folder: place.folder };
	const ids = (more: Partial<Parameters<GrantBook["rules"]>[0]> = {}) =>
		book.rules({ ...who, ...more }).map(({ grant: id, held }) => (held === undefined ? id : `${id} ${held.code}`));
	return { place, now, marks, book, grant, ids };
}

test("a grant serves the session it was given in, and nobody else", (t) => {
	const { place, book, grant, ids } = start(t);
	assert.equal(book.add(grant()), true);
	assert.deepEqual(ids(), ["g1"]);
	assert.deepEqual(ids({ session: { key: "s2", agentPid: 100 } }), [], "another session");
	assert.deepEqual(ids({ session: { key: "s1", agentPid: 200 } }), [], "another process with the same session's name");
	assert.deepEqual(ids({ session: undefined }), []);
	assert.deepEqual(ids({ agent: "codex" }), []);
	assert.deepEqual(ids({ folder: place.top }), []);
	assert.deepEqual(ids({ folder: undefined }), []);
});

test("a grant ends with its session, its folder and its revocation", (t) => {
	const { place, book, grant, ids } = start(t);
	book.add(grant());
	book.sessionEnded("s2");
	book.left([place.top]);
	assert.deepEqual(ids(), ["g1"]);
	book.sessionEnded("s1");
	assert.deepEqual(ids(), []);
	book.add(grant());
	book.left([place.folder]);
	assert.deepEqual(ids(), []);
	book.add(grant());
	assert.equal(book.revoke("g1"), true);
	assert.equal(book.revoke("g1"), false);
	assert.deepEqual(ids(), []);
});

test("a grant ends with the agent's process, also when another one gets its number", (t) => {
	const { marks, book, grant, ids } = start(t);
	book.add(grant());
	marks.set(100, "started 2");
	assert.deepEqual(ids(), []);
	marks.set(100, "started 1");
	assert.deepEqual(ids(), [], "what has ended stays ended");
	book.add(grant());
	marks.delete(100);
	assert.deepEqual(book.rows(), []);
	assert.equal(book.add(grant()), false, "nothing to bind it to");
});

test("a grant for minutes ends when they are over", (t) => {
	const { now, book, grant, ids } = start(t);
	book.add(grant({ lasts: "minutes", until: now.ms + 60_000 }));
	now.ms += 59_999;
	assert.deepEqual(ids(), ["g1"]);
	assert.equal(book.takeEnded(), false);
	now.ms += 1;
	assert.deepEqual(ids(), []);
	assert.equal(book.takeEnded(), true);
	assert.equal(book.takeEnded(), false, "told once");
});

test("a grant is held while a file it rests on is another one", (t) => {
	const { place, book, grant, ids } = start(t);
	book.add(grant());
	place.file("package.json", "other");
	assert.deepEqual(ids(), ["g1 grant.fileChanged"]);
	assert.deepEqual(book.rows()[0]?.held, { code: "grant.fileChanged", args: { file: "package.json" } });
	place.file("package.json");
	assert.deepEqual(ids(), ["g1"]);
});

test("rows say who, when and how often, the newest first", (t) => {
	const { place, now, book, grant } = start(t);
	book.add(grant());
	now.ms += 1000;
	book.add(grant({ id: "g2", lasts: "minutes", until: now.ms + 60_000, at: now.ms, label: "" }));
	book.used("g1");
	book.used("g1");
	book.used("gone");
	const [second, first] = book.rows();
	assert.equal(second?.id, "g2");
	assert.equal(second?.until, new Date(now.ms + 60_000).toISOString());
	assert.equal(second?.session, undefined);
	assert.deepEqual(first, {
		id: "g1",
		rule: { member: "command", patterns: ["npm test"] },
		lasts: "session",
		folder: place.folder,
		session: "fix the tests",
		by: "Ann",
		at: new Date(1_000_000).toISOString(),
		uses: 2,
		lastUsed: new Date(now.ms).toISOString(),
	});
});

test("the digest changes with what is granted, and is empty without", (t) => {
	const { book, grant } = start(t);
	assert.equal(book.digest(), "");
	book.add(grant());
	const one = book.digest();
	assert.match(one, /^[0-9a-f]{64}$/);
	book.used("g1");
	assert.equal(book.digest(), one);
	book.add(grant({ id: "g2" }));
	assert.notEqual(book.digest(), one);
	book.revoke("g1");
	book.revoke("g2");
	assert.equal(book.digest(), "");
});

test("a process is known by more than its number, and one that has ended is none", async () => {
	assert.equal(processMark(process.pid), processMark(process.pid));
	assert.notEqual(processMark(process.pid), undefined);
	for (const pid of [0, 1, -1, 1.5, Number.NaN, 2 ** 22 + 1]) assert.equal(processMark(pid), undefined, String(pid));
	const child = spawn(process.execPath, ["-e", "process.stdin.resume()"], { stdio: ["pipe", "ignore", "ignore"] });
	assert.notEqual(processMark(child.pid ?? 0), undefined);
	const over = once(child, "exit");
	child.stdin.end();
	await over;
	assert.equal(processMark(child.pid ?? 0), undefined);
});
