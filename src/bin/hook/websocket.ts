// A WebSocket client for one purpose: to reach a gate on loopback fast. No extensions, no redirects, no TLS, no options.
// A bundled general client made the whole hook start about half as slow again.
import { HOOK_PATH, MAX_REPLY_BYTES, PROOF_CONTEXT, PROOF_HEADER } from "../../protocol/hookWire.ts";
import { hmacSha256, sha1 } from "./digest.ts";
import { CLOSE, closePayload, encodeFrame, FrameError, FrameReader, type Incoming, PONG, TEXT } from "./frames.ts";
import { randomBytes } from "./random.ts";
import { type Dial, fastDial, netDial, type Wire, type WireListener } from "./wire.ts";

const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD_BYTES = 16 * 1024;
/** How long the fast way to connect may take before the other is tried. Milliseconds. */
const FAST_MS = 2000;
/** How long the last bytes may take to leave. Milliseconds. */
const FLUSH_MS = 200;

export interface GateAddress {
	port: number;
	token: string;
	proofKey: string;
}

/**
 * Why there is no connection. "refused": nothing listens. "hung-up": it listened and ended before it was open.
 * "stranger": who listens is not the gate that wrote the entry. "denied": the gate said no to the upgrade. "silent": no
 * answer in time.
 */
export type NoConnection = "refused" | "hung-up" | "stranger" | "denied" | "silent";

export class ConnectError extends Error {
	override name = "ConnectError";
	readonly why: NoConnection;
	constructor(why: NoConnection, detail: string) {
		super(detail);
		this.why = why;
	}
}

export interface Listener {
	onText(text: string): void;
	/** The connection is over, by the other side or by an error. Called once, not after close(). */
	onLost(code: number, reason: string): void;
}

/** An open connection to a gate that has proven itself. */
export class Connection implements WireListener {
	readonly #wire: Wire;
	readonly #reader = new FrameReader(MAX_REPLY_BYTES);
	readonly #early: Buffer[];
	#listener: Listener | undefined;
	#over = false;
	#lostBefore: string | undefined;

	/** @param early bytes that came with the handshake */
	constructor(wire: Wire, early: Buffer) {
		this.#wire = wire;
		this.#early = [early];
		wire.listener = this;
	}

	/** Starts to deliver. */
	listen(listener: Listener): void {
		this.#listener = listener;
		for (const chunk of this.#early.splice(0)) this.onData(chunk);
		if (this.#lostBefore !== undefined) this.#lost(1006, this.#lostBefore);
	}

	send(text: string): void {
		if (!this.#over) this.#write(TEXT, Buffer.from(text, "utf8"));
	}

	/** Says a last thing and goodbye; a promise only when the bytes have not all left this process already. */
	close(last: string): Promise<void> | undefined {
		if (this.#over) return undefined;
		this.#over = true;
		const text = encodeFrame(TEXT, Buffer.from(last, "utf8"), randomBytes(4));
		const goodbye = encodeFrame(CLOSE, closePayload(1000), randomBytes(4));
		if (this.#wire.write(Buffer.concat([text, goodbye]))) return undefined;
		return Promise.race([this.#wire.flushed(), new Promise<void>((resolve) => setTimeout(resolve, FLUSH_MS))]);
	}

	onConnect(): void {}

	onData(chunk: Buffer): void {
		if (this.#over) return;
		if (this.#listener === undefined) {
			this.#early.push(chunk);
			return;
		}
		try {
			for (const message of this.#reader.push(chunk)) this.#handle(message);
		} catch (error) {
			if (!(error instanceof FrameError)) throw error;
			this.#write(CLOSE, closePayload(error.code));
			this.#lost(error.code, error.message);
		}
	}

	onClose(error: string): void {
		this.#lostBefore = error;
		if (this.#listener !== undefined) this.#lost(1006, error);
	}

	#handle(message: Incoming): void {
		if (this.#over) return;
		if (message.type === "text") this.#listener?.onText(message.text);
		if (message.type === "ping") this.#write(PONG, message.data);
		if (message.type === "close") {
			this.#write(CLOSE, closePayload(message.code === 1005 ? 1000 : message.code));
			this.#lost(message.code, message.reason);
		}
	}

	#lost(code: number, reason: string): void {
		if (this.#over) return;
		this.#over = true;
		// The goodbye that was just written should still leave.
		this.#wire.flushed().then(() => this.#wire.destroy());
		this.#listener?.onLost(code, reason);
	}

	#write(opcode: number, payload: Buffer): boolean {
		return this.#wire.write(encodeFrame(opcode, payload, randomBytes(4)));
	}
}

/**
 * Connects, upgrades and checks the gate's proof. Nothing of the agent's payload is sent before this resolves.
 * @param meanwhile called once the gate is at work on the upgrade: what needs doing costs no time there
 * @throws ConnectError
 */
export async function openConnection(gate: GateAddress, timeoutMs: number, meanwhile: () => void): Promise<Connection> {
	const fast = fastDial();
	if (fast !== undefined) {
		try {
			return await handshake(gate, fast, Math.min(timeoutMs, FAST_MS), meanwhile);
		} catch (error) {
			// Silent: a busy gate, or a Node whose inner socket only looks as expected.
			if (!(error instanceof ConnectError) || error.why !== "silent") throw error;
		}
	}
	return handshake(gate, await netDial(), timeoutMs, meanwhile);
}

/** @throws ConnectError */
export function handshake(
	gate: GateAddress,
	dial: Dial,
	timeoutMs: number,
	meanwhile: () => void = () => undefined,
): Promise<Connection> {
	return new Promise((resolve, reject) => {
		const key = randomBytes(16).toString("base64");
		let head: Buffer = Buffer.alloc(0);
		let expected: Expected | undefined;
		const fail = (error: ConnectError) => {
			clearTimeout(timer);
			wire.destroy();
			reject(error);
		};
		const timer = setTimeout(() => fail(new ConnectError("silent", "it did not answer in time")), timeoutMs);
		const wire = dial(gate.port, {
			onConnect() {
				wire.write(Buffer.from(upgradeRequest(gate, key), "latin1"));
				// Here and not when it is needed: the gate is at work now.
				expected = expect(key, gate);
				meanwhile();
			},
			onData(chunk) {
				head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
				const end = head.indexOf("\r\n\r\n");
				if (end < 0 && head.length <= MAX_HEAD_BYTES) return;
				const isHead = end >= 0 && end <= MAX_HEAD_BYTES && expected !== undefined;
				const problem = isHead ? checkHead(head.toString("latin1", 0, end), expected as Expected) : notGate();
				if (problem !== undefined) {
					fail(problem);
					return;
				}
				clearTimeout(timer);
				resolve(new Connection(wire, head.subarray(end + 4)));
			},
			onClose: (error) => fail(new ConnectError(expected === undefined ? "refused" : "hung-up", error)),
		});
	});
}

function upgradeRequest(gate: GateAddress, key: string): string {
	return (
		`GET ${HOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
		`Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${gate.token}\r\n\r\n`
	);
}

/** What only the gate of the entry answers to this key. */
interface Expected {
	accept: string;
	proof: string;
}

function expect(key: string, gate: GateAddress): Expected {
	return {
		accept: sha1(Buffer.from(key + ACCEPT_GUID, "latin1")).toString("base64"),
		proof: hmacSha256(Buffer.from(gate.proofKey, "latin1"), Buffer.from(PROOF_CONTEXT + key, "latin1")).toString("hex"),
	};
}

/** What is wrong with the answer to the upgrade (RFC 6455 4.1 and the gate's proof), if anything. */
function checkHead(head: string, { accept, proof }: Expected): ConnectError | undefined {
	const [status = "", ...lines] = head.split("\r\n");
	const code = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(status)?.[1];
	if (code === undefined) return notGate();
	if (code !== "101") return new ConnectError("denied", `it answered with HTTP ${code}`);
	const headers = new Map<string, string>();
	for (const line of lines) {
		const colon = line.indexOf(":");
		const name = line.slice(0, colon).toLowerCase();
		// One meaning for each header: a second one of a name decides nothing here, it is refused.
		if (colon < 1 || headers.has(name)) return notGate();
		headers.set(name, line.slice(colon + 1).trim());
	}
	const upgraded =
		headers.get("upgrade")?.toLowerCase() === "websocket" &&
		headers
			.get("connection")
			?.toLowerCase()
			.split(/\s*,\s*/)
			.includes("upgrade") === true &&
		headers.get("sec-websocket-accept") === accept &&
		!headers.has("sec-websocket-extensions") &&
		!headers.has("sec-websocket-protocol");
	if (!upgraded) return notGate();
	if (headers.get(PROOF_HEADER) !== proof) {
		return new ConnectError("stranger", "it could not prove that it is the gate of this entry");
	}
	return undefined;
}

function notGate(): ConnectError {
	return new ConnectError("stranger", "it does not speak as a gate does");
}
