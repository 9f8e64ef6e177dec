// Lines of a log again, by where they stand.
import { join } from "node:path";
import { MAX_LINE_BYTES } from "../chain.ts";
import { JournalError, systemCode } from "../errors.ts";
import { openPlain, readAt } from "../files.ts";
import type { ReadLine } from "../read.ts";
import { type MarkedLine, markedLine } from "./reader.ts";
import type { Spot } from "./spots.ts";

const NEWLINE = 10;

/** A line, and its text where it could be read. */
export type TextLine = ReadLine & { text?: string };

/**
 * Reads lines one after the other. A line that is not the one that was there, or cannot be read, has a `problem`.
 * @param dir the workspace's folder
 * @param segments names by number
 */
export async function* readSpots(
	dir: string,
	segments: readonly string[],
	spots: readonly Spot[],
): AsyncGenerator<TextLine> {
	let open: { segment: number; handle: Awaited<ReturnType<typeof openPlain>> } | undefined;
	try {
		for (const spot of spots) {
			const segment = segments[spot.segment] ?? "";
			const place = { segment, line: spot.line, offset: spot.offset, bytes: spot.bytes, ended: true };
			try {
				if (open?.segment !== spot.segment) {
					await open?.handle.close();
					open = undefined;
					open = { segment: spot.segment, handle: await openPlain(join(dir, "journal", segment)) };
				}
				const length = Math.min(spot.bytes, MAX_LINE_BYTES + 1);
				yield checked(spot, place, await readAt(open.handle, spot.offset, length));
			} catch (error) {
				const code = systemCode(error);
				if (code === "" && !(error instanceof JournalError)) throw error;
				yield { ...place, problem: `the segment cannot be read (${code || "no plain file"})` };
			}
		}
	} finally {
		await open?.handle.close();
	}
}

function checked(spot: Spot, place: Omit<ReadLine, "entry" | "problem">, bytes: Buffer): TextLine {
	const isLong = spot.bytes > MAX_LINE_BYTES + 1;
	if (bytes.length < Math.min(spot.bytes, MAX_LINE_BYTES + 1)) return { ...place, problem: "the line is gone" };
	if (!isLong && bytes.indexOf(NEWLINE) !== bytes.length - 1)
		return { ...place, problem: "another line stands there now" };
	const body = isLong ? undefined : bytes.subarray(0, bytes.length - 1);
	const { line, mark }: MarkedLine = markedLine(place, body);
	const text = mark === 0 || body === undefined ? {} : { text: body.toString("utf8") };
	if (mark === spot.mark) return { ...line, ...text };
	return { ...line, ...text, problem: line.problem ?? "another entry stands there now" };
}
