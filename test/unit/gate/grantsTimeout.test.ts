// Rules that say what happens when nobody answers: denied, or left to the agent's own prompt where that is known to block.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { Policy, PolicyVerdict } from "../../../src/policy/policy.ts";
import {
	type CallOptions,
	said,
	settles,
	type TestGate,
	type TestGateOptions,
	testGate,
} from "../../support/gateClient.ts";
import { failOnce } from "./grantsSupport.ts";

const RECORDED = "toolu_main_0_0";
const AFTER_MS = 300;

interface Ruled extends TestGateOptions {
	verdict?: Partial<PolicyVerdict>;
}

/** A gate whose policy asks by one rule. */
async function ruled(t: TestContext, { verdict = {}, ...options }: Ruled = {}) {
	const said: PolicyVerdict = {
		effect: "ask",
		ruleId: "slow",
		why: [{ code: "why.ruleAsks", args: { rule: "slow" } }],
		guard: false,
		source: { layer: "user" },
		// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
		timeout: { afterMs: AFTER_MS, then: "terminal" },
		...verdict,
	};
	const policy: Policy = {
		digest: "0".repeat(64),
		evaluate: async () => said,
		explain: async () => ({ verdict: said, steps: [] }),
	};
	const gate = await testGate(t, { connected: true, policy, ...options });
	const call = (payload: string, more: CallOptions = {}) => {
		const tool = payload.startsWith("P")
			? { tool_name: "Bash", tool_input: { command: "touch made.txt", description: "touch" } }
			: {};
		return gate.call(payload, {
			mode: "tui",
			...more,
			members: { permission_mode: "default", ...tool, ...more.members },
		});
	};
	return { gate, call, said };
}

function transcript(gate: TestGate, name: string): void {
	const file = join(gate.place.userHome, ".claude/projects/shop/session-1.jsonl");
	mkdirSync(dirname(file), { recursive: true });
	appendFileSync(
		file,
		readFileSync(new URL(`../../fixtures/claude-code/transcript-${name}.jsonl`, import.meta.url), "utf8"),
	);
}

async function typesOf(gate: TestGate, request: string): Promise<string[]> {
	return (await gate.entries()).filter(({ body }) => body.request === request).map(({ type }) => type);
}

test("in a proven terminal it is handed over: on record first, the card gone, and the terminal's answer settles it", async (t) => {
	const { gate, call } = await ruled(t);
	const ended = new Promise((resolve) =>
		gate.gate.once("settled", (_id, outcome, note) => resolve([outcome, note?.code])),
	);
	const before = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	const card = await gate.card();
	const reply = said(await before.reply({ confirm: false }));
	assert.equal(reply.decision, "ask");
	assert.match(reply.reason, /nobody answered there in time/);
	assert.deepEqual(await typesOf(gate, before.id), ["action.requested", "action.delegated"], "before it was told");
	assert.deepEqual(await ended, ["timeout", "gate.handedOver"]);
	assert.deepEqual(gate.gate.cards(), []);
	assert.equal(gate.answer(card, "allow").result, "late");
	// The agent's own prompt asks us as well: it is its own.
	const prompt = await call("PermissionRequest-Bash");
	assert.equal(said(await prompt.reply()).decision, "none");
	assert.deepEqual(gate.gate.cards(), []);
	transcript(gate, "terminal-yes");
	await (await call("PostToolUse-Bash", { toolUseId: RECORDED })).reply();
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual(
		[body.request, body.by, body.verdict, body.approver],
		[card.id, "terminal", "allow", "unidentified"],
	);
	const entries = await gate.verified();
	const delegated = entries.find(({ type }) => type === "action.delegated");
	assert.equal(delegated?.body.after, "timeout");
	assert.ok(entries.every(({ type }) => type !== "coverage.gap" && type !== "action.decided"));
});

test("an answer in time counts, and the card counts down to the rule's time", async (t) => {
	const { gate, call } = await ruled(t);
	const before = await call("PreToolUse-Bash");
	const card = await gate.card();
	assert.ok(Date.parse(card.deadlineAt) <= Date.now() + AFTER_MS);
	gate.answer(card, "allow");
	assert.equal(said(await before.reply()).decision, "allow");
});

const DENIED: [string, Ruled, CallOptions?][] = [
	["without a terminal", {}, { mode: "headless" }],
	["in a mode nobody has proven", {}, { members: { permission_mode: "plan" } }],
	["of a sub-agent", {}, { members: { agent_id: "a1", agent_type: "x" } }],
	["for a guard change", { verdict: { guard: true } }],
	["beside a foreign hook", { verdict: { why: [{ code: "why.foreignHook", args: { source: "x" } }] } }],
	["in a session that is not enforced", { connected: false }],
	["where the rule wants certain people", { verdict: { approver: { people: ["ann"] } } }],
	["where the rule wants another channel", { verdict: { approver: { channels: ["editor"] } } }],
	["where the rule wants proof", { verdict: { approver: { assurance: 1 } } }],
	// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
	["where the rule says so", { verdict: { timeout: { afterMs: AFTER_MS, then: "deny" } } }],
	["when the gate's own deadline is first", { settings: { deadlineMs: AFTER_MS / 2 } }],
];
for (const [what, options, more] of DENIED) {
	test(`${what} nobody's answer denies`, async (t) => {
		const { gate, call } = await ruled(t, options);
		const before = await call("PreToolUse-Bash", more);
		const { decision, reason } = said(await before.reply());
		assert.equal(decision, "deny");
		assert.match(reason, /Nobody answered in time/);
		const { body } = await gate.entry(({ type }) => type === "action.decided");
		assert.deepEqual([body.decision.by, body.decision.verdict], ["timeout", "deny"]);
	});
}

test("while agents are paused, it is denied", async (t) => {
	const { gate, call } = await ruled(t);
	const before = await call("PreToolUse-Bash");
	await gate.card();
	gate.open.desk.pause();
	assert.equal(said(await before.reply()).decision, "deny");
});

test("a hand-over that cannot be recorded is denied", async (t) => {
	const { gate, call } = await ruled(t);
	const before = await call("PreToolUse-Bash");
	await gate.card();
	failOnce(t, "action.delegated");
	assert.equal(said(await before.reply()).decision, "deny");
	assert.deepEqual((await typesOf(gate, before.id)).includes("action.delegated"), false);
});

test("a rule that denies by then denies", async (t) => {
	const { gate, call, said: verdict } = await ruled(t);
	const before = await call("PreToolUse-Bash");
	await gate.card();
	Object.assign(verdict, { effect: "deny", ruleId: "new" });
	assert.equal(said(await before.reply()).decision, "deny");
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.deepEqual([body.decision.by, body.decision.ruleId], ["rule", "new"]);
});

test("a policy that would allow by then allows nothing by itself", async (t) => {
	const { gate, call, said: verdict } = await ruled(t);
	const before = await call("PreToolUse-Bash");
	await gate.card();
	Object.assign(verdict, { effect: "allow" });
	assert.equal(said(await before.reply()).decision, "ask");
});

test("a rule that denies between the hand-over and the prompt is heard at the prompt", async (t) => {
	const { call, said: verdict } = await ruled(t);
	await (await call("PreToolUse-Bash", { toolUseId: RECORDED })).reply();
	Object.assign(verdict, { effect: "deny" });
	assert.equal(said(await (await call("PermissionRequest-Bash")).reply()).decision, "deny");
});

test("in a race the card goes when the rule's time is over, and the prompt stays", async (t) => {
	const { gate, call } = await ruled(t, { settings: { prompt: "both" } });
	const before = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	assert.equal(said(await before.reply()).decision, "ask");
	const prompt = await call("PermissionRequest-Bash");
	await gate.card();
	assert.equal(said(await prompt.reply()).decision, "none");
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
	transcript(gate, "terminal-yes");
	await (await call("PostToolUse-Bash", { toolUseId: RECORDED })).reply();
	assert.equal((await gate.entry(({ type }) => type === "action.settled")).body.by, "terminal");
	assert.ok((await gate.verified()).every(({ type }) => type !== "action.decided" && type !== "coverage.gap"));
});

test("what a terminal cannot meet is not raced in the first place", async (t) => {
	const { gate, call } = await ruled(t, {
		settings: { prompt: "both" },
		verdict: { approver: { channels: ["editor"] } },
	});
	const before = await call("PreToolUse-Bash");
	const card = await gate.card();
	assert.equal(before.answered, false);
	const refused = gate.answer(card, "allow");
	assert.equal(refused.result === "refused" && refused.message.code, "desk.demandChannel");
	gate.answer(card, "allow", { channel: "editor" });
	assert.equal(said(await before.reply()).decision, "allow");
});

test("two calls of one action are both handed over", async (t) => {
	const { call } = await ruled(t);
	const one = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	await delay(50);
	const two = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	assert.deepEqual([said(await one.reply()).decision, said(await two.reply()).decision], ["ask", "ask"]);
});
