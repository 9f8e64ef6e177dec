// Looks at files that a project, an agent or anybody else wrote, and remembers what it looked at, so that a second look
// costs a few stat calls (it is on the path of every action). Nothing here follows what it reads, blocks or throws.
import { closeSync, constants, fstatSync, opendirSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";

/** Larger files count as unreadable. Bytes. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;
const MAX_NAMES = 2000;
/** Distinct paths in one look: each costs a stat call at every action. */
const MAX_PATHS = 5000;
/** All that one look may read. Bytes. */
const MAX_TOTAL_BYTES = 32 * 1024 * 1024;
/** A file changed this short before it was read may change again without a new time stamp. */
const RACY_MS = 60;

export type Content = { kind: "missing" } | { kind: "unreadable"; why: string } | { kind: "bytes"; bytes: Buffer };

export class Looker {
	readonly #stamps = new Map<string, string>();
	readonly #startedAt = Date.now();
	#racy = false;
	#cut = false;
	#total = 0;

	/** Undefined when nothing is there, or nothing that can be looked at. */
	stat(path: string): Stats | undefined {
		if (this.#stamps.size >= MAX_PATHS && !this.#stamps.has(path)) {
			this.#cut = true;
			return undefined;
		}
		const { stamp, stat } = look(path);
		this.#stamps.set(path, stamp);
		if (stat !== undefined && stat.ctimeMs > this.#startedAt - RACY_MS) this.#racy = true;
		return stat;
	}

	/** True when there was more to look at than is looked at. */
	get cut(): boolean {
		return this.#cut;
	}

	/** The state of a path that was looked at, as a text that changes with it. */
	stateOf(path: string): string {
		return this.#stamps.get(path) ?? "?";
	}

	/** @param upTo larger files are read up to here; without it they are unreadable beyond MAX_FILE_BYTES */
	read(path: string, upTo?: number): Content {
		const stat = this.stat(path);
		if (stat === undefined) return this.stateOf(path) === MISSING ? { kind: "missing" } : unreadable("error");
		if (!stat.isFile()) return unreadable("not a file");
		const size = Math.min(stat.size, upTo ?? MAX_FILE_BYTES);
		if ((upTo === undefined && stat.size > size) || this.#total + size > MAX_TOTAL_BYTES) return unreadable("too big");
		this.#total += size;
		let fd: number | undefined;
		try {
			// What was a file a moment ago may be a pipe now, which would hold us for ever.
			fd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
			const now = fstatSync(fd);
			if (!now.isFile() || now.ino !== stat.ino || now.size !== stat.size) {
				this.#racy = true;
				return unreadable("it changes");
			}
			const bytes = Buffer.alloc(size);
			let got = 0;
			for (let read = 1; got < size && read > 0; got += read) read = readSync(fd, bytes, got, size - got, got);
			return { kind: "bytes", bytes: bytes.subarray(0, got) };
		} catch (error) {
			return unreadable(String((error as NodeJS.ErrnoException).code ?? "error"));
		} finally {
			if (fd !== undefined) closeSync(fd);
		}
	}

	/** Names in a folder, sorted; [] when it is none. `whole` is false when there are more than are looked at. */
	names(dir: string): { names: string[]; whole: boolean } {
		if (this.stat(dir)?.isDirectory() !== true) return { names: [], whole: true };
		try {
			const listing = opendirSync(dir);
			try {
				const names: string[] = [];
				for (let next = listing.readSync(); next !== null; next = listing.readSync()) {
					if (names.length >= MAX_NAMES) return { names: names.sort(), whole: false };
					names.push(next.name);
				}
				return { names: names.sort(), whole: true };
			} finally {
				listing.closeSync();
			}
		} catch {
			return { names: [], whole: false };
		}
	}

	/**
	 * Files below `dir` whose name fits, folders that are symlinks included. `whole` is false when the search was cut.
	 */
	walk(dir: string, fits: (name: string) => boolean, depth = 5, max = 500): { files: string[]; whole: boolean } {
		const files: string[] = [];
		let whole = true;
		const visit = (at: string, left: number) => {
			const listed = this.names(at);
			whole &&= listed.whole;
			for (const name of listed.names) {
				const path = join(at, name);
				if (fits(name)) {
					if (files.length >= max) {
						whole = false;
						return;
					}
					files.push(path);
				} else if (this.stat(path)?.isDirectory() === true) {
					if (left > 0) visit(path, left - 1);
					else whole = false;
				}
			}
		};
		visit(dir, depth);
		return { files, whole };
	}

	/** Whether everything looked at is still as it was. False also when it changed too recently to be sure. */
	unchanged(): boolean {
		if (this.#racy) return false;
		for (const [path, stamp] of this.#stamps) if (look(path).stamp !== stamp) return false;
		return true;
	}
}

const MISSING = "-";

function look(path: string): { stamp: string; stat?: Stats } {
	try {
		const stat = statSync(path, { throwIfNoEntry: false });
		if (stat === undefined) return { stamp: MISSING };
		// The change time cannot be set back by a program, the modification time can.
		return { stamp: `${stat.dev}:${stat.ino}:${stat.size}:${stat.mtimeMs}:${stat.ctimeMs}`, stat };
	} catch (error) {
		const code = String((error as NodeJS.ErrnoException).code);
		return { stamp: code === "ENOTDIR" ? MISSING : `!${code}` };
	}
}

function unreadable(why: string): Content {
	return { kind: "unreadable", why };
}

/** The text as Claude Code reads it: UTF-8, or UTF-16LE with a byte order mark (measured with 2.1.330). */
export function textOf(bytes: Buffer): string {
	if (bytes[0] === 0xff && bytes[1] === 0xfe) return bytes.subarray(2).toString("utf16le");
	const text = bytes.toString("utf8");
	return text.startsWith("\ufeff") ? text.slice(1) : text;
}

/** Nesting beyond this is taken for an attempt to break the reader; real settings stay below 15. */
const MAX_DEPTH = 100;

/** True for a JSON text that is nested deeper than is read. Linear in its length. */
export function isTooDeep(text: string): boolean {
	let depth = 0;
	let inText = false;
	for (let i = 0; i < text.length; i += 1) {
		const char = text[i];
		if (inText) {
			if (char === "\\") i += 1;
			else if (char === '"') inText = false;
		} else if (char === '"') inText = true;
		else if (char === "{" || char === "[") {
			depth += 1;
			if (depth > MAX_DEPTH) return true;
		} else if (char === "}" || char === "]") depth -= 1;
	}
	return false;
}
