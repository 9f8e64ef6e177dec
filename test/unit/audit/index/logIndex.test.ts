// The host's side: questions to the thread, and jobs in threads of their own.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JournalError } from "../../../../src/audit/errors.ts";
import { exportInThread, verifyInThread } from "../../../../src/audit/index/jobs.ts";
import { LogIndex } from "../../../../src/audit/index/logIndex.ts";
import type { IndexState } from "../../../../src/audit/index/messages.ts";
import { errorFrom, plainError } from "../../../../src/audit/index/thread.ts";
import { type Verification, verifyWorkspace } from "../../../../src/audit/verify.ts";
import { bigLog, rootIn, type SampleLog, sampleLog } from "../../../support/auditLog.ts";
import { stalling } from "../../../support/turns.ts";
import { place } from "../support.ts";
import { allRows, comparable, emptyLog, oracle, wanted } from "./support.ts";

function openIndex(t: TestContext, dir: string, homeKey?: Buffer): { index: LogIndex; states: IndexState[] } {
	const states: IndexState[] = [];
	const options = { dir, onState: (state: IndexState) => void states.push(state) };
	const index = new LogIndex(homeKey === undefined ? options : { ...options, homeKey });
	t.after(() => index.close());
	return { index, states };
}

async function sample(t: TestContext): Promise<{ log: SampleLog; key: Buffer }> {
	const { dir, home } = place(t);
	return { log: await sampleLog(home, rootIn(dir)), key: home.macKey() };
}

test("questions that are asked while it loads are answered when it is ready", async (t) => {
	const { log, key } = await sample(t);
	const { index, states } = openIndex(t, log.dir, key);
	assert.equal(index.state.state, "loading");
	const rows = await allRows(index, {});
	assert.deepEqual(rows.map(comparable), wanted(await oracle(log.dir), {}));
	assert.equal(index.state.state, "ready");
	assert.ok(states.some(({ state }) => state === "loading"));
	assert.equal(index.state.done, index.state.total);
});

test("what the journal appends is there after a refresh; many at once are few", async (t) => {
	const { log, key } = await sample(t);
	const { index } = openIndex(t, log.dir, key);
	const before = (await allRows(index, {})).length;
	for (let at = 0; at < 20; at++) {
		await log.journal.append("prompt", { claimed: { text: `appended ${at}` } }, { session: "late" });
		void index.refresh();
	}
	await index.refresh();
	await index.refresh();
	assert.ok((await allRows(index, {})).length >= before + 20);
	assert.equal((await allRows(index, { text: "appended" })).length, 20);
	await log.journal.close();
	await index.rebuild();
	assert.equal((await allRows(index, { text: "appended" })).length, 20);
});

test("closing writes a snapshot, rejects what is asked afterwards, and may be called twice", async (t) => {
	const { log, key } = await sample(t);
	await log.journal.close();
	const { index } = openIndex(t, log.dir, key);
	await allRows(index, {});
	await Promise.all([index.close(), index.close()]);
	assert.ok(existsSync(join(log.dir, "index", "snapshot")));
	await assert.rejects(index.ask("facets", {}), /closed/);
	await index.refresh();
	const { index: again, states } = openIndex(t, log.dir, key);
	await allRows(again, {});
	assert.ok(states.every(({ detail }) => detail === undefined));
	// In the middle of loading, too.
	const { index: third } = openIndex(t, log.dir, key);
	const asked = third.ask("facets", {});
	await Promise.all([assert.rejects(asked, /closed/).catch(() => asked), third.close()]);
});

test("a log that cannot be read is a state, not a crash, and is tried again", async (t) => {
	if (process.getuid?.() === 0 || process.platform === "win32") {
		// Root reads everything: a file in the place of the folder cannot be read by anybody.
		const dir = join(emptyLog(t), "nested");
		const { index } = openIndex(t, join(dir, "none"));
		assert.equal((await allRows(index, {})).length, 0);
	}
	const { log, key } = await sample(t);
	await log.journal.close();
	const { index, states } = openIndex(t, join(log.journal.path, "not-a-folder"), key);
	await assert.rejects(index.ask("facets", {}), /The index of the audit log failed: ENOTDIR/);
	assert.equal(index.state.state, "failed");
	await index.refresh();
	assert.equal(index.state.state, "failed");
	assert.ok(states.every(({ state }) => state !== "ready"));
});

test("the host is not stalled while a log is read", async (t) => {
	const { dir, home } = place(t);
	const log = bigLog({ home, root: rootIn(dir), entries: 20_000, segments: 3 });
	const { index, states } = openIndex(t, log, home.macKey());
	const facets = await index.ask("facets", {});
	const { gap, share } = await stalling(async () => {
		await index.rebuild();
		await index.ask("facets", {});
	});
	assert.ok(gap < 6, `the host waited ${gap} times as long as an idle one`);
	assert.ok(share < 0.25, `the host did ${share} of the work`);
	assert.ok(states.filter(({ state, done }) => state === "loading" && done > 0).length >= 1, "progress was told");
	assert.ok(facets.sessions.length > 10);
	const page = await index.ask("rows", { filter: { text: "part5" }, order: "newest", offset: 0, limit: 20 });
	assert.ok(page.total > 20 && page.rows.length === 20);
});

test("verification in a thread says what it says here, with progress", async (t) => {
	const { log } = await sample(t);
	await log.journal.close();
	const seen: number[][] = [];
	const found = await verifyInThread(log.dir, { onProgress: (...progress) => seen.push(progress) });
	// Whether a gate of this process still runs is known in its main thread only.
	const timeless = ({ heads, ...rest }: Verification) => ({
		...rest,
		heads: heads.map(({ live: _, ...head }) => head),
	});
	assert.deepEqual(timeless(found), timeless(await verifyWorkspace(log.dir)));
	const size = statSync(log.journal.path).size;
	assert.deepEqual(seen.at(-1), [size, size]);
	const pinned = await verifyInThread(log.dir, { key: "00".repeat(32) });
	assert.equal(pinned.ok, false);
	await assert.rejects(verifyInThread(emptyLog(t)), (error) => {
		return error instanceof JournalError && error.code === "unreadable" && error.message.includes("no audit log");
	});
});

test("a job that is aborted rejects with the signal's reason", async (t) => {
	const { dir, home } = place(t);
	const log = bigLog({ home, root: rootIn(dir), entries: 20_000, segments: 3 });
	const why = new Error("not any more");
	await assert.rejects(verifyInThread(log, { signal: AbortSignal.abort(why) }), why);
	const controller = new AbortController();
	const verifying = verifyInThread(log, { signal: controller.signal, onProgress: () => controller.abort(why) });
	await assert.rejects(verifying, why);
});

test("an export in a thread makes the file; one that is aborted or fails leaves nothing", async (t) => {
	const { dir, home } = place(t);
	const log = bigLog({ home, root: rootIn(dir), entries: 20_000, segments: 3 });
	const folder = join(dir, "out");
	mkdirSync(folder);
	const takes = { dir: log, format: "jsonl", scope: { of: "all" }, version: "0.0.0" } as const;
	const out = join(folder, "log.jsonl");
	const exported = await exportInThread({ ...takes, out });
	assert.equal(exported.bytes, statSync(out).size);
	assert.equal(readFileSync(out, "utf8").split("\n").length - 1, exported.entries);
	const controller = new AbortController();
	const why = new Error("stop");
	const aborted = exportInThread(
		{ ...takes, out: join(folder, "other.jsonl") },
		{ signal: controller.signal, onProgress: () => controller.abort(why) },
	);
	await assert.rejects(aborted, why);
	await assert.rejects(exportInThread({ ...takes, out: join(folder, "no", "such", "folder.jsonl") }), (error) => {
		return error instanceof Error && "code" in error && error.code === "place";
	});
	assert.deepEqual(readdirSync(folder), ["log.jsonl"]);
});

test("errors keep what they are on the way between threads", () => {
	const journal = errorFrom(plainError(new JournalError("full", "no room")));
	assert.ok(journal instanceof JournalError && journal.code === "full" && journal.message === "no room");
	const system = errorFrom(plainError(Object.assign(new TypeError("odd"), { code: "EIO" })));
	assert.deepEqual([system.name, system.message, (system as { code?: string }).code], ["TypeError", "odd", "EIO"]);
	assert.equal(errorFrom(plainError("text")).message, "text");
});
