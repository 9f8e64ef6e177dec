// How cards end that a person had edited: what they answered and what they were shown at last stays on record.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JobQueue } from "../../../src/actions/jobQueue.ts";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import type { Policy, PolicyVerdict } from "../../../src/policy/policy.ts";
import type { CardModel } from "../../../src/protocol/card.ts";
import { type LoggedEntry, said, type TestGate, testGate } from "../../support/gateClient.ts";

const shownNow = (gate: TestGate): CardModel => gate.gate.cards()[0] ?? assert.fail("no card");

function bodyOf(entries: LoggedEntry[], type: string) {
	const found = entries.filter((entry) => entry.type === type);
	assert.equal(found.length, 1, type);
	return found[0]?.body;
}

async function cardKept(gate: TestGate, { digest }: { digest: string }) {
	const { evidence } = workspacePaths(gate.place.home, workspaceId(gate.place.folder));
	return JSON.parse(String(await readEvidence(evidence, digest)));
}

/** From now on a change cannot be worked out. */
function breakChanges(t: TestContext): void {
	const real = JobQueue.prototype.run;
	t.mock.method(JobQueue.prototype, "run", async function (this: JobQueue, ...args: Parameters<typeof real>) {
		if (args[0] === "rewrite") throw new Error("the thread ended");
		return real.apply(this, args);
	});
}

async function fileAsked(t: TestContext, toolUseId = "t1") {
	const gate = await testGate(t);
	const file = join(gate.place.folder, "a.txt");
	const before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
	writeFileSync(file, before);
	const after = before.replace("2\n", "two\n").replace("12\n", "twelve\n");
	const tool_input = { file_path: file, old_string: before, new_string: after, replace_all: false };
	const call = await gate.call("PreToolUse-Edit", { toolUseId, members: { tool_name: "Edit", tool_input } });
	return { gate, call, card: await gate.card() };
}

test("an answer that could not be checked against the file is denied, and the log says what it was and why it did not count", async (t) => {
	for (const isEdited of [true, false]) {
		await t.test(isEdited ? "edited" : "as the agent asked", async (t) => {
			const { gate, call, card } = await fileAsked(t);
			if (isEdited) assert.equal(await gate.gate.edit(card.id, { file: 0, leftOut: [1] }), undefined);
			const now = shownNow(gate);
			breakChanges(t);
			gate.answer(now, "allow");
			assert.equal(said(await call.reply()).decision, "deny");
			t.mock.restoreAll();
			const body = bodyOf(await gate.verified(), "action.decided");
			assert.deepEqual([body.decision.by, body.decision.verdict], ["failure", "deny"]);
			assert.match(body.decision.reason, /the thread ended/);
			const { answered } = body.decision;
			assert.deepEqual([answered?.by, answered?.verdict], ["person", "allow"]);
			assert.equal(answered.editedFrom, isEdited ? card.actionMac : undefined);
			assert.equal(body.actionMac, now.actionMac);
			assert.deepEqual(
				body.edited,
				isEdited ? { actionMac: now.actionMac, from: card.actionMac, through: "view" } : undefined,
			);
			assert.equal((await cardKept(gate, body.card)).actionMac, now.actionMac);
		});
	}
});

test("a denial by a person stands, whether the file could be looked at or not", async (t) => {
	const { gate, call, card } = await fileAsked(t);
	assert.equal(await gate.gate.edit(card.id, { file: 0, leftOut: [1] }), undefined);
	breakChanges(t);
	gate.answer(shownNow(gate), "deny");
	assert.equal(said(await call.reply()).decision, "deny");
	assert.equal(bodyOf(await gate.verified(), "action.decided").decision.by, "person");
});

function asking(verdict: Partial<PolicyVerdict>): Policy {
	const asks = (): PolicyVerdict => ({ effect: "ask", ruleId: "r", why: [], guard: false, ...verdict });
	return {
		digest: "0".repeat(64),
		evaluate: async () => asks(),
		explain: async () => ({ verdict: asks(), steps: [] }),
	};
}

test("of an edited card that nobody answered the one is kept that waited at last", async (t) => {
	// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
	const policy = asking({ timeout: { afterMs: 3000, then: "deny" } });
	const gate = await testGate(t, { policy });
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	for (const command of ["touch first", "touch last"])
		assert.equal(await gate.gate.edit(card.id, { command }), undefined);
	const last = shownNow(gate);
	assert.equal(said(await call.reply()).decision, "deny");
	const body = bodyOf(await gate.verified(), "action.decided");
	// The decision is about what the agent had asked for; the card tells what a person had made of it.
	assert.deepEqual([body.decision.by, body.actionMac, body.edited], ["timeout", card.actionMac, undefined]);
	const kept = await cardKept(gate, body.card);
	assert.deepEqual([kept.target, kept.actionMac], ["touch last", last.actionMac]);
	assert.equal(kept.edited.actionMac, card.actionMac);
});

test("of one that was taken back, too; one that was put back to what the agent asked for is the agent's", async (t) => {
	const gate = await testGate(t);
	const ended = async (toolUseId: string, edits: Parameters<TestGate["gate"]["edit"]>[1][]) => {
		const call = await gate.call("PreToolUse-Bash", { toolUseId });
		const card = await gate.card();
		for (const edit of edits) assert.equal(await gate.gate.edit(card.id, edit), undefined);
		call.withdraw();
		const { body } = await gate.entry(({ type, body }) => type === "action.withdrawn" && body.request === call.id);
		return { card, kept: await cardKept(gate, body.card) };
	};
	const one = await ended("t1", [{ command: "touch x" }]);
	assert.equal(one.kept.target, "touch x");
	const other = await ended("t2", [{ command: "touch x" }, { original: true }]);
	assert.deepEqual([other.kept.target, other.kept.edited], [other.card.target, undefined]);
	await gate.verified();
});
