// One file of a proposed change: its name, counts, notes in words, and its diff.
import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CardFile, CardModel } from "../../src/protocol/card.ts";
import { AgentText, Visible } from "./agentText.tsx";
import { IconButton } from "./button.tsx";
import type { CardActions } from "./card.tsx";
import { drawsLineBreaks, fileNotes } from "./fileNotes.ts";
import { Fold } from "./fold.tsx";
import { Icon } from "./icons.tsx";
import { Lines } from "./lines.tsx";
import { diffRows } from "./rows.ts";
import { FIRST_DIFF_LINES } from "./shown.ts";
import { counted, say, t } from "./texts.ts";
import { visibleText } from "./visible.ts";

interface FileProps {
	card: CardModel;
	file: CardFile;
	index: number;
	actions: CardActions;
}

export function FileView({ card, file, index, actions }: FileProps): JSX.Element {
	const piece = `file:${index}`;
	const rows = useMemo(() => diffRows(file.hunks, drawsLineBreaks(file)), [file]);
	const notes = useMemo(() => fileNotes(file), [file]);
	const label = visibleText(file.label);
	// The card has just named it.
	const isOnlyTarget = card.files.length === 1 && file.label === card.target;
	return (
		<Fold
			piece={piece}
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
				</span>
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
			/>
			{card.files.length > 1 && <span class="unseen">{t("ui.file.end", { file: label })}</span>}
		</Fold>
	);
}

function FileName({ label, outside }: { label: string; outside: boolean }): JSX.Element {
	const slash = label.lastIndexOf("/") + 1;
	return (
		<span class="name">
			<AgentText text={label.slice(slash)} code />{" "}
			{slash > 0 && (
				<span class="folder">
					<AgentText text={label.slice(0, slash)} code />
				</span>
			)}
			{outside && <span class="tag">{t("ui.file.outsideTag")}</span>}
		</span>
	);
}

export function Counts({ added, removed }: { added: number; removed: number }): JSX.Element {
	return (
		<span class="counts">
			<span class="unseen">
				{counted("ui.linesAdded", added)}, {counted("ui.linesRemoved", removed)}
			</span>
			<span class="plus" aria-hidden="true">
				+{added}
			</span>{" "}
			<span class="minus" aria-hidden="true">
				−{removed}
			</span>
		</span>
	);
}
