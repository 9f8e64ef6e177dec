// The gate: takes what hooks submit, decides by policy or has a person decide, records, and only then replies.
// The story of an action is in hold.ts, of its result in results.ts, of a race with the agent's own prompt in race.ts.
import { EventEmitter } from "node:events";
import type { Proposal } from "../actions/change.ts";
import { type AgentEvent, PayloadError } from "../agents/adapter.ts";
import type { Answer, AnswerResult } from "../approvals/pending.ts";
import type { CardModel } from "../protocol/card.ts";
import type { Submit } from "../protocol/hook.ts";
import { format, type Message, message } from "../protocol/messages.ts";
import type { ActivityRow, Warning } from "../protocol/pendingView.ts";
import { errorText, GateContext, type GateEvents, type GateOptions, type Handling } from "./context.ts";
import * as entries from "./entries.ts";
import { before } from "./hold.ts";
import { openSession, sessionKey } from "./openSession.ts";
import { permission, settleRaces } from "./race.ts";
import { after, configChange } from "./results.ts";
import type { Call } from "./server.ts";
import { labelOf, type Session } from "./sessions.ts";

export type { GateEvents, GateOptions, GateSettings } from "./context.ts";

/** How long a closing gate waits for its last entries. Milliseconds. */
const IDLE_MS = 3000;

export class Gate extends EventEmitter<GateEvents> {
	readonly #context: GateContext;
	/** Sessions being opened: two calls of a new session must not record it twice. */
	readonly #handled = new Set<Promise<void>>();
	readonly #opening = new Map<string, Promise<Session>>();

	constructor(options: GateOptions) {
		super();
		const context = new GateContext(options, this);
		this.#context = context;
		options.desk.on("late", (id, answer, decision) => {
			const session = context.sessions.get(context.ledger.get(id)?.sessionKey ?? "");
			if (session !== undefined) context.later(session, "answer.late", entries.answerLate(id, answer, decision));
		});
		options.desk.on("paused", () => this.emit("changed"));
	}

	/** Cards waiting, oldest first. */
	cards(): CardModel[] {
		return [...this.#context.cards.values()];
	}

	/** The proposed change behind a waiting card, for the native diff. */
	proposal(id: string): Proposal {
		return this.#context.proposals.get(id);
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
		return [...this.#context.warnings.values()];
	}

	warn(id: string, msg: Message, dismissible = true): void {
		this.#context.warn(id, msg, dismissible);
	}

	dismiss(id: string): void {
		const { warnings } = this.#context;
		if (warnings.get(id)?.dismissible === true && warnings.delete(id)) this.emit("changed");
	}

	/** An answer from a channel: the desk's compare-and-set decides whether it counts. */
	answer(id: string, answer: Answer): AnswerResult {
		return this.#context.options.desk.answer(id, answer);
	}

	/** A log that could not be written outside an action: a warning, because an entry is missing. */
	logTrouble(folder: string, error: unknown): void {
		this.#context.trouble(folder, error);
	}

	/** Resolves when nothing is handled any more, or after a while. */
	async idle(): Promise<void> {
		const late = new Promise((resolve) => setTimeout(resolve, IDLE_MS).unref());
		await Promise.race([Promise.allSettled(this.#handled), late]);
	}

	/** The gate is about to close: a hook that is gone from now on was cut off by us. */
	stopping(): void {
		this.#context.stopping = true;
	}

	/** One hook call, from bytes to reply. Never throws: what goes wrong is denied with its reason. */
	async handle(submit: Submit, call: Call): Promise<void> {
		const handled = this.#handle(submit, call);
		this.#handled.add(handled);
		try {
			await handled;
		} finally {
			this.#handled.delete(handled);
		}
	}

	async #handle(submit: Submit, call: Call): Promise<void> {
		const { adapters, workspaces } = this.#context.options;
		const adapter = adapters.find((candidate) => candidate.id === submit.agent);
		if (adapter === undefined) {
			const reason = format(message("gate.unknownAgent", { agent: submit.agent }));
			await call.reply({ stdout: "", stderr: `Gatepost: ${reason}\n`, exit: 2 });
			return;
		}
		const root = await workspaces.realRoot(submit.root);
		const folder = workspaces.folderOf(root);
		if (folder === undefined) {
			await call.reply(adapter.refuse(format(message("gate.noFolder", { root }))));
			return;
		}
		const handling: Handling = { call, submit, adapter, folder, root };
		try {
			await this.#story(handling, adapter.read(submit, call.payload));
		} catch (error) {
			await this.#failed(handling, error);
		}
	}

	async #story(handling: Handling, event: AgentEvent): Promise<void> {
		const gate = this.#context;
		const { call, adapter, folder } = handling;
		const session = await this.#session(handling, event);
		session.lastSeenAt = Date.now();
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
				await gate.question(session, event);
				break;
			case "prompt":
				session.label = labelOf(event.text);
				session.stopped = false;
				settleRaces(gate, handling, event, session);
				await gate.record(session, { type: "prompt", body: entries.promptGiven(event.text, event.promptId) });
				break;
			case "session.end":
				session.ended = true;
				settleRaces(gate, handling, event, session);
				await gate.record(session, { type: "session.ended", body: { claimed: { reason: event.reason } } });
				await (await gate.options.workspaces.journal(folder)).checkpoint();
				break;
			case "turn.end":
				settleRaces(gate, handling, event, session);
				break;
			default:
				break;
		}
		this.emit("changed");
		await call.reply(adapter.reply(event, { kind: "none" }));
	}

	/** The session of an event, opened and recorded at first sight, pinned to its folder from then on. */
	async #session(handling: Handling, event: AgentEvent): Promise<Session> {
		const key = sessionKey(handling, event);
		const known = this.#context.sessions.get(key);
		if (known !== undefined) return known;
		const opening = this.#opening.get(key) ?? openSession(this.#context, handling, event);
		this.#opening.set(key, opening);
		try {
			return await opening;
		} finally {
			this.#opening.delete(key);
		}
	}

	/** Whatever went wrong: deny in the dialect that blocks everywhere, and put it on record where that is possible. */
	async #failed({ call, adapter, folder, submit }: Handling, error: unknown): Promise<void> {
		const unreadable = error instanceof PayloadError;
		const logBroken = error instanceof Error && error.name === "JournalError";
		const msg = unreadable
			? message("gate.badPayload", { detail: format(error.detail) })
			: message(logBroken ? "gate.logFailed" : "gate.internal", { detail: errorText(error) });
		if (!unreadable) this.warn(`failed:${msg.code}`, msg);
		const reason = format(msg);
		if (!logBroken) {
			const { length: bytes } = call.payload;
			const requested = { request: submit.id, agent: submit.agent, unreadable, claimed: { bytes } };
			const decided = { request: submit.id, decision: { by: "failure", verdict: "deny", reason } };
			await this.#context.options.workspaces
				.record(folder, [
					{ type: "action.requested", body: requested },
					{ type: "action.decided", body: decided },
				])
				.catch((again) => this.#context.trouble(folder, again));
		}
		await call.reply(adapter.refuse(reason));
	}
}
