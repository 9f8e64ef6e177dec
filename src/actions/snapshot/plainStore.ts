// Whether git may be given a repository's store: it opens what it finds there, and a pipe in the place of a file would hold
// it up until its time is over.
import { readdirSync, statSync } from "node:fs";
import { resolve } from "node:path";
import { codeOf } from "../paths.ts";
import { fsPath } from "./byteText.ts";
import { readSmall } from "./readFile.ts";

/** Stores can borrow from others; git follows five. */
const MAX_BORROWED = 5;
const MAX_STORES = 20;
const MAX_PACK_FILES = 20_000;
const MAX_ALTERNATES = 64 * 1024;

/**
 * @param store absolute, without a slash at the end, one byte a character
 * @param wanted objects that will be asked for
 * @returns false when something that git would open is neither a file nor absent, or there is too much to tell
 */
export function isPlainStore(store: string, wanted: readonly { id: string }[]): boolean {
	const seen = new Set<string>();
	const todo = [{ at: store, depth: 0 }];
	for (let next = todo.pop(); next !== undefined; next = todo.pop()) {
		const { at, depth } = next;
		if (seen.has(at)) continue;
		seen.add(at);
		if (seen.size > MAX_STORES) return false;
		const alternates = `${at}/info/alternates`;
		const loose = wanted.map(({ id }) => `${at}/${id.slice(0, 2)}/${id.slice(2)}`);
		const packs = packFiles(`${at}/pack`);
		if (packs === undefined || ![alternates, ...loose, ...packs].every(isFileOrAbsent)) return false;
		if (kindAt(alternates) === "absent") continue;
		const text = readSmall(alternates, MAX_ALTERNATES)?.toString("latin1");
		// A link, or too large: what it names is not known.
		if (text === undefined || depth >= MAX_BORROWED) return false;
		const lines = text.split("\n").filter((line) => line !== "" && !line.startsWith("#"));
		// A name in quotes is rare enough not to be read.
		if (lines.some((line) => line.startsWith('"'))) return false;
		for (const line of lines) todo.push({ at: resolve(at, line), depth: depth + 1 });
	}
	return true;
}

function packFiles(folder: string): string[] | undefined {
	try {
		const names = readdirSync(fsPath(folder), { encoding: "latin1" });
		return names.length > MAX_PACK_FILES ? undefined : names.map((name) => `${folder}/${name}`);
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return codeOf(error) === "ENOENT" ? [] : undefined;
	}
}

function isFileOrAbsent(path: string): boolean {
	return kindAt(path) !== "other";
}

/** Links are followed, as git does. */
function kindAt(path: string): "file" | "absent" | "other" {
	try {
		const info = statSync(fsPath(path), { throwIfNoEntry: false });
		return info === undefined ? "absent" : info.isFile() ? "file" : "other";
	} catch (error) {
		if (codeOf(error) === undefined) throw error;
		return "other";
	}
}
