import assert from "node:assert/strict";
import { test } from "node:test";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { PackedRows } from "../../../../src/audit/export/packed.ts";
import { type Told, toldBatches } from "../../../../src/audit/export/told.ts";
import { FactsGatherer } from "../../../../src/audit/export/toldFacts.ts";
import { rowOf } from "../../../../src/audit/fold.ts";
import type { TextLine } from "../../../../src/audit/quickOpen.ts";

function requested(n: number, command: string): TextLine {
	const head = {
		v: 1 as const,
		seq: n,
		time: new Date(n).toISOString(),
		mono: n,
		type: "action.requested",
		session: "s",
	};
	const body = { request: `r${n}`, tool: "Bash", kind: "shell", claimed: { input: { command }, cwd: `/w/${n}` } };
	return {
		segment: "s",
		line: n,
		offset: n * 10,
		bytes: 10,
		ended: true,
		text: "",
		entry: { head, body, hash: "h", prev: "p" },
	};
}

function toldOf(line: TextLine): Told {
	const row = rowOf(line);
	return { row, facts: new FactsGatherer().begin(row, line) };
}

test("a row comes back as it was, with what it shares", () => {
	const rows = new PackedRows();
	const commands = ["ls", "é😀\u202e\0\u2028", "x".repeat(8000), "lone \ud800 half", "x".repeat(700)];
	const began = { osUser: "ada" } as NonNullable<Told["facts"]["began"]>;
	// More than fits into the blocks that are kept, put and taken in any order.
	const make = (n: number): Told => {
		const told = toldOf(requested(n, commands[n % commands.length] ?? ""));
		told.facts.began = began;
		told.facts.prompt = "do";
		return told;
	};
	for (let round = 0; round < 2; round++) {
		const packed = Array.from({ length: 3000 }, (_, n) => rows.put(make(n)));
		for (const [n, one] of [...packed.entries()].sort(([a], [b]) => ((a * 7) % 13) - ((b * 7) % 13))) {
			assert.ok(one !== undefined);
			const told = rows.take(one);
			// Members that are undefined are not told from those that are not there.
			assert.deepEqual(JSON.parse(JSON.stringify(told)), JSON.parse(JSON.stringify(make(n))));
			assert.equal(told.facts.began, began);
			assert.equal(told.facts.target, make(n).facts.target);
		}
	}
});

test("a clock that JSON cannot write stays as it is", () => {
	const told = toldOf(requested(1, "ls"));
	told.row.mono = Number.POSITIVE_INFINITY;
	assert.equal(new PackedRows().put(told), undefined);
	told.row.mono = 1;
	told.row.waitedMs = Number.NaN;
	assert.equal(new PackedRows().put(told), undefined);
});

test("rows that wait take a fraction of the heap that they take as objects", async () => {
	setFlagsFromString("--expose-gc");
	const gc = runInNewContext("gc") as () => void;
	const used = () => {
		gc();
		return process.memoryUsage().heapUsed;
	};
	const WAITING = 19_000;
	const lines = function* () {
		for (let n = 0; n < WAITING; n++) yield requested(n, `run ${n} ${"x".repeat(100)}`);
	};
	let before = used();
	const objects = [...lines()].map(toldOf);
	const plain = used() - before;
	assert.equal(objects.length, WAITING);
	objects.length = 0;
	before = used();
	let waiting = 0;
	const batches = async function* () {
		let batch: TextLine[] = [];
		for (const line of lines()) {
			batch.push(line);
			if (batch.length < 500) continue;
			yield batch;
			batch = [];
		}
		waiting = used() - before;
	};
	let rows = 0;
	for await (const batch of toldBatches(batches(), { search: false, places: false })) rows += batch.length;
	assert.equal(rows, WAITING);
	assert.ok(waiting < plain / 2, `${waiting} bytes of heap for rows that wait, ${plain} as objects`);
});
