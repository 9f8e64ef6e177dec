// The audit log is verified by a command, and what is wrong with it opens as a document.
import { basename } from "node:path";
import * as vscode from "vscode";
import { comparing } from "./auditIntegrity.ts";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { say } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

/** Recomputes the chain of a folder's log and says what was found. */
export async function verifyLog(host: GateHost, documents: TextDocuments): Promise<void> {
	const folder = await chooseFolder(host);
	if (folder === undefined) return;
	const { workspaceId, workspacePaths } = await import("./core.ts");
	const { dir } = workspacePaths(gatepostHome(), workspaceId(folder));
	const verify = comparing({ ownKey: async () => undefined, memory: host.remembered });
	const stopped = new AbortController();
	const where = { location: vscode.ProgressLocation.Notification, cancellable: true };
	const result = await vscode.window.withProgress(
		{ ...where, title: say("editor.verifyTitle") },
		async (progress, token) => {
			token.onCancellationRequested(() => stopped.abort());
			let before = 0;
			const onProgress = (done: number, total: number) => {
				const percent = total === 0 ? 0 : Math.min(100, Math.floor((100 * done) / total));
				if (percent > before) progress.report({ increment: percent - before });
				before = Math.max(before, percent);
			};
			try {
				return await verify(dir, { signal: stopped.signal, onProgress });
			} catch (error) {
				if (stopped.signal.aborted) return undefined;
				throw error;
			}
		},
	);
	if (result === undefined) {
		void vscode.window.showInformationMessage(say("auditHost.verifyCancelled"));
		return;
	}
	if (result.ok) {
		const { entries, segments } = result;
		void vscode.window.showInformationMessage(say("editor.verifyGood", { entries, segments }));
		return;
	}
	const lines = result.problems.map(
		({ kind, segment, line, detail }) => `${kind}: ${segment}:${line ?? "-"}: ${detail}`,
	);
	const details = say("editor.showDetails");
	const found = say("editor.verifyBad", { count: lines.length, first: lines[0] ?? "" });
	const pressed = await vscode.window.showErrorMessage(found, details);
	if (pressed === details) await documents.show(`${basename(folder)}.verify.txt`, `${lines.join("\n")}\n`);
}

/** The folder whose log is meant; asks when several are open. */
async function chooseFolder(host: GateHost): Promise<string | undefined> {
	const folders = host.open?.folders() ?? [];
	if (folders.length === 0) {
		void vscode.window.showInformationMessage(say("editor.noFolder"));
		return undefined;
	}
	return folders.length === 1 ? folders[0] : vscode.window.showQuickPick([...folders]);
}
