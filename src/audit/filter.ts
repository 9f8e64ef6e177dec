// What a filter means (protocol/audit.ts). Command line and exports use it as it is; the index must give the same rows.
import type { AuditFilter } from "../protocol/audit.ts";
import type { FoldedRow } from "./fold.ts";

/** Whether a row is wanted. */
export function matches(row: FoldedRow, filter: AuditFilter): boolean {
	const { since, until, file, text } = filter;
	if (!isIn(filter.kinds, row.kind)) return false;
	if (!isIn(filter.agents, row.agent)) return false;
	if (!isIn(filter.sessions, row.session)) return false;
	if (!isIn(filter.actions, row.action)) return false;
	if (!isIn(filter.outcomes, row.outcome)) return false;
	if (!isIn(filter.by, row.by)) return false;
	if (!isIn(filter.channels, row.channel)) return false;
	if (!isIn(filter.people, row.person)) return false;
	if (!isIn(filter.rules, row.rule)) return false;
	if (filter.flags !== undefined && !row.flags.some((flag) => filter.flags?.includes(flag))) return false;
	if (since !== undefined && !(millis(row.time) >= millis(since))) return false;
	if (until !== undefined && !(millis(row.time) <= millis(until))) return false;
	if (file !== undefined && file !== "") {
		const part = file.toLowerCase();
		if (!row.files.some((path) => path.toLowerCase().includes(part))) return false;
	}
	if (text !== undefined) {
		const wanted = wordsOf(text);
		if (wanted.length > 0) {
			const words = wordsOf(row.search);
			if (!wanted.every((start) => words.some((word) => word.startsWith(start)))) return false;
		}
	}
	return true;
}

/** The words of a text: runs of letters and digits, lower case, without accents. */
export function wordsOf(text: string): string[] {
	return (
		text
			.normalize("NFKD")
			.replace(/\p{M}+/gu, "")
			.toLowerCase()
			.match(/[\p{L}\p{N}]+/gu) ?? []
	);
}

function isIn<T>(wanted: readonly T[] | undefined, value: T | undefined): boolean {
	return wanted === undefined || (value !== undefined && wanted.includes(value));
}

function millis(time: string): number {
	return Date.parse(time);
}
