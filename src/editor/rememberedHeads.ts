// What this editor has seen of each log, in its SecretStorage: a program of the same user can cut a segment together with
// its head file, or take both away, but it cannot simply write there. Nothing of it is secret; what counts is the place.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type * as vscode from "vscode";
import type { DurableHead } from "../audit/journal.ts";
import type { KnownHead } from "../audit/verify.ts";

/** What was seen of a segment: after so many entries the hash of the last one was this. */
export interface RememberedHead extends Pick<KnownHead, "segment" | "entries" | "hash"> {
	/** Written by a gate of this editor, not only found by a verification. */
	own?: boolean;
}

export type Trouble =
	/** The storage does not answer or does not keep. */
	| { what: "storage"; detail: string }
	/** What lay there was not written by Gatepost, or is damaged. */
	| { what: "dropped"; workspace: string; count: number };

export interface RememberedHeadsOptions {
	secrets: Pick<vscode.SecretStorage, "get" | "store" | "delete">;
	/** Which machine and home the logs are of: `placeOf`. */
	place: string;
	/** Called once for each kind of trouble with the storage, and whenever something was dropped. */
	onTrouble: (trouble: Trouble) => void;
	/** Between two writes of what gates tell, milliseconds. */
	pauseMs?: number;
}

/** Segments that are remembered of one log. First entries link the segments before, so the newest are enough. */
export const MAX_SEGMENTS = 64;
/** So many places are for segments of this editor's gates: others can be made by anybody, with any date in the name. */
const MAX_OWN = MAX_SEGMENTS / 2;
/** Longer ones are not read, in characters: 64 heads take a quarter of it. */
const MAX_TEXT = 64 * 1024;
const PAUSE_MS = 5000;
/** Windows that write at once find each other's heads when they read theirs back. */
const WRITES = 3;

export class RememberedHeads {
	readonly #options: RememberedHeadsOptions;
	/** What is not kept yet, and what gates of this window wrote: another window's write may have taken it away. */
	readonly #seen = new Map<string, RememberedHead[]>();
	/** Workspaces that are to be written. */
	readonly #due = new Set<string>();
	readonly #told = new Set<string>();
	#timer: NodeJS.Timeout | undefined;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(options: RememberedHeadsOptions) {
		this.#options = options;
	}

	/** A gate of this window has made a batch durable. Only takes it down; it is kept within some seconds. Never throws. */
	note({ workspace, segment, entries, hash }: DurableHead): void {
		this.#see(workspace, [{ segment, entries, hash, own: true }]);
		this.#timer ??= setTimeout(() => void this.flush(), this.#options.pauseMs ?? PAUSE_MS);
		this.#timer.unref();
	}

	/** A verification that found the log whole has seen these. Resolves when they are kept, or that failed. */
	learn(workspace: string, heads: readonly RememberedHead[]): Promise<void> {
		this.#see(workspace, heads);
		return this.flush();
	}

	/** What is known of a log, the oldest segment first. Never rejects: without the storage it is what this window has seen. */
	of(workspace: string): Promise<RememberedHead[]> {
		return this.#inTurn(async () => {
			const seen = this.#seen.get(workspace) ?? [];
			try {
				return mergeHeads(await this.#read(workspace), seen);
			} catch (error) {
				this.#trouble(error);
				return seen;
			}
		});
	}

	/** Keeps what is not kept yet. Never rejects. */
	flush(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		return this.#inTurn(async () => {
			for (const workspace of [...this.#due]) {
				this.#due.delete(workspace);
				if (!(await this.#write(workspace))) this.#due.add(workspace);
			}
		});
	}

	/**
	 * Forgets what is known of a log.
	 * @param known what the person was told of: a segment that began since stays
	 * @throws Error when the storage does not take it
	 */
	forget(workspace: string, known: readonly RememberedHead[]): Promise<void> {
		return this.#inTurn(async () => {
			const all = mergeHeads(await this.#read(workspace), this.#seen.get(workspace) ?? []);
			const gone = new Set(known.map(({ segment }) => segment));
			const kept = all.filter(({ segment }) => !gone.has(segment));
			if (kept.length === 0) await this.#options.secrets.delete(this.#name(workspace));
			else await this.#options.secrets.store(this.#name(workspace), textOf(kept));
			this.#seen.set(workspace, kept);
			this.#due.delete(workspace);
		});
	}

	/** Keeps nothing any more. */
	dispose(): void {
		clearTimeout(this.#timer);
	}

	#see(workspace: string, heads: readonly RememberedHead[]): void {
		this.#seen.set(workspace, mergeHeads(this.#seen.get(workspace) ?? [], heads));
		this.#due.add(workspace);
	}

	/** False when it could not be kept. */
	async #write(workspace: string): Promise<boolean> {
		const { secrets } = this.#options;
		try {
			for (let write = 0; write < WRITES; write++) {
				const stored = await this.#read(workspace);
				const text = textOf(mergeHeads(stored, this.#seen.get(workspace) ?? []));
				if (text === textOf(stored)) break;
				await secrets.store(this.#name(workspace), text);
			}
			// What a verification saw may be forgotten in another window, and must not come back from here.
			const mine = (this.#seen.get(workspace) ?? []).filter(({ own }) => own === true);
			this.#seen.set(workspace, mine);
			return true;
		} catch (error) {
			this.#trouble(error);
			return false;
		}
	}

	/** @throws Error when the storage does not answer */
	async #read(workspace: string): Promise<RememberedHead[]> {
		const text = await this.#options.secrets.get(this.#name(workspace));
		if (text === undefined) return [];
		const { heads, dropped } = parseHeads(text);
		if (dropped > 0) this.#options.onTrouble({ what: "dropped", workspace, count: dropped });
		return heads;
	}

	#trouble(error: unknown): void {
		const detail = error instanceof Error ? error.message : String(error);
		if (this.#told.has(detail)) return;
		this.#told.add(detail);
		this.#options.onTrouble({ what: "storage", detail });
	}

	#name(workspace: string): string {
		return `gatepost.heads.v1.${this.#options.place}.${workspace}`;
	}

	#inTurn<T>(run: () => Promise<T>): Promise<T> {
		const done = this.#turn.then(run);
		this.#turn = done.catch(() => undefined);
		return done;
	}
}

/**
 * One list of several, the oldest segment first. A head never goes back: more entries win, and of two with as many entries
 * the one that was there first, because a log that says something else now was changed.
 */
export function mergeHeads(...lists: readonly (readonly RememberedHead[])[]): RememberedHead[] {
	const merged = new Map<string, RememberedHead>();
	for (const head of lists.flat()) {
		const known = merged.get(head.segment);
		const { segment, entries, hash } = known !== undefined && known.entries >= head.entries ? known : head;
		const own = known?.own === true || head.own === true;
		merged.set(segment, { segment, entries, hash, ...(own ? { own } : {}) });
	}
	// Names begin with the time.
	const newest = [...merged.values()].sort((a, b) => (a.segment < b.segment ? 1 : -1));
	const own = newest.filter((head) => head.own === true).slice(0, MAX_OWN);
	const rest = newest.filter((head) => !own.includes(head)).slice(0, MAX_SEGMENTS - own.length);
	return [...own, ...rest].sort((a, b) => (a.segment < b.segment ? -1 : 1));
}

const SEGMENT = /^\d{8}T\d{6}\.\d{3}Z-[\w-]{1,64}\.jsonl$/;
const HASH = /^[0-9a-f]{64}$/;

function textOf(heads: readonly RememberedHead[]): string {
	return JSON.stringify(heads.map(({ segment, entries, hash, own }) => [segment, entries, hash, own === true ? 1 : 0]));
}

/** What a text of the storage says, and how much of it was no head. */
export function parseHeads(text: string): { heads: RememberedHead[]; dropped: number } {
	let all: unknown;
	try {
		all = text.length > MAX_TEXT ? undefined : JSON.parse(text);
	} catch {
		// Told as dropped.
	}
	if (!Array.isArray(all)) return { heads: [], dropped: 1 };
	const heads = all.map(headOf).filter((head) => head !== undefined);
	return { heads: mergeHeads(heads), dropped: all.length - heads.length };
}

function headOf(one: unknown): RememberedHead | undefined {
	if (!Array.isArray(one)) return undefined;
	const [segment, entries, hash, own] = one as unknown[];
	if (typeof segment !== "string" || !SEGMENT.test(segment)) return undefined;
	if (!Number.isSafeInteger(entries) || (entries as number) < 1) return undefined;
	if (typeof hash !== "string" || !HASH.test(hash)) return undefined;
	return { segment, entries: entries as number, hash, ...(own === 1 ? { own: true } : {}) };
}

/**
 * Names the machine and home whose logs are meant: the storage goes with the editor in front of the person, who may use it
 * for folders of the same path on several machines and in containers.
 * @param remote the editor runs the window elsewhere; else the machine needs no name, which may change with its network
 */
export function placeOf(home: string, remote: boolean): string {
	const machine = remote ? `${machineId()}\n${hostname()}` : "";
	return createHash("sha256").update(`${machine}\n${home}`).digest("hex").slice(0, 16);
}

function machineId(): string {
	try {
		return readFileSync("/etc/machine-id", "utf8").trim();
	} catch {
		// Not on every system, and empty in many containers: their name has to do.
		return "";
	}
}
