// Transcripts that grow although their session has asked us nothing: the second, cheaper sign of an ungated session.
import { open, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { projectName } from "./paths.ts";

export interface GrownTranscript {
	sessionId: string;
	file: string;
	/** Where the session was started, as its last lines say. */
	cwd: string;
	/** It was not there at the look before: the session began since. */
	isNew: boolean;
}

const SESSION = /^([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\.jsonl$/;
const MAX_FOLDERS = 200;
const MAX_FILES = 1000;
const TAIL_BYTES = 64 * 1024;

/** Notices growth from one look to the next. */
export class Transcripts {
	/** Size by file at the last look. */
	readonly #sizes = new Map<string, number>();
	#first = true;

	/** Transcripts of sessions started in or below `folders` that grew since the last look and are not in `seen`. */
	async grown(
		configDir: string,
		folders: readonly string[],
		seen: ReadonlySet<string | number>,
	): Promise<GrownTranscript[]> {
		const found: GrownTranscript[] = [];
		for (const file of await transcriptsOf(configDir, folders)) {
			const sessionId = SESSION.exec(file.slice(file.lastIndexOf("/") + 1))?.[1] ?? "";
			const size = await stat(file).then(
				(now) => now.size,
				() => undefined,
			);
			if (size === undefined) continue;
			const before = this.#sizes.get(file);
			this.#sizes.set(file, size);
			// What was there before the gate says nothing; a file that is new afterwards does.
			const grew = before === undefined ? !this.#first : size > before;
			if (!grew || seen.has(sessionId)) continue;
			const cwd = await lastCwd(file, size);
			if (cwd !== undefined) found.push({ sessionId, file, cwd, isNew: before === undefined });
		}
		this.#first = false;
		return found;
	}
}

async function transcriptsOf(configDir: string, folders: readonly string[]): Promise<string[]> {
	const projects = join(configDir, "projects");
	// Many paths share one name, so the line in the file has the last word.
	const names = folders.map(projectName);
	const dirs = (await readdir(projects).catch((): string[] => [])).filter((dir) =>
		names.some((name) => dir === name || dir.startsWith(name)),
	);
	const files: string[] = [];
	for (const dir of dirs.slice(0, MAX_FOLDERS)) {
		for (const name of await readdir(join(projects, dir)).catch((): string[] => [])) {
			if (SESSION.test(name) && files.length < MAX_FILES) files.push(join(projects, dir, name));
		}
	}
	return files;
}

async function lastCwd(file: string, size: number): Promise<string | undefined> {
	try {
		const handle = await open(file, "r");
		try {
			const length = Math.min(size, TAIL_BYTES);
			const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, size - length);
			const lines = buffer.subarray(0, bytesRead).toString("utf8").split("\n").reverse();
			for (const line of lines) {
				const cwd = cwdOf(line);
				if (cwd !== undefined) return cwd;
			}
			return undefined;
		} finally {
			await handle.close();
		}
	} catch {
		// Gone meanwhile.
		return undefined;
	}
}

function cwdOf(line: string): string | undefined {
	try {
		const { cwd } = JSON.parse(line) as { cwd?: unknown };
		return typeof cwd === "string" ? cwd : undefined;
	} catch {
		return undefined;
	}
}
