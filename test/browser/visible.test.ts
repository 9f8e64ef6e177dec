import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { chunks, diffRows, textRows } from "../../webview/ui/rows.ts";
import { escapeOf, hasRightToLeft, oneLine, segments, visibleText } from "../../webview/ui/visible.ts";

/** What must never reach the screen as itself. */
const UNSEEN = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/u;

const anyText = fc.oneof(
	fc.string({ unit: "grapheme" }),
	fc.string({ unit: "binary" }),
	fc
		.array(fc.constantFrom("a", " ", "\t", "\u202e", "\u200b", "é", "e\u0301", "\u0301", "\ud800", "😀", "\u00a0"))
		.map((parts) => parts.join("")),
);

describe("invisible characters", () => {
	it("are drawn as their code point, for each kind there is", () => {
		for (const character of [
			"\u202e",
			"\u2066",
			"\u200b",
			"\u00ad",
			"\u00a0",
			"\u2028",
			"\ufeff",
			"\u3164",
			"\u{e0041}",
			"\u0000",
			"\u001b",
			"\u007f",
			"\u0085",
			"\ud800",
			"\ufe0f",
			"\ue000",
		]) {
			const found = segments(`a${character}b`);
			assert.deepEqual(
				found.map(({ kind, text }) => [kind, text]),
				[
					["text", "a"],
					["escape", escapeOf(character)],
					["text", "b"],
				],
				escapeOf(character),
			);
		}
	});

	it("never reach the screen as themselves, whatever the text", () => {
		fc.assert(
			fc.property(anyText, (text) => {
				for (const segment of segments(text)) {
					if (segment.kind !== "tab") assert.doesNotMatch(segment.text, UNSEEN);
				}
			}),
		);
	});

	it("are the only thing that is changed: everything else stands in its order", () => {
		fc.assert(
			fc.property(anyText, (text) => {
				let at = 0;
				for (const { kind, text: piece } of segments(text)) {
					if (kind === "escape") {
						const character = String.fromCodePoint(text.codePointAt(at) as number);
						assert.equal(piece, escapeOf(character));
						at += character.length;
					} else {
						assert.equal(text.slice(at, at + piece.length), piece);
						at += piece.length;
					}
				}
				assert.equal(at, text.length);
			}),
		);
	});

	it("keep their place when words are marked", () => {
		fc.assert(
			fc.property(anyText, fc.nat(20), fc.nat(20), (text, start, length) => {
				const plain = segments(text).map(({ text: piece }) => piece);
				const marked = segments(text, [[start, start + length]]).map(({ text: piece }) => piece);
				assert.equal(marked.join(""), plain.join(""));
			}),
		);
	});

	it("that pile up on a letter are escaped from the fourth on", () => {
		const kinds = segments("Z\u0351\u0352\u0353\u0354\u0355x").map(({ kind }) => kind);
		assert.deepEqual(kinds, ["text", "escape", "escape", "text"]);
	});

	it("that strike a letter through are escaped at once, accents are not", () => {
		assert.deepEqual(
			segments("a\u0338e\u0301").map(({ text }) => text),
			["a", "⟦U+0338⟧", "e\u0301"],
		);
	});
});

describe("white space", () => {
	it("at the end of a line is drawn as dots", () => {
		assert.deepEqual(
			segments("a b  ").map(({ kind, text }) => [kind, text]),
			[
				["text", "a b"],
				["space", "  "],
			],
		);
	});

	it("in a marked range is drawn as dots", () => {
		assert.deepEqual(
			segments("a  b", [[1, 3]]).map(({ kind, marked }) => [kind, marked]),
			[
				["text", false],
				["space", true],
				["text", false],
			],
		);
	});

	it("of a tab stays a tab, so that columns stay aligned", () => {
		assert.deepEqual(
			segments("\ta").map(({ kind, text }) => [kind, text]),
			[
				["tab", "\t"],
				["text", "a"],
			],
		);
	});
});

describe("a summary", () => {
	it("is one line, cut visibly and never in the middle of a character", () => {
		assert.equal(oneLine("a\nb\r\nc", 20), "a ⏎ b ⏎ c");
		assert.equal(oneLine("ab😀cd", 3), "ab…");
		assert.equal(visibleText(oneLine("a\u202eb", 20)), "a⟦U+202E⟧b");
	});

	it("knows right-to-left letters", () => {
		assert.equal(hasRightToLeft("שלום"), true);
		assert.equal(hasRightToLeft("salut é 😀"), false);
	});
});

describe("rows", () => {
	it("hold the text whole, however long its lines are", () => {
		fc.assert(
			fc.property(
				fc.array(fc.oneof(anyText, fc.constant("x".repeat(5000)), fc.constant("😀".repeat(1500)))),
				(lines) => {
					const text = lines.join("\n");
					const rows = textRows(text);
					const joined = rows.map((row, index) => (index > 0 && !row.goesOn ? "\n" : "") + row.text).join("");
					assert.equal(joined, text);
					assert.deepEqual(chunks(rows).flat(), rows);
				},
			),
		);
	});

	it("never part a surrogate pair", () => {
		for (const row of textRows(`x${"😀".repeat(3000)}`)) assert.ok(row.text.isWellFormed());
	});

	it("of a diff carry marks over to where a long line goes on", () => {
		const text = "a".repeat(3000);
		const rows = diffRows([{ lines: [{ op: "+", after: 1, text, eol: "\n", mark: [[1100, 1300]] }] }], false);
		assert.deepEqual(
			rows.map(({ number, goesOn, marks }) => ({ number, goesOn, marks })),
			[
				{ number: 1, goesOn: undefined, marks: [[1100, 1200]] },
				{ number: undefined, goesOn: true, marks: [[0, 100]] },
				{ number: undefined, goesOn: true, marks: undefined },
			],
		);
	});

	it("of a diff say when the last line has no line break, and name line breaks when the change is about them", () => {
		const lines = [
			{ op: " " as const, before: 1, after: 1, text: "a", eol: "\r\n" as const },
			{ op: "+" as const, after: 2, text: "b", eol: "" as const },
		];
		assert.deepEqual(
			diffRows([{ lines }], false).map(({ eol }) => eol),
			[undefined, ""],
		);
		assert.deepEqual(
			diffRows([{ lines }], true).map(({ eol }) => eol),
			["\r\n", ""],
		);
	});
});
