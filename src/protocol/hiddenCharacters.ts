// Characters that do not print as themselves: one list for terminal, plain text, JSON and HTML, so that what one of them
// makes visible hides in no other.

/** Controls, format characters (bidi, zero width, tags), unassigned, private use, surrogates, separators, odd spaces, ignorables. */
export const HIDDEN =
	/[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** The same but line feed and tab, for texts of several lines. */
export const HIDDEN_IN_LINES =
	/(?![\n\t])[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** "U+202E" */
export function codePoint(char: string): string {
	return `U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`;
}
