// Reads a zip file (a vsix is one) from its central directory: names and contents. No zip64, no encryption: vsce makes
// neither. Format: PKWARE APPNOTE 4.3.
import { inflateRawSync } from "node:zlib";

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const END_BYTES = 22;

/** The files in a zip, by name, in the order of its directory. @throws when it is not a zip this can read. */
export function readZip(zip: Buffer): Map<string, Buffer> {
	let end = zip.length - END_BYTES;
	while (end >= 0 && zip.readUInt32LE(end) !== END) end--;
	if (end < 0) throw new Error("This is not a zip file: it has no end of central directory.");
	const count = zip.readUInt16LE(end + 10);
	let at = zip.readUInt32LE(end + 16);
	const files = new Map<string, Buffer>();
	for (let i = 0; i < count; i++) {
		if (zip.readUInt32LE(at) !== ENTRY) throw new Error(`The central directory is broken at byte ${at}.`);
		const method = zip.readUInt16LE(at + 10);
		const packed = zip.readUInt32LE(at + 20);
		const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) => zip.readUInt16LE(at + field));
		const name = zip.toString("utf8", at + 46, at + 46 + (nameLength ?? 0));
		files.set(name, content(zip, zip.readUInt32LE(at + 42), packed, method));
		at += 46 + (nameLength ?? 0) + (extraLength ?? 0) + (commentLength ?? 0);
	}
	return files;
}

/** `offset` is that of the local header, whose name and extra field may differ in length from the directory's. */
function content(zip: Buffer, offset: number, packed: number, method: number): Buffer {
	const start = offset + 30 + zip.readUInt16LE(offset + 26) + zip.readUInt16LE(offset + 28);
	const bytes = zip.subarray(start, start + packed);
	if (method === 0) return bytes;
	if (method === 8) return inflateRawSync(bytes);
	throw new Error(`A file in the zip is packed with method ${method}, which this does not read.`);
}
