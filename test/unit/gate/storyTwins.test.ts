// One tool call that reaches the gate through two configs: one request, one card, two replies. Nobody else joins.
import assert from "node:assert/strict";
import { test } from "node:test";
import { NO_PID, said, settles, testGate } from "../../support/gateClient.ts";

test("one tool call through two configs is one card with two replies, and both deliveries are on record", async (t) => {
	const gate = await testGate(t);
	const user = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	const project = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await project.held();
	assert.equal(gate.gate.cards().length, 1);
	gate.answer(card, "allow");
	assert.equal(said(await user.reply()).decision, "allow");
	assert.equal(said(await project.reply()).decision, "allow");
	const entries = await gate.verified();
	assert.equal(entries.filter(({ type }) => type === "action.requested").length, 1);
	const released = entries.filter(({ type }) => type === "action.released").map(({ body }) => body);
	assert.deepEqual(
		released.map(({ request, delivered }) => [request, delivered]),
		[
			[card.id, true],
			[card.id, true],
		],
	);
	assert.deepEqual(released.map(({ call }) => call).sort(), [project.id, undefined]);
});

test("the second of two waits for the record, not for the first one's hook", async (t) => {
	const gate = await testGate(t);
	const slow = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	const other = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await other.held();
	gate.answer(card, "deny", { reason: "no" });
	await slow.reply({ confirm: false });
	assert.equal(said(await other.reply()).decision, "deny");
});

test("when one of two hooks dies the request goes on, and when both do it is withdrawn", async (t) => {
	const gate = await testGate(t);
	const first = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	const second = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await second.held();
	first.withdraw();
	await settles(() => gate.entries().then((all) => all.length > 0), "the log is there");
	gate.answer(card, "allow");
	assert.equal(said(await second.reply()).decision, "allow");
	await (await gate.call("PostToolUse-Bash", { toolUseId: "t1" })).reply();
	assert.ok(
		(await gate.entries()).every(({ type }) => type !== "coverage.gap"),
		"one of them had the allow",
	);

	const third = await gate.call("PreToolUse-Bash", { toolUseId: "t2" });
	await gate.card();
	const fourth = await gate.call("PreToolUse-Bash", { toolUseId: "t2" });
	await fourth.held();
	third.withdraw();
	fourth.withdraw();
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
});

test("a call with the id of one that was withdrawn is asked anew", async (t) => {
	const gate = await testGate(t);
	const first = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await gate.card();
	first.withdraw();
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
	const second = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	assert.equal(card.id, second.id);
	gate.answer(card, "allow");
	assert.equal(said(await second.reply()).decision, "allow");
});

test("an allow is spent: the same call once more is asked anew", async (t) => {
	const gate = await testGate(t);
	const first = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	gate.answer(await gate.card(), "allow");
	await first.reply();
	const again = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	assert.equal((await gate.card()).id, again.id);
	assert.equal(again.answered, false);
});

for (const [what, differs] of [
	["another process", { pid: NO_PID + 1 }],
	["another session", { session: "session-2" }],
	["another action", { members: { tool_input: { command: "rm -rf ." } } }],
	["another working folder", { members: { cwd: "/" } }],
] as const) {
	test(`a call with the same tool_use_id but from ${what} gets no allow for free`, async (t) => {
		const gate = await testGate(t);
		const mine = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
		const card = await gate.card();
		const theirs = await gate.call("PreToolUse-Bash", { toolUseId: "t1", ...differs });
		const other = await gate.card();
		assert.equal(other.id, theirs.id);
		gate.answer(card, "allow");
		assert.equal(said(await mine.reply()).decision, "allow");
		assert.equal(theirs.answered, false);
		gate.answer(other, "deny");
		assert.equal(said(await theirs.reply()).decision, "deny");
	});
}

test("calls without a tool_use_id never share a decision", async (t) => {
	const gate = await testGate(t);
	const members = { tool_use_id: undefined };
	const one = await gate.call("PreToolUse-Bash", { members });
	const card = await gate.card();
	const two = await gate.call("PreToolUse-Bash", { members });
	await gate.card();
	gate.answer(card, "allow");
	assert.equal(said(await one.reply()).decision, "allow");
	assert.equal(two.answered, false);
});
