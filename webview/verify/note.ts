// Checkpoints: signed notes over the head of a segment, checked with Ed25519 by the strict rules that openssl follows, too.
import * as ed from "@noble/ed25519";
import { sha512 } from "@noble/hashes/sha2.js";
import { bytesOf, bytesToHex, equal, fromBase64, hexToBytes, sha256, toBase64 } from "./bytes.ts";

ed.hashes.sha512 = sha512;

export interface Note {
	/** Entries it covers. */
	entries: number;
	text: Uint8Array;
	signature: Uint8Array;
}

const NOTE =
	/^(([^\s+]{1,300})\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n)\n\u2014 ([^\s+]{1,300}) ([A-Za-z0-9+/]{1,200}={0,2})\n$/;

/** The note of a checkpoint, or why it does not count. @param prev hash of the entry before it, its number `entries` */
export function openNote(
	note: string,
	origin: string,
	publicKey: string,
	entries: number,
	prev: string,
): Note | { why: string } {
	const [, text, named, count, root, name, signed] = NOTE.exec(note) ?? [];
	if (text === undefined || root === undefined || signed === undefined) return { why: "it is not a signed note" };
	if (named !== origin || name !== origin) return { why: "it is for another segment" };
	const [hash, whole] = [fromBase64(root), fromBase64(signed)];
	if (toBase64(whole) !== signed || toBase64(hash) !== root) return { why: "it is not a signed note" };
	if (Number(count) !== entries || bytesToHex(hash) !== prev)
		return { why: "it signs another head than the one before it" };
	const key = hexToBytes(publicKey);
	const id = hexToBytes(sha256(new Uint8Array([...bytesOf(`${origin}\n`), 1, ...key]))).subarray(0, 4);
	if (!equal(whole.subarray(0, 4), id)) return { why: "it was signed with another key" };
	const signature = whole.subarray(4);
	if (!isSigned(signature, bytesOf(text), key)) return { why: "the signature does not fit" };
	return { entries, text: bytesOf(text), signature };
}

function isSigned(signature: Uint8Array, text: Uint8Array, key: Uint8Array): boolean {
	try {
		return ed.verify(signature, text, key, { zip215: false });
	} catch {
		return false;
	}
}

/** SubjectPublicKeyInfo of an Ed25519 key in PEM, as openssl writes it. */
export function pemOf(publicKey: string): string {
	const der = toBase64(hexToBytes(`302a300506032b6570032100${publicKey}`));
	return `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----\n`;
}
