// The card of a request: drawn in a thread where there is much to show.
import { bytesOf, type Proposal } from "../actions/change.ts";
import { jobQueue } from "../actions/jobQueue.ts";
import type { Jobs } from "../actions/jobs.ts";
import type { Explanation, PolicyVerdict } from "../policy/policy.ts";
import type { GateContext } from "./context.ts";
import { extrasOf } from "./extras.ts";
import type { LedgerLine } from "./ledger.ts";
import { turnOf } from "./sessions.ts";

/** A card and its digest. */
export type Drawn = Jobs["card"]["gives"];

/**
 * The card of a request. Takes time when there is much to show: look again whether it is still to be asked.
 * @param signal ends the wait; rejects with its reason
 */
export async function cardOf(
	gate: GateContext,
	line: LedgerLine,
	verdict: PolicyVerdict,
	proposal: Proposal,
	deadlineAt: number,
	signal?: AbortSignal,
): Promise<Drawn> {
	const { event, session, original } = line;
	gate.explanations.set(line.request, explanationOf(verdict));
	const { caller, subagent } = event;
	const description = "description" in event ? event.description : undefined;
	const parts = {
		id: line.request,
		event: {
			caller: { agent: caller.agent, label: caller.label },
			...(subagent === undefined ? {} : { subagent }),
			...(description === undefined ? {} : { description }),
		},
		action: line.action,
		proposal,
		verdict: { why: verdict.why, guard: verdict.guard },
		session: { id: session.id, label: session.label },
		createdAt: original?.createdAt ?? Date.now(),
		deadlineAt,
		actionMac: line.mac,
		folders: [...gate.options.workspaces.folders],
		...(await extrasOf(gate, line, proposal)),
		...(original === undefined
			? {}
			: { edited: { target: original.target, actionMac: original.mac, through: original.through ?? "view" } }),
	};
	return jobQueue.run("card", parts, line.bytes + bytesOf(proposal), { turn: turnOf(session), signal });
}

/** Rules that do not fit are kept in part only: there may be thousands, for each card. */
const MAX_MISFITS = 50;

function explanationOf({ steps = [], ...verdict }: PolicyVerdict): Explanation {
	const misfits = steps.filter(({ outcome }) => outcome === "no").slice(0, MAX_MISFITS);
	return { verdict, steps: steps.filter((step) => step.outcome !== "no" || misfits.includes(step)) };
}
