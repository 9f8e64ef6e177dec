// Mode "both": the agent's own prompt and Gatepost race. What the agent wrote down decides who was first.
import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { jobQueue } from "../../../src/actions/jobQueue.ts";
import type { JobName } from "../../../src/actions/jobs.ts";
import { type CallOptions, said, settles, type TestGate, testGate } from "../../support/gateClient.ts";

/** The call that the recorded transcripts are about. */
const RECORDED = "toolu_main_0_0";
const TERMINAL = { mode: "tui", members: { permission_mode: "default" } } as const;

async function racing(t: Parameters<typeof testGate>[0]) {
	const gate = await testGate(t, { connected: true, settings: { prompt: "both" } });
	const call = (payload: string, options: CallOptions = {}) => {
		const members = { ...TERMINAL.members, ...(payload.startsWith("P") ? bash() : {}), ...options.members };
		return gate.call(payload, { ...TERMINAL, ...options, members });
	};
	return { gate, call };
}

function bash() {
	return { tool_name: "Bash", tool_input: { command: "touch made.txt", description: "touch" } };
}

/** The agent writes what came of the call into its transcript. */
function transcript(gate: TestGate, name: string, toolUseId = RECORDED): void {
	const file = join(gate.place.userHome, ".claude/projects/shop/session-1.jsonl");
	mkdirSync(dirname(file), { recursive: true });
	const lines = readFileSync(new URL(`../../fixtures/claude-code/transcript-${name}.jsonl`, import.meta.url), "utf8");
	appendFileSync(file, lines.replaceAll(RECORDED, toolUseId));
}

/** Hands a call over to the agent's own prompt, which then asks us as well. */
async function raced({ gate, call }: Awaited<ReturnType<typeof racing>>, toolUseId = RECORDED) {
	const before = await call("PreToolUse-Bash", { toolUseId });
	const { decision } = said(await before.reply());
	assert.equal(decision, "ask");
	const prompt = await call("PermissionRequest-Bash");
	const card = await gate.card();
	assert.equal(card.id, before.id);
	return { before, prompt, card };
}

test("the hand-over is on record before the agent opens its prompt", async (t) => {
	const { gate, call } = await racing(t);
	const before = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	const reply = await before.reply({ confirm: false });
	assert.equal(said(reply).decision, "ask");
	const entries = (await gate.entries()).filter(({ body }) => body.request === before.id);
	assert.deepEqual(
		entries.map(({ type }) => type),
		["action.requested", "action.delegated"],
	);
});

test("Gatepost is first: offered, and settled by gatepost once the agent says so", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const { prompt, card } = await raced(race);
	gate.answer(card, "allow");
	assert.equal(said(await prompt.reply()).decision, "allow");
	transcript(gate, "hook-allow");
	await (await call("PostToolUse-Bash", { toolUseId: RECORDED })).reply();
	await gate.entry(({ type }) => type === "action.settled");
	const entries = (await gate.verified()).filter(({ body }) => body.request === card.id);
	const decided = entries.find(({ type }) => type === "action.decided");
	assert.deepEqual([decided?.body.offered, decided?.body.decision.by], [true, "person"]);
	assert.deepEqual(entries.find(({ type }) => type === "action.settled")?.body.by, "gatepost");
	assert.ok(entries.every(({ type }) => type !== "coverage.gap"));
});

test("the terminal is first: the card goes, the verdict is inferred and nobody is named", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const { card, prompt } = await raced(race);
	transcript(gate, "terminal-yes");
	// In the terminal a "Yes" is not told to the hook: only the result is.
	await (await call("PostToolUse-Bash", { toolUseId: RECORDED })).reply();
	assert.equal(said(await prompt.reply()).decision, "none");
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual([body.by, body.verdict, body.approver, body.inferred], ["terminal", "allow", "unidentified", true]);
	assert.deepEqual(gate.gate.cards(), []);
	assert.equal(gate.answer(card, "deny").result, "late");
	const late = await gate.entry(({ type }) => type === "answer.late");
	assert.equal(late.body.request, card.id);
	const all = await gate.verified();
	assert.ok(all.every(({ type }) => type !== "coverage.gap"));
	assert.equal(all.filter(({ type }) => type === "action.settled").length, 1);
});

test("No in the terminal ends our prompt: the card goes at once, and a result after that is a gap", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const { card, prompt } = await raced(race);
	const retracted = new Promise((resolve) => gate.gate.once("settled", (id, outcome) => resolve([id, outcome])));
	prompt.withdraw();
	assert.deepEqual(await retracted, [card.id, "withdrawn"]);
	assert.deepEqual(gate.gate.cards(), []);
	transcript(gate, "terminal-no");
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual([body.by, body.verdict], ["terminal", "deny"]);
	await (await call("PostToolUse-Bash", { toolUseId: RECORDED })).reply();
	const gap = await gate.entry(({ type }) => type === "coverage.gap");
	assert.equal(gap.body.kind, "result-of-denied");
});

test("another call of the same agent leaves a race open that the transcript does not call over", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const { prompt, card } = await raced(race);
	const other = await call("PreToolUse-Bash", {
		toolUseId: "toolu_other",
		members: { tool_input: { command: "touch other.txt" } },
	});
	assert.equal(said(await other.reply()).decision, "ask");
	assert.deepEqual(
		gate.gate.cards().map(({ id }) => id),
		[card.id],
		"the card of the first still waits",
	);
	gate.answer(card, "deny", { reason: "no" });
	assert.equal(said(await prompt.reply()).decision, "deny");
	transcript(gate, "hook-deny");
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual([body.request, body.by], [card.id, "gatepost"]);
});

test("another call shows that a race is over when the transcript says so", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const { card } = await raced(race);
	transcript(gate, "terminal-yes");
	await (
		await call("PreToolUse-Bash", { toolUseId: "toolu_other", members: { tool_input: { command: "touch other.txt" } } })
	).reply();
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual([body.request, body.by], [card.id, "terminal"]);
	await settles(() => gate.gate.cards().length === 0, "the card is gone");
});

test("one call through two configs is one race: both are told to ask, and nothing is settled by it", async (t) => {
	const { gate, call } = await racing(t);
	const one = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	const two = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	assert.deepEqual([said(await one.reply()).decision, said(await two.reply()).decision], ["ask", "ask"]);
	const three = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	assert.equal(said(await three.reply()).decision, "ask");
	const prompts = [await call("PermissionRequest-Bash"), await call("PermissionRequest-Bash")];
	const card = await gate.card();
	await settles(() => prompts.some(({ answered }) => answered), "one of the two prompts says nothing");
	gate.answer(card, "allow");
	const replies = await Promise.all(prompts.map(async (prompt) => said(await prompt.reply()).decision));
	assert.deepEqual(replies.sort(), ["allow", "none"]);
	const entries = await gate.entries();
	assert.equal(entries.filter(({ type }) => type === "action.delegated").length, 1);
	assert.equal(entries.filter(({ type }) => type === "action.decided").length, 1);
});

test("the agent's own rules let it run: nobody answered, and the entry says no more than that", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	await raced(race);
	transcript(gate, "terminal-yes");
	const file = join(gate.place.userHome, ".claude/projects/shop/session-1.jsonl");
	const text = readFileSync(file, "utf8").replace('"user_temporary"', '"config"');
	appendFileSync(file, `${text.split("\n").at(-2)}\n`);
	await (await call("PostToolUse-Bash", { toolUseId: RECORDED })).reply();
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual([body.by, body.agentRule, body.approver], ["unknown", true, undefined]);
});

test("a race whose transcript says nothing is settled as unknown when the turn ends", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	await raced(race);
	await (await call("Stop")).reply();
	const { body } = await gate.entry(({ type }) => type === "action.settled");
	assert.deepEqual([body.by, body.verdict, body.approver], ["unknown", undefined, undefined]);
});

test("a gate that closes says of its open races that it does not know, and nothing is written after its end", async (t) => {
	const race = await racing(t);
	const { gate } = race;
	const { card } = await raced(race);
	const entries = await gate.verified();
	const last = entries.findIndex(({ type }) => type === "gate.stopped");
	const settled = entries.findIndex(({ type, body }) => type === "action.settled" && body.request === card.id);
	assert.ok(settled > 0 && settled < last);
	assert.equal(entries.filter(({ type }) => type === "gate.started").length, 1);
});

test("a session stopped at another card denies its races, too", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const { prompt } = await raced(race);
	gate.settings.prompt = "gatepost";
	const held = await call("PreToolUse-Bash", {
		toolUseId: "toolu_held",
		members: { tool_input: { command: "touch other.txt" } },
	});
	gate.answer(await gate.card(), "deny", { stopSession: true });
	await held.reply();
	const { decision, reason } = said(await prompt.reply());
	assert.equal(decision, "deny");
	assert.match(reason, /stopped this session/);
});

test("a session stopped while a race's card is still being drawn denies it, and no card comes up", async (t) => {
	const race = await racing(t);
	const { gate, call } = race;
	const other = await call("PreToolUse-Bash", { members: { agent_id: "sub" }, toolUseId: "other" });
	const otherCard = await gate.card();
	const before = await call("PreToolUse-Bash", { toolUseId: RECORDED });
	assert.equal(said(await before.reply()).decision, "ask");
	const drawing = Promise.withResolvers<void>();
	const go = Promise.withResolvers<void>();
	const real = jobQueue.run.bind(jobQueue);
	t.mock.method(jobQueue, "run", async (name: JobName, takes: never, size: number) => {
		if (name === "card") {
			drawing.resolve();
			await go.promise;
		}
		return real(name, takes, size);
	});
	const prompt = await call("PermissionRequest-Bash");
	await drawing.promise;
	gate.answer(otherCard, "deny", { stopSession: true });
	await other.reply();
	go.resolve();
	assert.equal(said(await prompt.reply()).decision, "deny");
	assert.equal(gate.gate.cards().length, 0);
});

test("guard changes, sub-agents, headless sessions, paused gates and unproven modes do not race", async (t) => {
	const { gate, call } = await racing(t);
	const cases: CallOptions[] = [
		{ members: { tool_input: { command: "echo x >> ~/.bashrc" } } },
		{ members: { agent_id: "a1", agent_type: "x" } },
		{ mode: "headless" },
		{ members: { permission_mode: "plan" } },
	];
	for (const [index, options] of cases.entries()) {
		const held = await call("PreToolUse-Bash", { ...options, toolUseId: `t${index}` });
		await gate.card();
		assert.equal(held.answered, false);
		held.connection.end();
	}
	gate.open.desk.pause();
	const paused = await call("PreToolUse-Bash", { toolUseId: "paused" });
	await gate.card();
	assert.equal(paused.answered, false);
});

test("a prompt that Gatepost did not hand over is the agent's own", async (t) => {
	const { gate, call } = await racing(t);
	const reply = await (await call("PermissionRequest-Bash")).reply();
	assert.deepEqual([reply.exit, reply.stdout], [0, ""]);
	assert.deepEqual(gate.gate.cards(), []);
});
