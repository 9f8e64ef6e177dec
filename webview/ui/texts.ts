// Sentences of the webviews: codes in, the person's language out.
import { config, t as translate } from "@vscode/l10n";
import { format, type MessageCode } from "../../src/protocol/messages.ts";

export type AnyMessage = { code: string; args?: Record<string, string | number> | undefined };

/** Takes the bundle of `vscode.l10n` as the host sends it. */
export function setStrings(contents: Record<string, string>): void {
	config({ contents });
}

/** The sentence of a message. May hold an agent's words (its args): draw it with `AgentText`. */
export function say(message: AnyMessage): string {
	return format(message, (template) => translate(template));
}

/** One of our own texts. */
export function t(code: MessageCode, args?: Record<string, string | number>): string {
	return say(args === undefined ? { code } : { code, args });
}

type OfOne<Code> = Code extends `${infer Stem}.one` ? Stem : never;
/** Codes that come as `<code>.one` and `<code>.many`. */
export type CountedCode = OfOne<MessageCode>;

/** `code`.one or `code`.many, by the count, with {count} filled in. */
export function counted(code: CountedCode, n: number, args: Record<string, string | number> = {}): string {
	return t(`${code}.${n === 1 ? "one" : "many"}` as MessageCode, { ...args, count: n.toLocaleString() });
}
