// "Edit, then allow", from the hook's bytes to the reply and the log: with a real gate, real connections and files.
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { cardDigest } from "../../../src/actions/card.ts";
import type { CardEdit } from "../../../src/actions/cardEdit.ts";
import type { Policy, PolicyVerdict } from "../../../src/policy/policy.ts";
import type { CardModel } from "../../../src/protocol/card.ts";
import {
	type HookCall,
	type LoggedEntry,
	said,
	type TestGate,
	type TestGateOptions,
	testGate,
} from "../../support/gateClient.ts";

const ASKED = "echo hi > b.txt && cat b.txt";

const of = (entries: LoggedEntry[], type: string) =>
	entries.filter((entry) => entry.type === type).map(({ body }) => body);
const shownNow = (gate: TestGate): CardModel => gate.gate.cards()[0] ?? assert.fail("no card");
const output = (reply: { stdout: string }) => JSON.parse(reply.stdout).hookSpecificOutput;

async function asked(t: TestContext, options: TestGateOptions = {}) {
	const gate = await testGate(t, options);
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	const card = await gate.card();
	return { gate, call, card, edit: (edit: CardEdit) => gate.gate.edit(card.id, edit) };
}

/** The file of an Edit call, with a change in its second and in its last line. */
async function editing(t: TestContext, { before = "1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n" } = {}) {
	const gate = await testGate(t);
	const file = join(gate.place.folder, "a.txt");
	writeFileSync(file, before);
	const input = {
		file_path: file,
		old_string: before,
		new_string: before.replace("2\n", "two\n").replace("12\n", "twelve\n"),
		replace_all: false,
	};
	const members = { tool_name: "Edit", tool_input: input };
	const call = await gate.call("PreToolUse-Edit", { toolUseId: "t1", members });
	return { gate, file, call, card: await gate.card(), input };
}

/** A policy that says of each command what a test wants. */
function judging(verdictOf: (command: unknown) => Partial<PolicyVerdict>): Policy {
	const verdict = (command: unknown): PolicyVerdict => ({
		effect: "ask",
		ruleId: "r",
		why: [],
		guard: false,
		...verdictOf(command),
	});
	return {
		digest: "0".repeat(64),
		evaluate: async ({ input }) => verdict(input.command),
		explain: async ({ input }) => ({ verdict: verdict(input.command), steps: [] }),
	};
}

async function result(gate: TestGate, command: string): Promise<void> {
	const members = { tool_input: { command, description: "Write b.txt" } };
	await (await gate.call("PostToolUse-Bash", { toolUseId: "t1", members })).reply();
}

test("a changed command is what is shown, allowed, told, recorded and compared with what ran", async (t) => {
	const { gate, call, card, edit } = await asked(t);
	assert.equal(await edit({ command: "echo ho > c.txt" }), undefined);
	const now = shownNow(gate);
	assert.equal(now.id, card.id);
	assert.equal(now.target, "echo ho > c.txt");
	assert.deepEqual(now.edited, { target: ASKED, actionMac: card.actionMac, through: "view" });
	assert.notEqual(now.actionMac, card.actionMac);
	assert.deepEqual([now.createdAt, now.deadlineAt], [card.createdAt, card.deadlineAt]);
	assert.ok(now.why.some(({ code }) => code === "why.edited"));

	const old = gate.answer(card, "allow");
	assert.equal(old.result === "refused" && old.message.code, "desk.otherCard");
	assert.equal(call.answered, false);
	assert.deepEqual(gate.answer(now, "allow"), { result: "taken" });
	const out = output(await call.reply());
	assert.equal(out.permissionDecision, "allow");
	assert.deepEqual(out.updatedInput, { command: "echo ho > c.txt", description: "Write b.txt" });
	assert.match(out.additionalContext, /A person changed this command/);
	assert.ok(out.additionalContext.includes(ASKED) && out.additionalContext.includes("echo ho > c.txt"));
	await result(gate, "echo ho > c.txt");

	const entries = await gate.verified();
	const [requested] = of(entries, "action.requested");
	const [decided] = of(entries, "action.decided");
	assert.equal(requested.claimed.input.command, ASKED);
	assert.equal(requested.actionMac, card.actionMac);
	assert.equal(decided.actionMac, now.actionMac);
	assert.deepEqual(decided.edited, {
		actionMac: now.actionMac,
		from: card.actionMac,
		through: "view",
		redacted: false,
		claimed: { input: { command: "echo ho > c.txt", description: "Write b.txt" } },
	});
	assert.equal(decided.decision.by, "person");
	assert.equal(decided.decision.editedFrom, card.actionMac);
	assert.equal(decided.decision.shown.digest, cardDigest(now));
	assert.equal(decided.card.digest.length, 64);
	assert.equal(of(entries, "action.executed").length, 1);
	assert.deepEqual([...of(entries, "digest.mismatch"), ...of(entries, "coverage.gap")], []);
	assert.equal(gate.gate.activity()[0]?.target, "echo ho > c.txt");
});

test("when what the agent had asked for runs all the same, that is a mismatch", async (t) => {
	const { gate, call, edit } = await asked(t);
	await edit({ command: "true > c.txt" });
	gate.answer(shownNow(gate), "allow");
	await call.reply();
	await result(gate, ASKED);
	assert.equal(of(await gate.verified(), "digest.mismatch").length, 1);
});

test("without an edit no input is sent, and after the way back neither", async (t) => {
	const { gate, call, card, edit } = await asked(t);
	assert.equal((await edit({ original: true }))?.code, "edit.same");
	assert.equal((await edit({ command: ASKED }))?.code, "edit.same");
	await edit({ command: "rm x" });
	assert.equal((await edit({ command: "rm x" }))?.code, "edit.shownAlready");
	assert.equal(await edit({ original: true }), undefined);
	const back = shownNow(gate);
	assert.deepEqual([back.actionMac, back.target, back.edited], [card.actionMac, ASKED, undefined]);
	gate.answer(back, "allow");
	const out = output(await call.reply());
	assert.deepEqual([out.updatedInput, out.additionalContext], [undefined, undefined]);
	await result(gate, ASKED);
	const entries = await gate.verified();
	assert.deepEqual([of(entries, "action.decided")[0].edited, of(entries, "digest.mismatch").length], [undefined, 0]);
	assert.equal(of(entries, "action.decided")[0].decision.editedFrom, undefined);
});

test("a hunk that is left out is left out, byte for byte, and both versions are on record", async (t) => {
	const { gate, file, call, card } = await editing(t);
	assert.equal(card.files[0]?.hunks.length, 2);
	assert.equal(await gate.gate.edit(card.id, { file: 0, leftOut: [1] }), undefined);
	const now = shownNow(gate);
	assert.deepEqual([now.files[0]?.hunks.length, now.files[0]?.added], [1, 1]);
	const proposal = gate.gate.proposal(card.id);
	const wanted = "1\ntwo\n3\n4\n5\n6\n7\n8\n9\n10\n11\n12\n";
	assert.ok(proposal !== undefined && "files" in proposal);
	assert.equal(proposal.files[0]?.after?.bytes.toString(), wanted);
	gate.answer(now, "allow");
	const { updatedInput, additionalContext } = output(await call.reply());
	assert.deepEqual(Object.keys(updatedInput).sort(), ["file_path", "new_string", "old_string", "replace_all"]);
	assert.equal(readFileSync(file, "utf8").replace(updatedInput.old_string, updatedInput.new_string), wanted);
	assert.ok(additionalContext.includes(file));
	const [decided] = of(await gate.verified(), "action.decided");
	assert.equal(decided.edited.change.files[0].after.size, wanted.length);
	assert.deepEqual([now.edited?.through, decided.edited.through], ["view", "view"]);
});

test("what was saved in an editor is not said to be the person's own gesture, on the card and on record", async (t) => {
	const { gate, file, call, card } = await editing(t);
	const bytes = Buffer.from(readFileSync(file, "utf8").replace("2\n", "saved\n"));
	assert.equal(await gate.gate.edit(card.id, { file: 0, bytes }), undefined);
	const now = shownNow(gate);
	assert.equal(now.edited?.through, "document");
	gate.answer(now, "allow");
	await call.reply();
	const [decided] = of(await gate.verified(), "action.decided");
	assert.equal(decided.edited.through, "document");
});

test("what cannot be is refused with its reason and changes nothing", async (t) => {
	const { gate, file, card } = await editing(t);
	const edit = async (one: CardEdit) => (await gate.gate.edit(card.id, one))?.code;
	assert.equal(await edit({ file: 0, leftOut: [0, 1] }), "edit.allLeftOut");
	assert.equal(await edit({ file: 0, leftOut: [2] }), "edit.noHunk");
	assert.equal(await edit({ file: 0, leftOut: [-1] }), "edit.noHunk");
	assert.equal(await edit({ file: 1, leftOut: [0] }), "edit.noFile");
	assert.equal(await edit({ file: 0, bytes: readFileSync(file) }), "edit.nothingLeft");
	assert.equal(await edit({ file: 0, bytes: Buffer.from([0xff, 0xfe, 0, 1]) }), "edit.notExact");
	assert.equal(await edit({ command: "ls" }), "edit.tool");
	assert.equal(await edit({ file: 0, leftOut: [] }), "edit.same");
	writeFileSync(file, "0\n1\n2\n");
	assert.equal(await edit({ file: 0, leftOut: [1] }), "edit.fileChanged");
	assert.equal(await gate.gate.edit("nobody", { original: true }).then((why) => why?.code), "edit.over");
	assert.equal(cardDigest(shownNow(gate)), cardDigest(card));
});

test("a command that is none is refused", async (t) => {
	const { gate, card, edit } = await asked(t);
	for (const command of ["", " \n", "a\0b", "\ud800"]) assert.equal((await edit({ command }))?.code, "edit.command");
	assert.equal((await edit({ command: "x".repeat(11 * 1024 * 1024) }))?.code, "edit.tooLong");
	assert.equal(cardDigest(shownNow(gate)), cardDigest(card));
});

test("a file that became another one after the edit denies what was allowed", async (t) => {
	const { gate, file, call, card } = await editing(t);
	await gate.gate.edit(card.id, { file: 0, leftOut: [0] });
	writeFileSync(file, `0\n${readFileSync(file, "utf8")}`);
	gate.answer(shownNow(gate), "allow");
	assert.equal(said(await call.reply()).decision, "deny");
	const [decided] = of(await gate.verified(), "action.decided");
	assert.deepEqual([decided.decision.by, decided.decision.answered.verdict], ["failure", "allow"]);
});

test("what policy denies is not taken, and the stricter of both demands holds", async (t) => {
	const policy = judging((command) => {
		if (command === "denied") return { effect: "deny", why: [{ code: "why.ruleDenies", args: { rule: "never" } }] };
		if (command === "guarded") return { guard: true, why: [{ code: "why.guard", args: { what: "hooks" } }] };
		if (command === "listed") return { effect: "allow" };
		if (command === "strict") return { approver: { assurance: 3 } };
		return { why: [{ code: "why.ruleAsks", args: { rule: "first" } }], approver: { channels: ["terminal"] } };
	});
	const { gate, call, card, edit } = await asked(t, { policy });
	const denied = await edit({ command: "denied" });
	assert.equal(denied?.code, "edit.denied");
	assert.match(String(denied?.args?.why), /never/);
	assert.equal(cardDigest(shownNow(gate)), cardDigest(card));
	const answer = (more = {}) => gate.answer(shownNow(gate), "allow", more);
	const codeOf = (one: ReturnType<typeof answer>) => (one.result === "refused" ? one.message.code : one.result);
	await edit({ command: "guarded" });
	assert.equal(shownNow(gate).guard, true);
	const shown = { digest: cardDigest(shownNow(gate)), extent: "partial" as const, ms: 1 };
	assert.equal(codeOf(answer({ shown })), "desk.guardWhole");
	assert.equal(codeOf(answer({ channel: "editor" })), "desk.demandChannel");
	await edit({ command: "strict" });
	assert.equal(shownNow(gate).guard, false);
	assert.equal(codeOf(answer()), "desk.demandAssurance");
	// What policy would let pass is still asked, by whom the agent's own action was.
	await edit({ command: "listed" });
	assert.equal(codeOf(answer({ channel: "editor" })), "desk.demandChannel");
	assert.equal(call.answered, false);
	assert.equal(codeOf(answer()), "taken");
	assert.equal(output(await call.reply()).updatedInput.command, "listed");
});

test("a guard change stays one, whatever a person makes of it", async (t) => {
	const policy = judging((command) =>
		command === ASKED ? { guard: true, why: [{ code: "why.guard", args: { what: "x" } }] } : {},
	);
	const { gate, edit } = await asked(t, { policy });
	await edit({ command: "ls" });
	assert.equal(shownNow(gate).guard, true);
	assert.ok(shownNow(gate).why.some(({ code }) => code === "why.guard"));
});

test("a shorter time of the changed action holds, and going back gives no more than there was", async (t) => {
	const policy = judging((command) =>
		// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
		command === "slow" ? { timeout: { afterMs: 300, then: "terminal" } } : {},
	);
	const { gate, call, card, edit } = await asked(t, { policy });
	await edit({ command: "slow" });
	assert.ok(shownNow(gate).deadlineAt < card.deadlineAt);
	// Denied, not handed to a prompt that the agent's own action is not let to.
	assert.equal(said(await call.reply()).decision, "deny");
	const [decided] = of(await gate.verified(), "action.decided");
	assert.deepEqual([decided.decision.by, decided.actionMac, decided.edited], ["timeout", card.actionMac, undefined]);
});

test("a changed action that nobody answers is handed to the agent's own prompt as the agent asked for it", async (t) => {
	// biome-ignore lint/suspicious/noThenProperty: the rule's member; nothing awaits it
	const policy = judging(() => ({ timeout: { afterMs: 700, then: "terminal" } }));
	const gate = await testGate(t, { policy, connected: true });
	const tool = { tool_name: "Bash", tool_input: { command: "touch made.txt", description: "touch" } };
	const members = { permission_mode: "default", ...tool };
	const call = await gate.call("PreToolUse-Bash", { toolUseId: "t1", mode: "tui", members });
	const card = await gate.card();
	assert.equal(await gate.gate.edit(card.id, { command: "touch other.txt" }), undefined);
	const reply = await call.reply();
	assert.equal(said(reply).decision, "ask");
	assert.equal(output(reply).updatedInput, undefined);
	const { body } = await gate.entry(({ type }) => type === "action.delegated");
	assert.equal(body.actionMac, card.actionMac);
	assert.equal((await gate.gate.edit(card.id, { command: "touch z" }))?.code, "edit.over");
});

test("no grant on a changed action: none is offered, none is taken, and the card goes on waiting", async (t) => {
	const { gate, card, edit } = await asked(t);
	await edit({ command: "touch x" });
	const rule = { member: "command", patterns: ["touch x"] } as const;
	assert.deepEqual((await gate.gate.offers(card.id)).refused?.code, "edit.noGrant");
	assert.deepEqual((await gate.gate.checkGrant(card.id, rule as never)).problem?.code, "edit.noGrant");
	const answer = gate.answer(shownNow(gate), "allow", { grant: { lasts: { for: "session" }, rule: rule as never } });
	assert.equal(answer.result === "refused" && answer.message.code, "edit.noGrant");
	assert.equal(gate.open.desk.waits(card.id), true);
	await edit({ original: true });
	assert.notEqual((await gate.gate.offers(card.id)).refused?.code, "edit.noGrant");
});

test("both calls of twins are told the same input, also one that came after the edit", async (t) => {
	const { gate, call, edit } = await asked(t);
	const early = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await early.held();
	await edit({ command: "touch x" });
	const late = await gate.call("PreToolUse-Bash", { toolUseId: "t1" });
	await late.held();
	assert.equal(gate.gate.cards().length, 1);
	gate.answer(shownNow(gate), "allow");
	for (const one of [call, early, late]) assert.equal(output(await one.reply()).updatedInput.command, "touch x");
});

test("a denial and a withdrawal of a changed action run nothing and name what they were about", async (t) => {
	const { gate, call, card, edit } = await asked(t);
	await edit({ command: "touch x" });
	const now = shownNow(gate);
	gate.answer(now, "deny", { reason: "no" });
	assert.equal(said(await call.reply()).decision, "deny");
	const second = await gate.call("PreToolUse-Bash", { toolUseId: "t2" });
	const again = await gate.card();
	await gate.gate.edit(again.id, { command: "touch y" });
	second.withdraw();
	const { body } = await gate.entry(({ type }) => type === "action.withdrawn");
	assert.deepEqual([body.actionMac, body.edited], [again.actionMac, undefined]);
	const [decided] = of(await gate.verified(), "action.decided");
	assert.deepEqual(decided.edited, { actionMac: now.actionMac, from: card.actionMac, through: "view" });
	assert.equal(decided.decision.editedFrom, card.actionMac);
});

test("of edits at the same time the last counts; one that an answer overtook changes nothing", async (t) => {
	const { gate, call, edit } = await asked(t);
	const codes = await Promise.all(
		["a", "b", "c"].map(async (name) => (await edit({ command: `touch ${name}` }))?.code),
	);
	assert.deepEqual(codes, ["edit.overtaken", "edit.overtaken", undefined]);
	const now = shownNow(gate);
	assert.equal(now.target, "touch c");
	const slow = edit({ command: "touch d" });
	assert.deepEqual(gate.answer(now, "deny"), { result: "taken" });
	assert.equal((await slow)?.code, "edit.over");
	assert.notEqual((await call.reply()).exit, 0);
	assert.equal((await edit({ command: "touch e" }))?.code, "edit.over");
});

test("while a person's change is worked out nothing is allowed: what they are changing would run", async (t) => {
	const { gate, call, card, edit } = await asked(t);
	const slow = edit({ command: "touch d" });
	const early = gate.answer(card, "allow");
	assert.ok(early.result === "refused" && early.message.code === "edit.pending", JSON.stringify(early));
	assert.equal(await slow, undefined);
	const now = shownNow(gate);
	assert.deepEqual(gate.answer(now, "allow"), { result: "taken" });
	assert.equal(output(await call.reply()).updatedInput.command, "touch d");
	const [decided] = of(await gate.verified(), "action.decided");
	assert.equal(decided.edited.from, card.actionMac);
});

test("an action is not changed for ever", async (t) => {
	const { gate, edit } = await asked(t);
	for (let round = 0; round < 200; round += 1) assert.equal(await edit({ command: `touch ${round}` }), undefined);
	assert.equal((await edit({ command: "touch more" }))?.code, "edit.tooMany");
	assert.equal(shownNow(gate).target, "touch 199");
});

test("others that run Claude Code's hooks, and races with its own prompt, take no edit", async (t) => {
	const gate = await testGate(t, { connected: true, settings: { prompt: "both" } });
	const tool = { tool_name: "Bash", tool_input: { command: "touch made.txt", description: "touch" } };
	const options = { mode: "tui" as const, members: { permission_mode: "default", ...tool } };
	await (await gate.call("PreToolUse-Bash", { ...options, toolUseId: "t1" })).reply();
	await gate.call("PermissionRequest-Bash", options);
	const card = await gate.card();
	assert.equal((await gate.gate.edit(card.id, { command: "ls" }))?.code, "edit.raced");
	const stranger = await gate.call("PreToolUse-Bash", { toolUseId: "t2", submit: { env: {} }, session: "s2" });
	const theirs = await gate.card();
	const why = await gate.gate.edit(theirs.id, { command: "touch z" });
	assert.equal(why?.code, "edit.agent");
	assert.equal(stranger.answered, false);
});

test("secrets of a changed command are masked, and a long one is evidence", async (t) => {
	const { gate, call, card, edit } = await asked(t);
	const secret = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
	const long = `touch ${"x".repeat(70_000)}`;
	await edit({ command: `curl -H "Authorization: Bearer ${secret}" https://x.example` });
	gate.answer(shownNow(gate), "allow");
	await call.reply();
	const second: HookCall = await gate.call("PreToolUse-Bash", { toolUseId: "t2" });
	const other = await gate.card();
	await gate.gate.edit(other.id, { command: long });
	gate.answer(shownNow(gate), "allow");
	assert.equal(output(await second.reply()).updatedInput.command, long);
	const entries = await gate.verified();
	const [first, last] = of(entries, "action.decided");
	assert.equal(first.edited.redacted, true);
	assert.ok(!JSON.stringify(entries).includes(secret));
	assert.deepEqual([last.edited.claimed, last.edited.input.redacted], [undefined, false]);
	assert.match(last.edited.input.digest, /^[0-9a-f]{64}$/);
	assert.notEqual(card.id, other.id);
});
