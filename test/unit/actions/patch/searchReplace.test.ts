import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { replaceExact, replaceFuzzy } from "../../../../src/actions/patch/searchReplace.ts";
import { format } from "../../../../src/protocol/messages.ts";
import { edited, RUNS } from "./support.ts";

/** The new text, or the code (and count) of why not. */
function outcome(
	how: typeof replaceExact,
	before: string | Buffer,
	oldText: string,
	newText: string,
	all = false,
): string {
	const after = how(Buffer.from(before), { path: "a", oldText, newText, all });
	if (Buffer.isBuffer(after)) return after.toString("utf8");
	assert.doesNotMatch(format(after), /\{\w+\}/, "its sentence is whole");
	return `! ${after.code}${after.args?.count === undefined ? "" : ` ${after.args.count}`}`;
}
const exact = outcome.bind(undefined, replaceExact);
const fuzzy = outcome.bind(undefined, replaceFuzzy);

test("one place, or all", () => {
	assert.equal(exact("a b c", "b", "x"), "a x c");
	assert.equal(exact("a b b", "b", "x"), "! replace.ambiguous 2");
	assert.equal(exact("a b b", "b", "x", true), "a x x");
	assert.equal(exact("aaa", "aa", "b"), "ba");
	assert.equal(exact("a", "z", "x"), "! replace.absent");
	assert.equal(exact("a", "z", "x", true), "! replace.absent");
	assert.equal(exact("a", "", "x"), "! replace.empty");
	assert.equal(exact("a", "a", "a"), "! proposal.noChange");
	assert.equal(exact("a", "a", ""), "");
	assert.equal(exact("cost", "cost", "$& $1 $$"), "$& $1 $$");
	assert.equal(exact(Buffer.from([0xe9]), "a", "b"), "! patch.notUtf8");
	assert.equal(exact("a".repeat(1000), "a", "b".repeat(100_000), true), "! patch.tooLarge");
});

test("line breaks need not agree, and stay the file's", () => {
	assert.equal(exact("a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz"), "x\r\ny\r\nz\r\nc\r\n");
	assert.equal(exact("a\nb\n", "a\r\nb", "x\r\ny"), "x\ny\n");
	assert.equal(exact("a\r\nb\nc\n", "b\n", "x\ny\n"), "a\r\nx\r\ny\r\nc\n");
	assert.equal(exact("a\r\nb", "\n", ""), "ab");
	assert.equal(exact("a\r\n", "a\n", "a\r\n"), "! proposal.noChange");
	assert.equal(exact("\ufeffa\r\n", "a", "b"), "\ufeffb\r\n");
	assert.equal(exact("a\rb\n", "a\rb", "x"), "x\n");
});

test("white space at line ends, then indentation, where one place fits", () => {
	assert.equal(fuzzy("a  \nb\t\nc\n", "a\nb", "x"), "x\nc\n");
	assert.equal(fuzzy("a  \r\nb\r\n", "a\nb\n", "x\ny\n"), "x\r\ny\r\n");
	assert.equal(fuzzy("  if\n    b\n", "if\n  b\n", "if\n  c\n\n  d\n"), "  if\n    c\n\n    d\n");
	assert.equal(fuzzy("if\n  b\n", "    if\n      b\n", "    if\n      c\n"), "if\n  c\n");
	assert.equal(fuzzy("\tb\n", "  b\n", "  c\n"), "! replace.indentation");
	assert.equal(fuzzy("  a\n b\n", "a\nb\n", "x\n"), "! replace.indentation");
	assert.equal(fuzzy("a\n", "  a", " b"), "! replace.indentation");
	assert.equal(fuzzy("  a\nx\n    a\n", "\ta", "b"), "! replace.ambiguous 2");
	assert.equal(fuzzy("  a\n\ta\n", "a", "b"), "! replace.ambiguous 2", "it stands there twice exactly");
	assert.equal(fuzzy("x\n\n", "  \n", "y"), "! replace.absent", "blank lines alone say nothing");
	assert.equal(fuzzy("  a", " a\n", "b\n"), "! replace.absent", "the file has no line break there");
	assert.equal(fuzzy("a\nb\n", "zz", "y"), "! replace.absent");
	assert.equal(fuzzy("a b", "a", "x"), "x b");
});

test(`exact replacing is splitting and joining, ${RUNS} times`, () => {
	const part = fc.constantFrom("a", "b", "ab", "\n", " ", "é", "$&", "x");
	const text = (max: number) => fc.array(part, { maxLength: max }).map((parts) => parts.join(""));
	fc.assert(
		fc.property(text(25), text(3), text(4), fc.boolean(), fc.boolean(), (before, old, put, all, crlf) => {
			// What is put into a file without line breaks gets \n.
			const own = (one: string) => (crlf && before.includes("\n") ? one.replaceAll("\n", "\r\n") : one);
			const pieces = old === "" ? [] : before.split(old);
			const wanted =
				old === ""
					? "! replace.empty"
					: old === put
						? "! proposal.noChange"
						: pieces.length === 1
							? "! replace.absent"
							: pieces.length > 2 && !all
								? `! replace.ambiguous ${pieces.length - 1}`
								: own(pieces.join(put)) === own(before)
									? "! proposal.noChange"
									: own(pieces.join(put));
			assert.equal(exact(own(before), old, put, all), wanted);
		}),
		{ numRuns: RUNS },
	);
});

test(`fuzzy replacing changes the lines it found and no others, ${RUNS} times`, () => {
	const blank = fc.constantFrom("", "", " ", "\t", "  ");
	const row = fc.tuple(blank, fc.constantFrom("a", "b", "{", ""), blank).map((parts) => parts.join(""));
	fc.assert(
		fc.property(fc.array(row, { maxLength: 12 }), fc.array(row, { minLength: 1, maxLength: 3 }), (lines, old) => {
			const after = fuzzy(lines.map((line) => `${line}\n`).join(""), old.map((line) => `${line}\n`).join(""), "NEW\n");
			const fits = (key: (line: string) => string) =>
				lines.flatMap((_, at) => (old.every((line, i) => key(lines[at + i] ?? "none") === key(line)) ? [at] : []));
			if (after.startsWith("! replace.absent")) {
				// All that fits is blank.
				if (old.some((line) => line.trim() !== ""))
					assert.deepEqual(
						fits((line) => line.trim()),
						[],
					);
			} else if (after.startsWith("! replace.ambiguous")) {
				assert.ok(fits((line) => line.trim()).length > 1 || lines.join("\n").split(old.join("\n")).length > 2);
			} else if (!after.startsWith("!")) {
				const made = after.split("\n").slice(0, -1);
				const at = made.findIndex((line) => line.trim().endsWith("NEW"));
				// An exact match may begin within a line; whole lines are what is looked at here.
				fc.pre(made[at]?.trim() === "NEW" && made[at].length <= (lines[at]?.length ?? 0) + 3);
				assert.deepEqual(made.slice(0, at), lines.slice(0, at));
				assert.deepEqual(made.slice(at + 1), lines.slice(at + old.length));
				assert.ok(old.every((line, i) => lines[at + i]?.trim() === line.trim() || i === 0));
			}
		}),
		{ numRuns: RUNS },
	);
});

test("nothing throws on hostile text", () => {
	fc.assert(
		fc.property(edited, fc.string({ unit: "binary" }), fc.boolean(), ([before, old], put, all) => {
			for (const how of [replaceExact, replaceFuzzy])
				how(Buffer.from(before), { path: "a", oldText: old, newText: put, all });
		}),
		{ numRuns: 1000 },
	);
	const same = "x\n".repeat(100_000);
	assert.equal(fuzzy(same, `${"x \n".repeat(50_000)}y`, "z"), "! replace.tooMuchWork");
	assert.equal(exact(same, "x\n", "yy\n", true), "yy\n".repeat(100_000));
});
