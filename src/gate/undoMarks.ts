// Undos that were begun and are not known to be over: a mark each, `undo/<id>.json` in the folder of the workspace's log. It
// is there before the entry that says that a file will be written, and goes when the file is on disk. One that a gate finds
// when it starts is of an editor that ended in between (gate/undone.ts). That gate claims it first, so that of two that start
// at once one looks at it: `undo/<id>.<claimer>.<unique>.claimed`. What a claimer that died left is a mark again.
import { createHash, createHmac, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { readdir, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { createFile, makePrivateDir, openPlain, readAt, syncDir } from "../audit/files.ts";
import { hashPieces } from "../audit/hashPieces.ts";
import { type Owner, thisOwner } from "../audit/owner.ts";

/** Of one mark. Paths of agents can be long. Bytes. */
const MAX_BYTES = 64 * 1024;
/** Files that are read to find marks when a gate starts. */
const MAX_FILES = 1000;

/** What is known of the undo, as its entry has it, but with the path as it is. */
export interface MarkedUndo {
	/** The same in all entries of one undo. */
	undo: string;
	/** The request whose change is undone; over several changes of a file, that of the last. */
	request: string;
	/** That of the first, where it is another one. */
	since?: string;
	/** Agent session that the change belongs to. */
	session?: string;
	/** Absolute path as the agent named it. */
	path: string;
	/** "conflict": the merge editor was opened; what comes of it is the person's. */
	how: "restore" | "remove" | "merged" | "conflict";
}

export interface UndoMark extends MarkedUndo {
	/** Which of its two contents this is, or neither. Gives way to others on the way. @param bytes undefined: no file */
	sideOf(bytes: Buffer | undefined): Promise<"before" | "after" | undefined>;
}

export interface FoundMark {
	file: string;
	mark: UndoMark;
	/** Whose it is: the editor's that undoes, or the gate's that claimed it. */
	owner: Owner;
	/** Since when, milliseconds since the epoch. */
	sinceMs: number;
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
	const sides = { from: await named(salt, from), to: await named(salt, to) };
	const mark = { v: 1, ...undo, owner: { ...thisOwner() }, salt, ...sides };
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
	await removeMark(join(folderOf(dir), `${undo}.json`));
}

async function removeMark(file: string): Promise<void> {
	await rm(file, { force: true });
	// Should it be there again after a crash, its file holds what was to be written.
	await syncDir(dirname(file)).catch(() => undefined);
}

export interface Claim {
	/** What became of the undo is known and on record. */
	done(): Promise<void>;
	/** It is not: the mark is there for the next gate. Never throws; one that stays claimed is free when this process ends. */
	release(): Promise<void>;
}

/** Takes a mark, so that no other gate does. @returns undefined when another one was first */
export async function claimMark({
	file,
	mark: { undo },
}: Pick<FoundMark, "file" | "mark">): Promise<Claim | undefined> {
	const folder = dirname(file);
	const claimed = join(folder, `${undo}.${claimer(thisOwner())}.${randomBytes(8).toString("hex")}.claimed`);
	try {
		await rename(file, claimed);
	} catch (error) {
		return ifThere(error);
	}
	return {
		done: () => removeMark(claimed),
		release: () => rename(claimed, join(folder, `${undo}.json`)).catch(() => undefined),
	};
}

const CLAIMED =
	/^([\w-]{1,64})\.(\d{1,15})-(\d{0,30})-([0-9a-f]{12})-([0-9a-f]{12})-([0-9a-f]{12})\.[0-9a-f]{16}\.claimed$/;

/** A process as part of a file's name: that is there in the same moment as the claim. */
function claimer({ pid, start, host, boot, pidns }: Owner): string {
	return [pid, start, ...[host, boot, pidns].map(short)].join("-");
}

/** The undo and the owner that the name of a claimed mark says. What is not as here counts as something else. */
function claimOf(name: string): { undo: string; owner: Owner } | undefined {
	const [, undo = "", pid, start = "", ...shorts] = CLAIMED.exec(name) ?? [];
	if (undo === "") return undefined;
	const me = thisOwner();
	const [host, boot, pidns] = (["host", "boot", "pidns"] as const).map((part, index) =>
		shorts[index] === short(me[part]) ? me[part] : (shorts[index] ?? ""),
	) as [string, string, string];
	return { undo, owner: { pid: Number(pid), start, host, boot, pidns } };
}

function short(text: string): string {
	return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** The marks there are; what is none is an error. */
export async function* readMarks(dir: string): AsyncGenerator<FoundMark | { file: string; error: unknown }> {
	const folder = folderOf(dir);
	const names = (await readdir(folder).catch(ifThere)) ?? [];
	for (const name of names.filter((one) => /\.(json|claimed)$/.test(one)).slice(0, MAX_FILES)) {
		const file = join(folder, name);
		try {
			yield { file, ...(await readMark(file)) };
		} catch (error) {
			if ((error as NodeJS.ErrnoException).code !== "ENOENT") yield { file, error };
		}
	}
}

/** Whoever runs as the same user can put anything there. */
async function readMark(file: string): Promise<Omit<FoundMark, "file">> {
	const handle = await openPlain(file);
	try {
		const { size, mtimeMs, ctimeMs } = await handle.stat();
		if (size > MAX_BYTES) throw new Error(`${file} is no mark of an undo. Gatepost left it there. Move it away.`);
		const value = parsed(String(await readAt(handle, 0, size)));
		const mark = markOf(value);
		const name = basename(file);
		const claim = claimOf(name);
		const owner = claim?.owner ?? value.owner;
		if (mark === undefined || !isOwner(owner) || (claim?.undo ?? name.replace(/\.json$/, "")) !== mark.undo)
			throw new Error(`${file} is no mark of an undo. Gatepost left it there. Move it away.`);
		// Another name changes the second time only.
		return { mark, owner, sinceMs: claim === undefined ? mtimeMs : ctimeMs };
	} finally {
		await handle.close();
	}
}

const HOWS: readonly string[] = ["restore", "remove", "merged"];

function markOf(value: Record<string, unknown>): UndoMark | undefined {
	const { v, undo, request, since, session, path, how, salt, from, to } = value;
	const texts = [undo, request, path, how, salt];
	if (v !== 1 || !texts.every((one) => typeof one === "string")) return undefined;
	if (![since, session].every((one) => one === undefined || typeof one === "string")) return undefined;
	if (![from, to].every((one) => one === null || typeof one === "string")) return undefined;
	if (!isUndoId(undo as string) || !HOWS.includes(how as string)) return undefined;
	return {
		undo: undo as string,
		request: request as string,
		...(since === undefined ? {} : { since: since as string }),
		...(session === undefined ? {} : { session: session as string }),
		path: path as string,
		how: how as UndoMark["how"],
		async sideOf(bytes) {
			const name = await named(salt as string, bytes);
			return name === to ? "after" : name === from ? "before" : undefined;
		},
	};
}

async function named(salt: string, bytes: Buffer | undefined): Promise<string | null> {
	if (bytes === undefined) return null;
	const hmac = createHmac("sha256", salt);
	await hashPieces(hmac, bytes);
	return hmac.digest("hex");
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
