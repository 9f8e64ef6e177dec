// Verification of a whole log: every chain, every link between segments, the outside heads, the signatures, the evidence.
// It never says "verified" without a key that came from outside the log: whoever can rewrite a log can sign it anew.
import { statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { GENESIS } from "./chain.ts";
import { firstEntry } from "./first.ts";
import { pathsIn, type WorkspacePaths } from "./home.ts";
import { type Problem, Problems } from "./problems.ts";
import { listSegments } from "./segment.ts";
import { type Anchor, anchorsOf, type KnownHead, tellAnchors } from "./verifyAnchors.ts";
import { EvidenceCheck } from "./verifyEvidence.ts";
import { checkIndex } from "./verifyIndex.ts";
import {
	demandHeads,
	demandKeys,
	demandOneWorkspace,
	demandSegments,
	givenHeads,
	namesIn,
	recordedHeads,
	type Seen,
	type SignerKey,
	signerKeys,
} from "./verifyLinks.ts";
import { lookAtAll } from "./verifyLook.ts";
import { KeyCheck } from "./verifyNewKeys.ts";
import { isPlainFile, noLog, readable, readableOrTold } from "./verifyRead.ts";
import { type Recorded, type SegmentResult, verifySegment } from "./verifySegment.ts";
import { demandSettled } from "./verifySettled.ts";
import { demandSignature } from "./verifyUnsigned.ts";

export type { Problem, ProblemKind } from "./problems.ts";
export type { Anchor, KnownHead } from "./verifyAnchors.ts";
export type { SignerKey } from "./verifyLinks.ts";

export type Verdict =
	/** Whole, and signed by the key that was given. */
	| "verified"
	/** Whole by itself; who signed it is not proven. */
	| "consistent, signer unknown"
	| "problems found";

export interface VerifyOptions {
	/** Public keys (hex) that may have signed, from outside the log. */
	key?: string | readonly string[] | undefined;
	/** Heads that were noted outside the log: they must be there. */
	heads?: readonly KnownHead[] | undefined;
	/** The editor's key of the index's snapshot, 32 bytes: without it one that was made with it cannot be told from a forged one. */
	snapshotKey?: Uint8Array | undefined;
	/** Called from time to time with how much was looked at. Bytes of all segments. */
	onProgress?: ((done: number, total: number) => void) | undefined;
	/** Stops it: what was called then rejects with the signal's reason. */
	signal?: AbortSignal | undefined;
}

export interface SegmentHead {
	segment: string;
	entries: number;
	hash: string | undefined;
	/** Entries that a signature covers, in this segment or through a later one. */
	signed: number;
	/** Its gate may still be running. */
	live: boolean;
}

export interface Verification {
	ok: boolean;
	verdict: Verdict;
	problems: Problem[];
	/** Problems found beyond those listed. */
	moreProblems: number;
	entries: number;
	segments: number;
	heads: SegmentHead[];
	/** The last entry of each segment that something outside of it holds; what comes behind may be cut or added unseen. */
	anchored: Anchor[];
	signer: { pinned: boolean; keys: SignerKey[] };
}

/**
 * Verifies the log of one workspace, e.g. `<home>/workspaces/<id>`. Reads only; the gate may be writing.
 * @throws JournalError "unreadable" when there is no log, or it cannot be read
 */
export async function verifyWorkspace(dir: string, options: VerifyOptions = {}): Promise<Verification> {
	const paths = pathsIn(dir, basename(dir));
	const segments = readable(() => listSegments(paths.journal), paths.journal);
	// A log that somebody has seen here was removed: that is found, not a place where none ever was.
	const isNone = segments.length === 0 && namesIn(paths.heads).length === 0;
	if (isNone && (options.heads ?? []).length === 0) throw noLog(paths.journal);
	return verifyAll(paths, segments, true, options);
}

/**
 * Verifies segments alone: a copy or an export, without outside heads and evidence. A cut at the end of the last segment
 * cannot show here, and bodies may be left out.
 * @param path a segment, or a folder of segments
 */
export async function verifySegments(path: string, options: VerifyOptions = {}): Promise<Verification> {
	const isFolder = readable(() => statSync(path).isDirectory(), path);
	const dir = isFolder ? path : dirname(path);
	const segments = isFolder ? readable(() => listSegments(dir), dir) : [basename(path)];
	if (segments.length === 0) throw noLog(path);
	return verifyAll({ ...pathsIn(dir, ""), journal: dir }, segments, false, options);
}

async function verifyAll(
	paths: WorkspacePaths,
	segments: string[],
	whole: boolean,
	options: VerifyOptions,
): Promise<Verification> {
	const problems = new Problems();
	const { seen, unread } = await lookAtAll(paths, segments, whole, options.signal, problems);
	const heads = givenHeads(options.heads);
	const recorded = recordedHeads(seen, heads);
	if (whole) await demandSegments(paths, seen, unread, recorded, problems);
	else demandHeads([...seen, ...unread.map((segment) => ({ segment }))], heads, problems);
	// What cannot be read may be what links the others.
	if (whole && seen.length === segments.length && seen.every(hasStart)) demandSettled(seen, recorded, problems);
	demandOneWorkspace(seen, problems);
	const keys = signerKeys(seen);
	const pins = options.key === undefined ? undefined : [options.key].flat().map((key) => key.toLowerCase());
	if (pins !== undefined) demandKeys(seen, pins, problems);

	const evidence = new EvidenceCheck(paths, problems);
	const announced = new KeyCheck();
	const results = await walkAll(paths, seen, recorded, whole, options, evidence, announced, problems);
	if (whole) {
		// What is not there may be what announced a key; that it is not there is told already.
		if (pins === undefined && seen.length === segments.length && !problems.list.some(isSegmentMissing))
			announced.demand(seen, problems);
		if (evidence.missing.size > 0) await takeLaterRemovals(paths, segments, results, seen, pins, evidence, problems);
		evidence.end();
		const workspace = seen.find(({ started }) => started !== undefined)?.started?.workspace;
		await checkIndex(paths.dir, workspace, problems, options.snapshotKey, options.signal);
	}
	const anchored = anchorsOf(
		results.map((result, at) => {
			return { result, started: seen[at]?.started, outside: seen[at]?.outside?.head };
		}),
		heads,
	);
	demandSignature(seen, results, anchored, problems);
	tellAnchors(problems, anchored);
	const signed = new Map(anchored.filter(({ by }) => by === "signature").map(({ segment, entry }) => [segment, entry]));
	const verdict = !problems.none ? "problems found" : pins ? "verified" : "consistent, signer unknown";
	return {
		ok: problems.none,
		verdict,
		problems: problems.list,
		moreProblems: problems.more,
		entries: results.reduce((sum, { entries }) => sum + entries, 0),
		segments: results.length,
		heads: results.map(({ segment, entries, hash, live }) => {
			return { segment, entries, hash, signed: signed.get(segment) ?? 0, live };
		}),
		anchored: anchored.map(({ segment, entry, by }) => ({ segment, entry, by })),
		signer: { pinned: pins !== undefined, keys },
	};
}

const hasStart = ({ started, size }: Seen): boolean => started !== undefined || size === 0;

const isSegmentMissing = ({ kind }: Problem): boolean => kind === "segment-missing";

async function walkAll(
	paths: WorkspacePaths,
	seen: Seen[],
	recorded: Map<string, Recorded[]>,
	whole: boolean,
	{ onProgress, signal }: VerifyOptions,
	evidence: EvidenceCheck,
	announced: KeyCheck,
	problems: Problems,
): Promise<SegmentResult[]> {
	const total = seen.reduce((sum, { size }) => sum + size, 0);
	let before = 0;
	const results: SegmentResult[] = [];
	for (const { segment, started, outside, live, size } of seen) {
		const known = problems.list.length;
		const result = await readableOrTold(paths, segment, problems, () =>
			verifySegment({
				journalDir: paths.journal,
				segment,
				started,
				outside: whole ? { read: outside } : undefined,
				recorded: recorded.get(segment) ?? [],
				live,
				bodiesMayBeLeftOut: !whole,
				problems,
				onEntry: (entry, line) => {
					if (!whole) return;
					evidence.take(segment, line, entry);
					announced.take(segment, entry);
				},
				onBlock: async (bytes) => {
					await evidence.settle();
					signal?.throwIfAborted();
					// It may be growing.
					onProgress?.(before + Math.min(bytes, size), total);
				},
			}),
		);
		before += size;
		evidence.removals.signed(segment, result?.signed ?? 0);
		problems.sort(known);
		results.push(result ?? nothingOf(segment, live));
	}
	onProgress?.(total, total);
	return results;
}

/** For a segment that could not be read to its end. */
function nothingOf(segment: string, live: boolean): SegmentResult {
	return { segment, entries: 0, hash: undefined, signed: 0, signedLine: 0, found: new Map(), bytes: 0, live };
}

/** A gate may have taken evidence away while the log was read: it said so behind what was read by then. */
async function takeLaterRemovals(
	paths: WorkspacePaths,
	segments: string[],
	results: SegmentResult[],
	seen: Seen[],
	pins: string[] | undefined,
	evidence: EvidenceCheck,
	problems: Problems,
): Promise<void> {
	for (const [at, { segment, bytes, hash, live }] of results.entries()) {
		const started = seen[at]?.started;
		if (!live || hash === undefined || started === undefined) continue;
		await readableOrTold(paths, segment, problems, () =>
			evidence.removals.takeLater(join(paths.journal, segment), started, bytes, hash),
		);
	}
	const known = new Set(segments);
	for (const segment of readable(() => listSegments(paths.journal), paths.journal)) {
		const path = join(paths.journal, segment);
		if (known.has(segment) || !isPlainFile(path)) continue;
		await readableOrTold(paths, segment, problems, async () => {
			const started = await firstEntry(path);
			if (started === undefined || (pins !== undefined && !pins.includes(started.signer.publicKey))) return;
			await evidence.removals.takeLater(path, started, 0, GENESIS);
		});
	}
}
