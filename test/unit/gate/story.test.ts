// The story of an action, from a hook's bytes to its reply and the log: with a real gate, real connections and files.
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { type JobOptions, jobQueue } from "../../../src/actions/jobQueue.ts";
import type { JobName } from "../../../src/actions/jobs.ts";
import { type LoggedEntry, said, settles, type TestGate, testGate } from "../../support/gateClient.ts";

function of(entries: LoggedEntry[], request: string): LoggedEntry[] {
	return entries.filter(({ body }) => body.request === request);
}

function types(entries: LoggedEntry[]): string[] {
	return entries.map(({ type }) => type);
}

test("an action waits for its person, is recorded before it is released, and its result is matched", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	assert.equal(card.target, "echo hi > b.txt && cat b.txt");
	assert.equal(call.answered, false, "nothing is said before the answer");
	assert.deepEqual(gate.answer(card, "allow"), { result: "taken" });
	assert.equal(said(await call.reply()).decision, "allow");
	await (await gate.call("PostToolUse-Bash", { toolUseId: "t1" })).reply();

	const entries = await gate.verified();
	const mine = of(entries, card.id);
	assert.deepEqual(types(mine), ["action.requested", "action.decided", "action.released", "action.executed"]);
	const [requested, decided, released, executed] = mine.map(({ body }) => body);
	assert.equal(requested.claimed.input.command, "echo hi > b.txt && cat b.txt");
	assert.equal(requested.actionMac, card.actionMac);
	assert.equal(decided.decision.by, "person");
	assert.deepEqual(decided.decision.approver, { osUser: "ann", claims: { gitName: "Ann" }, assurance: 1 });
	assert.equal(decided.decision.channel, "terminal");
	assert.equal(decided.decision.shown.extent, "whole");
	assert.deepEqual([released.verdict, released.delivered], ["allow", true]);
	assert.equal(executed.claimed.response.result.stdout, "hi");
	assert.ok(entries.every(({ type }) => type !== "coverage.gap" && type !== "digest.mismatch"));
});

test("the decision is on disk before the hook is told", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	gate.answer(await gate.card(), "allow");
	await call.reply({ confirm: false });
	const entries = of(await gate.entries(), call.id);
	assert.deepEqual(types(entries), ["action.requested", "action.decided"]);
});

test("a denial reaches the agent with its reason", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	gate.answer(await gate.card(), "deny", { reason: "Use the build script." });
	const { decision, reason } = said(await call.reply());
	assert.equal(decision, "deny");
	assert.match(reason, /Use the build script\./);
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.equal(body.decision.reason, "Use the build script.");
});

test("an answer to another card than the one that waits is refused and changes nothing", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	const other = gate.answer({ ...card, target: "ls" }, "allow");
	assert.equal(other.result, "refused");
	assert.equal(call.answered, false);
	assert.equal(gate.gate.cards().length, 1);
});

test("a read inside the folder is allowed at once by rule, with rule and policy on record", async (t) => {
	const gate = await testGate(t);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	const call = await gate.call("PreToolUse-Read");
	assert.equal(said(await call.reply()).decision, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.deepEqual([body.decision.by, body.decision.verdict, body.decision.ruleId], ["rule", "allow", "floor.read"]);
	assert.match(body.decision.policyDigest, /^[0-9a-f]{64}$/);
	assert.deepEqual(gate.gate.cards(), []);
});

test("a hook that takes its request back takes the card along, and an answer after that is late and on record", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	call.withdraw();
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
	const late = gate.answer(card, "allow");
	assert.equal(late.result, "late");
	await gate.entry(({ type }) => type === "answer.late");
	const entries = of(await gate.verified(), card.id);
	assert.deepEqual(types(entries), ["action.requested", "action.withdrawn", "action.released", "answer.late"]);
	assert.equal(entries[2]?.body.delivered, false);
	assert.deepEqual(entries[3]?.body.stands, { by: "withdrawn", verdict: "deny" });
});

test("a request that nobody answers is denied as a timeout, and recorded as one", async (t) => {
	const gate = await testGate(t, { settings: { deadlineMs: 200 } });
	const call = await gate.call("PreToolUse-Bash");
	const { decision, reason } = said(await call.reply());
	assert.equal(decision, "deny");
	assert.match(reason, /Nobody answered in time/);
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.deepEqual([body.decision.by, body.decision.verdict], ["timeout", "deny"]);
	assert.equal(body.decision.approver, undefined);
	assert.deepEqual(gate.gate.activity()[0]?.outcome, "timeout");
});

test("the agent's own deadline comes first where it is shorter, and a short one does not deny what a rule allows", async (t) => {
	const gate = await testGate(t, { settings: { deadlineMs: 600_000 } });
	const short = await gate.call("PreToolUse-Bash", { submit: { deadlineMs: 600 } });
	assert.match(said(await short.reply()).reason, /Nobody answered in time/);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	const read = await gate.call("PreToolUse-Read", { submit: { deadlineMs: 2000 } });
	assert.equal(said(await read.reply()).decision, "allow");
});

test("an action that fails inside the gate is denied, and on record as failed", async (t) => {
	const gate = await testGate(t, {
		policy: {
			digest: "0".repeat(64),
			evaluate: () => Promise.reject(new Error("the policy broke with password=hunter2secret")),
			explain: () => Promise.reject(new Error("not asked here")),
		},
	});
	const call = await gate.call("PreToolUse-Bash");
	const { decision, reason } = said(await call.reply());
	assert.equal(decision, "deny");
	assert.match(reason, /Gatepost failed on this action \(the policy broke/);
	const entries = of(await gate.verified(), call.id);
	assert.deepEqual(types(entries), ["action.requested", "action.decided", "action.released"]);
	assert.equal(entries[0]?.body.failed, true);
	assert.equal(entries[1]?.body.decision.by, "failure");
	assert.ok(!JSON.stringify(entries).includes("hunter2"), "what an error quotes is masked, too");
	assert.deepEqual(
		gate.gate.warnings().map(({ message }) => message.code),
		["gate.notEnforced", "gate.internal"],
	);
});

test("a view that throws leaves no card on the desk, and the action is denied", async (t) => {
	const gate = await testGate(t);
	gate.gate.once("opened", () => {
		throw new Error("the view broke");
	});
	const call = await gate.call("PreToolUse-Bash");
	assert.equal(said(await call.reply()).decision, "deny");
	assert.deepEqual(gate.gate.cards(), []);
	assert.deepEqual(gate.open.desk.pending(), []);
	assert.deepEqual(
		gate.gate.sessions().map(({ waiting }) => waiting),
		[0],
	);
});

test("a reply that nobody takes is on record as not delivered, and its allow cannot be used later", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1", submit: { deadlineMs: 600_000 } });
	const card = await gate.card();
	call.connection.end();
	gate.answer(card, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.released");
	assert.deepEqual([body.verdict, body.delivered], ["allow", false]);
	await (await gate.call("PostToolUse-Bash", { toolUseId: "t1" })).reply();
	const gap = await gate.entry(({ type }) => type === "coverage.gap");
	assert.deepEqual([gap.body.kind, gap.body.request], ["result-of-denied", card.id]);
});

test("questions of the agent to its own user pass, and their answers are answers", async (t) => {
	const gate = await testGate(t);
	for (const tool of ["AskUserQuestion", "ExitPlanMode"]) {
		const call = await gate.call(`PreToolUse-${tool}`, { toolUseId: `q-${tool}` });
		assert.equal(said(await call.reply()).decision, "none");
		const members = { tool_name: tool, tool_use_id: `q-${tool}`, tool_response: { answers: { a: "b" } } };
		await (await gate.call("PostToolUse-Bash", { members })).reply();
	}
	const entries = await gate.verified();
	const asked = types(entries).filter((type) => type.startsWith("question") || type.startsWith("coverage"));
	assert.deepEqual(asked, ["question.asked", "question.answered", "question.asked", "question.answered"]);
	assert.deepEqual(gate.gate.cards(), []);
});

test("another tool under the id of a question is no answer", async (t) => {
	const gate = await testGate(t);
	await (await gate.call("PreToolUse-AskUserQuestion", { toolUseId: "q1" })).reply();
	await (await gate.call("PostToolUse-Bash", { toolUseId: "q1" })).reply();
	const gap = await gate.entry(({ type }) => type === "coverage.gap");
	assert.equal(gap.body.tool, "Bash");
});

test("what a session did is in the activity list, short and without secrets", async (t) => {
	const gate = await testGate(t);
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
	const command = `curl -H "Authorization: token ${secret}" https://example.com/${"x".repeat(5000)}`;
	await (await gate.call("UserPromptSubmit", { members: { prompt: `use ${secret} to publish` } })).reply();
	const call = await gate.call("PreToolUse-Bash", { members: { tool_input: { command } } });
	gate.answer(await gate.card(), "deny");
	await call.reply();
	const [row] = gate.gate.activity();
	assert.equal(row?.outcome, "denied");
	assert.ok((row?.target.length ?? 999) <= 301);
	assert.ok(!JSON.stringify([row, gate.gate.sessions()[0]?.label]).includes(secret.slice(0, 12)));
});

function stopped(gate: TestGate) {
	return (payload: string, options = {}) => gate.call(payload, { session: "stopped", ...options });
}

test("deny and stop: what else waits in the session is denied, and so is everything until the next prompt", async (t) => {
	const gate = await testGate(t);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	const call = stopped(gate);
	const first = await call("PreToolUse-Bash");
	const firstCard = await gate.card();
	const second = await call("PreToolUse-Write");
	await gate.card();
	const elsewhere = await gate.call("PreToolUse-Bash", { session: "other" });
	const otherCard = await gate.card();
	gate.answer(firstCard, "deny", { stopSession: true, reason: "No." });
	assert.equal(said(await second.reply()).decision, "deny");
	const stop = await first.reply();
	assert.equal(stop.exit, 2);
	assert.equal(JSON.parse(stop.stdout).continue, false, "the turn ends");
	const read = said(await (await call("PreToolUse-Read")).reply());
	assert.equal(read.decision, "deny", "even what a rule allows");
	assert.match(read.reason, /stopped this session/);
	assert.deepEqual(
		gate.gate.cards().map(({ id }) => id),
		[otherCard.id],
		"another session goes on",
	);
	gate.answer(otherCard, "allow");
	assert.equal(said(await elsewhere.reply()).decision, "allow");

	await (await call("UserPromptSubmit")).reply();
	assert.equal(said(await (await call("PreToolUse-Read")).reply()).decision, "allow");
	const entries = await gate.verified();
	const denied = entries.filter(({ body }) => body.decision?.ruleId === "session.stopped");
	assert.equal(denied.length, 2, "the other card and the read, as denied by that rule and by nobody else");
});

test("a stopped session stays stopped when it ends and goes on", async (t) => {
	const gate = await testGate(t);
	const call = stopped(gate);
	const first = await call("PreToolUse-Bash");
	gate.answer(await gate.card(), "deny", { stopSession: true });
	await first.reply();
	await (await call("SessionEnd-other")).reply();
	assert.equal(said(await (await call("PreToolUse-Bash")).reply()).decision, "deny");
	await (await call("SessionStart-startup")).reply();
	assert.equal(said(await (await call("PreToolUse-Bash")).reply()).decision, "deny");
});

test("pause holds what policy allows, without a card, until it is resumed", async (t) => {
	const gate = await testGate(t);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	gate.open.desk.pause();
	const read = await gate.call("PreToolUse-Read");
	await read.held();
	assert.equal(read.answered, false);
	assert.deepEqual(gate.gate.cards(), []);
	gate.open.desk.resume();
	assert.equal(said(await read.reply()).decision, "allow");
});

test("a gate that opens paused holds from its first action on", async (t) => {
	const gate = await testGate(t, { paused: true });
	const read = await gate.call("PreToolUse-Read");
	await read.held();
	assert.equal(read.answered, false);
});

test("what is held by a pause is judged again when it goes on", async (t) => {
	const gate = await testGate(t);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	const bash = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	gate.open.desk.pause();
	const read = await gate.call("PreToolUse-Read");
	await read.held();
	gate.answer(card, "deny", { stopSession: true });
	await bash.reply();
	assert.equal(said(await read.reply()).decision, "deny", "its session was stopped meanwhile");

	const other = await gate.call("PreToolUse-Read", { session: "other" });
	await other.held();
	const moved = gate.open.setFolders([gate.place.dir]);
	assert.match(said(await other.reply()).reason, /was closed in this window/);
	await moved;
});

test("a paused request ends at its deadline as a timeout, and when its hook goes as withdrawn", async (t) => {
	const gate = await testGate(t, { settings: { deadlineMs: 300 } });
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	gate.open.desk.pause();
	const late = await gate.call("PreToolUse-Read");
	assert.equal(said(await late.reply()).decision, "deny");
	gate.settings.deadlineMs = 60_000;
	const gone = await gate.call("PreToolUse-Read");
	await gone.held();
	gone.withdraw();
	await gate.entry(({ type, body }) => type === "action.withdrawn" && body.request === gone.id);
	const entries = await gate.verified();
	const { body } = entries.find(({ type, body }) => type === "action.decided" && body.request === late.id) ?? {};
	assert.equal(body.decision.by, "timeout");
});

test("an allow counts for the change that was shown: when the file is another one by then, nothing runs", async (t) => {
	const gate = await testGate(t);
	const path = join(gate.place.folder, "a.txt");
	writeFileSync(path, "one\n");
	const write = () =>
		gate.call("PreToolUse-Write", { members: { tool_input: { file_path: path, content: "new\n" } }, toolUseId: "w" });
	const changes: [string, () => void][] = [
		["edited", () => writeFileSync(path, "two\n")],
		["gone", () => rmSync(path)],
		["a link to elsewhere", () => symlinkSync(join(gate.place.userHome, ".bashrc"), path)],
	];
	for (const [what, change] of changes) {
		const call = await write();
		const card = await gate.card();
		change();
		assert.equal(gate.answer(card, "allow").result, "taken", what);
		const reply = said(await call.reply());
		assert.equal(reply.decision, "deny", what);
		assert.match(reply.reason, /a\.txt is no longer as it was when this was shown/, what);
		const { body } = await gate.entry(({ type, body: of }) => type === "action.decided" && of.request === card.id);
		assert.deepEqual([body.decision.by, body.decision.answered.verdict], ["failure", "allow"], what);
		assert.equal(body.decision.answered.approver.osUser, "ann", what);
	}
	rmSync(path);
	writeFileSync(path, "one\n");
	const call = await write();
	gate.answer(await gate.card(), "allow");
	assert.equal(said(await call.reply()).decision, "allow", "unchanged");
	await gate.verified();
});

test("a request whose card is still being drawn ends when its hook goes or the gate closes, on record", async (t) => {
	for (const how of ["withdrawn", "stopped"] as const) {
		const gate = await testGate(t);
		const drawing = Promise.withResolvers<void>();
		const real = jobQueue.run.bind(jobQueue);
		const mock = t.mock.method(
			jobQueue,
			"run",
			async (name: JobName, takes: never, size: number, options?: JobOptions) => {
				if (name !== "card") return real(name, takes, size);
				drawing.resolve();
				return new Promise((_, reject) => {
					options?.signal?.addEventListener("abort", () => reject(options.signal?.reason));
				});
			},
		);
		const call = await gate.call("PreToolUse-Bash");
		await drawing.promise;
		if (how === "withdrawn") {
			call.withdraw();
			await gate.entry(({ type }) => type === "action.withdrawn");
		}
		const entries = await gate.verified();
		assert.deepEqual(
			types(of(entries, call.id)),
			how === "withdrawn"
				? ["action.requested", "action.withdrawn", "action.released"]
				: ["action.requested", "action.decided", "action.released"],
		);
		assert.equal(gate.gate.cards().length, 0);
		mock.mock.restore();
	}
});
