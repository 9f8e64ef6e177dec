// Times relative to now and to a session's start. "" for what is no time: times come from the log.
import { useEffect, useReducer } from "preact/hooks";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** "2 hours ago" */
export function ago(iso: string, now = Date.now()): string {
	const ms = Date.parse(iso) - now;
	if (Number.isNaN(ms)) return "";
	const format = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
	const away = Math.abs(ms);
	if (away < MINUTE) return format.format(Math.round(ms / SECOND), "second");
	if (away < HOUR) return format.format(Math.round(ms / MINUTE), "minute");
	if (away < DAY) return format.format(Math.round(ms / HOUR), "hour");
	if (away < 30 * DAY) return format.format(Math.round(ms / DAY), "day");
	if (away < 365 * DAY) return format.format(Math.round(ms / (30 * DAY)), "month");
	return format.format(Math.round(ms / (365 * DAY)), "year");
}

/** Date and time of day. */
export function dateAndTime(iso: string): string {
	const date = new Date(iso);
	return Number.isNaN(date.getTime())
		? ""
		: date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "short" });
}

/** How long after a start something was, like a clock: "+0:42", "+1:02:03"; "−0:03" where the clock went backwards. */
export function offset(start: string, iso: string): string {
	const ms = Date.parse(iso) - Date.parse(start);
	if (Number.isNaN(ms)) return "";
	const seconds = Math.floor(Math.abs(ms) / SECOND);
	const sign = ms <= -SECOND ? "−" : "+";
	const two = (value: number) => String(value).padStart(2, "0");
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return h > 0 ? `${sign}${h}:${two(m)}:${two(s)}` : `${sign}${m}:${two(s)}`;
}

/** Draws anew every minute, for what is said relative to now. */
export function useMinutes(): void {
	const [, redraw] = useReducer((n: number) => n + 1, 0);
	useEffect(() => {
		const timer = setInterval(() => redraw(undefined), MINUTE);
		return () => clearInterval(timer);
	}, []);
}
