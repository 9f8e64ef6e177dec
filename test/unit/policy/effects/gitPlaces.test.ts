// Where git's own rules lead: which repository, which remote, which program.
import assert from "node:assert/strict";
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type Stage, stage } from "./support.ts";

const linux = process.platform === "win32" ? { skip: "lines of shell are not read on Windows" } : {};
const URL = "https://github.example/acme/app.git";

function repository(t: { after(end: () => void): void }): Stage {
	const made = stage(t);
	made.git("init", "-q", "-b", "main");
	made.file("a", "1\n");
	made.git("add", ".");
	made.git("commit", "-qm", "first");
	made.git("remote", "add", "origin", URL);
	return made;
}

test("push: settings that are given more than once, or push more", linux, async (t) => {
	const { git, items, said } = repository(t);
	const line = "git push origin main";
	assert.equal((await items(line))[0]?.message.args?.url, URL);
	for (const [key, value] of [
		["remote.origin.url", "https://evil.example/x"],
		["remote.origin.pushurl", "https://evil.example/x"],
		["remote.origin.fetch", "+refs/heads/x:refs/remotes/origin/main"],
	] as const) {
		if (key.endsWith("pushurl")) git("config", "--add", key, URL);
		git("config", "--add", key, value);
		assert.deepEqual(await said(line), [], key);
		git("config", "--unset-all", key, ...(key.endsWith("pushurl") ? [] : [value.replaceAll("+", "\\+")]));
	}
	for (const [key, value] of [
		["push.followTags", "true"],
		["push.recurseSubmodules", "on-demand"],
		["submodule.recurse", "true"],
		["remote.origin.vcs", "evil"],
		["extensions.refStorage", "strange"],
	] as const) {
		git("config", key, value);
		assert.deepEqual(await said(line), [], key);
		// Git itself refuses a storage of refs it does not know.
		if (key.startsWith("extensions")) break;
		git("config", "--unset", key);
	}
});

test("push: every value of insteadOf counts, the longest that fits first", linux, async (t) => {
	const { git, items } = repository(t);
	const url = async () => (await items("git push origin main"))[0]?.message.args?.url;
	git("config", "--add", "url.https://evil.example/.insteadOf", "https://github.example/");
	git("config", "--add", "url.https://evil.example/.insteadOf", "nothing:");
	assert.equal(await url(), "https://evil.example/acme/app.git");
	git("config", "--add", "url.https://other.example/.insteadOf", "none:");
	git("config", "--add", "url.https://other.example/.insteadOf", "https://github.example/acme/");
	assert.equal(await url(), "https://other.example/app.git");
	git("config", "--add", "url.https://push.example/.pushInsteadOf", "https://g");
	git("config", "--add", "url.https://push.example/.pushInsteadOf", "none:");
	assert.equal(await url(), "https://push.example/ithub.example/acme/app.git");
});

test("clean: --force counts like -f, and folders are weighed", linux, async (t) => {
	const { git, file, said, sentences, ws } = repository(t);
	file("junk/1", "123");
	file("junk/d/2", "12");
	file("one", "1");
	mkdirSync(join(ws, "nested"));
	git("init", "-q", join(ws, "nested"));
	file("nested/x", "1");
	assert.deepEqual(await said("git clean -fd"), ["cleansFile: one", "cleansFolders: junk/"]);
	assert.deepEqual((await sentences("git clean -fd"))[1], (await sentences("git clean --force -d"))[1]);
	assert.match((await sentences("git clean -fd"))[1] ?? "", /files: 2, folders: 2, 5 bytes in all/);
	for (const twice of ["git clean -ffd", "git clean -f --force -d", "git clean --force --force -d", "git clean -fdf"]) {
		assert.deepEqual(await said(twice), ["cleansFile: one", "cleansFolders: junk/, nested/"], twice);
	}
});

test("a .git that git passes over is passed over here, and what is doubtful ends the preview", linux, async (t) => {
	const { file, said } = repository(t);
	file("a", "changed\n");
	file("broken/.git/HEAD", "ref: refs/heads/main\n");
	file("broken/.git/objects/x", "");
	assert.deepEqual(await said("cd broken && git reset --hard"), ["discards: a"]);
	assert.deepEqual(await said("git -C broken reset --hard"), ["discards: a"]);
	file("broken/.git/refs/x", "");
	file("broken/.git/HEAD", "no ref\n");
	assert.deepEqual(await said("cd broken && git reset --hard"), []);
	// A folder that is a bare repository itself.
	file("bare/HEAD", "ref: refs/heads/main\n");
	file("bare/objects/x", "");
	file("bare/refs/x", "");
	assert.deepEqual(await said("cd bare && git reset --hard"), []);
});

test("no git from a folder of the gate runs, by whatever way PATH leads there", linux, async (t) => {
	const { file, said, ws, outside } = repository(t);
	const mark = join(outside, "mark");
	const evil = file("bin/git", `#!/bin/sh\necho ran > '${mark}'\n`);
	chmodSync(evil, 0o755);
	symlinkSync(ws, join(outside, "alias"));
	mkdirSync(join(outside, "bin"));
	symlinkSync(evil, join(outside, "bin", "git"));
	const before = { path: process.env.PATH, cwd: process.cwd() };
	t.after(() => {
		process.env.PATH = before.path;
		process.chdir(before.cwd);
	});
	process.chdir(ws);
	for (const entry of [join(outside, "alias", "bin"), join(outside, "bin"), join(ws, "bin"), "bin", "."]) {
		process.env.PATH = `${entry}:${before.path}`;
		await said("git clean -fd");
		await said("git push origin main");
		assert.equal(existsSync(mark), false, entry);
	}
	rmSync(mark, { force: true });
	writeFileSync(join(outside, "bin", "plain"), "");
	process.env.PATH = `${join(outside, "alias", "bin")}:${before.path}`;
	assert.deepEqual(await said("git clean -fd"), ["cleansFolders: bin/"]);
});
