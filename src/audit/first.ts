// The first entry of a segment, which says whose it is and what was there before it.
import { openLine } from "./chain.ts";
import { bodyOf, type EntryBody } from "./entry.ts";
import { linesOf } from "./lines.ts";

/** The body of a segment's first entry; undefined when there is none yet, or what is there is something else. */
export async function firstEntry(path: string): Promise<EntryBody<"gate.started"> | undefined> {
	for await (const line of linesOf(path)) {
		if (!line.ended || line.text === undefined) return undefined;
		const opened = openLine(line.text);
		if (opened.state === "unparsable" || opened.entry.head.type !== "gate.started") return undefined;
		return bodyOf("gate.started", opened.entry.body);
	}
	return undefined;
}
