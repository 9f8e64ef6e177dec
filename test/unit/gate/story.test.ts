// The story of an action, from a hook's bytes to its reply and the log: with a real gate, real connections and files.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { said, testGate } from "../../support/gateClient.ts";

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
	const mine = entries.filter(({ body }) => body.request === card.id);
	assert.deepEqual(
		mine.map(({ type }) => type),
		["action.requested", "action.decided", "action.released", "action.executed"],
	);
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
