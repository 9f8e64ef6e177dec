// Changes of a file that an editor holds and the disk does not.
import { realpath } from "node:fs/promises";
import * as vscode from "vscode";
import type { Undoable } from "./undoSides.ts";

/** Whether an editor of this window holds changes of the file that are not saved. */
export async function isUnsaved({ path, real }: Pick<Undoable, "path" | "real">): Promise<boolean> {
	const inTabs = vscode.window.tabGroups.all
		.flatMap(({ tabs }) => tabs)
		.filter((tab) => tab.isDirty)
		.flatMap(({ input }) => {
			if (input instanceof vscode.TabInputTextDiff || input instanceof vscode.TabInputNotebookDiff)
				return [input.modified];
			const isOne =
				input instanceof vscode.TabInputText ||
				input instanceof vscode.TabInputCustom ||
				input instanceof vscode.TabInputNotebook;
			return isOne ? [input.uri] : [];
		});
	const documents = [...vscode.workspace.textDocuments, ...vscode.workspace.notebookDocuments];
	const uris = [...inTabs, ...documents.filter(({ isDirty }) => isDirty).map(({ uri }) => uri)];
	for (const { scheme, fsPath } of uris) {
		if (scheme !== "file") continue;
		if (fsPath === path || fsPath === real || (await realpath(fsPath).catch(() => fsPath)) === real) return true;
	}
	return false;
}
