// What this editor has seen of each log, in its SecretStorage: a program of the same user can cut a segment together with
// its head file, or take both away, but it cannot simply write there. Nothing of it is secret; what counts is the place.
import { createHash, randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { hostname } from "node:os";
import type * as vscode from "vscode";
import type { DurableHead } from "../audit/journal.ts";
import {
	type Forgotten,
	mergeForgotten,
	mergeHeads,
	type Notes,
	notesText,
	parseNotes,
	type RememberedHead,
} from "./headNotes.ts";
import { ANSWER_MS, within } from "./within.ts";

export type Trouble =
	/** The storage does not answer or does not keep. */
	| { what: "storage"; detail: string }
	/** What lay there was not written by Gatepost, or is damaged. */
	| { what: "dropped"; workspace: string; count: number };

export interface RememberedHeadsOptions {
	secrets: Pick<vscode.SecretStorage, "get" | "store">;
	/** Which machine and home the logs are of: `placeOf`. */
	place: string;
	/** Called once for each kind of trouble with the storage, and whenever something was dropped. */
	onTrouble: (trouble: Trouble) => void;
	/** Between two writes of what gates tell, milliseconds. */
	pauseMs?: number;
	/** Nobody waits longer for the storage, milliseconds. */
	answerMs?: number;
}

const PAUSE_MS = 5000;
/** Windows that write at once find each other's heads when they read theirs back. */
const WRITES = 3;

export class RememberedHeads {
	readonly #options: RememberedHeadsOptions;
	/** What is not kept yet, and what gates of this window wrote: another window's write may have taken it away. */
	readonly #seen = new Map<string, RememberedHead[]>();
	/** Workspaces that are to be written. */
	readonly #due = new Set<string>();
	/** What was forgotten, here or in another window, and is taken out of `#seen` already. Ids. */
	readonly #gone = new Set<string>();
	readonly #told = new Set<string>();
	#timer: NodeJS.Timeout | undefined;
	#turn: Promise<unknown> = Promise.resolve();

	constructor(options: RememberedHeadsOptions) {
		this.#options = options;
	}

	/** A gate of this window has made a batch durable. Only takes it down; it is kept within some seconds. Never throws. */
	note({ workspace, segment, entries, hash }: DurableHead): void {
		this.#see(workspace, [{ segment, entries, hash, own: true }]);
		this.#later();
	}

	/** A verification that found the log whole has seen these. Resolves when they are kept, or that failed. */
	learn(workspace: string, heads: readonly RememberedHead[]): Promise<void> {
		this.#see(workspace, heads);
		return this.flush();
	}

	/** What is known of a log, the oldest segment first. Never rejects: without the storage it is what this window has seen. */
	of(workspace: string): Promise<RememberedHead[]> {
		const seen = () => this.#seen.get(workspace) ?? [];
		return this.#answer(async () => mergeHeads((await this.#read(workspace)).heads, seen()), seen);
	}

	/** Keeps what is not kept yet. Never rejects. Does not wait for ever: what takes longer goes on by itself. */
	flush(): Promise<void> {
		clearTimeout(this.#timer);
		this.#timer = undefined;
		return this.#answer(
			async () => {
				for (const workspace of [...this.#due]) {
					this.#due.delete(workspace);
					if (!(await this.#write(workspace))) this.#due.add(workspace);
				}
			},
			() => undefined,
		);
	}

	/**
	 * Forgets what is known of some segments of a log, in all windows: each takes it out of what it has seen itself.
	 * @param known what the person was told of: other segments stay
	 * @throws Error when the storage does not take it
	 */
	forget(workspace: string, known: readonly RememberedHead[]): Promise<void> {
		const news = new Map<string, Forgotten>();
		for (const { segment, entries } of known)
			news.set(segment, { segment, entries, id: randomBytes(8).toString("hex") });
		return this.#inTurn(async () => {
			for (let write = 0; ; write++) {
				const stored = await this.#read(workspace);
				const heads: RememberedHead[] = [];
				for (const head of mergeHeads(stored.heads, this.#seen.get(workspace) ?? [])) {
					const gone = news.get(head.segment);
					if (gone === undefined) heads.push(head);
					else gone.entries = Math.max(gone.entries, head.entries);
				}
				// What another window writes at the same time may put it back.
				const text = notesText({ heads, forgotten: mergeForgotten(stored.forgotten, [...news.values()]) });
				if (text === notesText(stored)) return;
				if (write === WRITES) throw new Error("other windows write there all the time");
				await this.#options.secrets.store(this.#name(workspace), text);
				for (const { id } of news.values()) this.#gone.add(id);
				const seen = this.#seen.get(workspace) ?? [];
				this.#seen.set(
					workspace,
					seen.filter(({ segment }) => !news.has(segment)),
				);
			}
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

	#later(): void {
		this.#timer ??= setTimeout(() => void this.flush(), this.#options.pauseMs ?? PAUSE_MS);
		this.#timer.unref();
	}

	/** False when not all could be kept. */
	async #write(workspace: string): Promise<boolean> {
		try {
			for (let write = 0; ; write++) {
				const stored = await this.#read(workspace);
				const seen = this.#seen.get(workspace) ?? [];
				const text = notesText({ ...stored, heads: mergeHeads(stored.heads, seen) });
				if (text === notesText(stored)) {
					// It holds all that was seen up to now. What a verification saw may be forgotten in another window, and must
					// not come back from here.
					const own = seen.filter((head) => head.own === true);
					this.#seen.set(workspace, own);
					return true;
				}
				if (write === WRITES) break;
				await this.#options.secrets.store(this.#name(workspace), text);
			}
			this.#later();
		} catch (error) {
			this.#trouble(error);
		}
		return false;
	}

	/** What is kept; what was forgotten in another window is taken out of what this one has seen. @throws Error */
	async #read(workspace: string): Promise<Notes> {
		const text = await this.#options.secrets.get(this.#name(workspace));
		if (text === undefined) return { heads: [], forgotten: [] };
		const { dropped, ...notes } = parseNotes(text);
		if (dropped > 0) this.#options.onTrouble({ what: "dropped", workspace, count: dropped });
		for (const { id, segment, entries } of notes.forgotten) {
			if (this.#gone.has(id)) continue;
			this.#gone.add(id);
			const seen = this.#seen.get(workspace);
			const left = seen?.filter((head) => head.segment !== segment || head.entries > entries);
			if (left !== undefined) this.#seen.set(workspace, left);
		}
		return notes;
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

	/** In turn; but when the storage fails, or does not answer for long, the other answer, and a word of it. */
	async #answer<T>(run: () => Promise<T>, otherwise: () => T): Promise<T> {
		try {
			return await within(this.#options.answerMs ?? ANSWER_MS, this.#inTurn(run));
		} catch (error) {
			this.#trouble(error);
			return otherwise();
		}
	}
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
