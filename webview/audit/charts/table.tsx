// The table behind a chart: the same numbers for those who do not see it, and the keyboard's way to what they stand for.
import type { JSX } from "preact";
import { AgentText } from "../../ui/agentText.tsx";
import { Icon } from "../../ui/icons.tsx";
import { t } from "../../ui/texts.ts";
import { visibleText } from "../../ui/visible.ts";

export interface ChartTableRow {
	key: string;
	/** May come from the log. */
	name: string;
	cells: (number | string)[];
	onPick?: (() => void) | undefined;
}

interface ChartTableProps {
	title: string;
	/** Headings; the first is that of the names. */
	columns: readonly string[];
	rows: readonly ChartTableRow[];
}

export function ChartTable({ title, columns, rows }: ChartTableProps): JSX.Element {
	return (
		<details class="av-table">
			<summary>
				<Icon name="chevron" />
				{t("chart.asTable")}
				<span class="unseen">: {title}</span>
			</summary>
			<div class="av-table-box">
				<table>
					<caption class="unseen">{t("chart.tableOf", { title })}</caption>
					<thead>
						<tr>
							{columns.map((column) => (
								<th key={column} scope="col">
									{column}
								</th>
							))}
						</tr>
					</thead>
					<tbody>
						{rows.map((row) => (
							<tr key={row.key}>
								<th scope="row">
									<Name row={row} />
								</th>
								{row.cells.map((cell, index) => (
									<td key={index}>{typeof cell === "number" ? cell.toLocaleString() : cell}</td>
								))}
							</tr>
						))}
					</tbody>
				</table>
			</div>
		</details>
	);
}

function Name({ row: { name, onPick } }: { row: ChartTableRow }): JSX.Element {
	if (!onPick) return <AgentText text={name} />;
	const label = t("chart.showIn", { what: visibleText(name) });
	return (
		<button type="button" class="link" aria-label={label} title={label} onClick={onPick}>
			<AgentText text={name} />
		</button>
	);
}
