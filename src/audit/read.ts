// Reading a log: streaming, tolerant (a bad line is an item, not an end), nothing written.
import { stat } from "node:fs/promises";
import { basename, join } from "node:path";
import { type Entry, openLine } from "./chain.ts";
import { JournalError, systemCode } from "./errors.ts";
import { type Line, linesOf } from "./lines.ts";
import { listSegments, segmentStart } from "./segment.ts";

/** One line of a log. */
export interface ReadLine {
	segment: string;
	/** 1-based line number in the segment. */
	line: number;
	/** Offset of its first byte in the segment, and its length with the line break, in bytes. */
	offset: number;
	bytes: number;
	/** Has its line break. */
	ended: boolean;
	/** Absent when the line is not an entry. */
	entry?: Entry;
	/** Why the line is not what was written: altered, cut short, or no entry at all. */
	problem?: string;
}

/**
 * Lines of segments or whole logs, in the order of the arguments.
 * @param paths segment files, journal folders, or folders that hold a `journal` folder; the segments of a folder are
 *   merged by the time their entries claim, without changing the order inside a segment
 */
export async function* readEntries(...paths: string[]): AsyncGenerator<ReadLine> {
	for (const path of paths) {
		if (!(await stat(path)).isDirectory()) yield* readSegment(path);
		else yield* merged(await segmentsIn(path));
	}
}

/** Paths of the segments of a log, given its folder or its journal folder. */
export async function segmentsIn(dir: string): Promise<string[]> {
	const inside = join(dir, "journal");
	const journal = await stat(inside).then(
		() => inside,
		() => dir,
	);
	return listSegments(journal).map((name) => join(journal, name));
}

/**
 * Lines of one segment, each by itself: that one follows the other is the verifier's to prove. A file that cannot be read
 * is one item that says so.
 */
export async function* readSegment(path: string): AsyncGenerator<ReadLine> {
	const segment = basename(path);
	const lines = linesOf(path);
	try {
		let number = 0;
		for (;;) {
			let next: IteratorResult<Line>;
			try {
				next = await lines.next();
			} catch (error) {
				const code = error instanceof JournalError ? error.code : systemCode(error);
				if (code === "") throw error;
				const problem = `the segment cannot be read here (${code})`;
				yield { segment, line: number + 1, offset: 0, bytes: 0, ended: false, problem };
				return;
			}
			if (next.done === true) return;
			const line = next.value;
			number = line.number;
			const at = { segment, line: line.number, offset: line.offset, bytes: line.bytes, ended: line.ended };
			if (line.text === undefined) {
				yield { ...at, problem: "the line is too long or not text" };
				continue;
			}
			const opened = openLine(line.text);
			if (opened.state === "unparsable") yield { ...at, problem: line.ended ? opened.why : "the line is cut short" };
			else if (opened.state === "altered") yield { ...at, entry: opened.entry, problem: opened.why };
			else yield { ...at, entry: opened.entry, ...(line.ended ? {} : { problem: "the line break is missing" }) };
		}
	} finally {
		// Whoever has seen enough leaves no file open.
		await lines.return(undefined);
	}
}

interface Source {
	lines: AsyncGenerator<ReadLine>;
	next: ReadLine;
	/** Never goes back inside a segment, so that a clock that jumps cannot mix up its lines. */
	time: string;
}

/** Few files are open at a time: a segment is opened when the merge has come to the time in its name. */
async function* merged(paths: string[]): AsyncGenerator<ReadLine> {
	const closed = paths.map((path) => ({ path, start: segmentStart(basename(path)) }));
	const open: Source[] = [];
	try {
		for (;;) {
			let first = earliest(open);
			while (closed[0] !== undefined && (first === undefined || closed[0].start <= first.time)) {
				const { path, start } = closed[0];
				closed.shift();
				await advance({ lines: readSegment(path), time: start }, open);
				first = earliest(open);
			}
			if (first === undefined) return;
			yield first.next;
			open.splice(open.indexOf(first), 1);
			await advance(first, open);
		}
	} finally {
		for (const source of open) await source.lines.return(undefined);
	}
}

async function advance(source: Pick<Source, "lines" | "time">, open: Source[]): Promise<void> {
	const { value, done } = await source.lines.next();
	if (done) return;
	const claimed = value.entry?.head.time;
	const goesOn = claimed !== undefined && claimed > source.time;
	open.push({ lines: source.lines, next: value, time: goesOn ? claimed : source.time });
}

function earliest(open: Source[]): Source | undefined {
	let first: Source | undefined;
	for (const source of open) if (first === undefined || source.time < first.time) first = source;
	return first;
}
