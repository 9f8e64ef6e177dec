import assert from "node:assert/strict";
import { mkdir, realpath, symlink } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import { folder, gate, held, home, waiting } from "./stage.ts";

/** Adds or removes behind the folders that are open: a change of the first one would restart the extension host. */
async function change(remove: number, ...add: string[]): Promise<void> {
	const done = new Promise((resolve) => vscode.workspace.onDidChangeWorkspaceFolders(resolve));
	const uris = add.map((path) => ({ uri: vscode.Uri.file(path) }));
	assert(vscode.workspace.updateWorkspaceFolders(2, remove, ...uris), "the editor refused the change");
	await done;
}

describe("the folders of a window", () => {
	let added = "";

	before(async () => {
		// Opened through a link, as people do: hooks and journals go by the real path.
		await mkdir(join(home, "added-real"));
		await symlink(join(home, "added-real"), join(home, "added"));
		added = await realpath(join(home, "added-real"));
	});

	it("are served from the moment one is added, also through a link", async () => {
		const before = (await gate()).entry;
		await change(0, join(home, "added"));
		await until("the registry names the folder", async () => (await gate()).entry.folders.includes(added));
		const now = (await gate()).entry;
		assert.deepEqual(now.folders, [folder(0), folder(1), added]);
		assert.equal(now.id, before.id, "the gate is the same one, so nobody who waits is disturbed");

		const call = writeCall(home, join(home, "added"), "a.txt", "one\n");
		await held(call, added);
		assert.equal(await waiting(), 1);
		await call.kill();
		await until("no card is left", async () => (await waiting()) === 0);
	});

	it("are no longer served once one is removed; the others wait on", async () => {
		const other = writeCall(home, folder(1), "b.txt", "one\n");
		await held(other, folder(1));
		await change(1);
		await until("the registry has forgotten it", async () => !(await gate()).entry.folders.includes(added));
		const { exit, stderr } = await writeCall(home, added, "a.txt", "one\n").ended;
		assert.equal(exit, 2);
		assert(stderr.includes(added), stderr);
		assert(other.isWaiting());
		assert.equal(await waiting(), 1);
		await other.kill();
		await until("no card is left", async () => (await waiting()) === 0);
	});
});
