// Claude Code's file tools by name, so that the thread for large files can work out what they would write.
import { rewriter } from "../../actions/rewriters.ts";
import type { Message } from "../../protocol/messages.ts";
import { afterEdit, afterWrite, MAX_AFTER, type TextEdit } from "./edits.ts";
import { afterNotebookEdit, type NotebookChange } from "./notebook.ts";

export type FileCall =
	| { tool: "Write"; content: string }
	| ({ tool: "Edit" } & Readonly<TextEdit>)
	| ({ tool: "NotebookEdit" } & Readonly<NotebookChange>);

/** What one call of Write, Edit or NotebookEdit makes of its file. */
export const fileTools = rewriter<FileCall>("claude-code", after, most);

function after(before: Buffer | undefined, call: FileCall): Buffer | Message {
	switch (call.tool) {
		case "Write":
			return afterWrite(before, call.content);
		case "Edit":
			return afterEdit(before, call);
		case "NotebookEdit":
			return afterNotebookEdit(before, call);
	}
}

function most(before: number, call: FileCall): number {
	switch (call.tool) {
		case "Write":
			return 3 * call.content.length;
		case "Edit": {
			const { oldString, newString, replaceAll } = call;
			const texts = 3 * (oldString.length + newString.length);
			const places = replaceAll ? before / Math.max(1, oldString.length) : 1;
			return before + texts + Math.min(places * newString.length, MAX_AFTER) * 3;
		}
		// Written anew with a space for each depth: brackets within brackets grow with their square.
		case "NotebookEdit":
			return (before * before) / 8 + 3 * call.newSource.length;
	}
}
