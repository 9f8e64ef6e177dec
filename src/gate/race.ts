// Mode "both": the agent's own prompt and Gatepost race for the answer. The hand-over is on record before the agent
// opens its prompt, and who answered is read from what the agent wrote down afterwards, never assumed (DESIGN 2.6, 7).
import type { Proposal } from "../actions/change.ts";
import type { AgentEvent } from "../agents/adapter.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import { format, message } from "../protocol/messages.ts";
import type { BeforeEvent, GateContext, Handling, PermissionEvent } from "./context.ts";
import { ask, deadlineOf, finish, judge, recordRequest } from "./hold.ts";
import { actionDigest } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import type { Session } from "./sessions.ts";

/** How often and how long the agent's transcript is asked who settled a race. */
const SETTLEMENT_TRIES = 20;
const SETTLEMENT_PAUSE_MS = 250;

/** Racing is for a proven interactive prompt, an enforced session, and never for guard changes or beside foreign hooks. */
export function mayRace(
	gate: GateContext,
	{ adapter }: Handling,
	event: BeforeEvent,
	session: Session,
	verdict: PolicyVerdict,
): boolean {
	if (gate.options.settings().prompt !== "both" || verdict.guard || !adapter.canRace(event)) return false;
	// A sub-agent's prompt opens only after our PermissionRequest hook has ended (measured): that is no race.
	if (gate.options.desk.paused || event.subagent !== undefined) return false;
	const foreign = verdict.why.some((why) => why.code === "why.foreignHook");
	return session.enforcement.level === "enforced" && !foreign;
}

/** Records the hand-over, then tells the agent to open its own prompt. */
export async function delegate(
	gate: GateContext,
	{ call, adapter }: Handling,
	line: LedgerLine,
	session: Session,
	verdict: PolicyVerdict,
	proposal: Proposal,
): Promise<void> {
	const delegated = { type: "action.delegated" as const, body: { request: line.request, actionMac: line.mac } };
	await recordRequest(gate, line, session, verdict, proposal, delegated);
	line.state = "delegated";
	const why = verdict.why[0] === undefined ? "" : format(verdict.why[0]);
	await call.reply(adapter.reply(line.event, { kind: "ask", reason: format(message("gate.askInTerminal", { why })) }));
}

/** The agent's own prompt is up and asks us as well. */
export async function permission(
	gate: GateContext,
	handling: Handling,
	event: PermissionEvent,
	session: Session,
): Promise<void> {
	const { call, adapter } = handling;
	const { desk } = gate.options;
	const line = gate.ledger.ofAction(session.key, event.subagent, actionDigest(event.action));
	if (line === undefined || line.state !== "delegated" || gate.cards.has(line.request)) {
		// Decided here already, or the user's own rules ask as well: that prompt is theirs to answer.
		await call.reply(adapter.reply(event, { kind: "none" }));
		return;
	}
	let gone = false;
	call.onGone(() => {
		gone = true;
		desk.withdraw(line.request, format(message("gate.answeredInTerminal")));
	});
	call.ack();
	const verdict = await judge(gate, handling, event, session);
	const proposal = await adapter.propose(line.action);
	if (gone) return settleRace(gate, handling, event, session, line);
	// From here on the replies are in the dialect of this event, not of the one that opened the race.
	line.event = event;
	try {
		const decision = await ask(
			gate,
			line,
			session,
			{ ...verdict, effect: "ask" },
			proposal,
			deadlineOf(gate, handling),
		);
		if (decision.by === "withdrawn") {
			gate.news.emit("settled", line.request, "withdrawn", message("gate.answeredInTerminal"));
			await call.reply(adapter.reply(event, { kind: "none" }));
			await settleRace(gate, handling, event, session, line);
			return;
		}
		await finish(gate, handling, line, session, { ...verdict, effect: "ask" }, decision, true);
		if (line.decision?.verdict === "deny") await settleRace(gate, handling, event, session, line);
	} finally {
		gate.cards.delete(line.request);
	}
}

/** Something later by the same (sub-)agent shows that its open races are over. */
export function settleRaces(gate: GateContext, handling: Handling, event: AgentEvent, session: Session): void {
	for (const line of gate.ledger.delegated(session.key)) {
		// Parallel sub-agents race on their own; the end of the session or a new prompt ends all races.
		const ends = event.kind === "session.end" || event.kind === "prompt" || line.subagent === event.subagent;
		if (!ends) continue;
		gate.options.desk.withdraw(line.request, format(message("gate.answeredInTerminal")));
		settleRace(gate, handling, event, session, line).catch((error) => gate.trouble(session.folder, error));
	}
}

/** Records who answered a race, as the agent's transcript says; what cannot be seen is "unknown", never a name. */
export async function settleRace(
	gate: GateContext,
	{ adapter }: Handling,
	event: AgentEvent,
	session: Session,
	line: LedgerLine,
): Promise<void> {
	if (line.state === "done") return;
	line.state = "done";
	const of = { ...(line.toolUseId === undefined ? {} : { toolUseId: line.toolUseId }), action: line.action };
	let by = await adapter.settlement(event, of);
	for (let tries = 0; by === "unknown" && tries < SETTLEMENT_TRIES; tries += 1) {
		await new Promise((resolve) => setTimeout(resolve, SETTLEMENT_PAUSE_MS));
		by = await adapter.settlement(event, of);
	}
	const terminal = by === "terminal-allow" || by === "terminal-deny";
	await gate.record(session, {
		type: "action.settled",
		body: {
			request: line.request,
			by: terminal ? "terminal" : by,
			...(terminal
				? { verdict: by === "terminal-allow" ? "allow" : "deny", approver: "unidentified", inferred: true }
				: {}),
		},
	});
	if (!terminal) return;
	gate.activity.add({
		...gate.row(line, session),
		outcome: by === "terminal-allow" ? "allowed" : "denied",
		by: "person",
		who: "terminal, unidentified",
	});
	gate.news.emit("changed");
}
