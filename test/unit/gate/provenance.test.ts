// What is read of processes and repositories: small files only, whatever a repository puts in their place.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { ancestors, gitState } from "../../../src/gate/provenance.ts";
import { gatePlace } from "../../support/gateClient.ts";

const COMMIT = "0123456789abcdef0123456789abcdef01234567";

function repository(t: TestContext): { folder: string; git: string } {
	const { folder } = gatePlace(t);
	const git = join(folder, ".git");
	mkdirSync(join(git, "refs/heads/team"), { recursive: true });
	writeFileSync(join(git, "HEAD"), "ref: refs/heads/team/x\n");
	return { folder, git };
}

test("a folder without a repository has no state", async (t) => {
	assert.equal(await gitState(gatePlace(t).folder), undefined);
});

test("branch and commit come from the ref's file, else from the packed refs", async (t) => {
	const { folder, git } = repository(t);
	assert.deepEqual(await gitState(folder), { branch: "team/x" });
	writeFileSync(join(git, "packed-refs"), `# pack-refs\n${"f".repeat(40)} refs/heads/x\n${COMMIT} refs/heads/team/x\n`);
	assert.deepEqual(await gitState(folder), { branch: "team/x", commit: COMMIT });
	writeFileSync(join(git, "refs/heads/team/x"), `${"a".repeat(40)}\n`);
	assert.deepEqual(await gitState(folder), { branch: "team/x", commit: "a".repeat(40) });
	writeFileSync(join(git, "HEAD"), `${COMMIT}\n`);
	assert.deepEqual(await gitState(folder), { commit: COMMIT });
});

test("a linked worktree has a commit of its own and names the repository it shares", async (t) => {
	const { folder, git } = repository(t);
	const own = join(git, "worktrees/w");
	mkdirSync(own, { recursive: true });
	writeFileSync(join(own, "HEAD"), "ref: refs/heads/team/x\n");
	writeFileSync(join(own, "commondir"), "../..\n");
	writeFileSync(join(git, "refs/heads/team/x"), COMMIT);
	const tree = join(folder, "..", "tree");
	mkdirSync(tree);
	writeFileSync(join(tree, ".git"), `gitdir: ${own}\n`);
	assert.deepEqual(await gitState(tree), { branch: "team/x", commit: COMMIT, commonDir: git });
});

test("the same as git itself says", async (t) => {
	const { folder } = gatePlace(t);
	const run = (...args: string[]) =>
		execFileSync("git", ["-c", "user.name=a", "-c", "user.email=a@b", ...args], {
			cwd: folder,
			encoding: "utf8",
		}).trim();
	try {
		run("--version");
	} catch {
		t.skip("there is no git here");
		return;
	}
	run("init", "-q", "-b", "trunk");
	run("commit", "-q", "--allow-empty", "-m", "x");
	assert.deepEqual(await gitState(folder), { branch: "trunk", commit: run("rev-parse", "HEAD") });
	run("pack-refs", "--all");
	assert.deepEqual(await gitState(folder), { branch: "trunk", commit: run("rev-parse", "HEAD") });
});

test("what a hostile repository puts there is not followed, not waited for and not quoted", async (t) => {
	const { folder, git } = repository(t);
	const secret = join(folder, "..", "secret");
	writeFileSync(secret, "not a commit");
	for (const ref of ["../../../secret", "refs/../../../secret", "refs/heads/a b", `refs/heads/${"x".repeat(5000)}`]) {
		writeFileSync(join(git, "HEAD"), `ref: ${ref}\n`);
		assert.equal((await gitState(folder))?.commit, undefined);
	}
	writeFileSync(join(git, "HEAD"), "ref: refs/heads/link\n");
	symlinkSync(secret, join(git, "refs/heads/link"));
	assert.deepEqual(await gitState(folder), { branch: "link" }, "only what is a commit is said");
	if (process.platform === "win32") return;
	execFileSync("mkfifo", [join(git, "refs/heads/pipe")]);
	writeFileSync(join(git, "HEAD"), "ref: refs/heads/pipe\n");
	assert.deepEqual(await gitState(folder), { branch: "pipe" });
});

test("processes are named from the nearest up, a few of them, and a wrong id names none", {
	skip: process.platform === "linux" ? false : "there is no /proc here",
}, async () => {
	const found = await ancestors(process.pid);
	assert.deepEqual([found[0]?.pid, found[1]?.pid], [process.pid, process.ppid]);
	assert.ok(found.length <= 8);
	assert.deepEqual(await ancestors(2 ** 22 + 1), []);
	assert.deepEqual(await ancestors(0), []);
});
