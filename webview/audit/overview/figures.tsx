// The overview's charts, each with its table. What is pressed in them becomes the filter of the log.
import type { JSX } from "preact";
import type { AuditFilter, Overview, RowBy } from "../../../src/protocol/audit.ts";
import { counted, t } from "../../ui/texts.ts";
import { ChartBars } from "../charts/bars.tsx";
import { ChartKey } from "../charts/looks.tsx";
import { type ChartPart, sum } from "../charts/parts.ts";
import { useWidth } from "../charts/scale.ts";
import { ChartShare } from "../charts/share.tsx";
import { ChartTable } from "../charts/table.tsx";
import { agentName, channelName } from "../words.ts";
import { actionsOf, dayName, spans, within } from "./days.ts";
import { cellsOf, Figure, Named, outcomeParts, sayPart } from "./named.tsx";

export interface FigureProps {
	overview: Overview;
	filter: AuditFilter;
	/** Shows the log with this filter. */
	go(filter: AuditFilter): void;
}

/** Narrower than this, hatching cannot be told apart. */
const THINNEST = 8;

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
						description={counted("overview.days.description", sum(all), {
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
						description={counted("overview.by.description", all, {
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

const NONE = { first: "", last: "", counts: { allowed: 0, denied: 0, timeout: 0, other: 0 } };
const LEAST = 0.001;

function percent(part: number): string {
	return part.toLocaleString(undefined, { style: "percent", maximumFractionDigits: 1 });
}

function spanName({ first, last }: { first: string; last: string }): string {
	return first === last ? dayName(first) : t("overview.week", { first: dayName(first), last: dayName(last) });
}
