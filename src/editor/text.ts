// Sentences for people inside the editor: message codes, in the editor's language.
import * as vscode from "vscode";
import { format, type Message, type MessageCode, message } from "../protocol/messages.ts";

/** The sentence of a message in the editor's display language. */
export function text(msg: Message): string {
	return format(msg, (template) => vscode.l10n.t(template));
}

/** Shorthand for text(message(code, args)). */
export function say(code: MessageCode, args?: Record<string, string | number>): string {
	return text(message(code, args));
}
