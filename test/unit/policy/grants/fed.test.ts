// What a command is handed on its standard input is said by no rule, so no grant is for a command that is fed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { proposalsThatCover, ruleProblem } from "../../../../src/policy/grants/check.ts";
import { definedBy } from "../../../../src/policy/grants/defined.ts";
import { Workspace } from "./support.ts";

test("nothing is offered for a command that is fed, and a rule for it is refused", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	place.file("x.py");
	place.file("in.txt");
	const cases: [string, string][] = [
		["python3 - <<'EOF'\nprint(1)\nEOF", "python3 -"],
		["python3 x.py <<'EOF'\n1\nEOF", "python3 x.py"],
		["bash <<'EOF'\nmake\nEOF", "bash"],
		["echo x | sh", "sh"],
		["node <<'EOF'\n1\nEOF", "node"],
		["git apply <<'EOF'\nx\nEOF", "git apply"],
		["patch -p1 < in.txt", "patch -p1"],
		["kubectl apply -f - <<'EOF'\nx\nEOF", "kubectl apply -f -"],
		["tee in.txt <<< x", "tee in.txt"],
		["sqlite3 app.db <<< 'select 1'", "sqlite3 app.db"],
		["echo 'select 1' | psql app", "psql app"],
		["npm test < in.txt", "npm test"],
		["{ npm test; } < in.txt", "npm test"],
		["cat in.txt | (npm test)", "npm test"],
	];
	for (const [line, pattern] of cases) {
		const ground = await place.shell(line);
		assert.deepEqual(await proposalsThatCover(ground), [], line);
		assert.notEqual(ruleProblem(ground, { member: "command", patterns: [pattern] }), undefined, line);
	}
	assert.equal(
		(await proposalsThatCover(await place.shell("npm test | tail -5"))).length,
		2,
		"what it feeds is not fed",
	);
});

test("a program that does what it reads is not granted even where the line hands it nothing", (t) => {
	const place = new Workspace(t);
	for (const file of ["x.py", "a.patch", "x.sql", "x.yaml"]) place.file(file);
	const stand = { folder: place.folder, places: [place.folder] };
	const of = (line: string) => definedBy(line.split(" "), stand);
	for (const line of [
		...["python3", "python3 -", "python3 -u", "bash", "bash -s", "sh -", "zsh -i", "node", "node -", "node -i", "ruby"],
		...["perl -w", "deno", "deno run -", "bun run -", "tee x", "patch -p1", "git apply", "git am", "git apply -"],
		...["kubectl apply -f -", "kubectl apply -f-", "kubectl apply --filename=-", "psql app", "psql -U me app"],
		...["mysql app", "sqlite3 app.db", "irb", "bc", "at now", "docker build -", "bash /dev/stdin", "gh gist create -"],
		...["curl -d @- x.example", "git switch -"],
	]) {
		assert.equal(of(line), undefined, line);
	}
	assert.deepEqual(of("python3 x.py -"), undefined);
	assert.deepEqual(of("git apply a.patch"), ["a.patch"]);
	assert.deepEqual(of("git am --continue"), []);
	assert.deepEqual(of("patch -p1 -i a.patch"), ["a.patch"]);
	assert.deepEqual(of("psql -f x.sql app"), ["x.sql"]);
	assert.deepEqual(of("kubectl apply -f x.yaml"), ["x.yaml"]);
	assert.deepEqual(definedBy(["npm", "test"], stand), []);
	assert.equal(definedBy(["npm", "test"], stand, "pipe"), undefined);
});
