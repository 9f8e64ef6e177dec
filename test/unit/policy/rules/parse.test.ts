// Policy files of every wrong shape: what is said, and where.
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { parsePolicy } from "../../../../src/policy/rules/parse.ts";
import { MAX_RULES } from "../../../../src/policy/rules/schema.ts";
import { format } from "../../../../src/protocol/messages.ts";
import { TEXTS } from "../../../../src/protocol/texts.ts";

/** `code@text` of each problem, in order of place. */
function found(text: string, layer?: "user" | "workspace" | "organisation"): string[] {
	return parsePolicy(text, layer).problems.map(({ message, offset, length }) => {
		return `${message.code.replace("policyFile.", "")}@${text.slice(offset, offset + length)}`;
	});
}

function rule(members: string, effect = "deny"): string {
	return `{"rules":[{"id":"a","effect":"${effect}",${members}}]}`;
}

const DIGEST = "0".repeat(64);

describe("what is taken", () => {
	test("comments, trailing commas, a byte order mark, and every member", () => {
		const text = `\ufeff// a comment
/* another */ {
	"$schema": "x", "version": 1, "networkReads": true, "locked": true,
	"rules": [
		{ "id": "a", "effect": "allow", "command": ["npm test", "git log *"], "unchanged": { "package.json": "${DIGEST}", }, },
		{
			"id": "b", "effect": "ask", "agent": "claude-code", "kind": ["shell"], "tool": "*", "path": ["~/x/**", "/srv/*"],
			"host": "*.example.com", "folder": ["~/work", "/w"], "reason": "because", "until": "2030-01-01T00:00:00+02:00",
			"approver": { "assurance": 2, "people": ["ada"], "channels": ["phone", "editor"] },
			"timeout": { "after": 60, "then": "terminal" },
		},
		{ "id": "c", "effect": "deny" }, // everything
	],
}
`;
		const { file, problems } = parsePolicy(text, "organisation");
		assert.deepEqual(problems, []);
		assert.deepEqual(
			file?.rules.map(({ rule: { id }, line }) => [id, line]),
			[
				["a", 5],
				["b", 6],
				["c", 12],
			],
		);
		assert.equal(file?.policy.networkReads, true);
		for (const { offset, length } of file?.rules ?? []) assert.match(text.slice(offset, offset + length), /^\{.*\}$/s);
	});

	test("an empty object is a policy without rules; an empty file is none", () => {
		assert.deepEqual(parsePolicy("{}").file?.rules, []);
		assert.deepEqual(found(""), ["jsonValue@"]);
		assert.deepEqual(found("// nothing\n"), ["jsonValue@"]);
	});
});

const SYNTAX: [string, string[]][] = [
	["{", ["jsonBrace@"]],
	['{"rules":[', ["jsonBracket@"]],
	["{'rules':1}", ["jsonSymbol@'rules'"]],
	['{"rules" []}', ["jsonColon@["]],
	['{"version":1 "rules":[]}', ['jsonComma@"rules"']],
	['{"version":}', ["jsonValue@}"]],
	['{"version":1.}', ["jsonNumber@1."]],
	['{"version":1} x', ["jsonSymbol@x"]],
	['{"version":1} 2', ["jsonEnd@2"]],
	["{} /* never", ["jsonComment@/* never"]],
	['{"rules', ['jsonString@"rules']],
	['{"$schema":"\\x"}', ['jsonEscape@"\\x"']],
	['{"$schema":"\\u12"}', ['jsonEscape@"\\u12"']],
	['{"$schema":"a\tb"}', ['jsonCharacter@"a\tb"']],
	["{version:1}", ["jsonSymbol@version"]],
	["{,}", ["jsonValue@,"]],
	["NaN", ["jsonSymbol@NaN"]],
];

describe("what is no JSON", () => {
	for (const [text, wanted] of SYNTAX) {
		test(text, () => {
			assert.equal(found(text)[0], wanted[0]);
			const { file, problems } = parsePolicy(text);
			assert.equal(file, undefined);
			assert.ok(problems.length > 0);
		});
	}

	test("brackets without end are counted, not followed", () => {
		assert.deepEqual(found(`{"rules":${"[".repeat(200_000)}`), ["tooDeep@["]);
		assert.deepEqual(found(`{"x":`.repeat(50_000)), ["tooDeep@{"]);
	});

	test("a file that is too large is not looked through", () => {
		assert.deepEqual(found(`{}${" ".repeat(1024 * 1024)}`), ["tooLarge@{"]);
	});
});

/** Text and what is said of it, each at the text it is about. */
const SHAPES: [string, string[]][] = [
	["[]", ["wantsObject@[]"]],
	["5", ["wantsObject@5"]],
	["null", ["wantsObject@null"]],
	['{"rules":{}}', ["wantsList@{}"]],
	['{"rules":[null,3,"x",[]]}', ["wantsObject@null", "wantsObject@3", 'wantsObject@"x"', "wantsObject@[]"]],
	['{"version":2}', ["notOneOf@2"]],
	['{"networkReads":"yes"}', ['wantsBoolean@"yes"']],
	['{"locked":1}', ["wantsBoolean@1"]],
	['{"netwrkReads":true}', ['unknownMemberMeant@"netwrkReads"']],
	['{"Rules":[]}', ['unknownMemberMeant@"Rules"']],
	['{"zebra":true}', ['unknownMember@"zebra"']],
	['{"__proto__":{"rules":[]}}', ['unknownMember@"__proto__"']],
	['{"constructor":1}', ['unknownMember@"constructor"']],
	['{"rules":[],"rules":[]}', ['twice@"rules"']],
	['{"rules":[{"id":"a","effect":"deny","effect":"allow"}]}', ['twice@"effect"']],
	['{"rules":[{"id":"a","effect":"deny","ef\\u0066ect":"allow"}]}', ['twice@"ef\\u0066ect"']],
	['{"rules":[{}]}', ["missing@{", "missing@{"]],
	['{"rules":[{"id":"a"}]}', ["missing@{"]],
	['{"rules":[{"id":"","effect":"deny"}]}', ['idForm@""']],
	['{"rules":[{"id":"a b","effect":"deny"}]}', ['idForm@"a b"']],
	['{"rules":[{"id":7,"effect":"deny"}]}', ["wantsText@7"]],
	['{"rules":[{"id":"a","effect":"deny"},{"id":"a","effect":"ask"}]}', ['idTwice@"a"']],
	['{"rules":[{"id":"a","effect":"alow"}]}', ['notOneOfMeant@"alow"']],
	['{"rules":[{"id":"a","effect":"block"}]}', ['notOneOf@"block"']],
	[rule('"comand":"x"'), ['unknownMemberMeant@"comand"']],
	[rule('"kind":"shel"'), ['notOneOfMeant@"shel"']],
	[rule('"kind":["edit","zzz"]'), ['notOneOf@"zzz"']],
	[rule('"kind":[]'), ["empty@[]"]],
	[rule('"agent":"Claude Code"'), ['agentForm@"Claude Code"']],
	[rule('"agent":["claude-code",5]'), ["wantsText@5"]],
	[rule('"command":5'), ["wantsTexts@5"]],
	[rule('"command":{}'), ["wantsTexts@{}"]],
	[rule('"command":""'), ['empty@""']],
	[rule('"command":"  "'), ['commandEmpty@"  "']],
	[rule(`"command":"${"x".repeat(2001)}"`), [`tooLong@"${"x".repeat(2001)}"`]],
	[rule('"command":["ok","a | b"]'), ['commandActs@"a | b"']],
	[rule('"command":"a && b"'), ['commandActs@"a && b"']],
	[rule('"command":"echo $HOME"'), ['commandActs@"echo $HOME"']],
	[rule('"command":"echo \\"$HOME\\""'), ['commandActs@"echo \\"$HOME\\""']],
	[rule('"command":"find . -exec rm {} \\\\;"'), ['commandActs@"find . -exec rm {} \\\\;"']],
	[rule('"command":"a\\nb"'), ['commandActs@"a\\nb"']],
	[rule(`"command":"it's"`), [`commandQuote@"it's"`]],
	[rule('"command":"A=b npm test"'), ['commandAssigns@"A=b npm test"']],
	[rule('"command":"x","kind":"edit"'), ['commandKind@"edit"']],
	[rule('"path":"../x"'), ['pathClimbs@"../x"']],
	[rule('"path":["a","b/**c"]'), ['pathStars@"b/**c"']],
	[rule('"path":"{a,b}"'), ['pathBraces@"{a,b}"']],
	[rule('"path":"!a"'), ['pathBraces@"!a"']],
	[rule('"path":"a\\\\b"'), ['pathBackslash@"a\\\\b"']],
	[rule('"path":"~bob/x"'), ['pathHome@"~bob/x"']],
	[rule('"path":"/"'), ['pathEmpty@"/"']],
	[rule('"host":"https://x.org/"'), ['host@"https://x.org/"']],
	[rule('"host":"x.org:99999"'), ['host@"x.org:99999"']],
	[rule('"host":"user@x.org"'), ['host@"user@x.org"']],
	[rule('"host":"a*.org"'), ['host@"a*.org"']],
	[rule('"folder":"work"'), ['folderPath@"work"']],
	[rule('"folder":"/w/*"'), ['folderPath@"/w/*"']],
	[rule('"until":"tomorrow"'), ['time@"tomorrow"']],
	[rule('"until":"2026-02-30T00:00:00Z"'), ['time@"2026-02-30T00:00:00Z"']],
	[rule('"reason":""'), ['empty@""']],
	[rule(`"unchanged":{"a":"${DIGEST}"}`), [`onlyAllow@{"a":"${DIGEST}"}`]],
	[rule('"unchanged":{"a":"zz"}', "allow"), ['digest@"zz"']],
	[rule(`"command":"x","unchanged":{"../a":"${DIGEST}"}`, "allow"), [`unchangedPath@"${DIGEST}"`]],
	[
		rule(
			`"command":"x","unchanged":{${Array.from({ length: 21 }, (_, n) => `"f${n}":"${DIGEST}"`).join(",")}}`,
			"allow",
		),
		[`tooMany@{${Array.from({ length: 21 }, (_, n) => `"f${n}":"${DIGEST}"`).join(",")}}`],
	],
	[rule('"approver":{"assurance":2}'), ['onlyAsk@{"assurance":2}']],
	[rule('"timeout":{"after":60,"then":"deny"}'), ['onlyAsk@{"after":60,"then":"deny"}']],
	[rule('"approver":{"assurance":9}', "ask"), ["atMost@9"]],
	[rule('"approver":{"assurance":1.5}', "ask"), ["wantsNumber@1.5"]],
	[rule('"approver":{"chanels":[]}', "ask"), ['unknownMemberMeant@"chanels"']],
	[rule('"approver":{"channels":["fax"]}', "ask"), ['notOneOf@"fax"']],
	[rule('"approver":{"people":[]}', "ask"), ["empty@[]"]],
	[rule('"timeout":{"after":5,"then":"deny"}', "ask"), ["atLeast@5"]],
	[rule('"timeout":{"after":90000,"then":"deny"}', "ask"), ["atMost@90000"]],
	[rule('"timeout":{"after":60}', "ask"), ["missing@{"]],
	[rule('"timeout":{"after":60,"then":"allow"}', "ask"), ['notOneOf@"allow"']],
	[rule('"reason":"x"', "allow"), ["allowNothing@{"]],
	[rule('"kind":"shell"', "allow"), ["allowNothing@{"]],
	[rule('"agent":"claude-code"', "allow"), ["allowNothing@{"]],
	[rule('"kind":["edit","shell"],"path":"src/**"', "allow"), ['allowNeeds@["edit","shell"]']],
	[rule('"tool":"*"', "allow"), ['allowTool@"*"']],
	[rule('"tool":["X","**"]', "allow"), ['allowTool@"**"']],
	[rule('"command":"* --version"', "allow"), ['allowProgram@"* --version"']],
	[rule('"command":"./scripts/*.sh"', "allow"), ['allowProgram@"./scripts/*.sh"']],
	[rule('"host":"*"', "allow"), ['allowHost@"*"']],
	[rule('"host":"*.com"', "allow"), ['allowHost@"*.com"']],
	[rule('"path":"**"', "allow"), ['allowEveryPath@"**"']],
	[rule('"path":["src/**","/**"]', "allow"), ['allowEveryPath@"/**"']],
	[rule('"path":"./**/*"', "allow"), ['allowEveryPath@"./**/*"']],
	[rule('"command":"cat *","path":"src/**"', "allow"), ['never@"src/**"']],
	[rule('"command":"curl *","host":"x.org"', "allow"), ['never@"x.org"']],
	[rule('"path":"src/**","host":"x.org"', "allow"), ['never@"x.org"']],
	[rule('"command":"npm test","tool":"Read"', "allow"), ['allowNeeds@"Read"']],
	[rule('"command":"npm test","tool":["Read","mcp__x__*"]'), ['toolKind@"Read"', 'toolKind@"mcp__x__*"']],
	[rule('"tool":"Read"', "allow"), ['allowNeeds@"Read"']],
	[rule('"kind":"fetch","host":"x.org","path":"src/**"', "allow"), ['kindNever@"fetch"']],
	[rule('"kind":"mcp","path":"x/**"'), ['kindNever@"mcp"']],
	[rule('"kind":["edit","read"],"host":"x.org"'), ['kindNever@["edit","read"]', 'kindNever@["edit","read"]']],
	['{"rules":[{"id":"always-mine","effect":"allow","command":"npm test"}]}', ['idReserved@"always-mine"']],
	['{"rules":[{"id":"Always-npm-1a2b","effect":"deny"}]}', ['idReserved@"Always-npm-1a2b"']],
	[
		'{"rules":[{"id":"grant-npm-test-0123abcd","effect":"allow","command":"npm test"}]}',
		['idReserved@"grant-npm-test-0123abcd"'],
	],
	[rule('"reason":"a\\u202eb"'), ['hidden@"a\\u202eb"']],
	[rule('"reason":"a\\u200bb"'), ['hidden@"a\\u200bb"']],
	[rule('"reason":"\\ud800"'), ['hidden@"\\ud800"']],
	[rule('"reason":"\\u0000"'), ['hidden@"\\u0000"']],
	["{} // \u202etxt", ["hidden@\u202e"]],
	["{} // a\u2028b", ["hidden@\u2028"]],
];

describe("wrong shapes, each at its place", () => {
	for (const [text, wanted] of SHAPES) {
		test(text.slice(0, 100), () => {
			assert.deepEqual(found(text), wanted);
			assert.equal(parsePolicy(text).file, undefined);
		});
	}

	test("lines and columns count from one, whatever ends a line", () => {
		for (const eol of ["\n", "\r\n", "\r"]) {
			const text = ['{"rules":[', '\t{"id":"a","effect":"deny"},', '\t{"id":"b","effect":"dny"}', "]}"].join(eol);
			const [problem] = parsePolicy(text).problems;
			assert.deepEqual([problem?.line, problem?.column], [3, 21]);
		}
	});

	test("one wrong rule does not hide what is wrong with another", () => {
		const text =
			'{"rules":[{"id":"a","effect":"no"},{"id":"b","effect":"deny","command":"a|b"},{"id":"b","effect":"deny"}]}';
		assert.deepEqual(found(text), ['notOneOf@"no"', 'commandActs@"a|b"', 'idTwice@"b"']);
	});

	test("rules without any condition: fine to ask or deny", () => {
		assert.deepEqual(found('{"rules":[{"id":"a","effect":"deny"},{"id":"b","effect":"ask"}]}'), []);
	});

	test("what does not count in a layer is a warning, and the file counts", () => {
		const text = `{"locked":true,"rules":[{"id":"a","effect":"ask","folder":"/w"}]}`;
		assert.deepEqual(found(text, "organisation"), []);
		assert.deepEqual(found(text, "user"), ["lockedHere@true"]);
		assert.deepEqual(found(text, "workspace"), ["lockedHere@true", 'folderHere@"/w"']);
		assert.equal(parsePolicy(text, "workspace").file?.rules.length, 1);
	});

	test("the ids of rules that grants write are taken", () => {
		for (const id of ["always-npm-test-1a2b", "always-1a2b", "always-a-b-c-d-0000", "always", "alwaysx", "grants"]) {
			assert.deepEqual(found(`{"rules":[{"id":"${id}","effect":"allow","command":"npm test"}]}`), [], id);
		}
	});

	/** Rules that count, with a warning. */
	const WARNED: [string, string[]][] = [
		[rule('"command":"bash *"', "allow"), ['allowAnyProgram@"bash *"']],
		[rule('"command":["npm test","sudo *"]', "allow"), ['allowAnyProgram@"sudo *"']],
		[rule('"command":"sudo -u root *"', "allow"), ['allowAnyProgram@"sudo -u root *"']],
		[rule('"command":"timeout 5 *"', "allow"), ['allowAnyProgram@"timeout 5 *"']],
		[rule('"command":"timeout 5 npm test *"', "allow"), []],
		[rule('"command":["bash -x build.sh *","python3 -m pytest *"]', "allow"), []],
		[rule('"command":"/usr/bin/env -i *"', "allow"), ['allowAnyProgram@"/usr/bin/env -i *"']],
		[rule('"command":"python3 *"', "allow"), ['allowAnyProgram@"python3 *"']],
		[rule('"command":"npx * --help"', "allow"), ['allowAnyProgram@"npx * --help"']],
		[rule('"command":["python3 tools/x.py *","npm run *","bash build.sh","git log *"]', "allow"), []],
		[rule('"command":"bash *"'), []],
		[rule('"path":"~/**"', "allow"), ['allowHome@"~/**"']],
		[rule('"path":["**/*.md","*","src/**"]', "allow"), []],
		[rule('"path":"**"'), []],
		[rule('"approver":{"channels":["phone","slack","web"]}', "ask"), ['channelsMissing@["phone","slack","web"]']],
		[rule('"approver":{"channels":["phone","editor"]}', "ask"), []],
		[rule('"kind":["edit","mcp"],"path":"x/**"'), ['kindNever@["edit","mcp"]']],
		[rule('"tool":["Bash","Read"],"command":"x"'), ['toolKind@"Read"']],
		[rule('"command":"cat *","path":"secrets/**","host":"x.org","tool":"Bash"'), []],
		[rule('"tool":["Shell","exec","B*"],"command":"x"', "allow"), []],
		[rule('"tool":"mcp__x__*","host":"x.org"', "allow"), []],
	];
	for (const [text, wanted] of WARNED) {
		test(`counts: ${text}`, () => {
			assert.deepEqual(found(text), wanted);
			assert.equal(parsePolicy(text).file?.rules.length, 1);
		});
	}

	test("too many rules are named where the first too many stands", () => {
		const one = (n: number) => `{"id":"r${n}","effect":"deny"}`;
		const rules = Array.from({ length: MAX_RULES + 1 }, (_, n) => one(n));
		assert.deepEqual(found(`{"rules":[${rules.join(",")}]}`), [`tooMany@${one(MAX_RULES)}`]);
		assert.equal(parsePolicy(`{"rules":[${rules.slice(1).join(",")}]}`).file?.rules.length, MAX_RULES);
	});

	test("every sentence has its values", () => {
		for (const [text] of [...SHAPES, ...SYNTAX]) {
			for (const { message } of parsePolicy(text, "workspace").problems) {
				assert.ok(message.code in TEXTS);
				assert.doesNotMatch(format(message).replaceAll('"{...}"', "").replaceAll("{}", ""), /\{\w+\}/);
			}
		}
	});
});

describe("any text", () => {
	const GOOD = `{
	// about this file
	"version": 1,
	"rules": [
		{ "id": "a", "effect": "allow", "command": ["npm test", "git log *"], "unchanged": { "p": "${DIGEST}" } },
		{ "id": "b", "effect": "ask", "path": "src/**", "approver": { "assurance": 2 }, "timeout": { "after": 60, "then": "deny" } },
		{ "id": "c", "effect": "deny", "host": ["*.example.com"], "until": "2030-01-01T00:00:00Z", "kind": "fetch" },
	],
}`;
	const PIECES = ['"', "{", "}", "[", "]", ",", ":", "//", "/*", "*/", "\\u", "\0", "\n", "\ufeff", "\ud83d", "\u202e"];
	const MORE = ["null", "1e999", "-", '"id":', '"effect":"allow"', '"__proto__":', "*", "'", "é", "💥", "true"];
	const edit = fc.record({
		at: fc.nat(GOOD.length),
		cut: fc.nat(30),
		put: fc.array(fc.constantFrom(...PIECES, ...MORE), { maxLength: 4 }).map((all) => all.join("")),
	});

	function holds(text: string): void {
		const { file, problems } = parsePolicy(text, "workspace");
		const errors = problems.filter(({ severity }) => severity === "error");
		assert.equal(file === undefined, errors.length > 0, "a file counts exactly when it has no error");
		assert.ok(problems.length <= 100);
		const lines = text.split(/\r\n|\n|\r/);
		for (const { line, column, offset, length } of problems) {
			assert.ok(offset >= 0 && length >= 0 && offset + length <= text.length, "inside the text");
			assert.ok(line >= 1 && line <= lines.length, "a line there is");
			const before = text.slice(0, offset).split(/\r\n|\n|\r/);
			// Between the two characters of one line end.
			if (text[offset - 1] === "\r" && text[offset] === "\n") continue;
			assert.deepEqual([line, column], [before.length, (before.at(-1) ?? "").length + 1]);
		}
		for (const { line, offset } of file?.rules ?? []) assert.equal(text[offset], "{", `line ${line}`);
	}

	test("mutations of a policy never throw, and places are places", () => {
		assert.deepEqual(parsePolicy(GOOD).problems, []);
		fc.assert(
			fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
				let text = GOOD;
				for (const { at, cut, put } of edits) text = text.slice(0, at) + put + text.slice(at + cut);
				holds(text);
			}),
			{ numRuns: 1500 },
		);
	});

	test("any JSON value never throws", () => {
		fc.assert(
			fc.property(fc.jsonValue({ maxDepth: 6 }), fc.jsonValue({ maxDepth: 3 }), (value, more) => {
				holds(JSON.stringify(value));
				holds(JSON.stringify({ rules: value }));
				holds(
					JSON.stringify({ rules: [value, { id: "a", effect: "ask", command: more, approver: value, path: value }] }),
				);
			}),
			{ numRuns: 400 },
		);
	});

	test("noise never throws", () => {
		fc.assert(fc.property(fc.string({ unit: "binary", maxLength: 200 }), holds), { numRuns: 500 });
	});
});
