// What a person undoes, on record with both contents before a file is written.
import type { Change } from "../actions/change.ts";
import { redact } from "../actions/redact.ts";
import { sideOf } from "../actions/textFile.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { changeEvidence } from "./contents.ts";
import type { Folder, Workspaces } from "./workspaces.ts";

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

/** Resolves when entry and contents are durable. Contents are redacted as those of a change. @throws JournalError */
export async function recordUndone(workspaces: Workspaces, folder: Folder, undone: Undone): Promise<void> {
	const { undo, request, since, session, path, how, approver, from, to, failed } = undone;
	const body: JsonObject = {
		undo,
		request,
		...(since === undefined ? {} : { since }),
		path: redact(path).text,
		how,
		approver,
	};
	if (failed !== undefined) Object.assign(body, { outcome: "failed", detail: redact(failed).text });
	else {
		const [file] = await kept(workspaces, folder, path, from, to);
		const { before, after } = file ?? {};
		Object.assign(body, before === undefined ? {} : { before }, after === undefined ? {} : { after });
	}
	await workspaces.record(folder, [{ type: "change.undone", body, session }]);
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
