// What the card says of a file's line breaks, encoding and end, from its bytes alone.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { splitBreak, splitLines } from "../../../src/actions/lines.ts";
import { sideOf } from "../../../src/actions/textFile.ts";

const NAMES = { "\n": "lf", "\r\n": "crlf", "\r": "cr", "": "none" } as const;

test("the kind of line break is that of all lines, or mixed", () => {
	const text = fc.array(fc.constantFrom("a", "é", "\n", "\r\n", "\r"), { maxLength: 8 });
	fc.assert(
		fc.property(text, (parts) => {
			const all = parts.join("");
			const kinds = new Set(splitLines(all).flatMap((line) => splitBreak(line).eol || []));
			const side = sideOf(Buffer.from(all));
			assert.equal(side.eol, kinds.size > 1 ? "mixed" : NAMES[[...kinds][0] ?? ""]);
			assert.equal(side.finalNewline, /[\r\n]$/.test(all));
		}),
		{ numRuns: 2000 },
	);
});

test("what is no text is said to be none", () => {
	assert.deepEqual(
		[Buffer.from("a\0b\n"), Buffer.from([0xff, 0x0a]), Buffer.from("\ufeffa\n", "utf16le")].map((bytes) => {
			const { binary, eol, finalNewline, bom } = sideOf(bytes);
			return { binary, eol, finalNewline, bom };
		}),
		[false, false, true].map((bom) => ({ binary: true, eol: "none", finalNewline: false, bom })),
	);
});
