// Random bytes for masks, keys and ids, without loading node:crypto (about 2 ms at every tool call).
import { closeSync, openSync, readSync } from "node:fs";

const POOL = 256;
let pool: Buffer = Buffer.alloc(0);

/** `size` bytes from the kernel. @throws when the system has no source of randomness: the hook then refuses */
export function randomBytes(size: number): Buffer {
	if (pool.length < size) pool = kernelBytes(Math.max(POOL, size));
	const taken = pool.subarray(0, size);
	pool = pool.subarray(size);
	return taken;
}

/** A version 4 UUID (RFC 9562 5.4). */
export function randomUuid(): string {
	const bytes = Buffer.from(randomBytes(16));
	bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6);
	bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8);
	return bytes.toString("hex").replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function kernelBytes(size: number): Buffer {
	const out = Buffer.alloc(size);
	let fd: number;
	try {
		fd = openSync("/dev/urandom", "r");
	} catch {
		// No /dev in this sandbox: the global is the same source, only slower to load. Throws where it does not exist.
		return Buffer.from(globalThis.crypto.getRandomValues(out));
	}
	try {
		let got = 0;
		while (got < size) {
			const read = readSync(fd, out, got, size - got, null);
			if (read === 0) throw new Error("/dev/urandom ended");
			got += read;
		}
	} finally {
		closeSync(fd);
	}
	return out;
}
