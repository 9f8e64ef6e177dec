// Text of a log made safe for a terminal. Logs quote agents: escape sequences, bidi controls and invisible characters in
// them must be seen, not obeyed.

// Controls (C0 and C1), format characters (bidi, zero width, tags), line and paragraph separators, private use, lone
// surrogates, unassigned, blank look-alikes, and everything Unicode lets a renderer leave out.
const UNSAFE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

const SHORT: Record<string, string> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/** One line of visible text: what a terminal could obey or leave out is written as an escape. */
export function printable(text: string): string {
	return text.replace(UNSAFE, (char) => SHORT[char] ?? `\\u{${(char.codePointAt(0) ?? 0).toString(16)}}`);
}

/** JSON text with the same characters as JSON escapes: the same value, safe to look at. `indent`: spaces, 0 for one line. */
export function printableJson(value: unknown, indent = 0): string {
	return JSON.stringify(value, undefined, indent).replace(UNSAFE, (char) => {
		// The line breaks of the indentation; those in strings are escaped already.
		if (char === "\n") return char;
		return [...Array(char.length).keys()].map((i) => `\\u${char.charCodeAt(i).toString(16).padStart(4, "0")}`).join("");
	});
}
