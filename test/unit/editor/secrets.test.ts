// The editor's key, and which logs it signed throughout.
import assert from "node:assert/strict";
import { appendFileSync, copyFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GENESIS, saltedBody, seal } from "../../../src/audit/chain.ts";
import { firstEntry } from "../../../src/audit/first.ts";
import { headPath } from "../../../src/audit/head.ts";
import { publicKeyHex } from "../../../src/audit/keys.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { editorKey, editorSigner, editorSnapshotKey, ownOf } from "../../../src/editor/secrets.ts";
import { place, writeHead } from "../audit/support.ts";

function secretStorage() {
	const kept = new Map<string, string>();
	return {
		kept,
		get: async (name: string) => kept.get(name),
		store: async (name: string, value: string) => void kept.set(name, value),
	};
}

test("looking for the key makes none; the one of the signer is found", async () => {
	const secrets = secretStorage();
	assert.equal(await editorKey(secrets), undefined);
	assert.equal(secrets.kept.size, 0);
	const signer = await editorSigner(secrets as unknown as Parameters<typeof editorSigner>[0]);
	assert.equal(await editorKey(secrets), publicKeyHex(signer.publicKey));
});

test("the key of indexes is made once, 32 bytes, and anew when what is kept is damaged", async () => {
	const secrets = secretStorage();
	const [one, two] = await Promise.all([editorSnapshotKey(secrets), editorSnapshotKey(secrets)]);
	const kept = await editorSnapshotKey(secrets);
	assert.equal(kept.length, 32);
	assert.ok(kept.equals(two) || kept.equals(one));
	assert.ok((await editorSnapshotKey(secrets)).equals(kept));
	assert.ok(!kept.equals(await editorSnapshotKey(secretStorage())), "the same for everybody");
	for (const damaged of ["", "AAAA", "<b>", "x".repeat(10_000)]) {
		secrets.kept.set("gatepost.snapshotKey.v1", damaged);
		const fresh = await editorSnapshotKey(secrets);
		assert.equal(fresh.length, 32);
		assert.ok((await editorSnapshotKey(secrets)).equals(fresh));
	}
	await assert.rejects(editorSnapshotKey({ ...secrets, get: async () => undefined }), /did not keep/);
});

test("a log is signed by the key throughout, or it is not", async (t) => {
	const here = place(t);
	const signer = await editorSigner(secretStorage() as unknown as Parameters<typeof editorSigner>[0]);
	const key = publicKeyHex(signer.publicKey);
	const all = async () => ownOf(await verifyWorkspace(dir), key).all;
	const own = await here.open("editor", { signer });
	const { dir, path } = own;
	await own.append("prompt", { claimed: { text: "one" } });
	assert.ok(await all(), "while a gate writes");
	await own.close();
	assert.ok(await all());

	// A segment that names the key, which everybody can read, with no signature of it.
	const started = await firstEntry(path);
	assert.ok(started);
	const segment = "20200101T000000.000Z-forged.jsonl";
	const head = { v: 1, seq: 1, time: "2020-01-01T00:00:00.000Z", mono: 1, type: "gate.started" } as const;
	const forged = seal(GENESIS, head, saltedBody({ ...started, segment, links: [] }));
	appendFileSync(join(dir, "journal", segment), forged.line);
	copyFileSync(headPath(join(dir, "heads"), own.segment), headPath(join(dir, "heads"), segment));
	// Of a segment that nothing was acknowledged of, no checkpoint is demanded.
	writeHead(dir, segment, 0, 0, GENESIS);
	const found = await verifyWorkspace(dir);
	assert.deepEqual([found.problems, found.signer.keys.map(({ publicKey }) => publicKey)], [[], [key]]);
	assert.ok(!(await all()));
});

test("another key, as that of the command line, is not this editor's", async (t) => {
	const here = place(t);
	const signer = await editorSigner(secretStorage() as unknown as Parameters<typeof editorSigner>[0]);
	const own = await here.open("editor", { signer });
	await own.close();
	await (await here.open("serve")).close();
	const found = await verifyWorkspace(own.dir);
	assert.ok(found.ok && found.signer.keys.length === 2);
	assert.deepEqual(ownOf(found, publicKeyHex(signer.publicKey)), {
		publicKey: publicKeyHex(signer.publicKey),
		all: false,
	});
});
