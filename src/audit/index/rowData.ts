// What the database keeps of a row beside the columns.
import { isTime } from "./columnsCheck.ts";

/** As JSON. */
export type Data = [
	target: string,
	/** 0 when it is that of the column. */
	time: string | 0,
	/** 0 when there is none, or it is in the columns. */
	request: string | 0,
	tool: number,
	subagent: number,
	grant: number,
	enforcement: number,
	/** Milliseconds when it is an exact time. */
	decidedAt: string | number | null,
	entries: number,
	/** Number of the path, index in OPS, index of the file; -1 less that index of one that was seen to change. */
	changes: [number, number, number][],
];

/** What was read from a disk is one. */
export function isData(data: unknown): data is Data {
	if (!Array.isArray(data) || data.length !== 10) return false;
	const [target, time, request, tool, subagent, grant, enforcement, decidedAt, entries, changes] = data as unknown[];
	return (
		typeof target === "string" &&
		(typeof time === "string" || time === 0) &&
		(typeof request === "string" || request === 0) &&
		[tool, subagent, grant, enforcement, entries].every(Number.isSafeInteger) &&
		(typeof decidedAt === "string" || decidedAt === null || isTime(decidedAt)) &&
		Array.isArray(changes) &&
		changes.every((one) => Array.isArray(one) && one.length === 3 && one.every(Number.isSafeInteger))
	);
}
