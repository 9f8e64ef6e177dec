// The rows of a list that is too long to hold: asked for in chunks around what is in sight, kept up to a bound.
//
// A row is known by its place from the oldest end of the list. New entries do not change it, so rows that were read stay
// where they are while the log grows, and a list that is not at its top need not move.
import type { AuditFilter, AuditRow } from "../../../src/protocol/audit.ts";
import type { Message } from "../../../src/protocol/messages.ts";
import type { Answer, Question } from "../store.ts";
import { reasonOf } from "../useStore.ts";

export type RowsQuestion = Extract<Question, { type: "rows" }>;
export type AskRows = (question: RowsQuestion, signal: AbortSignal) => Promise<Answer<"rows">>;

/** Rows of one question. */
export const CHUNK = 100;
/** Questions that may wait at once: the host answers one after the other, and what was scrolled past is of no use. */
const MAX_OPEN = 3;
/** Rows that are kept. Far more than is ever in sight, a few megabytes. */
export const MAX_KEPT = 6000;

/** What is asked while nothing is known of a list: rows from about this position on, more than are in sight. */
export function firstQuestion(filter: AuditFilter, order: "newest" | "oldest", index: number): RowsQuestion {
	const offset = Math.max(0, Math.floor(index / CHUNK) * CHUNK);
	return { type: "rows", filter, order, offset, limit: 2 * CHUNK };
}

export class RowPages {
	/** Rows of the whole list as the host counted last; undefined before its first answer. */
	total: number | undefined;
	/** Rows of the list as it is shown: newer ones wait until somebody wants to see them. */
	shown = 0;
	/** Why the last question had no answer. */
	refused: Message | undefined;

	readonly #ask: AskRows;
	readonly #filter: AuditFilter;
	readonly #order: "newest" | "oldest";
	readonly #onChange: () => void;
	/** By place from the oldest end. */
	readonly #rows = new Map<number, AuditRow>();
	/** Read before the log has grown: drawn, but asked for again. */
	#stale = new Set<number>();
	readonly #open = new Set<number>();
	/** Chunks whose answer held fewer rows than the host counts: not asked for again before the log grows. */
	readonly #barren = new Set<number>();
	readonly #aborter = new AbortController();
	#sight = { first: 0, last: CHUNK - 1 };
	/** Which way it was scrolled last: 1 down, -1 up, 0 not yet. */
	#way = 0;
	/** The top of the list is in sight: what is new appears. */
	#atTop = true;
	#grewMeanwhile = false;
	/** The log has grown, and how many rows there are now is not known yet. */
	#mustCount = false;

	constructor(ask: AskRows, filter: AuditFilter, order: "newest" | "oldest", onChange: () => void) {
		this.#ask = ask;
		this.#filter = filter;
		this.#order = order;
		this.#onChange = onChange;
	}

	/** The row at a position of the list as it is shown; undefined while it is not here. */
	at(index: number): AuditRow | undefined {
		return this.#rows.get(this.place(index));
	}

	/** Its place from the oldest end: stays when the log grows. */
	place(index: number): number {
		return this.#order === "oldest" ? index : this.shown - 1 - index;
	}

	/** The position, in the list as it is shown, of a place. */
	indexOf(place: number): number {
		return this.place(place);
	}

	/** The position of a row that is here; -1 when it is not. */
	find({ segment, line }: { segment: string; line: number }): number {
		for (const [place, row] of this.#rows) {
			if (row.line === line && row.segment === segment) {
				const index = this.indexOf(place);
				return index >= 0 && index < this.shown ? index : -1;
			}
		}
		return -1;
	}

	/** Rows that came since the list was shown as it is. */
	get fresh(): number {
		return Math.max(0, (this.total ?? 0) - this.shown);
	}

	/** These positions are in sight (both inclusive): reads what is missing of them and around them. */
	see(first: number, last: number, atTop: boolean): void {
		this.#way = Math.sign(first - this.#sight.first) || this.#way;
		this.#sight = { first, last };
		this.#atTop = atTop;
		if (atTop && this.fresh > 0) this.showAll();
		this.#read();
	}

	/** The log has grown: rows may have changed, and there may be more. */
	grew(): void {
		if (this.#open.size > 0) {
			this.#grewMeanwhile = true;
			return;
		}
		this.#stale = new Set(this.#rows.keys());
		this.#barren.clear();
		this.#mustCount = true;
		this.#read();
	}

	/** Shows what is new, at its place. */
	showAll(): void {
		this.shown = this.total ?? this.shown;
	}

	/** Reads again after a question was refused. */
	again(): void {
		this.refused = undefined;
		this.#read();
	}

	stop(): void {
		this.#aborter.abort();
	}

	#read(): void {
		if (this.refused !== undefined || this.#aborter.signal.aborted) return;
		if (this.total === undefined) {
			// How many there are is not known yet, so what was in sight before a reload is asked for by its position.
			if (this.#open.size === 0) void this.#question(-1, firstQuestion(this.#filter, this.#order, this.#sight.first));
			return;
		}
		for (const chunk of this.#wanted()) {
			if (this.#open.size >= MAX_OPEN) return;
			if (!this.#open.has(chunk)) void this.#readChunk(chunk);
		}
	}

	/** Chunks that miss a row, those in sight first, then one screen to each side, and a chunk more the way it is scrolled. */
	#wanted(): number[] {
		const { first, last } = this.#sight;
		const around = Math.max(20, last - first);
		const out: number[] = [];
		const add = (from: number, to: number) => {
			const places = [this.place(Math.max(0, from)), this.place(Math.min(this.shown - 1, to))];
			const low = Math.max(0, Math.min(...places));
			const high = Math.max(...places);
			for (let place = low; place <= high; place++) {
				const chunk = Math.floor(place / CHUNK);
				if (this.#isMissing(place) && !this.#barren.has(chunk) && !out.includes(chunk)) out.push(chunk);
			}
		};
		if (this.shown > 0) {
			add(first, last);
			const below = () => add(last, last + around + (this.#way > 0 ? CHUNK : 0));
			const above = () => add(first - around - (this.#way < 0 ? CHUNK : 0), first);
			for (const side of this.#way < 0 ? [above, below] : [below, above]) side();
		}
		// Nothing in sight is missing, but the list may have become longer.
		if (out.length === 0 && this.#mustCount) out.push(Math.max(0, Math.floor(this.place(first) / CHUNK)));
		return out;
	}

	#isMissing(place: number): boolean {
		return !this.#rows.has(place) || this.#stale.has(place);
	}

	async #readChunk(chunk: number): Promise<void> {
		const total = this.total ?? 0;
		const from = chunk * CHUNK;
		const to = Math.min(from + CHUNK, Math.max(total, this.shown));
		const offset = this.#order === "oldest" ? from : Math.max(0, total - to);
		const limit = Math.max(1, to - from);
		await this.#question(chunk, { type: "rows", filter: this.#filter, order: this.#order, offset, limit });
	}

	async #question(key: number, question: RowsQuestion): Promise<void> {
		this.#open.add(key);
		try {
			this.#take(await this.#ask(question, this.#aborter.signal), key);
		} catch (error) {
			if (!this.#aborter.signal.aborted) this.refused = reasonOf(error);
		}
		this.#open.delete(key);
		if (this.#grewMeanwhile && this.#open.size === 0) {
			this.#grewMeanwhile = false;
			this.grew();
		}
		this.#onChange();
		this.#read();
	}

	#take({ offset, total, rows }: Answer<"rows">, key: number): void {
		const isFirst = this.total === undefined;
		const isSame = this.total === total;
		this.total = total;
		this.#mustCount = false;
		if (isFirst || this.#atTop || this.#order === "oldest" || total < this.shown) this.shown = total;
		for (const [at, row] of rows.entries()) {
			const place = this.#order === "oldest" ? offset + at : total - 1 - offset - at;
			this.#rows.set(place, row);
			this.#stale.delete(place);
		}
		// Each row of it was asked for and answered, if with nothing.
		if (key >= 0 && isSame && rows.length < Math.min(CHUNK, total - key * CHUNK)) this.#barren.add(key);
		this.#drop();
	}

	/** Forgets rows far from what is in sight. */
	#drop(): void {
		if (this.#rows.size <= MAX_KEPT) return;
		const middle = this.place(Math.round((this.#sight.first + this.#sight.last) / 2));
		const places = [...this.#rows.keys()].sort((a, b) => Math.abs(a - middle) - Math.abs(b - middle));
		for (const place of places.slice(Math.floor(MAX_KEPT / 2))) {
			this.#rows.delete(place);
			this.#stale.delete(place);
		}
	}
}
