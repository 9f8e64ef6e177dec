// Zips made to harm whoever unpacks them are refused with a reason, before anything is unpacked.
import assert from "node:assert/strict";
import { rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { zipSync } from "fflate";
import { JournalError } from "../../../../src/audit/errors.ts";
import { openBundle } from "../../../../src/audit/export/bundle/bundleFiles.ts";
import { verifyBundle } from "../../../../src/audit/verifyBundle.ts";
import { rootIn, sampleLog } from "../../../support/auditLog.ts";
import { placeIn, tempDir } from "../support.ts";
import { bundleOf, restore, snapshot, unpack } from "./support.ts";

let base: string;
let good: Buffer;
let count = 0;

before(async () => {
	base = tempDir(undefined);
	const log = await sampleLog(placeIn(base).home, rootIn(base));
	await log.journal.close();
	good = (await bundleOf(log.dir, log.sessions.good)).zip;
});
after(() => rmSync(base, { recursive: true, force: true }));

function refuses(zip: Buffer, why: RegExp): Promise<void> {
	const path = join(base, `h${++count}.zip`);
	writeFileSync(path, zip);
	return assert.rejects(verifyBundle(path), (error) => {
		assert.ok(error instanceof JournalError && error.code === "unreadable", String(error));
		assert.match(error.message, why);
		return true;
	});
}

/** The directory's record of a file, and where its local header is. */
function find(zip: Buffer, name: string): { record: number; local: number } {
	for (let at = 0; ; at += 4) {
		at = zip.indexOf(Buffer.from("PK\x01\x02", "latin1"), at);
		if (at < 0) throw new Error(`no ${name}`);
		const length = zip.readUInt16LE(at + 28);
		if (zip.toString("latin1", at + 46, at + 46 + length) === name)
			return { record: at, local: zip.readUInt32LE(at + 42) };
	}
}

const patched = (change: (zip: Buffer) => void): Buffer => {
	const zip = Buffer.from(good);
	change(zip);
	return zip;
};
const SIZE = 24;
const PACKED = 20;

test("names that lead elsewhere, or are no bundle's, are refused", async () => {
	for (const name of [
		"../x",
		"/etc/passwd",
		"entries/../../x",
		"C:\\x",
		"entries\\x",
		"evidence/x",
		"README.txt\0",
		"x/",
	])
		await refuses(Buffer.from(zipSync({ [name]: new Uint8Array(1) })), /no file of a bundle/);
});

test("the same name twice is refused", () =>
	refuses(
		patched((zip) => {
			const { record } = find(zip, "heads.json");
			// Same length, so that only the name is another one.
			const other = find(zip, "signer.pem");
			zip.write("signer.pem", record + 46, "latin1");
			assert.ok(other.record > 0);
		}),
		/twice/,
	));

test("absurd sizes are refused before anything is unpacked", async () => {
	await refuses(
		patched((zip) => zip.writeUInt32LE(0xfffffff0, find(zip, "README.txt").record + SIZE)),
		/size that cannot be true/,
	);
	await refuses(
		patched((zip) => zip.writeUInt32LE(0xfffffff0, find(zip, "README.txt").record + PACKED)),
		/reach into|over one another|size that cannot/,
	);
	const bomb = Buffer.from(
		zipSync(
			Object.fromEntries(Array.from({ length: 3 }, (_, n) => [`evidence/${String(n).repeat(64)}`, new Uint8Array(64)])),
		),
	);
	for (let n = 0; n < 3; n++) {
		const { record } = find(bomb, `evidence/${String(n).repeat(64)}`);
		bomb.writeUInt32LE(500_000_000, record + SIZE);
		bomb.writeUInt32LE(600_000, record + PACKED);
	}
	await refuses(bomb, /would unpack to|size that cannot|reach into|over one another/);
});

test("a size that is not the true one is refused while unpacking", async () => {
	await refuses(
		patched((zip) => {
			const { record } = find(zip, "README.txt");
			zip.writeUInt32LE(zip.readUInt32LE(record + SIZE) - 1, record + SIZE);
		}),
		/not of the size/,
	);
	await refuses(
		patched((zip) => {
			const { record } = find(zip, "README.txt");
			zip.writeUInt32LE(zip.readUInt32LE(record + SIZE) + 1, record + SIZE);
		}),
		/not of the size/,
	);
});

test("members that lie over one another are refused", () =>
	refuses(
		patched((zip) => zip.writeUInt32LE(find(zip, "README.txt").local, find(zip, "VERIFY.md").record + 42)),
		/over one another/,
	));

test("a local header that says another name is refused", () =>
	refuses(
		patched((zip) => {
			const { local } = find(zip, "heads.json");
			zip.write("other.json", local + 30, "latin1");
		}),
		/says two things/,
	));

test("encrypted, oddly packed, split, cut and lengthened zips are refused", async () => {
	await refuses(
		patched((zip) => zip.writeUInt16LE(1, find(zip, "README.txt").record + 8)),
		/encrypted/,
	);
	await refuses(
		patched((zip) => zip.writeUInt16LE(12, find(zip, "README.txt").record + 10)),
		/method 12/,
	);
	await refuses(
		patched((zip) => zip.writeUInt16LE(1, zip.length - 18)),
		/split/,
	);
	await refuses(good.subarray(0, -5), /cut short/);
	await refuses(Buffer.concat([good, Buffer.from("x")]), /behind its end/);
	await refuses(Buffer.from("no zip"), /no zip/);
	await refuses(Buffer.alloc(0), /no zip/);
	await refuses(
		patched((zip) => zip.writeUInt16LE(0xffff, zip.length - 12) && zip.writeUInt16LE(0xffff, zip.length - 14)),
		/more files/,
	);
});

test("packed bytes that are damaged are refused", () =>
	refuses(
		patched((zip) => {
			const { local } = find(zip, "VERIFY.md");
			zip.fill(0xff, local + 30 + "VERIFY.md".length, local + 30 + "VERIFY.md".length + 40);
		}),
		/cannot be unpacked|not of the size/,
	));

test("a zip that holds no receipt, a path that is not there, a link in a folder: refused", async () => {
	await refuses(Buffer.from(zipSync({ "README.txt": new Uint8Array(1) })), /no receipt in it/);
	await assert.rejects(verifyBundle(join(base, "nowhere")), /cannot be read \(ENOENT\)/);
	const dir = unpack(good, join(base, "linked"));
	symlinkSync("/etc/passwd", join(dir, "evidence", "0".repeat(64)));
	await assert.rejects(verifyBundle(dir), /is no plain file/);
});

test("a bundle is read in parts, so that memory does not grow with it", async () => {
	const dir = unpack(good, join(base, "large"));
	const files = snapshot(dir);
	const [name = ""] = [...files.keys()].filter((one) => one.startsWith("evidence/"));
	files.set(name, Buffer.alloc(40 * 1024 * 1024));
	restore(dir, files);
	const path = join(base, "large.zip");
	writeFileSync(path, zipSync(Object.fromEntries(files)));
	for (const from of [dir, path]) {
		const bundle = await openBundle(from);
		let largest = 0;
		for await (const part of bundle.parts(name)) largest = Math.max(largest, part.length);
		await bundle.close();
		assert.ok(largest > 0 && largest <= 1024 * 1024);
		assert.ok((await verifyBundle(from)).problems.some(({ kind }) => kind === "evidence-altered"));
	}
});
