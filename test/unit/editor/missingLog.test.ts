// What is noticed of a log without reading it, and what the log says of its own segments.
import assert from "node:assert/strict";
import { mkdirSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { missingSegments } from "../../../src/editor/missingLog.ts";
import { namedSegments } from "../../../src/editor/namedSegments.ts";
import { place } from "../audit/support.ts";

/** Three segments of one log, one gate after the other. */
async function three(t: TestContext) {
	const here = place(t);
	const seen = [];
	let dir = "";
	for (const id of ["a", "b", "c"]) {
		const journal = await here.open(id);
		await journal.append("agent.installed", { agent: "claude-code", file: "/x", osUser: "ann" });
		await journal.close();
		dir = journal.dir;
		seen.push({ segment: journal.segment, entries: journal.head.entries, hash: journal.head.hash });
	}
	const [a, b, c] = seen;
	assert(a && b && c);
	return { dir, journal: join(dir, "journal"), heads: join(dir, "heads"), seen, a, b, c };
}

test("a segment that is gone, is no file, or is too small for what was seen is missing", async (t) => {
	const { journal, seen, a, b } = await three(t);
	assert.equal(await missingSegments(journal, seen), 0);
	const [first, second] = [join(journal, a.segment), join(journal, b.segment)];
	renameSync(first, `${first}.away`);
	assert.equal(await missingSegments(journal, seen), 1);
	symlinkSync(`${first}.away`, first);
	assert.equal(await missingSegments(journal, seen), 1, "a link");
	rmSync(first);
	mkdirSync(first);
	truncateSync(second, 200);
	assert.equal(await missingSegments(journal, seen), 2);
	rmSync(journal, { recursive: true });
	assert.equal(await missingSegments(journal, seen), 3);
	writeFileSync(journal, "");
	assert.equal(await missingSegments(journal, seen), 3);
});

test("the log names a segment by later first entries and by its head file, and what cannot be read names nothing", async (t) => {
	const { dir, journal, heads, a, b, c } = await three(t);
	const named = async () => Object.fromEntries(await namedSegments(dir));
	const entries = (one: typeof a, isThere = true) => [one.segment, { entries: one.entries, isThere }] as const;
	assert.deepEqual(await named(), Object.fromEntries([entries(a), entries(b), entries(c)]));
	for (const { segment } of [a, c]) {
		rmSync(join(journal, segment));
		rmSync(join(heads, `${segment}.head`));
	}
	assert.deepEqual(await named(), Object.fromEntries([entries(a, false), entries(b)]), "nothing names the newest");
	rmSync(join(journal, b.segment));
	mkdirSync(join(journal, b.segment));
	writeFileSync(join(heads, `${c.segment}.head`), "damaged");
	const last = [c.segment, { entries: 0, isThere: false }] as const;
	assert.deepEqual(await named(), Object.fromEntries([entries(b), last]));
	rmSync(dir, { recursive: true });
	assert.deepEqual(await named(), {});
});
