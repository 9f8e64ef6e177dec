// Both sides of the native diff: `gatepost:<path>?<request>/before|after`, the exact bytes of the proposed change and
// never the editor's unsaved buffer. Opened only by a click, closed when the request is settled (DESIGN 11).
import { basename } from "node:path";
import * as vscode from "vscode";
import { type FileChange, isChange } from "../actions/change.ts";
import type { Gate } from "../gate/gate.ts";
import { Disposables } from "./disposables.ts";
import { EDIT_SCHEME, EditDocuments } from "./editDocuments.ts";
import { requestOfTab } from "./requestTabs.ts";
import { pathOf, type Side, SideFiles, sideUri } from "./sideFiles.ts";
import { say } from "./text.ts";

const SCHEME = "gatepost";
/** A language for which our contribution turns on white space in the native diff, which it leaves out by default. */
const EXACT_LANGUAGE = "gatepost-exact";

/** Read-only files of the waiting requests. A settled request has none: its tabs are closed. */
export class DiffDocuments implements vscode.Disposable {
	readonly #disposables = new Disposables();
	readonly #gate: () => Gate | undefined;
	readonly #sides: SideFiles;
	readonly #edits: EditDocuments;
	/** Requests by the title of their multi-diff tab, for an editor that does not tell what such a tab shows. */
	readonly #multi = new Map<string, string>();

	constructor(gate: () => Gate | undefined) {
		this.#gate = gate;
		this.#sides = this.#disposables.push(new SideFiles(SCHEME, 1, (side, uri) => this.#side(side, uri)));
		// A tab can come after the end of its request: it was just being opened, or the editor restores it after a reload.
		const over = (request: string) => this.#gate()?.proposal(request) === undefined;
		this.#edits = this.#disposables.push(new EditDocuments(gate, (request) => this.#sides.changed(SCHEME, [request])));
		this.#disposables.push(
			vscode.window.tabGroups.onDidChangeTabs(({ opened, changed, closed }) => {
				void this.#closeTabs([...opened, ...changed], over);
				this.#forgetClosed(closed);
			}),
		);
		void this.#closeTabs(allTabs(), over);
	}

	/** Opens the native diff editor for one file of a waiting request. @throws Error when there is nothing to show */
	async open(request: string, file: number): Promise<void> {
		const change = this.#file(request, file);
		const { left, right, ends } = await this.#exactSides(request, change, file);
		const title = say(ends ? "editor.diffTitleEnds" : "editor.diffTitle", { file: basename(change.path) });
		await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: true, preserveFocus: false });
	}

	/** Opens all files of a waiting request in one multi-diff editor. @throws Error when there is nothing to show */
	async openAll(request: string): Promise<void> {
		const proposal = this.#gate()?.proposal(request);
		if (!isChange(proposal)) throw vscode.FileSystemError.Unavailable(say("editor.requestOver"));
		const { files } = proposal;
		const sides = await Promise.all(files.map((change, file) => this.#exactSides(request, change, file)));
		// An absent side is no empty file: the editor draws it as added or deleted.
		const resources = sides.map(({ left, right }, file) => {
			const op = files[file]?.op;
			return [op === "delete" ? left : right, op === "create" ? undefined : left, op === "delete" ? undefined : right];
		});
		const title = say(sides.some(({ ends }) => ends) ? "editor.diffAllTitleEnds" : "editor.diffAllTitle", {
			request: request.slice(0, 8),
		});
		this.#multi.set(title, request);
		await vscode.commands.executeCommand("vscode.changes", title, resources);
	}

	/** Opens the native diff with a right side that can be edited; saving it changes the action. For a click in our view. */
	async openEdit(request: string, file: number): Promise<void> {
		const { path, from = path, after } = this.#file(request, file);
		if (after === undefined || after.binary) {
			throw vscode.FileSystemError.Unavailable(say("editor.notEditable", { file: basename(path) }));
		}
		const left = sideUri(SCHEME, [request], "before", from);
		const right = this.#edits.allow(request, file, path);
		const title = say("editor.diffEditTitle", { file: basename(path) });
		await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: false, preserveFocus: false });
	}

	/** What no tab shows any more cannot be edited until a person opens it again. */
	#forgetClosed(closed: readonly vscode.Tab[]): void {
		const edited = ({ input }: vscode.Tab) =>
			input instanceof vscode.TabInputTextDiff && input.modified.scheme === EDIT_SCHEME ? [input.modified] : [];
		const open = new Set(allTabs().flatMap(edited).map(String));
		for (const uri of closed.flatMap(edited)) if (!open.has(uri.toString())) this.#edits.closed(uri);
	}

	/** Requests whose diff holds changes of the person that are not saved. */
	unsaved(): string[] {
		return this.#edits.unsaved();
	}

	/** `unsaved` has become another list. */
	get onUnsaved(): vscode.Event<void> {
		return this.#edits.onUnsaved;
	}

	/** The change of a waiting request became another one. */
	changed(request: string): void {
		this.#sides.changed(SCHEME, [request]);
		this.#edits.changed(request);
	}

	/** Opens the file itself, as it is on disk. */
	async openFile(request: string, file: number): Promise<void> {
		await vscode.window.showTextDocument(vscode.Uri.file(this.#file(request, file).path), { preview: true });
	}

	/** Closes our tabs of a settled request without taking the focus. */
	async close(request: string): Promise<void> {
		this.#edits.forget(request);
		await this.#closeTabs(allTabs(), (one) => one === request);
		for (const [label, one] of [...this.#multi]) if (one === request) this.#multi.delete(label);
	}

	dispose(): void {
		this.#disposables.dispose();
	}

	/**
	 * Both sides as the native diff shows all of their difference: line ends are drawn where they differ, and white space
	 * counts, which it does not by default.
	 */
	async #exactSides(
		request: string,
		{ path, from = path, op, before, after }: FileChange,
		file: number,
	): Promise<{ left: vscode.Uri; right: vscode.Uri; ends: boolean }> {
		const card = this.#gate()
			?.cards()
			.find(({ id }) => id === request);
		const { eolOnly = 0, whitespaceOnly = 0 } = card?.files[file] ?? {};
		const bomDiffers = before !== undefined && before.bom !== after?.bom;
		const ends = card?.files[file] !== undefined && after !== undefined && (eolOnly > 0 || bomDiffers);
		const left = sideUri(SCHEME, [request], ends ? "before+ends" : "before", from);
		const right = sideUri(SCHEME, [request], ends ? "after+ends" : "after", path);
		// One that is not text is compared by the editor in its own way, and cannot be opened as text.
		const isText = before?.binary !== true && after?.binary !== true;
		if (isText && (ends || whitespaceOnly > 0)) {
			for (const uri of [...(op === "create" ? [] : [left]), ...(op === "delete" ? [] : [right])]) {
				const document = await vscode.workspace.openTextDocument(uri);
				await vscode.languages.setTextDocumentLanguage(document, EXACT_LANGUAGE);
			}
		}
		return { left, right, ends };
	}

	/** Closes those tabs of ours whose request fits, without taking the focus. */
	async #closeTabs(tabs: readonly vscode.Tab[], fits: (request: string) => boolean): Promise<void> {
		for (const tab of tabs) {
			const request = requestOfTab(tab, [SCHEME, EDIT_SCHEME], this.#multi);
			// What a person typed and did not save stays: the editor would ask about it, and take the focus.
			if (request === undefined || !fits(request) || tab.isDirty) continue;
			// It may be closed already by the time we get there: then the editor does not know it any more.
			await Promise.resolve(vscode.window.tabGroups.close(tab, true)).catch(() => undefined);
		}
	}

	#file(request: string, file: number): FileChange {
		const proposal = this.#gate()?.proposal(request);
		const change = isChange(proposal) ? proposal.files[file] : undefined;
		if (change === undefined) throw vscode.FileSystemError.Unavailable(say("editor.requestOver"));
		return change;
	}

	#side({ owner: [request = ""], of, path }: Side, uri: vscode.Uri): Buffer {
		const proposal = this.#gate()?.proposal(request);
		const named = (file: FileChange) => (of === "before" ? (file.from ?? file.path) : file.path);
		const change = isChange(proposal) ? proposal.files.find((file) => pathOf(named(file)) === path) : undefined;
		if (change === undefined) throw vscode.FileSystemError.FileNotFound(uri);
		// A file that does not exist yet, or no longer, is an empty side.
		return change[of]?.bytes ?? Buffer.alloc(0);
	}
}

function allTabs(): readonly vscode.Tab[] {
	return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}
