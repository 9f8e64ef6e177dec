// Names of files as bytes. On Linux a name is any bytes; as UTF-8 text two names could become one. So a name is kept as a
// string in which each character is one byte ("latin1"), and is only made readable at the end.
import { isUtf8 } from "node:buffer";

const NOT_ASCII = /[^\x00-\x7f]/;

/** The bytes of a text in UTF-8, one per character. */
export function byteText(text: string): string {
	return NOT_ASCII.test(text) ? Buffer.from(text, "utf8").toString("latin1") : text;
}

/** What a function of node:fs takes for it. */
export function fsPath(bytes: string): string | Buffer {
	return NOT_ASCII.test(bytes) ? Buffer.from(bytes, "latin1") : bytes;
}

/** As text, with replacement characters for what is not UTF-8. */
export function readable(bytes: string): string {
	return NOT_ASCII.test(bytes) ? Buffer.from(bytes, "latin1").toString("utf8") : bytes;
}

/** Whether `readable` says it exactly. */
export function isReadable(bytes: string): boolean {
	return !NOT_ASCII.test(bytes) || isUtf8(Buffer.from(bytes, "latin1"));
}

/**
 * A path of a walk made absolute: hooks and settings of a repository can lie outside the root, and are absolute already.
 * @param root with a slash at the end
 */
export function under(root: string, path: string): string {
	return path.startsWith("/") || (process.platform === "win32" && /^[A-Za-z]:/.test(path)) ? path : root + path;
}
