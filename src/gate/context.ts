// What every part of the gate's story shares: options, sessions, cards, the journal's pen, and the news for views.
import type { EventEmitter } from "node:events";
import type { Proposal } from "../actions/change.ts";
import { redact } from "../actions/redact.ts";
import type { Snapshots } from "../actions/snapshot/snapshots.ts";
import type { AgentAdapter, AgentEvent, HooksInForce } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import type { Desk } from "../approvals/desk.ts";
import { JournalError } from "../audit/errors.ts";
import { GrantBook } from "../policy/grants/book.ts";
import type { Explanation, Policy } from "../policy/policy.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { CardModel } from "../protocol/card.ts";
import type { Submit } from "../protocol/hook.ts";
import { type Message, message } from "../protocol/messages.ts";
import type { ActivityRow, Outcome } from "../protocol/pendingView.ts";
import { Activity } from "./activity.ts";
import type { GateGrants } from "./granting.ts";
import { Ledger, type LedgerLine } from "./ledger.ts";
import { Past } from "./past.ts";
import { Proposals } from "./proposals.ts";
import { Reads } from "./reads.ts";
import { SecretBooks } from "./secretBooks.ts";
import type { Call } from "./server.ts";
import { type Session, Sessions } from "./sessions.ts";
import { Warnings } from "./warnings.ts";
import { Watches } from "./watchRun.ts";
import type { Draft, Workspaces } from "./workspaces.ts";

export interface GateSettings {
	/** "gatepost": PreToolUse waits for the person here. "both": the agent's own prompt races with us (DESIGN 7). */
	prompt: "gatepost" | "both";
	/** How long a request may wait for a person. Milliseconds. */
	deadlineMs: number;
	/** The person trusts this workspace (the editor's workspace trust). Default: true. */
	trusted?: boolean;
	/** Evidence older than this many days is removed from the store; its entries stay. 0, the default: kept for ever. */
	keepEvidenceDays?: number;
	/** Regular expressions in RE2 syntax whose matches are masked in the log, beside the known shapes of secrets. */
	redactPatterns?: string[];
	/** Commands are watched for what they change in the workspace. Default: true. */
	watchRuns?: boolean;
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
	/** By default grants last no longer than a session. */
	grants?: GateGrants;
	/** Whether an editor holds changes of this file that are not saved. Absolute path. Default: none does. */
	unsaved?: (path: string) => boolean;
	/** Looks at folders before and after commands; without it nothing is watched. */
	snapshots?: Pick<Snapshots, "take" | "changes" | "drop">;
}

export interface GateEvents {
	/** A card went up. */
	opened: [card: CardModel];
	/** A request that had a card is over and its end is on record (or could not be recorded, and was denied). */
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
/** Cards whose late answers are still put on record; the desk remembers as many. */
const MAX_ASKED = 5000;

export class GateContext {
	readonly options: GateOptions;
	readonly news: EventEmitter<GateEvents>;
	readonly sessions = new Sessions();
	readonly activity = new Activity();
	readonly ledger = new Ledger();
	readonly cards = new Map<string, CardModel>();
	readonly proposals = new Proposals();
	/** Why each card that waits was asked. */
	readonly explanations = new Map<string, Explanation>();
	readonly warnings = new Warnings();
	readonly grants: GateGrants;
	readonly past: Past;
	readonly secrets: SecretBooks;
	readonly watches: Watches;
	readonly reads = new Reads();
	/** How often rules that a grant wrote let something pass in this run, by rule id. */
	readonly uses = new Map<string, { count: number; last: number }>();
	/** Sessions of the requests a person was asked about, the oldest first. */
	readonly asked = new Map<string, Session>();
	/** What is being recorded or looked up and nobody waits for. */
	readonly background = new Set<Promise<void>>();
	readonly #hooks = new Map<string, { at: number; hooks: Promise<HooksInForce> }>();
	/** The gate is closing: a hook that is gone now was cut off by us, not taken back by its agent. */
	stopping = false;

	constructor(options: GateOptions, news: EventEmitter<GateEvents>) {
		this.options = options;
		this.news = news;
		this.grants = options.grants ?? { book: new GrantBook() };
		this.past = new Past(options.homeDir);
		this.watches = new Watches(options.snapshots);
		this.secrets = new SecretBooks(options.workspaces, (folder, error) =>
			this.warn(`secrets:${folder}`, message("gate.secretBook", { detail: errorText(error) })),
		);
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
		this.warnings.set(id, msg, dismissible);
		this.news.emit("changed");
	}

	/** Writes entries of one session in one batch; resolves when durable. @throws JournalError */
	record(session: Session, ...drafts: Draft[]): Promise<void> {
		return this.options.workspaces.record(
			session.folder,
			drafts.map(({ type, body }) => ({ type, body: { ...about(session), ...body }, session: session.id })),
		);
	}

	/**
	 * Records something that nobody waits for. When the segment at hand fails, the next one is tried once; when that
	 * fails too it becomes a warning, because the log has then lost an entry.
	 */
	later(session: Session, type: Draft["type"], body: JsonObject): void {
		const draft = { type, body };
		const recorded = this.record(session, draft).catch((error) => {
			if (!endsSegment(error)) throw error;
			return this.record(session, draft);
		});
		this.inBackground(session.folder, recorded);
	}

	/** Keeps account of work that goes on by itself, so that a gate that closes can wait for it. */
	inBackground(folder: string, work: Promise<void>): void {
		const done = work.catch((error) => this.trouble(folder, error)).finally(() => this.background.delete(done));
		this.background.add(done);
	}

	trouble(folder: string, error: unknown): void {
		this.warn(`log:${folder}`, message("gate.logFailed", { detail: errorText(error) }));
	}

	/** A card goes up: remembered, so that a late answer finds the log it belongs to. */
	show(card: CardModel, session: Session, proposal: Proposal): void {
		this.cards.set(card.id, card);
		this.proposals.set(card.id, proposal);
		this.asked.set(card.id, session);
		if (this.asked.size > MAX_ASKED) this.asked.delete(this.asked.keys().next().value ?? "");
		this.news.emit("opened", card);
		this.news.emit("changed");
	}

	/** Takes a card off the views. Nothing happens where there is none. */
	retract(id: string, outcome: Outcome, note: Message | undefined): void {
		this.proposals.delete(id);
		this.explanations.delete(id);
		if (!this.cards.delete(id)) return;
		this.news.emit("settled", id, outcome, note);
		this.news.emit("changed");
	}

	/** A request is over: off the views, and into the activity list. */
	settled(line: LedgerLine, decision: Decision, note: Message | undefined): void {
		this.activity.add({
			...row(line),
			outcome: outcomeOf(decision),
			by: decision.by === "withdrawn" ? "agent" : decision.by === "failure" ? "rule" : decision.by,
			...(decision.by === "person" ? { who: nameOf(decision) } : {}),
			...(decision.by === "rule" ? { who: decision.ruleId } : {}),
			...(decision.reason === undefined ? {} : { reason: decision.reason }),
		});
		this.retract(line.request, outcomeOf(decision), note);
		this.news.emit("changed");
	}
}

/** What every entry of a session says, so that each can be read by itself: whose it is, and how far its hooks bind it. */
function about({ agent, enforcement }: Session): JsonObject {
	return { agent, enforcement: enforcement.level };
}

/** The part of an activity row that does not depend on how the request ended. */
export function row(line: LedgerLine): Omit<ActivityRow, "outcome" | "by"> {
	const { session, action } = line;
	return {
		id: line.request,
		time: new Date().toISOString(),
		agent: session.agentLabel,
		session: session.label,
		verb: message(`verb.${action.kind}`),
		target: targetOf(line, session.root),
	};
}

/** What views call the approver: a name that is claimed, the OS user, or "program" where no person was seen. */
function nameOf({ channel, approver }: Decision & { by: "person" }): string {
	return channel === "program" ? "program" : (approver.claims.gitName ?? approver.osUser);
}

/** Whether a later entry has a chance: the segment at hand failed, and the next one may not. */
function endsSegment(error: unknown): boolean {
	return error instanceof JournalError && ["io", "full", "closed", "signer"].includes(error.code);
}

export function errorText(error: unknown): string {
	return error instanceof Error ? error.message : String(error);
}

function outcomeOf(decision: Decision): Outcome {
	if (decision.by === "timeout" || decision.by === "withdrawn") return decision.by;
	if (decision.by === "failure") return "failed";
	return decision.verdict === "allow" ? "allowed" : "denied";
}

/** The activity list stays on screen and goes to a webview whole. Characters. */
const MAX_TARGET = 300;

/** One line for the activity list: what the card's target is, without the card and without secrets. */
function targetOf({ action }: LedgerLine, root: string): string {
	const { input, paths, tool } = action;
	const { command, url } = input;
	const [path] = paths;
	const target =
		typeof command === "string"
			? command
			: path !== undefined
				? path.startsWith(`${root}/`)
					? path.slice(root.length + 1)
					: path
				: typeof url === "string"
					? url
					: tool;
	// Searched a good deal beyond the cut, so that no secret is cut in two and not seen as one.
	const safe = redact(target.slice(0, 10 * MAX_TARGET)).text;
	return safe.length <= MAX_TARGET ? safe : `${safe.slice(0, MAX_TARGET)}…`.toWellFormed();
}
