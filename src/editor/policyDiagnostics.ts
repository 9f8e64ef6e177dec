// What is wrong in a policy file, at the exact place: in open documents as they are typed, else in the files as they lie on
// disk and are in force.
import * as vscode from "vscode";
import type { Problem } from "../policy/rules/parse.ts";
import { Disposables } from "./disposables.ts";
import type { GateHost } from "./gateHost.ts";
import { layerOf } from "./policyFiles.ts";
import { text } from "./text.ts";

/** After the last key, before the document is looked at. Milliseconds. */
const TYPING_MS = 250;
/** Nothing that long is a policy; the parser says so, and need not be asked at every key. */
const MAX_CHARACTERS = 2_000_000;

export class PolicyDiagnostics implements vscode.Disposable {
	readonly #host: GateHost;
	readonly #disposables = new Disposables();
	readonly #collection = this.#disposables.push(vscode.languages.createDiagnosticCollection("gatepost"));
	readonly #timers = new Map<string, NodeJS.Timeout>();

	constructor(host: GateHost) {
		this.#host = host;
		const { onDidOpenTextDocument, onDidChangeTextDocument, onDidCloseTextDocument } = vscode.workspace;
		this.#disposables.push(onDidOpenTextDocument((document) => this.#look(document)));
		this.#disposables.push(onDidChangeTextDocument(({ document }) => this.#lookSoon(document)));
		this.#disposables.push(onDidCloseTextDocument((document) => this.#closed(document)));
	}

	/** The files in force, or the folders, may be others now. */
	update(): void {
		const open = new Map(shownDocuments().map((document) => [document.uri.toString(), document]));
		const wanted = new Map<string, vscode.Diagnostic[]>();
		for (const { file, problems } of this.#host.open?.policyFiles() ?? []) {
			const uri = vscode.Uri.file(file).toString();
			if (!open.has(uri)) wanted.set(uri, problems.map(onDisk));
		}
		this.#collection.forEach((uri) => {
			const name = uri.toString();
			if (!open.has(name) && !wanted.has(name)) this.#collection.delete(uri);
		});
		for (const [uri, diagnostics] of wanted) this.#collection.set(vscode.Uri.parse(uri, true), diagnostics);
		for (const document of open.values()) this.#look(document);
	}

	dispose(): void {
		for (const timer of this.#timers.values()) clearTimeout(timer);
		this.#disposables.dispose();
	}

	#lookSoon(document: vscode.TextDocument): void {
		if (this.#layerOf(document) === undefined) return;
		const name = document.uri.toString();
		clearTimeout(this.#timers.get(name));
		this.#timers.set(
			name,
			setTimeout(() => this.#look(document), TYPING_MS),
		);
	}

	#look(document: vscode.TextDocument): void {
		const layer = this.#layerOf(document);
		// What is on disk is said of the others.
		if (layer === undefined || !shownDocuments().includes(document)) return;
		const { version } = document;
		void this.#problems(document.getText(), layer).then((problems) => {
			// Another text by now: it is looked at on its own.
			if (document.isClosed || document.version !== version) return;
			this.#collection.set(
				document.uri,
				problems.map((problem) => inDocument(problem, document)),
			);
		});
	}

	async #problems(content: string, layer: ReturnType<typeof layerOf>): Promise<Problem[]> {
		const { parsePolicy } = await import("./core.ts");
		return parsePolicy(content.slice(0, MAX_CHARACTERS), layer).problems;
	}

	#closed(document: vscode.TextDocument): void {
		if (this.#layerOf(document) === undefined) return;
		clearTimeout(this.#timers.get(document.uri.toString()));
		this.#timers.delete(document.uri.toString());
		this.#collection.delete(document.uri);
		this.update();
	}

	#layerOf({ uri }: vscode.TextDocument): ReturnType<typeof layerOf> {
		return uri.scheme === "file" ? layerOf(uri.fsPath, this.#folders()) : undefined;
	}

	/** As the editor names them and as they really are. */
	#folders(): string[] {
		const named = (vscode.workspace.workspaceFolders ?? []).map(({ uri }) => uri.fsPath);
		return [...named, ...(this.#host.open?.folders() ?? [])];
	}
}

/** Documents that a person has before them. The editor keeps others for minutes, also of files that are gone. */
function shownDocuments(): vscode.TextDocument[] {
	const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
	const shown = new Set(tabs.map(({ input }) => (input instanceof vscode.TabInputText ? input.uri.toString() : "")));
	return vscode.workspace.textDocuments.filter(({ uri, isDirty }) => isDirty || shown.has(uri.toString()));
}

const SEVERITIES = {
	error: vscode.DiagnosticSeverity.Error,
	warning: vscode.DiagnosticSeverity.Warning,
} as const;

function inDocument({ offset, length, ...problem }: Problem, document: vscode.TextDocument): vscode.Diagnostic {
	const range = new vscode.Range(document.positionAt(offset), document.positionAt(offset + length));
	return diagnostic(range, problem);
}

/** On one line: what the lines are long is not known without the text. */
function onDisk({ line, column, length, ...problem }: Problem): vscode.Diagnostic {
	return diagnostic(new vscode.Range(line - 1, column - 1, line - 1, column - 1 + length), problem);
}

function diagnostic(range: vscode.Range, { severity, message }: Pick<Problem, "severity" | "message">) {
	const found = new vscode.Diagnostic(range, text(message), SEVERITIES[severity]);
	found.source = "Gatepost";
	return found;
}
