// The verifier's quick reader against the strict one: what the strict one refuses must never pass, and both say the same.
import assert from "node:assert/strict";
import { hash as digest } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { type EntryHead, entryHash, GENESIS, openLine, saltedBody, seal } from "../../../src/audit/chain.ts";
import { isPersonal } from "../../../src/audit/entry.ts";
import { END_SHIFT, HAS_DIGEST, HAS_SIZE, NOT_CANONICAL, scanCanonical } from "../../../src/audit/verifyCanonical.ts";
import { evidenceRefs } from "../../../src/audit/verifyEvidence.ts";
import { type GoodLine, openBytes, openQuick } from "../../../src/audit/verifyLine.ts";
import { canonical } from "../../../src/protocol/canonical.ts";

const sha256 = (text: string) => digest("sha256", text, "hex");
const head: EntryHead = { v: 1, seq: 7, time: "2026-01-31T23:59:59.001Z", mono: 5, type: "prompt", session: "s-1" };
const prev = sha256("before");

/** A line whose hash fits its parts as they are spelled, as a forger would make it. */
function sealRaw(bodyJson: string, headJson = canonical(head), before = prev): string {
	const hash = entryHash(before, headJson, sha256(bodyJson));
	return `{"body":${bodyJson},"hash":"${hash}","head":${headJson},"prev":"${before}"}`;
}

/** Both readers' word on a line, which must be the same. @returns its state */
function agree(line: string | Buffer): string {
	const bytes = Buffer.from(line);
	const text = bytes.toString("utf8");
	const strict = openLine(text);
	// Not at the beginning of what was read, and with more behind it, as lines are.
	const around = Buffer.concat([Buffer.from('x","a":1}\n'), bytes, Buffer.from('\n{"body":{},"hash":"')]);
	const quick = openBytes(around, 10, 10 + bytes.length);
	assert.equal(quick.state, strict.state, text.slice(0, 300));
	if (quick.state === "good" && strict.state === "good") {
		const { entry } = quick;
		const { seq, type, time } = strict.entry.head;
		const told = ({ head, hash, prev }: GoodLine) => [head.seq, head.type, head.time, hash, prev];
		assert.deepEqual(told(entry), [seq, type, time, strict.entry.hash, strict.entry.prev]);
		assert.equal(entry.personal, isPersonal(type, JSON.stringify(strict.entry.body ?? {})));
		assert.equal(entry.bodiless, strict.entry.body === undefined);
		// Where JSON.parse can read it (see chainJson.ts).
		if (canonical(JSON.parse(text)) === text) assert.deepEqual(entry.body(), strict.entry.body);
		if (!entry.mayNameEvidence) assert.deepEqual([...evidenceRefs(strict.entry.body)], []);
		const [kept, body] = [entry.kept(), JSON.stringify(entry.body())];
		around.fill(0);
		assert.deepEqual([told(kept), JSON.stringify(kept.body())], [[seq, type, time, kept.hash, kept.prev], body]);
	} else if (quick.state !== "good" && strict.state !== "good") assert.equal(quick.why, strict.why);
	return quick.state;
}

const text = fc.oneof(
	fc.string({ unit: "binary" }),
	fc.string(),
	fc.constantFrom(
		"__proto__",
		"digest",
		"size",
		"claimed",
		"é",
		"\u{1f600}",
		"\ue000",
		'"',
		"\\",
		"\u0000",
		"\u007f",
		"10",
		"9",
	),
);
const value = fc.letrec((tie) => ({
	value: fc.oneof(
		{ maxDepth: 5 },
		text,
		fc.double({ noDefaultInfinity: true, noNaN: true }),
		fc.integer(),
		fc.constantFrom(null, true, false, 0, -0, 1e21, 1e-7, 5e-324, 2 ** 53, 123456789012345, 1234567890123456),
		fc.array(tie("value"), { maxLength: 4 }),
		fc.dictionary(text, tie("value"), { maxKeys: 5 }),
	),
})).value;
const bodyText = fc.dictionary(text, value, { maxKeys: 6 }).map((body) => {
	try {
		return saltedBody(body);
	} catch {
		return saltedBody({});
	}
});

test("what a journal writes is good to both, whatever is in it", () => {
	fc.assert(
		fc.property(bodyText, (body) => {
			assert.equal(agree(sealRaw(body)), "good");
		}),
		{ numRuns: 1500 },
	);
	for (const one of [
		{ ...head, session: "é" },
		{ ...head, mono: 1.5 },
		{ ...head, mono: -3 },
		{ ...head, type: 'a"b' },
	])
		assert.equal(agree(seal(prev, one, saltedBody({ a: 1 })).line.slice(0, -1)), "good");
	const { session: _, ...none } = head;
	assert.equal(agree(seal(GENESIS, none, saltedBody({ a: 1 })).line.slice(0, -1)), "good");
});

test("a body or head that a forger spells another way, with a hash that fits, is refused by both", () => {
	const pieces = [
		"",
		" ",
		"\t",
		",",
		":",
		'"',
		"\\",
		"{",
		"}",
		"[",
		"]",
		"0",
		"1",
		"-",
		".",
		"e",
		"E5",
		"\\u0061",
		"\\/",
		"null",
		"\u0000",
		"\ud800",
		'"a":1,',
		"é",
	];
	fc.assert(
		fc.property(bodyText, fc.nat(), fc.nat(3), fc.constantFrom(...pieces), (body, at, cut, piece) => {
			const from = at % body.length;
			agree(sealRaw(body.slice(0, from) + piece + body.slice(from + cut)));
		}),
		{ numRuns: 4000 },
	);
	const headJson = canonical(head);
	fc.assert(
		fc.property(fc.nat(), fc.nat(3), fc.constantFrom(...pieces), (at, cut, piece) => {
			const from = at % headJson.length;
			agree(sealRaw('{"a":1}', headJson.slice(0, from) + piece + headJson.slice(from + cut)));
		}),
		{ numRuns: 3000 },
	);
	fc.assert(
		fc.property(fc.nat(63), fc.constantFrom("G", "A", " ", '"', "é", ""), (at, piece) => {
			assert.notEqual(agree(sealRaw('{"a":1}', headJson, prev.slice(0, at) + piece + prev.slice(at + 1))), "good");
		}),
	);
});

test("any bytes changed, inserted or taken out of a line are told alike", () => {
	fc.assert(
		fc.property(bodyText, fc.nat(), fc.nat(4), fc.uint8Array({ maxLength: 3 }), (body, at, cut, more) => {
			const line = Buffer.from(sealRaw(body));
			const from = at % line.length;
			const changed = Buffer.concat([line.subarray(0, from), more, line.subarray(from + cut)]);
			// Callers give nothing that is not UTF-8, and no line breaks.
			if (!changed.equals(Buffer.from(changed.toString("utf8"))) || changed.includes(10)) return;
			const state = agree(changed);
			if (!changed.equals(line)) assert.notEqual(state, "good");
		}),
		{ numRuns: 3000 },
	);
});

const forged: [string, string][] = [
	["white space", '{"a": 1}'],
	["duplicate keys", '{"a":1,"a":2}'],
	["keys out of order", '{"b":1,"a":2}'],
	["keys out of order by UTF-16, though in order by bytes", '{"\ue000":1,"\u{1f600}":2}'],
	["an escape that is not needed", '{"a":"\\u0061"}'],
	["a slash escaped", '{"a":"\\/"}'],
	["an escape in upper case", '{"a":"\\u001F"}'],
	["a long escape for a short one", '{"a":"\\u000a"}'],
	["DEL escaped", '{"a":"\\u007f"}'],
	["a lone surrogate", '{"a":"\\ud800"}'],
	["a tab in a string", '{"a":"\t"}'],
	["minus zero", '{"a":-0}'],
	["a point and zero", '{"a":1.0}'],
	["an exponent", '{"a":1e3}'],
	["a leading zero", '{"a":01}'],
	["more digits than a number has", '{"a":1234567890123456789}'],
	["a number that is infinite", '{"a":1e999}'],
	["no value", '{"a":}'],
	["a comma too many", '{"a":1,}'],
	["a list's comma too many", '{"a":[1,]}'],
	["a bracket for a brace", '{"a":[1}'],
	["NaN", '{"a":NaN}'],
	["no object", "[1]"],
	["deep nesting that does not end", `{"a":${"[".repeat(300)}}`],
];
for (const [what, body] of forged)
	test(`${what} in a body is refused by both`, () => {
		assert.notEqual(agree(sealRaw(body)), "good");
	});

const fine: [string, string][] = [
	["keys in order by UTF-16", '{"\u{1f600}":1,"\ue000":2}'],
	["a key that begins another", '{"a":1,"a\\n":2,"aa":3,"é":4}'],
	["an empty key", '{"":1,"__proto__":{"x":1}}'],
	["escapes that are needed", '{"a":"\\u0000\\b\\t\\n\\u000b\\f\\r\\u001f\\"\\\\/\u007f\u2028"}'],
	["numbers", '{"a":[0,-1,1.5,1e+21,1e-7,5e-324,1.7976931348623157e+308,123456789012345680]}'],
	["what is empty", '{"a":{},"b":[],"c":""}'],
	["deep nesting", `{"a":${"[".repeat(300)}${"]".repeat(300)}}`],
	["what looks like the end of a line", '{"a":"\\",\\"hash\\":\\"","b":{"hash":"x","head":{},"prev":"y"}}'],
];
for (const [what, body] of fine)
	test(`${what} in a body is good to both`, () => {
		assert.equal(agree(sealRaw(body)), "good");
	});

test("what a person decided is told as the strict reader tells it, whatever keys and strings look like it", () => {
	const keys = [
		"by",
		'"by',
		'x"by',
		"\\by",
		"y",
		"by:",
		"",
		"aby",
		"approver",
		'x"approver',
		"xapprover",
		"pprover",
		"r",
	];
	const values = [
		"person",
		"person2",
		'"person"',
		'"by":"person"',
		'by":"person',
		'"approver":',
		"approver",
		"policy",
		{ by: "person" },
		["person"],
		1,
	];
	for (const key of keys)
		for (const one of values)
			for (const body of [{ [key]: one }, { a: { [key]: one, z: 1 } }, { a: [{ [key]: one }], by: "policy" }]) {
				for (const type of ["action.decided", "export.made", "action.settled", "action.requested"]) {
					const line = seal(prev, { ...head, type }, saltedBody(body)).line.slice(0, -1);
					// It compares with isPersonal.
					assert.equal(agree(line), "good");
				}
			}
});

test("a line whose end is not known ends at its line break, and nowhere else", () => {
	const line = sealRaw('{"a":1}');
	const open = (text: string, from = 0) => openQuick(Buffer.from(text), from)?.to;
	assert.equal(open(`${line}\n`), line.length);
	assert.equal(open(`{}\n${line}\n{}\n`, 3), 3 + line.length);
	for (const more of ["", " ", ",", "}\n", "\r\n", `${line}\n`]) assert.equal(open(line + more), undefined);
	for (const before of ["x", "{}\n", " "]) assert.equal(open(`${before}${line}\n`), undefined);
});

test("lines one after another are read as alone: what is kept of one serves no other", () => {
	const types = ["prompt", "promqt", "action.decided", "action.executed", "", "x", "a".repeat(33), "checkpoint"];
	let before = GENESIS;
	for (let seq = 1; seq < 40; seq++) {
		const type = types[(seq * seq) % types.length] ?? "";
		// Every third one goes on from where another line left off.
		const from = seq % 3 === 0 ? before.replace(/.$/, (digit) => (digit === "0" ? "1" : "0")) : before;
		const decision = seq % 2 === 0 ? { by: "person" } : { by: "policy" };
		const { line, hash } = seal(from, { ...head, seq, type }, saltedBody({ decision }));
		assert.equal(agree(line.slice(0, -1)), "good");
		assert.equal(agree(line.slice(0, -1).replace(hash, before)), "altered");
		before = hash;
	}
});

test("a body left out, a hash of another line, and what is no entry are told alike", () => {
	const bodyJson = '{"a":1}';
	const headJson = canonical(head);
	const hash = entryHash(prev, headJson, sha256(bodyJson));
	const left = `{"bodyHash":"${sha256(bodyJson)}","hash":"${hash}","head":${headJson},"prev":"${prev}"}`;
	assert.equal(agree(left), "good");
	assert.equal(agree(sealRaw(bodyJson).replace(hash, sha256("x"))), "altered");
	for (const line of ["", "{}", "null", '{"body":{', '{"body":{}}', `${sealRaw(bodyJson)} `, `${sealRaw(bodyJson)}}`])
		assert.notEqual(agree(line), "good");
});

test("the quick look takes what is canonical, so that most lines need no strict one", () => {
	fc.assert(
		fc.property(value, (one) => {
			let json: string;
			try {
				json = canonical(one);
			} catch {
				return;
			}
			const bytes = Buffer.from(`  ${json},`);
			const found = scanCanonical(bytes, 2);
			assert.notEqual(found, NOT_CANONICAL, json);
			assert.equal(found >> END_SHIFT, bytes.length - 1);
		}),
		{ numRuns: 2000 },
	);
	const members = (json: string) => scanCanonical(Buffer.from(` ${json} `), 1) & (HAS_DIGEST | HAS_SIZE);
	assert.equal(members('{"a":[{"digest":1,"mode":2,"size":3}]}'), HAS_DIGEST | HAS_SIZE);
	assert.equal(members('{"a":"digest","digest2":{"siz":1},"xdigest":2}'), 0);
});
