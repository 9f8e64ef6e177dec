// One segment against itself and against what others know of it.
import { isUtf8 } from "node:buffer";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { setImmediate as immediate, setTimeout } from "node:timers/promises";
import { MAX_LINE_BYTES } from "./chain.ts";
import type { EntryBody, Link } from "./entry.ts";
import type { HeadRead } from "./head.ts";
import { blocksOf } from "./lines.ts";
import type { Problems } from "./problems.ts";
import { HeldEntries } from "./verifyHeld.ts";
import { type GoodLine, type OpenedLine, openBytes, openQuick, openStrict } from "./verifyLine.ts";
import { Signatures } from "./verifySignatures.ts";
import { ChainWalk } from "./walk.ts";

/** What others recorded of a segment: after `entries` entries its head was `hash`. */
export interface Recorded {
	entries: number;
	hash: string;
	/** No entry may follow. */
	final: boolean;
	/** Who says so, for a person. */
	by: string;
	/** It looked at the log, and wrote nothing of it. */
	seen?: boolean;
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
	/** Called for every entry that stands in its place; its body is there only during the call. */
	onEntry(entry: GoodLine, line: number): void;
	/** Called after some hundreds of kilobytes, with how much of the file was looked at. Bytes. May stop it by throwing. */
	onBlock(bytes: number): Promise<void>;
}

export interface SegmentResult {
	segment: string;
	entries: number;
	/** Hash of the last entry; undefined when that cannot be trusted. */
	hash: string | undefined;
	/** Entries covered by the segment's own checkpoints, and the line of the last of them. */
	signed: number;
	signedLine: number;
	/** Entries that somebody recorded and that were found, by number. */
	found: Map<number, { hash: string; line: number }>;
	/** Bytes up to the end of the last whole line. */
	bytes: number;
	live: boolean;
}

/** How far a segment was once, and who says so. */
export function saidBy({ by, entries, seen }: Recorded): string {
	return seen === true ? `${by} has seen ${entries} entries of this segment` : `${by} recorded ${entries} entries`;
}

/** Recorded heads of a segment that come from links of others. */
export function recordedBy(link: Link, by: string): Recorded {
	return { entries: link.entries, hash: link.head, final: link.final, by: `the first entry of ${by}` };
}

/** Hostile lines cost more than others: after so long the rest of a block waits until others had a turn. Milliseconds. */
const TURN_MS = 8;
/** A batch is written in one piece: one that stays half there for so long is what somebody put there. Milliseconds. */
const GROWTH_MS = 2000;
const GROWTH_LOOKS = 20;
const NEWLINE = 10;
const UNSIGNED_WORD = "a person's decision that the gate of this segment has not signed: no gate writes one so";
const NO_LINE: OpenedLine = { state: "unparsable", why: "the line is too long or not text" };

export async function verifySegment(task: SegmentTask): Promise<SegmentResult> {
	const check = new SegmentCheck(task);
	for await (const block of blocksOf(join(task.journalDir, task.segment))) {
		if (block.broken === "too-long") check.line(NO_LINE);
		else if (block.broken === "not-ended") check.unended();
		else await check.lines(block.bytes);
		if (block.broken !== "not-ended") check.bytes = block.end;
		check.read = block.end;
		await check.signatures.settle();
		await task.onBlock(block.end);
	}
	return check.end();
}

class SegmentCheck {
	readonly #task: SegmentTask;
	readonly #walk: ChainWalk<GoodLine>;
	readonly #acknowledged: Recorded[];
	/** By number of entries. */
	readonly #recorded = new Map<number, Recorded[]>();
	#firstRecorded = Number.POSITIVE_INFINITY;
	readonly #found: SegmentResult["found"] = new Map();
	readonly signatures: Signatures;
	/** Bytes of the whole lines so far. */
	bytes = 0;
	/** Bytes that were read, those of a line that is not ended included. */
	read = 0;
	#line = 0;
	#unended = false;
	/** The last entry that holds what a person decided. */
	#personal: { seq: number; line: number } | undefined;
	readonly #held: HeldEntries;
	/** Number of the entry that says that the gate stopped. */
	#stoppedAt: number | undefined;

	constructor(task: SegmentTask) {
		this.#task = task;
		const isRecorded = (seq: number, hash: string) =>
			this.#recorded.get(seq)?.some((one) => one.hash === hash) === true;
		this.#held = new HeldEntries((entry, line) => this.#regain(entry, line), isRecorded);
		this.#walk = new ChainWalk<GoodLine>(task.segment, task.problems, this.#held);
		this.signatures = new Signatures(task.segment, task.started, task.problems);
		this.#acknowledged = demandOutsideHead(task);
		for (const one of [...task.recorded, ...this.#acknowledged]) {
			const same = this.#recorded.get(one.entries);
			if (same === undefined) this.#recorded.set(one.entries, [one]);
			else same.push(one);
			this.#firstRecorded = Math.min(this.#firstRecorded, one.entries);
		}
	}

	async lines(bytes: Buffer): Promise<void> {
		let turn = performance.now();
		const allText = isUtf8(bytes);
		for (let from = 0; from < bytes.length; ) {
			const quick = allText ? openQuick(bytes, from) : undefined;
			const to = quick?.to ?? bytes.indexOf(NEWLINE, from);
			if (to - from > MAX_LINE_BYTES) this.line(NO_LINE);
			else if (quick !== undefined) this.line({ state: "good", entry: quick }, to - from);
			else if (allText) this.line(openStrict(bytes, from, to), to - from);
			else this.line(isUtf8(bytes.subarray(from, to)) ? openBytes(bytes, from, to) : NO_LINE, to - from);
			from = to + 1;
			if ((this.#line & 31) === 0 && performance.now() - turn > TURN_MS) {
				await immediate();
				turn = performance.now();
			}
		}
	}

	line(opened: OpenedLine, length = 0): void {
		const line = ++this.#line;
		this.#held.length = length;
		const entry = this.#walk.take(line, opened);
		if (entry !== undefined) this.#inPlace(entry, line);
	}

	/** An entry stands in its place after all, and what was taken for it does not: a stop that was put there was none. */
	#regain(entry: GoodLine, line: number): void {
		if (this.#stoppedAt !== undefined && this.#stoppedAt >= entry.head.seq) this.#stoppedAt = undefined;
		this.#inPlace(entry, line);
	}

	#inPlace(entry: GoodLine, line: number): void {
		const { segment, problems, bodiesMayBeLeftOut } = this.#task;
		const { seq, type } = entry.head;
		this.#compare(entry, line);
		if (entry.bodiless && !bodiesMayBeLeftOut)
			problems.add(segment, line, "removed", "the body of this entry was left out");
		if (line === 1) demandFirst(this.#task, entry);
		if (this.#stoppedAt !== undefined && (seq > this.#stoppedAt + 1 || type !== "checkpoint"))
			problems.add(segment, line, "inserted", "the gate had stopped before");
		if (type === "gate.stopped") this.#stoppedAt ??= seq;
		if (entry.personal) this.#personal = { seq, line };
		this.signatures.take(entry, line);
		this.#task.onEntry(entry, line);
	}

	/** The file ends in the middle of a line. */
	unended(): void {
		this.#line++;
		this.#unended = true;
	}

	async end(): Promise<SegmentResult> {
		const { segment, problems, live } = this.#task;
		const walk = this.#walk;
		const last = this.#line;
		const known = Math.max(0, ...this.#acknowledged.map((one) => one.entries));
		// Lines at the end that hold nothing and were never acknowledged are what a crash leaves behind.
		const torn = walk.unknownAtEnd > 0 && walk.entries >= known;
		walk.end(torn);
		if ((torn || this.#unended) && !live)
			problems.add(segment, last, "torn", "the last line is not whole; the next start of a gate here repairs that");
		for (const [entries, recorded] of this.#recorded)
			if (entries > walk.entries)
				for (const one of recorded) problems.add(segment, last, "cut-tail", `${saidBy(one)}, here are ${walk.entries}`);
		await this.signatures.end(known);
		const { signed, signedLine } = this.signatures;
		// A journal signs a person's word in the batch that holds it. A link of a later segment does not stand in for that:
		// whoever starts a gate links what is there.
		const unsigned = this.#personal !== undefined && this.#personal.seq > signed && this.#task.started !== undefined;
		if (this.#personal !== undefined && unsigned && !(this.#unended && (!live || (await this.#grows()))))
			problems.add(segment, this.#personal.line, "bad-checkpoint", UNSIGNED_WORD);
		return {
			segment,
			entries: walk.entries,
			hash: walk.head,
			signed,
			signedLine,
			found: this.#found,
			bytes: this.bytes,
			live,
		};
	}

	/** Whether a gate is writing at this moment: half a batch is there for an instant only. */
	async #grows(): Promise<boolean> {
		const path = join(this.#task.journalDir, this.#task.segment);
		for (let look = 0; look < GROWTH_LOOKS; look++) {
			if (look > 0) await setTimeout(GROWTH_MS / GROWTH_LOOKS);
			if ((await stat(path)).size !== this.read) return true;
		}
		return false;
	}

	/** An entry against what others recorded of it. */
	#compare({ head: { seq }, hash }: GoodLine, line: number): void {
		if (seq < this.#firstRecorded) return;
		const { segment, problems } = this.#task;
		const here = this.#recorded.get(seq);
		if (here !== undefined) this.#found.set(seq, { hash, line });
		for (const recorded of here ?? [])
			if (recorded.hash !== hash)
				problems.add(
					segment,
					line,
					"edited",
					`it is not the entry that ${recorded.by} ${recorded.seen === true ? "has seen here" : "recorded"}`,
				);
		for (const { final, by } of this.#recorded.get(seq - 1) ?? [])
			if (final) problems.add(segment, line, "inserted", `nothing can follow here: ${by} recorded the end`);
	}
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

function demandFirst({ segment, started, problems, bodiesMayBeLeftOut }: SegmentTask, entry: GoodLine): void {
	if (entry.bodiless && bodiesMayBeLeftOut) return;
	if (started === undefined) problems.add(segment, 1, "edited", "the first entry is not a gate.started entry");
	else if (started.segment !== segment)
		problems.add(segment, 1, "inserted", `it was written as ${started.segment}, so it stands in for another`);
}
