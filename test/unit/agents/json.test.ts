import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { JsonError, MAX_DEPTH, readJsonObject } from "../../../src/agents/json.ts";

const read = (text: string) => readJsonObject(Buffer.from(text));
const refusal = (bytes: Buffer | string): string => {
	try {
		readJsonObject(Buffer.from(bytes));
		return "taken";
	} catch (error) {
		assert.ok(error instanceof JsonError);
		return error.detail.code;
	}
};

test("an object is read as JSON.parse reads it, with one byte order mark and white space around it", () => {
	const text = ' {"a":[1,-2.5e3,"x\\"y\\\\",null,true,{"b":{}}],"ü😀":"\\u00e9\\ud83d\\ude00"}\n';
	assert.deepEqual(read(text), JSON.parse(text));
	assert.deepEqual(read(`\ufeff${text}`), JSON.parse(text));
});

test("any object that JSON.stringify writes is read back the same", () => {
	const object = fc.dictionary(
		fc.string({ unit: "binary" }).filter((key) => key !== "__proto__"),
		fc.jsonValue({ stringUnit: "binary", maxDepth: 6 }),
	);
	fc.assert(
		fc.property(object, fc.constantFrom(undefined, 1, "\t"), (value, indent) => {
			const text = JSON.stringify(value, null, indent);
			if (text.includes('"__proto__"')) return;
			assert.deepEqual(read(text), JSON.parse(text));
		}),
	);
});

test("bytes that two programs could read in two ways are refused with the reason", () => {
	const cases: [Buffer | string, string][] = [
		['{"a":1,"a":1}', "json.duplicate"],
		['{"a":1,"\\u0061":2}', "json.duplicate"],
		['{"x":[{"k":1,"b":{"k":2},"k":3}]}', "json.duplicate"],
		['{"":1,"":2}', "json.duplicate"],
		['{"a\\"":1,"a\\u0022":2}', "json.duplicate"],
		['{"a":"\\ud800"}', "json.surrogate"],
		['{"a":"\\udc00\\ud800"}', "json.surrogate"],
		['{"\\uD83d":1}', "json.surrogate"],
		['{"a":1e999}', "json.number"],
		[`{"a":${"9".repeat(400)}}`, "json.number"],
		['{"__proto__":{}}', "json.proto"],
		['{"\\u005f_proto__":{}}', "json.proto"],
		["[]", "json.object"],
		['"{}"', "json.object"],
		["null", "json.object"],
		["", "json.syntax"],
		["{", "json.syntax"],
		["{}{}", "json.syntax"],
		['{"a":1,}', "json.syntax"],
		['{"a":1} // x', "json.syntax"],
		["{'a':1}", "json.syntax"],
		['{"a":"\n"}', "json.syntax"],
		['{"a":01}', "json.syntax"],
		['{"a":"', "json.syntax"],
		['{"a":"\\x"}', "json.syntax"],
		["\ufeff\ufeff{}", "json.syntax"],
		[Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]), "json.utf8"],
		[Buffer.from([0x7b, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x3a, 0x31, 0x7d]), "json.utf8"],
		[Buffer.from('{"a":1}', "utf16le"), "json.syntax"],
	];
	for (const [bytes, code] of cases) assert.equal(refusal(bytes), code, String(bytes).slice(0, 60));
});

test("nesting is allowed up to the limit and not one deeper", () => {
	const nested = (depth: number) => `{"a":${"[".repeat(depth - 1)}${"]".repeat(depth - 1)}}`;
	assert.ok(read(nested(MAX_DEPTH)));
	assert.equal(refusal(nested(MAX_DEPTH + 1)), "json.depth");
	assert.equal(refusal("[".repeat(2_000_000)), "json.depth");
});

test("a key used in two objects, or as a value, is no duplicate", () => {
	assert.ok(read('{"a":{"a":"a"},"b":["a","a",{"a":1},{"a":1}]}'));
});

test("large payloads of every shape are read", () => {
	const text = "x".repeat(5_000_000);
	assert.equal(read(JSON.stringify({ content: text })).content, text);
	const slashes = '\\"'.repeat(1_000_000);
	assert.equal(read(JSON.stringify({ content: slashes })).content, slashes);
	const keys = Object.fromEntries(Array.from({ length: 200_000 }, (_, i) => [`k${i}`, i]));
	assert.deepEqual(read(JSON.stringify(keys)), keys);
});

test("no bytes make the reader throw anything but its own error", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
			refusal(Buffer.from(bytes));
		}),
	);
	const pieces = fc.constantFrom(...'{}[]:,"\\ \n', "\\u", "d800", "true", "1e9", "-", '"a"', '"a":', "__proto__");
	fc.assert(
		fc.property(fc.array(pieces, { maxLength: 40 }), (parts) => {
			const text = parts.join("");
			// What is taken is an object that JSON.parse takes, too.
			if (refusal(text) === "taken") assert.equal(typeof JSON.parse(text), "object");
		}),
		{ numRuns: 2000 },
	);
});
