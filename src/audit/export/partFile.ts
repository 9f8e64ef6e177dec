// The temporary file an export is written to, beside the file it becomes. Its name cannot be guessed and says who writes it,
// so that what a killed export left is known and removed by the next one to the same file.
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, lstat, readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemCode } from "../errors.ts";
import { createFile, syncDir, writeAll } from "../files.ts";
import { isDead, type Owner, thisOwner } from "../owner.ts";
import type { Sink } from "./types.ts";

const PREFIX = ".gatepost-export";
/** Bytes that are collected before they are written. */
const BLOCK = 512 * 1024;

/** `.gatepost-export-<of the file>-<of the machine>-<pid>-<start>-<random>.part` */
const NAME = /^\.gatepost-export-([0-9a-f]{16})-([0-9a-f]{16})-(\d{1,10})-(\d{0,20})-[0-9a-f]{32}\.part$/;

const short = (text: string): string => createHash("sha256").update(text).digest("hex").slice(0, 16);
const machineOf = ({ host, boot, pidns }: Owner): string => short(`${host}\n${boot}\n${pidns}`);

function partName(out: string): string {
	const owner = thisOwner();
	const random = randomBytes(16).toString("hex");
	return `${PREFIX}-${short(basename(out))}-${machineOf(owner)}-${owner.pid}-${owner.start}-${random}.part`;
}

/** A file that is being written, 0600. Either `commit` or `discard` ends it. */
export class PartFile implements Sink {
	readonly path: string;
	readonly #out: string;
	readonly #handle: FileHandle;
	readonly #block = Buffer.allocUnsafe(BLOCK);
	#filled = 0;
	#written = 0;
	#open = true;

	private constructor(out: string, path: string, handle: FileHandle) {
		this.#out = out;
		this.path = path;
		this.#handle = handle;
	}

	/** @param out the file it becomes; its folder must be there */
	static async create(out: string): Promise<PartFile> {
		const path = join(dirname(out), partName(out));
		return new PartFile(out, path, await createFile(path, constants.O_WRONLY));
	}

	/** Bytes taken so far. */
	get bytes(): number {
		return this.#written + this.#filled;
	}

	/** One at a time; what it is given may be used again when it resolves. */
	async write(part: string | Uint8Array): Promise<void> {
		// A character takes three bytes at most in UTF-8, and a pair of them four.
		const most = typeof part === "string" ? 3 * part.length : part.length;
		if (most > this.#block.length - this.#filled) await this.#flush();
		if (most > this.#block.length) await this.#put(Buffer.from(part as Uint8Array));
		else if (typeof part === "string") this.#filled += this.#block.write(part, this.#filled);
		else {
			this.#block.set(part, this.#filled);
			this.#filled += part.length;
		}
	}

	async #flush(): Promise<void> {
		const length = this.#filled;
		this.#filled = 0;
		if (length > 0) await this.#put(this.#block.subarray(0, length));
	}

	async #put(bytes: Buffer): Promise<void> {
		const write = async (all: Buffer, offset: number, length: number) =>
			(await this.#handle.write(all, offset, length)).bytesWritten;
		await writeAll({ write }, bytes);
		this.#written += bytes.length;
	}

	/** Makes it durable under its final name, in place of an older file. */
	async commit(): Promise<void> {
		await this.#flush();
		await this.#handle.sync();
		await this.#close();
		await rename(this.path, this.#out);
		await syncNames(dirname(this.#out));
	}

	/** Removes it; nothing happens when it was committed. */
	async discard(): Promise<void> {
		await this.#close();
		await rm(this.path, { force: true });
	}

	async #close(): Promise<void> {
		if (!this.#open) return;
		this.#open = false;
		await this.#handle.close();
	}
}

async function syncNames(dir: string): Promise<void> {
	try {
		await syncDir(dir);
	} catch (error) {
		// File systems that cannot sync a folder say so; the file itself is synced.
		if (!["EINVAL", "ENOTSUP", "EPERM", "EACCES"].includes(systemCode(error))) throw error;
	}
}

/** Removes part files of exports to `out` whose process is surely gone. @returns their names */
export async function removeStaleParts(out: string, nowMs: number = Date.now()): Promise<string[]> {
	const dir = dirname(out);
	const file = short(basename(out));
	const me = thisOwner();
	const removed: string[] = [];
	for (const name of await readdir(dir)) {
		const [, of, machine, pid, start] = NAME.exec(name) ?? [];
		if (of !== file) continue;
		const path = join(dir, name);
		try {
			// Of another machine or boot nothing is known but its age.
			const owner = machine === machineOf(me) ? { ...me, pid: Number(pid), start: start ?? "" } : undefined;
			if (!isDead(path, owner, (await lstat(path)).mtimeMs, nowMs)) continue;
			await rm(path, { force: true });
			removed.push(name);
		} catch (error) {
			// Another export was faster, or it belongs to somebody else.
			if (!["ENOENT", "EPERM", "EACCES"].includes(systemCode(error))) throw error;
		}
	}
	return removed;
}
