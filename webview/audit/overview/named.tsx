// A figure of the overview, and the kind of it that most are: one bar for each name, and the table behind it.
import type { ComponentChildren, JSX } from "preact";
import { useId } from "preact/hooks";
import { counted, t } from "../../ui/texts.ts";
import { oneLine, visibleText } from "../../ui/visible.ts";
import { ChartKey } from "../charts/looks.tsx";
import { type ChartPart, sum } from "../charts/parts.ts";
import { ChartShare } from "../charts/share.tsx";
import { ChartTable } from "../charts/table.tsx";
import { outcomeWord } from "../words.ts";
import { NAMES } from "./days.ts";

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
export function Named({ name: className, title, column, rows, word, none, describe, pick }: NamedProps): JSX.Element {
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
export function outcomeParts(counts: {
	allowed: number;
	denied: number;
	timeout?: number;
	other?: number;
}): ChartPart[] {
	return NAMES.filter((name) => counts[name] !== undefined).map((name) => ({
		look: name,
		name: name === "other" ? t("views.outcome.other") : outcomeWord(name),
		count: counts[name] ?? 0,
	}));
}

export function cellsOf(parts: readonly ChartPart[]): number[] {
	return [...parts.map(({ count }) => count), sum(parts)];
}

export function sayPart({ name, count }: ChartPart): string {
	return t("chart.part", { name, count: count.toLocaleString() });
}
