import assert from "node:assert/strict";
import { describe, it, test } from "node:test";
import fc from "fast-check";
import { splitBreak, splitLines } from "../../../../src/actions/lines.ts";
import { type Conflict, lineCounts, type Plan, planUndo } from "../../../../src/actions/undo/plan.ts";

const bytes = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));

function plan(before: string | undefined, after: string | undefined, now: string | undefined): Plan {
	return planUndo({ before: bytes(before), after: bytes(after), now: bytes(now) });
}

/** The plan with its bytes as text. */
function shown(before: string | undefined, after: string | undefined, now: string | undefined) {
	const found = plan(before, after, now);
	if (found.kind === "restore" || found.kind === "merged") return [found.kind, String(found.bytes)];
	return found.kind === "impossible" ? [found.kind, found.why.code] : [found.kind];
}

const NUMBERS = "1\n2\n3\n4\n5\n6\n7\n8\n";

describe("an undo is planned", () => {
	const cases: [string, Parameters<typeof shown>, string[]][] = [
		["exactly where the file is as approved", ["a\r\nb", "x", "x"], ["restore", "a\r\nb"]],
		["to an empty file, which is not no file", ["", "x", "x"], ["restore", ""]],
		["by removing what the change had made", [undefined, "x", "x"], ["remove"]],
		["by making anew what the change had deleted", ["a", undefined, undefined], ["restore", "a"]],
		["as nothing where it is as before", ["a", "b", "a"], ["nothing"]],
		["as nothing where the made file is gone", [undefined, "b", undefined], ["nothing"]],
		["as nothing where the deleted file is back", ["a", undefined, "a"], ["nothing"]],
		["not where the file is gone", ["a", "b", undefined], ["impossible", "undo.why.gone"]],
		["not where a made file moved on", [undefined, "b", "c"], ["impossible", "undo.why.createdMoved"]],
		["not where bytes moved on", ["a", "b", "\0"], ["impossible", "undo.why.binaryMoved"]],
		["exactly for bytes, too", ["\0a", "\0b", "\0b"], ["restore", "\0a"]],
		[
			"around changes in other places",
			[NUMBERS, NUMBERS.replace("2\n", "two\n"), NUMBERS.replace("2\n", "two\n").replace("7\n", "seven\n")],
			["merged", NUMBERS.replace("7\n", "seven\n")],
		],
		[
			"as nothing where it was undone by hand and other places changed",
			[NUMBERS, NUMBERS.replace("2\n", "two\n"), NUMBERS.replace("7\n", "seven\n")],
			["nothing"],
		],
		[
			"with line ends, byte order mark and no line end at the end as they were",
			["\uFEFFa\r\nb\r\nc\r\nd\re", "\uFEFFa\r\nB\r\nc\r\nd\re", "\uFEFFa\r\nB\r\nc\r\nd\rE"],
			["merged", "\uFEFFa\r\nb\r\nc\r\nd\rE"],
		],
		["as conflict where both changed one line", ["a\n", "b\n", "c\n"], ["conflict"]],
		["as conflict where the lines touch", ["1\n2\n3\n", "1\ntwo\n3\n", "1\ntwo\nthree\n"], ["conflict"]],
		["as conflict where another file stands in the place of a deleted one", ["a\n", undefined, "b\n"], ["conflict"]],
		["as conflict where only line ends were changed", ["a\nb\n", "a\nB\n", "a\r\nB\r\n"], ["conflict"]],
	];
	for (const [title, given, expected] of cases) it(title, () => assert.deepEqual(shown(...given), expected));

	it("with what is not UTF-8 only exactly", () => {
		const latin = Buffer.from([0x61, 0xe4, 0x0a]);
		const after = Buffer.from([0x62, 0xe4, 0x0a]);
		assert.deepEqual(planUndo({ before: latin, after, now: after }), { kind: "restore", bytes: latin });
		assert.equal(planUndo({ before: latin, after, now: Buffer.from("c") }).kind, "impossible");
	});
});

test("a conflict holds all three contents, and the text with markers holds every line of them", () => {
	const found = plan("1\n2\n3\nend", "1\ntwo\n3\nend", "1\n2b\n3\nEND") as Conflict;
	assert.equal(found.kind, "conflict");
	assert.equal(found.places, 1);
	assert.deepEqual([found.base, found.ours, found.theirs].map(String), [
		"1\ntwo\n3\nend",
		"1\n2b\n3\nEND",
		"1\n2\n3\nend",
	]);
	assert.equal(found.merged, "1\n<<<<<<< now\n2b\n||||||| approved\ntwo\n=======\n2\n>>>>>>> before\n3\nEND");
});

test("markers stand on lines of their own, with the file's line ends", () => {
	const found = plan("a", "b", "c\r\nd") as Conflict;
	assert.equal(found.merged, "<<<<<<< now\r\nc\r\nd\r\n||||||| approved\r\nb\r\n=======\r\na\r\n>>>>>>> before\r\n");
});

test("lines that mean something to an object do no harm", () => {
	const names = ["__proto__", "constructor", "toString", "hasOwnProperty"].join("\n");
	assert.equal(plan(names, `x\n${names}`, `x\n${names}\nvalueOf`).kind, "merged");
	const lines = `${names}\n`;
	assert.deepEqual(shown(lines, `x\n${lines}`, `x\n${lines}__proto__`), ["merged", `${lines}__proto__`]);
});

test("a file of one line a hundred thousand times, or changed in every second line, does not make it slow", () => {
	const same = "}\n".repeat(100_000);
	assert.deepEqual(shown(same, `a\n${same}`, `a\n${same}z\n`), ["merged", `${same}z\n`]);
	const mixed = (change: (n: number) => string) =>
		Array.from({ length: 60_000 }, (_, n) => (n % 2 ? `line ${n}\n` : change(n))).join("");
	const before = mixed((n) => `x ${n}\n`);
	const after = mixed((n) => `x  ${n}\n`);
	// White space only, in 30,000 places: told as one change, which the changes of the last line touch.
	assert.deepEqual(shown(before, after, `${after}z\n`), ["merged", `${before}z\n`]);
	assert.equal(plan(before, after, after.replace("line 31\n", "LINE 31\n")).kind, "conflict");
});

test("the lines that come and go are counted; of bytes that are no text they are not", () => {
	assert.deepEqual(lineCounts(bytes("a\nb\nc\n"), bytes("a\nB\nc\nd\n")), { removed: 1, added: 2 });
	assert.deepEqual(lineCounts(undefined, bytes("a\nb")), { removed: 0, added: 2 });
	assert.equal(lineCounts(bytes("\0"), undefined), undefined);
});

/** Line ends of every kind, few different lines, perhaps no line end at the end. */
const aLine = fc.tuple(fc.constantFrom("a", "b", "c", "", "__proto__", "ü"), fc.constantFrom("\n", "\n", "\r\n", "\r"));
const aText = fc
	.tuple(fc.constantFrom("", "\uFEFF"), fc.array(aLine, { maxLength: 30 }), fc.constantFrom("", "end"))
	.map(([bom, lines, end]) => bom + lines.map((line) => line.join("")).join("") + end);

test("property: undoing an edit of a file that is as approved gives exactly what was before", () => {
	fc.assert(
		fc.property(aText, aText, (before, after) => {
			const found = plan(before, after, after);
			if (before === after) assert.equal(found.kind, "nothing");
			else assert.deepEqual(found, { kind: "restore", bytes: Buffer.from(before) });
		}),
		{ numRuns: 2000 },
	);
});

test("property: whatever the three are, no line that only one side has is lost, and none comes from nowhere", () => {
	const lines = (text: string) => new Set(splitLines(text).map((line) => splitBreak(line).text));
	fc.assert(
		fc.property(aText, aText, aText, (before, after, now) => {
			const found = plan(before, after, now);
			if (found.kind !== "conflict" && found.kind !== "merged") return;
			const result = lines(found.kind === "conflict" ? found.merged : String(found.bytes));
			const approved = lines(after);
			for (const side of [before, now])
				for (const line of lines(side)) if (!approved.has(line)) assert.ok(result.has(line), JSON.stringify(line));
			if (found.kind === "conflict") return;
			const all = new Set([...lines(before), ...lines(now)]);
			for (const line of result) assert.ok(all.has(line), JSON.stringify(line));
		}),
		{ numRuns: 2000 },
	);
});

/** A text of parts that are told apart by lines which occur once, and an edit of some of the parts. */
const aPart = fc.array(fc.constantFrom("x\n", "y\n", "\n", "z\r\n"), { maxLength: 5 }).map((lines) => lines.join(""));

test("property: edits in other places survive, and the approved one is gone", () => {
	fc.assert(
		fc.property(
			fc.array(fc.record({ was: aPart, is: aPart, whose: fc.constantFrom("agent", "later", "nobody") }), {
				minLength: 1,
				maxLength: 12,
			}),
			(parts) => {
				const text = (take: (part: (typeof parts)[number]) => string) =>
					parts.map((part, n) => `fence ${n}\n${take(part)}end ${n}\n`).join("");
				const before = text(({ was }) => was);
				const after = text(({ was, is, whose }) => (whose === "agent" ? is : was));
				const now = text(({ was, is, whose }) => (whose === "nobody" ? was : is));
				const wanted = text(({ was, is, whose }) => (whose === "later" ? is : was));
				const found = plan(before, after, now);
				if (now === wanted) assert.equal(found.kind, "nothing");
				else assert.ok(found.kind === "restore" || found.kind === "merged", found.kind);
				if ("bytes" in found) assert.equal(String(found.bytes), wanted);
			},
		),
		{ numRuns: 2000 },
	);
});
