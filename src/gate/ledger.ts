// What became of each action this gate run has seen, so that a result can be held against its decision (DESIGN 2.5)
// and the agent's own prompt can be matched to the request it belongs to. Bounded: a session that fills it pushes out
// its own lines first.

import type { Action } from "../actions/action.ts";
import type { Proposal } from "../actions/change.ts";
import type { AgentAdapter, AgentEvent, Outcome } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Deferred } from "../protocol/deferred.ts";
import type { Asking } from "./editing.ts";
import type { Grantable } from "./granting.ts";
import type { Interrupt } from "./interrupt.ts";
import type { ActionNames } from "./keyed.ts";
import type { ApprovedFiles } from "./ran.ts";
import type { Call } from "./server.ts";
import type { Session } from "./sessions.ts";
import type { Run } from "./watchRun.ts";

export type LedgerState =
	/** Waiting for a decision. */
	| "open"
	/** Handed to the agent's own prompt as well (mode "both"): settled when the agent says what happened. */
	| "delegated"
	/** Allowed, and the agent was told. */
	| "allowed"
	/** Denied, withdrawn, timed out or failed: nothing of it may run. */
	| "denied"
	/** A result was seen, or the race is over. */
	| "done";

export interface OriginalAction extends ActionNames {
	action: Action;
	/** What its card names it by. */
	target: string;
	/** When its card was drawn. Milliseconds since the epoch. */
	createdAt: number;
	/** Size of the payload it came in. */
	bytes: number;
	/** How the change that holds was made: by a gesture in the view, or by saving a document of the editor. */
	through?: "view" | "document";
}

export interface LedgerLine {
	/** Request id, the same in every entry of this action. */
	request: string;
	session: Session;
	adapter: AgentAdapter;
	subagent?: string | undefined;
	toolUseId?: string | undefined;
	event: AgentEvent;
	action: Action;
	/** Of the action's canonical text. */
	digest: string;
	mac: string;
	/** What the agent had asked for, when a person made something else of it: action, digest and mac are of that. */
	original?: OriginalAction | undefined;
	/** While a person is asked and may change it. */
	asking?: Asking | undefined;
	/** What the changed action would change, until the decision is on record. */
	editedProposal?: Proposal;
	/** Size of the payload it came in and of what a person made of it, which bounds what this line holds. */
	bytes: number;
	state: LedgerState;
	decision?: Decision;
	/** action.requested is on record. */
	requested: boolean;
	/** The calls that wait for it: more than one where one tool_use_id came through two configs. */
	calls: Set<Call>;
	/** The agent has had the decision. */
	taken: boolean;
	/** Nobody waits for a decision any more, or its session was stopped. */
	interrupt: Interrupt;
	/** What every one of its calls is told, once that is on record. */
	outcome: Deferred<Outcome>;
	/** What of it a person could grant for longer, while they are asked. */
	grantable?: Grantable;
	/** Nobody answered here in the time a rule gives, so it is the agent's own prompt alone that is answered. */
	handedOver?: true;
	/** The card that went up, being kept: where it is. */
	card?: Promise<JsonObject>;
	/** A race: the agent's own prompt has asked us too. */
	asked: boolean;
	/** A race: the agent went on, so somebody has settled it. */
	over: boolean;
	/** A race: looking for who settled it, and found. */
	settling?: Promise<void> | undefined;
	settled: boolean;
	/** What the files of an allowed edit are to be. */
	approved?: ApprovedFiles;
	/** Let go, and watched for what it changes. */
	run?: Run;
}

export interface LedgerLimits {
	lines: number;
	/** Payload bytes of all lines together. */
	bytes: number;
}

/** How many of the oldest lines of a session are searched for a finished one. */
const LOOK = 50;

interface Book {
	lines: Map<string, LedgerLine>;
	/** The newest line of each tool call: looked up at every event, so not searched for. */
	byToolUse: Map<string, LedgerLine>;
	/** Lines that were handed to the agent's own prompt: asked for at every event, so not searched for. */
	raced: Set<LedgerLine>;
	bytes: number;
}

export class Ledger {
	readonly #lines = new Map<string, LedgerLine>();
	/** By session key. */
	readonly #books = new Map<string, Book>();
	readonly #limits: LedgerLimits;
	#bytes = 0;

	constructor(limits: LedgerLimits = { lines: 5000, bytes: 64 * 1024 * 1024 }) {
		this.#limits = limits;
	}

	add(line: LedgerLine): void {
		const same = this.#lines.get(line.request);
		if (same !== undefined) this.#forget(same);
		const book = this.#books.get(line.session.key) ?? {
			lines: new Map(),
			byToolUse: new Map(),
			raced: new Set(),
			bytes: 0,
		};
		this.#books.set(line.session.key, book);
		this.#lines.set(line.request, line);
		book.lines.set(line.request, line);
		if (line.toolUseId !== undefined) book.byToolUse.set(line.toolUseId, line);
		book.bytes += line.bytes;
		this.#bytes += line.bytes;
		while (this.#lines.size > this.#limits.lines && this.#forgetOne((one) => one.lines.size)) {}
		while (this.#bytes > this.#limits.bytes && this.#forgetOne((one) => one.bytes)) {}
	}

	get(request: string): LedgerLine | undefined {
		return this.#lines.get(request);
	}

	/** The newest line of this tool call. */
	ofToolUse(sessionKey: string, toolUseId: string): LedgerLine | undefined {
		return this.#books.get(sessionKey)?.byToolUse.get(toolUseId);
	}

	/**
	 * The newest line of the very same action by the same (sub-)agent that is in one of these states; else one that a person
	 * made something else of, by what the agent had asked for.
	 */
	ofAction(
		sessionKey: string,
		subagent: string | undefined,
		digest: string,
		states: readonly LedgerState[],
	): LedgerLine | undefined {
		const lines = this.#of(sessionKey);
		const last = (digestOf: (line: LedgerLine) => string | undefined) =>
			lines.findLast((line) => digestOf(line) === digest && line.subagent === subagent && states.includes(line.state));
		return last((line) => line.digest) ?? last((line) => line.original?.digest);
	}

	/** A line holds more, or less, than before. */
	resize(line: LedgerLine, bytes: number): void {
		const more = bytes - line.bytes;
		line.bytes = bytes;
		if (this.#lines.get(line.request) !== line) return;
		this.#bytes += more;
		const book = this.#books.get(line.session.key);
		if (book !== undefined) book.bytes += more;
		while (this.#bytes > this.#limits.bytes && this.#forgetOne((one) => one.bytes)) {}
	}

	/** Lines of a session that wait for a decision. */
	open(sessionKey: string): LedgerLine[] {
		return this.#of(sessionKey).filter((line) => line.state === "open");
	}

	/** The line was handed to the agent's own prompt. */
	race(line: LedgerLine): void {
		line.state = "delegated";
		this.#books.get(line.session.key)?.raced.add(line);
	}

	/** Races of a session that are not settled yet. */
	delegated(sessionKey: string): LedgerLine[] {
		const raced = this.#books.get(sessionKey)?.raced;
		if (raced === undefined || raced.size === 0) return [];
		for (const line of raced) if (line.state !== "delegated") raced.delete(line);
		return [...raced];
	}

	/** Everything in these states, of all sessions. */
	all(...states: LedgerState[]): LedgerLine[] {
		return [...this.#lines.values()].filter((line) => states.includes(line.state));
	}

	#of(sessionKey: string): LedgerLine[] {
		return [...(this.#books.get(sessionKey)?.lines.values() ?? [])];
	}

	/**
	 * Forgets an old line of the session that has most: a finished one where there is one among its oldest, else an
	 * allowed one, whose result will then look as if nobody had decided. What is open or raced is never forgotten: the
	 * server bounds the one, mayRace the other. False when there is nothing to forget.
	 */
	#forgetOne(size: (book: Book) => number): boolean {
		let most: { book: Book; line: LedgerLine } | undefined;
		for (const book of this.#books.values()) {
			if (most !== undefined && size(book) <= size(most.book)) continue;
			const line = leastNeeded(book);
			if (line !== undefined) most = { book, line };
		}
		if (most !== undefined) this.#forget(most.line);
		return most !== undefined;
	}

	#forget(line: LedgerLine): void {
		this.#lines.delete(line.request);
		this.#bytes -= line.bytes;
		const book = this.#books.get(line.session.key);
		if (book === undefined) return;
		book.lines.delete(line.request);
		book.bytes -= line.bytes;
		if (line.toolUseId !== undefined && book.byToolUse.get(line.toolUseId) === line) {
			book.byToolUse.delete(line.toolUseId);
		}
		if (book.lines.size === 0) this.#books.delete(line.session.key);
	}
}

function leastNeeded({ lines }: Book): LedgerLine | undefined {
	let looked = 0;
	let allowed: LedgerLine | undefined;
	for (const line of lines.values()) {
		if (line.state === "done" || line.state === "denied") return line;
		if (line.state === "allowed") allowed ??= line;
		looked += 1;
		if (looked >= LOOK && allowed !== undefined) break;
	}
	return allowed;
}
