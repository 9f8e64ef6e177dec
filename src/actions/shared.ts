// Memory that both threads see. New memory is what large files cost most (10 MB take 40 ms on a slow machine, four times as
// much as reading them), and a copy for the thread is made while the host does nothing else. Whoever holds such bytes does
// not change them.

/** Less is not worth a page of its own. Bytes. */
const MIN_SHARED = 64 * 1024;

/** Zeros, of memory that travels to another thread without a copy when there are many. */
export function sharedBytes(size: number): Buffer {
	return Buffer.from(size < MIN_SHARED ? new ArrayBuffer(size) : new SharedArrayBuffer(size));
}

/** The bytes of a text, likewise. */
export function sharedText(text: string, encoding: "utf8" | "utf16le"): Buffer {
	if (text.length < MIN_SHARED) return Buffer.from(text, encoding);
	const bytes = sharedBytes(Buffer.byteLength(text, encoding));
	bytes.write(text, encoding);
	return bytes;
}

/** Whether a thread that is sent these bytes sees this very memory. */
export function isShared({ buffer }: Uint8Array): boolean {
	return buffer instanceof SharedArrayBuffer;
}
