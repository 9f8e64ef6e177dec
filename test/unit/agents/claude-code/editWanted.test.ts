// The same input for what a person wants, found here or in the thread.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { JsonObject } from "../../../../src/actions/action.ts";
import { JobQueue, SMALL } from "../../../../src/actions/jobQueue.ts";
import { asBuffer, jobs } from "../../../../src/actions/jobs.ts";
import type { AgentEvent, Wanted } from "../../../../src/agents/adapter.ts";
import { editInput } from "../../../../src/agents/claude-code/editInput.ts";
import { editWanted } from "../../../../src/agents/claude-code/editWanted.ts";
import { afterNotebookEdit } from "../../../../src/agents/claude-code/notebook.ts";
import { read } from "../../../../src/agents/claude-code/read.ts";
import { bytesOf, payload, submitOf } from "./support.ts";

const captured = read(submitOf(payload("PreToolUse-Bash")), bytesOf(payload("PreToolUse-Bash")));
const FILE = "/w/a.txt";
const TEXT = Array.from({ length: 40_000 }, (_, n) => `line ${n}\n`).join("");
const OTHER = TEXT.replace("line 20000\n", "another line\n");

function eventOf(tool: string, input: JsonObject): AgentEvent & { kind: "tool.before" } {
	assert.ok(captured.kind === "tool.before");
	return { ...captured, action: { ...captured.action, tool, kind: "edit", input, paths: [FILE] } };
}

/** Whether jobs named "input" are done by this thread. */
function onThread(t: TestContext): { here: number; sizes: number[] } {
	const seen = { here: 0, sizes: [] as number[] };
	const run = JobQueue.prototype.run;
	t.mock.method(JobQueue.prototype, "run", function (this: JobQueue, ...args: Parameters<typeof run>) {
		seen.sizes.push(args[2]);
		return run.apply(this, args);
	});
	const real = jobs.input;
	t.mock.method(jobs, "input", (takes: Parameters<typeof real>[0]) => {
		seen.here += 1;
		return real(takes);
	});
	return seen;
}

const notebook = (source: string) =>
	Buffer.from(
		JSON.stringify({
			cells: [{ cell_type: "markdown", id: "a", metadata: {}, source }],
			nbformat: 4,
			nbformat_minor: 5,
		}),
	);
const newCell = afterNotebookEdit(notebook(TEXT), { newSource: OTHER, cellId: "a", editMode: "replace" });

const CASES: [string, JsonObject, Exclude<Wanted, { command: string }>][] = [
	["Write", { file_path: FILE, content: TEXT }, { path: FILE, before: Buffer.from("x"), bytes: Buffer.from(OTHER) }],
	["Write", { file_path: FILE, content: TEXT }, { path: FILE, before: undefined, bytes: Buffer.from(OTHER) }],
	[
		"Edit",
		{ file_path: FILE, old_string: "line 1\n", new_string: "x", replace_all: true, more: 1 },
		{ path: FILE, before: Buffer.from(TEXT), bytes: Buffer.from(OTHER) },
	],
	[
		"Edit",
		{ file_path: FILE, old_string: "a", new_string: "x" },
		{ path: FILE, before: Buffer.from(TEXT), bytes: Buffer.alloc(100_000, 0xff) },
	],
	[
		"NotebookEdit",
		{ notebook_path: FILE, cell_id: "a", new_source: "x" },
		{ path: FILE, before: notebook(TEXT), bytes: asBuffer(newCell as Buffer) },
	],
	["Other", { file_path: FILE }, { path: FILE, before: Buffer.from(TEXT), bytes: Buffer.from(OTHER) }],
];

test("large files are worked out in the thread, with the same result, and the bytes stay", async (t) => {
	for (const [tool, input, wanted] of CASES) {
		const expected = editInput(eventOf(tool, input), wanted);
		const seen = onThread(t);
		const length = wanted.bytes.length;
		const found = await editWanted(eventOf(tool, input), wanted);
		t.mock.restoreAll();
		// Not deepEqual, which would print the texts.
		assert.ok(JSON.stringify(found) === JSON.stringify(expected), `${tool}: ${Object.keys(found)}`);
		assert.equal(seen.here, 0, `${tool} was worked out here`);
		assert.ok(seen.sizes.every((size) => size > SMALL.input));
		assert.equal(wanted.bytes.length, length);
	}
});

test("what is small, a command, or refused at once is told here", async (t) => {
	const seen = onThread(t);
	const small = { path: FILE, before: Buffer.from("a\n"), bytes: Buffer.from("b\n") };
	const event = eventOf("Write", { file_path: FILE, content: "x" });
	assert.deepEqual(await editWanted(event, small), { input: { file_path: FILE, content: "b\n" } });
	assert.equal(seen.here, 1);
	const bash = eventOf("Bash", { command: "a" });
	assert.deepEqual(await editWanted(bash, { command: "b" }), { input: { command: "b" } });
	const same = { path: FILE, before: Buffer.from(TEXT), bytes: Buffer.from(TEXT) };
	const refused = await editWanted(event, same);
	assert.equal("code" in refused && refused.code, "edit.nothingLeft");
	assert.equal(seen.sizes.length, 1);
});
