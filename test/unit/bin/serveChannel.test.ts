// The terminal of `gatepost serve`: what counts as shown there, and what a program can and cannot do.
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { PassThrough } from "node:stream";
import { test } from "node:test";
import { ServeChannel } from "../../../src/bin/serveChannel.ts";
import { gatePlace, said, settles, testGate } from "../../support/gateClient.ts";

function terminal(rows = 24) {
	const output = Object.assign(new PassThrough(), { rows, columns: 80 });
	let text = "";
	output.setEncoding("utf8").on("data", (part: string) => {
		text += part;
	});
	return { output, text: () => text };
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 550));

test("a guard change that fits on the screen is allowed from the terminal; a program cannot allow one", async (t) => {
	const at = gatePlace(t);
	mkdirSync(join(at.userHome, ".claude"));
	const gate = await testGate(t, {}, at);
	const screen = terminal(40);
	const person = new ServeChannel(gate.gate, { json: false, terminal: true, output: screen.output });
	const wire = terminal();
	const program = new ServeChannel(gate.gate, { json: true, terminal: false, output: wire.output });
	const path = join(at.userHome, ".claude", "settings.json");
	const call = await gate.call("PreToolUse-Write", { members: { tool_input: { file_path: path, content: "{}" } } });
	const card = await gate.card();
	assert.equal(card.guard, true);
	program.answerJson(JSON.stringify({ answer: "allow", id: card.id }));
	await settles(() => wire.text().includes("desk.guardWhole"), "the program is refused");
	assert.equal(call.answered, false);
	await pause();
	person.answerTyped("allow 1");
	assert.equal(said(await call.reply()).decision, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.deepEqual([body.decision.channel, body.decision.shown.extent], ["terminal", "whole"]);
});

test("what is longer than the screen counts as shown once all of it was paged through", async (t) => {
	const at = gatePlace(t);
	const gate = await testGate(t, {}, at);
	const screen = terminal(20);
	const person = new ServeChannel(gate.gate, { json: false, terminal: true, output: screen.output });
	const path = join(at.folder, ".claude", "settings.json");
	const content = Array.from({ length: 50 }, (_, n) => `line ${n}\n`).join("");
	const call = await gate.call("PreToolUse-Write", { members: { tool_input: { file_path: path, content } } });
	await gate.card();
	await pause();
	person.answerTyped("allow 1");
	assert.equal(call.answered, false);
	assert.match(screen.text(), /longer than the screen: show 1/);
	let pages = 0;
	for (; !screen.text().includes("(end)") && pages < 20; pages += 1) {
		const before = screen.text().length;
		person.answerTyped("show 1");
		await settles(() => screen.text().length > before, "the next page");
		assert.ok(screen.text().slice(before).trimEnd().split("\n").length <= 20, "one screen at a time");
	}
	assert.ok(pages > 2, `${pages} pages`);
	person.answerTyped("allow 1");
	await settles(() => /only just come up/.test(screen.text()), "the last page needs a moment, too");
	await pause();
	person.answerTyped("allow 1");
	assert.equal(said(await call.reply()).decision, "allow");
});

test("wide letters count for two columns, and a terminal without a size is a small one", async (t) => {
	const at = gatePlace(t);
	const gate = await testGate(t, {}, at);
	const screens = [terminal(24), terminal(0)];
	for (const { output } of screens) new ServeChannel(gate.gate, { json: false, terminal: true, output });
	const path = join(at.folder, ".claude", "settings.json");
	const content = `${"\u6f22".repeat(70)}\n`.repeat(10);
	await gate.call("PreToolUse-Write", { members: { tool_input: { file_path: path, content } } });
	await gate.card();
	for (const { text } of screens) await settles(() => /longer than the screen/.test(text()), "it says so");
});

test("a card in another's place is printed anew under its number, and needs its moment again", async (t) => {
	const gate = await testGate(t);
	const screen = terminal(60);
	const person = new ServeChannel(gate.gate, { json: false, terminal: true, output: screen.output });
	const call = await gate.call("PreToolUse-Bash");
	const card = await gate.card();
	await pause();
	const before = screen.text().length;
	assert.equal(await gate.gate.edit(card.id, { command: "echo instead > c.txt" }), undefined);
	await settles(() => screen.text().slice(before).includes("allow 1 | deny 1"), "it is printed again");
	const anew = screen.text().slice(before);
	assert.ok(anew.includes("echo instead > c.txt") && anew.includes(card.target), anew);
	person.answerTyped("allow 1");
	await settles(() => /only just come up/.test(screen.text()), "too soon");
	assert.equal(call.answered, false);
	await pause();
	person.answerTyped("allow 1");
	assert.equal(said(await call.reply()).decision, "allow");
	const { body } = await gate.entry(({ type }) => type === "action.decided");
	assert.deepEqual([body.decision.shown.extent, typeof body.edited], ["whole", "object"]);
	assert.equal(screen.text().split("allow 1 | deny 1").length, 3, "no more often than that");
});
