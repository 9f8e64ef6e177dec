// The index on disk: <dir>/index/snapshot. It is written beside its place and renamed, so it is there whole or not at all,
// and every byte of it is checked before it is used:
//
//   GPINDEX\n
//   header, JSON in one line: format, key or none, segments and how far each was read, the parts and their SHA-256
//   hex SHA-256 of the first two lines\n
//   hex HMAC-SHA-256 of the first two lines under a key of this workspace, or 64 zeros without one\n
//   parts, one after the other: the database and the columns
//
// Whoever can write the home can also remove it: it saves time and proves nothing.
import { createHash, createHmac, hash as digest, randomBytes, timingSafeEqual } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, readdir, rename, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod/mini";
import { JournalError, systemCode } from "../errors.ts";
import { createFile, makePrivateDir, openPlain, readAt, syncDir, writeAll } from "../files.ts";
import { isSegmentName } from "../segment.ts";
import { tailDigest } from "./reader.ts";

declare const GATEPOST_VERSION: string | undefined;

/** Of another version nothing is taken over: what a row is may differ. The number is raised when this folder's code changes what is kept. */
const FORMAT = `1 ${typeof GATEPOST_VERSION === "string" ? GATEPOST_VERSION : "sources"}`;
const MAGIC = "GPINDEX\n";
const MAX_HEADER = 16 * 1024 * 1024;
const HEX_LINE = 65;
const NONE = "0".repeat(64);
const PART = 4 * 1024 * 1024;
const ABANDONED_MS = 10 * 60_000;

const count = z.int().check(z.minimum(0));
const hex64 = z.string().check(z.regex(/^[0-9a-f]{64}$/));

const SegmentMark = z.strictObject({
	name: z.string().check(z.refine(isSegmentName)),
	/** Up to and with the line break of the last line that was read. */
	bytes: count,
	lines: count,
	entries: count,
	/** Of its last entry; "" when there is none. */
	hash: z.string(),
	/** Of its last bytes: see tailDigest. */
	tail: hex64,
	/** How far the order of the log has come in it: see times.ts. */
	key: z.number(),
});
/** How far a segment is in the index. */
export type SegmentMark = z.infer<typeof SegmentMark>;

const Header = z.strictObject({
	format: z.string(),
	workspace: z.string(),
	keyed: z.boolean(),
	segments: z.array(SegmentMark),
	parts: z.array(z.strictObject({ name: z.string(), bytes: count })),
	/** Of all parts. */
	sha256: hex64,
});
type Header = z.infer<typeof Header>;

export interface SnapshotCheck {
	state: "absent" | "good" | "altered" | "stale";
	/** For a person, in English. */
	detail: string;
}

/** What a snapshot holds, by name. */
export type Parts = ReadonlyMap<string, Uint8Array>;

interface Opened extends SnapshotCheck {
	header?: Header;
	parts?: Parts;
}

/** Folder of the snapshot of a workspace's log. */
function folderOf(dir: string): string {
	return join(dir, "index");
}

function pathOf(dir: string): string {
	return join(folderOf(dir), "snapshot");
}

/**
 * Looks at the snapshot of an index without using it: whether it is what Gatepost wrote, and fits the log.
 * @param dir the workspace's folder
 * @param homeKey the home's MAC key; without it a snapshot that was made up whole cannot be told from a good one
 */
export async function checkSnapshot(dir: string, homeKey?: Buffer): Promise<SnapshotCheck> {
	const { state, detail, header } = await openSnapshot(dir, homeKey, false);
	if (header === undefined) return { state, detail };
	const misfit = await findMisfit(dir, header.segments);
	return misfit === undefined ? { state, detail } : { state: "stale", detail: misfit };
}

/** The snapshot, when every byte of it is as it was written. Whether it fits the log is for the caller to find out. */
export async function readSnapshot(
	dir: string,
	homeKey?: Buffer,
): Promise<SnapshotCheck & { segments?: SegmentMark[]; parts?: Parts }> {
	const { state, detail, header, parts } = await openSnapshot(dir, homeKey, true);
	if (header === undefined || parts === undefined) return { state, detail };
	return { state, detail, segments: header.segments, parts };
}

/** Why a segment is not what the index has read of it; undefined when it is, and maybe longer. */
export async function findMisfit(dir: string, segments: readonly SegmentMark[]): Promise<string | undefined> {
	for (const segment of segments) {
		const why = await misfitOf(dir, segment);
		if (why !== undefined) return why;
	}
	return undefined;
}

async function misfitOf(dir: string, { name, bytes, tail }: SegmentMark): Promise<string | undefined> {
	let handle: FileHandle;
	try {
		handle = await openPlain(join(dir, "journal", name));
	} catch (error) {
		const code = systemCode(error);
		if (code === "ENOENT") return `The segment ${name} is gone from the log.`;
		if (code === "" && !(error instanceof JournalError)) throw error;
		return `The segment ${name} of the log cannot be read (${code || "no plain file"}).`;
	}
	try {
		const found = await tailDigest(handle, bytes);
		if (found === undefined) return `The segment ${name} of the log is shorter than it was.`;
		return found === tail ? undefined : `The segment ${name} of the log is not what it was.`;
	} finally {
		await handle.close();
	}
}

async function openSnapshot(dir: string, homeKey: Buffer | undefined, withParts: boolean): Promise<Opened> {
	let handle: FileHandle;
	try {
		handle = await openPlain(pathOf(dir));
	} catch (error) {
		const code = systemCode(error);
		if (code === "ENOENT" || code === "ENOTDIR")
			return { state: "absent", detail: "There is no snapshot of the index." };
		if (code === "" && !(error instanceof JournalError)) throw error;
		return altered(`it cannot be read (${code || "no plain file"})`);
	}
	try {
		return await readAll(handle, basename(dir), homeKey, withParts);
	} finally {
		await handle.close();
	}
}

async function readAll(
	handle: FileHandle,
	workspace: string,
	homeKey: Buffer | undefined,
	withParts: boolean,
): Promise<Opened> {
	const { size } = await handle.stat();
	const magic = await readAt(handle, 0, MAGIC.length);
	if (magic.toString("latin1") !== MAGIC) return altered("it does not begin like one");
	const head = await readHeader(handle, MAGIC.length);
	if (head === undefined) return altered("its header is cut");
	const signed = MAGIC + head;
	const at = Buffer.byteLength(signed);
	const [sum, mac] = [await readAt(handle, at, HEX_LINE), await readAt(handle, at + HEX_LINE, HEX_LINE)];
	if (!isLine(sum, digest("sha256", signed, "hex"))) return altered("its header was changed");
	let header: Header;
	try {
		const json = JSON.parse(head) as { format?: unknown };
		if (json.format !== FORMAT)
			return { state: "stale", detail: "The snapshot of the index was written by another version of Gatepost." };
		header = Header.parse(json);
	} catch {
		return altered("its header cannot be read");
	}
	if (header.workspace !== workspace) return altered("it is of another workspace");
	if (homeKey !== undefined) {
		if (!header.keyed || !isLine(mac, macOf(homeKey, workspace, signed)))
			return altered("it was not written with the key of this Gatepost home");
	} else if (header.keyed ? !/^[0-9a-f]{64}\n$/.test(mac.toString("latin1")) : !isLine(mac, NONE))
		return altered("its header was changed");
	const start = at + 2 * HEX_LINE;
	const bytes = header.parts.reduce((sum, part) => sum + part.bytes, 0);
	if (size !== start + bytes) return altered("its length is not what its header says");
	const read = await readParts(handle, start, header, withParts);
	if (read === undefined) return altered("its content was changed");
	const entries = header.segments.reduce((sum, segment) => sum + segment.entries, 0);
	const detail = `The snapshot of the index holds ${entries} entries.`;
	return { state: "good", detail, header, ...(withParts ? { parts: read } : {}) };
}

/** The parts, empty unless they are wanted; undefined when they are not what the header says. The next piece is read while one is hashed. */
async function readParts(
	handle: FileHandle,
	start: number,
	header: Header,
	wanted: boolean,
): Promise<Parts | undefined> {
	const parts = new Map<string, Uint8Array>();
	const hash = createHash("sha256");
	let position = start;
	for (const { name, bytes } of header.parts) {
		const memory = Buffer.allocUnsafeSlow(wanted ? bytes : Math.min(bytes, 2 * PART));
		const read = (done: number) => {
			// Without wanting it: two pieces of memory in turn.
			const from = wanted ? done : done % (2 * PART);
			return { from, reading: handle.read(memory, from, Math.min(PART, bytes - done), position + done) };
		};
		let next = bytes === 0 ? undefined : read(0);
		for (let done = 0; next !== undefined; ) {
			const { from, reading } = next;
			const { bytesRead } = await reading;
			// A piece that came in parts is not one of ours: plain files are read whole.
			if (bytesRead !== Math.min(PART, bytes - done)) return undefined;
			done += bytesRead;
			next = done < bytes ? read(done) : undefined;
			hash.update(memory.subarray(from, from + bytesRead));
		}
		position += bytes;
		parts.set(name, wanted ? memory : new Uint8Array(0));
	}
	return hash.digest("hex") === header.sha256 ? parts : undefined;
}

function altered(why: string): SnapshotCheck {
	return { state: "altered", detail: `The snapshot of the index is not what Gatepost wrote: ${why}.` };
}

async function readHeader(handle: FileHandle, from: number): Promise<string | undefined> {
	for (let length = 64 * 1024; length <= 2 * MAX_HEADER; length *= 4) {
		const bytes = await readAt(handle, from, Math.min(length, MAX_HEADER));
		const end = bytes.indexOf(10);
		if (end >= 0) return bytes.toString("utf8", 0, end + 1);
		if (bytes.length < length) return undefined;
	}
	return undefined;
}

function isLine(found: Buffer, hex: string): boolean {
	const wanted = Buffer.from(`${hex}\n`);
	return found.length === wanted.length && timingSafeEqual(found, wanted);
}

function macOf(homeKey: Buffer, workspace: string, signed: string): string {
	const key = createHmac("sha256", homeKey).update(`gatepost index\n${workspace}`).digest();
	return createHmac("sha256", key).update(signed).digest("hex");
}

/**
 * Writes a snapshot in place of the one that is there: durable and whole when this resolves, else the old one is left.
 * @param parts do not change them meanwhile
 * @throws a system error, e.g. ENOSPC
 */
export async function writeSnapshot(
	dir: string,
	homeKey: Buffer | undefined,
	segments: readonly SegmentMark[],
	parts: Parts,
): Promise<void> {
	const workspace = basename(dir);
	const hash = createHash("sha256");
	for (const bytes of parts.values()) hash.update(bytes);
	const header: Header = {
		format: FORMAT,
		workspace,
		keyed: homeKey !== undefined,
		segments: [...segments],
		parts: [...parts].map(([name, { length: bytes }]) => ({ name, bytes })),
		sha256: hash.digest("hex"),
	};
	const signed = `${MAGIC}${JSON.stringify(header)}\n`;
	const mac = homeKey === undefined ? NONE : macOf(homeKey, workspace, signed);
	makePrivateDir(folderOf(dir));
	const temporary = join(folderOf(dir), `snapshot.${randomBytes(8).toString("hex")}.new`);
	try {
		const handle = await createFile(temporary, constants.O_WRONLY);
		try {
			const write = async (bytes: Buffer, offset: number, length: number) =>
				(await handle.write(bytes, offset, Math.min(length, PART))).bytesWritten;
			await writeAll({ write }, Buffer.from(`${signed}${digest("sha256", signed, "hex")}\n${mac}\n`));
			for (const bytes of parts.values())
				await writeAll({ write }, Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
			await handle.sync();
		} finally {
			await handle.close();
		}
		await rename(temporary, pathOf(dir));
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
	await syncDir(folderOf(dir));
}

/** Removes what writers that were killed have left behind. */
export async function removeAbandoned(dir: string, nowMs: number = Date.now()): Promise<void> {
	const names = await readdir(folderOf(dir)).catch(() => []);
	for (const name of names) {
		if (!/^snapshot\.[0-9a-f]{16}\.new$/.test(name)) continue;
		const path = join(folderOf(dir), name);
		const found = await stat(path).catch(() => undefined);
		if (found !== undefined && nowMs - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
	}
}
