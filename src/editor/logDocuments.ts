// The audit log inside the editor: shown as a read-only document, and verified. The panel with filters comes later.
import { basename } from "node:path";
import * as vscode from "vscode";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { say } from "./text.ts";
import type { TextDocuments } from "./textDocuments.ts";

/** A document of the editor gets no larger; the end of the log is what is shown then. Characters. */
const MAX_TEXT = 5_000_000;

/** Shows the entries of a folder's log as they stand now. */
export async function showLog(host: GateHost, documents: TextDocuments): Promise<void> {
	const folder = await chooseFolder(host);
	if (folder === undefined) return;
	const { logList } = await import("./core.ts");
	let text = "";
	let trouble = "";
	const collect = (part: string) => {
		text = text.length > MAX_TEXT ? text.slice(-MAX_TEXT / 2) + part : text + part;
	};
	const err = (part: string) => {
		trouble += part;
	};
	const code = await logList({ home: gatepostHome(), folder, json: false, out: collect, err });
	if (code !== 0) throw new Error(trouble.trim());
	await documents.show(`${basename(folder)}.audit.log`, text);
}

/** Recomputes the chain of a folder's log and says what was found. */
export async function verifyLog(host: GateHost, documents: TextDocuments): Promise<void> {
	const folder = await chooseFolder(host);
	if (folder === undefined) return;
	const location = vscode.ProgressLocation.Notification;
	const { verifyFolder } = await import("./core.ts");
	const result = await vscode.window.withProgress({ location, title: say("editor.verifyTitle") }, () =>
		verifyFolder(gatepostHome(), folder),
	);
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
