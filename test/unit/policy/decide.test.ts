// biome-ignore-all lint/suspicious/noThenProperty: a member of policy files; nothing awaits it
// The order of decision, through real policy files: deny, guard, hooks, ask, allow and grants, floor.
import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import type { Action, ActionKind, JsonObject } from "../../../src/actions/action.ts";
import { openPolicy } from "../../../src/policy/decide.ts";
import { explanationText } from "../../../src/policy/explainText.ts";
import type { Policy, PolicyContext } from "../../../src/policy/policy.ts";
import { Acceptance } from "../../../src/policy/rules/accepted.ts";
import { Layers } from "../../../src/policy/rules/layers.ts";
import { Ground, say } from "./support.ts";

let ground: Ground;
let layers: Layers;
let acceptance: Acceptance;
let policy: Policy;

before(async () => {
	ground = await Ground.make();
});
after(() => ground.remove());

beforeEach(async () => {
	await rules("user", []);
	await rules("workspace", []);
	const { home } = ground.context;
	acceptance = new Acceptance(home, undefined);
	layers = new Layers({ home, acceptance, organisationFile: join(ground.top, "org.jsonc") });
	policy = openPolicy({ layers, guard: { pathFolders: [], agentFolders: [] } });
});

function fileOf(layer: "user" | "workspace"): string {
	return layer === "user" ? join(ground.context.home, "policy.jsonc") : join(ground.ws, ".gatepost", "policy.jsonc");
}

async function rules(layer: "user" | "workspace", list: object[], more: object = {}): Promise<void> {
	const file = fileOf(layer);
	await mkdir(dirname(file), { recursive: true });
	await writeFile(file, JSON.stringify({ ...more, rules: list }, undefined, "\t"));
}

function accept(layer: "user" | "workspace"): void {
	layers.refresh([ground.ws]);
	const view = layers.files().find((one) => one.layer === layer);
	assert.ok(view !== undefined);
	acceptance.acceptHere(layer, view.file, view.sha256);
}

async function accepted(layer: "user" | "workspace", list: object[], more: object = {}): Promise<void> {
	await rules(layer, list, more);
	accept(layer);
}

const context = (more: Partial<PolicyContext> = {}): PolicyContext => ({
	...ground.context,
	agent: "claude-code",
	...more,
});

async function shell(command: string, more: Partial<PolicyContext> = {}): Promise<string> {
	const { effect, ruleId, guard } = await policy.evaluate(action("shell", "Bash", { command }), context(more));
	return `${guard ? "guard " : ""}${effect} ${ruleId}`;
}

function action(kind: ActionKind, tool: string, input: JsonObject, paths: string[] = []): Action {
	return ground.action(kind, tool, input, paths);
}

const tests = { id: "tests", effect: "allow", command: "npm test" };

test("a rule that allows counts only after exactly its file was accepted", async () => {
	await rules("workspace", [tests]);
	assert.equal(await shell("npm test"), "ask ask.shell");
	const { why } = await policy.evaluate(action("shell", "Bash", { command: "npm test" }), context());
	assert.ok(
		why.some(({ code }) => code === "policyFile.notAccepted"),
		"the card says that a rule would allow it",
	);
	accept("workspace");
	assert.equal(await shell("npm test"), "allow tests");
	await rules("workspace", [tests, { id: "more", effect: "ask", command: "ls" }]);
	assert.equal(await shell("npm test"), "ask ask.shell", "other content is another file");
	accept("workspace");
	assert.equal(await shell("npm test"), "allow tests");
});

test("rules that deny and ask count at once; deny wins over ask, ask over allow", async () => {
	await rules("workspace", [{ id: "no-ls", effect: "deny", command: "ls", reason: "No." }]);
	assert.equal(await shell("ls"), "deny no-ls");
	assert.equal(await shell("pwd | ls -la"), "deny no-ls");
	assert.equal(await shell("bash -c 'ls'"), "deny no-ls");
	await accepted("user", [{ id: "yes", effect: "allow", command: ["npm test", "make"] }]);
	await rules("workspace", [
		{ id: "look", effect: "ask", command: "npm *" },
		{ id: "never", effect: "deny", command: "make" },
	]);
	assert.equal(await shell("npm test"), "ask look");
	assert.equal(await shell("make"), "deny never");
	assert.equal(await shell("npm test; make"), "deny never");
});

test("every command of a line must be covered, by a rule or the floor", async () => {
	await accepted("user", [tests, { id: "lint", effect: "allow", command: "npm run lint *" }]);
	assert.match(await shell("npm test"), /^allow/);
	assert.match(await shell("npm test && npm run lint --fix"), /^allow/);
	assert.match(await shell("npm test 2>&1 | tail -20"), /^allow/);
	assert.match(await shell("timeout 60 npm test"), /^allow/);
	assert.match(await shell("for i in 1 2; do npm test; done"), /^allow/);
	for (const line of [
		"npm test; touch x",
		"npm test > out.txt",
		"npm test &",
		"npm test --x",
		"npm test $X",
		"A=1 npm test",
		"npm test | tee x",
		"npm test && cat .env",
		"echo $(npm test; rm x)",
		"bash -c 'npm test'",
		"./npm test",
		"npm 'test '",
	]) {
		assert.match(await shell(line), /^ask/, line);
	}
});

test("destructive commands are allowed by a rule for exactly that line only", async () => {
	await accepted("user", [
		{ id: "clean", effect: "allow", command: "rm -rf dist" },
		{ id: "wide", effect: "allow", command: ["rm *", "git push *"] },
	]);
	assert.equal(await shell("rm -rf dist"), "allow clean");
	assert.match(await shell("rm -rf src"), /^ask/);
	assert.match(await shell("npm test; rm -rf dist"), /^ask/);
	assert.match(await shell("ls; rm -rf dist"), /^ask/);
	assert.equal(await shell("git push origin main"), "allow wide");
	assert.match(await shell("git push --force origin main"), /^ask/);
});

test("guard changes ask although a rule allows, and are denied where a rule denies", async () => {
	const guarded = action("write", "Write", { file_path: join(ground.home, ".bashrc"), content: "" }, [
		join(ground.home, ".bashrc"),
	]);
	await accepted("user", [{ id: "all", effect: "allow", path: "~/**" }]);
	assert.equal(say(await policy.evaluate(guarded, context())), "guard ask why.guard");
	await rules("workspace", [{ id: "no", effect: "deny", path: "~/.bashrc" }]);
	assert.equal((await policy.evaluate(guarded, context())).effect, "deny");
});

test("beside a foreign hook, and for an unknown caller, nothing is allowed by a rule", async () => {
	await accepted("user", [tests]);
	assert.equal(await shell("npm test", { foreignHooks: ["x"] }), "ask ask.foreignHook");
	assert.equal(await shell("npm test", { callerKnown: false }), "ask ask.unknownAgent");
	await rules("workspace", [{ id: "no", effect: "deny", command: "npm *" }]);
	assert.equal(await shell("npm test", { foreignHooks: ["x"] }), "deny no");
});

test("files, fetches and MCP tools by rules; a tool's own word that it only reads counts for nothing", async () => {
	await accepted("user", [
		{ id: "docs", effect: "allow", kind: ["edit", "write"], path: "docs/**" },
		{ id: "python", effect: "allow", kind: "fetch", host: "*.python.org" },
		{ id: "issues", effect: "allow", tool: "mcp__github__get_*" },
	]);
	const edit = (path: string) => policy.evaluate(action("edit", "Edit", { file_path: path }, [path]), context());
	assert.equal((await edit(join(ground.ws, "docs/a.md"))).ruleId, "docs");
	assert.equal((await edit(join(ground.ws, "src/a.ts"))).effect, "ask");
	assert.equal((await edit(join(ground.ws, "docs/../src/a.ts"))).effect, "ask");
	const fetch = (url: string) => policy.evaluate(action("fetch", "WebFetch", { url, prompt: "" }), context());
	assert.equal((await fetch("https://docs.python.org/3/")).ruleId, "python");
	for (const url of [
		"https://python.org.evil.com/",
		"http://a:b@docs.python.org/",
		"file:///etc/passwd",
		"https://evil.com/?docs.python.org",
	]) {
		assert.equal((await fetch(url)).effect, "ask", url);
	}
	const mcp = (tool: string, input: JsonObject = {}) => policy.evaluate(action("mcp", tool, input), context());
	assert.equal((await mcp("mcp__github__get_issue")).ruleId, "issues");
	assert.equal((await mcp("mcp__github__delete_repo")).effect, "ask");
	assert.equal(
		(await mcp("mcp__other__get_x", { readOnlyHint: true, annotations: { readOnlyHint: true } })).effect,
		"ask",
	);
});

test("reads over the network pass where the accepted policy says so", async () => {
	assert.match(await shell("gh pr list"), /^ask ask\.network/);
	await rules("user", [], { networkReads: true });
	assert.match(await shell("gh pr list"), /^ask/);
	accept("user");
	assert.match(await shell("gh pr list"), /^allow floor\.shell/);
	await rules("workspace", [], { networkReads: false });
	assert.match(await shell("gh pr list"), /^ask/);
});

test("rules about files and hosts see the words of shell lines when they ask or deny, never when they allow", async () => {
	await rules("workspace", [
		{ id: "secret-plans", effect: "deny", path: "plans/**" },
		{ id: "no-evil", effect: "deny", host: "evil.com" },
	]);
	assert.equal(await shell("cat plans/x.md"), "deny secret-plans");
	assert.equal(await shell("head -3 src/../plans/x.md"), "deny secret-plans");
	assert.equal(await shell("curl -s https://evil.com/x"), "deny no-evil");
	assert.equal(await shell("curl evil.com"), "deny no-evil");
	await accepted("user", [{ id: "src", effect: "allow", path: "src/**" }]);
	await rules("workspace", []);
	assert.match(await shell("touch src/x"), /^ask/);
});

test("a file that does not parse keeps its last good rules that deny, and says so on every card", async () => {
	await rules("workspace", [{ id: "no-ls", effect: "deny", command: "ls" }]);
	assert.equal(await shell("ls"), "deny no-ls");
	await writeFile(fileOf("workspace"), "{ broken");
	assert.equal(await shell("ls"), "deny no-ls");
	const { why } = await policy.evaluate(action("shell", "Bash", { command: "touch x" }), context());
	assert.ok(
		why.some(({ code }) => code === "policyFile.keptGood"),
		why.map(({ code }) => code).join(),
	);
});

test("every verdict is explained by rule, layer, file and line", async () => {
	await rules("workspace", [
		{ id: "a", effect: "deny", command: "make" },
		{ id: "b", effect: "ask", command: "npm *" },
	]);
	await accepted("user", [tests]);
	const explain = (command: string) => policy.explain(action("shell", "Bash", { command }), context());
	const asked = await explain("npm test");
	assert.deepEqual(asked.verdict.source, { layer: "workspace", file: fileOf("workspace"), line: 8 });
	const text = explanationText(asked);
	assert.match(text, /b \(workspace, .*policy\.jsonc:8\)/);
	assert.match(text, /tests \(allow, yours, .*policy\.jsonc:3\) fits as well/);
	assert.match(text, /a \(deny, workspace, .*:3\) does not fit\. .*command/i);
	const floor = await explain("ls");
	assert.deepEqual(floor.verdict.source, { layer: "built-in" });
	assert.equal(floor.verdict.ruleId, "floor.shell.ls");
	assert.equal(floor.steps.at(-1)?.outcome, "decided");
	for (const line of ["ls", "rm -rf /", "npm test", "git push", "cat .env", ""]) {
		const { verdict, steps } = await explain(line);
		assert.equal(steps.filter(({ outcome }) => outcome === "decided").length, 1, line);
		assert.ok(verdict.why.length > 0, line);
	}
});

test("the digest of the policy changes with what counts, and with nothing else", async () => {
	await rules("workspace", [tests]);
	await shell("ls");
	const waiting = policy.digest;
	accept("workspace");
	await shell("ls");
	assert.notEqual(policy.digest, waiting);
	const counted = policy.digest;
	await writeFile(fileOf("user"), '{ /* a comment */ "rules": [] }');
	await shell("ls");
	assert.equal(policy.digest, counted);
});

test("a rule that denies reaches into what is not read part by part, and not into texts that only mention it", async () => {
	await rules("workspace", [{ id: "no-push", effect: "deny", command: "git push *" }]);
	for (const line of [
		"X=$(git push)",
		"export X=$(git push)",
		"f() { git push; }; f",
		"coproc git push",
		"bash <<'EOF'\ngit push\nEOF",
		"echo 'git push' | sh",
		"alias p='git push'",
		"timeout 5 git push",
		"git -C /x push",
		"if true; then git push; fi",
	]) {
		assert.match(await shell(line), /^deny no-push/, line);
	}
	for (const line of ["git commit -m 'explain git push'", "echo 'git push' > notes.md", "grep 'git push' README.md"]) {
		assert.doesNotMatch(await shell(line), /^deny/, line);
	}
});

test("what a command is handed to run is not covered by a rule for its words", async () => {
	await accepted("user", [{ id: "all", effect: "allow", command: ["python3 *", "npm test", "psql *", "patch *"] }]);
	for (const line of [
		"python3 - <<'EOF'\nprint(1)\nEOF",
		"echo 'print(1)' | python3 -",
		"python3 - < x.py",
		"psql db <<< 'drop table x'",
		"patch -p1 < x.patch",
		"npm test < .env",
	]) {
		assert.match(await shell(line), /^ask/, line);
	}
	assert.match(await shell("python3 x.py"), /^allow/);
	assert.match(await shell("cat a.txt | npm test"), /^allow/);
});

test("a rule that allows commands counts only inside the folders of the gate", async () => {
	await accepted("user", [tests]);
	assert.match(await shell("cd src && npm test"), /^allow/);
	assert.match(await shell(`cd ${ground.outside} && npm test`), /^ask/);
	assert.match(await shell("cd .. && npm test"), /^ask/);
	assert.match(await shell('cd "$X" && npm test'), /^ask/);
	const elsewhere = ground.action("shell", "Bash", { command: "npm test" }, [], ground.outside);
	assert.equal((await policy.evaluate(elsewhere, context())).effect, "ask");
});

test("rules about files see patterns, searches, redirections and revisions", async () => {
	await ground.file("ws/docs/plans/a.md", "x");
	await rules("workspace", [{ id: "plans", effect: "deny", path: "docs/plans/**" }]);
	for (const line of [
		"cat docs/plans/*.md",
		"cat < docs/plans/a.md",
		"cd docs && cat plans/a.md",
		"grep -rn x docs",
		"git show HEAD:docs/plans/a.md",
		"echo x > docs/plans/a.md",
		"for f in docs/plans/*; do cat $f; done",
	]) {
		assert.match(await shell(line), /^deny plans/, line);
	}
	const grep = action("read", "Grep", { pattern: "x", path: join(ground.ws, "docs") }, [join(ground.ws, "docs")]);
	assert.equal((await policy.evaluate(grep, context())).ruleId, "plans");
	// What finds only other names reads nothing there, whatever lies in the folder above.
	await rules("workspace", [{ id: "plans", effect: "deny", path: "docs/**" }]);
	for (const line of [
		"grep -rn x src",
		"find . -name '*.ts' | xargs wc -l",
		"ls -la",
		"rg -g '*.ts' x",
		"cat src/a.ts",
	]) {
		assert.match(await shell(line), /^allow/, line);
	}
});

test("several rules that ask: every demand is met, and the shortest time counts", async () => {
	await rules("workspace", [
		{
			id: "a",
			effect: "ask",
			command: "make *",
			approver: { channels: ["editor", "terminal"] },
			timeout: { after: 600, then: "terminal" },
		},
		{
			id: "b",
			effect: "ask",
			command: "make release",
			approver: { channels: ["editor"], assurance: 1 },
			timeout: { after: 60, then: "deny" },
		},
	]);
	const verdict = await policy.evaluate(action("shell", "Bash", { command: "make release" }), context());
	assert.equal(verdict.ruleId, "a");
	assert.deepEqual(verdict.approver, { channels: ["editor"], assurance: 1 });
	assert.deepEqual(verdict.timeout, { afterMs: 60_000, then: "deny" });
});

test("an explanation says what of a line a rule does not cover", async () => {
	await accepted("user", [tests]);
	for (const [line, code] of [
		["npm test > out.txt", "why.redirect"],
		["CI=1 npm test", "why.environment"],
		["npm test; touch x", "why.notReadOnly"],
	]) {
		const { steps } = await policy.explain(action("shell", "Bash", { command: line ?? "" }), context());
		const step = steps.find(({ id }) => id === "tests");
		assert.deepEqual([step?.outcome, step?.because?.code], ["part", code], line);
	}
});

test("a rule with an approver or a time hands both on", async () => {
	await rules("workspace", [
		{
			id: "four-eyes",
			effect: "ask",
			command: "make release",
			approver: { channels: ["editor"], assurance: 1 },
			timeout: { after: 60, then: "deny" },
		},
	]);
	const verdict = await policy.evaluate(action("shell", "Bash", { command: "make release" }), context());
	assert.deepEqual(verdict.approver, { channels: ["editor"], assurance: 1 });
	assert.deepEqual(verdict.timeout, { afterMs: 60_000, then: "deny" });
});
