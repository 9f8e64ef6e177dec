// Files that define what runs: scripts behind an interpreter's options, and hooks of git.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { proposalsThatCover, ruleOf } from "../../../../src/policy/grants/check.ts";
import { definedBy } from "../../../../src/policy/grants/defined.ts";
import { staysWithin } from "../../../../src/policy/grants/within.ts";
import { Workspace } from "./support.ts";

function start(place: Workspace) {
	return (line: string, at = place.folder) => definedBy(line.split(" "), { folder: place.folder, places: [at] });
}

test("an interpreter's options name files that run, and an option nobody knows may name any", (t) => {
	const place = new Workspace(t);
	for (const file of ["x.ts", "a.ts", "b.test.ts", "package.json", "x.py", "s.sh", "artisan"]) place.file(file);
	const of = start(place);
	const cases: [string, string[]][] = [
		["node --run build", ["package.json"]],
		["node --run=build", ["package.json"]],
		["node -r./x.ts a.ts", ["a.ts", "x.ts"]],
		["node --import=./x.ts a.ts", ["a.ts", "x.ts"]],
		["node --enable-source-maps a.ts -r ./b.test.ts", ["a.ts"]],
		["node --test a.ts b.test.ts", ["a.ts", "b.test.ts"]],
		["python -uB x.py", ["x.py"]],
		["bash -eux s.sh", ["s.sh"]],
		["php artisan migrate", ["artisan"]],
		["bun run build", ["package.json"]],
		["bun run ./x.ts", ["package.json", "x.ts"]],
		["deno run -A x.ts", ["package.json", "x.ts"]],
	];
	for (const [line, files] of cases) assert.deepEqual(of(line), files, line);
	for (const line of [
		...["node --test", "node --watch a.ts", "node --frobnicate a.ts", "node -C x a.ts", "node --run", "node -r"],
		...[
			"node -r./gone.ts a.ts",
			"node a",
			"node --test tests",
			"python -W error::x.Y x.py",
			"python -X presite=y x.py",
		],
		...["python -i x.py", "python -m", "bash -l s.sh", "bash --rcfile x s.sh", "bash build", "perl -Mevil x.pl"],
		...["ruby -revil x.rb", "php -S localhost:1", "tsx watch x.ts", "deno run https://x.example/y.ts", "source build"],
	]) {
		assert.equal(of(line), undefined, line);
	}
});

test("git rests on the hooks that its command runs, and on what they read", (t) => {
	const place = new Workspace(t);
	const of = start(place);
	place.file("package.json");
	place.file(".git/config", "[core]\n\tbare = false\n");
	place.file(".git/hooks/pre-commit.sample");
	assert.deepEqual(of("git commit -m x"), [], "no hooks");
	place.file(".git/hooks/pre-commit");
	place.file(".git/hooks/pre-push");
	place.file("lint-staged.config.js");
	const read = ["lint-staged.config.js", "package.json"];
	assert.deepEqual(of("git commit -m x"), [".git/hooks/pre-commit", ...read]);
	assert.deepEqual(of("git push origin main"), [".git/hooks/pre-push", ...read]);
	assert.deepEqual(of("git add x"), []);
	mkdirSync(join(place.folder, "sub"));
	assert.deepEqual(of("git push origin main", join(place.folder, "sub")), [".git/hooks/pre-push", ...read]);
	place.file(".git/hooks/post-merge");
	assert.ok(of("git merge dev")?.includes(".git/hooks/post-merge"));
});

test("a grant for git is held to the hooks as they were, and to none that comes after", async (t) => {
	const place = new Workspace(t);
	const stand = { folder: place.folder, places: [place.folder] };
	const without = ruleOf(await place.shell("git commit -m x"), { member: "command", patterns: ["git commit *"] });
	assert.deepEqual(without.unchanged, {});
	assert.equal(staysWithin(without, ["git", "commit", "-m", "y"], stand), true);
	place.file(".git/hooks/pre-commit");
	assert.equal(staysWithin(without, ["git", "commit", "-m", "y"], { ...stand }), false);
	const offered = await proposalsThatCover(await place.shell("git commit -m x"));
	assert.deepEqual(offered.at(-1)?.files, [".git/hooks/pre-commit"]);
});

test("hooks count where the repository's configuration says they are", (t) => {
	const place = new Workspace(t);
	const of = start(place);
	place.file(".husky/_/pre-commit");
	place.file(".husky/_/h");
	place.file(".husky/pre-commit");
	const config = (path: string) => place.file(".git/config", `[core]\n\thooksPath = ${path}\n`);
	config(".husky/_");
	assert.deepEqual(of("git commit -m x"), [".husky/_/h", ".husky/_/pre-commit", ".husky/pre-commit"]);
	assert.deepEqual(of("git push origin main"), []);
	for (const away of ["/tmp/evil", "../evil", "~/hooks", '"x y"']) {
		config(away);
		assert.equal(of("git commit -m x"), undefined, away);
	}
	place.file(".git/config", "[include]\n\tpath = x\n");
	assert.equal(of("git commit -m x"), undefined);
	place.file(".git/config", "");
	assert.equal(of("git -c core.hooksPath=x commit"), undefined);
	assert.equal(of("git --git-dir=x commit"), undefined);
});

test("a worktree's hooks are its repository's", (t) => {
	const place = new Workspace(t);
	const of = start(place);
	place.file("main/.git/hooks/pre-commit");
	place.file("main/.git/worktrees/w/commondir", "../..\n");
	mkdirSync(join(place.folder, "w"));
	writeFileSync(join(place.folder, "w/.git"), `gitdir: ${place.folder}/main/.git/worktrees/w\n`);
	assert.deepEqual(of("git commit -m x", join(place.folder, "w")), ["main/.git/hooks/pre-commit"]);
});
