// Whether files hold what was approved, once the agent says that it wrote them.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import { gatePlace, said, type TestGate, testGate } from "../../support/gateClient.ts";

const BEFORE = "one\ntwo\nthree\n";
const AFTER = "one\nTWO\nthree\n";

/** An edit of a.txt that a person allows, up to its reply. */
async function allowed(gate: TestGate, toolUseId = "t1", members: Record<string, unknown> = {}): Promise<string> {
	const call = await gate.call("PreToolUse-Edit", { toolUseId, members });
	gate.answer(await gate.card(), "allow");
	assert.equal(said(await call.reply()).decision, "allow");
	return call.id;
}

async function reported(gate: TestGate, toolUseId = "t1", members: Record<string, unknown> = {}): Promise<void> {
	await (await gate.call("PostToolUse-Edit", { toolUseId, members })).reply();
}

async function editing(t: Parameters<typeof testGate>[0]) {
	const at = gatePlace(t);
	const file = join(at.folder, "a.txt");
	writeFileSync(file, BEFORE);
	const gate = await testGate(t, { connected: true }, at);
	const mismatches = async () => (await gate.entries()).filter(({ type }) => type === "digest.mismatch");
	const warned = () => gate.gate.warnings().map(({ message }) => message.code);
	return { at, file, gate, mismatches, warned };
}

test("a file that holds what was allowed is no news", async (t) => {
	const { file, gate, mismatches, warned } = await editing(t);
	await allowed(gate);
	writeFileSync(file, AFTER);
	await reported(gate);
	assert.deepEqual(await mismatches(), []);
	assert.deepEqual(warned(), []);
	await gate.verified();
});

test("another content is on record before the agent goes on, with what was found, and a person is told the file", async (t) => {
	const { at, file, gate, warned } = await editing(t);
	const request = await allowed(gate);
	const secret = "AWS_SECRET_ACCESS_KEY=abcdefghijklmnopqrstuvwxyz0123456789ABCD\n";
	writeFileSync(file, AFTER + secret);
	await reported(gate);
	const entries = await gate.verified();
	const { body } = entries.find(({ type }) => type === "digest.mismatch") as (typeof entries)[0];
	assert.equal(body.request, request);
	assert.equal(body.decided, entries.find(({ type }) => type === "action.requested")?.body.actionMac);
	const [one] = body.files;
	assert.equal(body.files.length, 1);
	assert.equal(one.path, file);
	assert.match(one.approved, /^[0-9a-f]{64}$/);
	assert.match(one.found, /^[0-9a-f]{64}$/);
	assert.notEqual(one.approved, one.found);
	assert.equal(one.unwritten, undefined);
	const { evidence } = workspacePaths(at.home, workspaceId(at.folder));
	const kept = String(await readEvidence(evidence, one.after.digest));
	assert.ok(kept.startsWith(AFTER) && kept.includes("[redacted:") && !kept.includes("abcdefghijkl"));
	assert.deepEqual(warned(), ["gate.fileMismatch"]);
	const [{ message } = { message: { args: {} } }] = gate.gate.warnings();
	assert.deepEqual(message.args, { agent: "Claude Code", file: "a.txt" });
});

test("digests are keyed: those of the bytes alone would let anybody try out a masked secret", async (t) => {
	const { file, gate, mismatches } = await editing(t);
	await allowed(gate);
	writeFileSync(file, "PIN=1234\n");
	await reported(gate);
	const { createHash } = await import("node:crypto");
	const plain = createHash("sha256").update("PIN=1234\n").digest("hex");
	assert.ok(!JSON.stringify(await mismatches()).includes(plain));
});

test("done without anything written, and a file that is gone, are mismatches too", async (t) => {
	const { file, gate, mismatches, warned } = await editing(t);
	await allowed(gate);
	await reported(gate);
	const [unwritten] = await mismatches();
	assert.equal(unwritten?.body.files[0].unwritten, true);
	assert.deepEqual(warned(), ["gate.fileUnwritten"]);
	await allowed(gate, "t2");
	rmSync(file);
	await reported(gate, "t2");
	const gone = (await mismatches())[1]?.body.files[0];
	assert.equal(gone.found, null);
	assert.equal(gone.after, undefined);
	assert.equal(gone.why, undefined);
	await gate.verified();
});

test("each file that is not what was allowed has a warning of its own, once", async (t) => {
	const { at, file, gate, warned } = await editing(t);
	const other = join(at.folder, "b.txt");
	writeFileSync(other, BEFORE);
	const tool_input = { file_path: other, old_string: "two", new_string: "TWO", replace_all: false };
	await allowed(gate, "t1");
	writeFileSync(file, "another\n");
	await reported(gate, "t1");
	await allowed(gate, "t2", { tool_input });
	writeFileSync(other, "another\n");
	await reported(gate, "t2", { tool_input });
	const told = () => gate.gate.warnings().map(({ message }) => message.args?.file);
	assert.deepEqual(told(), ["a.txt", "b.txt"]);
	writeFileSync(file, BEFORE);
	await allowed(gate, "t3");
	writeFileSync(file, "another\n");
	await reported(gate, "t3");
	assert.deepEqual(told(), ["a.txt", "b.txt"], "the same again");
	assert.deepEqual(warned(), ["gate.fileMismatch", "gate.fileMismatch"]);
	assert.ok(gate.gate.warnings().every(({ id }) => !id.includes("b.txt")));
});

test("a link that leads elsewhere by then is a mismatch, whatever it leads to", async (t) => {
	const { at, file, gate, mismatches } = await editing(t);
	await allowed(gate);
	const elsewhere = join(at.dir, "elsewhere.txt");
	renameSync(file, elsewhere);
	writeFileSync(elsewhere, AFTER);
	symlinkSync(elsewhere, file);
	await reported(gate);
	const one = (await mismatches())[0]?.body.files[0];
	assert.equal(one.target, elsewhere);
	assert.equal(one.found, one.approved);
});

test("a file that cannot be read is a mismatch that says why", async (t) => {
	const { file, gate, mismatches } = await editing(t);
	await allowed(gate);
	rmSync(file);
	mkdirSync(file);
	await reported(gate);
	const one = (await mismatches())[0]?.body.files[0];
	assert.equal(one.found, null);
	assert.equal(one.why.code, "proposal.directory");
});

test("what a later edit was allowed to make of the file is no mismatch of the earlier one; what an earlier one was, is", async (t) => {
	const { file, gate, mismatches } = await editing(t);
	await allowed(gate, "t1");
	writeFileSync(file, AFTER);
	const next = { tool_input: { file_path: file, old_string: "TWO", new_string: "2", replace_all: false } };
	await allowed(gate, "t2", next);
	writeFileSync(file, AFTER.replace("TWO", "2"));
	await reported(gate, "t1");
	await reported(gate, "t2", next);
	assert.deepEqual(await mismatches(), []);
	const third = { tool_input: { file_path: file, old_string: "one", new_string: "1", replace_all: false } };
	await allowed(gate, "t3", third);
	writeFileSync(file, AFTER);
	await reported(gate, "t3", third);
	assert.equal((await mismatches()).length, 1);
});

test("a second report and one of another input are not held against the files", async (t) => {
	const { file, gate, mismatches } = await editing(t);
	await allowed(gate, "t1");
	writeFileSync(file, AFTER);
	await reported(gate, "t1");
	writeFileSync(file, "moved on\n");
	await reported(gate, "t1");
	assert.deepEqual(await mismatches(), []);
	writeFileSync(file, BEFORE);
	await allowed(gate, "t3");
	await reported(gate, "t3", {
		tool_input: { file_path: file, old_string: "one", new_string: "x", replace_all: false },
	});
	const [other, ...more] = await mismatches();
	assert.deepEqual([other?.body.files, more.length], [undefined, 0]);
});

test("a new file that holds what was allowed is no news either", async (t) => {
	const { at, gate, mismatches } = await editing(t);
	const file = join(at.folder, "new.txt");
	const input = { tool_input: { file_path: file, content: "new\n" } };
	const call = await gate.call("PreToolUse-Write", { toolUseId: "w1", members: input });
	gate.answer(await gate.card(), "allow");
	await call.reply();
	writeFileSync(file, "new\n");
	await (await gate.call("PostToolUse-Write", { toolUseId: "w1", members: input })).reply();
	assert.deepEqual(await mismatches(), []);
	assert.equal(readFileSync(file, "utf8"), "new\n");
});

const FAILED = { hook_event_name: "PostToolUseFailure", error: "no", is_interrupt: false, tool_response: undefined };

test("a failed edit that left the file as it was, or wrote it all the same, is no news", async (t) => {
	const { file, gate, mismatches, warned } = await editing(t);
	await allowed(gate, "t1");
	await reported(gate, "t1", FAILED);
	await allowed(gate, "t2");
	writeFileSync(file, AFTER);
	await reported(gate, "t2", FAILED);
	assert.deepEqual([await mismatches(), warned()], [[], []]);
});

test("a failed edit whose file is neither is on record and said, without naming who did it", async (t) => {
	const { at, file, gate, mismatches, warned } = await editing(t);
	const request = await allowed(gate);
	writeFileSync(file, "something else\n");
	await reported(gate, "t1", FAILED);
	const [entry, ...more] = await mismatches();
	assert.equal(more.length, 0);
	assert.deepEqual([entry?.body.request, entry?.body.failed], [request, true]);
	const [one] = entry?.body.files ?? [];
	assert.deepEqual([one.path, one.unwritten], [file, undefined]);
	assert.notEqual(one.found, one.approved);
	const { evidence } = workspacePaths(at.home, workspaceId(at.folder));
	assert.equal(String(await readEvidence(evidence, one.after.digest)), "something else\n");
	assert.deepEqual(warned(), ["gate.fileAfterFailed"]);
	await gate.verified();
});

test("a file that is gone after a failed edit, or that a link leads away from, is said too", async (t) => {
	const { at, file, gate, mismatches } = await editing(t);
	await allowed(gate, "t1");
	rmSync(file);
	await reported(gate, "t1", FAILED);
	assert.equal((await mismatches())[0]?.body.files[0].found, null);
	writeFileSync(file, BEFORE);
	await allowed(gate, "t2");
	const elsewhere = join(at.dir, "elsewhere.txt");
	renameSync(file, elsewhere);
	symlinkSync(elsewhere, file);
	await reported(gate, "t2", FAILED);
	assert.equal((await mismatches())[1]?.body.files[0].target, elsewhere);
});

test("a new file that a failed write did not make is no news; one that holds something else is", async (t) => {
	const { at, gate, mismatches } = await editing(t);
	const file = join(at.folder, "new.txt");
	const write = { tool_name: "Write", tool_input: { file_path: file, content: "new\n" } };
	for (const [id, made] of [
		["w1", undefined],
		["w2", "ne"],
	] as const) {
		const call = await gate.call("PreToolUse-Write", { toolUseId: id, members: write });
		gate.answer(await gate.card(), "allow");
		await call.reply();
		if (made !== undefined) writeFileSync(file, made);
		await reported(gate, id, { ...write, ...FAILED });
		assert.equal((await mismatches()).length, made === undefined ? 0 : 1, id);
	}
});

test("an edit that failed because another one, allowed beside it, was first is no news; one long done before is", async (t) => {
	const { file, gate, mismatches } = await editing(t);
	const next = { tool_input: { file_path: file, old_string: "two", new_string: "2", replace_all: false } };
	await allowed(gate, "t1");
	await allowed(gate, "t2", next);
	writeFileSync(file, AFTER);
	await reported(gate, "t1");
	await reported(gate, "t2", { ...next, ...FAILED });
	assert.deepEqual(await mismatches(), []);
	writeFileSync(file, BEFORE);
	await allowed(gate, "t3", next);
	writeFileSync(file, AFTER);
	await reported(gate, "t3", { ...next, ...FAILED });
	assert.equal((await mismatches()).length, 1);
});

test("a first report of failure does not spare a later one that it was done", async (t) => {
	const { file, gate, mismatches } = await editing(t);
	await allowed(gate, "t1");
	await reported(gate, "t1", FAILED);
	writeFileSync(file, "something else\n");
	await reported(gate, "t1");
	const [done, ...more] = await mismatches();
	assert.deepEqual([done?.body.failed, done?.body.files.length, more.length], [undefined, 1, 0]);
	await reported(gate, "t1", FAILED);
	assert.equal((await mismatches()).length, 1, "a second report is not held against the files");
});
