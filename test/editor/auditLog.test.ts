import assert from "node:assert/strict";
import { readdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { logDir } from "../../src/bin/log.ts";
import { writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import { folder, gatepost, held, home, log, tabsOf, waiting } from "./stage.ts";

/** Picks the n-th entry of the quick pick that this command opens. */
async function runAndPick(command: string, row: number): Promise<void> {
	const ended = vscode.commands.executeCommand(command);
	let over = false;
	const stop = () => {
		over = true;
	};
	ended.then(stop, stop);
	// The list has to be there before it can be moved in: the first row is chosen until then.
	for (let i = 0; i < row; i++) await vscode.commands.executeCommand("workbench.action.quickOpenSelectNext");
	await until("the folder is picked", async () => {
		await vscode.commands.executeCommand("workbench.action.acceptSelectedQuickOpenItem");
		return over;
	});
	await ended;
}

/** Presses the first button of the notification on screen. Taking the focus first would close a quick pick. */
async function pressNotification(): Promise<void> {
	await vscode.commands.executeCommand("notification.acceptPrimaryAction");
}

describe("the audit log in the editor", () => {
	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await vscode.commands.executeCommand("notifications.clearAll");
	});

	it("opens as a document that holds each request, and cannot be changed", async () => {
		const call = writeCall(home, folder(0), "logged.txt", "one\n");
		const request = await held(call, folder(0));
		await call.kill();
		await until("no card is left", async () => (await waiting()) === 0);
		await until("it is on record", async () =>
			(await log(folder(0))).some(({ type, body }) => type === "action.withdrawn" && body.request === request),
		);
		await runAndPick("gatepost.showLog", 0);
		const { document } = vscode.window.activeTextEditor ?? assert.fail("no document was opened");
		assert.equal(document.uri.scheme, "gatepost-text");
		assert.equal(basename(document.uri.path), `${basename(folder(0))}.audit.log`);
		const text = document.getText();
		for (const word of ["gate.started", "action.requested", "logged.txt", "action.withdrawn"]) {
			assert(text.includes(word), `${word} is not in the log as shown:\n${text}`);
		}
		const edit = new vscode.WorkspaceEdit();
		edit.insert(document.uri, new vscode.Position(0, 0), "evil");
		await vscode.workspace.applyEdit(edit).then(undefined, () => false);
		assert.equal(await document.save(), false);
	});

	it("is verified without a word of trouble when nothing was altered", async () => {
		await vscode.commands.executeCommand("notifications.clearAll");
		await runAndPick("gatepost.verifyLog", 0);
		// A good result has no button, a bad one has "Show Details", which the next test presses in the same way.
		for (let i = 0; i < 10; i++) await pressNotification();
		assert.deepEqual(tabsOf("gatepost-text"), []);
	});

	it("says what is wrong when a line was altered", async () => {
		const journal = join(logDir(gatepost, folder(0)), "journal");
		const [segment] = (await readdir(journal)).filter((name) => name.endsWith(".jsonl"));
		assert(segment);
		const path = join(journal, segment);
		const kept = join(home, segment);
		// Moved away and back: the gate goes on writing to the same file.
		await rename(path, kept);
		try {
			await writeFile(path, (await readFile(kept, "utf8")).replace("gate.started", "gate.stopped"));
			const verified = runAndPick("gatepost.verifyLog", 0);
			await until(
				"the details are open",
				async () => {
					await pressNotification();
					return tabsOf("gatepost-text").length > 0;
				},
				15_000,
			);
			await verified;
			const { document } = vscode.window.activeTextEditor ?? assert.fail("no document was opened");
			assert.equal(basename(document.uri.path), `${basename(folder(0))}.verify.txt`);
			assert(document.getText().includes(segment), document.getText());
		} finally {
			await rename(kept, path);
		}
	});
});
