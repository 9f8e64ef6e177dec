// What git commands are said to do, in repositories made by git itself; and that nothing of a repository ever runs.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { imageOf, type Stage, stage } from "./support.ts";

const linux = process.platform === "win32" ? { skip: "lines of shell are not read on Windows" } : {};

/** A repository with one commit of three files, and a remote that has it. */
function repository(t: { after(end: () => void): void }): Stage {
	const made = stage(t);
	const { file, git, outside } = made;
	git("init", "-q", "-b", "main");
	file("a", "1\n");
	file("s/b", "1\n");
	file("c", "1\n");
	file(".gitignore", "*.ignored\n");
	git("add", ".");
	git("commit", "-qm", "first");
	git("init", "-q", "--bare", join(outside, "remote.git"));
	git("remote", "add", "origin", join(outside, "remote.git"));
	git("push", "-qu", "origin", "main");
	return made;
}

test("push: commits that the remote lacks, by subject; the address without its password", linux, async (t) => {
	const { git, file, said, items } = repository(t);
	assert.deepEqual(await said("git push"), ["pushNothing:"]);
	for (const name of ["two", "three"]) {
		file("a", name);
		git("commit", "-qam", `<b>${name}</b>`);
	}
	git("remote", "set-url", "origin", "https://me:hush@example.com/x.git");
	const [pushed] = await items("git push");
	assert.equal(pushed?.message.code, "effect.pushCommits");
	assert.deepEqual(
		pushed?.names.map((name) => name.replace(/^[0-9a-f]+ /, "")),
		["<b>three</b>", "<b>two</b>"],
	);
	assert.deepEqual(pushed?.message.args, {
		branch: "main",
		target: "main",
		url: "https://example.com/x.git",
		count: 2,
	});
	for (const same of [
		"git push origin",
		"git push -u origin main",
		"git push origin HEAD",
		"git push origin main:main",
	]) {
		assert.deepEqual((await said(same)).length, 1, same);
		assert.match((await said(same))[0] ?? "", /^pushCommits: /, same);
	}
	git("branch", "topic", "HEAD~1");
	const fresh = await items("git push origin topic");
	assert.deepEqual(
		fresh.map(({ message: { code } }) => code),
		["effect.pushNew", "effect.pushCommit"],
	);
	assert.deepEqual(await said("git push origin :old"), ["pushDeletes:"]);
	assert.deepEqual(await said("git push --delete origin old"), ["pushDeletes:"]);
	git("reset", "-q", "--hard", "HEAD~2");
	file("a", "other");
	git("commit", "-qam", "other");
	git("update-ref", "refs/remotes/origin/main", "topic");
	const forced = await items("git push --force");
	assert.deepEqual(
		forced.map(({ message: { code } }) => code),
		["effect.pushCommit", "effect.pushDrops"],
	);
	assert.match(forced[1]?.names[0] ?? "", /<b>two<\/b>$/);
	assert.equal((await items("git push"))[1]?.message.code, "effect.pushBehind");
	git("pack-refs", "--all");
	assert.equal((await items("git push"))[1]?.message.code, "effect.pushBehind");
	for (const unsure of [
		"git push --all",
		"git push --tags",
		"git push elsewhere",
		"git push https://h/x main",
		"git push origin none",
		"git push origin '../x'",
	]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
});

test("push: more commits than are counted, and what settings of the repository redirect", linux, async (t) => {
	const { git, items, said } = repository(t);
	const tree = git("rev-parse", "HEAD^{tree}").trim();
	let text = "";
	for (let at = 0; at < 1005; at += 1) {
		text += `commit refs/heads/main\ncommitter a <a@b> ${at} +0000\ndata 2\nc\n\n${at === 0 ? "from refs/heads/main^0\n" : ""}\n`;
	}
	assert.match(tree, /^[0-9a-f]{40}$/);
	const top = git("rev-parse", "--show-toplevel").trim();
	execFileSync("git", ["fast-import", "--quiet"], { cwd: top, input: text, env: { PATH: process.env.PATH } });
	const [many] = await items("git push");
	assert.equal(many?.message.code, "effect.pushManyCommits");
	assert.deepEqual([many?.names.length, many?.more], [20, 980]);
	git("config", "url.https://other.example/.pushInsteadOf", git("remote", "get-url", "origin").trim());
	assert.equal((await items("git push"))[0]?.message.args?.url, "https://other.example/");
	git("config", "push.default", "matching");
	assert.deepEqual(await said("git push"), []);
});

test("commit, clean, checkout, restore and reset name the files", linux, async (t) => {
	const { git, file, said, ws } = repository(t);
	assert.deepEqual(await said("git commit -m x"), ["commitsNothing:"]);
	assert.deepEqual(await said("git reset --hard"), ["discardsNothing:"]);
	assert.deepEqual(await said("git clean -fd"), ["cleansNothing:"]);
	file("a", "changed\n");
	file("s/b", "changed too\n");
	file("new", "x");
	file('späť "q"', "x");
	file("dir/deep/n", "x");
	file("x.ignored", "x");
	git("add", "s/b");
	assert.deepEqual(await said("git commit -m x"), ["commitsFile: s/b"]);
	assert.deepEqual(await said("git commit -am x"), ["commitsFile: s/b", "commitsAlso: a"]);
	assert.deepEqual(await said("git commit --amend --no-edit"), ["commitsFile: s/b", "amends:"]);
	assert.deepEqual(await said("git add a && git commit -m x"), [
		"commitsFile: s/b",
		"commitsAdded:",
		"asNow:",
		"partial:",
	]);
	assert.deepEqual(await said("git clean -f"), ['cleansFiles: new, späť "q"']);
	assert.deepEqual(await said("git clean -fd"), ['cleansFiles: new, späť "q"', "cleansFolders: dir/"]);
	assert.deepEqual(await said("git clean -fdX"), ["cleansFile: x.ignored"]);
	assert.deepEqual(await said("git clean -fdx -e new dir *.ignored"), []);
	assert.deepEqual(await said("git clean -fdx -e new -- dir"), ["cleansFolders: dir/"]);
	assert.deepEqual(await said("cd s && git clean -fd"), ["cleansNothing:"]);
	assert.deepEqual(await said("git -C dir clean -f"), ["cleansNothing:"]);
	assert.deepEqual(await said("git clean -n"), []);
	file(join(".git", "info", "exclude"), "new\n");
	assert.deepEqual(await said("git clean -f"), ['cleansFile: späť "q"']);
	assert.deepEqual(await said("git checkout -- ."), ["discards: a"]);
	assert.deepEqual(await said("git checkout ."), ["discards: a"]);
	assert.deepEqual(await said("git restore a c"), ["discards: a"]);
	assert.deepEqual(await said("git restore --staged ."), ["unstages: s/b"]);
	assert.deepEqual(await said("git reset --hard"), ["discardsMany: a, s/b"]);
	assert.deepEqual(await said("cd s && git reset --hard HEAD"), ["discardsMany: a, s/b"]);
	for (const unsure of ["git checkout main", "git reset --hard HEAD~1", "git -c a=b clean -f", "git commit a"]) {
		assert.deepEqual(await said(unsure), [], unsure);
	}
	const tree = join(ws, "..", "outside", "tree");
	git("worktree", "add", "-q", tree);
	assert.deepEqual(await said("git reset --hard", tree), [], "outside the folders of the gate");
	const linked = join(ws, "linked");
	git("worktree", "add", "-q", linked);
	writeFileSync(join(linked, "a"), "longer than before\n");
	assert.deepEqual(await said("git reset --hard", linked), ["discards: a"]);
});

test("a repository before its first commit, and folders that are none", linux, async (t) => {
	const { git, file, said, ws } = stage(t);
	assert.deepEqual(await said("git commit -m x"), []);
	git("init", "-q", "-b", "main");
	file("a", "1");
	git("add", "a");
	assert.deepEqual(await said("git commit -m x"), ["commitsFile: a"]);
	assert.deepEqual(await said("git push"), []);
	rmSync(join(ws, ".git"), { recursive: true });
	file(".git", "gitdir: /nowhere\n");
	assert.deepEqual(await said("git commit -m x"), []);
});

const GIT_LINES = [
	"git push",
	"git push --force origin main",
	"git commit -am x",
	"git clean -fdx",
	"git checkout -- .",
	"git restore .",
	"git reset --hard",
	"cd s && git commit -m x",
];

test(
	"nothing a repository names is run: monitor, hooks, filters, text conversion, external diff, aliases, remotes",
	linux,
	async (t) => {
		const { git, file, items, ws, outside } = repository(t);
		const mark = join(outside, "mark");
		const evil = file(join(outside, "evil.sh"), `#!/bin/sh\necho ran "$0" "$@" >> '${mark}'\ncat\n`);
		chmodSync(evil, 0o755);
		const settings: Record<string, string> = {
			"core.fsmonitor": evil,
			"core.hooksPath": join(outside, "hooks"),
			"core.pager": evil,
			"core.sshCommand": evil,
			"core.askPass": evil,
			"core.alternateRefsCommand": evil,
			"core.editor": evil,
			"filter.x.clean": evil,
			"filter.x.smudge": evil,
			"filter.x.required": "true",
			"diff.external": evil,
			"diff.x.command": evil,
			"diff.x.textconv": evil,
			"merge.x.driver": evil,
			"alias.push": `!${evil}`,
			"alias.clean": `!${evil}`,
			"alias.log": `!${evil}`,
			"alias.diff-files": `!${evil}`,
			"log.showSignature": "true",
			"gpg.program": evil,
			"format.pretty": "%G?",
			"extensions.partialClone": "origin",
			"remote.origin.promisor": "true",
			"remote.origin.uploadpack": evil,
			"remote.origin.url": `ext::${evil}`,
			"remote.origin.vcs": evil,
			"credential.helper": `!${evil}`,
			"include.path": join(outside, "none"),
		};
		file(".gitattributes", "* filter=x diff=x merge=x\n");
		file("a", "changed\n");
		for (const hook of ["post-index-change", "pre-commit", "pre-push", "fsmonitor-watchman", "reference-transaction"]) {
			for (const folder of [join(outside, "hooks"), join(ws, ".git", "hooks")]) {
				mkdirSync(folder, { recursive: true });
				symlinkSync(evil, join(folder, hook));
			}
		}
		writeFileSync(join(ws, ".git", "info", "attributes"), "* filter=x diff=x\n");
		for (const [key, value] of Object.entries(settings)) git("config", key, value);
		// Same size and a time as in the index: the content itself has to be compared.
		file("c", "2\n");
		const before = imageOf(ws);
		let said = 0;
		for (const line of GIT_LINES) said += (await items(line)).length;
		assert.ok(said > 0, "something was looked at");
		assert.equal(existsSync(mark), false, "a program of the repository ran");
		assert.equal(imageOf(ws), before, "the repository was changed");
		// The same settings do run where git meets them: the marks would be seen.
		try {
			git("status");
		} catch {
			// It may fail as well; the mark is what counts.
		}
		assert.equal(existsSync(mark), true, "this test can tell when something runs");
	},
);

test(
	"objects that are missing are not fetched, and pipes in place of files do not hold the preview",
	linux,
	async (t) => {
		const { git, file, said, ws } = repository(t);
		file("a", "2");
		git("commit", "-qam", "two");
		const id = git("rev-parse", "HEAD").trim();
		rmSync(join(ws, ".git", "objects", id.slice(0, 2), id.slice(2)), { force: true });
		assert.deepEqual(await said("git push"), []);
		rmSync(join(ws, ".git", "HEAD"));
		execFileSync("mkfifo", [join(ws, ".git", "HEAD")]);
		assert.deepEqual(await said("git push"), []);
	},
);

test("no folder of ours is left behind", linux, async (t) => {
	const { said, items, outside } = repository(t);
	const own = join(outside, "tmp");
	mkdirSync(own);
	const before = process.env.TMPDIR;
	process.env.TMPDIR = own;
	t.after(() => {
		if (before === undefined) delete process.env.TMPDIR;
		else process.env.TMPDIR = before;
	});
	assert.equal(tmpdir(), own);
	assert.deepEqual(await said("git clean -fd"), ["cleansNothing:"]);
	await said("git push origin none");
	await items("git clean -fd", { ms: 40 });
	assert.deepEqual(readdirSync(own), []);
});
