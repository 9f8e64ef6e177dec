// One segment of a bundle, followed from its first entry to its last.
import { type Entry, openLine } from "../../chain.ts";
import { openCheckpoint, originOf } from "../../checkpoint.ts";
import { bodyOf, type EntryBody, isPersonal } from "../../entry.ts";
import type { Problems } from "../../problems.ts";
import { evidenceRefs } from "../../verifyEvidence.ts";
import { addPlace, type Missing, type Removals } from "../../verifyRemovals.ts";
import type { Recorded } from "../../verifySegment.ts";
import { ChainWalk } from "../../walk.ts";
import { ALWAYS_WHOLE, type Manifest, splitNote } from "./layout.ts";
import type { OfSession } from "./ofSession.ts";
import { partLines } from "./partLines.ts";

export interface CheckedSegment {
	segment: string;
	/** Undefined when its first entry is not one that begins a segment. */
	started: EntryBody<"gate.started"> | undefined;
	/** Lines. */
	entries: number;
	/** Hash of the last line; "" when it is no entry. */
	head: string;
	signed: number;
	checkpoint: { entries: number; text: Buffer; signature: Buffer } | undefined;
	/** Hashes of the entries that somebody recorded and that were found, by number. */
	found: Map<number, string>;
}

/** What is gathered over all segments. */
export interface Gathered {
	scope: Manifest["scope"];
	/** Evidence by digest: its size, the first entry that names it, and all the places. */
	named: Map<string, { size: number; segment: string; line: number; places: Missing[] }>;
	/** What retention says that it removed. */
	removals: Removals;
	/** Of what is named, that of which a retention says so where it counts; known when all segments were followed. */
	removed: ReadonlySet<string>;
	session: BundleSession | undefined;
	/** Tells which entries with the session's id are of the session. */
	ofSession: OfSession | undefined;
}

export interface BundleSession {
	session: string;
	entries: number;
	first?: { segment: string; line: number; time: string };
	last?: { segment: string; line: number; time: string };
	/** Its first entry here says that it began. */
	begun: boolean;
	ended: boolean;
}

const UNSIGNED_WORD = "a person's decision that the gate of this segment has not signed: no gate writes one so";
/** A journal signs at the latest after this many entries. */
const MAX_UNSIGNED = 100;

/** The body of a segment's first entry. */
export async function startOf(parts: AsyncIterable<Buffer>): Promise<EntryBody<"gate.started"> | undefined> {
	for await (const { text } of partLines(parts)) {
		const opened = text === undefined ? undefined : openLine(text);
		if (opened === undefined || opened.state === "unparsable") return undefined;
		return opened.entry.head.type === "gate.started" ? bodyOf("gate.started", opened.entry.body) : undefined;
	}
	return undefined;
}

export async function checkSegment(
	segment: string,
	started: EntryBody<"gate.started"> | undefined,
	parts: AsyncIterable<Buffer>,
	recorded: readonly Recorded[],
	gathered: Gathered,
	problems: Problems,
): Promise<CheckedSegment> {
	const checked: CheckedSegment = {
		segment,
		started,
		entries: 0,
		head: "",
		signed: 0,
		checkpoint: undefined,
		found: new Map(),
	};
	const walk = new ChainWalk(segment, problems);
	let stopped = false;
	let tooLong = false;
	let personal = 0;
	for await (const { number, text, ended } of partLines(parts)) {
		if (!ended) {
			problems.add(segment, number, "cut-tail", "the last line is not whole");
			break;
		}
		checked.entries = number;
		const opened =
			text === undefined ? ({ state: "unparsable", why: "the line is too long or not text" } as const) : openLine(text);
		checked.head = opened.state === "unparsable" ? "" : opened.entry.hash;
		const entry = walk.take(number, opened);
		if (entry === undefined) continue;
		const { seq, type } = entry.head;
		demandRecorded(checked, number, entry, recorded, problems);
		if (number === 1) demandFirst(checked, problems);
		if (stopped && type !== "checkpoint") problems.add(segment, number, "inserted", "the gate had stopped before");
		stopped ||= type === "gate.stopped";
		take(checked, number, entry, gathered, problems);
		if (entry.body !== undefined && isPersonal(type, JSON.stringify(entry.body))) personal = number;
		if (seq - checked.signed > MAX_UNSIGNED && !tooLong) {
			tooLong = true;
			problems.add(segment, number, "bad-checkpoint", `more than ${MAX_UNSIGNED} entries without a checkpoint`);
		}
	}
	walk.end(false);
	if (personal > checked.signed && started !== undefined)
		problems.add(segment, personal, "bad-checkpoint", UNSIGNED_WORD);
	gathered.removals.signed(segment, checked.signed);
	if (checked.entries === 0) problems.add(segment, undefined, "removed", "there is no entry in it");
	for (const { entries, by } of recorded)
		if (entries > checked.entries)
			problems.add(
				segment,
				checked.entries,
				"cut-tail",
				`${by} recorded ${entries} entries, here are ${checked.entries}`,
			);
	return checked;
}

function demandRecorded(
	{ segment, found }: CheckedSegment,
	line: number,
	entry: Entry,
	recorded: readonly Recorded[],
	problems: Problems,
): void {
	const { seq } = entry.head;
	for (const { entries, hash, final, by } of recorded) {
		if (entries === seq) found.set(seq, entry.hash);
		if (entries === seq && hash !== entry.hash)
			problems.add(segment, line, "edited", `it is not the entry that ${by} recorded`);
		if (final && seq === entries + 1)
			problems.add(segment, line, "inserted", `nothing can follow here: ${by} recorded the end`);
	}
}

function demandFirst({ segment, started }: CheckedSegment, problems: Problems): void {
	if (started === undefined) problems.add(segment, 1, "edited", "the first entry is not a gate.started entry");
	else if (started.segment !== segment)
		problems.add(segment, 1, "inserted", `it was written as ${started.segment}, so it stands in for another`);
}

function take(checked: CheckedSegment, line: number, entry: Entry, gathered: Gathered, problems: Problems): void {
	const { segment } = checked;
	const { seq, type, session, time } = entry.head;
	const wanted = gathered.session !== undefined && session === gathered.session.session;
	if (gathered.session !== undefined && gathered.ofSession?.takes(session, entry.body))
		takeSession(gathered.session, { segment, line, time }, type);
	if (entry.body === undefined) {
		if (wanted || ALWAYS_WHOLE.has(type) || gathered.scope.of === "all")
			problems.add(segment, line, "removed", "the body of this entry was left out, and it belongs here");
		return;
	}
	for (const { digest, size } of evidenceRefs(entry.body)) {
		const named = gathered.named.get(digest) ?? { size, segment, line, places: [] };
		gathered.named.set(digest, named);
		addPlace(named.places, { segment, line, seq, time });
	}
	const { body, head } = entry;
	if (type === "evidence.removed") gathered.removals.take(segment, { head, body: () => body });
	if (type === "checkpoint") takeCheckpoint(checked, line, entry, problems);
}

function takeSession(session: BundleSession, at: { segment: string; line: number; time: string }, type: string): void {
	if (session.first === undefined) {
		session.first = at;
		session.begun = type === "session.started";
	}
	session.last = at;
	session.entries++;
	if (type === "session.started") session.ended = false;
	if (type === "session.ended") session.ended = true;
}

function takeCheckpoint(checked: CheckedSegment, line: number, entry: Entry, problems: Problems): void {
	const { segment, started } = checked;
	if (started === undefined) return;
	const note = bodyOf("checkpoint", entry.body)?.note ?? "";
	const opened = openCheckpoint(note, started.signer.publicKey);
	const split = splitNote(note);
	if ("why" in opened) problems.add(segment, line, "bad-checkpoint", opened.why);
	else if (opened.origin !== originOf(started.workspace, segment))
		problems.add(segment, line, "bad-checkpoint", `it is for ${opened.origin}`);
	else if (opened.entries !== line - 1 || opened.hash !== entry.prev || split === undefined)
		problems.add(segment, line, "bad-checkpoint", "it signs another head than the one before it");
	else {
		checked.signed = line;
		checked.checkpoint = { entries: line - 1, ...split };
	}
}
