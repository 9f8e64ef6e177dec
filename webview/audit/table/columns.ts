// The columns of the table, and which of them there is room for.
import type { MessageCode } from "../../../src/protocol/messages.ts";

export interface Column {
	id: "time" | "outcome" | "tool" | "target" | "by" | "agent" | "session" | "channel" | "waited";
	name: MessageCode;
	/** Width in px at a font size of 13 px; of the one that takes what is left, the least. */
	px: number;
	/** Stays in place when the table is scrolled sideways. */
	sticky?: boolean;
	/** In a table narrower than this (px at a font size of 13 px) it is left out. */
	from: number;
}

/** In the order in which they are drawn. Time, decision and target always have room. */
export const COLUMNS: readonly Column[] = [
	{ id: "time", name: "audit.column.time", px: 146, sticky: true, from: 0 },
	{ id: "outcome", name: "audit.column.outcome", px: 104, sticky: true, from: 0 },
	{ id: "tool", name: "audit.column.tool", px: 156, from: 626 },
	{ id: "target", name: "audit.column.target", px: 220, from: 0 },
	{ id: "by", name: "audit.column.by", px: 148, from: 774 },
	{ id: "agent", name: "audit.column.agent", px: 104, from: 1038 },
	{ id: "session", name: "audit.column.session", px: 160, from: 934 },
	{ id: "channel", name: "audit.column.channel", px: 84, from: 1194 },
	{ id: "waited", name: "audit.column.waited", px: 72, from: 1110 },
];

export interface Layout {
	columns: readonly Column[];
	/** For `grid-template-columns`. */
	template: string;
	/** Least width of a row, px. */
	minPx: number;
	/** There is room for the shortest of times only. */
	isNarrow: boolean;
	/** Distance of each sticky column from the edge, px. */
	stickyPx: Record<string, number>;
}

/**
 * @param width of the table, px
 * @param hidden ids of columns a person does not want; time, decision and target cannot be hidden
 * @param scale font size / 13 px
 */
export function layoutFor(width: number, hidden: readonly string[], scale: number): Layout {
	const columns = COLUMNS.filter(
		(column) => width >= column.from * scale && !(canHide(column) && hidden.includes(column.id)),
	);
	const isNarrow = width < 420 * scale;
	const pxOf = (column: Column) =>
		Math.round(scale * (isNarrow && column.id === "target" ? 170 : isNarrow && column.id === "time" ? 80 : column.px));
	const stickyPx: Record<string, number> = {};
	let left = 0;
	for (const column of columns.filter(({ sticky }) => sticky)) {
		stickyPx[column.id] = left;
		left += pxOf(column);
	}
	return {
		columns,
		template: columns
			.map((column) => (column.id === "target" ? `minmax(${pxOf(column)}px, 1fr)` : `${pxOf(column)}px`))
			.join(" "),
		minPx: columns.reduce((sum, column) => sum + pxOf(column), 0),
		stickyPx,
		isNarrow,
	};
}

export function canHide({ from }: Column): boolean {
	return from > 0;
}
