// What the system does not give back of a log is a problem of that segment; and what is kept of first entries is bounded.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { EntryBody } from "../../../src/audit/entry.ts";
import { headPath } from "../../../src/audit/head.ts";
import { Problems } from "../../../src/audit/problems.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { KeptStarts } from "../../../src/audit/verifyLinks.ts";
import { entriesOf, place, requested } from "./support.ts";

/** Makes every read fail, as a broken disk does, that would give back `marker`. */
async function failReads(t: TestContext, dir: string, marker: string): Promise<void> {
	const handle = await open(dir, "r");
	const proto = Object.getPrototypeOf(handle) as FileHandle;
	await handle.close();
	const { read } = proto;
	t.mock.method(proto, "read", async function (this: FileHandle, ...args: Parameters<FileHandle["read"]>) {
		const result = await read.apply(this, args);
		if (Buffer.from(result.buffer as Buffer).includes(marker))
			throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", errno: -5, syscall: "read" });
		return result;
	});
}

/** Three segments, of which the first holds `marker` and the last is edited. */
async function log(t: TestContext, marker: string) {
	const here = place(t);
	const journals = [];
	for (const gate of ["one", "two", "three"]) {
		const journal = await here.open(gate);
		for (let n = 0; n < 20; n++) await journal.append("action.requested", requested(`${gate} ${n} ${"x".repeat(999)}`));
		if (gate === "one") await journal.append("prompt", { claimed: { text: marker } });
		await journal.close();
		journals.push(journal);
	}
	const [first, , last] = journals;
	assert.ok(first && last);
	writeFileSync(last.path, readFileSync(last.path, "utf8").replace("three 7 x", "three 7 y"));
	const told = async () =>
		(await verifyWorkspace(first.dir)).problems.map(({ kind, segment, line }) => [kind, segment, line]);
	// Behind the first entry and its checkpoint, and seven requests.
	const edited = ["edited", last.segment, 2 + 7 + 1];
	return { first, last, told, edited };
}

test("a segment that the disk does not give back is told, and so is what else is wrong", async (t) => {
	for (const [what, marker] of [
		["from its first line on", undefined],
		["somewhere behind it", "bad sector"],
	] as const) {
		const { first, told, edited } = await log(t, "bad sector");
		assert.deepEqual(await told(), [edited]);
		await failReads(t, first.dir, marker ?? String(entriesOf(first.path)[0]?.hash));
		assert.deepEqual(await told(), [["segment-missing", first.segment, undefined], edited], what);
		const { problems, verdict, segments } = await verifyWorkspace(first.dir);
		assert.match(problems[0]?.detail ?? "", /^it cannot be read \(EIO\)/);
		assert.deepEqual([verdict, segments], ["problems found", marker === undefined ? 2 : 3]);
		t.mock.restoreAll();
	}
});

test("an outside head that the disk does not give back is as good as damaged, and the segment is verified", async (t) => {
	const { first, told, edited } = await log(t, "m");
	const head = readFileSync(headPath(join(first.dir, "heads"), first.segment), "utf8");
	await failReads(t, first.dir, head.slice(1024, 1124));
	assert.deepEqual(await told(), [["cut-tail", first.segment, undefined], edited]);
});

test("where nothing at all can be read, nothing is verified", async (t) => {
	const journal = await place(t).open("one");
	await journal.close();
	await failReads(t, journal.dir, String(entriesOf(journal.path)[0]?.hash));
	await assert.rejects(verifyWorkspace(journal.dir), { name: "JournalError", message: /EIO.*Nothing was verified/ });
});

test("of first entries so many links are kept, in each and in all, and no overlong text; more is told", () => {
	const problems = new Problems();
	const starts = new KeptStarts(problems);
	const link = { segment: "s".repeat(5000), entries: 1, bytes: 1, head: "0".repeat(64), final: true, more: "x" };
	const started = (count: number) =>
		({
			segment: "s",
			workspace: "w".repeat(5000),
			root: null,
			gate: "g",
			pid: 1,
			writer: { osUser: "u", host: "h", editor: "e", version: "v" },
			signer: { publicKey: "0".repeat(64), storage: "file" },
			links: Array.from({ length: count }, () => link),
			settled: { segments: 1, digest: "0".repeat(64), keys: ["0".repeat(64)] },
			unreadable: [{ segment: "x", code: "y" }],
			anything: "z".repeat(5000),
		}) satisfies EntryBody<"gate.started">;
	const kept = Array.from({ length: 11 }, (_, n) => starts.keep(`s${n}`, started(n === 0 ? 10_001 : 10_000)));
	assert.equal(
		kept.reduce((sum, one) => sum + (one?.links.length ?? 0), 0),
		100_000,
	);
	assert.deepEqual(
		problems.list.map(({ segment, kind, line }) => [segment, kind, line]),
		[
			["s0", "inserted", 1],
			["s10", "inserted", 1],
		],
	);
	const [one] = kept;
	assert.ok(JSON.stringify({ ...one, links: one?.links.slice(0, 1) }).length < 1500);
});
