// The file operations policy files need: seeing a change cheaply, reading only plain files, and replacing one whole.
import { isUtf8 } from "node:buffer";
import { createHash, randomBytes } from "node:crypto";
import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	fsyncSync,
	lstatSync,
	mkdirSync,
	openSync,
	readSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";

/** Larger than any policy that is read. */
export const MAX_FILE_BYTES = 4 * 1024 * 1024;

export type Seen = { identity: string; changedMs: number } | { absent: true } | { trouble: string };
export type Read = { text: string; sha256: string } | { absent: true } | { trouble: string };

/** What tells one state of a file from another without reading it; the change time cannot be set back. */
export function look(path: string, links: "follow" | "refuse"): Seen {
	try {
		const found =
			links === "follow"
				? statSync(path, { bigint: true, throwIfNoEntry: false })
				: lstatSync(path, { bigint: true, throwIfNoEntry: false });
		if (found === undefined) return { absent: true };
		const { dev, ino, size, mtimeNs, ctimeNs, mode, uid } = found;
		const changed = mtimeNs > ctimeNs ? mtimeNs : ctimeNs;
		return {
			identity: [dev, ino, size, mtimeNs, ctimeNs, mode, uid].join(":"),
			changedMs: Number(changed / 1_000_000n),
		};
	} catch (error) {
		return isAbsent(error) ? { absent: true } : { trouble: codeOf(error) };
	}
}

/** Reads a plain file as UTF-8. Pipes, devices and, with "refuse", symbolic links are not read. */
export function readPlain(path: string, links: "follow" | "refuse"): Read {
	let fd: number | undefined;
	try {
		// O_NONBLOCK: a pipe planted under the name would block for ever.
		const { O_RDONLY, O_NONBLOCK = 0, O_NOFOLLOW = 0 } = constants;
		fd = openSync(path, O_RDONLY | O_NONBLOCK | (links === "refuse" ? O_NOFOLLOW : 0));
		const found = fstatSync(fd);
		if (!found.isFile()) return { trouble: "not a plain file" };
		if (found.size > MAX_FILE_BYTES) return { trouble: "too large" };
		const bytes = readAll(fd);
		if (bytes === undefined) return { trouble: "too large" };
		// Otherwise the text that is shown would not be the bytes that are accepted.
		if (!isUtf8(bytes)) return { trouble: "not UTF-8" };
		return { text: bytes.toString("utf8"), sha256: sha256(bytes) };
	} catch (error) {
		return isAbsent(error) ? { absent: true } : { trouble: codeOf(error) };
	} finally {
		if (fd !== undefined) closeSync(fd);
	}
}

function readAll(fd: number): Buffer | undefined {
	const chunks: Buffer[] = [];
	for (let total = 0; ; ) {
		const chunk = Buffer.allocUnsafe(64 * 1024);
		const got = readSync(fd, chunk);
		if (got === 0) return Buffer.concat(chunks);
		total += got;
		if (total > MAX_FILE_BYTES) return undefined;
		chunks.push(chunk.subarray(0, got));
	}
}

/**
 * Replaces a file whole, 0600; its folder is made, 0700, but not what is above. A link under the name is replaced, not
 * followed.
 * @throws Error of the file system
 */
export function writePrivate(path: string, text: string): void {
	const folder = dirname(path);
	if (!existsSync(folder)) mkdirSync(folder, { mode: 0o700 });
	const temporary = `${path}.${randomBytes(8).toString("hex")}.new`;
	try {
		const fd = openSync(temporary, "wx", 0o600);
		try {
			writeFileSync(fd, text);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(temporary, path);
	} finally {
		rmSync(temporary, { force: true });
	}
}

/**
 * The first of a file and the folders above it that somebody else than `owner` or root may change; undefined when none.
 * Above its own folder a sticky folder will do: nobody can rename what is not theirs there.
 */
export function unsafePlace(path: string, owner: number): string | undefined {
	const folder = dirname(path);
	for (const [place, kind] of [
		[path, "file"],
		[folder, "folder"],
	] as const) {
		const found = lstatSync(place, { throwIfNoEntry: false });
		const plain = kind === "file" ? found?.isFile() : found?.isDirectory();
		if (found === undefined || plain !== true || found.uid !== owner || (found.mode & 0o022) !== 0) return place;
	}
	const above = new Set([...ancestors(folder), ...ancestors(realpathSync(folder))]);
	for (const place of above) {
		const { uid, mode } = lstatSync(place);
		const link = (mode & constants.S_IFMT) === constants.S_IFLNK;
		const sticky = (mode & 0o1000) !== 0;
		if ((uid !== 0 && uid !== owner) || (!link && (mode & 0o022) !== 0 && !sticky)) return place;
	}
	return undefined;
}

function ancestors(folder: string): string[] {
	const above: string[] = [];
	for (let dir = dirname(folder); ; dir = dirname(dir)) {
		above.push(dir);
		if (dir === dirname(dir)) return above;
	}
}

export function sha256(bytes: string | Buffer): string {
	return createHash("sha256").update(bytes).digest("hex");
}

function isAbsent(error: unknown): boolean {
	const code = codeOf(error);
	return code === "ENOENT" || code === "ENOTDIR";
}

function codeOf(error: unknown): string {
	if (!(error instanceof Error)) return String(error);
	const code = "code" in error ? String(error.code) : error.message;
	return code === "ELOOP" ? "a symbolic link" : code;
}
