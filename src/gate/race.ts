// Mode "both": the agent's own prompt and Gatepost race for the answer. The hand-over is on record before the agent
// opens its prompt, and who answered is read from what the agent wrote down afterwards, never assumed (DESIGN 2.6, 7).
import type { Proposal } from "../actions/change.ts";
import type { AgentEvent, Outcome, Settlement } from "../agents/adapter.ts";
import { metInTerminal } from "../approvals/demand.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import { format, message } from "../protocol/messages.ts";
import { cardOf } from "./cardOf.ts";
import { type BeforeEvent, type GateContext, type Handling, type PermissionEvent, row } from "./context.ts";
import { noteGrantable } from "./granting.ts";
import { ask, deadlineOf, endOf, isHandedBack, limitsOf, ruled } from "./hold.ts";
import { judge } from "./judge.ts";
import { actionNames } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import { noteApproved } from "./ran.ts";
import { recordRequest } from "./record.ts";
import { finish, release } from "./release.ts";
import { type Session, turnOf } from "./sessions.ts";
import { checkStale } from "./stale.ts";

/** How often and how long the agent's transcript is asked who settled a race. */
const SETTLEMENT_TRIES = 20;
const SETTLEMENT_PAUSE_MS = 250;
/** Races that are open at once: a prompt is one at a time, so more are not honest. Payload bytes of all of them. */
const MAX_RACES = 20;
const MAX_RACED_BYTES = 32 * 1024 * 1024;

/** Whether the agent's own prompt is opened beside our card: where the person wants that, and where it may be. */
export function mayRace(gate: GateContext, line: LedgerLine, verdict: PolicyVerdict): boolean {
	return gate.options.settings().prompt === "both" && mayHandOver(gate, line, verdict);
}

/**
 * Handing over is for a proven interactive prompt, an enforced session, and never for guard changes, beside foreign hooks or
 * where a rule wants more of who answers than a terminal can show.
 */
export function mayHandOver(gate: GateContext, line: LedgerLine, verdict: PolicyVerdict): boolean {
	const { session, event, adapter } = line;
	if (verdict.guard || !adapter.canRace(event) || !metInTerminal(verdict.approver)) return false;
	// A sub-agent's prompt opens only after our PermissionRequest hook has ended (measured): that is no race.
	if (gate.options.desk.paused || line.subagent !== undefined || line.interrupt.decision !== undefined) return false;
	const foreign = verdict.why.some((why) => why.code === "why.foreignHook");
	if (session.enforcement.level !== "enforced" || foreign) return false;
	const bytes = gate.ledger.all("delegated").reduce((sum, one) => sum + one.bytes, line.bytes);
	return bytes <= MAX_RACED_BYTES && gate.ledger.delegated(session.key).length < MAX_RACES;
}

/** Records the hand-over, then tells the agent to open its own prompt. */
export async function delegate(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent,
	line: LedgerLine,
	verdict: PolicyVerdict,
	proposal: Proposal,
): Promise<void> {
	const delegated = { type: "action.delegated" as const, body: { request: line.request, actionMac: line.mac } };
	await recordRequest(gate, line, verdict, proposal, delegated);
	noteApproved(gate, line, proposal);
	gate.ledger.race(line);
	const why = verdict.why[0] === undefined ? "" : format(verdict.why[0]);
	const outcome: Outcome = { kind: "ask", reason: format(message("gate.askInTerminal", { why })) };
	line.outcome.resolve(outcome);
	await release(gate, handling, event, line, outcome);
}

/**
 * Nobody answered in the time a rule gives: the agent's own prompt is left with it. On record before the agent is told; the
 * request was recorded when it was asked here.
 */
export async function handOver(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent,
	line: LedgerLine,
	verdict: PolicyVerdict,
): Promise<void> {
	const body = { request: line.request, actionMac: line.mac, after: "timeout" };
	await gate.record(line.session, { type: "action.delegated", body });
	line.handedOver = true;
	gate.ledger.race(line);
	gate.retract(line.request, "timeout", message("gate.handedOver"));
	const why = verdict.why[0] === undefined ? "" : format(verdict.why[0]);
	const outcome: Outcome = { kind: "ask", reason: format(message("gate.askAfterTimeout", { why })) };
	line.outcome.resolve(outcome);
	await release(gate, handling, event, line, outcome);
}

/** The agent's own prompt is up and asks us as well. */
export async function permission(
	gate: GateContext,
	handling: Handling,
	event: PermissionEvent,
	session: Session,
): Promise<void> {
	const { call, adapter } = handling;
	const digest = actionNames(event.action, gate.options.homeKey).digest;
	const line = gate.ledger.ofAction(session.key, event.subagent, digest, ["open", "delegated", "allowed", "denied"]);
	if (line === undefined || line.state !== "delegated" || line.asked || line.over) {
		// Decided here already, asked by another config's hook, or the user's own rules ask: that prompt is theirs.
		await call.reply(adapter.reply(event, { kind: "none" }));
		return;
	}
	line.asked = true;
	let gone = false;
	call.onGone(() => {
		gone = true;
		gate.options.desk.withdraw(line.request, format(message("gate.answeredInTerminal")));
	});
	call.ack();
	const verdict = await judge(gate, handling, event, session);
	if (verdict.effect === "deny") {
		await finish(gate, handling, event, line, verdict, ruled(gate, verdict), { offered: true });
		return settle(gate, line, event, "over");
	}
	// Its card was here, and nobody answered it in time: the terminal's answer alone counts.
	if (line.handedOver === true) return leaveToTerminal(handling, event);
	const asks: PolicyVerdict = { ...verdict, effect: "ask" };
	const proposal = await adapter.propose(line.action, { turn: turnOf(session) });
	const limits = limitsOf(asks, deadlineOf(gate, handling));
	noteGrantable(gate, line, asks);
	const drawn = await cardOf(gate, line, asks, proposal, endOf(limits));
	if (gone || line.over) return answeredElsewhere(gate, handling, event, line);
	// The session may have been stopped while the card was drawn.
	const answer = line.interrupt.decision ?? (await ask(gate, line, drawn, proposal, limits));
	if (isHandedBack(answer, limits) && metInTerminal(asks.approver)) {
		line.handedOver = true;
		gate.retract(line.request, "timeout", message("gate.handedOver"));
		return leaveToTerminal(handling, event);
	}
	const { decision, note } = await checkStale(adapter, line, proposal, answer);
	if (decision.by === "withdrawn") return answeredElsewhere(gate, handling, event, line);
	await finish(gate, handling, event, line, asks, decision, { offered: true, note });
	// What was denied has no result that would say that the race is over.
	if (line.decision?.verdict === "deny") settle(gate, line, event, "over");
}

async function leaveToTerminal({ call, adapter }: Handling, event: PermissionEvent): Promise<void> {
	await call.reply(adapter.reply(event, { kind: "none" }));
}

/** The agent went on: the card goes at once, who answered is looked up behind it. */
async function answeredElsewhere(
	gate: GateContext,
	{ call, adapter }: Handling,
	event: PermissionEvent,
	line: LedgerLine,
): Promise<void> {
	gate.retract(line.request, "withdrawn", message("gate.answeredInTerminal"));
	settle(gate, line, event, "over");
	await call.reply(adapter.reply(event, { kind: "none" }));
}

/**
 * Something later by the same (sub-)agent may show that its open races are over. The end of a turn or session does; a next
 * action or prompt does only when the agent's own books say so, because calls may run side by side and prompts are queued.
 */
export function settleRaces(gate: GateContext, event: AgentEvent, session: Session): void {
	for (const line of gate.ledger.delegated(session.key)) {
		if (event.kind === "session.end") settle(gate, line, event, "over");
		else if (line.subagent !== event.subagent) continue;
		else settle(gate, line, event, event.kind === "turn.end" ? "over" : "perhaps");
	}
}

/** The gate is closing, and with it the last chance to say who settled its races. */
export function endRaces(gate: GateContext): void {
	for (const line of gate.ledger.all("delegated")) settle(gate, line, line.event, "over");
}

/**
 * Records who answered a race, as the agent's transcript says; what cannot be seen is "unknown", never a name.
 * @param how "over": somebody has answered. "perhaps": nothing is recorded as long as the transcript does not say so
 */
export function settle(gate: GateContext, line: LedgerLine, event: AgentEvent, how: "over" | "perhaps"): void {
	if (line.settled) return;
	if (how === "over") endRace(gate, line);
	if (line.settling !== undefined) return;
	line.settling = settled(gate, line, event).finally(() => {
		line.settling = undefined;
	});
	gate.inBackground(line.session.folder, line.settling);
}

/** Nobody can answer it any more. */
function endRace(gate: GateContext, line: LedgerLine): void {
	line.over = true;
	gate.options.desk.withdraw(line.request, format(message("gate.answeredInTerminal")));
}

async function settled(gate: GateContext, line: LedgerLine, event: AgentEvent): Promise<void> {
	const by = await settledBy(gate, line, event);
	if (by === undefined || line.settled) return;
	line.settled = true;
	endRace(gate, line);
	const { session } = line;
	const verdict = by === "terminal-allow" ? "allow" : by === "terminal-deny" ? "deny" : undefined;
	// What was denied, here or there, must not run: a result would be a gap.
	line.state = verdict === "deny" || (verdict === undefined && line.decision?.verdict === "deny") ? "denied" : "done";
	await gate.record(session, {
		type: "action.settled",
		body: {
			request: line.request,
			by: verdict !== undefined ? "terminal" : by === "gatepost" ? "gatepost" : "unknown",
			...(verdict === undefined ? {} : { verdict, approver: "unidentified", inferred: true }),
			// The agent's own rules or mode: no prompt was answered at all.
			...(by === "rule" ? { agentRule: true } : {}),
		},
	});
	if (verdict === undefined) return;
	const outcome = verdict === "allow" ? "allowed" : "denied";
	gate.activity.add({ ...row(line), outcome, by: "person", who: "terminal, unidentified" });
	gate.news.emit("changed");
}

/** Agents write behind, so they are asked for a while. Undefined: it is not over, as far as can be seen. */
async function settledBy(gate: GateContext, line: LedgerLine, event: AgentEvent): Promise<Settlement | undefined> {
	const of = { ...(line.toolUseId === undefined ? {} : { toolUseId: line.toolUseId }), action: line.action };
	let over = line.over;
	for (let tries = 0; ; tries += 1) {
		const by = await line.adapter.settlement(event, of);
		if (by !== "unknown") return by;
		// It has turned out to be over while we looked: from here on, as long as ever.
		if (line.over && !over) tries = 0;
		over = line.over;
		if (tries >= SETTLEMENT_TRIES || gate.stopping) return over ? "unknown" : undefined;
		await new Promise((resolve) => setTimeout(resolve, SETTLEMENT_PAUSE_MS));
	}
}
