// What a person undoes, on record with both contents before a file is written. In this order, each step durable before the
// next: a mark that it was begun, the contents, the entry; then the editor writes the file beside it, gives it its name,
// syncs its folder, and takes the mark away. A mark that is found when a gate starts is of an undo that was cut off by the
// end of its editor: it is held against the disk, and what is not known to be written gets a second entry that says so.
import { lstat, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { Change } from "../actions/change.ts";
import { redact } from "../actions/redact.ts";
import { readTarget, sideOf, type Target } from "../actions/textFile.ts";
import { isDead } from "../audit/owner.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { format } from "../protocol/messages.ts";
import { changeEvidence } from "./contents.ts";
import { draftName, type MarkedUndo, markUndo, readMarks, type UndoMark, unmarkUndo } from "./undoMarks.ts";
import { contains, type Folder, type Workspaces } from "./workspaces.ts";

export interface Undone {
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
	/** All but this end is what a mark said, which other programs of the user can write, too: so no person is named. */
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

/**
 * Puts on record what became of undos that the end of an editor cut off. To be called when a gate starts, and for folders
 * that it takes on later. Takes a look at one folder for each where there was none.
 * @returns what could not be looked at or recorded; its mark stays for the next time
 */
export async function recoverUndone(
	workspaces: Workspaces,
	folders: readonly string[] = workspaces.folders,
): Promise<UndoTrouble[]> {
	const troubles: UndoTrouble[] = [];
	const trouble = (folder: string, error: unknown) =>
		troubles.push({ folder, error: error instanceof Error ? error : new Error(String(error)) });
	for (const folder of folders) {
		try {
			const { dir } = await workspaces.journal(folder);
			for await (const found of readMarks(dir)) {
				if ("error" in found) trouble(folder, found.error);
				else if (isDead(found.file, found.mark.owner, found.madeMs))
					await recover(workspaces, folder, dir, found.mark).catch((error) => trouble(folder, error));
			}
		} catch (error) {
			trouble(folder, error);
		}
	}
	return troubles;
}

async function recover(workspaces: Workspaces, folder: string, dir: string, mark: UndoMark): Promise<void> {
	const { isBefore: _, isAfter: _1, owner: _2, ...begun } = mark;
	const target = await readTarget(mark.path);
	if (target.state !== "unknown") await removeDraft(folder, target.real, mark.undo);
	const end = endOf(mark, target);
	if (end !== undefined) await recordEnd(workspaces, folder, begun, { ...end, recovered: true });
	await unmarkUndo(dir, mark.undo);
}

/** What became of an undo that was cut off; undefined where it was done. */
function endOf({ isBefore, isAfter }: UndoMark, target: Target): End | undefined {
	const detail = "The editor ended while the file was being written, and";
	if (target.state === "unknown")
		return { outcome: "unknown", detail: `${detail} it could not be read afterwards: ${format(target.why)}` };
	const now = target.state === "file" ? target.bytes : undefined;
	if (isAfter(now)) return undefined;
	if (isBefore(now)) return { outcome: "failed", detail: "The editor ended before the file was written." };
	return { outcome: "unknown", detail: `${detail} it holds neither what it held before nor what was to be written.` };
}

/** What was written and did not get its name. */
async function removeDraft(folder: string, real: string, undo: string): Promise<void> {
	const draft = join(dirname(real), draftName(undo));
	if (!contains(folder, draft)) return;
	const found = await lstat(draft).catch(() => undefined);
	if (found?.isFile() === true) await rm(draft, { force: true });
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
