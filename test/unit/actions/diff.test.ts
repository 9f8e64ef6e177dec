import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { type DiffBudget, diffTexts, drawFile, type FileDiff, newBudget } from "../../../src/actions/diff.ts";
import { MAX_LINES, splitLines } from "../../../src/actions/lines.ts";
import type { Hunk } from "../../../src/protocol/card.ts";
import { CardFile } from "../../../src/protocol/card.ts";
import { change, folder } from "./support.ts";

const endless = (): DiffBudget => ({ lines: Number.MAX_SAFE_INTEGER, chars: Number.MAX_SAFE_INTEGER, markMs: 1000 });
const diff = (before: string, after: string, budget = endless()): FileDiff => diffTexts(before, after, budget);
/** The diff as text, one line each, line breaks visible. */
const drawn = ({ hunks }: FileDiff): string[] =>
	hunks.flatMap((hunk, at) => [
		...(at === 0 ? [] : ["~"]),
		...hunk.lines.map(({ op, text, eol }) => `${op}${text}${eol === "\n" ? "" : JSON.stringify(eol)}`),
	]);

/** Applies hunks by their line numbers, checking everything they say about the old text. */
function apply(before: string, hunks: Hunk[]): string {
	const old = splitLines(before);
	const out: string[] = [];
	let at = 0;
	for (const { lines } of hunks) {
		for (const { op, before: place, after, text, eol } of lines) {
			if (op !== "+") {
				while (at < (place ?? 0) - 1) out.push(old[at++] ?? assert.fail());
				assert.equal(old[at], text + eol, "the hunk says what is in the old text");
			}
			if (op !== "-") {
				assert.equal(after, out.length + 1, "and where it stands in the new one");
				out.push(text + eol);
			}
			if (op !== "+") at += 1;
		}
	}
	while (at < old.length) out.push(old[at++] ?? assert.fail());
	return out.join("");
}

/** Unified diff of hunks, for texts without lone CR (git knows no such line break). */
function patch(name: string, hunks: Hunk[]): string {
	const body = hunks.map(({ lines }) => {
		const start = (side: "before" | "after") => lines.find((line) => line[side] !== undefined)?.[side] ?? 0;
		const count = (side: "before" | "after") => lines.filter((line) => line[side] !== undefined).length;
		const drawn = lines.map(
			({ op, text, eol }) => `${op}${text}${eol === "" ? "\n\\ No newline at end of file\n" : eol}`,
		);
		return `@@ -${start("before")},${count("before")} +${start("after")},${count("after")} @@\n${drawn.join("")}`;
	});
	return `--- a/${name}\n+++ b/${name}\n${body.join("")}`;
}

const eol = fc.constantFrom("\n", "\n", "\n", "\r\n", "\r");
const word = fc.constantFrom(
	"a",
	"b",
	"  c",
	"c",
	"x y",
	"x  y",
	"",
	"}",
	"{",
	"\t}",
	"é",
	"\ufeff",
	"@@",
	"-",
	"\\ No newline",
);
const line = fc.tuple(word, eol).map(([text, end]) => text + end);
const text = fc
	.tuple(fc.array(line, { maxLength: 30 }), fc.constantFrom("", "", "end"))
	.map(([lines, end]) => lines.join("") + end);
/** A text and what a few edits of its lines make of it. */
const edited = fc
	.tuple(text, fc.array(fc.tuple(fc.nat(40), fc.nat(3), fc.array(line, { maxLength: 3 })), { maxLength: 5 }))
	.map(([before, edits]): [string, string] => {
		const lines = splitLines(before);
		for (const [at, remove, add] of edits) lines.splice(Math.min(at, lines.length), remove, ...add);
		return [before, lines.join("")];
	});

test("lines joined are the text, whatever its line breaks", () => {
	fc.assert(
		fc.property(fc.array(fc.constantFrom("a", "\r", "\n", "\r\n", "\u2028", "b\n")), (parts) => {
			const lines = splitLines(parts.join(""));
			assert.equal(lines.join(""), parts.join(""));
			for (const one of lines) assert.match(one, /^[^\r\n]*(?:\r\n|\r|\n)?$/);
		}),
	);
});

test("the hunks applied to the old text are the new one, byte for byte", () => {
	const check = ([before, after]: [string, string]) => {
		const result = diff(before, after);
		assert.equal(apply(before, result.hunks), after);
		const lines = result.hunks.flatMap((hunk) => hunk.lines);
		assert.equal(result.added, lines.filter(({ op }) => op === "+").length);
		assert.equal(result.removed, lines.filter(({ op }) => op === "-").length);
		assert.equal(result.cut, false);
		assert.ok(result.whitespaceOnly + result.eolOnly <= Math.min(result.added, result.removed));
		for (const { text, mark } of lines) {
			for (const [start, end] of mark ?? []) assert.ok(0 <= start && start < end && end <= text.length);
		}
	};
	fc.assert(fc.property(edited, check), { numRuns: 1500 });
	fc.assert(fc.property(fc.tuple(text, text), check), { numRuns: 1500 });
});

test("git applies the same hunks to the same result", { skip: spawnSync("git", ["--version"]).status !== 0 }, (t) => {
	const dir = folder(t);
	const file = join(dir, "a.txt");
	const lone = /\r(?!\n)/;
	const git = edited.filter((texts) => texts.every((one) => one !== "" && !lone.test(one)));
	fc.assert(
		fc.property(git, ([before, after]) => {
			const { hunks } = diff(before, after);
			fc.pre(hunks.length > 0);
			writeFileSync(file, before);
			writeFileSync(join(dir, "p"), patch("a.txt", hunks));
			const env = { PATH: process.env.PATH, HOME: dir, GIT_CONFIG_NOSYSTEM: "1" };
			execFileSync("git", ["apply", "--whitespace=nowarn", "p"], { cwd: dir, env, stdio: "pipe" });
			assert.equal(readFileSync(file, "utf8"), after);
		}),
		{ numRuns: 60 },
	);
});

test("changes have three lines around them and join where these meet", () => {
	const before = Array.from({ length: 30 }, (_, at) => `${at + 1}\n`).join("");
	const result = diff(before, before.replace("5\n", "FIVE\n").replace("12\n", "").replace("25\n", "25\nmore\n"));
	assert.deepEqual(drawn(result), [
		...[" 2", " 3", " 4", "-5", "+FIVE", " 6", " 7", " 8", " 9", " 10", " 11", "-12", " 13", " 14", " 15"],
		...["~", " 23", " 24", " 25", "+more", " 26", " 27", " 28"],
	]);
	assert.deepEqual([result.added, result.removed], [2, 2]);
	assert.equal(result.hunks[1]?.lines[3]?.after, 25);
	assert.equal(result.hunks[1]?.lines[4]?.before, 26);
});

test("a change of line breaks alone is seen, counted and drawn", () => {
	const result = diff("a\r\nb\r\nc", "a\nb\nc");
	assert.deepEqual([result.eolOnly, result.whitespaceOnly, result.added, result.removed], [2, 0, 2, 2]);
	assert.deepEqual(drawn(result), ['-a"\\r\\n"', '-b"\\r\\n"', "+a", "+b", ' c""']);
	const final = diff("a\nb", "a\nb\n");
	assert.deepEqual([final.eolOnly, final.added], [1, 1]);
	assert.deepEqual(drawn(final), [" a", '-b""', "+b"]);
	assert.equal(diff("a\rb\r", "a\nb\n").eolOnly, 2);
});

test("a change of white space alone is seen and counted, also between other changes", () => {
	const result = diff("if x\ny\nz\nold\n", "if x\n  y\n\tz\nnew\nmore\n");
	assert.deepEqual([result.whitespaceOnly, result.eolOnly, result.added, result.removed], [2, 0, 4, 3]);
	assert.deepEqual(diff("a b\n", "ab\n").whitespaceOnly, 1);
	assert.deepEqual(diff("  \n", "\n").whitespaceOnly, 1);
	assert.deepEqual(diff("a\n", "b\n").whitespaceOnly, 0);
});

test("a byte order mark that comes or goes is a changed line", () => {
	assert.deepEqual(drawn(diff("\ufeffa\nb\n", "a\nb\n")), ["-\ufeffa", "+a", " b"]);
});

test("equal texts have no hunks, empty and absent ones only added or removed lines", () => {
	assert.deepEqual(diff("a\n", "a\n").hunks, []);
	assert.deepEqual(diff("", "").hunks, []);
	assert.deepEqual(drawn(diff("", "a\nb")), ["+a", '+b""']);
	assert.deepEqual(drawn(diff("a\n", "")), ["-a"]);
});

test("words that differ are marked on both sides, and nothing where too little is the same", () => {
	const { hunks } = diff("const a = 1;\n", "const bb = 1;\n");
	assert.deepEqual(
		hunks[0]?.lines.map(({ mark }) => mark),
		[[[6, 7]], [[6, 8]]],
	);
	assert.deepEqual(
		diff("a b c\n", "x y z\n").hunks[0]?.lines.map(({ mark }) => mark),
		[undefined, undefined],
	);
	const moved = diff("x\n  one two\n", "one two\ny\nz\n").hunks[0]?.lines.filter(({ mark }) => mark !== undefined);
	assert.deepEqual(
		moved?.map(({ op, text }) => op + text),
		["-  one two"],
	);
});

test("a card's share of lines and characters is kept, and what is left out is said", () => {
	const long = (count: number) => Array.from({ length: count }, (_, at) => `line ${at}\n`).join("");
	const exact = newBudget();
	const whole = diffTexts("", long(2000), exact);
	assert.deepEqual([whole.cut, whole.hunks[0]?.lines.length, exact.lines], [false, 2000, 0]);
	const cut = diffTexts("", long(2001), newBudget());
	assert.deepEqual([cut.cut, cut.hunks[0]?.lines.length, cut.added], [true, 2000, 2001]);
	const shared = newBudget();
	diffTexts("", long(1500), shared);
	const second = diffTexts("", long(1500), shared);
	assert.deepEqual([second.cut, second.hunks[0]?.lines.length], [true, 500]);
	assert.deepEqual([diffTexts("", long(1), shared).cut, diffTexts("", long(1), shared).hunks], [true, []]);
	const wide = diffTexts("", `${"x".repeat(400_001)}\n`, newBudget());
	assert.deepEqual([wide.cut, wide.hunks, wide.added], [true, [], 1]);
});

test("texts that have little in common, or very many lines, are still exact", () => {
	const lines = (count: number, word: (at: number) => string) =>
		Array.from({ length: count }, (_, at) => `${word(at)}\n`).join("");
	const foreign: [string, string][] = [
		[lines(20_000, (at) => `a${at}`), lines(20_000, (at) => `b${at}`)],
		[lines(20_000, (at) => `a${at % 7}`), lines(20_000, (at) => `a${(at * 3) % 11}`)],
		[lines(MAX_LINES + 1, (at) => `${at}`), lines(MAX_LINES + 1, (at) => `${at + (at % 2)}`)],
		["\n".repeat(1_000_000), "\n".repeat(999_999)],
	];
	for (const [before, after] of foreign) assert.ok(apply(before, diff(before, after).hunks) === after);
});

test("a file whose every line break or indent changes keeps its lines together", () => {
	const before = Array.from({ length: 8000 }, (_, at) => `line ${at}\r\n`).join("");
	const breaks = diff(before, before.replaceAll("\r\n", "\n").replace("line 4000\n", "line 4000\ninserted\n"));
	assert.deepEqual([breaks.eolOnly, breaks.added, breaks.removed], [8000, 8001, 8000]);
	const indent = diff(before, before.replaceAll("line", "\tline").replace("\tline 7\r\n", ""));
	assert.equal(indent.whitespaceOnly, 7999);
});

test("a file on a card has its sizes and digests, and none of its bytes when it is binary", () => {
	const [file] = change("/w/a.txt", "one\r\n", "one\n").files;
	assert.ok(file);
	const { shown } = drawFile(file, newBudget());
	assert.deepEqual(shown.before, {
		size: 5,
		sha256: createHash("sha256").update("one\r\n").digest("hex"),
		eol: "crlf",
		bom: false,
		finalNewline: true,
		mode: 0o644,
	});
	assert.equal(shown.after?.sha256, "2c8b08da5ce60398e1f19af0e5dccc744df274b826abe585eaba68c525434806");
	const [binary] = change("/w/a.bin", "a\0", "b").files;
	assert.ok(binary);
	const { shown: hidden } = drawFile(binary, newBudget());
	assert.deepEqual([hidden.binary, hidden.hunks, hidden.added, hidden.cut], [true, [], 0, false]);
	for (const one of [shown, hidden]) CardFile.parse({ ...one, path: "/w/a", op: "modify", label: "a", outside: false });
});
