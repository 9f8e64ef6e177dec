// What stands behind the "*" of a grant must still be what the person had before them.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { leadsElsewhere } from "../../../../src/policy/grants/tail.ts";
import { Workspace } from "./support.ts";

function start(place: Workspace) {
	const stand = { folder: place.folder, places: [place.folder] };
	return (pattern: string, tail: readonly string[]) => {
		const words = pattern.replace(/ \*$/, "").split(" ");
		return leadsElsewhere([...words, ...tail], words.length, stand);
	};
}

test("a path out of the folder is not behind a grant's star, however it is written", (t) => {
	const place = new Workspace(t);
	mkdirSync(join(place.folder, "src"));
	mkdirSync(join(place.top, "evil"));
	symlinkSync(join(place.top, "evil"), join(place.folder, "link"));
	symlinkSync(join(place.top, "gone"), join(place.folder, "dangling"));
	const leads = start(place);
	const cases: [string, string][] = [
		["frob it *", "/etc/hosts"],
		["frob it *", "--file=/etc/hosts"],
		["frob it *", "-f/etc/hosts"],
		["frob it *", "-vf/etc/hosts"],
		["frob it *", "a:/etc/hosts"],
		["frob it *", "id=x,src=/etc/hosts"],
		["frob it *", "~/x"],
		["frob it *", "--out=~/x"],
		["frob it *", "../evil"],
		["frob it *", "src/../../evil"],
		["frob it *", "link/x"],
		["frob it *", "--dir=link"],
		["frob it *", "dangling"],
		["mkdir *", "/root/.config/x"],
		["pytest *", "/tmp/evil"],
		["prettier *", "/root/.bashrc"],
		["docker build *", "/tmp/evil"],
		["git pull *", "../evil"],
		["tsc *", "/tmp/x"],
		["npm test *", "--rootDir=/tmp/x"],
	];
	for (const [pattern, word] of cases) assert.equal(leads(pattern, [word]), word, `${pattern} ${word}`);
	for (const fine of [
		"src",
		"src/a.ts",
		"--out=src/x",
		"new/deep/file",
		"./...",
		join(place.folder, "src"),
		"main..dev",
	]) {
		assert.equal(leads("frob it *", [fine]), undefined, fine);
	}
	assert.equal(leads("frob it *", ["2>", "/dev/null"]), undefined);
	const many = Array.from({ length: 101 }, () => "a");
	assert.notEqual(leads("frob it *", many), undefined, "more words than are looked at");
});

test("an address is not behind a grant's star", (t) => {
	const leads = start(new Workspace(t));
	const cases: [string, string][] = [
		["docker build *", "https://evil.example/x.git"],
		["docker build *", "github.com/evil/x"],
		["docker build *", "git@evil.example:x.git"],
		["frob it *", "--url=http://evil.example"],
		["git pull *", "evil.example:repo"],
		["git fetch *", "evil:repo"],
		["git push *", "me@evil.example:repo"],
		["git fetch origin *", "+refs/heads/x:refs/heads/x"],
	];
	for (const [pattern, word] of cases) assert.equal(leads(pattern, [word]), word, `${pattern} ${word}`);
	assert.equal(leads("cargo test *", ["shop::cart"]), undefined);
	assert.equal(leads("git push origin *", ["HEAD:main"]), undefined);
	assert.equal(leads("npm run *", ["test:unit"]), undefined);
});

test("a file that is named like a secret is not behind a grant's star", (t) => {
	const place = new Workspace(t);
	place.file("config/id_rsa");
	writeFileSync(join(place.folder, ".env"), "x");
	symlinkSync(join(place.folder, ".env"), join(place.folder, "settings"));
	const leads = start(place);
	for (const word of [".env", "--file=.env", "-F.env", "config/id_rsa", "a,src=config/id_rsa", "settings"]) {
		assert.equal(leads("frob it *", [word]), word, word);
	}
	assert.equal(leads("git add *", [".env"]), ".env");
	assert.equal(leads("git commit *", ["-m", "fix: read .env"]), undefined, "a message is no file");
	assert.equal(leads("gh pr create *", ["--title", "/api: see https://x.example"]), undefined);
});

test("another target is another grant", (t) => {
	const leads = start(new Workspace(t));
	for (const [pattern, word] of [
		["make build *", "deploy"],
		["just build *", "deploy"],
		["rake build *", "deploy"],
		["./gradlew build *", "publish"],
		["turbo run build *", "deploy"],
	] as const) {
		assert.equal(leads(pattern, [word]), word, pattern);
	}
	assert.equal(leads("make build *", ["-j4"]), undefined);
	assert.equal(leads("make build *", ["-j", "4", "-k"]), undefined);
	assert.equal(leads("./gradlew test *", ["--tests", "shop.CartTest"]), undefined);
	assert.equal(leads("make build *", ["-j", "deploy"]), undefined, "a value");
	assert.equal(leads("make build *", ["-k", "deploy"]), "deploy");
});

test("options that destroy, replace, read or write another file are not behind a grant's star", (t) => {
	const leads = start(new Workspace(t));
	const cases: [string, string][] = [
		["git merge *", "-s"],
		["git merge *", "--strategy=evil"],
		["git merge *", "-Xours"],
		["git add *", "-f"],
		["git add *", "--force"],
		["git commit *", "-F"],
		["git commit *", "--file=x"],
		["git commit *", "--amend"],
		["git commit *", "-n"],
		["git commit *", "-anm"],
		["git commit *", "--no-verify"],
		["git push origin *", "--no-verify"],
		["git tag *", "-F"],
		["git tag *", "-f"],
		["git branch *", "-d"],
		["git branch *", "--delete"],
		["git branch *", "-m"],
		["npm test *", "--globalSetup"],
		["npm test *", "--testEnvironment=x"],
		["npm test *", "--global-setup=x"],
		["npm run build *", "--config"],
		["cargo run *", "--bin"],
		["pytest *", "--pdbcls=x:y"],
		["pytest *", "-Werror::evil.X"],
		["pytest *", "--junitxml=package.json"],
		["eslint *", "--output-file=x"],
		["tsc *", "--outDir"],
		["docker build *", "--allow"],
		["gh pr comment *", "--delete-last"],
		["gh pr create *", "--recover"],
	];
	for (const [pattern, word] of cases)
		assert.equal(
			leads(pattern, ["a", word].slice(/^(?:docker|cargo|tsc)/.test(pattern) ? 1 : 0)),
			word,
			`${pattern} ${word}`,
		);
	for (const [pattern, tail] of [
		["git commit *", ["-am", "fix"]],
		["git commit *", ["-s", "-m", "fix"]],
		["git merge *", ["--no-ff", "dev"]],
		["git add *", ["-A"]],
		["git tag *", ["-a", "v1", "-m", "one"]],
		["npm test *", ["--", "--watch"]],
		["npm run build *", ["--fast"]],
		["pytest *", ["-q", "-x", "tests"]],
		["eslint *", ["--fix", "src"]],
		["docker build *", ["-t", "shop", "."]],
		["gh pr comment *", ["1", "--body", "done"]],
	] as const) {
		assert.equal(leads(pattern, tail), undefined, `${pattern} ${tail.join(" ")}`);
	}
});
