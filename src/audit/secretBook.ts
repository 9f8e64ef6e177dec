// Which requests of a workspace held the same secret, by keyed digests: <workspace>/secrets.jsonl. It stays in this home: it
// is no part of the journal, its evidence, an export or a proof, and it may be lost without loss to them.
import { constants } from "node:fs";
import { lstat, open, rename } from "node:fs/promises";
import { join } from "node:path";
import type { FoundSecret } from "../actions/redactDigests.ts";
import { JournalError, systemCode } from "./errors.ts";
import { openPlain, readAt, writeAll } from "./files.ts";

const FILE = "secrets.jsonl";
/** What was full before. */
const OLDER = "secrets.old.jsonl";
/** Bytes after which a book is put aside for a new one; the one before it goes. */
const MAX_BYTES = 4 * 1024 * 1024;
/** Characters of a request's id. */
const MAX_REQUEST = 200;
/** Digests that are known to be in the book for the request at hand. */
const MAX_KNOWN = 10_000;

/** One line of the book. */
export interface SecretNote extends FoundSecret {
	/** The request it stood in, or the place of the entry, as who writes it calls it. */
	request: string;
}

/** The book of one workspace. Notes are written one after another; several editors may write to one book. */
export class SecretBook {
	readonly #dir: string;
	readonly #maxBytes: number;
	readonly #known = new Set<string>();
	#last: Promise<void> = Promise.resolve();

	/** @param dir the folder of a workspace's log */
	constructor(dir: string, maxBytes = MAX_BYTES) {
		this.#dir = dir;
		this.#maxBytes = maxBytes;
	}

	/**
	 * Notes secrets of a request; resolves when they are written, not when they are durable.
	 * @throws JournalError or a system error: a warning for who calls, never a reason to deny
	 */
	note(request: string, secrets: readonly FoundSecret[]): Promise<void> {
		const id = request.slice(0, MAX_REQUEST);
		const news = secrets.filter(({ mac }) => !this.#known.has(`${id}\n${mac}`));
		if (news.length === 0) return this.#last.catch(() => undefined);
		if (this.#known.size > MAX_KNOWN) this.#known.clear();
		for (const { mac } of news) this.#known.add(`${id}\n${mac}`);
		const lines = news.map(({ mac, kind }) => `${JSON.stringify({ mac, kind, request: id })}\n`);
		const written = this.#last.catch(() => undefined).then(() => this.#append(Buffer.from(lines.join(""))));
		this.#last = written;
		written.catch(() => {
			for (const { mac } of news) this.#known.delete(`${id}\n${mac}`);
		});
		return written;
	}

	async #append(bytes: Buffer): Promise<void> {
		const path = join(this.#dir, FILE);
		await this.#putAside(path);
		const { O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK, O_RDWR } = constants;
		// Opened for reading, too: whether the last line is whole. A pipe or link in its place must not hold or mislead us.
		const handle = await open(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
		try {
			const found = await handle.stat();
			if (!found.isFile() || found.nlink > 1) throw notPlain(path);
			if ((found.mode & 0o077) !== 0 && process.platform !== "win32") await handle.chmod(0o600);
			const torn = found.size > 0 && (await readAt(handle, found.size - 1, 1)).toString() !== "\n";
			const whole = torn ? Buffer.concat([Buffer.from("\n"), bytes]) : bytes;
			await writeAll(
				{ write: async (from, offset, length) => (await handle.write(from, offset, length, null)).bytesWritten },
				whole,
			);
		} finally {
			await handle.close();
		}
	}

	/** Two editors may do this at once: then a book that was just begun is lost with the older one. It proves nothing. */
	async #putAside(path: string): Promise<void> {
		let size: number;
		try {
			const found = await lstat(path);
			// A link in its place: what it leads to is not ours to write to, to move or to change the mode of.
			if (!found.isFile() || found.nlink > 1) throw notPlain(path);
			size = found.size;
		} catch (error) {
			if (systemCode(error) === "ENOENT") return;
			throw error;
		}
		if (size < this.#maxBytes) return;
		const older = join(this.#dir, OLDER);
		await rename(path, older);
		if (process.platform === "win32") return;
		const handle = await openPlain(older);
		try {
			await handle.chmod(0o600);
		} finally {
			await handle.close();
		}
	}
}

function notPlain(path: string): JournalError {
	return new JournalError("unreadable", `${path} is not a plain file. Gatepost did not write to it. Move it away.`);
}

/** All notes of a workspace, the oldest first; lines that are none are left out. @throws JournalError "unreadable" */
export async function readSecretBook(dir: string): Promise<SecretNote[]> {
	const notes: SecretNote[] = [];
	for (const name of [OLDER, FILE]) {
		const text = await read(join(dir, name));
		for (const line of text.split("\n")) {
			const note = noteOf(line);
			if (note !== undefined) notes.push(note);
		}
	}
	return notes;
}

async function read(path: string): Promise<string> {
	try {
		const handle = await openPlain(path);
		try {
			// Twice the size at which one is put aside: whoever made a larger one did not get it from us.
			const { size } = await handle.stat();
			return (await readAt(handle, 0, Math.min(size, 2 * MAX_BYTES))).toString("utf8");
		} finally {
			await handle.close();
		}
	} catch (error) {
		if (systemCode(error) === "ENOENT") return "";
		throw error;
	}
}

function noteOf(line: string): SecretNote | undefined {
	if (line === "" || line.length > 1000) return undefined;
	let value: unknown;
	try {
		value = JSON.parse(line);
	} catch {
		// A torn line, or one that was not written by us.
		return undefined;
	}
	if (typeof value !== "object" || value === null) return undefined;
	const { mac, kind, request } = value as Record<string, unknown>;
	if (typeof mac !== "string" || !/^[0-9a-f]{32}$/.test(mac)) return undefined;
	if (typeof kind !== "string" || !/^[a-z0-9-]{1,40}$/.test(kind) || typeof request !== "string") return undefined;
	return { mac, kind, request };
}

/** Requests that held a secret of this one, by secret; only those that stood elsewhere, too. */
export function sameSecrets(notes: readonly SecretNote[], request: string): { kind: string; requests: string[] }[] {
	const others = new Map<string, { kind: string; requests: Set<string> }>();
	for (const note of notes)
		if (note.request === request && !others.has(note.mac))
			others.set(note.mac, { kind: note.kind, requests: new Set() });
	for (const note of notes) if (note.request !== request) others.get(note.mac)?.requests.add(note.request);
	return [...others.values()]
		.filter(({ requests }) => requests.size > 0)
		.map(({ kind, requests }) => ({ kind, requests: [...requests] }));
}
