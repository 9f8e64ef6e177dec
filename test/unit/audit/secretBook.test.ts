// The book of equal secrets: stays in its folder, is private, bounded, and survives what others do to its file.
import assert from "node:assert/strict";
import {
	appendFileSync,
	chmodSync,
	linkSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { readSecretBook, SecretBook, sameSecrets } from "../../../src/audit/secretBook.ts";

const FILE = "secrets.jsonl";

function folder(t: TestContext): string {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-book-"));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	return dir;
}
const found = (n: number, kind = "token") => ({ kind, mac: n.toString(16).padStart(32, "0") });

test("what is noted is read back, in order, one line each, private", async (t) => {
	const dir = folder(t);
	const book = new SecretBook(dir);
	await Promise.all([book.note("r1", [found(1), found(2, "password")]), book.note("r2", [found(1)])]);
	await book.note("r2", [found(1)]);
	await book.note("r3", []);
	assert.equal(
		readFileSync(join(dir, FILE), "utf8"),
		[
			`{"mac":"${found(1).mac}","kind":"token","request":"r1"}\n`,
			`{"mac":"${found(2).mac}","kind":"password","request":"r1"}\n`,
			`{"mac":"${found(1).mac}","kind":"token","request":"r2"}\n`,
		].join(""),
	);
	assert.deepEqual(sameSecrets(await readSecretBook(dir), "r1"), [{ kind: "token", requests: ["r2"] }]);
	assert.deepEqual(sameSecrets(await readSecretBook(dir), "r9"), []);
	if (process.platform === "win32") t.diagnostic("skipped: Windows has no mode bits");
	else assert.equal(statSync(join(dir, FILE)).mode & 0o777, 0o600);
});

test("a book that others may read is made private again", async (t) => {
	if (process.platform === "win32") return t.skip("Windows has no mode bits");
	const dir = folder(t);
	writeFileSync(join(dir, FILE), "", { mode: 0o644 });
	chmodSync(join(dir, FILE), 0o644);
	await new SecretBook(dir).note("r", [found(1)]);
	assert.equal(statSync(join(dir, FILE)).mode & 0o777, 0o600);
});

test("lines that are none, torn or hostile are left out, and cost no line of ours", async (t) => {
	const dir = folder(t);
	const book = new SecretBook(dir);
	await book.note("r1", [found(1)]);
	appendFileSync(join(dir, FILE), '{"mac":"zz"}\nnull\n[]\n{"mac":"../x","kind":"a","request":"r"}\n"x"\n{"mac":"torn');
	await book.note("r2", [found(2)]);
	assert.deepEqual(
		(await readSecretBook(dir)).map(({ request }) => request),
		["r1", "r2"],
	);
});

test("a full book is put aside for a new one, and only one is kept", async (t) => {
	const dir = folder(t);
	const book = new SecretBook(dir, 1000);
	for (let n = 0; n < 100; n += 1) await book.note(`r${n}`, [found(n)]);
	assert.deepEqual(readdirSync(dir).sort(), ["secrets.jsonl", "secrets.old.jsonl"]);
	const notes = await readSecretBook(dir);
	assert.ok(notes.length >= 10 && notes.length < 40);
	assert.deepEqual(notes.at(-1), { ...found(99), request: "r99" });
	for (const name of readdirSync(dir)) assert.ok(statSync(join(dir, name)).size < 1200);
});

test("a failure is told, and the next note is tried anew", async (t) => {
	const dir = folder(t);
	const book = new SecretBook(dir);
	mkdirSync(join(dir, FILE));
	await assert.rejects(book.note("r1", [found(1)]));
	rmSync(join(dir, FILE), { recursive: true });
	if (process.platform !== "win32") {
		writeFileSync(join(dir, "elsewhere"), "");
		symlinkSync(join(dir, "elsewhere"), join(dir, FILE));
		await assert.rejects(book.note("r1", [found(1)]));
		assert.equal(readFileSync(join(dir, "elsewhere"), "utf8"), "", "a link is not followed");
		rmSync(join(dir, FILE));
	}
	await book.note("r1", [found(1)]);
	assert.equal((await readSecretBook(dir)).length, 1);
});

test("a link in the place of a full book is refused: what it leads to keeps its place, mode and content", async (t) => {
	if (process.platform === "win32") return t.skip("Windows has no mode bits, and links need a right");
	for (const link of [symlinkSync, linkSync]) {
		const dir = folder(t);
		const elsewhere = join(dir, "elsewhere");
		writeFileSync(elsewhere, "x".repeat(2000), { mode: 0o644 });
		chmodSync(elsewhere, 0o644);
		link(elsewhere, join(dir, FILE));
		await assert.rejects(new SecretBook(dir, 1000).note("r", [found(1)]), /is not a plain file/);
		await assert.rejects(new SecretBook(dir).note("r", [found(1)]), /is not a plain file/);
		assert.equal(statSync(elsewhere).mode & 0o777, 0o644);
		assert.equal(readFileSync(elsewhere, "utf8"), "x".repeat(2000));
		assert.deepEqual(readdirSync(dir).sort(), ["elsewhere", FILE]);
	}
});

test("no book is no error", async (t) => {
	assert.deepEqual(await readSecretBook(folder(t)), []);
});
