// Facts measured with Claude Code 2.1.330; edits.real.test.ts holds the same cases against the real program.
import assert from "node:assert/strict";
import { test } from "node:test";
import { afterEdit, afterWrite } from "../../../../src/agents/claude-code/edits.ts";
import { afterNotebookEdit, type NotebookChange } from "../../../../src/agents/claude-code/notebook.ts";
import type { Message } from "../../../../src/protocol/messages.ts";
import { EDITS, NOTEBOOKS, WRITES } from "./editCases.ts";

const outcome = (after: Buffer | Message): string => (Buffer.isBuffer(after) ? after.toString("latin1") : after.code);

for (const { name, before, write, after } of WRITES) {
	test(`Write: ${name}`, () => {
		assert.equal(outcome(afterWrite(before, write)), outcome(after));
	});
}

for (const { name, before, edit, after } of EDITS) {
	test(`Edit: ${name}`, () => {
		const [oldString, newString, replaceAll = false] = edit;
		assert.equal(outcome(afterEdit(before, { path: "/x/a.txt", oldString, newString, replaceAll })), outcome(after));
	});
}

for (const { name, before, change, after } of NOTEBOOKS) {
	test(`NotebookEdit: ${name}`, () => {
		const full: NotebookChange = { newSource: "", editMode: "replace", ...change };
		assert.equal(outcome(afterNotebookEdit(before, full)), outcome(after));
	});
}

test("a notebook is not edited as text, and what is none is not edited as a notebook", () => {
	const edit = { path: "/x/a.ipynb", oldString: "a", newString: "b", replaceAll: false };
	assert.equal(outcome(afterEdit(Buffer.from("a"), edit)), "proposal.notebookByEdit");
	for (const text of [
		"",
		"[]",
		"null",
		'{"cells":{}}',
		'{"cells":[{}]}',
		'{"cells":[null]}',
		'{"cells":[{"source":[1]}]}',
		"{",
	]) {
		const change: NotebookChange = { newSource: "", cellId: "c1", editMode: "replace" };
		assert.equal(outcome(afterNotebookEdit(Buffer.from(text), change)), "proposal.notNotebook", text);
	}
	const deep = `{"cells":[{"source":"","x":${"[".repeat(100_000)}${"]".repeat(100_000)}}]}`;
	const change: NotebookChange = { newSource: "", cellId: "cell-0", editMode: "replace" };
	assert.equal(outcome(afterNotebookEdit(Buffer.from(deep), change)), "proposal.notNotebook");
});

test("a replacement is taken as it is, whatever dollars are in it, once and everywhere", () => {
	const newString = "$& $1 $$ $` $'";
	const edit = { path: "/a", oldString: "x", newString };
	assert.equal(String(afterEdit(Buffer.from("axb"), { ...edit, replaceAll: false })), `a${newString}b`);
	assert.equal(String(afterEdit(Buffer.from("xax"), { ...edit, replaceAll: true })), `${newString}a${newString}`);
});

test("millions of replacements are worked out, and a result without end is not", () => {
	const many = Buffer.from("a\n".repeat(4_000_000));
	const edit = { path: "/a", oldString: "a", replaceAll: true };
	const after = afterEdit(many, { ...edit, newString: "bb" });
	assert.ok(Buffer.isBuffer(after) && after.length === 12_000_000);
	const endless = afterEdit(many, { ...edit, newString: "b".repeat(1000) });
	assert.ok(!Buffer.isBuffer(endless) && endless.code === "proposal.tooLarge");
});
