// The audit log inside the editor: shown as a read-only document, and verified. The panel with filters comes later.

import { basename } from "node:path";
import * as vscode from "vscode";
import type { GateHost } from "./gateHost.ts";
import { gatepostHome } from "./gateHost.ts";
import { say } from "./text.ts";

const SCHEME = "gatepost-log";

export class LogDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
	readonly #host: GateHost;
	readonly #registration: vscode.Disposable;
	readonly #contents = new Map<string, string>();

	constructor(host: GateHost) {
		this.#host = host;
		this.#registration = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
	}

	provideTextDocumentContent(uri: vscode.Uri): string {
		return this.#contents.get(uri.path) ?? "";
	}

	/** Shows the entries of a folder's log as they stand now. */
	async show(): Promise<void> {
		const folder = await this.#folder();
		if (folder === undefined) return;
		const { logList } = await import("../bin/log.ts");
		let text = "";
		await logList({ home: gatepostHome(), folder, json: false, out: (part) => (text += part) });
		await this.#open(`/${basename(folder)}.audit.log`, text);
	}

	/** Recomputes the chain of a folder's log and says what was found. */
	async verify(): Promise<void> {
		const folder = await this.#folder();
		if (folder === undefined) return;
		const location = vscode.ProgressLocation.Notification;
		const { verifyFolder } = await import("../bin/log.ts");
		const result = await vscode.window.withProgress({ location, title: say("editor.verifyTitle") }, () =>
			verifyFolder(gatepostHome(), folder),
		);
		if (result.ok) {
			const { entries, segments } = result;
			void vscode.window.showInformationMessage(say("editor.verifyGood", { entries, segments }));
			return;
		}
		const lines = result.problems.map(
			(p) => `${p.kind}: ${p.segment}${p.line === undefined ? "" : `:${p.line}`}: ${p.detail}`,
		);
		const details = say("editor.showDetails");
		const first = lines[0] ?? "";
		const pressed = await vscode.window.showErrorMessage(
			say("editor.verifyBad", { count: lines.length, first }),
			details,
		);
		if (pressed === details) await this.#open(`/${basename(folder)}.verify.txt`, `${lines.join("\n")}\n`);
	}

	dispose(): void {
		this.#registration.dispose();
	}

	async #open(path: string, text: string): Promise<void> {
		this.#contents.set(path, text);
		const uri = vscode.Uri.from({ scheme: SCHEME, path, query: String(Date.now()) });
		await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(uri), { preview: true });
	}

	/** The folder whose log is meant; asks when several are open. */
	async #folder(): Promise<string | undefined> {
		const folders = this.#host.open?.folders() ?? [];
		if (folders.length === 0) {
			void vscode.window.showInformationMessage(say("editor.noFolder"));
			return undefined;
		}
		return folders.length === 1 ? folders[0] : vscode.window.showQuickPick([...folders]);
	}
}
