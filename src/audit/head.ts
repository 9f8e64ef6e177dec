// The outside head of a segment: how far it was durable when last acknowledged, kept away from the segments so that a
// tail that was cut off is noticed.
//
// It is written after the segment's sync and before anybody is told, and it is not synced itself. So after a crash of the
// machine it may lag behind the segment, which is no alarm, but it is never ahead of it: a segment shorter than its head
// was cut. That the head file exists is durable before its segment does, so a missing one was removed.
//
// One small file, overwritten in place: renaming a new file over it would double the cost of every batch. Two slots in
// turn, each with its own checksum in its own disk sector, make the overwriting atomic.
import { hash as digest, randomBytes } from "node:crypto";
import { closeSync, constants, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import * as z from "zod/mini";
import { GENESIS } from "./chain.ts";
import { systemCode } from "./errors.ts";
import { nameNew, openPlain, readAt, syncDirNow } from "./files.ts";
import type { Owner } from "./owner.ts";

export interface Head {
	entries: number;
	/** Bytes up to and with the last line break. */
	bytes: number;
	/** Hash of the last entry; GENESIS when there is none. */
	hash: string;
}

const OWNER_BYTES = 1024;
const SLOT_BYTES = 512;
const FILE_BYTES = OWNER_BYTES + 2 * SLOT_BYTES;

/** Path of a segment's head file. */
export function headPath(headsDir: string, segment: string): string {
	return join(headsDir, `${segment}.head`);
}

/** The head file of the segment that this process writes. */
export class HeadFile {
	readonly path: string;
	readonly #fd: number;
	#turn = 0;
	#closed = false;

	private constructor(path: string, fd: number) {
		this.path = path;
		this.#fd = fd;
	}

	/** Creates the file, saying "nothing yet", durably; whole or not at all. @throws EEXIST */
	static create(path: string, owner: Owner): HeadFile {
		const temporary = `${path}.${randomBytes(8).toString("hex")}.new`;
		const fd = openSync(temporary, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
		try {
			const empty = Buffer.alloc(FILE_BYTES, " ");
			empty.write(`${JSON.stringify(owner)}\n`);
			const slot = slotText({ entries: 0, bytes: 0, hash: GENESIS });
			empty.write(slot, OWNER_BYTES);
			empty.write(slot, OWNER_BYTES + SLOT_BYTES);
			if (writeSync(fd, empty, 0, empty.length, 0) !== empty.length) throw short();
			fsyncSync(fd);
			nameNew(temporary, path);
			syncDirNow(dirname(path));
			return new HeadFile(path, fd);
		} catch (error) {
			closeSync(fd);
			throw error;
		} finally {
			rmSync(temporary, { force: true });
		}
	}

	/** Synchronous: a hundred bytes into the page cache cost less than a trip to a worker thread. */
	write(head: Head): void {
		// By then the number of the file may be another file's.
		if (this.#closed) throw Object.assign(new Error("the head file is closed"), { code: "EBADF" });
		const bytes = Buffer.from(slotText(head));
		this.#turn = 1 - this.#turn;
		if (writeSync(this.#fd, bytes, 0, bytes.length, OWNER_BYTES + this.#turn * SLOT_BYTES) !== bytes.length)
			throw short();
	}

	close(): void {
		if (this.#closed) return;
		this.#closed = true;
		closeSync(this.#fd);
	}
}

export interface HeadRead {
	owner?: Owner;
	/** Absent when neither slot can be read. */
	head?: Head;
}

/** What a head file says, or undefined when there is none. */
export async function readHead(path: string): Promise<HeadRead | undefined> {
	let bytes: Buffer;
	try {
		const handle = await openPlain(path);
		try {
			bytes = await readAt(handle, 0, FILE_BYTES);
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (systemCode(error) === "ENOENT") return undefined;
		throw error;
	}
	const heads = [0, 1]
		.map((turn) =>
			parseSlot(bytes.toString("latin1", OWNER_BYTES + turn * SLOT_BYTES, OWNER_BYTES + (turn + 1) * SLOT_BYTES)),
		)
		.filter((head) => head !== undefined)
		.sort((a, b) => b.entries - a.entries);
	const owner = parseOwner(bytes.toString("utf8", 0, OWNER_BYTES));
	return { ...(owner ? { owner } : {}), ...(heads[0] ? { head: heads[0] } : {}) };
}

/** `gatepost-head-1 <entries> <bytes> <hash> <first 16 hex of SHA-256 of all before>`: one length, one line. */
function slotText({ entries, bytes, hash }: Head): string {
	const text = `gatepost-head-1 ${String(entries).padStart(12, "0")} ${String(bytes).padStart(16, "0")} ${hash} `;
	return `${text}${digest("sha256", text, "hex").slice(0, 16)}\n`;
}

function parseSlot(text: string): Head | undefined {
	const found = /^gatepost-head-1 (\d{12}) (\d{16}) ([0-9a-f]{64}) [0-9a-f]{16}\n/.exec(text);
	if (!found) return undefined;
	const head = { entries: Number(found[1]), bytes: Number(found[2]), hash: String(found[3]) };
	return slotText(head) === found[0] ? head : undefined;
}

const OwnerShape = z.object({ pid: z.int(), host: z.string(), boot: z.string(), pidns: z.string(), start: z.string() });

function parseOwner(text: string): Owner | undefined {
	try {
		const result = OwnerShape.safeParse(JSON.parse(text.slice(0, text.indexOf("\n"))));
		return result.success ? result.data : undefined;
	} catch {
		return undefined;
	}
}

function short(): Error {
	return Object.assign(new Error("the head file was not written whole"), { code: "EIO" });
}
