// The overview's charts, each with its table. What is pressed in them becomes the filter of the log.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import type { AuditFilter, Overview, RowBy } from "../../src/protocol/audit.ts";
import { counted, t } from "../ui/texts.ts";
import { oneLine, visibleText } from "../ui/visible.ts";
import { ChartBars } from "./chartBars.tsx";
import { ChartKey } from "./chartLooks.tsx";
import { type ChartPart, sum } from "./chartParts.ts";
import { useWidth } from "./chartScale.ts";
import { ChartShare } from "./chartShare.tsx";
import { ChartTable } from "./chartTable.tsx";
import { actionsOf, dayName, NAMES, spans, within } from "./overviewDays.ts";
import { agentName, channelName, outcomeWord } from "./words.ts";

export interface FigureProps {
	overview: Overview;
	filter: AuditFilter;
	/** Shows the log with this filter. */
	go(filter: AuditFilter): void;
}

/** Narrower than this, hatching cannot be told apart. */
const THINNEST = 8;
/** The longest value a filter takes. */
const LONGEST = 300;

export function Figure({
	class: name,
	title,
	children,
}: {
	class: string;
	title: string;
	children: ComponentChildren;
}): JSX.Element {
	const id = useId();
	return (
		<section class={`av-figure ${name}`} aria-labelledby={id}>
			<h3 id={id}>{title}</h3>
			{children}
		</section>
	);
}

export function Days({ overview: { days }, filter, go }: FigureProps): JSX.Element {
	const [box, width] = useWidth();
	const some = spans(days, Math.max(1, Math.floor((width - 40) / THINNEST)));
	const title = some.length === days.length ? t("overview.days") : t("overview.weeks");
	const most = some.reduce(
		(a, b) => (sum(outcomeParts(b.counts)) > sum(outcomeParts(a.counts)) ? b : a),
		some[0] ?? NONE,
	);
	const all = [0, 1, 2, 3].map((part) => ({
		...(outcomeParts(NONE.counts)[part] as ChartPart),
		count: days.reduce((n, day) => n + (outcomeParts(day)[part]?.count ?? 0), 0),
	}));
	return (
		<Figure class="days" title={title}>
			<ChartKey parts={all} say={sayPart} />
			<div ref={box} class="av-days">
				{width > 0 && (
					<ChartBars
						title={title}
						description={t("overview.days.description", {
							count: sum(all).toLocaleString(),
							first: dayName(days[0]?.day ?? ""),
							last: dayName(days.at(-1)?.day ?? ""),
							most: spanName(most),
							max: sum(outcomeParts(most.counts)).toLocaleString(),
						})}
						width={width}
						bars={some.map((span) => ({
							key: span.first,
							label: dayName(span.first, "short"),
							title: spanName(span),
							parts: outcomeParts(span.counts),
							onPick: () => go(within(filter, span.first, span.last)),
						}))}
					/>
				)}
			</div>
			<ChartTable
				title={t("overview.days")}
				columns={[t("overview.day"), ...all.map(({ name }) => name), t("overview.total")]}
				rows={days.map((day) => ({
					key: day.day,
					name: dayName(day.day),
					cells: cellsOf(outcomeParts(day)),
					onPick: () => go(within(filter, day.day, day.day)),
				}))}
			/>
		</Figure>
	);
}

export function Agents({ overview: { agents }, filter, go }: FigureProps): JSX.Element {
	return (
		<Named
			name="agents"
			title={t("overview.agents")}
			column={t("overview.agent")}
			rows={agents.map(({ name, ...counts }) => ({ name, parts: outcomeParts(counts) }))}
			word={agentName}
			describe={(names, most, max) => t("overview.agents.description", { agents: names, most, max })}
			pick={(name) => go({ ...actionsOf(filter), agents: [name] })}
		/>
	);
}

export function Channels({ overview: { channels }, filter, go }: FigureProps): JSX.Element {
	return (
		<Named
			name="channels"
			title={t("overview.channels")}
			column={t("overview.channel")}
			rows={channels.map(({ name, allowed, denied }) => ({ name, parts: outcomeParts({ allowed, denied }) }))}
			none={t("overview.noChannels")}
			word={channelName}
			describe={(names, most, max) => t("overview.channels.description", { channels: names, most, max })}
			pick={(name) => go({ ...actionsOf(filter), channels: [name] })}
		/>
	);
}

const BY: Record<
	RowBy,
	"overview.by.rule" | "overview.by.person" | "overview.by.timeout" | "overview.by.withdrawn" | "overview.by.failure"
> = {
	rule: "overview.by.rule",
	person: "overview.by.person",
	timeout: "overview.by.timeout",
	withdrawn: "overview.by.withdrawn",
	failure: "overview.by.failure",
};

/** Who decided, as shares of all decisions. */
export function DecidedBy({ overview: { by }, filter, go }: FigureProps): JSX.Element {
	const parts = by.map(({ name, count }) => ({ look: name, name: t(BY[name]), count }));
	const all = sum(parts);
	const share = (count: number) => {
		const of = all === 0 ? 0 : count / all;
		// What is there is never said to be 0 %.
		return of > 0 && of < LEAST ? t("overview.shareBelow", { share: percent(LEAST) }) : percent(of);
	};
	const say = ({ name, count }: ChartPart) =>
		t("chart.partOf", { name, count: count.toLocaleString(), share: share(count) });
	const pick = (look: string) => {
		const name = by.find((one) => one.name === look)?.name;
		if (name !== undefined) go({ ...actionsOf(filter), by: [name] });
	};
	return (
		<Figure class="by" title={t("overview.by")}>
			{all === 0 ? (
				<p class="help">{t("overview.noBy")}</p>
			) : (
				<>
					<ChartShare
						title={t("overview.by")}
						description={t("overview.by.description", {
							count: all.toLocaleString(),
							parts: parts.map(say).join(", "),
						})}
						rows={[{ key: "all", said: "", parts, onPickPart: ({ look }) => pick(look) }]}
					/>
					<ChartKey parts={parts} say={say} />
					<ChartTable
						title={t("overview.by")}
						columns={[t("overview.who"), t("overview.total"), t("overview.share")]}
						rows={parts.map(({ look, name, count }) => ({
							key: look,
							name,
							cells: [count, share(count)],
							onPick: () => pick(look),
						}))}
					/>
				</>
			)}
		</Figure>
	);
}

interface NamedProps {
	name: string;
	title: string;
	column: string;
	rows: { name: string; parts: ChartPart[] }[];
	/** What a name is called. */
	word(name: string): string;
	/** Said when there are no rows. */
	none?: string;
	describe(names: string, most: string, max: string): string;
	pick(name: string): void;
}

/** One bar for each name, with the same parts in each. */
function Named({ name: className, title, column, rows, word, none, describe, pick }: NamedProps): JSX.Element {
	const first = rows[0];
	if (first === undefined) {
		return (
			<Figure class={className} title={title}>
				<p class="help">{none ?? t("overview.empty")}</p>
			</Figure>
		);
	}
	const most = rows.reduce((a, b) => (sum(b.parts) > sum(a.parts) ? b : a), first);
	const label = (name: string) => (name === "" ? t("overview.unnamed") : word(name));
	const short = (name: string) => visibleText(oneLine(label(name), 60));
	const all = first.parts.map((part, index) => ({
		...part,
		count: rows.reduce((n, { parts }) => n + (parts[index]?.count ?? 0), 0),
	}));
	// What cannot be put into a filter cannot be gone to.
	const picker = (name: string) => (name === "" || name.length > LONGEST ? undefined : () => pick(name));
	return (
		<Figure class={className} title={title}>
			<ChartKey parts={all} say={sayPart} />
			<ChartShare
				title={title}
				description={describe(
					rows
						.slice(0, 10)
						.map(({ name }) => short(name))
						.join(", "),
					short(most.name),
					sum(most.parts).toLocaleString(),
				)}
				rows={rows.map(({ name, parts }) => ({
					key: name,
					name: oneLine(label(name), 120),
					said: saidOf(parts),
					parts,
					onPick: picker(name),
				}))}
			/>
			<ChartTable
				title={title}
				columns={[column, ...all.map((part) => part.name), t("overview.total")]}
				rows={rows.map(({ name, parts }) => ({
					key: name,
					name: label(name),
					cells: cellsOf(parts),
					onPick: picker(name),
				}))}
			/>
		</Figure>
	);
}

const NONE = { first: "", last: "", counts: { allowed: 0, denied: 0, timeout: 0, other: 0 } };
const SAID = {
	allowed: "views.allowed",
	denied: "views.denied",
	timeout: "views.timeout",
	other: "views.other",
} as const;

function saidOf(parts: readonly ChartPart[]): string {
	return parts
		.filter(({ count }) => count > 0)
		.map(({ look, count }) => (look in SAID ? counted(SAID[look as keyof typeof SAID], count) : String(count)))
		.join(", ");
}

/** Outcomes as parts of a bar, from the bottom up. */
function outcomeParts(counts: { allowed: number; denied: number; timeout?: number; other?: number }): ChartPart[] {
	return NAMES.filter((name) => counts[name] !== undefined).map((name) => ({
		look: name,
		name: name === "other" ? t("views.outcome.other") : outcomeWord(name),
		count: counts[name] ?? 0,
	}));
}

function cellsOf(parts: readonly ChartPart[]): number[] {
	return [...parts.map(({ count }) => count), sum(parts)];
}

const LEAST = 0.001;

function percent(part: number): string {
	return part.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
}

function sayPart({ name, count }: ChartPart): string {
	return t("chart.part", { name, count: count.toLocaleString() });
}

function spanName({ first, last }: { first: string; last: string }): string {
	return first === last ? dayName(first) : t("overview.week", { first: dayName(first), last: dayName(last) });
}
