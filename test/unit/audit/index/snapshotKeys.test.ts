// Whose snapshot it is: the key of the home can be read by every program of the user, that of an editor cannot.
import assert from "node:assert/strict";
import {
	copyFileSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { verifyInThread } from "../../../../src/audit/index/jobs.ts";
import { LogIndex } from "../../../../src/audit/index/logIndex.ts";
import { checkSnapshot, readSnapshot, writeSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { MAX_SNAPSHOTS, snapshotName } from "../../../../src/audit/index/snapshotFiles.ts";
import { Problems } from "../../../../src/audit/problems.ts";
import { verifyWorkspace } from "../../../../src/audit/verify.ts";
import { checkIndex } from "../../../../src/audit/verifyIndex.ts";
import { rootIn, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";
import { demandAnswers, EDITOR, HOME, NO_KEY, withSnapshot, writeIndex } from "./snapshots.ts";
import { allRows } from "./support.ts";

const OTHER = { ...HOME, snapshotKey: Buffer.alloc(32, 10) };

function namesIn(dir: string): string[] {
	return readdirSync(join(dir, "index")).sort();
}

/** What a verification says of the index of a log, wherever that lies. */
async function told(dir: string, snapshotKey?: Uint8Array): Promise<[where: string, detail: string][]> {
	const problems = new Problems();
	await checkIndex(dir, basename(dir), problems, snapshotKey);
	assert.ok(problems.list.every(({ kind }) => kind === "index-altered"));
	return problems.list.map(({ segment, detail }) => [segment ?? "", detail]);
}

test("an editor uses its own snapshot; who has not its key neither uses, condemns nor overwrites it", async (t) => {
	const { dir, path } = await withSnapshot(t, EDITOR);
	const own = basename(path);
	assert.match(own, /^snapshot-[0-9a-f]{16}$/);
	assert.equal(await demandAnswers(t, dir, EDITOR), undefined, "it was not built anew");
	const before = readFileSync(path);
	for (const keys of [HOME, NO_KEY]) {
		assert.equal((await checkSnapshot(dir, keys)).state, "absent");
		const { state, detail } = await checkSnapshot(dir, keys, own);
		assert.equal(state, "good");
		assert.match(detail, /key of an editor, which is not at hand/);
		assert.equal(await demandAnswers(t, dir, keys), "built");
	}
	assert.deepEqual(namesIn(dir), ["snapshot", own, "snapshot-unkeyed"].sort());
	assert.deepEqual(readFileSync(path), before);
	assert.equal(await demandAnswers(t, dir, EDITOR), undefined);
});

test("two editors with keys of their own do not write over each other's", async (t) => {
	const { dir } = await withSnapshot(t, EDITOR);
	assert.equal(await demandAnswers(t, dir, OTHER), "built");
	assert.equal(await demandAnswers(t, dir, EDITOR), undefined);
	assert.equal(await demandAnswers(t, dir, OTHER), undefined);
	assert.equal(namesIn(dir).length, 2);
	assert.deepEqual(await told(dir), []);
	assert.deepEqual(await told(dir, EDITOR.snapshotKey), []);
});

test("a snapshot that was forged with the key of the home is not used by an editor, and told by who has its key", async (t) => {
	const { dir, path } = await withSnapshot(t, EDITOR);
	const own = basename(path);
	// What a program of the same user can do: everything but to make the editor's MAC.
	await writeIndex(t, dir, HOME);
	const { segments = [], parts } = await readSnapshot(dir, HOME);
	assert.ok(parts !== undefined);
	const outcome = Buffer.from(parts.get("columns/outcome") ?? []);
	await writeSnapshot(dir, HOME, segments, new Map([...parts, ["columns/outcome", outcome.fill(1)]]));
	await assert.rejects(demandAnswers(t, dir, HOME), "the key of the home protects from nobody who can read it");
	assert.equal(await demandAnswers(t, dir, EDITOR), undefined);

	copyFileSync(join(dir, "index", "snapshot"), path);
	const [[where, detail] = ["", ""], ...more] = await told(dir);
	assert.deepEqual([where, more.length], [join("index", own), 0]);
	assert.match(detail, /kind of key/);
	assert.match((await demandAnswers(t, dir, EDITOR)) ?? "", /not what Gatepost wrote.*built anew/);

	// Made with a key, but not with that one: only who has it can tell.
	const mine = { snapshotKey: Buffer.alloc(32, 11) };
	await writeSnapshot(dir, mine, segments, parts);
	renameSync(join(dir, "index", snapshotName(dir, mine)), path);
	assert.deepEqual(await told(dir), []);
	assert.match(String(await told(dir, EDITOR.snapshotKey)), /not written with the key of this editor/);
	assert.match((await demandAnswers(t, dir, EDITOR)) ?? "", /key of this editor.*built anew/);
	assert.deepEqual(await told(dir, EDITOR.snapshotKey), []);
});

test("an editor's snapshot under another name is told by everybody, and so is an altered one", async (t) => {
	const { dir, path } = await withSnapshot(t, EDITOR);
	copyFileSync(path, join(dir, "index", "snapshot"));
	assert.deepEqual(
		(await told(dir)).map(([where]) => where),
		[join("index", "snapshot")],
	);
	rmSync(join(dir, "index", "snapshot"));
	const bytes = readFileSync(path);
	bytes[bytes.length - 9] = (bytes.at(-9) ?? 0) ^ 1;
	writeFileSync(path, bytes);
	for (const key of [undefined, EDITOR.snapshotKey, OTHER.snapshotKey])
		assert.match(String(await told(dir, key)), /content was changed/);
});

test("few snapshots are kept, the newest; more than that are told and not all looked at", async (t) => {
	const { dir } = await withSnapshot(t, EDITOR);
	const { segments = [], parts = new Map() } = await readSnapshot(dir, EDITOR);
	const names: string[] = [];
	for (let at = 0; at < 6; at++) {
		const keys = { snapshotKey: Buffer.alloc(32, 20 + at) };
		await writeSnapshot(dir, keys, segments, parts);
		names.push(snapshotName(dir, keys));
		const time = Date.now() / 1000 - 1000 + at;
		utimesSync(join(dir, "index", snapshotName(dir, keys)), time, time);
	}
	assert.deepEqual(namesIn(dir), [...names.slice(-MAX_SNAPSHOTS + 1), snapshotName(dir, EDITOR)].sort());
	const old = join(dir, "index", names.at(-1) ?? "");
	utimesSync(old, 1000, 1000);
	await writeSnapshot(dir, EDITOR, segments, parts);
	assert.ok(!existsSync(old));
	assert.ok(existsSync(join(dir, "index", names.at(-2) ?? "")));

	for (let at = 0; at < 20; at++) writeFileSync(join(dir, "index", `snapshot-${String(at).padStart(16, "0")}`), "x");
	mkdirSync(join(dir, "index", `snapshot-${"f".repeat(16)}`));
	const said = await told(dir, EDITOR.snapshotKey);
	assert.equal(said.length, 8);
	assert.match(said.at(-1)?.[1] ?? "", /15 more snapshots/);
	await writeSnapshot(dir, EDITOR, segments, parts);
	assert.equal(namesIn(dir).length, MAX_SNAPSHOTS + 1);
});

test("a key of another length is refused: one of no bytes would be anybody's", async (t) => {
	const { dir } = await withSnapshot(t);
	for (const length of [0, 16, 33])
		await assert.rejects(checkSnapshot(dir, { snapshotKey: Buffer.alloc(length) }), RangeError);
});

async function openIndex(t: TestContext, dir: string, keys: { homeKey: Buffer; snapshotKey?: Buffer }) {
	const details: (string | undefined)[] = [];
	const index = new LogIndex({ dir, ...keys, onState: ({ detail }) => details.push(detail) });
	t.after(() => index.close());
	return { index, details };
}

test("LogIndex and the verification in a thread take the editor's key along", async (t) => {
	const { dir: at, home } = place(t);
	const { dir, journal } = await sampleLog(home, rootIn(at));
	await journal.close();
	const keys = { homeKey: home.macKey(), snapshotKey: Buffer.alloc(32, 3) };
	const { index } = await openIndex(t, dir, keys);
	await allRows(index, {});
	await index.close();
	const own = snapshotName(dir, keys);
	assert.deepEqual(namesIn(dir), [own]);
	assert.deepEqual((await verifyInThread(dir, { snapshotKey: keys.snapshotKey })).problems, []);

	await writeSnapshot(dir, { snapshotKey: Buffer.alloc(32, 4) }, [], new Map());
	renameSync(join(dir, "index", snapshotName(dir, { snapshotKey: Buffer.alloc(32, 4) })), join(dir, "index", own));
	assert.deepEqual((await verifyWorkspace(dir)).problems, []);
	assert.deepEqual((await verifyInThread(dir)).problems, []);
	const { problems } = await verifyInThread(dir, { snapshotKey: keys.snapshotKey });
	assert.deepEqual(
		problems.map(({ kind, segment }) => [kind, segment]),
		[["index-altered", join("index", own)]],
	);
	const { index: again, details } = await openIndex(t, dir, keys);
	await allRows(again, {});
	assert.match(details.at(-1) ?? "", /key of this editor.*built anew/);
});
