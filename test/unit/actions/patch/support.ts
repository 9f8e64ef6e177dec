// Texts and edits of them for the property tests of patches, and the patches a careful agent would write for them.
import fc from "fast-check";
import { changesOf, splitBreak, splitLines } from "../../../../src/actions/lines.ts";

/** Cases of each property. */
export const RUNS = 10_000;

const word = fc.oneof(
	{
		weight: 20,
		arbitrary: fc.constantFrom(
			"a",
			"b",
			"  c",
			"c",
			"x y",
			"",
			"",
			"}",
			"\t}",
			"é",
			"日本",
			"@@",
			"-",
			"+x",
			" *** End Patch",
		),
	},
	{
		weight: 2,
		arbitrary: fc.constantFrom("\ufeff", "\u2028", "--- a/x", "\\ No newline", "*** End of File", "a\u0001"),
	},
	{ weight: 2, arbitrary: fc.string({ unit: "binary", maxLength: 12 }).map((text) => text.replace(/[\0\r\n]/g, "")) },
	{ weight: 1, arbitrary: fc.nat(800).map((length) => "long ".repeat(length)) },
);

/** One kind of line break for a whole file, or a mix. */
const breaks: fc.Arbitrary<string[]> = fc.constantFrom(
	["\n"],
	["\n"],
	["\r\n"],
	["\n", "\r\n"],
	["\n", "\r\n", "\r"],
	["\r"],
);

function linesWith(eols: string[], max: number): fc.Arbitrary<string[]> {
	return fc.array(
		fc.tuple(word, fc.constantFrom(...eols)).map(([text, eol]) => text + eol),
		{ maxLength: max },
	);
}

/** A text and what a few edits of its lines make of it: whole deletions, ends without a break and byte order marks too. */
export const edited: fc.Arbitrary<[string, string]> = breaks.chain((eols) =>
	fc
		.record({
			lines: linesWith(eols, 30),
			edits: fc.array(fc.tuple(fc.nat(40), fc.nat(3), linesWith(eols, 3)), { minLength: 1, maxLength: 4 }),
			cutBefore: fc.boolean(),
			cutAfter: fc.boolean(),
			bom: fc.constantFrom("none", "none", "none", "both", "before", "after"),
			whole: fc.constantFrom("edit", "edit", "edit", "edit", "edit", "edit", "empty", "other"),
			other: linesWith(["\n", "\r\n"], 10),
		})
		.map(({ lines, edits, cutBefore, cutAfter, bom, whole, other }): [string, string] => {
			const after = whole === "empty" ? [] : whole === "other" ? other : [...lines];
			if (whole === "edit")
				for (const [at, remove, add] of edits) after.splice(Math.min(at, after.length), remove, ...add);
			const end = (all: string[], cut: boolean) => (cut ? all.join("").replace(/[\r\n]+$/, "") : all.join(""));
			const mark = (side: string) => (bom === "both" || bom === side ? "\ufeff" : "");
			return [mark("before") + end(lines, cutBefore), mark("after") + end(after, cutAfter)];
		}),
);

/**
 * A patch of one file as an agent would write it, whose hunks hold all of the lines in between, so that each can fit in
 * its own place only.
 */
export function patchFor(name: string, before: string, after: string): string {
	const [a, b] = [splitLines(before), splitLines(after)];
	const body: string[] = ["@@"];
	let at = 0;
	for (const { a0, a1, b0, b1 } of changesOf(a, b).blocks) {
		for (; at < a0; at += 1) body.push(` ${splitBreak(a[at] ?? "").text}`);
		for (; at < a1; at += 1) body.push(`-${splitBreak(a[at] ?? "").text}`);
		for (let j = b0; j < b1; j += 1) body.push(`+${splitBreak(b[j] ?? "").text}`);
	}
	for (; at < a.length; at += 1) body.push(` ${splitBreak(a[at] ?? "").text}`);
	return patch(`*** Update File: ${name}`, ...body);
}

/** A patch of these lines. */
export function patch(...lines: string[]): string {
	return ["*** Begin Patch", ...lines, "*** End Patch"].join("\n");
}
