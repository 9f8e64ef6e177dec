// Verification of a bundle (docs/RECEIPT.md), zipped or unpacked: the same as VERIFY.md and verify.html do, with our own
// code. It never says "verified" without a key from outside.
import { type BundleFiles, openBundle, refused, wholeFile } from "./export/bundle/bundleFiles.ts";
import { checkDerived } from "./export/bundle/checkDerived.ts";
import { checkFiles } from "./export/bundle/checkFiles.ts";
import {
	type BundleSession,
	type CheckedSegment,
	checkSegment,
	type Gathered,
	startOf,
} from "./export/bundle/checkSegment.ts";
import { entriesFile, evidenceFile, kindOfFile, type Manifest } from "./export/bundle/layout.ts";
import { OfSession } from "./export/bundle/ofSession.ts";
import { signedBy } from "./export/bundle/signed.ts";
import { member, str } from "./members.ts";
import { Problems } from "./problems.ts";
import type { Verification, VerifyOptions } from "./verify.ts";
import type { KnownHead } from "./verifyAnchors.ts";
import { demandHeads, demandOneWorkspace, GIVEN, givenHeads, signerKeys } from "./verifyLinks.ts";
import { Removals } from "./verifyRemovals.ts";
import { type Recorded, recordedBy } from "./verifySegment.ts";

export type { BundleSession } from "./export/bundle/checkSegment.ts";

export interface BundleVerification extends Verification {
	scope: Manifest["scope"];
	/** The session it is the receipt of; without `first` there is nothing of it. */
	session: BundleSession | undefined;
	/** Entries at the end of a segment that no signature covers. */
	unsigned: { segment: string; from: number; to: number }[];
	/** Pieces of evidence that entries name; of them in the bundle; of them removed by retention. */
	evidence: { named: number; there: number; removed: number };
	/** Segments of the log that are named in the bundle and not in it. */
	elsewhere: number;
}

const MAX_MANIFEST = 64 * 1024 * 1024;
const SALT_BYTES = 16;

/**
 * Verifies a bundle. Nothing is unpacked to disk, and memory does not grow with its size.
 * @param path a .zip, or the folder it was unpacked into
 * @param options.heads heads that were noted outside the bundle: their segments must be in it, and reach so far
 * @returns problems as for a log; their `segment` is the name of a file where it is not about a segment
 * @throws JournalError "unreadable" when it is no bundle, or is made to harm whoever unpacks it
 */
export async function verifyBundle(
	path: string,
	{ key, heads }: Pick<VerifyOptions, "key" | "heads"> = {},
): Promise<BundleVerification> {
	const files = await openBundle(path);
	try {
		const segments = [...files.sizes.keys()].filter((name) => kindOfFile(name) === "entries");
		if (segments.length === 0 && !files.sizes.has("manifest.json"))
			throw refused(path, "there is no receipt in it (neither entries nor manifest.json)");
		const pins = key === undefined ? undefined : [key].flat().map((one) => one.toLowerCase());
		return await verifyFiles(files, segments, pins, givenHeads(heads));
	} finally {
		await files.close();
	}
}

async function verifyFiles(
	files: BundleFiles,
	names: string[],
	pins: string[] | undefined,
	given: readonly KnownHead[],
): Promise<BundleVerification> {
	const problems = new Problems();
	const sums = await checkFiles(files, problems);
	const scope = await scopeOf(files, problems);
	const gathered: Gathered = {
		scope,
		named: new Map(),
		removals: new Removals(),
		removed: new Set(),
		session: undefined,
		ofSession: undefined,
	};
	if (scope.session !== undefined) {
		gathered.session = { session: scope.session, entries: 0, begun: false, ended: false };
		gathered.ofSession = new OfSession(scope.session, scope.agent ?? "");
	}

	const starts = new Map<string, CheckedSegment["started"]>();
	const recorded = new Map<string, Recorded[]>();
	for (const { segment, entries, hash } of given)
		recorded.set(segment, [...(recorded.get(segment) ?? []), { entries, hash, final: false, by: GIVEN }]);
	for (const name of names) {
		const segment = name.slice("entries/".length);
		const started = await startOf(files.parts(name));
		starts.set(segment, started);
		for (const link of started?.links ?? [])
			recorded.set(link.segment, [...(recorded.get(link.segment) ?? []), recordedBy(link, segment)]);
	}
	if (names.length === 0) problems.add("entries", undefined, "segment-missing", "there are no entries");
	const seen = [...starts].map(([segment, started]) => ({ segment, started }));
	demandHeads(seen, given, problems);
	demandOneWorkspace(seen, problems);
	const segments: CheckedSegment[] = [];
	for (const [segment, started] of starts) {
		if (pins !== undefined && !pins.includes(started?.signer.publicKey ?? ""))
			problems.add(
				segment,
				1,
				"wrong-key",
				`signed by ${started?.signer.publicKey ?? "nobody"}, which is not a given key`,
			);
		const parts = files.parts(entriesFile(segment));
		segments.push(await checkSegment(segment, started, parts, recorded.get(segment) ?? [], gathered, problems));
	}
	gathered.removed = removedOf(gathered);
	const signed = signedBy(segments.map((one) => ({ ...one, links: one.started?.links ?? [] })));
	const { heads } = await checkDerived(files, segments, signed, gathered, problems);
	const there = demandEvidence(files, sums, gathered, problems);
	if (gathered.session?.entries === 0)
		problems.add("entries", undefined, "removed", "there is no entry of the session");
	const unsigned = segments.flatMap(({ segment, entries }) => {
		const to = signed.get(segment) ?? 0;
		return entries > to ? [{ segment, from: to + 1, to: entries }] : [];
	});
	for (const { segment, from } of unsigned)
		if (from === 1) problems.add(segment, undefined, "bad-checkpoint", "no checkpoint signs this segment");
	const verdict = !problems.none ? "problems found" : pins === undefined ? "consistent, signer unknown" : "verified";
	return {
		ok: problems.none,
		verdict,
		problems: problems.list,
		moreProblems: problems.more,
		entries: segments.reduce((sum, { entries }) => sum + entries, 0),
		segments: segments.length,
		heads: segments.map(({ segment, entries, head }) => {
			const hash = head === "" ? undefined : head;
			return { segment, entries, hash, signed: signed.get(segment) ?? 0, live: false };
		}),
		anchored: [
			...[...signed]
				.filter(([, entry]) => entry > 0)
				.map(([segment, entry]) => ({ segment, entry, by: "signature" as const })),
			...segments.flatMap((one) => heldBy(given, one)),
		],
		signer: { pinned: pins !== undefined, keys: signerKeys(segments) },
		scope,
		session: gathered.session,
		unsigned,
		evidence: {
			named: gathered.named.size,
			there,
			removed: gathered.removed.size,
		},
		elsewhere: new Set(heads.filter(({ here }) => !here).map(({ segment }) => segment)).size,
	};
}

async function scopeOf(files: BundleFiles, problems: Problems): Promise<Manifest["scope"]> {
	const text = (await wholeFile(files, "manifest.json", MAX_MANIFEST))?.toString("utf8") ?? "";
	try {
		const scope = member(JSON.parse(text), "scope");
		const [of, session, agent] = [str(scope, "of"), member(scope, "session"), member(scope, "agent")];
		if (of === "session" && typeof session === "string")
			return { of, session, ...(typeof agent === "string" ? { agent } : {}) };
		if (of === "all" || of === "filter") return { of };
	} catch {
		// Told below: a text that is no JSON has no scope either.
	}
	if (files.sizes.has("manifest.json"))
		problems.add("manifest.json", undefined, "edited", "it does not say what the bundle is of");
	return { of: "filter" };
}

/** The last of the given heads of a segment that was found there. */
function heldBy(given: readonly KnownHead[], { segment, found }: CheckedSegment): Verification["anchored"] {
	const held = given.filter((head) => head.segment === segment && found.get(head.entries) === head.hash);
	if (held.length === 0) return [];
	return [{ segment, entry: Math.max(...held.map(({ entries }) => entries)), by: "given head" }];
}

/** Of the named pieces, those that retention says it removed, where that counts. */
function removedOf({ named, removals }: Gathered): Set<string> {
	return new Set(
		[...named].flatMap(([digest, { places }]) => (removals.unexplained(digest, places) === undefined ? [digest] : [])),
	);
}

/** @returns how many of the named pieces are there */
function demandEvidence(
	files: BundleFiles,
	sums: Map<string, string>,
	{ named, removals, removed }: Gathered,
	problems: Problems,
): number {
	let there = 0;
	for (const [digest, { size, segment, line, places }] of named) {
		const name = evidenceFile(digest);
		if (!files.sizes.has(name)) {
			if (removed.has(digest)) continue;
			const at = removals.unexplained(digest, places) ?? { segment, line, tombstone: false };
			const why = at.tombstone ? ": a retention took it away before this entry named it again" : "";
			problems.add(at.segment, at.line, "evidence-missing", `it names ${name}, which is not here${why}`);
			continue;
		}
		there++;
		if (sums.get(name) !== digest || files.sizes.get(name) !== SALT_BYTES + size)
			problems.add(segment, line, "evidence-altered", `${name} is not what this entry names`);
	}
	for (const name of files.sizes.keys())
		if (kindOfFile(name) === "evidence" && !named.has(name.slice("evidence/".length)))
			problems.add(name, undefined, "inserted", "no entry here names it");
	return there;
}
