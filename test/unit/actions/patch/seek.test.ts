import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { comparisons } from "../../../../src/actions/patch/dialect.ts";
import { Seeker } from "../../../../src/actions/patch/seek.ts";
import { RUNS } from "./support.ts";

/** The same, looking at every place in turn. */
function plainly(lines: string[], wanted: string[], start: number, atEnd: boolean): number | "absent" {
	if (wanted.length === 0) return start;
	for (const key of comparisons("codex")) {
		for (let at = start; at + wanted.length <= lines.length; at += 1) {
			if (atEnd && at + wanted.length !== lines.length) continue;
			if (wanted.every((line, i) => key(line) === key(lines[at + i] ?? ""))) return at;
		}
	}
	return "absent";
}

test(`lines are found where looking at every place finds them, ${RUNS} times`, () => {
	const line = fc.constantFrom("x", "x", "x", "y", " x", "x ", "\u2013", "-", "");
	const lines = fc.array(line, { maxLength: 14 });
	fc.assert(
		fc.property(lines, fc.array(line, { maxLength: 4 }), fc.nat(15), fc.boolean(), (all, wanted, at, atEnd) => {
			const start = Math.min(at, all.length);
			const seeker = new Seeker(all, "codex");
			const found = plainly(all, wanted, start, atEnd);
			assert.equal(seeker.find(wanted, start, atEnd), found);
			assert.equal(seeker.find(wanted, start, atEnd), found, "a second time");
		}),
		{ numRuns: RUNS },
	);
});
