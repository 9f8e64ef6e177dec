// Takes snapshots and compares them. All of it happens at once, in the thread it runs in.
import { byteText } from "./byteText.ts";
import { compareTrees, newestOf } from "./compare.ts";
import { Contents } from "./contents.ts";
import { fillContents } from "./fill.ts";
import { CLOCK_STEP_MS } from "./folderNotes.ts";
import { FIELDS, type Folder, type Tree } from "./folderTree.ts";
import { realFolder } from "./gitFolders.ts";
import type { GitEnv } from "./gitObjects.ts";
import { elsewhereSince } from "./gitSince.ts";
import { type Repository, RepositoryShelf } from "./repositories.ts";
import { RulesBook } from "./rulesBook.ts";
import { sidesOf } from "./sides.ts";
import type { ChangedFiles, Limits, SnapshotMark } from "./types.ts";
import { walk } from "./walk.ts";

interface Kept {
	root: string;
	tree: Tree;
	repositories: Repository[];
}

/** The snapshot is not kept any more, so nothing can be compared with it. */
export class NoSnapshotError extends Error {
	override name = "NoSnapshotError";
	constructor() {
		super(
			"this snapshot is not kept any more: it was dropped, asked for before, too many were taken after it, or the thread that kept it was ended",
		);
	}
}

export class SnapshotEngine {
	readonly #limits: Limits;
	readonly #env: GitEnv;
	readonly #book = new RulesBook();
	readonly #shelf: RepositoryShelf;
	readonly #contents: Contents;
	/** The oldest first. */
	readonly #marks = new Map<number, Kept>();

	constructor(limits: Limits, env: GitEnv) {
		this.#limits = limits;
		this.#env = env;
		this.#shelf = new RepositoryShelf(limits);
		this.#contents = new Contents(limits.keptBytes, limits.keptFileBytes);
	}

	/** Looks at a folder and keeps what it saw under `id`. @throws Error when the folder cannot be listed at all */
	take(id: number, root: string): SnapshotMark {
		const base = [...this.#marks.values()].findLast((kept) => kept.root === root)?.tree;
		const options = { limits: this.#limits, book: this.#book, shelf: this.#shelf, base };
		const tree = walk(root, options);
		const isUnseen = !tree.folders.has("") && tree.incomplete?.code === "afterRun.unreadable";
		if (isUnseen && tree.entries === 0) throw new Error(`the folder cannot be listed: ${root}`);
		waitFor(tree.newest);
		const place = byteText(root.endsWith("/") ? root : `${root}/`);
		const repositories = this.#shelf.of(place, tree);
		const copyOf = (path: string, stats: Float64Array) => this.#shelf.copyOf(repositories, path, stats);
		fillContents(place, tree, { limits: this.#limits, contents: this.#contents, hasCopy: copyOf });
		this.#marks.set(id, { root, tree, repositories });
		this.#trim();
		const { files, incomplete } = tree;
		return { id, root, takenAt: Date.now(), files, ...(incomplete === undefined ? {} : { incomplete }) };
	}

	/**
	 * Looks again, compares, and forgets the snapshot.
	 * @param folders that agents work in: no git in them is run
	 * @throws NoSnapshotError
	 */
	changes(id: number, folders: readonly string[] = []): ChangedFiles {
		const begin = performance.now();
		const kept = this.#marks.get(id);
		if (kept === undefined) throw new NoSnapshotError();
		this.#marks.delete(id);
		const { root, tree, repositories } = kept;
		const now = walk(root, {
			...{ limits: this.#limits, book: this.#book, shelf: this.#shelf, base: tree, before: tree },
		});
		const realRoot = realFolder(byteText(root));
		const differences = compareTrees(tree, now, realRoot);
		waitFor(newestOf(differences));
		const { files, more } = sidesOf(differences, {
			...{ root, limits: this.#limits, contents: this.#contents, env: { ...this.#env, folders } },
			copyOf: (path, before) => this.#shelf.copyOf(repositories, path, before),
		});
		const incomplete = now.incomplete ?? tree.incomplete ?? elsewhereSince(tree, now, { differences, realRoot });
		const ms = performance.now() - begin;
		return { files, more, ...(incomplete === undefined ? {} : { incomplete }), ms };
	}

	drop(id: number): void {
		this.#marks.delete(id);
	}

	get kept(): number {
		return this.#marks.size;
	}

	/** Drops the oldest while there are too many, or too much in them; what they share counts once. */
	#trim(): void {
		const { marks, markEntries } = this.#limits;
		const seen = new Set<Folder>();
		let entries = 0;
		let count = 0;
		for (const [id, { tree }] of [...this.#marks].reverse()) {
			count += 1;
			for (const folder of tree.folders.values()) {
				if (seen.has(folder)) continue;
				seen.add(folder);
				entries += folder.stats.length / FIELDS;
			}
			if (count > 1 && (count > marks || entries > markEntries)) this.#marks.delete(id);
		}
	}
}

/**
 * Waits until a change of a file can be told from the one at `ctimeMs`: a file system's clock goes in steps, and on some
 * in whole seconds. Not for times from the future.
 */
function waitFor(ctimeMs: number): void {
	const step = ctimeMs % 1000 === 0 ? 1000 : CLOCK_STEP_MS;
	const left = ctimeMs + step - Date.now();
	if (left <= 0 || left > step + CLOCK_STEP_MS) return;
	Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, left + 1);
}
