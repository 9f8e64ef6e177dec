// One settings file on disk: found through symlinks, read without being stalled, written whole or not at all.
import { isUtf8 } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import { constants, type Stats } from "node:fs";
import { type FileHandle, lstat, mkdir, open, readdir, readlink, realpath, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { format, type Message, message } from "../../protocol/messages.ts";

/** Settings files are a few KB; more is not read. Bytes. */
export const MAX_SETTINGS_BYTES = 4 * 1024 * 1024;
const MAX_LINKS = 40;
const BACKUPS_KEPT = 5;

/** The file could not be read or written, or it is not what it was. Nothing was changed. */
export class SettingsFileError extends Error {
	override name = "SettingsFileError";
	readonly detail: Message;
	constructor(detail: Message, options?: ErrorOptions) {
		super(format(detail), options);
		this.detail = detail;
	}
}

export interface SettingsOnDisk {
	/** Real path: where the bytes are, or would be. */
	target: string;
	/** Undefined when there is no file. */
	text: string | undefined;
	stat: Stats | undefined;
}

/** @throws SettingsFileError */
export async function readSettings(file: string): Promise<SettingsOnDisk> {
	try {
		const target = await realTarget(file);
		const found = await readWhole(target, file);
		return { target, text: found?.text, stat: found?.stat };
	} catch (error) {
		if (error instanceof SettingsFileError) throw error;
		throw new SettingsFileError(message("install.cannotRead", { file, detail: errorCode(error) }), { cause: error });
	}
}

async function readWhole(target: string, file: string): Promise<{ text: string; stat: Stats } | undefined> {
	let handle: FileHandle;
	try {
		// A pipe in the file's place must not hold us.
		handle = await open(target, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		if (errorCode(error) === "ENOENT") return undefined;
		throw error;
	}
	try {
		const stat = await handle.stat();
		if (!stat.isFile()) throw new SettingsFileError(message("install.notAFile", { file }));
		if (stat.size > MAX_SETTINGS_BYTES) throw new SettingsFileError(message("install.tooBig", { file }));
		const bytes = await handle.readFile();
		if (!isUtf8(bytes)) throw new SettingsFileError(message("install.notUtf8", { file }));
		return { text: bytes.toString("utf8"), stat };
	} finally {
		await handle.close();
	}
}

/** Follows symlinks to where the file is, also when the last one points at nothing yet. */
async function realTarget(file: string): Promise<string> {
	let at = file;
	for (let links = 0; links < MAX_LINKS; links += 1) {
		const dir = await realDir(dirname(at));
		at = join(dir, basename(at));
		const link = await lstat(at).then(
			async (found) => (found.isSymbolicLink() ? await readlink(at) : undefined),
			(error) => {
				if (errorCode(error) === "ENOENT") return undefined;
				throw error;
			},
		);
		if (link === undefined) return at;
		at = isAbsolute(link) ? link : resolve(dir, link);
	}
	throw Object.assign(new Error("too many symlinks"), { code: "ELOOP" });
}

/** The real path of a folder, where its last parts may not exist yet. */
async function realDir(dir: string): Promise<string> {
	try {
		return await realpath(dir);
	} catch (error) {
		if (errorCode(error) !== "ENOENT" || dirname(dir) === dir) throw error;
		// A dangling link is no folder that could be made.
		const found = await lstat(dir).catch(() => undefined);
		if (found !== undefined) throw error;
		return join(await realDir(dirname(dir)), basename(dir));
	}
}

export interface Write {
	/** As named to the person. */
	file: string;
	target: string;
	/** What must still be there. */
	before: string | undefined;
	/** Undefined removes the file. */
	after: string | undefined;
	/** For a new file. */
	mode: number;
}

/**
 * Replaces the text in one rename; mode and owner stay. @returns folders that had to be made, outermost first
 * @throws SettingsFileError when the file is not what it was, or cannot be written; it is then unchanged
 */
export async function writeSettings({ file, target, before, after, mode }: Write): Promise<string[]> {
	const dir = dirname(target);
	const draft = join(dir, `.${basename(target)}.gatepost-${randomBytes(6).toString("hex")}`);
	let made: string[] = [];
	try {
		made = await makeDirs(dir);
		const now = await readWhole(target, file);
		if (now?.text !== before) throw new SettingsFileError(message("install.changedMeanwhile", { file }));
		if (after === undefined) {
			await rm(target);
		} else {
			await writeDraft(draft, after, now?.stat, mode, file);
			// As late as can be: between this look and the rename nothing else is done.
			const last = await readWhole(target, file);
			if (last?.text !== before || last?.stat.ino !== now?.stat.ino) {
				throw new SettingsFileError(message("install.changedMeanwhile", { file }));
			}
			await rename(draft, target);
		}
		await syncDir(dir);
		return made;
	} catch (error) {
		await rm(draft, { force: true });
		await removeDirs(made);
		if (error instanceof SettingsFileError) throw error;
		throw new SettingsFileError(message("install.cannotWrite", { file, detail: errorCode(error) }), { cause: error });
	}
}

async function writeDraft(draft: string, text: string, like: Stats | undefined, mode: number, file: string) {
	const handle = await open(draft, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	try {
		await handle.writeFile(text);
		const mine = await handle.stat();
		if (like !== undefined && (mine.uid !== like.uid || mine.gid !== like.gid)) {
			await handle.chown(like.uid, like.gid).catch((error) => {
				throw new SettingsFileError(message("install.otherOwner", { file }), { cause: error });
			});
		}
		await handle.chmod((like?.mode ?? mode) & 0o7777);
		await handle.sync();
	} finally {
		await handle.close();
	}
}

/** Makes the folders that are missing. @returns those, outermost first */
async function makeDirs(dir: string): Promise<string[]> {
	const first = await mkdir(dir, { recursive: true, mode: 0o700 });
	if (first === undefined) return [];
	const made: string[] = [];
	for (let at = dir; ; at = dirname(at)) {
		made.unshift(at);
		if (at === first || at === dirname(at)) return made;
	}
}

/** Removes folders that are empty, innermost first. */
export async function removeDirs(made: readonly string[]): Promise<void> {
	for (const dir of [...made].reverse()) {
		try {
			await rmdir(dir);
		} catch {
			// Somebody put something there: it stays, and so do the folders around it.
			return;
		}
	}
}

/**
 * Keeps a copy beside the file, `<file>.gatepost-backup-<n>`, 0600, unless a copy of these bytes is there already. The
 * first copy and the newest few are kept. @throws SettingsFileError
 */
export async function backUp(file: string, target: string, text: string): Promise<void> {
	try {
		const copies = await backups(target);
		for (const { path } of copies) if ((await readPlain(path)) === text) return;
		const number = (copies.at(-1)?.number ?? 0) + 1;
		const handle = await open(`${target}.gatepost-backup-${number}`, "wx", 0o600);
		try {
			await handle.writeFile(text);
			await handle.sync();
		} finally {
			await handle.close();
		}
		for (const { path } of copies.slice(1, Math.max(1, copies.length + 1 - (BACKUPS_KEPT - 1)))) await rm(path);
	} catch (error) {
		throw new SettingsFileError(message("install.noBackup", { file, detail: errorCode(error) }), { cause: error });
	}
}

/** Removes the copies that hold exactly these bytes: the file itself has them again. */
export async function removeBackupsOf(target: string, text: string): Promise<void> {
	for (const { path } of await backups(target)) if ((await readPlain(path)) === text) await rm(path, { force: true });
}

async function backups(target: string): Promise<{ path: string; number: number }[]> {
	const prefix = `${basename(target)}.gatepost-backup-`;
	const names = (await readdir(dirname(target))).filter((name) => name.startsWith(prefix));
	return names
		.map((name) => ({ path: join(dirname(target), name), number: Number(name.slice(prefix.length)) }))
		.filter(({ number }) => Number.isSafeInteger(number) && number > 0)
		.sort((a, b) => a.number - b.number);
}

/** The text of a small plain file, undefined for anything else. */
export async function readPlain(path: string): Promise<string | undefined> {
	let handle: FileHandle;
	try {
		handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
	} catch {
		return undefined;
	}
	try {
		const stat = await handle.stat();
		if (!stat.isFile() || stat.size > MAX_SETTINGS_BYTES) return undefined;
		return await handle.readFile("utf8");
	} finally {
		await handle.close();
	}
}

async function syncDir(dir: string): Promise<void> {
	if (process.platform === "win32") return;
	const handle = await open(dir, constants.O_RDONLY);
	try {
		await handle.sync();
	} finally {
		await handle.close();
	}
}

export function sha256(text: string): string {
	return createHash("sha256").update(text).digest("hex");
}

export function errorCode(error: unknown): string {
	return (error as NodeJS.ErrnoException).code ?? (error instanceof Error ? error.message : String(error));
}
