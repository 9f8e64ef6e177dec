// The bodies of the entries the gate writes. What came from an agent stands under `claimed` and is redacted first
// (DESIGN 2.8, 10); what Gatepost saw or decided itself stands beside it.
import { isChange, type Proposal } from "../actions/change.ts";
import { redact, redactJson } from "../actions/redact.ts";
import type { AgentEvent } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import type { Answer } from "../approvals/pending.ts";
import type { Journal } from "../audit/journal.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Submit } from "../protocol/hook.ts";
import type { LedgerLine } from "./ledger.ts";
import type { GitState, Process } from "./provenance.ts";
import type { Session } from "./sessions.ts";

/** Results longer than this go to the evidence store. Characters. */
const INLINE_RESULT = 4000;

/** Drops members that are undefined, so that what is written is what is canonical. */
function body(members: Record<string, unknown>): JsonObject {
	return JSON.parse(JSON.stringify(members)) as JsonObject;
}

export function sessionStarted(
	session: Session,
	event: AgentEvent,
	submit: Submit,
	seen: { processes: Process[]; git: GitState | undefined; osUser: string },
): JsonObject {
	return body({
		agent: session.agent,
		agentKnown: event.caller.known,
		mode: event.caller.mode,
		root: session.root,
		osUser: seen.osUser,
		processes: seen.processes,
		git: seen.git,
		enforcement: session.enforcement,
		claimed: {
			session: session.id,
			env: submit.env,
			cwd: event.cwd,
			transcript: event.transcriptPath,
			permissionMode: event.permissionMode,
			...(event.kind === "session.start" ? { source: event.source, model: event.model } : {}),
		},
	});
}

export function promptGiven(text: string, promptId: string | undefined): JsonObject {
	const safe = redact(text);
	return body({ redacted: safe.redacted, claimed: { text: safe.text, promptId } });
}

/** Files of a proposed change with their contents in the evidence store (redacted; the entry says so). */
export async function changeEvidence(journal: Journal, proposal: Proposal): Promise<JsonObject | undefined> {
	if (proposal === undefined) return undefined;
	if (!isChange(proposal)) return body({ unknown: proposal.unknown });
	const files = [];
	for (const file of proposal.files) {
		const sides: Record<string, unknown> = {};
		for (const name of ["before", "after"] as const) {
			const side = file[name];
			if (side === undefined) continue;
			const safe = side.binary ? { redacted: false, bytes: side.bytes } : redactBytes(side.bytes);
			sides[name] = { ...(await journal.evidence.put(safe.bytes)), mode: side.mode, redacted: safe.redacted };
		}
		files.push({ path: file.path, target: file.target, op: file.op, ...sides });
	}
	return body({ files });
}

function redactBytes(bytes: Buffer): { redacted: boolean; bytes: Buffer } {
	const safe = redact(bytes.toString("utf8"));
	return safe.redacted ? { redacted: true, bytes: Buffer.from(safe.text, "utf8") } : { redacted: false, bytes };
}

export function actionRequested(
	line: LedgerLine,
	session: Session,
	verdict: PolicyVerdict,
	change: JsonObject | undefined,
): JsonObject {
	const { action, event } = line;
	const safe = redactJson(action.input);
	return body({
		request: line.request,
		agent: session.agent,
		kind: action.kind,
		tool: action.tool,
		toolUseId: line.toolUseId,
		subagent: line.subagent,
		promptId: event.promptId,
		root: action.root,
		actionMac: line.mac,
		redacted: safe.redacted,
		enforcement: session.enforcement.level,
		guard: verdict.guard,
		change,
		claimed: {
			event: event.name,
			cwd: action.cwd,
			input: safe.value,
			paths: redactJson(action.paths).value,
			permissionMode: event.permissionMode,
			description:
				"description" in event && event.description !== undefined ? redact(event.description).text : undefined,
		},
	});
}

export function actionDecided(
	line: LedgerLine,
	decision: Decision,
	verdict: PolicyVerdict,
	policyDigest: string,
	offered: boolean,
): JsonObject {
	return body({
		request: line.request,
		actionMac: line.mac,
		decision: { ...decision, reason: decision.reason === undefined ? undefined : redact(decision.reason).text },
		rule: verdict.ruleId,
		why: verdict.why,
		policyDigest,
		/** The agent's own prompt may still be first: what counts is action.settled. */
		offered: offered ? true : undefined,
	});
}

/** The result the agent reported, whole up to INLINE_RESULT, else in the evidence store. */
export async function actionExecuted(
	journal: Journal,
	event: AgentEvent & { kind: "tool.after" },
	line: LedgerLine | undefined,
): Promise<JsonObject> {
	const safe = redactJson(event.response);
	const text = JSON.stringify(safe.value);
	// A reference to evidence stands outside `claimed`, where the verifier looks for it.
	const whole = text.length <= INLINE_RESULT;
	const result = whole ? {} : { result: await journal.evidence.put(Buffer.from(text)) };
	return body({
		request: line?.request,
		toolUseId: event.toolUseId,
		subagent: event.subagent,
		tool: event.action.tool,
		outcome: event.outcome,
		redacted: safe.redacted,
		...result,
		claimed: whole ? { response: safe.value } : {},
	});
}

/** An answer that came after the request was settled: recorded, and told so. */
export function answerLate(request: string, answer: Answer, stands: Decision): JsonObject {
	return body({
		request,
		verdict: answer.verdict,
		channel: answer.channel,
		approver: answer.approver,
		stands: { by: stands.by, verdict: stands.verdict },
	});
}
