// What commands really changed: looked at before the agent is told, and again at the result.
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { type ChangedFiles, type SnapshotMark, Snapshots } from "../../../src/actions/snapshot/snapshots.ts";
import { LIMITS } from "../../../src/actions/snapshot/types.ts";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { workspaceId, workspacePaths } from "../../../src/audit/home.ts";
import type { GateSettings } from "../../../src/gate/gate.ts";
import type { LedgerLine } from "../../../src/gate/ledger.ts";
import { Watches } from "../../../src/gate/watchRun.ts";
import { message } from "../../../src/protocol/messages.ts";
import { gatePlace, said, settles, type TestGate, testGate } from "../../support/gateClient.ts";

const NOTHING: ChangedFiles = { files: [], more: 0, ms: 1 };

/** Snapshots whose answers a test gives. */
class Fake {
	readonly taken: string[] = [];
	readonly live = new Set<number>();
	asked = 0;
	folders: readonly string[] | undefined;
	found: ChangedFiles = NOTHING;
	onTake: (signal: AbortSignal | undefined) => Promise<unknown> = async () => undefined;
	onChanges: () => Promise<unknown> = async () => undefined;

	async take(root: string, signal?: AbortSignal): Promise<SnapshotMark> {
		this.taken.push(root);
		await this.onTake(signal);
		const id = this.taken.length;
		this.live.add(id);
		return { id, root, takenAt: Date.now(), files: 3 };
	}

	async changes(before: SnapshotMark, _: unknown, folders?: readonly string[]): Promise<ChangedFiles> {
		assert.ok(this.live.has(before.id), "a mark that was dropped");
		this.folders = folders;
		this.asked += 1;
		await this.onChanges();
		return this.found;
	}

	drop({ id }: SnapshotMark): void {
		this.live.delete(id);
	}
}

async function watched(t: Parameters<typeof testGate>[0], settings: Partial<GateSettings> = {}) {
	const snapshots = new Fake();
	const at = gatePlace(t);
	const gate = await testGate(t, { connected: true, snapshots, settings }, at);
	const changed = async () => (await gate.entries()).filter(({ type }) => type === "action.changed");
	return { snapshots, at, gate, changed };
}

async function allowed(
	gate: TestGate,
	toolUseId: string,
	{ payload = "PreToolUse-Bash", members = {}, session = "session-1" } = {},
) {
	const call = await gate.call(payload, { toolUseId, members, session });
	gate.answer(await gate.card(), "allow");
	assert.equal(said(await call.reply()).decision, "allow");
	return call.id;
}

async function reported(
	gate: TestGate,
	toolUseId: string,
	{ payload = "PostToolUse-Bash", members = {}, session = "session-1" } = {},
) {
	await (await gate.call(payload, { toolUseId, members, session })).reply();
}

test("a command's folder is looked at after the decision and before the agent is told; what changed is on record", async (t) => {
	const { snapshots, at, gate } = await watched(t);
	let then: string[] = [];
	snapshots.onTake = async () => {
		then = (await gate.entries()).map(({ type }) => type);
	};
	const request = await allowed(gate, "t1");
	assert.deepEqual(snapshots.taken, [at.folder]);
	assert.ok(then.includes("action.decided") && !then.includes("action.released"));
	const secret = "token: AKIAIOSFODNN7EXAMPLE\nAWS_SECRET_ACCESS_KEY=abcdefghijklmnopqrstuvwxyz0123456789ABCD\n";
	snapshots.found = {
		files: [
			{
				path: `${at.folder}/b.txt`,
				op: "create",
				after: { size: secret.length, mode: 0o644, bytes: Buffer.from(secret) },
			},
			{
				path: `${at.folder}/big.bin`,
				op: "modify",
				before: { size: 10, mode: 0o644, sha256: "00".repeat(32) },
				after: { size: 20, mode: 0o755, why: message("changed.late", { seconds: 2 }) },
			},
			{ path: `${at.folder}/link`, op: "delete", before: { size: 5, mode: 0o777, link: "b.txt" } },
		],
		more: 2,
		ms: 4,
	};
	await reported(gate, "t1");
	assert.deepEqual(snapshots.folders, [at.folder], "no git in them is run");
	const entries = await gate.verified();
	const { body } = entries.find(({ type }) => type === "action.changed") as (typeof entries)[0];
	assert.equal(body.request, request);
	assert.deepEqual([body.more, body.outside, body.shared, body.background], [2, "not watched", undefined, undefined]);
	const [made, big, link] = body.files;
	assert.deepEqual([made.op, made.after.redacted, made.before], ["create", true, undefined]);
	const { evidence } = workspacePaths(at.home, workspaceId(at.folder));
	assert.ok(!String(await readEvidence(evidence, made.after.digest)).includes("abcdefghijkl"));
	assert.deepEqual(big.before, { mode: 0o644, omitted: 10 });
	assert.deepEqual([big.after.omitted, big.after.why.code], [20, "changed.late"]);
	assert.deepEqual(link.before, { mode: 0o777, link: "b.txt" });
	assert.ok(!JSON.stringify(body).includes("00".repeat(32)), "no digest of what is not redacted");
	assert.ok(
		entries.findIndex(({ type }) => type === "action.executed") <
			entries.findIndex(({ type }) => type === "action.changed"),
	);
	assert.equal(snapshots.live.size, 0);
});

test("that nothing changed is on record as well, once for each result, also of a failed command", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	await allowed(gate, "t1");
	await reported(gate, "t1", { payload: "PostToolUseFailure-Bash" });
	await reported(gate, "t1", { payload: "PostToolUseFailure-Bash" });
	const [one, ...more] = await changed();
	assert.deepEqual([one?.body.files, one?.body.incomplete, more.length], [[], undefined, 0]);
	assert.equal(snapshots.asked, 1);
});

test("reads, what the floor allows, what is denied and edits are not watched; MCP tools are", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	const read = await gate.call("PreToolUse-Bash", { toolUseId: "r1", members: { tool_input: { command: "ls" } } });
	assert.equal(said(await read.reply()).decision, "allow");
	const denied = await gate.call("PreToolUse-Bash", { toolUseId: "d1" });
	gate.answer(await gate.card(), "deny");
	await denied.reply();
	await allowed(gate, "e1", { payload: "PreToolUse-Write" });
	await reported(gate, "e1", { payload: "PostToolUse-Write" });
	assert.deepEqual(snapshots.taken, []);
	await allowed(gate, "m1", { payload: "PreToolUse-mcp__echo__echo" });
	await reported(gate, "m1", { payload: "PostToolUse-mcp__echo__echo" });
	assert.equal(snapshots.taken.length, 1);
	assert.equal((await changed()).length, 1);
});

test("the setting switches it off", async (t) => {
	const { snapshots, gate, changed } = await watched(t, { watchRuns: false });
	await allowed(gate, "t1");
	await reported(gate, "t1");
	assert.deepEqual([snapshots.taken, await changed()], [[], []]);
});

test("a look before that takes too long holds nobody up: the entry says that it was not watched, and no mark is left", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	const slow = Promise.withResolvers<void>();
	let signal: AbortSignal | undefined;
	snapshots.onTake = (given) => {
		signal = given;
		return slow.promise;
	};
	await allowed(gate, "t1");
	assert.equal(signal?.aborted, true);
	slow.resolve();
	await reported(gate, "t1");
	const [one] = await changed();
	assert.deepEqual([one?.body.files, one?.body.incomplete.code], [[], "changed.late"]);
	await settles(() => snapshots.live.size === 0, "the mark came late and is dropped");
	assert.equal(snapshots.asked, 0);
});

test("a look that fails, before or after, changes nothing but the entry", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	snapshots.onTake = () => Promise.reject(new Error("no such folder"));
	await allowed(gate, "t1");
	await reported(gate, "t1");
	snapshots.onTake = async () => undefined;
	snapshots.onChanges = () => Promise.reject(new Error("EIO"));
	await allowed(gate, "t2");
	await reported(gate, "t2");
	const codes = (await changed()).map(({ body }) => [body.incomplete.code, body.incomplete.args.detail]);
	assert.deepEqual(codes, [
		["changed.failed", "no such folder"],
		["changed.failed", "EIO"],
	]);
	assert.equal(snapshots.live.size, 0);
	await gate.verified();
});

test("a look after that takes long goes on in the background, and its entry comes later", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	const slow = Promise.withResolvers<void>();
	snapshots.onChanges = () => slow.promise;
	await allowed(gate, "t1");
	await reported(gate, "t1");
	assert.deepEqual(await changed(), []);
	slow.resolve();
	await gate.entry(({ type }) => type === "action.changed");
	await gate.verified();
});

test("actions beside each other say so, edits too; one after the other they do not", async (t) => {
	const { gate, changed } = await watched(t);
	await allowed(gate, "t1");
	await allowed(gate, "t2", { session: "session-2" });
	await reported(gate, "t2", { session: "session-2" });
	await reported(gate, "t1");
	await allowed(gate, "t3");
	await reported(gate, "t3");
	await allowed(gate, "t4");
	await allowed(gate, "e1", { payload: "PreToolUse-Write", session: "session-2" });
	await reported(gate, "e1", { payload: "PostToolUse-Write", session: "session-2" });
	await reported(gate, "t4");
	assert.deepEqual(
		(await changed()).map(({ body }) => body.shared),
		[true, true, undefined, true],
	);
});

test("a command in the background says that it went on", async (t) => {
	const { gate, changed } = await watched(t);
	const members = { tool_input: { command: "make", run_in_background: true } };
	await allowed(gate, "t1", { members });
	await reported(gate, "t1", { members });
	await allowed(gate, "t2");
	await reported(gate, "t2", { members: { tool_response: { stdout: "", backgroundTaskId: "b1" } } });
	assert.deepEqual(
		(await changed()).map(({ body }) => body.background),
		[true, true],
	);
});

test("what may still be running in the background shares with all that comes later, until its session ends", async (t) => {
	const { gate, changed } = await watched(t);
	const members = { tool_input: { command: "make", run_in_background: true } };
	await allowed(gate, "t1", { members });
	await reported(gate, "t1", { members });
	await (await gate.call("Stop")).reply();
	await allowed(gate, "t2", { session: "session-2" });
	await reported(gate, "t2", { session: "session-2" });
	await (await gate.call("SessionEnd-other")).reply();
	await allowed(gate, "t3", { session: "session-2" });
	await reported(gate, "t3", { session: "session-2" });
	assert.deepEqual(
		(await changed()).map(({ body }) => body.shared),
		[undefined, true, undefined],
	);
});

/** The least of an action that the watches look at. */
const lineIn = (folder: string) =>
	({
		request: folder,
		state: "released",
		action: { kind: "edit" },
		session: { folder, agentPid: process.pid, key: "k", ended: false },
	}) as unknown as LedgerLine;

test("folders that lie in each other share, others do not; of very many runs the oldest are forgotten", async () => {
	const watches = new Watches(new Fake());
	const [outer, inner, beside] = [lineIn("/a"), lineIn("/a/b"), lineIn("/ab")];
	for (const line of [outer, inner, beside]) await watches.begin(line, true, () => {});
	assert.deepEqual(
		[outer, inner, beside].map(({ run }) => run?.shared),
		[true, true, false],
	);
	for (let at = 0; at < 1000; at += 1) await watches.begin(lineIn(`/c${at}`), true, () => {});
	assert.equal(watches.running, 1000);
	assert.deepEqual([outer.run, beside.run], [undefined, undefined]);
});

test("marks go when no result can come any more: the turn or session is over, or the agent never had the answer", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	await allowed(gate, "t1");
	await (await gate.call("Stop")).reply();
	assert.equal(snapshots.live.size, 0);
	await allowed(gate, "t2", {
		payload: "PreToolUse-Bash.subagent",
		members: { tool_input: { command: "make" } },
	});
	await (await gate.call("Stop")).reply();
	assert.equal(snapshots.live.size, 1, "a sub-agent goes on");
	await (await gate.call("SessionEnd-other")).reply();
	assert.equal(snapshots.live.size, 0);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t3", session: "session-3" });
	snapshots.onTake = async () => call.connection.end();
	gate.answer(await gate.card(), "allow");
	await gate.entry(({ type, body }) => type === "action.released" && body.delivered === false);
	assert.equal(snapshots.live.size, 0);
	const entries = await gate.verified();
	const requests = entries.filter(({ type }) => type === "action.requested").map(({ body }) => body.request);
	assert.deepEqual(
		(await changed()).map(({ body }) => [body.request, body.files, body.incomplete.code]),
		requests.slice(0, 2).map((request) => [request, [], "afterRun.unreported"]),
		"that it is not known what they changed, once each; the last one never ran",
	);
	assert.equal(snapshots.asked, 0);
});

test("a result after its turn is over adds no second entry, and one before it is the only one", async (t) => {
	const { gate, changed } = await watched(t);
	await allowed(gate, "t1");
	await (await gate.call("Stop")).reply();
	await reported(gate, "t1");
	await allowed(gate, "t2");
	await reported(gate, "t2");
	await (await gate.call("Stop")).reply();
	await (await gate.call("SessionEnd-other")).reply();
	await gate.verified();
	const codes = (await changed()).map(({ body }) => body.incomplete?.code);
	assert.deepEqual(codes, ["afterRun.unreported", undefined]);
});

test("what was denied in the agent's own prompt has changed nothing that is not known", async (t) => {
	const snapshots = new Fake();
	const gate = await testGate(t, { connected: true, snapshots, settings: { prompt: "both" } });
	const toolUseId = "toolu_main_0_0";
	const input = { tool_name: "Bash", tool_input: { command: "touch made.txt", description: "touch" } };
	const members = { permission_mode: "default", ...input };
	const call = await gate.call("PreToolUse-Bash", { toolUseId, mode: "tui", members });
	assert.equal(said(await call.reply()).decision, "ask");
	assert.equal(snapshots.live.size, 1);
	const file = join(gate.place.userHome, ".claude/projects/shop/session-1.jsonl");
	mkdirSync(dirname(file), { recursive: true });
	copyFileSync(new URL("../../fixtures/claude-code/transcript-terminal-no.jsonl", import.meta.url), file);
	await (await gate.call("Stop", { mode: "tui" })).reply();
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.equal(body.verdict, "deny");
	assert.equal(snapshots.live.size, 0);
	const entries = await gate.verified();
	assert.ok(entries.every(({ type }) => type !== "action.changed"));
});

test("edits are not watched, so nothing is said of them when their turn is over", async (t) => {
	const { gate, changed } = await watched(t);
	await allowed(gate, "e1", { payload: "PreToolUse-Write" });
	await (await gate.call("Stop")).reply();
	await gate.verified();
	assert.deepEqual(await changed(), []);
});

test("of very many actions without a result the oldest are not watched any more", async (t) => {
	const { snapshots, gate, changed } = await watched(t);
	for (let at = 0; at < LIMITS.marks + 2; at += 1)
		await allowed(gate, `t${at}`, { members: { tool_input: { command: `make ${at}` } } });
	assert.equal(snapshots.live.size, LIMITS.marks);
	await reported(gate, "t0", { members: { tool_input: { command: "make 0" } } });
	assert.equal((await changed())[0]?.body.incomplete.code, "changed.tooMany");
});

test("with real snapshots: what a command made of a real folder is on record, with both contents", async (t) => {
	const snapshots = new Snapshots();
	t.after(() => snapshots.close());
	const at = gatePlace(t);
	writeFileSync(join(at.folder, "a.txt"), "one\n");
	const gate = await testGate(t, { connected: true, snapshots }, at);
	await allowed(gate, "t1");
	writeFileSync(join(at.folder, "a.txt"), "one\ntwo\n");
	writeFileSync(join(at.folder, "b.txt"), "new\n");
	await reported(gate, "t1");
	const { body } = await gate.entry(({ type }) => type === "action.changed");
	assert.deepEqual(
		body.files.map(({ path, op }: { path: string; op: string }) => [path, op]),
		[
			[join(at.folder, "a.txt"), "modify"],
			[join(at.folder, "b.txt"), "create"],
		],
	);
	const { evidence } = workspacePaths(at.home, workspaceId(at.folder));
	const text = async (side: { digest: string }) => String(await readEvidence(evidence, side.digest));
	assert.equal(await text(body.files[0].before), "one\n");
	assert.equal(await text(body.files[0].after), "one\ntwo\n");
	await gate.verified();
});
