// Large files are planned in the thread, and give what they give here.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SMALL } from "../../../../src/actions/jobQueue.ts";
import { countInThread, planInThread } from "../../../../src/actions/undo/inThread.ts";
import { lineCounts, planUndo, type Sides } from "../../../../src/actions/undo/plan.ts";

/** A file that has this text at a place, larger than what is done at once. */
function large(word: string, more = ""): Buffer {
	const lines = Array.from({ length: SMALL.undo / 4 }, (_, n) => (n === 50 ? `${word}\n` : `line ${n}\n`));
	return Buffer.from(lines.join("") + more);
}

const cases: Record<string, Sides> = {
	restore: { before: large("a"), after: large("b"), now: large("b") },
	remove: { before: undefined, after: large("b"), now: large("b") },
	merged: { before: large("a"), after: large("b"), now: large("b", "more\n") },
	conflict: { before: large("a"), after: large("b"), now: large("c") },
	nothing: { before: large("a"), after: large("b"), now: large("a") },
	impossible: { before: large("a"), after: large("b"), now: Buffer.from("\0") },
};
for (const [kind, sides] of Object.entries(cases))
	test(`a large file's plan comes from the thread: ${kind}`, async () => {
		const here = planUndo(sides);
		const there = await planInThread(sides);
		assert.equal(there.kind, kind);
		assert.deepEqual(there, here);
		for (const value of Object.values(there)) if (value instanceof Uint8Array) assert.ok(Buffer.isBuffer(value));
		// Whoever asks still has what they gave.
		assert.ok(sides.after !== undefined && sides.after.length > 0);
	});

test("so do its counts, and a small one's from here", async () => {
	const [from, to] = [large("a"), large("b", "more\n")];
	assert.deepEqual(await countInThread(from, to), lineCounts(from, to));
	assert.equal(await countInThread(from, Buffer.concat([to, Buffer.from("\0")])), undefined);
	assert.deepEqual(await countInThread(undefined, Buffer.from("a\n")), { removed: 0, added: 1 });
	assert.equal((await planInThread({ before: undefined, after: to, now: to })).kind, "remove");
});
