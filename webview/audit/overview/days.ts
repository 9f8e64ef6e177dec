// Days of the overview as bars: each day its own, or seven together where they would be too thin to tell apart.
import type { AuditFilter, Overview } from "../../../src/protocol/audit.ts";

type Day = Overview["days"][number];
type Counts = Omit<Day, "day">;

export interface Span {
	/** First and last day, YYYY-MM-DD. */
	first: string;
	last: string;
	counts: Counts;
}

/** @param most bars there is room for; with more days, they are put together by sevens, the last day ending the last one */
export function spans(days: readonly Day[], most: number): Span[] {
	const size = days.length <= most ? 1 : 7;
	const out: Span[] = [];
	for (let end = days.length; end > 0; end -= size) {
		const some = days.slice(Math.max(0, end - size), end);
		const counts: Counts = { allowed: 0, denied: 0, timeout: 0, other: 0 };
		for (const day of some) for (const name of NAMES) counts[name] += day[name];
		out.unshift({ first: some[0]?.day ?? "", last: some.at(-1)?.day ?? "", counts });
	}
	return out;
}

/** Outcomes as the overview counts them, the most frequent first. */
export const NAMES = ["allowed", "denied", "timeout", "other"] as const;

/** The first moment of a local day YYYY-MM-DD, or of one so many days later. */
export function dayStart(day: string, later = 0): Date {
	const [year = 0, month = 1, date = 1] = day.split("-").map(Number);
	return new Date(year, month - 1, date + later);
}

/** "Mon, Nov 3" */
export function dayName(day: string, style: "short" | "long" = "long"): string {
	const date = dayStart(day);
	if (Number.isNaN(date.getTime())) return day;
	return style === "short"
		? date.toLocaleDateString(undefined, { day: "numeric", month: "short" })
		: date.toLocaleDateString(undefined, { weekday: "short", day: "numeric", month: "short", year: "numeric" });
}

/** The filter narrowed to the actions of these days, within the times it has already. */
export function within(filter: AuditFilter, first: string, last: string): AuditFilter {
	const start = dayStart(first);
	const next = dayStart(last, 1);
	if (Number.isNaN(start.getTime()) || Number.isNaN(next.getTime())) return actionsOf(filter);
	const since = start.toISOString();
	const until = new Date(next.getTime() - 1).toISOString();
	return {
		...actionsOf(filter),
		since: filter.since !== undefined && Date.parse(filter.since) > start.getTime() ? filter.since : since,
		until: filter.until !== undefined && Date.parse(filter.until) < next.getTime() ? filter.until : until,
	};
}

/** The overview counts actions only, so what it leads to does too. */
export function actionsOf(filter: AuditFilter): AuditFilter {
	return { ...filter, kinds: ["action"] };
}
