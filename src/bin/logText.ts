// How entries and verifications read in a terminal.

import type { Entry } from "../audit/chain.ts";
import { countOf } from "../audit/export/countOf.ts";
import type { FoldedRow } from "../audit/fold.ts";
import type { ReadLine } from "../audit/read.ts";
import type { Verification } from "../audit/verify.ts";
import type { BundleVerification } from "../audit/verifyBundle.ts";
import { HIDDEN_IN_LINES } from "../protocol/hiddenCharacters.ts";
import { terminalText } from "./terminalText.ts";

const SUMMARY_CHARS = 120;

/**
 * JSON text in which everything that does not print as itself is a JSON escape: the same value, safe to look at. Spaces and
 * line breaks of the indentation stay: what a string holds of them is escaped by JSON already.
 */
export function safeJson(value: unknown, indent = 0): string {
	return JSON.stringify(value, undefined, indent).replace(HIDDEN_IN_LINES, (char) =>
		// By UTF-16 unit, as JSON escapes are.
		char
			.split("")
			.map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`)
			.join(""),
	);
}

/** One line of `log list`. */
export function listLine({ segment, line, entry, problem }: ReadLine): string {
	const place = `${gateOf(segment)}:${line}`;
	const warning = problem === undefined ? "" : `  !! ${terminalText(problem)}`;
	if (entry === undefined) return `${" ".repeat(24)}  ${place}${warning}\n`;
	const { time, type, session = "" } = entry.head;
	const parts = [
		terminalText(time).padEnd(24),
		place.padEnd(14),
		terminalText(type).padEnd(18),
		terminalText(session.slice(0, 8)).padEnd(8),
	];
	return `${parts.join("  ")}  ${summary(entry)}${warning}\n`;
}

/** One line of `log list --actions`. */
export function actionLine(row: FoldedRow): string {
	const { time, outcome, by, person, rule, session, target, flags } = row;
	const who = by === "person" ? (person ?? by) : by === "rule" ? `rule ${rule ?? ""}` : (by ?? "");
	const parts = [
		terminalText(time).padEnd(24),
		(outcome ?? "").padEnd(9),
		terminalText((session ?? "").slice(0, 8)).padEnd(8),
		terminalText(row.tool ?? "").padEnd(10),
		terminalText(target),
	];
	const end = [terminalText(who), ...flags].filter((one) => one !== "");
	return `${parts.join("  ")}${end.length === 0 ? "" : `  (${end.join(", ")})`}\n`;
}

/** One entry of `log show`, whole. */
export function showText({ segment, line, entry, problem }: ReadLine): string {
	const title = `${terminalText(segment)}:${line}${problem === undefined ? "" : `  !! ${terminalText(problem)}`}`;
	return `${title}\n${entry === undefined ? "" : `${safeJson(entry, 2)}\n`}\n`;
}

/** A line of `--json` about a line of the log: where it is, what it is, what is wrong with it. */
export function entryJson({ segment, line, entry, problem }: ReadLine): string {
	return jsonLine({
		segment,
		line,
		...(entry === undefined ? {} : { entry }),
		...(problem === undefined ? {} : { problem }),
	});
}

/** A line of `--json`. */
export function jsonLine(value: unknown): string {
	return `${safeJson(value)}\n`;
}

/** What `log verify` says. */
export function verifyText(where: string, found: Verification | BundleVerification): string {
	const { problems, moreProblems, entries, segments, heads, signer, verdict } = found;
	const signed = heads.reduce((sum, head) => sum + head.signed, 0);
	const lines = [
		`Log       ${terminalText(where)}`,
		`Entries   ${entries} in ${countOf(segments, "segment")}, ${signed} covered by signatures`,
		...signer.keys.map((key) => `Signed by ${key.publicKey} (${key.storage}, ${countOf(key.segments, "segment")})`),
		// Of a log that is not whole nobody should note a head.
		...(verdict === "problems found" ? [] : headLine(heads)),
	];
	if ("evidence" in found) lines.push(...receiptLines(found));
	for (const { kind, segment, line, detail } of problems)
		lines.push(
			`Problem   ${kind}: ${terminalText(segment)}${line === undefined ? "" : `:${line}`}: ${terminalText(detail)}`,
		);
	if (moreProblems > 0) lines.push(`          and ${moreProblems} more`);
	lines.push(`Verdict   ${verdict}`);
	if (verdict === "consistent, signer unknown")
		lines.push(
			"          Nothing was changed, unless all of it was written anew. To rule that out, pass the public key",
			"          you noted elsewhere with --key.",
		);
	if (verdict === "problems found")
		lines.push("          Gatepost changed nothing. Keep a copy of this folder before you go on.");
	return `${lines.join("\n")}\n`;
}

/** The newest head, in the form that `--head` takes. */
function headLine(heads: Verification["heads"]): string[] {
	const head = heads.findLast(({ hash }) => hash !== undefined);
	return head === undefined ? [] : [`Head      ${terminalText(head.segment)}:${head.entries}:${head.hash}`];
}

/** What a receipt holds, and what it cannot show. */
function receiptLines({ session, unsigned, evidence, elsewhere }: BundleVerification): string[] {
	const { named, there, removed } = evidence;
	return [
		...(session === undefined
			? []
			: [
					`Session   ${terminalText(session.session)}, ${countOf(session.entries, "entry", "entries")}, ${session.begun ? "from its beginning" : "its beginning is not in it"}, ${session.ended ? "to its end" : "no end of it is in it"}`,
				]),
		`Evidence  in it: ${there} of ${countOf(named, "piece")}${removed > 0 ? `; removed by retention: ${removed}` : ""}`,
		...(elsewhere > 0 ? [`          other segments of the log that it names and does not hold: ${elsewhere}`] : []),
		...unsigned.map(
			({ segment, from, to }) =>
				`Unsigned  ${terminalText(segment)}: ${from === to ? `entry ${from} is chained, and no signature covers it` : `entries ${from} to ${to} are chained, and no signature covers them`}`,
		),
	];
}

function gateOf(segment: string): string {
	return terminalText(segment.replace(/^[^-]*-/, "").replace(/\.jsonl$/, "")).slice(0, 6);
}

type Body = Record<string, unknown>;

function summary({ head, body }: Entry): string {
	if (body === undefined) return "(left out)";
	const text = (Object.hasOwn(SUMMARIES, head.type) ? SUMMARIES[head.type]?.(body) : undefined) ?? rest(body);
	const safe = terminalText(text);
	return safe.length > SUMMARY_CHARS ? `${safe.slice(0, SUMMARY_CHARS)}…` : safe;
}

const SUMMARIES: Record<string, (body: Body) => string> = {
	"gate.started": ({ writer }) =>
		`${str(writer, "editor")} ${str(writer, "version")}, ${str(writer, "osUser")}@${str(writer, "host")}`,
	"gate.stopped": (body) => str(body, "reason"),
	"key.created": (body) => `${str(body, "publicKey")} (${str(body, "storage")})`,
	prompt: ({ claimed }) => str(claimed, "text"),
	"action.requested": (body) =>
		`${str(body, "tool")} ${target(body.claimed)}${body.guard === true ? " (guard change)" : ""}`,
	"action.decided": ({ decision }) => `${str(decision, "verdict")} by ${decider(decision)}${reason(decision)}`,
	"action.released": (body) => `${str(body, "verdict")}${body.delivered === true ? "" : ", not delivered"}`,
	"action.settled": (body) => `by ${str(body, "by")}`,
	"action.executed": (body) => `${str(body, "tool")} ${str(body, "outcome")}`,
	checkpoint: ({ note }) => `signed up to entry ${typeof note === "string" ? (note.split("\n")[1] ?? "") : ""}`,
	repair: (body) => `${str(body, "bytes")} torn bytes cut out of ${str(body, "segment")}`,
};

function decider(decision: unknown): string {
	const by = str(decision, "by");
	if (by === "rule") return `rule ${str(decision, "ruleId")}`;
	if (by !== "person") return by;
	const approver = member(decision, "approver");
	return `${str(approver, "osUser")} (${str(member(approver, "claims"), "gitName") || "no name claimed"}) via ${str(decision, "channel")}`;
}

function reason(decision: unknown): string {
	const text = str(decision, "reason");
	return text === "" ? "" : `: ${text}`;
}

function target(claimed: unknown): string {
	const input = member(claimed, "input");
	for (const name of ["command", "file_path", "notebook_path", "path", "url", "pattern", "query"]) {
		const text = str(input, name);
		if (text !== "") return text;
	}
	return JSON.stringify(input ?? {}).slice(0, 2 * SUMMARY_CHARS);
}

function rest(body: Body): string {
	const { salt: _, ...others } = body;
	return JSON.stringify(others).slice(0, 2 * SUMMARY_CHARS);
}

function member(value: unknown, name: string): unknown {
	return typeof value === "object" && value !== null && Object.hasOwn(value, name) ? (value as Body)[name] : undefined;
}

function str(value: unknown, name: string): string {
	const found = member(value, name);
	return typeof found === "string" ? found.slice(0, 2 * SUMMARY_CHARS) : typeof found === "number" ? String(found) : "";
}
