// A card as it may be kept: with its secrets masked. What is shown in the editor stays as it is (DESIGN 2.8).
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardFile, CardModel, DiffLine } from "../protocol/card.ts";
import { type FileChange, type FileSide, isChange, type Proposal } from "./change.ts";
import { splitBreak, splitLines } from "./lines.ts";
import { redact, redactJson, redactLines } from "./redact.ts";

/**
 * A card with its secrets masked. A hunk shows only some lines of a file, so each line is masked as it is in the whole
 * file: the middle of a private key looks like nothing by itself.
 * @param proposal what the card's files were made of
 * @throws TooDeepError
 */
export function redactCard(card: CardModel, proposal: Proposal): { value: JsonObject; redacted: boolean } {
	const changes = isChange(proposal) ? proposal.files : [];
	let redacted = false;
	const files = card.files.map((file, index) => {
		const safe = redactFile(file, changes[index]);
		redacted ||= safe.redacted;
		return safe.file;
	});
	// The label is made of the prompt.
	const label = redact(card.session.label, { prose: true });
	const session = { ...card.session, label: label.text };
	const safe = redactJson(JSON.parse(JSON.stringify({ ...card, session, files })) as JsonObject);
	return { value: safe.value, redacted: redacted || label.redacted || safe.redacted };
}

type Side = "before" | "after";

function redactFile(file: CardFile, change: FileChange | undefined): { file: CardFile; redacted: boolean } {
	const before = sideLines(file, change, "before");
	const after = sideLines(file, change, "after");
	const line = (one: DiffLine): DiffLine => {
		const known = one.op === "-" ? before.masked.get(one.before ?? 0) : after.masked.get(one.after ?? 0);
		const text = redact(known ?? one.text).text;
		if (text === one.text) return one;
		// Marks are places in the text as it was.
		const { mark, ...rest } = one;
		return { ...rest, text };
	};
	const hunks = file.hunks.map(({ lines }) => ({ lines: lines.map(line) }));
	return {
		file: { ...file, hunks, ...digest(file, "before", before), ...digest(file, "after", after) },
		redacted: before.redacted || after.redacted,
	};
}

interface MaskedLines {
	redacted: boolean;
	/** Lines that differ from what they were, by number. */
	masked: Map<number, string>;
}

function sideLines(file: CardFile, change: FileChange | undefined, side: Side): MaskedLines {
	const whole = change?.[side];
	if (whole !== undefined && !whole.binary) return maskedLines(splitLines(textOf(whole)), (index) => index + 1);
	const left = side === "before" ? "+" : "-";
	const shown = file.hunks.flatMap(({ lines }) => lines.filter(({ op }) => op !== left));
	return maskedLines(
		shown.map(({ text }) => text),
		(index) => shown[index]?.[side] ?? 0,
	);
}

function textOf({ bytes }: FileSide): string {
	return bytes.toString("utf8");
}

function maskedLines(lines: string[], numberOf: (index: number) => number): MaskedLines {
	const safe = redactLines(lines);
	const masked = new Map<number, string>();
	for (const [index, line] of safe.lines.entries())
		if (line !== lines[index]) masked.set(numberOf(index), splitBreak(line).text);
	return { redacted: safe.redacted, masked };
}

/** The plain digest of a content with a secret would let anybody confirm a guess of it. */
function digest(file: CardFile, side: Side, { redacted }: MaskedLines): Partial<Pick<CardFile, Side>> {
	const found = file[side];
	return found === undefined || !redacted ? {} : { [side]: { ...found, sha256: "[redacted:digest~64]" } };
}
