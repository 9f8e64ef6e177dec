// The change of a file as it was approved, drawn for a reader of a report: signs and words, not colour alone.
import { diffTexts, newBudget } from "../../actions/diff.ts";
import { isBinary } from "../../actions/textFile.ts";
import type { DetailFile, EvidenceLink } from "../../protocol/audit.ts";
import { escaped } from "./htmlText.ts";
import type { Absent } from "./piece.ts";

/** A side larger than this is not compared again. Bytes. */
const MAX_SIDE = 512 * 1024;

export type Read = (digest: string) => Promise<Buffer | Absent>;

/** Why a piece is not there, behind its name. */
export const ABSENT: Readonly<Record<Absent, string>> = {
	missing: "is missing",
	altered: "was altered",
	unreadable: "is there and cannot be read",
};

const OPS = { create: "Created", modify: "Changed", delete: "Deleted" } as const;

/** A file with its diff, or why there is none. */
export async function fileHtml(file: DetailFile, read: Read): Promise<string> {
	const head = `<p class="file"><b>${OPS[file.op]}</b> <bdi><code>${escaped(file.path)}</code></bdi>${
		file.target === undefined ? "" : ` → <bdi><code>${escaped(file.target)}</code></bdi>`
	}</p>`;
	const before = await sideText(file.before, read);
	const after = await sideText(file.after, read);
	const why = before.why ?? after.why;
	if (why !== undefined) return `${head}<p class="note">${escaped(why)}</p>`;
	const { hunks, added, removed, whitespaceOnly, eolOnly, cut } = diffTexts(before.text, after.text, newBudget());
	const notes = [
		`${added} added, ${removed} removed`,
		...(whitespaceOnly > 0 ? [`${whitespaceOnly} in white space only`] : []),
		...(eolOnly > 0 ? [`${eolOnly} in line ends only`] : []),
		...(before.redacted || after.redacted ? ["secrets are masked"] : []),
		...(cut ? ["the diff is cut"] : []),
	];
	const lines = hunks.flatMap((hunk) => [
		...hunk.lines.map(({ op, text, before: from, after: to }) => {
			const tag = op === "+" ? "ins" : op === "-" ? "del" : "span";
			const number = String(op === "-" ? (from ?? "") : (to ?? "")).padStart(5);
			return `<${tag}><i>${number}</i> ${op} ${escaped(text)}</${tag}>`;
		}),
		"<span>      ⋮</span>",
	]);
	lines.pop();
	return `${head}<p class="note">${escaped(notes.join(", "))}</p><pre class="diff" dir="ltr">${lines.join("\n")}</pre>`;
}

interface Side {
	text: string;
	redacted: boolean;
	why?: string;
}

async function sideText(side: DetailFile["before"], read: Read): Promise<Side> {
	if (side === undefined) return { text: "", redacted: false };
	if ("omitted" in side)
		return { text: "", redacted: false, why: `Its content (${side.omitted} bytes) was too large to be kept.` };
	const why = whyNot(side);
	if (why !== undefined) return { text: "", redacted: side.redacted, why };
	const bytes = await read(side.digest);
	if (typeof bytes === "string")
		return { text: "", redacted: side.redacted, why: `Evidence ${side.digest} ${ABSENT[bytes]}.` };
	if (isBinary(bytes))
		return { text: "", redacted: side.redacted, why: `It is not text (${side.size} bytes, evidence ${side.digest}).` };
	return { text: bytes.toString("utf8"), redacted: side.redacted };
}

function whyNot({ removedAt, size, digest }: EvidenceLink): string | undefined {
	if (removedAt !== undefined) return `Its content was removed by retention (${removedAt}).`;
	return size > MAX_SIDE ? `It is too large to be shown here (${size} bytes, evidence ${digest}).` : undefined;
}
