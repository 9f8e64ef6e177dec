import assert from "node:assert/strict";
import { createHash, randomBytes } from "node:crypto";
import {
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	statSync,
	symlinkSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { deflateSync, inflateSync } from "node:zlib";
import fc from "fast-check";
import { EvidenceStore, MAX_EVIDENCE_BYTES } from "../../../src/audit/evidence.ts";
import { makeWorkspaceDirs, workspacePaths } from "../../../src/audit/home.ts";
import { place } from "./support.ts";

function store(t: TestContext, id = "0123456789abcdef") {
	const { home } = place(t);
	const paths = workspacePaths(home.dir, id);
	makeWorkspaceDirs(paths);
	return { paths, home, store: new EvidenceStore(paths, home.macKey()) };
}

test("a content comes back as it was, whatever it holds", async (t) => {
	const { store: evidence } = store(t);
	await fc.assert(
		fc.asyncProperty(fc.uint8Array({ maxLength: 3000 }), async (bytes) => {
			const { digest, size } = await evidence.put(Buffer.from(bytes));
			assert.equal(size, bytes.length);
			assert.ok((await evidence.get(digest)).equals(Buffer.from(bytes)));
		}),
		{ numRuns: 30 },
	);
	const large = randomBytes(1_000_000);
	assert.ok((await evidence.get((await evidence.put(large)).digest)).equals(large));
	const repetitive = Buffer.alloc(10_000_000, "gatepost ");
	const { digest } = await evidence.put(repetitive);
	assert.ok((await evidence.get(digest)).equals(repetitive));
});

test("a digest can be checked with SHA-256 and zlib alone, and is not the digest of the content", async (t) => {
	const { store: evidence, paths } = store(t);
	const content = Buffer.from("PASSWORD=1234\n");
	const { digest } = await evidence.put(content);
	const file = readFileSync(join(paths.evidence, digest));
	assert.equal(file.toString("latin1", 0, 6), "GPEV1\n");
	const salt = file.subarray(6, 22);
	assert.ok(inflateSync(file.subarray(22)).equals(content));
	assert.equal(createHash("sha256").update(salt).update(content).digest("hex"), digest);
	assert.notEqual(createHash("sha256").update(content).digest("hex"), digest);
});

test("the same content is kept once in a workspace, and cannot be matched with another workspace or home", async (t) => {
	const { store: evidence, paths, home } = store(t);
	const other = workspacePaths(home.dir, "fedcba9876543210");
	makeWorkspaceDirs(other);
	const content = Buffer.from("same");
	const done = await Promise.all([evidence.put(content), evidence.put(Buffer.from("same")), evidence.put(content)]);
	assert.equal(new Set(done.map(({ digest }) => digest)).size, 1);
	assert.equal((await evidence.put(content)).digest, done[0]?.digest);
	assert.equal(readdirSync(paths.evidence).length, 1);
	assert.deepEqual(readdirSync(paths.evidenceNew), []);
	assert.notEqual((await new EvidenceStore(other, home.macKey()).put(content)).digest, done[0]?.digest);
	assert.notEqual((await new EvidenceStore(paths, randomBytes(32)).put(content)).digest, done[0]?.digest);
	// Salts differ by content, so that one that is given away opens no other.
	const { digest } = await evidence.put(Buffer.from("else"));
	const saltOf = (name: string) => readFileSync(join(paths.evidence, name)).toString("hex", 6, 22);
	assert.notEqual(saltOf(digest), saltOf(done[0]?.digest ?? ""));
});

test("a piece that is gone, altered, cut, swapped or a bomb is never handed out", async (t) => {
	const { store: evidence, paths } = store(t);
	const { digest } = await evidence.put(Buffer.from("one"));
	const { digest: other } = await evidence.put(Buffer.from("two"));
	const file = join(paths.evidence, digest);
	const good = readFileSync(file);
	const bomb = Buffer.concat([good.subarray(0, 22), deflateSync(Buffer.alloc(MAX_EVIDENCE_BYTES + 1))]);
	const flipped = Buffer.from(good);
	flipped[good.length - 1] = (flipped[good.length - 1] ?? 0) ^ 1;
	for (const bad of [
		Buffer.alloc(0),
		good.subarray(0, 10),
		good.subarray(0, -1),
		flipped,
		bomb,
		readFileSync(join(paths.evidence, other)),
	]) {
		writeFileSync(file, bad);
		await assert.rejects(evidence.get(digest), { code: "evidence-altered" });
	}
	// A bomb under the digest that it really has.
	const content = Buffer.alloc(MAX_EVIDENCE_BYTES + 1);
	const salt = good.subarray(6, 22);
	const bombDigest = createHash("sha256").update(salt).update(content).digest("hex");
	writeFileSync(join(paths.evidence, bombDigest), Buffer.concat([good.subarray(0, 22), deflateSync(content)]));
	await assert.rejects(evidence.get(bombDigest), { code: "evidence-altered" });
	rmSync(file);
	await assert.rejects(evidence.get(digest), { code: "evidence-missing" });
	// A link to the right content: what is in the store is no link.
	writeFileSync(join(paths.dir, "elsewhere"), good);
	symlinkSync(join(paths.dir, "elsewhere"), file);
	await assert.rejects(evidence.get(digest), { code: "evidence-altered" });
	rmSync(file);
	symlinkSync(join(paths.evidence, other), file);
	await assert.rejects(evidence.get(digest), { code: "evidence-altered" });
	// Putting the content again mends it: its name proves what it must hold.
	rmSync(file);
	writeFileSync(file, "junk");
	await evidence.put(Buffer.from("one"));
	assert.ok((await evidence.get(digest)).equals(Buffer.from("one")));
});

test("too large a content is refused before anything is written", async (t) => {
	const { store: evidence, paths } = store(t);
	await assert.rejects(evidence.put(Buffer.alloc(MAX_EVIDENCE_BYTES + 1)), { name: "JournalError", code: "too-large" });
	assert.deepEqual(readdirSync(paths.evidence), []);
});

test("a folder that cannot be written refuses, and leaves no rest", async (t) => {
	const { store: evidence, paths } = store(t);
	renameSync(paths.evidence, `${paths.evidence}.away`);
	await assert.rejects(evidence.put(Buffer.from("x")), { name: "JournalError", code: "io" });
	assert.deepEqual(readdirSync(paths.evidenceNew), []);
});

test("rests of killed puts are removed after a day, not before", async (t) => {
	const { store: evidence, paths } = store(t);
	for (const name of ["old", "young"]) writeFileSync(join(paths.evidenceNew, name), "");
	utimesSync(join(paths.evidenceNew, "old"), new Date(0), new Date(0));
	await evidence.removeAbandoned();
	assert.deepEqual(readdirSync(paths.evidenceNew), ["young"]);
});

test("pieces are private", async (t) => {
	const { store: evidence, paths } = store(t);
	const { digest } = await evidence.put(Buffer.from("x"));
	assert.equal(statSync(join(paths.evidence, digest)).mode & 0o777, 0o600);
});
