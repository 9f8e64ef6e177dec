// Names, loops and sizes that somebody chose to make trouble with; and that nothing is ever changed.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { PreviewItem } from "../../../../src/protocol/card.ts";
import { imageOf, stage } from "./support.ts";

const linux = process.platform === "win32" ? { skip: "lines of shell are not read on Windows" } : {};

test("hostile names pass as they are, and are names only", linux, async (t) => {
	const { file, items } = stage(t);
	const names = [
		"<img src=x>",
		"\u001b[31mred",
		"a\u202eb",
		"two\nlines",
		"{count}",
		"--",
		"$(touch x)",
		"x".repeat(255),
	];
	for (const name of names) file(join("d", name), "x");
	const [found] = await items("rm -- d/*");
	assert.deepEqual(found?.names, names.map((name) => `d/${name}`).sort());
	assert.deepEqual(found?.message.args, { count: names.length, size: "8 bytes" });
});

test("names are few, and it is said how many more there are", linux, async (t) => {
	const { file, items } = stage(t);
	for (let at = 0; at < 57; at += 1) file(`f${at}`, "");
	const [found] = await items("rm f*");
	assert.deepEqual([found?.names.length, found?.more, found?.message.args?.count], [20, 37, 57]);
});

test("a pattern made to take for ever takes no longer than another", linux, async (t) => {
	const { file, said } = stage(t);
	file("a".repeat(255), "");
	assert.deepEqual(await said(`rm ${"*a".repeat(60)}*b`), [`globNothing: ${"*a".repeat(60)}*b`]);
	assert.deepEqual(await said(`rm ${"*a".repeat(60)}*`), [`deletesFile: ${"a".repeat(255)}`]);
});

test("loops of links end", linux, async (t) => {
	const { file, said, ws } = stage(t);
	file("d/x", "1");
	symlinkSync("..", join(ws, "d", "up"));
	symlinkSync("loop", join(ws, "loop"));
	symlinkSync(join(ws, "d"), join(ws, "d", "self"));
	assert.deepEqual(await said("rm -rf d"), ["deletesFolders: d"]);
	assert.deepEqual(await said("rm loop"), ["deletesFile: loop"]);
	assert.deepEqual(await said("echo > loop"), []);
	assert.deepEqual(await said("cd loop; rm x"), []);
	assert.deepEqual(await said("rm d/self/self/self/x"), ["deletesFile: d/self/self/self/x → d/x"]);
});

test("of huge folders a part is counted, and that is said; patterns in them are not worked out", linux, async (t) => {
	const { said, sentences, ws } = stage(t);
	mkdirSync(join(ws, "huge"));
	for (let at = 0; at < 2100; at += 1) writeFileSync(join(ws, "huge", `f${at}`), "");
	assert.deepEqual(await said("rm -rf huge"), ["deletesFoldersAtLeast: huge"]);
	assert.match((await sentences("rm -rf huge"))[0] ?? "", /at least: files: 2000/);
	assert.deepEqual(await said("rm huge/*"), ["globUnknown: huge/*"]);
});

test("a pipe, a device and what is no file are said to be that, and never opened", linux, async (t) => {
	const { said, ws, file } = stage(t);
	execFileSync("mkfifo", [join(ws, "pipe")]);
	execFileSync("mkfifo", [join(ws, "package.json")]);
	file("x", "1");
	assert.deepEqual(await said("echo > pipe"), ["device: pipe"]);
	assert.deepEqual(await said("cp x pipe"), ["copies: x → pipe", "device: pipe"]);
	assert.deepEqual(await said("rm pipe"), ["deletesFile: pipe"]);
	assert.deepEqual(await said("npm install"), ["installsFileUnread:", "installScripts:"]);
	assert.deepEqual(await said("echo > /proc/self/mem"), []);
	assert.deepEqual(await said("rm -rf /proc"), []);
});

test("when the time is over or nobody waits any more, what is known until then is all", linux, async (t) => {
	const { file, items } = stage(t);
	file("a", "1");
	assert.deepEqual(await items("rm a", { ms: 0 }), []);
	assert.deepEqual(await items("rm a", { signal: AbortSignal.abort() }), []);
});

test("whatever the line is: an answer that a card takes, and nothing changed", linux, async (t) => {
	const { file, git, items, ws, outside, home } = stage(t);
	git("init", "-q");
	for (const name of ["a", "b.log", "d/e/f", "-rf", "d/g.log"]) file(name, "x");
	symlinkSync(outside, join(ws, "link"));
	git("add", "a");
	const images = () => [ws, outside, home].map(imageOf).join();
	const before = images();
	const piece = fc.constantFrom(
		...[
			"rm",
			"mv",
			"cp",
			"ln -s",
			"mkdir",
			"touch",
			"cd",
			"git",
			"clean",
			"-f",
			"-r",
			"-rf",
			"reset --hard",
			"commit -am",
			"push",
		],
		...[
			"npm i",
			"sed -i",
			"tee",
			"chmod",
			"curl -o",
			"a",
			"b.log",
			"d",
			"d/e",
			"link",
			"*",
			"*.log",
			"d/*",
			"..",
			"~",
			"/",
			".",
		],
		...[
			"&&",
			"||",
			";",
			"|",
			">",
			">>",
			"&",
			"(",
			")",
			"{",
			"}",
			"'",
			'"',
			"$x",
			"$(",
			"`",
			"\\",
			"\n",
			"#",
			"<<E",
			"E",
			"--",
		],
		...[
			"bash -c",
			"sudo",
			"if",
			"then",
			"fi",
			"for",
			"do",
			"done",
			"!",
			"[",
			"]",
			"?",
			"[ab]",
			"{a,b}",
			"\u0000",
			"\u202e",
		],
	);
	const line = fc.oneof(
		fc.array(piece, { maxLength: 12 }).map((parts) => parts.join(" ")),
		fc.array(piece, { maxLength: 12 }).map((parts) => parts.join("")),
		fc.string({ maxLength: 60 }),
	);
	await fc.assert(
		fc.asyncProperty(line, async (command) => {
			for (const item of await items(command)) {
				PreviewItem.parse(item);
				assert.ok(item.names.length <= 20);
			}
		}),
		{ numRuns: 300 },
	);
	assert.equal(images(), before);
});
