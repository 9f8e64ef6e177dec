// The folders a gate serves, and the journal of each. A journal that failed is never written again: the action at hand
// is denied, and the next one tries a new segment (DESIGN 2.2).
import { realpath } from "node:fs/promises";
import { sep } from "node:path";
import type { EntryType } from "../audit/entry.ts";
import type { Home } from "../audit/home.ts";
import { type Journal, openJournal, type Signer, type Writer } from "../audit/journal.ts";
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
}

/** True when `path` is `folder` or below it. Both absolute; no symlink is looked at. */
export function contains(folder: string, path: string): boolean {
	return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}

/** Real path where the path exists, else the path as given. */
export async function realpathOr(path: string): Promise<string> {
	return realpath(path).catch(() => path);
}

export class Workspaces {
	readonly #options: WorkspacesOptions;
	readonly #journals = new Map<string, Promise<Journal>>();
	#folders: string[] = [];

	constructor(options: WorkspacesOptions) {
		this.#options = options;
	}

	/** Real paths of the folders served. */
	get folders(): readonly string[] {
		return this.#folders;
	}

	/** Takes the folders as the editor names them; symlinks are resolved. Journals of folders that left are closed. */
	async setFolders(folders: readonly string[]): Promise<void> {
		this.#folders = [...new Set(await Promise.all(folders.map(realpathOr)))];
		const left = [...this.#journals.keys()].filter((folder) => !this.#folders.includes(folder));
		await Promise.all(left.map((folder) => this.#close(folder)));
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
	 * @throws JournalError when they are not: the caller must deny
	 */
	async record(folder: string, drafts: Draft[]): Promise<void> {
		const journal = await this.journal(folder);
		try {
			await journal.appendAll(drafts);
		} catch (error) {
			// A journal that failed is closed for good, and forgotten here so that the next action opens a new segment. One
			// that only refused a bad entry goes on.
			if (journal.failure !== undefined) this.#journals.delete(folder);
			throw error;
		}
	}

	/** The open journal of a served folder, opened on first use. @throws JournalError */
	async journal(folder: string): Promise<Journal> {
		const known = this.#journals.get(folder);
		if (known !== undefined) return known;
		const { home, gateId, writer, signer } = this.#options;
		const opening = openJournal({ home, root: folder, gateId, writer, signer });
		this.#journals.set(folder, opening);
		opening.catch(() => {
			if (this.#journals.get(folder) === opening) this.#journals.delete(folder);
		});
		return opening;
	}

	/** Closes every journal: checkpoint and gate.stopped. Failures are returned, not thrown: closing goes on. */
	async close(): Promise<Error[]> {
		const failures = await Promise.all([...this.#journals.keys()].map((folder) => this.#close(folder)));
		return failures.filter((failure) => failure !== undefined);
	}

	async #close(folder: string): Promise<Error | undefined> {
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
