// What a log says of its own segments: how far each must be there.
import { join } from "node:path";
import { firstEntry } from "../audit/first.ts";
import { headPath, readHead } from "../audit/head.ts";
import { pathsIn } from "../audit/home.ts";
import { listSegments } from "../audit/segment.ts";
import { namesIn } from "../audit/verifyLinks.ts";

/** @param dir folder of the log. What cannot be read names nothing here: a verification tells it. @throws when no name can be read */
export async function namedSegments(dir: string): Promise<Map<string, { entries: number; isThere: boolean }>> {
	const { journal, heads } = pathsIn(dir, "");
	const there = new Set(listSegments(journal));
	const named = new Map<string, { entries: number; isThere: boolean }>();
	const add = (segment: string, entries: number) => {
		const before = named.get(segment)?.entries ?? 0;
		named.set(segment, { entries: Math.max(before, entries), isThere: there.has(segment) });
	};
	for (const segment of there) {
		const started = await firstEntry(join(journal, segment)).catch(() => undefined);
		for (const link of started?.links ?? []) add(link.segment, link.entries);
	}
	for (const name of namesIn(heads)) {
		const segment = name.replace(/\.head$/, "");
		if (segment === name) continue;
		const read = await readHead(headPath(heads, segment)).catch(() => undefined);
		// A head that says "nothing yet" is what remains when a gate dies before it created the segment.
		if (read?.head?.entries !== 0) add(segment, read?.head?.entries ?? 0);
	}
	return named;
}
