// Reads a zip that anybody may have made. Format: PKWARE APPNOTE 4.3, without the extensions for large files and encryption.
// Everything is checked before a byte is unpacked: names (only those a bundle can have, each once), places (inside the file,
// not over one another), sizes; and while unpacking, that there is exactly as much as was said.
import { Readable } from "node:stream";
import { createInflateRaw } from "node:zlib";
import { openPlain, readAt } from "../../files.ts";
import { type BundleFiles, MAX_BUNDLE_FILES, refused, sorted } from "./bundleFiles.ts";
import { kindOfFile } from "./layout.ts";

const LOCAL = 0x04034b50;
const ENTRY = 0x02014b50;
const END = 0x06054b50;
const END_BYTES = 22;
const LOCAL_BYTES = 30;
const ENTRY_BYTES = 46;
const MAX_DIRECTORY = 32 * 1024 * 1024;
/** Deflate cannot do better than this; a zip that says so lies. */
const MAX_RATIO = 1040;
/** What all files may unpack to beyond a hundred times the zip: honest contents are far below. Bytes. */
const MAX_UNPACKED = 1024 * 1024 * 1024;
const CHUNK = 256 * 1024;

interface Member {
	packed: number;
	size: number;
	method: number;
	offset: number;
	/** Bytes of the name in its local header. */
	name: Buffer;
}

/** Where the bytes of a zip are. */
interface Bytes {
	size: number;
	read(at: number, length: number): Promise<Buffer>;
}

/** @throws JournalError "unreadable" */
export async function openZip(path: string): Promise<BundleFiles> {
	const handle = await openPlain(path);
	const { size } = await handle.stat();
	const bytes = { size, read: (at: number, length: number) => readAt(handle, at, length) };
	try {
		return await openZipOf(path, bytes, isBundleFile, () => handle.close());
	} catch (error) {
		await handle.close();
		throw error;
	}
}

/** The same for a zip in memory. @param path what to call it. @throws JournalError "unreadable" */
export function openZipIn(path: string, zip: Buffer, takes: (name: string) => boolean): Promise<BundleFiles> {
	const read = async (at: number, length: number) => zip.subarray(at, at + length);
	return openZipOf(path, { size: zip.length, read }, takes, async () => {});
}

const isBundleFile = (name: string): boolean => kindOfFile(name) !== undefined;

async function openZipOf(
	path: string,
	bytes: Bytes,
	takes: (name: string) => boolean,
	close: () => Promise<void>,
): Promise<BundleFiles> {
	const members = await directory(path, bytes, takes);
	return {
		sizes: sorted(new Map([...members].map(([name, member]) => [name, member.size]))),
		parts: (name) => unpacked(path, bytes, name, members.get(name)),
		close,
	};
}

async function directory(
	path: string,
	{ size, read }: Bytes,
	takes: (name: string) => boolean,
): Promise<Map<string, Member>> {
	const end = await read(Math.max(0, size - END_BYTES), END_BYTES);
	// Ours has no comment behind the end: whoever looks elsewhere for it could see another directory.
	if (end.length < END_BYTES || end.readUInt32LE(0) !== END)
		throw refused(path, "it is no zip file, is cut short, or has something behind its end");
	const count = end.readUInt16LE(10);
	const length = end.readUInt32LE(12);
	const start = end.readUInt32LE(16);
	if (end.readUInt16LE(4) !== 0 || end.readUInt16LE(6) !== 0 || end.readUInt16LE(8) !== count)
		throw refused(path, "it is a part of a split zip");
	if (count === 0xffff || count > MAX_BUNDLE_FILES || length > MAX_DIRECTORY)
		throw refused(path, "it lists more files than a bundle can have");
	if (start + length !== size - END_BYTES) throw refused(path, "its list of files is not where it says");
	const list = await read(start, length);
	const members = new Map<string, Member>();
	let unpackedBytes = 0;
	let at = 0;
	for (let i = 0; i < count; i++) {
		if (at + ENTRY_BYTES > list.length || list.readUInt32LE(at) !== ENTRY)
			throw refused(path, "its list of files is broken");
		const nameLength = list.readUInt16LE(at + 28);
		const name = list.subarray(at + ENTRY_BYTES, at + ENTRY_BYTES + nameLength);
		const member: Member = {
			packed: list.readUInt32LE(at + 20),
			size: list.readUInt32LE(at + 24),
			method: list.readUInt16LE(at + 10),
			offset: list.readUInt32LE(at + 42),
			name,
		};
		const text = name.toString("latin1");
		const quoted = JSON.stringify(text.slice(0, 200));
		if (!takes(text)) throw refused(path, `it holds ${quoted}, which is no file of a bundle`);
		if (members.has(text)) throw refused(path, `it holds ${quoted} twice`);
		if ((list.readUInt16LE(at + 8) & 1) !== 0) throw refused(path, `${quoted} is encrypted`);
		if (member.method !== 0 && member.method !== 8)
			throw refused(path, `${quoted} is packed by method ${member.method}, which no bundle uses`);
		if (member.method === 0 ? member.size !== member.packed : member.size > member.packed * MAX_RATIO + 64)
			throw refused(path, `${quoted} gives a size that cannot be true`);
		unpackedBytes += member.size;
		members.set(text, member);
		at += ENTRY_BYTES + nameLength + list.readUInt16LE(at + 30) + list.readUInt16LE(at + 32);
	}
	if (at !== list.length) throw refused(path, "its list of files is broken");
	if (unpackedBytes > MAX_UNPACKED + 100 * size)
		throw refused(path, `it would unpack to ${unpackedBytes} bytes, far more than a bundle of its size holds`);
	demandApart(path, [...members.values()], start);
	return members;
}

/** Members that share bytes are how a small zip claims to hold a huge amount. */
function demandApart(path: string, members: Member[], end: number): void {
	let from = 0;
	for (const { offset, packed, name } of [...members].sort((a, b) => a.offset - b.offset)) {
		if (offset < from) throw refused(path, "files in it lie over one another");
		from = offset + LOCAL_BYTES + name.length + packed;
	}
	if (from > end) throw refused(path, "files in it reach into its list of files");
}

async function* unpacked(path: string, bytes: Bytes, name: string, member: Member | undefined): AsyncGenerator<Buffer> {
	if (member === undefined) return;
	const local = await bytes.read(member.offset, LOCAL_BYTES + member.name.length);
	const same = local.length > LOCAL_BYTES && local.readUInt32LE(0) === LOCAL && local.readUInt16LE(8) === member.method;
	if (!same || !local.subarray(LOCAL_BYTES).equals(member.name) || local.readUInt16LE(26) !== member.name.length)
		throw refused(path, `it says two things of ${name}`);
	const start = member.offset + LOCAL_BYTES + member.name.length + local.readUInt16LE(28);
	let size = 0;
	const raw = slices(bytes, start, member.packed);
	for await (const part of member.method === 0 ? raw : inflated(path, name, raw)) {
		size += part.length;
		if (size > member.size) break;
		yield part;
	}
	if (size !== member.size) throw refused(path, `${name} is not of the size it gives`);
}

async function* slices(bytes: Bytes, start: number, length: number): AsyncGenerator<Buffer> {
	for (let at = 0; at < length; ) {
		const part = await bytes.read(start + at, Math.min(CHUNK, length - at));
		if (part.length === 0) return;
		at += part.length;
		yield part;
	}
}

async function* inflated(path: string, name: string, raw: AsyncGenerator<Buffer>): AsyncGenerator<Buffer> {
	const source = Readable.from(raw);
	const inflate = createInflateRaw();
	source.on("error", (error) => inflate.destroy(error));
	try {
		for await (const part of source.pipe(inflate)) yield part as Buffer;
	} catch (error) {
		throw refused(path, `${name} cannot be unpacked`, error);
	} finally {
		source.destroy();
		inflate.destroy();
	}
}
