// The gate: takes what hooks submit, decides by policy or has a person decide, records, and only then replies.
// The story of an action is in hold.ts, of its decision in record.ts and release.ts, of its result in results.ts, of a
// race with the agent's own prompt in race.ts.
import { EventEmitter } from "node:events";
import type { CardEdit } from "../actions/cardEdit.ts";
import type { Proposal } from "../actions/change.ts";
import { redact } from "../actions/redact.ts";
import { type AgentEvent, PayloadError } from "../agents/adapter.ts";
import type { Approver } from "../approvals/decision.ts";
import type { Answer, AnswerResult } from "../approvals/pending.ts";
import type { Explanation } from "../policy/policy.ts";
import type { CardModel } from "../protocol/card.ts";
import type { GrantOffer, GrantRow, GrantRule } from "../protocol/grants.ts";
import type { Submit } from "../protocol/hook.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import type { ActivityRow, Warning } from "../protocol/pendingView.ts";
import { GateContext, type GateEvents, type GateOptions, type Handling } from "./context.ts";
import { editAction } from "./editing.ts";
import * as entries from "./entries.ts";
import { checkGrant, grantOffers, grantRows, type Offers, prepareGrant, revokeGrant } from "./granting.ts";
import { before } from "./hold.ts";
import { openSession, resumes, sessionKey } from "./openSession.ts";
import { endRaces, permission, settle, settleRaces } from "./race.ts";
import { failure } from "./record.ts";
import { refuse, refuseEvent } from "./refuse.ts";
import { after, configChange } from "./results.ts";
import type { Call } from "./server.ts";
import { labelOf, noteQuestion, type Session } from "./sessions.ts";

export type { GateEvents, GateOptions, GateSettings } from "./context.ts";

/** How long a closing gate waits for its last entries. Milliseconds. */
const IDLE_MS = 3000;
/** How often views are told of grants that ended by themselves. Milliseconds. */
const GRANTS_MS = 5000;

export class Gate extends EventEmitter<GateEvents> {
	readonly #context: GateContext;
	readonly #handled = new Map<Promise<void>, string | undefined>();
	/** Sessions being opened: two calls of a new session must not record it twice. */
	readonly #opening = new Map<string, Promise<Session>>();
	readonly #sweep: NodeJS.Timeout;

	constructor(options: GateOptions) {
		super();
		const context = new GateContext(options, this);
		this.#context = context;
		context.grants.book.onEnded = (grant, how) => {
			const draft = {
				type: "grant.revoked" as const,
				body: entries.grantEnded(grant.id, how),
				session: grant.sessionId,
			};
			context.inBackground(grant.journal, context.options.workspaces.record(grant.journal, [draft]));
		};
		options.desk.on("late", (id, answer, decision) => {
			const session = context.asked.get(id);
			if (session !== undefined) context.later(session, "answer.late", entries.answerLate(id, answer, decision));
		});
		options.desk.on("paused", () => this.emit("changed"));
		this.#sweep = setInterval(() => {
			if (context.grants.book.takeEnded()) this.emit("changed");
		}, GRANTS_MS);
		this.#sweep.unref();
	}

	/** Cards waiting, oldest first. */
	cards(): CardModel[] {
		return [...this.#context.cards.values()];
	}

	/** Number of cards waiting. */
	get waiting(): number {
		return this.#context.cards.size;
	}

	/** The proposed change behind a waiting card, for the native diff. */
	proposal(id: string): Proposal {
		return this.#context.proposals.get(id);
	}

	/** Why a waiting card was asked: what decided, and why everything else did not. */
	explain(id: string): Explanation | undefined {
		return this.#context.explanations.get(id);
	}

	/** Newest first. */
	activity(): ActivityRow[] {
		return this.#context.activity.rows();
	}

	/** Newest first. */
	sessions(): Session[] {
		return this.#context.sessions.list();
	}

	warnings(): Warning[] {
		return this.#context.warnings.list();
	}

	warn(id: string, msg: Message, dismissible = true): void {
		this.#context.warn(id, msg, dismissible);
	}

	dismiss(id: string): void {
		if (this.#context.warnings.dismiss(id)) this.emit("changed");
	}

	/**
	 * An answer from a channel: the desk's compare-and-set decides whether it counts. One with a grant that cannot be given
	 * is refused whole, and the card goes on waiting.
	 */
	answer(id: string, answer: Answer): AnswerResult {
		const { ledger, options } = this.#context;
		const { desk } = options;
		const line = ledger.get(id);
		if (answer.grant !== undefined && line?.original !== undefined && desk.waits(id)) {
			return { result: "refused", message: message("edit.noGrant") };
		}
		// Else the version they are just changing would run.
		if (answer.verdict === "allow" && (line?.asking?.pending ?? 0) > 0 && desk.waits(id)) {
			return { result: "refused", message: message("edit.pending") };
		}
		const grants = answer.grant !== undefined && answer.verdict === "allow" && desk.waits(id);
		const prepared = grants && line !== undefined ? prepareGrant(this.#context, line, answer) : undefined;
		if (prepared !== undefined && "problem" in prepared) return { result: "refused", message: prepared.problem };
		const result = desk.answer(id, answer);
		// Only the answer that was first has a grant.
		if (result.result === "taken" && prepared !== undefined && line?.grantable !== undefined) {
			line.grantable.granted = prepared.granting;
		}
		return result;
	}

	/**
	 * A person changes the action of a card that waits. When it was taken, another card is up in the place of the old one (the
	 * desk's "replaced"), which an answer must have been given to.
	 * @returns why it was not taken; the card is as it was then
	 */
	edit(id: string, edit: CardEdit): Promise<Message | undefined> {
		return editAction(this.#context, id, edit);
	}

	/** Rules that would allow the action of a waiting card from now on, the narrowest first; or why there can be none. */
	async offers(id: string): Promise<Offers> {
		if (this.#isEdited(id)) return { offers: [], refused: message("edit.noGrant") };
		return grantOffers(this.#context, id);
	}

	/** What a rule that a person edited would do, or why it cannot be granted for this card. */
	async checkGrant(id: string, rule: GrantRule): Promise<{ offer?: GrantOffer; problem?: Message }> {
		if (this.#isEdited(id)) return { problem: message("edit.noGrant") };
		return checkGrant(this.#context, id, rule);
	}

	#isEdited(id: string): boolean {
		return this.#context.cards.has(id) && this.#context.ledger.get(id)?.original !== undefined;
	}

	/** Everything that is granted now, the newest first. */
	grants(): GrantRow[] {
		return grantRows(this.#context);
	}

	/** A person takes a grant back: it does not count from this moment on. @returns why it could not be taken back */
	revoke(id: string, approver: Approver): Promise<Message | undefined> {
		return revokeGrant(this.#context, id, approver);
	}

	/** A log that could not be written outside an action: a warning, because an entry is missing. */
	logTrouble(folder: string, error: unknown): void {
		this.#context.trouble(folder, error);
	}

	/** Resolves when nothing is handled or recorded any more, or after a while. */
	async idle(): Promise<void> {
		const { background } = this.#context;
		let late = false;
		const timer = new Promise<void>((resolve) => {
			setTimeout(() => {
				late = true;
				resolve();
			}, IDLE_MS).unref();
		});
		while (!late && this.#handled.size + background.size > 0) {
			await Promise.race([Promise.allSettled([...this.#handled.keys(), ...background]), timer]);
		}
	}

	/** The gate is about to close: a hook that is gone from now on was cut off by us. */
	stopping(): void {
		const { ledger } = this.#context;
		this.#context.stopping = true;
		clearInterval(this.#sweep);
		// What is still being drawn, judged or recorded ends as well, while there is a log to write that down.
		const reason = format(message("gate.stopping"));
		for (const line of ledger.all("open")) line.interrupt.end({ by: "failure", verdict: "deny", reason });
		endRaces(this.#context);
	}

	/** These folders are not served any more: what waits there is denied, and on record when this resolves. */
	async left(folders: readonly string[]): Promise<void> {
		const { ledger, options, grants } = this.#context;
		grants.book.left(folders);
		const there = ({ session }: { session: Session }) => folders.includes(session.folder);
		for (const line of ledger.all("open", "delegated").filter(there)) {
			const reason = format(message("gate.folderLeft", { folder: line.session.folder }));
			line.interrupt.end({ by: "failure", verdict: "deny", reason });
			options.desk.settleByFailure(line.request, reason);
			if (line.state === "delegated") settle(this.#context, line, line.event, "over");
		}
		const handled = [...this.#handled].filter(([, folder]) => folder !== undefined && folders.includes(folder));
		const late = new Promise((resolve) => setTimeout(resolve, IDLE_MS).unref());
		await Promise.race([Promise.allSettled(handled.map(([one]) => one)), late]);
	}

	/** One hook call, from bytes to reply. Never throws: what goes wrong is denied with its reason. */
	async handle(submit: Submit, call: Call): Promise<void> {
		const { workspaces } = this.#context.options;
		const root = await workspaces.realRoot(submit.root);
		const folder = workspaces.folderOf(root);
		const handled = this.#handle(submit, call, root, folder);
		this.#handled.set(handled, folder);
		try {
			await handled;
		} finally {
			this.#handled.delete(handled);
		}
	}

	async #handle(submit: Submit, call: Call, root: string, folder: string | undefined): Promise<void> {
		const gate = this.#context;
		const adapter = gate.options.adapters.find((candidate) => candidate.id === submit.agent);
		if (adapter === undefined) {
			await refuse(gate, { call, submit, folder }, message("gate.unknownAgent", { agent: submit.agent }));
		} else if (folder === undefined) {
			await refuse(gate, { call, submit, adapter, folder }, message("gate.noFolder", { root }));
		} else {
			await this.#story({ call, submit, adapter, folder, root });
		}
	}

	async #story(handling: Handling): Promise<void> {
		const { leftOut } = handling.submit;
		if (leftOut !== undefined) {
			await refuse(this.#context, handling, message("gate.tooLarge", { bytes: leftOut }));
			return;
		}
		let event: AgentEvent;
		try {
			event = handling.adapter.read(handling.submit, handling.call.payload);
		} catch (error) {
			const why =
				error instanceof PayloadError
					? message("gate.badPayload", { detail: format(error.detail) })
					: failure(this.#context, handling, error).note;
			await refuse(this.#context, handling, why);
			return;
		}
		try {
			await this.#take(handling, event, await this.#session(handling, event));
		} catch (error) {
			await refuseEvent(this.#context, handling, event, error);
		}
	}

	async #take(handling: Handling, event: AgentEvent, session: Session): Promise<void> {
		const gate = this.#context;
		session.lastSeenAt = Date.now();
		gate.watches.note(event, session);
		switch (event.kind) {
			case "tool.before":
				return before(gate, handling, event, session);
			case "tool.permission":
				return permission(gate, handling, event, session);
			case "tool.after":
				return after(gate, handling, event, session);
			case "config.change":
				return configChange(gate, handling, event, session);
			case "question":
				if (event.toolUseId !== undefined) noteQuestion(session, event.toolUseId, event.action.tool);
				await gate.record(session, { type: "question.asked", body: entries.questionAsked(event) });
				break;
			case "prompt":
				// A finished background agent prompts by itself: no person has freed the session.
				if (!event.byMachine) {
					session.label = labelOf(redact(event.text, { prose: true }).text);
					session.stopped = false;
				}
				settleRaces(gate, event, session);
				await gate.record(session, { type: "prompt", body: entries.promptGiven(event.text, event.promptId) });
				break;
			case "session.end":
				session.ended = true;
				gate.grants.book.sessionEnded(session.key);
				settleRaces(gate, event, session);
				await gate.record(session, { type: "session.ended", body: entries.sessionEnded(event.reason) });
				break;
			case "turn.end":
				settleRaces(gate, event, session);
				break;
			default:
				break;
		}
		this.emit("changed");
		await handling.call.reply(handling.adapter.reply(event, { kind: "none" }));
	}

	/** The session of an event, opened and recorded at first sight, pinned to its folder from then on. */
	async #session(handling: Handling, event: AgentEvent): Promise<Session> {
		const key = sessionKey(handling, event);
		const known = this.#context.sessions.get(key);
		if (known !== undefined && !(known.ended && resumes(event))) return known;
		const opening = this.#opening.get(key) ?? openSession(this.#context, handling, event);
		this.#opening.set(key, opening);
		try {
			return await opening;
		} finally {
			if (this.#opening.get(key) === opening) this.#opening.delete(key);
		}
	}
}
