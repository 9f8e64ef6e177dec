// Files with holes: their length costs nothing to make, so it must cost nobody hours to read.
import assert from "node:assert/strict";
import { appendFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { type TestContext, test } from "node:test";
import { lineBatches } from "../../../../src/audit/export/batches.ts";
import { FIRST } from "../../../../src/audit/index/link.ts";
import { type LinkedLine, SegmentReader } from "../../../../src/audit/index/reader.ts";
import { findNews, markTail, moveOn, NewLines, type Segment } from "../../../../src/audit/index/segments.ts";
import { checkSnapshots } from "../../../../src/audit/index/snapshot.ts";
import { snapshotLimit } from "../../../../src/audit/index/snapshotFiles.ts";
import { linesOf } from "../../../../src/audit/lines.ts";
import { Problems } from "../../../../src/audit/problems.ts";
import { segmentName } from "../../../../src/audit/segment.ts";
import { checkIndex } from "../../../../src/audit/verifyIndex.ts";
import { EDITOR, HOME, NO_KEY, stretch, withSnapshot } from "./snapshots.ts";
import { allRows, comparable, openLens, oracle, wanted } from "./support.ts";

const MB = 1024 * 1024;
const NAME = segmentName(Date.UTC(2027, 0, 1), "nothing");

/** A segment that begins with this and goes on with nothing. @returns undefined when such a file cannot be made here */
function withHole(t: TestContext, dir: string, begin: string, bytes: number): string | undefined {
	const path = join(dir, "journal", NAME);
	writeFileSync(path, begin);
	try {
		truncateSync(path, bytes);
		if (statSync(path).blocks * 512 < bytes / 2) return path;
	} catch (error) {
		t.diagnostic(String(error));
	}
	t.skip(`a file with a hole of ${bytes} bytes cannot be made here`);
	return undefined;
}

test("readers of a segment stop where there has been no line for long, as linesOf does", async (t) => {
	const { dir } = await withSnapshot(t);
	const path = withHole(t, dir, "not json\n", 300 * MB);
	if (path === undefined) return;
	let read = 0;
	const batches: unknown[] = [];
	const extent = { segment: NAME, path, end: 300 * MB };
	for await (const batch of lineBatches(extent, { read: (bytes) => (read += bytes) }))
		for (const { bytes: _, ...line } of batch) batches.push(line);
	const lines: unknown[] = [];
	for await (const { bytes: _, ...line } of linesOf(path)) lines.push(line);
	assert.deepEqual(batches, lines);
	assert.ok(read < 70 * MB, `${read} bytes were read`);

	const reader = await SegmentReader.open(path, NAME, { bytes: 0, lines: 0, link: FIRST });
	const found: (LinkedLine | undefined)[] = [];
	let chunks = 0;
	do for (let line = reader.next(); line !== undefined; line = reader.next()) found.push(line);
	while ((await reader.more()) && ++chunks);
	found.push(reader.last());
	await reader.close();
	assert.deepEqual(
		found.map((one) => one?.line.line),
		[1],
	);
	assert.ok(reader.gaveUp);
	assert.ok(chunks < 70, `${chunks} MB were read`);
});

test("an index of a log with a file of nothing says so, and follows the rest", { timeout: 120_000 }, async (t) => {
	const { dir } = await withSnapshot(t);
	const folded = wanted(await oracle(dir), {});
	const path = withHole(t, dir, "", 1024 * 1024 * MB);
	if (path === undefined) return;
	const { lens, states } = openLens(t, dir, HOME.homeKey);
	assert.deepEqual((await allRows(lens, {})).map(comparable), folded);
	assert.match(states.at(-1)?.detail ?? "", new RegExp(`${NAME} holds many megabytes that are no line`));
	truncateSync(path, 0);
	appendFileSync(path, "not json\n");
	await lens.refresh();
	assert.equal((await allRows(lens, {})).length, folded.length + 1);
	assert.doesNotMatch(states.at(-1)?.detail ?? "", /megabytes/);
});

test("what was given up is not read again until the file is another", async (t) => {
	const { dir } = await withSnapshot(t);
	const path = withHole(t, dir, "not json\n", 300 * MB);
	if (path === undefined) return;
	const known = new Map<string, Segment>();
	const look = async (): Promise<string[]> => {
		const { grown, added } = await findNews(dir, known);
		const lines = new NewLines(dir, [...grown, ...added]);
		while (await lines.more())
			for (let line = lines.next(); line !== undefined; line = lines.next())
				moveOn(line.segment, line.key, line.marked);
		for (const segment of [...grown, ...added]) {
			known.set(segment.name, segment);
			await markTail(dir, segment);
		}
		return [...grown, ...added].map(({ name }) => name);
	};
	assert.ok((await look()).includes(NAME));
	// Once more, because it could have changed while it was read.
	await look();
	assert.deepEqual(await look(), []);
	assert.deepEqual(await look(), []);
	truncateSync(path, 301 * MB);
	assert.deepEqual(await look(), [NAME]);
});

test("what a snapshot may have does not grow with holes in the log", async (t) => {
	const { dir, path } = await withSnapshot(t, EDITOR);
	const before = snapshotLimit(dir);
	if (withHole(t, dir, "", 8 * 1024 * MB) === undefined) return;
	assert.ok(snapshotLimit(dir) < before + MB);
	stretch(path, basename(dir), EDITOR, 1024 * MB);
	const { checks } = await checkSnapshots(dir, NO_KEY);
	assert.match(checks[0]?.detail ?? "", /larger than the index of this log can be/);
});

test("content that only its own hash could be held against is not read beyond a size", async (t) => {
	const { dir, path } = await withSnapshot(t, EDITOR);
	writeFileSync(join(dir, "journal", NAME), Buffer.alloc(80 * MB, `${"x".repeat(4095)}\n`));
	stretch(path, basename(dir), EDITOR, 300 * MB);
	// The hash of what is there does not fit: who reads it finds that out.
	const [unproven] = (await checkSnapshots(dir, NO_KEY)).checks;
	assert.equal(unproven?.state, "good");
	assert.match(unproven?.detail ?? "", /not at hand.*too large to be read without that, and was not/);
	const [own] = (await checkSnapshots(dir, EDITOR)).checks;
	assert.match(own?.detail ?? "", /content was changed/);
	stretch(path, basename(dir), EDITOR, 5 * MB);
	assert.match((await checkSnapshots(dir, NO_KEY)).checks[0]?.detail ?? "", /content was changed/);
});

test("looking at snapshots can be stopped", async (t) => {
	const { dir } = await withSnapshot(t, HOME);
	const problems = new Problems();
	const reason = new Error("enough");
	await assert.rejects(checkIndex(dir, basename(dir), problems, undefined, AbortSignal.abort(reason)), reason);
	await checkIndex(dir, basename(dir), problems, undefined, new AbortController().signal);
	assert.deepEqual(problems.list, []);
});
