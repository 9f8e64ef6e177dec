// Changes of a file that an editor holds and the disk does not. Agents read and write the disk.
import { realpathSync } from "node:fs";
import * as vscode from "vscode";

/** Files with unsaved changes, as the editor names them and where they lead; until the end of this turn of the loop. */
let places: ReadonlySet<string> | undefined;

/**
 * Whether an editor of this window holds changes of the file that are not saved: a text, a notebook, or a custom editor's.
 * @param path absolute. A file may be open by another path that leads there; where this path itself is a link, ask for what
 * it leads to as well
 */
export function isUnsaved(path: string): boolean {
	if (places === undefined) {
		places = unsavedPlaces();
		// A change of many files asks for each of them at once.
		setImmediate(() => {
			places = undefined;
		});
	}
	return places.has(path);
}

function unsavedPlaces(): Set<string> {
	const inTabs = vscode.window.tabGroups.all
		.flatMap(({ tabs }) => tabs)
		.filter(({ isDirty }) => isDirty)
		.flatMap(({ input }) => {
			if (input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff) {
				return [input.modified];
			}
			const isOne =
				input instanceof vscode.TabInputText ||
				input instanceof vscode.TabInputCustom ||
				input instanceof vscode.TabInputNotebook;
			return isOne ? [input.uri] : [];
		});
	const documents = [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments];
	const uris = [...inTabs, ...documents.filter(({ isDirty }) => isDirty).map(({ uri }) => uri)];
	const found = new Set<string>();
	for (const { scheme, fsPath } of uris) {
		if (scheme !== "file" || found.has(fsPath)) continue;
		found.add(fsPath);
		try {
			found.add(realpathSync.native(fsPath));
		} catch {
			// It is not on the disk yet, or no longer: its own path is all there is.
		}
	}
	return found;
}
