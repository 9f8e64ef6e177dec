import { useEffect, useState } from "preact/hooks";

/** A countdown shows in the last two minutes only (DESIGN 9): earlier it would only hurry. */
const COUNTDOWN_MS = 120_000;

/** "14:02", in the person's language. "" for what is no time. */
export function timeOfDay(iso: string): string {
	const date = new Date(iso);
	return Number.isNaN(date.getTime()) ? "" : date.toLocaleTimeString(undefined, { hour: "numeric", minute: "2-digit" });
}

/** The time of day, with the date when it is another day's. "" for what is no time. */
export function timeNear(iso: string): string {
	const date = new Date(iso);
	if (Number.isNaN(date.getTime())) return "";
	const time = timeOfDay(iso);
	if (date.toDateString() === new Date().toDateString()) return time;
	return `${date.toLocaleDateString(undefined, { day: "numeric", month: "short" })}, ${time}`;
}

/** Milliseconds left in the last two minutes before a deadline, once a second; undefined before. */
export function useCountdown(deadlineAt: string): number | undefined {
	const deadline = Date.parse(deadlineAt);
	const [now, setNow] = useState(() => Date.now());
	const left = deadline - now;
	useEffect(() => {
		// A timer waits at most 24.8 days; longer ones fire at once.
		const wait =
			left > COUNTDOWN_MS ? Math.min(left - COUNTDOWN_MS, 2 ** 31 - 1) : left > 0 ? 1000 - (now % 1000) : undefined;
		if (wait === undefined || Number.isNaN(wait)) return undefined;
		const timer = setTimeout(() => setNow(Date.now()), wait);
		return () => clearTimeout(timer);
	}, [left, now]);
	return Number.isNaN(deadline) || left > COUNTDOWN_MS ? undefined : Math.max(0, left);
}

/** "1:42" */
export function minutesAndSeconds(ms: number): string {
	const seconds = Math.ceil(ms / 1000);
	return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
