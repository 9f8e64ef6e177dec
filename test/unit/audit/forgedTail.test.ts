// A person's word that nobody gave: an agent kills the gate and appends lines whose hashes fit to the dead segment. Without
// the key it cannot sign them, so no start takes them over and no verification lets them pass.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { saltedBody, seal } from "../../../src/audit/chain.ts";
import { foldRows } from "../../../src/audit/fold.ts";
import type { Journal } from "../../../src/audit/journal.ts";
import { publicKeyHex } from "../../../src/audit/keys.ts";
import { readEntries } from "../../../src/audit/read.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { APPROVER } from "../../support/auditLog.ts";
import { entriesOf, killOwner, type Place, place, requested } from "./support.ts";

const MAC = "a".repeat(64);
const allow = (request: string) => ({
	request,
	actionMac: MAC,
	decision: {
		by: "person",
		verdict: "allow",
		approver: APPROVER,
		channel: "editor",
		shown: { digest: "b".repeat(64), extent: "whole", ms: 9000 },
	},
});

/** Appends entries to a segment as anybody can who reads the format. */
function forge(journal: Journal, ...bodies: [type: string, body: object][]): void {
	let { head, hash } = entriesOf(journal.path).at(-1) ?? assert.fail();
	for (const [type, body] of bodies) {
		head = { ...head, seq: head.seq + 1, type };
		const sealed = seal(hash, head, saltedBody(body));
		appendFileSync(journal.path, sealed.line);
		hash = sealed.hash;
	}
}

async function dead(t: TestContext): Promise<{ here: Place; journal: Journal; key: string }> {
	const here = place(t);
	const journal = await here.open("gate1");
	await journal.append("action.requested", requested("r1"));
	killOwner(journal.dir, journal.segment);
	return { here, journal, key: publicKeyHex(here.home.signer().publicKey) };
}

test("a person's decision is signed in the batch that holds it", async (t) => {
	const { journal, key } = await dead(t);
	await journal.append("action.decided", allow("r1"));
	const types = entriesOf(journal.path).map(({ head }) => head.type);
	assert.deepEqual(types.slice(-2), ["action.decided", "checkpoint"]);
	assert.equal((await verifyWorkspace(journal.dir, { key })).verdict, "verified");
});

test("an approval appended to a dead segment is named, and the next start cuts it out and says so", async (t) => {
	const { here, journal, key } = await dead(t);
	forge(
		journal,
		["action.decided", allow("r1")],
		["action.released", { request: "r1", verdict: "allow", delivered: true }],
	);
	const before = await verifyWorkspace(journal.dir, { key });
	assert.equal(before.verdict, "problems found");
	assert.deepEqual(
		before.problems.map(({ kind, line }) => [kind, line]),
		[["bad-checkpoint", 5]],
	);

	const next = await here.open("gate2");
	await next.close();
	const after = await verifyWorkspace(journal.dir, { key });
	assert.deepEqual([after.verdict, after.problems], ["verified", []]);
	assert.ok(
		entriesOf(next.path).some(({ head }) => head.type === "repair"),
		"what was cut out is on record",
	);
	for await (const { by, person } of foldRows(readEntries(journal.dir)))
		assert.deepEqual([by, person], [undefined, undefined]);
});

test("with a checkpoint of its own making it is no better", async (t) => {
	const { here, journal, key } = await dead(t);
	forge(journal, ["action.decided", allow("r1")], ["checkpoint", { note: "x/y\n5\nAAAA\n\n— x/y AAAA\n" }]);
	assert.equal((await verifyWorkspace(journal.dir, { key })).ok, false);
	await (await here.open("gate2")).close();
	assert.equal((await verifyWorkspace(journal.dir, { key })).verdict, "verified");
	for await (const { by } of foldRows(readEntries(journal.dir))) assert.equal(by, undefined);
});

test("a batch that was torn behind a person's word goes as a whole", async (t) => {
	const { here, journal, key } = await dead(t);
	forge(journal, ["action.decided", allow("r1")]);
	appendFileSync(journal.path, '{"body":{"note":"torn');
	await (await here.open("gate2")).close();
	assert.deepEqual((await verifyWorkspace(journal.dir, { key })).problems, []);
});

test("an altered line says nothing of how an action ended", async (t) => {
	const { journal } = await dead(t);
	await journal.append("action.decided", {
		...allow("r1"),
		decision: { by: "timeout", verdict: "deny", reason: "x" },
	});
	const head = { v: 1 as const, seq: 9999, time: new Date().toISOString(), mono: 1, type: "action.decided" };
	const { line } = seal("ab".repeat(32), head, saltedBody(allow("r1")));
	appendFileSync(journal.path, line.replace('"verdict":"allow"', '"verdict":"deny"'));
	for await (const row of foldRows(readEntries(journal.dir))) {
		if (row.request !== "r1") continue;
		assert.deepEqual([row.outcome, row.person, row.flags], ["timeout", undefined, ["altered"]]);
	}
});

test("no other type of entry speaks for a person without a signature", async (t) => {
	const words: [type: string, body: object][] = [
		["action.withdrawn", allow("r1")],
		["action.settled", { request: "r1", by: "terminal", verdict: "allow" }],
		["coverage.gap", { kind: "heads-forgotten", approver: APPROVER, segments: 1, entries: 100, heads: [] }],
		["export.made", { format: "csv", approver: APPROVER }],
	];
	for (const word of words) {
		const { here, journal, key } = await dead(t);
		forge(journal, word);
		const { problems } = await verifyWorkspace(journal.dir, { key });
		assert.deepEqual(
			problems.map(({ kind, line }) => [kind, line]),
			[["bad-checkpoint", 5]],
			word[0],
		);
		await (await here.open("gate2")).close();
		assert.deepEqual((await verifyWorkspace(journal.dir, { key })).problems, []);
		for await (const { by, person } of foldRows(readEntries(journal.dir)))
			assert.deepEqual([by, person], [undefined, undefined], word[0]);
	}
});

test("what a person decided stands against any later entry", async (t) => {
	const by = { by: "rule", verdict: "allow", ruleId: "floor.read", policyDigest: "c".repeat(64) };
	const later: [type: string, body: object][] = [
		["action.decided", { request: "r1", actionMac: MAC, decision: by }],
		["action.decided", allow("r1")],
		["action.withdrawn", allow("r1")],
	];
	for (const one of later) {
		const { journal } = await dead(t);
		const { decision } = allow("r1");
		await journal.append("action.decided", { ...allow("r1"), decision: { ...decision, verdict: "deny" } });
		forge(journal, one);
		for await (const row of foldRows(readEntries(journal.dir)))
			if (row.request === "r1")
				assert.deepEqual([row.outcome, row.by, row.rule, row.flags], ["denied", "person", undefined, ["altered"]]);
	}
	// The other way round: a forged "rule" does not hide who answered.
	const { journal } = await dead(t);
	forge(journal, later[0] ?? assert.fail(), ["action.decided", allow("r1")]);
	for await (const row of foldRows(readEntries(journal.dir)))
		if (row.request === "r1")
			assert.deepEqual([row.outcome, row.by, row.rule, row.flags], ["allowed", "person", undefined, ["altered"]]);
});

test("half a line behind a forged approval excuses nothing, though its gate seems to live", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	await journal.append("action.requested", requested("r1"));
	forge(journal, ["action.decided", allow("r1")]);
	appendFileSync(journal.path, "{");
	const { verdict, problems } = await verifyWorkspace(journal.dir);
	assert.equal(verdict, "problems found");
	assert.deepEqual(
		problems.map(({ kind, line }) => [kind, line]),
		[["bad-checkpoint", 5]],
	);
});
