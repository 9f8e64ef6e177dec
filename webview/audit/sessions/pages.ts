// A list that comes in pages: more of it when asked for, all of what is shown anew when the log has grown.
import { useEffect, useMemo, useReducer } from "preact/hooks";
import type { Message } from "../../../src/protocol/messages.ts";
import type { Store } from "../store.ts";
import { reasonOf, useStore } from "../useStore.ts";

export interface Page<Item, Whole> {
	items: readonly Item[];
	total: number;
	/** What the answer says beside its items. */
	whole: Whole;
}

/** @param offset of the first item wanted @param limit how many, at most */
export type AskPage<Item, Whole> = (offset: number, limit: number, signal: AbortSignal) => Promise<Page<Item, Whole>>;

export class Pager<Item, Whole> {
	/** What has come so far; undefined before the first page. */
	got: Page<Item, Whole> | undefined;
	/** Why the last try failed; what came before it stays. */
	refused: Message | undefined;
	loading = false;
	#wanted: number;
	#again = false;
	readonly #size: number;
	readonly #ask: AskPage<Item, Whole>;
	readonly #changed: () => void;
	readonly #aborter = new AbortController();

	constructor(size: number, ask: AskPage<Item, Whole>, changed: () => void) {
		this.#size = size;
		this.#wanted = size;
		this.#ask = ask;
		this.#changed = changed;
	}

	/** Asks for everything that is shown anew. What is asked for meanwhile is asked once, afterwards. */
	load(): void {
		if (this.loading) this.#again = true;
		else void this.#run(false);
	}

	/** One page more. */
	more(): void {
		if (this.loading) return;
		this.#wanted += this.#size;
		void this.#run(true);
	}

	/** Nothing is wanted any more. */
	end(): void {
		this.#aborter.abort();
	}

	async #run(goesOn: boolean): Promise<void> {
		this.loading = true;
		this.#changed();
		let next = goesOn;
		do {
			this.#again = false;
			try {
				const got = await this.#pages(next ? (this.got?.items ?? []) : []);
				if (got !== undefined) this.got = got;
				this.refused = undefined;
			} catch (error) {
				this.refused = reasonOf(error);
			}
			next = false;
		} while (this.#again && !this.#aborter.signal.aborted);
		this.loading = false;
		if (!this.#aborter.signal.aborted) this.#changed();
	}

	async #pages(have: readonly Item[]): Promise<Page<Item, Whole> | undefined> {
		const items = [...have];
		let last: Page<Item, Whole> | undefined;
		while (items.length < this.#wanted) {
			const limit = Math.min(this.#size, this.#wanted - items.length);
			last = await this.#ask(items.length, limit, this.#aborter.signal);
			items.push(...last.items);
			if (last.items.length === 0 || items.length >= last.total) break;
		}
		return last === undefined ? undefined : { ...last, items };
	}
}

/**
 * A pager that follows the log. @param key what is asked for, as text; another one begins anew
 * @param size items a page, at most 500
 */
export function usePages<Item, Whole>(
	store: Store,
	key: string,
	size: number,
	ask: AskPage<Item, Whole>,
): Pager<Item, Whole> {
	const { log, generation } = useStore(store);
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	const pager = useMemo(() => new Pager(size, ask, () => redraw(undefined)), [store, key, size, generation]);
	const ready = log?.index.state === "ready";
	const entries = log?.index.entries;
	useEffect(() => () => pager.end(), [pager]);
	useEffect(() => {
		if (ready) pager.load();
	}, [pager, ready, entries]);
	return pager;
}
