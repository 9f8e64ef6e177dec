import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { MAX_LINE_BYTES } from "../../../src/audit/chain.ts";
import { headPath, readHead } from "../../../src/audit/head.ts";
import { workspaceId } from "../../../src/audit/home.ts";
import { openJournal } from "../../../src/audit/journal.ts";
import { newSigningKey, signerFromPem } from "../../../src/audit/keys.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { entriesOf, linesOf, place, requested, segmentPaths, tempDir, WRITER } from "./support.ts";

const code = (expected: string) => (error: unknown) => {
	assert.equal((error as { name?: string }).name, "JournalError");
	assert.equal((error as { code?: string }).code, expected);
	return true;
};

test("an append that resolved is in the file, at the place it says", async (t) => {
	const journal = await place(t).open("gate1");
	const done = await journal.append("prompt", { claimed: { text: "hi" } }, { session: "s1" });
	const entry = entriesOf(journal.path).at(-1);
	assert.equal(entry?.head.seq, done.seq);
	assert.equal(entry?.hash, done.hash);
	assert.equal(entry?.head.session, "s1");
	assert.deepEqual(entry?.body?.claimed, { text: "hi" });
	await journal.close();
});

test("the first entry names its segment, the writer and the key; a new key is announced once", async (t) => {
	const { home, open, root } = place(t);
	const first = await open("gate1");
	await first.close();
	const second = await open("gate2");
	await second.close();
	const other = signerFromPem(newSigningKey(), "secret-storage");
	const third = await open("gate3", { signer: other });
	await third.close();
	const [started, created] = entriesOf(first.path);
	assert.equal(started?.head.type, "gate.started");
	assert.equal(started?.body?.segment, first.segment);
	assert.equal(started?.body?.workspace, workspaceId(root));
	assert.equal(started?.body?.root, root);
	assert.deepEqual(started?.body?.writer, WRITER);
	assert.equal(created?.head.type, "key.created");
	assert.equal(created?.body?.previous, null);
	assert.equal(created?.body?.storage, "file");
	assert.notEqual(entriesOf(second.path)[1]?.head.type, "key.created");
	const announced = entriesOf(third.path)[1];
	assert.equal(announced?.head.type, "key.created");
	assert.equal(announced?.body?.previous, created?.body?.publicKey);
	assert.equal(announced?.body?.storage, "secret-storage");
	assert.ok((await verifyWorkspace(first.dir)).ok);
	assert.equal(home.workspaces, join(home.dir, "workspaces"));
});

test("files are private and lie where the design says", async (t) => {
	const { home, open, root } = place(t);
	const journal = await open("gate1");
	await journal.evidence.put(Buffer.from("x"));
	assert.equal(journal.path, join(home.dir, "workspaces", workspaceId(root), "journal", journal.segment));
	assert.match(journal.segment, /^\d{8}T\d{6}\.\d{3}Z-gate1\.jsonl$/);
	const head = headPath(join(journal.dir, "heads"), journal.segment);
	for (const file of [journal.path, head]) assert.equal(statSync(file).mode & 0o777, 0o600, file);
	for (const dir of ["journal", "heads", "evidence"])
		assert.equal(statSync(join(journal.dir, dir)).mode & 0o777, 0o700, dir);
	for (const name of readdirSync(join(journal.dir, "evidence")))
		assert.equal(statSync(join(journal.dir, "evidence", name)).mode & 0o777, 0o600);
	await journal.close();
});

test("entries of concurrent callers keep the order of the calls", async (t) => {
	const journal = await place(t).open("gate1");
	const before = journal.head.entries;
	const calls = Array.from({ length: 90 }, (_, i) => journal.append("prompt", { claimed: { i } }));
	const done = await Promise.all(calls);
	assert.deepEqual(
		done.map(({ seq }) => seq - before),
		calls.map((_, i) => i + 1),
	);
	assert.deepEqual(
		entriesOf(journal.path)
			.slice(before)
			.map(({ body }) => (body?.claimed as { i?: number } | undefined)?.i),
		calls.map((_, i) => i),
	);
	await journal.close();
});

test("the outside head follows every acknowledged entry", async (t) => {
	const journal = await place(t).open("gate1");
	const path = headPath(join(journal.dir, "heads"), journal.segment);
	for (let i = 0; i < 5; i++) {
		const { seq, hash } = await journal.append("prompt", { claimed: {} });
		assert.deepEqual((await readHead(path))?.head, { entries: seq, hash, bytes: statSync(journal.path).size });
	}
	await journal.close();
});

test("a checkpoint is signed at the start, at least every 100 entries, at the end of a session and at stop", async (t) => {
	const journal = await place(t).open("gate1");
	await journal.appendAll(Array.from({ length: 250 }, () => ({ type: "prompt" as const, body: { claimed: {} } })));
	await journal.append("session.ended", { claimed: {} });
	await journal.checkpoint();
	await journal.close();
	const types = entriesOf(journal.path).map(({ head }) => head.type);
	assert.deepEqual(types.slice(0, 3), ["gate.started", "key.created", "checkpoint"]);
	assert.deepEqual(types.slice(-5), ["session.ended", "checkpoint", "checkpoint", "gate.stopped", "checkpoint"]);
	for (let i = 0, since = 0; i < types.length; i++) {
		since = types[i] === "checkpoint" ? 0 : since + 1;
		assert.ok(since <= 100);
	}
	const found = await verifyWorkspace(journal.dir);
	assert.deepEqual(found.problems, []);
	assert.equal(found.heads[0]?.signed, types.length);
});

test("an entry that cannot be written costs only itself", async (t) => {
	const journal = await place(t).open("gate1");
	const before = journal.head.entries;
	let deep: unknown = 0;
	for (let i = 0; i < 100_000; i++) deep = [deep];
	const good = journal.append("prompt", { claimed: { n: 1 } });
	await assert.rejects(journal.append("prompt", { claimed: { text: "\ud800" } }), code("bad-entry"));
	await assert.rejects(journal.append("prompt", { claimed: { n: Number.NaN } }), code("bad-entry"));
	await assert.rejects(journal.append("prompt", { claimed: { n: 1n } }), code("bad-entry"));
	await assert.rejects(journal.append("prompt", { claimed: { deep } }), code("bad-entry"));
	await assert.rejects(journal.append("prompt", { claimed: {} }, { session: "s".repeat(300) }), code("bad-entry"));
	await assert.rejects(journal.append("prompt", { claimed: { text: "x".repeat(MAX_LINE_BYTES) } }), code("too-large"));
	// All or none of several.
	const some = [
		{ type: "prompt" as const, body: { claimed: {} } },
		{ type: "prompt" as const, body: { claimed: { text: "\udc00" } } },
	];
	await assert.rejects(journal.appendAll(some), code("bad-entry"));
	await good;
	assert.equal(journal.failure, undefined);
	assert.equal((await journal.append("prompt", { claimed: { n: 2 } })).seq, before + 2);
	await journal.close();
	assert.ok((await verifyWorkspace(journal.dir)).ok);
});

test("more than fits in memory is refused, not queued, and what was taken is written", async (t) => {
	const journal = await place(t).open("gate1");
	const big = { claimed: { text: "x".repeat(6 * 1024 * 1024) } };
	const results = await Promise.allSettled(Array.from({ length: 14 }, () => journal.append("prompt", big)));
	const refused = results.filter((one) => one.status === "rejected");
	assert.ok(refused.length > 0 && refused.length < 14);
	for (const one of refused) code("overloaded")(one.reason);
	await journal.append("prompt", { claimed: {} });
	await journal.close();
	assert.ok((await verifyWorkspace(journal.dir)).ok);
});

test("a body may be changed after append was called", async (t) => {
	const journal = await place(t).open("gate1");
	const body = { claimed: { text: "before" } };
	const append = journal.append("prompt", body);
	body.claimed.text = "after";
	await append;
	assert.deepEqual(entriesOf(journal.path).at(-1)?.body?.claimed, { text: "before" });
	await journal.close();
});

test("closing writes what waits, then gate.stopped and a checkpoint; later appends are refused; closing twice is once", async (t) => {
	const journal = await place(t).open("gate1");
	const waiting = journal.append("prompt", { claimed: { text: "last" } });
	const closing = journal.close("the window closed");
	await assert.rejects(journal.append("prompt", { claimed: {} }), code("closed"));
	await assert.rejects(journal.checkpoint(), code("closed"));
	await Promise.all([waiting, closing, journal.close()]);
	const entries = entriesOf(journal.path);
	assert.deepEqual(
		entries.slice(-3).map(({ head }) => head.type),
		["prompt", "gate.stopped", "checkpoint"],
	);
	assert.equal(entries.at(-2)?.body?.reason, "the window closed");
});

test("a clock that goes backwards changes the times and nothing else", async (t) => {
	const { open } = place(t);
	let now = Date.parse("2030-01-01T00:00:00Z");
	const clock = { now: () => (now -= 3_600_000), mono: () => 7 };
	const first = await open("gate1", { clock });
	await first.append("prompt", { claimed: {} });
	await first.append("prompt", { claimed: {} });
	await first.close();
	const second = await open("gate1", { clock });
	await second.close();
	const times = entriesOf(first.path).map(({ head }) => head.time);
	assert.deepEqual(times, [...times].sort().reverse());
	assert.ok(second.segment < first.segment);
	assert.deepEqual((await verifyWorkspace(first.dir)).problems, []);
});

test("a gate that opens twice in one millisecond gets two segments", async (t) => {
	const { open } = place(t);
	const clock = { now: () => 1_700_000_000_000, mono: () => 0 };
	const journals = await Promise.all([1, 2, 3].map(() => open("gate1", { clock })));
	assert.equal(new Set(journals.map(({ segment }) => segment)).size, 3);
	for (const journal of journals) await journal.close();
	assert.ok((await verifyWorkspace(journals[0]?.dir ?? "")).ok);
});

test("a start links the segments nobody linked in their final state, so links do not grow with the log", async (t) => {
	const { open } = place(t);
	const links = (path: string) => (entriesOf(path)[0]?.body?.links as { segment: string; final: boolean }[]) ?? [];
	const first = await open("gate1");
	const second = await open("gate2");
	assert.deepEqual(
		links(second.path).map(({ segment, final }) => [segment, final]),
		[[first.segment, false]],
	);
	await first.close();
	await second.close();
	const third = await open("gate3");
	assert.deepEqual(
		links(third.path)
			.map(({ segment }) => segment)
			.sort(),
		[first.segment, second.segment].sort(),
	);
	assert.ok(links(third.path).every(({ final }) => final));
	await third.close();
	const fourth = await open("gate4");
	assert.deepEqual(
		links(fourth.path).map(({ segment }) => segment),
		[third.segment],
	);
	await fourth.close();
	assert.ok((await verifyWorkspace(first.dir)).ok);
});

test("a start does not look again at segments that were settled, unless they changed", async (t) => {
	const { open } = place(t);
	const journals = [];
	for (const gate of ["one", "two", "three"]) {
		const journal = await open(gate);
		await journal.close();
		journals.push(journal);
	}
	const [first, second, third] = journals;
	assert.ok(first && second && third);
	const settled = (path: string) => (entriesOf(path)[0]?.body?.settled as { segments?: number } | undefined)?.segments;
	assert.deepEqual([settled(first.path), settled(second.path), settled(third.path)], [0, 1, 2]);
	const links = (path: string) =>
		((entriesOf(path)[0]?.body?.links ?? []) as { segment: string }[]).map((link) => link.segment);
	// Same size, so it is not looked at; what was done to it is for the verifier to find.
	const bytes = readFileSync(first.path);
	writeFileSync(first.path, Buffer.alloc(bytes.length, "x"));
	const fourth = await open("four");
	await fourth.close();
	assert.deepEqual(links(fourth.path), [third.segment]);
	assert.equal(entriesOf(fourth.path)[1]?.head.type, "checkpoint", "the key is still known");
	assert.equal((await verifyWorkspace(first.dir)).ok, false);
	writeFileSync(first.path, bytes.subarray(0, -9));
	const fifth = await open("five");
	await fifth.close();
	assert.equal(settled(fifth.path), 0);
	writeFileSync(first.path, bytes);
	const sixth = await open("six");
	await sixth.close();
	assert.equal(settled(sixth.path), 5);
	assert.deepEqual((await verifyWorkspace(first.dir)).problems, []);
});

test("an opening that fails before a byte was written leaves no files behind", async (t) => {
	const { open, home } = place(t);
	const journal = await open("one");
	const sign = () => {
		throw new Error("locked");
	};
	await assert.rejects(open("two", { signer: { ...home.signer(), sign } }), code("signer"));
	for (const dir of ["journal", "heads"])
		assert.ok(readdirSync(join(journal.dir, dir)).every((name) => name.includes(journal.segment)));
	await journal.close();
	assert.ok((await verifyWorkspace(journal.dir)).ok);
});

test("what belongs to no root has a log of its own; a folder and a symlink to it share one", async (t) => {
	const { home, root, dir } = place(t);
	const options = { home, gateId: "gate1", writer: WRITER, signer: home.signer() };
	const outside = await openJournal({ ...options, root: undefined });
	assert.equal(outside.workspace, "_outside");
	await outside.close();
	symlinkSync(root, join(dir, "link"));
	assert.equal(workspaceId(join(dir, "link")), workspaceId(root));
	assert.match(workspaceId(root), /^[0-9a-f]{16}$/);
	await assert.rejects(openJournal({ ...options, root: join(dir, "none") }), code("no-root"));
});

test("a worktree names the repository it belongs to, as a claim; a hostile .git is ignored", async (t) => {
	const { open, root } = place(t);
	writeFileSync(join(root, ".git"), "gitdir: /src/repo/.git/worktrees/w1\n");
	const first = await open("gate1");
	await first.close();
	assert.deepEqual(entriesOf(first.path)[0]?.body?.claimed, { repository: "/src/repo/.git" });
	writeFileSync(join(root, ".git"), Buffer.from([0xff, 0xfe, 0x00]));
	const second = await open("gate2");
	await second.close();
	assert.equal(entriesOf(second.path)[0]?.body?.claimed, undefined);
});

test("a key that cannot sign ends the segment: nothing is acknowledged without its signature", async (t) => {
	const { open, home } = place(t);
	let works = true;
	const signer = {
		...home.signer(),
		sign: (bytes: Uint8Array) => {
			if (!works) throw new Error("locked");
			return home.signer().sign(bytes);
		},
	};
	const journal = await open("gate1", { signer });
	works = false;
	await assert.rejects(journal.append("session.ended", { claimed: {} }), code("signer"));
	await assert.rejects(journal.append("prompt", { claimed: {} }), code("closed"));
	assert.equal(journal.failure?.code, "signer");
	await journal.close();
	works = true;
	await (await open("gate1", { signer })).close();
	assert.ok((await verifyWorkspace(journal.dir)).ok);
});

test("a segment that cannot be read is named in the first entry and stops nobody", async (t) => {
	const { open, root, home } = place(t);
	await (await open("gate1")).close();
	const journalDir = join(home.workspaces, workspaceId(root), "journal");
	symlinkSync("/nowhere", join(journalDir, "20200101T000000.000Z-x.jsonl"));
	const journal = await open("gate2");
	await journal.close();
	assert.deepEqual(entriesOf(journal.path)[0]?.body?.unreadable, [
		{ segment: "20200101T000000.000Z-x.jsonl", code: "ELOOP" },
	]);
});

test("two roots of one gate have their own logs", async (t) => {
	const { home, root } = place(t);
	const other = tempDir(t);
	const open = (of: string) => openJournal({ home, root: of, gateId: "gate1", writer: WRITER, signer: home.signer() });
	const [a, b] = await Promise.all([open(root), open(other)]);
	await Promise.all([a.append("prompt", requested("1")), b.append("prompt", requested("2"))]);
	await Promise.all([a.close(), b.close()]);
	assert.notEqual(a.dir, b.dir);
	assert.equal(segmentPaths(a.dir).length, 1);
	assert.equal(linesOf(b.path).length, linesOf(a.path).length);
	assert.ok(readFileSync(b.path, "utf8").includes('"request":"2"'));
});
