// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// The reader of options, on entries made for the test.
import assert from "node:assert/strict";
import { test } from "node:test";
import { checkRule, readArguments } from "../../../../src/policy/floor/options.ts";
import type { CommandRule } from "../../../../src/policy/floor/rule.ts";
import type { Known } from "../../../../src/policy/floor/word.ts";

/** Words as the shell would give them: "?" is known only when it runs, "?*" may be several, "a/?" is anchored. */
function known(text: string): Known {
	const unsure = text.includes("?");
	const pattern = text.replaceAll("?*", "*").replaceAll("?", "*");
	return {
		text,
		value: unsure ? undefined : text,
		pattern,
		many: text.endsWith("?*"),
		anchored: /^[^-*~]/.test(pattern),
		dynamic: unsure,
		splits: false,
	};
}

/** "fits", or the word that does not, or "missing". */
function read(rule: CommandRule, ...words: string[]): string {
	const read = readArguments("x", rule, words.map(known));
	if (!("problem" in read)) return "fits";
	return read.word === "" ? "missing" : `${read.problem} ${read.word}`;
}

const given = (rule: CommandRule, ...words: string[]) => {
	const read = readArguments("x", rule, words.map(known));
	assert.ok(!("problem" in read), words.join(" "));
	return read.given.map(({ kind, word }) => `${kind} ${word.value ?? word.pattern}`);
};

const PLAIN: CommandRule = {
	options: "-a -b -n=NUMBER -U[NUMBER] --all --lines=NUMBER --color[=WORD] --arg=NAME,TEXT -NUMBER",
	operands: "PATH*",
};

test("flags of one letter run together, and a value may be glued to the last", () => {
	for (const words of [
		"-a",
		"-ab",
		"-ba",
		"-abn5",
		"-abn 5",
		"-n +5",
		"-n5",
		"-U",
		"-U5",
		"-aU5",
		"-U5 x",
		"-5",
		"-aU",
	]) {
		assert.equal(read(PLAIN, ...words.split(" ")), "fits", words);
	}
	for (const words of [
		"-c",
		"-ac",
		"-an",
		"-nx",
		"-n x",
		"-n",
		"-Ux",
		"-U5a",
		"-5a",
		"-a5",
		"-á",
		"-ａ",
		"--",
		"-n5x",
	].filter((one) => one !== "--")) {
		assert.match(read(PLAIN, ...words.split(" ")), /^option/, words);
	}
	assert.deepEqual(given(PLAIN, "-abn5", "x"), ["NUMBER 5", "PATH x"]);
});

test("long options are never abbreviated, and take exactly what they are written to take", () => {
	for (const words of ["--all", "--lines=5", "--lines 5", "--color", "--color=auto", "--arg a b", "--color x"]) {
		assert.equal(read(PLAIN, ...words.split(" ")), "fits", words);
	}
	for (const words of [
		"--al",
		"--all=",
		"--all=x",
		"--lines",
		"--lines=",
		"--lines=x",
		"--line=5",
		"--Lines=5",
		"--color=",
		"--colo",
		"--color=/x",
	]) {
		assert.match(read(PLAIN, ...words.split(" ")), /^option/, words);
	}
	for (const words of [
		"--arg",
		"--arg a",
		"--arg=a b",
		"--arg ../a b",
		"---",
		"--=x",
		"--toString",
		"--constructor",
		"--__proto__=1",
	]) {
		assert.match(read(PLAIN, ...words.split(" ")), /^option/, words);
	}
	assert.deepEqual(given(PLAIN, "--color", "x"), ["PATH x"], "a value that can only be glued is not the next word");
});

test("nothing behind -- is an option", () => {
	assert.equal(read(PLAIN, "--", "-x", "--y"), "fits");
	assert.deepEqual(given(PLAIN, "--", "-x"), ["PATH -x"]);
	assert.equal(read({ ...PLAIN, operands: "" }, "--", "-x"), "operand -x");
	assert.equal(read({ ...PLAIN, wordOptions: true }, "--", "-x"), "option --");
});

test("a word known only when it runs must not be able to be an option", () => {
	for (const words of [["?"], ["?*"], ["-?"], ["?x"], ["a", "?"], ["--lines=?"], ["-n?"]]) {
		assert.notEqual(read(PLAIN, ...words), "fits", words.join(" "));
	}
	for (const words of [["a?"], ["./?*"], ["a", "b/?*"], ["--", "?"], ["--", "?*"]])
		assert.equal(read(PLAIN, ...words), "fits", words.join(" "));
	// Not even behind an option that takes a value: it may vanish, and the next word would be that value.
	assert.match(read(PLAIN, "-n", "?*"), /^option/);
	assert.match(read(PLAIN, "-n", "?"), /^option/);
});

test("where no option can do harm, any word may stand among the operands", () => {
	const any: CommandRule = { ...PLAIN, anyWords: true };
	for (const words of [["?"], ["?*"], ["a", "?*"], ["?*", "a"], ["-n", "?"]])
		assert.equal(read(any, ...words), "fits", words.join(" "));
	for (const words of [["-?"], ["-x"], ["-n", "?*"], ["?", "-x"]])
		assert.notEqual(read(any, ...words), "fits", words.join(" "));
	assert.deepEqual(given(any, "?*"), ["PATH *"]);
});

test("'behind': only behind an operand that is sure", () => {
	const behind: CommandRule = { options: "-v", operands: "PRINTF TEXT*", anyWords: "behind" };
	assert.equal(read(behind, "%s", "?*"), "fits");
	assert.equal(read(behind, "%s", "a", "?"), "fits");
	for (const words of [["?"], ["?*", "%s"], ["?", "x"]])
		assert.notEqual(read(behind, ...words), "fits", words.join(" "));
});

test("a word that may be several fills no single place", () => {
	const two: CommandRule = { options: "", operands: "PATH PATH?" };
	assert.equal(read(two, "a?", "b?"), "fits");
	assert.notEqual(read(two, "a?*"), "fits");
	assert.notEqual(read({ options: "", operands: "PATH?" }, "a?*"), "fits", "the second could be written to");
	assert.equal(read({ options: "", operands: "PATH?", anyWords: true }, "?*"), "fits");
});

test("operands: as many and of the kinds that are written", () => {
	const rule: CommandRule = { options: "", operands: "NUMBER NAME? PATH+" };
	assert.equal(read(rule, "5", "a", "b"), "fits");
	assert.equal(read(rule), "missing");
	assert.equal(read(rule, "x"), "operand x");
	assert.equal(read(rule, "5"), "missing");
	assert.equal(read({ options: "", operands: "" }, "x"), "operand x");
	assert.equal(read({ options: "", operands: "PATH" }, "a", "b"), "operand b");
	assert.equal(read({ options: "", operands: "PATH*" }, ""), "missing", "an empty name is none");
	assert.equal(read({ options: "", operands: "FORMAT?" }, "x"), "operand x");
	assert.equal(read({ options: "", operands: "FORMAT?" }, "+%F"), "fits");
});

test("a pattern or script that an option gave takes no operand's place", () => {
	const grep: CommandRule = { options: "-e=PATTERN", operands: "PATTERN? PATH*" };
	assert.deepEqual(given(grep, "a", "b"), ["PATTERN a", "PATH b"]);
	assert.deepEqual(given(grep, "-e", "a", "b"), ["PATTERN a", "PATH b"]);
	assert.deepEqual(
		given(grep, "b", "-e", "a"),
		["PATTERN a", "PATH b", "PATH -e", "PATH a"].filter((one) => one !== ""),
	);
});

test("options behind the first operand are looked at as files as well", () => {
	assert.deepEqual(given(PLAIN, "a", "-n", "5"), ["NUMBER 5", "PATH a", "PATH -n", "PATH 5"]);
	assert.deepEqual(given(PLAIN, "-n", "5", "a"), ["NUMBER 5", "PATH a"]);
});

test("an option that is needed must be there", () => {
	const rule: CommandRule = { options: "-t -x --list", operands: "PATH*", needs: ["-t", "--list"] };
	assert.equal(read(rule, "-t", "a"), "fits");
	assert.equal(read(rule, "-xt", "a"), "fits");
	assert.equal(read(rule, "--list"), "fits");
	for (const words of [["-x", "a"], ["a"], [], ["--", "-t"]])
		assert.equal(read(rule, ...words), "missing", words.join(" "));
});

test("other forms are tried in order, and what is said is about the first", () => {
	const rule: CommandRule = {
		options: "-l",
		operands: "",
		forms: [{ options: "-v", operands: "NAME", needs: ["-v"] }],
	};
	assert.equal(read(rule, "-l"), "fits");
	assert.equal(read(rule, "-v", "a"), "fits");
	assert.equal(read(rule, "-l", "a"), "operand a");
	assert.equal(read(rule, "-x"), "option -x");
});

test("word options: no letters run together, values in the next word only", () => {
	const find: CommandRule = { options: "-name=GLOB -print -l", operands: "PATH*", wordOptions: true };
	assert.equal(read(find, ".", "-name", "x", "-print"), "fits");
	for (const words of [["-namex"], ["-name=x"], ["-pr"], ["-lprint"], ["-name"], ["-name", "?*"], ["-?"]]) {
		assert.notEqual(read(find, ...words), "fits", words.join(" "));
	}
	assert.equal(read(find, ".", "-name", "-delete"), "fits", "the next word is the value, whatever it looks like");
});

test("a wrapper's command begins at its first operand of that kind and takes all the rest", () => {
	const wrapper: CommandRule = { options: "-k=DURATION", operands: "DURATION COMMAND" };
	const commands = (...words: string[]) => {
		const read = readArguments("x", wrapper, words.map(known));
		return "problem" in read ? read.problem : read.commands.map((one) => one.map(({ text }) => text).join(" "));
	};
	assert.deepEqual(commands("5", "ls", "-k"), ["ls -k"]);
	assert.deepEqual(commands("-k", "1", "5", "ls"), ["ls"]);
	assert.deepEqual(commands("5", "-x"), ["-x"]);
	assert.equal(commands("-x", "5", "ls"), "option");
	assert.equal(commands("ls"), "operand");
	assert.equal(commands("5"), "operand");
	assert.equal(commands("?", "ls"), "operand");
});

test("find's commands end where find ends them", () => {
	const find: CommandRule = { options: "-exec=COMMAND -print", operands: "PATH*", wordOptions: true };
	const commands = (...words: string[]) => {
		const read = readArguments("find", find, words.map(known));
		return "problem" in read ? read.problem : read.commands.map((one) => one.map(({ pattern }) => pattern).join(" "));
	};
	assert.deepEqual(commands(".", "-exec", "ls", "{}", ";", "-print"), ["ls *"]);
	assert.deepEqual(commands(".", "-exec", "ls", "{}", "+"), ["ls *"]);
	assert.deepEqual(commands(".", "-exec", "ls", "+", ";"), ["ls +"]);
	assert.deepEqual(commands(".", "-exec", "ls", "x{}y", ";", "-exec", "rm", ";"), ["ls x*y", "rm"]);
	for (const words of [["-exec", "ls"], ["-exec", ";"], ["-exec"], ["-exec", "ls", "?", ";"], ["-exec", "ls", "+"]]) {
		assert.equal(commands(".", ...words), "option", words.join(" "));
	}
});

test("an entry that cannot be read is an error, not an option that passes", () => {
	assert.doesNotThrow(() => checkRule(PLAIN));
	for (const options of ["a", "-a=", "-a=number", "-a=NOSUCH", "-a[=]", "-a[NOSUCH]", "--a=NUMBER,NOSUCH", "-a]"]) {
		assert.throws(() => checkRule({ options, operands: "" }), options);
	}
	assert.throws(() => checkRule({ options: "", operands: "NOSUCH*" }));
	assert.throws(() => checkRule({ options: "", operands: "", forms: [{ options: "x", operands: "" }] }));
});
