import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitBreak, splitLines } from "../../../../src/actions/lines.ts";
import { applyHunks } from "../../../../src/actions/patch/apply.ts";
import type { PatchDialect } from "../../../../src/actions/patch/dialect.ts";
import { parsePatch } from "../../../../src/actions/patch/parse.ts";
import { format } from "../../../../src/protocol/messages.ts";
import { edited, patch, patchFor, RUNS } from "./support.ts";

/** What a patch of one file makes of a text: the text, or the code of why not. */
function result(before: string | Buffer, text: string, dialect?: PatchDialect): { text: string } | { why: string } {
	const operations = parsePatch(text, dialect);
	if (!Array.isArray(operations)) return { why: operations.code };
	const [operation] = operations;
	assert.ok(operations.length === 1 && operation?.op === "update");
	const after = applyHunks(Buffer.from(before), operation.hunks, "a", dialect);
	if (Buffer.isBuffer(after)) return { text: after.toString("utf8") };
	assert.doesNotMatch(format(after), /\{\w+\}/, "its sentence is whole");
	return { why: after.code };
}

type Case = [before: string, hunks: string[], after: string | { why: string }];
const absent = { why: "patch.linesMissing" };

function check(cases: Case[], dialect?: PatchDialect): void {
	for (const [before, hunks, after] of cases) {
		const wanted = typeof after === "string" ? { text: after } : after;
		assert.deepEqual(
			result(before, patch("*** Update File: a", ...hunks), dialect),
			wanted,
			JSON.stringify([before, hunks]),
		);
	}
}

// Every line here was run through the apply_patch of Codex 0.169.0, with this outcome.
test("what Codex makes of a file", () => {
	check([
		["x\ny\n", ["@@", "-x", "+X"], "X\ny\n"],
		// line breaks
		["x\r\ny\r\nz\r\n", ["@@", "-x", "+X", " y"], "X\r\ny\r\nz\r\n"],
		["q\nx\r\ny\r\n", ["@@", "-x", "+X", " y"], "q\nX\ny\r\n"],
		["q\r\nx\ny\n", ["@@", "-x", "+X", " y"], "q\r\nX\r\ny\n"],
		["x\ry\nz\n", ["@@", "-z", "+Z"], "x\ry\nZ\r"],
		["x\r\r\ny\r\n", ["@@", "-y", "+Y"], "x\r\r\nY\r"],
		["x\ry\rz", ["@@", "-z", "+Z"], "x\ry\rZ\r"],
		["x\u2028y\nz\n", ["@@", "-z", "+Z"], "x\u2028y\nZ\n"],
		["x\n", ["@@", "-x", "+Y\rZ"], "Y\rZ\n"],
		// the end of the file
		["x\ny", ["@@", "-x", "+X"], "X\ny\n"],
		["x\r\ny", ["@@", "-x", "+X"], "X\r\ny\r\n"],
		["x", ["@@", " x"], "x\n"],
		["x", ["@@", "-x", "+1", "+2"], "1\n2\n"],
		["x\r\ny", ["@@", "-y"], "x\r\n"],
		["x\ny\n", ["@@", "-x", "-y"], ""],
		["x\ny\nx\n", ["@@", "-x", "+X", "*** End of File"], "x\ny\nX\n"],
		["x\ny\n", ["@@", "-x", "+X", "*** End of File"], absent],
		["x\ny\n\n", ["@@", "-y", "+Y", "*** End of File"], absent],
		["x\n  x\n", ["@@", "-x", "+X", "*** End of File"], "x\nX\n"],
		["x\n", ["@@", "-x", "+X", "@@", "-x", "+Z", "*** End of File"], absent],
		// a blank line that is none
		["x\ny", ["@@", "-y", "+Y", " "], "x\nY\n"],
		["x\ny\nz\n", ["@@", "-x", "+X", "", "@@", "-z", "+Z"], "X\ny\nZ\n"],
		["x\ny\n", ["@@", " y", "+z", " ", "*** End of File"], "x\ny\nz\n"],
		["x\ny\n", ["@@", "-y", "-", "+z"], "x\nz\n"],
		["y\n", ["@@", " y", "", "+z"], "y\n\nz\n"],
		["y\n", ["@@", "-y", "-", "+z", "+"], "z\n"],
		["y\nw\n", ["@@ y", "-", "+z"], "y\nz\nw\n"],
		["", ["@@", " ", "+z"], "\nz\n"],
		["", ["@@", "-", "+z"], "z\n"],
		["x\n", ["", "", "@@", "-x", "+X"], absent],
		["x\ny\n\nx\n", ["", "@@", "-x", "+X"], "x\ny\n\nX\n"],
		// lines that only come
		["a\nf", ["@@", "+g"], "a\nf\ng\n"],
		["a\nb\nc\n", ["@@ a", "+g"], "a\nb\nc\ng\n"],
		["a\nb\n\n", ["@@", "+g"], "a\nb\n\ng\n"],
		["", ["@@", "+g"], "g\n"],
		["a\nb\n", ["@@", "+g", "@@", "-a", "+A"], "A\nb\ng\n"],
		["x\n", ["@@", "+1", "@@", "+2"], "x\n1\n2\n"],
		["}\nb\n", ["@@", "+c", "@@", " b", "+d", "*** End of File"], "}\nb\nc\nd\n"],
		// which place
		["x\ny\nx\ny\n", ["@@", "-x", "+X"], "X\ny\nx\ny\n"],
		[" x\nx\n", ["@@", "-x", "+X"], " x\nX\n"],
		["x \ny\nx\ny\n", ["@@", "-x", "-y", "+Z"], "x \ny\nZ\n"],
		["class A\n f\nclass B\n f\n", ["@@ class B", "- f", "+ g"], "class A\n f\nclass B\n g\n"],
		["f\nx\nf\ny\n", ["@@ f", "-x", "+X", "@@ f", "-y", "+Y"], "f\nX\nf\nY\n"],
		["f\nx\nx\n", ["@@ f", "-x", "+X", "*** End of File"], "f\nx\nX\n"],
		["x\nf\n", ["@@ f", "-f", "+X", "*** End of File"], absent],
		["f\nx\n", ["@@ f", " f", "-x", "+X"], absent],
		["class foo:\nx\n", ["@@ class foo", "-x", "+X"], { why: "patch.contextMissing" }],
		["a\nf\n", ["@@ -1,2 +1,2 @@", "-f", "+g"], { why: "patch.contextMissing" }],
		["a\nf\n", ["@@ ", "-f", "+g"], "a\ng\n"],
		// hunks out of order, and over each other
		["a\nb\nc\n", ["@@", "-c", "+C", "@@", "-a", "+A"], absent],
		["a\nb\nc\nb\nc\n", ["@@", " a", "-b", "+B", " c", "@@", " c", "-b", "+D"], absent],
		["a\nb\nc\n", ["@@", " a", "-b", "+B", " c", "@@", " c", "+D"], absent],
		// white space and punctuation; what stays keeps the file's text
		["x  \ny\n", ["@@", " x", "-y", "+Y"], "x  \nY\n"],
		["  x  \ny\n", ["@@", " x", "-y", "+Y"], "  x  \nY\n"],
		["a  \nb  \n", ["@@", "-a", "-b", "+a", "+b", "+c"], "a\nb\nc\n"],
		["a\u2014b\ny\n", ["@@", " a-b", "-y", "+Y"], "a\u2014b\nY\n"],
		["f\u2013g\nx\n", ["@@ f-g", "-x", "+X"], "f\u2013g\nX\n"],
		["a\u2026\n", ["@@", "-a...", "+X"], absent],
		["a\u2032b\n", ["@@", "-a'b", "+X"], absent],
		["a\u00a0b\n", ["@@", "-a b", "+X"], "X\n"],
		["a\u2000b\n", ["@@", "-a b", "+X"], absent],
		["a\u0085\n", ["@@", "-a", "+X"], "X\n"],
		["a\ufeff\n", ["@@", "-a", "+X"], absent],
		["a\u200b\n", ["@@", "-a", "+X"], absent],
		// byte order marks and NUL
		["\ufeffx\ny\n", ["@@", "-x", "+X"], absent],
		["\ufeffx\ny\n", ["@@", "-y", "+Y"], "\ufeffx\nY\n"],
		["a\0\nx\n", ["@@", "-x", "+X"], "a\0\nX\n"],
	]);
	const latin1 = result(Buffer.from([0xe9, 10, 0x78, 10]), patch("*** Update File: a", "@@", "-x", "+X"));
	assert.deepEqual(latin1, { why: "patch.notUtf8" });
});

test("what OpenCode makes of a file, by its source", () => {
	check(
		[
			["x\ny\n", ["@@", "-x", "+X"], "X\ny\n"],
			["x\ny", ["@@", "-x", "+X"], "X\ny\n"],
			["x\n", ["@@", "-x"], ""],
			["x\n\n", ["@@", "-x", "+X"], "X\n\n"],
			["x\r\ny\r\n", ["@@", " x", "-y", "+Y"], "x\nY\n"],
			["x  \ny\n", ["@@", " x", "-y", "+Y"], "x\nY\n"],
			["\ufeffx\ny\n", ["@@", "-x", "+X"], "\ufeffX\ny\n"],
			["a\u2026\n", ["@@", "-a...", "+X"], "X\n"],
			["x\ny\n", ["@@", "-x", "+X", "*** End of File"], "X\ny\n"],
			["x\ny\n", ["@@", "-x", "-", "+X"], "X\ny\n"],
			["x\n", ["@@", "-", "+X"], absent],
			["x\n", ["@@", "-x", "+\ufeffX"], { why: "patch.bom" }],
		],
		"opencode",
	);
});

test(`a patch of every line of a file makes the new text, ${RUNS} times`, () => {
	fc.assert(
		fc.property(edited, ([before, after]) => {
			const texts = (text: string) => splitLines(text).map((line) => splitBreak(line).text);
			fc.pre(before !== "" && !/\r\r\n/.test(patchFor("a", before, after)));
			const made = result(before, patchFor("a", before, after));
			assert.ok("text" in made, JSON.stringify(made));
			// A lone \r that stays and a line that comes behind it with \n make one break: exact, but not to be told apart here.
			fc.pre(!/\r(?!\n)/.test(before) || !before.includes("\n"));
			assert.deepEqual(texts(made.text), texts(after));
			// Breaks: those of the file where its lines stay, its first kind elsewhere; never a last line without one.
			const eols = new Set<string>(splitLines(before).map((line) => splitBreak(line).eol || "first"));
			const first = splitLines(before).map((line) => splitBreak(line).eol)[0] || "\n";
			for (const { eol } of splitLines(made.text).map(splitBreak))
				assert.ok(eol === first || eols.has(eol), JSON.stringify(eol));
			if (eols.size === 1)
				assert.equal(
					made.text,
					texts(after)
						.map((text) => text + first)
						.join(""),
				);
		}),
		{ numRuns: RUNS },
	);
});

test(`a patch that was tampered with makes what it says or nothing, and never throws, ${RUNS} times`, () => {
	const tampering = fc.record({
		kind: fc.constantFrom("drop", "double", "swap", "mark", "text", "cut", "insert"),
		at: fc.nat(),
		other: fc.nat(),
		text: fc.constantFrom(
			"",
			" ",
			"+",
			"-",
			"@@",
			"@@ nowhere",
			"*** End of File",
			"*** Update File: b",
			"\0",
			"\r",
			"-zz",
			" zz",
		),
	});
	fc.assert(
		fc.property(edited, fc.array(tampering, { minLength: 1, maxLength: 3 }), ([before, after], all) => {
			const lines = patchFor("a", before, after).split("\n");
			for (const { kind, at, other, text } of all) {
				const place = at % Math.max(1, lines.length);
				const line = lines[place] ?? "";
				if (kind === "drop") lines.splice(place, 1);
				else if (kind === "double") lines.splice(place, 0, line);
				else if (kind === "swap")
					[lines[place], lines[other % lines.length]] = [lines[other % lines.length] ?? "", line];
				else if (kind === "mark") lines[place] = text.slice(0, 1) + line.slice(1);
				else if (kind === "text") lines[place] = `${line}zz`;
				else if (kind === "cut") lines.length = place;
				else lines.splice(place, 0, text);
			}
			const operations = parsePatch(lines.join("\n"));
			if (!Array.isArray(operations)) return;
			for (const operation of operations) {
				if (operation.op !== "update") continue;
				const made = applyHunks(Buffer.from(before), operation.hunks, "a");
				if (!Buffer.isBuffer(made)) continue;
				// Nothing was taken for a line that is not there in any of the ways that count as the same.
				const bare = (text: string) => text.replace(/[\s\u0085]+/g, "").replace(/[^\x20-\x7f]/g, "");
				const there = new Set(splitLines(before).map((line) => bare(splitBreak(line).text)));
				for (const hunk of operation.hunks) {
					const old = hunk.lines.filter(({ op }) => op !== "+").map(({ text }) => bare(text));
					if (old.at(-1) === "") old.pop();
					for (const text of old) assert.ok(there.has(text), JSON.stringify([before, lines, text]));
				}
				// And no line was lost that no hunk removes.
				const count = (op: string) =>
					operation.hunks.flatMap(({ lines }) => lines).filter((line) => line.op === op).length;
				const grown = splitLines(made.toString()).length - splitLines(before).length;
				const most = operation.hunks
					.flatMap(({ lines }) => lines)
					.flatMap(({ op, text }) => (op === "-" ? [] : text.split("\r")));
				assert.ok(grown >= -count("-") - operation.hunks.length && grown <= most.length);
			}
		}),
		{ numRuns: RUNS },
	);
});

test("100,000 lines, and lines that repeat without end, are no trouble", () => {
	const many = Array.from({ length: 100_000 }, (_, at) => `line ${at}\n`).join("");
	const hunks = Array.from({ length: 2000 }, (_, at) => [
		"@@",
		` line ${at * 50}`,
		`-line ${at * 50 + 1}`,
		"+x",
	]).flat();
	const made = result(many, patch("*** Update File: a", ...hunks));
	assert.ok("text" in made && made.text.startsWith("line 0\nx\nline 2\n"));
	assert.equal(splitLines(made.text).length, 100_000);
	const same = "x\n".repeat(100_000);
	const wanted = [..."-x\n".repeat(50_000).trimEnd().split("\n"), "-y"];
	assert.deepEqual(result(same, patch("*** Update File: a", "@@", ...wanted)), absent);
	assert.deepEqual(result(`${same}y\n`, patch("*** Update File: a", "@@", ...wanted)), { text: "x\n".repeat(50_000) });
});

test("a search without end is given up with a reason", () => {
	// Each hunk is looked for exactly to the end, and found loosely at its start.
	const before = `${"x \ny\n".repeat(3000)}${"x\n".repeat(300_000)}`;
	const hunks = Array.from({ length: 3000 }, () => ["@@", "-x", " y"]).flat();
	assert.ok("text" in result(before, patch("*** Update File: a", ...hunks.slice(0, 30))));
	assert.deepEqual(result(before, patch("*** Update File: a", ...hunks)), { why: "patch.tooMuchWork" });
});
