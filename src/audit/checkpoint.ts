// Checkpoints: a signed note (c2sp.org/signed-note) over the head of a segment, in the shape of c2sp.org/tlog-checkpoint.
// Origin, number of entries, base64 of the hash of the last of them. The hash is the head of our chain, not a Merkle root.
// The key's name is the origin, as tlog-checkpoint wants it, so the standard tools take the note as it is.
import { createHash, type KeyObject, verify } from "node:crypto";
import { publicKeyFromHex, publicKeyHex, type Signer } from "./keys.ts";

export interface Checkpoint {
	/** `<workspace id>/<segment>` */
	origin: string;
	/** Number of entries covered: all before the checkpoint's own. */
	entries: number;
	/** Hex hash of the last of them. */
	hash: string;
}

/** What every checkpoint of a segment names as its log. */
export function originOf(workspace: string, segment: string): string {
	return `${workspace}/${segment}`;
}

/** The signed note of a checkpoint. */
export function signCheckpoint({ origin, entries, hash }: Checkpoint, signer: Signer): string {
	const text = `${origin}\n${entries}\n${Buffer.from(hash, "hex").toString("base64")}\n`;
	const signature = Buffer.concat([keyId(origin, publicKeyHex(signer.publicKey)), signer.sign(Buffer.from(text))]);
	return `${text}\n— ${origin} ${signature.toString("base64")}\n`;
}

/** signed-note: SHA-256(key name, line feed, signature type 0x01, 32-byte key), first 4 bytes. */
function keyId(name: string, publicKey: string): Buffer {
	return createHash("sha256").update(`${name}\n\x01`).update(Buffer.from(publicKey, "hex")).digest().subarray(0, 4);
}

const NOTE =
	/^([^\s+]{1,300})\n(0|[1-9]\d{0,14})\n([A-Za-z0-9+/]{43}=)\n\n— ([^\s+]{1,300}) ([A-Za-z0-9+/]{1,200}={0,2})\n$/;

/** A checkpoint by its form; whether its signature fits is still open. */
export interface UnprovenCheckpoint {
	checkpoint: Checkpoint;
	/** Whose signature it would be, hex. */
	publicKey: string;
	/** What is signed. */
	text: Buffer;
	signature: Buffer;
}

/**
 * The checkpoint of a note that `publicKey` (hex) signed, or why there is none.
 * Only notes as `signCheckpoint` writes them: one signature, no extension lines.
 */
export function openCheckpoint(note: string, publicKey: string): Checkpoint | { why: string } {
	const parsed = parseCheckpoint(note, publicKey);
	if ("why" in parsed) return parsed;
	const { text, signature, checkpoint } = parsed;
	return verify(null, text, keyObject(publicKey), signature) ? checkpoint : { why: NOT_SIGNED };
}

/** Why a checkpoint whose signature does not fit is none. */
export const NOT_SIGNED = "the signature does not fit";

/** All that `openCheckpoint` looks at but the signature. */
export function parseCheckpoint(note: string, publicKey: string): UnprovenCheckpoint | { why: string } {
	const [, origin = "", entries = "", root = "", name = "", signature = ""] = NOTE.exec(note) ?? [];
	if (origin === "") return { why: "it is not a signed note" };
	if (name !== origin) return { why: "it is signed under another name" };
	// Base64 can be written in more than one way; a note has one form only.
	const [signed, hash] = [Buffer.from(signature, "base64"), Buffer.from(root, "base64")];
	if (signed.toString("base64") !== signature || hash.toString("base64") !== root)
		return { why: "it is not a signed note" };
	if (!signed.subarray(0, 4).equals(keyId(origin, publicKey))) return { why: "it was signed with another key" };
	const text = Buffer.from(note.slice(0, note.indexOf("\n\n") + 1));
	const checkpoint = { origin, entries: Number(entries), hash: hash.toString("hex") };
	return { checkpoint, publicKey, text, signature: signed.subarray(4) };
}

/** Whether a checkpoint's signature fits, found out on a thread of Node's pool. */
export function isSigned({ text, publicKey, signature }: UnprovenCheckpoint): Promise<boolean> {
	return new Promise((resolve, reject) => {
		verify(null, text, keyObject(publicKey), signature, (error, fits) => (error ? reject(error) : resolve(fits)));
	});
}

/** One key signs many checkpoints; making its object costs as much as a verification. */
const keyObjects = new Map<string, KeyObject>();

function keyObject(publicKey: string): KeyObject {
	let key = keyObjects.get(publicKey);
	if (key === undefined) {
		if (keyObjects.size >= 100) keyObjects.clear();
		key = publicKeyFromHex(publicKey);
		keyObjects.set(publicKey, key);
	}
	return key;
}
