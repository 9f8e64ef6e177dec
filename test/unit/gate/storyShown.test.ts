// What the log keeps of who acted and of what a person was shown.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import { testGate } from "../../support/gateClient.ts";

/** Put together here, so that no scanner of repositories takes it for one. */
const TOKEN = `ghp_${"A1b2C3d4E5f6G7h8I9j0".repeat(2).slice(0, 36)}`;

test("the card that was shown is kept, redacted, and the decision names it", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", {
		members: { tool_input: { command: `curl -H "X: ${TOKEN}" https://example.org` } },
	});
	const card = await gate.card();
	assert.ok(card.target.includes(TOKEN), "a person sees the command as it is");
	gate.answer(card, "allow");
	await call.reply();
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.equal(body.card.redacted, true);
	const { dir } = workspacePaths(gate.place.home, workspaceId(gate.place.folder));
	const kept = JSON.parse(String(await readEvidence(join(dir, "evidence"), body.card.digest)));
	assert.equal(kept.id, card.id);
	assert.match(kept.target, /\[redacted:github-token~\d+/);
	assert.ok(!JSON.stringify(kept).includes(TOKEN));
	assert.deepEqual(kept.why, card.why);
	await gate.verified();
});

test("a decision by rule names no card", async (t) => {
	const gate = await testGate(t);
	await (await gate.call("PreToolUse-Bash", { members: { tool_input: { command: "ls" } } })).reply();
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.equal(body.decision.by, "rule");
	assert.equal(body.card, undefined);
});

test("every entry of a session says whose it is and how far its hooks bind it", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	gate.answer(await gate.card(), "allow");
	await call.reply();
	await (await gate.call("PostToolUse-Bash", { toolUseId: "t1" })).reply();
	const ofSessions = (await gate.verified()).filter(({ session }) => session !== undefined);
	assert.ok(ofSessions.length >= 5, `${ofSessions.length} entries`);
	for (const { type, body } of ofSessions) {
		assert.equal(body.agent, "claude-code", type);
		const level = typeof body.enforcement === "string" ? body.enforcement : body.enforcement.level;
		assert.match(level, /^(?:enforced|voluntary|not-enforced)$/, type);
	}
});

test("the start of a session says by whom, where and from what", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	gate.answer(await gate.card(), "deny");
	await call.reply();
	const { body } = await gate.entry(({ type }) => type === "session.started");
	assert.ok(body.host.length > 0);
	assert.match(body.launcher.kind, /^(?:terminal|editor|ci|service|unknown)$/);
	assert.ok(Array.isArray(body.processes));
});
