// How an action was decided, as its row says it: which of several decisions counts, and what it leaves in the row.
import { RowBy, type RowFlag, type RowOutcome } from "../protocol/audit.ts";
import type { Entry } from "./chain.ts";
import type { FoldedRow } from "./fold.ts";
import { type Body, member, str } from "./members.ts";

/** Ids and names a row keeps; longer ones are cut, because filters list them. Characters. */
const MAX_NAME = 300;
const UNIDENTIFIED = "unidentified";

/**
 * Whether an entry's decision counts. A gate writes one for a request: of two the first does, but a person's word, which a
 * gate signs, takes the place of anything else, as does a failure that names the answer it stands in place of. That an
 * action was withdrawn is nobody's decision.
 * @param known who decided as far as is known; "none" when there was no decision yet
 */
export function counts(type: string, body: Body, known: RowBy | "none" | undefined): boolean {
	const decision = member(body, "decision");
	const by = str(decision, "by");
	if ((type === "action.withdrawn") !== (by === "withdrawn")) return false;
	if (known === "none" || (by === "person" && known !== "person")) return true;
	return by === "failure" && known !== "failure" && member(decision, "answered") !== undefined;
}

/** Answered in the agent's own prompt, by an unidentified person or a rule of the agent's. */
export function isSettled({ channel, by, person }: FoldedRow): boolean {
	return channel === "terminal" && (by === "rule" || person === UNIDENTIFIED);
}

export function takeDecision(row: FoldedRow, head: Entry["head"], body: Body): void {
	const decision = member(body, "decision");
	const by = RowBy.safeParse(member(decision, "by"));
	// Nothing of a decision that counts no more stays.
	if (row.decidedAt !== undefined) for (const name of ["rule", "channel", "person"] as const) delete row[name];
	row.flags = row.flags.filter((one) => one !== "edited");
	if (member(body, "edited") !== undefined) flag(row, "edited");
	// An offered allow counts only when the agent's own prompt was not first: action.settled says so.
	row.outcome = outcomeOf(str(decision, "verdict"), by.data);
	if (by.success) row.by = by.data;
	set(row, "rule", str(decision, "ruleId") || str(body, "rule"));
	set(row, "grant", str(body, "grant"));
	set(row, "channel", str(decision, "channel"));
	set(row, "person", personOf(member(decision, "approver")));
	row.decidedAt = head.time;
	// Clocks of two boots of a machine cannot be compared.
	const waited = head.mono - row.mono;
	if (row.type !== head.type && waited >= 0) row.waitedMs = Math.round(waited);
	// Only a failed decision holds the answer it stands in place of.
	const answered = member(decision, "answered");
	if (by.data === "failure" && answered !== undefined) {
		set(row, "channel", str(answered, "channel"));
		set(row, "person", personOf(member(answered, "approver")));
	}
}

export function takeSettled(row: FoldedRow, head: Entry["head"], body: Body): void {
	const verdict = str(body, "verdict");
	if (verdict !== "allow" && verdict !== "deny") return;
	row.outcome = verdict === "allow" ? "allowed" : "denied";
	row.by = body.agentRule === true ? "rule" : "person";
	row.channel = "terminal";
	// Nobody saw who typed there (DESIGN 2.6).
	if (row.by === "person") row.person = UNIDENTIFIED;
	row.decidedAt = head.time;
	const waited = head.mono - row.mono;
	if (waited >= 0) row.waitedMs = Math.round(waited);
}

function outcomeOf(verdict: string, by: RowBy | undefined): RowOutcome {
	if (by === "timeout") return "timeout";
	if (by === "withdrawn") return "withdrawn";
	if (by === "failure") return "failed";
	return verdict === "allow" ? "allowed" : verdict === "deny" ? "denied" : "open";
}

/** `Name (osUser)`: what is claimed of a person. */
export function personOf(approver: unknown): string {
	const osUser = str(approver, "osUser");
	const name = str(member(approver, "claims"), "gitName");
	return name === "" || name === osUser ? osUser : `${name} (${osUser})`;
}

type Texts = "agent" | "enforcement" | "tool" | "subagent" | "request" | "rule" | "grant" | "channel" | "person";

export function set(row: FoldedRow, name: Texts, text: string): void {
	if (text !== "") row[name] = text.slice(0, MAX_NAME).toWellFormed();
}

export function flag(row: FoldedRow, one: RowFlag): void {
	if (!row.flags.includes(one)) row.flags.push(one);
}
