// The audit log as a panel of the editor.
import assert from "node:assert/strict";
import * as vscode from "vscode";
import { until } from "../support/until.ts";
import { tabs } from "./stage.ts";

function panels(): vscode.Tab[] {
	return tabs().filter(
		({ input }) => input instanceof vscode.TabInputWebview && input.viewType.endsWith("gatepost.auditLog"),
	);
}

describe("the audit panel", function () {
	this.timeout(60_000);
	afterEach(async () => {
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
	});

	it("opens by its command, once in a window, whatever the command is given", async () => {
		for (const given of [[], ["nobody"], [{ key: "nobody" }], [null], [{ folder: "/etc", session: "x" }]]) {
			await vscode.commands.executeCommand("gatepost.openAuditLog", ...given);
		}
		await until("the panel is there", () => panels().length > 0);
		assert.equal(panels().length, 1);
		assert.equal(panels()[0]?.label, "Gatepost Audit Log");
		assert(panels()[0]?.isActive);
	});

	it("comes to the front again", async () => {
		await vscode.commands.executeCommand("gatepost.openAuditLog");
		await vscode.commands.executeCommand("workbench.action.files.newUntitledFile");
		await until("another tab is in front", () => panels()[0]?.isActive === false);
		await vscode.commands.executeCommand("gatepost.openAuditLog");
		await until("the panel is in front", () => panels()[0]?.isActive === true);
		assert.equal(panels().length, 1);
	});

	it("opens anew after it was closed", async () => {
		for (let time = 0; time < 2; time++) {
			await vscode.commands.executeCommand("gatepost.openAuditLog");
			await until("the panel is there", () => panels().length === 1);
			await vscode.commands.executeCommand("workbench.action.closeAllEditors");
			await until("the panel is closed", () => panels().length === 0);
		}
	});
});
