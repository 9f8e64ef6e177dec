// "Edit, then allow": a person changes an action on its card. The changed action is judged and its change computed anew,
// and its card takes the old one's place in one step, so that no answer can be to anything but what would run.
import type { Action } from "../actions/action.ts";
import type { CardEdit } from "../actions/cardEdit.ts";
import { type FileChange, isChange, type Proposal } from "../actions/change.ts";
import { spanOf } from "../actions/hunks.ts";
import { jobQueue } from "../actions/jobQueue.ts";
import { asBuffer } from "../actions/jobs.ts";
import { MAX_FILE_BYTES } from "../actions/textFile.ts";
import type { Edited, Wanted } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import type { PolicyVerdict } from "../policy/policy.ts";
import { canonical } from "../protocol/canonical.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import { cardOf, type Drawn } from "./cardOf.ts";
import { type BeforeEvent, errorText, type GateContext, type Handling } from "./context.ts";
import { endOf, type Limits, limitsOf } from "./hold.ts";
import { judge } from "./judge.ts";
import { actionNames } from "./keyed.ts";
import type { LedgerLine } from "./ledger.ts";
import { turnOf } from "./sessions.ts";
import { bothDemands, bothVerdicts } from "./stricter.ts";

/** How often the action of one request can be changed. */
const MAX_EDITS = 200;

/** What a card that waits would run, as long as it can be changed. */
export interface Asking extends Shown {
	handling: Handling;
	event: BeforeEvent;
	/** As it was first asked. */
	first: Shown;
	/** How often it was changed or was to be. */
	edits: number;
	/** Changes that are being worked out: what the card shows is not what the person wants. */
	pending: number;
	/** Changes are worked out one after the other. */
	working: Promise<unknown>;
}

export interface Shown {
	proposal: Proposal;
	verdict: PolicyVerdict;
	drawn: Drawn;
	limits: Limits;
}

/** A card goes up that a person may change. */
export function startAsking(line: LedgerLine, handling: Handling, event: BeforeEvent, shown: Shown): void {
	line.asking = { ...shown, handling, event, first: shown, edits: 0, pending: 0, working: Promise.resolve() };
}

/**
 * Takes a person's change of an action that waits.
 * @returns why it was not taken; the card is as it was then
 */
export async function editAction(gate: GateContext, id: string, edit: CardEdit): Promise<Message | undefined> {
	const line = gate.ledger.get(id);
	if (line === undefined || line.asking === undefined) {
		return message(line?.state === "delegated" && gate.cards.has(id) ? "edit.raced" : "edit.over");
	}
	const { asking } = line;
	if (asking.edits >= MAX_EDITS) return message("edit.tooMany", { max: MAX_EDITS });
	asking.edits += 1;
	const turn = asking.edits;
	const notNow = () => {
		if (line.asking !== asking || line.interrupt.decision !== undefined || !gate.options.desk.waits(id)) {
			return message("edit.over");
		}
		return turn === asking.edits ? undefined : message("edit.overtaken");
	};
	asking.pending += 1;
	const work = asking.working.then(() => edited(gate, line, asking, edit, notNow));
	asking.working = work.catch(() => undefined);
	try {
		return await work;
	} catch (error) {
		return notNow() ?? message("edit.failed", { detail: errorText(error) });
	} finally {
		asking.pending -= 1;
	}
}

/** @param notNow why it may not be taken any more: asked again after everything that takes time */
async function edited(
	gate: GateContext,
	line: LedgerLine,
	asking: Asking,
	edit: CardEdit,
	notNow: () => Message | undefined,
): Promise<Message | undefined> {
	const early = notNow();
	if (early !== undefined) return early;
	const original = line.original ?? originalOf(line, asking);
	const { handling, event, first } = asking;
	const wanted = await wantedOf(edit, first, line);
	if (wanted !== undefined && "code" in wanted) return wanted;
	let action: Action = original.action;
	if (wanted !== undefined) {
		const found = await handling.adapter.editInput?.({ ...event, action }, wanted, {
			turn: turnOf(line.session),
			signal: line.interrupt.signal,
		});
		if (found === undefined) return message("edit.agent", { agent: event.caller.label });
		if ("code" in found) return found;
		action = { ...action, input: found.input };
	}
	const names = actionNames(action, gate.options.homeKey);
	if (names.digest === line.digest) return message(line.original === undefined ? "edit.same" : "edit.shownAlready");
	const isOriginal = names.digest === original.digest;

	const now = await judge(gate, handling, { ...event, action }, line.session);
	if (now.effect === "deny") {
		return notNow() ?? message("edit.denied", { why: now.why[0] === undefined ? "" : format(now.why[0]) });
	}
	const proposal = await handling.adapter.propose(action, {
		turn: turnOf(line.session),
		signal: line.interrupt.signal,
		draw: true,
	});
	const other = wanted === undefined || "command" in wanted ? undefined : notWanted(proposal, wanted, action);
	const late = notNow() ?? other;
	if (late !== undefined) return late;

	const verdict = bothVerdicts(first.verdict, now, isOriginal);
	const limits = limitsWith(first.limits, now);
	const bytes = original.bytes + (isOriginal ? 0 : Buffer.byteLength(canonical(action.input)));
	// What is saved in an editor can be another program's doing, too: it is not said to be the person's.
	const through = "bytes" in edit ? ("document" as const) : ("view" as const);
	const from = isOriginal ? undefined : { ...original, through };
	const changed: LedgerLine = { ...line, action, ...names, bytes, original: from };
	const explanation = gate.explanations.get(line.request);
	const drawn = await cardOf(gate, changed, verdict, proposal, endOf(limits), line.interrupt.signal).catch((error) => {
		if (explanation !== undefined && notNow()?.code !== "edit.over") gate.explanations.set(line.request, explanation);
		throw error;
	});
	const { demand, timeoutAt } = limits;
	const overtaken = notNow();
	const replaced =
		overtaken === undefined &&
		gate.options.desk.replace(line.request, {
			card: drawn.card,
			shownDigest: drawn.digest,
			...(timeoutAt === undefined ? {} : { timeoutAt }),
			...(demand === undefined ? {} : { demand }),
		});
	if (!replaced) {
		// What drawing the card has said of it.
		const over = overtaken ?? message("edit.over");
		if (over.code === "edit.over") gate.explanations.delete(line.request);
		else if (explanation !== undefined) gate.explanations.set(line.request, explanation);
		return over;
	}
	// From the desk's step to here nothing waits: an answer finds either all of the old action or all of the new one.
	line.action = action;
	line.digest = names.digest;
	line.mac = names.mac;
	line.original = from;
	gate.ledger.resize(line, bytes);
	Object.assign(asking, { proposal, verdict, drawn, limits } satisfies Shown);
	gate.cards.set(line.request, drawn.card);
	gate.proposals.delete(line.request);
	gate.proposals.set(line.request, proposal);
	gate.news.emit("changed");
	return undefined;
}

function originalOf(line: LedgerLine, { first }: Asking): NonNullable<LedgerLine["original"]> {
	const { action, digest, mac, bytes } = line;
	const { target, createdAt } = first.drawn.card;
	return { action, digest, mac, bytes, target, createdAt: Date.parse(createdAt) };
}

/** What the person wants to run; undefined: what the agent had asked for. */
async function wantedOf(
	edit: CardEdit,
	{ proposal, drawn }: Shown,
	{ session, interrupt }: LedgerLine,
): Promise<Wanted | Message | undefined> {
	if ("original" in edit) return undefined;
	if ("command" in edit) {
		const tooLong = edit.command.length > MAX_FILE_BYTES;
		return tooLong ? message("edit.tooLong", { max: MAX_FILE_BYTES / 1024 / 1024 }) : { command: edit.command };
	}
	const file = isChange(proposal) ? proposal.files[edit.file] : undefined;
	const shown = drawn.card.files[edit.file];
	if (file?.after === undefined || shown === undefined) return message("edit.noFile");
	const before = file.before?.bytes;
	if ("bytes" in edit) {
		if (edit.bytes.length > MAX_FILE_BYTES) return message("edit.tooLong", { max: MAX_FILE_BYTES / 1024 / 1024 });
		return { path: file.path, before, bytes: edit.bytes };
	}
	if (edit.leftOut.length === 0) return undefined;
	if (shown.cut) return message("edit.cut");
	const sides = { before: before ?? Buffer.alloc(0), after: file.after.bytes };
	const made = await jobQueue.run(
		"hunks",
		{ ...sides, leftOut: edit.leftOut, spans: shown.hunks.map(spanOf) },
		sides.before.length + sides.after.length,
		{ turn: turnOf(session), signal: interrupt.signal },
	);
	return "why" in made ? made.why : { path: file.path, before, bytes: asBuffer(made.bytes) };
}

/** Why a proposal is not what the person wanted: the file is another one by now, or the agent's tool would do something else. */
function notWanted(
	proposal: Proposal,
	{ path, before, bytes }: Exclude<Wanted, { command: string }>,
	{ tool }: Action,
): Message | undefined {
	const files: FileChange[] = isChange(proposal) ? proposal.files : [];
	const [file] = files;
	const isBefore = before === undefined ? file?.before === undefined : file?.before?.bytes.equals(before) === true;
	if (file === undefined || !isBefore) return message("edit.fileChanged", { file: path });
	const exact = files.length === 1 && file.path === path && file.after?.bytes.equals(bytes) === true;
	return exact ? undefined : message("edit.notExact", { tool, file: path });
}

/** Never longer than what was first given; the sooner of two ends says what happens then. */
function limitsWith(first: Limits, now: PolicyVerdict): Limits {
	const { timeoutAt = Number.POSITIVE_INFINITY, demand: _, ...limits } = first;
	const own = limitsOf(now, first.deadlineAt);
	const ownAt = own.timeoutAt ?? Number.POSITIVE_INFINITY;
	const at = Math.min(timeoutAt, ownAt);
	const demand = bothDemands(first.demand, own.demand);
	return {
		...limits,
		...(at === Number.POSITIVE_INFINITY ? {} : { timeoutAt: at }),
		handsBack: first.handsBack === true && (own.timeoutAt === undefined || own.handsBack === true),
		...(demand === undefined ? {} : { demand }),
	};
}

/**
 * The person is not asked any more. Whatever ends a request but a person's answer is about what the agent had asked for:
 * that is what its own prompt would run, and what timed out or was taken back.
 * @returns what they were asked with at last; undefined when nobody was asked
 */
export function endAsking(gate: GateContext, line: LedgerLine, decision?: Decision): Shown | undefined {
	const { original, asking } = line;
	line.asking = undefined;
	if (original === undefined) return asking;
	if (decision?.by === "person") {
		line.editedProposal = asking?.proposal;
		return asking;
	}
	line.action = original.action;
	line.digest = original.digest;
	line.mac = original.mac;
	line.original = undefined;
	gate.ledger.resize(line, original.bytes);
	return asking === undefined ? undefined : { ...asking.first, limits: asking.limits };
}

/** What the agent is told when it is allowed something else than it had asked for. */
export function editedOf({ action, original }: LedgerLine, decision: Decision): { edited?: Edited } {
	return original === undefined || decision.verdict !== "allow" ? {} : { edited: { action, from: original.action } };
}
