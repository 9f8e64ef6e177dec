// The right side of a diff that a person may edit before they allow it: `gatepost-edit:/<request>/<file>/<path>`. It holds
// what would be written; saving it changes the action, and the card comes again as what would run. Nothing is answered
// here. It exists only after a click in the Requests view, because editor commands can edit and save files, too.
import * as vscode from "vscode";
import { isChange } from "../actions/change.ts";
import type { Gate } from "../gate/gate.ts";
import { Disposables } from "./disposables.ts";
import { editedFile, unsavedRequests } from "./requestTabs.ts";
import { say, text } from "./text.ts";

export const EDIT_SCHEME = "gatepost-edit";

export class EditDocuments implements vscode.FileSystemProvider, vscode.Disposable {
	readonly #disposables = new Disposables();
	readonly #changes = this.#disposables.push(new vscode.EventEmitter<vscode.FileChangeEvent[]>());
	readonly onDidChangeFile = this.#changes.event;
	readonly #unsaved = this.#disposables.push(new vscode.EventEmitter<void>());
	/** `unsaved` has become another list. */
	readonly onUnsaved = this.#unsaved.event;
	readonly #gate: () => Gate | undefined;
	readonly #onEdited: (request: string) => void;
	/** `<request>/<file>` that a person opened for editing, with its time of change. */
	readonly #opened = new Map<string, number>();
	#told = "";

	/** @param onEdited told after a person's change was taken */
	constructor(gate: () => Gate | undefined, onEdited: (request: string) => void) {
		this.#gate = gate;
		this.#onEdited = onEdited;
		this.#disposables.push(vscode.workspace.registerFileSystemProvider(EDIT_SCHEME, this, { isCaseSensitive: true }));
		const { workspace } = vscode;
		const look = ({ uri }: { uri: vscode.Uri }) => {
			if (uri.scheme === EDIT_SCHEME) this.#look();
		};
		for (const happens of [workspace.onDidSaveTextDocument, workspace.onDidCloseTextDocument]) {
			this.#disposables.push(happens(look));
		}
		for (const happens of [workspace.onDidSaveNotebookDocument, workspace.onDidCloseNotebookDocument]) {
			this.#disposables.push(happens(look));
		}
		this.#disposables.push(workspace.onDidChangeTextDocument(({ document }) => look(document)));
		this.#disposables.push(workspace.onDidChangeNotebookDocument(({ notebook }) => look(notebook)));
	}

	dispose(): void {
		this.#disposables.dispose();
	}

	/** Requests of which a person has changed a file in the diff and not saved it: what stands there would not run. */
	unsaved(): string[] {
		const documents = [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments];
		return unsavedRequests(documents, EDIT_SCHEME, (request, file) => this.#opened.has(`${request}/${file}`));
	}

	/** The address of a file of a waiting request, which may be edited from now on. Called for a click in our view only. */
	allow(request: string, file: number, path: string): vscode.Uri {
		this.#opened.set(`${request}/${file}`, this.#opened.get(`${request}/${file}`) ?? Date.now());
		return vscode.Uri.from({
			scheme: EDIT_SCHEME,
			path: `/${request}/${file}${path.startsWith("/") ? "" : "/"}${path}`,
		});
	}

	/** No tab shows this file any more: who saves it now is no person who looks at it. */
	closed(uri: vscode.Uri): void {
		const { request, file } = editedFile(uri);
		this.#opened.delete(`${request}/${file}`);
	}

	/** A request is over: nothing of it can be edited any more. */
	forget(request: string): void {
		for (const key of [...this.#opened.keys()]) if (key.startsWith(`${request}/`)) this.#opened.delete(key);
	}

	/** The change behind a card became another one: what an open editor shows is read again. */
	changed(request: string): void {
		const uris = vscode.workspace.textDocuments
			.map(({ uri }) => uri)
			.filter((uri) => uri.scheme === EDIT_SCHEME && editedFile(uri).request === request);
		for (const uri of uris) {
			const key = `${request}/${editedFile(uri).file}`;
			if (this.#opened.has(key)) this.#opened.set(key, Date.now());
		}
		this.#changes.fire(uris.map((uri) => ({ type: vscode.FileChangeType.Changed, uri })));
	}

	stat(uri: vscode.Uri): vscode.FileStat {
		const { length: size } = this.readFile(uri);
		const { request, file } = editedFile(uri);
		const mtime = this.#opened.get(`${request}/${file}`) ?? 0;
		return { type: vscode.FileType.File, ctime: 0, mtime, size };
	}

	readFile(uri: vscode.Uri): Buffer {
		const { request, file } = editedFile(uri);
		const proposal = this.#gate()?.proposal(request);
		const change = isChange(proposal) ? proposal.files[file] : undefined;
		if (change === undefined || !this.#opened.has(`${request}/${file}`)) {
			throw vscode.FileSystemError.FileNotFound(uri);
		}
		return change.after?.bytes ?? Buffer.alloc(0);
	}

	/** Saving. What is refused stays in the editor, unsaved, with the reason. */
	async writeFile(uri: vscode.Uri, content: Uint8Array): Promise<void> {
		const { request, file } = editedFile(uri);
		const gate = this.#gate();
		const proposal = gate?.proposal(request);
		if (gate === undefined || proposal === undefined || !this.#opened.has(`${request}/${file}`)) {
			throw vscode.FileSystemError.Unavailable(say("editor.editOver"));
		}
		// Editors that save by themselves also save what is as it was.
		const after = isChange(proposal) ? proposal.files[file]?.after : undefined;
		if (after?.bytes.equals(content) === true) return;
		const problem = await gate.edit(request, { file, bytes: Buffer.from(content) });
		if (problem !== undefined) throw vscode.FileSystemError.NoPermissions(text(problem));
		this.#opened.set(`${request}/${file}`, Date.now());
		this.#onEdited(request);
	}

	watch(): vscode.Disposable {
		return new vscode.Disposable(() => {});
	}

	readDirectory(): [string, vscode.FileType][] {
		return [];
	}

	/** What the editor tries when it saves a file that is gone, because its request is over: a person reads this. */
	createDirectory(): void {
		throw vscode.FileSystemError.Unavailable(say("editor.editOver"));
	}

	delete(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	rename(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	#look(): void {
		const now = this.unsaved().join("\n");
		if (now === this.#told) return;
		this.#told = now;
		this.#unsaved.fire();
	}
}
