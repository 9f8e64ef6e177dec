import assert from "node:assert/strict";
import { createHash, verify } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import { openCheckpoint, originOf, signCheckpoint } from "../../../src/audit/checkpoint.ts";
import { newSigningKey, publicKeyFromHex, publicKeyHex, signerFromPem } from "../../../src/audit/keys.ts";

const signer = signerFromPem(newSigningKey(), "file");
const publicKey = publicKeyHex(signer.publicKey);
const checkpoint = {
	origin: originOf("0123456789abcdef", "20250131T235959.001Z-aaaa.jsonl"),
	entries: 42,
	hash: "ab".repeat(32),
};
const note = signCheckpoint(checkpoint, signer);

test("a note is text, a blank line and a signature line, as c2sp.org/signed-note says", () => {
	const [origin, size, root, blank, line, end, ...rest] = note.split("\n");
	assert.equal(origin, checkpoint.origin);
	assert.equal(size, "42");
	assert.equal(root, Buffer.from(checkpoint.hash, "hex").toString("base64"));
	assert.deepEqual([blank, end, rest], ["", "", []]);
	const [dash, name, signature] = (line ?? "").split(" ");
	assert.equal(dash, "\u2014");
	assert.equal(name, checkpoint.origin);
	const bytes = Buffer.from(signature ?? "", "base64");
	assert.equal(bytes.length, 4 + 64);
	// key ID = SHA-256(key name || 0x0A || 0x01 || 32-byte key)[:4]
	const raw = Buffer.from(signer.publicKey.export({ format: "der", type: "spki" })).subarray(-32);
	const id = createHash("sha256")
		.update(Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([1]), raw]))
		.digest();
	assert.ok(bytes.subarray(0, 4).equals(id.subarray(0, 4)));
	const text = Buffer.from(`${origin}\n${size}\n${root}\n`);
	assert.ok(verify(null, text, signer.publicKey, bytes.subarray(4)));
});

test("a note opens as the checkpoint that was signed, with the right key only", () => {
	assert.deepEqual(openCheckpoint(note, publicKey), checkpoint);
	const other = publicKeyHex(signerFromPem(newSigningKey(), "file").publicKey);
	assert.deepEqual(openCheckpoint(note, other), { why: "it was signed with another key" });
	assert.equal(publicKeyHex(publicKeyFromHex(publicKey)), publicKey);
});

test("no changed note opens", () => {
	fc.assert(
		fc.property(fc.nat(note.length), fc.string({ maxLength: 3 }), fc.nat(3), (at, more, removed) => {
			const changed = note.slice(0, at) + more + note.slice(at + removed);
			if (changed !== note) assert.ok("why" in openCheckpoint(changed, publicKey), changed);
		}),
		{ numRuns: 300 },
	);
	for (let at = 0; at < note.length; at++)
		assert.ok("why" in openCheckpoint(note.slice(0, at) + note.slice(at + 1), publicKey), `without character ${at}`);
	fc.assert(fc.property(fc.string({ unit: "binary" }), (text) => "why" in openCheckpoint(text, publicKey)));
});

test("only Ed25519 keys sign", async () => {
	const { generateKeyPairSync } = await import("node:crypto");
	const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
	const pem = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
	assert.throws(() => signerFromPem(pem, "file"), /Ed25519/);
	assert.throws(() => publicKeyHex(signerFromPem(pem, "file").publicKey));
});
