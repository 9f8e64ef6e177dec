// The index on disk: a file in <dir>/index (which one: snapshotFiles.ts). It is written beside its place and renamed, so it
// is there whole or not at all, and every byte of it is checked before it is used:
//
//   GPINDEX\n
//   header, JSON in one line: format, kind of key, segments and how far each was read, the parts and their SHA-256
//   hex SHA-256 of the first two lines\n
//   hex HMAC-SHA-256 of the first two lines under a key of this workspace, or 64 zeros without one\n
//   parts, one after the other: the database and the columns
//
// Whoever can write the home can also remove it: it saves time and proves nothing. The key of the home lies in a file that
// every program of the user can read, so an editor gives a key of its own.
import { createHash, createHmac, hash as digest, randomBytes, timingSafeEqual } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import * as z from "zod/mini";
import { JournalError, systemCode } from "../errors.ts";
import { createFile, makePrivateDir, openPlain, readAt, syncDir, writeAll } from "../files.ts";
import { isSegmentName } from "../segment.ts";
import { tailDigest } from "./reader.ts";
import {
	folderOf,
	type KeyKind,
	keyOf,
	kindOf,
	listSnapshots,
	removeOld,
	type SnapshotKeys,
	snapshotLimit,
	snapshotName,
} from "./snapshotFiles.ts";

declare const GATEPOST_VERSION: string | undefined;

/** Of another version nothing is taken over: what a row is may differ. The number is raised when this folder's code changes what is kept. */
const FORMAT = `5 ${typeof GATEPOST_VERSION === "string" ? GATEPOST_VERSION : "sources"}`;
const MAGIC = "GPINDEX\n";
const MAX_HEADER = 16 * 1024 * 1024;
const HEX_LINE = 65;
const NONE = "0".repeat(64);
const PART = 4 * 1024 * 1024;
const MAX_PARTS = 100;
/** Snapshots that are looked at when all are. */
const MAX_LOOKED_AT = 8;
/** Content that only its own hash could be held against is not read beyond this: anybody could have put it there. Bytes. */
const MAX_UNPROVEN = 256 * 1024 * 1024;

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
	/** Of its last bytes, or all: see tailDigest. */
	tail: hex64,
	/** All lines are what was written, and follow each other. */
	whole: z.boolean(),
	/** What the next line has to follow, with `hash`: see link.ts. Absent behind an altered line. */
	link: z.optional(z.strictObject({ seq: z.int(), near: z.boolean() })),
	/** How far the order of the log has come in it: see times.ts. */
	key: z.number(),
});
/** How far a segment is in the index. */
export type SegmentMark = z.infer<typeof SegmentMark>;

const Header = z.strictObject({
	format: z.string(),
	workspace: z.string(),
	key: z.enum(["home", "editor", "none"]),
	segments: z.array(SegmentMark).check(z.refine(areDifferent)),
	parts: z
		.array(z.strictObject({ name: z.string(), bytes: count }))
		.check(z.maxLength(MAX_PARTS), z.refine(areDifferent)),
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

/** What a snapshot is looked at for. */
interface Wanted {
	name: string;
	/** What it must have been made with; undefined when that is not at hand. */
	key: Uint8Array | undefined;
	workspace: string;
	/** Bytes it may have. */
	limit: number;
	parts: boolean;
	signal: AbortSignal | undefined;
}

function areDifferent(named: readonly { name: string }[]): boolean {
	return new Set(named.map(({ name }) => name)).size === named.length;
}

/**
 * Looks at the snapshot of an index without using it: whether it is what Gatepost wrote, and fits the log.
 * @param dir the workspace's folder
 * @param keys without the one that made it, a snapshot that was made up whole cannot be told from a good one
 * @param name which; without it the one that a reader with these keys would use
 * @throws RangeError when the editor's key is not of 32 bytes
 */
export async function checkSnapshot(dir: string, keys: SnapshotKeys = {}, name?: string): Promise<SnapshotCheck> {
	const { state, detail, header } = await openSnapshot(dir, keys, name ?? snapshotName(dir, keys), false);
	if (header === undefined) return { state, detail };
	const misfit = await findMisfit(dir, header.segments);
	return misfit === undefined ? { state, detail } : { state: "stale", detail: misfit };
}

/**
 * All snapshots of a log, whoever made them. Whether they fit the log is not looked at: who uses one finds out, and where the
 * log is damaged that takes reading all of it.
 * @param signal stops it: then this rejects with the signal's reason
 * @returns what is to be said of each, and how many more there are than Gatepost leaves, which were not looked at
 */
export async function checkSnapshots(
	dir: string,
	keys: SnapshotKeys,
	signal?: AbortSignal,
): Promise<{ checks: (SnapshotCheck & { name: string })[]; more: number }> {
	const names = await listSnapshots(dir, keys);
	const checks: (SnapshotCheck & { name: string })[] = [];
	for (const name of names.slice(0, MAX_LOOKED_AT)) {
		const { state, detail } = await openSnapshot(dir, keys, name, false, signal);
		checks.push({ name, state, detail });
	}
	return { checks, more: Math.max(0, names.length - MAX_LOOKED_AT) };
}

/**
 * The snapshot that was made with these keys, when every byte of it is as it was written. Whether it fits the log is for the
 * caller to find out. It is to be trusted when its key is one that no other program can read.
 */
export async function readSnapshot(
	dir: string,
	keys: SnapshotKeys = {},
): Promise<SnapshotCheck & { segments?: SegmentMark[]; parts?: Parts; trusted?: boolean }> {
	const { state, detail, header, parts } = await openSnapshot(dir, keys, snapshotName(dir, keys), true);
	if (header === undefined || parts === undefined) return { state, detail };
	return { state, detail, segments: header.segments, parts, trusted: header.key === "editor" };
}

/** Why a segment is not what the index has read of it; undefined when it is, and maybe longer. */
export async function findMisfit(dir: string, segments: readonly Known[]): Promise<string | undefined> {
	for (const segment of segments) {
		const why = await misfitOf(dir, segment);
		if (why !== undefined) return why;
	}
	return undefined;
}

type Known = Pick<SegmentMark, "name" | "bytes" | "tail" | "whole">;

async function misfitOf(dir: string, { name, bytes, tail, whole }: Known): Promise<string | undefined> {
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
		const found = await tailDigest(handle, bytes, whole);
		if (found === undefined) return `The segment ${name} of the log is shorter than it was.`;
		return found === tail ? undefined : `The segment ${name} of the log is not what it was.`;
	} finally {
		await handle.close();
	}
}

async function openSnapshot(
	dir: string,
	keys: SnapshotKeys,
	name: string,
	parts: boolean,
	signal?: AbortSignal,
): Promise<Opened> {
	let handle: FileHandle;
	try {
		handle = await openPlain(join(folderOf(dir), name));
	} catch (error) {
		const code = systemCode(error);
		if (code === "ENOENT" || code === "ENOTDIR")
			return { state: "absent", detail: "There is no snapshot of the index." };
		if (code === "" && !(error instanceof JournalError)) throw error;
		return altered(`it cannot be read (${code || "no plain file"})`);
	}
	try {
		const [key, limit] = [keyOf(dir, name, keys), snapshotLimit(dir)];
		return await readAll(handle, { name, key, workspace: basename(dir), limit, parts, signal });
	} finally {
		await handle.close();
	}
}

async function readAll(handle: FileHandle, wanted: Wanted): Promise<Opened> {
	const { size } = await handle.stat();
	// A length costs nothing to claim (a file may have holes), but all of it would be read.
	if (size > wanted.limit) return altered("it is larger than the index of this log can be");
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
	if (header.workspace !== wanted.workspace) return altered("it is of another workspace");
	const notOurs = whyNotOurs(header.key, mac, signed, wanted);
	if (notOurs !== undefined) return altered(notOurs);
	const start = at + 2 * HEX_LINE;
	const bytes = header.parts.reduce((sum, part) => sum + part.bytes, 0);
	if (size !== start + bytes) return altered("its length is not what its header says");
	const isSkipped = wanted.key === undefined && !wanted.parts && bytes > MAX_UNPROVEN;
	const read = isSkipped ? new Map() : await readParts(handle, start, header, wanted);
	if (read === undefined) return altered("its content was changed");
	const entries = header.segments.reduce((sum, segment) => sum + segment.entries, 0);
	const skipped = isSkipped ? " Its content is too large to be read without that, and was not." : "";
	const unseen =
		header.key === "none"
			? " It was made without a key, so it cannot be told from a forged one."
			: wanted.key === undefined
				? ` It was made with the key of ${header.key === "home" ? "a Gatepost home" : "an editor"}, which is not at hand: only with that it can be told from a forged one.`
				: "";
	const detail = `The snapshot of the index holds ${entries} entries.${unseen}${skipped}`;
	return { state: "good", detail, header, ...(wanted.parts ? { parts: read } : {}) };
}

/** Why a header was not made with the key that makes files of this name; undefined when it was, as far as can be seen. */
function whyNotOurs(kind: KeyKind, mac: Buffer, signed: string, { name, key, workspace }: Wanted): string | undefined {
	if (kind !== kindOf(name)) return "it was not made with the kind of key that its name says";
	if (kind === "none") return isLine(mac, NONE) ? undefined : "its header was changed";
	if (key === undefined) return /^[0-9a-f]{64}\n$/.test(mac.toString("latin1")) ? undefined : "its header was changed";
	if (isLine(mac, macOf(key, workspace, signed))) return undefined;
	return `it was not written with the key of this ${kind === "home" ? "Gatepost home" : "editor"}`;
}

/** The parts, empty unless they are wanted; undefined when they are not what the header says. The next piece is read while one is hashed. */
async function readParts(
	handle: FileHandle,
	start: number,
	header: Header,
	{ parts: wanted, signal }: Pick<Wanted, "parts" | "signal">,
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
			signal?.throwIfAborted();
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

function macOf(key: Uint8Array, workspace: string, signed: string): string {
	const own = createHmac("sha256", key).update(`gatepost index\n${workspace}`).digest();
	return createHmac("sha256", own).update(signed).digest("hex");
}

/**
 * Writes a snapshot in place of the one that was made with these keys: durable and whole when this resolves, else the old one
 * is left. Those of other keys stay, but for old ones.
 * @param parts do not change them meanwhile
 * @throws JournalError "too-large" when nobody would read it, or a system error, e.g. ENOSPC
 */
export async function writeSnapshot(
	dir: string,
	keys: SnapshotKeys,
	segments: readonly SegmentMark[],
	parts: Parts,
): Promise<void> {
	const workspace = basename(dir);
	const name = snapshotName(dir, keys);
	const key = keyOf(dir, name, keys);
	const hash = createHash("sha256");
	for (const bytes of parts.values()) hash.update(bytes);
	const header: Header = {
		format: FORMAT,
		workspace,
		key: kindOf(name) ?? "none",
		segments: [...segments],
		parts: [...parts].map(([name, { length: bytes }]) => ({ name, bytes })),
		sha256: hash.digest("hex"),
	};
	const signed = `${MAGIC}${JSON.stringify(header)}\n`;
	const bytes = [...parts.values()].reduce((sum, { length }) => sum + length, Buffer.byteLength(signed) + 2 * HEX_LINE);
	if (signed.length > MAX_HEADER || bytes > snapshotLimit(dir))
		throw new JournalError(
			"too-large",
			"Its snapshot would be larger than Gatepost reads one of such a log, so it is built anew each time.",
		);
	const mac = key === undefined ? NONE : macOf(key, workspace, signed);
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
		await rename(temporary, join(folderOf(dir), name));
	} catch (error) {
		await rm(temporary, { force: true });
		throw error;
	}
	await syncDir(folderOf(dir));
	await removeOld(dir, name);
}
