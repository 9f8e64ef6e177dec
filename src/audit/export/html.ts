// The HTML report: one file that needs nothing else and no script, one section a session, made to be read and printed.
//
// The log is read once to see which rows belong to which session, and only where they stand is kept; then session by
// session, row by row, so that no more than one row's contents is in memory.
import { createHash } from "node:crypto";
import type { AuditRow, RowOutcome } from "../../protocol/audit.ts";
import { detailOf, starterOf } from "../facts.ts";
import { addTo, type FoldedRow, rowOf } from "../fold.ts";
import { list } from "../members.ts";
import type { ReadLine } from "../read.ts";
import { evidenceRefs } from "../verifyEvidence.ts";
import { actionHtml, otherHtml, promptHtml, starterHtml } from "./htmlRow.ts";
import { STYLE } from "./htmlStyle.ts";
import { bdi, escaped, facts } from "./htmlText.ts";
import { undoHtml } from "./htmlUndo.ts";
import { pieceOf } from "./piece.ts";
import { PlacesByGroup, type RowPlaces } from "./rowPlaces.ts";
import { redactScope } from "./scopeText.ts";
import type { LogSource } from "./source.ts";
import type { ExportSource, Sink } from "./types.ts";

interface Section {
	agent: string;
	session: string;
	label: string;
	/** Its rows in `PlacesByGroup`. */
	group: number;
	ends: Partial<Record<RowOutcome, number>>;
}

/** Writes the report. @returns both counts; `entries` are those folded into the rows */
export async function html(source: LogSource, sink: Sink): Promise<{ rows: number; entries: number }> {
	const sections = new Map<string, Section>();
	const kept = new PlacesByGroup();
	const others = kept.group();
	const removed = new Map<string, string>();
	let [rows, entries, first, last] = [0, 0, "", ""];
	for await (const batch of source.told({ search: false, places: true }))
		for (const { row } of batch) {
			rows++;
			entries += row.entries;
			if (row.time !== "" && (first === "" || row.time < first)) first = row.time;
			if (row.time > last) last = row.time;
			if (row.type === "evidence.removed") await noteRemoved(source, row, removed);
			// Checkpoints say nothing to a reader; verifiers read them in the log.
			if (row.session !== undefined) kept.add(sectionOf(row, sections, kept).group, row);
			else if (row.type !== "checkpoint") kept.add(others, row);
		}
	const ordered = [...sections.values()];
	await sink.write(head(source, { first, last, entries }));
	await writeContents(sink, ordered);
	for (const [n, section] of ordered.entries()) await writeSection(source, sink, section, n, kept, removed);
	await writeOthers(source, sink, kept.rows(others), removed);
	await sink.write("</main></body></html>\n");
	return { rows, entries };
}

/** The section of a row, with what its beginning tells of the row. */
function sectionOf(row: FoldedRow, sections: Map<string, Section>, kept: PlacesByGroup): Section {
	const { agent = "", session = "" } = row;
	const key = JSON.stringify([agent, session]);
	let section = sections.get(key);
	if (section === undefined) {
		section = { agent, session, label: "", group: kept.group(), ends: {} };
		sections.set(key, section);
	}
	if (section.label === "" && row.kind === "prompt") section.label = row.target;
	if (row.outcome !== undefined) section.ends[row.outcome] = (section.ends[row.outcome] ?? 0) + 1;
	return section;
}

async function noteRemoved(source: ExportSource, row: FoldedRow, removed: Map<string, string>): Promise<void> {
	for (const place of row.places) {
		const { entry } = await source.read(place);
		for (const digest of list(entry?.body, "digests")) if (typeof digest === "string") removed.set(digest, row.time);
	}
}

function head(source: ExportSource, of: { first: string; last: string; entries: number }): string {
	const style = createHash("sha256").update(STYLE).digest("base64");
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
${source.scope.of === "filter" ? `<p class="note">Filter: <code>${escaped(JSON.stringify(redactScope(source.scope).filter))}</code></p>` : ""}
<p class="note">This report is a reading of the log and proves nothing by itself. Who needs proof: a receipt (bundle) of a session can be verified without Gatepost, and <code>gatepost log verify</code> checks the whole log. What an agent wrote is shown as text; characters that do not show are written as [U+…]; secrets are masked.</p>
`;
}

async function writeContents(sink: Sink, sections: readonly Section[]): Promise<void> {
	if (sections.length === 0) {
		await sink.write("<p>There is no session in it.</p>\n");
		return;
	}
	await sink.write('<nav aria-label="Sessions"><h3>Sessions</h3><ol>');
	for (const [n, { label, session, agent }] of sections.entries())
		await sink.write(
			`<li><a href="#s${n}">${bdi(label === "" ? session : label)}</a> <small>${bdi(agent)}</small></li>\n`,
		);
	await sink.write("</ol></nav>\n");
}

async function writeSection(
	source: LogSource,
	sink: Sink,
	section: Section,
	n: number,
	kept: PlacesByGroup,
	removed: ReadonlyMap<string, string>,
): Promise<void> {
	const { label, session, agent, ends, group } = section;
	const sums = Object.entries(ends).map(([end, count]) => `${count} ${end}`);
	await sink.write(
		`<section aria-labelledby="s${n}"><h2 id="s${n}">${bdi(label === "" ? session : label)}</h2>${facts([
			["Agent", bdi(agent)],
			["Session", `<code>${escaped(session)}</code>`],
			["Actions", escaped(sums.join(", "))],
		])}`,
	);
	for (const where of kept.rows(group)) {
		const { row, lines } = await foldedAgain(source, where);
		const started = lines[0]?.entry;
		if (row.type === "session.started" && started !== undefined) {
			await sink.write(starterHtml(starterOf(started)));
			continue;
		}
		await sink.write(`${await rowHtml(source, row, lines, removed)}\n`);
	}
	await sink.write("</section>\n");
}

async function writeOthers(
	source: LogSource,
	sink: Sink,
	others: Iterable<RowPlaces>,
	removed: ReadonlyMap<string, string>,
): Promise<void> {
	let begun = false;
	for (const where of others) {
		if (!begun)
			await sink.write('<section aria-labelledby="others"><h2 id="others">Gates, policy, grants and agents</h2>');
		begun = true;
		const { row, lines } = await foldedAgain(source, where);
		await sink.write(`${await rowHtml(source, row, lines, removed)}\n`);
	}
	if (begun) await sink.write("</section>\n");
}

/** A row whose turn has come, with its lines. */
async function foldedAgain(
	source: LogSource,
	{ places, gap, grant }: RowPlaces,
): Promise<{ row: FoldedRow; lines: ReadLine[] }> {
	source.signal?.throwIfAborted();
	const lines: ReadLine[] = [];
	for (const place of places) {
		lines.push(await source.read(place));
		source.reading.read(place.bytes);
	}
	const [first, ...later] = lines as [ReadLine, ...ReadLine[]];
	const row = rowOf(first);
	for (const line of later) addTo(row, line);
	// Marks of entries that have a row of their own.
	if (gap && !row.flags.includes("gap")) row.flags.push("gap");
	if (grant !== undefined) row.grant = grant;
	return { row, lines };
}

async function rowHtml(
	source: ExportSource,
	row: AuditRow,
	lines: ReadLine[],
	removed: ReadonlyMap<string, string>,
): Promise<string> {
	const detail = detailOf(row, lines, { removed });
	// The report takes an entry's word for a removal; whether a gate signed it is asked where missing pieces are counted.
	for (const { entry } of lines)
		for (const { digest } of evidenceRefs(entry?.body)) if (removed.has(digest)) await pieceOf(source, digest);
	if (row.kind === "prompt") return promptHtml(detail);
	const read = (digest: string) => pieceOf(source, digest);
	if (row.kind === "action") return actionHtml(detail, read);
	return otherHtml(detail, row.kind === "undo" ? await undoHtml(detail, lines, read) : "");
}
