// The last decisions, newest first.
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { ActivityRow } from "../../src/protocol/pendingView.ts";
import { AgentText, Sentence } from "../ui/agentText.tsx";
import { Icon } from "../ui/icons.tsx";
import { Section } from "../ui/section.tsx";
import { counted, t } from "../ui/texts.ts";
import { timeOfDay } from "../ui/time.ts";
import { oneLine, visibleText } from "../ui/visible.ts";
import { OUTCOME_ICONS, outcomeWord } from "./outcome.ts";

const FIRST_ROWS = 10;
const TARGET_CHARACTERS = 120;
const TITLE_CHARACTERS = 400;

export function ActivityList({ rows }: { rows: readonly ActivityRow[] }): JSX.Element {
	const [open, setOpen] = useState(true);
	const [all, setAll] = useState(false);
	const drawn = all ? rows : rows.slice(0, FIRST_ROWS);
	return (
		<Section id="activity" class="activity" title={t("ui.activity")} open={open} onToggle={() => setOpen(!open)}>
			<ol>
				{drawn.map((row) => (
					<Row key={row.id} row={row} />
				))}
			</ol>
			{drawn.length < rows.length && (
				<button type="button" class="link more" onClick={() => setAll(true)}>
					{counted("ui.activity.all", rows.length)}
				</button>
			)}
		</Section>
	);
}

function Row({ row }: { row: ActivityRow }): JSX.Element {
	return (
		<li class={`activity-row ${row.outcome}`}>
			<Icon name={OUTCOME_ICONS[row.outcome] ?? "info"} />
			<p class="what" title={visibleText(oneLine(row.target, TITLE_CHARACTERS))}>
				<span class="verb">{outcomeWord(row.outcome)}</span> <Sentence message={row.verb} />{" "}
				<AgentText text={oneLine(row.target, TARGET_CHARACTERS)} code />
			</p>
			<p class="who">
				<span>
					<Who row={row} />
					<AgentText text={row.agent} />
				</span>
				<time dateTime={row.time}>{timeOfDay(row.time)}</time>
			</p>
			{row.reason !== undefined && (
				<p class="why">
					<AgentText text={row.reason} />
				</p>
			)}
		</li>
	);
}

function Who({ row: { by, who } }: { row: ActivityRow }): JSX.Element | null {
	if (by === "timeout" || by === "agent") return null;
	return (
		<>
			{t(by === "rule" ? "ui.by.rule" : "ui.by.person")} {who !== undefined && <AgentText text={who} />} ·{" "}
		</>
	);
}
