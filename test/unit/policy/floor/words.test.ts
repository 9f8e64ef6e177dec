// biome-ignore-all lint/suspicious/noTemplateCurlyInString: these are shell expansions
// The words a command gets from a real shell are exactly those that the floor judged.
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { readLine } from "../../../../src/policy/floor/walk.ts";
import { Dice } from "./dice.ts";

/** Pieces of words, with everything in them that quotes, escapes or expands, but nothing that runs. */
const PIECES = [
	...[
		"a",
		"src/a.ts",
		"-la",
		"-n",
		"5",
		"--",
		"=",
		"a=b",
		"x:y",
		"+%F",
		"%",
		"@",
		",",
		".",
		"/",
		"é",
		"e",
		"-",
		"^",
		"!",
		"~",
		"[",
		"]",
	],
	...[
		"'",
		'"',
		"''",
		'""',
		"'a b'",
		'"a b"',
		"\\",
		"\\\\",
		"\\'",
		'\\"',
		"\\ ",
		"\\\n",
		"\\$",
		"$",
		"$'",
		"$'a\\tb'",
		"$'\\''",
		"$'\\x41'",
		"$'\\u00e9'",
	],
	...[
		"{a,b}",
		"{a,",
		"}",
		"{",
		"{1..3}",
		",b}",
		"*",
		"?",
		"#",
		" #",
		" ",
		" ",
		" ",
		"\t",
		"\n",
		";",
		"|",
		"&",
		"<",
		">",
		"(",
		")",
		"'$x'",
		"'`x`'",
		'"\\$x"',
	],
	...[
		" 2>/dev/null ",
		" >&2 ",
		"'\\n'",
		"\\n",
		"\\a",
		"==",
		"=a",
		"''=",
		'"\'"',
		"'\"'",
		'"\\a"',
		'"\\\\"',
		'"\\""',
		"a'b'c",
		'a"b"c',
	],
];

interface Line {
	text: string;
	words: string[];
}

/** Lines of one command that are read, with every word of it known. */
function lines(count: number): Line[] {
	const dice = new Dice(23);
	const found = new Map<string, string[]>();
	for (let tried = 0; tried < count; tried += 1) {
		const text = dice.some(1, 9, () => dice.pick(PIECES)).join("");
		// A lone backslash at the end of a text is one to some, and nothing to others.
		if (/(?<!\\)(?:\\\\)*\\$/.test(text)) continue;
		const { asked, commands, touched } = readLine(`echo ${text}`);
		const [command, more] = commands ?? [];
		const words = command?.words.slice(1);
		// A file that it would read from is not there.
		if (asked !== undefined || more !== undefined || words === undefined || touched.length > 0) continue;
		if (words.every((word) => word !== undefined)) found.set(text, words);
	}
	return [...found].map(([text, words]) => ({ text, words }));
}

const known = lines(5_000);

/** Forms of bash and zsh that dash takes for plain text, and a line break that it does not see between "$" and a name. */
const NOT_IN_DASH = /\{|\$'|\$\\\n/;

for (const shell of ["bash", "dash", "zsh"]) {
	const path = spawnSync("sh", ["-c", `command -v ${shell}`], { encoding: "utf8" }).stdout?.trim() ?? "";
	test(`${shell} gives a command exactly the words that were judged`, { skip: path === "" && "not installed" }, () => {
		const plain = shell === "dash" ? known.filter(({ text }) => !NOT_IN_DASH.test(text)) : known;
		assert.ok(plain.length > 800, `the fuzz makes ${plain.length} lines of known words`);
		// Every line becomes the words of one printf, which is no program here; nothing else is in reach of this shell.
		// What a shell takes for an error ends with its line.
		const quote = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
		const script = plain.map(({ text }) => `(eval ${quote(`printf '%s\\0' ${text}`)})\nprintf '\\036\\0'\n`).join("");
		const cwd = mkdtempSync(join(tmpdir(), "gatepost-words-"));
		const options = { cwd, env: { PATH: "/nowhere", LC_ALL: "C.UTF-8", HOME: "/home/me" }, maxBuffer: 1 << 28 };
		const ran = spawnSync(path, shell === "zsh" ? ["-f"] : [], {
			...options,
			input: script,
			encoding: "utf8",
			timeout: 120_000,
		});
		rmSync(cwd, { recursive: true });
		const got = ran.stdout.split("\u001e\0").slice(0, -1);
		assert.equal(got.length, plain.length, ran.stderr.slice(0, 500));
		const wrong: string[] = [];
		for (const [index, { text, words }] of plain.entries()) {
			const expected = words.length === 0 ? "\0" : words.map((word) => `${word}\0`).join("");
			// Nothing at all: the shell refused it.
			if (got[index] !== expected && got[index] !== "")
				wrong.push(`${JSON.stringify(text)}: ${JSON.stringify(got[index])}, judged ${JSON.stringify(expected)}`);
		}
		assert.deepEqual(wrong.slice(0, 20), []);
	});
}
