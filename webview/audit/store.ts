// All that the panel shows, in one place, and its questions to the host. Components draw `state`, change it by `set`, and
// ask by `ask`; an answer that nobody waits for any more is dropped.
import type { AuditFilter } from "../../src/protocol/audit.ts";
import type { AuditHostMessage, AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { type Message, message } from "../../src/protocol/messages.ts";
import { setStrings } from "../ui/texts.ts";
import type { Host } from "./host.ts";
import {
	DEFAULT_FILTER,
	FIRST,
	fromMemory,
	memoryOf,
	type PanelState,
	type Range,
	type RowPlace,
	type SessionPlace,
	sinceOf,
	type View,
} from "./state.ts";

export type { PanelState, RowPlace, SessionPlace, View } from "./state.ts";

type Numbered = Extract<AuditPanelMessage, { n: number }>;
type WithoutNumber<Q> = Q extends unknown ? Omit<Q, "n"> : never;
/** A question to the host, without its number. */
export type Question = WithoutNumber<Numbered>;
/** The whole message that answers a question of this type. */
export type Answer<Type extends Question["type"]> = Extract<AuditHostMessage, { type: Type }>;

/** A question has no answer: `reason` says why, for a person. */
export class Refused extends Error {
	readonly reason: Message;
	constructor(reason: Message) {
		super(reason.code);
		this.reason = reason;
	}
}

/** Without an answer for this long, a question is given up and said to be. Longer than the slowest answer of a large log. */
const PATIENCE_MS = 30_000;
/** The document's memory is written at most this often: scrolling changes it with every frame. */
const REMEMBER_MS = 200;

interface Waiting {
	type: Question["type"];
	resolve(answer: AuditHostMessage): void;
	reject(why: Refused): void;
	timer: ReturnType<typeof setTimeout>;
}

export class Store {
	readonly host: Host;
	state: PanelState;
	/** For screen readers. */
	announcement = "";
	/** The host sent something this build does not understand. */
	puzzled = false;
	/** Takes the focus back to where the detail was opened from; set by the view that is drawn. */
	focusBack: (() => void) | undefined;

	#n = 0;
	readonly #waiting = new Map<number, Waiting>();
	readonly #listeners = new Set<() => void>();
	/** The log that was looked at before a reload, until it is there again. */
	#wantedFolder: string | undefined;
	#hasAskedForFolder = false;
	#remembering: ReturnType<typeof setTimeout> | undefined;

	constructor(host: Host) {
		this.host = host;
		const { state, folder } = fromMemory(host.memory);
		this.state = state;
		this.#wantedFolder = folder;
	}

	start(): void {
		this.host.listen(
			(one) => this.#take(one),
			() => {
				this.puzzled = true;
				this.#changed();
			},
		);
		// What was scrolled last must not be lost to the pause between two writings.
		window.addEventListener("pagehide", () => this.#remember());
		this.host.post({ type: "ready" });
	}

	/** Changes the state; everybody who subscribed hears of it. */
	set(patch: Partial<PanelState>): void {
		this.state = { ...this.state, ...patch };
		this.#remembering ??= setTimeout(() => this.#remember(), REMEMBER_MS);
		this.#changed();
	}

	/** Keeps where the table is scrolled to. Nothing is drawn for it. */
	keepAnchor(anchor: PanelState["anchor"]): void {
		this.state.anchor = anchor;
		this.#remembering ??= setTimeout(() => this.#remember(), REMEMBER_MS);
	}

	/** Calls `listener` after every change. @returns what ends it */
	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** To the host, without an answer: openDiff, explain, export, verify, ... */
	post(one: Exclude<AuditPanelMessage, Numbered>): void {
		this.host.post(one);
	}

	/**
	 * Asks the host.
	 * @param signal aborted when the answer is not wanted any more; the promise then stays open
	 * @returns the whole answer; rejects with `Refused`, also when none came in time or the log changed meanwhile
	 */
	ask<Type extends Question["type"]>(
		question: Extract<Question, { type: Type }>,
		signal?: AbortSignal,
	): Promise<Answer<Type>> {
		const n = ++this.#n;
		return new Promise<Answer<Type>>((resolve, reject) => {
			const timer = setTimeout(() => this.#refuse(n, message("audit.noAnswer")), PATIENCE_MS);
			const type: Question["type"] = question.type;
			this.#waiting.set(n, { type, resolve: resolve as Waiting["resolve"], reject, timer });
			signal?.addEventListener("abort", () => this.#forget(n), { once: true });
			this.host.post({ ...question, n } as unknown as Numbered);
		});
	}

	/** Has a screen reader say this, politely. */
	announce(text: string): void {
		// The same sentence twice is said twice: a live region tells changes only.
		this.announcement = text === this.announcement ? `${text}\u00a0` : text;
		this.#changed();
	}

	/** Opens a row's detail beside the view, or closes it. */
	select(row: RowPlace | undefined): void {
		let selected: RowPlace | undefined;
		if (row !== undefined) {
			const { id, segment, line, agent, session } = row;
			selected = { id, segment, line, agent, session };
		}
		this.set({ selected });
	}

	/** Closes the detail and takes the focus back. */
	closeDetail(): void {
		this.select(undefined);
		this.focusBack?.();
	}

	/** Other rows are wanted: the list begins at its top. */
	setFilter(filter: AuditFilter): void {
		const now = this.state.filter;
		const range = filter.since === now.since && filter.until === now.until ? this.state.range : undefined;
		this.set({ filter: withoutEmpty(filter), range, anchor: FIRST.anchor });
	}

	/** The filter with a range that goes with the clock; undefined for any time. */
	setRange(range: Range | undefined): void {
		const { since: _, until: __, ...filter } = this.state.filter;
		this.set({
			filter: range === undefined ? filter : { ...filter, since: sinceOf(range) },
			range,
			anchor: FIRST.anchor,
		});
	}

	show(view: View, more: { filter?: AuditFilter; session?: SessionPlace } = {}): void {
		const { filter, session } = more;
		this.set({
			view,
			...(filter === undefined
				? {}
				: { filter: withoutEmpty(filter), range: undefined, anchor: FIRST.anchor, selected: undefined }),
			...(session === undefined ? {} : { session }),
		});
	}

	#take(one: AuditHostMessage): void {
		switch (one.type) {
			case "strings":
				setStrings(one.contents);
				this.#changed();
				break;
			case "log":
				this.#takeLog(one.log);
				break;
			case "show":
				this.show(one.view, one);
				break;
			case "refused":
				this.#refuse(one.n, one.message);
				break;
			default:
				this.#answer(one);
		}
	}

	#answer(one: Extract<AuditHostMessage, { n: number }>): void {
		const waiting = this.#waiting.get(one.n);
		// Nobody waits for it any more.
		if (waiting === undefined) return;
		if (waiting.type !== one.type) this.#refuse(one.n, message("audit.noAnswer"));
		else {
			this.#forget(one.n);
			waiting.resolve(one);
		}
	}

	#takeLog(log: NonNullable<PanelState["log"]>): void {
		const before = this.state.log;
		this.puzzled = false;
		const isOther = before !== undefined && before.folder !== log.folder;
		// Fewer entries than before: it was built anew, and its rows have other numbers.
		const isAnew =
			before?.index.state === "ready" && (log.index.state !== "ready" || log.index.entries < before.index.entries);
		const patch: Partial<PanelState> = { log };
		if (isOther || isAnew) {
			patch.generation = this.state.generation + 1;
			for (const n of [...this.#waiting.keys()]) this.#refuse(n, message("audit.logChanged"));
		}
		// What was kept of the wanted log belongs to it, though another one was shown first.
		if (isOther && log.folder !== this.#wantedFolder)
			Object.assign(patch, {
				selected: undefined,
				session: undefined,
				anchor: FIRST.anchor,
				filter: DEFAULT_FILTER,
				range: undefined,
			});
		this.set(patch);
		this.#returnToFolder(log);
	}

	/** Once, after a reload: goes back to the log that was looked at before. */
	#returnToFolder(log: NonNullable<PanelState["log"]>): void {
		const wanted = this.#wantedFolder;
		if (wanted === undefined) return;
		if (wanted === log.folder || !log.folders.some(({ folder }) => folder === wanted)) this.#wantedFolder = undefined;
		else if (!this.#hasAskedForFolder) {
			this.#hasAskedForFolder = true;
			this.post({ type: "choose", folder: wanted });
		}
	}

	#refuse(n: number, reason: Message): void {
		const waiting = this.#waiting.get(n);
		this.#forget(n);
		waiting?.reject(new Refused(reason));
	}

	#forget(n: number): void {
		clearTimeout(this.#waiting.get(n)?.timer);
		this.#waiting.delete(n);
	}

	#remember(): void {
		clearTimeout(this.#remembering);
		this.#remembering = undefined;
		this.host.memory = memoryOf(this.state);
	}

	#changed(): void {
		for (const listener of [...this.#listeners]) listener();
	}
}

/** An absent member wants all, and so must an empty one that a person has just emptied. */
function withoutEmpty(filter: AuditFilter): AuditFilter {
	const kept = Object.entries(filter).filter(
		([, value]) => value !== undefined && value !== "" && !(Array.isArray(value) && value.length === 0),
	);
	return Object.fromEntries(kept);
}
