// Second reading: only the segments of the bundle, and only so far as it reaches. Gives everything that is written beside
// the entries themselves: manifest, heads, checkpoints, keys, evidence.
import type { EntryBody } from "../../entry.ts";
import { JournalError } from "../../errors.ts";
import { member, str } from "../../members.ts";
import { evidenceRefs } from "../../verifyEvidence.ts";
import { addPlace, type Missing, Removals } from "../../verifyRemovals.ts";
import { FORMAT, type HeadSaid, type Manifest, splitNote } from "./layout.ts";
import { outLines } from "./leaveOut.ts";
import { OfSession } from "./ofSession.ts";
import { type BundleSource, Progress } from "./progress.ts";
import { reachOf } from "./reach.ts";
import type { Scan, SegmentSeen } from "./scan.ts";
import { signedBy } from "./signed.ts";

export interface PlannedSegment {
	seen: SegmentSeen;
	entries: number;
	/** Of them written whole. */
	whole: number;
	/** About: characters of its lines. */
	bytes: number;
	head: string;
	signed: number;
	signer: string;
	/** Of the last one: what its signature is over. */
	checkpoint: { entries: number; text: Buffer; signature: Buffer } | undefined;
}

export interface Plan {
	segments: PlannedSegment[];
	/** Public keys (hex), each once, in the order of the segments. */
	signers: string[];
	manifest: Manifest;
	heads: HeadSaid[];
	/** Digests and sizes of the evidence that kept entries name, in the order of their naming. */
	evidence: Map<string, number>;
	/** First and last of the wanted session's entries. */
	session: SessionFacts | undefined;
	/** Entries that nothing signs yet. */
	unsigned: { segment: string; from: number; to: number }[];
	/** Segments that links name and that are not in the bundle. */
	elsewhere: number;
	isWhole: (segment: string) => (line: number) => boolean;
}

export interface SessionFacts {
	session: string;
	entries: number;
	first: { segment: string; line: number; time: string };
	last: { segment: string; line: number; time: string };
	started: Record<string, unknown> | undefined;
	ended: boolean;
	prompts: number;
	actions: number;
	byPerson: number;
	byRule: number;
}

export async function planBundle(source: BundleSource, scan: Scan): Promise<Plan> {
	const { scope } = source;
	const session = scope.of === "session" ? scope.session : undefined;
	const isWhole = (segment: string) => (line: number) => scan.marks.has(segment, line);
	const evidence = new Map<string, number>();
	const places = new Map<string, Missing[]>();
	const removals = new Removals();
	const progress = new Progress(source);
	const segments: PlannedSegment[] = [];
	const heads: HeadSaid[] = [];
	const reach = reachOf(scan);
	const of = session === undefined ? undefined : new SessionWatch(session);
	const ofSession = scope.of === "session" ? new OfSession(scope.session, scope.agent) : undefined;
	for (const [segment, count] of reach) {
		const seen = scan.segments.get(segment) as SegmentSeen;
		const started = demandStarted(seen);
		const planned: PlannedSegment = {
			seen,
			entries: 0,
			whole: 0,
			bytes: 0,
			head: "",
			signed: 0,
			signer: started.signer.publicKey,
			checkpoint: undefined,
		};
		const lines = outLines(seen, count, isWhole(segment), progress);
		for await (const { line, text, type, session: named, entry, hash } of lines) {
			planned.entries = line;
			planned.bytes += text.length + 1;
			planned.head = hash ?? "";
			if (entry === undefined) continue;
			planned.whole++;
			const { head, body } = entry;
			for (const { digest, size } of evidenceRefs(body)) {
				if (!evidence.has(digest)) evidence.set(digest, size);
				const known = places.get(digest) ?? [];
				places.set(digest, known);
				addPlace(known, { segment, line, seq: head.seq, time: head.time });
			}
			if (type === "evidence.removed") removals.take(segment, { head, body: () => body });
			if (type === "checkpoint") {
				const split = splitNote(str(entry.body, "note"));
				if (split === undefined) continue;
				planned.checkpoint = { entries: line - 1, ...split };
				planned.signed = line;
			}
			if (ofSession?.takes(named, body)) of?.take({ segment, line, time: head.time }, type, body ?? {});
		}
		removals.signed(segment, planned.signed);
		segments.push(planned);
		for (const { segment: of, entries, head, final } of started.links)
			heads.push({ by: segment, segment: of, entries, head, final, here: reach.has(of) });
		source.signal?.throwIfAborted();
	}
	const signed = signedBy(
		segments.map(({ seen, entries, signed }) => ({
			segment: seen.segment,
			entries,
			signed,
			links: seen.started?.links ?? [],
		})),
	);
	for (const planned of segments) planned.signed = signed.get(planned.seen.segment) ?? 0;
	return {
		segments,
		signers: [...new Set(segments.map(({ signer }) => signer))],
		heads,
		evidence,
		session: of?.facts,
		unsigned: segments
			.filter(({ entries, signed }) => entries > signed)
			.map(({ seen, entries, signed }) => ({ segment: seen.segment, from: signed + 1, to: entries })),
		elsewhere: new Set(heads.filter(({ here }) => !here).map((one) => one.segment)).size,
		isWhole,
		manifest: {
			format: FORMAT,
			scope: scope.of === "session" ? { of: scope.of, session: scope.session, agent: scope.agent } : { of: scope.of },
			segments: segments.map(({ seen, entries, head, signed, signer }) => ({
				name: seen.segment,
				entries,
				head,
				signed,
				signer,
			})),
			removed: [...places].flatMap(([digest, at]) => (removals.unexplained(digest, at) ? [] : [digest])).sort(),
		},
	};
}

function demandStarted({ segment, started }: SegmentSeen): EntryBody<"gate.started"> {
	if (started !== undefined) return started;
	throw new JournalError(
		"unreadable",
		`The part ${segment} of the audit log does not begin as every part does, so nobody could check a bundle made of it. No bundle was written. Verify the log to see what is wrong, and export it as JSONL to keep what is there.`,
	);
}

class SessionWatch {
	readonly #session: string;
	facts: SessionFacts | undefined;

	constructor(session: string) {
		this.#session = session;
	}

	take(at: SessionFacts["first"], type: string, body: Record<string, unknown>): void {
		this.facts ??= {
			session: this.#session,
			entries: 0,
			first: at,
			last: at,
			started: undefined,
			ended: false,
			prompts: 0,
			actions: 0,
			byPerson: 0,
			byRule: 0,
		};
		const { facts } = this;
		facts.entries++;
		facts.last = at;
		if (type === "session.started") facts.started ??= body;
		// A session that was taken up again goes on behind its end.
		facts.ended = type === "session.ended" || (facts.ended && type !== "session.started");
		if (type === "prompt") facts.prompts++;
		if (type === "action.requested") facts.actions++;
		const by = str(member(body, "decision"), "by");
		if (by === "person") facts.byPerson++;
		if (by === "rule") facts.byRule++;
	}
}
