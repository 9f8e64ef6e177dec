// The real Claude Code, headless, held at a real gate (`gatepost serve`) and answered by a program.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { test } from "node:test";
import { type HeadlessOptions, runHeadless } from "../support/claude/headless.ts";
import { CLAUDE_VERSION, skipRealClaude } from "../support/claude/install.ts";
import { toolUseId } from "../support/claude/modelServer.ts";
import { bash, exists, type GateStage, gateStage } from "../support/gateStage.ts";
import { logEntries, logVerify } from "../support/log.ts";

const skip = skipRealClaude();
async function start(set: GateStage, more: Partial<HeadlessOptions> = {}) {
	const run = await runHeadless({ ...set, prompt: "please", mode: "bypassPermissions", ...more });
	set.finally(() => run.kill("SIGKILL"));
	return run;
}

test("a Write is held until allowed, and everything about it is in the log", { skip }, async (t) => {
	const set = await gateStage(t, (cwd) => ({
		turns: [
			{ tools: [{ name: "Write", input: { file_path: join(cwd, "a.txt"), content: "one\n\ttwo\n" } }] },
			{ text: "all done" },
		],
	}));
	const run = await start(set);
	const card = await set.serve.card();
	assert.equal(card.kind, "write");
	assert.equal(card.target, "a.txt");
	assert.equal(card.files[0]?.op, "create");
	assert.deepEqual(
		card.files[0]?.hunks.flatMap((hunk) => hunk.lines.map((line) => line.op + line.text)),
		["+one", "+\ttwo"],
	);
	assert.equal(await exists(join(set.cwd, "a.txt")), false, "nothing is written while it is held");
	set.serve.answer(card.id, "allow");
	const { exit, stdout } = await run.done;
	assert.deepEqual({ exit, stdout }, { exit: 0, stdout: "all done\n" });
	assert.equal(await readFile(join(set.cwd, "a.txt"), "utf8"), "one\n\ttwo\n");
	await set.serve.stop();

	const entries = await logEntries(set.gatepost, set.cwd);
	const of = (type: string) => entries.filter((entry) => entry.type === type && entry.body.request === card.id);
	assert.equal(of("action.requested").length, 1);
	const [decided] = of("action.decided");
	assert.equal(decided?.body.decision.by, "person");
	assert.equal(decided?.body.decision.channel, "program");
	assert.equal(decided?.body.decision.approver.assurance, 0);
	// A program saw it, nobody else did.
	assert.equal(decided?.body.decision.shown.extent, "partial");
	assert.deepEqual(
		of("action.released").map((entry) => entry.body.delivered),
		[true],
	);
	assert.deepEqual(
		of("action.executed").map((entry) => entry.body.outcome),
		["done"],
	);
	assert.ok(entries.some((entry) => entry.type === "prompt" && entry.body.claimed.text === "please"));
	const started = entries.find((entry) => entry.type === "session.started");
	assert.equal(started?.body.agent, "claude-code");
	assert.equal(started?.body.program?.version, CLAUDE_VERSION, "which program it was, as the system shows it");
	assert.match(started?.body.launcher?.kind, /^(?:terminal|ci|service|unknown)$/);
	assert.ok(entries.some((entry) => entry.type === "session.ended"));
	assert.deepEqual(
		entries.filter((entry) => entry.type === "coverage.gap" || entry.type === "digest.mismatch"),
		[],
	);
	const verified = await logVerify(set.gatepost, set.cwd);
	assert.equal(verified.code, 0, verified.text);
});

test("a denied command does not run, and the model reads the reason", { skip }, async (t) => {
	const set = await gateStage(t, { turns: [{ tools: [bash("touch evil.txt")] }, { text: "all done" }] });
	const run = await start(set);
	const card = await set.serve.card();
	assert.equal(card.target, "touch evil.txt");
	set.serve.answer(card.id, "deny", "Use the build script instead.");
	await run.done;
	assert.equal(await exists(join(set.cwd, "evil.txt")), false);
	const { text } = await set.model.toolResult(toolUseId("main", 0));
	assert.match(text, /Use the build script instead\./);
});

test("reads and listed commands pass without a card", { skip }, async (t) => {
	const set = await gateStage(t, (cwd) => ({
		turns: [
			{ tools: [{ name: "Read", input: { file_path: join(cwd, "r.txt") } }] },
			{ tools: [bash("ls -la")] },
			{ text: "all done" },
		],
	}));
	await writeFile(join(set.cwd, "r.txt"), "readable\n");
	const run = await start(set);
	assert.equal((await run.done).stdout, "all done\n");
	assert.match((await set.model.toolResult(toolUseId("main", 0))).text, /readable/);
	assert.match((await set.model.toolResult(toolUseId("main", 1))).text, /r\.txt/);
	assert.deepEqual(
		set.serve.events.filter((event) => event.event === "pending"),
		[],
	);
	await set.serve.stop();
	const decided = (await logEntries(set.gatepost, set.cwd)).filter((entry) => entry.type === "action.decided");
	assert.deepEqual(
		decided.map((entry) => [entry.body.decision.by, entry.body.decision.verdict]),
		[
			["rule", "allow"],
			["rule", "allow"],
		],
	);
	assert.ok(
		decided.every((entry) => entry.body.decision.ruleId !== "" && entry.body.decision.policyDigest.length === 64),
	);
});

test("killing the gate while a hook waits refuses; nothing runs", { skip }, async (t) => {
	const set = await gateStage(t, { turns: [{ tools: [bash("touch evil.txt")] }, { text: "all done" }] });
	const run = await start(set);
	await set.serve.card();
	await set.serve.stop("SIGKILL");
	await run.done;
	assert.equal(await exists(join(set.cwd, "evil.txt")), false);
	assert.match((await set.model.toolResult(toolUseId("main", 0))).text, /No gate/i);
});

test("without a gate every tool with a side effect is refused with a way out", { skip }, async (t) => {
	const set = await gateStage(t, { turns: [{ tools: [bash("touch evil.txt")] }, { text: "all done" }] });
	await set.serve.stop();
	const run = await start(set);
	await run.done;
	assert.equal(await exists(join(set.cwd, "evil.txt")), false);
	const { text } = await set.model.toolResult(toolUseId("main", 0));
	assert.match(text, /gatepost serve --folder/);
});

test("the agent killed while it waits withdraws its card", { skip }, async (t) => {
	const set = await gateStage(t, { turns: [{ tools: [bash("touch evil.txt")] }, { text: "all done" }] });
	const run = await start(set);
	const card = await set.serve.card();
	run.kill("SIGKILL");
	const decided = await set.serve.event("decided", (event) => event.id === card.id);
	assert.equal(decided.outcome, "withdrawn");
	set.serve.answer(card.id, "allow");
	const refused = await set.serve.event("refused", (event) => event.id === card.id);
	assert.match(refused.code, /no-such-request|late/);
	assert.equal(await exists(join(set.cwd, "evil.txt")), false);
});
