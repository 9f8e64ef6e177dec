// Log contents as HTML: only ever text, and every character that does not show is shown.

import { codePoint, HIDDEN_IN_LINES } from "../../protocol/hiddenCharacters.ts";

const MARKUP: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** A text as HTML. It can stand in an element or in a quoted attribute. */
export function escaped(text: string): string {
	return text
		.toWellFormed()
		.replace(/[&<>"']/g, (char) => MARKUP[char] ?? "")
		.replace(HIDDEN_IN_LINES, (char) => `[${codePoint(char)}]`);
}

/** An agent's words: in a direction of their own, so that they cannot turn what stands around them. */
export function bdi(text: string): string {
	return `<bdi>${escaped(text)}</bdi>`;
}

/** A text in its own lines, at most `max` characters of it; says what was left out. */
export function pre(text: string, max: number): string {
	const shown = text.length <= max ? text : text.slice(0, max);
	const more = text.length - shown.length;
	return `<pre dir="ltr">${escaped(shown)}${more > 0 ? `\n<i>… ${more} more characters are in the log.</i>` : ""}</pre>`;
}

/** Rows of a definition list; those without a value are left out. Values are HTML. */
export function facts(rows: readonly (readonly [name: string, html: string | undefined])[]): string {
	const items = rows.flatMap(([name, html]) =>
		html === undefined || html === "" ? [] : [`<div><dt>${escaped(name)}</dt><dd>${html}</dd></div>`],
	);
	return items.length === 0 ? "" : `<dl>${items.join("")}</dl>`;
}
