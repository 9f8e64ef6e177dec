// README.txt: what this is, in plain words, for whoever opens the zip first. Texts of the log stand in it only with
// everything visible.
import { starterOf } from "../../facts.ts";
import { countOf } from "../countOf.ts";
import type { ExportSource } from "../types.ts";
import { plain } from "./plain.ts";
import type { Plan, SessionFacts } from "./plan.ts";

/** Digests of what the bundle lacks although no retention took it, in their order. */
export function lostOf({ manifest }: Plan, absent: ReadonlySet<string>): string[] {
	const removed = new Set(manifest.removed);
	return [...absent].filter((digest) => !removed.has(digest)).sort();
}

/** @param absent digests of evidence that is not in the bundle */
export function readmeText(source: ExportSource, plan: Plan, absent: ReadonlySet<string>): string {
	const entries = sum(plan.segments.map((one) => one.entries));
	const whole = sum(plan.segments.map((one) => one.whole));
	const { removed } = plan.manifest;
	const lost = lostOf(plan, absent);
	return [
		"RECEIPT OF AN AUDIT LOG",
		"",
		`Made by Gatepost ${plain(source.version)}. Gatepost stands between an AI coding agent and what it wants to do: it lets`,
		"harmless actions pass by rule, asks a person for the rest, and writes down who decided what. This is a part",
		"of that log, with what is needed to check it. You need none of Gatepost's software for that.",
		"",
		"  verify.html   open it in a browser, offline: it checks this receipt and tells its story",
		"  VERIFY.md     how to check it with sha256sum, openssl and Python; start here if you do not trust the page",
		"  entries/      the log, one entry a line; of entries that do not belong here only the hash",
		"  evidence/     contents the entries name (files before and after, long outputs), named by their SHA-256",
		"",
		...about(plan.session, plan),
		"HOW MUCH OF IT",
		`  ${countOf(entries, "entry", "entries")} in ${countOf(plan.segments.length, "part")} of the log, ${whole} of them whole, ${entries - whole} as their hash only.`,
		`  ${plan.evidence.size - absent.size} of ${countOf(plan.evidence.size, "piece")} of evidence.`,
		...(removed.length > 0 ? [`  Removed by the retention of the log, which says so: ${removed.length}.`] : []),
		...(lost.length > 0
			? ["  Not found in the log's store, not readable there, or not as it was:", ...lost.map((one) => `    ${one}`)]
			: []),
		...(plan.elsewhere > 0
			? [`  Other parts of the log that are named here and not in this receipt (heads.json): ${plan.elsewhere}.`]
			: []),
		...unsigned(plan),
		...head(plan),
		"",
		"SIGNED BY",
		...plan.signers.map((key) => `  ${key}`),
		"  A receipt proves that nothing in it was changed after it was signed by this key. Whose key it is, it cannot say:",
		"  ask its owner for the fingerprint on another way. Without that the verdict is: consistent, signer unknown.",
		"",
		"This file, VERIFY.md and verify.html are not covered by a signature.",
		"",
	].join("\n");
}

function about(session: SessionFacts | undefined, { segments }: Plan): string[] {
	if (session === undefined) return [];
	const starter = session.started === undefined ? undefined : starterOf(entryWith(session.started));
	const { writer } = segments[0]?.seen.started ?? {};
	const said = (name: string, value: string | undefined) =>
		value === undefined || value === "" ? [] : [`  ${name.padEnd(16)}${plain(value)}`];
	const launcher = [starter?.launcher?.kind, starter?.launcher?.name].filter(Boolean).join(", ");
	return [
		"THE SESSION",
		...said("session", session.session),
		...said("agent", text(session.started?.agent)),
		...said("started by", starter?.osUser),
		...said("on", writer?.host),
		...said("from", launcher || starter?.processes.join(" < ")),
		...said("in", starter?.workspace),
		...said("git commit", starter?.git?.commit),
		...said("git branch", starter?.git?.branch),
		...said("hooks", starter?.enforcement),
		...said("it says: model", starter?.claimed.model),
		...said("it says: cwd", starter?.claimed.cwd),
		`  first entry     ${plain(session.first.time)}, line ${session.first.line} of ${session.first.segment}`,
		`  last entry      ${plain(session.last.time)}, line ${session.last.line} of ${session.last.segment}`,
		...(session.started === undefined ? ["  Its beginning is not in this log."] : []),
		...(session.ended ? [] : ["  It has no end in this receipt: it may have gone on."]),
		`  ${countOf(session.prompts, "prompt")}, ${countOf(session.actions, "action")}; decisions: ${session.byPerson} by a person, ${session.byRule} by a rule.`,
		"",
	];
}

function unsigned({ unsigned }: Plan): string[] {
	if (unsigned.length === 0) return ["  All of it is covered by a signature."];
	return unsigned.map(
		({ segment, from, to }) =>
			`  UNSIGNED TAIL: entries ${from}..${to} of ${segment} are chained, but no signature covers them yet.`,
	);
}

/** Its last entry, in the form in which a verification of the log takes it. */
function head({ segments }: Plan): string[] {
	const last = segments.at(-1);
	if (last === undefined || last.head === "") return [];
	return [
		"  Its newest part ends with this head. The log it is from must hold it: gatepost log verify --head",
		`    ${last.seen.segment}:${last.entries}:${last.head}`,
	];
}

function entryWith(body: Record<string, unknown>): Parameters<typeof starterOf>[0] {
	return {
		head: { v: 1, seq: 0, time: "", mono: 0, type: "session.started" },
		body: body as never,
		hash: "",
		prev: "",
	};
}

function text(value: unknown): string {
	return typeof value === "string" ? value : "";
}

function sum(numbers: number[]): number {
	return numbers.reduce((total, one) => total + one, 0);
}
