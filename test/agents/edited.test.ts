// The real Claude Code, headless, held at a gate of this process: a person changes its action, and what they allowed is
// what it runs, and it is told so.
import assert from "node:assert/strict";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { CardEdit } from "../../src/actions/cardEdit.ts";
import { installHook } from "../../src/bin/installHook.ts";
import type { CardModel } from "../../src/protocol/card.ts";
import { runHeadless } from "../support/claude/headless.ts";
import { skipRealClaude } from "../support/claude/install.ts";
import { toolUseId } from "../support/claude/modelServer.ts";
import { type Scripting, stage } from "../support/claude/stage.ts";
import { type LoggedEntry, testGate } from "../support/gateClient.ts";
import { bash, exists } from "../support/gateStage.ts";
import { checkout } from "../support/serve.ts";

const skip = skipRealClaude();

async function start(t: TestContext, script: Scripting, prepare: (cwd: string) => Promise<unknown> = async () => {}) {
	const set = await stage(t, script);
	await prepare(set.cwd);
	const home = join(set.home, ".gatepost");
	await mkdir(set.home, { recursive: true });
	const place = { dir: set.cwd, home, userHome: set.home, folder: set.cwd };
	const gate = await testGate(t, { connected: true }, place);
	set.finally(() => gate.open.close("stopped"));
	await installHook({ home, dist: join(checkout, "dist"), version: "0.0.0", exclude: [] });
	const run = await runHeadless({ ...set, prompt: "please", mode: "bypassPermissions" });
	set.finally(() => run.kill("SIGKILL"));
	return { set, gate, run };
}

type Started = Awaited<ReturnType<typeof start>>;

/** Changes the action of the next card and allows what is then shown. */
async function editThenAllow({ gate }: Started, edit: CardEdit): Promise<{ card: CardModel; now: CardModel }> {
	const card = await gate.card();
	assert.equal(await gate.gate.edit(card.id, edit), undefined);
	const now = gate.gate.cards().find(({ id }) => id === card.id) ?? assert.fail("no card");
	assert.deepEqual(gate.answer(now, "allow"), { result: "taken" });
	return { card, now };
}

/** What the model was sent as text, in all of its requests. */
function told({ set }: Started): string {
	return JSON.stringify(set.model.requests.map(({ body }) => body));
}

function noTrouble(entries: LoggedEntry[]): void {
	const trouble = entries.filter(({ type }) => type === "digest.mismatch" || type === "coverage.gap");
	assert.deepEqual(trouble, []);
	assert.equal(entries.filter(({ type }) => type === "action.executed").length > 0, true);
}

test("a command that a person changed runs as changed, and the model reads that it was", { skip }, async (t) => {
	const started = await start(t, { turns: [{ tools: [bash("touch asked.txt")] }, { text: "all done" }] });
	const { card, now } = await editThenAllow(started, { command: "touch changed.txt && echo ran-changed  " });
	const { exit } = await started.run.done;
	assert.equal(exit, 0);
	const { set, gate } = started;
	assert.deepEqual(
		[await exists(join(set.cwd, "asked.txt")), await exists(join(set.cwd, "changed.txt"))],
		[false, true],
	);
	assert.match((await set.model.toolResult(toolUseId("main", 0))).text, /ran-changed/);
	assert.match(told(started), /A person changed this command in Gatepost before allowing it/);
	const entries = await gate.verified();
	noTrouble(entries);
	const decided = entries.find(({ type, body }) => type === "action.decided" && body.request === card.id);
	assert.deepEqual([decided?.body.actionMac, decided?.body.edited.from], [now.actionMac, card.actionMac]);
});

const LINES = Array.from({ length: 20 }, (_, at) => `line ${at}\n`);
const BEFORE = LINES.join("");
const ASKED = BEFORE.replace("line 1\n", "LINE 1\n").replace("line 18\n", "LINE 18\n");

function editing(input: (cwd: string) => object, name = "Edit"): Scripting {
	return (cwd) => ({
		turns: [
			{ tools: [{ name: "Read", input: { file_path: join(cwd, "a.txt") } }] },
			{ tools: [{ name, input: { file_path: join(cwd, "a.txt"), ...input(cwd) } }] },
			{ text: "all done" },
		],
	});
}

test("an Edit with a hunk left out writes exactly the bytes that were shown", { skip }, async (t) => {
	const script = editing(() => ({ old_string: BEFORE.trimEnd(), new_string: ASKED.trimEnd() }));
	const started = await start(t, script, (cwd) => writeFile(join(cwd, "a.txt"), BEFORE));
	const { now } = await editThenAllow(started, { file: 0, leftOut: [1] });
	await started.run.done;
	assert.equal(now.files[0]?.added, 1);
	assert.equal(await readFile(join(started.set.cwd, "a.txt"), "utf8"), BEFORE.replace("line 1\n", "LINE 1\n"));
	assert.match(told(started), /A person changed this Edit in Gatepost before allowing it/);
	noTrouble(await started.gate.verified());
});

for (const name of ["Edit", "Write"]) {
	test(`${name}: bytes that a person wrote themselves arrive as they are, trailing white space and all`, {
		skip,
	}, async (t) => {
		const wanted = Buffer.from(`first \t\n${BEFORE.replace("line 9\n", "line 9  \n\n$& “nine” \\u0041\n")}last  `);
		const input = () => (name === "Write" ? { content: ASKED } : { old_string: "line 1\n", new_string: "LINE 1\n" });
		const started = await start(t, editing(input, name), (cwd) => writeFile(join(cwd, "a.txt"), BEFORE));
		await editThenAllow(started, { file: 0, bytes: wanted });
		await started.run.done;
		assert.deepEqual(await readFile(join(started.set.cwd, "a.txt"), "utf8"), wanted.toString());
		noTrouble(await started.gate.verified());
	});
}

test("what was changed and taken back runs as it was asked for, and nothing is told", { skip }, async (t) => {
	const started = await start(t, { turns: [{ tools: [bash("touch asked.txt")] }, { text: "all done" }] });
	const { gate, set } = started;
	const card = await gate.card();
	assert.equal(await gate.gate.edit(card.id, { command: "touch changed.txt" }), undefined);
	assert.equal(await gate.gate.edit(card.id, { original: true }), undefined);
	assert.deepEqual(gate.answer(gate.gate.cards()[0] ?? card, "allow"), { result: "taken" });
	await started.run.done;
	assert.deepEqual(
		[await exists(join(set.cwd, "asked.txt")), await exists(join(set.cwd, "changed.txt"))],
		[true, false],
	);
	assert.doesNotMatch(told(started), /A person changed/);
	noTrouble(await gate.verified());
});
