// Where a walk could not look, nothing is said of what is there: least of all that it is gone.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, readdirSync, rmSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Worker } from "node:worker_threads";
import { compareTrees } from "../../../../src/actions/snapshot/compare.ts";
import { listFolder } from "../../../../src/actions/snapshot/listFolder.ts";
import { RulesBook } from "../../../../src/actions/snapshot/rulesBook.ts";
import { LIMITS } from "../../../../src/actions/snapshot/types.ts";
import { walk } from "../../../../src/actions/snapshot/walk.ts";
import { type Files, place, told } from "./support.ts";

const files = (folders: number, each: number): Files =>
	Object.fromEntries(
		Array.from({ length: folders * each }, (_, index) => [`d${Math.floor(index / each)}/f${index % each}`, `${index}`]),
	);
const look = (root: string, limits: Partial<typeof LIMITS> = {}) =>
	walk(root, { limits: { ...LIMITS, ...limits }, book: new RulesBook() });

test("a walk that reached its limit before or after says so, and claims nothing of the rest", (t) => {
	const { root, put } = place(t);
	put(files(10, 10));
	const whole = look(root);
	for (let entries = 0; entries < 110; entries += 7) {
		const part = look(root, { entries });
		assert.equal(part.incomplete?.code, "afterRun.tooMany");
		assert.ok(part.entries <= entries);
		assert.deepEqual(compareTrees(whole, part), []);
		assert.deepEqual(compareTrees(part, whole), []);
	}
	assert.equal(whole.incomplete, undefined);
});

test("a walk that takes too long ends, says so, and claims nothing of the rest", (t) => {
	const { root, put, engine } = place(t, { walkMs: 0 });
	put(files(10, 20));
	assert.equal(engine.take(1, root).incomplete?.code, "afterRun.tooSlow");
	rmSync(join(root, "d3"), { recursive: true });
	const changes = engine.changes(1);
	assert.equal(changes.incomplete?.code, "afterRun.tooSlow");
	assert.deepEqual(changes.files, []);
});

test("of a large folder no more names are listed than may count", (t) => {
	const { root, put } = place(t);
	put(files(1, 1500));
	const at = `${root}/d0/`;
	const { size } = statSync(at);
	const all = listFolder(at, Number.POSITIVE_INFINITY, { most: 1500, isLate: () => false });
	assert.deepEqual([...all].sort(), readdirSync(at).sort());
	assert.equal(listFolder(at, Number.POSITIVE_INFINITY, { most: 1499, isLate: () => false }), "tooMany");
	assert.equal(listFolder(at, Number.POSITIVE_INFINITY, { most: 1500, isLate: () => true }), "late");
	assert.equal(look(root, { entries: 100 }).incomplete?.code, "afterRun.tooMany", `${size}`);
});

test("folders that are too deep are not looked into", (t) => {
	const { root, put, during } = place(t, { depth: 2 });
	put({ "a/b/in": "1", "a/b/c/out": "1" });
	const changes = during(() => put({ "a/b/in": "2", "a/b/c/out": "2" }));
	assert.deepEqual(told(root, changes), ["modify a/b/in: 1 -> 2"]);
	assert.equal(changes.incomplete?.code, "afterRun.tooDeep");
	assert.equal(changes.incomplete?.args?.first, join(root, "a/b/c/"));
});

test("a folder that may not be read is neither empty nor new", (t) => {
	if (process.geteuid === undefined) return t.skip("no permission bits here");
	const { root, put, during } = place(t);
	put({ "a/x": "1", "b/y": "1", "c/z": "1", "d/u": "1" });
	chmodSync(join(root, "b"), 0);
	asNobody(root, () => {
		const changes = during(() => {
			chmodSync(join(root, "a"), 0);
			chmodSync(join(root, "b"), 0o755);
			chmodSync(join(root, "c"), 0o444);
			put({ "d/u": "2" });
		});
		assert.deepEqual(told(root, changes), ["modify d/u: 1 -> 2"]);
		assert.equal(changes.incomplete?.code, "afterRun.unreadable");
		// "c" can be listed, but what is listed cannot be looked at.
		assert.equal(changes.incomplete?.args?.count, 2);
	});
	for (const name of ["a", "b", "c"]) chmodSync(join(root, name), 0o755);
});

test("a file that may not be read is told without its content", (t) => {
	if (process.geteuid === undefined) return t.skip("no permission bits here");
	const { root, put, during } = place(t);
	put({ a: "1" });
	asNobody(root, () => {
		assert.deepEqual(
			told(
				root,
				during(() => chmodSync(join(root, "a"), 0)),
			),
			["modify a: 1 -> (afterRun.noAccess)"],
		);
	});
});

/** Nothing is unreadable to root: does the work as somebody else who owns what is in the folder. */
function asNobody(root: string, work: () => void): void {
	if (process.geteuid?.() !== 0) {
		work();
		return;
	}
	execFileSync("chown", ["-R", "65534", root]);
	process.seteuid?.(65534);
	try {
		work();
	} finally {
		process.seteuid?.(0);
	}
}

test("more changed files than are listed are counted", (t) => {
	const { root, put, during } = place(t, { listed: 5 });
	put(files(2, 10));
	const changes = during(() => {
		put(Object.fromEntries(Object.keys(files(2, 10)).map((path) => [path, "changed"])));
		unlinkSync(join(root, "d1/f9"));
	});
	assert.equal(changes.files.length, 5);
	assert.equal(changes.more, 15);
});

test("contents that are too large, alone or together, are left out and say so", (t) => {
	const { root, put, during } = place(t, { sideBytes: 1000, allBytes: 1500, keptFileBytes: 1000 });
	put({ a: "1".repeat(700), b: "1".repeat(1001) });
	const changes = during(() => put({ a: "2".repeat(700), b: "2", c: "3".repeat(900), d: "4".repeat(90) }));
	const sides = changes.files.flatMap(({ before, after }) => [before, after]).filter((side) => side !== undefined);
	assert.deepEqual(
		sides.map(({ size, bytes, why, sha256 }) => [size, bytes?.length ?? why?.code, sha256 !== undefined]),
		[
			[700, 700, true],
			[700, 700, true],
			[1001, "afterRun.tooLarge", false],
			[1, 1, true],
			[900, "afterRun.inAll", true],
			[90, 90, true],
		],
	);
	assert.match(
		told(
			root,
			during(() => put({ big: "x".repeat(2000) })),
		)[0] ?? "",
		/afterRun.tooLarge/,
	);
});

test("files that come and go while a walk goes on break nothing", async (t) => {
	const { root, put, engine } = place(t, { listed: 10_000 });
	put(files(20, 20));
	put({ "still/a": "1" });
	const worker = new Worker(CHURN, { eval: true, workerData: root });
	// Before the folder is removed: what is made meanwhile would be in the way.
	try {
		await new Promise((resolve) => worker.once("message", resolve));
		for (let id = 1; id <= 10; id += 1) {
			engine.take(id, root);
			put({ "still/a": `${id} more` });
			const changes = engine.changes(id);
			const still = changes.files.filter(({ path }) => path === join(root, "still/a"));
			assert.equal(still.length, 1);
			assert.ok(changes.files.every(({ path }) => path.startsWith(root)));
			for (const { after } of changes.files) {
				if (after?.bytes !== undefined) assert.equal(after.bytes.length, after.size);
			}
		}
	} finally {
		await worker.terminate();
	}
});

/** Makes, renames and removes files and folders until it is ended. */
const CHURN = `
const { parentPort, workerData: root } = require("node:worker_threads");
const fs = require("node:fs");
parentPort.postMessage("on");
for (let n = 0; ; n += 1) {
	const dir = root + "/d" + (n % 20);
	try {
		if (n % 7 === 0) fs.rmSync(dir, { recursive: true });
		else if (n % 7 === 1) fs.renameSync(dir, root + "/moved" + (n % 3));
		else if (n % 7 === 2) fs.rmSync(root + "/moved" + (n % 3), { recursive: true });
		else { fs.mkdirSync(dir + "/s", { recursive: true }); fs.writeFileSync(dir + "/s/f" + (n % 9), "x".repeat(n % 5000)); }
	} catch {}
}
`;
