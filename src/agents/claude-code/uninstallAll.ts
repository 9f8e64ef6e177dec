// Run when an editor has removed Gatepost (`vscode:uninstall`): takes our entries out of every settings file of this home,
// unless another editor still uses it. An agent could start this too, so it does nothing while Gatepost is installed.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { RegistryEntry } from "../../protocol/hook.ts";
import type { Message } from "../../protocol/messages.ts";
import { forgetEditor, installedVersions, readEditors } from "./editors.ts";
import { applyPlan, type InstallOptions, planUninstall } from "./install.ts";
import { readRecords } from "./installRecord.ts";
import { isAlive } from "./running.ts";
import { SettingsError } from "./settingsEdit.ts";
import { readPlain, SettingsFileError } from "./settingsFile.ts";

export interface UninstallAllOptions {
	home: string;
	userHome: string;
	env?: { CLAUDE_CONFIG_DIR?: string | undefined };
	/** The folder of the editor's extensions from which Gatepost was removed. */
	extensionsDir: string;
}

export interface UninstallAllResult {
	/** Why nothing was done: Gatepost is still installed there (an update), or another editor, or its gate, uses the home. */
	kept: "installed" | "other-editor" | "open-gate" | undefined;
	/** Settings files that were changed. */
	changed: string[];
	/** Files that could not be changed, and why. Our entries are still in them. */
	failed: { file: string; problem: Message }[];
}

/** Disconnects Claude Code everywhere. Never throws for one file's sake. */
export async function uninstallAll(options: UninstallAllOptions): Promise<UninstallAllResult> {
	const { home, userHome, extensionsDir } = options;
	const result: UninstallAllResult = { kept: await stillUsed(home, extensionsDir), changed: [], failed: [] };
	if (result.kept === "installed") return result;
	if (result.kept === undefined) {
		const env = options.env ?? {};
		const records = await readRecords(home);
		const targets: InstallOptions[] = [
			...records.map(({ scope, file }) => ({ scope, file, home, userHome })),
			{ scope: "user", home, userHome, env },
		];
		for (const target of targets) await uninstall(target, result);
	}
	await forgetEditor(home, extensionsDir);
	return result;
}

async function uninstall(options: InstallOptions, result: UninstallAllResult): Promise<void> {
	const plan = await planUninstall(options);
	const { file } = plan;
	try {
		await applyPlan(plan);
		if (plan.changed) result.changed.push(file);
	} catch (error) {
		if (!(error instanceof SettingsError || error instanceof SettingsFileError)) throw error;
		// The user's file is looked at by its record and by its usual name.
		if (!result.failed.some((one) => one.file === file)) result.failed.push({ file, problem: error.detail });
	}
}

async function stillUsed(home: string, extensionsDir: string): Promise<UninstallAllResult["kept"]> {
	if ((await installedVersions(extensionsDir)).length > 0) return "installed";
	const editors = await readEditors(home);
	for (const editor of editors) {
		if (editor.extensionsDir === extensionsDir) continue;
		if ((await installedVersions(editor.extensionsDir)).length > 0) return "other-editor";
	}
	// The note of editors may be damaged or not written yet: whoever is gated now must not be ungated in silence.
	const product = editors.find((editor) => editor.extensionsDir === extensionsDir)?.product;
	return (await gateOfOthers(home, product)) ? "open-gate" : undefined;
}

/** A gate of another editor that is open now. One of `serve` is no editor's. */
async function gateOfOthers(home: string, product: string | undefined): Promise<boolean> {
	const dir = join(home, "gates");
	for (const name of await readdir(dir).catch((): string[] => [])) {
		if (!name.endsWith(".json")) continue;
		try {
			const { pid, editor, state } = RegistryEntry.parse(JSON.parse((await readPlain(join(dir, name))) ?? ""));
			if (state === "open" && editor !== "serve" && editor !== product && isAlive(pid)) return true;
		} catch {
			// Half written or not an entry: no gate is behind it.
		}
	}
	return false;
}
