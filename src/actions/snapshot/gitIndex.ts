// Reads git's index: which content a file has in git, known by the stat data git noted when it last compared the two.
import { CTIME, INO, MTIME, SIZE } from "./folderTree.ts";

/** Where the fields of an entry are. */
const AT = { ctime: 0, mtime: 8, ino: 20, mode: 24, size: 36, oid: 40 };
/** assume-valid, and a stage of a merge: what git has may not be what is on disk. */
const NOT_PLAIN = 0x8000 | 0x3000;
const EXTENDED = 0x4000;
const REGULAR = 0o100000;
/** The entry tells that git tracks the name, and nothing of what is in the file. */
const NOT_TRUSTED = -1;

export class GitIndex {
	readonly #bytes: Buffer;
	/** Where an entry begins, by its path in the repository (one byte a character); NOT_TRUSTED where it has no content. */
	readonly #entries: Map<string, number>;
	#folders: Set<string> | undefined;
	readonly #writtenMs: number;
	/** "sha1" or "sha256". */
	readonly algorithm: "sha1" | "sha256";

	private constructor(bytes: Buffer, entries: Map<string, number>, writtenMs: number, algorithm: "sha1" | "sha256") {
		this.#bytes = bytes;
		this.#entries = entries;
		this.#writtenMs = writtenMs;
		this.algorithm = algorithm;
	}

	/**
	 * @param bytes of the file
	 * @param writtenMs its time of modification
	 * @returns undefined when it is no index of version 2 to 4, or a split one
	 */
	static parse(bytes: Buffer, writtenMs: number): GitIndex | undefined {
		for (const algorithm of ["sha1", "sha256"] as const) {
			const entries = readEntries(bytes, algorithm === "sha1" ? 20 : 32);
			if (entries !== undefined) return new GitIndex(bytes, entries, writtenMs, algorithm);
		}
		return undefined;
	}

	/**
	 * The object whose content a file has, if git has found the two equal and the file was not changed since.
	 * @param stats the file's numbers as in `Folder.stats`
	 * @returns its id in hex, or undefined
	 */
	objectOf(path: string, stats: Float64Array): string | undefined {
		const at = this.#entries.get(path);
		if (at === undefined || at === NOT_TRUSTED) return undefined;
		const bytes = this.#bytes;
		const mtime = this.#ms(at + AT.mtime);
		const ino = bytes.readUInt32BE(at + AT.ino);
		const isSame =
			mtime === stats[MTIME] &&
			this.#ms(at + AT.ctime) === stats[CTIME] &&
			// Git notes 32 bits of these, and no inode number on some systems.
			bytes.readUInt32BE(at + AT.size) === (stats[SIZE] ?? 0) % 2 ** 32 &&
			(ino === 0 || ino === (stats[INO] ?? 0) % 2 ** 32);
		// A file changed at the very time the index was written can have changed once more since.
		if (!isSame || mtime >= this.#writtenMs) return undefined;
		return bytes.toString("hex", at + AT.oid, at + AT.oid + (this.algorithm === "sha1" ? 20 : 32));
	}

	/** Whether git tracks a file or link of that path, a repository in its place, or anything in a folder of it. */
	tracks(path: string, isFolder: boolean): boolean {
		if (this.#entries.has(path)) return true;
		if (!isFolder) return false;
		this.#folders ??= foldersOf(this.#entries.keys());
		return this.#folders.has(path);
	}

	#ms(at: number): number {
		return this.#bytes.readUInt32BE(at) * 1000 + this.#bytes.readUInt32BE(at + 4) / 1e6;
	}
}

/** All folders on the way to paths, without a slash at the end. */
function foldersOf(paths: Iterable<string>): Set<string> {
	const folders = new Set<string>();
	for (const path of paths) {
		for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
			const folder = path.slice(0, at);
			if (folders.has(folder)) break;
			folders.add(folder);
		}
	}
	return folders;
}

/** The entries, or undefined when the bytes are not exactly an index with ids of so many bytes. */
function readEntries(bytes: Buffer, idBytes: number): Map<string, number> | undefined {
	if (bytes.length < 12 + idBytes || bytes.toString("latin1", 0, 4) !== "DIRC") return undefined;
	const version = bytes.readUInt32BE(4);
	const count = bytes.readUInt32BE(8);
	const end = bytes.length - idBytes;
	if (version < 2 || version > 4) return undefined;
	const entries = new Map<string, number>();
	let at = 12;
	let last = "";
	for (let index = 0; index < count; index += 1) {
		const start = at;
		const flagsAt = start + AT.oid + idBytes;
		if (flagsAt + 4 > end) return undefined;
		const flags = bytes.readUInt16BE(flagsAt);
		at = flagsAt + 2;
		let extra = 0;
		if ((flags & EXTENDED) !== 0) {
			if (version < 3) return undefined;
			extra = bytes.readUInt16BE(at);
			at += 2;
		}
		let kept = "";
		if (version === 4) {
			const strip = varint(bytes, at);
			if (strip === undefined || strip.value > last.length) return undefined;
			kept = last.slice(0, last.length - strip.value);
			at = strip.next;
		}
		const stop = bytes.indexOf(0, at);
		if (stop < 0 || stop >= end) return undefined;
		last = kept + bytes.toString("latin1", at, stop);
		at = version === 4 ? stop + 1 : start + ((stop - start + 8) & ~7);
		const isRegular = (bytes.readUInt32BE(start + AT.mode) & 0o170000) === REGULAR;
		// Skip-worktree and intent-to-add are in `extra`.
		entries.set(last, isRegular && (flags & NOT_PLAIN) === 0 && extra === 0 ? start : NOT_TRUSTED);
	}
	return hasPlainExtensions(bytes, at, end) ? entries : undefined;
}

function varint(bytes: Buffer, start: number): { value: number; next: number } | undefined {
	let value = 0;
	for (let at = start; at < bytes.length && at < start + 5; at += 1) {
		const byte = bytes[at] ?? 0;
		value = value * 128 + (byte & 0x7f);
		if ((byte & 0x80) === 0) return { value, next: at + 1 };
		value += 1;
	}
	return undefined;
}

/** What follows the entries must be extensions to the very end; "link" means that most entries are in another file. */
function hasPlainExtensions(bytes: Buffer, start: number, end: number): boolean {
	let at = start;
	while (at < end) {
		if (at + 8 > end) return false;
		const name = bytes.toString("latin1", at, at + 4);
		if (!/^[A-Za-z]{4}$/.test(name) || name === "link") return false;
		at += 8 + bytes.readUInt32BE(at + 4);
	}
	return at === end;
}
