// Verification of a whole log: every chain, every link between segments, the outside heads, the signatures, the evidence.
// It never says "verified" without a key that came from outside the log: whoever can rewrite a log can sign it anew.
import { lstatSync, readdirSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Entry } from "./chain.ts";
import type { EntryBody } from "./entry.ts";
import { JournalError, systemCode } from "./errors.ts";
import { openPlain } from "./files.ts";
import { firstEntry } from "./first.ts";
import { type HeadRead, headPath, readHead } from "./head.ts";
import { pathsIn, type WorkspacePaths } from "./home.ts";
import { isDead } from "./owner.ts";
import { type Problem, Problems } from "./problems.ts";
import { listSegments } from "./segment.ts";
import { EvidenceCheck } from "./verifyEvidence.ts";
import { type Recorded, recordedBy, type SegmentResult, verifySegment } from "./verifySegment.ts";

export type { Problem, ProblemKind } from "./problems.ts";

export type Verdict =
	/** Whole, and signed by the key that was given. */
	| "verified"
	/** Whole by itself; who signed it is not proven. */
	| "consistent, signer unknown"
	| "problems found";

export interface VerifyOptions {
	/** Public keys (hex) that may have signed, from outside the log. */
	key?: string | readonly string[] | undefined;
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

export interface SignerKey {
	publicKey: string;
	storage: string;
	segments: number;
	firstSegment: string;
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
	signer: { pinned: boolean; keys: SignerKey[] };
}

type Started = EntryBody<"gate.started">;

interface Seen {
	segment: string;
	outside: HeadRead | undefined;
	started: Started | undefined;
	live: boolean;
}

/**
 * Verifies the log of one workspace, e.g. `<home>/workspaces/<id>`. Reads only; the gate may be writing.
 * @throws JournalError "unreadable" when there is no log, or it cannot be read
 */
export async function verifyWorkspace(dir: string, options: VerifyOptions = {}): Promise<Verification> {
	const paths = pathsIn(dir, basename(dir));
	const segments = readable(() => listSegments(paths.journal), paths.journal);
	if (segments.length === 0 && namesIn(paths.heads).length === 0) throw noLog(paths.journal);
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
	const seen: Seen[] = [];
	for (const segment of segments) {
		if (isPlainFile(join(paths.journal, segment))) seen.push(await look(paths, segment, whole));
		else problems.add(segment, undefined, "inserted", "it is no plain file, so no gate wrote it");
	}
	const recorded = recordedHeads(seen);
	if (whole) await demandSegments(paths, seen, recorded, problems);
	demandOneWorkspace(seen, problems);
	const keys = signerKeys(seen);
	const pins = options.key === undefined ? undefined : [options.key].flat().map((key) => key.toLowerCase());
	if (pins !== undefined) demandKeys(seen, pins, problems);

	const evidence = new EvidenceCheck(paths, problems);
	const results: SegmentResult[] = [];
	for (const { segment, started, outside, live } of seen) {
		const onEntry = async (entry: Entry, line: number) => {
			if (whole) await evidence.take(segment, line, entry);
		};
		const result = await readableLater(paths, segment, () =>
			verifySegment({
				journalDir: paths.journal,
				segment,
				started,
				outside: whole ? { read: outside } : undefined,
				recorded: recorded.get(segment) ?? [],
				live,
				bodiesMayBeLeftOut: !whole,
				problems,
				onEntry,
			}),
		);
		results.push(result);
	}
	const verdict = !problems.none ? "problems found" : pins ? "verified" : "consistent, signer unknown";
	return {
		ok: problems.none,
		verdict,
		problems: problems.list,
		moreProblems: problems.more,
		entries: results.reduce((sum, { entries }) => sum + entries, 0),
		segments: results.length,
		heads: coveredBySignatures(results, seen),
		signer: { pinned: pins !== undefined, keys },
	};
}

/** The outside head is read before the segment, which may be growing. */
async function look(paths: WorkspacePaths, segment: string, whole: boolean): Promise<Seen> {
	return readableLater(paths, segment, async () => {
		const outside = whole ? await readHead(headPath(paths.heads, segment)) : undefined;
		const path = join(paths.journal, segment);
		const handle = await openPlain(path);
		const { mtimeMs } = await handle.stat().finally(() => handle.close());
		return { segment, outside, started: await firstEntry(path), live: whole && !isDead(path, outside?.owner, mtimeMs) };
	});
}

/** What first entries say of other segments. */
function recordedHeads(seen: Seen[]): Map<string, Recorded[]> {
	const recorded = new Map<string, Recorded[]>();
	for (const { segment, started } of seen) {
		for (const link of started?.links ?? []) {
			const known = recorded.get(link.segment) ?? [];
			// Many segments may say the same of one.
			if (!known.some((one) => one.entries === link.entries && one.hash === link.head && one.final === link.final))
				recorded.set(link.segment, [...known, recordedBy(link, segment)]);
		}
	}
	return recorded;
}

/** Every segment that a link or an outside head knows must be there. */
async function demandSegments(
	paths: WorkspacePaths,
	seen: Seen[],
	recorded: Map<string, Recorded[]>,
	problems: Problems,
): Promise<void> {
	const there = new Set(seen.map(({ segment }) => segment));
	const missing = new Map<string, string>();
	for (const [segment, [first]] of recorded) if (first && !there.has(segment)) missing.set(segment, first.by);
	for (const name of namesIn(paths.heads)) {
		const segment = name.replace(/\.head$/, "");
		if (segment === name || there.has(segment) || missing.has(segment)) continue;
		// A head that says "nothing yet" is what remains when a gate dies before it created the segment.
		const outside = await readHead(join(paths.heads, name));
		if (outside?.head?.entries !== 0) missing.set(segment, "its outside head file");
	}
	for (const [segment, by] of missing)
		problems.add(segment, undefined, "segment-missing", `${by} knows of this segment`);
}

function demandOneWorkspace(seen: Seen[], problems: Problems): void {
	const first = seen.find(({ started }) => started !== undefined)?.started?.workspace;
	for (const { segment, started } of seen)
		if (started !== undefined && started.workspace !== first)
			problems.add(segment, 1, "inserted", `it belongs to workspace ${started.workspace}, the others to ${first}`);
}

function demandKeys(seen: Seen[], pins: string[], problems: Problems): void {
	for (const { segment, started } of seen)
		if (!pins.includes(started?.signer.publicKey ?? ""))
			problems.add(
				segment,
				1,
				"wrong-key",
				`signed by ${started?.signer.publicKey ?? "nobody"}, which is not a given key`,
			);
}

function signerKeys(seen: Seen[]): SignerKey[] {
	const keys = new Map<string, SignerKey>();
	for (const { segment, started } of seen) {
		if (started === undefined) continue;
		const { publicKey, storage } = started.signer;
		const key = keys.get(publicKey) ?? { publicKey, storage, segments: 0, firstSegment: segment };
		key.segments++;
		keys.set(publicKey, key);
	}
	return [...keys.values()];
}

/** A signature over a first entry also covers what that entry links, and so on backwards. */
function coveredBySignatures(results: SegmentResult[], seen: Seen[]): SegmentHead[] {
	const signed = new Map(results.map((result) => [result.segment, result.signed]));
	const links = new Map(seen.map(({ segment, started }) => [segment, started?.links ?? []]));
	const queue = [...signed.keys()].filter((segment) => (signed.get(segment) ?? 0) > 0);
	const done = new Set<string>();
	for (let segment = queue.pop(); segment !== undefined; segment = queue.pop()) {
		if (done.has(segment)) continue;
		done.add(segment);
		for (const link of links.get(segment) ?? []) {
			if (link.entries > (signed.get(link.segment) ?? 0)) signed.set(link.segment, link.entries);
			queue.push(link.segment);
		}
	}
	return results.map(({ segment, entries, hash, live }) => {
		return { segment, entries, hash, signed: Math.min(entries, signed.get(segment) ?? 0), live };
	});
}

function namesIn(dir: string): string[] {
	try {
		return readdirSync(dir);
	} catch (error) {
		if (systemCode(error) === "ENOENT") return [];
		throw error;
	}
}

/** Also true for what is gone by now: opening it will say so. */
function isPlainFile(path: string): boolean {
	return lstatSync(path, { throwIfNoEntry: false })?.isFile() ?? true;
}

function noLog(path: string): JournalError {
	return new JournalError("unreadable", `There is no audit log in ${path}. Nothing was verified. Check the folder.`);
}

function readable<T>(read: () => T, path: string): T {
	try {
		return read();
	} catch (error) {
		throw unreadable(error, path);
	}
}

async function readableLater<T>(paths: WorkspacePaths, segment: string, read: () => Promise<T>): Promise<T> {
	try {
		return await read();
	} catch (error) {
		throw unreadable(error, join(paths.journal, segment));
	}
}

function unreadable(error: unknown, path: string): JournalError {
	if (error instanceof JournalError) return error;
	const code = systemCode(error);
	if (code === "") throw error;
	return new JournalError(
		"unreadable",
		`The audit log cannot be read (${code}, ${path}). Nothing was verified. Check the path and its rights.`,
		{
			cause: error,
		},
	);
}
