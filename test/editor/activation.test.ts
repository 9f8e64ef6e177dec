import assert from "node:assert/strict";
import { existsSync, readFileSync, statSync } from "node:fs";
import inspector from "node:inspector";
import { join } from "node:path";
import * as vscode from "vscode";
import { until } from "../support/until.ts";
import { extension, folder, gate, gatepost, home, setNotifying } from "./stage.ts";

const launcher = join(gatepost, "bin/gatepost-hook");
const hook = join(gatepost, "bin/hook.cjs");

function mode(path: string): string {
	return (statSync(path).mode & 0o777).toString(8);
}

// Before all tests of all files. There is one notification a minute, and answersNothing.test.ts needs it.
before(async () => {
	await setNotifying(false);
	await gate();
	await until("the launcher is installed", () => existsSync(launcher) && existsSync(hook));
});

describe("Gatepost in the editor", () => {
	it("starts by itself and gives other extensions nothing", async () => {
		await until("Gatepost is active", () => extension().isActive);
		assert.equal(extension().exports, undefined);
		assert.equal(await extension().activate(), undefined);
	});

	it("runs from its bundle, so these tests see what is shipped", () => {
		assert.equal(extension().packageJSON.main, "./dist/extension.cjs");
		assert.equal(extension().extensionKind, vscode.ExtensionKind.Workspace);
	});

	it("opens a gate for every folder of the window, found through the registry", async () => {
		const { entry } = await gate();
		assert.deepEqual(entry.folders, [folder(0), folder(1)]);
		assert.equal(entry.pid, process.pid);
		assert.equal(entry.editor, vscode.env.appName);
		assert.equal(entry.state, "open");
	});

	it("keeps the registry, its token and the keys from other users", async () => {
		const { file } = await gate();
		assert.equal(mode(file), "600");
		for (const dir of ["", "gates", "keys", "bin", "workspaces"]) assert.equal(mode(join(gatepost, dir)), "700", dir);
	});

	it("installs the hook and its launcher at the place that agents' settings name", () => {
		assert.equal(mode(launcher), "700");
		assert.equal(mode(hook), "600");
		const text = readFileSync(launcher, "utf8");
		assert(text.includes(`--home '${gatepost}'`), text);
		assert(text.includes(`# gatepost-hook ${extension().packageJSON.version} `), text);
		const shipped = join(extension().extensionPath, "dist/hook.cjs");
		assert(readFileSync(hook).equals(readFileSync(shipped)));
	});

	it("changes no agent's settings by itself", () => {
		assert.equal(statSync(join(home, ".claude/settings.json"), { throwIfNoEntry: false }), undefined);
	});

	it("opens no inspector at SIGUSR1, through which anybody could answer", async () => {
		assert(process.listenerCount("SIGUSR1") > 0, "nobody listens, so Node would open its inspector");
		process.kill(process.pid, "SIGUSR1");
		// A round trip through the editor, so that the signal had its turn.
		await vscode.commands.getCommands(true);
		assert.equal(inspector.url(), undefined);
	});
});
