// One hook's connection: reads its messages strictly, keeps it within the limits, and ends it at the first breach.
import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import type { GateErrorCode, HookMessage } from "../protocol/hook.ts";
import type { Breach, BreachReporter } from "./breach.ts";
import type { Calls, HeldCall, Holder, SubmitResult } from "./calls.ts";
import { EnvelopeError, readEnvelope } from "./envelope.ts";
import { type Limits, TokenBucket } from "./limits.ts";
import type { Unfinished } from "./unfinished.ts";

export interface ConnectionOptions {
	limits: Limits;
	calls: Calls;
	breaches: BreachReporter;
	unfinished: Unfinished;
	/** A new call arrived; what it throws or rejects with refuses the call. */
	onSubmit(call: HeldCall): void | Promise<void>;
}

/** Header and mask of a control frame from a client (RFC 6455 5.2). Bytes. */
const CONTROL_BYTES = 6;
/** Messages that one request takes at most: submit, received or withdraw, and room for what comes too late. */
const MESSAGES_PER_SUBMIT = 4;
/** Where there are too many requests. */
const FULL: Partial<Record<SubmitResult, string>> = { "too-many": "at the gate", "too-many-of-agent": "of one agent" };
const CLOSE_CODES: Partial<Record<GateErrorCode, number>> = { "too-large": 1009, stopping: 1001, internal: 1011 };

export class HookConnection implements Holder {
	readonly #ws: WebSocket;
	readonly #options: ConnectionOptions;
	readonly #submits: TokenBucket;
	readonly #messages: TokenBucket;
	/** What the client last claimed about itself, for reports. */
	#claims: Pick<Breach, "request" | "agent" | "pid"> = {};
	#over = false;
	/** Pings without an answer. */
	#missed = 0;
	/** When it last said something, or opened. */
	#heardAt = performance.now();

	constructor(ws: WebSocket, socket: Socket, options: ConnectionOptions) {
		this.#ws = ws;
		this.#options = options;
		this.#submits = new TokenBucket(options.limits.submitsPerSecond);
		this.#messages = new TokenBucket(options.limits.submitsPerSecond * MESSAGES_PER_SUBMIT);
		const { unfinished } = options;
		// First in line, so that a chunk is counted before the messages in it are taken off the count.
		socket.prependListener("data", (chunk: Buffer) => {
			if (unfinished.add(this, chunk.length)) return;
			this.#breach("too-many", "too many bytes of unfinished messages at the gate");
			this.#ws.terminate();
		});
		ws.on("message", (data: Buffer, isBinary: boolean) => {
			unfinished.clear(this);
			this.#heardAt = performance.now();
			if (!this.#over) this.#take(data, isBinary);
		});
		ws.on("ping", (data: Buffer) => unfinished.add(this, -data.length - CONTROL_BYTES));
		ws.on("pong", (data: Buffer) => {
			unfinished.add(this, -data.length - CONTROL_BYTES);
			this.#missed = 0;
		});
		ws.on("error", (error: NodeJS.ErrnoException) => {
			// ws has closed it with the right code already; a reset connection is no breach.
			if (!error.code?.startsWith("WS_ERR")) return;
			const code = error.code === "WS_ERR_UNSUPPORTED_MESSAGE_LENGTH" ? "too-large" : "bad-message";
			this.#breach(code, `not a valid frame (${error.code})`);
		});
		ws.on("close", () => {
			this.#over = true;
			unfinished.clear(this);
			options.calls.lost(this);
		});
	}

	send(message: object): boolean {
		if (this.#over || this.#ws.readyState !== this.#ws.OPEN) return false;
		const text = JSON.stringify(message);
		const { replyBytes } = this.#options.limits;
		if (Buffer.byteLength(text) > replyBytes) {
			this.#breach("internal", "a reply that is larger than a hook takes");
			return false;
		}
		// A hook that does not read holds memory for one reply, not for more.
		if (this.#ws.bufferedAmount > replyBytes) {
			this.#breach("too-many", "it does not read what is sent to it");
			this.#ws.terminate();
			return false;
		}
		this.#ws.send(text);
		return true;
	}

	/** Ends the connection with a reason; not a breach. */
	end(code: GateErrorCode, id?: string): void {
		if (this.#over) return;
		this.#over = true;
		const isListening = this.#ws.readyState === this.#ws.OPEN && this.#ws.bufferedAmount === 0;
		if (isListening) this.#ws.send(JSON.stringify({ type: "error", code, ...(id === undefined ? {} : { id }) }));
		this.#ws.close(CLOSE_CODES[code] ?? 1008, code);
		const timer = setTimeout(() => this.#ws.terminate(), this.#options.limits.closeMs).unref();
		this.#ws.once("close", () => clearTimeout(timer));
	}

	/** A message has been on its way for too long. */
	endUnfinished(): void {
		this.#breach("bad-message", "a message that did not end");
		this.#ws.terminate();
	}

	/** Pings. A connection that holds requests stays: its hook may be stopped and come back before its deadline. */
	beat(): void {
		if (this.#over) return;
		const { calls, limits } = this.#options;
		const isIdle = calls.heldBy(this) === 0;
		if (isIdle && this.#missed >= limits.missedBeats) {
			this.#ws.terminate();
			return;
		}
		// A hook asks as soon as it is connected and goes once it has the reply; pings alone keep nobody here.
		if (isIdle && performance.now() - this.#heardAt > limits.idleMs) {
			this.#breach("idle", "a connection that asked nothing for too long");
			return;
		}
		this.#missed += 1;
		// One ping is under way at most, so that a stopped hook gathers none.
		if (this.#missed === 1) this.#ws.ping();
	}

	#take(data: Buffer, isBinary: boolean): void {
		if (isBinary) {
			this.#breach("bad-message", "a binary frame");
			return;
		}
		if (!this.#messages.take()) {
			this.#breach("too-fast", "too many messages in a second");
			return;
		}
		try {
			const { message, payload } = readEnvelope(data.toString("utf8"));
			this.#handle(message, payload);
		} catch (error) {
			if (error instanceof EnvelopeError) this.#breach("bad-message", error.message);
			else this.#breach("internal", error instanceof Error ? error.message : String(error));
		}
	}

	#handle(message: HookMessage, payload: Buffer): void {
		const { calls } = this.#options;
		if (message.type === "submit") {
			this.#submit(message, payload);
			return;
		}
		const result = message.type === "withdraw" ? calls.withdraw(message.id, this) : calls.confirm(message.id, this);
		if (result === "not-yours") this.#breach("not-yours", `${message.type} for a request of another connection`);
		if (result === "no-reply") this.#breach("bad-message", "received, where nothing was replied");
	}

	#submit(submit: HookMessage & { type: "submit" }, payload: Buffer): void {
		const { limits, calls } = this.#options;
		this.#claims = { request: submit.id, agent: submit.agent, pid: submit.pid };
		const breach: [GateErrorCode, string] | undefined = !this.#submits.take()
			? ["too-fast", "too many requests in a second"]
			: payload.length > limits.payloadBytes
				? ["too-large", "a payload that is too large"]
				: calls.heldBy(this) >= limits.openPerConnection
					? ["too-many", "too many open requests"]
					: undefined;
		if (breach !== undefined) {
			this.#breach(...breach);
			return;
		}
		const result = calls.submit(submit, payload, this, {
			opened: (call) => this.#hand(call),
			replaced: (old) => {
				if (old instanceof HookConnection) old.end("not-yours", submit.id);
			},
		});
		if (result === "same-id-other-content") this.#breach(result, "a known request id with other content");
		// These are nobody's fault on this connection: the request is refused, the connection stays.
		const full = FULL[result];
		if (full !== undefined) this.#report("too-many", `too many open requests ${full}`);
		if (full !== undefined) this.send({ type: "error", code: "too-many", id: submit.id });
		if (result === "spent") this.send({ type: "error", code: result, id: submit.id });
	}

	#hand(call: HeldCall): void {
		const fail = (error: unknown) => {
			this.#report("internal", error instanceof Error ? error.message : String(error));
			call.refuse("internal");
		};
		try {
			Promise.resolve(this.#options.onSubmit(call)).catch(fail);
		} catch (error) {
			fail(error);
		}
	}

	#breach(code: GateErrorCode, detail: string): void {
		if (this.#over) return;
		this.#report(code, detail);
		this.end(code, this.#claims.request);
	}

	#report(code: GateErrorCode, detail: string): void {
		this.#options.breaches.report({ where: "connection", code, detail, ...this.#claims });
	}
}
