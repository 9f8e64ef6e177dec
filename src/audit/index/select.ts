// The rows of a filter in the order of the log. What a filter means is `matches` in filter.ts; this must give the same rows.
import { ActionKind, type AuditFilter, RowBy, RowFlag, RowKind, RowOutcome } from "../../protocol/audit.ts";
import { Search } from "./search.ts";
import type { Store } from "./store.ts";

/** Filters whose rows are remembered: deep pages of a list are cut out of one array. */
const MAX_REMEMBERED = 6;

type Test = (id: number) => boolean;

export class Selection {
	readonly #store: Store;
	readonly #search: Search;
	readonly #remembered = new Map<string, { version: number; ids: Uint32Array }>();
	#lower: string[] = [""];

	constructor(store: Store) {
		this.#store = store;
		this.#search = new Search(store);
	}

	/** Ids, oldest first. Not to be changed. */
	rows(filter: AuditFilter): Uint32Array {
		const key = JSON.stringify(filter);
		const { version } = this.#store;
		const known = this.#remembered.get(key);
		this.#remembered.delete(key);
		const ids = known?.version === version ? known.ids : this.#find(filter);
		this.#remembered.set(key, { version, ids });
		for (const [oldest] of this.#remembered) {
			if (this.#remembered.size <= MAX_REMEMBERED) break;
			this.#remembered.delete(oldest);
		}
		return ids;
	}

	#find(filter: AuditFilter): Uint32Array {
		const { order, count } = this.#store.columns;
		let ids = order.slice(0, count);
		// Each goes over what the one before has left.
		for (const test of this.#tests(filter)) {
			let left = 0;
			for (let at = 0; at < ids.length; at++) {
				const id = ids[at] as number;
				if (test(id)) ids[left++] = id;
			}
			ids = ids.subarray(0, left);
		}
		// Not the whole array behind it.
		return ids.slice();
	}

	*#tests(filter: AuditFilter): Generator<Test> {
		const { of } = this.#store.columns;
		const { since, until, file, text } = filter;
		if (filter.kinds !== undefined) yield isIn(of.kind, optionMask(RowKind.options, filter.kinds, 0));
		if (filter.actions !== undefined) yield isIn(of.action, optionMask(ActionKind.options, filter.actions, 1));
		if (filter.outcomes !== undefined) yield isIn(of.outcome, optionMask(RowOutcome.options, filter.outcomes, 1));
		if (filter.by !== undefined) yield isIn(of.by, optionMask(RowBy.options, filter.by, 1));
		for (const [values, column] of [
			[filter.agents, of.agent],
			[filter.sessions, of.session],
			[filter.channels, of.channel],
			[filter.people, of.person],
			[filter.rules, of.rule],
		] as const)
			if (values !== undefined) yield isIn(column, this.#textMask(values));
		if (filter.flags !== undefined) {
			const bits = filter.flags.reduce((all, flag) => all | (1 << RowFlag.options.indexOf(flag)), 0);
			yield (id) => ((of.flags[id] as number) & bits) !== 0;
		}
		// Comparisons with a time that is none are false, as they should be.
		if (since !== undefined) yield atLeast(of.time, Date.parse(since));
		if (until !== undefined) yield atMost(of.time, Date.parse(until));
		if (file !== undefined && file !== "") yield this.#hasFile(file.toLowerCase());
		if (text !== undefined) {
			const found = this.#search.rows(text);
			if (found !== undefined) yield (id) => found[id] === 1;
		}
	}

	#textMask(values: readonly string[]): Uint8Array {
		const mask = new Uint8Array(this.#store.strings.size);
		for (const value of values) {
			const number = this.#store.strings.find(value);
			if (number !== undefined) mask[number] = 1;
		}
		return mask;
	}

	#hasFile(part: string): Test {
		const { paths, columns } = this.#store;
		for (let number = this.#lower.length; number < paths.size; number++)
			this.#lower.push((paths.text(number) ?? "").toLowerCase());
		const has = Uint8Array.from(this.#lower, (path, number) => (number > 0 && path.includes(part) ? 1 : 0));
		const { fileStart, fileCount } = columns.of;
		return (id) => {
			const start = fileStart[id] as number;
			const end = start + (fileCount[id] as number);
			for (let at = start; at < end; at++) if (has[columns.paths[at] as number] === 1) return true;
			return false;
		};
	}
}

type Numbers = Uint8Array | Uint32Array;

function isIn(column: Numbers, mask: Uint8Array): Test {
	return (id) => mask[column[id] as number] === 1;
}

function atLeast(column: Float64Array, limit: number): Test {
	return (id) => (column[id] as number) >= limit;
}

function atMost(column: Float64Array, limit: number): Test {
	return (id) => (column[id] as number) <= limit;
}

/** @param first the number of the first option; 0 is "none" where it is 1 */
function optionMask<T>(options: readonly T[], wanted: readonly T[], first: number): Uint8Array {
	const mask = new Uint8Array(options.length + first);
	for (const value of wanted) {
		const at = options.indexOf(value);
		if (at >= 0) mask[at + first] = 1;
	}
	return mask;
}
