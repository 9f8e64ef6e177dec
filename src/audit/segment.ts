// One file of a journal: its name, and how it is created.
import { constants, readdirSync } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { AppendFile } from "./batch.ts";
import { systemCode } from "./errors.ts";
import { createFile, syncDir } from "./files.ts";

const NAME = /^\d{8}T\d{6}\.\d{3}Z-[0-9A-Za-z_-]{1,64}\.jsonl$/;

/** `<start>-<gate id>.jsonl`, the start as sortable UTC time without colons, e.g. 20250131T235959.001Z. */
export function segmentName(startMs: number, gateId: string): string {
	const name = `${new Date(startMs).toISOString().replace(/[-:]/g, "")}-${gateId}.jsonl`;
	if (!NAME.test(name)) throw new Error(`no segment can have this start and gate id: ${name}`);
	return name;
}

export function isSegmentName(name: string): boolean {
	return NAME.test(name);
}

/** When a segment began, by its name, as ISO time. */
export function segmentStart(name: string): string {
	return name.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d\.\d{3}Z).*$/, "$1-$2-$3T$4:$5:$6");
}

/** Names of the segments in a journal folder, sorted; none when there is no such folder. */
export function listSegments(journalDir: string): string[] {
	try {
		return readdirSync(journalDir).filter(isSegmentName).sort();
	} catch (error) {
		if (systemCode(error) === "ENOENT") return [];
		throw error;
	}
}

/** The file of a new segment. Its name is durable when this returns. */
export async function createSegmentFile(path: string): Promise<AppendFile> {
	const handle = await createFile(path, constants.O_APPEND | constants.O_WRONLY);
	try {
		await syncDir(dirname(path));
	} catch (error) {
		await handle.close();
		throw error;
	}
	return appendFile(handle);
}

function appendFile(handle: FileHandle): AppendFile {
	return {
		write: async (bytes, offset, length) => (await handle.write(bytes, offset, length)).bytesWritten,
		datasync: () => handle.datasync(),
		close: () => handle.close(),
	};
}

/** Path of the side file that keeps what a repair cut out of a segment; named after its content. */
export function tornPath(journalDir: string, segment: string, sha256: string): string {
	return join(journalDir, `${segment}.${sha256.slice(0, 16)}.torn`);
}
