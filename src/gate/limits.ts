// What one client may cost the gate (DESIGN 2.9). All numbers in one place; tests pass smaller ones.
import { MAX_FRAME_BYTES, MAX_PAYLOAD_BYTES, MAX_REPLY_BYTES } from "../protocol/hookWire.ts";

export interface Limits {
	/** Largest message from a client, bytes. */
	frameBytes: number;
	/** Largest decoded payload of a submit, bytes. */
	payloadBytes: number;
	/** Largest message to a client, and the most that may wait unsent for one, bytes. */
	replyBytes: number;
	/** Submits a second on one connection, on average; as many may come at once. */
	submitsPerSecond: number;
	/** Requests of one connection that wait. */
	openPerConnection: number;
	/** Requests of one agent process that wait, over all its hooks: a runaway agent leaves room for the others. */
	openPerAgent: number;
	/** Requests of all connections that wait. */
	openInAll: number;
	/** Payload bytes of all waiting requests together. */
	heldBytes: number;
	/** Bytes of messages that have begun and not ended, of all connections together. */
	unfinishedBytes: number;
	/** Authenticated connections. */
	connections: number;
	/** Connections that have not authenticated yet; one more drops the oldest of them. */
	unauthenticated: number;
	/** How long a connection may take to authenticate, milliseconds. */
	headerMs: number;
	/** How long a message may take from its first byte to its last, milliseconds. */
	unfinishedMs: number;
	/** Pause between pings, milliseconds. */
	heartbeatMs: number;
	/** Pings without an answer after which a connection with nothing open is dropped. */
	missedBeats: number;
	/** How long a connection may stay open with no request and no message, milliseconds. */
	idleMs: number;
	/** How long a request outlives its connection, so that the hook can come back, milliseconds. */
	graceMs: number;
	/** How long the id of a finished request is remembered, milliseconds, and how many of them. */
	spentMs: number;
	spentIds: number;
	/** How long a closed connection may take to say goodbye, milliseconds. */
	closeMs: number;
	/** Reports of one kind of breach in ten seconds; more are counted. */
	reportsPer10s: number;
}

export const LIMITS: Limits = {
	frameBytes: MAX_FRAME_BYTES,
	payloadBytes: MAX_PAYLOAD_BYTES,
	replyBytes: MAX_REPLY_BYTES,
	submitsPerSecond: 200,
	openPerConnection: 4,
	openPerAgent: 150,
	openInAll: 500,
	heldBytes: 256 * 1024 * 1024,
	unfinishedBytes: 256 * 1024 * 1024,
	connections: 1000,
	unauthenticated: 256,
	headerMs: 5000,
	unfinishedMs: 30_000,
	heartbeatMs: 15_000,
	missedBeats: 3,
	idleMs: 60_000,
	graceMs: 2000,
	spentMs: 60 * 60_000,
	spentIds: 10_000,
	closeMs: 1000,
	reportsPer10s: 5,
};

/** Allows `perSecond` things a second on average, and as many at once. */
export class TokenBucket {
	readonly #perSecond: number;
	#tokens: number;
	#at: number;

	constructor(perSecond: number, now: number = performance.now()) {
		this.#perSecond = perSecond;
		this.#tokens = perSecond;
		this.#at = now;
	}

	take(now: number = performance.now()): boolean {
		this.#tokens = Math.min(this.#perSecond, this.#tokens + ((now - this.#at) / 1000) * this.#perSecond);
		this.#at = now;
		if (this.#tokens < 1) return false;
		this.#tokens -= 1;
		return true;
	}
}
