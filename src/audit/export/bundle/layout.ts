// What is where in a bundle (docs/RECEIPT.md): the names its writer gives and its verifiers take. No name can lead anywhere
// but to its own place, and no two files of a bundle have the same name without their folder.
import { isSegmentName } from "../../segment.ts";

export const FORMAT = "gatepost-bundle-1";

/** Files that are there in every bundle, beside entries, evidence, signers and checkpoints. */
export const FIXED = [
	"README.txt",
	"VERIFY.md",
	"manifest.json",
	"heads.json",
	"signatures.txt",
	"verify.html",
	"SHA256SUMS",
] as const;

/** Kept whole wherever they stand in a segment of the bundle: without them nobody could check it. */
export const ALWAYS_WHOLE: ReadonlySet<string> = new Set([
	"gate.started",
	"gate.stopped",
	"key.created",
	"checkpoint",
	"repair",
	"evidence.removed",
]);

export const entriesFile = (segment: string): string => `entries/${segment}`;
export const evidenceFile = (digest: string): string => `evidence/${digest}`;

/** `checkpoints/<segment>-<entries>`, without its ending: ".txt" is the signed text, ".sig" the signature. */
export function checkpointStem(segment: string, entries: number): string {
	return `checkpoints/${segment.replace(/\.jsonl$/, "")}-${entries}`;
}

/** `signer.pem`, or `signer-<n>.pem` where there are several keys. @param index from 0 */
export function signerFile(index: number, count: number): string {
	return count === 1 ? "signer.pem" : `signer-${index + 1}.pem`;
}

export type FileKind = "fixed" | "entries" | "evidence" | "checkpoint" | "signer";

/** What a file of this name is; undefined when a bundle has no such file. */
export function kindOfFile(name: string): FileKind | undefined {
	if ((FIXED as readonly string[]).includes(name)) return "fixed";
	if (/^evidence\/[0-9a-f]{64}$/.test(name)) return "evidence";
	if (/^signer(-[1-9]\d{0,5})?\.pem$/.test(name)) return "signer";
	if (name.startsWith("entries/") && isSegmentName(name.slice("entries/".length))) return "entries";
	const checkpoint = /^checkpoints\/(.+)-(?:0|[1-9]\d{0,14})\.(?:txt|sig)$/.exec(name)?.[1];
	return checkpoint !== undefined && isSegmentName(`${checkpoint}.jsonl`) ? "checkpoint" : undefined;
}

/** What manifest.json says, as its one canonical line. All of it follows from the entries, so that none of it can lie. */
export interface Manifest {
	format: typeof FORMAT;
	/** What was asked for: everything, chosen entries, or all of one session. */
	scope: { of: "all" | "filter" | "session"; session?: string; agent?: string };
	segments: ManifestSegment[];
	/** Evidence that kept entries name and that retention has removed, sorted. */
	removed: string[];
}

export interface ManifestSegment {
	name: string;
	entries: number;
	/** Hash of the last of them. */
	head: string;
	/** So many of them are covered by a signature, of this segment or of one that links it. */
	signed: number;
	/** Hex of the public key. */
	signer: string;
}

/** A line of heads.json: what the first entry of `by` says of another segment. */
export interface HeadSaid {
	by: string;
	segment: string;
	entries: number;
	head: string;
	final: boolean;
	/** Whether the segment it speaks of is in the bundle. */
	here: boolean;
}

/** The signed text and the 64-byte signature of a checkpoint's note. */
export function splitNote(note: string): { text: Buffer; signature: Buffer } | undefined {
	const found = /^([^\s]+\n\d+\n[A-Za-z0-9+/]{43}=\n)\n— \S+ ([A-Za-z0-9+/]+={0,2})\n$/.exec(note);
	if (found?.[1] === undefined || found[2] === undefined) return undefined;
	return { text: Buffer.from(found[1]), signature: Buffer.from(found[2], "base64").subarray(4) };
}
