// An action at the gate: judged by policy, held for a person where policy does not allow it, recorded, released.
// Keeps invariant 1 (nothing runs before its decision); invariant 2 (record before release) is kept by release.ts.

import type { ActionKind } from "../actions/action.ts";
import { bytesOf, type Proposal } from "../actions/change.ts";
import type { JobOptions } from "../actions/jobQueue.ts";
import type { Decision } from "../approvals/decision.ts";
import type { Demand } from "../approvals/pending.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { CardModel } from "../protocol/card.ts";
import { deferred } from "../protocol/deferred.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import { agentPid } from "./agentPid.ts";
import { cardOf, type Drawn } from "./cardOf.ts";
import type { BeforeEvent, GateContext, Handling } from "./context.ts";
import { endAsking, startAsking } from "./editing.ts";
import { noteGrantable } from "./granting.ts";
import { Interrupt } from "./interrupt.ts";
import { judge, stoppedVerdict } from "./judge.ts";
import { keepCard } from "./keptCard.ts";
import { type ActionNames, actionNames } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import { delegate, handOver, mayHandOver, mayRace, settleRaces } from "./race.ts";
import { failure, notWorkedOut, recordRequest } from "./record.ts";
import { finish, release } from "./release.ts";
import { type Session, turnOf } from "./sessions.ts";
import { checkStale } from "./stale.ts";

/** Milliseconds kept between our deadline and the agent's, so that our refusal still arrives. */
const DEADLINE_MARGIN_MS = 10_000;

/** Kinds whose change is put on record also where nobody is asked: what became of the files is held against it. */
const CHANGES_FILES: ReadonlySet<ActionKind> = new Set(["edit", "write", "delete"]);

/** What stands for a policy's word where it was not asked. */
const UNJUDGED: PolicyVerdict = { effect: "deny", ruleId: "gate.failure", why: [], guard: false };

/** Decides one tool call and replies. Never throws: what goes wrong is denied, on record where that is possible. */
export async function before(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent,
	session: Session,
): Promise<void> {
	const names = actionNames(event.action, gate.options.homeKey);
	const known = event.toolUseId === undefined ? undefined : gate.ledger.ofToolUse(session.key, event.toolUseId);
	if (known !== undefined && isTwin(known, names.digest, handling)) return join(gate, handling, event, known);
	settleRaces(gate, event, session);

	const line = newLine(handling, event, session, names);
	gate.ledger.add(line);
	holdFor(gate, line, handling);
	let verdict = UNJUDGED;
	let decision: Decision;
	let note: Message | undefined;
	let ruledChange: Proposal;
	try {
		verdict = await judge(gate, handling, event, session);
		const deadlineAt = deadlineOf(gate, handling);
		const rule = await byRule(gate, handling, event, line, verdict, deadlineAt);
		verdict = rule.verdict;
		if (rule.decision !== undefined) {
			decision = rule.decision;
			ruledChange = rule.proposal;
		} else {
			const proposal = await handling.adapter.propose(line.action, { ...asking(line), draw: true });
			if (mayRace(gate, line, verdict)) return await delegate(gate, handling, event, line, verdict, proposal);
			handling.call.ack();
			await recordRequest(gate, line, verdict, proposal);
			noteGrantable(gate, line, verdict);
			const limits = limitsOf(verdict, deadlineAt);
			const first = verdict;
			const drawn = await cardOf(gate, line, verdict, proposal, endOf(limits), line.interrupt.signal);
			const editable = () => startAsking(line, handling, event, { proposal, verdict: first, drawn, limits });
			const answer = line.interrupt.decision ?? (await ask(gate, line, drawn, proposal, limits, editable));
			const last = endAsking(gate, line, answer);
			verdict = last?.verdict ?? verdict;
			// Hours may have passed: what holds now decides, too, whether the agent's prompt may be trusted with it.
			const now = isHandedBack(answer, last?.limits ?? limits)
				? await judge(gate, handling, event, session)
				: undefined;
			if (now?.effect === "deny") {
				verdict = now;
				decision = ruled(gate, now);
			} else if (now !== undefined && mayHandOver(gate, line, verdict) && mayHandOver(gate, line, now)) {
				return await handOver(gate, handling, event, line, now);
			} else ({ decision, note } = await checkStale(handling.adapter, line, last?.proposal ?? proposal, answer));
		}
	} catch (error) {
		endAsking(gate, line);
		decision = line.interrupt.decision ?? failure(gate, session, error).decision;
	}
	await finish(gate, handling, event, line, verdict, decision, { note, proposal: ruledChange });
	line.editedProposal = undefined;
}

function newLine(
	{ submit, call, adapter }: Handling,
	event: BeforeEvent,
	session: Session,
	names: ActionNames,
): LedgerLine {
	return {
		request: submit.id,
		session,
		adapter,
		subagent: event.subagent,
		toolUseId: event.toolUseId,
		event,
		action: event.action,
		...names,
		bytes: call.payload.length,
		state: "open",
		requested: false,
		calls: new Set(),
		taken: false,
		interrupt: new Interrupt(),
		outcome: deferred(),
		asked: false,
		over: false,
		settled: false,
	};
}

/**
 * One tool call that reaches us through two configs (user and project) is one request with one card and two replies:
 * the same action of the same process under one tool_use_id, while the first has not been told yet.
 */
function isTwin(line: LedgerLine, digest: string, { submit }: Handling): boolean {
	const waits =
		line.state === "open" ? line.interrupt.decision === undefined : line.state === "delegated" && !line.over;
	return waits && (line.original ?? line).digest === digest && line.session.agentPid === agentPid(submit);
}

async function join(gate: GateContext, handling: Handling, event: BeforeEvent, line: LedgerLine): Promise<void> {
	holdFor(gate, line, handling);
	handling.call.ack();
	await release(gate, handling, event, line, await line.outcome.promise);
}

/** The request lives as long as one of its calls does. */
function holdFor(gate: GateContext, line: LedgerLine, { call }: Handling): void {
	line.calls.add(call);
	call.onGone(() => {
		line.calls.delete(call);
		if (line.calls.size > 0 || line.state !== "open") return;
		const reason = format(message(gate.stopping ? "gate.stopping" : "gate.agentGone"));
		line.interrupt.end({ by: gate.stopping ? "failure" : "withdrawn", verdict: "deny", reason });
		if (gate.stopping) gate.options.desk.settleByFailure(line.request, reason);
		else gate.options.desk.withdraw(line.request, reason);
	});
}

/** When a request of this call times out: ours, or shortly before the agent's own. Milliseconds since the epoch. */
export function deadlineOf(gate: GateContext, { submit }: Handling): number {
	const agents = Math.max(submit.deadlineMs - DEADLINE_MARGIN_MS, submit.deadlineMs / 2);
	return Date.now() + Math.min(gate.options.settings().deadlineMs, agents);
}

/** How long a person is asked, and who may allow. Milliseconds since the epoch. */
export interface Limits {
	deadlineAt: number;
	/** The end of the time that the rule gives, counted from now; where it is after the deadline, it never comes. */
	timeoutAt?: number;
	/** Then it is left to the agent's own prompt. */
	handsBack?: boolean;
	demand?: Demand;
}

export function limitsOf({ timeout, approver }: PolicyVerdict, deadlineAt: number): Limits {
	return {
		deadlineAt,
		...(timeout === undefined
			? {}
			: { timeoutAt: Date.now() + timeout.afterMs, handsBack: timeout.then === "terminal" }),
		...(approver === undefined ? {} : { demand: approver }),
	};
}

/** What a card says and counts down to. */
export function endOf({ deadlineAt, timeoutAt = deadlineAt }: Limits): number {
	return Math.min(deadlineAt, timeoutAt);
}

/** Whether the time of a rule is over that then leaves it to the agent's own prompt. */
export function isHandedBack({ by }: Decision, { handsBack, timeoutAt, deadlineAt }: Limits): boolean {
	return by === "timeout" && handsBack === true && timeoutAt !== undefined && timeoutAt < deadlineAt;
}

/**
 * The decision where no person is asked; none where one is. Pause holds what policy would allow, too.
 * @returns also what an allowed action would change in files
 */
async function byRule(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent,
	line: LedgerLine,
	first: PolicyVerdict,
	deadlineAt: number,
): Promise<{ verdict: PolicyVerdict; decision?: Decision; proposal?: Proposal }> {
	const { desk } = gate.options;
	let verdict = first;
	let proposal: Proposal;
	while (verdict.effect === "allow") {
		const { paused } = desk;
		if (paused) handling.call.ack();
		const ended = line.interrupt.decision;
		if (ended !== undefined) return { verdict, decision: ended };
		const state = await desk.whenRunning(deadlineAt, paused ? line.interrupt.signal : undefined);
		if (state === "timeout") return { verdict, decision: timedOut() };
		if (state === "aborted") return { verdict, decision: line.interrupt.decision ?? closing() };
		if (!paused) {
			if (!CHANGES_FILES.has(line.action.kind)) break;
			proposal = await handling.adapter.propose(line.action, asking(line)).catch(notWorkedOut);
			// A large file takes time, in which the call may have ended or the gate been paused.
			if (line.interrupt.decision === undefined && !desk.paused) break;
		}
		// What was so before the pause may not be so any more.
		verdict = await judge(gate, handling, event, line.session);
	}
	if (verdict.effect === "ask") return { verdict };
	const decision = ruled(gate, verdict);
	return verdict.effect === "allow" ? { verdict, decision, proposal } : { verdict, decision };
}

/** The decision of a verdict that needs no person. */
export function ruled(gate: GateContext, verdict: PolicyVerdict): Decision {
	const [why] = verdict.why;
	return {
		by: "rule",
		verdict: verdict.effect === "allow" ? "allow" : "deny",
		ruleId: verdict.ruleId,
		policyDigest: verdict.digest ?? gate.options.policy.digest,
		...(why === undefined ? {} : { reason: format(why) }),
	};
}

/**
 * Puts up a card and waits for its answer.
 * @param editable told when it is up, where a person may change its action
 */
export async function ask(
	gate: GateContext,
	line: LedgerLine,
	{ card, digest }: Drawn,
	proposal: Proposal,
	{ deadlineAt, timeoutAt, demand }: Limits,
	editable?: () => void,
): Promise<Decision> {
	const { session } = line;
	const { desk } = gate.options;
	const answered = desk.open({
		card,
		shownDigest: digest,
		deadlineAt,
		...(timeoutAt === undefined ? {} : { timeoutAt }),
		...(demand === undefined ? {} : { demand }),
	});
	session.waiting += 1;
	// While the person reads. What goes wrong is met when the decision is recorded.
	keep(gate, line, card, proposal);
	try {
		editable?.();
		gate.show(card, session, proposal);
		const decision = await answered;
		const last = line.asking?.drawn;
		// Answered or not: it is the card that waited at the end.
		if (last !== undefined && last.digest !== digest) keep(gate, line, last.card, line.asking?.proposal);
		if (decision.by === "person" && decision.stopSession === true) stopSession(gate, session, line);
		// Why the desk was told to end it.
		return decision.by === "failure" ? (line.interrupt.decision ?? decision) : decision;
	} finally {
		session.waiting -= 1;
		// A view that threw: nobody must find the card on the desk later.
		desk.settleByFailure(card.id, format(message("gate.stopping")));
	}
}

/** The card is evidence of what somebody was asked with. */
function keep(gate: GateContext, line: LedgerLine, card: CardModel, proposal: Proposal): void {
	const { session } = line;
	line.card = keepCard(
		gate.options.workspaces.journal(session.folder),
		{ card, proposal },
		line.bytes + bytesOf(proposal),
		{ turn: turnOf(session), note: gate.secrets.of(session.folder, line.request) },
	);
	line.card.catch(() => {});
}

function closing(): Decision {
	return { by: "failure", verdict: "deny", reason: format(message("gate.stopping")) };
}

function timedOut(): Decision {
	return { by: "timeout", verdict: "deny", reason: format(message("desk.noAnswer")) };
}

/** A person stopped the session: what waits in it is denied, and so is everything until the next prompt. */
function stopSession(gate: GateContext, session: Session, by: LedgerLine): void {
	session.stopped = true;
	for (const line of [...gate.ledger.open(session.key), ...gate.ledger.delegated(session.key)]) {
		if (line === by) continue;
		line.interrupt.end(ruled(gate, stoppedVerdict()));
		gate.options.desk.settleByFailure(line.request, format(message("gate.sessionStopped")));
	}
}

/** Whose work a proposal is, and when nobody waits for it any more. */
function asking({ session, interrupt }: LedgerLine): JobOptions {
	return { turn: turnOf(session), signal: interrupt.signal };
}
