// Sums over rows: decisions per day, by agent and channel, how long answers took. Streaming: what is kept is counters, the
// answer times (a number each) and the most asked targets.
import type { Overview, RowBy } from "../protocol/audit.ts";
import type { FoldedRow } from "./fold.ts";

/** Days of an overview that hold any; between them there may be empty ones, as long as not more than MAX_DAYS are named. */
export const MAX_FULL_DAYS = 92;
export const MAX_DAYS = 366;
/** Targets an overview names. */
export const MAX_ASKED = 20;
/** Different targets that are counted; the rest is not. */
const MAX_TARGETS = 50_000;
export const DAY_MS = 86_400_000;
/** Who decides when a person was asked. */
const ASKED: readonly (RowBy | undefined)[] = ["person", "timeout", "withdrawn"];

type Ends = { allowed: number; denied: number; timeout: number; other: number };

/** Collects rows, then says what they come to. Rows that are no actions are ignored. */
export class Stats {
	#actions = 0;
	readonly #days = new Map<string, Ends>();
	readonly #agents = new Map<string, Ends>();
	readonly #channels = new Map<string, { allowed: number; denied: number }>();
	readonly #by = new Map<RowBy, number>();
	readonly #answers: number[] = [];
	readonly #asked = new Map<string, Overview["asked"][number]>();

	add(row: FoldedRow): void {
		if (row.kind !== "action") return;
		this.#actions++;
		count(this.#days, localDay(row.time), row);
		count(this.#agents, row.agent ?? "", row);
		if (row.by !== undefined) this.#by.set(row.by, (this.#by.get(row.by) ?? 0) + 1);
		const side = row.outcome === "allowed" || row.outcome === "denied" ? row.outcome : undefined;
		if (row.by === "person") {
			if (row.waitedMs !== undefined) this.#answers.push(row.waitedMs);
			const channel = this.#channels.get(row.channel ?? "") ?? { allowed: 0, denied: 0 };
			if (side !== undefined) channel[side]++;
			this.#channels.set(row.channel ?? "", channel);
		}
		if (ASKED.includes(row.by)) this.#ask(row, side);
	}

	#ask(row: FoldedRow, side: "allowed" | "denied" | undefined): void {
		const key = JSON.stringify([row.tool, row.target]);
		let asked = this.#asked.get(key);
		if (asked === undefined) {
			if (this.#asked.size >= MAX_TARGETS) return;
			asked = { tool: row.tool ?? "", target: row.target, count: 0, allowed: 0, denied: 0, row: row.id };
			this.#asked.set(key, asked);
		}
		asked.count++;
		if (side !== undefined) asked[side]++;
		asked.row = row.id;
	}

	/** What was collected so far. */
	overview(): Overview {
		const answer = answerTimes(this.#answers);
		return {
			actions: this.#actions,
			days: withoutHoles(this.#days),
			agents: named(this.#agents).sort((a, b) => sum(b) - sum(a) || order(a.name, b.name)),
			channels: named(this.#channels).sort(
				(a, b) => b.allowed + b.denied - (a.allowed + a.denied) || order(a.name, b.name),
			),
			...(answer === undefined ? {} : { answer }),
			by: [...this.#by]
				.map(([name, n]) => ({ name, count: n }))
				.sort((a, b) => b.count - a.count || order(a.name, b.name)),
			asked: [...this.#asked.values()]
				.sort((a, b) => b.count - a.count || order(a.target, b.target) || order(a.tool, b.tool))
				.slice(0, MAX_ASKED),
		};
	}
}

/** The median, and the 95th of a hundred by the nearest rank; undefined without any. Milliseconds in, milliseconds out. */
export function answerTimes(times: readonly number[]): Overview["answer"] {
	if (times.length === 0) return undefined;
	const sorted = [...times].sort((a, b) => a - b);
	const at = (index: number) => sorted[index] ?? 0;
	const count = sorted.length;
	const median = (at(Math.floor((count - 1) / 2)) + at(Math.floor(count / 2))) / 2;
	return { median, p95: at(Math.ceil(0.95 * count) - 1), count };
}

/** YYYY-MM-DD of an ISO time where this machine is; "" for what is no time. */
export function localDay(time: string): string {
	const at = new Date(time);
	if (Number.isNaN(at.getTime())) return "";
	const two = (n: number) => String(n).padStart(2, "0");
	return `${String(at.getFullYear()).padStart(4, "0")}-${two(at.getMonth() + 1)}-${two(at.getDate())}`;
}

/** Days in order, with those between that hold nothing. */
function withoutHoles(days: Map<string, Ends>): Overview["days"] {
	// A time far ahead is nobody's day, and would push all real ones off the axis.
	const end = localDay(new Date(Date.now() + DAY_MS).toISOString());
	const known = [...days.keys()].filter((day) => day.length === 10 && day <= end).sort();
	const [first] = known.slice(-MAX_FULL_DAYS);
	const last = known.at(-1);
	if (first === undefined || last === undefined) return [];
	const result: Overview["days"] = [];
	// By noon in UTC, where no day has 23 hours.
	for (let at = Date.parse(`${last}T12:00:00Z`); result.length < MAX_DAYS; at -= DAY_MS) {
		const day = new Date(at).toISOString().slice(0, 10);
		if (day < first) break;
		result.unshift({ day, ...(days.get(day) ?? { allowed: 0, denied: 0, timeout: 0, other: 0 }) });
	}
	return result;
}

function count(into: Map<string, Ends>, name: string, { outcome }: FoldedRow): void {
	const ends = into.get(name) ?? { allowed: 0, denied: 0, timeout: 0, other: 0 };
	ends[outcome === "allowed" || outcome === "denied" || outcome === "timeout" ? outcome : "other"]++;
	into.set(name, ends);
}

function named<T>(map: Map<string, T>): ({ name: string } & T)[] {
	return [...map].map(([name, value]) => ({ name, ...value }));
}

function sum({ allowed, denied, timeout, other }: Ends): number {
	return allowed + denied + timeout + other;
}

function order(a: string, b: string): number {
	return a < b ? -1 : a > b ? 1 : 0;
}
