import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import canonicalize from "canonicalize";
import fc from "fast-check";
import { type EntryHead, GENESIS, openLine, saltedBody, seal } from "../../../src/audit/chain.ts";
import { CanonicalError, canonical } from "../../../src/protocol/canonical.ts";
import { linesOf, place, requested } from "./support.ts";

const head: EntryHead = { v: 1, seq: 1, time: "2025-01-31T23:59:59.001Z", mono: 5, type: "prompt", session: "s" };
const json = fc.jsonValue({ stringUnit: "binary", maxDepth: 4 }).map((value) => value as never);

test("a line says what the format says, checked with nothing but a JSON parser and SHA-256", async (t) => {
	const { open } = place(t);
	const journal = await open("gate1");
	await journal.append("action.requested", requested("r1"), { session: "s1" });
	await journal.close();
	const sha = (text: string) => createHash("sha256").update(text, "utf8").digest("hex");
	const sorted = (value: unknown): unknown => {
		if (Array.isArray(value)) return value.map(sorted);
		if (typeof value !== "object" || value === null) return value;
		return Object.fromEntries(
			Object.entries(value)
				.sort(([a], [b]) => (a < b ? -1 : 1))
				.map(([k, v]) => [k, sorted(v)]),
		);
	};
	let prev = "0".repeat(64);
	let seq = 0;
	for (const line of linesOf(journal.path)) {
		const entry = JSON.parse(line);
		assert.deepEqual(Object.keys(entry), ["body", "hash", "head", "prev"]);
		assert.equal(JSON.stringify(sorted(entry)), line);
		assert.equal(entry.prev, prev);
		assert.equal(
			entry.hash,
			sha(prev + sha(JSON.stringify(sorted(entry.head))) + sha(JSON.stringify(sorted(entry.body)))),
		);
		assert.equal(entry.head.v, 1);
		assert.equal(entry.head.seq, ++seq);
		assert.match(entry.head.time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
		assert.ok(Number.isInteger(entry.head.mono));
		assert.match(entry.body.salt, /^[0-9a-f]{32}$/);
		prev = entry.hash;
	}
	assert.ok(seq >= 4);
});

test("our canonical form is the one of the canonicalize package", () => {
	fc.assert(
		fc.property(json, (value) => {
			let ours: string | undefined;
			try {
				ours = canonical(value);
			} catch (error) {
				assert.ok(error instanceof CanonicalError);
			}
			// The package lets lone surrogates through as escapes; we refuse them.
			if (ours !== undefined) assert.equal(ours, canonicalize(value));
		}),
		{ numRuns: 500 },
	);
});

test("a sealed line opens as the entry that was sealed", () => {
	fc.assert(
		fc.property(fc.dictionary(fc.string(), json), (body) => {
			const { line, hash } = seal(GENESIS, head, saltedBody(body));
			assert.ok(line.endsWith("\n"));
			const opened = openLine(line.slice(0, -1));
			assert.equal(opened.state, "good");
			if (opened.state !== "good") return;
			assert.equal(opened.entry.hash, hash);
			const { salt: _, ...rest } = opened.entry.body ?? {};
			// A body that brings a salt of its own gets ours.
			const { salt: __, ...given } = body;
			assert.equal(canonical(rest), canonical(given));
		}),
	);
});

test("a body can be left out and the line still holds", () => {
	const bodyJson = saltedBody({ a: 1 });
	const { line, hash } = seal(GENESIS, head, bodyJson);
	const { body: _, ...rest } = JSON.parse(line);
	const bodyHash = createHash("sha256").update(bodyJson).digest("hex");
	const opened = openLine(canonical({ ...rest, bodyHash }));
	assert.equal(opened.state, "good");
	assert.equal(opened.state === "good" && opened.entry.hash, hash);
});

test("no change of one character of a line stays unseen", () => {
	const { line } = seal(GENESIS, head, saltedBody({ claimed: { text: "héllo \u{1f600}" }, n: 1.5 }));
	const text = line.slice(0, -1);
	fc.assert(
		fc.property(fc.nat(text.length - 1), fc.string({ maxLength: 2, unit: "binary" }), (at, other) => {
			const changed = text.slice(0, at) + other + text.slice(at + 1);
			if (changed !== text) assert.notEqual(openLine(changed).state, "good");
		}),
		{ numRuns: 2000 },
	);
});

test("other spellings of the same value are seen: white space, duplicate keys, escapes, number forms", () => {
	const text = seal(GENESIS, head, saltedBody({ a: 1, b: "x" })).line.slice(0, -1);
	for (const [from, to] of [
		['"a":1', '"a": 1'],
		['"a":1', '"a":1,"a":1'],
		['"a":1', '"a":1.0'],
		['"x"', '"\\u0078"'],
		['"a":1,"b":"x"', '"b":"x","a":1'],
	] as const) {
		const changed = text.replace(from, to);
		assert.notEqual(changed, text);
		assert.equal(openLine(changed).state, "altered", to);
	}
});

test("a key that JSON.parse takes for another one is read as it is spelled", () => {
	// V8 may take the second for the first, in objects of the same beginning (nodejs/node#63785).
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
		for (const claimed of [before, before, after, { a: after, ...before }]) {
			const opened = openLine(seal(GENESIS, head, canonical({ claimed })).line.slice(0, -1));
			assert.equal(opened.state, "good", JSON.stringify(claimed));
			if (opened.state === "good") assert.deepEqual(opened.entry.body, { claimed });
		}
});

test("what is no entry is unparsable, whatever it is", () => {
	const { line } = seal(GENESIS, head, saltedBody({}));
	const entry = JSON.parse(line);
	const wrong = [
		{ ...entry, hash: "x" },
		{ ...entry, prev: undefined },
		{ ...entry, head: [] },
		{ ...entry, head: { ...head, seq: 1.5 } },
		{ ...entry, head: { ...head, v: 2 } },
		{ ...entry, body: null },
		{ ...entry, bodyHash: GENESIS },
		null,
		[],
		"x",
	];
	for (const value of wrong) assert.equal(openLine(JSON.stringify(value)).state, "unparsable");
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => openLine(text).state === "unparsable"));
});
