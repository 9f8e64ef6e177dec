// One segment against itself and against what others know of it.
import { join } from "node:path";
import { type Entry, openLine } from "./chain.ts";
import { openCheckpoint, originOf } from "./checkpoint.ts";
import { bodyOf, type EntryBody, type Link } from "./entry.ts";
import type { HeadRead } from "./head.ts";
import { linesOf } from "./lines.ts";
import type { Problems } from "./problems.ts";
import { ChainWalk } from "./walk.ts";

/** What others recorded of a segment: after `entries` entries its head was `hash`. */
export interface Recorded {
	entries: number;
	hash: string;
	/** No entry may follow. */
	final: boolean;
	/** Who says so, for a person. */
	by: string;
}

export interface SegmentTask {
	journalDir: string;
	segment: string;
	/** Body of its first entry; undefined when that cannot be read. */
	started: EntryBody<"gate.started"> | undefined;
	/** Its outside head; undefined where outside heads are not looked at. */
	outside: { read: HeadRead | undefined } | undefined;
	recorded: Recorded[];
	/** Its gate may be writing at this moment. */
	live: boolean;
	/** Exports may leave bodies out. */
	bodiesMayBeLeftOut: boolean;
	problems: Problems;
	/** Called for every entry that stands in its place. */
	onEntry(entry: Entry, line: number): Promise<void>;
}

export interface SegmentResult {
	segment: string;
	entries: number;
	/** Hash of the last entry; undefined when that cannot be trusted. */
	hash: string | undefined;
	/** Entries covered by the segment's own checkpoints. */
	signed: number;
	live: boolean;
}

/** A journal signs at the latest after this many entries; more without a signature were put there by somebody else. */
const MAX_UNSIGNED = 100;
/** What a gate writes before its first checkpoint. */
const OPENING = new Set(["gate.started", "key.created", "repair"]);

/** Recorded heads of a segment that come from links of others. */
export function recordedBy(link: Link, by: string): Recorded {
	return { entries: link.entries, hash: link.head, final: link.final, by: `the first entry of ${by}` };
}

export async function verifySegment(task: SegmentTask): Promise<SegmentResult> {
	const { segment, problems, live } = task;
	const walk = new ChainWalk(segment, problems);
	const acknowledged = demandOutsideHead(task);
	const recorded = [...task.recorded, ...acknowledged];
	const signatures = new Signatures(task);
	let stoppedAt: number | undefined;
	let unended: number | undefined;
	let last = 0;

	for await (const line of linesOf(join(task.journalDir, segment))) {
		last = line.number;
		if (!line.ended) {
			unended = line.number;
			break;
		}
		const opened =
			line.text === undefined
				? ({ state: "unparsable", why: "the line is too long or not text" } as const)
				: openLine(line.text);
		const entry = walk.take(line.number, opened);
		if (entry === undefined) continue;
		const { seq, type } = entry.head;
		for (const { entries, hash, final, by } of recorded) {
			if (entries === seq && hash !== entry.hash)
				problems.add(segment, line.number, "edited", `it is not the entry that ${by} recorded`);
			if (final && seq === entries + 1)
				problems.add(segment, line.number, "inserted", `nothing can follow here: ${by} recorded the end`);
		}
		if (entry.body === undefined && !task.bodiesMayBeLeftOut)
			problems.add(segment, line.number, "removed", "the body of this entry was left out");
		if (line.number === 1) demandFirst(task, entry);
		if (stoppedAt !== undefined && (seq > stoppedAt + 1 || type !== "checkpoint"))
			problems.add(segment, line.number, "inserted", "the gate had stopped before");
		if (type === "gate.stopped") stoppedAt ??= seq;
		signatures.take(entry, line.number);
		await task.onEntry(entry, line.number);
	}

	const known = Math.max(0, ...acknowledged.map((one) => one.entries));
	// Lines at the end that hold nothing and were never acknowledged are what a crash leaves behind.
	const torn = walk.unknownAtEnd > 0 && walk.entries >= known;
	walk.end(torn);
	if ((torn || unended !== undefined) && !live)
		problems.add(
			segment,
			unended ?? last,
			"torn",
			"the last line is not whole; the next start of a gate here repairs that",
		);
	for (const { entries, by } of recorded) {
		if (entries > walk.entries)
			problems.add(segment, last, "cut-tail", `${by} recorded ${entries} entries, here are ${walk.entries}`);
	}
	signatures.end(known);
	return { segment, entries: walk.entries, hash: walk.head, signed: signatures.signed, live };
}

/** The outside head as a recorded one. That it is missing or damaged is a problem: a crash does not explain it. */
function demandOutsideHead({ segment, outside, problems }: SegmentTask): Recorded[] {
	if (outside === undefined) return [];
	const head = outside.read?.head;
	if (head === undefined) {
		const what = outside.read === undefined ? "missing" : "damaged";
		problems.add(segment, undefined, "cut-tail", `its outside head file is ${what}, so a cut would not show`);
		return [];
	}
	return head.entries === 0
		? []
		: [{ entries: head.entries, hash: head.hash, final: false, by: "the outside head file" }];
}

function demandFirst({ segment, started, problems, bodiesMayBeLeftOut }: SegmentTask, entry: Entry): void {
	if (entry.body === undefined && bodiesMayBeLeftOut) return;
	if (started === undefined) problems.add(segment, 1, "edited", "the first entry is not a gate.started entry");
	else if (started.segment !== segment)
		problems.add(segment, 1, "inserted", `it was written as ${started.segment}, so it stands in for another`);
}

/** Follows the checkpoints of a segment. */
class Signatures {
	readonly #task: SegmentTask;
	#last = 0;
	#needed: number | undefined;
	#reported = false;
	signed = 0;

	constructor(task: SegmentTask) {
		this.#task = task;
	}

	take(entry: Entry, line: number): void {
		const { segment, problems, started } = this.#task;
		const { seq, type } = entry.head;
		if (type === "checkpoint" && entry.body !== undefined && started !== undefined) {
			this.#last = seq;
			const note = bodyOf("checkpoint", entry.body)?.note ?? "";
			const opened = openCheckpoint(note, started.signer.publicKey);
			if ("why" in opened) problems.add(segment, line, "bad-checkpoint", opened.why);
			else if (opened.origin !== originOf(started.workspace, started.segment))
				problems.add(segment, line, "bad-checkpoint", `it is for ${opened.origin}`);
			else if (opened.entries !== seq - 1 || opened.hash !== entry.prev)
				problems.add(segment, line, "bad-checkpoint", "it signs another head than the one before it");
			else this.signed = seq;
			return;
		}
		if (this.signed === 0 && !OPENING.has(type)) this.#needed ??= line;
		if (seq - this.#last > MAX_UNSIGNED && !this.#reported) {
			this.#reported = true;
			problems.add(segment, line, "bad-checkpoint", `more than ${MAX_UNSIGNED} entries without a checkpoint`);
		}
	}

	/** @param acknowledged entries that somebody was told are durable; the first checkpoint is among the first of them */
	end(acknowledged: number): void {
		const { segment, problems, started } = this.#task;
		if (this.signed > 0 || started === undefined || (this.#needed === undefined && acknowledged === 0)) return;
		problems.add(segment, this.#needed, "bad-checkpoint", "no checkpoint signs this segment");
	}
}
