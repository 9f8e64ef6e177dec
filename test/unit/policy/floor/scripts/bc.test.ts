import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { checkBc } from "../../../../../src/policy/floor/scripts/bc.ts";
import { times } from "../../../../support/pace.ts";

const UNSURE = "could not be read for sure";

describe("programs for bc", () => {
	it("compute", () => {
		for (const script of [
			"1+2+3+4+5",
			"scale=2; 10/3",
			"2^10 % 7",
			"define f(x) {\n\treturn (x*2)\n}\nf(3)",
			"if (a != 2 && !b || c) a[1] = 2",
			'print "a\\n", 1',
			"/* a * b */ 1 # c",
			"1 \\\n+ 2",
			"a = read()",
			"",
		]) {
			assert.equal(checkBc(script), undefined, JSON.stringify(script));
		}
	});

	it("are refused with signs that bc does not know", () => {
		const scripts = [
			"`id`",
			"$(id)",
			"1\u00a0+ 2",
			'"]!id\n"',
			'"a',
			"/* a",
			"1\\2",
			"'1'",
			"a@b",
			"~",
			"1\u0000",
			"1\r2",
		];
		for (const script of scripts) assert.equal(checkBc(script), UNSURE, JSON.stringify(script));
	});

	it("are read whatever they are, in the time their length allows", () => {
		const piece = fc.constantFrom('"', "/*", "*/", "*", "/", "#", "\n", "\\", "a", "1", "[", "$");
		fc.assert(
			fc.property(
				fc.oneof(
					fc.string({ unit: "binary" }),
					fc.array(piece).map((all) => all.join("")),
				),
				(script) => {
					const refused = checkBc(script);
					assert.ok(refused === undefined || refused === UNSURE);
				},
			),
		);
		for (const shape of ["/*", '"', "/*a*/", "/***", "*", "#\n", "(", '"\\a']) {
			assert.ok(times(() => checkBc(shape.repeat(10_000 / shape.length))) < 100, shape);
		}
	});
});
