// Mode "both" with the real interactive Claude Code: its own prompt and Gatepost race, and the log says who was first.
import assert from "node:assert/strict";
import { join } from "node:path";
import { test } from "node:test";
import { skipRealClaude } from "../support/claude/install.ts";
import { toolUseId } from "../support/claude/modelServer.ts";
import { skipTui, startTui } from "../support/claude/tui.ts";
import { until } from "../support/editorStage.ts";
import { bash, exists, type GateStage, gateStage } from "../support/gateStage.ts";
import { logEntries } from "../support/log.ts";

const skip = skipRealClaude() || (await skipTui());
const DIALOG = /Do you want to proceed\?/;

async function racing(t: Parameters<typeof gateStage>[0]) {
	const set = await gateStage(t, { turns: [{ tools: [bash("touch made.txt")] }, { text: "all done" }] }, [
		"--prompt",
		"both",
	]);
	const tui = await startTui({ ...set, mode: "default" });
	set.finally(() => tui.stop());
	await tui.prompt("please");
	const card = await set.serve.card();
	await tui.waitFor(DIALOG);
	return { set, tui, card };
}

async function entriesOf(set: GateStage, request: string) {
	const entries = await logEntries(set.gatepost, set.cwd);
	return entries.filter((entry) => entry.body.request === request);
}

async function settled(set: GateStage, request: string) {
	await until("the race is settled", async () =>
		(await entriesOf(set, request)).some((entry) => entry.type === "action.settled"),
	);
	const entries = await entriesOf(set, request);
	assert.ok(
		entries.findIndex((entry) => entry.type === "action.delegated") > 0,
		"the hand-over is on record before the prompt opens",
	);
	return entries.find((entry) => entry.type === "action.settled")?.body;
}

test("Gatepost is first: allowed there, the terminal's prompt goes away, settled by gatepost", { skip }, async (t) => {
	const { set, tui, card } = await racing(t);
	assert.equal(await exists(join(set.cwd, "made.txt")), false);
	set.serve.answer(card.id, "allow");
	await tui.waitFor(/all done/);
	assert.equal(await exists(join(set.cwd, "made.txt")), true);
	assert.equal((await settled(set, card.id)).by, "gatepost");
});

test("Gatepost is first: denied there, the model reads the reason", { skip }, async (t) => {
	const { set, card } = await racing(t);
	set.serve.answer(card.id, "deny", "Not today.");
	assert.match((await set.model.toolResult(toolUseId("main", 0))).text, /Not today\./);
	assert.equal(await exists(join(set.cwd, "made.txt")), false);
	assert.equal((await settled(set, card.id)).by, "gatepost");
});

test("the terminal is first with Yes: the card goes, and nobody is named", { skip }, async (t) => {
	const { set, tui, card } = await racing(t);
	await tui.answer(DIALOG, "Enter");
	await tui.waitFor(/all done/);
	assert.equal(await exists(join(set.cwd, "made.txt")), true);
	const body = await settled(set, card.id);
	assert.deepEqual(
		{ by: body.by, verdict: body.verdict, approver: body.approver, inferred: body.inferred },
		{ by: "terminal", verdict: "allow", approver: "unidentified", inferred: true },
	);
	await set.serve.event("decided", (event) => event.id === card.id);
	const entries = await logEntries(set.gatepost, set.cwd);
	assert.deepEqual(
		entries.filter((entry) => entry.type === "coverage.gap"),
		[],
		"a run that the terminal allowed is no gap",
	);
});

test("the terminal is first with No: the card goes and nothing runs", { skip }, async (t) => {
	const { set, tui, card } = await racing(t);
	await tui.answer(DIALOG, "Escape");
	await set.serve.event("decided", (event) => event.id === card.id);
	const body = await settled(set, card.id);
	assert.deepEqual({ by: body.by, verdict: body.verdict }, { by: "terminal", verdict: "deny" });
	assert.equal(await exists(join(set.cwd, "made.txt")), false);
});
