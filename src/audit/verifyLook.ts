// The first look at the segments of a log, before any is read whole: what each says of others, and how far it is said to be.
import { join } from "node:path";
import { openPlain } from "./files.ts";
import { firstEntry } from "./first.ts";
import { headPath } from "./head.ts";
import type { WorkspacePaths } from "./home.ts";
import { isDead } from "./owner.ts";
import type { Problems } from "./problems.ts";
import { KeptStarts, readOutside, type Seen } from "./verifyLinks.ts";
import { isPlainFile, readableOrTold, unreadable } from "./verifyRead.ts";

/**
 * What is known of each segment before it is read. One that cannot be read is told.
 * @param whole the log has its outside heads
 * @throws JournalError "unreadable" when none can be read; the signal's reason
 */
export async function lookAtAll(
	paths: WorkspacePaths,
	segments: readonly string[],
	whole: boolean,
	signal: AbortSignal | undefined,
	problems: Problems,
): Promise<{ seen: Seen[]; unread: string[] }> {
	const seen: Seen[] = [];
	const unread: string[] = [];
	const starts = new KeptStarts(problems);
	for (const segment of segments) {
		signal?.throwIfAborted();
		if (!isPlainFile(join(paths.journal, segment))) {
			problems.add(segment, undefined, "inserted", "it is no plain file, so no gate wrote it");
			continue;
		}
		const one = await readableOrTold(paths, segment, problems, () => look(paths, segment, whole));
		if (one === undefined) unread.push(segment);
		else seen.push({ ...one, started: starts.keep(segment, one.started) });
	}
	const [first] = unread;
	// Nothing of the log: that is no verification at all, and the system says again why.
	if (first !== undefined && seen.length === 0)
		await look(paths, first, whole).catch((error: unknown) => {
			throw unreadable(error, join(paths.journal, first));
		});
	return { seen, unread };
}

/** The outside head is read before the segment, which may be growing. @throws a system error */
async function look(paths: WorkspacePaths, segment: string, whole: boolean): Promise<Seen> {
	const outside = whole ? await readOutside(headPath(paths.heads, segment)) : undefined;
	const path = join(paths.journal, segment);
	const handle = await openPlain(path);
	const { mtimeMs, size } = await handle.stat().finally(() => handle.close());
	const live = whole && !isDead(path, outside?.owner, mtimeMs);
	return { segment, outside, started: await firstEntry(path), live, size };
}
