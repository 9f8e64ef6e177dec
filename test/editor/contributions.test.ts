// What the editor itself knows about Gatepost from its package.json.
import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import * as vscode from "vscode";
import { until } from "../support/until.ts";
import { extension, folder } from "./stage.ts";

type Properties = Record<string, { scope: string; default: unknown }>;

const properties = (): Properties => extension().packageJSON.contributes.configuration.properties;

describe("what Gatepost contributes", () => {
	it("has a text for every key of its package.json", () => {
		assert.deepEqual(JSON.stringify(extension().packageJSON).match(/"%[^"%]+%"/g), null);
		assert.match(extension().packageJSON.description, /^Between you, your agent and the gatepost/);
	});

	it("asks for no proposed API and no way in for links", () => {
		const { enabledApiProposals, activationEvents, api, contributes } = extension().packageJSON;
		assert.equal(enabledApiProposals, undefined);
		assert.equal(api, "none");
		assert.deepEqual(activationEvents, ["onStartupFinished"]);
		for (const door of ["chatParticipants", "languageModelTools", "mcpServerDefinitionProviders", "authentication"]) {
			assert.equal(contributes[door], undefined, door);
		}
	});

	it("works in restricted mode and on real files only", () => {
		const { untrustedWorkspaces, virtualWorkspaces } = extension().packageJSON.capabilities;
		assert.equal(untrustedWorkspaces.supported, "limited");
		assert.equal(virtualWorkspaces.supported, false);
	});

	it("registers every command it contributes", async () => {
		const registered = await vscode.commands.getCommands(true);
		for (const { command } of extension().packageJSON.contributes.commands) {
			assert(registered.includes(command), `${command} is contributed and not registered`);
		}
	});
});

describe("Gatepost's settings", () => {
	it("all have a scope that no folder can reach", () => {
		assert(Object.keys(properties()).length > 0);
		for (const [name, { scope }] of Object.entries(properties())) {
			assert(scope === "machine" || scope === "application", `${name} has scope ${scope}`);
		}
	});

	it("cannot be written into a workspace or a folder", async () => {
		const [first] = vscode.workspace.workspaceFolders ?? [];
		const settings = vscode.workspace.getConfiguration(undefined, first?.uri ?? null);
		for (const [name, { default: value }] of Object.entries(properties())) {
			for (const target of [vscode.ConfigurationTarget.Workspace, vscode.ConfigurationTarget.WorkspaceFolder]) {
				await assert.rejects(async () => settings.update(name, value, target), /Unable to write/, name);
			}
		}
	});

	it("are not taken from a folder's own settings file", async () => {
		const dir = join(folder(0), ".vscode");
		await mkdir(dir);
		try {
			const wanted = { "gatepost.claudeCode.prompt": "both", "gatepost.answerWithinMinutes": 1, "editor.tabSize": 7 };
			await writeFile(join(dir, "settings.json"), JSON.stringify(wanted));
			const [first] = vscode.workspace.workspaceFolders ?? [];
			const settings = () => vscode.workspace.getConfiguration(undefined, first?.uri ?? null);
			await until("the file is read", () => settings().get("editor.tabSize") === 7);
			assert.equal(settings().get("gatepost.claudeCode.prompt"), "gatepost");
			assert.equal(settings().get("gatepost.answerWithinMinutes"), 30);
		} finally {
			await rm(dir, { recursive: true });
		}
	});
});
