// The page that checks a bundle reads a line as the log does, also where JSON.parse takes a key for another one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type EntryHead, GENESIS, seal } from "../../../src/audit/chain.ts";
import { canonical } from "../../../src/protocol/canonical.ts";
import { openLine } from "../../../webview/verify/lines.ts";

const head: EntryHead = { v: 1, seq: 1, time: "2025-01-31T23:59:59.001Z", mono: 5, type: "prompt", session: "s" };

test("a key that JSON.parse takes for another one is read as it is spelled", () => {
	// nodejs/node#63785
	for (const [before, after] of [
		[{ "\\": 1 }, { '"': 1 }],
		[
			{ "\\": 1, h: 1 },
			{ '"': 1, h: 1 },
		],
		[
			{ " ": 1, "\\": 1 },
			{ " ": 1, '"': 1 },
		],
	])
		for (const claimed of [before, before, after, { a: after, k0: [after, '"k1":'], ...before }]) {
			const { line } = seal(GENESIS, head, canonical({ claimed }));
			const { entry, problem } = openLine(line.slice(0, -1), "a", 1);
			assert.equal(problem, undefined, JSON.stringify(claimed));
			assert.deepEqual(entry?.body, { claimed });
		}
});

test("other spellings are still seen", () => {
	const text = seal(GENESIS, head, canonical({ '"': "x", "\\": 1 })).line.slice(0, -1);
	assert.equal(openLine(text, "a", 1).problem, undefined);
	for (const [from, to] of [
		['"\\""', '"\\u0022"'],
		['"\\"":"x"', '"\\"":"x","\\"":"x"'],
		['"x"', '"\\u0078"'],
		['"\\\\":1', '"\\\\":1.0'],
	] as const) {
		const changed = text.replace(from, () => to);
		assert.notEqual(changed, text);
		assert.notEqual(openLine(changed, "a", 1).problem, undefined, to);
	}
});
