// What the rows of a filter add up to, and what can be filtered by.
import {
	ActionKind,
	type Facet,
	type Facets,
	type Overview,
	RowBy,
	RowFlag,
	RowKind,
	RowOutcome,
} from "../../protocol/audit.ts";
import { answerTimes, DAY_MS, MAX_ASKED, MAX_DAYS, MAX_FULL_DAYS } from "../stats.ts";
import type { Sessions } from "./sessions.ts";
import type { Store } from "./store.ts";

const MAX_FACETS = 200;
const MAX_NAMES = 50;
/** Local time differs from UTC by whole quarters of an hour. */
const QUARTER_MS = 15 * 60_000;

const ACTION = RowKind.options.indexOf("action");
const outcomeOf = (name: RowOutcome) => RowOutcome.options.indexOf(name) + 1;
const byOf = (name: RowBy) => RowBy.options.indexOf(name) + 1;
const [ALLOWED, DENIED, TIMEOUT] = [outcomeOf("allowed"), outcomeOf("denied"), outcomeOf("timeout")];
const PERSON = byOf("person");
/** Who decides when a person was asked. */
const ASKED = new Set([PERSON, byOf("timeout"), byOf("withdrawn")]);

interface Counts {
	allowed: number;
	denied: number;
	timeout: number;
	other: number;
}

/** @param ids rows of any kind, oldest first */
export function overviewOf(store: Store, ids: Uint32Array): Overview {
	const { of } = store.columns;
	const days = new Map<number, Counts>();
	const agents = new Map<number, Counts>();
	const channels = new Map<number, Counts>();
	const by = new Map<number, number>();
	const asked = new Map<number, { count: number; allowed: number; denied: number; row: number }>();
	const answers: number[] = [];
	const dayOf = dayNumbers();
	let actions = 0;
	for (const id of ids) {
		if (of.kind[id] !== ACTION) continue;
		actions++;
		const [outcome, decider] = [of.outcome[id] as number, of.by[id] as number];
		const time = of.time[id] as number;
		if (!Number.isNaN(time)) add(days, dayOf(time), outcome);
		add(agents, of.agent[id] as number, outcome);
		if (decider !== 0) by.set(decider, (by.get(decider) ?? 0) + 1);
		if (ASKED.has(decider)) {
			const what = of.what[id] as number;
			const known = asked.get(what) ?? { count: 0, allowed: 0, denied: 0, row: id };
			known.count++;
			if (outcome === ALLOWED) known.allowed++;
			if (outcome === DENIED) known.denied++;
			known.row = id;
			asked.set(what, known);
		}
		if (decider !== PERSON) continue;
		add(channels, of.channel[id] as number, outcome);
		const waited = of.waited[id] as number;
		if (!Number.isNaN(waited)) answers.push(waited);
	}
	const answer = answerTimes(answers);
	return {
		actions,
		days: daysOf(days),
		agents: named(store, agents),
		channels: named(store, channels).map(({ name, allowed, denied }) => ({ name, allowed, denied })),
		...(answer === undefined ? {} : { answer }),
		by: RowBy.options.flatMap((name) => {
			const count = by.get(byOf(name)) ?? 0;
			return count === 0 ? [] : [{ name, count }];
		}),
		asked: [...asked.values()]
			.sort((a, b) => b.count - a.count || b.row - a.row)
			.slice(0, MAX_ASKED)
			.map((one) => ({ tool: store.tool(one.row), target: store.target(one.row), ...one })),
	};
}

function add(sums: Map<number, Counts>, key: number, outcome: number): void {
	let counts = sums.get(key);
	if (counts === undefined) {
		counts = { allowed: 0, denied: 0, timeout: 0, other: 0 };
		sums.set(key, counts);
	}
	if (outcome === ALLOWED) counts.allowed++;
	else if (outcome === DENIED) counts.denied++;
	else if (outcome === TIMEOUT) counts.timeout++;
	else counts.other++;
}

function named(store: Store, sums: Map<number, Counts>): ({ name: string } & Counts)[] {
	const all = ({ allowed, denied, timeout, other }: Counts) => allowed + denied + timeout + other;
	return [...sums]
		.map(([number, counts]) => ({ name: store.strings.text(number) ?? "", ...counts }))
		.sort((a, b) => all(b) - all(a) || (a.name < b.name ? -1 : 1))
		.slice(0, MAX_NAMES);
}

/** Days since 1970 by local time. A Date for each of many rows would take most of the time. */
function dayNumbers(): (time: number) => number {
	const known = new Map<number, number>();
	return (time) => {
		const quarter = Math.floor(time / QUARTER_MS);
		let day = known.get(quarter);
		if (day === undefined) {
			const date = new Date(time);
			day = Math.round(Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY_MS);
			known.set(quarter, day);
		}
		return day;
	};
}

function daysOf(sums: Map<number, Counts>): Overview["days"] {
	// A time far ahead is nobody's day, and would push all real ones off the axis.
	const end = dayNumbers()(Date.now() + DAY_MS);
	const full = [...sums.keys()]
		.filter((day) => day <= end)
		.sort((a, b) => a - b)
		.slice(-MAX_FULL_DAYS);
	const last = full.at(-1);
	if (last === undefined) return [];
	const first = Math.max(full[0] as number, last - MAX_DAYS + 1);
	const days: Overview["days"] = [];
	for (let day = first; day <= last; day++) {
		const counts = sums.get(day) ?? { allowed: 0, denied: 0, timeout: 0, other: 0 };
		days.push({ day: new Date(day * DAY_MS).toISOString().slice(0, -14), ...counts });
	}
	return days;
}

/** Counted over all rows. */
export function facetsOf(store: Store, sessions: Sessions): Facets {
	const { columns } = store;
	const { of, count } = columns;
	const texts = (column: Uint32Array) => {
		const counts = new Uint32Array(store.strings.size);
		for (let id = 1; id <= count; id++) countOne(counts, column[id] as number);
		counts[0] = 0;
		return sorted(counts, (number) => store.strings.text(number) ?? "");
	};
	const options = (column: Uint8Array, names: readonly string[], first: number) => {
		const counts = new Uint32Array(names.length + first);
		for (let id = 1; id <= count; id++) countOne(counts, column[id] as number);
		if (first > 0) counts[0] = 0;
		return sorted(counts, (number) => names[number - first] ?? "");
	};
	const flags = new Uint32Array(RowFlag.options.length);
	for (let id = 1; id <= count; id++) {
		const bits = of.flags[id] as number;
		for (let bit = 0; bits >> bit !== 0; bit++) if (((bits >> bit) & 1) === 1) countOne(flags, bit);
	}
	const found = texts(of.session);
	return {
		kinds: options(of.kind, RowKind.options, 0),
		agents: texts(of.agent),
		sessions: found,
		actions: options(of.action, ActionKind.options, 1),
		outcomes: options(of.outcome, RowOutcome.options, 1),
		by: options(of.by, RowBy.options, 1),
		channels: texts(of.channel),
		people: texts(of.person),
		rules: texts(of.rule),
		flags: sorted(flags, (bit) => RowFlag.options[bit] ?? ""),
		labels: sessions.labels(found.map(({ value }) => value)),
	};
}

function countOne(counts: Uint32Array, at: number): void {
	counts[at] = (counts[at] as number) + 1;
}

function sorted(counts: Uint32Array, name: (number: number) => string): Facet[] {
	const found: number[] = [];
	for (let number = 0; number < counts.length; number++) if ((counts[number] as number) > 0) found.push(number);
	return found
		.sort((a, b) => (counts[b] as number) - (counts[a] as number) || a - b)
		.slice(0, MAX_FACETS)
		.map((number) => ({ value: name(number), count: counts[number] as number }))
		.sort((a, b) => b.count - a.count || (a.value < b.value ? -1 : a.value > b.value ? 1 : 0));
}
