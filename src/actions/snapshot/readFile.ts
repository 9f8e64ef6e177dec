// Reads a file so that nothing blocks, no link is followed, and what changes meanwhile is not taken for content.
import { closeSync, constants, fstatSync, lstatSync, openSync, readSync, realpathSync, type Stats } from "node:fs";
import { codeOf } from "../paths.ts";
import { fsPath } from "./byteText.ts";
import { CTIME, FIELDS, INO, MODE, MTIME, SIZE } from "./folderTree.ts";

const FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOFOLLOW ?? 0);
const TRIES = 3;

/** The FIELDS numbers of stat data. */
export function numbersOf(info: Stats): Float64Array {
	const numbers = new Float64Array(FIELDS);
	numbers[SIZE] = info.size;
	numbers[MTIME] = info.mtimeMs;
	numbers[CTIME] = info.ctimeMs;
	numbers[INO] = info.ino;
	numbers[MODE] = info.mode;
	return numbers;
}

/** What there is at a path, without following a link. @throws what lstat throws, but for nothing being there */
export function look(path: string): Stats | undefined {
	try {
		return lstatSync(fsPath(path), { throwIfNoEntry: false });
	} catch (error) {
		if (codeOf(error) === "ENOTDIR") return undefined;
		throw error;
	}
}

/** As `look`; undefined where it may not be looked at either. */
export function lookQuietly(path: string): Stats | undefined {
	try {
		return look(path);
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return undefined;
	}
}

/** Stat data as one text: while it is the same, so is the content. */
export function keyOf({ size, mtimeMs, ctimeMs, ino }: Stats): string {
	return `${size} ${mtimeMs} ${ctimeMs} ${ino}`;
}

export type Read =
	| { state: "read"; info: Stats; bytes: Buffer }
	| { state: "gone" }
	| { state: "changing" | "tooLarge" | "notFile"; info: Stats }
	| { state: "unreadable"; code: string };

/** The content of a regular file with the stat data it belongs to. @param path absolute, one byte a character */
export function readWhole(path: string, max: number): Read {
	try {
		let info = look(path);
		for (let tries = 0; tries < TRIES; tries += 1) {
			if (info === undefined) return { state: "gone" };
			if (!info.isFile()) return { state: "notFile", info };
			if (info.size > max) return { state: "tooLarge", info };
			const bytes = readAs(path, info);
			const again = look(path);
			if (bytes !== undefined && again !== undefined && isSame(info, again)) return { state: "read", info, bytes };
			info = again;
		}
		return info === undefined ? { state: "gone" } : { state: "changing", info };
	} catch (error) {
		const code = codeOf(error);
		return code === "ENOENT" ? { state: "gone" } : { state: "unreadable", code: code ?? String(error) };
	}
}

/** All of a regular file, or undefined when it is another one than `info` says, or changes its size. */
function readAs(path: string, info: Stats): Buffer | undefined {
	const fd = openSync(fsPath(path), FLAGS);
	try {
		if (!isSame(fstatSync(fd), info)) return undefined;
		// One byte more than there should be: it would show that the file grew.
		const buffer = Buffer.allocUnsafeSlow(info.size + 1);
		let length = 0;
		while (length < buffer.length) {
			const count = readSync(fd, buffer, length, buffer.length - length, length);
			if (count === 0) break;
			length += count;
		}
		return length === info.size ? buffer.subarray(0, length) : undefined;
	} finally {
		closeSync(fd);
	}
}

function isSame(one: Stats, other: Stats): boolean {
	return (
		one.size === other.size &&
		one.mtimeMs === other.mtimeMs &&
		one.ctimeMs === other.ctimeMs &&
		one.ino === other.ino &&
		one.mode === other.mode
	);
}

/** The content of a small regular file; undefined for whatever else there is, or is not. */
export function readSmall(path: string, max: number): Buffer | undefined {
	const read = readWhole(path, max);
	return read.state === "read" ? read.bytes : undefined;
}

// The other one takes ".." behind a link for what is above the link; the system, and so git, does not.
const realpath = process.platform === "win32" ? realpathSync : realpathSync.native;

/** The real path, one byte a character. @throws what realpath throws */
export function realPath(path: string): string {
	return realpath(fsPath(path), "buffer").toString("latin1");
}

/** The real path, one byte a character; undefined where there is none. */
export function realOf(path: string): string | undefined {
	try {
		return realPath(path);
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return undefined;
	}
}
