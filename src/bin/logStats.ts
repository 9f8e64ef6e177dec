// `gatepost log stats`: what a log comes to: decisions by outcome, by whom, by agent and channel, how long answers took.
import { matches } from "../audit/filter.ts";
import { foldRows } from "../audit/fold.ts";
import { readEntries } from "../audit/read.ts";
import { Stats } from "../audit/stats.ts";
import type { AuditFilter, Overview } from "../protocol/audit.ts";
import { type ExitCode, type LogOptions, logDir, reading } from "./log.ts";
import { wholeSessions } from "./logSessions.ts";
import { jsonLine } from "./logText.ts";
import { terminalText } from "./terminalText.ts";

/** Agents and channels that are named, those with most decisions. What is in a log may call itself anything. */
const MAX_NAMED = 20;

export interface StatsOptions extends LogOptions {
	filter: AuditFilter;
}

/** Counts the actions a filter wants. @returns 1 when there is none */
export function logStats(options: StatsOptions): Promise<ExitCode> {
	return reading(options, async () => {
		const dir = logDir(options.home, options.folder);
		const filter = await wholeSessions(dir, options.filter);
		const stats = new Stats();
		for await (const row of foldRows(readEntries(dir))) if (matches(row, filter)) stats.add(row);
		const overview = stats.overview();
		await options.out(options.json ? jsonLine(overview) : text(overview));
		return overview.actions === 0 ? 1 : 0;
	});
}

function text(found: Overview): string {
	const { actions, answer, days, agents, channels, by, asked } = found;
	if (actions === 0) return "No action matches.\n";
	const share = (n: number) => `${((100 * n) / actions).toFixed(1)} %`;
	const table = (title: string, rows: [string, string][], most = Number.POSITIVE_INFINITY) =>
		rows.length === 0
			? []
			: [
					"",
					title,
					...rows.slice(0, most).map(([name, value]) => `  ${terminalText(name).padEnd(28)} ${value}`),
					...(rows.length > most ? [`  and ${rows.length - most} more`] : []),
				];
	const ends = (one: { allowed: number; denied: number; timeout?: number; other?: number }) =>
		[
			`${one.allowed} allowed`,
			`${one.denied} denied`,
			...(one.timeout === undefined ? [] : [`${one.timeout} timed out`]),
			...(one.other === undefined ? [] : [`${one.other} other`]),
		].join(", ");
	const lines = [
		`Actions   ${actions}`,
		...(answer === undefined
			? []
			: [`Answers   ${answer.count} by people, median ${seconds(answer.median)}, 95 % within ${seconds(answer.p95)}`]),
		...table(
			"Decided by",
			by.map(({ name, count }) => [name, `${count} (${share(count)})`]),
		),
		...table(
			"Agent",
			agents.map((one) => [one.name === "" ? "(not said)" : one.name, ends(one)]),
			MAX_NAMED,
		),
		...table(
			"Channel",
			channels.map((one) => [one.name === "" ? "(not said)" : one.name, ends(one)]),
			MAX_NAMED,
		),
		...table(
			"Day",
			days.filter((one) => one.allowed + one.denied + one.timeout + one.other > 0).map((one) => [one.day, ends(one)]),
		),
		...table(
			"Asked most often",
			asked.map((one) => [`${one.count} x`, `${terminalText(one.tool)} ${terminalText(one.target)}`]),
		),
	];
	return `${lines.join("\n")}\n`;
}

function seconds(ms: number): string {
	return ms < 10_000
		? `${(ms / 1000).toFixed(1)} s`
		: ms < 600_000
			? `${Math.round(ms / 1000)} s`
			: `${Math.round(ms / 60_000)} min`;
}
