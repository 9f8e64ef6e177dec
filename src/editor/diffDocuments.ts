// Both sides of the native diff: `gatepost:/<request>/before|after/<path>`, the exact bytes of the proposed change and
// never the editor's unsaved buffer. Opened only by a click, closed when the request is settled (DESIGN 11).
import { basename } from "node:path";
import * as vscode from "vscode";
import { type FileChange, isChange } from "../actions/change.ts";
import type { Gate } from "../gate/gate.ts";
import { Disposables } from "./disposables.ts";
import { EDIT_SCHEME, EditDocuments } from "./editDocuments.ts";
import { type Side, SideFiles, sideUri } from "./sideFiles.ts";
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
	/** Requests by the label of their multi-diff tab: what such a tab shows cannot be asked. */
	readonly #multi = new Map<string, string>();

	constructor(gate: () => Gate | undefined) {
		this.#gate = gate;
		this.#sides = this.#disposables.push(new SideFiles(SCHEME, 1, (side, uri) => this.#side(side, uri)));
		// A tab can come after the end of its request: it was just being opened, or the editor restores it after a reload.
		const over = (request: string) => this.#gate()?.proposal(request) === undefined;
		this.#edits = this.#disposables.push(new EditDocuments(gate, (request) => this.#sides.changed(SCHEME, [request])));
		this.#disposables.push(
			vscode.window.tabGroups.onDidChangeTabs(
				({ opened, changed }) => void this.#closeTabs([...opened, ...changed], over),
			),
		);
		void this.#closeTabs(allTabs(), over);
	}

	/** Opens the native diff editor for one file of a waiting request. @throws Error when there is nothing to show */
	async open(request: string, file: number): Promise<void> {
		const change = this.#file(request, file);
		const shown = this.#gate()
			?.cards()
			.find(({ id }) => id === request)?.files[file];
		const bomDiffers = change.before !== undefined && change.before.bom !== change.after?.bom;
		const ends = shown !== undefined && change.after !== undefined && (shown.eolOnly > 0 || bomDiffers);
		const left = sideUri(SCHEME, [request], ends ? "before+ends" : "before", change.path);
		const right = sideUri(SCHEME, [request], ends ? "after+ends" : "after", change.path);
		const title = say(ends ? "editor.diffTitleEnds" : "editor.diffTitle", { file: basename(change.path) });
		if (ends || (shown !== undefined && shown.whitespaceOnly > 0)) {
			for (const uri of [left, right]) {
				const document = await vscode.workspace.openTextDocument(uri);
				await vscode.languages.setTextDocumentLanguage(document, EXACT_LANGUAGE);
			}
		}
		await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: true, preserveFocus: false });
	}

	/** Opens all files of a waiting request in one multi-diff editor. @throws Error when there is nothing to show */
	async openAll(request: string): Promise<void> {
		const proposal = this.#gate()?.proposal(request);
		if (!isChange(proposal)) throw vscode.FileSystemError.Unavailable(say("editor.requestOver"));
		const files = proposal.files.map(({ path, op }) => {
			const [left, right] = (["before", "after"] as const).map((side) => sideUri(SCHEME, [request], side, path));
			// An absent side is no empty file: the editor draws it as added or deleted.
			return [op === "delete" ? left : right, op === "create" ? undefined : left, op === "delete" ? undefined : right];
		});
		const title = say("editor.diffAllTitle", { count: files.length, request: request.slice(0, 8) });
		this.#multi.set(title, request);
		await vscode.commands.executeCommand("vscode.changes", title, files);
	}

	/** Opens the native diff with a right side that can be edited; saving it changes the action. For a click in our view. */
	async openEdit(request: string, file: number): Promise<void> {
		const { path, after } = this.#file(request, file);
		if (after === undefined || after.binary) {
			throw vscode.FileSystemError.Unavailable(say("editor.notEditable", { file: basename(path) }));
		}
		const left = sideUri(SCHEME, [request], "before", path);
		const right = this.#edits.allow(request, file, path);
		const title = say("editor.diffEditTitle", { file: basename(path) });
		await vscode.commands.executeCommand("vscode.diff", left, right, title, { preview: false, preserveFocus: false });
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

	/** The request a tab of ours belongs to. */
	#requestOf({ input, label }: vscode.Tab): string | undefined {
		// The stable API has no input for a multi-diff.
		if (input === undefined) return this.#multi.get(label);
		const uris =
			input instanceof vscode.TabInputTextDiff
				? [input.modified, input.original]
				: input instanceof vscode.TabInputText
					? [input.uri]
					: [];
		return uris.find(({ scheme }) => scheme === SCHEME || scheme === EDIT_SCHEME)?.path.split("/")[1];
	}

	/** Closes those tabs of ours whose request fits, without taking the focus. */
	async #closeTabs(tabs: readonly vscode.Tab[], fits: (request: string) => boolean): Promise<void> {
		for (const tab of tabs) {
			const request = this.#requestOf(tab);
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
		const change = isChange(proposal)
			? proposal.files.find((file) => file.path === path || `/${file.path}` === path)
			: undefined;
		if (change === undefined) throw vscode.FileSystemError.FileNotFound(uri);
		// A file that does not exist yet, or no longer, is an empty side.
		return change[of]?.bytes ?? Buffer.alloc(0);
	}
}

function allTabs(): readonly vscode.Tab[] {
	return vscode.window.tabGroups.all.flatMap((group) => group.tabs);
}
