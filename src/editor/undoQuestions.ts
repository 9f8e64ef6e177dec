// The questions before an undo, as dialogs of the editor: what would happen to which file. The panel draws agents' text, so
// nothing is written on its word alone.
import * as vscode from "vscode";
import type { Plan } from "../actions/undo/plan.ts";
import { counted, say } from "./text.ts";

/** Files that a question names. */
const NAMED = 15;

export interface Question {
	kind: Exclude<Plan["kind"], "nothing" | "impossible">;
	/** There is no file now. */
	isNew: boolean;
	/** Its name, and where it lies. */
	file: string;
	path: string;
	/** In conflict. */
	places: number;
	/** Lines that go and come; undefined where that cannot be told. */
	lines: { removed: number; added: number } | undefined;
}

/** @returns whether it may be done */
export async function askOne({ kind, isNew, file, path, places, lines }: Question): Promise<boolean> {
	const isMade = kind === "restore" && isNew;
	const what =
		kind === "conflict"
			? counted("undo.detail.conflict", places)
			: say(isMade ? "undo.detail.create" : `undo.detail.${kind}`);
	// An agent chose the path: nothing in it may hide or move what stands around it.
	const { terminalText } = await import("./core.ts");
	const detail = [
		what,
		say("undo.detail.path", { path: terminalText(path).slice(0, 1000) }),
		...(lines === undefined ? [] : [say("undo.detail.lines", lines)]),
		say("undo.detail.record"),
	].join("\n\n");
	return confirmed(say(`undo.ask.${kind}`, { file }), detail, say(`undo.do.${kind}`));
}

/** @param stop the first file that cannot be undone: it goes no further than that */
export async function askAll(
	files: readonly { file: string; kind: Plan["kind"] }[],
	stop: { file: string; why: string } | undefined,
): Promise<boolean> {
	const lines = files.slice(0, NAMED).map(({ file, kind }) => {
		const how = kind === "restore" || kind === "remove" ? kind : "merged";
		return say(`undo.all.file.${how}`, { file });
	});
	if (files.length > NAMED) lines.push(counted("undo.all.more", files.length - NAMED));
	const detail = [
		[say("undo.all.detail"), ...lines].join("\n"),
		...(stop === undefined ? [] : [say("undo.all.stops", stop)]),
		say("undo.detail.record"),
	].join("\n\n");
	return confirmed(counted("undo.all.ask", files.length), detail, say("undo.all.do"));
}

async function confirmed(question: string, detail: string, button: string): Promise<boolean> {
	return (await vscode.window.showWarningMessage(question, { modal: true, detail }, button)) === button;
}
