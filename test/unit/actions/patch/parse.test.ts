import assert from "node:assert/strict";
import { test } from "node:test";
import type { PatchDialect } from "../../../../src/actions/patch/dialect.ts";
import { MAX_PATCH_LENGTH, parsePatch } from "../../../../src/actions/patch/parse.ts";
import { format } from "../../../../src/protocol/messages.ts";
import { patch } from "./support.ts";

/** The operations, or "code@line" of why not. */
function read(text: string, dialect?: PatchDialect): unknown {
	const parsed = parsePatch(text, dialect);
	if (Array.isArray(parsed)) return parsed;
	assert.doesNotMatch(format(parsed), /\{\w+\}/, "its sentence is whole");
	return parsed.args?.line === undefined ? parsed.code : `${parsed.code}@${parsed.args.line}`;
}
const ok = (text: string, dialect?: PatchDialect): boolean => Array.isArray(parsePatch(text, dialect));
const change = ["@@", "-x", "+X"];
const lines = [
	{ op: "-", text: "x" },
	{ op: "+", text: "X" },
];
const update = [{ op: "update", path: "a", hunks: [{ lines, atEnd: false }] }];

test("all kinds of operations, in their order", () => {
	const text = patch(
		"*** Add File: d/new",
		"+one",
		"+",
		"*** Delete File: gone",
		"*** Update File: a",
		"*** Move to: b",
		"@@ class X",
		" keep",
		"-old",
		"+new",
		"",
		"@@",
		"-end",
		"*** End of File",
		"*** Update File: c d",
		"-x",
		"+X",
	);
	assert.deepEqual(read(text), [
		{ op: "add", path: "d/new", content: "one\n\n" },
		{ op: "delete", path: "gone" },
		{
			op: "update",
			path: "a",
			moveTo: "b",
			hunks: [
				{
					context: "class X",
					lines: [
						{ op: " ", text: "keep" },
						{ op: "-", text: "old" },
						{ op: "+", text: "new" },
						{ op: " ", text: "" },
					],
					atEnd: false,
				},
				{ lines: [{ op: "-", text: "end" }], atEnd: true },
			],
		},
		{ op: "update", path: "c d", hunks: [{ lines, atEnd: false }] },
	]);
});

test("white space and here-documents around a patch do not matter where Codex takes them", () => {
	const whole = patch("*** Update File: a", ...change);
	for (const text of [
		whole,
		`\n  \n${whole}\n\n  \n`,
		whole.replaceAll("\n", "\r\n"),
		`<<EOF\n${whole}\nEOF`,
		`<<'EOF'\n${whole}\nEOF\n`,
		`<<"EOF"\n${whole}\nEOF`,
		patch("  *** Update File: a\t", ...change),
		`  *** Begin Patch  \n*** Update File: a\n${change.join("\n")}\n  *** End Patch`,
	]) {
		assert.deepEqual(read(text), update, JSON.stringify(text));
	}
});

test("what Codex refuses is refused, with the line", () => {
	const cases: [string, string][] = [
		["", "patch.noBegin"],
		["hello", "patch.noBegin"],
		[`hello\n${patch("*** Update File: a", ...change)}`, "patch.noBegin"],
		[`\ufeff${patch("*** Update File: a", ...change)}`, "patch.noBegin"],
		[`cat <<EOF\n${patch("*** Update File: a", ...change)}\nEOF`, "patch.noBegin"],
		[`<<PATCH\n${patch("*** Update File: a", ...change)}\nPATCH`, "patch.noBegin"],
		["*** Begin Patch", "patch.noEnd"],
		["*** Begin Patch\n*** Delete File: a", "patch.noEnd"],
		[`${patch("*** Delete File: a")}\nmore`, "patch.noEnd"],
		[patch(), "patch.noFiles"],
		[`${patch("*** Delete File: a")}\n${patch("*** Delete File: b")}`, "patch.line@3"],
		[patch("*** Frobnicate: a"), "patch.line@2"],
		[patch("*** update file: a", ...change), "patch.line@2"],
		[patch("*** Update File:a", ...change), "patch.line@2"],
		[patch("*** Update File: ", ...change), "patch.line@2"],
		[patch("", "*** Delete File: a"), "patch.line@2"],
		[patch("*** Delete File: a", "", "*** Delete File: b"), "patch.line@3"],
		[patch("*** Add File: a", "+x", "y"), "patch.line@4"],
		[patch("*** Add File: a\rb", "+x"), "patch.line@2"],
		[patch("*** Update File: a"), "patch.noHunk@2"],
		[patch("*** Update File: a", "*** Move to: b"), "patch.noHunk@2"],
		[patch("*** Update File: a", "*** Move to: ", ...change), "patch.line@3"],
		[patch("*** Update File: a", "*** Move to: b", "*** Move to: c", ...change), "patch.noHunk@2"],
		[patch("*** Update File: a", ...change, "*** Move to: b"), "patch.line@6"],
		[patch("*** Update File: a", "@@"), "patch.emptyHunk@3"],
		[patch("*** Update File: a", "@@ b", "@@ c", "-x"), "patch.emptyHunk@3"],
		[patch("*** Update File: a", "@@x", "-x"), "patch.emptyHunk@3"],
		[patch("*** Update File: a", "@@", "*** End of File", "-x"), "patch.emptyHunk@3"],
		[patch("*** Update File: a", ...change, "x"), "patch.line@6"],
		[patch("*** Update File: a", ...change, "\\ No newline at end of file"), "patch.line@6"],
		[patch("*** Update File: a", ...change, "*** End of File", "+more"), "patch.line@7"],
		[patch("*** Update File: a", ...change, "*** End of File", "*** End of File"), "patch.line@7"],
		[patch("*** Environment ID: x", "*** Delete File: a"), "patch.environment@2"],
		[patch("*** Update File: a", "@@", "-x", "+X\r\r"), "patch.carriageReturn@5"],
		[`\n\n${patch("*** Frobnicate: a")}`, "patch.line@4"],
		[`<<EOF\n${patch("*** Frobnicate: a")}\nEOF`, "patch.line@3"],
		[patch("*** Add File: a", "+\ud800"), "patch.notText"],
	];
	for (const [text, why] of cases) assert.equal(read(text), why, JSON.stringify(text));
	assert.equal(read(" ".repeat(MAX_PATCH_LENGTH + 1)), "patch.tooLarge");
});

test("lines that look like headers are lines of a hunk behind their mark", () => {
	const text = patch("*** Update File: a", "@@", " *** Delete File: b", "-@@ x", "+*** End Patch", "  *** Add File: c");
	const [operation] = parsePatch(text) as { hunks: { lines: { text: string }[] }[] }[];
	assert.deepEqual(
		operation?.hunks[0]?.lines.map(({ text }) => text),
		["*** Delete File: b", "@@ x", "*** End Patch", " *** Add File: c"],
	);
});

test("where OpenCode reads otherwise, it is read so or refused", () => {
	const opencode = (text: string) => read(text, "opencode");
	assert.deepEqual(opencode(patch("*** Update File: a", ...change)), update);
	assert.deepEqual(opencode(patch("*** Update File:  a ", ...change, "")), update);
	assert.deepEqual(opencode(patch("*** Update File: a", "*** Move to: b")), [
		{ op: "update", path: "a", moveTo: "b", hunks: [] },
	]);
	assert.deepEqual(opencode(patch("*** Add File: a", "+x", "+", "", "*** Add File: b", "+")), [
		{ op: "add", path: "a", content: "x\n" },
		{ op: "add", path: "b", content: "" },
	]);
	assert.equal(opencode(patch("*** Update File: a", "-x", "+X")), "patch.noMarker@3");
	assert.equal(opencode(patch("*** Update File: a", ...change, "*** End of File", ...change)), "patch.line@7");
	assert.equal(opencode(patch("*** Update File: a", "@@", " *** End Patch", "-x")), "patch.noEnd");
	assert.equal(opencode(patch("*** Update File: a", ...change).replaceAll("\n", "\r\n")), "patch.carriageReturn@1");
	assert.equal(opencode(patch("  *** Update File: a", ...change)), "patch.line@2");
});

test("a long line of white space and a million lines are read in passing", () => {
	const blank = " ".repeat(3_000_000);
	assert.ok(ok(patch("*** Update File: a", `@@ x${blank}y`, `-${blank}`, "+x")));
	assert.ok(ok(patch("*** Add File: a", "+x\n".repeat(1_000_000).trimEnd())));
	assert.equal(read(`x${blank}`), "patch.noBegin");
});
