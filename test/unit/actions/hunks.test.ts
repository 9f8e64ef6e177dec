import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { diffTexts, newBudget } from "../../../src/actions/diff.ts";
import { spanOf, withoutHunks } from "../../../src/actions/hunks.ts";
import { JobQueue } from "../../../src/actions/jobQueue.ts";
import { asBuffer } from "../../../src/actions/jobs.ts";

const BEFORE = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12";
const AFTER = "0\n1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
const of = (before: string, after: string, leftOut: number[]) => {
	const bytes = withoutHunks(Buffer.from(before), Buffer.from(after), leftOut);
	return Buffer.isBuffer(bytes) ? bytes.toString() : bytes.code;
};
const hunksOf = (before: string, after: string) => diffTexts(before, after, newBudget()).hunks;

test("a hunk that is left out keeps its old lines, the others their new ones", () => {
	assert.equal(hunksOf(BEFORE, AFTER).length, 2);
	assert.equal(of(BEFORE, AFTER, [0]), `${BEFORE}\n`);
	assert.equal(of(BEFORE, AFTER, [1, 1]), `0\n${BEFORE}`);
	assert.equal(of(BEFORE, AFTER, []), AFTER);
	assert.equal(of("\uFEFFa\r\n", "\uFEFFb\r\n", []), "\uFEFFb\r\n");
});

test("what cannot be is refused with its reason", () => {
	assert.equal(of(BEFORE, AFTER, [0, 1]), "edit.allLeftOut");
	assert.equal(of("", AFTER, [0]), "edit.allLeftOut");
	for (const index of [2, -1, 0.5, Number.NaN]) assert.equal(of(BEFORE, AFTER, [index]), "edit.noHunk");
	assert.equal(of("a\0", "b", [0]), "edit.binary");
	const many = Array.from({ length: 3000 }, (_, line) => `${line}\n`).join("");
	assert.equal(of("", many, [0]), "edit.cut");
});

test("the hunks that were shown count, not what another search finds", () => {
	const [before, after] = [Buffer.from("1\n2\n"), Buffer.from("one\ntwo\n")];
	const eol = "\n" as const;
	const shown = [
		{
			lines: [
				{ op: "-" as const, before: 1, text: "1", eol },
				{ op: "+" as const, after: 1, text: "one", eol },
			],
		},
		{
			lines: [
				{ op: "-" as const, before: 2, text: "2", eol },
				{ op: "+" as const, after: 2, text: "two", eol },
			],
		},
	];
	assert.equal(String(withoutHunks(before, after, [0], shown)), "1\ntwo\n");
	assert.equal(String(withoutHunks(before, after, [1], shown)), "one\n2\n");
	assert.equal(of("1\n2\n", "one\ntwo\n", [1]), "edit.noHunk");
});

test("in the thread it gives the same, and what it was given stays", async () => {
	const queue = new JobQueue();
	const [before, after] = [Buffer.from(BEFORE), Buffer.from(AFTER)];
	const spans = hunksOf(BEFORE, AFTER).map(spanOf);
	for (const leftOut of [[0], [1], [], [0, 1], [5], [0.5, Number.NaN]]) {
		const here = withoutHunks(before, after, leftOut);
		const there = await queue.run("hunks", { before, after, leftOut, spans }, 1024 * 1024);
		const made = "why" in there ? there.why : String(asBuffer(there.bytes));
		assert.deepEqual(made, Buffer.isBuffer(here) ? String(here) : here);
	}
	const none = { before: Buffer.alloc(0), after: Buffer.from("a\0"), leftOut: [0], spans };
	assert.deepEqual(await queue.run("hunks", none, 1024 * 1024), { why: { code: "edit.binary" } });
	assert.deepEqual([String(before), String(after)], [BEFORE, AFTER]);
});

const line = fc.constantFrom("a\n", "b\n", "c\r\n", "\n", "d\r", "ü\n", "\u2028x\n");
const end = fc.constantFrom("", "a", "z", "\r");
const text = fc.tuple(fc.array(line, { maxLength: 60 }), end).map(([lines, last]) => lines.join("") + last);

test("any subset of hunks: every line is from the side it was to be from, and what is left is what was not left out", () => {
	const runs = Number(process.env.GATEPOST_PROPERTY_RUNS ?? 10_000);
	fc.assert(
		fc.property(text, text, fc.infiniteStream(fc.boolean()), (before, after, flips) => {
			const hunks = hunksOf(before, after);
			const flags = hunks.map(() => flips.next().value as boolean);
			const leftOut = flags.flatMap((out, index) => (out ? [index] : []));
			if (leftOut.length === hunks.length && hunks.length > 0) return;
			const made = withoutHunks(Buffer.from(before), Buffer.from(after), leftOut);
			assert.ok(Buffer.isBuffer(made));
			// Another way to the same: patch the old text, hunk by hunk, from the end.
			let lines = linesOf(before);
			for (const [index, hunk] of [...hunks.entries()].reverse()) {
				if (flags[index] === true) continue;
				const olds = hunk.lines.flatMap((one) => one.before ?? []);
				const news = hunk.lines.flatMap((one) => (one.after === undefined ? [] : [one.text + one.eol]));
				const start = olds.length === 0 ? 0 : (olds[0] ?? 1) - 1;
				lines = [...lines.slice(0, start), ...news, ...lines.slice(start + olds.length)];
			}
			assert.equal(made.toString(), lines.join(""));
		}),
		{ numRuns: runs },
	);
});

function linesOf(text: string): string[] {
	return text.match(/[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+$/g) ?? [];
}
