// One file of a proposed change: its name, counts, notes in words, and its diff.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CardFile, CardModel } from "../../src/protocol/card.ts";
import { Sentence, Visible } from "./agentText.tsx";
import { IconButton } from "./button.tsx";
import type { CardActions } from "./card.tsx";
import { Counts, FileName } from "./fileName.tsx";
import { drawsLineBreaks, fileNotes } from "./fileNotes.ts";
import { Fold } from "./fold.tsx";
import { GapView } from "./gap.tsx";
import { gapsOf } from "./gaps.ts";
import { Icon } from "./icons.tsx";
import { Lines } from "./lines.tsx";
import { KeepBox } from "./parts.tsx";
import { diffRows, type Row } from "./rows.ts";
import { FIRST_DIFF_LINES } from "./shown.ts";
import { say, t } from "./texts.ts";
import { visibleText } from "./visible.ts";

interface FileProps {
	card: CardModel;
	file: CardFile;
	index: number;
	actions: CardActions;
}

export function FileView({ card, file, index, actions }: FileProps): JSX.Element {
	const piece = `file:${index}`;
	const { context, parts } = actions;
	const contexts = context?.contexts;
	const heads = parts !== undefined && !file.binary && file.op !== "delete" && !file.cut;
	const gaps = useMemo(() => (contexts ? gapsOf(file) : new Map()) as ReturnType<typeof gapsOf>, [contexts, file]);
	const rows = useMemo(
		() =>
			diffRows(file.hunks, drawsLineBreaks(file), {
				above: gaps.has(0),
				below: file.hunks.length > 0 && gaps.has(file.hunks.length),
				heads,
			}),
		[file, gaps, heads],
	);
	const notes = useMemo(() => fileNotes(file), [file]);
	const label = visibleText(file.label);
	const between = ({ between: place }: Row): JSX.Element | null => {
		if (place?.kind === "head") {
			return parts ? (
				<KeepBox
					key={`head ${place.at}`}
					parts={parts}
					file={index}
					label={label}
					hunk={place.at}
					count={file.hunks.length}
				/>
			) : null;
		}
		const gap = place && gaps.get(place.at);
		if (!gap || !context) return <div class="row gap">{t("ui.line.gap")}</div>;
		return (
			<GapView
				key={`gap ${gap.at}`}
				contexts={context.contexts}
				file={index}
				label={label}
				gap={gap}
				ask={(from, to) => context.ask(index, from, to)}
			/>
		);
	};
	const known = contexts?.lines(index);
	// Numbers of lines that were unfolded below the last hunk may be longer than its own.
	const lastNumber = known?.size ? Math.max(...known.keys()) + (gaps.get(file.hunks.length)?.shift ?? 0) : undefined;
	// The card has just named it.
	const isOnlyTarget = card.files.length === 1 && file.label === card.target;
	return (
		<Fold
			piece={piece}
			file={index}
			name={
				<>
					{isOnlyTarget ? (
						<span class="name">{t("ui.file.change")}</span>
					) : (
						<FileName label={file.label} outside={file.outside} />
					)}
					<Counts added={file.added} removed={file.removed} />
				</>
			}
			beside={
				<span class="actions">
					{file.op !== "create" && (
						<IconButton
							icon="goToFile"
							label={t("ui.file.open", { file: label })}
							onClick={() => actions.openFile(index)}
						/>
					)}
					<IconButton
						icon="diff"
						label={t("ui.file.openDiff", { file: label })}
						onClick={() => actions.openDiff(index)}
					/>
					{card.kind !== "shell" && actions.canEdit(file) && (
						<IconButton
							icon="edit"
							label={t("ui.edit.fileInDiff", { file: label })}
							onClick={() => actions.openEdit(index)}
						/>
					)}
				</span>
			}
			always={
				file.warnings !== undefined &&
				file.warnings.length > 0 && (
					<ul class="file-notes" aria-label={t("ui.files.warnings")}>
						{file.warnings.map((warning, at) => (
							<li key={at} class="note warns">
								<Icon name="warning" />
								<Sentence message={warning} />
							</li>
						))}
					</ul>
				)
			}
		>
			{notes.length > 0 && (
				<ul class="file-notes">
					{notes.map(({ text, warns }, at) => (
						<li key={at} class={warns ? "note warns" : "note"}>
							<Icon name={warns ? "warning" : "info"} />
							<span class="agent-text">
								<Visible text={typeof text === "string" ? text : say(text)} />
							</span>
						</li>
					))}
				</ul>
			)}
			<Lines
				piece={piece}
				rows={rows}
				limit={FIRST_DIFF_LINES}
				look="diff"
				label={t("ui.file.diff", { file: label })}
				between={between}
				grown={known !== undefined && known.size > 0}
				leftOut={parts?.file === index ? parts.leftOut : undefined}
				lastNumber={lastNumber}
			/>
			{card.files.length > 1 && <span class="unseen">{t("ui.file.end", { file: label })}</span>}
		</Fold>
	);
}
