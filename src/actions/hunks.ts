// A file's change with some of its hunks left out, byte for byte.
import type { Hunk } from "../protocol/card.ts";
import { type Message, message } from "../protocol/messages.ts";
import { diffTexts, newBudget } from "./diff.ts";
import { splitLines } from "./lines.ts";
import { isBinary } from "./textFile.ts";

/** Lines of both sides that a hunk is about, [from, to) from 0. */
export interface Span {
	before: [number, number];
	after: [number, number];
}

/**
 * The new bytes of a file when these hunks keep their old lines, or why that cannot be.
 * @param before empty where there is no file yet
 * @param leftOut indices of hunks
 * @param shown hunks as a card shows them, all of them; by default what a card of this file alone would show. The search
 * for differences is bounded in time, so only the very hunks that were shown mean what the person meant.
 */
export function withoutHunks(
	before: Buffer,
	after: Buffer,
	leftOut: readonly number[],
	shown?: readonly Hunk[],
): Buffer | Message {
	if (shown !== undefined) return withoutSpans(before, after, leftOut, shown.map(spanOf));
	if (isBinary(before) || isBinary(after)) return message("edit.binary");
	const { cut, hunks } = diffTexts(before.toString("utf8"), after.toString("utf8"), newBudget());
	return cut ? message("edit.cut") : withoutSpans(before, after, leftOut, hunks.map(spanOf));
}

/** As `withoutHunks`, with all that it needs to know of the hunks that were shown. */
export function withoutSpans(
	before: Buffer,
	after: Buffer,
	leftOut: readonly number[],
	spans: readonly Span[],
): Buffer | Message {
	if (isBinary(before) || isBinary(after)) return message("edit.binary");
	const out = new Set(leftOut);
	for (const index of out) if (spans[index] === undefined) return message("edit.noHunk");
	if (out.size > 0 && out.size === spans.length) return message("edit.allLeftOut");
	const [a, b] = [splitLines(before.toString("utf8")), splitLines(after.toString("utf8"))];
	const kept: string[] = [];
	let at = 0;
	for (const [index, span] of spans.entries()) {
		if (!out.has(index)) continue;
		for (; at < span.after[0]; at += 1) kept.push(b[at] ?? "");
		for (let line = span.before[0]; line < span.before[1]; line += 1) kept.push(a[line] ?? "");
		at = span.after[1];
	}
	for (; at < b.length; at += 1) kept.push(b[at] ?? "");
	return Buffer.from(kept.join(""), "utf8");
}

/** A side without a line in the hunk is empty: any other has at least context there. */
export function spanOf({ lines }: Hunk): Span {
	const range = (side: "before" | "after"): [number, number] => {
		const numbers = lines.flatMap((line) => line[side] ?? []);
		return numbers.length === 0 ? [0, 0] : [(numbers[0] ?? 1) - 1, numbers.at(-1) ?? 0];
	};
	return { before: range("before"), after: range("after") };
}
