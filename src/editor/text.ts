// Sentences for people inside the editor: message codes, in the editor's language.
import * as vscode from "vscode";
import { format, type MessageCode, message } from "../protocol/messages.ts";

/** A message as it may come from another build or window: its code need not be one of ours. */
type Shown = { code: string; args?: Record<string, string | number> | undefined };

/** The sentence of a message in the editor's display language. */
export function text(msg: Shown): string {
	return format(msg, (template) => vscode.l10n.t(template));
}

/** Shorthand for text(message(code, args)). */
export function say(code: MessageCode, args?: Record<string, string | number>): string {
	return text(message(code, args));
}

type Counted = { [C in MessageCode]: C extends `${infer Stem}.one` ? Stem : never }[MessageCode];

/** The sentence for so many: `<code>.one` or `<code>.many`, given {count}. */
export function counted(code: Counted, count: number, args: Record<string, string | number> = {}): string {
	return say(`${code}.${count === 1 ? "one" : "many"}` as MessageCode, { ...args, count });
}
