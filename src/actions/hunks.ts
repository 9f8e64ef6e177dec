// A file's change with some of its hunks left out, byte for byte.
import type { Hunk } from "../protocol/card.ts";
import { type Message, message } from "../protocol/messages.ts";
import { diffTexts, newBudget } from "./diff.ts";
import { splitLines } from "./lines.ts";
import { isBinary } from "./textFile.ts";

/** Lines of both sides that a hunk is about, [from, to) from 0. */
interface Span {
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
	if (isBinary(before) || isBinary(after)) return message("edit.binary");
	const [old, now] = [before.toString("utf8"), after.toString("utf8")];
	let hunks = shown;
	if (hunks === undefined) {
		const diff = diffTexts(old, now, newBudget());
		if (diff.cut) return message("edit.cut");
		hunks = diff.hunks;
	}
	const out = new Set(leftOut);
	for (const index of out) if (hunks[index] === undefined) return message("edit.noHunk");
	if (out.size > 0 && out.size === hunks.length) return message("edit.allLeftOut");
	const [a, b] = [splitLines(old), splitLines(now)];
	const kept: string[] = [];
	let at = 0;
	for (const [index, hunk] of hunks.entries()) {
		if (!out.has(index)) continue;
		const span = spanOf(hunk);
		for (; at < span.after[0]; at += 1) kept.push(b[at] ?? "");
		for (let line = span.before[0]; line < span.before[1]; line += 1) kept.push(a[line] ?? "");
		at = span.after[1];
	}
	for (; at < b.length; at += 1) kept.push(b[at] ?? "");
	return Buffer.from(kept.join(""), "utf8");
}

/** A side without a line in the hunk is empty: any other has at least context there. */
function spanOf({ lines }: Hunk): Span {
	const range = (side: "before" | "after"): [number, number] => {
		const numbers = lines.flatMap((line) => line[side] ?? []);
		return numbers.length === 0 ? [0, 0] : [(numbers[0] ?? 1) - 1, numbers.at(-1) ?? 0];
	};
	return { before: range("before"), after: range("after") };
}
