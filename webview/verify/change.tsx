// What a change does to a file, as text.
import { structuredPatch } from "diff";
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import { textOf } from "./bytes.ts";
import type { Checked } from "./check.ts";
import type { FileChange } from "./story.ts";
import { Visible } from "./text.tsx";

const MAX_DIFF_BYTES = 2_000_000;
const MAX_ROWS = 2000;
const OPS: Record<string, string> = { create: "New file", modify: "Changes", delete: "Deletes" };

export function Change({ file, checked }: { file: FileChange; checked: Checked }): JSX.Element {
	const before = sideOf(file.before, checked);
	const after = sideOf(file.after, checked);
	return (
		<div class="change">
			<p>
				<span class="word">{OPS[file.op] ?? "Changes"}</span> <Visible text={file.path} />
			</p>
			{file.omitted && <p class="note">A side of it was too large to be kept.</p>}
			{[before, after].map(
				(side, at) =>
					"why" in side && (
						<p key={at} class="note">
							{side.why}
						</p>
					),
			)}
			{"bytes" in before && "bytes" in after && <Diff before={before.bytes} after={after.bytes} />}
		</div>
	);
}

type Side = { bytes: Uint8Array } | { why: string };

/** Content of a piece of evidence, without its salt, or why it is not here. */
export function sideOf(digest: string | undefined, { files, removed, notHere }: Checked): Side {
	if (digest === undefined) return { bytes: new Uint8Array(0) };
	const file = files.get(`evidence/${digest}`);
	if (file !== undefined) return { bytes: file.subarray(16) };
	const when = removed.get(digest);
	if (when !== undefined) return { why: `Its content was removed by the retention of the log, ${when}.` };
	if (notHere.includes(digest)) return { why: `Its content is too large for this page. It is in evidence/${digest}.` };
	return { why: "Its content is missing." };
}

interface Row {
	op: " " | "+" | "-" | "@";
	text: string;
}

function Diff({ before, after }: { before: Uint8Array; after: Uint8Array }): JSX.Element {
	const rows = useMemo(() => rowsOf(before, after), [before, after]);
	if (typeof rows === "string") return <p class="note">{rows}</p>;
	return (
		<div class="block diff">
			{rows.slice(0, MAX_ROWS).map(({ op, text }, at) => (
				<div key={at} class={op === "+" ? "added" : op === "-" ? "gone" : op === "@" ? "hunk" : ""}>
					<span class="sign" aria-hidden="true">
						{op === "@" ? "" : op === "-" ? "−" : op}
					</span>
					{op === "+" && <span class="unseen">added: </span>}
					{op === "-" && <span class="unseen">removed: </span>}
					<Visible text={text} />
				</div>
			))}
			{rows.length > MAX_ROWS && <div class="note">{rows.length - MAX_ROWS} more lines are not drawn here.</div>}
		</div>
	);
}

function rowsOf(before: Uint8Array, after: Uint8Array): Row[] | string {
	const sizes = `${before.length} bytes before, ${after.length} bytes after`;
	if (before.length + after.length > MAX_DIFF_BYTES) return `Too large to be compared in this page: ${sizes}.`;
	const [left, right] = [textOf(before), textOf(after)];
	if (left === undefined || right === undefined || left.includes("\0") || right.includes("\0"))
		return `No text: ${sizes}.`;
	const patch = structuredPatch("", "", left, right, undefined, undefined, { context: 3, timeout: 2000 });
	if (patch === undefined) return `It differs in too many places to be compared in this page: ${sizes}.`;
	if (patch.hunks.length === 0) return "Nothing differs.";
	return patch.hunks.flatMap(({ oldStart, newStart, lines }) => [
		{ op: "@" as const, text: `line ${oldStart} before, line ${newStart} after` },
		...lines.map((line): Row => {
			const op = line[0];
			return op === "+" || op === "-" || op === " "
				? { op, text: line.slice(1) }
				: { op: " ", text: "(no line break at the end)" };
		}),
	]);
}
