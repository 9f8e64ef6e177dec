// Options of the command line that say which rows of the log are wanted, as a filter (protocol/audit.ts).
import { ActionKind, AuditFilter, RowBy, RowFlag, RowKind, RowOutcome } from "../protocol/audit.ts";

/** Options as they were typed; lists are repeated options or values with commas between. */
export interface FilterFlags {
	session?: string | readonly string[] | undefined;
	/** From, up to: "30d", "12h", "45m" ago, or an ISO date or time. A date without a time is that whole day here. */
	since?: string | undefined;
	until?: string | undefined;
	agent?: string | readonly string[] | undefined;
	/** Kinds of rows ("prompt"), or of actions ("shell"), which want actions only. */
	kind?: string | readonly string[] | undefined;
	outcome?: string | readonly string[] | undefined;
	by?: string | readonly string[] | undefined;
	channel?: string | readonly string[] | undefined;
	person?: string | readonly string[] | undefined;
	rule?: string | readonly string[] | undefined;
	flag?: string | readonly string[] | undefined;
	/** A part of a path. */
	file?: string | undefined;
	text?: string | undefined;
}

/**
 * The filter that options mean; an empty one when none was given.
 * @throws Error with a sentence for whoever typed them
 */
export function filterOf(flags: FilterFlags, nowMs: number = Date.now()): AuditFilter {
	const filter: { -readonly [K in keyof AuditFilter]: AuditFilter[K] } = {};
	const kinds = words(flags.kind);
	if (kinds.length > 0) {
		const rows = kinds.filter((kind) => kind !== "other" && isOne(RowKind.options, kind));
		const actions = kinds.filter((kind) => isOne(ActionKind.options, kind));
		for (const kind of kinds) demand("--kind", kind, [...RowKind.options, ...ActionKind.options]);
		// "other" is an action that is none of the named ones, as everywhere on the command line.
		if (rows.length > 0) filter.kinds = rows as NonNullable<AuditFilter["kinds"]>;
		if (actions.length > 0) {
			filter.actions = actions as NonNullable<AuditFilter["actions"]>;
			if (rows.some((kind) => kind !== "action"))
				throw new Error(
					`--kind takes kinds of rows (${rows.join(", ")}) or kinds of actions (${actions.join(", ")}), not both at once.`,
				);
		}
	}
	set(filter, "sessions", words(flags.session));
	set(filter, "agents", words(flags.agent));
	set(filter, "channels", words(flags.channel));
	set(filter, "rules", words(flags.rule));
	// A name may hold a comma: every option is one person.
	set(filter, "people", whole(flags.person));
	set(filter, "outcomes", chosen("--outcome", flags.outcome, RowOutcome.options));
	set(filter, "by", chosen("--by", flags.by, RowBy.options));
	set(filter, "flags", chosen("--flag", flags.flag, RowFlag.options));
	if (flags.since !== undefined) filter.since = timeOf("--since", flags.since, nowMs, "start");
	if (flags.until !== undefined) filter.until = timeOf("--until", flags.until, nowMs, "end");
	if (flags.file !== undefined && flags.file !== "") filter.file = flags.file;
	if (flags.text !== undefined && flags.text !== "") filter.text = flags.text;
	const checked = AuditFilter.safeParse(filter);
	if (checked.success) return checked.data;
	throw new Error(`${String(checked.error.issues[0]?.path[0] ?? "An option")} is too long, or there are too many.`);
}

/** Whether a filter wants everything. */
export function isEmptyFilter(filter: AuditFilter): boolean {
	return Object.values(filter).every((value) => value === undefined);
}

const UNITS = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };

/** ISO time of a text like 30d, 12h, 2026-01-31 or 2026-01-31T10:00Z; what has no zone is local time. */
function timeOf(option: string, text: string, nowMs: number, edge: "start" | "end"): string {
	const [, number, unit] = /^(\d{1,5})([mhdw])$/.exec(text) ?? [];
	if (number !== undefined) return new Date(nowMs - Number(number) * UNITS[unit as keyof typeof UNITS]).toISOString();
	const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? [];
	if (year !== undefined) {
		const at = new Date(Number(year), Number(month) - 1, Number(day));
		if (at.getMonth() === Number(month) - 1 && at.getDate() === Number(day)) {
			// Midnight to midnight by the clock on the wall: not every day has 24 hours.
			const end = new Date(Number(year), Number(month) - 1, Number(day) + 1).getTime() - 1;
			return new Date(edge === "start" ? at.getTime() : end).toISOString();
		}
	}
	const at = /^\d{4}-\d\d-\d\dT\d\d/.test(text) ? Date.parse(text) : Number.NaN;
	if (!Number.isFinite(at)) throw new Error(`${option} is like 30d, 12h, 45m, 2026-01-31 or 2026-01-31T10:00:00Z.`);
	return new Date(at).toISOString();
}

type Lists = "sessions" | "agents" | "channels" | "rules" | "people" | "outcomes" | "by" | "flags";

function set(filter: AuditFilter, name: Lists, values: readonly string[]): void {
	if (values.length > 0) Object.assign(filter, { [name]: values });
}

function whole(value: string | readonly string[] | undefined): string[] {
	return [value ?? []].flat().filter((one) => one !== "");
}

function words(value: string | readonly string[] | undefined): string[] {
	return whole(value)
		.flatMap((one) => one.split(","))
		.map((one) => one.trim())
		.filter((one) => one !== "");
}

function chosen(option: string, value: string | readonly string[] | undefined, of: readonly string[]): string[] {
	const found = words(value);
	for (const one of found) demand(option, one, of);
	return found;
}

function demand(option: string, value: string, of: readonly string[]): void {
	if (!isOne(of, value)) throw new Error(`${option} is one of: ${[...new Set(of)].join(", ")}.`);
}

function isOne(of: readonly string[], value: string): boolean {
	return of.includes(value);
}
