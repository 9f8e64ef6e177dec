// Connects Claude Code: the change of its settings is on screen before anything is written.
import { homedir } from "node:os";
import { basename } from "node:path";
import * as vscode from "vscode";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { say, text } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

/** Shows the plan, asks, writes. Connecting only tightens, so a command may start it. */
export async function connectClaudeCode(
	host: GateHost,
	documents: TextDocuments,
	output: vscode.LogOutputChannel,
): Promise<void> {
	try {
		await host.installHook();
		const { applyPlan, planInstall } = await import("./core.ts");
		const plan = await planInstall({
			scope: "user",
			home: gatepostHome(),
			userHome: homedir(),
			env: { CLAUDE_CONFIG_DIR: process.env.CLAUDE_CONFIG_DIR },
		});
		const [problem] = plan.problems;
		if (problem !== undefined) throw new Error(text(problem));
		if (!plan.changed) {
			void vscode.window.showInformationMessage(say("editor.connectedAlready"));
			return;
		}
		const name = basename(plan.file);
		await documents.diff(name, plan.before ?? "", plan.after ?? "", say("editor.connectPreview"));
		const yes = say("editor.connectDo");
		const notes = plan.notes.map((note) => text(note));
		const detail = [say("editor.connectDetail", { file: plan.file }), ...notes].join("\n");
		const answer = await vscode.window.showInformationMessage(say("editor.connectAsk"), { modal: true, detail }, yes);
		await documents.close(name);
		if (answer !== yes) return;
		await applyPlan(plan);
		await host.recordInstalled("claude-code", plan.file);
		void vscode.window.showInformationMessage(say("editor.connected"));
	} catch (error) {
		const detail = error instanceof Error ? error.message : String(error);
		output.error(detail);
		void vscode.window.showErrorMessage(say("editor.connectFailed", { detail }));
	}
}
