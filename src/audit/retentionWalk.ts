// When evidence was named last, from a walk over the whole log.
import { isUtf8 } from "node:buffer";
import { basename, join } from "node:path";
import { MAX_LINE_BYTES } from "./chain.ts";
import { isPlanted, sortOut } from "./export/planted.ts";
import { readHead } from "./head.ts";
import { pathsIn, type WorkspacePaths } from "./home.ts";
import { blocksOf } from "./lines.ts";
import { listSegments } from "./segment.ts";
import { evidenceRefs } from "./verifyEvidence.ts";
import { openBytes } from "./verifyLine.ts";
import { namesIn } from "./verifyLinks.ts";

export interface LastNamed {
	/** By digest: the latest time of an entry that names it, in milliseconds since the epoch; infinity when in doubt. */
	named: Map<string, number>;
	/** Nothing in the log is damaged or missing that could have named more. */
	sound: boolean;
	/** Names of segments that stand for no file (a link, folder, pipe or device): no gate wrote them, and nothing was read. */
	planted: string[];
}

const NEWLINE = 10;

/**
 * Walks over a whole log, so it holds up whoever runs in the same thread.
 * @param dir folder of the workspace's log
 * @param digests those to look for
 * @throws JournalError "unreadable" or a system error when a segment cannot be read; the signal's reason
 */
export async function lastNamed(
	dir: string,
	digests: ReadonlySet<string>,
	signal?: AbortSignal | undefined,
): Promise<LastNamed> {
	const paths = pathsIn(dir, basename(dir));
	const { plain, planted } = await sortOut(listSegments(paths.journal).map((name) => join(paths.journal, name)));
	const names = plain.map((path) => basename(path));
	// What stands in the place of a segment may have taken it.
	const sound = planted.length === 0 && (await allThere(paths, names));
	const found: LastNamed = { named: new Map(), sound, planted: planted.map((path) => basename(path)) };
	for (const path of plain) {
		for await (const { bytes, broken } of blocksOf(path)) {
			signal?.throwIfAborted();
			// A last line that is not whole was acknowledged to nobody.
			if (broken === "too-long") found.sound = false;
			for (let from = 0; from < bytes.length; ) {
				const to = bytes.indexOf(NEWLINE, from);
				takeLine(bytes.subarray(from, to), digests, found);
				from = to + 1;
			}
		}
	}
	return found;
}

function takeLine(line: Buffer, digests: ReadonlySet<string>, found: LastNamed): void {
	const opened = line.length > MAX_LINE_BYTES || !isUtf8(line) ? undefined : openBytes(line, 0, line.length);
	if (opened?.state !== "good") {
		found.sound = false;
		if (opened?.state === "altered") take(opened.entry.body, Number.POSITIVE_INFINITY, digests, found);
		return;
	}
	const { entry } = opened;
	if (entry.bodiless) found.sound = false;
	if (entry.mayNameEvidence) take(entry.body(), Date.parse(entry.head.time), digests, found);
}

function take(body: unknown, time: number, digests: ReadonlySet<string>, { named }: LastNamed): void {
	for (const { digest } of evidenceRefs(body)) {
		if (!digests.has(digest)) continue;
		const known = named.get(digest) ?? Number.NEGATIVE_INFINITY;
		named.set(digest, Math.max(known, Number.isNaN(time) ? Number.POSITIVE_INFINITY : time));
	}
}

/** Every segment that an outside head knows is there. */
async function allThere(paths: WorkspacePaths, segments: readonly string[]): Promise<boolean> {
	const there = new Set(segments);
	for (const name of namesIn(paths.heads)) {
		const segment = name.replace(/\.head$/, "");
		if (segment === name || there.has(segment)) continue;
		// What is no file says nothing of the segment it is named after.
		if (await isPlanted(join(paths.heads, name))) return false;
		if ((await readHead(join(paths.heads, name)))?.head?.entries !== 0) return false;
	}
	return true;
}
