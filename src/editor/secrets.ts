// The key that signs checkpoints, kept in the editor's SecretStorage so that a program of the same user cannot just
// read it from a file. Windows of one editor product share it.
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomBytes, sign } from "node:crypto";
import type * as vscode from "vscode";
import type { Signer } from "../audit/journal.ts";
import type { Verification } from "../audit/verify.ts";

const NAME = "gatepost.signingKey.v1";
const SNAPSHOT_NAME = "gatepost.snapshotKey.v1";
const SNAPSHOT_BYTES = 32;

/** The editor's signer, made on first use. Two windows starting at once agree: what was stored last is read back. */
export async function editorSigner(secrets: vscode.SecretStorage): Promise<Signer> {
	let pem = await secrets.get(NAME);
	if (pem === undefined) {
		const { privateKey } = generateKeyPairSync("ed25519");
		await secrets.store(NAME, privateKey.export({ type: "pkcs8", format: "pem" }).toString());
		pem = await secrets.get(NAME);
		if (pem === undefined) throw new Error("The editor's secret storage did not keep the signing key.");
	}
	const key = createPrivateKey(pem);
	const publicKey = createPublicKey(key);
	return { publicKey, storage: "secret-storage", sign: (bytes) => sign(null, bytes, key) };
}

/** The editor's public key, in hex as in the log; undefined while it has none: looking makes none. */
export async function editorKey(secrets: Pick<vscode.SecretStorage, "get">): Promise<string | undefined> {
	const pem = await secrets.get(NAME);
	if (pem === undefined) return undefined;
	const { publicKeyHex } = await import("./core.ts");
	return publicKeyHex(createPublicKey(pem));
}

/**
 * The key under which this editor's indexes of logs are kept, 32 bytes, made on first use: the key of the home lies beside
 * the log, so whoever can write there could forge what a list shows. Windows starting at once agree, as with the signing key.
 * @throws Error when the secret storage does not answer or does not keep it
 */
export async function editorSnapshotKey(secrets: Pick<vscode.SecretStorage, "get" | "store">): Promise<Buffer> {
	const stored = keyFrom(await secrets.get(SNAPSHOT_NAME));
	if (stored !== undefined) return stored;
	await secrets.store(SNAPSHOT_NAME, randomBytes(SNAPSHOT_BYTES).toString("base64"));
	const kept = keyFrom(await secrets.get(SNAPSHOT_NAME));
	if (kept === undefined) throw new Error("The editor's secret storage did not keep the key of the audit log's index.");
	return kept;
}

/** One that is damaged is as good as none: only an index is built anew. */
function keyFrom(text: string | undefined): Buffer | undefined {
	const key = Buffer.from(text ?? "", "base64");
	return key.length === SNAPSHOT_BYTES ? key : undefined;
}

/** What a verification without a given key has to say about this editor's key. */
export type Signed = Pick<Verification, "heads" | "signer">;

/**
 * Whether a log is signed by this key throughout. That a segment names the key is not enough: anybody can write its name,
 * so a signature must cover entries of each segment that holds some.
 * @param publicKey hex
 */
export function ownOf({ heads, signer: { keys } }: Signed, publicKey: string): { publicKey: string; all: boolean } {
	const only = keys.length > 0 && keys.every((key) => key.publicKey === publicKey);
	return { publicKey, all: only && heads.every(({ entries, signed }) => entries === 0 || signed > 0) };
}
