// First entries that this gate's own key signed: what they say of other segments was written by a gate of ours, while
// anybody who can write to the folder can put a first entry there that says anything.
import { type Entry, GENESIS, openLine } from "./chain.ts";
import { openCheckpoint, originOf } from "./checkpoint.ts";
import { bodyOf, type EntryBody } from "./entry.ts";
import { linesOf } from "./lines.ts";

/** Entries before a first checkpoint: gate.started, perhaps a new key, and a repair for each torn tail. */
const MAX_OPENING = 1000;

/**
 * The body of a segment's first entry, if the segment's first checkpoint is a good one over it under `publicKey` (hex).
 * @param segment file name of the segment, which the checkpoint must name
 * @throws a system error, or JournalError "unreadable", when it cannot be read
 */
export async function signedFirst(
	path: string,
	workspace: string,
	segment: string,
	publicKey: string,
): Promise<EntryBody<"gate.started"> | undefined> {
	let started: EntryBody<"gate.started"> | undefined;
	let last: Entry | undefined;
	for await (const { number, text, ended } of linesOf(path)) {
		const opened = ended && text !== undefined && number <= MAX_OPENING ? openLine(text) : undefined;
		if (opened?.state !== "good" || opened.entry.prev !== (last?.hash ?? GENESIS)) return undefined;
		const { entry } = opened;
		const { type } = entry.head;
		if (last === undefined) {
			started = type === "gate.started" ? bodyOf(type, entry.body) : undefined;
			if (started?.signer.publicKey !== publicKey) return undefined;
		} else if (type === "checkpoint") {
			const signed = openCheckpoint(bodyOf(type, entry.body)?.note ?? "", publicKey);
			if ("why" in signed) return undefined;
			const fits = signed.origin === originOf(workspace, segment) && signed.hash === entry.prev;
			return fits && signed.entries === entry.head.seq - 1 ? started : undefined;
		}
		last = entry;
	}
	return undefined;
}
