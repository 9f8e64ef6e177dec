// What happened in a session, in order: each prompt is a heading, what followed it stands below.
import type { JSX } from "preact";
import { memo } from "preact/compat";
import { useMemo } from "preact/hooks";
import type { AuditRow } from "../../../src/protocol/audit.ts";
import { AgentText } from "../../ui/agentText.tsx";
import { Icon } from "../../ui/icons.tsx";
import { t } from "../../ui/texts.ts";
import { Mark } from "../marks.tsx";
import type { Store } from "../store.ts";
import { offset } from "../times.ts";
import {
	channelName,
	duration,
	KIND_MARKS,
	OUTCOME_ICONS,
	outcomeWord,
	personName,
	typeWord,
	wholeTime,
} from "../words.ts";
import { Flags } from "./words.tsx";

/** A prompt and the rows up to the next one. */
interface Chapter {
	prompt: AuditRow | undefined;
	rows: AuditRow[];
}

/** @param rows oldest first */
export function chapters(rows: readonly AuditRow[]): Chapter[] {
	const out: Chapter[] = [];
	for (const row of rows) {
		if (row.kind === "prompt") out.push({ prompt: row, rows: [] });
		else if (out.length === 0) out.push({ prompt: undefined, rows: [row] });
		else out.at(-1)?.rows.push(row);
	}
	return out;
}

interface TimelineProps {
	store: Store;
	/** ISO time of the session's start. */
	start: string;
	rows: readonly AuditRow[];
}

export function Timeline({ store, start, rows }: TimelineProps): JSX.Element {
	const parts = useMemo(() => chapters(rows), [rows]);
	const selected = store.state.selected?.id;
	return (
		<section class="av-part-of" aria-labelledby="av-timeline">
			<h3 id="av-timeline">{t("session.timeline")}</h3>
			{rows.length === 0 && <p class="help">{t("session.empty")}</p>}
			{parts.map(({ prompt, rows: followed }, index) => (
				<div key={prompt?.id ?? -1} class="av-chapter">
					<h4 id={`av-chapter-${index}`}>
						{prompt === undefined ? (
							<span class="help">{t("session.beforePrompt")}</span>
						) : (
							<Prompt store={store} row={prompt} start={start} selected={selected === prompt.id} />
						)}
					</h4>
					{followed.length > 0 && (
						<ol class="av-rows" aria-labelledby={`av-chapter-${index}`}>
							{followed.map((row) => (
								<li key={row.id}>
									<Row store={store} row={row} start={start} selected={selected === row.id} />
								</li>
							))}
						</ol>
					)}
				</div>
			))}
		</section>
	);
}

interface RowProps {
	store: Store;
	row: AuditRow;
	start: string;
	selected: boolean;
}

/** Opens the detail beside the view; closing it brings the focus back here. */
function select({ store, row }: RowProps, event: MouseEvent): void {
	const button = event.currentTarget as HTMLElement;
	store.focusBack = () => button.focus();
	store.select(row);
}

const Prompt = memo(function Prompt(props: RowProps): JSX.Element {
	const { row, start, selected } = props;
	return (
		<button
			type="button"
			class="av-prompt"
			aria-current={selected || undefined}
			onClick={(event) => select(props, event)}
		>
			<Mark name="speech" />
			<span class="what">
				<span class="unseen">{t("session.prompt")}: </span>
				{row.target === "" ? t("session.promptEmpty") : <AgentText text={row.target} />}
			</span>
			<When start={start} time={row.time} />
		</button>
	);
});

const Row = memo(function Row(props: RowProps): JSX.Element {
	const { row, start, selected } = props;
	const { kind, outcome, action, tool, target } = row;
	const known = kind === "action" ? outcome : undefined;
	return (
		<button
			type="button"
			class={`av-row is-${known ?? kind}`}
			aria-current={selected || undefined}
			onClick={(event) => select(props, event)}
		>
			{known === undefined ? (
				<Mark name={kind === "action" ? "info" : KIND_MARKS[kind]} class="state" />
			) : (
				<Icon name={OUTCOME_ICONS[known]} class="state" />
			)}
			<span class="word">{known === undefined ? <AgentText text={typeWord(row)} /> : outcomeWord(known)}</span>
			<span class="what">
				{kind === "action" && (action !== undefined || tool !== undefined) && (
					<span class="verb">
						<AgentText
							text={action === undefined || action === "other" || action === "mcp" ? (tool ?? "") : t(`verb.${action}`)}
						/>{" "}
					</span>
				)}
				{target !== "" && <AgentText code={kind === "action"} text={target} />}
			</span>
			<When start={start} time={row.time} />
			<span class="who facts">
				{whoDecided(row).map((words) => (
					<span key={words}>
						<AgentText text={words} />
					</span>
				))}
				{row.flags.length > 0 && (
					<span>
						<Flags flags={row.flags} />
					</span>
				)}
			</span>
		</button>
	);
});

function When({ start, time }: { start: string; time: string }): JSX.Element {
	return (
		<time class="when" dateTime={time} title={wholeTime(time)}>
			{offset(start, time)}
		</time>
	);
}

/** Who decided an action, after how long, and what came of it. May quote the log. */
export function whoDecided(row: AuditRow): string[] {
	const { by, rule, grant, person, channel, waitedMs, result } = row;
	const words: string[] = [];
	if (by === "rule") words.push(rule === undefined ? t("session.by.ruleUnnamed") : t("session.by.rule", { rule }));
	else if (by === "person") {
		const name = personName(person);
		words.push(
			channel === undefined
				? t("session.by.person", { person: name })
				: t("session.by.personVia", { person: name, channel: channelName(channel) }),
		);
		if (waitedMs !== undefined) words.push(t("session.waited", { duration: duration(waitedMs) }));
	} else if (by === "timeout") words.push(t("session.by.timeout"));
	else if (by === "withdrawn") words.push(t("session.by.withdrawn"));
	else if (by === "failure") words.push(t("session.by.failure"));
	if (by === "rule" && grant !== undefined) words.push(t("session.by.grant"));
	if (result !== undefined) words.push(t(`session.result.${result}`));
	return words;
}
