// Attributes with which git writes other bytes into a file than it has in its store. Read by us, never given to git.
import { IgnoreFile } from "./ignoreFile.ts";
import { readSmall } from "./readFile.ts";

const MAX_BYTES = 256 * 1024;
const MAX_KEPT = 2000;
/** Patterns that must be followed byte by byte: of more, every file counts as converted. Bytes. */
const MAX_SLOW = 4096;

/** End-of-line attributes are not here: they change the size, which is compared. */
const CONVERTS = /\b(?:filter|working-tree-encoding|ident)\b/;

/** Whether a file may have been converted. `folder` is relative to the attributes' own. */
export type Converts = (folder: string, name: string) => boolean;

export class AttributesBook {
	readonly #kept = new Map<string, { key: string; converts: Converts | undefined }>();

	/**
	 * @param path absolute, one byte a character
	 * @param key its stat data: while that is the same, it is not read again
	 * @returns undefined where nothing is converted
	 */
	read(path: string, key: string): Converts | undefined {
		const kept = this.#kept.get(path);
		if (kept?.key === key) return kept.converts;
		const text = readSmall(path, MAX_BYTES)?.toString("latin1");
		const converts = text === undefined ? () => true : convertsBy(text);
		if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
		this.#kept.set(path, { key, converts });
		return converts;
	}
}

/** @param text of a .gitattributes file, one byte a character */
export function convertsBy(text: string): Converts | undefined {
	const patterns: string[] = [];
	for (const line of text.replace(/^\xef\xbb\xbf/, "").split(/\r?\n/)) {
		const trimmed = line.replace(/^[ \t]+/, "");
		const [pattern = ""] = trimmed.split(/[ \t]/, 1);
		if (pattern.startsWith("#") || !CONVERTS.test(trimmed.slice(pattern.length))) continue;
		// A macro can be anywhere; a quoted pattern is rare enough not to be read.
		if (pattern.startsWith("[attr]") || pattern.startsWith('"')) return () => true;
		patterns.push(pattern);
	}
	if (patterns.length === 0) return undefined;
	const file = new IgnoreFile(patterns.join("\n"));
	// "#" and "!" mean nothing here, and are not escaped: such a line would be left out, or match the other way round.
	if (patterns.some((pattern) => /^[!#]/.test(pattern))) return () => true;
	// Asked for each file that changed; real ones hold a handful.
	if (file.unread > 0 || file.slow > MAX_SLOW) return () => true;
	return (folder, name) => file.ignores({ folder, name, isFolder: false }) === true;
}
