// Agents' text for a terminal: no escape sequence, no invisible or direction-changing character gets through.

import { codePoint, HIDDEN } from "../protocol/hiddenCharacters.ts";

/** The text on one line, with everything that does not print as itself written as <U+XXXX>. */
export function terminalText(text: string): string {
	return text.replace(HIDDEN, (char) => `<${codePoint(char)}>`);
}

/** The rows a text fills. Letters of some scripts take two columns: all that is not ASCII counts so. */
export function wrapped(text: string, columns: number): string[] {
	return text.split("\n").flatMap((line) => {
		const rows = [""];
		let left = columns;
		for (const letter of line) {
			const width = letter > "~" ? 2 : 1;
			if (width > left && left < columns) {
				rows.push("");
				left = columns;
			}
			rows[rows.length - 1] += letter;
			left -= width;
		}
		return rows;
	});
}
