// Text as rows and rows as chunks: what `Lines` draws. A chunk is small enough to fit a screen, so that its end having
// been in view says something about the whole of it.
import type { DiffLine, Hunk } from "../../src/protocol/card.ts";
import type { Range } from "./visible.ts";

export interface Row {
	text: string;
	/** Line number, where the line has one. */
	number?: number;
	op?: DiffLine["op"];
	/** The line break, drawn in words when the change is about line breaks. */
	eol?: DiffLine["eol"];
	marks?: readonly Range[];
	/** Goes on with the row before: a line too long for one box. */
	goesOn?: boolean;
	/** Between two hunks: lines that did not change are left out here. */
	gap?: boolean;
}

const ROW_CHARACTERS = 1200;
const CHUNK_ROWS = 20;
const CHUNK_CHARACTERS = 1200;

/** The lines of a text. A line break is "\n" only: a lone "\r" is drawn as what it is. */
export function textRows(text: string): Row[] {
	return text.split("\n").flatMap((line, index) => splitRow({ text: line, number: index + 1 }));
}

/**
 * The lines of a diff with a gap row between hunks.
 * @param eols draw line breaks, for a change that is about them
 */
export function diffRows(hunks: readonly Hunk[], eols: boolean): Row[] {
	const rows: Row[] = [];
	for (const hunk of hunks) {
		if (rows.length > 0) rows.push({ text: "", gap: true });
		for (const { op, before, after, text, eol, mark } of hunk.lines) {
			const number = op === "-" ? before : after;
			const row: Row = { text, op };
			if (number !== undefined) row.number = number;
			if (eols || eol === "") row.eol = eol;
			if (mark) row.marks = mark;
			// Not push(...rows): a hostile line can be split into more parts than a call takes arguments.
			for (const part of splitRow(row)) rows.push(part);
		}
	}
	return rows;
}

/** Rows in chunks of at most 20 rows and about 1,200 characters. */
export function chunks(rows: readonly Row[]): Row[][] {
	const out: Row[][] = [];
	let open: Row[] = [];
	let size = 0;
	for (const row of rows) {
		if (open.length > 0 && (open.length >= CHUNK_ROWS || size + row.text.length > CHUNK_CHARACTERS)) {
			out.push(open);
			open = [];
			size = 0;
		}
		open.push(row);
		size += row.text.length;
	}
	if (open.length > 0) out.push(open);
	return out;
}

/** The first rows, within a limit of rows and characters: what is worth drawing before somebody asks for all. */
export function firstRows(rows: readonly Row[], limit: number): Row[] {
	const out: Row[] = [];
	let size = 0;
	for (const row of rows.slice(0, limit)) {
		if (out.length > 0 && size + row.text.length > limit * 160) break;
		out.push(row);
		size += row.text.length;
	}
	return out;
}

function splitRow(row: Row): Row[] {
	if (row.text.length <= ROW_CHARACTERS) return [row];
	const parts: Row[] = [];
	for (let start = 0; start < row.text.length; ) {
		let end = Math.min(start + ROW_CHARACTERS, row.text.length);
		// A surrogate pair stays together.
		if (end < row.text.length && /[\uD800-\uDBFF]/.test(row.text.charAt(end - 1))) end++;
		const part: Row = { text: row.text.slice(start, end) };
		if (row.op) part.op = row.op;
		if (start > 0) part.goesOn = true;
		else if (row.number !== undefined) part.number = row.number;
		const marks = cutMarks(row.marks, start, end);
		if (marks.length > 0) part.marks = marks;
		if (end === row.text.length && row.eol !== undefined) part.eol = row.eol;
		parts.push(part);
		start = end;
	}
	return parts;
}

function cutMarks(marks: readonly Range[] = [], start: number, end: number): Range[] {
	return marks
		.filter(([from, to]) => from < end && to > start)
		.map(([from, to]) => [Math.max(from, start) - start, Math.min(to, end) - start] as const);
}
