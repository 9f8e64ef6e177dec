// Files of a change, one a line: what happens to each, and both sides of it in the editor.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { DetailFile, EvidenceLink, FileMismatch } from "../../../src/protocol/audit.ts";
import { AgentText, Sentence } from "../../ui/agentText.tsx";
import { Button } from "../../ui/button.tsx";
import { counted, say, t } from "../../ui/texts.ts";
import { oneLine, visibleText } from "../../ui/visible.ts";
import type { Store } from "../store.ts";
import { byteSize } from "../words.ts";
import { Warning } from "./parts.tsx";
import { UndoButton, whyNot } from "./undo.tsx";

/** Files drawn before somebody asks for all. */
const FIRST_FILES = 50;
/** Characters of a digest that tell two apart. */
const DIGEST_CHARACTERS = 12;

interface FileLinesProps {
	store: Store;
	/** Number of the row. */
	row: number;
	files: readonly DetailFile[];
	/** Which files of the row they are; without it, those of the proposed change. */
	of?: "actual" | "edited";
	/** They can be undone, as far as the log holds their contents. */
	undo?: boolean;
}

export function FileLines({ store, row, files, of, undo }: FileLinesProps): JSX.Element {
	const [all, setAll] = useState(false);
	const marker = of === undefined ? {} : ({ [of]: true } as { actual?: true; edited?: true });
	return (
		<>
			<ul class="files">
				{files.slice(0, all ? undefined : FIRST_FILES).map((file, index) => (
					<li key={index} class="file-line">
						<span class={`op ${file.op}`}>{t(`audit.op.${file.op}`)}</span>
						<div class="name">
							<AgentText text={file.path} code />
							{file.target !== undefined && <Led word={t("audit.detail.link")} to={file.target} />}
							{file.link?.before !== undefined && <Led word={t("audit.file.linkBefore")} to={file.link.before} />}
							{file.link?.after !== undefined && <Led word={t("audit.file.linkAfter")} to={file.link.after} />}
							<span class="help agent-text">{visibleText(sidesOf(file))}</span>
							{file.mismatch && <Mismatch mismatch={file.mismatch} />}
						</div>
						{canCompare(file) && (
							<Button
								look="secondary"
								label={t("audit.mismatch.compareOf", { file: visibleText(oneLine(file.path, 120)) })}
								onClick={() => store.post({ type: "openDiff", row, file: index, ...marker, mismatch: true })}
							>
								{t("audit.mismatch.compare")}
							</Button>
						)}
						{canDiff(file) && (
							<Button
								look="secondary"
								label={t("ui.file.openDiff", { file: visibleText(oneLine(file.path, 120)) })}
								onClick={() => store.post({ type: "openDiff", row, file: index, ...marker })}
							>
								{t("audit.detail.openDiff")}
							</Button>
						)}
						{undo && (
							<UndoButton
								store={store}
								msg={{ type: "undo", row, file: index, ...(of === "actual" ? { actual: true } : {}) }}
								file={visibleText(oneLine(file.path, 120))}
								not={whyNot(file)}
							/>
						)}
					</li>
				))}
			</ul>
			{!all && files.length > FIRST_FILES && (
				<button type="button" class="link" onClick={() => setAll(true)}>
					{counted("session.allFiles", files.length)}
				</button>
			)}
		</>
	);
}

function Led({ word, to }: { word: string; to: string }): JSX.Element {
	return (
		<span class="help">
			{word} <AgentText text={to} code />
		</span>
	);
}

/** That the file did not hold what was allowed. */
function Mismatch({ mismatch }: { mismatch: FileMismatch }): JSX.Element {
	const { approved, found, unwritten, target, why } = mismatch;
	const none = t(why === undefined ? "audit.mismatch.none" : "audit.mismatch.unreadable");
	const args = {
		approved: approved === null ? t("audit.mismatch.none") : short(approved),
		found: found === null ? none : short(found),
	};
	return (
		<Warning>
			<Sentence message={{ code: "audit.mismatch", args }} />
			{unwritten && <> {t("audit.mismatch.unwritten")}</>}
			{target !== undefined && (
				<>
					{" "}
					{t("audit.mismatch.target")} <AgentText text={target} code />
				</>
			)}
			{why && (
				<>
					{" "}
					<Sentence message={why} />
				</>
			)}
		</Warning>
	);
}

function short(digest: string): string {
	return digest.length > DIGEST_CHARACTERS ? `${digest.slice(0, DIGEST_CHARACTERS)}…` : digest;
}

type Side = DetailFile["before"];

function isHere(side: Side): boolean {
	return side !== undefined && !("omitted" in side) && side.removedAt === undefined;
}

/** A diff needs every side that there was. */
function canDiff({ before, after }: DetailFile): boolean {
	return [before, after].some(isHere) && [before, after].every((side) => side === undefined || isHere(side));
}

/** What was allowed and what was found are both known, and not the same: the path alone may have led elsewhere. */
function canCompare({ op, after, mismatch }: DetailFile): boolean {
	if (mismatch === undefined || mismatch.why !== undefined || mismatch.approved === mismatch.found) return false;
	const sides = [after, mismatch.after];
	const isKnown = (after !== undefined || op === "delete") && (mismatch.after !== undefined || mismatch.found === null);
	return isKnown && sides.some(isHere) && sides.every((side) => side === undefined || isHere(side));
}

/** Sizes, permissions, and why a side cannot be seen. May quote the log. */
function sidesOf({ before, after, mode }: DetailFile): string {
	const out: string[] = [];
	if (before !== undefined || after !== undefined) {
		out.push(t("audit.detail.sizes", { before: sizeOf(before), after: sizeOf(after) }));
	}
	if (mode) out.push(t("ui.file.mode", { before: octal(mode.before), after: octal(mode.after) }));
	const links = [before, after].filter((side): side is EvidenceLink => side !== undefined && "digest" in side);
	if (links.some(({ redacted }) => redacted)) out.push(t("audit.redacted"));
	if (links.some(({ removedAt }) => removedAt !== undefined)) out.push(t("audit.evidence.removed"));
	const whys = [before, after].flatMap((side) =>
		side !== undefined && "omitted" in side ? [side.why ? say(side.why) : t("audit.evidence.omitted")] : [],
	);
	out.push(...new Set(whys));
	return out.join(" ");
}

function sizeOf(side: Side): string {
	if (side === undefined) return t("audit.detail.noSide");
	return byteSize("omitted" in side ? side.omitted : side.size);
}

function octal(mode: number): string {
	return (mode & 0o7777).toString(8).padStart(3, "0");
}
