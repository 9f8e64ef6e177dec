// The part of a log that an export takes: every segment as far as it was written when the export began. Gates go on
// appending meanwhile, and what they append then is left out.
import type { FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { openPlain, readAt } from "../files.ts";
import { lastLineEnd } from "../lines.ts";
import { segmentsIn } from "../read.ts";
import { sortOut } from "./planted.ts";

export interface Extent {
	/** Name of the segment. */
	segment: string;
	path: string;
	/** Bytes that are taken. */
	end: number;
}

/** A write in progress goes on within this time. */
const WRITING_MS = 50;
const NEWLINE = 10;

/**
 * The segments of a log, oldest first, with their ends now, and names of segments that stand for no file.
 * @throws when the folder or a segment cannot be read
 */
export async function extentsOf(dir: string): Promise<{ extents: Extent[]; planted: string[] }> {
	const extents: Extent[] = [];
	const { plain, planted } = await sortOut(await segmentsIn(dir));
	for (const path of plain) {
		const handle = await openPlain(path);
		try {
			extents.push({ segment: basename(path), path, end: await endOf(handle) });
		} finally {
			await handle.close();
		}
	}
	return { extents, planted: planted.map((path) => basename(path)) };
}

/** Without a line that is being written now. One that a dead gate left cut short is a part of the log. */
async function endOf(handle: FileHandle): Promise<number> {
	const { size } = await handle.stat();
	if (size === 0 || (await readAt(handle, size - 1, 1))[0] === NEWLINE) return size;
	await sleep(WRITING_MS);
	if ((await handle.stat()).size === size) return size;
	return (await lastLineEnd(handle, size)) ?? size;
}

export interface Chunk {
	bytes: Buffer;
	/** Offset of its first byte in the segment. */
	offset: number;
}

const CHUNK = 128 * 1024;

/**
 * The bytes of an extent, each chunk valid until the next one is asked for. The next chunk is read while one is worked on.
 * @param read told how many bytes were read
 */
export async function* chunksOf(
	{ path, end }: Extent,
	{ read, signal }: { read: (bytes: number) => void; signal?: AbortSignal | undefined },
): AsyncGenerator<Chunk> {
	const handle = await openPlain(path);
	let ahead: Promise<number> | undefined;
	try {
		const size = Math.max(1, Math.min(CHUNK, end));
		let [buffer, other] = [Buffer.allocUnsafe(size), Buffer.allocUnsafe(size)];
		const fill = async (into: Buffer, offset: number): Promise<number> =>
			offset >= end ? 0 : (await handle.read(into, 0, Math.min(size, end - offset), offset)).bytesRead;
		ahead = fill(buffer, 0);
		for (let offset = 0; ; ) {
			signal?.throwIfAborted();
			const got: number = await ahead;
			// The end, or cut short by somebody meanwhile: what is there counts.
			if (got === 0) return;
			ahead = fill(other, offset + got);
			// Waited for below; until then its failure is nobody's.
			ahead.catch(() => {});
			read(got);
			yield { bytes: buffer.subarray(0, got), offset };
			offset += got;
			[buffer, other] = [other, buffer];
		}
	} finally {
		// A read in progress would lose its file.
		await ahead?.catch(() => {});
		await handle.close();
	}
}
