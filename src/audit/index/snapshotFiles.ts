// The files a snapshot can lie in: one for each key that made it, so that two editors with keys of their own do not write
// over each other's, and nobody has to judge what only another can check.
import { createHmac } from "node:crypto";
import { lstatSync } from "node:fs";
import { readdir, rm, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { systemCode } from "../errors.ts";
import { listSegments } from "../segment.ts";

/** What made a snapshot: the key in the home, which programs of the user can read; a key that only an editor has; no key. */
export type KeyKind = "home" | "editor" | "none";

/** The keys at hand. That of the editor goes before that of the home. */
export interface SnapshotKeys {
	/** The home's MAC key. */
	homeKey?: Uint8Array | undefined;
	/** The editor's own, 32 bytes. */
	snapshotKey?: Uint8Array | undefined;
}

const KEY_BYTES = 32;
const HOME = "snapshot";
const NONE = "snapshot-unkeyed";
const ABANDONED_MS = 10 * 60_000;
/** Snapshots of one log that are kept: the one just written and the newest of others. */
export const MAX_SNAPSHOTS = 3;
const OLD_MS = 90 * 86_400_000;

/**
 * How large a snapshot may be: it is read into memory whole. That of a log comes to 0.1 to 0.7 of the log and at least 100 KB,
 * so this is many times more; only a log of nothing but tiny broken lines can come to more, and none is kept then.
 */
const LIMIT_FLOOR = 16 * 1024 * 1024;
const LIMIT_RATIO = 4;
/** Unit of what a file takes on the disk, everywhere. Bytes. */
const BLOCK = 512;

/** Folder of the snapshots of a workspace's log. */
export function folderOf(dir: string): string {
	return join(dir, "index");
}

/** Name of the file that a reader and writer with these keys uses. @throws RangeError when the editor's key is not of 32 bytes */
export function snapshotName(dir: string, { homeKey, snapshotKey }: SnapshotKeys): string {
	if (snapshotKey === undefined) return homeKey === undefined ? NONE : HOME;
	if (snapshotKey.length !== KEY_BYTES) throw new RangeError(`the key of a snapshot has ${KEY_BYTES} bytes`);
	const print = createHmac("sha256", snapshotKey)
		.update(`gatepost index name\n${basename(dir)}`)
		.digest("hex");
	return `snapshot-${print.slice(0, 16)}`;
}

/** What kind of key makes files of this name; undefined when it is no name of a snapshot. */
export function kindOf(name: string): KeyKind | undefined {
	if (name === HOME) return "home";
	if (name === NONE) return "none";
	return /^snapshot-[0-9a-f]{16}$/.test(name) ? "editor" : undefined;
}

/** The key a file of this name must have been made with; undefined when it is not at hand, or there is none. */
export function keyOf(dir: string, name: string, keys: SnapshotKeys): Uint8Array | undefined {
	switch (kindOf(name)) {
		case "home":
			return keys.homeKey;
		case "editor":
			return keys.snapshotKey !== undefined && snapshotName(dir, keys) === name ? keys.snapshotKey : undefined;
		default:
			return undefined;
	}
}

/** Names of the snapshots that are there: the own one first, then those that are not an editor's. */
export async function listSnapshots(dir: string, keys: SnapshotKeys): Promise<string[]> {
	const own = snapshotName(dir, keys);
	const rank = (name: string) => (name === own ? 0 : kindOf(name) !== "editor" ? 1 : 2);
	let found: string[];
	try {
		found = await readdir(folderOf(dir));
	} catch (error) {
		const code = systemCode(error);
		if (code === "") throw error;
		// Whoever opens one in a folder that cannot be read will say so.
		return code === "ENOENT" || code === "ENOTDIR" ? [] : [own];
	}
	const names = found.filter((name) => kindOf(name) !== undefined);
	return names.sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

/** Largest length of a snapshot of this log, in bytes. Holes in its files cost nothing to make and do not count. */
export function snapshotLimit(dir: string): number {
	const journal = join(dir, "journal");
	let bytes = 0;
	try {
		for (const name of listSegments(journal)) {
			const found = lstatSync(join(journal, name), { throwIfNoEntry: false });
			if (found?.isFile() === true) bytes += Math.min(found.size, found.blocks * BLOCK);
		}
	} catch (error) {
		// What cannot be looked at is told by whoever reads the log.
		if (systemCode(error) === "") throw error;
	}
	return LIMIT_FLOOR + LIMIT_RATIO * bytes;
}

/** Removes the snapshots of others that are old, or too many. @param own name of the one that stays in any case */
export async function removeOld(dir: string, own: string, nowMs: number = Date.now()): Promise<void> {
	const others: { path: string; time: number }[] = [];
	for (const name of await namesIn(dir)) {
		if (name === own || kindOf(name) === undefined) continue;
		const path = join(folderOf(dir), name);
		const found = await stat(path).catch(ifThere);
		if (found?.isFile() === true) others.push({ path, time: found.mtimeMs });
	}
	others.sort((a, b) => b.time - a.time);
	for (const [at, { path, time }] of others.entries())
		if (at >= MAX_SNAPSHOTS - 1 || nowMs - time > OLD_MS) await rm(path, { force: true }).catch(ifThere);
}

/** Removes what writers that were killed have left behind. */
export async function removeAbandoned(dir: string, nowMs: number = Date.now()): Promise<void> {
	for (const name of await namesIn(dir)) {
		if (!/^snapshot\.[0-9a-f]{16}\.new$/.test(name)) continue;
		const path = join(folderOf(dir), name);
		const found = await stat(path).catch(ifThere);
		if (found !== undefined && nowMs - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true }).catch(ifThere);
	}
}

async function namesIn(dir: string): Promise<string[]> {
	return (await readdir(folderOf(dir)).catch(ifThere)) ?? [];
}

/** Another editor may have removed it; and that something is not tidied up stops nothing. */
function ifThere(error: unknown): undefined {
	if (systemCode(error) === "") throw error;
	return undefined;
}
