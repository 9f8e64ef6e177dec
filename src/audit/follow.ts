// A log as it grows: what stands there from some place on, then what is appended, in this and in new segments.
import { stat } from "node:fs/promises";
import { basename } from "node:path";
import { openLine } from "./chain.ts";
import { linesOf } from "./lines.ts";
import { type ReadLine, segmentsIn } from "./read.ts";

/** How far a segment was read. */
export interface Followed {
	/** Bytes. */
	offset: number;
	lines: number;
}

const EVERY_MS = 300;

/**
 * Lines that are appended until the signal aborts, beginning at the places in `from`; segments that are not in it are read
 * from their start. A line is given once its line break is there. Segments are looked at in turn, so lines of two gates may
 * come slightly out of their order in time.
 */
export async function* followEntries(
	dir: string,
	{ signal, from = new Map() }: { signal: AbortSignal; from?: ReadonlyMap<string, Followed> },
): AsyncGenerator<ReadLine> {
	const known = new Map<string, Followed>();
	while (!signal.aborted) {
		for (const path of await segmentsIn(dir)) {
			const segment = basename(path);
			const followed = known.get(path) ?? { ...(from.get(segment) ?? { offset: 0, lines: 0 }) };
			known.set(path, followed);
			if ((await stat(path)).size <= followed.offset) continue;
			for await (const line of linesOf(path, followed.offset)) {
				if (!line.ended) break;
				followed.offset = line.offset + line.bytes;
				followed.lines++;
				const at = { segment, line: followed.lines, offset: line.offset, bytes: line.bytes, ended: true };
				yield { ...at, ...read(line.text) };
				if (signal.aborted) return;
			}
		}
		await pause(signal);
	}
}

function read(text: string | undefined): Pick<ReadLine, "entry" | "problem"> {
	if (text === undefined) return { problem: "the line is too long or not text" };
	const opened = openLine(text);
	if (opened.state === "unparsable") return { problem: opened.why };
	return opened.state === "altered" ? { entry: opened.entry, problem: opened.why } : { entry: opened.entry };
}

function pause(signal: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const end = () => {
			clearTimeout(timer);
			signal.removeEventListener("abort", end);
			resolve();
		};
		const timer = setTimeout(end, EVERY_MS);
		signal.addEventListener("abort", end);
	});
}
