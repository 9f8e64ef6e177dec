// Large changes, inputs and results: kept whole in the evidence store, shown, and nobody else waits for them.
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { cardDigest } from "../../../src/actions/card.ts";
import { isChange } from "../../../src/actions/change.ts";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import { gatePlace, type Place, said, testGate } from "../../support/gateClient.ts";

function evidence(at: Place, ref: { digest: string }): Promise<Buffer> {
	return readEvidence(workspacePaths(at.home, workspaceId(at.folder)).evidence, ref.digest);
}

test("both sides of a change of ten megabytes are in the evidence store, byte for byte", async (t) => {
	const at = gatePlace(t);
	const before = Buffer.from(`${"a line of text\n".repeat(650_000)}end\n`);
	writeFileSync(join(at.folder, "big.txt"), before, { mode: 0o640 });
	const gate = await testGate(t, {}, at);
	const content = `${"another line\n".repeat(300_000)}\u{1F600}\n`;
	const members = { tool_input: { file_path: join(at.folder, "big.txt"), content } };
	const call = await gate.call("PreToolUse-Write", { members });
	const card = await gate.card();
	assert.equal(card.files[0]?.op, "modify");
	assert.equal(card.files[0]?.cut, true, "a card shows a part and says so");
	const proposal = gate.gate.proposal(card.id);
	assert.ok(isChange(proposal) && proposal.files[0]?.before?.bytes.equals(before));
	gate.answer(card, "allow", { shown: { ...shownOf(card), extent: "partial" } });
	assert.equal(said(await call.reply()).decision, "allow");
	assert.equal(gate.gate.proposal(card.id), undefined, "nothing of it stays in memory");
	const { body } = await gate.entry(({ type }) => type === "action.requested");
	const [file] = body.change.files;
	assert.equal(file.before.mode, 0o640);
	assert.ok((await evidence(at, file.before)).equals(before));
	assert.equal(String(await evidence(at, file.after)), content);
	assert.deepEqual(body.claimed.input, undefined);
	assert.deepEqual(JSON.parse(String(await evidence(at, body.input))), members.tool_input);
	await gate.verified();
});

function shownOf(card: Parameters<typeof cardDigest>[0]) {
	return { digest: cardDigest(card), ms: 100 };
}

test("a file too large to be compared asks with its input and the reason, and can be allowed only when that was whole", async (t) => {
	const at = gatePlace(t);
	writeFileSync(join(at.folder, "huge.bin"), Buffer.alloc(11 * 1024 * 1024, 65));
	const gate = await testGate(t, {}, at);
	const call = await gate.call("PreToolUse-Write", {
		members: { tool_input: { file_path: join(at.folder, "huge.bin"), content: "x" } },
	});
	const card = await gate.card();
	assert.equal(card.problem?.code, "proposal.tooLarge");
	assert.equal(gate.answer(card, "allow", { shown: { ...shownOf(card), extent: "partial" } }).result, "refused");
	gate.answer(card, "allow");
	assert.equal(said(await call.reply()).decision, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.requested");
	assert.equal(body.change.unknown.code, "proposal.tooLarge");
});

test("a file so full of secrets that its masks outgrow the store is asked about all the same", async (t) => {
	const at = gatePlace(t);
	writeFileSync(join(at.folder, "keys.env"), "A_PW=abcd12\n".repeat(800_000));
	const gate = await testGate(t, {}, at);
	await gate.call("PreToolUse-Write", {
		members: { tool_input: { file_path: join(at.folder, "keys.env"), content: "x" } },
	});
	await gate.card();
	const { body } = await gate.entry(({ type }) => type === "action.requested");
	assert.ok(body.change.files[0].before.omitted > 9_000_000);
	await gate.verified();
});

test("binary contents are kept as they are, and proposed ones shown as binary", async (t) => {
	const at = gatePlace(t);
	const bytes = Buffer.concat([Buffer.from([0]), randomBytes(5000)]);
	writeFileSync(join(at.folder, "x.bin"), bytes);
	const gate = await testGate(t, {}, at);
	await gate.call("PreToolUse-Bash", {
		members: {
			cursor_version: "3.0",
			hook_event_name: "preToolUse",
			tool_name: "Delete",
			tool_input: { file_path: join(at.folder, "x.bin") },
		},
	});
	const card = await gate.card();
	assert.equal(card.files[0]?.binary, true);
	const { body } = await gate.entry(({ type }) => type === "action.requested");
	assert.ok((await evidence(at, body.change.files[0].before)).equals(bytes));
});

test("a payload at the limit is asked about and recorded; one beyond it is refused on its connection alone", async (t) => {
	const gate = await testGate(t);
	const other = await gate.call("PreToolUse-Bash", { session: "other" });
	const waiting = await gate.card();
	const big = await gate.call("PreToolUse-Bash", {
		members: { tool_input: { command: `echo ${"x".repeat(5 * 1024 * 1024)}` } },
	});
	const card = await gate.card();
	assert.equal(card.target.length, 5 * 1024 * 1024 + 5, "whole, never cut");
	gate.answer(card, "deny");
	await big.reply();
	const beyond = await gate.call("PreToolUse-Bash", { bytes: Buffer.alloc(5.6 * 1024 * 1024, "x") });
	assert.equal((await beyond.error()).code, "too-large");
	gate.answer(waiting, "allow");
	assert.equal(said(await other.reply()).decision, "allow");
	const entries = await gate.verified();
	assert.ok(entries.some(({ type, body }) => type === "coverage.gap" && body.code === "too-large"));
	assert.ok(
		entries.every((entry) => JSON.stringify(entry).length < 300_000),
		"long inputs are not in lines",
	);
});
