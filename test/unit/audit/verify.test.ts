import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GENESIS, saltedBody, seal } from "../../../src/audit/chain.ts";
import { originOf, signCheckpoint } from "../../../src/audit/checkpoint.ts";
import { headPath } from "../../../src/audit/head.ts";
import { newSigningKey, publicKeyHex, signerFromPem } from "../../../src/audit/keys.ts";
import { segmentName } from "../../../src/audit/segment.ts";
import { type KnownHead, verifySegments, verifyWorkspace } from "../../../src/audit/verify.ts";
import { evidenceRefs } from "../../../src/audit/verifyEvidence.ts";
import {
	entriesOf,
	killOwner,
	linesOf,
	type Place,
	place,
	requested,
	segmentPaths,
	tempDir,
	writeHead,
} from "./support.ts";

async function closed({ open }: Place, gate: string) {
	const journal = await open(gate);
	await journal.append("action.requested", requested(gate));
	await journal.close();
	return journal;
}

test("a segment that was removed is missing, whether a later one links it or only its outside head knows it", async (t) => {
	const here = place(t);
	const journals = [await closed(here, "one"), await closed(here, "two"), await closed(here, "three")];
	for (const journal of journals) {
		renameSync(journal.path, join(here.dir, "away"));
		const { problems } = await verifyWorkspace(journal.dir);
		assert.deepEqual(
			problems.map(({ kind, segment }) => [kind, segment]),
			[["segment-missing", journal.segment]],
		);
		renameSync(join(here.dir, "away"), journal.path);
	}
	// Also when all that knew the newest one is gone but its head.
	for (const journal of journals) rmSync(journal.path);
	const { problems } = await verifyWorkspace(journals[0]?.dir ?? "");
	assert.equal(problems.length, 3);
});

test("an outside head that is missing or damaged is told: a cut would not show", async (t) => {
	const journal = await closed(place(t), "one");
	const head = headPath(join(journal.dir, "heads"), journal.segment);
	writeFileSync(head, "");
	assert.match((await verifyWorkspace(journal.dir)).problems[0]?.detail ?? "", /damaged/);
	rmSync(head);
	const { problems } = await verifyWorkspace(journal.dir);
	assert.deepEqual(
		problems.map(({ kind }) => kind),
		["cut-tail"],
	);
	assert.match(problems[0]?.detail ?? "", /missing/);
});

test("what a gate leaves that dies before its first entry is no alarm", async (t) => {
	const here = place(t);
	const journal = await closed(here, "one");
	const dying = await here.open("two");
	killOwner(dying.dir, dying.segment);
	const head = headPath(join(dying.dir, "heads"), dying.segment);
	rmSync(dying.path);
	const empty = headPath(join(dying.dir, "heads"), "20200101T000000.000Z-x.jsonl");
	const { HeadFile } = await import("../../../src/audit/head.ts");
	const { thisOwner } = await import("../../../src/audit/owner.ts");
	rmSync(head);
	HeadFile.create(empty, thisOwner()).close();
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
	writeFileSync(join(journal.dir, "journal", "20200101T000000.000Z-x.jsonl"), "");
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
});

test("evidence that is missing or altered is told at the entry that names it, but not what an agent claims", async (t) => {
	const { open } = place(t);
	const journal = await open("one");
	const evidence = await journal.evidence.put(Buffer.from("before"));
	const change = { files: [{ path: "/x", op: "modify", before: { ...evidence, mode: 0o644 } }] };
	const claimed = { evidence: { digest: "0".repeat(64), size: 1 } };
	const { seq } = await journal.append("action.requested", { ...requested("r"), change, claimed });
	await journal.close();
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
	const file = join(journal.dir, "evidence", evidence.digest);
	writeFileSync(file, "x");
	const at = async () => (await verifyWorkspace(journal.dir)).problems.map(({ kind, line }) => [kind, line]);
	assert.deepEqual(await at(), [["evidence-altered", seq]]);
	rmSync(file);
	assert.deepEqual(await at(), [["evidence-missing", seq]]);
});

test("references are found at any depth outside of claims", () => {
	const ref = { digest: "a".repeat(64), size: 3 };
	const other = { digest: "b".repeat(64), size: 4 };
	const body = {
		x: [{ y: ref }],
		z: { ...other, mode: 1 },
		claimed: { ref },
		w: { claimed: [ref] },
		digest: "short",
		size: 1,
	};
	assert.deepEqual([...evidenceRefs(body)], [ref, other]);
});

test("a planted file that is no plain file is told, and the rest is still verified", async (t) => {
	const here = place(t);
	const journal = await closed(here, "one");
	const journalDir = join(journal.dir, "journal");
	symlinkSync(journal.path, join(journalDir, "20200101T000000.000Z-link.jsonl"));
	mkdirSync(join(journalDir, "20200101T000000.000Z-dir.jsonl"));
	if (process.platform !== "win32") execFileSync("mkfifo", [join(journalDir, "20200101T000000.000Z-pipe.jsonl")]);
	const { problems, entries } = await verifyWorkspace(journal.dir);
	assert.ok(problems.length >= 2);
	assert.ok(problems.every(({ kind }) => kind === "inserted"));
	assert.equal(entries, linesOf(journal.path).length);
	// And a gate starts beside them.
	await closed(here, "two");
});

test("a segment of another workspace is out of place", async (t) => {
	const here = place(t);
	const other = await closed(place(t), "foreign");
	const journal = await closed(here, "one");
	renameSync(other.path, join(journal.dir, "journal", other.segment));
	renameSync(headPath(join(other.dir, "heads"), other.segment), headPath(join(journal.dir, "heads"), other.segment));
	const { problems } = await verifyWorkspace(journal.dir);
	assert.ok(problems.some(({ kind, detail }) => kind === "inserted" && detail.includes("workspace")));
});

test("more entries without a signature than a gate leaves unsigned were put there by somebody else", async (t) => {
	const { open } = place(t);
	const { saltedBody, seal } = await import("../../../src/audit/chain.ts");
	const journal = await open("one");
	killOwner(journal.dir, journal.segment);
	let { hash, entries: seq } = journal.head;
	let text = "";
	for (let i = 0; i < 101; i++) {
		const head = { v: 1, seq: ++seq, time: "2025-01-01T00:00:00.000Z", mono: 0, type: "prompt" } as const;
		const sealed = seal(hash, head, saltedBody({ claimed: {} }));
		text += sealed.line;
		hash = sealed.hash;
	}
	const { appendFileSync } = await import("node:fs");
	appendFileSync(journal.path, text);
	const { problems } = await verifyWorkspace(journal.dir);
	assert.deepEqual(
		problems.map(({ kind }) => kind),
		["bad-checkpoint"],
	);
});

test("entries after the last signature are counted as not covered, until a later segment covers them", async (t) => {
	const here = place(t);
	const first = await here.open("one");
	const { entries: signed } = first.head;
	await first.append("prompt", { claimed: {} });
	killOwner(first.dir, first.segment);
	const before = await verifyWorkspace(first.dir);
	assert.deepEqual([before.heads[0]?.signed, before.heads[0]?.entries], [signed, signed + 1]);
	await closed(here, "two");
	const after = await verifyWorkspace(first.dir);
	assert.equal(after.heads[0]?.signed, signed + 1);
	assert.ok(after.ok);
});

test("a copy of segments without the rest of the log can be verified by itself", async (t) => {
	const here = place(t);
	const journal = await closed(here, "one");
	await closed(here, "two");
	const key = onlyKey(await verifyWorkspace(journal.dir));
	for (const path of [journal.path, join(journal.dir, "journal")])
		assert.equal((await verifySegments(path, { key })).verdict, "verified");
	const copy = tempDir(t);
	writeFileSync(join(copy, journal.segment), `${linesOf(journal.path).toSpliced(3, 1).join("\n")}\n`);
	assert.equal((await verifySegments(copy)).ok, false);
});

test("heads that were noted elsewhere must be there", async (t) => {
	const here = place(t);
	const journal = await closed(here, "one");
	const [first, second] = entriesOf(journal.path);
	const { segment } = journal;
	const verify = async (heads: KnownHead[]) => {
		const all = await verifyWorkspace(journal.dir, { heads });
		const copy = await verifySegments(journal.path, { heads });
		const told = ({ problems }: typeof all) => problems.map(({ kind, line, segment }) => [kind, line, segment]);
		assert.deepEqual(told(copy), told(all));
		return { told: told(all), anchored: all.anchored.filter(({ by }) => by === "given head") };
	};
	const good = { segment, entries: 2, hash: String(second?.hash).toUpperCase() };
	const anchor = { segment, entry: 2, by: "given head" };
	assert.deepEqual(await verify([good]), { told: [], anchored: [anchor] });
	const wrong = { segment, entries: 2, hash: String(first?.hash) };
	assert.deepEqual((await verify([good, wrong])).told, [["edited", 2, segment]]);
	const entries = journal.head.entries;
	const more = { segment, entries: entries + 1, hash: String(first?.hash) };
	assert.deepEqual((await verify([more])).told, [["cut-tail", entries, segment]]);
	const other = { ...good, segment: "20200101T000000.000Z-x.jsonl" };
	assert.deepEqual(await verify([other]), { told: [["segment-missing", undefined, other.segment]], anchored: [] });
});

test("the last anchored entries are named: by the outside head, by signatures", async (t) => {
	const here = place(t);
	const first = await here.open("one");
	const { entries: signed } = first.head;
	await first.append("prompt", { claimed: {} });
	const anchored = async () => {
		const found = await verifyWorkspace(first.dir);
		assert.deepEqual(found.problems, []);
		return found.anchored.filter(({ segment }) => segment === first.segment).map(({ entry, by }) => [by, entry]);
	};
	assert.deepEqual(await anchored(), [
		["outside head", signed + 1],
		["signature", signed],
	]);
	// The next segment's first entry links it, and is signed.
	killOwner(first.dir, first.segment);
	await closed(here, "two");
	assert.deepEqual(await anchored(), [
		["outside head", signed + 1],
		["signature", signed + 1],
	]);
});

test("a verification says how far it is, and can be stopped", async (t) => {
	const here = place(t);
	const journal = await closed(here, "one");
	await closed(here, "two");
	const told: [number, number][] = [];
	await verifyWorkspace(journal.dir, { onProgress: (...args) => told.push(args) });
	const bytes = [...segmentPaths(journal.dir)].reduce((sum, path) => sum + statSync(path).size, 0);
	assert.ok(told.length >= 2 && told.every(([done, total]) => done <= total && total === bytes));
	assert.deepEqual(told.at(-1), [bytes, bytes]);
	assert.deepEqual(
		told.map(([done]) => done),
		told.map(([done]) => done).sort((a, b) => a - b),
	);
	const stopping = new AbortController();
	let calls = 0;
	const onProgress = () => {
		calls++;
		stopping.abort(new Error("enough"));
	};
	await assert.rejects(verifyWorkspace(journal.dir, { onProgress, signal: stopping.signal }), /enough/);
	assert.equal(calls, 1);
	await assert.rejects(verifyWorkspace(journal.dir, { signal: AbortSignal.abort(new Error("before")) }), /before/);
});

function onlyKey(found: { signer: { keys: { publicKey: string }[] } }): string {
	return found.signer.keys[0]?.publicKey ?? "";
}

test("where there is no log, nothing is verified", async (t) => {
	const dir = tempDir(t);
	for (const verify of [verifyWorkspace(dir), verifySegments(dir), verifySegments(join(dir, "none"))])
		await assert.rejects(verify, { name: "JournalError", code: "unreadable" });
});

const anotherKey = () => signerFromPem(newSigningKey(), "secret-storage");

test("gates with keys of their own, old and new, at once and after one another, are no alarm", async (t) => {
	const here = place(t);
	const [serve, editor] = [anotherKey(), anotherKey()];
	const both = await Promise.all([here.open("a", { signer: serve }), here.open("b", { signer: editor })]);
	const same = await Promise.all([here.open("c", { signer: editor }), here.open("d"), here.open("e")]);
	assert.deepEqual((await verifyWorkspace(both[0].dir)).problems, [], "while they run");
	for (const journal of [...both, ...same]) await journal.close();
	// A clock that was put back: the segment that announced this key has a later name.
	const back = await here.open("f", { signer: serve, clock: { now: () => 1_600_000_000_000, mono: () => 1 } });
	await back.close();
	await (await here.open("g", { signer: anotherKey() })).close();
	const { problems, signer } = await verifyWorkspace(back.dir);
	assert.deepEqual(problems, []);
	assert.equal(signer.keys.length, 4);
});

test("a gate that died before it announced its key makes no alarm of those that rely on it", async (t) => {
	const here = place(t);
	const signer = anotherKey();
	await closed(here, "one");
	const dying = await here.open("two", { signer });
	const [first = ""] = linesOf(dying.path);
	killOwner(dying.dir, dying.segment);
	writeFileSync(dying.path, `${first}\n`);
	writeHead(dying.dir, dying.segment, 1, Buffer.byteLength(first) + 1, entriesOf(dying.path)[0]?.hash ?? "");
	const next = await here.open("three", { signer });
	await next.close();
	assert.ok(!entriesOf(next.path).some(({ head }) => head.type === "key.created"));
	const kinds = (await verifyWorkspace(next.dir)).problems.map(({ kind }) => kind);
	assert.ok(!kinds.includes("wrong-key"), kinds.join());
});

test("an empty file among the segments does not keep a key that nobody announced from being told", async (t) => {
	const here = place(t);
	const first = await closed(here, "one");
	const [like] = entriesOf(first.path);
	assert.ok(like);
	const { salt: _, ...started } = like.body as Record<string, unknown>;
	const signer = anotherKey();
	const segment = segmentName(Date.now() + 1000, "forged");
	const body = { ...started, segment, signer: { publicKey: publicKeyHex(signer.publicKey), storage: "file" } };
	const head = (seq: number, type: string) => ({ ...like.head, seq, type });
	const opening = seal(GENESIS, head(1, "gate.started"), saltedBody(body));
	const origin = originOf(first.workspace, segment);
	const note = signCheckpoint({ origin, entries: 1, hash: opening.hash }, signer);
	const signed = seal(opening.hash, head(2, "checkpoint"), saltedBody({ note }));
	writeFileSync(join(first.dir, "journal", segment), opening.line + signed.line);
	const wrongKey = async () => (await verifyWorkspace(first.dir)).problems.some(({ kind }) => kind === "wrong-key");
	assert.ok(await wrongKey());
	writeFileSync(join(first.dir, "journal", segmentName(Date.now() + 2000, "empty")), "");
	assert.ok(await wrongKey());
});

test("a part of a log, and a log put back from a backup, are no alarm for their keys", async (t) => {
	const here = place(t);
	const first = await closed(here, "one");
	const second = await closed(here, "two");
	const backup = join(here.dir, "backup");
	cpSync(first.dir, backup, { recursive: true });
	const signer = anotherKey();
	const lost = await here.open("three", { signer });
	await lost.close();
	const later = await here.open("four", { signer });
	await later.close();
	// Neither holds the entry that announced its key.
	for (const { path } of [second, later]) assert.deepEqual((await verifySegments(path)).problems, []);
	// What announced the key is missing, which is told; of those who rely on it nothing is.
	renameSync(lost.path, join(here.dir, "away"));
	assert.deepEqual(
		(await verifyWorkspace(first.dir)).problems.map(({ kind }) => kind),
		["segment-missing"],
	);
	rmSync(first.dir, { recursive: true });
	cpSync(backup, first.dir, { recursive: true });
	await (await here.open("five", { signer })).close();
	assert.deepEqual((await verifyWorkspace(first.dir)).problems, []);
	assert.equal(publicKeyHex(signer.publicKey), (await verifyWorkspace(first.dir)).signer.keys[1]?.publicKey);
});
