// A piece of evidence as a bundle holds it: its salt and then its content, so that the SHA-256 of the file is its name.
import { createHash } from "node:crypto";
import { join } from "node:path";
import { systemCode } from "../../errors.ts";
import { openPlain, readAt } from "../../files.ts";
import { pathsIn } from "../../home.ts";
import { pieceOf } from "../piece.ts";
import type { ExportSource } from "../types.ts";

const MAGIC_BYTES = 6;
export const SALT_BYTES = 16;

/** Salt and content; undefined when the store does not hold what the digest says: removed, gone, altered or not to be read. */
export async function evidenceWithSalt(source: ExportSource, digest: string): Promise<Buffer | undefined> {
	const content = await pieceOf(source, digest);
	if (typeof content === "string") return undefined;
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
