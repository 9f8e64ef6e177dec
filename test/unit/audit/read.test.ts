import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_LINE_BYTES } from "../../../src/audit/chain.ts";
import { linesOf } from "../../../src/audit/lines.ts";
import { type ReadLine, readEntries } from "../../../src/audit/read.ts";
import { place, requested, tempDir } from "./support.ts";

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
	const list: T[] = [];
	for await (const item of items) list.push(item);
	return list;
}

test("lines of any bytes are the file, cut at its line breaks", async (t) => {
	const path = join(tempDir(t), "x");
	await fc.assert(
		fc.asyncProperty(fc.array(fc.uint8Array({ maxLength: 9 })), fc.boolean(), async (parts, ends) => {
			const pieces = parts.map((part) => Buffer.from(part.filter((byte) => byte !== 10)));
			const bytes = Buffer.concat(pieces.flatMap((piece) => [piece, Buffer.from("\n")]));
			writeFileSync(path, ends ? bytes : bytes.subarray(0, -1));
			const lines = await all(linesOf(path));
			const last = pieces.at(-1);
			const expected = ends || last === undefined || last.length > 0 ? pieces : pieces.slice(0, -1);
			assert.deepEqual(
				lines.map(({ bytes, ended }) => bytes - (ended ? 1 : 0)),
				expected.map(({ length }) => length),
			);
			let offset = 0;
			for (const [i, line] of lines.entries()) {
				assert.equal(line.number, i + 1);
				assert.equal(line.offset, offset);
				const text = pieces[i]?.toString("utf8") ?? "";
				assert.equal(line.text, Buffer.from(text).equals(pieces[i] ?? Buffer.alloc(0)) ? text : undefined);
				offset += line.bytes;
			}
		}),
	);
});

test("a line longer than any can be is told as one, and the next one is read", async (t) => {
	const path = join(tempDir(t), "x");
	writeFileSync(
		path,
		Buffer.concat([Buffer.alloc(MAX_LINE_BYTES + 1, "a"), Buffer.from("\nb\n"), Buffer.alloc(MAX_LINE_BYTES, "c")]),
	);
	const lines = await all(linesOf(path));
	assert.deepEqual(
		lines.map(({ text, bytes, ended }) => [text?.length, bytes, ended]),
		[
			[undefined, MAX_LINE_BYTES + 2, true],
			[1, 2, true],
			[MAX_LINE_BYTES, MAX_LINE_BYTES, false],
		],
	);
});

test("reading is tolerant: bad lines are items with a reason, the rest is there", async (t) => {
	const journal = await place(t).open("gate1");
	await journal.close();
	const lines = readFileSync(journal.path, "utf8").split("\n").slice(0, -1);
	const edited = (lines[1] ?? "").replace("file", "f1le");
	writeFileSync(journal.path, [lines[0], edited, "junk", "{}", lines[2]].map((line) => `${line}\n`).join(""));
	appendFileSync(journal.path, Buffer.from([0xff, 10]));
	appendFileSync(journal.path, "half");
	const read = await all(readEntries(journal.path));
	assert.deepEqual(
		read.map(({ line, entry, problem }) => [line, entry?.head.type, problem]),
		[
			[1, "gate.started", undefined],
			[2, "key.created", "the hash does not fit the content"],
			[3, undefined, "not JSON"],
			[4, undefined, "not an entry"],
			[5, "checkpoint", undefined],
			[6, undefined, "the line is too long or not text"],
			[7, undefined, "the line is cut short"],
		],
	);
});

test("the segments of a log are merged by time, and the order inside a segment stays, also when its clock jumps", async (t) => {
	const { open } = place(t);
	let now = 1_700_000_000_000;
	const clock = { now: () => (now += 10), mono: () => 0 };
	const [a, b] = [await open("aaa", { clock }), await open("bbb", { clock })];
	for (let i = 0; i < 5; i++) {
		await a.append("action.requested", requested(`a${i}`));
		await b.append("action.requested", requested(`b${i}`));
	}
	now -= 10_000;
	await a.append("action.requested", requested("a5"));
	now += 20_000;
	await b.append("action.requested", requested("b5"));
	await a.close();
	await b.close();
	const read = await all(readEntries(a.dir));
	const requests = (lines: ReadLine[]) =>
		lines.map(({ entry }) => entry?.body?.request).filter((one) => one !== undefined);
	assert.deepEqual(requests(read), ["a0", "b0", "a1", "b1", "a2", "b2", "a3", "b3", "a4", "a5", "b4", "b5"]);
	for (const journal of [a, b]) {
		const own = read.filter(({ segment }) => segment === journal.segment).map(({ line }) => line);
		assert.deepEqual(
			own,
			own.map((_, i) => i + 1),
		);
	}
	assert.equal((await all(readEntries(a.path, b.path))).length, read.length);
	assert.equal((await all(readEntries(join(a.dir, "journal")))).length, read.length);
	// Stopping early leaves nothing open.
	for await (const line of readEntries(a.dir)) if (line.line === 2) break;
});

test("a reader that has seen enough leaves no file open", async (t) => {
	if (process.platform !== "linux") {
		t.skip("open files are counted in /proc");
		return;
	}
	const { open } = place(t);
	const journal = await open("gate1");
	await journal.append("action.requested", requested("r1"));
	const count = () => readdirSync("/proc/self/fd").length;
	const before = count();
	for (let n = 0; n < 5; n++) for await (const _ of readEntries(journal.dir)) break;
	assert.equal(count(), before);
});
