// Word marks: whatever is not marked is the same on both sides, and no word or character is cut in two.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { wordMarks } from "../../../src/actions/wordMarks.ts";

function without(text: string, marks: readonly [number, number][]): string {
	let rest = "";
	let at = 0;
	for (const [from, to] of marks) {
		assert.ok(at <= from && from < to && to <= text.length, "in order, not empty, within the text");
		rest += text.slice(at, from);
		at = to;
	}
	return rest + text.slice(at);
}

const words = fc.array(fc.constantFrom("a", "ab", "b", " ", "  ", "(", ".", "é", "😀", "\t", "9", "_", "\u0301"), {
	maxLength: 14,
});

test("what is not marked is the same on both sides", () => {
	let marked = 0;
	fc.assert(
		fc.property(words, words, words, words, (head, x, y, tail) => {
			const [a, b] = [[...head, ...x, ...tail].join(""), [...head, ...y, ...tail].join("")];
			const found = wordMarks(a, b);
			if (found === undefined) return;
			marked += 1;
			assert.equal(without(a, found.before), without(b, found.after));
			assert.equal(found.before.length + found.after.length > 0, a !== b);
			for (const [text, marks] of [
				[a, found.before],
				[b, found.after],
			] as const)
				for (const place of marks.flat()) assert.ok(text.slice(0, place).isWellFormed(), "no character is cut");
		}),
		{ numRuns: 3000 },
	);
	assert.ok(marked > 500, `${marked} were marked`);
});

test("whole words are marked, and only those that differ", () => {
	const of = (a: string, b: string) => {
		const found = wordMarks(a, b);
		return found && [found.before.map(([x, y]) => a.slice(x, y)), found.after.map(([x, y]) => b.slice(x, y))];
	};
	assert.deepEqual(of("const size = oldName(1);", "const size = oldNames(1);"), [["oldName"], ["oldNames"]]);
	assert.deepEqual(of("if (a) return b;", "if (a) return;"), [[" b"], []]);
	assert.deepEqual(of("call(one, two, three);", "call(uno, two, drei);"), [
		["one", "three"],
		["uno", "drei"],
	]);
	assert.deepEqual(of("const a = 1", "const a = 1; // more"), [[], ["; // more"]]);
	assert.equal(of("wholly other", "not the same"), undefined);
});
