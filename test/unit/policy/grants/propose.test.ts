// Which rules a card proposes: the narrowest first, and none where none can be said narrowly.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { actionWords } from "../../../../src/policy/grants/arity.ts";
import { proposalsThatCover } from "../../../../src/policy/grants/check.ts";
import type { Ground } from "../../../../src/policy/grants/ground.ts";
import { Workspace } from "./support.ts";

async function patterns(ground: Ground | Promise<Ground>): Promise<string[][]> {
	return (await proposalsThatCover(await ground)).map(({ rule }) => rule.patterns);
}

test("the words that name an action end where its arguments begin", () => {
	const cases: [string, string | undefined][] = [
		["git push origin main", "git push origin"],
		["git push", undefined],
		["git push --force origin", undefined],
		["git commit -m x", "git commit"],
		["npm test -- --watch", "npm test"],
		["npm run build --if-present", "npm run build"],
		["npm run -s build", undefined],
		["npm install left-pad", undefined],
		["python -m pytest -q", "python -m pytest"],
		["python setup.py install", undefined],
		["docker compose up -d", "docker compose up"],
		["docker compose exec web sh", undefined],
		["cargo test", "cargo test"],
		["make install", "make install"],
		["make CC=evil", undefined],
		["./gradlew test", "./gradlew test"],
		["rm -rf x", undefined],
		["cp a b", undefined],
		["frobnicate it", undefined],
	];
	for (const [line, named] of cases) assert.equal(actionWords(line.split(" "))?.join(" "), named, line);
});

test("a command is proposed word for word first, then with what may follow", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	assert.deepEqual(await patterns(place.shell("npm test -- --watch")), [["npm test -- --watch"], ["npm test *"]]);
	assert.deepEqual(await patterns(place.shell("git push origin main")), [
		["git push origin main"],
		["git push origin *"],
	]);
	assert.deepEqual(await patterns(place.shell("frobnicate it now")), [["frobnicate it now"]]);
	assert.deepEqual(await patterns(place.shell("git commit -m 'fix: two words'")), [
		["git commit -m 'fix: two words'"],
		["git commit *"],
	]);
});

test("only what is not read-only already needs a rule", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	assert.deepEqual(await patterns(place.shell("ls && npm test 2>&1 | tail -5")), [["npm test"], ["npm test *"]]);
	assert.deepEqual(await patterns(place.shell("timeout 60 npm test")), [["npm test"], ["npm test *"]]);
	assert.deepEqual(await patterns(place.shell("npm test; npm run lint; npm test")), [
		["npm test", "npm run lint"],
		["npm test *", "npm run lint *"],
	]);
});

test("what only reads, but where it should not, is proposed as it is", async (t) => {
	const place = new Workspace(t);
	place.file(".env");
	assert.deepEqual(await patterns(place.shell("cat .env")), [["cat .env"]]);
});

test("nothing is proposed for words that are known only when they run, or for more than commands", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	for (const line of [
		"npm run $TASK",
		"npm test > out.log",
		"npm test &",
		"FOO=bar npm test",
		"find . -name '*.ts' | xargs npm test",
		"f() { npm test; }; f",
		"npm test \u0000",
	]) {
		assert.deepEqual(await patterns(place.shell(line)), [], line);
	}
});

test("a destructive command is proposed only as the exact line", async (t) => {
	const place = new Workspace(t);
	assert.deepEqual(await patterns(place.shell("git push --force origin main")), [["git push --force origin main"]]);
	assert.deepEqual(await patterns(place.shell("rm -rf build")), [["rm -rf build"]]);
	assert.deepEqual(await patterns(place.shell("ls && rm -rf build")), []);
	assert.deepEqual(await patterns(place.shell("npm test; git reset --hard")), []);
});

test("exact says that nothing else fits", async (t) => {
	const place = new Workspace(t);
	const exact = async (line: string) => (await proposalsThatCover(await place.shell(line))).map((one) => one.exact);
	assert.deepEqual(await exact("cargo test"), [true, false]);
	assert.deepEqual(await exact("cargo test | tail -5"), [false, false]);
});

test("an edit is proposed by its path in the folder, then by its folder", async (t) => {
	const place = new Workspace(t);
	place.file("src/a.ts");
	assert.deepEqual(await patterns(place.path("edit", join(place.folder, "src/a.ts"), "Edit")), [
		["src/a.ts"],
		["src/**"],
	]);
	assert.deepEqual(await patterns(place.path("write", join(place.folder, "new/deep/b.ts"))), [
		["new/deep/b.ts"],
		["new/deep/**"],
	]);
	// Of a file at the top, its folder would be everything.
	assert.deepEqual(await patterns(place.path("write", join(place.folder, "README.md"))), [["README.md"]]);
});

test("an edit is proposed where the file really is, and none outside, none by a name with wildcards", async (t) => {
	const place = new Workspace(t);
	place.file("src/a.ts");
	mkdirSync(join(place.top, "other"));
	symlinkSync(join(place.folder, "src"), join(place.folder, "link"));
	symlinkSync(join(place.top, "other"), join(place.folder, "away"));
	assert.deepEqual(await patterns(place.path("write", join(place.folder, "link/a.ts"))), [["src/a.ts"], ["src/**"]]);
	assert.deepEqual(await patterns(place.path("write", join(place.folder, "away/a.ts"))), []);
	assert.deepEqual(await patterns(place.path("write", join(place.top, "other/a.ts"))), []);
	assert.deepEqual(await patterns(place.path("write", join(place.folder, "src/*.ts"))), []);
	assert.deepEqual(
		await patterns(place.path("write", join(place.folder, "src/{a}.ts"))),
		[["src/**"]],
		"no rule can name it",
	);
});

test("a read is proposed by its path alone, and no search is", async (t) => {
	const place = new Workspace(t);
	const outside = join(place.top, "notes.txt");
	writeFileSync(outside, "x");
	writeFileSync(join(place.userHome, "notes.txt"), "x");
	assert.deepEqual(await patterns(place.path("read", outside)), [[outside]]);
	assert.deepEqual(await patterns(place.path("read", join(place.userHome, "notes.txt"))), [["~/notes.txt"]]);
	assert.deepEqual(await patterns(place.path("read", place.top, "Grep")), []);
	assert.deepEqual(await patterns(place.path("read", place.top, "LS")), []);
});

test("a tool of a server is proposed, then all of its server's", async (t) => {
	const place = new Workspace(t);
	assert.deepEqual(await patterns(place.of("mcp", "mcp__github__create_issue")), [
		["mcp__github__create_issue"],
		["mcp__github__*"],
	]);
	assert.deepEqual(await patterns(place.of("mcp", "ReadMcpResourceTool")), []);
});

test("a page is proposed by its host, then by its domain where that has one owner", async (t) => {
	const place = new Workspace(t);
	const fetch = (url: string) => patterns(place.of("fetch", "WebFetch", { url }));
	assert.deepEqual(await fetch("https://docs.python.org/3/"), [["docs.python.org"], ["*.python.org"]]);
	assert.deepEqual(await fetch("https://python.org/"), [["python.org"]]);
	assert.deepEqual(await fetch("https://www.bbc.co.uk/"), [["www.bbc.co.uk"], ["*.bbc.co.uk"]]);
	assert.deepEqual(await fetch("https://bbc.co.uk/"), [["bbc.co.uk"]]);
	assert.deepEqual(await fetch("https://evil.github.io/"), [["evil.github.io"]]);
	assert.deepEqual(await fetch("http://127.0.0.1:8080/"), [["127.0.0.1:8080"]]);
	assert.deepEqual(await fetch("https://user:word@docs.python.org/"), []);
	assert.deepEqual(await patterns(place.of("fetch", "WebSearch", { query: "x" })), [["WebSearch"]]);
});

test("deletes, sub-agents and tools nobody knows are allowed once at a time", async (t) => {
	const place = new Workspace(t);
	const file = place.file("a.txt");
	assert.deepEqual(await patterns(place.path("delete", file, "Delete")), []);
	assert.deepEqual(await patterns(place.of("spawn", "Agent", { subagent_type: "own" })), []);
	assert.deepEqual(await patterns(place.of("other", "Frobnicate")), []);
});
