// CSV: one row a decision, for auditors and spreadsheets. Other rows of the log (prompts, sessions, policy) are in the other
// formats. Columns and what is in them: docs/EXPORTS.md.
import { member, str } from "../members.ts";
import { cell, MAX_CELL } from "./csvCell.ts";
import type { LogSource } from "./source.ts";
import type { Told } from "./told.ts";
import { ranInstead, wholeTarget } from "./toldFacts.ts";
import type { Sink } from "./types.ts";

type Column = [name: string, value: (told: Told) => string];

/** In order; docs/EXPORTS.md describes each. */
const COLUMNS: readonly Column[] = [
	["time_utc", ({ row }) => row.time],
	["decided_at_utc", ({ row }) => row.decidedAt ?? ""],
	["waited_seconds", ({ row }) => (row.waitedMs === undefined ? "" : (row.waitedMs / 1000).toFixed(3))],
	["agent", ({ row }) => row.agent ?? ""],
	["session", ({ row }) => row.session ?? ""],
	["subagent", ({ row }) => row.subagent ?? ""],
	["tool", ({ row }) => row.tool ?? ""],
	["kind", ({ row }) => row.action ?? ""],
	["target", ({ facts }) => facts.target ?? ""],
	["files", ({ row }) => row.files.join("\n")],
	["outcome", ({ row }) => row.outcome ?? ""],
	["decided_by", ({ row }) => row.by ?? ""],
	["person", ({ row }) => row.person ?? ""],
	["channel", ({ row }) => row.channel ?? ""],
	["assurance", ({ facts }) => facts.assurance],
	["gesture", ({ facts }) => facts.gesture],
	["rule", ({ row }) => row.rule ?? ""],
	["policy_digest", ({ facts }) => facts.policyDigest],
	["grant", ({ row }) => row.grant ?? ""],
	["shown", ({ facts }) => facts.shown],
	["shown_ms", ({ facts }) => facts.shownMs],
	["reason", ({ facts }) => facts.reason ?? ""],
	["result", ({ row }) => row.result ?? ""],
	["flags", ({ row }) => row.flags.join(" ")],
	["enforcement", ({ row, facts }) => row.enforcement ?? facts.began?.enforcement ?? ""],
	["workspace", ({ facts }) => facts.root || facts.began?.workspace || facts.writer?.workspace || ""],
	["git_branch", ({ facts }) => facts.began?.branch ?? ""],
	["git_commit", ({ facts }) => facts.began?.commit ?? ""],
	["prompt", ({ facts }) => facts.prompt],
	["os_user", ({ facts }) => facts.began?.osUser || facts.writer?.osUser || ""],
	["host", ({ facts }) => facts.began?.host || facts.writer?.host || ""],
	["request_id", ({ row }) => row.request ?? ""],
	["segment", ({ row }) => row.segment],
	["line", ({ row }) => String(row.line)],
	["request_entry_hash", ({ facts }) => facts.hash],
	["decision_entry_hash", ({ facts }) => facts.decidedHash],
	["ran_instead", ranOf],
];

/** Names of the columns, in order. */
export const CSV_COLUMNS: readonly string[] = COLUMNS.map(([name]) => name);

/** Characters that are collected before they are passed on. */
const BLOCK = 64 * 1024;

/** Writes a header and one row for every action. @returns `rows`: those written; `entries`: that are in them */
export async function csv(source: LogSource, sink: Sink): Promise<{ rows: number; entries: number }> {
	const made = { rows: 0, entries: 0 };
	let text = `${source.bom ? "\uFEFF" : ""}${CSV_COLUMNS.join(",")}\r\n`;
	for await (const batch of source.told({ search: false, places: false })) {
		for (const told of batch) {
			if (told.row.kind !== "action") continue;
			await readLong(source, told);
			text += line(told);
			made.rows++;
			made.entries += told.row.entries;
			if (text.length < BLOCK) continue;
			await sink.write(text);
			text = "";
		}
	}
	await sink.write(text);
	return made;
}

function line(told: Told): string {
	let text = "";
	for (let at = 0; at < COLUMNS.length; at++) {
		if (at > 0) text += ",";
		text += cell((COLUMNS[at] as Column)[1](told));
	}
	return `${text}\r\n`;
}

/** Long texts are not held while a row waits for its end, but read again. */
export async function readLong(source: LogSource, { row, facts }: Told): Promise<void> {
	const [first] = row.places;
	if (facts.target === undefined && first !== undefined) {
		const { entry } = await source.read(first);
		facts.target = wholeTarget(row, entry).slice(0, MAX_CELL + 1);
	}
	if (facts.reason !== undefined && facts.ran !== undefined) return;
	const decided = row.places[facts.decidedAt];
	const entry = decided === undefined ? undefined : (await source.read(decided)).entry;
	facts.reason ??= str(member(entry?.body, "decision"), "reason").slice(0, MAX_CELL + 1);
	facts.ran ??= ranInstead(entry).slice(0, MAX_CELL + 1);
}

/** What ran in place of what the agent had asked for; "" where a person changed nothing, or it was not allowed after all. */
export function ranOf({ row, facts }: Told): string {
	return row.outcome === "allowed" ? (facts.ran ?? "") : "";
}
