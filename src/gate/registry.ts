// <home>/gates: how hooks and other gates find a running gate (DESIGN 6). Synchronous on purpose: at deactivation an
// editor gives little time, and a restarting entry that is not there makes every waiting hook refuse.
import { randomBytes } from "node:crypto";
import {
	closeSync,
	constants,
	existsSync,
	fstatSync,
	fsyncSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { join, resolve } from "node:path";
import { RESTART_GRACE_MS, RegistryEntry } from "../protocol/hook.ts";

/** The hook takes no larger one, either. Bytes. */
const MAX_ENTRY_BYTES = 256 * 1024;
const KEEP_MS = 3000;

export interface EntryProblem {
	file: string;
	/**
	 * "not-private": a link, no plain file, another owner, or writable by others. "invalid": half-written or not an entry.
	 * "dead": its process is gone, or it said it would come back and did not.
	 */
	problem: "unreadable" | "not-private" | "too-large" | "invalid" | "dead";
}

/** A fresh entry: new id, token and proof key for one gate run. `folders` may be links; real paths are stored. */
export function newEntry(options: { folders: readonly string[]; editor: string; port?: number }): RegistryEntry {
	const now = new Date().toISOString();
	return {
		version: 1,
		id: randomBytes(8).toString("hex"),
		pid: process.pid,
		port: options.port ?? 0,
		token: randomBytes(32).toString("hex"),
		proofKey: randomBytes(32).toString("hex"),
		folders: realFolders(options.folders),
		editor: options.editor,
		startedAt: now,
		state: "open",
		stateAt: now,
	};
}

/** Real paths of folders, as they go into an entry; one that does not exist stays as it is, absolute. */
export function realFolders(folders: readonly string[]): string[] {
	return folders.map((folder) => {
		try {
			return realpathSync.native(folder);
		} catch {
			return resolve(folder);
		}
	});
}

/** Writes or replaces an entry: readers see the old one or the new one, whole. */
export function writeEntry(home: string, entry: RegistryEntry): void {
	const dir = join(home, "gates");
	mkdirSync(dir, { recursive: true, mode: 0o700 });
	const draft = join(dir, `.${entry.id}-${randomBytes(4).toString("hex")}.tmp`);
	try {
		const fd = openSync(draft, "wx", 0o600);
		try {
			writeSync(fd, `${JSON.stringify(entry)}\n`);
			fsyncSync(fd);
		} finally {
			closeSync(fd);
		}
		renameSync(draft, entryFile(home, entry.id));
	} catch (error) {
		rmSync(draft, { force: true });
		throw error;
	}
}

/** Takes an entry away; one that is gone already is fine. */
export function removeEntry(home: string, id: string): void {
	rmSync(entryFile(home, id), { force: true });
}

/** Says that this gate comes back soon (a reload of the window): for RESTART_GRACE_MS hooks wait instead of refusing. */
export function markRestarting(home: string, entry: RegistryEntry): void {
	writeEntry(home, { ...entry, state: "restarting", stateAt: new Date().toISOString() });
}

/**
 * Puts the entry back when it is missing: a hook that cannot see this process (in a container that shares the home)
 * takes it for dead and removes it.
 * @param onError told when it cannot be written; the next look tries again
 */
export function keepEntry(
	home: string,
	entry: () => RegistryEntry,
	onError: (error: unknown) => void,
	everyMs: number = KEEP_MS,
): { close(): void } {
	const timer = setInterval(() => {
		try {
			if (!existsSync(entryFile(home, entry().id))) writeEntry(home, entry());
		} catch (error) {
			onError(error);
		}
	}, everyMs).unref();
	return { close: () => clearInterval(timer) };
}

/** All usable entries, open and restarting, and what was left out. A missing folder is an empty one. */
export function readEntries(home: string): { entries: RegistryEntry[]; problems: EntryProblem[] } {
	const entries: RegistryEntry[] = [];
	const problems: EntryProblem[] = [];
	for (const file of entryFiles(home)) {
		const read = readEntry(file);
		if (read === undefined) continue;
		if (typeof read === "string") problems.push({ file, problem: read });
		else entries.push(read);
	}
	return { entries, problems };
}

/** Takes away the entries of gates that are gone. */
export function removeDead(home: string): void {
	for (const { file, problem } of readEntries(home).problems) if (problem === "dead") rmSync(file, { force: true });
}

function entryFile(home: string, id: string): string {
	return join(home, "gates", `${id}.json`);
}

function entryFiles(home: string): string[] {
	const dir = join(home, "gates");
	try {
		return readdirSync(dir)
			.filter((name) => name.endsWith(".json"))
			.map((name) => join(dir, name));
	} catch (error) {
		if (isCode(error, "ENOENT")) return [];
		throw error;
	}
}

function readEntry(file: string): RegistryEntry | EntryProblem["problem"] | undefined {
	let text: string;
	try {
		const fd = openSync(file, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
		try {
			const stat = fstatSync(fd);
			const uid = process.getuid?.();
			const isOurs = uid === undefined || (stat.uid === uid && (stat.mode & 0o022) === 0);
			if (!stat.isFile() || !isOurs) return "not-private";
			if (stat.size > MAX_ENTRY_BYTES) return "too-large";
			text = readFileSync(fd, "utf8");
		} finally {
			closeSync(fd);
		}
	} catch (error) {
		if (isCode(error, "ENOENT")) return undefined;
		return isCode(error, "ELOOP") ? "not-private" : "unreadable";
	}
	const entry = parse(text);
	if (entry === undefined) return "invalid";
	if (entry.state === "restarting") {
		const age = Date.now() - Date.parse(entry.stateAt);
		return age >= -1000 && age < RESTART_GRACE_MS ? entry : "dead";
	}
	return isAlive(entry.pid) ? entry : "dead";
}

function parse(text: string): RegistryEntry | undefined {
	try {
		return RegistryEntry.parse(JSON.parse(text));
	} catch {
		return undefined;
	}
}

function isAlive(pid: number): boolean {
	try {
		process.kill(pid, 0);
		return true;
	} catch (error) {
		// EPERM: it lives and is not ours.
		return !isCode(error, "ESRCH");
	}
}

function isCode(error: unknown, code: string): boolean {
	return error instanceof Error && (error as NodeJS.ErrnoException).code === code;
}
