// Cells of a CSV file (RFC 4180) that no spreadsheet takes for a formula.
//
// A formula is what begins with = + - @ (Excel, LibreOffice, Google Sheets), or with one of their full-width or other
// compatibility forms: Numbers normalizes text first, and Excel takes the full-width ones in some languages. White space,
// controls, invisible characters and quotes before them do not help: programs trim them. Tab, CR and LF at the beginning
// count too, because they may be taken for the end of a cell. Such a cell gets one apostrophe in front.

/** Characters of a cell; Excel takes 32,767. */
export const MAX_CELL = 32_000;

const LEAD = String.raw`[\s\p{C}\p{Z}\p{Default_Ignorable_Code_Point}"'\x60‘’“”＂＇]*`;
const TRIGGER = String.raw`[=+\-@＝﹦⁼₌＋﹢⁺₊－﹣−⁻₋ー＠﹫]`;
const HARMFUL = new RegExp(String.raw`^(?:${LEAD}${TRIGGER}|["'\x60‘’“”＂＇]*[\t\r\n])`, "u");
/** Most cells begin with an ASCII letter or digit. */
const PLAIN_START = /^[A-Za-z0-9/]/;
/** What RFC 4180 wants quoted, and what programs take for the end of a line or drop at the ends. */
const QUOTED = /[",\r\n\p{Cc}\u2028\u2029;]|^\s|\s$/u;

/** Whether a spreadsheet may take a text for a formula. */
export function isHarmful(text: string): boolean {
	return !PLAIN_START.test(text) && HARMFUL.test(text);
}

/** A text as a cell: shortened, harmless, quoted where it must be. */
export function cell(text: string): string {
	if (text === "") return "";
	const short = text.length <= MAX_CELL ? text : `${text.slice(0, MAX_CELL - 1).toWellFormed()}…`;
	const safe = isHarmful(short) ? `'${short}` : short;
	return QUOTED.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
