// The secrets Gatepost keeps in files: the home key (MACs) and, for gates without an editor, the key that signs
// checkpoints. Both are made once; a damaged or exposed one is refused, never replaced in silence.
import {
	createPrivateKey,
	createPublicKey,
	generateKeyPairSync,
	type KeyObject,
	randomBytes,
	sign as signBytes,
} from "node:crypto";
import { closeSync, constants, fstatSync, fsyncSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { JournalError, systemCode } from "./errors.ts";
import { nameNew, syncDirNow } from "./files.ts";

/** Signs checkpoints with Ed25519. The editor brings one whose key lives in its SecretStorage. */
export interface Signer {
	publicKey: KeyObject;
	/** The 64-byte signature. */
	sign(bytes: Uint8Array): Uint8Array;
	/** Where the private key is kept; written into the log, because a file can be read by any program of the user. */
	storage: "file" | "secret-storage";
}

/** A new Ed25519 private key as PKCS8 PEM, for SecretStorage or a file. */
export function newSigningKey(): string {
	return generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
}

/** The signer of an Ed25519 private key in PEM. @throws Error when the text holds anything else */
export function signerFromPem(pem: string, storage: Signer["storage"]): Signer {
	const key = createPrivateKey(pem);
	if (key.asymmetricKeyType !== "ed25519") throw new Error(`an Ed25519 key is needed, not ${key.asymmetricKeyType}`);
	return { publicKey: createPublicKey(key), storage, sign: (bytes) => signBytes(null, bytes, key) };
}

/** The 32 bytes of an Ed25519 public key in hex: how the log, `--key` and people name a key. */
export function publicKeyHex(key: KeyObject): string {
	const { x } = key.export({ format: "jwk" });
	if (key.asymmetricKeyType !== "ed25519" || typeof x !== "string") throw new Error("an Ed25519 public key is needed");
	return Buffer.from(x, "base64url").toString("hex");
}

/** The key object of a public key in hex. */
export function publicKeyFromHex(hex: string): KeyObject {
	const x = Buffer.from(hex, "hex").toString("base64url");
	return createPublicKey({ key: { kty: "OKP", crv: "Ed25519", x }, format: "jwk" });
}

/** The 32 bytes of `path`, made at first use. @throws JournalError "unsafe-home" */
export function loadMacKey(path: string): Buffer {
	const key = readSecret(path) ?? createSecret(path, randomBytes(32));
	if (key.length !== 32) throw damaged(path);
	return key;
}

/** The file signer of `path` (PKCS8 PEM), made at first use. @throws JournalError "unsafe-home" */
export function loadFileSigner(path: string): Signer {
	const pem = readSecret(path) ?? createSecret(path, Buffer.from(newSigningKey()));
	try {
		return signerFromPem(pem.toString("utf8"), "file");
	} catch (error) {
		throw damaged(path, error);
	}
}

function damaged(path: string, cause?: unknown): JournalError {
	return new JournalError(
		"unsafe-home",
		`The key file ${path} is damaged. Gatepost did not start. Put back a copy, or delete it: a new key is then made and announced in the log.`,
		{ cause },
	);
}

function readSecret(path: string): Buffer | undefined {
	let fd: number;
	try {
		fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	} catch (error) {
		if (systemCode(error) === "ENOENT") return undefined;
		throw new JournalError(
			"unsafe-home",
			`The key file ${path} cannot be opened (${systemCode(error)}). Gatepost did not start. Make it a plain file that you own.`,
			{ cause: error },
		);
	}
	try {
		const found = fstatSync(fd);
		const uid = process.getuid?.();
		if (!found.isFile() || (uid !== undefined && (found.uid !== uid || (found.mode & 0o077) !== 0)))
			throw new JournalError(
				"unsafe-home",
				`The key file ${path} belongs to somebody else or others may open it. Gatepost did not use it and did not start. Delete it to get a new key, or, if you are sure nobody read it, run: chmod 600 '${path}'`,
			);
		return readFileSync(fd);
	} finally {
		closeSync(fd);
	}
}

/** Whole or absent, and the first of several gates that start at once wins: the others take its key. */
function createSecret(path: string, bytes: Buffer): Buffer {
	const temporary = `${path}.${randomBytes(8).toString("hex")}.new`;
	try {
		writeDurably(temporary, bytes);
		nameNew(temporary, path);
	} catch (error) {
		if (systemCode(error) !== "EEXIST") throw error;
	} finally {
		rmSync(temporary, { force: true });
	}
	syncDirNow(dirname(path));
	return readSecret(path) ?? bytes;
}

function writeDurably(path: string, bytes: Buffer): void {
	const fd = openSync(path, "wx", 0o600);
	try {
		writeFileSync(fd, bytes);
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}
