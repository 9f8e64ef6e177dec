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
	/** Of a diff: the hunk it belongs to. */
	hunk?: number;
	/**
	 * No line, but what lies before hunk `at`: lines that did not change and are left out ("gap", after the last hunk too), or
	 * the head of the hunk. It is not counted, and not needed for having shown all of the text.
	 */
	between?: { kind: "gap" | "head"; at: number };
}

const ROW_CHARACTERS = 1200;
const CHUNK_ROWS = 20;
const CHUNK_CHARACTERS = 1200;

/** The lines of a text. A line break is "\n" only: a lone "\r" is drawn as what it is. */
export function textRows(text: string): Row[] {
	return text.split("\n").flatMap((line, index) => splitRow({ text: line, number: index + 1 }));
}

export interface DiffLook {
	/** Gaps above the first hunk and below the last one. */
	above?: boolean;
	below?: boolean;
	/** A head before each hunk. */
	heads?: boolean;
}

/**
 * The lines of a diff with a gap row between hunks.
 * @param eols draw line breaks, for a change that is about them
 */
export function diffRows(hunks: readonly Hunk[], eols: boolean, { above, below, heads }: DiffLook = {}): Row[] {
	const rows: Row[] = [];
	const between = (kind: "gap" | "head", at: number) => rows.push({ text: "", between: { kind, at } });
	for (const [at, hunk] of hunks.entries()) {
		if (at > 0 || above) between("gap", at);
		if (heads) between("head", at);
		for (const { op, before, after, text, eol, mark } of hunk.lines) {
			const number = op === "-" ? before : after;
			const row: Row = { text, op, hunk: at };
			if (number !== undefined) row.number = number;
			if (eols || eol === "") row.eol = eol;
			if (mark) row.marks = mark;
			// Not push(...rows): a hostile line can be split into more parts than a call takes arguments.
			for (const part of splitRow(row)) rows.push(part);
		}
	}
	if (below) between("gap", hunks.length);
	return rows;
}

/** Lines around a change, as the rows of a diff. @param shift by how much their numbers differ from those before the change */
export function contextRows(lines: readonly { number: number; text: string }[], shift: number): Row[] {
	return lines.flatMap(({ number, text }) => splitRow({ text, op: " ", number: number + shift }));
}

/** A row for each name: a line break in one is drawn as what it is. */
export function nameRows(names: readonly string[]): Row[] {
	return names.flatMap((text) => splitRow({ text }));
}

/**
 * Rows in chunks of at most 20 rows and about 1,200 characters. What lies between lines is a chunk of its own, so that the
 * other chunks are the same with and without it.
 */
export function chunks(rows: readonly Row[]): Row[][] {
	const out: Row[][] = [];
	let open: Row[] = [];
	let size = 0;
	for (const row of rows) {
		const parted = row.between !== undefined || open[0]?.between !== undefined || row.hunk !== open[0]?.hunk;
		const full = open.length >= CHUNK_ROWS || size + row.text.length > CHUNK_CHARACTERS;
		if (open.length > 0 && (parted || full)) {
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

/**
 * The first rows, within a limit of rows and characters: what is worth drawing before somebody asks for all. What lies
 * between lines does not count, and does not come last where lines are missing.
 */
export function firstRows(rows: readonly Row[], limit: number): Row[] {
	const out: Row[] = [];
	let size = 0;
	let count = 0;
	for (const row of rows) {
		if (row.between === undefined) {
			if (count >= limit || (count > 0 && size + row.text.length > limit * 160)) break;
			count++;
			size += row.text.length;
		}
		out.push(row);
	}
	while (out.length < rows.length && out.at(-1)?.between !== undefined) out.pop();
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
		if (row.hunk !== undefined) part.hunk = row.hunk;
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
