// The change of a file as it was approved, drawn for a reader of a report: signs and words, not colour alone.
import { diffTexts, newBudget } from "../../actions/diff.ts";
import { isBinary } from "../../actions/textFile.ts";
import type { DetailFile, EvidenceLink } from "../../protocol/audit.ts";
import { format } from "../../protocol/messages.ts";
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

/** A file with its diff, or why there is none; and what was found in its place, where it was not that. */
export async function fileHtml(file: DetailFile, read: Read): Promise<string> {
	const { mismatch } = file;
	const html = await changeHtml(file, read);
	if (mismatch === undefined) return html;
	const found = [
		mismatch.unwritten === true
			? "After it the file was as it had been before."
			: mismatch.found === null && mismatch.why === undefined
				? "After it there was no file."
				: mismatch.why === undefined
					? "After it the file held something else."
					: "",
		mismatch.target === undefined ? "" : "It led to another place than the one that was shown.",
	];
	const said = `<p class="odd">${escaped(found.filter(Boolean).join(" "))}${mismatch.target === undefined ? "" : ` <bdi><code>${escaped(mismatch.target)}</code></bdi>`}${mismatch.why === undefined ? "" : ` <bdi>${escaped(format(mismatch.why))}</bdi>`}</p>`;
	const { after } = mismatch;
	if (mismatch.unwritten === true || after === undefined) return html + said;
	// From what was allowed to what was there.
	const { path, op, after: allowed } = file;
	const between: DetailFile = {
		path,
		op: op === "create" ? "modify" : op,
		after,
		...(allowed === undefined ? {} : { before: allowed }),
	};
	return `${html}${said}${await changeHtml(between, read)}`;
}

async function changeHtml(file: DetailFile, read: Read): Promise<string> {
	const head = `<p class="file"><b>${OPS[file.op]}</b> <bdi><code>${escaped(file.path)}</code></bdi>${
		file.target === undefined ? "" : ` → <bdi><code>${escaped(file.target)}</code></bdi>`
	}${seenHtml(file)}</p>`;
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

/** Links and permissions, where they were seen to change. */
function seenHtml({ link, mode }: DetailFile): string {
	const links = link === undefined ? "" : ` link: ${escaped(link.before ?? "none")} → ${escaped(link.after ?? "none")}`;
	const bits = mode === undefined ? "" : ` mode: ${mode.before.toString(8)} → ${mode.after.toString(8)}`;
	return links + bits === "" ? "" : ` <bdi><small>${links}${bits}</small></bdi>`;
}

interface Side {
	text: string;
	redacted: boolean;
	why?: string;
}

async function sideText(side: DetailFile["before"], read: Read): Promise<Side> {
	if (side === undefined) return { text: "", redacted: false };
	if ("omitted" in side) {
		const why = side.why === undefined ? "was too large to be kept" : `was not kept: ${format(side.why)}`;
		return { text: "", redacted: false, why: `Its content (${side.omitted} bytes) ${why}.` };
	}
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
