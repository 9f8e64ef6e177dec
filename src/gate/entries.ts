// The bodies of the entries the gate writes. What came from an agent stands under `claimed` and is redacted first
// (DESIGN 2.8, 10); what Gatepost saw or decided itself stands beside it. Members that are undefined are left out by the
// canonical form.
import { type Reading, redact, redactJson } from "../actions/redact.ts";
import type { AgentEvent, HooksInForce } from "../agents/adapter.ts";
import type { Approver, Decision } from "../approvals/decision.ts";
import type { Answer } from "../approvals/pending.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import type { Json, JsonObject } from "../protocol/canonical.ts";
import type { Submit } from "../protocol/hook.ts";
import type { Message } from "../protocol/messages.ts";
import type { Granting } from "./granting.ts";
import { launcherOf, type Program } from "./launcher.ts";
import type { LedgerLine } from "./ledger.ts";
import type { GitState, Process } from "./provenance.ts";
import type { Session } from "./sessions.ts";

/** Ids and names of an agent's that stand outside `claimed`. Characters. */
const MAX_NAME = 200;

/** A response, redacted, or where the evidence store holds it. */
export interface Result {
	redacted: boolean;
	response?: Json;
	evidence?: JsonObject;
}

type Members = { [name: string]: Json | Members | undefined };

/** A body may hold members that are undefined; nothing else about it differs from JSON. */
function body(members: Members): JsonObject {
	return members as JsonObject;
}

/** Agents' names and ids are short; one that is not is no name, and one that looks like a secret is masked. */
export function nameFor(text: string | undefined): string | undefined {
	if (text === undefined) return undefined;
	return redact(text.length > MAX_NAME ? `${text.slice(0, MAX_NAME)}…`.toWellFormed() : text).text;
}

/** Sentences may quote commands, paths and labels of hooks. */
export function sentences(messages: readonly Message[]): JsonObject[] {
	const plain = messages.map(({ code, args }): JsonObject => (args === undefined ? { code } : { code, args }));
	return redactJson(plain).value;
}

/** What an agent says of itself, with its secrets masked. @throws TooDeepError */
function claims(said: Members, reading: Reading = {}): { redacted: boolean; claimed: JsonObject } {
	const known = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== undefined)) as JsonObject;
	const { value, redacted } = redactJson(known, reading);
	return { redacted, claimed: value };
}

export function sessionStarted(
	session: Session,
	event: AgentEvent,
	submit: Submit,
	seen: { processes: Process[]; program: Program | undefined; git: GitState | undefined; osUser: string; host: string },
): JsonObject {
	const { cwd, transcriptPath: transcript, permissionMode } = event;
	const { level, reasons } = session.enforcement;
	const start = event.kind === "session.start" ? { source: event.source, model: event.model } : {};
	return body({
		agent: session.agent,
		agentKnown: event.caller.known,
		mode: event.caller.mode,
		root: session.root,
		osUser: seen.osUser,
		host: seen.host,
		launcher: { ...launcherOf(seen.processes, submit.env) },
		program: seen.program === undefined ? undefined : redactJson({ ...seen.program }).value,
		processes: seen.processes.map(({ pid, name }) => ({ pid, name })),
		git: seen.git === undefined ? undefined : redactJson({ ...seen.git }).value,
		enforcement: { level, reasons: sentences(reasons) },
		...claims({
			session: session.id,
			pid: session.agentPid,
			env: { ...submit.env },
			cwd,
			transcript,
			permissionMode,
			...start,
		}),
	});
}

export function promptGiven(text: string, promptId: string | undefined): JsonObject {
	return body(claims({ text, promptId }, { prose: true }));
}

export function sessionEnded(reason: string): JsonObject {
	return body(claims({ reason }));
}

export function questionAsked(event: AgentEvent & { kind: "question" }): JsonObject {
	const { tool, input } = event.action;
	return body({ tool: nameFor(tool), toolUseId: nameFor(event.toolUseId) ?? null, ...claims({ input }) });
}

export function questionAnswered(
	event: AgentEvent & { kind: "tool.after" },
	{ redacted, response, evidence }: Result,
): JsonObject {
	const tool = nameFor(event.action.tool);
	const toolUseId = nameFor(event.toolUseId);
	return body({ tool, toolUseId, redacted, result: evidence, claimed: response === undefined ? {} : { response } });
}

/** The name and ids of an action, the same in all its entries. */
function identity(line: LedgerLine): Members {
	return {
		request: line.request,
		agent: line.session.agent,
		kind: line.action.kind,
		tool: nameFor(line.action.tool),
		toolUseId: nameFor(line.toolUseId),
		subagent: nameFor(line.subagent),
		actionMac: line.mac,
	};
}

/**
 * @param said.change what it would change, with contents in the evidence store
 * @param said.input where the evidence store holds the input, when it is too long for a line
 * @throws TooDeepError
 */
export function actionRequested(
	line: LedgerLine,
	verdict: PolicyVerdict,
	said: { change?: JsonObject | undefined; input?: JsonObject | undefined } = {},
): JsonObject {
	const { action, event, session } = line;
	return body({
		...identity(line),
		promptId: nameFor(event.promptId),
		root: action.root,
		enforcement: session.enforcement.level,
		guard: verdict.guard,
		change: said.change,
		input: said.input,
		...claims({
			event: event.name,
			cwd: action.cwd,
			input: said.input === undefined ? action.input : undefined,
			paths: action.paths,
			permissionMode: event.permissionMode,
			description: "description" in event ? event.description : undefined,
		}),
	});
}

/** An action that was denied because Gatepost failed on it: as little as can be said of it for sure. */
export function actionFailed(line: LedgerLine): JsonObject {
	return body({
		...identity(line),
		root: line.action.root,
		guard: false,
		failed: true,
		claimed: { bytes: line.bytes },
	});
}

export function actionDecided(
	line: LedgerLine,
	decision: Decision,
	verdict: PolicyVerdict,
	{
		policyDigest,
		offered,
		card,
		edited,
	}: { policyDigest: string; offered: boolean; card?: JsonObject | undefined; edited?: JsonObject | undefined },
): JsonObject {
	return body({
		request: line.request,
		actionMac: line.mac,
		decision: decided(decision),
		rule: verdict.ruleId,
		grant: verdict.grant,
		why: sentences(verdict.why),
		policyDigest,
		edited,
		/** Where the card is that was asked with. */
		card,
		/** The agent's own prompt may still be first: what counts is action.settled. */
		offered: offered ? true : undefined,
	});
}

/**
 * What a person made of an action before it was decided: `actionMac` of what would run, `from` of what the agent had asked
 * for, which is in action.requested. The input is a claim, because most of it is the agent's.
 * @param said as in `actionRequested`; without it, what was changed is not told
 * @throws TooDeepError
 */
export function editedAction(
	{ action, mac, original }: LedgerLine,
	said?: { change?: JsonObject | undefined; input?: JsonObject | undefined },
): JsonObject {
	const input = said === undefined || said.input !== undefined ? undefined : action.input;
	return body({
		actionMac: mac,
		from: original?.mac,
		through: original?.through,
		change: said?.change,
		input: said?.input,
		...(input === undefined ? {} : claims({ input })),
	});
}

/** A decision with its reason and grant redacted: they may quote a command. */
export function decided(decision: Decision): JsonObject {
	const { reason } = decision;
	const answered = decision.by === "failure" ? decision.answered : undefined;
	const granted = decision.by === "person" ? decision.grant : undefined;
	return {
		...decision,
		...(granted === undefined
			? {}
			: { grant: { lasts: { ...granted.lasts }, rule: redactJson({ ...granted.rule }).value } }),
		...(reason === undefined ? {} : { reason: redact(reason).text }),
		...(answered === undefined ? {} : { answered: decided(answered) }),
	} as JsonObject;
}

/**
 * What the agent reports.
 * @param input what ran, where that is not what was decided on
 */
export function actionExecuted(
	event: AgentEvent & { kind: "tool.after" },
	line: LedgerLine | undefined,
	result: Result,
	input: JsonObject | undefined,
): JsonObject {
	const ran = input === undefined ? undefined : claims({ input, cwd: event.action.cwd });
	return body({
		request: line?.request,
		toolUseId: nameFor(event.toolUseId),
		subagent: nameFor(event.subagent),
		tool: nameFor(event.action.tool),
		outcome: event.outcome,
		redacted: result.redacted || ran?.redacted === true,
		result: result.evidence,
		claimed: { ...(result.response === undefined ? {} : { response: result.response }), ...ran?.claimed },
	});
}

/** A change of the agent's settings, and what it makes of the hooks. Labels of hooks quote their commands. */
export function configChanged(
	event: AgentEvent & { kind: "config.change" },
	{ enforcement, foreign }: HooksInForce,
	blocked: boolean,
): JsonObject {
	return body({
		blocked,
		enforcement: enforcement.level,
		reasons: sentences(enforcement.reasons),
		foreign: redactJson(foreign).value,
		...claims({ source: event.source, file: event.filePath ?? event.source }),
	});
}

/** An answer that came after the request was settled: recorded, and told so. */
export function answerLate(request: string, answer: Answer, stands: Decision): JsonObject {
	return body({
		request,
		verdict: answer.verdict,
		channel: answer.channel,
		approver: { ...answer.approver },
		stands: { by: stands.by, verdict: stands.verdict },
	});
}

/** What a person allowed from now on, by an answer to a card. */
export function grantAdded(line: LedgerLine, granting: Granting, decision: Decision & { by: "person" }): JsonObject {
	const { id, answer, rule, until } = granting;
	const { agent, agentPid } = line.session;
	return body({
		grant: id,
		request: line.request,
		actionMac: line.mac,
		agent,
		agentPid,
		lasts: { ...answer.lasts },
		until: until === undefined ? undefined : new Date(until).toISOString(),
		// The rule as it is evaluated: with its folder, and the files it rests on.
		rule: redactJson(JSON.parse(JSON.stringify(rule)) as JsonObject).value,
		approver: { ...decision.approver },
		channel: decision.channel,
		shown: { ...decision.shown },
	});
}

/** A grant ended without a person: with its session, its time, the agent's process, or its folder; or there were too many. */
export function grantEnded(id: string, ended: string): JsonObject {
	return body({ grant: id, ended });
}

export function grantRevoked(id: string, approver: Approver): JsonObject {
	return body({ grant: id, approver: { ...approver } });
}
