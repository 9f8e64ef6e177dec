// What a chart is made of.

/** Each has a pattern and a colour of its own, see chartLooks.tsx. */
export type Look = "allowed" | "denied" | "timeout" | "other" | "rule" | "person" | "withdrawn" | "failure";

export interface ChartPart {
	look: Look;
	/** In words, e.g. "Allowed". */
	name: string;
	count: number;
}

export function sum(parts: readonly ChartPart[]): number {
	return parts.reduce((all, { count }) => all + count, 0);
}
