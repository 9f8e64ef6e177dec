// Whether columns that were read from a disk hold what columns can hold: what is used as a number of something must be one,
// and what leads on to another row must come to an end.
import { ActionKind, RowBy, RowFlag, RowKind, RowOutcome } from "../../protocol/audit.ts";
import type { ColumnArrays, Columns } from "./columns.ts";

const MAX_TIME_MS = 8.64e15;

export interface Sizes {
	/** Numbers of texts and of paths are below these. */
	strings: number;
	paths: number;
	/** Lines of each segment. */
	segments: readonly number[];
}

/** Milliseconds that a Date can hold. */
export function isTime(value: unknown): value is number {
	return typeof value === "number" && Math.abs(value) <= MAX_TIME_MS;
}

/** @throws Error naming the column that holds anything else */
export function demandRanges(columns: Columns, { strings, paths, segments }: Sizes): void {
	const { of, count } = columns;
	const below: [keyof ColumnArrays, number][] = [
		["kind", RowKind.options.length],
		["action", ActionKind.options.length + 1],
		["outcome", RowOutcome.options.length + 1],
		["by", RowBy.options.length + 1],
		["flags", 1 << RowFlag.options.length],
		["result", 3],
		["text", 3],
		["hasId", 2],
		["agent", strings],
		["session", strings],
		["channel", strings],
		["person", strings],
		["rule", strings],
		["type", strings],
		["segment", segments.length],
	];
	for (const [name, limit] of below) {
		const column = of[name];
		for (let id = 1; id <= count; id++) if (!((column[id] as number) < limit)) throw wrong(name);
	}
	for (let id = 1; id <= count; id++) {
		// Rows of one request lead to earlier ones.
		if ((of.earlier[id] as number) >= id) throw wrong("earlier");
		const line = of.line[id] as number;
		if (line < 1 || line > (segments[of.segment[id] as number] as number)) throw wrong("line");
		const end = (of.fileStart[id] as number) + (of.fileCount[id] as number) + (of.changeCount[id] as number);
		if (end > columns.pathCount) throw wrong("fileStart");
		if (!isTimeOrNone(of.time[id] as number)) throw wrong("time");
		if (!Number.isFinite(of.key[id])) throw wrong("key");
	}
	for (let at = 0; at < columns.pathCount; at++) {
		const path = columns.paths[at] as number;
		if (path < 1 || path >= paths) throw wrong("paths");
	}
	demandOrder(columns);
}

/** Every row has one place in the order. */
function demandOrder({ order, count }: Columns): void {
	const placed = new Uint8Array(count + 1);
	for (let at = 0; at < count; at++) {
		const id = order[at] as number;
		if (id < 1 || id > count || placed[id] === 1) throw wrong("order");
		placed[id] = 1;
	}
}

function isTimeOrNone(time: number): boolean {
	return Number.isNaN(time) || isTime(time);
}

function wrong(column: string): Error {
	return new Error(`the column ${column} holds what it cannot hold`);
}
