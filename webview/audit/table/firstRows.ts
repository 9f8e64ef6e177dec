// The rows of the first picture. They are asked for as soon as it is known which log is shown: while its index still loads,
// and before anything is drawn that asks for more. The table takes the answer over when it is there.
import type { Answer, Store } from "../store.ts";
import { type AskRows, firstQuestion, type RowsQuestion } from "./rowPages.ts";

interface Early {
	question: string;
	generation: number;
	/** Of the log when its index was there; undefined before. */
	entries: number | undefined;
	answer: Promise<Answer<"rows">>;
}

export class FirstRows {
	readonly #store: Store;
	#generation = -1;
	#early: Early | undefined;

	constructor(store: Store) {
		this.#store = store;
	}

	/** Asks once for each log that comes to be shown. Call after every change of the store, before others hear of it. */
	look(): void {
		const { log, generation, view, filter, order, anchor } = this.#store.state;
		if (log?.folder === undefined || log.index.state === "failed") return;
		if (generation !== this.#generation && view === "log") {
			this.#generation = generation;
			const question = firstQuestion(filter, order, anchor.index);
			const answer = this.#store.ask(question);
			// Perhaps nobody takes it over.
			answer.catch(() => {});
			this.#early = { question: JSON.stringify(question), generation, entries: undefined, answer };
		}
		if (this.#early !== undefined && log.index.state === "ready") this.#early.entries ??= log.index.entries;
	}

	/** The early answer, once and while it is the one to this question; else the host is asked. */
	readonly ask: AskRows = async (question, signal) => {
		const early = this.#early;
		this.#early = undefined;
		if (early === undefined || !this.#fits(early, question)) return this.#store.ask(question, signal);
		// A large log's index may take longer to build than a question waits.
		return early.answer.catch(() => this.#store.ask(question, signal));
	};

	#fits({ question, generation, entries }: Early, now: RowsQuestion): boolean {
		const { state } = this.#store;
		return question === JSON.stringify(now) && generation === state.generation && entries === state.log?.index.entries;
	}
}

const known = new WeakMap<Store, FirstRows>();

/** Those of this store. */
export function firstRowsOf(store: Store): FirstRows {
	let first = known.get(store);
	if (first === undefined) {
		first = new FirstRows(store);
		known.set(store, first);
	}
	return first;
}
