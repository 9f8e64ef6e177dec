// `gatepost log list`: entries or actions, those a filter wants, a page of them.

import { matches } from "../audit/filter.ts";
import { type FoldedRow, foldRows } from "../audit/fold.ts";
import type { ReadLine } from "../audit/read.ts";
import { readEntries } from "../audit/read.ts";
import { WantedLines } from "../audit/wanted.ts";
import type { AuditFilter } from "../protocol/audit.ts";
import { type ExitCode, type LogOptions, logDir, reading } from "./log.ts";
import { isEmptyFilter } from "./logFilter.ts";
import { wholeSessions } from "./logSessions.ts";
import { actionLine, entryJson, jsonLine, listLine } from "./logText.ts";

export interface ListFlags {
	/** Only entries of this type, e.g. "action.decided". */
	type?: string | undefined;
	/** One line for each action, with all its entries folded into it. */
	actions?: boolean;
	limit?: number | undefined;
	offset?: number | undefined;
	newest?: boolean;
}

export interface ListOptions extends LogOptions, ListFlags {
	filter?: AuditFilter;
}

/** Lists what is wanted, one a line. @returns 0, also when nothing is */
export function logList(options: ListOptions): Promise<ExitCode> {
	return reading(options, async () => {
		const dir = logDir(options.home, options.folder);
		const page = new Page<string>(options);
		const asked = { ...options, filter: await wholeSessions(dir, options.filter ?? {}) };
		const say = asked.actions === true ? actionTexts(dir, asked) : entryTexts(dir, asked);
		for await (const text of say) {
			for (const shown of page.take(text)) await options.out(shown);
			if (page.full) break;
		}
		for (const shown of page.rest()) await options.out(shown);
		return 0;
	});
}

async function* actionTexts(dir: string, { filter = {}, json }: ListOptions): AsyncGenerator<string> {
	for await (const row of rowsOf(dir, filter)) {
		if (row.kind !== "action") continue;
		const { places, search: _, changes: __, mono: ___, ...told } = row;
		yield json
			? jsonLine({ ...told, places: places.map(({ segment, line }) => `${segment}:${line}`) })
			: actionLine(row);
	}
}

async function* rowsOf(dir: string, filter: AuditFilter): AsyncGenerator<FoldedRow> {
	for await (const row of foldRows(readEntries(dir))) if (isWanted(row, filter)) yield row;
}

/** As filters want it, but what cannot be read may be what is looked for. */
export function isWanted(row: FoldedRow, filter: AuditFilter): boolean {
	return row.type === "" || matches(row, filter);
}

async function* entryTexts(dir: string, { filter = {}, type, json }: ListOptions): AsyncGenerator<string> {
	for await (const line of linesOf(dir, filter)) {
		// What cannot be read may be what is looked for.
		if (type !== undefined && line.entry !== undefined && line.problem === undefined && line.entry.head.type !== type)
			continue;
		yield json ? entryJson(line) : listLine(line);
	}
}

async function* linesOf(dir: string, filter: AuditFilter): AsyncGenerator<ReadLine> {
	if (isEmptyFilter(filter)) {
		yield* readEntries(dir);
		return;
	}
	// Which entries are wanted is known only when their rows are: the log is read twice.
	const wanted = new WantedLines();
	for await (const row of rowsOf(dir, filter)) wanted.add(row);
	for await (const line of readEntries(dir)) if (wanted.has(line.segment, line.line)) yield line;
}

/** A page of items that come one by one, from either end. */
class Page<T> {
	readonly #limit: number;
	readonly #offset: number;
	readonly #newest: boolean;
	#seen = 0;
	#shown = 0;
	#kept: T[] = [];

	constructor({ limit = Number.POSITIVE_INFINITY, offset = 0, newest = false }: ListFlags) {
		this.#limit = limit;
		this.#offset = offset;
		this.#newest = newest;
	}

	/** Nothing more will be shown. */
	get full(): boolean {
		return !this.#newest && this.#shown >= this.#limit;
	}

	/** What is to be shown now. */
	take(item: T): T[] {
		if (this.#newest) {
			this.#kept.push(item);
			if (this.#kept.length > this.#limit + this.#offset) this.#kept.shift();
			return [];
		}
		if (this.#seen++ < this.#offset || this.full) return [];
		this.#shown++;
		return [item];
	}

	/** What is to be shown after the last item. */
	rest(): T[] {
		if (!this.#newest) return [];
		return this.#kept.reverse().slice(this.#offset, this.#offset + this.#limit);
	}
}
