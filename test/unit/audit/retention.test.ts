// Evidence that is taken away with a word, and what the verifier makes of it.
import assert from "node:assert/strict";
import { appendFileSync, existsSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { GENESIS, saltedBody, seal } from "../../../src/audit/chain.ts";
import { firstEntry } from "../../../src/audit/first.ts";
import type { Journal } from "../../../src/audit/journal.ts";
import { type Retained, removeOldEvidence } from "../../../src/audit/retention.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { Removals } from "../../../src/audit/verifyRemovals.ts";
import { entriesOf, killOwner, linesOf, place, writeHead } from "./support.ts";

const DAY = 24 * 60 * 60_000;
const DAYS = 30;
const now = Date.now();

/** A place whose journals write at `clock.time`, with a first one open. */
async function start(t: TestContext) {
	const here = place(t);
	const clock = { time: now - 100 * DAY, now: () => clock.time, mono: () => 1 };
	const open = (gate: string) => here.open(gate, { clock });
	const journal = await open("one");
	const { dir } = journal;
	const path = (digest: string) => join(dir, "evidence", digest);
	return {
		...here,
		clock,
		open,
		journal,
		dir,
		path,
		/** Puts a content and names it, at the time of the clock. */
		async name(text: string, by: Journal = journal): Promise<string> {
			const piece = await by.evidence.put(Buffer.from(text));
			await by.append("action.executed", { outcome: "done", result: piece, claimed: {} });
			age(path(piece.digest), clock.time);
			return piece.digest;
		},
		remove: (by: Pick<Journal, "append" | "checkpoint"> = journal, days = DAYS): Promise<Retained> => {
			clock.time = now;
			return removeOldEvidence(by, { dir, olderThanDays: days, now });
		},
		problems: async () =>
			(await verifyWorkspace(dir)).problems.map(({ kind, line, detail }) => ({ kind, line, detail })),
		stored: () => readdirSync(join(dir, "evidence")).sort(),
		tombstones: () => entriesOf(journal.path).filter(({ head }) => head.type === "evidence.removed"),
	};
}

function age(path: string, time: number): void {
	utimesSync(path, time / 1000, time / 1000);
}

test("evidence whose last entry is old goes, with an entry that lists it; the rest and all entries stay", async (t) => {
	const { clock, name, remove, problems, stored, tombstones, journal, path } = await start(t);
	const old = [await name("a"), await name("b")];
	const again = await name("named again");
	const entries = linesOf(journal.path).length;
	clock.time = now - 10 * DAY;
	await name("named again");
	const young = await name("young");
	// One whose file is old, as in a copy that kept the times.
	age(path(again), now - 90 * DAY);
	const done = await remove();
	assert.deepEqual([done.removed, done.unnamed], [2, 0]);
	assert.ok(done.bytes > 0);
	assert.deepEqual(stored(), [again, young].sort());
	const [tombstone, ...more] = tombstones();
	assert.deepEqual((tombstone?.body?.digests as string[] | undefined)?.toSorted(), old.toSorted());
	assert.deepEqual([tombstone?.body?.olderThanDays, more.length], [DAYS, 0]);
	assert.ok(linesOf(journal.path).length > entries);
	assert.deepEqual(await problems(), []);
	// And again there is nothing to do.
	assert.deepEqual(await remove(), { removed: 0, bytes: 0, unnamed: 0, planted: [] });
	assert.equal(tombstones().length, 1);
	await journal.close();
	assert.deepEqual(await problems(), []);
});

test("many pieces are listed in several entries", async (t) => {
	const { journal, remove, problems, stored, tombstones, path } = await start(t);
	const pieces = await Promise.all(Array.from({ length: 300 }, (_, n) => journal.evidence.put(Buffer.from(`${n}`))));
	await journal.append("action.executed", { outcome: "done", result: pieces, claimed: {} });
	for (const { digest } of pieces) age(path(digest), now - 90 * DAY);
	assert.equal((await remove()).removed, 300);
	assert.deepEqual([stored(), tombstones().length], [[], 2]);
	assert.deepEqual(await problems(), []);
});

test("what a gate beside names counts, whichever of the two removes", async (t) => {
	const { clock, open, name, remove, problems, stored, journal } = await start(t);
	const two = await open("two");
	const old = await name("old of the other", two);
	const shared = await name("shared");
	clock.time = now - 2 * DAY;
	await name("shared", two);
	assert.equal((await remove()).removed, 1);
	assert.deepEqual([stored(), stored().includes(old)], [[shared], false]);
	assert.deepEqual(await problems(), []);
	await journal.close();
	await two.close();
	await (await open("three")).close();
	assert.deepEqual(await problems(), []);
});

test("a crash between entry and removal, or in the middle of one, is gone on from", async (t) => {
	const { name, remove, problems, stored, path, journal } = await start(t);
	const [a, b, c] = [await name("a"), await name("b"), await name("c")];
	const dying = {
		append: journal.append.bind(journal),
		checkpoint: () => Promise.reject(new Error("killed")),
	};
	await assert.rejects(remove(dying), /killed/);
	assert.equal(stored().length, 3);
	assert.deepEqual(await problems(), []);
	renameSync(path(a), path(`${a}.0123456789abcdef.removing`));
	rmSync(path(b));
	assert.equal((await remove()).removed, 2);
	assert.deepEqual(stored(), []);
	// Each of the three is listed by a signed entry: b by the one that was written before.
	assert.deepEqual(await problems(), []);
	assert.equal(c.length, 64);
});

test("when the journal cannot be written nothing is removed", async (t) => {
	const { name, remove, stored, journal } = await start(t);
	await name("a");
	await journal.close();
	await assert.rejects(remove(), { code: "closed" });
	assert.equal(stored().length, 1);
	await assert.rejects(remove(journal, 0), RangeError);
	await assert.rejects(remove(journal, 1.5), RangeError);
});

test("what is put while old evidence is removed stays, and so does what is put after", async (t) => {
	const { clock, open, name, remove, problems, stored, journal } = await start(t);
	const digests = [await name("one"), await name("two"), await name("three")];
	const beside = await open("beside");
	// Behind the look at the log, before the files go: what another gate may do at any moment.
	const during = {
		append: async (...args: Parameters<Journal["append"]>) => {
			await beside.evidence.put(Buffer.from("one"));
			return journal.append(...args);
		},
		checkpoint: () => journal.checkpoint(),
	};
	assert.equal((await remove(during)).removed, 2);
	assert.deepEqual(stored(), [digests[0]]);
	clock.time = now + 1;
	for (const text of ["one", "two"]) {
		const piece = await beside.evidence.put(Buffer.from(text));
		await beside.append("action.executed", { outcome: "done", result: piece, claimed: {} });
	}
	assert.deepEqual(stored(), digests.slice(0, 2).sort());
	assert.deepEqual(await problems(), []);
	// What was put just before is not even listed.
	for (const digest of digests.slice(0, 2)) assert.ok(!(await remove()).removed && stored().includes(digest));
});

test("two gates that write and two retentions at once lose nothing that an entry names", async (t) => {
	const { clock, open, name, problems, dir, stored, path, journal } = await start(t);
	const two = await open("two");
	for (let round = 0; round < 12; round++) {
		clock.time = now - 90 * DAY + round;
		for (let n = 0; n < 8; n++) await name(`content ${n}`, n % 2 === 0 ? journal : two);
		for (const digest of stored()) age(path(digest), now - 90 * DAY);
		clock.time = now + round;
		const write = async (by: Journal, first: number) => {
			for (let n = first; n < 8; n += 3) {
				const piece = await by.evidence.put(Buffer.from(`content ${n}`));
				await by.append("action.executed", { outcome: "done", result: piece, claimed: {} });
			}
		};
		const options = { dir, olderThanDays: DAYS, now: now + round };
		await Promise.all([
			removeOldEvidence(journal, options),
			write(two, round % 3),
			removeOldEvidence(two, options),
			write(journal, (round + 1) % 3),
		]);
		assert.deepEqual(await problems(), []);
		assert.ok(stored().every((digest) => /^[0-9a-f]{64}$/.test(digest)));
	}
});

test("evidence that no entry names goes when it is old, but not from a log that was damaged", async (t) => {
	const { remove, problems, stored, path, journal, name } = await start(t);
	const young = (await journal.evidence.put(Buffer.from("young"))).digest;
	const orphan = async () => {
		const { digest } = await journal.evidence.put(Buffer.from("left behind by a crash"));
		age(path(digest), now - 90 * DAY);
		return digest;
	};
	await orphan();
	const done = await remove();
	assert.deepEqual([done.removed, done.unnamed, stored()], [1, 1, [young]]);
	assert.deepEqual(await problems(), []);

	const named = await name("x");
	age(path(named), now - 90 * DAY);
	const lines = linesOf(journal.path);
	const kept = await orphan();
	for (const damaged of [lines.toSpliced(3, 0, "{}"), lines.with(3, (lines[3] ?? "").replace('"v":1', '"v":2'))]) {
		writeFileSync(journal.path, `${damaged.join("\n")}\n`);
		assert.equal((await remove({ append: async () => ({ seq: 0, hash: "" }), checkpoint: async () => {} })).unnamed, 0);
		assert.ok(stored().includes(kept));
	}
	// What an altered line names is in doubt, and stays.
	const at = lines.findIndex((line) => line.includes(named));
	writeFileSync(journal.path, `${lines.with(at, (lines[at] ?? "").replace("done", "dome")).join("\n")}\n`);
	await remove();
	assert.ok(stored().includes(named));
});

test("what was removed without an entry that lists it is missing", async (t) => {
	const { name, remove, problems, path, journal } = await start(t);
	const taken = await name("taken");
	await remove();
	assert.equal(existsSync(path(taken)), false);
	assert.deepEqual(await problems(), []);
	const other = await name("other");
	rmSync(path(other));
	assert.deepEqual(
		(await problems()).map(({ kind, line }) => [kind, line]),
		[["evidence-missing", journal.head.entries]],
	);
});

test("what was named again after the entry that lists it is missing, at the entry that named it again", async (t) => {
	const { clock, open, name, remove, problems, path, journal } = await start(t);
	const taken = await name("taken");
	await remove();
	clock.time = now + 1;
	await name("taken");
	const { entries } = journal.head;
	rmSync(path(taken));
	const [problem, ...more] = await problems();
	assert.deepEqual([problem?.kind, problem?.line, more], ["evidence-missing", entries, []]);
	assert.match(problem?.detail ?? "", /before this entry named it again/);
	// By another gate, too.
	await name("taken");
	const two = await open("two");
	await two.append("action.executed", {
		outcome: "done",
		result: await two.evidence.put(Buffer.from("taken")),
		claimed: {},
	});
	rmSync(path(taken));
	assert.equal((await problems()).length, 1);
});

test("an entry that nobody signed excuses nothing: who can write to the folder can append one", async (t) => {
	const { name, problems, path, journal, dir } = await start(t);
	const digest = await name("secret");
	await journal.checkpoint();
	killOwner(dir, journal.segment);
	const { entries: seq, bytes, hash } = journal.head;
	const head = { v: 1, seq: seq + 1, time: new Date(now).toISOString(), mono: 1, type: "evidence.removed" } as const;
	const forged = seal(hash, head, saltedBody({ digests: [digest], olderThanDays: 1 }));
	appendFileSync(journal.path, forged.line);
	writeHead(dir, journal.segment, seq + 1, bytes + forged.line.length, forged.hash);
	assert.deepEqual(await problems(), []);
	rmSync(path(digest));
	assert.deepEqual(
		(await problems()).map(({ kind }) => kind),
		["evidence-missing"],
	);
});

test("an entry that was written while the log was read is found, where it is signed", async (t) => {
	const { name, remove, path, journal } = await start(t);
	const digest = await name("old");
	const { bytes, hash } = journal.head;
	const started = await firstEntry(journal.path);
	assert.ok(started);
	const missing = [{ segment: journal.segment, first: 1, last: 1, lastSeq: 1, time: "" }];
	const later = async (from: number, head: string) => {
		const removals = new Removals();
		await removals.takeLater(journal.path, started, from, head);
		return removals.unexplained(digest, missing);
	};
	assert.ok(await later(bytes, hash));
	await remove();
	assert.equal(existsSync(path(digest)), false);
	assert.equal(await later(bytes, hash), undefined);
	assert.equal(await later(0, GENESIS), undefined);
	// Not where the chain does not go on.
	assert.ok(await later(bytes, GENESIS));
});
