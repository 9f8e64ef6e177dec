import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { addRule, freeId, newPolicyText, removeRule } from "../../../../src/policy/rules/edit.ts";
import { parsePolicy } from "../../../../src/policy/rules/parse.ts";
import type { Rule } from "../../../../src/policy/rules/schema.ts";

const RULE: Rule = { id: "n", effect: "allow", command: "npm test" };
const ONE = '{ "id": "n", "effect": "allow", "command": "npm test" }';

function added(text: string | undefined, rule = RULE): string {
	const edited = addRule(text, rule);
	assert.ok("text" in edited, JSON.stringify(edited));
	return edited.text;
}

function removed(text: string, id: string): string {
	const edited = removeRule(text, id);
	assert.ok("text" in edited, JSON.stringify(edited));
	return edited.text;
}

const A = '{ "id":"a",   "effect": "deny" }';
const B = '{"effect":"ask","id":"b"}';

describe("adding", () => {
	const CASES: [string, string, string][] = [
		[
			"behind a trailing comma and the comment of the last rule",
			`{\n\t// head\n\t"rules": [\n\t\t${A}, // about a\n\t\t// the end\n\t],\n}\n`,
			`{\n\t// head\n\t"rules": [\n\t\t${A}, // about a\n\t\t${ONE},\n\t\t// the end\n\t],\n}\n`,
		],
		[
			"without a trailing comma, with spaces",
			`{\n  "rules": [\n    ${A} // about a\n    // the end\n  ]\n}\n`,
			`{\n  "rules": [\n    ${A}, // about a\n    ${ONE}\n    // the end\n  ]\n}\n`,
		],
		["to an empty list", `{\n\t"rules": []\n}\n`, `{\n\t"rules": [\n\t\t${ONE}\n\t]\n}\n`],
		[
			"to a list of nothing but a comment",
			`{\n\t"rules": [\n\t\t// none yet\n\t],\n}\n`,
			`{\n\t"rules": [\n\t\t// none yet\n\t\t${ONE}\n\t],\n}\n`,
		],
		["to a list on one line", `{ "rules": [${A}, ${B}] }`, `{ "rules": [${A}, ${B}, ${ONE}] }`],
		[
			"to a file without rules",
			`{\n\t"networkReads": true, // yes\n}\n`,
			`{\n\t"networkReads": true, // yes\n\t"rules": [\n\t\t${ONE}\n\t],\n}\n`,
		],
		["to an empty object", `{\n\t// nothing\n}\n`, `{\n\t// nothing\n\t"rules": [\n\t\t${ONE}\n\t]\n}\n`],
		[
			"with Windows line ends",
			`{\r\n  "rules": [\r\n    ${A}\r\n  ]\r\n}`,
			`{\r\n  "rules": [\r\n    ${A},\r\n    ${ONE}\r\n  ]\r\n}`,
		],
		["behind a byte order mark", `\ufeff{ "rules": [${A}] }`, `\ufeff{ "rules": [${A}, ${ONE}] }`],
	];
	for (const [name, before, after] of CASES) test(name, () => assert.equal(added(before), after));

	test("a missing or empty file becomes one with a head", () => {
		for (const text of [undefined, "", "\n"]) {
			const made = added(text);
			assert.match(made, /^\/\/ Gatepost policy/);
			assert.deepEqual(parsePolicy(made).file?.policy, { version: 1, rules: [RULE] });
		}
		assert.deepEqual(parsePolicy(newPolicyText()).problems, []);
		assert.equal(parsePolicy(newPolicyText([], "x.json")).file?.policy.$schema, "x.json");
	});

	test("a long rule takes several lines, indented as its neighbours", () => {
		const rule = { ...RULE, reason: "because ".repeat(12).trim() };
		const made = added(`{\n  "rules": [\n    ${A}\n  ]\n}\n`, rule);
		assert.match(made, /,\n {4}\{\n {6}"id": "n",\n/);
	});

	test("a file with errors, or an id that is taken, is left alone", () => {
		assert.ok("problems" in addRule('{"rules":[', RULE));
		const taken = addRule(`{"rules":[{"id":"n","effect":"deny"}]}`, RULE);
		assert.ok("problems" in taken);
		assert.equal(taken.problems[0]?.message.code, "policyFile.idTwice");
		assert.ok("problems" in addRule("{}", { ...RULE, command: "a | b" }));
		assert.ok("problems" in removeRule("{", "a"));
	});
});

describe("removing", () => {
	const TEXT = `{\n\t"rules": [\n\t\t${A}, // about a\n\t\t// before b\n\t\t${B}\n\t\t// the end\n\t]\n}\n`;
	test("the first keeps every comment", () => {
		assert.equal(
			removed(TEXT, "a"),
			`{\n\t"rules": [\n\t\t// about a\n\t\t// before b\n\t\t${B}\n\t\t// the end\n\t]\n}\n`,
		);
	});
	test("the last takes the comma before it along", () => {
		assert.equal(removed(TEXT, "b"), `{\n\t"rules": [\n\t\t${A} // about a\n\t\t// before b\n\t\t// the end\n\t]\n}\n`);
	});
	test("on one line", () => {
		assert.equal(removed(`{"rules":[${A}, ${B}]}`, "b"), `{"rules":[${A}]}`);
		assert.equal(removed(`{"rules":[${B}]}`, "b"), `{"rules":[]}`);
	});
	test("what is not there changes nothing", () => assert.equal(removed(TEXT, "zzz"), TEXT));
});

test("an id that is free", () => {
	const { file } = parsePolicy('{"rules":[{"id":"npm-test","effect":"ask"},{"id":"npm-test-2","effect":"ask"}]}');
	assert.equal(freeId(file, "npm test"), "npm-test-3");
	assert.equal(freeId(file, "git log *"), "git-log");
	assert.equal(freeId(undefined, "'*'"), "rule");
	assert.match(freeId(file, "x".repeat(100)), /^x{64}$/);
});

test("whatever the layout, adding and removing change nothing else, and one undoes the other", () => {
	const blank = fc.constantFrom("", " ", "\n", "\n\t", "\r\n  ", " /* c */ ", "\n// c\n", "\t// d\n");
	const layout = fc.record({
		blanks: fc.array(blank, { minLength: 12, maxLength: 12 }),
		count: fc.nat(3),
		comma: fc.boolean(),
		members: fc.boolean(),
	});
	fc.assert(
		fc.property(layout, fc.nat(5), ({ blanks, count, comma, members }, which) => {
			const gap = (at: number) => blanks[at % blanks.length] ?? "";
			const rules = Array.from(
				{ length: count },
				(_, n) => `{${gap(n)}"id":"r${n}","effect":${gap(n + 1)}"deny"${gap(n + 2)}}`,
			);
			const list = `[${gap(0)}${rules.join(`${gap(3)},${gap(4)}`)}${comma && count > 0 ? "," : ""}${gap(5)}]`;
			const last = members ? `${gap(6)}"rules"${gap(7)}:${gap(8)}${list}${gap(9)}` : "";
			const text = `${gap(10)}{${last}${comma && members ? "," : ""}${gap(11)}}${gap(2)}`;
			const more = added(text);
			assert.equal(comments(more), comments(text));
			assert.deepEqual(parsePolicy(more).file?.policy.rules?.length, (members ? count : 0) + 1);
			const back = removed(more, "n");
			assert.equal(comments(back), comments(text));
			assert.deepEqual(parsePolicy(back).file?.policy.rules ?? [], parsePolicy(text).file?.policy.rules ?? []);
			const id = `r${which}`;
			const less = removed(text, id);
			// Only what stands in the rule itself goes with it.
			const at = parsePolicy(text).file?.rules.find(({ rule }) => rule.id === id);
			const without = at === undefined ? text : text.slice(0, at.offset) + text.slice(at.offset + at.length);
			assert.equal(comments(less), comments(without));
		}),
		{ numRuns: 1500 },
	);
});

/** The comments of a text, one after the other. */
function comments(text: string): string {
	return (text.match(/\/\*.*?\*\/|\/\/[^\r\n]*/gs) ?? []).join("");
}
