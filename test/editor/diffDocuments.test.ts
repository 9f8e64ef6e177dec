import assert from "node:assert/strict";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { isUnsaved } from "../../src/editor/unsaved.ts";
import { callHook, type HookCall, writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import { folder, held, home, side, tabs, tabsOf, waiting } from "./stage.ts";

const BOM = "\uFEFF";

async function bytes(uri: vscode.Uri): Promise<Buffer> {
	return Buffer.from(await vscode.workspace.fs.readFile(uri));
}

describe("the two sides of a proposed change", () => {
	const calls: HookCall[] = [];
	let dir = "";

	const autoSave = (value: string | undefined) =>
		vscode.workspace.getConfiguration("files").update("autoSave", value, vscode.ConfigurationTarget.Global);

	before(async () => {
		// An editor in a browser saves by itself after a second, which is sooner than a card comes on a slow machine.
		await autoSave("off");
		dir = join(folder(0), "sides");
		await mkdir(dir);
	});
	after(() => autoSave(undefined));
	afterEach(async () => {
		await Promise.all(calls.splice(0).map((call) => call.kill("SIGKILL")));
		await until("no card is left", async () => (await waiting()) === 0);
	});

	/** A held Write over a file with these bytes; undefined: over none. */
	async function proposed(name: string, before: string | Buffer | undefined, content: string) {
		const path = join(dir, name);
		if (before !== undefined) await writeFile(path, before);
		const call = writeCall(home, dir, name, content);
		calls.push(call);
		const request = await held(call, folder(0));
		return { call, request, path, before: side(request, "before", path), after: side(request, "after", path) };
	}

	const cases: Record<string, [string | Buffer | undefined, string, Buffer?]> = {
		"line ends of both kinds": ["one\r\ntwo\nthree\r", "one\ntwo\r\nthree\r"],
		"a byte order mark": [`${BOM}one\n`, `${BOM}${BOM}two\n`],
		"no line break at the end": ["one\ntwo", "one"],
		"characters of every length, and invisible ones": ["a\u200b\n", "ä€😀\u202e\u2066\u0000\n"],
		"a new file": [undefined, "one\n"],
		"an empty file": ["one\n", ""],
		"files so large that a thread works them out": ["a line\n".repeat(40_000), "another line, ä\n".repeat(40_000)],
		// The agent takes a file for text by its first 8,000 bytes; from there on anything may follow.
		"a file that is not text": [Buffer.from(`${"a".repeat(8000)}\u0000\u0001\n`), "text now\n"],
		"a file in UTF-16": [Buffer.from(`${BOM}one\n`, "utf16le"), "two\n", Buffer.from(`${BOM}two\n`, "utf16le")],
	};
	for (const [title, [before, content, after = Buffer.from(content)]] of Object.entries(cases)) {
		it(`are served byte by byte: ${title}`, async () => {
			const sides = await proposed(`${title.replaceAll(/\W/g, "")}.txt`, before, content);
			assert.deepEqual(await bytes(sides.before), Buffer.from(before ?? ""));
			assert.deepEqual(await bytes(sides.after), after);
			const { size, type, permissions } = await vscode.workspace.fs.stat(sides.after);
			assert.equal(size, after.length);
			assert.equal(type, vscode.FileType.File);
			assert.equal(permissions, vscode.FilePermission.Readonly);
		});
	}

	it("are the file on disk, never an editor's unsaved text", async () => {
		const path = join(dir, "unsaved.txt");
		await writeFile(path, "saved\n");
		const editor = await vscode.window.showTextDocument(vscode.Uri.file(path));
		await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "unsaved "));
		assert(editor.document.isDirty);
		const sides = await proposed("unsaved.txt", undefined, "new\n");
		assert.equal(String(await bytes(sides.before)), "saved\n");
		// Of which the card warns.
		assert(isUnsaved(path));
		assert(!isUnsaved(join(dir, "edit.txt")));
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	it("are known to differ from an editor's text as well where that has the file open through a link", async () => {
		const path = join(dir, "linked.txt");
		await writeFile(path, "saved\n");
		await symlink(dir, join(folder(0), "link"));
		const link = join(folder(0), "link", "linked.txt");
		const editor = await vscode.window.showTextDocument(vscode.Uri.file(link));
		assert.deepEqual([isUnsaved(path), isUnsaved(link)], [false, false]);
		await editor.edit((edit) => edit.insert(new vscode.Position(0, 0), "unsaved "));
		// What is known is known for one turn of the loop.
		await new Promise(setImmediate);
		assert.deepEqual([isUnsaved(path), isUnsaved(link)], [true, true]);
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	it("are known to differ from a notebook that is not saved", async () => {
		const path = join(dir, "notes.ipynb");
		await writeFile(path, JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 }));
		const notebook = await vscode.workspace.openNotebookDocument(vscode.Uri.file(path));
		await vscode.window.showNotebookDocument(notebook);
		assert(!isUnsaved(path));
		const edit = new vscode.WorkspaceEdit();
		const cell = new vscode.NotebookCellData(vscode.NotebookCellKind.Code, "1", "python");
		edit.set(notebook.uri, [vscode.NotebookEdit.insertCells(0, [cell])]);
		assert(await vscode.workspace.applyEdit(edit));
		await until("the notebook is not saved", () => notebook.isDirty);
		await new Promise(setImmediate);
		assert(isUnsaved(path));
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	it("are those of an Edit as the agent would apply it", async () => {
		const path = join(dir, "edit.txt");
		await writeFile(path, "one\r\ntwo\r\n");
		const tool_input = { file_path: path, old_string: "two", new_string: "2", replace_all: false };
		const call = callHook({ home, folder: dir, payload: "PreToolUse-Edit", members: { tool_input } });
		calls.push(call);
		const request = await held(call, folder(0));
		assert.equal(String(await bytes(side(request, "after", path))), "one\r\n2\r\n");
	});

	it("cannot be written, deleted, renamed, or given a folder, by anybody", async () => {
		const sides = await proposed("fixed.txt", "one\n", "two\n");
		const elsewhere = sides.after.with({ path: `${sides.after.path}.moved` });
		const { fs } = vscode.workspace;
		const attempts: Record<string, () => Thenable<unknown>> = {
			write: () => fs.writeFile(sides.after, Buffer.from("evil\n")),
			"write a new one": () => fs.writeFile(elsewhere, Buffer.from("evil\n")),
			delete: () => fs.delete(sides.after),
			rename: () => fs.rename(sides.after, elsewhere),
			"copy over it": () => fs.copy(sides.before, sides.after, { overwrite: true }),
			"make a folder": () => fs.createDirectory(elsewhere),
		};
		for (const [what, attempt] of Object.entries(attempts)) {
			await assert.rejects(async () => attempt(), { code: "NoPermissions" }, what);
		}
		const edit = new vscode.WorkspaceEdit();
		edit.insert(sides.after, new vscode.Position(0, 0), "evil ");
		const editor = await vscode.window.showTextDocument(sides.after);
		await vscode.workspace.applyEdit(edit).then(undefined, () => false);
		assert.equal(await editor.document.save(), false);
		assert.equal(String(await bytes(sides.after)), "two\n");
		await vscode.commands.executeCommand("workbench.action.revertAndCloseActiveEditor");
	});

	it("have no side to edit unless a person opened one in the Requests view, whatever editor commands do", async () => {
		const { request, path, after } = await proposed("unopened.txt", "one\n", "two\n");
		const editable = vscode.Uri.from({ scheme: "gatepost-edit", path: `/${request}/0${path}` });
		const { fs } = vscode.workspace;
		await assert.rejects(async () => fs.readFile(editable), { code: "FileNotFound" });
		await assert.rejects(async () => fs.stat(editable), { code: "FileNotFound" });
		// What a person reads whose request ended before they saved.
		await assert.rejects(async () => fs.writeFile(editable, Buffer.from("evil\n")), /This request is over/);
		await assert.rejects(async () => fs.copy(after, editable, { overwrite: true }));
		const edit = new vscode.WorkspaceEdit();
		edit.createFile(editable, { overwrite: true, contents: Buffer.from("evil\n") });
		assert.equal(await vscode.workspace.applyEdit(edit).then(undefined, () => false), false);
		assert.equal(String(await bytes(after)), "two\n");
	});

	it("show nothing but the files of a waiting request", async () => {
		const sides = await proposed("only.txt", "one\n", "two\n");
		const { request, path } = sides;
		const nowhere = "00000000-0000-4000-8000-000000000000";
		const others = [
			side(request, "after", "/etc/passwd"),
			side(request, "after", `${path}/../../../../etc/passwd`),
			side(request, "beside", path),
			side(nowhere, "after", path),
			side(`${request}/${request}`, "after", path),
			side("", "after", path),
			sides.after.with({ query: request }),
			sides.after.with({ query: "" }),
			sides.after.with({ path: "/" }),
		];
		for (const uri of others) {
			await assert.rejects(async () => vscode.workspace.fs.readFile(uri), { code: "FileNotFound" }, uri.toString());
		}
	});

	it("are gone when the request is settled, and their tabs are closed", async () => {
		const sides = await proposed("over.txt", "one\n", "two\n");
		await vscode.commands.executeCommand("vscode.diff", sides.before, sides.after, "over.txt");
		await until("the diff is open", () => tabsOf("gatepost").length === 1);
		await sides.call.kill();
		await until("the tab is closed", () => tabsOf("gatepost").length === 0);
		for (const uri of [sides.before, sides.after]) {
			await assert.rejects(async () => vscode.workspace.fs.readFile(uri), { code: "FileNotFound" });
			await assert.rejects(async () => vscode.workspace.fs.stat(uri), { code: "FileNotFound" });
		}
	});

	it("are closed as well in the editor of all files", async () => {
		const sides = await proposed("all.txt", "one\n", "two\n");
		const label = vscode.Uri.file(sides.path);
		await vscode.commands.executeCommand("vscode.changes", "All", [[label, sides.before, sides.after]]);
		const open = () => tabs().find((tab) => tab.label.startsWith("All"));
		await until("it is open", () => open() !== undefined);
		const tab = open();
		assert(tab);
		assert.equal(tab.label, "All (1 file)");
		const { textDiffs } = tab.input as { textDiffs: vscode.TabInputTextDiff[] };
		assert.deepEqual(
			textDiffs.map(({ modified }) => modified.toString()),
			[sides.after.toString()],
		);
		await sides.call.kill();
		await until("it is closed", () => open() === undefined);
	});

	it("are closed as well when the tab comes after the end of the request", async () => {
		const sides = await proposed("late.txt", "one\n", "two\n");
		await sides.call.kill();
		await until("the card is retracted", async () => (await waiting()) === 0);
		const opened = new Promise((resolve) => vscode.window.tabGroups.onDidChangeTabs(resolve));
		await vscode.commands.executeCommand("vscode.diff", sides.before, sides.after, "late.txt");
		await opened;
		await until("the tab is closed", () => tabsOf("gatepost").length === 0);
	});

	it("stay open for the requests that still wait", async () => {
		const first = await proposed("first.txt", "one\n", "two\n");
		const second = await proposed("second.txt", "one\n", "two\n");
		for (const { before, after } of [first, second]) {
			await vscode.commands.executeCommand("vscode.diff", before, after, "diff", { preview: false });
		}
		await until("both are open", () => tabsOf("gatepost").length === 2);
		await first.call.kill();
		await until("one is closed", () => tabsOf("gatepost").length === 1);
		assert.equal(String(await bytes(second.after)), "two\n");
		await second.call.kill();
		await until("the other is closed", () => tabsOf("gatepost").length === 0);
	});
});
