// Agents' text for a terminal: no escape sequence, no invisible or direction-changing character gets through.

// Controls, format characters (bidi, zero width, tags), private use, surrogates, separators, odd spaces, ignorables.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** The text on one line, with everything that does not print as itself written as <U+XXXX>. */
export function terminalText(text: string): string {
	return text.replace(
		UNSAFE,
		(char) => `<U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}>`,
	);
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
