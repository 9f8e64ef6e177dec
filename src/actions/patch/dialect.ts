// How agents' tools differ in what they make of one patch format. Both work on lines; they disagree on what white space
// is, which characters they take for each other, and what they keep of a line that a patch only names.

/**
 * "codex": measured with Codex 0.169.0. "opencode": read in OpenCode's source, not measured; after the write OpenCode may
 * also run the user's formatter, which nothing here can know.
 */
export type PatchDialect = "codex" | "opencode";

/** How two lines may be taken for the same, from strict to loose. Each maps a line to what is compared. */
export function comparisons(dialect: PatchDialect): readonly ((line: string) => string)[] {
	return dialect === "codex" ? CODEX : OPENCODE;
}

/** A text without white space at both ends, as the dialect's language sees white space. */
export function trimmed(dialect: PatchDialect, text: string): string {
	return dialect === "codex" ? rustTrimStart(rustTrimEnd(text)) : text.trim();
}

const same = (line: string): string => line;
const CODEX = [same, rustTrimEnd, (line: string) => trimmed("codex", line), codexPlain];
const OPENCODE = [same, (line: string) => line.trimEnd(), (line: string) => line.trim(), openCodePlain];

// Loops, not expressions: /\s+$/ takes quadratic time on a line of white space.
function rustTrimEnd(text: string): string {
	let end = text.length;
	while (end > 0 && isRustSpace(text.charCodeAt(end - 1))) end -= 1;
	return text.slice(0, end);
}

function rustTrimStart(text: string): string {
	let start = 0;
	while (start < text.length && isRustSpace(text.charCodeAt(start))) start += 1;
	return text.slice(start);
}

/** Unicode's White_Space. JavaScript's also has U+FEFF, and lacks U+0085. */
function isRustSpace(code: number): boolean {
	if (code < 0x80) return code === 0x20 || (code >= 0x09 && code <= 0x0d);
	if (code >= 0x2000 && code <= 0x200a) return true;
	return [0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000].includes(code);
}

function codexPlain(line: string): string {
	return trimmed("codex", line)
		.replace(/[\u2010-\u2015\u2212]/g, "-")
		.replace(/[\u2018-\u201b]/g, "'")
		.replace(/[\u201c-\u201f]/g, '"')
		.replace(/[\u00a0\u2002-\u200a\u202f\u205f\u3000]/g, " ");
}

function openCodePlain(line: string): string {
	return line
		.trim()
		.replace(/[\u2018-\u201b]/g, "'")
		.replace(/[\u201c-\u201f]/g, '"')
		.replace(/[\u2010-\u2015]/g, "-")
		.replaceAll("\u2026", "...")
		.replaceAll("\u00a0", " ");
}
