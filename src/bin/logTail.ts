// `gatepost log tail`: the newest entries, and those that follow until the reader has seen enough.
import { type Followed, followEntries } from "../audit/follow.ts";
import { type ReadLine, readEntries } from "../audit/read.ts";
import { type ExitCode, type LogOptions, logDir, reading } from "./log.ts";
import { entryJson, listLine } from "./logText.ts";

export interface TailOptions extends LogOptions {
	/** Entries to show of what is there. */
	lines: number;
	/** Go on with what is appended. */
	follow: boolean;
	/** Ends the following. */
	signal: AbortSignal;
}

/** Shows the end of a log. @returns 0, also when following was ended */
export function logTail(options: TailOptions): Promise<ExitCode> {
	return reading(options, async () => {
		const dir = logDir(options.home, options.folder);
		const show = async (line: ReadLine) => options.out(options.json ? entryJson(line) : listLine(line));
		const from = new Map<string, Followed>();
		const last: ReadLine[] = [];
		for await (const line of readEntries(dir)) {
			// One that is being written comes again when it is whole.
			if (options.follow && !line.ended) continue;
			from.set(line.segment, { offset: line.offset + line.bytes, lines: line.line });
			last.push(line);
			if (last.length > options.lines) last.shift();
		}
		for (const line of last) await show(line);
		if (options.follow) for await (const line of followEntries(dir, { signal: options.signal, from })) await show(line);
		return 0;
	});
}
