// The file that an undo is about, on disk: looked at, and written so that it is never half of anything, never another one
// than was looked at, and never outside the folders of this window.
import { randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { copyFile, link, mkdir, open, realpath, rename, rm, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { codeOf, isWithin } from "../actions/paths.ts";
import { MAX_FILE_BYTES, readTarget } from "../actions/textFile.ts";
import { isEqual } from "../actions/undo/plan.ts";
import { syncDir } from "../audit/files.ts";
import { draftName } from "../gate/undoMarks.ts";
import { type Message, type MessageCode, message } from "../protocol/messages.ts";

export interface WritablePlaces {
	/** Real paths of the folders that may be written in. */
	folders: readonly string[];
	/** Folder of the Gatepost home, which may not. */
	home: string;
}

/** A file as it was when it was looked at. */
export interface Looked {
	path: string;
	/** Where it lies after symlinks. */
	real: string;
	/** Undefined where there is no file. */
	now: Buffer | undefined;
	/** Permission bits. */
	mode?: number;
}

/**
 * Looks at the file of a path. @param real where it must lie, after symlinks
 * @returns why it may not be written: it lies elsewhere or outside, or cannot be read
 */
export async function lookAt(path: string, real: string, places: WritablePlaces): Promise<Looked | { why: Message }> {
	const target = await readTarget(path);
	if (target.state === "unknown") return { why: whyUnread(target.why) };
	if (target.real !== real) return { why: message("undo.why.elsewhere", { now: target.real }) };
	if (!places.folders.some((folder) => isWithin(real, folder))) return { why: message("undo.why.outside") };
	const homes = [places.home, await realpath(places.home).catch(() => places.home)];
	if (homes.some((home) => isWithin(real, home))) return { why: message("undo.why.inHome") };
	return target.state === "absent"
		? { path, real, now: undefined }
		: { path, real, now: target.bytes, mode: target.mode };
}

/** Whether the file is still what was looked at. */
export async function isSame({ path, real, now }: Looked, places: WritablePlaces): Promise<boolean> {
	const again = await lookAt(path, real, places);
	return !("why" in again) && isEqual(again.now, now);
}

/**
 * Writes what a file is to be, or removes it where that is nothing, in one step. Mode bits stay. Durable when it resolves.
 * @param undo names the file that is written first; of one that was cut off a later start can find it by that
 * @returns false when it is not what was looked at any more: nothing was written then
 * @throws the error of the file system; the file is as it was
 */
export async function writeBack(
	looked: Looked,
	to: Buffer | undefined,
	places: WritablePlaces,
	undo: string = randomBytes(8).toString("hex"),
): Promise<boolean> {
	const { real, now, mode } = looked;
	const folder = dirname(real);
	if (to === undefined) {
		if (!(await isSame(looked, places))) return false;
		await unlink(real);
		await syncNames(folder);
		return true;
	}
	let made: string | undefined;
	if (now === undefined) {
		made = await mkdir(folder, { recursive: true });
		// Something else was put into the way while it was made.
		if ((await realpath(folder)) !== folder) return false;
	}
	const temporary = join(folder, draftName(undo));
	try {
		await create(temporary, to, mode);
		if (!(await isSame(looked, places))) return false;
		if (now !== undefined) await rename(temporary, real);
		else if (!(await putNew(temporary, real))) return false;
	} finally {
		// Gone already where it took the file's place.
		await rm(temporary, { force: true });
	}
	await syncNames(folder, made);
	return true;
}

/**
 * Makes the names in a folder durable, and that of the folder where it was made, too, up to the first that was.
 * Never throws: the file is written by now, and some file systems and some folders cannot be synced.
 */
async function syncNames(folder: string, made?: string): Promise<void> {
	const end = made === undefined ? folder : dirname(made);
	for (let at = folder; ; at = dirname(at)) {
		await syncDir(at).catch(() => undefined);
		if (at === end || at === dirname(at)) return;
	}
}

async function create(path: string, bytes: Buffer, mode: number | undefined): Promise<void> {
	const file = await open(
		path,
		constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL,
		mode === undefined ? 0o666 : 0o600,
	);
	try {
		await file.writeFile(bytes);
		if (mode !== undefined) await file.chmod(mode);
		await file.sync();
	} finally {
		await file.close();
	}
}

/** A file that was not there takes no other one's place. @returns false when one is there by now */
async function putNew(temporary: string, real: string): Promise<boolean> {
	try {
		await link(temporary, real);
		return true;
	} catch (error) {
		if (codeOf(error) === "EEXIST") return false;
	}
	// A file system without hard links.
	try {
		await copyFile(temporary, real, constants.COPYFILE_EXCL);
	} catch (error) {
		if (codeOf(error) === "EEXIST") return false;
		throw error;
	}
	await syncCopy(real);
	return true;
}

/** The file system cannot sync, or not so. */
const NO_SYNC = new Set(["EINVAL", "ENOTSUP", "EPERM", "EACCES", "ENOSYS"]);

/**
 * Only what is open for writing can be synced everywhere; what cannot be opened so is written all the same.
 * @throws the error of the file system that did not keep the bytes; the file, which we made, is gone then
 */
async function syncCopy(path: string): Promise<void> {
	const file = await open(path, constants.O_RDWR | constants.O_NOFOLLOW).catch(() => undefined);
	if (file === undefined) return;
	try {
		await file.sync();
	} catch (error) {
		if (NO_SYNC.has(codeOf(error) ?? "")) return;
		await rm(path, { force: true });
		throw error;
	} finally {
		await file.close();
	}
}

const WHY_UNREAD: Partial<Record<MessageCode, MessageCode>> = {
	"proposal.directory": "undo.why.directory",
	"proposal.notFile": "undo.why.notFile",
	"proposal.tooLarge": "undo.why.tooLarge",
	"proposal.changing": "undo.why.changing",
	"proposal.danglingLink": "undo.why.danglingLink",
};

function whyUnread({ code, args }: Message): Message {
	const detail = args?.detail ?? "";
	return message(WHY_UNREAD[code] ?? "undo.why.unreadable", { detail, max: MAX_FILE_BYTES / 1024 / 1024 });
}
