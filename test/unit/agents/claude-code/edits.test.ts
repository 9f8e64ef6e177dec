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
