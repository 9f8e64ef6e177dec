// A piece of evidence as a bundle holds it: its salt and then its content, so that the SHA-256 of the file is its name.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { JournalError, systemCode } from "../../errors.ts";
import { openPlain, readAt } from "../../files.ts";
import { pathsIn } from "../../home.ts";
import type { ExportSource } from "../types.ts";

const MAGIC_BYTES = 6;
export const SALT_BYTES = 16;

/** Salt and content; undefined when the store does not hold what the digest says: removed, gone, or altered. */
export async function evidenceWithSalt(source: ExportSource, digest: string): Promise<Buffer | undefined> {
	let content: Buffer | undefined;
	try {
		content = await source.evidence(digest);
	} catch (error) {
		if (error instanceof JournalError && error.code.startsWith("evidence-")) return undefined;
		throw error;
	}
	if (content === undefined) return undefined;
	const salt = await saltOf(join(pathsIn(source.dir, "").evidence, digest));
	if (salt === undefined) return undefined;
	const file = Buffer.concat([salt, content]);
	return createHash("sha256").update(file).digest("hex") === digest ? file : undefined;
}

async function saltOf(path: string): Promise<Buffer | undefined> {
	try {
		const handle = await openPlain(path);
		try {
			const salt = await readAt(handle, MAGIC_BYTES, SALT_BYTES);
			return salt.length === SALT_BYTES ? salt : undefined;
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (systemCode(error) === "ENOENT") return undefined;
		throw error;
	}
}
