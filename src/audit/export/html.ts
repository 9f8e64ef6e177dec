// The HTML report: one file that needs nothing else and no script, one section a session, made to be read and printed.
//
// The log is read once to see which rows belong to which session; then session by session, row by row, so that no more
// than one row's contents is in memory.
import { createHash } from "node:crypto";
import type { AuditRow } from "../../protocol/audit.ts";
import { JournalError } from "../errors.ts";
import { detailOf, starterOf } from "../facts.ts";
import { type FoldedRow, list, type Place } from "../fold.ts";
import type { ReadLine } from "../read.ts";
import { actionHtml, otherHtml, promptHtml, starterHtml } from "./htmlRow.ts";
import { STYLE } from "./htmlStyle.ts";
import { bdi, escaped, facts } from "./htmlText.ts";
import type { Exporter, ExportSource, Sink } from "./types.ts";

/** What is remembered of a row until its turn comes. */
interface Kept {
	row: AuditRow;
	places: Place[];
}

interface Section {
	agent: string;
	session: string;
	label: string;
	rows: Kept[];
	ends: Map<string, number>;
}

export const html: Exporter = async (source, sink) => {
	const sections = new Map<string, Section>();
	const others: Kept[] = [];
	const removed = new Map<string, string>();
	let [rows, entries, first, last] = [0, 0, "", ""];
	for await (const row of source.rows()) {
		rows++;
		entries += row.entries;
		if (row.time !== "" && (first === "" || row.time < first)) first = row.time;
		if (row.time > last) last = row.time;
		if (row.type === "evidence.removed") await noteRemoved(source, row, removed);
		keep(row, sections, others);
	}
	const ordered = [...sections.values()];
	await sink.write(head(source, { first, last, entries, rows, sections: ordered }));
	for (const [n, section] of ordered.entries()) await writeSection(source, sink, section, n, removed);
	await writeOthers(source, sink, others, removed);
	await sink.write("</main></body></html>\n");
	return { rows, entries };
};

function keep(row: FoldedRow, sections: Map<string, Section>, others: Kept[]): void {
	const { places, search: _, changes: __, mono: ___, ...plain } = row;
	const kept = { row: plain, places };
	if (row.session === undefined) {
		others.push(kept);
		return;
	}
	const key = JSON.stringify([row.agent ?? "", row.session]);
	let section = sections.get(key);
	if (section === undefined) {
		section = { agent: row.agent ?? "", session: row.session, label: "", rows: [], ends: new Map() };
		sections.set(key, section);
	}
	if (section.label === "" && row.kind === "prompt") section.label = row.target;
	section.rows.push(kept);
	if (row.outcome !== undefined) section.ends.set(row.outcome, (section.ends.get(row.outcome) ?? 0) + 1);
}

async function noteRemoved(source: ExportSource, row: FoldedRow, removed: Map<string, string>): Promise<void> {
	for (const place of row.places) {
		const { entry } = await source.read(place);
		for (const digest of list(entry?.body, "digests")) if (typeof digest === "string") removed.set(digest, row.time);
	}
}

function head(
	source: ExportSource,
	of: { first: string; last: string; entries: number; rows: number; sections: Section[] },
): string {
	const style = createHash("sha256").update(STYLE).digest("base64");
	const contents = of.sections.map(
		({ label, session, agent }, n) =>
			`<li><a href="#s${n}">${bdi(label === "" ? session : label)}</a> <small>${bdi(agent)}</small></li>`,
	);
	const scope = { all: "everything in the log", filter: "what a filter wanted", session: "one session" }[
		source.scope.of
	];
	return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-${style}'; base-uri 'none'; form-action 'none'">
<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="referrer" content="no-referrer">
<title>Gatepost: what agents did</title><style>${STYLE}</style></head><body><main>
<h1>What agents did, and who allowed it</h1>
${facts([
	["Made", escaped(new Date().toISOString())],
	["By", escaped(`Gatepost ${source.version}`)],
	["Holds", escaped(scope)],
	["From", escaped(of.first)],
	["To", escaped(of.last)],
	["Entries", String(of.entries)],
])}
${source.scope.of === "filter" ? `<p class="note">Filter: <code>${escaped(JSON.stringify(source.scope.filter))}</code></p>` : ""}
<p class="note">This report is a reading of the log and proves nothing by itself. Who needs proof: a receipt (bundle) of a session can be verified without Gatepost, and <code>gatepost log verify</code> checks the whole log. What an agent wrote is shown as text; characters that do not show are written as [U+…]; secrets are masked.</p>
${contents.length === 0 ? "<p>There is no session in it.</p>" : `<nav aria-label="Sessions"><h3>Sessions</h3><ol>${contents.join("\n")}</ol></nav>`}
`;
}

async function writeSection(
	source: ExportSource,
	sink: Sink,
	section: Section,
	n: number,
	removed: ReadonlyMap<string, string>,
): Promise<void> {
	const { label, session, agent, ends } = section;
	const sums = [...ends].map(([end, count]) => `${count} ${end}`).join(", ");
	await sink.write(
		`<section aria-labelledby="s${n}"><h2 id="s${n}">${bdi(label === "" ? session : label)}</h2>${facts([
			["Agent", bdi(agent)],
			["Session", `<code>${escaped(session)}</code>`],
			["Actions", escaped(sums)],
		])}`,
	);
	for (const kept of section.rows) {
		source.signal?.throwIfAborted();
		const lines = await linesOf(source, kept.places);
		const started = lines[0]?.entry;
		if (kept.row.type === "session.started" && started !== undefined) {
			await sink.write(starterHtml(starterOf(started)));
			continue;
		}
		await sink.write(`${await rowHtml(source, kept.row, lines, removed)}\n`);
	}
	await sink.write("</section>\n");
}

async function writeOthers(
	source: ExportSource,
	sink: Sink,
	others: Kept[],
	removed: ReadonlyMap<string, string>,
): Promise<void> {
	// Checkpoints say nothing to a reader; verifiers read them in the log.
	const told = others.filter(({ row }) => row.type !== "checkpoint");
	if (told.length === 0) return;
	await sink.write('<section aria-labelledby="others"><h2 id="others">Gates, policy, grants and agents</h2>');
	for (const { row, places } of told) {
		source.signal?.throwIfAborted();
		await sink.write(`${await rowHtml(source, row, await linesOf(source, places), removed)}\n`);
	}
	await sink.write("</section>\n");
}

async function rowHtml(
	source: ExportSource,
	row: AuditRow,
	lines: ReadLine[],
	removed: ReadonlyMap<string, string>,
): Promise<string> {
	const detail = detailOf(row, lines, { removed });
	if (row.kind === "prompt") return promptHtml(detail);
	return row.kind === "action" ? actionHtml(detail, (digest) => evidenceOf(source, digest)) : otherHtml(detail);
}

/** A piece that was altered is said to be so in its place; the report goes on. */
async function evidenceOf(source: ExportSource, digest: string): Promise<Buffer | undefined> {
	try {
		return await source.evidence(digest);
	} catch (error) {
		if (error instanceof JournalError && error.code === "evidence-altered") return undefined;
		throw error;
	}
}

async function linesOf(source: ExportSource, places: readonly Place[]): Promise<ReadLine[]> {
	const lines: ReadLine[] = [];
	for (const place of places) lines.push(await source.read(place));
	return lines;
}
