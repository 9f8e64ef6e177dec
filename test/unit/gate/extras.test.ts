// What a card says beside the change: previews of commands, files that changed since they were read, unsaved editors.
import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import type { Action, ActionKind } from "../../../src/actions/action.ts";
import type { Change, FileChange } from "../../../src/actions/change.ts";
import { extrasOf } from "../../../src/gate/extras.ts";
import { Reads } from "../../../src/gate/reads.ts";
import { gatePlace, testGate } from "../../support/gateClient.ts";

/** Long enough for any machine. Milliseconds. */
const NO_HURRY = 120_000;
const WHOLE = { preview: NO_HURRY, warnings: NO_HURRY };

function ground(t: { after(end: () => void): void }, unsaved?: (path: string) => boolean) {
	const ws = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-extras-")));
	t.after(() => rmSync(ws, { recursive: true, force: true }));
	const reads = new Reads();
	const options = { workspaces: { folders: [ws] }, userHome: ws, ...(unsaved === undefined ? {} : { unsaved }) };
	// biome-ignore lint/suspicious/noExplicitAny: only what extrasOf looks at
	const gate = { options, reads } as any;
	const action = (kind: ActionKind, input = {}, paths: string[] = []): Action => ({
		...{ v: 1, kind, tool: kind === "shell" ? "Bash" : "Edit", root: ws, cwd: ws, input, paths },
	});
	const line = (of: Action, key = "s") => ({ action: of, session: { key } }) as Parameters<typeof extrasOf>[1];
	const change = (path: string, more: Partial<FileChange> = {}): Change => ({
		files: [{ path, op: "modify", ...more }],
	});
	const noted = async (paths: string[], kind: ActionKind = "read", outcome: "done" | "failed" = "done", key = "s") => {
		reads.note({ key }, { action: action(kind, {}, paths), outcome });
		// Waits until it has looked.
		await reads.since({ key }, ws);
	};
	const warned = async (path: string, more: Partial<FileChange> = {}, key = "s"): Promise<string[]> => {
		const { warnings = {} } = await extrasOf(gate, line(action("edit"), key), change(path, more), WHOLE);
		return (warnings[path] ?? []).map(({ code }) => code);
	};
	return { ws, gate, reads, action, line, change, noted, warned };
}

test("a command comes with a preview, other actions with none", async (t) => {
	if (process.platform === "win32") {
		t.skip("lines of shell are not read on Windows");
		return;
	}
	const { ws, gate, action, line } = ground(t);
	writeFileSync(join(ws, "a"), "1");
	const { preview } = await extrasOf(gate, line(action("shell", { command: "rm a" })), undefined, WHOLE);
	assert.deepEqual(
		preview?.map(({ message: { code }, names }) => [code, names]),
		[["effect.deletesFile", ["a"]]],
	);
	assert.deepEqual(await extrasOf(gate, line(action("shell", { command: "make" })), undefined, WHOLE), {});
	assert.deepEqual(await extrasOf(gate, line(action("read")), undefined, WHOLE), {});
	assert.deepEqual(
		await extrasOf(gate, line(action("shell", { command: "rm a" })), undefined, { ...WHOLE, preview: 0 }),
		{},
	);
});

test("a preview that fails is left out", async (t) => {
	const { gate, action, line } = ground(t);
	gate.options.workspaces = undefined;
	assert.deepEqual(await extrasOf(gate, line(action("shell", { command: "rm a" })), undefined, WHOLE), {});
});

test("what could not be checked of a file does not look clean", async (t) => {
	const { ws, gate, action, line, change } = ground(t);
	const path = join(ws, "a");
	const codes = async (ms = WHOLE, of = change(path)) => {
		const { warnings = {} } = await extrasOf(gate, line(action("edit")), of, ms);
		return of.files.map((file) => (warnings[file.path] ?? []).map(({ code }) => code));
	};
	gate.reads = { since: () => Promise.reject(new Error("no")) };
	assert.deepEqual(await codes(), [["warning.unchecked"]]);
	gate.reads = { since: () => new Promise(() => {}) };
	gate.options.unsaved = () => true;
	assert.deepEqual(
		await codes({ ...WHOLE, warnings: 20 }),
		[["warning.unsaved", "warning.unchecked"]],
		"what is known",
	);
	// One that hangs takes nothing from the others.
	gate.reads = { since: (_: unknown, of: string) => (of === path ? new Promise(() => {}) : "changed") };
	gate.options.unsaved = undefined;
	const two = { files: [...change(path).files, ...change(join(ws, "b")).files] };
	assert.deepEqual(await codes({ ...WHOLE, warnings: 300 }, two), [
		["warning.unchecked"],
		["warning.changedSinceRead"],
	]);
	gate.reads = { since: async () => undefined };
	gate.options.unsaved = () => {
		throw new Error("no");
	};
	assert.deepEqual(await codes(), [["warning.unchecked"]]);
	gate.options.unsaved = undefined;
	const many = { files: Array.from({ length: 250 }, (_, n) => change(join(ws, `f${n}`)).files).flat() };
	const all = await codes(WHOLE, many);
	assert.deepEqual([all[0], all[249]], [[], ["warning.unchecked"]], "more than are looked at");
});

test("a file that is not as the agent read it is warned of", async (t) => {
	const { ws, noted, warned } = ground(t);
	const [a, b] = [join(ws, "a"), join(ws, "b")];
	for (const file of [a, b]) writeFileSync(file, "1");
	await noted([a]);
	assert.deepEqual(await warned(a), []);
	assert.deepEqual(await warned(b), [], "never read");
	writeFileSync(a, "22");
	assert.deepEqual(await warned(a), ["warning.changedSinceRead"]);
	assert.deepEqual(await warned(a, {}, "another session"), []);
	// What it wrote itself it knows.
	await noted([a], "edit");
	assert.deepEqual(await warned(a), []);
	writeFileSync(a, "33");
	utimesSync(a, 1, 1);
	assert.deepEqual(await warned(a), ["warning.changedSinceRead"], "of the same size");
	await noted([a], "read", "failed");
	await noted([a], "shell");
	assert.deepEqual(await warned(a), ["warning.changedSinceRead"]);
	rmSync(a);
	assert.deepEqual(await warned(a), ["warning.goneSinceRead"]);
	assert.deepEqual(await warned(join(ws, "moved"), { from: a }), ["warning.goneSinceRead"]);
});

test("one file by several names is one file", async (t) => {
	const { ws, noted, warned } = ground(t);
	mkdirSync(join(ws, "d"));
	writeFileSync(join(ws, "d", "a"), "1");
	symlinkSync(join(ws, "d"), join(ws, "l"));
	symlinkSync(join(ws, "d", "a"), join(ws, "f"));
	await noted([join(ws, "l", "a")]);
	writeFileSync(join(ws, "d", "a"), "22");
	assert.deepEqual(await warned(join(ws, "d", "a")), ["warning.changedSinceRead"]);
	assert.deepEqual(await warned(join(ws, "f")), ["warning.changedSinceRead"]);
	await noted([join(ws, "none"), join(ws, "d"), "/proc/self/mem\0"]);
	assert.deepEqual(await warned(join(ws, "d")), []);
});

test("the oldest are forgotten: files of a session, and sessions", async (t) => {
	const { ws, noted, warned } = ground(t);
	const file = (name: string) => join(ws, name);
	writeFileSync(file("first"), "1");
	await noted([file("first")]);
	await noted([file("first")], "read", "done", "old");
	assert.deepEqual(await warned(file("first")), []);
	for (let at = 0; at < 500; at += 1) {
		writeFileSync(file(`f${at}`), "1");
		await noted([file(`f${at}`)]);
	}
	for (let at = 0; at < 200; at += 1) await noted([file("first")], "read", "done", `s${at}`);
	writeFileSync(file("first"), "22");
	writeFileSync(file("f499"), "22");
	assert.deepEqual(await warned(file("first"), {}, "old"), []);
	assert.deepEqual(await warned(file("first"), {}, "s199"), ["warning.changedSinceRead"]);
});

test("changes in an editor that are not saved are warned of, by every name of the file", async (t) => {
	const open = new Set<string>();
	const { ws, warned } = ground(t, (path) => open.has(path));
	const a = join(ws, "a");
	assert.deepEqual(await warned(a), []);
	open.add(a);
	assert.deepEqual(await warned(a), ["warning.unsaved"]);
	assert.deepEqual(await warned(join(ws, "link"), { target: a }), ["warning.unsaved"]);
	assert.deepEqual(await warned(join(ws, "new"), { from: a }), ["warning.unsaved"]);
});

test("in a gate: what was read and then changed is warned of on the card of the edit", async (t) => {
	const place = gatePlace(t);
	const gate = await testGate(t, {}, place);
	const file = join(place.folder, "notes.txt");
	writeFileSync(file, "one\n");
	await (
		await gate.call("PostToolUse-Bash", {
			toolUseId: "r1",
			members: { tool_name: "Read", tool_input: { file_path: file }, tool_response: { type: "text" } },
		})
	).reply();
	writeFileSync(file, "one and more\n");
	await gate.call("PreToolUse-Bash", {
		toolUseId: "e1",
		members: { tool_name: "Edit", tool_input: { file_path: file, old_string: "one", new_string: "two" } },
	});
	const card = await gate.card();
	assert.deepEqual(
		card.files.map(({ warnings }) => warnings?.map(({ code }) => code)),
		[["warning.changedSinceRead"]],
	);
});
