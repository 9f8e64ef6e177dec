// The same places as the engine's search finds, without its worst case.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Finder } from "../../../src/actions/find.ts";

const repetitive = fc.array(fc.constantFrom("a", "b", "aa", "\n", "aab", "é", "\ud83d\ude00"), {
	minLength: 60,
	maxLength: 300,
	size: "max",
});

test("any part of any text is found where the engine finds it", () => {
	let found = 0;
	fc.assert(
		fc.property(repetitive, repetitive, fc.nat(500), fc.boolean(), fc.nat(400), (a, b, from, cut, length) => {
			const text = a.join("");
			const part = cut ? text.slice(from % (text.length + 1)).slice(0, length) : b.join("");
			const start = from % (text.length + 2);
			const expected = text.indexOf(part, start);
			if (part.length > 64 && expected >= 0) found++;
			assert.equal(new Finder(part).in(text, start), expected);
			if (part === "") return;
			const places = [...new Finder(part).all(text)];
			assert.equal(places.length, text.split(part).length - 1);
		}),
		{ numRuns: 10_000 },
	);
	assert.ok(found > 300, `${found} long parts were found`);
});

test("a long part that repeats itself in a long text is looked for once through, not again at each place", () => {
	// The engine's search needs the product of the two lengths here: about a minute.
	const text = `${"\n".repeat(3_000_000)}x`;
	const part = `${"\n".repeat(400_000)}y`;
	assert.equal(new Finder(part).in(text), -1);
	assert.equal(new Finder(`${"\n".repeat(400_000)}x`).in(text), 2_600_000);
	// Many places, and before each of them many beginnings that lead nowhere: 33 s where each place may look so long anew.
	const root = 3000;
	const block = `${"a".repeat(2 * root)}b`;
	const found = new Finder(`${"a".repeat(root)}b`).all(block.repeat(1200));
	assert.deepEqual([found.length, found[0], found.at(-1)], [1200, root, 1199 * block.length + root]);
});
