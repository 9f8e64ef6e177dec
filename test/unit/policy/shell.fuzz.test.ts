import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import fc from "fast-check";
import { plainLine } from "../../../src/policy/floor/words.ts";
import { Ground } from "./support.ts";

let ground: Ground;
before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

/** What gives a line a second command, a file, an expansion or a second meaning. */
const operators = [
	";",
	"|",
	"&",
	"&&",
	"||",
	">",
	"<",
	">>",
	"<<",
	"<<<",
	"$(x)",
	"`x`",
	"$" + "{x}",
	"$x",
	"\n",
	"*",
	"?",
	"[a]",
];
operators.push(
	"{a,b}",
	"~",
	"\\",
	"#",
	"!",
	"(",
	")",
	"$'x'",
	'$"x"',
	">(x)",
	"<(x)",
	"\t",
	"\r",
	"\0",
	"\u202e",
	"\u00a0",
	"^",
);

const word = fc.constantFrom(
	"ls",
	"cat",
	"-la",
	"src",
	"src/a.ts",
	"echo",
	"a",
	"-n",
	"5",
	"--",
	"pwd",
	"grep",
	"a=b",
	"x:y",
	"+%F",
);
const piece = fc.oneof(
	{ weight: 6, arbitrary: word },
	{ weight: 3, arbitrary: fc.constant(" ") },
	{ weight: 2, arbitrary: fc.constantFrom(...operators) },
	{ weight: 2, arbitrary: fc.constantFrom("'", '"', "''", '""', "'a b'", '"a b"', "=", "%", "@", ",", "é") },
	{ weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 4 }) },
);
const line = fc.array(piece, { maxLength: 14 }).map((pieces) => pieces.join(""));

test("no line makes the policy throw, and every answer has a reason", async () => {
	await fc.assert(
		fc.asyncProperty(fc.oneof(line, fc.string({ unit: "binary", maxLength: 60 })), async (text) => {
			const verdict = await ground.shell(text);
			assert.notEqual(verdict.ruleId, "ask.trouble", text);
			assert.ok(verdict.why.length > 0);
		}),
		{ numRuns: 3000 },
	);
});

test("an operator anywhere in an allowed line makes it ask", async () => {
	const allowed = [
		"ls -la src",
		"cat src/a.ts",
		"grep -rn foo src",
		"echo a b",
		"head -n 5 src/a.ts",
		"pwd",
		"date +%F",
	];
	for (const text of allowed) assert.equal((await ground.shell(text)).effect, "allow", text);
	for (const text of allowed) {
		for (let at = 0; at <= text.length; at += 1) {
			for (const operator of operators) {
				const changed = text.slice(0, at) + operator + text.slice(at);
				assert.equal((await ground.shell(changed)).effect, "ask", JSON.stringify(changed));
			}
		}
	}
});

for (const shell of ["bash", "dash", "zsh"]) {
	const there = spawnSync(shell, ["-c", "exit 7"]).status === 7;
	test(`${shell} gives a command exactly the words that were judged`, { skip: !there && "not installed" }, () => {
		const plain = fc.sample(line, 60_000).flatMap((text) => {
			const read = plainLine(text);
			return "words" in read && text.isWellFormed() ? [{ text, values: read.words.map(({ value }) => value) }] : [];
		});
		assert.ok(plain.length > 1000, "the fuzz makes enough plain lines");
		// Every line becomes the words of one printf; nothing else is in reach of this shell.
		const script = plain.map(({ text }) => `printf '%s\\0' ${text}\nprintf '\\n\\0'\n`).join("");
		const cwd = mkdtempSync(join(tmpdir(), "fuzz-"));
		const options = { cwd, env: { PATH: "/nowhere", LC_ALL: "C.UTF-8" }, maxBuffer: 1 << 28 };
		const path = spawnSync("sh", ["-c", `command -v ${shell}`], { encoding: "utf8" }).stdout.trim();
		const ran = spawnSync(path, shell === "zsh" ? ["-f"] : [], { ...options, input: script, encoding: "utf8" });
		rmSync(cwd, { recursive: true });
		const got = ran.stdout.split("\n\0").slice(0, -1);
		assert.equal(got.length, plain.length);
		plain.forEach(({ text, values }, index) => {
			assert.equal(got[index], values.map((value) => `${value}\0`).join(""), JSON.stringify(text));
		});
	});
}
