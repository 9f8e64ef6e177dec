// The editor's merge editor for an undo that is in conflict with what was changed since. It writes nothing before the person
// completes the merge. The three contents are read-only documents; the file itself is the result.
import { randomUUID } from "node:crypto";
import { basename } from "node:path";
import * as vscode from "vscode";
import { NONE, named, sideUri } from "./auditDocuments.ts";
import type { LogPlace } from "./auditLog.ts";
import { say } from "./text.ts";
import type { Undoable } from "./undoSides.ts";

const SCHEME = "gatepost-undo";
/** Internal to the editor, as its own git extension uses it: so it is looked for first. */
const OPEN = "_open.mergeEditor";
/** Contents kept for open documents, the oldest forgotten first. */
const KEPT = 10;

/** The content that a file had when it was looked at, as a document. */
export class UndoDocuments implements vscode.TextDocumentContentProvider, vscode.Disposable {
	readonly #registered: vscode.Disposable;
	readonly #texts = new Map<string, Buffer>();

	constructor() {
		this.#registered = vscode.workspace.registerTextDocumentContentProvider(SCHEME, this);
	}

	dispose(): void {
		this.#registered.dispose();
	}

	/** Nothing where it is not known any more: an empty text would be a wrong one. */
	provideTextDocumentContent(uri: vscode.Uri): string | undefined {
		return this.#texts.get(uri.toString())?.toString("utf8");
	}

	keep(path: string, bytes: Buffer): vscode.Uri {
		const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${randomUUID()}${path.startsWith("/") ? "" : "/"}${path}` });
		this.#texts.set(uri.toString(), bytes);
		const oldest = this.#texts.keys().next().value;
		if (this.#texts.size > KEPT && oldest !== undefined) this.#texts.delete(oldest);
		return uri;
	}
}

export async function hasMergeEditor(): Promise<boolean> {
	return (await vscode.commands.getCommands(false)).includes(OPEN);
}

interface Sides {
	base: vscode.Uri;
	before: vscode.Uri;
}

/** Several changes in conflict do not come here: see `planChanges`. */
function sidesOf({ dir }: Pick<LogPlace, "dir">, { path, runs }: Undoable): Sides {
	const [{ before, after }] = runs;
	const workspace = basename(dir);
	return {
		base: sideUri(workspace, after?.digest ?? NONE, "after", path),
		before: sideUri(workspace, before?.digest ?? NONE, "before", path),
	};
}

/** Opens the merge editor: as approved, as it is now, as it was before. */
export async function openMerge(
	documents: UndoDocuments,
	place: Pick<LogPlace, "dir">,
	undoable: Undoable,
	now: Buffer,
): Promise<void> {
	const { base, before } = sidesOf(place, undoable);
	await vscode.commands.executeCommand(OPEN, {
		base,
		input1: { uri: documents.keep(undoable.path, now), title: say("undo.merge.now") },
		input2: { uri: before, title: say("undo.merge.before") },
		output: vscode.Uri.file(undoable.real),
	});
}

/** In an editor without one: what differs between the file and its content before. Nothing is written. */
export async function openDifference(place: Pick<LogPlace, "dir">, undoable: Undoable): Promise<void> {
	const title = say("undo.merge.title", { file: await named(undoable.path) });
	const { before } = sidesOf(place, undoable);
	await vscode.commands.executeCommand("vscode.diff", vscode.Uri.file(undoable.real), before, title);
}
