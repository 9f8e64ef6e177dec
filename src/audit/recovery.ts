// Cutting out the torn tail that a gate left when it died in the middle of a write. What is cut was never acknowledged.
//
// Order, so that a crash at any point loses nothing and can be done again: the tail is kept in a side file, then the
// repair entry in the new segment is durable, then the old segment is cut. Two gates that repair at once do the same
// thing twice, which is the same as once: nobody writes to that segment any more.
import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { type FileHandle, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { EntryBody } from "./entry.ts";
import { systemCode } from "./errors.ts";
import { createFile, openPlain, readAt, syncDir, writeAll } from "./files.ts";
import { tornPath } from "./segment.ts";
import type { Survey, TornTail } from "./survey.ts";

export type Repair = EntryBody<"repair">;

/**
 * Keeps all torn tails of a survey in side files. One that cannot be repaired is named among the survey's unreadable
 * segments and left as it is: an old segment must not keep a gate from starting.
 */
export async function setAsideAll(journalDir: string, survey: Survey): Promise<{ tail: TornTail; body: Repair }[]> {
	const repairs = [];
	for (const tail of survey.torn) {
		try {
			repairs.push({ tail, body: await setAside(journalDir, tail) });
		} catch (error) {
			survey.unreadable.push({ segment: tail.segment, code: systemCode(error) || String(error) });
		}
	}
	return repairs;
}

/** Copies a torn tail to its side file, durably. @returns the body of the repair entry */
async function setAside(journalDir: string, tail: TornTail): Promise<Repair> {
	// Opened for writing, so that one that cannot be cut is found out before a repair is announced.
	const source = await openPlain(join(journalDir, tail.segment), constants.O_RDWR);
	const temporary = join(journalDir, `${tail.segment}.${randomBytes(8).toString("hex")}.cutting`);
	try {
		const bytes = tail.size - tail.offset;
		const sha256 = await copyTail(source, tail.offset, bytes, temporary);
		const side = tornPath(journalDir, tail.segment, sha256);
		await rename(temporary, side);
		await syncDir(dirname(side));
		return { segment: tail.segment, offset: tail.offset, bytes, sha256, side: side.slice(journalDir.length + 1) };
	} finally {
		await source.close();
		await rm(temporary, { force: true });
	}
}

/** Cuts the torn tail off, once its repair entry is durable. Does nothing when the segment is not as it was seen. */
export async function cut(journalDir: string, tail: TornTail): Promise<void> {
	const handle = await openPlain(join(journalDir, tail.segment), constants.O_RDWR);
	try {
		if ((await handle.stat()).size !== tail.size) return;
		await handle.truncate(tail.offset);
		await handle.sync();
	} finally {
		await handle.close();
	}
}

const CHUNK = 1024 * 1024;

async function copyTail(source: FileHandle, offset: number, bytes: number, path: string): Promise<string> {
	const target = await createFile(path, constants.O_WRONLY);
	const hash = createHash("sha256");
	try {
		for (let done = 0; done < bytes; ) {
			const chunk = await readAt(source, offset + done, Math.min(CHUNK, bytes - done));
			if (chunk.length === 0) throw Object.assign(new Error("the segment became shorter"), { code: "EIO" });
			hash.update(chunk);
			const write = async (all: Buffer, from: number, length: number) =>
				(await target.write(all, from, length)).bytesWritten;
			await writeAll({ write }, chunk);
			done += chunk.length;
		}
		await target.sync();
	} finally {
		await target.close();
	}
	return hash.digest("hex");
}
