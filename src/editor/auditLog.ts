// The log that the audit panel shows: which there are to choose from, the index of the one that was chosen, and whether it
// is whole. Everything that reads a segment does so in the log's thread.
import { readdir } from "node:fs/promises";
import { basename } from "node:path";
import type { LogIndex } from "../audit/index/logIndex.ts";
import type { IndexQuestion, IndexQuestions, IndexState } from "../audit/index/messages.ts";
import type { LogState } from "../protocol/auditPanel.ts";
import { type Message, message } from "../protocol/messages.ts";
import { AuditIntegrity, type Verify } from "./auditIntegrity.ts";
import type { RememberedHead } from "./headNotes.ts";
import type { RememberedHeads } from "./rememberedHeads.ts";
import { say } from "./text.ts";

/** Where the logs of a window come from. */
export interface LogSource {
	/** Folder of the Gatepost home. */
	home: string;
	/** Folders of this window, by real path. */
	folders(): readonly string[];
	/** Key of the home; undefined without a gate, and then nothing that needs it is shown. */
	homeKey(): Buffer | undefined;
	/** This editor's key of indexes; undefined when there is none. Does not reject, nor wait for ever. */
	snapshotKey?: (() => Promise<Buffer | undefined>) | undefined;
	/** What this editor has seen of the logs. */
	memory?: RememberedHeads | undefined;
}

export interface LogPlace {
	/** What the panel names it by: the folder, or "_outside". */
	folder: string;
	label: string;
	/** Folder of the log: `<home>/workspaces/<id>`. */
	dir: string;
	/** Whose log it is; undefined for what belongs to no folder. */
	root: string | undefined;
}

/** A question that is not answered, and why. */
export class Refusal extends Error {
	readonly said: Message;

	constructor(said: Message) {
		super(said.code);
		this.said = said;
	}
}

/**
 * The logs there are: one for each folder of the window, and the one of what belongs to none, if it holds anything or this
 * editor has seen that it did.
 */
export async function placesOf({ home, folders, memory }: LogSource): Promise<LogPlace[]> {
	const { OUTSIDE, workspaceId, workspacePaths } = await import("./core.ts");
	const roots = folders();
	const names = roots.map((root) => basename(root));
	const places = roots.flatMap((root, index): LogPlace[] => {
		const name = names[index] ?? root;
		const label = name === "" || names.filter((other) => other === name).length > 1 ? root : name;
		try {
			return [{ folder: root, label, dir: workspacePaths(home, workspaceId(root)).dir, root }];
		} catch {
			// A folder that is gone has no log that could be found.
			return [];
		}
	});
	const outside = workspacePaths(home, OUTSIDE);
	const segments = await readdir(outside.journal).catch((): string[] => []);
	const isThere = segments.some((name) => name.endsWith(".jsonl"));
	if (isThere || ((await memory?.of(OUTSIDE)) ?? []).length > 0) {
		places.push({ folder: OUTSIDE, label: say("auditHost.outside"), dir: outside.dir, root: undefined });
	}
	return places;
}

export interface AuditLogOptions {
	source: LogSource;
	/** Something of `state()` is another now. */
	onChange: () => void;
	/** A problem was found in the log of a folder: a sentence for Gatepost's own output. */
	onProblem: (sentence: string) => void;
	/** By default in the log's thread. */
	verify?: Verify;
}

const LOADING: IndexState = { state: "loading", entries: 0, done: 0, total: 0 };

export class AuditLog {
	readonly #options: AuditLogOptions;
	readonly #integrity: AuditIntegrity;
	#places: LogPlace[] = [];
	#place: LogPlace | undefined;
	#index: LogIndex | undefined;
	#keyed = false;
	#indexState = LOADING;
	#turn: Promise<void> = Promise.resolve();
	#closed = false;
	/** Indexes of logs that are not shown any more. */
	#closing: Promise<unknown> = Promise.resolve();

	constructor(options: AuditLogOptions) {
		this.#options = options;
		const { onChange, onProblem, verify } = options;
		this.#integrity = new AuditIntegrity({
			onChange,
			onProblem,
			...(verify === undefined ? {} : { verify }),
		});
	}

	get place(): LogPlace | undefined {
		return this.#place;
	}

	/** What this editor has seen of the log that is shown, and its last verification did not find. */
	get missed(): readonly RememberedHead[] {
		return this.#integrity.missed;
	}

	/** The picture for the panel. */
	state(): LogState {
		const { state, entries, done, total, detail } = this.#indexState;
		return {
			folders: this.#places.map(({ folder, label }) => ({ folder, label })),
			...(this.#place === undefined ? {} : { folder: this.#place.folder }),
			index: {
				state,
				entries,
				done,
				total,
				...(detail === undefined ? {} : { message: message("auditHost.index", { detail }) }),
			},
			integrity: this.#integrity.state,
		};
	}

	/** Folders or the gate may be others now. */
	sync(): Promise<void> {
		return this.#inTurn(async () => {
			this.#places = await placesOf(this.#options.source);
			const same = this.#places.find(({ folder }) => folder === this.#place?.folder);
			await this.#open(same ?? this.#places[0]);
		});
	}

	/** Shows the log of this folder. Another folder than those of `state()` is refused. */
	choose(folder: string): Promise<void> {
		return this.#inTurn(async () => {
			const place = this.#places.find((one) => one.folder === folder);
			if (place === undefined) throw new Refusal(message("auditHost.noLog"));
			await this.#open(place);
		});
	}

	/** Asks the index of the log that is shown. @throws Refusal when there is none, or another one by the time it answers */
	async ask<Q extends IndexQuestion>(
		question: Q,
		takes: IndexQuestions[Q]["takes"],
	): Promise<IndexQuestions[Q]["gives"]> {
		await this.#turn;
		const index = this.#index;
		if (index === undefined) throw new Refusal(message("auditHost.noLog"));
		// The numbers of rows mean something else in another index, and one that was closed has nothing to say.
		const isOther = () => this.#index !== index;
		const refusal = () => new Refusal(message("auditHost.otherLog"));
		const gives = await index.ask(question, takes).catch((error) => {
			throw isOther() ? refusal() : error;
		});
		if (isOther()) throw refusal();
		return gives;
	}

	/** Takes in what was written since. */
	refresh(): void {
		// A failure shows in the state.
		void this.#index?.refresh();
	}

	/** Builds the index anew. */
	rebuild(): void {
		void this.#index?.rebuild();
	}

	/** Verifies the log; what was running is given up. */
	verify(): void {
		if (this.#place !== undefined) this.#integrity.verify(this.#place);
	}

	/** Nobody looks at it any more. */
	async close(): Promise<void> {
		this.#closed = true;
		this.#integrity.forget();
		await this.#inTurn(() => this.#end());
		await this.#closing;
	}

	#inTurn(run: () => Promise<void>): Promise<void> {
		const done = this.#turn.then(run);
		this.#turn = done.catch(() => undefined);
		return done;
	}

	async #open(place: LogPlace | undefined): Promise<void> {
		const { source } = this.#options;
		const key = source.homeKey();
		const same = place?.dir === this.#place?.dir;
		if (this.#closed || (same && this.#index !== undefined && this.#keyed === (key !== undefined))) {
			this.#options.onChange();
			return;
		}
		const ended = this.#end();
		// Two at once would write one snapshot; another log need not wait for this one's.
		if (same) await ended;
		else {
			const told = ended.catch((error) => this.#options.onProblem(String(error)));
			this.#closing = Promise.all([this.#closing, told]);
		}
		if (!same) this.#integrity.forget();
		this.#place = place;
		this.#indexState = LOADING;
		this.#keyed = key !== undefined;
		if (place !== undefined) {
			const [{ LogIndex }, snapshotKey] = await Promise.all([import("./core.ts"), source.snapshotKey?.()]);
			const index: LogIndex = new LogIndex({
				dir: place.dir,
				...(key === undefined ? {} : { homeKey: key }),
				...(snapshotKey === undefined ? {} : { snapshotKey }),
				onState: (state) => {
					if (this.#index === index) this.#took(state);
				},
			});
			this.#index = index;
		}
		this.#options.onChange();
	}

	#took(state: IndexState): void {
		this.#indexState = state;
		if (state.state === "ready") this.#integrity.loaded(this.#place, state.total);
		this.#options.onChange();
	}

	async #end(): Promise<void> {
		const index = this.#index;
		this.#index = undefined;
		await index?.close();
	}
}
