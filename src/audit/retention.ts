// Retention: takes evidence away that no entry has named for some days. Entries stay, and one more says what was taken, so
// that the verifier can tell it from what somebody else removed (verifyRemovals.ts).
//
// Order, so that a crash at any point can be gone on from: the entry that lists the pieces is durable and signed, then the
// files go. What is still there after a crash is old evidence like any other, and the next run lists it again.
//
// Other gates write to the same store meanwhile, and whoever puts a content that is there already writes no file. So putting
// makes the file new (evidence.ts), and only files that nobody put for those days are looked at, which covers every entry
// whose evidence was put by then, written or not yet. One that is put between that look and the removal is noticed: a file is
// renamed first, and given back when it became new. A put that comes later finds no file and writes one.
import { randomBytes } from "node:crypto";
import { lstatSync, renameSync, rmSync } from "node:fs";
import { lstat, readdir } from "node:fs/promises";
import { basename, join } from "node:path";
import { setImmediate as immediate } from "node:timers/promises";
import type { EntryBody } from "./entry.ts";
import { systemCode } from "./errors.ts";
import { nameNew } from "./files.ts";
import { pathsIn } from "./home.ts";
import type { Journal } from "./journal.ts";
import { lastNamed } from "./retentionWalk.ts";

export interface RetentionOptions {
	/** Folder of the workspace's log. */
	dir: string;
	/** Evidence stays for so many days after the last entry that names it; at least 1. */
	olderThanDays: number;
	/** Milliseconds since the epoch. */
	now: number;
	signal?: AbortSignal | undefined;
	/** What walks over the log. By default in this thread, which it holds up: a gate has it run in another. */
	walk?: typeof lastNamed | undefined;
}

export interface Retained {
	/** Pieces that were taken away, those that no entry names included, and their bytes on disk. */
	removed: number;
	bytes: number;
	/** Pieces among them that no entry names: what a crash leaves behind. */
	unnamed: number;
	/** Names in the log that stand for no file, so no gate made them. Because of them no unnamed piece was removed. */
	planted: string[];
}

/** What retention writes to: an open journal of the workspace. */
export type RetentionJournal = Pick<Journal, "append" | "checkpoint">;

const DAY_MS = 24 * 60 * 60_000;
/** Pieces that one entry lists. */
const PER_ENTRY = 256;
/** Files that are removed before others have a turn. */
const PER_TURN = 32;
const PIECE = /^[0-9a-f]{64}$/;
const ASIDE = /^([0-9a-f]{64})\.[0-9a-f]{16}\.removing$/;

/** A file of the store that nobody put for days. */
interface Old {
	digest: string;
	mtimeMs: number;
	bytes: number;
}

/**
 * Removes evidence whose last naming entry is older than `olderThanDays`, and says so in the journal first. Safe beside
 * other gates that write, and beside another run of itself.
 * @throws RangeError for fewer days than 1; JournalError when the log cannot be read or written: nothing was removed then;
 *   the signal's reason
 */
export async function removeOldEvidence(
	journal: RetentionJournal,
	{ dir, olderThanDays, now, signal, walk = lastNamed }: RetentionOptions,
): Promise<Retained> {
	if (!Number.isInteger(olderThanDays) || olderThanDays < 1)
		throw new RangeError(`evidence cannot be kept for ${olderThanDays} days`);
	const { evidence } = pathsIn(dir, basename(dir));
	const before = now - olderThanDays * DAY_MS;
	const old = await oldFiles(evidence, before, signal);
	if (old.length === 0) return { removed: 0, bytes: 0, unnamed: 0, planted: [] };
	const { named, sound, planted } = await walk(dir, new Set(old.map(({ digest }) => digest)), signal);

	const listed = old.filter(({ digest }) => (named.get(digest) ?? Number.POSITIVE_INFINITY) < before);
	// In a log that was damaged what names a piece may be what is missing.
	const unnamed = sound ? old.filter(({ digest }) => !named.has(digest)) : [];
	for (let at = 0; at < listed.length; at += PER_ENTRY) {
		const digests = listed.slice(at, at + PER_ENTRY).map(({ digest }) => digest);
		const body: EntryBody<"evidence.removed"> = { digests, olderThanDays };
		await journal.append("evidence.removed", body);
	}
	// The verifier takes the word of a signed entry only.
	if (listed.length > 0) await journal.checkpoint();

	const done: Retained = { removed: 0, bytes: 0, unnamed: 0, planted };
	for (const [at, one] of [...listed, ...unnamed].entries()) {
		if (at % PER_TURN === PER_TURN - 1) await immediate();
		signal?.throwIfAborted();
		if (!remove(evidence, one)) continue;
		done.removed++;
		done.bytes += one.bytes;
		if (at >= listed.length) done.unnamed++;
	}
	return done;
}

async function oldFiles(evidence: string, before: number, signal: AbortSignal | undefined): Promise<Old[]> {
	const names = new Set((await readdir(evidence).catch(ignoreGone)) ?? []);
	for (const name of names) {
		const digest = ASIDE.exec(name)?.[1];
		if (digest === undefined) continue;
		giveBack(evidence, name, digest);
		names.add(digest);
	}
	const old: Old[] = [];
	for (const digest of names) {
		if (!PIECE.test(digest)) continue;
		signal?.throwIfAborted();
		const found = await lstat(join(evidence, digest)).catch(ignoreGone);
		if (found?.isFile() && found.mtimeMs < before) old.push({ digest, mtimeMs: found.mtimeMs, bytes: found.size });
	}
	return old;
}

/** Removes a file unless somebody put it meanwhile. Synchronous, so that it is away from its name for a moment only. */
function remove(evidence: string, { digest, mtimeMs }: Old): boolean {
	const name = `${digest}.${randomBytes(8).toString("hex")}.removing`;
	const aside = join(evidence, name);
	try {
		renameSync(join(evidence, digest), aside);
	} catch (error) {
		ignoreGone(error);
		return false;
	}
	if (lstatSync(aside, { throwIfNoEntry: false })?.mtimeMs !== mtimeMs) {
		giveBack(evidence, name, digest);
		return false;
	}
	rmSync(aside, { force: true });
	return true;
}

/** Gives a file its name back: it was put meanwhile, or a run was killed right there. */
function giveBack(evidence: string, name: string, digest: string): void {
	const aside = join(evidence, name);
	try {
		nameNew(aside, join(evidence, digest));
	} catch (error) {
		// Whoever put it has written it anew; or another run was faster.
		if (systemCode(error) !== "EEXIST") ignoreGone(error);
	}
	rmSync(aside, { force: true });
}

function ignoreGone(error: unknown): undefined {
	if (systemCode(error) !== "ENOENT") throw error;
}
