// What a card shows, applied by hand.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { type DiffBudget, drawFile } from "../../../src/actions/diff.ts";
import { splitLines } from "../../../src/actions/lines.ts";
import type { Hunk } from "../../../src/protocol/card.ts";
import { edited, RUNS } from "./patch/support.ts";
import { change } from "./support.ts";

const endless = (): DiffBudget => ({ lines: Number.MAX_SAFE_INTEGER, chars: Number.MAX_SAFE_INTEGER, markMs: 0 });

/** Applies hunks by their old line numbers; a line they keep or remove has to be there. */
function applyHunks(before: string, hunks: readonly Hunk[]): string {
	const old = splitLines(before);
	const out: string[] = [];
	let next = 0;
	for (const { op, before: place, text, eol } of hunks.flatMap(({ lines }) => lines)) {
		if (op !== "+") {
			assert.ok(place !== undefined && place > next, "old line numbers rise");
			for (; next < place - 1; next += 1) out.push(old[next] ?? assert.fail("no such line"));
			assert.equal(text + eol, old[next], "the old line is there");
			next += 1;
		}
		if (op !== "-") out.push(text + eol);
	}
	return [...out, ...old.slice(next)].join("");
}

test(`the card's hunks make the new text of the old one, and its counts add up, ${RUNS} times`, () => {
	fc.assert(
		fc.property(edited, ([before, after]) => {
			const [file] = change("/w/f", before, after).files;
			const { hunks, added, removed, cut, binary } = drawFile(file ?? assert.fail(), endless()).shown;
			assert.deepEqual([cut, binary], [false, false]);
			// A hunk without old lines stands where its new lines say, which is at the start of an empty text.
			if (before === "")
				assert.equal(hunks.flatMap(({ lines }) => lines.map(({ text, eol }) => text + eol)).join(""), after);
			else assert.equal(applyHunks(before, hunks), after);
			const [a, b] = [splitLines(before), splitLines(after)];
			assert.equal(a.length - removed + added, b.length);
			assert.equal(removed === 0 && added === 0, before === after);
			const ops = hunks.flatMap(({ lines }) => lines.map(({ op }) => op));
			assert.deepEqual(
				[ops.filter((op) => op === "-").length, ops.filter((op) => op === "+").length],
				[removed, added],
			);
		}),
		{ numRuns: RUNS },
	);
});
