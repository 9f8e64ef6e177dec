// The questions before an undo, as dialogs of the editor: what would happen to which file. The panel draws agents' text, so
// nothing is written on its word alone.
import * as vscode from "vscode";
import type { Plan } from "../actions/undo/plan.ts";
import { counted, say } from "./text.ts";

/** Files that a question names, and reasons that are given with them. */
const NAMED = 15;
const REASONS = 8;

export interface Question {
	kind: Exclude<Plan["kind"], "nothing" | "impossible">;
	/** There is no file now, and whether the log says with which permissions it is made anew. */
	isNew: boolean;
	hasMode: boolean;
	/** Its name, and where it lies. */
	file: string;
	path: string;
	/** In conflict. */
	places: number;
	/** Lines that go and come; undefined where that cannot be told. */
	lines: { removed: number; added: number } | undefined;
}

/** @returns whether it may be done */
export async function askOne({ kind, isNew, hasMode, file, path, places, lines }: Question): Promise<boolean> {
	const isMade = kind === "restore" && isNew;
	const what =
		kind === "conflict"
			? counted("undo.detail.conflict", places)
			: say(isMade ? "undo.detail.create" : `undo.detail.${kind}`);
	// An agent chose the path: nothing in it may hide or move what stands around it.
	const { terminalText } = await import("./core.ts");
	const detail = [
		what,
		...(isMade && !hasMode ? [say("undo.detail.noMode")] : []),
		say("undo.detail.path", { path: terminalText(path).slice(0, 1000) }),
		...(lines === undefined ? [] : [say("undo.detail.lines", lines)]),
		say("undo.detail.record"),
	].join("\n\n");
	return confirmed(say(`undo.ask.${kind}`, { file }), detail, say(`undo.do.${kind}`));
}

/** A file that is left as it is. */
export interface Skipped {
	file: string;
	why: string;
}

export interface Planned {
	file: string;
	kind: Plan["kind"];
	/** It is made anew, and the log does not say with which permissions. */
	noMode: boolean;
}

/** @param skipped files that cannot be undone, or not without the person */
export async function askAll(files: readonly Planned[], skipped: readonly Skipped[]): Promise<boolean> {
	const lines = files.slice(0, NAMED).map(({ file, kind, noMode }) => {
		const how = kind === "restore" || kind === "remove" ? kind : "merged";
		return say(noMode ? "undo.all.file.noMode" : `undo.all.file.${how}`, { file });
	});
	if (files.length > NAMED) lines.push(counted("undo.all.more", files.length - NAMED));
	const detail = [
		[say("undo.all.detail"), ...lines].join("\n"),
		...(skipped.length === 0 ? [] : [[counted("undo.all.skips", skipped.length), ...reasons(skipped)].join("\n")]),
		say("undo.detail.record"),
	].join("\n\n");
	return confirmed(counted("undo.all.ask", files.length), detail, say("undo.all.do"));
}

/** What became of all files, in one notification. @param done names of those that were undone */
export async function tellAll(done: readonly string[], skipped: readonly Skipped[]): Promise<void> {
	if (skipped.length === 0) {
		void vscode.window.showInformationMessage(counted("undo.all.done", done.length));
		return;
	}
	const names = [...done.slice(0, 10), ...(done.length > 10 ? ["…"] : [])].join(", ");
	const sentence = done.length === 0 ? say("undo.all.doneNone") : say("undo.all.doneList", { files: names });
	const left = [counted("undo.all.skipped", skipped.length), ...reasons(skipped)].join(" ");
	void vscode.window.showWarningMessage(`${sentence} ${left}`);
}

function reasons(skipped: readonly Skipped[]): string[] {
	const lines = skipped.slice(0, REASONS).map(({ file, why }) => say("undo.all.skip", { file, why }));
	return skipped.length > REASONS ? [...lines, counted("undo.all.more", skipped.length - REASONS)] : lines;
}

async function confirmed(question: string, detail: string, button: string): Promise<boolean> {
	return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}
