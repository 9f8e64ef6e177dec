// Snapshots in their thread: what is asked is answered or rejected, and the thread goes when it is not needed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, writeFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Limits, NoSnapshotError, Snapshots } from "../../../../src/actions/snapshot/snapshots.ts";
import { place, repository, told } from "./support.ts";

function snapshots(t: TestContext, limits: Partial<Limits> = {}): Snapshots {
	const one = new Snapshots(limits);
	t.after(() => one.close());
	return one;
}

test("what a command changed comes back from the thread, with contents", async (t) => {
	const { root, put } = repository(t, { "a.txt": "one\n", "b.txt": "b\n" });
	const one = snapshots(t);
	const mark = await one.take(root);
	assert.equal(mark.root, root);
	assert.equal(mark.files, 2);
	assert.ok(Math.abs(mark.takenAt - Date.now()) < 60_000);
	put({ "a.txt": "two\n", "c.txt": "c\n" });
	const changes = await one.changes(mark);
	assert.deepEqual(told(root, changes), ["modify a.txt: one\n -> two\n", "create c.txt: -> c\n"]);
	assert.ok(changes.ms > 0);
	await assert.rejects(one.changes(mark), NoSnapshotError);
});

test("contents are kept after they were handed over", async (t) => {
	const { root, put } = place(t);
	put({ a: "1" });
	const one = snapshots(t);
	for (const round of [1, 2, 3]) {
		const mark = await one.take(root);
		put({ a: String(round + 1) });
		assert.deepEqual(told(root, await one.changes(mark)), [`modify a: ${round} -> ${round + 1}`]);
	}
});

test("of many at once each is answered with its own", async (t) => {
	const one = snapshots(t);
	const places = Array.from({ length: 5 }, () => place(t));
	for (const [index, { put }] of places.entries()) put({ a: String(index) });
	const marks = await Promise.all(places.map(({ root }) => one.take(root)));
	for (const { put } of places) put({ a: "changed" });
	const all = await Promise.all(marks.map((mark) => one.changes(mark)));
	all.forEach((changes, index) => {
		assert.deepEqual(told(places[index]?.root ?? "", changes), [`modify a: ${index} -> changed`]);
	});
});

test("an error is its own only", async (t) => {
	const { root, put } = place(t);
	const one = snapshots(t);
	const [bad, good] = await Promise.allSettled([one.take(join(root, "absent")), one.take(root)]);
	assert.equal(bad.status, "rejected");
	assert.match(String(bad.reason), /cannot be listed/);
	assert.equal(good.status, "fulfilled");
	put({ a: "1" });
	assert.deepEqual(told(root, await one.changes(good.value)), ["create a: -> 1"]);
	await assert.rejects(one.take("relative"), /absolute/);
});

test("a dropped snapshot, and the oldest of too many, are not kept", async (t) => {
	const { root } = place(t);
	const one = snapshots(t, { marks: 2 });
	const marks = [await one.take(root), await one.take(root), await one.take(root)];
	const [first, second, third] = marks;
	assert.ok(first && second && third);
	await assert.rejects(one.changes(first), NoSnapshotError);
	one.drop(second);
	one.drop(second);
	await assert.rejects(one.changes(second), NoSnapshotError);
	assert.deepEqual((await one.changes(third)).files, []);
});

test("who gives up gets the signal's reason, and what was begun keeps nothing", async (t) => {
	const { root } = place(t);
	const one = snapshots(t);
	const mark = await one.take(root);
	const reason = new Error("given up");
	await assert.rejects(one.take(root, AbortSignal.abort(reason)), reason);
	const later = new AbortController();
	const taking = one.take(root, later.signal);
	later.abort(reason);
	await assert.rejects(taking, reason);
	await assert.rejects(one.changes(mark, AbortSignal.abort(reason)), reason);
	await assert.rejects(one.changes(mark), NoSnapshotError);
	// The thread answers in order: here it has answered what nobody waited for.
	assert.deepEqual((await one.changes(await one.take(root))).files, []);
});

test("close ends what waits, and what is asked later", async (t) => {
	const { root } = place(t);
	const one = snapshots(t);
	const taking = one.take(root);
	const rejected = assert.rejects(taking, /closed/);
	await one.close();
	await rejected;
	await assert.rejects(one.take(root), /closed/);
	await one.close();
});

test("a thread that ends rejects what waits; the next question gets a new one", async (t) => {
	const { root, put } = place(t);
	put({ ".gitignore": "[a]\n".repeat(65_000) });
	const one = snapshots(t, { heapMb: 12 });
	const both = await Promise.allSettled([one.take(root), one.take(root)]);
	for (const { status, ...rest } of both) {
		assert.equal(status, "rejected");
		assert.match(String("reason" in rest && rest.reason), /memory/);
	}
	const small = place(t);
	const mark = await one.take(small.root);
	small.put({ a: "1" });
	assert.deepEqual(told(small.root, await one.changes(mark)), ["create a: -> 1"]);
});

test("a thread whose answer takes too long is ended: what waits is rejected, marks are lost, the next is answered", async (t) => {
	const { root } = place(t);
	const one = snapshots(t, { answerMs: 1 });
	for (const both of [await Promise.allSettled([one.take(root), one.take(root)])]) {
		for (const { status, ...rest } of both) {
			assert.equal(status, "rejected");
			assert.match(String("reason" in rest && rest.reason), /longer than 0\.001 s/);
		}
	}
	const slow = snapshots(t, { answerMs: 30_000 });
	assert.deepEqual((await slow.changes(await slow.take(root))).files, []);
});

test("a thread with nothing to do is ended, but not while a snapshot is kept", async (t) => {
	const { root, put } = place(t);
	const one = snapshots(t, { idleMs: 20 });
	const mark = await one.take(root);
	await delay(200);
	put({ a: "1" });
	assert.equal((await one.changes(mark)).files.length, 1);
	await delay(200);
	assert.deepEqual((await one.changes(await one.take(root))).files, [], "a new thread");
});

test("a thread keeps no process from ending", (t) => {
	const { root } = place(t);
	const url = new URL("../../../../src/actions/snapshot/snapshots.ts", import.meta.url);
	const script = join(place(t).root, "script.ts");
	writeFileSync(
		script,
		`import { Snapshots } from ${JSON.stringify(url.href)};
		const mark = await new Snapshots().take(${JSON.stringify(root)});
		console.log(mark.files);`,
	);
	assert.equal(execFileSync(process.execPath, [script], { encoding: "utf8", timeout: 60_000 }), "0\n");
});

test("no program in a folder that agents work in is taken for git", async (t) => {
	const { root, put } = repository(t, { "a.txt": "one\n" });
	const other = place(t);
	const mark = join(other.root, "mark");
	other.put({ "bin/git": `#!/bin/sh\ntouch '${mark}'\n` });
	chmodSync(join(other.root, "bin/git"), 0o755);
	const path = process.env.PATH;
	t.after(() => {
		process.env.PATH = path;
	});
	process.env.PATH = `${join(other.root, "bin")}${delimiter}${path}`;
	const one = snapshots(t, { fillFiles: 0 });
	const changed = async (text: string, folders?: string[]) => {
		const before = await one.take(root);
		put({ "a.txt": text });
		return told(root, await one.changes(before, undefined, folders));
	};
	assert.deepEqual(await changed("two\n", [other.root]), ["modify a.txt: one\n -> two\n"]);
	assert.equal(existsSync(mark), false);
	const control = repository(t, { "a.txt": "one\n" });
	const before = await one.take(control.root);
	control.put({ "a.txt": "two\n" });
	await one.changes(before);
	assert.equal(existsSync(mark), true, "it would have been run");
});
