// The reader behind the test of the vsix's contents.
import assert from "node:assert/strict";
import { test } from "node:test";
import { deflateRawSync } from "node:zlib";
import { readZip } from "../../support/zip.ts";

/** A zip as vsce writes it: names in the local headers and again in the directory. */
function zip(files: [string, string, 0 | 8][]): Buffer {
	const parts: Buffer[] = [];
	const directory: Buffer[] = [];
	let at = 0;
	for (const [name, text, method] of files) {
		const bytes = method === 8 ? deflateRawSync(text) : Buffer.from(text);
		const local = Buffer.alloc(30);
		local.writeUInt32LE(0x04034b50, 0);
		local.writeUInt16LE(Buffer.byteLength(name), 26);
		local.writeUInt16LE(3, 28);
		const entry = Buffer.alloc(46);
		entry.writeUInt32LE(0x02014b50, 0);
		entry.writeUInt16LE(method, 10);
		entry.writeUInt32LE(bytes.length, 20);
		entry.writeUInt16LE(Buffer.byteLength(name), 28);
		entry.writeUInt32LE(at, 42);
		directory.push(entry, Buffer.from(name));
		parts.push(local, Buffer.from(name), Buffer.alloc(3), bytes);
		at += 30 + Buffer.byteLength(name) + 3 + bytes.length;
	}
	const end = Buffer.alloc(22);
	end.writeUInt32LE(0x06054b50, 0);
	end.writeUInt16LE(files.length, 10);
	end.writeUInt32LE(at, 16);
	return Buffer.concat([...parts, ...directory, end]);
}

test("names and contents come back, packed or not", () => {
	const files = readZip(
		zip([
			["a/ü.txt", "plain", 0],
			["b.txt", "packed ".repeat(50), 8],
		]),
	);
	assert.deepEqual([...files.keys()], ["a/ü.txt", "b.txt"]);
	assert.equal(files.get("a/ü.txt")?.toString(), "plain");
	assert.equal(files.get("b.txt")?.toString(), "packed ".repeat(50));
});

test("what is no zip is refused", () => {
	assert.throws(() => readZip(Buffer.from("nothing of the kind, but long enough to look into")), /not a zip/);
});
