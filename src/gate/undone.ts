// What a person undoes, on record with both contents before a file is written. In this order, each step durable before the
// next: a mark that it was begun, the contents, the entry; then the editor writes the file beside it, gives it its name,
// syncs its folder, and takes the mark away. A mark that is found when a gate starts is of an undo that was cut off by the
// end of its editor: it is held against the disk, and what is not known to be written gets a second entry that says so.
import { lstat, realpath, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, resolve } from "node:path";
import type { Change } from "../actions/change.ts";
import { codeOf, realPlace } from "../actions/paths.ts";
import { redact } from "../actions/redact.ts";
import { readTarget, sideOf, type Target } from "../actions/textFile.ts";
import { isDead } from "../audit/owner.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { format, message } from "../protocol/messages.ts";
import { changeEvidence } from "./contents.ts";
import {
	claimMark,
	draftName,
	type FoundMark,
	type MarkedUndo,
	markUndo,
	readMarks,
	type UndoMark,
	unmarkUndo,
} from "./undoMarks.ts";
import { contains, type Folder, type Workspaces } from "./workspaces.ts";

export interface Undone extends MarkedUndo {
	approver: JsonObject;
	/** Content of the file until now and from now on; undefined where there is no file, or it is not known yet. */
	from?: Buffer | undefined;
	to?: Buffer | undefined;
	/** Why the file was not written after all: a second entry, after the one that said that it would be. */
	failed?: string;
}

/**
 * Resolves when entry and contents are durable. Contents are redacted as those of a change. Whoever writes the file then takes
 * the mark away (`unmarkUndo`), or records that it failed.
 * @throws JournalError, or the error of the file system: nothing may be written
 */
export async function recordUndone(workspaces: Workspaces, folder: Folder, undone: Undone): Promise<void> {
	const { undo, path, how, from, to, failed } = undone;
	const { dir } = await workspaces.journal(folder);
	if (failed !== undefined) {
		await recordEnd(workspaces, folder, undone, { outcome: "failed", detail: failed });
		return unmarkUndo(dir, undo);
	}
	// A conflict writes nothing.
	if (how !== "conflict") await markUndo(dir, markedOf(undone), from, to);
	try {
		const [file] = await kept(workspaces, folder, path, from, to);
		const { before, after } = file ?? {};
		const sides = { ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) };
		await workspaces.record(folder, [
			{ type: "change.undone", body: { ...bodyOf(undone), ...sides }, session: undone.session },
		]);
	} catch (error) {
		// Where this fails, too, the next gate finds a file that nobody wrote, and says so.
		await unmarkUndo(dir, undo).catch(() => undefined);
		throw error;
	}
}

/** Why a file that an undo was to write is not known to hold it. */
interface End {
	outcome: "failed" | "unknown";
	detail: string;
	/**
	 * All but this end is what a mark said, which other programs of the user can write, too: so no person is named, and
	 * nothing is said to have failed.
	 */
	recovered?: true;
}

type Begun = MarkedUndo & Partial<Pick<Undone, "approver">>;

function markedOf({ from: _, to: _1, failed: _2, approver: _3, ...marked }: Undone): MarkedUndo {
	return marked;
}

function bodyOf({ undo, request, since, path, how, approver }: Begun): JsonObject {
	const more = { ...(since === undefined ? {} : { since }), ...(approver === undefined ? {} : { approver }) };
	return { undo, request, ...more, path: redact(path).text, how };
}

async function recordEnd(workspaces: Workspaces, folder: Folder, begun: Begun, { detail, ...end }: End): Promise<void> {
	const body = { ...bodyOf(begun), ...end, detail: redact(detail).text };
	await workspaces.record(folder, [{ type: "change.undone", body, session: begun.session }]);
}

export interface UndoTrouble {
	folder: string;
	error: Error;
}

/** Undos that are looked at in a folder when a gate starts; the others wait for the next start. */
const MAX_RECOVERED = 100;

/**
 * Puts on record what became of undos that the end of an editor cut off. To be called when a gate starts, and for folders
 * that it takes on later, and not to be waited for: files are read that may be large, or on a drive that does not answer.
 * @param isOver the gate is closed: what is not on record by then stays for the next one, and is no trouble
 * @returns what could not be looked at or recorded; its mark stays for the next time. Never rejects
 */
export async function recoverUndone(
	workspaces: Workspaces,
	folders: readonly string[] = workspaces.folders,
	isOver: () => boolean = () => false,
): Promise<UndoTrouble[]> {
	const troubles: UndoTrouble[] = [];
	for (const folder of folders) {
		// The journal of a folder that left must not be opened again.
		const isLeft = () => isOver() || !workspaces.folders.includes(folder);
		const trouble = (error: unknown) => {
			if (!isLeft()) troubles.push({ folder, error: error instanceof Error ? error : new Error(String(error)) });
		};
		try {
			if (isLeft()) continue;
			const { dir } = await workspaces.journal(folder);
			let count = 0;
			for await (const found of readMarks(dir)) {
				if (isLeft() || count === MAX_RECOVERED) break;
				if ("error" in found) trouble(found.error);
				if ("error" in found || !isDead(found.file, found.owner, found.sinceMs)) continue;
				// One that fails each time must not keep others waiting for ever.
				await recover(workspaces, folder, found, isLeft).then(() => {
					count += 1;
				}, trouble);
			}
		} catch (error) {
			trouble(error);
		}
	}
	return troubles;
}

async function recover(workspaces: Workspaces, folder: string, found: FoundMark, isLeft: () => boolean): Promise<void> {
	const claim = await claimMark(found);
	if (claim === undefined) return;
	const { sideOf: side, ...begun } = found.mark;
	let drafts: string[] = [];
	try {
		const { target, dirs } = await lookAt(found, workspaces.folders);
		const detail = await endOf(side, target);
		if (isLeft()) return await claim.release();
		if (detail !== undefined)
			await recordEnd(workspaces, folder, begun, { outcome: "unknown", detail, recovered: true });
		drafts = [...dirs];
	} catch (error) {
		await claim.release();
		throw error;
	}
	await claim.done();
	// Last: a folder that lets nothing be removed must not keep the end off the log.
	for (const dir of drafts) await removeDraft(workspaces.folders, dir, begun.undo);
}

/** The path cannot lead to a file, and so not to one elsewhere: a folder of it is a file now, or a link to nothing. */
const NOWHERE = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/**
 * What is there now, and the folders where a draft may lie. Nothing outside of the served folders is looked at: what a
 * mark says may be another program's.
 * @throws Error when the path leads outside, or cannot be followed for now
 */
async function lookAt(
	{ file, mark: { path } }: FoundMark,
	folders: readonly string[],
): Promise<{ target: Target; dirs: Set<string> }> {
	const mustBeInside = (place: string) => {
		if (folders.some((folder) => contains(folder, place))) return;
		throw new Error(
			`${file} marks an undo of a file that is in no folder of this window. Gatepost did not look at the file.`,
		);
	};
	// Asking for the real place of a name of another machine would already call that machine.
	if (!isAbsolute(path) || /^[\\/]{2}/.test(path)) mustBeInside(isAbsolute(path) ? resolve(path) : "");
	let place: string;
	try {
		place = await realPlace(path);
	} catch (error) {
		const detail = codeOf(error) ?? "";
		if (!NOWHERE.has(detail)) throw error;
		return { target: { state: "unknown", why: message("proposal.unreadable", { path, detail }) }, dirs: new Set() };
	}
	mustBeInside(place);
	// Where there is none, or a link to nothing, nothing is read below.
	const real = await realpath(place).catch(() => place);
	mustBeInside(real);
	const target = await readTarget(path);
	if (target.state !== "unknown") mustBeInside(target.real);
	return { target, dirs: new Set([dirname(place), dirname(real)]) };
}

/** What is known of an undo that was cut off; undefined where it was done. */
async function endOf(side: UndoMark["sideOf"], target: Target): Promise<string | undefined> {
	const detail = "The editor ended before this was known to be written. The file";
	if (target.state === "unknown") return `${detail} could not be read: ${format(target.why)}`;
	const found = await side(target.state === "file" ? target.bytes : undefined);
	if (found === "after") return undefined;
	if (found === "before") return `${detail} holds what it held before.`;
	return `${detail} holds neither what it held before nor what was to be written.`;
}

/** What was written and did not get its name. @throws the error of the file system */
async function removeDraft(folders: readonly string[], dir: string, undo: string): Promise<void> {
	const draft = join(dir, draftName(undo));
	if (!folders.some((folder) => contains(folder, draft))) return;
	try {
		if ((await lstat(draft)).isFile()) await rm(draft, { force: true });
	} catch (error) {
		if (!NOWHERE.has(codeOf(error) ?? "")) throw error;
	}
}

async function kept(
	workspaces: Workspaces,
	folder: Folder,
	path: string,
	from: Buffer | undefined,
	to: Buffer | undefined,
): Promise<JsonObject[]> {
	const change: Change = {
		files: [
			{
				path,
				op: from === undefined ? "create" : to === undefined ? "delete" : "modify",
				...(from === undefined ? {} : { before: sideOf(from) }),
				...(to === undefined ? {} : { after: sideOf(to) }),
			},
		],
	};
	const evidence = await changeEvidence(await workspaces.journal(folder), change, { turn: `undo ${path}` });
	return (evidence?.files ?? []) as JsonObject[];
}
