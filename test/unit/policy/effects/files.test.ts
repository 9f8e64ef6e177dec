// What commands that remove, move and write files are said to do.
import assert from "node:assert/strict";
import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stage } from "./support.ts";

const linux = process.platform === "win32" ? { skip: "lines of shell are not read on Windows" } : {};

test(
	"rm says how many files and folders would go, how large they are, and what is missing or refused",
	linux,
	async (t) => {
		const { file, said, sentences, ws, outside } = stage(t);
		file("a.log", "x".repeat(12 * 1024));
		file("b.log", "12345");
		file("d/e/f", "1234567");
		file(join(outside, "o"), "x");
		symlinkSync(outside, join(ws, "link"));
		assert.deepEqual(await sentences("rm a.log"), ["Would delete 1 file (12 KB):"]);
		assert.deepEqual(await sentences("rm *.log"), ["Would delete 2 files (12 KB):"]);
		assert.deepEqual(await said("rm *.log"), ["deletesFiles: a.log, b.log"]);
		assert.deepEqual(await said("rm -f a.log a.log ./none"), ["deletesFile: a.log", "missing: none"]);
		assert.deepEqual(await said("rm d"), ["refusedFolder: d"]);
		assert.deepEqual(await said("rm -rf d"), ["deletesFolders: d"]);
		assert.deepEqual(await sentences("rm -rf d"), [
			"Would delete folders with all that is in them (files: 1, folders: 2, 7 bytes in all):",
		]);
		// A link goes, and not what it leads to.
		assert.deepEqual(await said("rm -rf link"), ["deletesFile: link"]);
		assert.deepEqual(await said(`rm ${outside}/o`), [`deletesFile: ${outside}/o`]);
		assert.deepEqual(await said("rm ../outside/o"), [`deletesFile: ${outside}/o`]);
		// What ".." behind a link leads to is not what the text says.
		assert.deepEqual(await said("rm link/../outside/o"), [`deletesFile: ${outside}/o`]);
		for (const unsure of ["rm link/", "rm -rf .", "rm -rf ..", "rm --what a.log", "rm $x", "rm $(ls)", "rm ~else/x"]) {
			assert.deepEqual(await said(unsure), [], unsure);
		}
	},
);

test("rmdir, unlink and shred", linux, async (t) => {
	const { file, said, ws } = stage(t);
	file("d/e/f", "1");
	file("a", "12");
	mkdirSync(join(ws, "empty"));
	assert.deepEqual(await said("rmdir d empty a"), ["deletesEmptyFolder: empty", "refusedFull: d", "refusedFile: a"]);
	assert.deepEqual(await said("unlink a"), ["deletesFile: a"]);
	assert.deepEqual(await said("shred a"), ["destroysFile: a"]);
	assert.deepEqual(await said("shred -u a"), ["deletesFile: a"]);
	assert.deepEqual(await said("rm -d empty d"), ["deletesEmptyFolder: empty", "refusedFull: d"]);
});

test("patterns stand for what the shell makes of them, or are said not to be worked out", linux, async (t) => {
	const { file, said, home } = stage(t);
	for (const name of ["a1.ts", "a2.ts", ".h.ts", "b.js", "s/x.ts", "s/deep/y.ts", "weird *name"]) file(name, "x");
	file(join(home, "h.log"), "x");
	assert.deepEqual(await said("rm *.ts"), ["deletesFiles: a1.ts, a2.ts"]);
	assert.deepEqual(await said("rm a?.ts"), ["deletesFiles: a1.ts, a2.ts"]);
	assert.deepEqual(await said("rm a[13].ts"), ["deletesFile: a1.ts"]);
	assert.deepEqual(await said("rm a[!1].ts"), ["deletesFile: a2.ts"]);
	assert.deepEqual(await said("rm a[0-9].ts"), ["deletesFiles: a1.ts, a2.ts"]);
	assert.deepEqual(await said("rm .*.ts"), ["deletesFile: .h.ts"]);
	assert.deepEqual(await said("rm */*.ts"), ["deletesFile: s/x.ts"]);
	assert.deepEqual(await said("rm s/*/y.ts"), ["deletesFile: s/deep/y.ts"]);
	assert.deepEqual(await said("rm {a1,a2}.ts 'weird *name'"), ["deletesFiles: a1.ts, a2.ts, weird *name"]);
	assert.deepEqual(await said("rm weird\\ \\**"), ["deletesFile: weird *name"]);
	assert.deepEqual(await said("rm ~/h.log"), [`deletesFile: ${home}/h.log`]);
	assert.deepEqual(await said('rm "$HOME"/*.log'), []);
	assert.deepEqual(await said("rm ~/*.log"), [`deletesFile: ${home}/h.log`]);
	assert.deepEqual(await said("rm *.none b.js"), ["deletesFile: b.js", "globNothing: *.none"]);
	for (const inexact of ["**/x.ts", "[a-c].js", "[^a].js", "[[:alpha:]].js"]) {
		assert.deepEqual(await said(`rm ${inexact}`), [`globUnknown: ${inexact}`], inexact);
	}
});

test("a file whose name is an option to the command keeps a pattern from being previewed", linux, async (t) => {
	const { file, said } = stage(t);
	file("-rf", "x");
	file("a", "x");
	assert.deepEqual(await said("rm *"), []);
	assert.deepEqual(await said("rm -- *"), ["deletesFiles: -rf, a"]);
	assert.deepEqual(await said("rm ./*"), ["deletesFiles: -rf, a"]);
});

test("mv and cp say what goes where and what would be overwritten", linux, async (t) => {
	const { file, said, sentences } = stage(t);
	file("a", "12");
	file("b", "1234");
	file("d/a", "123");
	file("e/x", "1");
	assert.deepEqual(await said("mv a c"), ["moves: a → c"]);
	assert.deepEqual(await said("mv a b"), ["moves: a → b", "overwrites: b"]);
	assert.deepEqual((await sentences("mv a b"))[1], "Would overwrite 1 file (4 bytes):");
	assert.deepEqual(await said("mv a b d"), ["movesMany: a → d/a, b → d/b", "overwrites: d/a"]);
	assert.deepEqual(await said("mv -n a b d"), ["movesMany: a → d/a, b → d/b"]);
	assert.deepEqual(await said("mv -t d a none"), ["moves: a → d/a", "overwrites: d/a", "missing: none"]);
	assert.deepEqual(await said("cp a d/"), ["copies: a → d/a", "overwrites: d/a"]);
	assert.deepEqual(await said("cp e x"), ["refusedFolder: e"]);
	assert.deepEqual(await said("cp -r e x"), ["copies: e → x"]);
	assert.deepEqual(await said("cp -rT e d"), ["copies: e → d", "merges: d"]);
	assert.deepEqual(await said("cp -r e d"), ["copies: e → d/e"]);
	for (const unsure of ["mv a b nowhere", "mv a", "mv a nowhere/", "mv -i a b", "mv *? d/**", "cp a $x"]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});

test("ln says where a link would stand and what it leads to", linux, async (t) => {
	const { file, said } = stage(t);
	file("a", "12");
	file("b", "1");
	file("d/x", "1");
	assert.deepEqual(await said("ln -s a l"), ["links: l → a"]);
	assert.deepEqual(await said("ln -s d/x"), ["links: x → d/x"]);
	assert.deepEqual(await said("ln -s ../a d"), ["links: d/a → ../a"]);
	assert.deepEqual(await said("ln -s a b"), ["refusedThere: b"]);
	assert.deepEqual(await said("ln -sf a b"), ["links: b → a", "overwrites: b"]);
	assert.deepEqual(await said("ln none l"), ["missing: none"]);
});

test("redirections and tee replace, add or create", linux, async (t) => {
	const { file, said, sentences, ws } = stage(t);
	file("a", "12");
	mkdirSync(join(ws, "d"));
	assert.deepEqual(await sentences("echo x > a"), ["Would replace all that is in 1 file (2 bytes now):"]);
	assert.deepEqual(await said("echo x > a"), ["truncates: a"]);
	assert.deepEqual(await said("echo x >> a"), ["appends: a"]);
	assert.deepEqual(await said("echo x >| new"), ["creates: new"]);
	assert.deepEqual(await said("> a"), ["truncates: a"]);
	assert.deepEqual(await said("npm test &> log 2>&1"), ["creates: log", "partial:"]);
	assert.deepEqual(await said("cat <<'E' > a\nx\nE"), ["truncates: a"]);
	assert.deepEqual(await said("cat <<E > a\n$(rm x)\nE"), ["truncates: a", "partial:"]);
	assert.deepEqual(await said("echo x | tee a b"), ["creates: b", "truncates: a"]);
	assert.deepEqual(await said("echo x | tee -a a"), ["appends: a"]);
	assert.deepEqual(await said("{ echo; echo; } > a"), ["truncates: a"]);
	for (const nothing of ["echo x > /dev/null", "echo x > d", "echo x > $y", "cat < a", "ls 2>&1"]) {
		assert.deepEqual(await said(nothing), [], nothing);
	}
});

test("touch, mkdir, chmod, chown and sed -i", linux, async (t) => {
	const { file, said, ws } = stage(t);
	file("a", "12");
	file("d/x", "1");
	chmodSync(join(ws, "a"), 0o644);
	assert.deepEqual(await said("touch a n"), ["creates: n", "times: a"]);
	assert.deepEqual(await said("touch -c n"), []);
	assert.deepEqual(await said("mkdir -p x/y d"), ["makesFolder: x/y", "foldersThere: d"]);
	assert.deepEqual(await said("mkdir d a"), ["refusedTheres: d, a"]);
	assert.deepEqual(await said("chmod +x a none"), ["mode: a", "missing: none"]);
	assert.deepEqual(await said("chmod -x a"), ["mode: a"]);
	assert.deepEqual(await said("chmod -R 700 d"), ["mode: d", "below:"]);
	assert.deepEqual(await said("chown me:us a"), ["owner: a"]);
	assert.deepEqual(await said("sed -i s/a/b/ a"), ["edits: a"]);
	assert.deepEqual(await said("sed -i.bak -e s/a/b/ -e 's/c/d/g' *"), [
		"edits: a",
		"creates: a.bak",
		"refusedFolder: d",
	]);
	assert.deepEqual(await said("sed -i.bak -e s/a/b/ -e 's/c/d/g' a"), ["edits: a", "creates: a.bak"]);
	// It would run a command, or write elsewhere.
	assert.deepEqual(await said("sed -i s/a/b/e a"), []);
	assert.deepEqual(await said("sed -i 'w /etc/x' a"), []);
});
