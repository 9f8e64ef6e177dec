// The change a whole patch would make. Its operations run in order on what is on disk, in memory: a later one sees what
// an earlier one left. An operation that fails leaves the whole unknown, also where a tool would have written some files.
import { type Message, message } from "../../protocol/messages.ts";
import type { FileChange, Proposal } from "../change.ts";
import { readTarget, sideOf, type Target } from "../textFile.ts";
import { applyHunks } from "./apply.ts";
import type { PatchDialect } from "./dialect.ts";
import { clash, patchPath } from "./names.ts";
import { type Operation, parsePatch } from "./parse.ts";

/** A patch of more files is not computed. */
export const MAX_PATCH_FILES = 500;
/** All files together, before and after. Bytes. */
export const MAX_PATCH_BYTES = 64 * 1024 * 1024;

/** A file the patch names, and what it is by now. */
interface Entry {
	path: string;
	target: Exclude<Target, { state: "unknown" }>;
	bytes: Buffer | undefined;
	/** Undefined for what was made anew. */
	mode: number | undefined;
	/** How many operations named it. */
	uses: number;
	/** The file that was moved here. */
	from?: Entry;
}

/**
 * The change that applying a patch would make.
 * @param cwd the absolute folder that relative names start at
 * @returns unknown with a reason where the patch cannot be read, does not fit, or its result is not known
 */
export async function proposePatch(cwd: string, text: string, dialect: PatchDialect = "codex"): Promise<Proposal> {
	const operations = parsePatch(text, dialect);
	if (!Array.isArray(operations)) return { unknown: operations };
	const entries = await load(cwd, operations);
	if (!(entries instanceof Map)) return { unknown: entries };
	const run = new Run(cwd, entries, dialect);
	for (const operation of operations) {
		const why = run.apply(operation);
		if (why !== undefined) return { unknown: why };
	}
	const files = run.changes();
	const changed = files.some((file) => file.op !== "modify" || file.from !== undefined || isChanged(file));
	return changed ? { files } : { unknown: message("proposal.noChange") };
}

function isChanged({ before, after }: FileChange): boolean {
	return before === undefined || after === undefined || !before.bytes.equals(after.bytes);
}

/** Reads every file that is named, once. */
async function load(cwd: string, operations: readonly Operation[]): Promise<Map<string, Entry> | Message> {
	const entries = new Map<string, Entry>();
	let bytes = 0;
	for (const operation of operations) {
		const names = [operation.path, ...(operation.op === "update" && operation.moveTo ? [operation.moveTo] : [])];
		for (const name of names) {
			const path = patchPath(cwd, name);
			if (typeof path !== "string") return path;
			if (entries.has(path)) continue;
			if (entries.size >= MAX_PATCH_FILES) return message("patch.tooMany", { max: MAX_PATCH_FILES });
			const target = await readTarget(path);
			if (target.state === "unknown") return target.why;
			const file = target.state === "file" ? target : undefined;
			bytes += file?.bytes.length ?? 0;
			if (bytes > MAX_PATCH_BYTES) return tooLarge();
			entries.set(path, { path, target, bytes: file?.bytes, mode: file?.mode, uses: 0 });
		}
	}
	return clash([...entries.values()].map(({ path, target }) => ({ path, real: target.real }))) ?? entries;
}

function tooLarge(): Message {
	return message("patch.tooLarge", { max: MAX_PATCH_BYTES / 1024 / 1024 });
}

class Run {
	readonly #cwd: string;
	readonly #entries: Map<string, Entry>;
	readonly #dialect: PatchDialect;
	#written = 0;

	constructor(cwd: string, entries: Map<string, Entry>, dialect: PatchDialect) {
		this.#cwd = cwd;
		this.#entries = entries;
		this.#dialect = dialect;
	}

	/** Carries out one operation; the reason where it cannot. */
	apply(operation: Operation): Message | undefined {
		const entry = this.#use(operation.path);
		const moveTo = operation.op === "update" ? operation.moveTo : undefined;
		const dest = moveTo === undefined ? undefined : this.#use(moveTo);
		if (entry === undefined || (moveTo !== undefined && dest === undefined)) {
			return message("patch.path", { path: operation.path });
		}
		for (const one of [entry, ...(dest === undefined ? [] : [dest])]) {
			if (one.target.isLink && (one.uses > 1 || dest !== undefined)) return message("patch.link", { path: one.path });
			// OpenCode computes every operation from what is on disk, so the last one wins.
			if (one.uses > 1 && this.#dialect === "opencode") return message("patch.twice", { path: one.path });
		}
		const { path } = entry;
		if (operation.op === "add") return this.#write(entry, Buffer.from(operation.content, "utf8"));
		if (entry.bytes === undefined)
			return message(operation.op === "delete" ? "patch.noDelete" : "proposal.noFile", { path });
		if (operation.op === "delete") return remove(entry);
		const after = applyHunks(entry.bytes, operation.hunks, path, this.#dialect);
		if (!Buffer.isBuffer(after)) return after;
		if (dest === undefined) return this.#write(entry, after);
		const why = this.#write(dest, after);
		dest.from = entry;
		// Where a file is moved to its own name, the tool writes it and then removes it.
		return why ?? remove(entry);
	}

	#use(name: string): Entry | undefined {
		const path = patchPath(this.#cwd, name);
		const entry = typeof path === "string" ? this.#entries.get(path) : undefined;
		if (entry !== undefined) entry.uses += 1;
		return entry;
	}

	#write(entry: Entry, bytes: Buffer): Message | undefined {
		this.#written += bytes.length;
		entry.bytes = bytes;
		return this.#written > MAX_PATCH_BYTES ? tooLarge() : undefined;
	}

	/** What became of the files, in the order the patch names them. */
	changes(): FileChange[] {
		const entries = [...this.#entries.values()];
		const movedAway = new Set(entries.map((entry) => moved(entry)));
		return entries.flatMap((entry) => (movedAway.has(entry) ? [] : changeOf(entry)));
	}
}

function remove(entry: Entry): undefined {
	entry.bytes = undefined;
	entry.mode = undefined;
	return undefined;
}

/** Where all of a new file came from, when that is one move and nothing else. Otherwise both files are shown on their own. */
function moved(entry: Entry): Entry | undefined {
	const { from, target, bytes } = entry;
	if (from === undefined || from === entry || bytes === undefined || target.state === "file") return undefined;
	return from.uses === 1 && from.bytes === undefined && from.target.state === "file" ? from : undefined;
}

function changeOf(entry: Entry): FileChange[] {
	const { path, target, bytes } = entry;
	const from = moved(entry);
	const old = from?.target ?? target;
	const before = old.state === "file" ? sideOf(old.bytes, old.mode) : undefined;
	if (before === undefined && bytes === undefined) return [];
	return [
		{
			path,
			...(target.real === path ? {} : { target: target.real }),
			op: before === undefined ? "create" : bytes === undefined ? "delete" : "modify",
			...(from === undefined ? {} : { from: from.path }),
			...(before === undefined ? {} : { before }),
			...(bytes === undefined ? {} : { after: sideOf(bytes, entry.mode) }),
		},
	];
}
