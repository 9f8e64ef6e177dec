// The evidence store: contents that are too large or too private for a line of the log. The log names them by digest.
//
// What a digest gives away: SHA-256 of a content lets anybody who has the log confirm a guess of it (a password in a
// config file). One salt for a whole store would have to be handed out with the first exported piece and then unlock
// guessing of all others. So each content has its own salt, derived from it under a key of this workspace: same content,
// same digest (stored once), and a piece with its salt can be given away without saying anything about the rest. The key
// differs by workspace, so that two exports cannot be matched against each other. What remains visible: that two entries
// of one workspace have the same content, and its size.
//
//   salt   = first 16 bytes of HMAC-SHA-256(workspace key, SHA-256(content))
//   digest = hex SHA-256(salt + content)
//   file   = "GPEV1\n" + salt + zlib(content), named by digest
import { createHash, createHmac, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { lutimes, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { deflate, deflateSync, inflate, inflateSync } from "node:zlib";
import { JournalError, systemCode, writeError } from "./errors.ts";
import { createFile, openPlain, readAt, syncDir, writeAll } from "./files.ts";
import { hashPieces } from "./hashPieces.ts";
import type { WorkspacePaths } from "./home.ts";

/** Largest content. Bytes. Holds a 10 MB file (DESIGN 12) with room. */
export const MAX_EVIDENCE_BYTES = 16 * 1024 * 1024;
/** Contents above this are packed on worker threads, so that nobody else stalls. Bytes. */
const LARGE = 64 * 1024;
const MAGIC = Buffer.from("GPEV1\n");
const SALT_BYTES = 16;
/** Deflated data may be this much larger than its content, at most (zlib's own bound is far below). */
const MAX_FILE_BYTES = MAGIC.length + SALT_BYTES + MAX_EVIDENCE_BYTES + 64 * 1024;
const ABANDONED_MS = 24 * 60 * 60_000;

const deflateLarge = promisify(deflate);
const inflateLarge = promisify(inflate);

export class EvidenceStore {
	readonly #paths: WorkspacePaths;
	readonly #key: Buffer;
	readonly #running = new Map<string, Promise<void>>();
	#nextSync: Promise<void> | undefined;

	/** @param homeKey the home's MAC key; the store's own key is derived from it */
	constructor(paths: WorkspacePaths, homeKey: Buffer) {
		this.#paths = paths;
		this.#key = createHmac("sha256", homeKey).update(`gatepost evidence\n${paths.id}`).digest();
	}

	/**
	 * Keeps a content; durable and read back when this resolves, so it can be named in an entry then. Do not change
	 * `bytes` meanwhile. @throws JournalError "too-large" | "full" | "io"
	 */
	async put(bytes: Buffer): Promise<{ digest: string; size: number }> {
		if (bytes.length > MAX_EVIDENCE_BYTES)
			throw new JournalError(
				"too-large",
				`Evidence of ${bytes.length} bytes is larger than the store takes (${MAX_EVIDENCE_BYTES}). Gatepost did not keep it.`,
			);
		const salt = createHmac("sha256", this.#key)
			.update(await sha256(bytes))
			.digest()
			.subarray(0, SALT_BYTES);
		const digest = (await sha256(salt, bytes)).toString("hex");
		let running = this.#running.get(digest);
		if (running === undefined) {
			running = this.#keep(digest, salt, bytes).finally(() => this.#running.delete(digest));
			this.#running.set(digest, running);
		}
		try {
			await running;
		} catch (error) {
			throw writeError(error, this.#paths.evidence);
		}
		return { digest, size: bytes.length };
	}

	/** The content of a digest. @throws JournalError "evidence-missing" | "evidence-altered" */
	get(digest: string): Promise<Buffer> {
		return readEvidence(this.#paths.evidence, digest);
	}

	/** Removes what puts that were killed have left behind. */
	async removeAbandoned(nowMs: number = Date.now()): Promise<void> {
		for (const name of await readdir(this.#paths.evidenceNew)) {
			const path = join(this.#paths.evidenceNew, name);
			const found = await stat(path).catch(() => undefined);
			if (found !== undefined && nowMs - found.mtimeMs > ABANDONED_MS) await rm(path, { force: true });
		}
	}

	async #keep(digest: string, salt: Buffer, bytes: Buffer): Promise<void> {
		// One that is there but altered is replaced: the digest proves that this is the content it must have.
		if (!(await this.#holds(digest)) || !(await this.#touch(digest))) {
			const packed = bytes.length > LARGE ? await deflateLarge(bytes, { level: 3 }) : deflateSync(bytes, { level: 3 });
			await this.#write(digest, Buffer.concat([MAGIC, salt, packed]));
			await this.get(digest);
		}
		// Also for one that was there: whoever put it may not have come to this step.
		await this.#syncNames();
	}

	async #holds(digest: string): Promise<boolean> {
		try {
			await this.get(digest);
			return true;
		} catch (error) {
			if (error instanceof JournalError && error.code.startsWith("evidence-")) return false;
			throw error;
		}
	}

	/**
	 * Makes a piece that is there look new, for a retention that runs at this moment (retention.ts): it takes away only what
	 * nobody put for days. @returns false when that came too late
	 */
	async #touch(digest: string): Promise<boolean> {
		const now = new Date();
		try {
			await lutimes(join(this.#paths.evidence, digest), now, now);
			return true;
		} catch (error) {
			// Gone, or another's: written anew it is ours and new.
			if (systemCode(error) === "") throw error;
			return false;
		}
	}

	async #write(digest: string, content: Buffer): Promise<void> {
		const temporary = join(this.#paths.evidenceNew, `${digest}.${randomBytes(8).toString("hex")}`);
		try {
			const handle = await createFile(temporary, constants.O_WRONLY);
			try {
				const write = async (all: Buffer, offset: number, length: number) =>
					(await handle.write(all, offset, length)).bytesWritten;
				await writeAll({ write }, content);
				await handle.datasync();
			} finally {
				await handle.close();
			}
			await rename(temporary, join(this.#paths.evidence, digest));
		} catch (error) {
			await rm(temporary, { force: true });
			throw error;
		}
	}

	/** One sync of the folder serves all who ask before it starts. */
	#syncNames(): Promise<void> {
		this.#nextSync ??= new Promise((resolve, reject) => {
			setImmediate(() => {
				this.#nextSync = undefined;
				syncDir(this.#paths.evidence).then(resolve, reject);
			});
		});
		return this.#nextSync;
	}
}

/**
 * The content of a digest from the evidence folder of a workspace, checked.
 * @throws JournalError "evidence-missing" | "evidence-altered"
 */
export async function readEvidence(dir: string, digest: string): Promise<Buffer> {
	const path = join(dir, digest);
	let file: Buffer;
	try {
		file = await readSmall(path);
	} catch (error) {
		if (systemCode(error) === "ENOENT")
			throw new JournalError("evidence-missing", `The evidence ${digest} is not in the store. It was removed.`);
		if (error instanceof JournalError || systemCode(error) === "ELOOP") throw altered(digest, error);
		throw error;
	}
	const salt = file.subarray(MAGIC.length, MAGIC.length + SALT_BYTES);
	if (!file.subarray(0, MAGIC.length).equals(MAGIC) || salt.length !== SALT_BYTES) throw altered(digest);
	const packed = file.subarray(MAGIC.length + SALT_BYTES);
	// A small file may unpack to a huge content.
	const limit = { maxOutputLength: MAX_EVIDENCE_BYTES };
	let bytes: Buffer;
	try {
		bytes = packed.length > LARGE / 8 ? await inflateLarge(packed, limit) : inflateSync(packed, limit);
	} catch (error) {
		throw altered(digest, error);
	}
	if ((await sha256(salt, bytes)).toString("hex") !== digest) throw altered(digest);
	return bytes;
}

async function readSmall(path: string): Promise<Buffer> {
	const handle = await openPlain(path);
	try {
		const { size } = await handle.stat();
		if (size > MAX_FILE_BYTES) throw new JournalError("unreadable", `${path} is larger than any evidence can be.`);
		return await readAt(handle, 0, size);
	} finally {
		await handle.close();
	}
}

/** Of all parts together, with pauses: new memory to join them in would stall longer than looking at them. */
async function sha256(...parts: Buffer[]): Promise<Buffer> {
	const hash = createHash("sha256");
	for (const part of parts) await hashPieces(hash, part);
	return hash.digest();
}

function altered(digest: string, cause?: unknown): JournalError {
	return new JournalError(
		"evidence-altered",
		`The evidence ${digest} does not hold what its name says. It was altered.`,
		{
			cause,
		},
	);
}
