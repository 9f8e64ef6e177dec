// Lines of several commands: where they stand, what is left out, and that it is said.
import assert from "node:assert/strict";
import { symlinkSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { stage } from "./support.ts";

const linux = process.platform === "win32" ? { skip: "lines of shell are not read on Windows" } : {};

test("cd is followed where it is sure to have worked", linux, async (t) => {
	const { file, said, home, ws, outside } = stage(t);
	file("a", "1");
	file("d/a", "1");
	file(join(home, "a"), "1");
	symlinkSync(join(outside), join(ws, "link"));
	assert.deepEqual(await said("cd d && rm a"), ["deletesFile: d/a"]);
	assert.deepEqual(await said("cd d; rm a"), ["deletesFile: d/a"]);
	assert.deepEqual(await said("(cd d && ls); rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("cd d && cd .. && rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("cd && rm a"), [`deletesFile: ${home}/a`]);
	assert.deepEqual(await said("cd d || exit 1; rm a"), ["deletesFile: d/a"]);
	assert.deepEqual(await said("mkdir n && cd n && touch x"), ["makesFolder: n", "creates: n/x", "asNow:"]);
	// Where the line stands depends on what happens before.
	assert.deepEqual(await said("rm -rf d; cd d; rm a"), ["deletesFolders: d", "asNow:", "partial:"]);
	for (const unsure of [
		"cd none; rm a",
		"cd - && rm a",
		"cd $x; rm a",
		"pushd d; rm a",
		"cd link/.. && rm a",
		"cd d | cat; rm a",
	]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});

test("what depends on a cd that may not have worked is not told", linux, async (t) => {
	const { file, said } = stage(t);
	for (const name of ["a", "x", "d/a"]) file(name, "1");
	for (const unsure of [
		"if cd d; then rm a; fi",
		"if ! cd d; then exit 1; else rm a; fi",
		"if false; then :; elif cd d; then rm a; fi",
		"if cd d; then :; elif true; then rm a; fi",
		"! cd d && rm a",
		"! cd none && rm a",
		"! { cd d; } && rm a",
		"command cd d && rm a",
		"command -p cd d && rm a",
		"builtin cd d && rm a",
		"time cd d && rm a",
		"chdir d; rm a",
		"/usr/bin/cd d; rm a",
		"cd d || rm a",
		"[ -d d ] && cd d; rm a",
		"[ -d d ] || cd d; rm a",
		"cd d || return; rm a",
		"cd d > none/x; rm a",
		"for i in 1; do 'c'd d; done; rm a",
		"for i in 1; do $'c\\x64' d; done; rm a",
	]) {
		const found = await said(unsure);
		assert.deepEqual(
			found.filter((one) => !/^(?:creates|partial|asNow)/.test(one)),
			[],
			unsure,
		);
	}
	assert.deepEqual(await said("[ -d d ] && cd d && rm a"), ["deletesFile: d/a"]);
	assert.deepEqual(await said("[ -d d ] && cd d || exit 1; rm a"), ["deletesFile: d/a"]);
	assert.deepEqual(await said("cd d 2>/dev/null; rm a"), ["deletesFile: d/a"]);
	assert.deepEqual(await said("time rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("if test -f a; then rm a; else rm x; fi"), [
		"deletesFile: a",
		"deletesFile: x",
		"asNow:",
	]);
});

test("what cannot be told is left out, and that is said where the rest is", linux, async (t) => {
	const { file, said } = stage(t);
	file("a", "1");
	assert.deepEqual(await said("rm a; make"), ["deletesFile: a", "asNow:", "partial:"]);
	assert.deepEqual(await said("make"), []);
	assert.deepEqual(await said("ls -la; rm a; git status | cat"), ["deletesFile: a"]);
	assert.deepEqual(await said("rm a; for f in *; do rm $f; done"), ["deletesFile: a", "asNow:", "partial:"]);
	assert.deepEqual(await said("for f in *; do echo $f; done; rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("rm a $(touch b)"), []);
	assert.deepEqual(await said("if [ -f a ]; then rm a; fi"), ["deletesFile: a"]);
	assert.deepEqual(await said("[[ -f a ]] && rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("sudo rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("/bin/rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("bash -c 'rm a'"), ["deletesFile: a"]);
	assert.deepEqual(await said("NODE_ENV=x rm a"), ["deletesFile: a"]);
	assert.deepEqual(await said("set -euo pipefail; rm a"), ["deletesFile: a"]);
});

test("what may give words another meaning ends the preview", linux, async (t) => {
	const { file, said } = stage(t);
	file("a", "1");
	for (const line of [
		"rm() { :; }; rm a",
		"alias rm=ls; rm a",
		"PATH=/x rm a",
		"PATH=/x; rm a",
		"IFS=; rm a",
		"export HOME=/x; rm a",
		"set -f; rm a",
		". ./x; rm a",
		"eval 'cd d'; rm a",
		"$x; rm a",
		"./rm a",
		"xargs rm a",
		"rm a # ; ls",
		"rm a\u202e",
		"rm 'a",
		"",
	]) {
		assert.deepEqual(await said(line), [], line);
	}
});

test("only lines of a shell that can be read are looked at", linux, async (t) => {
	const { file, ws } = stage(t);
	file("a", "1");
	const { previewOf } = await import("../../../../src/policy/effects/preview.ts");
	const action = { v: 1 as const, kind: "shell" as const, root: ws, cwd: ws, paths: [] };
	const place = { folders: [ws], root: ws };
	assert.equal((await previewOf({ ...action, tool: "Bash", input: { command: "rm a" } }, place)).length, 1);
	assert.deepEqual(await previewOf({ ...action, tool: "PowerShell", input: { command: "rm a" } }, place), []);
	assert.deepEqual(await previewOf({ ...action, tool: "Bash", input: { command: 5 } }, place), []);
	assert.deepEqual(await previewOf({ ...action, tool: "Bash", cwd: "a", input: { command: "rm a" } }, place), []);
});

test("packages that an installation names, or the file that names them", linux, async (t) => {
	const { file, said, sentences } = stage(t);
	file("package.json", JSON.stringify({ dependencies: { x: "^1" }, devDependencies: { y: "2" } }));
	file("requirements.txt", "# none\nflask==3 # web\n\n-r more.txt\n");
	assert.deepEqual(await said("npm install"), ["installsFile: x@^1, y@2", "installScripts:"]);
	assert.deepEqual(await said("npm i -D a @b/c@1"), ["installsMany: a, @b/c@1", "installScripts:"]);
	assert.deepEqual(await said("npm ci --ignore-scripts"), ["installsFile: x@^1, y@2"]);
	assert.deepEqual(await said("npm i --ignore-scripts=false a"), ["installs: a", "installScripts:"]);
	assert.deepEqual(await said("npm uninstall a"), ["uninstalls: a"]);
	assert.deepEqual(await said("yarn"), ["installsFile: x@^1, y@2", "installScripts:"]);
	assert.deepEqual(await said("pip install -r requirements.txt"), [
		"installsFile: flask==3, -r more.txt",
		"installScripts:",
	]);
	assert.deepEqual(await said("python3 -m pip install 'a[b]' c"), ["installsMany: a[b], c", "installScripts:"]);
	assert.deepEqual(await said("pip install -e ."), ["installsFrom: .", "installScripts:"]);
	assert.deepEqual(await said("go get example.com/x@v1"), ["installs: example.com/x@v1"]);
	assert.deepEqual(await said("sudo apt-get install -y jq"), ["installs: jq", "installScripts:"]);
	for (const unsure of ["npm test", "npm install --what x", "npm install $x", "cargo build", "pip install"]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
	file("package.json", "{");
	assert.match((await sentences("npm install"))[0] ?? "", /could not be read/);
});

test("files that downloads write, and no password in their address", linux, async (t) => {
	const { file, said, items } = stage(t);
	file("there", "123");
	assert.deepEqual(await said("curl -fsSL https://h/x -o out"), ["downloads: out", "creates: out"]);
	assert.deepEqual(await said("curl -O https://h/a/b.tgz"), ["downloads: b.tgz", "creates: b.tgz"]);
	assert.deepEqual(await said("curl -o there https://h/x"), ["downloads: there", "truncates: there"]);
	assert.deepEqual(await said("wget https://h/f.zip"), ["downloads: f.zip", "creates: f.zip"]);
	assert.deepEqual(await said("wget -qO out https://h/f.zip"), ["downloads: out", "creates: out"]);
	assert.deepEqual(await said("wget https://h/there"), ["downloadsBeside: there"]);
	const [first] = await items("curl -o out 'https://u:pw@h/x?token=1#f'");
	assert.equal(first?.message.args?.url, "https://h/x");
	for (const unsure of ["curl -OJ https://h/x", "curl -o a https://h/x https://h/y", "curl -K f -o a https://h/x"]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});
