// What a snapshot of a folder is to its users, and how much of a folder is looked at.
import type { Message } from "../../protocol/messages.ts";

/** A snapshot that is kept until its changes are asked for, or it is dropped. */
export interface SnapshotMark {
	id: number;
	root: string;
	/** Milliseconds since the epoch. */
	takenAt: number;
	/** Files that were looked at. */
	files: number;
	/** Not all of the folder was looked at, and why. */
	incomplete?: Message;
}

/** A file before or after. */
export interface ChangedSide {
	/** Bytes. */
	size: number;
	/** Permission bits, e.g. 0o644. */
	mode: number;
	/** Of the content, in hex. */
	sha256?: string;
	/** The content, exactly; absent where it could not be had. */
	bytes?: Uint8Array;
	/** Why there are no bytes. */
	why?: Message;
	/** Where a symbolic link leads, as it is written in the link. A link has no bytes and no `why`. */
	link?: string;
}

export interface ChangedFile {
	/** Absolute. */
	path: string;
	op: "create" | "modify" | "delete";
	before?: ChangedSide;
	after?: ChangedSide;
}

export interface ChangedFiles {
	/** By path. */
	files: ChangedFile[];
	/** More changed files than are listed. */
	more: number;
	/** Not all was compared, and why. */
	incomplete?: Message;
	/** How long it took. Milliseconds. */
	ms: number;
}

export interface Limits {
	/** Files and folders that a walk looks at. */
	entries: number;
	/** Folders in folders. */
	depth: number;
	/** A walk ends after this. Milliseconds. */
	walkMs: number;
	/** Changed files that are listed. */
	listed: number;
	/** Larger contents are neither read nor kept. Bytes. */
	sideBytes: number;
	/** Contents of one answer. Bytes. */
	allBytes: number;
	/** Contents up to this are kept for the next comparison. Bytes. */
	keptFileBytes: number;
	/** All that is kept. Bytes. */
	keptBytes: number;
	/** What is read at a snapshot because git has no copy of it: bytes, files, and milliseconds for it. */
	fillBytes: number;
	fillFiles: number;
	fillMs: number;
	/** Files whose content is compared because only their times differ, and bytes that are read for it. */
	touchedFiles: number;
	touchedBytes: number;
	/** Snapshots that are kept, and files and folders in all of them. The oldest goes first. */
	marks: number;
	markEntries: number;
	/** An index of git is read up to this. Bytes. */
	indexBytes: number;
	/** How long git may take to give the contents of one answer. Milliseconds. */
	gitMs: number;
	/** The thread is ended when one answer takes longer; by default more than the times above allow. Milliseconds. */
	answerMs?: number;
	/** The thread is ended when nothing was asked of it for so long and no snapshot is kept. Milliseconds. */
	idleMs: number;
	/** Heap of the thread. MB. */
	heapMb: number;
}

const MB = 1024 * 1024;

export const LIMITS: Limits = {
	entries: 200_000,
	depth: 64,
	walkMs: 2000,
	listed: 200,
	sideBytes: 10 * MB,
	allBytes: 32 * MB,
	keptFileBytes: 256 * 1024,
	keptBytes: 64 * MB,
	fillBytes: 16 * MB,
	fillFiles: 1000,
	fillMs: 300,
	touchedFiles: 2000,
	touchedBytes: 64 * MB,
	marks: 20,
	markEntries: 1_000_000,
	indexBytes: 64 * MB,
	gitMs: 5000,
	idleMs: 5 * 60_000,
	heapMb: 1024,
};
