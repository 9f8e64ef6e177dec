// Read-only texts of Gatepost's own (the audit log, a settings file before and after) as editor documents.
import * as vscode from "vscode";
import { Disposables } from "./disposables.ts";

const SCHEME = "gatepost-text";
/** Texts kept for open documents, the oldest forgotten first. */
const KEPT = 20;

export class TextDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
	readonly #disposables = new Disposables();
	readonly #texts = new Map<string, string>();
	#count = 0;

	constructor() {
		this.#disposables.push(vscode.workspace.registerTextDocumentContentProvider(SCHEME, this));
	}

	provideTextDocumentContent(uri: vscode.Uri): string {
		return this.#texts.get(uri.toString()) ?? "";
	}

	/** Opens a text under a name. */
	async show(name: string, text: string): Promise<void> {
		await vscode.window.showTextDocument(await vscode.workspace.openTextDocument(this.#keep(name, text)), {
			preview: true,
		});
	}

	/** Opens two texts in the native diff editor. */
	async diff(name: string, before: string, after: string, title: string): Promise<void> {
		const [left, right] = [this.#keep(name, before), this.#keep(name, after)];
		await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: true });
	}

	/** Closes every document of ours with this name. */
	async close(name: string): Promise<void> {
		const ours = vscode.window.tabGroups.all
			.flatMap((group) => group.tabs)
			.filter(({ input }) => {
				const uri = input instanceof vscode.TabInputTextDiff ? input.modified : undefined;
				return uri?.scheme === SCHEME && uri.path.endsWith(`/${name}`);
			});
		if (ours.length > 0) await vscode.window.tabGroups.close(ours, true);
	}

	dispose(): void {
		this.#disposables.dispose();
	}

	#keep(name: string, text: string): vscode.Uri {
		this.#count += 1;
		const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${this.#count}/${name}` });
		this.#texts.set(uri.toString(), text);
		const oldest = this.#texts.keys().next().value;
		if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
		return uri;
	}
}
