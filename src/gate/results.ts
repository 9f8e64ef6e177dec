// What the agent says it did, held against what was decided (DESIGN 2.5), and changes of its configuration.
import { createHash } from "node:crypto";
import { labelOf } from "../actions/paths.ts";
import { redact } from "../actions/redact.ts";
import type { Enforcement, HooksInForce } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import { JournalError } from "../audit/errors.ts";
import type { Journal } from "../audit/journal.ts";
import { format, message } from "../protocol/messages.ts";
import { type EvidenceOptions, resultEvidence } from "./contents.ts";
import { type AfterEvent, type ConfigEvent, errorText, type GateContext, type Handling } from "./context.ts";
import type { Result } from "./entries.ts";
import * as entries from "./entries.ts";
import { actionNames } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import { settle } from "./race.ts";
import { type FileMismatch, filesNotAsApproved, fileWarning, mismatchDraft } from "./ran.ts";
import { noting } from "./secretBooks.ts";
import { hooksOf, type Session, turnOf } from "./sessions.ts";
import type { Draft } from "./workspaces.ts";

/** A result came in: recorded, compared, and a result nobody decided on is a coverage gap with a warning. */
export async function after(gate: GateContext, handling: Handling, event: AfterEvent, session: Session): Promise<void> {
	const { call, adapter, folder } = handling;
	const journal = () => gate.options.workspaces.journal(folder);
	const line = lineOf(gate, session, event);
	const note = gate.secrets.of(folder, line?.request);
	gate.reads.note(session, event);
	// At once: the later it is looked, the more may have changed besides.
	const looked = filesNotAsApproved(gate, line, event);
	const changed = gate.watches.end(gate, line, event);
	// Met where they are waited for.
	for (const one of [looked, changed]) one.catch(() => {});
	const result = await resultOf(journal, event, call.payload.length, { turn: turnOf(session), note });
	if (isAnswer(session, event)) {
		await gate.record(session, { type: "question.answered", body: entries.questionAnswered(event, result) });
	} else {
		const problem = problemWith(gate, line, event);
		const executed = noting(note, () =>
			entries.actionExecuted(event, line, result, problem === undefined ? undefined : event.action.input),
		);
		await gate.record(
			session,
			{ type: "action.executed", body: executed },
			...(problem === undefined ? [] : [problem]),
		);
		const label = { agent: session.agentLabel, tool: event.action.tool };
		if (problem?.type === "coverage.gap") gate.warn(`gap:${session.key}`, message("gate.coverageGap", label));
		if (problem?.type === "digest.mismatch") gate.warn(`mismatch:${session.key}`, message("gate.mismatch", label));
		if (line?.state === "delegated") settle(gate, line, event, "over");
		else if (line?.state === "allowed") line.state = "done";
		const told = [
			changed.then((draft) => tell(gate, session, draft)),
			// What was not decided on has no approved file.
			...(line === undefined || problem !== undefined ? [] : [tellFiles(gate, line, event, looked)]),
		];
		await Promise.all(told.map((work) => notForLong(gate, folder, work)));
	}
	gate.news.emit("changed");
	await call.reply(adapter.reply(event, { kind: "none" }));
}

/** How long an agent waits for what is looked at after its result; the rest goes on behind its back. Milliseconds. */
const PATIENCE_MS = 2000;

async function notForLong(gate: GateContext, folder: string, work: Promise<void>): Promise<void> {
	gate.inBackground(folder, work);
	let timer: NodeJS.Timeout | undefined;
	const tooLong = new Promise<void>((resolve) => {
		timer = setTimeout(resolve, PATIENCE_MS);
	});
	await Promise.race([Promise.allSettled([work]), tooLong]);
	clearTimeout(timer);
}

/** Resolves when it is durable, or has become a warning. */
async function tell(gate: GateContext, session: Session, draft: Draft | undefined): Promise<void> {
	if (draft === undefined) return;
	// A segment that failed is not the end of the log.
	await gate.record(session, draft).catch(() => gate.later(session, draft.type, draft.body));
}

/** Files of one action that a person is warned of; the entry names all. */
const MAX_FILE_WARNINGS = 5;

/** Files that do not hold what was approved are on record, and a person is told. */
async function tellFiles(
	gate: GateContext,
	line: LedgerLine,
	event: AfterEvent,
	looked: Promise<FileMismatch[]>,
): Promise<void> {
	const { session } = line;
	const mismatches = await looked;
	if (mismatches.length === 0) return;
	// Whatever comes of the entry.
	for (const one of mismatches.slice(0, MAX_FILE_WARNINGS)) {
		const label = { agent: session.agentLabel, file: labelOf(one.file.path, session.root) };
		// Names of files are as long as agents like, and may hold secrets.
		const name = createHash("sha256").update(one.file.path).digest("hex").slice(0, 16);
		gate.warn(`file:${session.key}:${name}`, fileWarning(one, label));
	}
	const note = gate.secrets.of(session.folder, line.request);
	await tell(gate, session, await mismatchDraft(gate, line, event, mismatches, { turn: turnOf(session), note }));
}

/** The result as it is kept. One that could not be looked through is left out: that the action ran is on record all the same. */
async function resultOf(
	journal: () => Promise<Journal>,
	event: AfterEvent,
	bytes: number,
	options: EvidenceOptions,
): Promise<Result> {
	try {
		return await resultEvidence(journal, event.response, bytes, options);
	} catch (error) {
		if (error instanceof JournalError) throw error;
		return { redacted: false, evidence: { omitted: bytes, why: redact(errorText(error)).text } };
	}
}

/** The agent's own user has answered: the same tool under the same id as the question. Asked once, answered once. */
function isAnswer({ questions }: Session, { toolUseId, action }: AfterEvent): boolean {
	if (toolUseId === undefined || questions.get(toolUseId) !== action.tool) return false;
	return questions.delete(toolUseId);
}

/** The request a result belongs to; agents without ids for calls are matched by the very same action. */
function lineOf(gate: GateContext, session: Session, { toolUseId, subagent, action }: AfterEvent) {
	return toolUseId === undefined
		? gate.ledger.ofAction(session.key, subagent, actionNames(action, gate.options.homeKey).digest, [
				"allowed",
				"delegated",
			])
		: gate.ledger.ofToolUse(session.key, toolUseId);
}

/** What is wrong with a result, as the entry that says so. */
function problemWith(gate: GateContext, line: LedgerLine | undefined, event: AfterEvent): Draft | undefined {
	if (line === undefined || line.state === "open" || line.state === "denied") {
		const kind = line?.state === "denied" ? "result-of-denied" : "result-without-decision";
		const body = { kind, request: line?.request ?? null, tool: entries.nameFor(event.action.tool) ?? "" };
		return { type: "coverage.gap", body };
	}
	// Also a second result under one id: what ran may be another thing than the first.
	if (line.adapter.sameAction(line.action, event.action)) return undefined;
	const ran = actionNames(event.action, gate.options.homeKey).mac;
	return { type: "digest.mismatch", body: { request: line.request, decided: line.mac, ran } };
}

const LEVELS: readonly Enforcement["level"][] = ["not-enforced", "voluntary", "enforced"];

/**
 * Whether settings hold less than what the session went on with: a hook that is new or does something else, or a lower
 * level. Keeping a harmless change out, or a hook's removal, would keep in force what a person wants gone.
 */
function isWeaker({ now }: HooksInForce, { hooks }: Session): boolean {
	if (now.digests.some((digest) => !hooks.digests.has(digest))) return true;
	if (now.level === "enforced") return false;
	// Also where the session was not enforced before: what still holds of it must not be lost.
	const isLower = LEVELS.indexOf(now.level) < LEVELS.indexOf(hooks.level);
	const isLost = [...hooks.entries].some((entry) => !now.entries.includes(entry));
	return isLower || isLost || now.losses.some((loss) => !hooks.losses.has(loss));
}

/** The agent's configuration changed: a change that would weaken our hooks is kept out of the running session. */
export async function configChange(
	gate: GateContext,
	handling: Handling,
	event: ConfigEvent,
	session: Session,
): Promise<void> {
	const { call, adapter, submit, root } = handling;
	const hooks = await adapter.inForce(submit, root);
	const weakens = isWeaker(hooks, session);
	// What is kept out stays new, however often it is seen.
	if (!weakens) session.hooks = hooksOf(hooks);
	const file = event.filePath ?? event.source;
	await gate.record(session, {
		type: "agent.changed",
		body: entries.configChanged(event, hooks, weakens),
	});
	if (!weakens) {
		await call.reply(adapter.reply(event, { kind: "none" }));
		return;
	}
	const blocked = message("gate.configBlocked", { file });
	gate.warn(`config:${session.key}`, blocked);
	const decision: Decision = { by: "failure", verdict: "deny", reason: format(blocked) };
	await call.reply(adapter.reply(event, { kind: "decision", decision }));
}
