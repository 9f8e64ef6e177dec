// A file as it is on disk, read so that nothing can block, lie about its size or be followed where it was not asked to.
import { isUtf8 } from "node:buffer";
import { constants } from "node:fs";
import { type FileHandle, lstat, open, realpath } from "node:fs/promises";
import { type Message, message } from "../protocol/messages.ts";
import type { EndOfLine, FileSide } from "./change.ts";
import type { Room } from "./parcel.ts";
import { codeOf, realPlace } from "./paths.ts";

/** Files larger than this are not compared: the card says so and shows the input. Bytes. */
export const MAX_FILE_BYTES = 10 * 1024 * 1024;

/** Where a path leads and what is there. `real` is what a program that follows links would write. */
export type Target =
	| { state: "absent"; real: string; isLink: boolean }
	| { state: "file"; real: string; isLink: boolean; bytes: Buffer; mode: number }
	| { state: "unknown"; why: Message };

/**
 * Reads the file at an absolute path. Devices, FIFOs and sockets are never opened for long: the type is looked at first,
 * and what changed its type in between is opened without blocking and refused.
 * @param room where the memory for its bytes comes from; by default from here
 * @throws what `room` throws
 */
export async function readTarget(path: string, room: Room = roomHere): Promise<Target> {
	let noRoom: unknown;
	const noted: Room = (size) =>
		room(size).catch((error) => {
			noRoom = error;
			throw error;
		});
	try {
		const place = await realPlace(path);
		const link = await isLink(place);
		const real = link ? await realpath(place) : place;
		return await readReal(path, real, link, noted);
	} catch (error) {
		// Nothing is wrong with the file.
		if (error === noRoom) throw error;
		return unknown(codeOf(error) === "ENOENT" ? "proposal.danglingLink" : "proposal.unreadable", path, error);
	}
}

const roomHere: Room = async (size) => Buffer.allocUnsafeSlow(size);

async function isLink(place: string): Promise<boolean> {
	try {
		return (await lstat(place)).isSymbolicLink();
	} catch (error) {
		if (codeOf(error) === "ENOENT") return false;
		throw error;
	}
}

/** How often a file that has another size whenever there is memory for it is tried. */
const TRIES = 3;

async function readReal(path: string, real: string, isLink: boolean, room: Room, tries = TRIES): Promise<Target> {
	const absent: Target = { state: "absent", real, isLink };
	const there = await lstat(real).catch(ifGone);
	if (there === undefined) return absent;
	if (there.isDirectory()) return unknown("proposal.directory", path);
	if (!there.isFile()) return unknown("proposal.notFile", path);
	if (there.size > MAX_FILE_BYTES) return unknown("proposal.tooLarge", path);
	// First, because it can be waited for, and what is open by then may not be the file any more.
	const memory = await room(there.size);
	const file = await open(real, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW).catch(ifGone);
	if (file === undefined) return absent;
	try {
		const info = await file.stat();
		if (!info.isFile()) return unknown("proposal.notFile", path);
		if (info.size > MAX_FILE_BYTES) return unknown("proposal.tooLarge", path);
		if (info.size !== memory.length && tries > 1) return await readReal(path, real, isLink, room, tries - 1);
		const bytes =
			info.size === memory.length
				? await readWhole(file, Buffer.from(memory.buffer, memory.byteOffset, memory.length))
				: undefined;
		const after = await file.stat();
		if (bytes === undefined || after.size !== info.size || after.mtimeMs !== info.mtimeMs) {
			return unknown("proposal.changing", path);
		}
		return { state: "file", real, isLink, bytes, mode: info.mode & 0o7777 };
	} finally {
		await file.close();
	}
}

function ifGone(error: unknown): undefined {
	if (codeOf(error) !== "ENOENT") throw error;
}

/**
 * All bytes of a file, or undefined where it holds more or fewer than it says: those in /proc say 0. Their memory is their
 * own, so that they can be handed over; the system fills it in other threads, a part at a time.
 */
async function readWhole(file: FileHandle, bytes: Buffer): Promise<Buffer | undefined> {
	let total = 0;
	while (total < bytes.length) {
		const { bytesRead } = await file.read(bytes, total, Math.min(1 << 20, bytes.length - total));
		if (bytesRead === 0) return undefined;
		total += bytesRead;
	}
	const { bytesRead } = await file.read(Buffer.alloc(1), 0, 1);
	return bytesRead === 0 ? bytes : undefined;
}

function unknown(
	code:
		| "proposal.danglingLink"
		| "proposal.unreadable"
		| "proposal.directory"
		| "proposal.notFile"
		| "proposal.tooLarge"
		| "proposal.changing",
	path: string,
	error?: unknown,
): Target {
	const detail = codeOf(error) ?? "";
	return { state: "unknown", why: message(code, { path, detail, max: MAX_FILE_BYTES / 1024 / 1024 }) };
}

/** The side of a change with these bytes. */
export function sideOf(bytes: Buffer, mode?: number): FileSide {
	const binary = isBinary(bytes);
	const last = bytes.at(-1);
	return {
		bytes,
		eol: binary ? "none" : eolOf(bytes),
		bom: hasBom(bytes),
		finalNewline: !binary && (last === 0x0a || last === 0x0d),
		...(mode === undefined ? {} : { mode }),
		binary,
	};
}

/** Text that can be drawn line by line: UTF-8 without NUL. UTF-16 is not: its lines are not ours to count. */
export function isBinary(bytes: Buffer): boolean {
	return bytes.includes(0) || !isUtf8(bytes);
}

function hasBom(bytes: Buffer): boolean {
	const utf8 = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
	return utf8 || (bytes[0] === 0xff && bytes[1] === 0xfe);
}

/** The engine's own search is a tenth of a loop's time, and most files have no carriage return at all. */
function eolOf(bytes: Buffer): EndOfLine {
	if (!bytes.includes(CR)) return bytes.includes(LF) ? "lf" : "none";
	const seen = { lf: false, crlf: false, cr: false };
	for (let at = 0; at < bytes.length; at += 1) {
		const byte = bytes[at];
		if (byte === LF) seen.lf = true;
		if (byte !== CR) continue;
		const pair = bytes[at + 1] === LF;
		seen[pair ? "crlf" : "cr"] = true;
		if (pair) at += 1;
	}
	const kinds = (["lf", "crlf", "cr"] as const).filter((kind) => seen[kind]);
	return kinds.length > 1 ? "mixed" : (kinds[0] ?? "none");
}

const LF = 0x0a;
const CR = 0x0d;
