import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import {
	appendFileSync,
	chmodSync,
	cpSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { headPath, readHead } from "../../../src/audit/head.ts";
import type { Journal } from "../../../src/audit/journal.ts";
import { isDead, type Owner, releaseSegment, thisOwner } from "../../../src/audit/owner.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { entriesOf, killOwner, type Place, place, placeIn, requested, tempDir, writeHead } from "./support.ts";

const repairsIn = (path: string) => entriesOf(path).filter(({ head }) => head.type === "repair");
const sidesIn = (dir: string) => readdirSync(join(dir, "journal")).filter((name) => name.endsWith(".torn"));

/** A journal whose gate died after these acknowledged entries. */
async function dead({ open }: Place, entries = 3): Promise<Journal> {
	const journal = await open("dead");
	for (let i = 0; i < entries; i++) await journal.append("action.requested", requested(`r${i}`));
	killOwner(journal.dir, journal.segment);
	return journal;
}

/** What a batch of three more entries would have written. */
async function nextBatch(t: TestContext): Promise<Buffer> {
	const other = place(t);
	const journal = await other.open("dead");
	const from = statSync(journal.path).size;
	await journal.appendAll(["x", "y", "z"].map((r) => ({ type: "action.requested" as const, body: requested(r) })));
	return readFileSync(journal.path).subarray(from);
}

test("a torn last line is kept in a side file, logged in the new segment and cut out", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	const whole = readFileSync(journal.path);
	const torn = Buffer.from('{"body":{"claimed":{"te');
	appendFileSync(journal.path, torn);
	const before = await verifyWorkspace(journal.dir);
	assert.deepEqual(
		before.problems.map(({ kind, segment }) => [kind, segment]),
		[["torn", journal.segment]],
	);
	const next = await here.open("gate2");
	await next.close();
	assert.ok(readFileSync(journal.path).equals(whole));
	const [repair] = repairsIn(next.path);
	assert.equal(repair?.body?.segment, journal.segment);
	assert.equal(repair?.body?.bytes, torn.length);
	assert.equal(repair?.body?.offset, whole.length);
	assert.equal(repair?.body?.sha256, createHash("sha256").update(torn).digest("hex"));
	const side = join(journal.dir, "journal", String(repair?.body?.side));
	assert.ok(readFileSync(side).equals(torn));
	assert.equal(statSync(side).mode & 0o777, 0o600);
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
	const third = await here.open("gate3");
	await third.close();
	assert.deepEqual(repairsIn(third.path), [], "once is enough");
});

test("wherever a batch is torn, the next start keeps all whole entries, cuts the rest, and the log verifies", async (t) => {
	const base = tempDir(t);
	const original = placeIn(join(base, "a"));
	const journal = await dead(original);
	const whole = statSync(journal.path).size;
	const more = await continued(journal);
	let n = 0;
	await fc.assert(
		fc.asyncProperty(
			fc.nat(more.length),
			fc.constantFrom(Buffer.alloc(0), Buffer.alloc(50), Buffer.from("\x01x"), Buffer.from("\x01x\ny\n")),
			async (length, rest) => {
				const dir = join(base, `copy${n++}`);
				cpSync(join(base, "a"), dir, { recursive: true });
				const copy = placeIn(dir, original.root);
				const path = join(copy.home.workspaces, journal.workspace, "journal", journal.segment);
				const kept = more.subarray(0, length);
				appendFileSync(path, Buffer.concat([kept, rest]));
				const lines = kept.lastIndexOf(10) + 1;
				const torn = kept.length + rest.length - lines;
				const next = await copy.open("gate2");
				await next.close();
				assert.equal(statSync(path).size, whole + lines);
				assert.deepEqual(
					repairsIn(next.path).map(({ body }) => [body?.offset, body?.bytes]),
					torn === 0 ? [] : [[whole + lines, torn]],
				);
				const links = entriesOf(next.path)[0]?.body?.links as { bytes: number; final: boolean }[] | undefined;
				assert.deepEqual([links?.[0]?.bytes, links?.[0]?.final], [whole + lines, true]);
				assert.deepEqual((await verifyWorkspace(next.dir)).problems, []);
			},
		),
		{ numRuns: 40 },
	);
});

/** The bytes the journal writes next. */
async function continued(journal: Journal): Promise<Buffer> {
	const before = readFileSync(journal.path);
	const head = headPath(join(journal.dir, "heads"), journal.segment);
	const outside = readFileSync(head);
	await journal.appendAll(["x", "y", "z"].map((r) => ({ type: "action.requested" as const, body: requested(r) })));
	const after = readFileSync(journal.path).subarray(before.length);
	truncateSync(journal.path, before.length);
	writeFileSync(head, outside);
	return after;
}

test("the segment of a living gate in mid-write is never touched, and only what is durable of it is linked", async (t) => {
	const { open } = place(t);
	const living = await open("living");
	await living.append("prompt", { claimed: {} });
	const size = statSync(living.path).size;
	appendFileSync(living.path, '{"body":');
	const next = await open("gate2");
	assert.equal(statSync(living.path).size, size + 8);
	assert.deepEqual(repairsIn(next.path), []);
	const links = entriesOf(next.path)[0]?.body?.links as { bytes: number; final: boolean }[];
	assert.deepEqual(
		links.map(({ bytes, final }) => [bytes, final]),
		[[size, false]],
	);
	await next.close();
	assert.deepEqual((await verifyWorkspace(next.dir)).problems, [], "a line being written is no alarm");
});

test("a journal that failed in this process is repaired when it opens a new segment", async (t) => {
	const { open } = place(t);
	const failed = await open("gate1");
	await failed.abandon(Object.assign(new Error("x"), { code: "EIO" }));
	appendFileSync(failed.path, "half a li");
	const next = await open("gate1");
	await next.close();
	assert.equal(repairsIn(next.path).length, 1);
	assert.deepEqual((await verifyWorkspace(next.dir)).problems, []);
});

test("gates that start at once after a crash may all repair, and the log verifies", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	appendFileSync(journal.path, "torn");
	const next = await Promise.all(["g1", "g2", "g3"].map((gate) => here.open(gate)));
	for (const one of next) await one.close();
	assert.ok(next.some(({ path }) => repairsIn(path).length === 1));
	assert.equal(sidesIn(journal.dir).length, 1);
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
});

test("damage among acknowledged entries is not repaired away: it stays for the verifier", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	const size = statSync(journal.path).size;
	truncateSync(journal.path, size - 10);
	const next = await here.open("gate2");
	await next.close();
	assert.equal(statSync(journal.path).size, size - 10);
	assert.deepEqual(sidesIn(journal.dir), []);
	const kinds = (await verifyWorkspace(journal.dir)).problems.map(({ kind }) => kind);
	assert.ok(kinds.includes("cut-tail"));
});

test("where outside head and segment contradict each other nothing is repaired or linked", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	const size = statSync(journal.path).size;
	writeHead(journal.dir, journal.segment, journal.head.entries, size, "1".repeat(64));
	appendFileSync(journal.path, "torn");
	const next = await here.open("gate2");
	await next.close();
	assert.equal(statSync(journal.path).size, size + 4);
	assert.deepEqual(entriesOf(next.path)[0]?.body?.links, []);
});

test("a forged line that fits in form but not in the chain is not taken for a torn one", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	appendFileSync(journal.path, (await nextBatch(t)).toString());
	const size = statSync(journal.path).size;
	const next = await here.open("gate2");
	await next.close();
	assert.equal(statSync(journal.path).size, size);
	assert.equal((await verifyWorkspace(journal.dir)).ok, false);
});

test("without its outside head only an unended last line is cut, and the missing head is still told", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	const size = statSync(journal.path).size;
	appendFileSync(journal.path, "torn");
	const head = headPath(join(journal.dir, "heads"), journal.segment);
	rmSync(head);
	const early = await here.open("gate2");
	await early.close();
	assert.equal(statSync(journal.path).size, size + 4, "its owner is unknown, so it may live");
	utimesSync(journal.path, new Date(0), new Date(0));
	const late = await here.open("gate3");
	await late.close();
	assert.equal(statSync(journal.path).size, size);
	const kinds = (await verifyWorkspace(journal.dir)).problems.map(({ kind }) => kind);
	assert.deepEqual(kinds, ["cut-tail"]);
});

test("a repair whose side file was removed or altered later is told", async (t) => {
	const here = place(t);
	const journal = await dead(here);
	appendFileSync(journal.path, "torn");
	await (await here.open("gate2")).close();
	const side = join(journal.dir, "journal", sidesIn(journal.dir)[0] ?? "");
	writeFileSync(side, "toRn");
	assert.deepEqual(
		(await verifyWorkspace(journal.dir)).problems.map(({ kind }) => kind),
		["evidence-altered"],
	);
	rmSync(side);
	assert.deepEqual(
		(await verifyWorkspace(journal.dir)).problems.map(({ kind }) => kind),
		["evidence-missing"],
	);
});

test("an old segment that may not be written stops nobody, and is named", {
	skip: process.getuid?.() === 0 ? "root may write everything" : false,
}, async (t) => {
	const here = place(t);
	const journal = await dead(here);
	appendFileSync(journal.path, "torn");
	chmodSync(journal.path, 0o400);
	const next = await here.open("gate2");
	await next.close();
	assert.deepEqual(entriesOf(next.path)[0]?.body?.unreadable, [{ segment: journal.segment, code: "EACCES" }]);
});

test("an owner is dead only when that is sure", async () => {
	const me = thisOwner();
	const now = Date.now();
	const alive = (owner: Owner | undefined, changed = now) => !isDead("/s.jsonl", owner, changed, now);
	const gone = 2 ** 22 + 1;
	assert.ok(alive(me));
	assert.ok(!alive({ ...me, pid: gone }));
	assert.ok(alive({ ...me, pid: process.ppid, start: "" }), "running, start unknown");
	assert.ok(alive({ ...me, pid: gone, host: "elsewhere" }));
	assert.ok(!alive({ ...me, pid: gone, host: "elsewhere" }, now - 25 * 3_600_000), "nobody wrote for a day");
	assert.ok(alive(undefined));
	assert.ok(!alive(undefined, now - 25 * 3_600_000));
	if (process.platform === "linux") {
		assert.ok(!alive({ ...me, start: "1" }), "the pid belongs to another process now");
		assert.ok(alive({ ...me, pid: gone, pidns: "pid:[1]" }), "another container");
		assert.ok(!alive({ ...me, boot: "before" }, 0), "the machine was restarted");
		assert.ok(alive({ ...me, boot: "before" }), "written after our start: another machine of this name");
	}
	releaseSegment("/s.jsonl");
	assert.ok(!alive(me), "this process has let go of it");
});

test("an owner that ended and was not reaped is dead", {
	skip: process.platform === "linux" ? false : "needs /proc",
	timeout: 30_000,
}, async (t) => {
	// The shell becomes a sleep, which never waits for the child that the shell had.
	const parent = spawn("/bin/sh", ["-c", "sleep 60 & echo $!; exec sleep 60"], { stdio: ["ignore", "pipe", "ignore"] });
	t.after(() => parent.kill());
	const [line] = (await once(parent.stdout, "data")) as [Buffer];
	const pid = Number(line.toString());
	const until = async (reached: () => boolean) => {
		while (!reached()) await new Promise((resolve) => setImmediate(resolve));
	};
	await until(() => readFileSync(`/proc/${parent.pid}/cmdline`, "latin1").startsWith("sleep"));
	process.kill(pid, "SIGKILL");
	const stat = () => readFileSync(`/proc/${pid}/stat`, "latin1").split(") ")[1]?.split(" ") ?? [];
	await until(() => stat()[0] === "Z");
	assert.ok(isDead("/z.jsonl", { ...thisOwner(), pid, start: stat()[19] ?? "" }, Date.now()));
});

test("a gate that is just writing its last entries is not taken for one that has", async (t) => {
	const { open } = place(t);
	const journal = await open("gate1");
	const { entries } = journal.head;
	await journal.append("gate.stopped", { reason: "its checkpoint is on its way" });
	const next = await open("gate2");
	await next.close();
	const links = entriesOf(next.path)[0]?.body?.links as { entries: number; final: boolean }[];
	assert.deepEqual(
		links.map((link) => [link.entries, link.final]),
		[[entries + 1, false]],
	);
	await journal.checkpoint();
	assert.deepEqual((await verifyWorkspace(next.dir)).problems, []);
});

test("of a head file with one damaged slot the other is read, with two none", async (t) => {
	const journal = await place(t).open("gate1");
	const { seq } = await journal.append("prompt", { claimed: {} });
	const path = headPath(join(journal.dir, "heads"), journal.segment);
	const bytes = readFileSync(path);
	const entries = [];
	for (const offset of [1024, 1536]) {
		const damaged = Buffer.from(bytes);
		damaged.fill("9", offset + 20, offset + 25);
		writeFileSync(path, damaged);
		entries.push((await readHead(path))?.head?.entries);
	}
	assert.deepEqual(entries.sort(), [seq - 1, seq], "the slots hold the last two batches");
	writeFileSync(path, Buffer.alloc(2048));
	assert.deepEqual(await readHead(path), {});
});
