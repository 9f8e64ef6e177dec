// The snapshot: whole, checked byte by byte, thrown away when in doubt.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import {
	cpSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { checkSnapshot, readSnapshot, writeSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { demandAnswers, HOME, NO_KEY, withSnapshot } from "./snapshots.ts";
import { allRows, emptyLog, openLens } from "./support.ts";

test("a snapshot saves reading the log again, and answers the same", async (t) => {
	const { dir, path } = await withSnapshot(t);
	assert.equal(statSync(path).mode & 0o777, 0o600);
	assert.equal(statSync(dirname(path)).mode & 0o777, 0o700);
	assert.deepEqual(readdirSync(dirname(path)), ["snapshot"]);
	assert.equal((await checkSnapshot(dir, HOME)).state, "good");
	const seen = await checkSnapshot(dir, {}, "snapshot");
	assert.equal(seen.state, "good");
	assert.match(seen.detail, /key of a Gatepost home, which is not at hand/);
	assert.equal(await demandAnswers(t, dir), undefined, "it was not built anew");
});

test("without a snapshot, and after it was deleted, the index is built", async (t) => {
	const { dir } = await withSnapshot(t);
	rmSync(join(dir, "index"), { recursive: true });
	assert.equal((await checkSnapshot(dir, HOME)).state, "absent");
	assert.equal(await demandAnswers(t, dir), "built");
	assert.equal((await checkSnapshot(dir, HOME)).state, "good");
});

test("any byte of a snapshot that is changed, cut or added is noticed", async (t) => {
	const { dir, path } = await withSnapshot(t);
	const good = readFileSync(path);
	const headerEnd = good.indexOf(10, 10) + 1 + 2 * 65;
	const places = new Set<number>([0, 7, 8, good.length - 1]);
	for (let at = 0; at < headerEnd; at += 7) places.add(at);
	for (let at = headerEnd - 130; at < headerEnd; at++) places.add(at);
	for (let at = headerEnd; at < good.length; at += Math.ceil((good.length - headerEnd) / 150)) places.add(at);
	for (const at of places) {
		const bytes = Buffer.from(good);
		bytes[at] = (bytes[at] ?? 0) ^ (1 << (at % 8));
		writeFileSync(path, bytes);
		const { state, detail } = await checkSnapshot(dir, HOME);
		assert.equal(state, "altered", `byte ${at} of ${good.length}: ${detail}`);
	}
	for (const length of [0, 5, 8, 100, headerEnd - 10, headerEnd, headerEnd + 1000, good.length - 1]) {
		writeFileSync(path, good.subarray(0, length));
		assert.equal((await checkSnapshot(dir, HOME)).state, "altered", `cut to ${length}`);
	}
	writeFileSync(path, Buffer.concat([good, Buffer.from("x")]));
	assert.equal((await checkSnapshot(dir, HOME)).state, "altered");
	writeFileSync(path, good);
	assert.equal((await checkSnapshot(dir, HOME)).state, "good");
});

test("an altered snapshot is not used: the index is built anew and says why", async (t) => {
	const { dir, path } = await withSnapshot(t);
	const good = readFileSync(path);
	for (const at of [3, 40, good.indexOf(10, 10) + 20, good.length - 500]) {
		const bytes = Buffer.from(good);
		bytes[at] = (bytes[at] ?? 0) ^ 4;
		writeFileSync(path, bytes);
		assert.match((await demandAnswers(t, dir)) ?? "", /not what Gatepost wrote.*built anew/);
		assert.equal((await checkSnapshot(dir, HOME)).state, "good", "a good one was written in its place");
	}
});

test("a snapshot that was made up with another key, or none, is not used", async (t) => {
	const { dir, path } = await withSnapshot(t, { homeKey: Buffer.alloc(32, 8) });
	assert.equal((await checkSnapshot(dir, HOME)).state, "altered");
	assert.match((await demandAnswers(t, dir)) ?? "", /with the key of this Gatepost home/);
	const { dir: plain } = await withSnapshot(t, NO_KEY);
	cpSync(join(plain, "index", "snapshot-unkeyed"), path);
	assert.equal((await checkSnapshot(dir, HOME)).state, "altered");
	assert.match((await demandAnswers(t, dir)) ?? "", /the kind of key/);
});

test("a snapshot without a key is used where there is none, and not where there is one", async (t) => {
	const { dir } = await withSnapshot(t, NO_KEY);
	assert.deepEqual(readdirSync(join(dir, "index")), ["snapshot-unkeyed"]);
	assert.equal((await checkSnapshot(dir)).state, "good");
	assert.match((await checkSnapshot(dir)).detail, /without a key/);
	assert.equal(await demandAnswers(t, dir, NO_KEY), undefined, "it was not built anew");
	assert.equal((await checkSnapshot(dir, HOME)).state, "absent");
	assert.equal(await demandAnswers(t, dir), "built");
});

test("a good wrapping around what is no database, or another's columns, is not used", async (t) => {
	const { dir } = await withSnapshot(t);
	const { segments = [], parts } = await readSnapshot(dir, HOME);
	assert.ok(parts !== undefined && segments.length > 0);
	const database = Buffer.from(parts.get("database") ?? []);
	const others: [string, Uint8Array][] = [
		["database", randomBytes(5000)],
		["database", Buffer.alloc(0)],
		["database", database.subarray(0, 8192 * 2)],
		["columns/kind", Buffer.alloc(3)],
		["columns/key", Buffer.alloc(15)],
		["columns/order", Buffer.alloc(0)],
	];
	for (const [name, bytes] of others) {
		await writeSnapshot(dir, HOME, segments, new Map([...parts, [name, bytes]]));
		assert.equal((await checkSnapshot(dir, HOME)).state, "good");
		assert.match((await demandAnswers(t, dir)) ?? "", /cannot be opened/);
	}
});

test("a snapshot of another version, another workspace or another log is not used", async (t) => {
	const { dir, path } = await withSnapshot(t);
	const good = readFileSync(path);
	const other = emptyLog(t);
	cpSync(dir, join(dirname(other), "fedcba9876543210"), { recursive: true });
	const moved = join(dirname(other), "fedcba9876543210");
	assert.equal((await checkSnapshot(moved, HOME)).state, "altered");
	assert.match((await demandAnswers(t, moved)) ?? "", /another workspace/);

	const journal = join(dir, "journal");
	const [first = ""] = readdirSync(journal);
	const segment = readFileSync(join(journal, first));
	truncateSync(join(journal, first), segment.length - 300);
	const { state, detail } = await checkSnapshot(dir, HOME);
	assert.equal(state, "stale");
	assert.match(detail, /shorter than it was/);
	assert.match((await demandAnswers(t, dir)) ?? "", /shorter than it was/);
	// What was appended since is no harm.
	writeFileSync(join(journal, first), segment);
	writeFileSync(path, good);
	writeFileSync(join(journal, first), Buffer.concat([segment, Buffer.from("more\n")]));
	assert.equal((await checkSnapshot(dir, HOME)).state, "good");
	assert.equal(await demandAnswers(t, dir), undefined);
});

test("links, folders and pipes in its place are not followed", async (t) => {
	const { dir, path } = await withSnapshot(t);
	const elsewhere = join(dir, "elsewhere");
	cpSync(path, elsewhere);
	rmSync(path);
	symlinkSync(elsewhere, path);
	assert.equal((await checkSnapshot(dir, HOME)).state, "altered");
	assert.match((await demandAnswers(t, dir)) ?? "", /cannot be read/);
	rmSync(path);
	mkdirSync(path);
	assert.equal((await checkSnapshot(dir, HOME)).state, "altered");
	const { lens, states } = openLens(t, dir, HOME.homeKey);
	await allRows(lens, {});
	await lens.close();
	assert.match(states.at(-1)?.detail ?? "", /snapshot could not be written/);
	assert.equal(states.at(-1)?.state, "ready");
});

test("what killed writers left is removed, but not what one is writing now", async (t) => {
	const { dir } = await withSnapshot(t);
	const old = join(dir, "index", `snapshot.${"a".repeat(16)}.new`);
	const young = join(dir, "index", `snapshot.${"b".repeat(16)}.new`);
	for (const path of [old, young]) writeFileSync(path, "part");
	utimesSync(old, 1000, 1000);
	await demandAnswers(t, dir);
	assert.deepEqual(readdirSync(join(dir, "index")).sort(), ["snapshot", `snapshot.${"b".repeat(16)}.new`]);
});
