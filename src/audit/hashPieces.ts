// Hashing megabytes on a thread that others wait for.
import type { Hash, Hmac } from "node:crypto";
import { setImmediate as othersTurn } from "node:timers/promises";

/** Hashed at once: 1 ms on a slow machine. Bytes. */
const PIECE = 512 * 1024;

/** Takes bytes into a hash, and lets others have their turn in between. They are not to change meanwhile. */
export async function hashPieces(hash: Hash | Hmac, bytes: Uint8Array): Promise<void> {
	for (let at = 0; at < bytes.length; at += PIECE) {
		if (at > 0) await othersTurn();
		hash.update(bytes.subarray(at, at + PIECE));
	}
}
