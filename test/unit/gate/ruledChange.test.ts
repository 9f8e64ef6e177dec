// Edits that a rule allows: their change is on record, held against the files, and kept for undo, as on a card.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JobQueue } from "../../../src/actions/jobQueue.ts";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import type { Policy, PolicyVerdict } from "../../../src/policy/policy.ts";
import { gatePlace, type LoggedEntry, said, settles, type TestGate, testGate } from "../../support/gateClient.ts";

const BEFORE = "one\ntwo\nthree\n";
const AFTER = "one\nTWO\nthree\n";

function ruling(effect: () => PolicyVerdict["effect"]): Policy {
	const verdict = (): PolicyVerdict => ({ effect: effect(), ruleId: "src", why: [], guard: false });
	return {
		digest: "0".repeat(64),
		evaluate: async () => verdict(),
		explain: async () => ({ verdict: verdict(), steps: [] }),
	};
}

async function ruledGate(t: TestContext, effect: () => PolicyVerdict["effect"] = () => "allow") {
	const at = gatePlace(t);
	const file = join(at.folder, "a.txt");
	writeFileSync(file, BEFORE);
	const gate = await testGate(t, { policy: ruling(effect), connected: true }, at);
	const { evidence } = workspacePaths(at.home, workspaceId(at.folder));
	const content = async ({ digest }: { digest: string }) => String(await readEvidence(evidence, digest));
	const warned = () => gate.gate.warnings().map(({ message }) => message.code);
	return { at, file, gate, content, warned };
}

const edit = (gate: TestGate, toolUseId = "t1") => gate.call("PreToolUse-Edit", { toolUseId });
const reported = async (gate: TestGate, toolUseId = "t1") =>
	(await gate.call("PostToolUse-Edit", { toolUseId })).reply();
const bodyOf = (entries: LoggedEntry[], type: string) => {
	const found = entries.filter((entry) => entry.type === type);
	assert.equal(found.length, 1, type);
	return found[0]?.body;
};

/** Jobs of a name do what a test wants. */
function onJob(t: TestContext, name: string, act: () => Promise<void>) {
	const real = JobQueue.prototype.run;
	const calls = { count: 0 };
	t.mock.method(JobQueue.prototype, "run", async function (this: JobQueue, ...args: Parameters<typeof real>) {
		if (args[0] === name) {
			calls.count += 1;
			await act();
		}
		return real.apply(this, args);
	});
	return calls;
}

test("the change and its pre-image are on record with the request, before the agent is told", async (t) => {
	const { file, gate, content, warned } = await ruledGate(t);
	assert.equal(said(await (await edit(gate)).reply()).decision, "allow");
	const { change, claimed } = bodyOf(await gate.entries(), "action.requested");
	const [one] = change.files;
	assert.deepEqual([one.path, one.op, change.files.length], [file, "modify", 1]);
	assert.deepEqual([await content(one.before), await content(one.after)], [BEFORE, AFTER]);
	assert.equal(typeof claimed.input, "object");
	writeFileSync(file, AFTER);
	await reported(gate);
	assert.deepEqual(warned(), []);
	const entries = await gate.verified();
	assert.equal(bodyOf(entries, "action.decided").decision.by, "rule");
	assert.ok(entries.every(({ type }) => type !== "digest.mismatch"));
});

test("a file that does not hold what was allowed is a mismatch with a warning", async (t) => {
	const { file, gate, warned } = await ruledGate(t);
	const call = await edit(gate);
	await call.reply();
	writeFileSync(file, "another\n");
	await reported(gate);
	assert.equal(bodyOf(await gate.verified(), "digest.mismatch").request, call.id);
	assert.deepEqual(warned(), ["gate.fileMismatch"]);
});

test("a change that is not known is allowed all the same, and the entry says why", async (t) => {
	const { file, gate } = await ruledGate(t);
	writeFileSync(file, "nothing of it\n");
	assert.equal(said(await (await edit(gate)).reply()).decision, "allow");
	assert.equal(bodyOf(await gate.verified(), "action.requested").change.unknown.code, "proposal.notFound");
});

test("so is one that could not be worked out, or whose contents could not be looked through", async (t) => {
	for (const job of ["rewrite", "side"]) {
		await t.test(job, async (t) => {
			const { file, gate, warned } = await ruledGate(t);
			onJob(t, job, () => Promise.reject(new Error("the thread ended")));
			assert.equal(said(await (await edit(gate)).reply()).decision, "allow");
			const { unknown } = bodyOf(await gate.entries(), "action.requested").change;
			assert.deepEqual([unknown.code, unknown.args.detail], ["proposal.failed", "the thread ended"]);
			t.mock.restoreAll();
			// What was worked out is held against the file, kept or not.
			writeFileSync(file, "another\n");
			await reported(gate);
			assert.deepEqual(warned(), job === "side" ? ["gate.fileMismatch"] : []);
			await gate.verified();
		});
	}
});

test("one tool call through two configs is worked out once", async (t) => {
	const { gate } = await ruledGate(t);
	const slow = Promise.withResolvers<void>();
	const calls = onJob(t, "rewrite", () => slow.promise);
	const first = await edit(gate);
	await settles(() => calls.count === 1, "it is worked out");
	const second = await edit(gate);
	await second.held();
	slow.resolve();
	for (const call of [first, second]) assert.equal(said(await call.reply()).decision, "allow");
	assert.equal(calls.count, 1);
	bodyOf(await gate.verified(), "action.requested");
});

test("what is paused, or no longer allowed, while it is worked out does not pass", async (t) => {
	let effect: PolicyVerdict["effect"] = "allow";
	const { gate } = await ruledGate(t, () => effect);
	const slow = Promise.withResolvers<void>();
	const calls = onJob(t, "rewrite", () => slow.promise);
	const call = await edit(gate);
	await settles(() => calls.count === 1, "it is worked out");
	gate.open.desk.pause();
	slow.resolve();
	await call.held();
	effect = "deny";
	gate.open.desk.resume();
	assert.equal(said(await call.reply()).decision, "deny");
	assert.equal(bodyOf(await gate.verified(), "action.requested").change, undefined);
});

test("reads, commands and what is denied are not looked at", async (t) => {
	let effect: PolicyVerdict["effect"] = "allow";
	const { gate } = await ruledGate(t, () => effect);
	const calls = onJob(t, "rewrite", async () => {});
	for (const payload of ["PreToolUse-Bash", "PreToolUse-Read"])
		assert.equal(said(await (await gate.call(payload, { toolUseId: payload })).reply()).decision, "allow");
	effect = "deny";
	assert.equal(said(await (await edit(gate)).reply()).decision, "deny");
	assert.equal(calls.count, 0);
	assert.ok((await gate.verified()).every(({ body }) => body.change === undefined));
});
