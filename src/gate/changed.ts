// The body of an entry that tells what an action really changed: paths redacted, contents in the evidence store as those of
// a proposed change are.

import { asBuffer } from "../actions/jobs.ts";
import { redact } from "../actions/redact.ts";
import type { ChangedFile, ChangedFiles, ChangedSide, SnapshotMark } from "../actions/snapshot/snapshots.ts";
import { sideOf } from "../actions/textFile.ts";
import type { Journal } from "../audit/journal.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Message } from "../protocol/messages.ts";
import { type EvidenceOptions, sideEvidence } from "./contents.ts";
import type { GateContext } from "./context.ts";
import { sentences } from "./entries.ts";
import type { LedgerLine } from "./ledger.ts";
import { type NoteSecrets, noting } from "./secretBooks.ts";
import { turnOf } from "./sessions.ts";

/** Files that an entry names, and of them those whose contents are kept. The rest is counted. */
const MAX_FILES = 500;
const MAX_KEPT = 200;
/** Contents of one action that are kept. Bytes. */
const MAX_BYTES = 64 * 1024 * 1024;
/** Files whose contents are kept at the same time: most of it is waiting for the disk. */
const AT_ONCE = 8;

export interface Looked {
	request: string;
	background: boolean;
	/** Whether others ran beside it, asked when all was looked at. */
	shared: () => boolean;
	mark?: SnapshotMark;
	found?: ChangedFiles;
	/** Why not all of it, or nothing, was looked at. */
	incomplete?: Message | undefined;
}

type Keeping = EvidenceOptions & { note: NoteSecrets };

/** @throws JournalError */
export async function changedBody(gate: GateContext, line: LedgerLine, looked: Looked): Promise<JsonObject> {
	const { session } = line;
	const { request, background, mark, found, incomplete } = looked;
	const all = found?.files ?? [];
	const note = gate.secrets.of(session.folder, line.request);
	const journal = all.length === 0 ? undefined : await gate.options.workspaces.journal(session.folder);
	const files = journal === undefined ? [] : await keepFiles(journal, all, { turn: turnOf(session), note });
	return {
		request,
		files,
		more: (found?.more ?? 0) + Math.max(0, all.length - MAX_FILES),
		...(incomplete === undefined ? {} : { incomplete: noting(note, () => sentences([incomplete])[0] ?? null) }),
		...(looked.shared() ? { shared: true } : {}),
		...(background ? { background: true } : {}),
		...(mark === undefined ? {} : { since: new Date(mark.takenAt).toISOString() }),
		// Only the folder was looked at.
		outside: "not watched",
	};
}

async function keepFiles(journal: Journal, all: readonly ChangedFile[], options: Keeping): Promise<JsonObject[]> {
	const files: JsonObject[] = [];
	let room = MAX_BYTES;
	const listed = all.slice(0, MAX_FILES);
	for (let at = 0; at < listed.length; at += AT_ONCE) {
		const some = listed.slice(at, at + AT_ONCE).map(async ({ path, op, before, after }, index) => {
			const bytes = (before?.bytes?.length ?? 0) + (after?.bytes?.length ?? 0);
			room -= bytes;
			const keep = at + index < MAX_KEPT && room >= 0;
			return {
				path: noting(options.note, () => redact(path).text),
				op,
				...(before === undefined ? {} : { before: await sideBody(journal, before, keep, options) }),
				...(after === undefined ? {} : { after: await sideBody(journal, after, keep, options) }),
			};
		});
		files.push(...(await Promise.all(some)));
	}
	return files;
}

async function sideBody(
	journal: Journal,
	{ size, mode, bytes, why, link }: ChangedSide,
	keep: boolean,
	options: Keeping,
): Promise<JsonObject> {
	const about: JsonObject = {
		mode,
		...(link === undefined ? {} : { link: noting(options.note, () => redact(link).text) }),
	};
	if (bytes !== undefined && keep)
		return { ...about, ...(await sideEvidence(journal, sideOf(asBuffer(bytes), mode), options)) };
	if (why !== undefined) return { ...about, omitted: size, why: sentences([why])[0] ?? null };
	// What a link leads to is all of its content.
	return link === undefined ? { ...about, omitted: size } : about;
}
