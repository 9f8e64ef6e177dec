// The files that say what a command runs.
import assert from "node:assert/strict";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readLine } from "../../../../src/policy/floor/walk.ts";
import { definedBy, standOf } from "../../../../src/policy/grants/defined.ts";
import { Workspace } from "./support.ts";

function filesOf(place: Workspace, line: string, cwd = place.folder): string[] | undefined {
	const read = readLine(line);
	const stand = standOf(read, cwd, place.folder);
	const words = (read.commands ?? []).at(-1)?.words.filter((word) => word !== undefined) ?? [];
	return stand === undefined ? undefined : definedBy(words, stand);
}

test("package managers rest on package.json and what configures them, as far as it is there", (t) => {
	const place = new Workspace(t);
	assert.deepEqual(filesOf(place, "npm test"), []);
	place.file("package.json");
	assert.deepEqual(filesOf(place, "npm test"), ["package.json"]);
	place.file(".npmrc");
	assert.deepEqual(filesOf(place, "npm run build"), [".npmrc", "package.json"]);
	for (const line of ["pnpm test", "yarn build", "bun test", "npx jest"]) {
		assert.ok(filesOf(place, line)?.includes("package.json"), line);
	}
});

test("a package.json that lies nearer counts, and one in a folder the line goes to", (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	place.file("sub/package.json");
	mkdirSync(join(place.folder, "sub/deep"));
	assert.deepEqual(filesOf(place, "npm test", join(place.folder, "sub/deep")), ["package.json", "sub/package.json"]);
	assert.deepEqual(filesOf(place, "cd sub && npm test"), ["package.json", "sub/package.json"]);
	assert.deepEqual(filesOf(place, "cd sub && cd deep && npm test"), undefined, "deep may not be there");
	assert.deepEqual(filesOf(place, "npm --prefix sub test"), ["package.json", "sub/package.json"]);
	assert.deepEqual(filesOf(place, "npm test -w sub"), ["package.json", "sub/package.json"]);
});

test("what cannot be watched is said so", (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	writeFileSync(join(place.top, "x.py"), "x");
	for (const line of [
		"npm test -w shop-ui",
		"npm test --workspaces",
		"pnpm -r test",
		"cd .. && npm test",
		"cd - && npm test",
		"popd && npm test",
		"python ../x.py",
		`python ${place.top}/x.py`,
		`${place.top}/x.py`,
		"make -f ../Makefile",
		"sudo npm test",
		"env X=1 npm test",
		"python gone.py",
	]) {
		assert.equal(filesOf(place, line), undefined, line);
	}
	assert.equal(filesOf(place, "npm test", place.top), undefined, "outside of the folder");
});

test("scripts, makefiles and build files are named", (t) => {
	const place = new Workspace(t);
	for (const file of ["Makefile", "tools/x.py", "run.sh", "app.js", "hook.js", "Cargo.toml", "build.rs", "go.mod"]) {
		place.file(file);
	}
	for (const file of ["conftest.py", "pyproject.toml", "compose.yaml", "tool/__main__.py", "a.patch", "main.tf"])
		place.file(file);
	const cases: [string, string[]][] = [
		["make all", ["Makefile"]],
		["python tools/x.py --fast", ["tools/x.py"]],
		["python3 -u tools/x.py", ["tools/x.py"]],
		["./run.sh now", ["run.sh"]],
		["bash run.sh", ["run.sh"]],
		["node --require ./hook.js app.js", ["app.js", "hook.js"]],
		["node -e 'x()'", []],
		["python -m tool", ["tool/__main__.py"]],
		["python -m pytest tests", ["conftest.py", "pyproject.toml"]],
		["cargo test", ["Cargo.toml", "build.rs"]],
		["go test ./...", ["go.mod"]],
		["pytest -q", ["conftest.py", "pyproject.toml"]],
		["docker compose up -d", ["compose.yaml"]],
		["git apply a.patch", ["a.patch"]],
		["terraform plan", ["main.tf"]],
		["git push origin main", []],
		["mkdir x", []],
		["/usr/bin/touch x", []],
	];
	for (const [line, files] of cases) assert.deepEqual(filesOf(place, line), files, line);
});

test("make's files count in whatever order it looks for them, so a new one before it shows", (t) => {
	const place = new Workspace(t);
	place.file("Makefile");
	place.file("GNUmakefile");
	assert.deepEqual(filesOf(place, "make all"), ["GNUmakefile", "Makefile"]);
});

test("the look for files is bounded: what goes too deep is not watched", (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	const deep = join(place.folder, ...Array.from({ length: 100 }, () => "d"));
	mkdirSync(deep, { recursive: true });
	assert.equal(filesOf(place, "npm test", deep), undefined);
	assert.equal(filesOf(place, `${"cd d; ".repeat(50)}npm test`), undefined);
});

test("a file behind a link is named by its place in the folder", (t) => {
	const place = new Workspace(t);
	writeFileSync(join(place.top, "shared.json"), "{}");
	symlinkSync(join(place.top, "shared.json"), join(place.folder, "package.json"));
	assert.deepEqual(filesOf(place, "npm test"), ["package.json"]);
});
