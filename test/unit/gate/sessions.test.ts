// Sessions: opened and recorded once, apart from each other, pinned to their folder and process.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { labelOf, noteQuestion, type Session, Sessions } from "../../../src/gate/sessions.ts";
import { NO_PID, said, testGate } from "../../support/gateClient.ts";

test("a session is recorded once, however many of its calls come first", async (t) => {
	const gate = await testGate(t);
	writeFileSync(join(gate.place.folder, "a.txt"), "x");
	const calls = await Promise.all(Array.from({ length: 8 }, () => gate.call("PreToolUse-Read")));
	await Promise.all(calls.map((call) => call.reply()));
	const entries = await gate.verified();
	assert.equal(entries.filter(({ type }) => type === "session.started").length, 1);
	const started = entries.find(({ type }) => type === "session.started");
	assert.equal(started?.session, "session-1");
	assert.deepEqual([started?.body.agent, started?.body.agentKnown], ["claude-code", true]);
	assert.equal(started?.body.osUser, "ann");
	assert.equal(started?.body.claimed.env.CLAUDE_CODE_ENTRYPOINT, "sdk-cli");
});

test("a session says who started it: the processes above the agent, and the commit it works on", async (t) => {
	const gate = await testGate(t);
	const git = join(gate.place.folder, ".git");
	mkdirSync(join(git, "refs/heads"), { recursive: true });
	writeFileSync(join(git, "HEAD"), "ref: refs/heads/main\n");
	writeFileSync(join(git, "refs/heads/main"), `${"ab".repeat(20)}\n`);
	// A process of our own with a home of its own: the gate looks where its agent's process says.
	const agent = spawn("sleep", ["60"], { stdio: "ignore", env: { ...process.env, HOME: gate.place.userHome } });
	t.after(() => agent.kill());
	await (await gate.call("SessionStart-startup", { pid: agent.pid ?? 0 })).reply();
	const { body } = await gate.entry(({ type }) => type === "session.started");
	assert.deepEqual(body.git, { commit: "ab".repeat(20), branch: "main" });
	if (process.platform === "linux") {
		const pids = body.processes.map((one: { pid: number }) => one.pid);
		assert.deepEqual(pids.slice(0, 2), [agent.pid, process.pid]);
	}
	assert.equal(body.claimed.pid, agent.pid);
});

test("the same session id in another process is another session, with a start of its own", async (t) => {
	const gate = await testGate(t);
	const first = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	await (await gate.call("UserPromptSubmit", { pid: NO_PID + 1 })).reply();
	await (await gate.call("SessionEnd-other", { pid: NO_PID + 1 })).reply();
	assert.equal(gate.gate.sessions().length, 2);
	const starts = (await gate.entries()).filter(({ type }) => type === "session.started");
	assert.deepEqual(
		starts.map(({ body }) => body.claimed.pid),
		[NO_PID, NO_PID + 1],
	);
	assert.equal(gate.gate.cards()[0]?.id, card.id, "and its end ends nothing of the first");
	gate.answer(card, "allow");
	assert.equal(said(await first.reply()).decision, "allow");
});

test("a prompt of one process does not free a stopped session of another", async (t) => {
	const gate = await testGate(t);
	const first = await gate.call("PreToolUse-Bash");
	gate.answer(await gate.card(), "deny", { stopSession: true });
	await first.reply();
	await (await gate.call("UserPromptSubmit", { pid: NO_PID + 1 })).reply();
	assert.equal(said(await (await gate.call("PreToolUse-Bash")).reply()).decision, "deny");
});

test("a session that goes on after its end is recorded as started again; late reports do not do that", async (t) => {
	const gate = await testGate(t);
	await (await gate.call("SessionStart-startup")).reply();
	await (await gate.call("SessionEnd-other")).reply();
	assert.equal(gate.gate.sessions()[0]?.ended, true);
	await (await gate.call("Stop")).reply();
	assert.equal(gate.gate.sessions()[0]?.ended, true);
	await (await gate.call("UserPromptSubmit")).reply();
	assert.equal(gate.gate.sessions()[0]?.ended, false);
	const entries = await gate.verified();
	assert.deepEqual(
		entries.map(({ type }) => type).filter((type) => type.startsWith("session") || type === "prompt"),
		["session.started", "session.ended", "session.started", "prompt"],
	);
});

test("the end of a session is signed for", async (t) => {
	const gate = await testGate(t);
	await (await gate.call("SessionStart-startup")).reply();
	await (await gate.call("SessionEnd-other")).reply();
	const entries = await gate.entries();
	const end = entries.findIndex(({ type }) => type === "session.ended");
	assert.equal(entries[end + 1]?.type, "checkpoint");
	assert.equal(entries[end + 2], undefined);
});

test("a prompt is on record, and its first words name the session on its next card", async (t) => {
	const gate = await testGate(t);
	await (await gate.call("UserPromptSubmit", { members: { prompt: "  fix\n the \t login  " } })).reply();
	await gate.call("PreToolUse-Bash");
	assert.equal((await gate.card()).session.label, "fix the login");
	const { body } = await gate.entry(({ type }) => type === "prompt");
	assert.equal(body.claimed.text, "  fix\n the \t login  ");
});

test("a hostile session id with a line break is nobody else's", async (t) => {
	const gate = await testGate(t);
	const mine = await gate.call("PreToolUse-Bash", { session: "a\nb", toolUseId: "c" });
	const card = await gate.card();
	const theirs = await gate.call("PreToolUse-Bash", { session: "a", toolUseId: "b\nc" });
	const other = await gate.card();
	gate.answer(card, "allow");
	await mine.reply();
	assert.equal(theirs.answered, false);
	gate.answer(other, "deny");
	assert.equal(said(await theirs.reply()).decision, "deny");
});

test("labels are one line, short and whole characters", () => {
	assert.equal(labelOf("  a\r\n\tb  "), "a b");
	const long = labelOf(`${"x".repeat(58)}😀😀`);
	assert.ok(long.length <= 61 && long.isWellFormed());
	assert.equal(labelOf("y".repeat(5_000_000)).length, 60);
});

function session(key: string, more: Partial<Session> = {}): Session {
	return {
		key,
		id: key,
		agent: "claude-code",
		agentLabel: "Claude Code",
		mode: "tui",
		folder: "/f",
		root: "/f",
		label: "",
		startedAt: 0,
		lastSeenAt: 0,
		stopped: false,
		ended: false,
		waiting: 0,
		decided: { allowed: 0, denied: 0 },
		enforcement: { level: "enforced", reasons: [] },
		hooks: { level: "enforced", losses: new Set(), entries: new Set(), digests: new Set() },
		agentPid: 1,
		questions: new Map(),
		...more,
	};
}

test("of too many sessions those that ended go first, then the silent ones, and never one that waits or was stopped", () => {
	const sessions = new Sessions();
	sessions.add(session("waits", { waiting: 1 }));
	sessions.add(session("stopped", { stopped: true }));
	sessions.add(session("ended", { ended: true, lastSeenAt: 1000 }));
	for (let n = 0; n < 197; n += 1) sessions.add(session(`s${n}`, { lastSeenAt: 10 + n }));
	sessions.add(session("new", { lastSeenAt: 5000 }));
	assert.equal(sessions.get("ended"), undefined);
	sessions.add(session("newer", { lastSeenAt: 5001 }));
	assert.equal(sessions.get("s0"), undefined);
	for (const key of ["waits", "stopped", "s1", "new", "newer"]) assert.ok(sessions.get(key), key);
	assert.equal(sessions.list().length, 200);
});

test("questions without answers are forgotten, the oldest first, and only in their own session", () => {
	const [one, other] = [session("one"), session("other")];
	noteQuestion(other, "theirs", "AskUserQuestion");
	for (let n = 0; n < 150; n += 1) noteQuestion(one, `q${n}`, "AskUserQuestion");
	assert.equal(one.questions.size, 100);
	assert.equal(one.questions.has("q49"), false);
	assert.equal(one.questions.has("q50"), true);
	assert.equal(other.questions.has("theirs"), true);
});

test("a stopped session is freed by a person's prompt, not by one that a background agent sends when it is done", async (t) => {
	const gate = await testGate(t);
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	gate.answer(card, "deny", { stopSession: true });
	await call.reply();
	const prompt = async (text: string) => (await gate.call("UserPromptSubmit", { members: { prompt: text } })).reply();
	const next = async () => said(await (await gate.call("PreToolUse-Read")).reply()).decision;
	assert.equal(await next(), "deny");
	await prompt("<task-notification>\n<status>completed</status>\n</task-notification>");
	assert.equal(await next(), "deny", "nobody typed that");
	await prompt("go on, please");
	assert.equal(await next(), "allow");
});
