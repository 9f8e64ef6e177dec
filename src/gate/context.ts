// What every part of the gate's story shares: options, sessions, cards, the journal's pen, and the news for views.
import type { EventEmitter } from "node:events";
import type { Proposal } from "../actions/change.ts";
import { redactJson } from "../actions/redact.ts";
import type { AgentAdapter, AgentEvent, HooksInForce } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import type { Desk } from "../approvals/desk.ts";
import type { Policy } from "../policy/policy.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardModel } from "../protocol/card.ts";
import type { Submit } from "../protocol/hook.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import type { ActivityRow, Outcome, Warning } from "../protocol/pendingView.ts";
import { Activity } from "./activity.ts";
import { Ledger, type LedgerLine } from "./ledger.ts";
import type { Call } from "./server.ts";
import { type Session, Sessions } from "./sessions.ts";
import type { Draft, Workspaces } from "./workspaces.ts";

export interface GateSettings {
	/** "gatepost": PreToolUse waits for the person here. "both": the agent's own prompt races with us (DESIGN 7). */
	prompt: "gatepost" | "both";
	/** How long a request may wait for a person. Milliseconds. */
	deadlineMs: number;
}

export interface GateOptions {
	workspaces: Workspaces;
	desk: Desk;
	policy: Policy;
	adapters: readonly AgentAdapter[];
	/** Key of actionMac. */
	homeKey: Buffer;
	homeDir: string;
	userHome: string;
	osUser: string;
	settings: () => GateSettings;
}

export interface GateEvents {
	/** A card went up. */
	opened: [card: CardModel];
	/** A request is over and its end is on record (or could not be recorded, and was denied). */
	settled: [id: string, outcome: Outcome, note: Message | undefined];
	/** Something a view shows has changed. */
	changed: [];
}

/** What belongs together while one hook call is handled. */
export interface Handling {
	call: Call;
	submit: Submit;
	adapter: AgentAdapter;
	/** Served folder whose journal records it. */
	folder: string;
	/** The agent's project root, real path. */
	root: string;
}

export type BeforeEvent = AgentEvent & { kind: "tool.before" };
export type PermissionEvent = AgentEvent & { kind: "tool.permission" };
export type AfterEvent = AgentEvent & { kind: "tool.after" };
export type ConfigEvent = AgentEvent & { kind: "config.change" };

/** Milliseconds for which what was read of an agent's settings serves other calls too. */
const HOOKS_FRESH_MS = 100;

export class GateContext {
	readonly options: GateOptions;
	readonly news: EventEmitter<GateEvents>;
	readonly sessions = new Sessions();
	readonly activity = new Activity();
	readonly ledger = new Ledger();
	readonly cards = new Map<string, CardModel>();
	/** The proposed changes behind the cards, for the native diff. */
	readonly proposals = new Map<string, Proposal>();
	readonly warnings = new Map<string, Warning>();
	readonly #hooks = new Map<string, { at: number; hooks: Promise<HooksInForce> }>();
	/** The gate is closing: a hook that is gone now was cut off by us, not taken back by its agent. */
	stopping = false;
	/** Tool calls that were questions to the agent's own user: their results need no decision. */
	readonly questions = new Set<string>();

	constructor(options: GateOptions, news: EventEmitter<GateEvents>) {
		this.options = options;
		this.news = news;
	}

	/**
	 * The hooks in force for a call's session. Looked up once for all calls of the same agent process within
	 * HOOKS_FRESH_MS: agents take longer than that to load a changed settings file (measured: up to 2 s).
	 */
	hooks({ adapter, submit, root }: Handling): Promise<HooksInForce> {
		const key = `${adapter.id}\n${root}\n${submit.ppid}\n${submit.env.CLAUDE_PID ?? ""}`;
		const now = performance.now();
		const known = this.#hooks.get(key);
		if (known !== undefined && now - known.at < HOOKS_FRESH_MS) return known.hooks;
		const hooks = adapter.inForce(submit, root);
		if (this.#hooks.size > 1000) this.#hooks.clear();
		this.#hooks.set(key, { at: now, hooks });
		return hooks;
	}

	warn(id: string, msg: Message, dismissible = true): void {
		this.warnings.set(id, { id, message: msg, dismissible });
		this.news.emit("changed");
	}

	/** Writes entries of one session in one batch; resolves when durable. @throws JournalError */
	record(session: Session, ...drafts: Draft[]): Promise<void> {
		return this.options.workspaces.record(
			session.folder,
			drafts.map((draft) => ({ ...draft, session: session.id })),
		);
	}

	/** Records something that nobody waits for; a failure becomes a warning, because the log has then lost an entry. */
	later(session: Session, type: Draft["type"], body: JsonObject): void {
		this.record(session, { type, body }).catch((error) => this.trouble(session.folder, error));
	}

	/** The agent asks its own user: recorded, and left to the agent's own prompt. */
	async question(session: Session, event: AgentEvent & { kind: "question" }): Promise<void> {
		const { toolUseId, action } = event;
		if (toolUseId !== undefined) this.questions.add(`${session.key}\n${toolUseId}`);
		// Bounded: a question whose result never comes must not be remembered for ever.
		if (this.questions.size > 1000) this.questions.delete([...this.questions][0] ?? "");
		const input = redactJson(action.input);
		await this.record(session, {
			type: "question.asked",
			body: {
				tool: action.tool,
				toolUseId: toolUseId ?? null,
				redacted: input.redacted,
				claimed: { input: input.value },
			},
		});
	}

	trouble(folder: string, error: unknown): void {
		this.warn(`log:${folder}`, message("gate.logFailed", { detail: errorText(error) }));
	}

	/** Takes a settled request off the views and adds it to the activity list. */
	settled(line: LedgerLine, session: Session, decision: Decision, note: Message | undefined): void {
		const outcome = outcomeOf(decision);
		this.activity.add({
			...this.row(line, session),
			outcome,
			by: decision.by === "withdrawn" ? "agent" : decision.by === "failure" ? "rule" : decision.by,
			...(decision.by === "person" ? { who: nameOf(decision) } : {}),
			...(decision.by === "rule" ? { who: decision.ruleId } : {}),
			...(decision.reason === undefined ? {} : { reason: decision.reason }),
		});
		this.cards.delete(line.request);
		this.news.emit("settled", line.request, outcome, note);
		this.news.emit("changed");
	}

	/** The part of an activity row that does not depend on how the request ended. */
	row(line: LedgerLine, session: Session): Omit<ActivityRow, "outcome" | "by"> {
		return {
			id: line.request,
			time: new Date().toISOString(),
			agent: session.agentLabel,
			session: session.label,
			verb: message(`verb.${line.action.kind}`),
			target: targetOf(line, session.root),
		};
	}
}

/** What views call the approver: a name that is claimed, the OS user, or "program" where no person was seen. */
function nameOf({ channel, approver }: Decision & { by: "person" }): string {
	return channel === "program" ? "program" : (approver.claims.gitName ?? approver.osUser);
}

/** Gatepost could not go on: deny, and say that the log is why. */
export function logFailure(error: unknown): Decision {
	return { by: "failure", verdict: "deny", reason: format(message("gate.logFailed", { detail: errorText(error) })) };
}

export function errorText(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

function outcomeOf(decision: Decision): Outcome {
	if (decision.by === "timeout" || decision.by === "withdrawn") return decision.by;
	if (decision.by === "failure") return "failed";
	return decision.verdict === "allow" ? "allowed" : "denied";
}

/** One line for the activity list: what the card's target is, without the card. */
function targetOf({ action }: LedgerLine, root: string): string {
	const { input, paths, tool } = action;
	const { command, url } = input;
	if (typeof command === "string") return command;
	const [path] = paths;
	if (path === undefined) return typeof url === "string" ? url : tool;
	return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
}
