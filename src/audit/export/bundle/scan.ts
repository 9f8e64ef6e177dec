// First reading of the log: which lines are wanted, what they rest on, and how far each segment is there and signed.
import { basename, join } from "node:path";
import type { EntryBody } from "../../entry.ts";
import { JournalError } from "../../errors.ts";
import { openPlain } from "../../files.ts";
import { firstEntry } from "../../first.ts";
import { headPath, readHead } from "../../head.ts";
import { pathsIn } from "../../home.ts";
import { linesOf } from "../../lines.ts";
import { member, str } from "../../members.ts";
import { isDead } from "../../owner.ts";
import { listSegments } from "../../segment.ts";
import { isPlanted, sortOut } from "../planted.ts";
import { Marks } from "./marks.ts";
import { OfSession } from "./ofSession.ts";
import { type Peeked, peek } from "./peek.ts";
import { type BundleSource, Progress } from "./progress.ts";
import { type Candidate, candidateOf, Facts, RESTS, restsOn } from "./restsOn.ts";

/** A segment as it was at the first reading; what is appended later is not looked at. */
export interface SegmentSeen {
	segment: string;
	path: string;
	/** Its gate may still be writing. */
	live: boolean;
	/** Whole lines. */
	lines: number;
	/** Lines of its first and its last checkpoint; 0 when there is none. */
	firstCheckpoint: number;
	lastCheckpoint: number;
	started: EntryBody<"gate.started"> | undefined;
}

export interface Scan {
	/** Whole bodies are written of these lines. */
	marks: Marks;
	/** Those of them that are wanted for themselves, by segment: the last line. */
	lastWanted: Map<string, number>;
	segments: Map<string, SegmentSeen>;
	wanted: number;
	agents: string[];
}

/** @throws JournalError "unreadable" when nothing of the log is wanted */
export async function scanLog(source: BundleSource): Promise<Scan> {
	const paths = pathsIn(source.dir, "");
	const { scope } = source;
	const session = scope.of === "session" ? scope.session : undefined;
	const facts = new Facts();
	const marks = new Marks();
	const progress = new Progress(source);
	const ofSession = scope.of === "session" ? new OfSession(scope.session, scope.agent) : undefined;
	/** Entries that are asked for; what only has the session's id is not. */
	let asked = 0;
	if (scope.of === "filter") {
		for await (const { segment, line, entry } of source.lines()) {
			marks.add(segment, line);
			facts.take(entry?.head.time ?? "", entry?.body ?? {});
			asked++;
		}
	}
	const wants = (segment: string, line: number, head: Peeked, text: string): boolean => {
		if (scope.of === "all") return true;
		if (session === undefined) return marks.has(segment, line);
		if (head.session !== undefined || !mayNameRequest(head.type)) return head.session === session;
		return facts.requests.has(str(bodyOf(text), "request"));
	};

	const segments = new Map<string, SegmentSeen>();
	const candidates: Candidate[] = [];
	// Listed first and read later: what a listed segment links is in the others by then.
	const { plain } = await sortOut(listSegments(paths.journal).map((segment) => join(paths.journal, segment)));
	for (const path of plain) {
		const segment = basename(path);
		const seen: SegmentSeen = {
			segment,
			path,
			live: await isLive(paths.heads, segment, path),
			lines: 0,
			firstCheckpoint: 0,
			lastCheckpoint: 0,
			started: await firstEntry(path),
		};
		segments.set(segment, seen);
		for await (const line of linesOf(path)) {
			progress.take(line.bytes);
			if (!line.ended) break;
			seen.lines = line.number;
			if (line.number % 1024 === 0) source.signal?.throwIfAborted();
			const head = line.text === undefined ? undefined : peek(line.text);
			if (head === undefined || line.text === undefined) continue;
			if (head.type === "checkpoint") {
				seen.firstCheckpoint ||= line.number;
				seen.lastCheckpoint = line.number;
			}
			if (wants(segment, line.number, head, line.text)) {
				if (scope.of !== "filter") {
					marks.add(segment, line.number);
					if (ofSession !== undefined) {
						const body = bodyOf(line.text);
						facts.take(head.time, body);
						if (ofSession.takes(head.session, body)) asked++;
					} else {
						facts.entries++;
						asked++;
					}
				}
			} else if (RESTS.has(head.type)) {
				const at = { segment, line: line.number, type: head.type, time: head.time };
				candidates.push(candidateOf(at, bodyOf(line.text)));
			}
		}
		progress.end();
		source.signal?.throwIfAborted();
	}
	if (asked === 0) throw nothing();
	const lastWanted = new Map(marks.segments().map((segment) => [segment, marks.last(segment)]));
	const rests = restsOn(facts, candidates, new Set(lastWanted.keys()), session);
	for (const { segment, line } of rests) marks.add(segment, line);
	return { marks, lastWanted, segments, wanted: asked, agents: [...facts.agents].sort() };
}

/** Of the types that belong to a request, which its session is known by. */
function mayNameRequest(type: string): boolean {
	return /^(action|digest|answer|coverage|grant)\./.test(type);
}

function bodyOf(text: string): Record<string, unknown> {
	try {
		const body = member(JSON.parse(text), "body");
		return typeof body === "object" && body !== null ? (body as Record<string, unknown>) : {};
	} catch {
		// A line that is no entry says nothing; the verifiers will name it.
		return {};
	}
}

async function isLive(heads: string, segment: string, path: string): Promise<boolean> {
	const head = headPath(heads, segment);
	const outside = (await isPlanted(head)) ? undefined : await readHead(head);
	const handle = await openPlain(path);
	const { mtimeMs } = await handle.stat().finally(() => handle.close());
	return !isDead(path, outside?.owner, mtimeMs);
}

function nothing(): JournalError {
	return new JournalError(
		"unreadable",
		"Nothing in this log is what was asked for, so there is nothing to make a bundle of. No file was written. Check the session's id.",
	);
}
