import assert from "node:assert/strict";
import * as vscode from "vscode";

describe("the editor these tests run in", () => {
	it("is the VS Code release that was asked for", () => {
		const [major, minor] = vscode.version.split(".").map(Number);
		assert(major === 1 && Number(minor) >= 105, `VS Code ${vscode.version}`);
		const wanted = process.env.GATEPOST_TEST_VSCODE;
		if (wanted) assert.equal(vscode.version, wanted);
	});

	it("runs extensions on a Node that Gatepost supports", () => {
		const major = Number(/^v(\d+)\./.exec(process.version)?.[1]);
		assert(major >= 20, `extension host on Node ${process.version}`);
	});

	it("has two folders open and a home of its own", () => {
		assert.equal(vscode.workspace.workspaceFolders?.length, 2);
		assert.equal(process.env.HOME?.startsWith(process.env.GATEPOST_TEST_PRIVATE ?? "unset"), true);
	});
});
