// Stacked bars over time. The keyboard's way to what a bar stands for is the table behind the chart.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { t } from "../../ui/texts.ts";
import { fillOf } from "./looks.tsx";
import { type ChartPart, sum } from "./parts.ts";
import { stack, ticks } from "./scale.ts";

export interface ChartBar {
	key: string;
	/** Below the axis. */
	label: string;
	/** In full. */
	title: string;
	parts: ChartPart[];
	onPick(): void;
}

interface ChartBarsProps {
	title: string;
	description: string;
	bars: readonly ChartBar[];
	/** Of the whole chart, in CSS pixels. */
	width: number;
}

const HEIGHT = 190;
const TOP = 16;
const BOTTOM = 22;
/** About what a letter of 11 px takes. */
const LETTER = 6.5;
const WIDEST_STEP = 64;
const WIDEST_BAR = 36;

export function ChartBars({ title, description, bars, width }: ChartBarsProps): JSX.Element {
	const id = useId();
	const totals = bars.map(({ parts }) => sum(parts));
	const scale = ticks(Math.max(...totals, 0));
	const top = scale.at(-1) ?? 1;
	const left = Math.ceil(top.toLocaleString().length * LETTER) + 10;
	const plot = HEIGHT - TOP - BOTTOM;
	const step = Math.min(WIDEST_STEP, Math.max(1, width - left - 4) / Math.max(1, bars.length));
	const thick = Math.max(1, Math.min(WIDEST_BAR, step * 0.75));
	const y = (value: number) => TOP + plot - (value / top) * plot;
	const longest = Math.max(...bars.map(({ label }) => label.length), 1);
	const every = Math.max(1, Math.ceil((longest * LETTER + 12) / step));
	const highest = totals.indexOf(Math.max(...totals, 0));
	const labelled = (index: number) =>
		step >= top.toLocaleString().length * LETTER + 4 ? (totals[index] ?? 0) > 0 : index === highest;
	return (
		<svg class="av-bars" width={width} height={HEIGHT} role="img" aria-labelledby={`${id}-t ${id}-d`}>
			<title id={`${id}-t`}>{title}</title>
			<desc id={`${id}-d`}>{description}</desc>
			{scale.map((value) => (
				<g key={value} class={value === 0 ? "av-axis" : "av-grid"}>
					<line x1={left} x2={width} y1={Math.round(y(value)) + 0.5} y2={Math.round(y(value)) + 0.5} />
					<text x={left - 6} y={y(value) + 4} text-anchor="end">
						{value.toLocaleString()}
					</text>
				</g>
			))}
			{bars.map((bar, index) => {
				const x = left + index * step;
				const pieces = stack(bar.parts, plot / top);
				const height = pieces.reduce((all, { length }) => all + length, 0);
				return (
					// biome-ignore lint/a11y/noStaticElementInteractions: the table behind the chart has a button for each bar
					<g key={bar.key} class="av-bar" data-bar={bar.key} onClick={bar.onPick}>
						<title>
							{[
								bar.title,
								...bar.parts.map(({ name, count }) => t("chart.part", { name, count: count.toLocaleString() })),
							].join("\n")}
						</title>
						<rect class="av-hit" x={x} y={0} width={step} height={HEIGHT - BOTTOM} />
						{pieces.map(({ look, start, length, count }) => (
							<rect
								key={look}
								class="av-part"
								data-look={look}
								data-count={count}
								x={x + (step - thick) / 2}
								y={TOP + plot - start - length}
								width={thick}
								height={length}
								fill={fillOf(look)}
							/>
						))}
						{labelled(index) && (
							<text
								class="av-total"
								x={x + step / 2}
								y={TOP + plot - height - 4}
								text-anchor={anchor(x + step / 2, width)}
							>
								{(totals[index] ?? 0).toLocaleString()}
							</text>
						)}
						{index % every === 0 && (
							<text x={every === 1 ? x + step / 2 : x} y={HEIGHT - 6} text-anchor={every === 1 ? "middle" : "start"}>
								{fits(bar.label, x, width) ? bar.label : ""}
							</text>
						)}
					</g>
				);
			})}
		</svg>
	);
}

/** A number at the right edge must not be cut. */
function anchor(x: number, width: number): "middle" | "end" {
	return x > width - 16 ? "end" : "middle";
}

function fits(label: string, x: number, width: number): boolean {
	return x + label.length * LETTER <= width;
}
