// Reads of git in a hostile repository, with the real git: what would run a program of the repository asks, and what is
// let through runs nothing. Each setting is proved to run something first, or the test would prove nothing.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	chmodSync,
	existsSync,
	mkdirSync,
	mkdtempSync,
	realpathSync,
	rmSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { openPolicy } from "../../../../src/policy/decide.ts";
import type { PolicyVerdict } from "../../../../src/policy/policy.ts";

let top: string;
let repo: string;
let home: string;
let marker: string;
let evil: string;
let number = 0;
const policy = openPolicy();

before(() => {
	top = realpathSync(mkdtempSync(join(tmpdir(), "git-reads-")));
});
after(() => rmSync(top, { recursive: true, force: true }));

beforeEach(() => {
	number += 1;
	repo = join(top, `repo${number}`);
	home = join(top, `home${number}`);
	marker = join(top, `marker${number}`);
	evil = join(top, `evil${number}.sh`);
	for (const folder of [repo, home]) mkdirSync(folder);
	writeFileSync(evil, `#!/bin/sh\ntouch '${marker}'\ncat 2>/dev/null "$@" </dev/null\nexit 0\n`);
	chmodSync(evil, 0o755);
	git("init -q -b main .");
	git("config user.name a");
	git("config user.email a@example.com");
	writeFileSync(join(repo, "a.txt"), "one\n");
	writeFileSync(join(repo, "b.txt"), "same\n");
	git("add a.txt b.txt");
	git("commit -q -m one");
	writeFileSync(join(repo, "a.txt"), "one\ntwo\n");
	git("commit -q -a -m two");
	writeFileSync(join(repo, "a.txt"), "one\ntwo\nthree\n");
	rmSync(marker, { force: true });
});

function git(line: string): string {
	const env = { PATH: process.env.PATH ?? "", HOME: home, LC_ALL: "C", GIT_CONFIG_NOSYSTEM: "1" };
	return execFileSync("git", line.split(" "), {
		cwd: repo,
		env,
		encoding: "utf8",
		stdio: ["ignore", "pipe", "ignore"],
	});
}

/** Runs a line as an agent would; git's own failures are not the matter here. */
function runs(line: string): boolean {
	rmSync(marker, { force: true });
	// Git writes its index when a file that did not change looks as if it had.
	number += 1;
	utimesSync(join(repo, "b.txt"), number, number);
	try {
		git(line.replace(/^git /, ""));
	} catch {
		// What counts is whether the program ran.
	}
	return existsSync(marker);
}

function judge(command: string, more: { trusted?: boolean; cwd?: string } = {}): Promise<PolicyVerdict> {
	const { cwd = repo, ...context } = more;
	const action = {
		v: 1 as const,
		kind: "shell" as const,
		tool: "Bash",
		root: repo,
		cwd,
		input: { command },
		paths: [],
	};
	const folders = [repo];
	return policy.evaluate(action, {
		folders,
		home: join(home, ".gatepost"),
		userHome: home,
		foreignHooks: [],
		callerKnown: true,
		...context,
	});
}

/** Reads that run nothing, whatever the configuration (the last row of the matrix). */
const PLAIN = [
	...["git config --list", "git rev-parse HEAD", "git log --oneline"],
	...[
		"git branch",
		"git branch -a",
		"git tag -l",
		"git stash list",
		"git remote -v",
		"git describe --always",
		"git cat-file -p HEAD",
	],
	...[
		"git shortlog -s HEAD",
		"git reflog",
		"git for-each-ref",
		"git rev-list HEAD",
		"git merge-base HEAD HEAD",
		"git worktree list",
	],
	...["git count-objects", "git notes list"],
];

/** Other forms of these run something, so they ask as well where a program is configured. */
const RUN_NOTHING = ["git log --stat", "git show --stat HEAD", "git show HEAD:a.txt"];

const HOSTILE: readonly { name: string; set: () => void; reach: readonly string[] }[] = [
	{
		name: "core.fsmonitor",
		set: () => git(`config core.fsmonitor ${evil}`),
		reach: ["git status", "git diff", "git grep one", "git ls-files -m", "git diff-files", "git diff-index HEAD"],
	},
	{
		name: "diff.external",
		set: () => git(`config diff.external ${evil}`),
		reach: ["git diff", "git diff HEAD~1 HEAD"],
	},
	{
		name: "diff.DRIVER.command",
		set: () => {
			git(`config diff.x.command ${evil}`);
			writeFileSync(join(repo, ".gitattributes"), "*.txt diff=x\n");
		},
		reach: ["git diff", "git diff HEAD~1 HEAD"],
	},
	{
		name: "diff.DRIVER.textconv",
		set: () => {
			git(`config diff.x.textconv ${evil}`);
			writeFileSync(join(repo, ".gitattributes"), "*.txt diff=x\n");
		},
		reach: ["git show HEAD", "git log -p", "git blame a.txt", "git diff"],
	},
	{
		name: "filter.DRIVER.clean",
		set: () => {
			git(`config filter.x.clean ${evil}`);
			writeFileSync(join(repo, ".gitattributes"), "*.txt filter=x\n");
		},
		reach: ["git diff", "git blame a.txt", "git hash-object a.txt"],
	},
	{
		name: "hook post-index-change",
		set: () => {
			const hook = join(repo, ".git", "hooks", "post-index-change");
			mkdirSync(join(repo, ".git", "hooks"), { recursive: true });
			writeFileSync(hook, `#!/bin/sh\ntouch '${marker}'\n`);
			chmodSync(hook, 0o755);
		},
		reach: ["git status"],
	},
	{
		name: "core.hooksPath with post-index-change",
		set: () => {
			const hooks = join(repo, "hooks");
			mkdirSync(hooks);
			writeFileSync(join(hooks, "post-index-change"), `#!/bin/sh\ntouch '${marker}'\n`);
			chmodSync(join(hooks, "post-index-change"), 0o755);
			git("config core.hooksPath hooks");
		},
		reach: ["git status"],
	},
];

for (const { name, set, reach } of HOSTILE) {
	test(`${name}: reads that reach it ask, the others pass and run nothing`, async () => {
		assert.equal((await judge(reach[0] ?? "")).effect, "allow", "allowed before");
		try {
			set();
		} catch {
			// Setting up may itself meet the program.
		}
		assert.ok(
			reach.some((line) => runs(line)),
			"the setting really runs something here",
		);
		for (const line of reach) {
			const { effect, why, guard } = await judge(line);
			assert.equal(effect, "ask", line);
			assert.match(why[0]?.code ?? "", /^why\.git(?:Config|Hook)$/, line);
			assert.equal(guard, false, "no change of a guard, only a program");
		}
		for (const line of PLAIN) {
			assert.equal((await judge(line)).effect, "allow", line);
			assert.equal(runs(line), false, line);
		}
		for (const line of RUN_NOTHING) assert.equal(runs(line), false, line);
	});
}

test("a clean repository: reads pass, and run nothing", async () => {
	for (const line of [...PLAIN, ...new Set(HOSTILE.flatMap(({ reach }) => reach))]) {
		const { effect, why } = await judge(line);
		assert.equal(effect, "allow", `${line}: ${why[0]?.code}`);
		assert.equal(runs(line), false, line);
	}
});

test("a workspace that is not trusted, another folder, and a folder that is not known ask", async () => {
	assert.equal((await judge("git status", { trusted: false })).effect, "ask");
	assert.equal((await judge("cd /tmp && git status")).effect, "ask");
	assert.equal((await judge('cd "$X" && git status')).effect, "ask");
	assert.equal((await judge("git status", { cwd: top })).effect, "ask");
	assert.equal((await judge("git log --oneline", { trusted: false })).effect, "allow", "runs nothing anywhere");
});

test("the person's own Large File Storage and pager do not make every status ask; their external diff does", async () => {
	writeFileSync(join(home, ".gitconfig"), '[filter "lfs"]\n\tclean = git-lfs clean -- %f\n[core]\n\tpager = delta\n');
	assert.equal((await judge("git status")).effect, "allow");
	writeFileSync(join(home, ".gitconfig"), "[diff]\n\texternal = difft\n");
	assert.equal((await judge("git diff")).effect, "ask");
});

test("the same names set by the repository ask", async () => {
	git("config filter.lfs.clean git-lfs");
	assert.equal((await judge("git status")).effect, "ask");
});

test("a repository inside, entered by cd, is looked at as well", async () => {
	const inner = join(repo, "inner");
	mkdirSync(inner);
	execFileSync("git", ["init", "-q", inner], { env: { PATH: process.env.PATH ?? "", HOME: home } });
	assert.equal((await judge("cd inner && git status")).effect, "allow");
	execFileSync("git", ["-C", inner, "config", "core.fsmonitor", evil], {
		env: { PATH: process.env.PATH ?? "", HOME: home },
	});
	assert.equal((await judge("cd inner && git status")).effect, "ask");
	assert.equal((await judge("git status")).effect, "allow");
});

test("a folder that poses as a bare repository is looked at as git would", async () => {
	const bare = join(repo, "bare");
	execFileSync("git", ["init", "-q", "--bare", bare], { env: { PATH: process.env.PATH ?? "", HOME: home } });
	execFileSync("git", ["-C", bare, "config", "core.fsmonitor", evil], {
		env: { PATH: process.env.PATH ?? "", HOME: home },
	});
	assert.equal((await judge("cd bare && git status")).effect, "ask");
});

test("a configuration that changes is noticed by the next read", async () => {
	assert.equal((await judge("git status")).effect, "allow");
	git(`config core.fsmonitor ${evil}`);
	assert.equal((await judge("git status")).effect, "ask");
	git("config --unset core.fsmonitor");
	assert.equal((await judge("git status")).effect, "allow");
	writeFileSync(join(repo, "more"), `[core]\n\tfsmonitor = ${evil}\n`);
	git("config include.path ../more");
	assert.equal((await judge("git status")).effect, "ask");
	writeFileSync(join(repo, "more"), "");
	assert.equal((await judge("git status")).effect, "allow");
	writeFileSync(join(repo, "more"), `[core]\n\tfsmonitor = ${evil}\n`);
	assert.equal((await judge("git status")).effect, "ask");
});

test("a submodule's configuration counts, because git asks it for its status", async () => {
	const inner = join(repo, "sub");
	execFileSync("git", ["init", "-q", inner], { env: { PATH: process.env.PATH ?? "", HOME: home } });
	writeFileSync(join(repo, ".gitmodules"), '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n');
	assert.equal((await judge("git status")).effect, "allow");
	execFileSync("git", ["-C", inner, "config", "core.fsmonitor", evil], {
		env: { PATH: process.env.PATH ?? "", HOME: home },
	});
	assert.equal((await judge("git status")).effect, "ask");
});

test("a promised object that is missing would be fetched in the middle of a read", async () => {
	git("config remote.origin.promisor true");
	assert.equal((await judge("git show HEAD")).effect, "ask");
});
