import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import fc from "fast-check";
import {
	missingWhat,
	ruleApplies,
	ruleMatches,
	ruleMatchesCommand,
	type Subject,
	whyNot,
} from "../../../../src/policy/rules/match.ts";
import type { Rule } from "../../../../src/policy/rules/schema.ts";
import { MAX_TEXT } from "../../../../src/policy/rules/tight.ts";
import { digestOf } from "../../../../src/policy/rules/unchanged.ts";
import { times } from "../../../support/pace.ts";

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

describe("a rule that denies, in a line of which more may run than its commands show", () => {
	const push = deny({ command: "git push *" });
	const unwalked = (commandText: string, ...commands: string[][]) => subject({ commands, commandText, unwalked: true });
	const LINES = [
		"X=$(git push)",
		"export X=$(git push)",
		"a=(1 $(git push))",
		"f() { git push; }; f",
		"coproc git push",
		"select x in a; do git push; done",
		"for ((;;)); do git push; done",
		"cat <<EOF\n$(git push)\nEOF",
		"bash <<'EOF'\ngit push\nEOF",
		"echo $((1+$(git push)))",
		"echo 'git push' | sh",
		"alias p='git push'",
		'X=$(git -C sub "push" origin)',
		"X=`g''it pu\\sh`",
		// biome-ignore lint/suspicious/noTemplateCurlyInString: the shell's
		"X=$(git${IFS}push)",
	];
	for (const line of LINES) {
		test(line, () => {
			assert.ok(ruleMatches(push, unwalked(line, ["x"]), "tighten"));
			assert.ok(!ruleMatches(push, { ...unwalked(line, ["x"]), unwalked: false }, "tighten"), "all of it was walked");
		});
	}

	test("means no other line", () => {
		assert.ok(!ruleMatches(push, unwalked("X=$(git status)", ["x"]), "tighten"));
		assert.ok(ruleMatches(push, unwalked("git push", ["git", "push"]), "tighten"));
		assert.ok(ruleMatches(push, subject({ commands: [["x"]], unwalked: true }), "tighten"), "no text of it is known");
	});

	test("allows no more by it", () => {
		const rule = allow({ command: "npm test" });
		assert.ok(!ruleMatches(rule, unwalked("npm test", ["rm", "x"]), "allow"));
	});
});

describe("text that could not be read", () => {
	const rules = (count: number) => Array.from({ length: count }, (_, n) => deny({ command: `prog${n} run *` }));
	const time = (all: Rule[], commandText: string) =>
		times(() => {
			for (const rule of all) ruleMatches(rule, subject({ commandText }), "tighten");
		});

	test("of a megabyte is not split anew for each rule", () => {
		const text = `echo "${"abc def $(x) ".repeat(80_000)}`;
		assert.ok(time(rules(40), text) < 300);
	});

	test("up to the limit is split once for all rules", () => {
		const text = `echo "${"abc def prog1 $(x) ".repeat(3000)}`;
		assert.ok(text.length < MAX_TEXT);
		const one = Math.max(time(rules(1), `${text} `), 5);
		assert.ok(time(rules(400), text) < 60 * one, `${one} ms for one rule`);
	});

	test("beyond the limit means any rule whose program it names", () => {
		const long = `x "${"a ".repeat(MAX_TEXT / 2)}`;
		const means = (command: string, more: string) =>
			ruleMatches(deny({ command }), subject({ commandText: long + more }), "tighten");
		assert.ok(means("git push *", "; git status"));
		assert.ok(means("/usr/bin/git push", "GIT status"));
		assert.ok(means("git push *", "; g''it pu\\sh"));
		assert.ok(means("./scripts/*.sh", "scripts/deploy.sh"));
		assert.ok(means("* push", "y"), "any program");
		assert.ok(!means("git push *", "; hg push"));
		assert.ok(!means("./scripts/*.sh", "tools/deploy.sh"));
	});
});

describe("why a rule does not fit", () => {
	const why = (rule: Rule, about: Subject, how: "allow" | "tighten") => whyNot(rule, about, how)?.code;

	test("is the first condition that is not met", () => {
		const line = shell("npm test", "rm x");
		const rule = allow({
			agent: "codex",
			kind: "edit",
			tool: "X",
			command: "npm test",
			folder: "/w",
			until: "2020-01-01T00:00:00Z",
		});
		assert.equal(why(rule, line, "allow"), "rule.notAgent");
		assert.equal(why({ ...rule, agent: "claude-code" }, line, "allow"), "rule.notKind");
		assert.equal(why({ ...rule, agent: "claude-code", kind: "shell" }, line, "allow"), "rule.notTool");
		const { agent: _, kind: _k, tool: _t, ...bare } = rule;
		assert.deepEqual(whyNot(bare, line, "allow"), { code: "rule.notThisCommand", args: { command: "rm x" } });
		assert.equal(why(bare, shell("npm test"), "allow"), "rule.notFolder");
		assert.equal(why({ ...bare, folder }, shell("npm test"), "allow"), "rule.notUntil");
		assert.equal(why(allow({ command: "npm test" }), shell("npm test"), "allow"), undefined);
		assert.equal(why(bare, subject({ commandText: "(" }), "allow"), "rule.unreadCommand");
		assert.equal(why(allow({ command: "a | b" }), line, "allow"), "rule.broken");
		assert.equal(why(allow({ tool: "Bash" }), line, "allow"), "rule.notWhat");
		assert.deepEqual(whyNot(deny({ command: ["git push *", "x"] }), line, "tighten"), {
			code: "rule.notCommand",
			args: { wanted: "git push *, x" },
		});
	});

	test("names the file, the address and what has changed", () => {
		const docs = allow({ path: "docs/**" });
		assert.deepEqual(whyNot(docs, file("edit", `${folder}/src/a`), "allow"), {
			code: "rule.notThisPath",
			args: { path: `${folder}/src/a` },
		});
		assert.equal(why(docs, subject({ kind: "edit" }), "allow"), "rule.noPath");
		assert.equal(why(deny({ path: "docs/**" }), file("edit", `${folder}/src/a`), "tighten"), "rule.notPath");
		const host = { kind: "fetch", urls: ["https://x.org/"] } as const;
		assert.equal(why(allow({ host: "y.org" }), subject(host), "allow"), "rule.notThisHost");
		assert.equal(why(deny({ host: "y.org" }), subject(host), "tighten"), "rule.notHost");
		assert.equal(why(deny({ host: "y.org" }), subject({ kind: "fetch" }), "tighten"), "rule.noHost");
		const files = { "no-such": "0".repeat(64) };
		assert.deepEqual(whyNot(allow({ command: "ls", unchanged: files }), shell("ls"), "allow"), {
			code: "rule.notUnchanged",
			args: { file: "no-such" },
		});
	});

	const some = <T>(...values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 2 });
	const anyRule = fc
		.record({
			agent: some("claude-code", "codex"),
			kind: some<Rule["kind"]>("shell", "edit", ["fetch", "shell"], "mcp"),
			tool: some("Bash", "X", "mcp__*"),
			command: some<Rule["command"]>("npm test", "git *", "rm *", ["ls", "git push"], "a | b"),
			path: some("src/**", "secrets", "**/*.ts", "{a}"),
			host: some("x.org", "*.x.org", "*"),
			folder: some(folder, "/w/other", "~/x"),
			unchanged: some({}, { "no-such-file": "0".repeat(64) }),
			until: some("2020-01-01T00:00:00Z", "2100-01-01T00:00:00Z", "never"),
		})
		.map((members): Rule => {
			const given = Object.entries(members).filter(([, value]) => value !== undefined);
			return { id: "a", effect: "deny", ...Object.fromEntries(given) };
		});
	const anySubject = fc.record({
		agent: fc.constantFrom("claude-code", "codex"),
		kind: fc.constantFrom<Subject["kind"]>("shell", "shell", "edit", "fetch", "mcp"),
		tool: fc.constantFrom("Bash", "X", "mcp__y"),
		commands: some([["npm", "test"]], [["ls"], ["git", "push"]], [["rm", undefined]], []),
		commandText: some("npm test", "X=$(git push)", "("),
		unwalked: some(true, false),
		paths: fc.subarray([
			{ written: `${folder}/src/a.ts`, real: `${folder}/src/a.ts` },
			{ written: "/w/other/secrets/b", real: undefined },
			{ written: "/etc/x", real: "/home/ada/x/y" },
		]),
		urls: some<string[]>(["https://x.org/"], ["https://a.x.org", "https://z.org"], []),
		folder: some(folder, "/w/other"),
		userHome: fc.constant("/home/ada"),
	});

	test("is said exactly when the rule does not fit, and is about a member it has", () => {
		const seen = new Map<string, number>();
		fc.assert(
			fc.property(anyRule, anySubject, fc.constantFrom("allow" as const, "tighten" as const), (rule, about, how) => {
				const said = whyNot(rule, about, how);
				assert.equal(said === undefined, ruleMatches(rule, about, how));
				seen.set(said?.code ?? "fits", (seen.get(said?.code ?? "fits") ?? 0) + 1);
				// Without the members it names one after the other, a rule that tightens fits in the end.
				if (how === "allow") return;
				const left: Record<string, unknown> = { ...rule };
				for (let round = 0; round < 10; round += 1) {
					const code = whyNot({ ...(left as Rule) }, about, how)?.code;
					if (code === undefined) return;
					const member = /(Agent|Kind|Tool|Command|Path|Host|Folder|Until)$/.exec(code)?.[1]?.toLowerCase() ?? code;
					assert.ok(Object.hasOwn(left, member), code);
					delete left[member];
				}
				assert.fail("a condition is named that is not met without it either");
			}),
			{ numRuns: 3000 },
		);
		for (const code of ["fits", "rule.notAgent", "rule.notKind", "rule.notTool", "rule.notCommand", "rule.notPath"]) {
			assert.ok((seen.get(code) ?? 0) > 10, `${code} comes up`);
		}
	});
});
