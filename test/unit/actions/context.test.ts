// Lines around a change are the file's own, whatever its line ends are.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { contextLines } from "../../../src/actions/context.ts";
import { splitBreak, splitLines } from "../../../src/actions/lines.ts";

const piece = fc.constantFrom("a", "é", "\n", "\r\n", "\r", "line", "\u2028", "\ufeff", " ");

test("any lines of any text, and nothing behind its end", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.array(piece, { maxLength: 60 }),
			fc.integer({ min: 1, max: 30 }),
			fc.integer({ min: 0, max: 30 }),
			async (pieces, from, more) => {
				const text = pieces.join("");
				const expected = splitLines(text)
					.slice(from - 1, from + more)
					.map(splitBreak);
				assert.deepEqual(await contextLines(Buffer.from(text), from, from + more), expected);
			},
		),
		{ numRuns: 2000 },
	);
});

test("never more than fits, and lets others have their turn in a large file", async () => {
	const bytes = Buffer.from("x\n".repeat(3_000_000));
	let turns = 0;
	const timer = setInterval(() => turns++, 0);
	const lines = await contextLines(bytes, 2_900_000, 3_000_000);
	clearInterval(timer);
	assert.equal(lines.length, 400);
	assert.ok(turns > 0);
	const long = Buffer.from(`${"y".repeat(150_000)}\n`.repeat(3));
	assert.equal((await contextLines(long, 1, 3)).length, 1);
});
