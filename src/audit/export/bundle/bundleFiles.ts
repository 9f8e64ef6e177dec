// The files of a bundle, from a zip or an unpacked folder. Either may be hostile: only names that a bundle can have are
// taken, nothing is unpacked to disk, and nothing is held in memory but the part at hand.
import { readdirSync } from "node:fs";
import { lstat, stat } from "node:fs/promises";
import { join } from "node:path";
import { JournalError, systemCode } from "../../errors.ts";
import { openPlain } from "../../files.ts";
import { openZip } from "./zipReader.ts";

export interface BundleFiles {
	/** Names and sizes in bytes, in the order of the names. */
	readonly sizes: ReadonlyMap<string, number>;
	/** The content of a file in parts. */
	parts(name: string): AsyncGenerator<Buffer>;
	close(): Promise<void>;
}

/** Files of a bundle, at most. */
export const MAX_BUNDLE_FILES = 100_000;
const CHUNK = 256 * 1024;

/** @throws JournalError "unreadable" when there is no bundle, or it is refused */
export async function openBundle(path: string): Promise<BundleFiles> {
	try {
		return (await stat(path)).isDirectory() ? await openFolder(path) : await openZip(path);
	} catch (error) {
		if (error instanceof JournalError || systemCode(error) === "") throw error;
		throw refused(path, `it cannot be read (${systemCode(error)})`, error);
	}
}

/** What is said when a bundle is not looked into any further. */
export function refused(path: string, why: string, cause?: unknown): JournalError {
	return new JournalError(
		"unreadable",
		`${path} was not verified: ${why}. Gatepost unpacked nothing. Check the path; if somebody sent it to you, ask for another copy.`,
		cause === undefined ? undefined : { cause },
	);
}

async function openFolder(path: string): Promise<BundleFiles> {
	const sizes = new Map<string, number>();
	for (const name of walk(path)) {
		if (sizes.size >= MAX_BUNDLE_FILES) throw refused(path, `it holds more than ${MAX_BUNDLE_FILES} files`);
		const found = await lstat(join(path, name));
		// A link could make any file of this machine look like a part of the bundle.
		if (!found.isFile()) throw refused(path, `${JSON.stringify(name)} is no plain file`);
		sizes.set(name, found.size);
	}
	return {
		sizes: sorted(sizes),
		async *parts(name) {
			const handle = await openPlain(join(path, name));
			try {
				for (let at = 0; ; ) {
					const chunk = Buffer.allocUnsafe(CHUNK);
					const { bytesRead } = await handle.read(chunk, 0, CHUNK, at);
					if (bytesRead === 0) return;
					at += bytesRead;
					yield chunk.subarray(0, bytesRead);
				}
			} finally {
				await handle.close();
			}
		},
		close: async () => {},
	};
}

/** Files of a bundle are at most one folder deep; what is deeper is named by its folder. */
function* walk(path: string): Generator<string> {
	for (const one of readdirSync(path, { withFileTypes: true })) {
		if (!one.isDirectory()) yield one.name;
		else for (const name of readdirSync(join(path, one.name))) yield `${one.name}/${name}`;
	}
}

export function sorted<T>(files: Map<string, T>): Map<string, T> {
	return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A whole file. @returns undefined when there is none, or it is longer than `limit` bytes */
export async function wholeFile(files: BundleFiles, name: string, limit: number): Promise<Buffer | undefined> {
	const size = files.sizes.get(name);
	if (size === undefined || size > limit) return undefined;
	const parts: Buffer[] = [];
	let length = 0;
	for await (const part of files.parts(name)) {
		length += part.length;
		if (length > limit) return undefined;
		parts.push(part);
	}
	return Buffer.concat(parts);
}
