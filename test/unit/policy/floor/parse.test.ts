// What is refused before a line is read: too much of it, text that does not show, comments another shell would run.
import assert from "node:assert/strict";
import { test } from "node:test";
import { loadedComment, MAX_LINE, parseLine, parseOrNothing } from "../../../../src/policy/floor/parse.ts";
import { readLine } from "../../../../src/policy/floor/walk.ts";

const said = (line: string) => {
	const parsed = parseLine(line);
	return "why" in parsed ? parsed.why.code : "read";
};

test("a line up to the limit is read, one character more is not", () => {
	const line = `echo ${"a".repeat(MAX_LINE - 5)}`;
	assert.equal(line.length, MAX_LINE);
	assert.equal(said(line), "read");
	assert.equal(said(`${line}a`), "why.tooLong");
});

test("what makes a parser slow may stand in a line so often and no oftener", () => {
	const limits: [string, number, string][] = [
		["`", 60, "'`'"],
		["(", 200, "'('"],
		["{", 200, "'{'"],
		["<<", 8, "'<<'"],
		["[", 400, "'['"],
	];
	for (const [opened, most, quoted] of limits) {
		assert.equal(said(`echo ${`${quoted} `.repeat(most)}`), "read", opened);
		assert.equal(said(`echo ${`${quoted} `.repeat(most + 1)}`), "why.tooDeep", opened);
	}
});

test("a line that bash does not take is not read", () => {
	for (const line of [
		"ls |",
		"(ls",
		"'ls",
		"ls )",
		"if ls; fi",
		"ls ;; ls",
		"for in x; do ls; done",
		"ls && ",
		"cat <<",
		"echo ${x",
		"echo $(ls",
	]) {
		assert.equal(said(line), "why.notParsed", line);
	}
});

test("the parser's own trouble is no tree", () => {
	assert.equal(parseOrNothing(undefined as unknown as string), undefined);
});

test("characters that do not show, turn text around or are no blanks of the shell are refused anywhere in it", () => {
	const hidden = [
		...[
			"\u0000",
			"\u0007",
			"\b",
			"\u000b",
			"\f",
			"\r",
			"\u001b",
			"\u007f",
			"\u0085",
			"\u009b",
			"\u00a0",
			"\u00ad",
			"\u034f",
			"\u061c",
		],
		...[
			"\u115f",
			"\u1680",
			"\u180e",
			"\u2000",
			"\u2007",
			"\u200b",
			"\u200c",
			"\u200e",
			"\u200f",
			"\u2028",
			"\u2029",
			"\u202a",
			"\u202e",
		],
		...[
			"\u202f",
			"\u205f",
			"\u2060",
			"\u2066",
			"\u2069",
			"\u3000",
			"\u3164",
			"\ufe00",
			"\ufe0f",
			"\ufeff",
			"\uffa0",
			"\ufff0",
			"\ud800",
		],
		...["\udc00", "\ue000", "\u{e0001}", "\u{e0041}", "\u{e0100}", "\u{1d173}", "\u{f0000}", "\u0378"],
	];
	for (const character of hidden) {
		for (const line of [`ls ${character}`, `echo 'a${character}b'`, `ls # ${character}`, character]) {
			assert.equal(said(line), "why.hidden", JSON.stringify(line));
		}
	}
});

test("text of any script, signs and pictures are read", () => {
	for (const text of [
		"größe",
		"日本語",
		"Привет",
		"עברית",
		"é",
		"e\u0301",
		"✓",
		"✔️",
		"❤️‍🔥",
		"👨‍👩‍👧",
		"🇩🇪",
		"—",
		"…",
		"“x”",
		"\tx",
		"\ufffd",
	]) {
		assert.equal(said(`echo '${text}'`), "read", text);
	}
	// A joiner or selector joins only pictures.
	assert.equal(said("echo 'a\u200db'"), "why.hidden");
	assert.equal(said("echo '\ufe0f'"), "why.hidden");
});

test("a comment with anything a shell without comments would run makes the line unread", () => {
	const asked = (line: string) => readLine(line).asked?.code;
	for (const line of ["ls # x", "# just words", "ls #", "ls # it's 50% (not", "ls\n# a list of files\npwd"]) {
		if (line.includes("(")) assert.equal(asked(line), "why.comment", line);
		else assert.equal(asked(line), undefined, line);
	}
	for (const line of [
		"ls # ; rm x",
		"ls # | sh",
		"ls # $(rm x)",
		"ls # `rm x`",
		"ls # > x",
		"ls # & rm x",
		"# x\nls # ;rm x",
		"ls;# ;rm x",
		"(ls)# >x",
	]) {
		assert.equal(asked(line), "why.comment", line);
	}
	for (const line of [
		"echo '# ; x'",
		'echo "a # ; b"',
		"echo a#;ls",
		"cat <<'E'\n# ; rm x\nE",
		"sed 's/#/;/' x",
		"awk '# x; y\n1' f",
		"for f in '#;'; do ls; done",
	]) {
		assert.equal(asked(line), undefined, line);
	}
});

test("comments are looked for outside of words only", () => {
	assert.equal(loadedComment("ls # ;", []), true);
	assert.equal(loadedComment("ls '# ;'", [[3, 8]]), false);
	assert.equal(loadedComment("ls '# ;' # ;", [[3, 8]]), true);
	assert.equal(loadedComment("ls a#;", []), false);
	assert.equal(loadedComment("ls # a\n;", []), false);
});
