// A decision stands once it is on record; only then is the agent told (invariant 2). The one way out of the gate.
import type { Proposal } from "../actions/change.ts";
import type { Outcome } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { Message } from "../protocol/messages.ts";
import type { BeforeEvent, GateContext, Handling, PermissionEvent } from "./context.ts";
import { editedOf } from "./editing.ts";
import { addGrant, noteUse } from "./granting.ts";
import type { LedgerLine } from "./ledger.ts";
import { noteApproved } from "./ran.ts";
import { recordDecision } from "./record.ts";
import { isReadOnly, unreported } from "./watchRun.ts";

interface Finishing {
	/** The agent's own prompt may be first: what counts is action.settled. */
	offered?: boolean;
	/** What the person is told where the decision is not theirs. */
	note?: Message | undefined;
	/** What an action would change that nobody is asked about. */
	proposal?: Proposal;
}

/** Records a decision, then tells the agent. What could not be recorded is denied. */
export async function finish(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent | PermissionEvent,
	line: LedgerLine,
	verdict: PolicyVerdict,
	decision: Decision,
	{ offered = false, note, proposal }: Finishing = {},
): Promise<void> {
	const standing = await recordDecision(gate, line, verdict, decision, { offered, proposal });
	const stands = standing.decision;
	line.decision = stands;
	// The other side of a race may have settled it while this was recorded.
	if (!line.settled) line.state = stands.verdict === "deny" ? "denied" : offered ? "delegated" : "allowed";
	line.session.decided[stands.verdict === "allow" ? "allowed" : "denied"] += 1;
	// What was shown is gone from the views in a moment.
	const allowed = stands.verdict === "allow";
	const approved = allowed ? (line.editedProposal ?? gate.proposals.get(line.request) ?? proposal) : undefined;
	if (approved !== undefined) noteApproved(gate, line, approved);
	const ungranted = standing.recorded && stands === decision ? await addGrant(gate, line, decision) : undefined;
	gate.settled(line, stands, standing.note ?? note ?? ungranted);
	const outcome: Outcome = { kind: "decision", decision: stands, ...editedOf(line, stands) };
	if (stands.verdict === "allow") await beginRun(gate, line, !isReadOnly(stands, verdict));
	line.outcome.resolve(outcome);
	await release(gate, handling, event, line, outcome, standing.recorded);
	if (stands.by === "rule" && stands.verdict === "allow" && line.taken) noteUse(gate, verdict);
}

/** Tells one call of a request what came of it, and puts on record whether it arrived. */
export async function release(
	gate: GateContext,
	{ call, adapter }: Handling,
	event: BeforeEvent | PermissionEvent,
	line: LedgerLine,
	outcome: Outcome,
	recorded = true,
): Promise<void> {
	// The agent's own prompt may let it go without another word to us.
	if (outcome.kind === "ask") await beginRun(gate, line, true);
	const delivered = await call.reply(adapter.reply(event, outcome));
	line.calls.delete(call);
	line.taken ||= delivered;
	// Allowed but never taken: nobody may use it later.
	if (!line.taken && line.calls.size === 0 && line.state === "allowed") line.state = "denied";
	if (line.state === "denied") gate.watches.drop(line);
	if (outcome.kind !== "decision" || !recorded) return;
	const body = { request: line.request, verdict: outcome.decision.verdict, delivered };
	gate.later(line.session, "action.released", call.id === line.request ? body : { ...body, call: call.id });
}

/** It is about to run: what is there before is looked at, where what it changes is to be seen. */
function beginRun(gate: GateContext, line: LedgerLine, hasEffects: boolean): Promise<void> {
	const { session } = line;
	return gate.watches.begin(line, hasEffects && gate.options.settings().watchRuns !== false, (run) => {
		const told = unreported(gate, { ...run }).then((draft) => {
			if (draft !== undefined) gate.later(session, draft.type, draft.body);
		});
		gate.inBackground(session.folder, told);
	});
}
