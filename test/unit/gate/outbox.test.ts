// Events that found no gate are taken in as what they are: unauthenticated, redacted, once.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { keepForLater } from "../../../src/bin/hook/outbox.ts";
import { gatePlace, type Place, submitFor, testGate } from "../../support/gateClient.ts";

function outboxOf(t: TestContext): { at: Place; dir: string } {
	const at = gatePlace(t);
	const dir = join(at.home, "outbox");
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	return { at, dir };
}

function keep(at: Place, payload: string, members = {}, root = at.folder): void {
	const submit = { ...submitFor(at, payload, { members }), root };
	keepForLater(at.home, submit.id, JSON.stringify(submit), 0);
}

test("what the hook kept while no gate was open is in the log, says that nobody vouches for it, and is gone from the outbox", async (t) => {
	const { at, dir } = outboxOf(t);
	keep(at, "UserPromptSubmit");
	keep(at, "PostToolUse-Bash");
	const gate = await testGate(t, {}, at);
	const gaps = (await gate.verified()).filter(({ type }) => type === "coverage.gap");
	assert.deepEqual(
		gaps.map(({ body }) => [body.kind, body.claimed.hook_event_name, body.claimed.tool_name]),
		[
			["unauthenticated-event", "UserPromptSubmit", undefined],
			["unauthenticated-event", "PostToolUse", "Bash"],
		],
	);
	assert.ok(!JSON.stringify(gaps).includes("echo hi"), "what it did is not taken on trust");
	assert.deepEqual(readdirSync(dir), []);
	assert.deepEqual(gate.gate.warnings(), []);
});

test("many are taken in few batches, and all of them", async (t) => {
	const { at, dir } = outboxOf(t);
	for (let n = 0; n < 120; n += 1) keep(at, "Stop", { session_id: `s${n}` });
	const gate = await testGate(t, {}, at);
	const gaps = (await gate.entries()).filter(({ type }) => type === "coverage.gap");
	assert.equal(new Set(gaps.map(({ body }) => body.claimed.session_id)).size, 120);
	assert.deepEqual(readdirSync(dir), []);
});

test("an event of another folder stays for its own gate", async (t) => {
	const { at, dir } = outboxOf(t);
	const other = join(at.dir, "other");
	mkdirSync(other);
	keep(at, "Stop", {}, other);
	const gate = await testGate(t, {}, at);
	assert.equal(readdirSync(dir).length, 1);
	assert.deepEqual(gate.gate.warnings(), []);
	await gate.open.close("stopped");
	const next = await testGate(t, { folders: [other] }, at);
	assert.equal(readdirSync(dir).length, 0);
	const { body } = await next.entry(({ type }) => type === "coverage.gap", other);
	assert.equal(body.claimed.root, other);
});

test("what is no kept event stays, is warned of, and holds nobody: links, pipes, folders, large and broken files", async (t) => {
	const { at, dir } = outboxOf(t);
	keep(at, "Stop");
	writeFileSync(join(dir, "broken.json"), '{"v":1,');
	writeFileSync(
		join(dir, "shape.json"),
		'{"v":1,"time":"x","submit":{"token":"ghp_0123456789abcdefghijABCDEFGHIJ012345"}}',
	);
	writeFileSync(join(dir, "large.json"), Buffer.alloc(300_000, "x"));
	symlinkSync("/etc/hostname", join(dir, "link.json"));
	mkdirSync(join(dir, "folder.json"));
	if (process.platform !== "win32") execFileSync("mkfifo", [join(dir, "pipe.json")]);
	const gate = await testGate(t, {}, at);
	const left = readdirSync(dir).sort();
	assert.ok(left.includes("broken.json") && left.includes("link.json"));
	const gaps = (await gate.entries()).filter(({ type }) => type === "coverage.gap");
	assert.equal(gaps.length, 1, "the good one is taken");
	const [warning] = gate.gate.warnings();
	assert.equal(warning?.message.code, "gate.outbox");
	assert.ok(!JSON.stringify(gate.gate.warnings()).includes("ghp_"));
});

test("secrets in kept events are masked", async (t) => {
	const { at } = outboxOf(t);
	const secret = "ghp_0123456789abcdefghijABCDEFGHIJ012345";
	keep(at, "SessionEnd-other", { reason: `because ${secret}`, session_id: secret });
	const gate = await testGate(t, {}, at);
	const { body } = await gate.entry(({ type }) => type === "coverage.gap");
	assert.match(body.claimed.reason, /^because \[redacted:/);
	assert.ok(!JSON.stringify(body).includes(secret));
});

test("an outbox that cannot be read does not keep the gate from opening", async (t) => {
	const { at } = outboxOf(t);
	const gate = await testGate(t, {}, at);
	await gate.open.close("stopped");
	const { takeOutbox } = await import("../../../src/gate/outbox.ts");
	const workspaces = { folderOf: () => undefined } as never;
	const problems = await takeOutbox({ ...gate.open.home, outbox: join(at.dir, "missing") }, workspaces);
	assert.deepEqual(
		problems.map(({ code }) => code),
		["gate.outbox"],
	);
});
