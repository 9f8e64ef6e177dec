// A rule that a person edited before granting it: how wide it may be, and that it covers the very action.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { ruleOf, ruleProblem, ruleProblemNow } from "../../../../src/policy/grants/check.ts";
import type { Ground } from "../../../../src/policy/grants/ground.ts";
import { leadsElsewhere } from "../../../../src/policy/grants/tail.ts";
import { staysWithin } from "../../../../src/policy/grants/within.ts";
import { digestOf } from "../../../../src/policy/rules/unchanged.ts";
import type { GrantMember } from "../../../../src/protocol/grants.ts";
import { Workspace } from "./support.ts";

async function problem(ground: Ground, member: GrantMember, ...patterns: string[]): Promise<string | undefined> {
	const first = ruleProblem(ground, { member, patterns })?.code;
	const whole = (await ruleProblemNow(ground, { member, patterns }))?.code;
	if (first !== undefined) assert.equal(whole, first, "what is said at once is said again");
	return whole;
}

test("a command's rule must name what it does", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	const npm = await place.shell("npm run build -- --fast");
	for (const fine of ["npm run build -- --fast", "npm run build *", "npm run *", "npm run build -- *"]) {
		assert.equal(await problem(npm, "command", fine), undefined, fine);
	}
	for (const wide of ["npm *", "* run build", "npm * build"]) {
		assert.equal(await problem(npm, "command", wide), "grant.wideCommand", wide);
	}
	assert.equal(await problem(npm, "command", "*"), "grant.wideCommand");
	const cases: [string, string][] = [
		["python x.py a", "python *"],
		["node x.js a", "node x.js *"],
		["cp a b", "cp *"],
		["docker run alpine ls", "docker run *"],
		["npx jest a", "npx *"],
		["npm exec jest a", "npm exec *"],
		["git status --porcelain && git -c a=b fetch", "git *"],
		["ssh host ls", "ssh host *"],
	];
	place.file("x.py");
	place.file("x.js");
	for (const [line, wide] of cases)
		assert.equal(await problem(await place.shell(line), "command", wide), "grant.wideCommand", wide);
});

test("a pattern that cannot be read, hides something or is for another kind is refused", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	const npm = await place.shell("npm test");
	assert.equal(await problem(npm, "command", "npm test; rm"), "policyFile.commandActs");
	assert.equal(await problem(npm, "command", "npm 'test"), "policyFile.commandQuote");
	assert.equal(await problem(npm, "command", "npm test\u200b"), "grant.hidden");
	assert.equal(await problem(npm, "tool", "Bash"), "grant.notThisKind");
	assert.equal(await problem(npm, "path", "package.json"), "grant.notThisKind");
	const odd = { member: "command", patterns: [] } as never;
	assert.equal(ruleProblem(npm, odd)?.code, "grant.notRead");
});

test("a rule must cover all of the action", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	const two = await place.shell("npm test && npm run lint");
	assert.equal(await problem(two, "command", "npm test"), "grant.notCoveredCommand");
	assert.equal(await problem(two, "command", "npm test", "npm run lint"), undefined);
	const other = await place.shell("npm test");
	assert.equal(await problem(other, "command", "npm run *"), "grant.notCoveredCommand");
});

test("what the floor would ask about the rest of the line is not granted along", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	place.file(".env");
	const line = await place.shell("npm test; cat .env");
	assert.notEqual(await problem(line, "command", "npm test"), undefined);
	assert.equal(await problem(line, "command", "npm test", "cat .env"), undefined);
});

test("nothing destructive beyond the exact line", async (t) => {
	const place = new Workspace(t);
	const push = await place.shell("git push --force origin main");
	assert.equal(await problem(push, "command", "git push --force *"), "why.ceiling");
	assert.equal(await problem(push, "command", "git push --force origin main"), undefined);
	assert.equal(await problem(push, "command", "git push --force origin main", "git push origin *"), "why.ceiling");
	const more = await place.shell("ls; git push --force origin main");
	assert.equal(await problem(more, "command", "git push --force origin main"), "why.ceiling");
});

test("a path's rule names a folder or a kind of file, and changes stay in the workspace", async (t) => {
	const place = new Workspace(t);
	const edit = await place.path("edit", place.file("src/a.ts"), "Edit");
	for (const fine of ["src/a.ts", "src/*.ts", "src/**", "**/*.ts"])
		assert.equal(await problem(edit, "path", fine), undefined, fine);
	for (const wide of ["**", "*/**", "**/*", "*/*.*"])
		assert.equal(await problem(edit, "path", wide), "grant.widePath", wide);
	assert.equal(await problem(edit, "path", "lib/**"), "grant.notCovered");
	assert.equal(await problem(edit, "path", join(place.folder, "src/**")), "grant.outside");
	assert.equal(await problem(edit, "path", "~/shop/**"), "grant.outside");
});

test("a host's or tool's rule names one owner", async (t) => {
	const place = new Workspace(t);
	const fetch = await place.of("fetch", "WebFetch", { url: "https://a.github.io/x" });
	for (const wide of ["*", "*.io", "*.github.io"])
		assert.equal(await problem(fetch, "host", wide), "grant.wideHost", wide);
	assert.equal(await problem(fetch, "host", "a.github.io"), undefined);
	assert.equal(await problem(fetch, "tool", "WebFetch"), "grant.wideHost");
	const mcp = await place.of("mcp", "mcp__srv__echo");
	for (const wide of ["*", "mcp__*", "m*", "mcp__s*"])
		assert.equal(await problem(mcp, "tool", wide), "grant.wideTool", wide);
	assert.equal(await problem(mcp, "tool", "mcp__srv__*"), undefined);
	assert.equal(await problem(mcp, "tool", "mcp__other__*"), "grant.notCovered");
});

test("the rule is for the agent, the kind, the folder and the files as they are", async (t) => {
	const place = new Workspace(t);
	const file = place.file("package.json");
	const rule = ruleOf(await place.shell("npm test"), { member: "command", patterns: ["npm test"] }, "g");
	assert.deepEqual(rule, {
		id: "g",
		effect: "allow",
		agent: "claude-code",
		kind: "shell",
		command: ["npm test"],
		folder: place.folder,
		unchanged: { "package.json": digestOf(file) },
	});
	const read = ruleOf(await place.path("read", join(place.top, "x")), { member: "path", patterns: ["/x"] });
	assert.equal(read.tool, "Read", "what one tool reads, another may search below");
	assert.equal(read.unchanged, undefined);
});

test("a rule stays within the files it rests on, and lets no word lead elsewhere", async (t) => {
	const place = new Workspace(t);
	place.file("package.json");
	const ground = await place.shell("npm test");
	const rule = ruleOf(ground, { member: "command", patterns: ["npm test *"] });
	const standing = (...places: string[]) => ({ folder: place.folder, places });
	const stays = (line: string, at = place.folder) => staysWithin(rule, line.split(" "), standing(at));
	assert.equal(stays("npm test"), true);
	assert.equal(stays("npm test -- --watch"), true);
	for (const away of ["--prefix=evil", "--script-shell=./x", "--node-options=--require=./x", "--pre=evil", "-C evil"]) {
		assert.equal(stays(`npm test ${away}`), false, away);
	}
	mkdirSync(join(place.folder, "sub"));
	const sub = join(place.folder, "sub");
	assert.equal(stays("npm test", sub), true, "the same package.json");
	writeFileSync(join(place.folder, "sub/package.json"), "{}");
	assert.equal(stays("npm test", sub), false, "another one");
	place.file(".npmrc", "script-shell=./x\n");
	assert.equal(stays("npm test"), false, "a file that was not there");
	assert.equal(staysWithin(rule, ["npm", "test", undefined], standing(place.folder)), false);
	assert.equal(staysWithin(rule, ["npm", "test"], undefined), false);
	// A rule that a person wrote by hand is about the files it lists, and as wide as they wrote it.
	const written = { ...rule, id: "own" };
	assert.equal(staysWithin(written, ["npm", "test", "--script-shell=./x"], standing(place.folder)), true);
	assert.equal(staysWithin(written, ["npm", "test"], standing(sub)), false, "another package.json");
	const { unchanged: _, ...own } = rule;
	assert.equal(
		staysWithin(own, ["npm", "test", "--prefix=evil"], standing(place.folder)),
		true,
		"a person's own rule is as wide as they wrote it",
	);
});

test("words that lead a program elsewhere are found in every way they are written", () => {
	const cases: [string, number, string | undefined][] = [
		["git push origin main", 3, undefined],
		["git push -u origin main", 2, undefined],
		["git push origin --receive-pack=./x", 3, "--receive-pack=./x"],
		["git push origin --rec=./x", 3, "--rec=./x"],
		["git fetch ext::sh", 2, "ext::sh"],
		["git pull https://x.example/r", 2, "https://x.example/r"],
		["git commit -m x", 2, undefined],
		["go test -exec ./x ./...", 2, "-exec"],
		["go test --exec=./x", 2, "--exec=./x"],
		["go test -count=1 -v ./...", 2, undefined],
		["make all SHELL=./x", 2, "SHELL=./x"],
		["make all -kf x.mk", 2, "-kf"],
		["cargo test --config x", 2, "--config"],
		["cargo test --release", 2, undefined],
		["pytest -q tests", 1, undefined],
		["pytest -p evil", 1, "-p"],
		["python -m pytest -p evil", 3, "-p"],
		["eslint --fix src", 1, undefined],
		["eslint -c x.js src", 1, "-c"],
	];
	for (const [line, from, found] of cases) assert.equal(leadsElsewhere(line.split(" "), from), found, line);
});
