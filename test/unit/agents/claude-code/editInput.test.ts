// Inputs for what a person wants: what comes of them, by our own copy of the tool, is exactly that, or there is none.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Action, JsonObject } from "../../../../src/actions/action.ts";
import { diffTexts, newBudget } from "../../../../src/actions/diff.ts";
import { withoutHunks } from "../../../../src/actions/hunks.ts";
import type { AgentEvent, Wanted } from "../../../../src/agents/adapter.ts";
import { editInput } from "../../../../src/agents/claude-code/editInput.ts";
import { afterEdit, afterWrite } from "../../../../src/agents/claude-code/edits.ts";
import { afterNotebookEdit } from "../../../../src/agents/claude-code/notebook.ts";
import { read } from "../../../../src/agents/claude-code/read.ts";
import { bytesOf, payload, submitOf } from "./support.ts";

type Before = AgentEvent & { kind: "tool.before" };
const captured = read(submitOf(payload("PreToolUse-Bash")), bytesOf(payload("PreToolUse-Bash")));
const FILE = "/w/a.txt";

function eventOf(tool: string, input: JsonObject, kind: Action["kind"] = "edit", path = FILE): Before {
	assert.ok(captured.kind === "tool.before");
	return { ...captured, action: { ...captured.action, tool, kind, input, paths: kind === "shell" ? [] : [path] } };
}

const inputOf = (event: Before, wanted: Wanted): JsonObject | string => {
	const found = editInput(event, wanted);
	return "code" in found ? found.code : found.input;
};
const edit = (before: string | Buffer | undefined, bytes: string | Buffer, path = FILE) => {
	const event = eventOf(
		"Edit",
		{ file_path: path, old_string: "x", new_string: "y", replace_all: true, more: 1 },
		"edit",
		path,
	);
	const as = (text: string | Buffer) => (typeof text === "string" ? Buffer.from(text) : text);
	return inputOf(event, { path, before: before === undefined ? undefined : as(before), bytes: as(bytes) });
};
const strings = (input: JsonObject | string) =>
	typeof input === "string" ? input : [input.old_string, input.new_string, input.replace_all, input.more];

test("Edit: the smallest lines that are there once, and everything else of the input", () => {
	assert.deepEqual(strings(edit("a\nb\nc\n", "a\nB\nc\n")), ["b\n", "B\n", false, 1]);
	assert.deepEqual(strings(edit("b\na\nb\nc\nb\n", "b\na\nB\nc\nb\n")), ["a\nb\nc\n", "a\nB\nc\n", false, 1]);
	assert.deepEqual(strings(edit("a\nb\n", "a\nnew\nb\n")), ["a\nb\n", "a\nnew\nb\n", false, 1]);
	assert.deepEqual(strings(edit("a\nb\n", "a\n")), ["b\n", "", false, 1]);
	assert.deepEqual(strings(edit("a\nb", "a\n")), ["b", "", false, 1]);
	assert.deepEqual(strings(edit("a\r\nb\r\n", "a\r\nB\r\n")), ["b\n", "B\n", false, 1]);
	assert.deepEqual(strings(edit(" \n", "x")), ["", "x", false, 1]);
	assert.deepEqual(strings(edit(undefined, "x")), ["", "x", false, 1]);
	assert.deepEqual(strings(edit(" \n", "")), [" \n", "", false, 1]);
	// A line break of the other kind is written as the text says it, where Edit writes LF.
	assert.deepEqual(strings(edit("a\r\nb\nc\n", "a\r\nB\nc\n")), ["a\nb\n", "a\r\nB\n", false, 1]);
	assert.deepEqual(strings(edit(Buffer.from("\uFEFFa\n", "utf16le"), Buffer.from("\uFEFFb\n", "utf16le"))), [
		"a\n",
		"b\n",
		false,
		1,
	]);
});

test("Edit: the line break that is taken along is reckoned with", () => {
	// Removing the last "b" would take the first one's line break: only with more around it is it exact.
	const found = edit("b\na\nb", "b\na\n");
	assert.ok(typeof found !== "string");
	const after = afterEdit(Buffer.from("b\na\nb"), {
		path: FILE,
		oldString: String(found.old_string),
		newString: String(found.new_string),
		replaceAll: false,
	});
	assert.equal(String(after), "b\na\n");
});

test("Edit: what it cannot write is refused", () => {
	assert.equal(edit("a\n", "a\n"), "edit.nothingLeft");
	assert.equal(edit("a\r\nb\r\nc\r\n", "a\r\nB\nc\r\n"), "edit.notExact");
	assert.equal(edit("a\r\nb\r\nc\n", "a\r\nB\r\nc\n"), "edit.notExact");
	assert.equal(edit("a\n", Buffer.from([0xff])), "edit.notExact");
	assert.equal(edit("\uFEFFa\n", "b\n"), "edit.notExact");
	assert.equal(edit(Buffer.from([0xff]), "a"), "edit.notExact");
	assert.equal(edit(undefined, Buffer.from([0xff])), "edit.notExact");
	assert.equal(edit("{}", "[]", "/w/a.ipynb"), "edit.notExact");
	const lone = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from([0x00, 0xd8, 0x0a, 0x00])]);
	assert.equal(edit(Buffer.from("\uFEFFa\n", "utf16le"), lone), "edit.notExact");
});

test("Write: the content that becomes exactly the bytes", () => {
	const write = (before: Buffer | undefined, bytes: Buffer) =>
		inputOf(eventOf("Write", { file_path: FILE, content: "x" }, "write"), { path: FILE, before, bytes });
	assert.deepEqual(write(undefined, Buffer.from("a\r\n")), { file_path: FILE, content: "a\r\n" });
	assert.deepEqual(write(Buffer.from("\uFEFFa"), Buffer.from("\uFEFFb")), { file_path: FILE, content: "b" });
	assert.deepEqual(write(Buffer.from("\uFEFFa", "utf16le"), Buffer.from("\uFEFFb", "utf16le")), {
		file_path: FILE,
		content: "b",
	});
	assert.equal(write(Buffer.from("\uFEFFa"), Buffer.from("b")), "edit.notExact");
	assert.equal(write(Buffer.from("a"), Buffer.from([0xff])), "edit.notExact");
	assert.equal(write(Buffer.from([0]), Buffer.from("a")), "edit.notExact");
});

test("NotebookEdit: another source of the same cell, or nothing", () => {
	const cell = (id: string, source: string) => ({ cell_type: "markdown", id, metadata: {}, source });
	const before = Buffer.from(
		JSON.stringify({ cells: [cell("a", "one"), cell("b", "two")], nbformat: 4, nbformat_minor: 5 }, null, 1),
	);
	const after = afterNotebookEdit(before, { newSource: "three\n", cellId: "b", editMode: "replace" });
	assert.ok(Buffer.isBuffer(after));
	const input = { notebook_path: FILE, cell_id: "b", new_source: "2" };
	const wanted = (bytes: Buffer, more: JsonObject = {}) =>
		inputOf(eventOf("NotebookEdit", { ...input, ...more }), { path: FILE, before, bytes });
	assert.deepEqual(wanted(after), { ...input, new_source: "three\n" });
	const other = afterNotebookEdit(before, { newSource: "three\n", cellId: "a", editMode: "replace" });
	assert.ok(Buffer.isBuffer(other));
	assert.equal(wanted(other), "edit.notExact");
	assert.equal(wanted(Buffer.from("{")), "edit.notExact");
	assert.equal(wanted(after, { edit_mode: "delete" }), "edit.notExact");
});

test("Bash: that command and all else; nothing for other tools, files and callers", () => {
	const bash = eventOf("Bash", { command: "a", description: "d", timeout: 5, code: "edit.same" }, "shell");
	assert.deepEqual(inputOf(bash, { command: "b" }), { command: "b", description: "d", timeout: 5, code: "edit.same" });
	for (const command of ["", "\t", "a\0", "\udc00"]) assert.equal(inputOf(bash, { command }), "edit.command");
	assert.equal(inputOf(eventOf("PowerShell", { command: "a" }, "shell"), { command: "b" }), "edit.tool");
	const file = { path: FILE, before: undefined, bytes: Buffer.from("a") };
	assert.equal(inputOf(eventOf("mcp__x__y", {}, "mcp"), file), "edit.tool");
	assert.equal(inputOf(eventOf("Write", { content: "" }, "write", "/w/b"), file), "edit.noFile");
	for (const caller of [
		{ ...bash.caller, agent: "cursor" },
		{ ...bash.caller, agent: "vscode-chat" },
		{ ...bash.caller, known: false },
	]) {
		assert.equal(inputOf({ ...bash, caller }, { command: "b" }), "edit.agent");
	}
});

const word = fc.constantFrom("a", "b", "c", "", "}", "ü", " ");
const breaks = fc.constantFrom("\n", "\r\n", "mixed");
const file = fc
	.tuple(fc.array(word, { maxLength: 40 }), breaks, fc.boolean(), fc.boolean())
	.map(([words, kind, bom, last]) => {
		const lines = words.map((one, at) => one + (kind === "mixed" ? (at % 3 === 0 ? "\r\n" : "\n") : kind));
		const text = lines.join("") + (last ? "end" : "");
		return Buffer.from(bom ? `\uFEFF${text}` : text);
	});

test("any file, any Edit and any hunks left out: exactly the wanted bytes, or refused", () => {
	const runs = Number(process.env.GATEPOST_PROPERTY_RUNS ?? 10_000);
	let exact = 0;
	const subset = fc.infiniteStream(fc.boolean());
	const replacement = fc.array(word, { maxLength: 6 }).map((words) => words.join("\n"));
	fc.assert(
		fc.property(file, word, replacement, subset, (before, part, by, flips) => {
			const oldString = part === "" ? "\n" : part;
			const after = afterEdit(before, { path: FILE, oldString, newString: by, replaceAll: true });
			if (!Buffer.isBuffer(after)) return;
			const { hunks } = diffTexts(before.toString(), after.toString(), newBudget());
			const leftOut = hunks.flatMap((_, index) => (flips.next().value === true ? [index] : []));
			const bytes = withoutHunks(before, after, leftOut);
			if (!Buffer.isBuffer(bytes)) return assert.equal(bytes.code, "edit.allLeftOut");
			const input = edit(before, bytes);
			if (typeof input === "string") {
				// Only line breaks that Edit makes all the same can stand in the way: in one kind of them, all can be written.
				assert.ok(
					input === "edit.nothingLeft" || (before.includes("\r\n") && /(^|[^\r])\n/.test(before.toString() + by)),
					input,
				);
				return;
			}
			exact += 1;
			const made = afterEdit(before, {
				path: FILE,
				oldString: String(input.old_string),
				newString: String(input.new_string),
				replaceAll: input.replace_all === true,
			});
			assert.ok(Buffer.isBuffer(made) && made.equals(bytes));
		}),
		{ numRuns: runs },
	);
	assert.ok(exact > runs / 10, `${exact} of ${runs} could be written`);
});

test("any file and any other bytes: Write and Edit give exactly these, or are refused", () => {
	const runs = Number(process.env.GATEPOST_PROPERTY_RUNS ?? 10_000);
	const bytes = fc.oneof(
		file,
		fc.uint8Array({ maxLength: 20 }).map((one) => Buffer.from(one)),
	);
	fc.assert(
		fc.property(fc.option(bytes, { nil: undefined }), bytes, (before, wanted) => {
			const write = inputOf(eventOf("Write", { content: "" }, "write"), { path: FILE, before, bytes: wanted });
			if (typeof write !== "string") {
				const made = afterWrite(before, String(write.content));
				assert.ok(Buffer.isBuffer(made) && made.equals(wanted));
			}
			const found = edit(before, wanted);
			if (typeof found === "string") return;
			const made = afterEdit(before, {
				path: FILE,
				oldString: String(found.old_string),
				newString: String(found.new_string),
				replaceAll: false,
			});
			assert.ok(Buffer.isBuffer(made) && made.equals(wanted));
		}),
		{ numRuns: runs },
	);
});
