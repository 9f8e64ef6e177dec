// The hook calls of one gate run, by request id: who holds each, what was replied, and which ids are used up.
// Keeps: a reply is delivered once; only its own connection withdraws a request; a lost connection may come back.

import { createHash } from "node:crypto";
import { type Deferred, deferred } from "../protocol/deferred.ts";
import type { GateErrorCode, Reply, Submit } from "../protocol/hook.ts";
import { agentPid } from "./agentPid.ts";
import type { Limits } from "./limits.ts";

/** Milliseconds after the hook's own deadline after which nothing can be delivered any more. */
const AFTER_DEADLINE_MS = 5000;
/** A longer timer would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** One hook call, for as long as its hook waits. */
export interface Call {
	readonly id: string;
	/** The submit, with an empty payload. */
	readonly submit: Submit;
	/** The bytes the agent wrote. */
	readonly payload: Buffer;
	/** Tells the hook that its request is held. */
	ack(): void;
	/**
	 * Sends the reply; a second one is not sent.
	 * @returns true when the hook has confirmed that it has it; false when it is gone, or took too long
	 */
	reply(reply: Pick<Reply, "stdout" | "stderr" | "exit">): Promise<boolean>;
	/** Called once when the hook is gone before it had a reply: it withdrew, or its connection closed and did not come back. */
	onGone(listener: (why: "withdrawn" | "closed") => void): void;
}

/** What a call needs of a connection. */
export interface Holder {
	/** False when the connection is gone or takes no more. */
	send(message: object): boolean;
}

export type SubmitResult = "new" | "taken-over" | "same-id-other-content" | "spent" | "too-many" | "too-many-of-agent";
export type ConfirmResult = "delivered" | "ignored" | "not-yours" | "no-reply";

export class Calls {
	readonly #limits: Limits;
	readonly #onError: (error: unknown) => void;
	readonly #open = new Map<string, HeldCall>();
	/** Number of open calls of each agent process. */
	readonly #ofAgent = new Map<string, number>();
	/** Ids that are used up, oldest first, with the digest of their content. */
	readonly #spent = new Map<string, { content: string; at: number }>();
	#heldBytes = 0;

	/** @param onError told what a listener of onGone threw */
	constructor(limits: Limits, onError: (error: unknown) => void) {
		this.#limits = limits;
		this.#onError = onError;
	}

	get size(): number {
		return this.#open.size;
	}

	/** Number of requests that this connection holds. */
	heldBy(holder: Holder): number {
		let count = 0;
		for (const call of this.#open.values()) if (call.holder === holder) count += 1;
		return count;
	}

	/**
	 * A submit arrived. "new" calls go to `on.opened`; for a request that waits already, the new connection takes it over and
	 * gets what the old one would have got, and `on.replaced` is told who lost it.
	 */
	submit(
		submit: Submit,
		payload: Buffer,
		holder: Holder,
		on: { opened(call: HeldCall): void; replaced(old: Holder): void },
	): SubmitResult {
		const content = contentDigest(submit, payload);
		const spent = this.#spent.get(submit.id);
		if (spent !== undefined) return spent.content === content ? "spent" : "same-id-other-content";
		const known = this.#open.get(submit.id);
		if (known !== undefined) {
			if (known.content !== content) return "same-id-other-content";
			const old = known.holder;
			known.takeOver(holder);
			if (old !== undefined && old !== holder) on.replaced(old);
			return "taken-over";
		}
		const full = this.#open.size >= this.#limits.openInAll || this.#heldBytes + payload.length > this.#limits.heldBytes;
		if (full) return "too-many";
		const agent = agentOf(submit);
		const ofAgent = this.#ofAgent.get(agent) ?? 0;
		if (ofAgent >= this.#limits.openPerAgent) return "too-many-of-agent";
		this.#ofAgent.set(agent, ofAgent + 1);
		const call = new HeldCall(submit, payload, content, holder, {
			graceMs: this.#limits.graceMs,
			onEnd: () => this.#end(call),
			onError: this.#onError,
		});
		this.#open.set(call.id, call);
		this.#heldBytes += payload.length;
		on.opened(call);
		return "new";
	}

	withdraw(id: string, holder: Holder): "withdrawn" | "ignored" | "not-yours" {
		const call = this.#open.get(id);
		if (call === undefined) return this.#spent.has(id) ? "ignored" : "not-yours";
		if (call.holder !== holder) return "not-yours";
		call.gone("withdrawn");
		return "withdrawn";
	}

	/** The hook says that it has the reply. */
	confirm(id: string, holder: Holder): ConfirmResult {
		const call = this.#open.get(id);
		if (call === undefined) return this.#spent.has(id) ? "ignored" : "not-yours";
		if (call.holder !== holder) return "not-yours";
		if (!call.replied) return "no-reply";
		call.delivered();
		return "delivered";
	}

	/** A connection closed: what it holds waits a little for it to come back. */
	lost(holder: Holder): void {
		for (const call of this.#open.values()) if (call.holder === holder) call.lost();
	}

	/** Ends all calls with an error to their hooks, and without onGone: the gate stops. */
	close(): void {
		for (const call of [...this.#open.values()]) call.refuse("stopping");
	}

	#end(call: HeldCall): void {
		this.#open.delete(call.id);
		this.#heldBytes -= call.payload.length;
		const agent = agentOf(call.submit);
		const left = (this.#ofAgent.get(agent) ?? 1) - 1;
		if (left > 0) this.#ofAgent.set(agent, left);
		else this.#ofAgent.delete(agent);
		const now = performance.now();
		this.#spent.set(call.id, { content: call.content, at: now });
		for (const [id, { at }] of this.#spent) {
			if (this.#spent.size <= this.#limits.spentIds && now - at < this.#limits.spentMs) break;
			this.#spent.delete(id);
		}
	}
}

interface CallOptions {
	graceMs: number;
	onEnd(): void;
	onError(error: unknown): void;
}

/** A call and its state: waiting, replied (not yet confirmed), over. */
export class HeldCall implements Call {
	readonly id: string;
	readonly submit: Submit;
	readonly payload: Buffer;
	readonly content: string;
	holder: Holder | undefined;
	readonly #options: CallOptions;
	readonly #deliverable: NodeJS.Timeout;
	#reply: Reply | undefined;
	#delivery: Deferred<boolean> | undefined;
	#acked = false;
	#over = false;
	#gone: "withdrawn" | "closed" | undefined;
	#listeners: ((why: "withdrawn" | "closed") => void)[] = [];
	#grace: NodeJS.Timeout | undefined;

	constructor(submit: Submit, payload: Buffer, content: string, holder: Holder, options: CallOptions) {
		this.id = submit.id;
		this.submit = submit;
		this.payload = payload;
		this.content = content;
		this.holder = holder;
		this.#options = options;
		// A stopped hook never closes its connection: its own deadline is where waiting for it ends.
		const deliverableMs = Math.min(submit.deadlineMs + AFTER_DEADLINE_MS, MAX_TIMER_MS);
		this.#deliverable = setTimeout(() => this.gone("closed"), deliverableMs).unref();
	}

	get replied(): boolean {
		return this.#reply !== undefined;
	}

	ack(): void {
		this.#acked = true;
		if (!this.#over) this.holder?.send({ type: "ack", id: this.id });
	}

	reply({ stdout, stderr, exit }: Pick<Reply, "stdout" | "stderr" | "exit">): Promise<boolean> {
		if (this.#over || this.#reply !== undefined) return Promise.resolve(false);
		this.#reply = { type: "reply", id: this.id, stdout, stderr, exit };
		this.#delivery = deferred();
		const { promise } = this.#delivery;
		if (this.holder?.send(this.#reply) === false) this.lost();
		return promise;
	}

	onGone(listener: (why: "withdrawn" | "closed") => void): void {
		if (this.#gone !== undefined) listener(this.#gone);
		else if (!this.#over) this.#listeners.push(listener);
	}

	takeOver(holder: Holder): void {
		clearTimeout(this.#grace);
		this.holder = holder;
		if (this.#reply !== undefined) holder.send(this.#reply);
		else if (this.#acked) holder.send({ type: "ack", id: this.id });
	}

	lost(): void {
		this.holder = undefined;
		clearTimeout(this.#grace);
		this.#grace = setTimeout(() => this.gone("closed"), this.#options.graceMs).unref();
	}

	delivered(): void {
		this.#end(true);
	}

	gone(why: "withdrawn" | "closed"): void {
		if (this.#over) return;
		this.#gone = why;
		const listeners = this.#listeners;
		this.#end(false);
		for (const listener of listeners) {
			try {
				listener(why);
			} catch (error) {
				this.#options.onError(error);
			}
		}
	}

	/** Ends a call that has no reply with an error to its hook, without telling onGone. */
	refuse(code: GateErrorCode): void {
		if (this.#over) return;
		// A reply that is under way stands; whether it arrived cannot be known any more.
		if (this.#reply === undefined) this.holder?.send({ type: "error", code, id: this.id });
		this.#end(false);
	}

	#end(delivered: boolean): void {
		if (this.#over) return;
		this.#over = true;
		clearTimeout(this.#grace);
		clearTimeout(this.#deliverable);
		this.#listeners = [];
		this.#options.onEnd();
		this.#delivery?.resolve(delivered);
	}
}

/** The agent process behind a call, as it is claimed: bounds an agent that has run away, not one that lies. */
function agentOf(submit: Submit): string {
	return `${submit.agent} ${agentPid(submit)}`;
}

/** What makes two submits the same request besides the id. Hex SHA-256. */
function contentDigest(submit: Submit, payload: Buffer): string {
	return createHash("sha256")
		.update(JSON.stringify([submit.agent, submit.root]))
		.update(payload)
		.digest("hex");
}
