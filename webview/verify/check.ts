// Checks a bundle, as VERIFY.md does, and keeps what there is to tell of it.
import { canonical } from "../../src/protocol/canonical.ts";
import { type Files, NOT_EMBEDDED, notEmbedded } from "./archive.ts";
import { bytesOf, equal, sha256, textOf } from "./bytes.ts";
import { type Entry, member, str } from "./lines.ts";
import { pemOf } from "./note.ts";
import { checkSegment, type Segment } from "./segment.ts";

export interface Problem {
	/** Name of a file of the bundle. */
	where: string;
	line?: number;
	kind:
		| "edited"
		| "removed"
		| "inserted"
		| "cut-tail"
		| "bad-checkpoint"
		| "wrong-key"
		| "evidence-missing"
		| "evidence-altered"
		| "segment-missing";
	detail: string;
}

export interface Scope {
	of: "all" | "filter" | "session";
	session?: string;
	/** Another agent may use the same id. */
	agent?: string;
}

/** Where an entry stands, and the time it claims. */
export interface Stand {
	line: number;
	time: string;
}

export interface State {
	scope: Scope;
	problems: Problem[];
	/** Entries of the session, in order. */
	session: Entry[];
	/** Requests of another agent whose session has the same id. */
	others: Set<string>;
	/** Evidence by digest: the first entry that names it, and the last of each segment. */
	named: Map<string, { size: number; where: Entry; places: Map<string, Stand> }>;
	/** Entries that say that a retention removed a piece: by its digest, the last of each segment. */
	removals: Map<string, Map<string, Stand>>;
	/** Named digests that retention removed, and when; only what such an entry says where it counts. */
	removed: Map<string, string>;
}

export interface Checked extends State {
	segments: Segment[];
	/** Public keys in hex, in the order of the segments. */
	keys: string[];
	unsigned: { segment: string; from: number; to: number }[];
	/** Evidence that is not in this page for its size. */
	notHere: string[];
	/** Segments that links name and that are not here. */
	elsewhere: string[];
	files: Files;
}

/** @param onProgress entries that were checked so far; the page may draw meanwhile */
export async function checkFiles(files: Files, onProgress: (entries: number) => void = () => {}): Promise<Checked> {
	const state: State = {
		scope: scopeOf(files),
		problems: [],
		session: [],
		others: new Set(),
		named: new Map(),
		removals: new Map(),
		removed: new Map(),
	};
	let done = 0;
	const pause = async (lines: number) => {
		done += lines;
		onProgress(done);
		await new Promise((go) => setTimeout(go));
	};
	const names = [...files.keys()].filter((name) => name.startsWith("entries/")).sort();
	const segments: Segment[] = [];
	for (const name of names)
		segments.push(await checkSegment(name.slice("entries/".length), files.get(name) as Uint8Array, state, pause));
	if (segments.length === 0) add(state, "entries", "segment-missing", "there are no entries");
	if (new Set(segments.map(({ workspace }) => workspace)).size > 1)
		add(state, "entries", "inserted", "the segments belong to several workspaces");
	takeRemoved(segments, state);
	checkLinks(segments, state);
	cover(segments);
	const keys = [...new Set(segments.map(({ signer }) => signer))].filter((key) => key !== "");
	const notHere = await checkEvidence(files, state, pause);
	checkDerived(files, segments, keys, state);
	checkSums(files, state);
	if (state.scope.of === "session" && state.session.length === 0)
		add(state, "entries", "removed", "there is no entry of the session");
	const here = new Set(segments.map(({ name }) => name));
	const unsigned = segments
		.filter(({ hashes, covered }) => hashes.length > covered)
		.map(({ name, hashes, covered }) => ({ segment: name, from: covered + 1, to: hashes.length }));
	for (const { segment, from } of unsigned)
		if (from === 1) add(state, `entries/${segment}`, "bad-checkpoint", "no checkpoint signs this segment");
	return {
		...state,
		segments,
		keys,
		unsigned,
		notHere,
		elsewhere: [
			...new Set(segments.flatMap(({ links }) => links.map(({ segment }) => segment)).filter((one) => !here.has(one))),
		],
		files,
	};
}

function add(state: State, where: string, kind: Problem["kind"], detail: string): void {
	state.problems.push({ where, kind, detail });
}

function scopeOf(files: Files): Scope {
	try {
		const scope = member(JSON.parse(textOf(files.get("manifest.json") ?? new Uint8Array(0)) ?? ""), "scope");
		const of = str(scope, "of");
		const session = member(scope, "session");
		const agent = member(scope, "agent");
		if (of === "session" && typeof session === "string")
			return { of, session, ...(typeof agent === "string" ? { agent } : {}) };
		if (of === "all" || of === "filter") return { of };
	} catch {
		// No manifest that says anything: told by checkDerived, which finds another one than it expects.
	}
	return { of: "filter" };
}

/**
 * Whoever holds the receipt can add what no signature covers: what says that evidence was removed counts only when a checkpoint
 * of its own segment covers it, and behind every entry that names the piece (in another segment: by the time they claim).
 */
function takeRemoved(segments: readonly Segment[], state: State): void {
	const signed = new Map(segments.map((one) => [one.name, one.signed]));
	for (const [digest, { places }] of state.named)
		for (const [segment, { line, time }] of state.removals.get(digest) ?? []) {
			const behind = ([of, last]: [string, Stand]) => (of === segment ? line > last.line : time > last.time);
			if (line <= (signed.get(segment) ?? 0) && [...places].every(behind)) state.removed.set(digest, time);
		}
}

function checkLinks(segments: readonly Segment[], state: State): void {
	const of = new Map(segments.map((segment) => [segment.name, segment]));
	for (const { name, links } of segments)
		for (const { segment, entries, head, final } of links) {
			const there = of.get(segment)?.hashes;
			if (there === undefined) continue;
			if (there.length < entries)
				add(state, `entries/${segment}`, "cut-tail", `${name} recorded ${entries} entries, here are ${there.length}`);
			else if (there[entries - 1] !== head)
				add(state, `entries/${segment}`, "edited", `entry ${entries} is not the one that ${name} recorded`);
			if (final && there.length > entries)
				add(state, `entries/${segment}`, "inserted", `${name} recorded its end at entry ${entries}`);
		}
}

/** A signature over a first entry also covers what that entry links, and so on backwards. */
function cover(segments: readonly Segment[]): void {
	const of = new Map(segments.map((segment) => [segment.name, segment]));
	for (const segment of segments) segment.covered = segment.signed;
	const queue = segments.filter(({ signed }) => signed > 0);
	const seen = new Set(queue);
	for (const { links } of queue)
		for (const { segment, entries } of links) {
			const other = of.get(segment);
			if (other === undefined) continue;
			other.covered = Math.max(other.covered, Math.min(entries, other.hashes.length));
			if (!seen.has(other)) {
				seen.add(other);
				queue.push(other);
			}
		}
}

async function checkEvidence(files: Files, state: State, pause: (lines: number) => Promise<void>): Promise<string[]> {
	const left = notEmbedded(files);
	const notHere: string[] = [];
	for (const [digest, { size, where }] of state.named) {
		const name = `evidence/${digest}`;
		const file = files.get(name);
		if (file !== undefined) {
			if (sha256(file) !== digest || file.length !== 16 + size)
				add(state, name, "evidence-altered", `it is not what line ${where.line} of ${where.segment} names`);
			if (file.length > 100_000) await pause(0);
		} else if (left.has(digest)) notHere.push(digest);
		else if (!state.removed.has(digest))
			add(state, name, "evidence-missing", `line ${where.line} of ${where.segment} names it`);
	}
	return notHere;
}

/** What stands beside the entries follows from them, byte for byte. */
function checkDerived(files: Files, segments: readonly Segment[], keys: string[], state: State): void {
	const pem = (key: string) => (keys.length === 1 ? "signer.pem" : `signer-${keys.indexOf(key) + 1}.pem`);
	const here = new Set(segments.map(({ name }) => name));
	const heads = segments.flatMap(({ name: by, links }) =>
		links.map(({ segment, entries, head, final }) => ({ by, segment, entries, head, final, here: here.has(segment) })),
	);
	const manifest = {
		format: "gatepost-bundle-1",
		scope: state.scope,
		segments: segments.map(({ name, hashes, covered, signer }) => ({
			name,
			entries: hashes.length,
			head: hashes.at(-1) ?? "",
			signed: covered,
			signer,
		})),
		removed: [...state.removed.keys()].sort(),
	};
	const expected = new Map<string, Uint8Array>([
		["manifest.json", bytesOf(`${canonical(manifest)}\n`)],
		["heads.json", bytesOf(`${canonical(heads)}\n`)],
	]);
	for (const key of keys) expected.set(pem(key), bytesOf(pemOf(key)));
	let list = "";
	for (const { name, note, signer } of segments) {
		if (note === undefined) continue;
		const stem = `checkpoints/${name.replace(/\.jsonl$/, "")}-${note.entries}`;
		list += `${pem(signer)} ${stem}\n`;
		expected.set(`${stem}.txt`, note.text);
		expected.set(`${stem}.sig`, note.signature);
	}
	expected.set("signatures.txt", bytesOf(list));
	for (const [name, content] of expected) {
		const kind = name.startsWith("signer")
			? "wrong-key"
			: name.startsWith("checkpoints/")
				? "bad-checkpoint"
				: "edited";
		if (!files.has(name)) add(state, name, "removed", "it is missing");
		else if (!equal(files.get(name), content))
			add(state, name, kind, "it does not say what the entries say, or entries were cut off or added");
	}
	const prose = new Set(["README.txt", "VERIFY.md", "verify.html", "SHA256SUMS", NOT_EMBEDDED]);
	for (const name of files.keys()) {
		const known = name.startsWith("entries/") || prose.has(name) || expected.has(name);
		if (!known && !(name.startsWith("evidence/") && state.named.has(name.slice("evidence/".length))))
			add(state, name, "inserted", "it does not belong to this receipt");
	}
}

/** Only where the files were picked: a page has no list of its own sums. */
function checkSums(files: Files, state: State): void {
	const text = textOf(files.get("SHA256SUMS") ?? new Uint8Array(0));
	if (!files.has("SHA256SUMS")) return;
	const listed = new Map<string, string>();
	for (const line of (text ?? "").split("\n").slice(0, -1)) listed.set(line.slice(66), line.slice(0, 64));
	for (const [name, content] of files)
		if (name !== "SHA256SUMS" && listed.get(name) !== sha256(content))
			add(state, name, "edited", "its content is not what SHA256SUMS says");
	for (const name of listed.keys())
		if (!files.has(name)) add(state, name, "removed", "SHA256SUMS lists it, and it was not given");
}

/** Files that are in the page and that others hold otherwise. */
export function differing(page: Files, others: Files): string[] {
	return [...page.keys()].filter((name) => name !== NOT_EMBEDDED && !equal(page.get(name), others.get(name)));
}
