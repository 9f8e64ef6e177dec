// The entries of one request and its decision. What cannot be recorded is denied (invariant 2), and that is recorded
// where it is possible: the failed segment may hold a decision that nobody was told, so a new one says what became of it.
import { isChange, type Proposal } from "../actions/change.ts";
import type { Decision } from "../approvals/decision.ts";
import { JournalError } from "../audit/errors.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import { changeEvidence, INLINE_INPUT, inputEvidence } from "./contents.ts";
import { errorText, type GateContext } from "./context.ts";
import * as entries from "./entries.ts";
import type { LedgerLine } from "./ledger.ts";
import { noting } from "./secretBooks.ts";
import { type Session, turnOf } from "./sessions.ts";
import type { Draft } from "./workspaces.ts";

/** A decision that stands. */
export interface Standing {
	decision: Decision;
	/** Why it is not the one that was given. */
	note?: Message;
	/** It is on record: true unless the log failed twice. */
	recorded: boolean;
}

/** The request is on record, with its proposed change, before anybody is asked. @throws JournalError, TooDeepError */
export async function recordRequest(
	gate: GateContext,
	line: LedgerLine,
	verdict: PolicyVerdict,
	proposal: Proposal,
	...more: Draft[]
): Promise<void> {
	const draft = await requestDraft(gate, line, verdict, proposal, line.interrupt.signal);
	await gate.record(line.session, draft, ...more);
	line.requested = true;
}

/**
 * Resolves when a decision is durable on disk, or with the denial that stands in its place.
 * @param proposal what is allowed by rule would change: it goes on record with the request
 */
export async function recordDecision(
	gate: GateContext,
	line: LedgerLine,
	verdict: PolicyVerdict,
	decision: Decision,
	{ offered, proposal }: { offered: boolean; proposal?: Proposal },
): Promise<Standing> {
	const { session } = line;
	const policyDigest = verdict.digest ?? gate.options.policy.digest;
	const decided = (stands: Decision, card?: JsonObject, edited?: JsonObject): Draft => ({
		type: stands.by === "withdrawn" ? "action.withdrawn" : "action.decided",
		body: noting(gate.secrets.of(session.folder, line.request), () =>
			entries.actionDecided(line, stands, verdict, { policyDigest, offered, card, edited }),
		),
	});
	const failed = line.requested ? [] : [failedDraft(line)];
	try {
		// What failed on a request would fail on its entry, too; a gate that is closing has not failed on it.
		const bare = decision.by === "failure" && !gate.stopping;
		const requested = bare || line.requested ? failed : [await ruledDraft(gate, line, verdict, proposal)];
		const edited = await editedEvidence(gate, line, decision);
		await gate.record(session, ...requested, decided(decision, await cardShown(line, decision), edited));
		return { decision, recorded: true };
	} catch (error) {
		const { decision: denied, note } = failure(gate, session, error);
		// The answer may be in the log all the same, if only its flush failed: the denial says that it stands in its place.
		const denial: Decision =
			decision.by === "person" && denied.by === "failure" ? { ...denied, answered: decision } : denied;
		const recorded = await gate.record(session, ...failed, decided(denial, undefined, editedNames(line))).then(
			() => true,
			// Said already: the first failure is a warning, and the agent reads it.
			() => false,
		);
		return { decision: denial, note, recorded };
	}
}

/** Where the card is that was asked with. One that was not answered must not keep a denial from being recorded. */
async function cardShown(line: LedgerLine, decision: Decision): Promise<JsonObject | undefined> {
	if (decision.by === "person" && decision.verdict === "allow") return line.card;
	return line.card?.catch((error: unknown): JsonObject => ({ omitted: 0, why: errorText(error) }));
}

/** What a person made of the action: all of it where that is what runs. @throws JournalError, TooDeepError */
async function editedEvidence(
	gate: GateContext,
	line: LedgerLine,
	decision: Decision,
): Promise<JsonObject | undefined> {
	if (line.original === undefined || decision.verdict !== "allow") return editedNames(line);
	const { session, action, bytes } = line;
	const note = gate.secrets.of(session.folder, line.request);
	const asking = { turn: turnOf(session), note };
	const journal = await gate.options.workspaces.journal(session.folder);
	const change = await changeEvidence(journal, line.editedProposal, asking);
	const input = bytes > INLINE_INPUT ? await inputEvidence(journal, action.input, bytes, asking) : undefined;
	return noting(note, () => entries.editedAction(line, { change, input }));
}

function editedNames(line: LedgerLine): JsonObject | undefined {
	return line.original === undefined ? undefined : entries.editedAction(line);
}

/** Gatepost cannot go on with a request: denied, and a person is told. */
export function failure(
	gate: GateContext,
	session: Pick<Session, "folder">,
	error: unknown,
): { decision: Decision; note: Message } {
	const isLog = error instanceof JournalError;
	const note = message(isLog ? "gate.logFailed" : "gate.internal", { detail: errorText(error) });
	gate.warn(isLog ? `log:${session.folder}` : `failed:${note.code}`, note);
	return { decision: { by: "failure", verdict: "deny", reason: format(note) }, note };
}

async function requestDraft(
	gate: GateContext,
	line: LedgerLine,
	verdict: PolicyVerdict,
	proposal: Proposal,
	signal?: AbortSignal,
): Promise<Draft> {
	const note = gate.secrets.of(line.session.folder, line.request);
	const asking = { turn: turnOf(line.session), signal, note };
	let said = {};
	if (proposal !== undefined || line.bytes > INLINE_INPUT) {
		const journal = await gate.options.workspaces.journal(line.session.folder);
		const change = await changeEvidence(journal, proposal, asking);
		const input =
			line.bytes > INLINE_INPUT ? await inputEvidence(journal, line.action.input, line.bytes, asking) : undefined;
		said = { change, input };
	}
	return { type: "action.requested", body: noting(note, () => entries.actionRequested(line, verdict, said)) };
}

/** What a rule allows is not denied because its change cannot be kept: the entry says why it is not there. */
async function ruledDraft(
	gate: GateContext,
	line: LedgerLine,
	verdict: PolicyVerdict,
	proposal: Proposal,
): Promise<Draft> {
	try {
		return await requestDraft(gate, line, verdict, proposal);
	} catch (error) {
		if (!isChange(proposal) || error instanceof JournalError) throw error;
		return requestDraft(gate, line, verdict, notWorkedOut(error));
	}
}

/** In place of a change that could not be worked out or kept. */
export function notWorkedOut(error: unknown): Proposal {
	return { unknown: message("proposal.failed", { detail: errorText(error) }) };
}

function failedDraft(line: LedgerLine): Draft {
	return { type: "action.requested", body: entries.actionFailed(line) };
}
