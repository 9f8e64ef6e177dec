import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import {
	missingWhat,
	ruleApplies,
	ruleMatches,
	ruleMatchesCommand,
	type Subject,
} from "../../../../src/policy/rules/match.ts";
import type { Rule } from "../../../../src/policy/rules/schema.ts";
import { digestOf } from "../../../../src/policy/rules/unchanged.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "match-")));
after(() => rmSync(folder, { recursive: true, force: true }));

function subject(more: Partial<Subject>): Subject {
	return { agent: "claude-code", kind: "shell", tool: "Bash", paths: [], folder, userHome: "/home/ada", ...more };
}

function shell(...lines: string[]): Subject {
	const commands = lines.map((line) => line.split(" ").map((word) => (word === "?" ? undefined : word)));
	return subject({ commands, commandText: lines.join("; ") });
}

function file(kind: Subject["kind"], written: string, real: string | undefined = written): Subject {
	return subject({ kind, tool: "Edit", paths: [{ written, real }] });
}

const allow = (members: Partial<Rule>): Rule => ({ id: "a", effect: "allow", ...members });
const deny = (members: Partial<Rule>): Rule => ({ id: "a", effect: "deny", ...members });

describe("a rule that allows", () => {
	test("means a line only when it means every command of it", () => {
		const rule = allow({ command: ["npm test", "git log *"] });
		assert.ok(ruleMatches(rule, shell("npm test"), "allow"));
		assert.ok(ruleMatches(rule, shell("npm test", "git log -1"), "allow"));
		assert.ok(!ruleMatches(rule, shell("npm test", "rm x"), "allow"));
		assert.ok(!ruleMatches(rule, subject({ commandText: "npm test" }), "allow"), "a line that could not be read");
		assert.ok(!ruleMatches(rule, subject({ commands: [] }), "allow"));
		assert.ok(ruleApplies(rule, shell("npm test", "rm x"), "allow"), "its other conditions hold");
	});

	test("means no command with a word that is not known", () => {
		const rule = allow({ command: "npm *" });
		assert.ok(ruleMatchesCommand(rule, ["npm", "x"]));
		assert.ok(!ruleMatchesCommand(rule, ["npm", undefined]));
		assert.ok(!ruleMatchesCommand(allow({ tool: "Bash" }), ["npm"]), "a rule without commands");
	});

	test("must say what it allows, for each kind of action", () => {
		const bash = shell("npm test");
		for (const members of [
			{ tool: "Bash" },
			{ kind: "shell" },
			{ agent: "claude-code" },
			{ path: "**" },
		] as Partial<Rule>[]) {
			assert.ok(!ruleMatches(allow(members), bash, "allow"), JSON.stringify(members));
		}
		const edit = file("edit", join(folder, "a.ts"));
		assert.ok(!ruleMatches(allow({ tool: "Edit" }), edit, "allow"));
		assert.ok(ruleMatches(allow({ path: "*.ts" }), edit, "allow"));
		assert.ok(ruleMatches(allow({ tool: "mcp__gh__*" }), subject({ kind: "mcp", tool: "mcp__gh__get" }), "allow"));
		assert.ok(!ruleMatches(allow({ tool: "mcp__gh__*" }), subject({ kind: "mcp", tool: "mcp__ghx__get" }), "allow"));
		assert.equal(missingWhat(allow({ tool: "x" }), "fetch"), undefined);
		assert.equal(missingWhat(allow({ tool: "x" }), "shell"), "command");
	});

	test("a command in it is about shell lines only", () => {
		const rule = allow({ command: "npm test", path: "**", tool: "X" });
		assert.ok(!ruleMatches(rule, subject({ kind: "mcp", tool: "X" }), "allow"));
		assert.ok(!ruleApplies(rule, subject({ kind: "mcp", tool: "X" }), "allow"));
	});

	test("needs every file inside, where it really is", () => {
		const rule = allow({ path: "src/**" });
		const inside = join(folder, "src/a");
		assert.ok(ruleMatches(rule, file("edit", inside), "allow"));
		assert.ok(
			!ruleMatches(rule, subject({ kind: "edit", paths: [{ written: inside, real: "/etc/passwd" }] }), "allow"),
		);
		assert.ok(
			!ruleMatches(rule, subject({ kind: "edit", paths: [{ written: inside }] }), "allow"),
			"not to be followed",
		);
		assert.ok(!ruleMatches(rule, subject({ kind: "edit" }), "allow"), "no file known");
		const two = [inside, join(folder, "lib/b")].map((path) => ({ written: path, real: path }));
		assert.ok(!ruleMatches(rule, subject({ kind: "edit", paths: two }), "allow"));
		assert.ok(ruleMatches(allow({ path: ["src/**", "lib/*"] }), subject({ kind: "edit", paths: two }), "allow"));
		assert.ok(!ruleMatches(rule, { ...file("edit", inside), folder: undefined }, "allow"), "outside all folders");
	});

	test("needs every address", () => {
		const rule = allow({ host: "docs.python.org" });
		const fetch = (...urls: string[]) => subject({ kind: "fetch", tool: "WebFetch", urls });
		assert.ok(ruleMatches(rule, fetch("https://docs.python.org/3/"), "allow"));
		assert.ok(!ruleMatches(rule, fetch("https://docs.python.org/", "https://evil.com/"), "allow"));
		assert.ok(!ruleMatches(rule, fetch(), "allow"));
	});

	test("holds all its conditions together", () => {
		const rule = allow({ agent: "codex", kind: ["read", "shell"], command: "ls", folder });
		assert.ok(!ruleMatches(rule, shell("ls"), "allow"));
		assert.ok(ruleMatches(rule, { ...shell("ls"), agent: "codex" }, "allow"));
		assert.ok(!ruleMatches(rule, { ...shell("ls"), agent: "codex", folder: `${folder}2` }, "allow"));
		assert.ok(!ruleMatches({ ...rule, kind: "read" }, { ...shell("ls"), agent: "codex" }, "allow"));
		const home = allow({ command: "ls", folder: "~/work/" });
		assert.ok(ruleMatches(home, { ...shell("ls"), folder: "/home/ada/work" }, "allow"));
		assert.ok(!ruleMatches(home, { ...shell("ls"), folder: "/home/ada/work/below" }, "allow"));
	});

	test("ends at its moment", () => {
		const rule = allow({ command: "ls", until: "2027-01-01T00:00:00Z" });
		const at = (time: string) => ({ ...shell("ls"), now: Date.parse(time) });
		assert.ok(ruleMatches(rule, at("2026-12-31T23:59:59Z"), "allow"));
		assert.ok(!ruleMatches(rule, at("2027-01-01T00:00:00Z"), "allow"));
		assert.ok(!ruleMatches({ ...rule, until: "never" }, at("2026-01-01T00:00:00Z"), "allow"));
	});

	test("counts only while its files are unchanged", () => {
		const text = '{"scripts":{"test":"node --test"}}';
		const sha256 = createHash("sha256").update(text).digest("hex");
		const path = join(folder, "package.json");
		const rule = allow({ command: "npm test", unchanged: { "package.json": sha256 } });
		assert.ok(!ruleMatches(rule, shell("npm test"), "allow"), "missing");
		writeFileSync(path, text);
		assert.ok(ruleMatches(rule, shell("npm test"), "allow"));
		writeFileSync(path, text.replace("node --test", "rm -rf ~"));
		assert.ok(!ruleMatches(rule, shell("npm test"), "allow"), "changed");
		writeFileSync(path, text);
		assert.ok(ruleMatches(rule, shell("npm test"), "allow"));
		assert.ok(!ruleMatches(rule, { ...shell("npm test"), folder: undefined }, "allow"));
		const other = join(folder, "other.json");
		writeFileSync(other, "{}");
		rmSync(path);
		symlinkSync(other, path);
		assert.ok(!ruleMatches(rule, shell("npm test"), "allow"), "a link to other content");
		mkdirSync(join(folder, "below"));
		const outside = allow({ command: "npm test", unchanged: { "../other.json": digestOf(other) ?? "" } });
		assert.ok(!ruleMatches(outside, { ...shell("npm test"), folder: join(folder, "below") }, "allow"));
	});

	test("with a pattern that cannot be read allows nothing", () => {
		assert.ok(!ruleMatches(allow({ command: ["ls", "a | b"] }), shell("ls"), "allow"));
		assert.ok(!ruleMatches(allow({ path: ["**", "{a}"] }), file("edit", join(folder, "a")), "allow"));
	});
});

describe("a rule that asks or denies", () => {
	test("means a line when it means one command of it", () => {
		const rule = deny({ command: "npm publish *" });
		assert.ok(ruleMatches(rule, shell("ls", "sudo npm publish", "ls"), "tighten"));
		assert.ok(!ruleMatches(rule, shell("ls", "npm test"), "tighten"));
		assert.ok(
			ruleMatches(rule, subject({ commandText: "if ((; npm publish" }), "tighten"),
			"a line that could not be read",
		);
		assert.ok(!ruleMatches(rule, subject({ commandText: "if ((; npm test" }), "tighten"));
		assert.ok(ruleMatches(rule, subject({}), "tighten"), "a line nobody knows");
		assert.ok(!ruleMatches(rule, file("edit", join(folder, "npm")), "tighten"));
		assert.ok(ruleMatches(rule, shell("ls", "? x"), "tighten"), "a program nobody knows");
	});

	test("means any file, as written or where it really is", () => {
		const rule = deny({ path: ["secrets", "~/.ssh"] });
		const secret = join(folder, "secrets/key");
		const link = join(folder, "link");
		assert.ok(ruleMatches(rule, file("read", secret), "tighten"));
		assert.ok(ruleMatches(rule, file("read", link, secret), "tighten"));
		assert.ok(ruleMatches(rule, file("read", secret, "/elsewhere"), "tighten"));
		assert.ok(ruleMatches(rule, file("read", "/home/ada/.ssh/id"), "tighten"));
		assert.ok(!ruleMatches(rule, file("read", link), "tighten"));
		const two = [link, secret].map((path) => ({ written: path, real: path }));
		assert.ok(ruleMatches(rule, subject({ kind: "read", paths: two }), "tighten"));
	});

	test("counts its paths from every folder of the gate", () => {
		const rule = deny({ path: "infra/prod" });
		const there = file("edit", "/w/two/infra/prod/a.tf");
		assert.ok(!ruleMatches(rule, there, "tighten"));
		assert.ok(ruleMatches(rule, { ...there, folders: [folder, "/w/two"] }, "tighten"));
	});

	test("with a folder counts for sessions in it and for files in it", () => {
		const rule = deny({ folder: "/w/two", kind: "edit" });
		assert.ok(ruleMatches(rule, { ...file("edit", "/x"), folder: "/w/two" }, "tighten"));
		assert.ok(ruleMatches(rule, file("edit", "/w/two/a"), "tighten"));
		assert.ok(!ruleMatches(rule, file("edit", "/w/twofold/a"), "tighten"));
	});

	test("means any address", () => {
		const rule = deny({ host: "*.evil.com" });
		const fetch = (...urls: string[]) => subject({ kind: "fetch", urls });
		assert.ok(ruleMatches(rule, fetch("https://ok.org", "https://x.evil.com"), "tighten"));
		assert.ok(!ruleMatches(rule, fetch("https://ok.org"), "tighten"));
		assert.ok(!ruleMatches(rule, fetch(), "tighten"));
	});

	test("without conditions means everything; by agent, kind or tool only those", () => {
		assert.ok(ruleMatches(deny({}), shell("ls"), "tighten"));
		assert.ok(!ruleMatches(deny({ agent: ["codex"] }), shell("ls"), "tighten"));
		assert.ok(!ruleMatches(deny({ kind: "edit" }), shell("ls"), "tighten"));
		assert.ok(ruleMatches(deny({ tool: ["X", "Ba*"] }), shell("ls"), "tighten"));
	});

	test("with a pattern that cannot be read may mean anything its other conditions leave", () => {
		assert.ok(ruleMatches(deny({ command: "a | b" }), shell("ls"), "tighten"));
		assert.ok(!ruleMatches(deny({ command: "a | b", agent: "codex" }), shell("ls"), "tighten"));
	});

	test("ends at its moment, too", () => {
		const rule = deny({ until: "2027-01-01T00:00:00Z" });
		assert.ok(!ruleMatches(rule, { ...shell("ls"), now: Date.parse("2027-01-02T00:00:00Z") }, "tighten"));
	});
});

test("many rules cost in proportion to their number", () => {
	const rules = (count: number): Rule[] =>
		Array.from({ length: count }, (_, n) => deny({ command: [`tool${n} run *`, `git x${n}`], path: `dir${n}/**` }));
	const line = subject({
		commands: [["git", "status"], ["xargs", "-n", "1", "cat"], ["ls"]],
		paths: [{ written: `${folder}/a/b`, real: `${folder}/a/b` }],
	});
	const time = (all: Rule[]) => {
		let best = Number.POSITIVE_INFINITY;
		for (let run = 0; run < 20; run += 1) {
			const from = performance.now();
			for (const rule of all) assert.equal(ruleMatches(rule, line, "tighten"), false);
			best = Math.min(best, performance.now() - from);
		}
		return best;
	};
	const few = time(rules(200));
	const many = time(rules(2000));
	assert.ok(many < 40 * Math.max(few, 0.02), `200: ${few} ms, 2000: ${many} ms`);
});
