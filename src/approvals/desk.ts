// The desk: where requests wait for a person. `answer` is the only way in for answers and the compare-and-set behind
// "first answer wins" (DESIGN 2.4, 9). Every request ends exactly once, and no decision outlives its request.
import { EventEmitter } from "node:events";
import { format, type Message, type MessageCode, message } from "../protocol/messages.ts";
import { type Deadline, type DeskClock, deadlineAt, left, systemClock } from "./clock.ts";
import type { Decision } from "./decision.ts";
import { unmet } from "./demand.ts";
import type { Answer, AnswerResult, DeskEvents, DeskRequest, Replacement } from "./pending.ts";

export interface DeskOptions {
	clock?: DeskClock;
	/** Open requests beyond this many are denied unseen. */
	maxOpen?: number;
	/** Told when a listener threw; the desk goes on. Default: a process warning. */
	onListenerError?: (error: unknown) => void;
}

/** How long the gate may go on with what policy allows: until resumed, or until its time is over. */
export type Running = "running" | "timeout" | "aborted";

interface Entry {
	request: DeskRequest;
	/** As it was opened: no card in its place waits longer. */
	latest: Deadline;
	deadline: Deadline;
	resolve: (decision: Decision) => void;
}

interface Waiter {
	deadline: Deadline;
	end: (running: Running) => void;
}

const MAX_OPEN = 1000;
/** Outcomes kept so that a late answer can be told what happened. */
const MAX_SETTLED = 5000;
/** The longest the timer sleeps: a machine that wakes up past a deadline notices within this time. */
const MAX_SLEEP_MS = 15_000;

export class Desk extends EventEmitter<DeskEvents> {
	readonly #clock: DeskClock;
	readonly #maxOpen: number;
	readonly #onListenerError: (error: unknown) => void;
	readonly #open = new Map<string, Entry>();
	readonly #settled = new Map<string, Decision>();
	readonly #waiters = new Set<Waiter>();
	#paused = false;
	#closed: string | undefined;
	#cancelTimer: (() => void) | undefined;

	constructor(options: DeskOptions = {}) {
		super();
		this.#clock = options.clock ?? systemClock;
		this.#maxOpen = options.maxOpen ?? MAX_OPEN;
		this.#onListenerError = options.onListenerError ?? ((error) => process.emitWarning(String(error), "GatepostDesk"));
	}

	/**
	 * Puts a request up and waits for its end. Never rejects: what cannot wait here is denied at once, without events.
	 * A settled request's id is spent; the decision it got is used by whoever waits here and by nobody else.
	 */
	open(request: DeskRequest): Promise<Decision> {
		const { id } = request.card;
		if (this.#closed !== undefined) return Promise.resolve(failure(this.#closed));
		if (this.#open.has(id) || this.#settled.has(id)) return Promise.resolve(failed("desk.spent"));
		if (this.#open.size >= this.#maxOpen) return Promise.resolve(failed("desk.full", { count: this.#open.size }));
		const deadline = deadlineAt(
			Math.min(request.deadlineAt, request.timeoutAt ?? Number.POSITIVE_INFINITY),
			this.#clock,
		);
		if (left(deadline, this.#clock) <= 0) {
			this.#remember(id, timeout());
			return Promise.resolve(timeout());
		}
		return new Promise((resolve) => {
			this.#open.set(id, { request, latest: deadline, deadline, resolve });
			this.#schedule();
			this.#tell("opened", request);
		});
	}

	/**
	 * Puts another card in the place of one that waits, in one step: from then on an answer that was given to the old one is
	 * refused. False, and nothing changed, when the request is not waiting any more or the card is of another.
	 */
	replace(id: string, { card, shownDigest, demand, timeoutAt }: Replacement): boolean {
		this.#expire();
		const entry = this.#open.get(id);
		if (entry === undefined || card.id !== id) return false;
		const { deadlineAt: until } = entry.request;
		entry.request = {
			card,
			shownDigest,
			deadlineAt: until,
			...(timeoutAt === undefined ? {} : { timeoutAt }),
			...(demand === undefined ? {} : { demand }),
		};
		entry.deadline = sooner(entry.latest, deadlineAt(Math.min(until, timeoutAt ?? until), this.#clock));
		this.#schedule();
		this.#tell("replaced", entry.request);
		return true;
	}

	/** A person's or program's answer. Only "taken" changed anything. */
	answer(id: string, answer: Answer): AnswerResult {
		this.#expire();
		const before = this.#settled.get(id);
		if (before !== undefined) {
			this.#tell("late", id, answer, before);
			return { result: "late", decision: before };
		}
		const entry = this.#open.get(id);
		if (entry === undefined) return refused("desk.unknown");
		const problem = this.#problemWith(answer, entry.request);
		if (problem !== undefined) return { result: "refused", message: problem };
		this.#settle(entry, byPerson(answer, entry.request.card.edited?.actionMac));
		return { result: "taken" };
	}

	/** Whether a request waits for an answer. */
	waits(id: string): boolean {
		this.#expire();
		return this.#open.has(id);
	}

	/** The agent took the request back. False when it is not waiting any more. */
	withdraw(id: string, reason: string): boolean {
		return this.#end(id, { by: "withdrawn", verdict: "deny", reason });
	}

	/** Gatepost itself cannot go on with this request. False when it is not waiting any more. */
	settleByFailure(id: string, reason: string): boolean {
		return this.#end(id, failure(reason));
	}

	/** Ends everything that waits, and whatever comes later; the gate is stopping. */
	close(reason: string = format(message("desk.closed"))): void {
		this.#closed = reason;
		for (const { request } of [...this.#open.values()]) this.settleByFailure(request.card.id, reason);
		for (const waiter of [...this.#waiters]) waiter.end("aborted");
		this.#schedule();
	}

	/** Requests that wait, oldest first. */
	pending(): DeskRequest[] {
		this.#expire();
		return [...this.#open.values()].map(({ request }) => request);
	}

	get paused(): boolean {
		return this.#paused;
	}

	/** Holds everything until resumed or its deadline: nothing is allowed by anybody, denying works. */
	pause(): void {
		if (this.#paused) return;
		this.#paused = true;
		this.#tell("paused", true);
	}

	resume(): void {
		if (!this.#paused) return;
		this.#paused = false;
		for (const waiter of [...this.#waiters]) waiter.end("running");
		this.#tell("paused", false);
	}

	/**
	 * For what policy allows: resolves at once while the desk is not paused, else when it is resumed.
	 * Each waiter belongs to a hook connection, so the server's limits bound their number.
	 * @param deadlineAtMs milliseconds since the epoch
	 */
	async whenRunning(deadlineAtMs: number, signal?: AbortSignal): Promise<Running> {
		const deadline = deadlineAt(deadlineAtMs, this.#clock);
		for (;;) {
			if (signal?.aborted || this.#closed !== undefined) return "aborted";
			if (left(deadline, this.#clock) <= 0) return "timeout";
			if (!this.#paused) return "running";
			const ended = await this.#wait(deadline, signal);
			// Paused again before we got here: go on waiting.
			if (ended !== "running") return ended;
		}
	}

	#wait(deadline: Deadline, signal: AbortSignal | undefined): Promise<Running> {
		return new Promise((resolve) => {
			const end = (running: Running) => {
				if (!this.#waiters.delete(waiter)) return;
				signal?.removeEventListener("abort", aborted);
				this.#schedule();
				resolve(running);
			};
			const aborted = () => end("aborted");
			const waiter = { deadline, end };
			this.#waiters.add(waiter);
			signal?.addEventListener("abort", aborted, { once: true });
			this.#schedule();
		});
	}

	/** Why an answer to this open request is not taken. */
	#problemWith(answer: Answer, request: DeskRequest): Message | undefined {
		const { verdict, shown, grant } = answer;
		const { card, shownDigest, demand } = request;
		if (verdict !== "allow" && verdict !== "deny") return message("desk.badAnswer");
		if (shown.digest !== shownDigest) return message("desk.otherCard");
		if (verdict === "deny") return grant === undefined ? undefined : message("desk.badAnswer");
		if (this.#paused) return message("desk.paused");
		const whole = shown.extent === "whole";
		if (card.guard && !whole) return message("desk.guardWhole");
		// Without a known change the raw input is all there is to judge by, so all of it must have been in view.
		if (card.problem !== undefined && !whole) return message("desk.problemWhole");
		if (grant !== undefined && card.guard) return message("grant.guard");
		if (grant !== undefined && card.edited !== undefined) return message("edit.noGrant");
		if (grant !== undefined && !whole) return message("desk.grantWhole");
		return unmet(demand, answer);
	}

	#end(id: string, decision: Decision): boolean {
		this.#expire();
		const entry = this.#open.get(id);
		return entry !== undefined && this.#settle(entry, decision);
	}

	/** The compare-and-set: whoever takes the entry out of the map has decided. */
	#settle(entry: Entry, decision: Decision): boolean {
		const { id } = entry.request.card;
		if (this.#open.get(id) !== entry) return false;
		this.#open.delete(id);
		this.#remember(id, decision);
		this.#schedule();
		entry.resolve(decision);
		this.#tell("settled", entry.request, decision);
		return true;
	}

	#remember(id: string, decision: Decision): void {
		this.#settled.set(id, decision);
		if (this.#settled.size <= MAX_SETTLED) return;
		for (const oldest of this.#settled.keys()) {
			this.#settled.delete(oldest);
			break;
		}
	}

	#expire(): void {
		for (const entry of [...this.#open.values()]) {
			if (left(entry.deadline, this.#clock) <= 0) this.#settle(entry, timeout());
		}
		for (const waiter of [...this.#waiters]) {
			if (left(waiter.deadline, this.#clock) <= 0) waiter.end("timeout");
		}
	}

	/** One timer for the nearest deadline, never longer than MAX_SLEEP_MS. */
	#schedule(): void {
		this.#cancelTimer?.();
		this.#cancelTimer = undefined;
		let next = MAX_SLEEP_MS;
		for (const { deadline } of this.#open.values()) next = Math.min(next, left(deadline, this.#clock));
		for (const { deadline } of this.#waiters) next = Math.min(next, left(deadline, this.#clock));
		if (this.#open.size + this.#waiters.size === 0) return;
		this.#cancelTimer = this.#clock.after(Math.max(1, Math.ceil(next)), () => {
			this.#cancelTimer = undefined;
			this.#expire();
			if (this.#cancelTimer === undefined) this.#schedule();
		});
	}

	/** A listener that throws is reported and hinders neither the settlement nor the other listeners. */
	#tell<Name extends keyof DeskEvents>(name: Name, ...args: DeskEvents[Name]): void {
		for (const listener of this.rawListeners(name)) {
			try {
				Reflect.apply(listener, this, args);
			} catch (error) {
				this.#onListenerError(error);
			}
		}
	}
}

function byPerson(answer: Answer, editedFrom: string | undefined): Decision {
	const { verdict, channel, approver, shown, gesture, reason, stopSession, grant } = answer;
	return {
		by: "person",
		verdict,
		approver: structuredClone(approver),
		channel,
		shown: { ...shown },
		...(gesture === undefined ? {} : { gesture }),
		...(reason === undefined ? {} : { reason }),
		// Only a denial can stop a session.
		...(stopSession === true && verdict === "deny" ? { stopSession } : {}),
		...(grant === undefined ? {} : { grant: structuredClone(grant) }),
		...(editedFrom === undefined ? {} : { editedFrom }),
	};
}

function sooner(a: Deadline, b: Deadline): Deadline {
	return { wall: Math.min(a.wall, b.wall), steady: Math.min(a.steady, b.steady) };
}

function timeout(): Decision {
	return { by: "timeout", verdict: "deny", reason: format(message("desk.noAnswer")) };
}

function failure(reason: string): Decision {
	return { by: "failure", verdict: "deny", reason };
}

function failed(code: MessageCode, args?: Record<string, string | number>): Decision {
	return failure(format(message(code, args)));
}

function refused(code: MessageCode): AnswerResult {
	return { result: "refused", message: message(code) };
}
