// Bytes and hashes, without anything a page from a file does not have.
import { sha256 as noble } from "@noble/hashes/sha2.js";
import { bytesToHex, hexToBytes } from "@noble/hashes/utils.js";

export { bytesToHex, hexToBytes };

const utf8 = new TextEncoder();
const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Hex SHA-256. Texts as UTF-8. */
export function sha256(content: string | Uint8Array): string {
	return bytesToHex(noble(typeof content === "string" ? utf8.encode(content) : content));
}

export const bytesOf = (text: string): Uint8Array => utf8.encode(text);

/** The text of bytes, or undefined when they are no UTF-8. */
export function textOf(bytes: Uint8Array): string | undefined {
	try {
		return strict.decode(bytes);
	} catch {
		return undefined;
	}
}

/** @throws when it is no base64 */
export function fromBase64(text: string): Uint8Array {
	const binary = atob(text);
	const bytes = new Uint8Array(binary.length);
	for (let at = 0; at < binary.length; at++) bytes[at] = binary.charCodeAt(at);
	return bytes;
}

export function toBase64(bytes: Uint8Array): string {
	let binary = "";
	for (const byte of bytes) binary += String.fromCharCode(byte);
	return btoa(binary);
}

export function equal(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
	return a !== undefined && b !== undefined && a.length === b.length && a.every((byte, at) => byte === b[at]);
}
