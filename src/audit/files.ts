// The few file operations the audit log is made of. Nothing here follows a symlink at the last step or trusts a name to
// be a plain file: folders of the home can be changed by code that runs as the same user.
import { createHash } from "node:crypto";
import { closeSync, constants, existsSync, fsyncSync, linkSync, mkdirSync, openSync, renameSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";
import { JournalError, systemCode } from "./errors.ts";

/** Makes the names in `dir` durable. Windows has no way to do this and needs none. */
export async function syncDir(dir: string): Promise<void> {
	if (process.platform === "win32") return;
	const handle = await open(dir, constants.O_RDONLY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/**
 * Gives a finished file its name, unless the name is taken. The temporary name may remain.
 * @throws EEXIST
 */
export function nameNew(temporary: string, path: string): void {
	try {
		linkSync(temporary, path);
	} catch (error) {
		if (systemCode(error) === "EEXIST" || existsSync(path)) throw error;
		// File systems without hard links.
		renameSync(temporary, path);
	}
}

/** `syncDir` for the few places that run before anything is served. */
export function syncDirNow(dir: string): void {
	if (process.platform === "win32") return;
	const fd = openSync(dir, constants.O_RDONLY);
	try {
		fsyncSync(fd);
	} finally {
		closeSync(fd);
	}
}

/** Makes one folder, 0700, durably. An existing one is left as it is. */
export function makePrivateDir(dir: string): void {
	try {
		mkdirSync(dir, { mode: 0o700 });
	} catch (error) {
		if (systemCode(error) === "EEXIST") return;
		throw error;
	}
	syncDirNow(dirname(dir));
}

// A FIFO planted under the name of a log would block an ordinary open for ever.
const SAFE = constants.O_NOFOLLOW | constants.O_NONBLOCK;

/** Opens a plain file that is already there. Symlinks, pipes and devices are refused. @throws JournalError "unreadable" */
export async function openPlain(path: string, flags: number = constants.O_RDONLY): Promise<FileHandle> {
	const handle = await open(path, flags | SAFE);
	const found = await handle.stat();
	if (found.isFile()) return handle;
	await handle.close();
	throw new JournalError("unreadable", `${path} is not a plain file. Gatepost did not read it. Move it away.`);
}

/** Creates a file that must not exist yet, 0600. */
export function createFile(path: string, flags: number): Promise<FileHandle> {
	return open(path, constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW | flags, 0o600);
}

/** Up to `length` bytes at `position`; fewer only at the end of the file. */
export async function readAt(handle: FileHandle, position: number, length: number): Promise<Buffer> {
	const buffer = Buffer.alloc(length);
	let got = 0;
	while (got < length) {
		const { bytesRead } = await handle.read(buffer, got, length - got, position + got);
		if (bytesRead === 0) break;
		got += bytesRead;
	}
	return buffer.subarray(0, got);
}

/** Hex SHA-256 of a plain file. */
export async function hashFile(path: string): Promise<string> {
	const handle = await openPlain(path);
	const hash = createHash("sha256");
	try {
		for (let at = 0; ; ) {
			const chunk = await readAt(handle, at, 1024 * 1024);
			if (chunk.length === 0) return hash.digest("hex");
			hash.update(chunk);
			at += chunk.length;
		}
	} finally {
		await handle.close();
	}
}

/** Writes all of `bytes`: a write may take less than it was given. */
export async function writeAll(
	file: { write(bytes: Buffer, offset: number, length: number): Promise<number> },
	bytes: Buffer,
): Promise<void> {
	let done = 0;
	while (done < bytes.length) {
		const written = await file.write(bytes, done, bytes.length - done);
		if (written <= 0) throw Object.assign(new Error("a write took nothing"), { code: "EIO" });
		done += written;
	}
}
