// What can be chosen in the filters, and the names of sessions: asked once for all who draw them.
import { useEffect, useReducer } from "preact/hooks";
import type { Facets } from "../../../src/protocol/audit.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import type { Store } from "../store.ts";
import { reasonOf, useStore } from "../useStore.ts";

/** They are counted over the whole log, which takes a moment: not more often than this while it grows. */
const PAUSE_MS = 5000;

class FacetSource {
	facets: Facets | undefined;
	refused: Message | undefined;
	readonly #store: Store;
	readonly #listeners = new Set<() => void>();
	#generation = -1;
	#entries = -1;
	#askedAt = Number.NEGATIVE_INFINITY;
	#waiting = false;
	#timer: ReturnType<typeof setTimeout> | undefined;

	constructor(store: Store) {
		this.#store = store;
	}

	subscribe(listener: () => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** Asks when there is something new to know. */
	look(): void {
		const { log, generation } = this.#store.state;
		if (log?.index.state !== "ready" || this.#waiting) return;
		const isOther = generation !== this.#generation;
		if (!isOther && log.index.entries === this.#entries) return;
		if (isOther) this.facets = undefined;
		const wait = this.#askedAt + PAUSE_MS - performance.now();
		if (isOther || wait <= 0) void this.#ask(generation, log.index.entries);
		else {
			this.#timer ??= setTimeout(() => {
				this.#timer = undefined;
				this.look();
			}, wait);
		}
	}

	again(): void {
		this.#entries = -1;
		this.#askedAt = Number.NEGATIVE_INFINITY;
		this.look();
	}

	async #ask(generation: number, entries: number): Promise<void> {
		this.#waiting = true;
		this.#generation = generation;
		this.#entries = entries;
		this.#askedAt = performance.now();
		try {
			this.facets = (await this.#store.ask({ type: "facets" })).facets;
			this.refused = undefined;
		} catch (error) {
			this.refused = reasonOf(error);
		}
		this.#waiting = false;
		for (const listener of [...this.#listeners]) listener();
		this.look();
	}
}

const sources = new WeakMap<Store, FacetSource>();

export function useFacets(store: Store): { facets: Facets | undefined; refused: Message | undefined; again(): void } {
	let source = sources.get(store);
	if (source === undefined) {
		source = new FacetSource(store);
		sources.set(store, source);
	}
	const known = source;
	const { log, generation } = useStore(store);
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	useEffect(() => known.subscribe(() => redraw(undefined)), [known]);
	useEffect(() => known.look(), [known, log?.index.state, log?.index.entries, generation]);
	return { facets: known.facets, refused: known.refused, again: () => known.again() };
}
