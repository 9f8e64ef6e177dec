// `gatepost log tail`: the newest entries, those that a filter wants, and those that follow until the reader has seen enough.

import { foldRows } from "../audit/fold.ts";
import { type Followed, followEntries } from "../audit/follow.ts";
import { type ReadLine, readEntries } from "../audit/read.ts";
import { WantedLines } from "../audit/wanted.ts";
import type { AuditFilter } from "../protocol/audit.ts";
import { type ExitCode, type LogOptions, logDir, reading } from "./log.ts";
import { isEmptyFilter } from "./logFilter.ts";
import { isWanted } from "./logList.ts";
import { wholeSessions } from "./logSessions.ts";
import { entryJson, listLine } from "./logText.ts";
import { WantedSoFar } from "./wantedSoFar.ts";

export interface TailOptions extends LogOptions {
	/** Entries to show of what is there. */
	lines: number;
	/** Go on with what is appended. */
	follow: boolean;
	/** Which entries; as in `log list`, all those of the rows it wants. */
	filter?: AuditFilter;
	/** Ends the following. */
	signal: AbortSignal;
}

/** Shows the end of a log. @returns 0, also when following was ended */
export function logTail(options: TailOptions): Promise<ExitCode> {
	return reading(options, async () => {
		const dir = logDir(options.home, options.folder);
		const filter = await wholeSessions(dir, options.filter ?? {});
		const show = async (line: ReadLine) => options.out(options.json ? entryJson(line) : listLine(line));
		const from = new Map<string, Followed>();
		// Which entries are wanted is known only when their rows are: with a filter the log is read twice, to the same end.
		const wanted = isEmptyFilter(filter) ? undefined : await wantedOf(dir, filter, options.follow, from);
		const last: ReadLine[] = [];
		const later = wanted === undefined || !options.follow ? undefined : new WantedSoFar((row) => isWanted(row, filter));
		for await (const line of readEntries(dir)) {
			if (wanted === undefined ? !counts(line, options.follow) : line.line > (from.get(line.segment)?.lines ?? 0))
				continue;
			if (wanted === undefined) note(from, line);
			later?.take(line);
			if (wanted?.has(line.segment, line.line) === false) continue;
			last.push(line);
			if (last.length > options.lines) last.shift();
		}
		for (const line of last) await show(line);
		if (!options.follow) return 0;
		for await (const line of followEntries(dir, { signal: options.signal, from }))
			for (const one of later?.take(line) ?? [line]) await show(one);
		return 0;
	});
}

/** @param from is told how far each segment was read */
async function wantedOf(
	dir: string,
	filter: AuditFilter,
	follow: boolean,
	from: Map<string, Followed>,
): Promise<WantedLines> {
	async function* noted(): AsyncGenerator<ReadLine> {
		for await (const line of readEntries(dir)) {
			if (!counts(line, follow)) continue;
			note(from, line);
			yield line;
		}
	}
	const wanted = new WantedLines();
	for await (const row of foldRows(noted())) if (isWanted(row, filter)) wanted.add(row);
	return wanted;
}

/** A line that is being written comes again when it is whole. */
function counts(line: ReadLine, follow: boolean): boolean {
	return !follow || line.ended;
}

function note(from: Map<string, Followed>, line: ReadLine): void {
	from.set(line.segment, { offset: line.offset + line.bytes, lines: line.line });
}
