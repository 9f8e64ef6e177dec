// Every sentence a person can meet, by code. Core code and webviews pass {code, args} around and never sentences;
// the text is made at the last moment by `format`, through a translator where there is one (@vscode/l10n).
// A sentence that reports trouble says what happened, what Gatepost did, and what the person can do.
import { TEXTS } from "./texts.ts";

export type MessageCode = keyof typeof TEXTS;

/** A sentence to be: its code in TEXTS and the values for its {placeholders}. */
export interface Message {
	code: MessageCode;
	args?: Record<string, string | number>;
}

/** Makes a message. The code is checked by the compiler; args fill the {placeholders} of its text. */
export function message(code: MessageCode, args?: Record<string, string | number>): Message {
	return args === undefined ? { code } : { code, args };
}

/**
 * The sentence in English, or in the language of `translate` (given the English template, returns the template to use).
 * A code this build does not know is shown as the code itself: an unknown message must be seen, not lost.
 */
export function format(
	msg: { code: string; args?: Record<string, string | number> | undefined },
	translate: (template: string) => string = (t) => t,
): string {
	// A code may come from a log, where anything can stand.
	const template = Object.hasOwn(TEXTS, msg.code) ? (TEXTS as Record<string, string>)[msg.code] : undefined;
	if (template === undefined) return `${msg.code} ${JSON.stringify(msg.args ?? {})}`;
	return translate(template).replace(/\{(\w+)\}/g, (whole, name: string) => {
		const value = msg.args?.[name];
		return value === undefined ? whole : String(value);
	});
}
