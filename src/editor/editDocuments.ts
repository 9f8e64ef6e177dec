// The right side of a diff that a person may edit before they allow it: `gatepost-edit:/<request>/<file>/<path>`. It holds
// what would be written; saving it changes the action, and the card comes again as what would run. Nothing is answered
// here. It exists only after a click in the Requests view, because editor commands can edit and save files, too.
import * as vscode from "vscode";
import { isChange } from "../actions/change.ts";
import type { Gate } from "../gate/gate.ts";
import { say, text } from "./text.ts";

export const EDIT_SCHEME = "gatepost-edit";

/** The request and the file that an address names. */
export function editedFile(uri: vscode.Uri): { request: string; file: number } {
	const [, request = "", file = ""] = uri.path.split("/");
	return { request, file: Number(file) };
}

export class EditDocuments implements vscode.FileSystemProvider, vscode.Disposable {
	readonly #changes = new vscode.EventEmitter<vscode.FileChangeEvent[]>();
	readonly onDidChangeFile = this.#changes.event;
	readonly #gate: () => Gate | undefined;
	readonly #onEdited: (request: string) => void;
	readonly #registered: vscode.Disposable;
	/** `<request>/<file>` that a person opened for editing, with its time of change. */
	readonly #opened = new Map<string, number>();

	/** @param onEdited told after a person's change was taken */
	constructor(gate: () => Gate | undefined, onEdited: (request: string) => void) {
		this.#gate = gate;
		this.#onEdited = onEdited;
		this.#registered = vscode.workspace.registerFileSystemProvider(EDIT_SCHEME, this, { isCaseSensitive: true });
	}

	dispose(): void {
		this.#registered.dispose();
		this.#changes.dispose();
	}

	/** The address of a file of a waiting request, which may be edited from now on. Called for a click in our view only. */
	allow(request: string, file: number, path: string): vscode.Uri {
		this.#opened.set(`${request}/${file}`, this.#opened.get(`${request}/${file}`) ?? Date.now());
		return vscode.Uri.from({
			scheme: EDIT_SCHEME,
			path: `/${request}/${file}${path.startsWith("/") ? "" : "/"}${path}`,
		});
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
		if (gate === undefined || !this.#opened.has(`${request}/${file}`)) {
			throw vscode.FileSystemError.Unavailable(say("editor.requestOver"));
		}
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

	createDirectory(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	delete(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}

	rename(uri: vscode.Uri): void {
		throw vscode.FileSystemError.NoPermissions(uri);
	}
}
