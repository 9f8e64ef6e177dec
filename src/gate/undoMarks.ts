// Undos that were begun and are not known to be over: a mark each, `undo/<id>.json` in the folder of the workspace's log. It
// is there before the entry that says that a file will be written, and goes when the file is on disk. One that a gate finds
// when it starts is of an editor that ended in between (gate/undone.ts).
import { createHmac, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createFile, makePrivateDir, openPlain, readAt, syncDir } from "../audit/files.ts";
import { type Owner, thisOwner } from "../audit/owner.ts";

/** Of one mark. Paths of agents can be long. Bytes. */
const MAX_BYTES = 64 * 1024;
/** Marks that are looked at when a gate starts. */
const MAX_MARKS = 1000;

/** What is known of the undo, as its entry has it, but with the path as it is. */
export interface MarkedUndo {
	undo: string;
	request: string;
	since?: string;
	session?: string;
	path: string;
	how: "restore" | "remove" | "merged" | "conflict";
}

export interface UndoMark extends MarkedUndo {
	owner: Owner;
	/** Whether a content is the one before the undo, or the one after it. @param bytes undefined: no file */
	isBefore(bytes: Buffer | undefined): boolean;
	isAfter(bytes: Buffer | undefined): boolean;
}

/** Name of the file that an undo is written to first, beside the one whose place it takes. */
export function draftName(undo: string): string {
	return `.gatepost-${undo}.tmp`;
}

/** An id that can be a file's name. */
function isUndoId(undo: string): boolean {
	return /^[\w-]{1,64}$/.test(undo);
}

function folderOf(dir: string): string {
	return join(dir, "undo");
}

/**
 * Notes durably that a file is about to be written.
 * @param dir of the workspace's log
 * @throws the error of the file system: the undo must not be done then
 */
export async function markUndo(dir: string, undo: MarkedUndo, from: Buffer | undefined, to: Buffer | undefined) {
	if (!isUndoId(undo.undo)) throw new Error("The id of an undo is no name of a file.");
	const folder = folderOf(dir);
	makePrivateDir(folder);
	// Only to tell contents apart for as long as the undo lasts. Nothing is behind a plain hash that could be guessed with it.
	const salt = randomBytes(16).toString("hex");
	const mark = { v: 1, ...undo, owner: { ...thisOwner() }, salt, from: named(salt, from), to: named(salt, to) };
	const draft = join(folder, `${undo.undo}.tmp`);
	try {
		const file = await createFile(draft, constants.O_WRONLY);
		try {
			await file.writeFile(JSON.stringify(mark));
			await file.sync();
		} finally {
			await file.close();
		}
		await rename(draft, join(folder, `${undo.undo}.json`));
		await syncDir(folder);
	} catch (error) {
		await rm(draft, { force: true });
		await unmarkUndo(dir, undo.undo);
		throw error;
	}
}

/** The undo is over: its file is on disk, or an entry says that it is not. */
export async function unmarkUndo(dir: string, undo: string): Promise<void> {
	if (!isUndoId(undo)) return;
	const folder = folderOf(dir);
	await rm(join(folder, `${undo}.json`), { force: true });
	await syncDir(folder).catch(ifThere);
}

/** The marks there are, with the times they were made (milliseconds since the epoch); what is none is an error. */
export async function* readMarks(
	dir: string,
): AsyncGenerator<{ file: string; mark: UndoMark; madeMs: number } | { file: string; error: unknown }> {
	const folder = folderOf(dir);
	const names = (await readdir(folder).catch(ifThere)) ?? [];
	for (const name of names.filter((one) => one.endsWith(".json")).slice(0, MAX_MARKS)) {
		const file = join(folder, name);
		try {
			yield { file, ...(await readMark(file)) };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") yield { file, error };
		}
	}
}

/** Whoever runs as the same user can put anything there. */
async function readMark(file: string): Promise<{ mark: UndoMark; madeMs: number }> {
	const handle = await openPlain(file);
	try {
		const { size, mtimeMs } = await handle.stat();
		if (size > MAX_BYTES) throw new Error(`${file} is no mark of an undo. Gatepost left it there. Move it away.`);
		const mark = markOf(parsed(String(await readAt(handle, 0, size))));
		if (mark === undefined || !file.endsWith(`${mark.undo}.json`))
			throw new Error(`${file} is no mark of an undo. Gatepost left it there. Move it away.`);
		return { mark, madeMs: mtimeMs };
	} finally {
		await handle.close();
	}
}

const HOWS: readonly string[] = ["restore", "remove", "merged"];

function markOf(value: Record<string, unknown>): UndoMark | undefined {
	const { v, undo, request, since, session, path, how, owner, salt, from, to } = value;
	const texts = [undo, request, path, how, salt];
	if (v !== 1 || !texts.every((one) => typeof one === "string")) return undefined;
	if (![since, session].every((one) => one === undefined || typeof one === "string")) return undefined;
	if (![from, to].every((one) => one === null || typeof one === "string")) return undefined;
	if (!isUndoId(undo as string) || !HOWS.includes(how as string)) return undefined;
	if (!isOwner(owner)) return undefined;
	const is = (name: unknown) => (bytes: Buffer | undefined) => name === named(salt as string, bytes);
	return {
		undo: undo as string,
		request: request as string,
		...(since === undefined ? {} : { since: since as string }),
		...(session === undefined ? {} : { session: session as string }),
		path: path as string,
		how: how as UndoMark["how"],
		owner,
		isBefore: is(from),
		isAfter: is(to),
	};
}

function named(salt: string, bytes: Buffer | undefined): string | null {
	return bytes === undefined ? null : createHmac("sha256", salt).update(bytes).digest("hex");
}

function parsed(text: string): Record<string, unknown> {
	try {
		const value: unknown = JSON.parse(text);
		return isObject(value) ? value : {};
	} catch {
		return {};
	}
}

function isOwner(value: unknown): value is Owner {
	if (!isObject(value) || typeof value.pid !== "number" || !Number.isSafeInteger(value.pid) || value.pid <= 0)
		return false;
	return ["host", "boot", "pidns", "start"].every((name) => typeof value[name] === "string");
}

function isObject(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ifThere(error: unknown): undefined {
	if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
}
