// What an editor has seen of a log, told by the gate; and that a person gave it up, on record.
import assert from "node:assert/strict";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import type { DurableHead } from "../../../src/audit/journal.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { gatePlace, testGate } from "../../support/gateClient.ts";

const BODY = {
	approver: { osUser: "ann", claims: {}, assurance: 1 },
	segments: 1,
	entries: 3,
	heads: [{ segment: "20260101T000000.000Z-g.jsonl", entries: 3, hash: "ab".repeat(32) }],
};

test("the gate tells how far each log is durable, up to its end", async (t) => {
	const heads: DurableHead[] = [];
	const gate = await testGate(t, { onHead: (head: DurableHead) => heads.push(head) });
	const { folder } = gate.place;
	await gate.open.recordInstalled("claude-code", "/x");
	const entries = await gate.entries();
	assert.deepEqual([heads.at(-1)?.workspace, heads.at(-1)?.entries], [workspaceId(folder), entries.length]);
	await gate.open.close("stopped");
	const { heads: found } = await verifyWorkspace(workspacePaths(gate.place.home, workspaceId(folder)).dir, { heads });
	assert.deepEqual(
		found.map(({ segment, entries, hash }) => [segment, entries, hash]),
		[heads.at(-1)].map((head) => [head?.segment, head?.entries, head?.hash]),
	);
});

test("giving up a log that was removed while the gate writes it begins a new segment, and is on record there", async (t) => {
	const gate = await testGate(t, {});
	const { home, folder } = gate.place;
	const { dir, journal } = workspacePaths(home, workspaceId(folder));
	const [before] = readdirSync(journal);
	rmSync(dir, { recursive: true });
	await gate.open.recordForgotten(folder, BODY);
	const [after, ...more] = readdirSync(journal).filter((name) => name.endsWith(".jsonl"));
	assert.deepEqual(more, []);
	assert.notEqual(after, before);
	const { body } = await gate.entry(({ type }) => type === "coverage.gap");
	assert.deepEqual([body.kind, body.approver, body.heads], ["heads-forgotten", BODY.approver, BODY.heads]);
	await gate.verified();
});

test("what is recorded at the same time is neither refused nor lost", async (t) => {
	const gate = await testGate(t, {});
	const { folder } = gate.place;
	const some = (from: number) =>
		Array.from({ length: 20 }, (_, n) => gate.open.recordInstalled("claude-code", `/file-${from + n}`));
	await Promise.all([...some(0), gate.open.recordForgotten(folder, BODY), ...some(20)]);
	const { length } = (await gate.verified()).filter(({ type }) => type === "agent.installed");
	assert.equal(length, 40);
	assert.deepEqual(
		gate.gate.warnings().map(({ message }) => message.code),
		[],
	);
});

test("what belongs to no folder has a log of its own to give up", async (t) => {
	const at = gatePlace(t);
	const gate = await testGate(t, {}, at);
	await gate.open.recordForgotten(undefined, BODY);
	const { journal } = workspacePaths(at.home, workspaceId(undefined));
	assert.equal(readdirSync(join(journal)).length, 1);
});
