// The key that signs checkpoints, kept in the editor's SecretStorage so that a program of the same user cannot just
// read it from a file. Windows of one editor product share it.
import { createPrivateKey, createPublicKey, generateKeyPairSync, sign } from "node:crypto";
import type * as vscode from "vscode";
import type { Signer } from "../audit/journal.ts";

const NAME = "gatepost.signingKey.v1";

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
