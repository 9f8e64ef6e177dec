// Texts of the log in a plain text file: on one line, with nothing in them that hides, moves or controls anything.

import { codePoint, HIDDEN } from "../../../protocol/hiddenCharacters.ts";

/** The text on one line, at most `limit` characters, with everything that does not print as itself written as ⟦U+XXXX⟧. */
export function plain(text: string, limit = 1000): string {
	const short = text.length <= limit ? text : `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, "")}…`;
	return short.replace(HIDDEN, (char) => `⟦${codePoint(char)}⟧`);
}
