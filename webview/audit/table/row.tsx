// One row of the table: what happened, on one line.
import type { JSX } from "preact";
import { memo } from "preact/compat";
import type { AuditRow } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { KIND_ICONS } from "../../ui/card.tsx";
import { Icon } from "../../ui/icons.tsx";
import { t } from "../../ui/texts.ts";
import { visibleText } from "../../ui/visible.ts";
import { Mark } from "../marks.tsx";
import {
	agentName,
	byWords,
	cellTime,
	channelName,
	duration,
	flagWord,
	KIND_MARKS,
	OUTCOME_ICONS,
	outcomeWord,
	shortId,
	shortTime,
	typeWord,
	wholeTime,
} from "../words.ts";
import type { Column, Layout } from "./columns.ts";

export interface RowProps {
	row: AuditRow | undefined;
	/** Position in the list. */
	index: number;
	/** Where it is drawn, px. */
	top: number;
	layout: Layout;
	/** The workspace's folder: files in it are named from there. */
	root: string | undefined;
	/** First words of its session. */
	label: string | undefined;
	/** The one that takes the focus. */
	active: boolean;
	/** Its detail is open. */
	selected: boolean;
}

export const RowView = memo(function RowView({
	row,
	index,
	top,
	layout,
	root,
	label,
	active,
	selected,
}: RowProps): JSX.Element {
	const { columns, stickyPx } = layout;
	const common = {
		class: `tr${selected ? " selected" : ""}${row === undefined ? " blank" : ""}`,
		"data-index": index,
		style: { transform: `translateY(${top}px)` },
		// The header is the first.
		"aria-rowindex": index + 2,
		"aria-selected": selected,
		tabIndex: active ? 0 : -1,
	} as const;
	if (row === undefined) {
		return (
			<tr {...common} aria-busy="true">
				{columns.map((column, at) => (
					<td key={column.id} class={cellClass(column)} aria-colindex={at + 1} style={stick(column, stickyPx)}>
						{at === 0 && <span class="unseen">{t("audit.rowLoading")}</span>}
						<span class="bone" aria-hidden="true" />
					</td>
				))}
			</tr>
		);
	}
	return (
		<tr {...common}>
			{columns.map((column, at) => (
				<td key={column.id} class={cellClass(column)} aria-colindex={at + 1} style={stick(column, stickyPx)}>
					<Cell
						column={column}
						row={row}
						root={root}
						label={label}
						alone={!columns.some(({ id }) => id === "tool")}
						isNarrow={layout.isNarrow}
					/>
				</td>
			))}
		</tr>
	);
});

export function cellClass({ id, sticky }: Column): string {
	return `td c-${id}${sticky ? " sticky" : ""}`;
}

export function stick({ id }: Column, stickyPx: Layout["stickyPx"]): { insetInlineStart?: string } {
	const px = stickyPx[id];
	return px === undefined ? {} : { insetInlineStart: `${px}px` };
}

interface CellProps {
	column: Column;
	row: AuditRow;
	root: string | undefined;
	label: string | undefined;
	/** There is no column that says what kind of thing happened, so the target says it too. */
	alone: boolean;
	isNarrow: boolean;
}

function Cell({ column, row, root, label, alone, isNarrow }: CellProps): JSX.Element | null {
	switch (column.id) {
		case "time":
			return (
				<time dateTime={row.time} title={wholeTime(row.time)}>
					{isNarrow ? shortTime(row.time) : cellTime(row.time)}
				</time>
			);
		case "outcome":
			return <OutcomeCell row={row} />;
		case "tool":
			return <ToolCell row={row} />;
		case "target":
			return <TargetCell row={row} root={root} alone={alone} />;
		case "by":
			return <ByCell row={row} />;
		case "agent":
			return row.agent === undefined ? null : <AgentText text={agentName(row.agent)} />;
		case "session": {
			if (row.session === undefined) return null;
			const name = label === undefined || label === "" ? shortId(row.session) : label;
			return (
				<span title={visibleText(name)}>
					<AgentText text={name} code={name !== label} />
				</span>
			);
		}
		case "channel":
			return row.channel === undefined ? null : <AgentText text={channelName(row.channel)} />;
		case "waited":
			return row.waitedMs === undefined ? null : <span>{duration(row.waitedMs)}</span>;
	}
}

function OutcomeCell({ row }: { row: AuditRow }): JSX.Element {
	if (row.outcome === undefined) {
		return (
			<span class="none">
				<span aria-hidden="true">–</span>
				<span class="unseen">{t("audit.noDecision")}</span>
			</span>
		);
	}
	return (
		<span class={`outcome ${row.outcome}`}>
			<Icon name={OUTCOME_ICONS[row.outcome]} />
			<span>{outcomeWord(row.outcome)}</span>
		</span>
	);
}

function ToolCell({ row }: { row: AuditRow }): JSX.Element {
	const word = row.kind === "action" ? (row.tool ?? t("audit.kind.action")) : typeWord(row);
	return (
		<span class="tool" title={visibleText(word)}>
			<KindMark row={row} />
			<span class="ellipsis">
				<AgentText text={word} />
			</span>
		</span>
	);
}

export function KindMark({ row }: { row: Pick<AuditRow, "kind" | "action"> }): JSX.Element {
	return row.kind === "action" ? (
		<Icon name={KIND_ICONS[row.action ?? "other"]} />
	) : (
		<Mark name={KIND_MARKS[row.kind] ?? "info"} />
	);
}

/** The end of a path is what tells files apart, and the first thing a narrow column cuts off. */
function shortTarget({ kind, action, target }: AuditRow, root: string | undefined): string {
	const isPath = kind === "action" && action !== "shell" && root !== undefined && target.startsWith(`${root}/`);
	return isPath ? target.slice(root.length + 1) : target;
}

function TargetCell({ row, root, alone }: Pick<CellProps, "row" | "root" | "alone">): JSX.Element {
	const isCode = row.kind !== "prompt" && row.kind !== "question";
	// Nothing is wrong with that.
	const onlyEdited = row.flags.every((flag) => flag === "edited");
	return (
		<span class="target" title={visibleText(row.target)}>
			{row.flags.length > 0 && (
				<span class={onlyEdited ? "flagged by-person" : "flagged"} title={row.flags.map(flagWord).join("\n")}>
					<Icon name={onlyEdited ? "edit" : "warning"} />
					<span class="unseen">{row.flags.map(flagWord).join(" ")} </span>
				</span>
			)}
			{alone && row.kind !== "action" && (
				<>
					<KindMark row={row} />
					<span class="word">{typeWord(row)}</span>
				</>
			)}
			<span class="ellipsis">
				<AgentText text={shortTarget(row, root)} code={isCode} />
			</span>
			{row.result === "failed" && <span class="tag">{t("audit.resultFailed")}</span>}
		</span>
	);
}

function ByCell({ row }: { row: AuditRow }): JSX.Element | null {
	const words = byWords(row);
	if (words === "") return null;
	return (
		<span title={visibleText(words)}>
			{row.by === "rule" && <span class="word">{t("audit.by.rule")} </span>}
			<AgentText text={words} code={row.by === "rule"} />
		</span>
	);
}
