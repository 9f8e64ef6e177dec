// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// What a command gets for a word: for sure, as a pattern, or not understood.
import assert from "node:assert/strict";
import { test } from "node:test";
import { parseOrNothing } from "../../../../src/policy/floor/parse.ts";
import { type Known, knownWords } from "../../../../src/policy/floor/word.ts";
import type { Message } from "../../../../src/protocol/messages.ts";

/** Words that a command gets for one word of a line, with the scripts and variables in it. */
function read(
	text: string,
	refuse?: string,
): {
	known: Known[] | Message;
	scripts: number;
	variables: string[];
	instead: string[];
} {
	const command = parseOrNothing(`x ${text}`)?.commands[0]?.command;
	assert.ok(command?.type === "Command" && command.args[0]?.type === "Word" && command.args.length === 1, text);
	const told = { scripts: 0, variables: [] as string[], instead: [] as string[] };
	const known = knownWords(command.args[0], {
		script: () => {
			told.scripts += 1;
		},
		instead: (known) => {
			told.instead.push(...known.map(({ value, pattern }) => value ?? pattern));
		},
		variable: (name) => {
			told.variables.push(name);
			return name === refuse ? { code: "why.variable", args: { name } } : undefined;
		},
	});
	return { known, ...told };
}

function words(text: string): Known[] {
	const { known } = read(text);
	assert.ok(Array.isArray(known), `${text} is understood`);
	return known;
}

function refused(text: string): void {
	const { known } = read(text);
	assert.ok(!Array.isArray(known) && known.code === "why.expansion", `${text} is not understood`);
}

test("quotes and escapes are taken off", () => {
	const sure: [string, string][] = [
		["a", "a"],
		["'a b'", "a b"],
		['"a b"', "a b"],
		["a\\ b", "a b"],
		["a'b'\"c\"d", "abcd"],
		["''", ""],
		['""', ""],
		["'it'\\''s'", "it's"],
		['"\\"\\$\\`\\\\\\a"', '"$`\\\\a'],
		["'$x'", "$x"],
		["\\$x", "$x"],
		["'*'", "*"],
		["\\*", "*"],
		["-\\o", "-o"],
		["''-o", "-o"],
		["-ex\\ec", "-exec"],
		["'{a,b}'", "{a,b}"],
		["a=b", "a=b"],
		["a#b", "a#b"],
		["=", "="],
		["==", "=="],
		["größe", "größe"],
		["a\\\nb", "ab"],
		["%s\\\\n", "%s\\n"],
	];
	for (const [text, value] of sure) {
		assert.deepEqual(
			words(text).map((word) => ({ value: word.value, pattern: word.pattern, many: word.many, dynamic: word.dynamic })),
			[{ value, pattern: value, many: false, dynamic: false }],
			text,
		);
		assert.equal(words(text)[0]?.anchored, !value.startsWith("-"), text);
	}
});

test("braces become several sure words", () => {
	const values = (text: string) => words(text).map(({ value }) => value);
	assert.deepEqual(values("{a,b}"), ["a", "b"]);
	assert.deepEqual(values("x{a,b}y"), ["xay", "xby"]);
	// In their order: "find . {-delete,-name} x" would be harmless the other way round.
	assert.deepEqual(values("{-o,pwned}"), ["-o", "pwned"]);
	assert.deepEqual(values("{a,b}{c,d}"), ["ac", "ad", "bc", "bd"]);
	assert.deepEqual(values("'x'{a,b}"), ["xa", "xb"]);
	assert.deepEqual(values("{.env,x}"), [".env", "x"]);
	const [range] = words("{1..3}");
	assert.deepEqual([range?.value, range?.pattern, range?.many], [undefined, "*", true]);
	for (const text of ["{a,$x}", "{a,$(ls)}", "{a,'b c'}", "{a,{b,c}}", "{a,b\\ c}", "{a,b*}", "{a,~}", "{é,x}"])
		refused(text);
});

test("globs are patterns that may be several words, anchored by what stands before", () => {
	const shape = (text: string) =>
		words(text).map(({ value, pattern, many, anchored, dynamic }) => [value, pattern, many, anchored, dynamic]);
	assert.deepEqual(shape("*"), [[undefined, "*", true, false, false]]);
	assert.deepEqual(shape("*.ts"), [[undefined, "*.ts", true, false, false]]);
	assert.deepEqual(shape("src/*.ts"), [[undefined, "src/*.ts", true, true, false]]);
	assert.deepEqual(shape("./*"), [[undefined, "./*", true, true, false]]);
	assert.deepEqual(shape("-*"), [[undefined, "-*", true, false, false]]);
	assert.deepEqual(shape("a?"), [[undefined, "a*", true, true, false]]);
	assert.deepEqual(shape("'a b'*"), [[undefined, "a b*", true, true, false]]);
	assert.equal(words("[ab]x")[0]?.value, undefined);
	for (const text of ["@(a)", "*(a)", "!(a)", "+(a|b)", "?(a)"]) refused(text);
});

test("a tilde is somebody's home: never an option, not sure", () => {
	for (const text of ["~", "~/x", "~root", "~+", "~/'a b'", "~/*"]) {
		const [word] = words(text);
		assert.deepEqual([word?.value, word?.anchored], [undefined, true], text);
		assert.ok(word?.pattern.startsWith("~"));
	}
	for (const text of ["'~'", "\\~", '"~/x"']) assert.notEqual(words(text)[0]?.pattern, undefined, text);
});

test("variables are told, and are parts that are not sure", () => {
	const shape = (text: string) =>
		words(text).map(({ value, pattern, many, anchored, dynamic }) => [value, pattern, many, anchored, dynamic]);
	assert.deepEqual(shape("$x"), [[undefined, "*", true, false, true]]);
	assert.deepEqual(shape('"$x"'), [[undefined, "*", false, false, true]]);
	assert.deepEqual(shape('"${x}"'), [[undefined, "*", false, false, true]]);
	// Bare, it may fall apart, and a piece of it may begin with "-".
	assert.deepEqual(shape("a/$x"), [[undefined, "a/*", true, false, true]]);
	assert.deepEqual(shape('"a/$x"'), [[undefined, "a/*", false, true, true]]);
	assert.deepEqual(shape("-$x"), [[undefined, "-*", true, false, true]]);
	assert.deepEqual(shape("$x/a"), [[undefined, "*/a", true, false, true]]);
	assert.deepEqual(shape('"$HOME/x"'), [[undefined, "~/x", false, true, false]]);
	assert.deepEqual(shape("$HOME/x"), [[undefined, "~/x", true, true, false]]);
	assert.deepEqual(shape('"$HOME"/x'), [[undefined, "*/x", false, false, true]]);
	assert.deepEqual(shape("$HOME"), [[undefined, "*", true, false, true]]);
	assert.deepEqual(shape("$HOMEx/a"), [[undefined, "*/a", true, false, true]]);
	assert.deepEqual(read("$x${y:-a}$1$?").variables, ["x", "y", "1", "?"]);
	assert.equal((read("$SECRET", "SECRET").known as Message).code, "why.variable");
	assert.equal((read("${x:-$SECRET}", "SECRET").known as Message).code, "why.variable");
	assert.deepEqual(read("${x:-.env}").instead, [".env"], "what may stand in its place is told");
});

test("operations on variables only read; those that set, run or depend on the shell are refused", () => {
	for (const text of [
		"${x:-a}",
		"${x-a}",
		"${x:+a}",
		"${x%.*}",
		"${x%%/*}",
		"${x#a}",
		"${x##*/}",
		"${x/a/b}",
		"${x//a/b}",
		"${x:1}",
		"${x:1:2}",
		"${x^^}",
		"${#x}",
		"${x[0]}",
		'"${x[@]}"',
	]) {
		assert.equal(words(text)[0]?.value, undefined, text);
	}
	for (const text of [
		...[
			"${x:=a}",
			"${x=a}",
			"${x:?a}",
			"${x?a}",
			"${x@P}",
			"${x@Q}",
			"${!x}",
			"${!x*}",
			"${x[a]}",
			"${x[$(ls)]}",
			"${x:$(ls)}",
			"${x:a}",
		],
		...[
			"$x[1]",
			"$x[$(ls)]",
			'"$x[1]"',
			"${(e)x}",
			"${=x}",
			"${~x}",
			"${^x}",
			"${x:h}",
			"$[1]",
			"${x[1]:-a}b[1]",
		].filter((one) => !one.endsWith("b[1]")),
	]) {
		const parsed = parseOrNothing(`x ${text}`);
		if (parsed === undefined || (parsed.errors?.length ?? 0) > 0) continue;
		refused(text);
	}
});

test("substitutions are told, wherever in the word", () => {
	for (const text of [
		"$(ls)",
		"`ls`",
		'"$(ls)"',
		'"`ls`"',
		"a$(ls)b",
		"${x:-$(ls)}",
		'"${x:-$(ls)}"',
		"${x/$(ls)/b}",
		"${x%$(ls)}",
		"<(ls)",
	]) {
		assert.equal(read(text).scripts, 1, text);
	}
	assert.equal(read("$(ls)$(ls)").scripts, 2);
	assert.equal(read("'$(ls)'").scripts, 0);
	assert.equal(read("\\$\\(ls\\)").scripts, 0);
	refused(">(ls)");
});

test("arithmetic of numbers is taken, with names it is not", () => {
	for (const text of ["$((1 + 2))", "$((2 * (3 - 1)))", "$((1<2))"])
		assert.equal(words(text)[0]?.value, undefined, text);
	for (const text of ["$((x))", "$(($x))", "$((a[0]))", "$((a[$(ls)]))", "$(($(ls)))", "$((x++))", "$((x=1))"])
		refused(text);
});

test("forms that only another shell expands are refused", () => {
	for (const text of ["=ls", '=""ls', "=$x", '$"a"', "a*(e:x:)", "–x", "‘a’", "a‐b", "x；y", "a∣b"]) refused(text);
	assert.deepEqual(words("''=ls")[0]?.value, "=ls");
});

test("what the parser leaves in a literal or a bracket is not taken for one", () => {
	// unbash 6.0.4 gives no part for these: "1<(x)" is one literal word, and what stands in "[...]" is text.
	const hidden = [
		...[
			"1<(touch x)",
			"12>(touch x)",
			"{v}<(touch x)",
			"[$(touch x)]",
			"a[$(touch x)]",
			"[`touch x`]*",
			'[a"$(touch x)"]',
			"[${y:=$(touch x)}]",
		],
		...[
			"*[$(touch x)]*",
			"[\\]$(touch x)]",
			"${y:-[$(touch x)]}",
			"${y%[$(touch x)]}",
			"${y/[$(touch x)]/a}",
			"[$y]",
			"a[$HOME]",
		],
	];
	for (const text of hidden) {
		const { known, scripts } = read(text);
		assert.ok(
			!Array.isArray(known) || (scripts > 0 && text.includes("touch")),
			`${text} is refused, or what it runs is told`,
		);
	}
});

test("quotes inside an operation are read differently by every shell, so nothing may hide in them", () => {
	for (const text of [
		"\"${y/a/'$(touch x)'}\"",
		"\"${y:-$'\\'$(touch x)'}\"",
		"\"${y:-'$(touch x)'}\"",
		"\"${y//'$(touch x)'/b}\"",
	]) {
		const { known, scripts } = read(text);
		assert.ok(!Array.isArray(known) || scripts > 0, text);
	}
});

test("a dollar before a line break, and one before a letter of another script, are variables to some shell", () => {
	for (const text of ["$\\\nHOME", "$\\\n-", '"$\\\nHOME"', ".env$é"]) {
		const { known } = read(text);
		assert.ok(!Array.isArray(known) || known.every(({ value }) => value === undefined), text);
	}
});
