// Which masked secrets are the same, told by a keyed digest. Digests never stand in what is logged or exported: they go to
// whoever collects them, and from there into a book of this home (audit/secretBook.ts).
import { createHmac } from "node:crypto";
import { viewOf } from "./redactView.ts";

/** A secret that was masked. */
export interface FoundSecret {
	/** As its mask says it. */
	kind: string;
	/** 32 hex digits: HMAC-SHA-256 of the secret, shortened. */
	mac: string;
}

/** More of one text or value are not noted: a file of secrets would cost more than it tells. */
const MAX_SECRETS = 200;

let key: Buffer | undefined;
let collecting: Map<string, FoundSecret> | undefined;

/**
 * The key of the digests, derived from the home's. Without one nothing is noted.
 * @param homeKey 32 bytes; undefined ends the noting
 */
export function setSecretKey(homeKey: Uint8Array | undefined): void {
	key = homeKey === undefined ? undefined : createHmac("sha256", homeKey).update("gatepost secret book 1").digest();
}

/** The derived key, for a thread that is to note the same. */
export function secretKey(): Uint8Array | undefined {
	return key;
}

/** Takes the derived key of another thread. */
export function adoptSecretKey(derived: Uint8Array | undefined): void {
	key = derived === undefined ? undefined : Buffer.from(derived);
}

/**
 * Does `work`, and returns the secrets that were masked in it, each once.
 * @param work not asynchronous: what it leaves for later is not collected
 */
export function collectSecrets<T>(work: () => T): { value: T; secrets: FoundSecret[] } {
	const outer = collecting;
	const found = new Map<string, FoundSecret>();
	collecting = found;
	try {
		return { value: work(), secrets: [...found.values()] };
	} finally {
		collecting = outer;
	}
}

/** Called for each mask. */
export function noteSecret(kind: string, secret: string): void {
	if (key === undefined || collecting === undefined || collecting.size >= MAX_SECRETS) return;
	// The same key with and without escaped line breaks is the same key.
	const plain = (viewOf(secret)?.text ?? secret).replace(/\s+/g, "");
	if (plain === "") return;
	const mac = createHmac("sha256", key).update(plain, "utf8").digest("hex").slice(0, 32);
	if (!collecting.has(mac)) collecting.set(mac, { kind, mac });
}
