// Texts of the log in a plain text file: on one line, with nothing in them that hides, moves or controls anything.

const UNSAFE = /[\p{Cc}\p{Cf}\p{Cn}\p{Co}\p{Cs}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2800]|(?! )\p{Zs}/gu;

/** The text on one line, at most `limit` characters, with everything that does not print as itself written as ⟦U+XXXX⟧. */
export function plain(text: string, limit = 1000): string {
	const short = text.length <= limit ? text : `${text.slice(0, limit).replace(/[\uD800-\uDBFF]$/, "")}…`;
	return short.replace(
		UNSAFE,
		(char) => `⟦U+${(char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}⟧`,
	);
}
