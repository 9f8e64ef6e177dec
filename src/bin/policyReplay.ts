// `gatepost policy replay`: what today's policy would have decided over a folder's log, and which rules that suggests.
// Hooks and grants of those sessions are gone, and files may have changed since: it answers for the policy as it is now.

import type { Action } from "../actions/action.ts";
import { actionFrom } from "../agents/actionFrom.ts";
import { readEntries } from "../audit/read.ts";
import { openPolicy } from "../policy/decide.ts";
import { groundOf } from "../policy/grants/ground.ts";
import { type Proposal, proposals } from "../policy/grants/propose.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { GrantRule } from "../protocol/grants.ts";
import { type ExitCode, logDir, type Output } from "./log.ts";
import { jsonLine, safeJson } from "./logText.ts";
import { contextOf } from "./policy.ts";
import { shownLayers } from "./policyFiles.ts";
import { terminalText } from "./terminalText.ts";

export interface ReplayOptions {
	home: string;
	folder: string;
	json: boolean;
	/** "30d", "12h" or an ISO date. */
	since: string;
	out: Output;
}

/** Actions that are judged again; the newest ones. */
const MAX_ACTIONS = 20_000;
/** A rule is suggested for what was allowed at least this often and never denied. */
const OFTEN = 3;
const EXAMPLES = 10;

interface Past {
	action: Action;
	agent: string;
	time: string;
	/** What was decided, by whom. */
	was?: { verdict: "allow" | "deny"; by: string };
}

/** How often what a rule would cover was answered. */
interface Often {
	allowed: number;
	denied: number;
	pattern: string;
}

type Change = "denied-passes" | "asked-passes" | "passed-asks" | "passed-denied" | "asked-denied";

const TITLES: Record<Change, string> = {
	"denied-passes": "Was denied, would pass now",
	"asked-passes": "A person was asked, would pass now",
	"passed-asks": "Passed by rule, would be asked now",
	"passed-denied": "Passed by rule, would be denied now",
	"asked-denied": "A person was asked, would be denied now",
};

/** @returns 0, or 1 when something that was denied would pass now */
export async function policyReplay(options: ReplayOptions): Promise<ExitCode> {
	const { home, folder, json, out } = options;
	const from = sinceTime(options.since, Date.now());
	const { past, unread } = await pastActions(logDir(home, folder), from);
	const policy = openPolicy({ layers: shownLayers(home) });
	const changes = new Map<Change, { past: Past; verdict: PolicyVerdict }[]>();
	const asked = new Map<string, Often>();
	let same = 0;
	for (const one of past) {
		const context = contextOf({ home, root: one.action.root, agent: one.agent });
		const verdict = await policy.evaluate(one.action, context);
		const change = changeOf(one, verdict);
		if (change === undefined) same += 1;
		else changes.set(change, [...(changes.get(change) ?? []), { past: one, verdict }]);
		if (verdict.effect === "ask" && !verdict.guard && one.was?.by === "person") {
			count(asked, one, proposals(await groundOf(one.action, context)));
		}
	}
	const suggested = [...asked.values()]
		.filter(({ allowed, denied }) => denied === 0 && allowed >= OFTEN)
		.sort((a, b) => b.allowed - a.allowed);
	if (json) {
		for (const [change, found] of changes) {
			for (const { past: one, verdict } of found)
				await out(
					jsonLine({
						change,
						time: one.time,
						tool: one.action.tool,
						target: targetOf(one.action),
						was: one.was ?? null,
						rule: verdict.ruleId,
					}),
				);
		}
		for (const { pattern, allowed } of suggested) await out(jsonLine({ suggest: JSON.parse(pattern), allowed }));
		await out(jsonLine({ actions: past.length, same, unread }));
	} else {
		await out(
			`${past.length} actions since ${new Date(from).toISOString()}: ${same} would be decided as they were${unread > 0 ? `; ${unread} are not in the log whole and were left out` : ""}\n`,
		);
		for (const [change, found] of changes) {
			await out(`\n${TITLES[change]}: ${found.length}\n`);
			for (const { past: one, verdict } of found.slice(0, EXAMPLES))
				await out(`  ${one.action.tool}  ${terminalText(targetOf(one.action))}  (${terminalText(verdict.ruleId)})\n`);
		}
		if (suggested.length > 0) await out("\nAsked again and again, and always allowed. Rules that would cover it:\n");
		for (const { pattern, allowed } of suggested.slice(0, EXAMPLES))
			await out(`  ${terminalText(pattern)}  (${allowed} times)\n`);
	}
	return changes.has("denied-passes") ? 1 : 0;
}

function changeOf({ was }: Past, { effect }: PolicyVerdict): Change | undefined {
	if (was === undefined) return undefined;
	const byPerson = was.by !== "rule";
	if (effect === "allow") return was.verdict === "deny" ? "denied-passes" : byPerson ? "asked-passes" : undefined;
	if (effect === "ask") return was.verdict === "allow" && !byPerson ? "passed-asks" : undefined;
	return was.verdict === "allow" ? (byPerson ? "asked-denied" : "passed-denied") : undefined;
}

/** The narrowest rule that would allow it, as it can be put into a policy file. */
function count(asked: Map<string, Often>, { was }: Past, [narrow]: readonly Proposal[]): void {
	const rule = narrow?.rule;
	if (rule === undefined) return;
	const key = JSON.stringify(rule);
	const so = asked.get(key) ?? { allowed: 0, denied: 0, pattern: safeJson(ruleFor(rule)) };
	if (was?.verdict === "allow") so.allowed += 1;
	else so.denied += 1;
	asked.set(key, so);
}

function ruleFor({ member, patterns }: GrantRule): object {
	const [first = ""] = patterns;
	const id = `often-${first
		.replace(/[^A-Za-z0-9]+/g, "-")
		.replace(/^-|-$/g, "")
		.slice(0, 40)}`;
	return { id, effect: "allow", [member]: patterns.length === 1 ? first : patterns };
}

async function pastActions(dir: string, from: number): Promise<{ past: Past[]; unread: number }> {
	const past = new Map<string, Past>();
	let unread = 0;
	for await (const { entry } of readEntries(dir)) {
		if (entry?.body === undefined || Date.parse(entry.head.time) < from) continue;
		const { body, head } = entry;
		const request = String(body.request ?? "");
		if (head.type === "action.requested") {
			const action = actionOf(body);
			if (action === undefined) unread += 1;
			else past.set(request, { action, agent: String(body.agent ?? ""), time: head.time });
			// Oldest first, so what goes is the oldest.
			if (past.size > MAX_ACTIONS) for (const oldest of past.keys()) if (past.delete(oldest)) break;
		} else if (head.type === "action.decided") {
			const one = past.get(request);
			const decision = body.decision as { by?: unknown; verdict?: unknown } | undefined;
			if (one !== undefined && (decision?.verdict === "allow" || decision?.verdict === "deny")) {
				one.was = { verdict: decision.verdict, by: String(decision.by) };
			}
		}
	}
	return { past: [...past.values()], unread };
}

/** Undefined for an action whose input is not in its entry (too long for a line). */
function actionOf(body: JsonObject): Action | undefined {
	const { claimed, tool, root, agent } = body;
	if (typeof claimed !== "object" || claimed === null || Array.isArray(claimed)) return undefined;
	const { cwd, input } = claimed;
	if (typeof input !== "object" || input === null || Array.isArray(input)) return undefined;
	if (typeof cwd !== "string" || typeof root !== "string" || typeof tool !== "string") return undefined;
	try {
		return actionFrom({ agent: String(agent), tool, root, cwd, input });
	} catch {
		// A path that was none then: it was denied, and is now.
		return undefined;
	}
}

function targetOf({ input, paths, tool }: Action): string {
	const { command, url } = input;
	const text = typeof command === "string" ? command : (paths[0] ?? (typeof url === "string" ? url : tool));
	return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}

/** @throws Error for a text that is no time */
export function sinceTime(text: string, now: number): number {
	const [, number, unit] = /^(\d{1,4})([dh])$/.exec(text) ?? [];
	if (number !== undefined) return now - Number(number) * (unit === "d" ? 86_400_000 : 3_600_000);
	const at = Date.parse(text);
	if (!/^\d{4}-/.test(text) || Number.isNaN(at)) throw new Error("--since is like 30d, 12h or 2026-01-31.");
	return at;
}
