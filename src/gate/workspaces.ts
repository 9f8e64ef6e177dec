// The folders a gate serves, and the journal of each. A journal that failed is never written again: the action at hand
// is denied, and the next one tries a new segment (DESIGN 2.2).
import { realpath } from "node:fs/promises";
import { resolve, sep } from "node:path";
import type { EntryType } from "../audit/entry.ts";
import { JournalError } from "../audit/errors.ts";
import { type Home, OUTSIDE, workspacePaths } from "../audit/home.ts";
import { type Journal, type JournalOptions, openJournal, type Signer, type Writer } from "../audit/journal.ts";
import { listSegments } from "../audit/segment.ts";
import type { JsonObject } from "../protocol/canonical.ts";

/** One entry to record: what kind, what is in it, and which agent session it belongs to. */
export interface Draft {
	type: EntryType;
	body: JsonObject;
	session?: string | undefined;
}

export interface WorkspacesOptions {
	home: Home;
	gateId: string;
	writer: Writer;
	signer: Signer;
	/** Called with each batch of entries that became durable. Must be quick and must not throw. */
	onHead?: JournalOptions["onHead"];
}

/** True when `path` is `folder` or below it. Both absolute; no symlink is looked at. */
export function contains(folder: string, path: string): boolean {
	return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Real path where the path exists, else the path without "..", which would lead out of where it seems to be. */
export async function realpathOr(path: string): Promise<string> {
	return realpath(path).catch(() => resolve(path));
}

/** Whose log: a served folder's; undefined for what belongs to none of them. */
export type Folder = string | undefined;

export class Workspaces {
	readonly #options: WorkspacesOptions;
	readonly #journals = new Map<Folder, Promise<Journal>>();
	#folders: string[] = [];
	#closed = false;

	constructor(options: WorkspacesOptions) {
		this.#options = options;
	}

	/** Real paths of the folders served. */
	get folders(): readonly string[] {
		return this.#folders;
	}

	/** There is a log of what belongs to no folder; opening its journal would begin one. */
	hasOutside(): boolean {
		return listSegments(workspacePaths(this.#options.home.dir, OUTSIDE).journal).length > 0;
	}

	/** Takes the folders as the editor names them; symlinks are resolved. @returns those that left: close their journals */
	async setFolders(folders: readonly string[]): Promise<string[]> {
		const before = this.#folders;
		this.#folders = [...new Set(await Promise.all(folders.map(realpathOr)))];
		return before.filter((folder) => !this.#folders.includes(folder));
	}

	/** Closes the journals of folders that left, after all that is being written there. */
	async leave(folders: readonly Folder[]): Promise<Error[]> {
		const failures = await Promise.all(folders.map((folder) => this.#close(folder)));
		return failures.filter((failure) => failure !== undefined);
	}

	/** Real path of an agent's project root; the folders served are real already and cost no look at the disk. */
	async realRoot(root: string): Promise<string> {
		return this.#folders.includes(root) ? root : realpathOr(root);
	}

	/** The innermost served folder that holds this real path. */
	folderOf(path: string): string | undefined {
		let best: string | undefined;
		for (const folder of this.#folders) {
			if (contains(folder, path) && (best === undefined || folder.length > best.length)) best = folder;
		}
		return best;
	}

	/**
	 * Writes entries in order, in one batch; resolves when they are durable on disk.
	 * @param folder undefined for what belongs to no served folder
	 * @throws JournalError when they are not: the caller must deny
	 */
	async record(folder: Folder, drafts: Draft[]): Promise<void> {
		const opening = this.journal(folder);
		const journal = await opening;
		try {
			await journal.appendAll(drafts);
		} catch (error) {
			// A journal that failed is closed for good, and forgotten here so that the next action opens a new segment. One
			// that only refused a bad entry goes on, and so does one that took its place meanwhile.
			if (journal.failure !== undefined && this.#journals.get(folder) === opening) this.#journals.delete(folder);
			throw error;
		}
	}

	/** The open journal of a folder, opened on first use. @throws JournalError */
	journal(folder: Folder): Promise<Journal> {
		const known = this.#journals.get(folder);
		if (known !== undefined) return known;
		// An entry that comes after the end must not open a segment that nobody closes.
		if (this.#closed) return Promise.reject(new JournalError("closed", "The gate is closed, and so is its audit log."));
		const opening = openJournal({ ...this.#options, root: folder });
		this.#journals.set(folder, opening);
		opening.catch(() => {
			if (this.#journals.get(folder) === opening) this.#journals.delete(folder);
		});
		return opening;
	}

	/** Closes every journal: checkpoint and gate.stopped. Failures are returned, not thrown: closing goes on. */
	async close(): Promise<Error[]> {
		this.#closed = true;
		const failures = await Promise.all([...this.#journals.keys()].map((folder) => this.#close(folder)));
		return failures.filter((failure) => failure !== undefined);
	}

	async #close(folder: Folder): Promise<Error | undefined> {
		const opening = this.#journals.get(folder);
		this.#journals.delete(folder);
		try {
			await (await opening)?.close();
			return undefined;
		} catch (error) {
			return error instanceof Error ? error : new Error(String(error));
		}
	}
}
