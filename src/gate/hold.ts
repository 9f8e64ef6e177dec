// An action at the gate: judged by policy, held for a person where policy does not allow it, recorded, released.
// Keeps invariants 1 (nothing runs before its decision) and 2 (record before release).
import { buildCard, cardDigest } from "../actions/card.ts";
import type { Proposal } from "../actions/change.ts";
import type { Decision } from "../approvals/decision.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { CardModel } from "../protocol/card.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import {
	type BeforeEvent,
	errorText,
	type GateContext,
	type Handling,
	logFailure,
	type PermissionEvent,
} from "./context.ts";
import * as entries from "./entries.ts";
import { actionDigest, actionMac } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import { noteEnforcement } from "./openSession.ts";
import { delegate, mayRace, settleRaces } from "./race.ts";
import type { Session } from "./sessions.ts";
import type { Draft } from "./workspaces.ts";

/** Milliseconds kept between our deadline and the agent's, so that our refusal still arrives. */
const DEADLINE_MARGIN_MS = 10_000;

/** Decides one tool call and replies. @throws what stops a decision from being recorded; nothing was allowed then */
export async function before(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent,
	session: Session,
): Promise<void> {
	const { call, submit, adapter } = handling;
	const { desk, homeKey } = gate.options;
	const digest = actionDigest(event.action);

	// One tool call can reach us through two configs (user and project): one request, one card, two replies.
	const twin = event.toolUseId === undefined ? undefined : gate.ledger.ofToolUse(session.key, event.toolUseId);
	if (twin?.state === "open" && twin.digest === digest) {
		await call.reply(adapter.reply(event, { kind: "decision", decision: await twin.settled }));
		return;
	}
	settleRaces(gate, handling, event, session);

	const settled = Promise.withResolvers<Decision>();
	const line: LedgerLine = {
		request: submit.id,
		sessionKey: session.key,
		subagent: event.subagent,
		toolUseId: event.toolUseId,
		event,
		action: event.action,
		digest,
		mac: actionMac(event.action, homeKey),
		state: "open",
		settled: settled.promise,
	};
	gate.ledger.add(line);
	const gone = new AbortController();
	call.onGone(() => {
		gone.abort();
		if (gate.stopping) desk.settleByFailure(line.request, format(message("gate.stopping")));
		else desk.withdraw(line.request, format(message("gate.agentGone")));
	});

	try {
		const verdict = await judge(gate, handling, event, session);
		const deadlineAt = deadlineOf(gate, handling);
		if (verdict.effect !== "ask") {
			const decision = await byRule(gate, verdict, deadlineAt, gone.signal);
			settled.resolve(await finish(gate, handling, line, session, verdict, decision));
			return;
		}
		const proposal = await adapter.propose(line.action);
		if (mayRace(gate, handling, event, session, verdict)) {
			await delegate(gate, handling, line, session, verdict, proposal);
			return;
		}
		call.ack();
		await recordRequest(gate, line, session, verdict, proposal);
		const decision = gone.signal.aborted
			? goneDecision(gate)
			: await ask(gate, line, session, verdict, proposal, deadlineAt);
		settled.resolve(await finish(gate, handling, line, session, verdict, decision));
	} catch (error) {
		line.state = "denied";
		settled.resolve(logFailure(error));
		throw error;
	} finally {
		gate.cards.delete(line.request);
	}
}

/** Policy's word on an action in this session, with the hooks that are in force now. */
export async function judge(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent | PermissionEvent,
	session: Session,
): Promise<PolicyVerdict> {
	const { policy, workspaces, homeDir, userHome } = gate.options;
	const hooks = await gate.hooks(handling);
	noteEnforcement(gate, session, hooks.enforcement);
	if (session.stopped) {
		return { effect: "deny", ruleId: "session.stopped", why: [message("gate.sessionStopped")], guard: false };
	}
	return policy.evaluate(event.action, {
		folders: [...workspaces.folders],
		home: homeDir,
		userHome,
		foreignHooks: hooks.foreign,
		callerKnown: event.caller.known,
	});
}

/** When a request of this call times out: ours, or shortly before the agent's own. Milliseconds since the epoch. */
export function deadlineOf(gate: GateContext, { submit }: Handling): number {
	return Date.now() + Math.min(gate.options.settings().deadlineMs, Math.max(0, submit.deadlineMs - DEADLINE_MARGIN_MS));
}

async function byRule(
	gate: GateContext,
	verdict: PolicyVerdict,
	deadlineAt: number,
	gone: AbortSignal,
): Promise<Decision> {
	// Pause holds what policy would allow, too.
	const state = verdict.effect === "allow" ? await gate.options.desk.whenRunning(deadlineAt, gone) : "running";
	if (state === "aborted") return goneDecision(gate);
	if (state === "timeout") return { by: "timeout", verdict: "deny", reason: timeoutText(gate) };
	const why = verdict.why[0];
	return {
		by: "rule",
		verdict: verdict.effect === "allow" ? "allow" : "deny",
		ruleId: verdict.ruleId,
		policyDigest: gate.options.policy.digest,
		...(why === undefined ? {} : { reason: format(why) }),
	};
}

/** The request is on record, with its proposed change, before anybody is asked. */
export async function recordRequest(
	gate: GateContext,
	line: LedgerLine,
	session: Session,
	verdict: PolicyVerdict,
	proposal: Proposal,
	...more: Draft[]
): Promise<void> {
	const journal = await gate.options.workspaces.journal(session.folder);
	const change = await entries.changeEvidence(journal, proposal);
	const body = entries.actionRequested(line, session, verdict, change);
	await gate.record(session, { type: "action.requested", body }, ...more);
}

/** Puts up a card and waits for its answer. */
export async function ask(
	gate: GateContext,
	line: LedgerLine,
	session: Session,
	verdict: PolicyVerdict,
	proposal: Proposal,
	deadlineAt: number,
): Promise<Decision> {
	const card: CardModel = buildCard({
		id: line.request,
		event: line.event,
		action: line.action,
		proposal,
		verdict,
		session: { id: session.id, label: session.label },
		createdAt: Date.now(),
		deadlineAt,
		actionMac: line.mac,
		folders: [...gate.options.workspaces.folders],
	});
	const answered = gate.options.desk.open({ card, shownDigest: cardDigest(card), deadlineAt });
	gate.cards.set(card.id, card);
	gate.proposals.set(card.id, proposal);
	session.waiting += 1;
	gate.news.emit("opened", card);
	gate.news.emit("changed");
	try {
		return await answered;
	} finally {
		session.waiting -= 1;
		gate.proposals.delete(card.id);
	}
}

/** Record, then release: the one place where an allow leaves the gate. Returns the decision that stands. */
export async function finish(
	gate: GateContext,
	handling: Handling,
	line: LedgerLine,
	session: Session,
	verdict: PolicyVerdict,
	decision: Decision,
	offered = false,
): Promise<Decision> {
	const drafts: Draft[] = [];
	if (verdict.effect !== "ask") {
		drafts.push({ type: "action.requested", body: entries.actionRequested(line, session, verdict, undefined) });
	}
	drafts.push({
		type: decision.by === "withdrawn" ? "action.withdrawn" : "action.decided",
		body: entries.actionDecided(line, decision, verdict, gate.options.policy.digest, offered),
	});
	let stands = decision;
	let note: Message | undefined;
	try {
		await gate.record(session, ...drafts);
	} catch (error) {
		stands = logFailure(error);
		note = message("gate.logFailed", { detail: errorText(error) });
		gate.trouble(session.folder, error);
	}
	line.decision = stands;
	line.state = stands.verdict === "deny" ? "denied" : offered ? "delegated" : "allowed";
	session.decided[stands.verdict === "allow" ? "allowed" : "denied"] += 1;
	if (stands.by === "person" && stands.stopSession === true) session.stopped = true;
	gate.settled(line, session, stands, note);

	const reply = handling.adapter.reply(line.event, { kind: "decision", decision: stands });
	const delivered = await handling.call.reply(reply);
	// Allowed but never taken: nobody may use it later.
	if (!delivered && line.state === "allowed") line.state = "denied";
	if (stands.by !== "failure") {
		gate.later(session, "action.released", { request: line.request, verdict: stands.verdict, delivered });
	}
	return stands;
}

/** The hook is gone: its agent took the request back, or the gate is closing and cut it off. */
function goneDecision(gate: GateContext): Decision {
	if (gate.stopping) return { by: "failure", verdict: "deny", reason: format(message("gate.stopping")) };
	return { by: "withdrawn", verdict: "deny", reason: format(message("gate.agentGone")) };
}

function timeoutText(gate: GateContext): string {
	return format(message("gate.timeout", { minutes: Math.round(gate.options.settings().deadlineMs / 60_000) }));
}
