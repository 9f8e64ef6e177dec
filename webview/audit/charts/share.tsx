// Bars that lie: parts of a whole, one bar a row, each with its name and numbers in words beside it.
import type { JSX } from "preact";
import { useId } from "preact/hooks";
import { AgentText } from "../../ui/agentText.tsx";
import { fillOf } from "./looks.tsx";
import { type ChartPart, sum } from "./parts.ts";
import { stack, useWidth } from "./scale.ts";

export interface ShareRow {
	key: string;
	/** May come from the log. Absent: the bar stands for all. */
	name?: string;
	/** The numbers, in words. */
	said: string;
	parts: ChartPart[];
	onPick?: (() => void) | undefined;
	/** One part of it. */
	onPickPart?: ((part: ChartPart) => void) | undefined;
}

interface ChartShareProps {
	title: string;
	description: string;
	rows: readonly ShareRow[];
}

const THICK = 16;

/** The longest bar takes the whole width; the others are in proportion to it. */
export function ChartShare({ title, description, rows }: ChartShareProps): JSX.Element {
	const id = useId();
	const [box, width] = useWidth();
	const most = Math.max(...rows.map(({ parts }) => sum(parts)), 1);
	return (
		<>
			<p id={id} class="unseen" aria-hidden="true">
				{description}
			</p>
			<div ref={box} class="av-share" role="img" aria-label={title} aria-describedby={id}>
				{width > 0 &&
					rows.map((row) => (
						// biome-ignore lint/a11y/useKeyWithClickEvents: the table behind the chart has a button for each row
						// biome-ignore lint/a11y/noStaticElementInteractions: the same
						<div key={row.key} class={row.onPick ? "av-share-row picks" : "av-share-row"} onClick={row.onPick}>
							{row.name !== undefined && (
								<p class="av-share-head">
									<span class="name">
										<AgentText text={row.name} />
									</span>
									<span class="said">{row.said}</span>
								</p>
							)}
							<Bar row={row} width={width} most={most} />
						</div>
					))}
			</div>
		</>
	);
}

function Bar({ row, width, most }: { row: ShareRow; width: number; most: number }): JSX.Element {
	const pieces = stack(row.parts, (width - 1) / most);
	const length = pieces.reduce((all, piece) => all + piece.length, 0);
	// What small parts were given must not push the others out of sight.
	const squeeze = length > width - 1 ? (width - 1) / length : 1;
	return (
		<svg width={width} height={THICK + 1} aria-hidden="true">
			{pieces.map((piece) => (
				// biome-ignore lint/a11y/noStaticElementInteractions: the table behind the chart has a button for each part
				<rect
					key={piece.look}
					class={row.onPickPart ? "av-part picks" : "av-part"}
					data-look={piece.look}
					data-count={piece.count}
					x={0.5 + piece.start * squeeze}
					y={0.5}
					width={piece.length * squeeze}
					height={THICK}
					fill={fillOf(piece.look)}
					onClick={row.onPickPart && (() => row.onPickPart?.(piece))}
				/>
			))}
		</svg>
	);
}
