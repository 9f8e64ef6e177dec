// Answers to the questions of messages.ts, each bounded whatever the log holds.
import { type AuditRow, MAX_TARGET } from "../../protocol/audit.ts";
import { Details } from "./details.ts";
import type { IndexQuestion, IndexQuestions } from "./messages.ts";
import { facetsOf, overviewOf } from "./overview.ts";
import { Selection } from "./select.ts";
import { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";

/** Rows of one answer, and characters of their paths. */
const MAX_ROWS = 500;
const MAX_PATHS = 1_000_000;

type Takes<Q extends IndexQuestion> = IndexQuestions[Q]["takes"];
type Gives<Q extends IndexQuestion> = IndexQuestions[Q]["gives"];
type Answering = { [Q in IndexQuestion]: (takes: Takes<Q>) => Gives<Q> | Promise<Gives<Q>> };

export class Answers {
	readonly #store: Store;
	readonly #selection: Selection;
	readonly #sessions: Sessions;
	readonly #details: Details;
	readonly #answering: Answering;

	/** @param dir the workspace's folder */
	constructor(dir: string, store: Store) {
		this.#store = store;
		this.#selection = new Selection(store);
		this.#sessions = new Sessions(store);
		this.#details = new Details(dir, store);
		this.#answering = {
			rows: (takes) => this.#rows(takes),
			row: ({ row }) => (store.has(row) ? store.row(row) : undefined),
			detail: ({ row }) => this.#details.detail(row),
			entries: ({ row }) => this.#details.entries(row),
			facets: () => facetsOf(store, this.#sessions),
			sessions: ({ filter, offset, limit }) =>
				this.#sessions.list(this.#selection.rows(filter), offset, Math.min(limit, MAX_ROWS)),
			session: (takes) => this.#session(takes),
			overview: ({ filter }) => overviewOf(store, this.#selection.rows(filter)),
		};
	}

	answer<Q extends IndexQuestion>(question: Q, takes: Takes<Q>): Gives<Q> | Promise<Gives<Q>> {
		return this.#answering[question](takes);
	}

	#rows({ filter, order, offset, limit }: Takes<"rows">): Gives<"rows"> {
		const ids = this.#selection.rows(filter);
		const length = Math.max(0, Math.min(limit, MAX_ROWS, ids.length - offset));
		const wanted =
			order === "oldest"
				? ids.subarray(offset, offset + length)
				: ids.slice(ids.length - offset - length, ids.length - offset).reverse();
		return { total: ids.length, rows: this.#page(length === 0 ? [] : wanted) };
	}

	#page(ids: Iterable<number>): AuditRow[] {
		let room = MAX_PATHS;
		return Array.from(ids, (id) => {
			const row = this.#store.row(id);
			room -= row.files.reduce((sum, path) => sum + path.length, 0);
			// Only hostile rows come here: fifty paths of thousands of characters each.
			if (room < 0) row.files = row.files.slice(0, 1).map((path) => path.slice(0, MAX_TARGET));
			return row;
		});
	}

	#session({ agent, session, offset, limit }: Takes<"session">): Gives<"session"> {
		const found = this.#sessions.one(agent, session);
		if (found === undefined) return undefined;
		const { row, ids } = found;
		return {
			session: row,
			rows: this.#page(ids.slice(offset, offset + Math.min(limit, MAX_ROWS))),
			offset,
			total: ids.length,
			files: this.#sessions.files(ids),
		};
	}
}
