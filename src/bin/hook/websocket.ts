// A WebSocket client for one purpose: to reach a gate on loopback fast. No extensions, no redirects, no TLS, no options.
// A bundled general client made the whole hook start about half as slow again.
import { connect, type Socket } from "node:net";
import { HOOK_PATH, MAX_REPLY_BYTES, PROOF_CONTEXT, PROOF_HEADER } from "../../protocol/hookWire.ts";
import { hmacSha256, sha1 } from "./digest.ts";
import { CLOSE, closePayload, encodeFrame, FrameError, FrameReader, type Incoming, PONG, TEXT } from "./frames.ts";
import { randomBytes } from "./random.ts";

const ACCEPT_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
const MAX_HEAD_BYTES = 16 * 1024;
/** How long the last bytes may take to leave. Milliseconds. */
const FLUSH_MS = 200;

export interface GateAddress {
	port: number;
	token: string;
	proofKey: string;
}

/**
 * Why there is no connection. "refused": nothing listens. "stranger": who listens is not the gate that wrote the entry.
 * "denied": the gate said no to the upgrade. "silent": no answer in time.
 */
export type NoConnection = "refused" | "stranger" | "denied" | "silent";

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
	/** The connection is over, by either side. Called once, not after close(). */
	onLost(code: number, reason: string): void;
}

/** An open connection to a gate that has proven itself. */
export class Connection {
	readonly #socket: Socket;
	readonly #reader = new FrameReader(MAX_REPLY_BYTES);
	readonly #early: Buffer;
	#listener: Listener | undefined;
	#over = false;

	constructor(socket: Socket, early: Buffer) {
		this.#socket = socket;
		this.#early = early;
	}

	/** Starts to deliver; what came with the handshake comes first. */
	listen(listener: Listener): void {
		this.#listener = listener;
		this.#socket.on("data", (chunk) => this.#take(chunk));
		this.#socket.on("error", () => this.#lost(1006, ""));
		this.#socket.on("close", () => this.#lost(1006, ""));
		this.#take(this.#early);
		this.#socket.resume();
		if (this.#socket.destroyed) this.#lost(1006, "");
	}

	send(text: string): void {
		if (!this.#over) this.#write(TEXT, Buffer.from(text, "utf8"));
	}

	/** Says a last thing and goodbye; resolves when the bytes have left this process or cannot. */
	close(last: string): Promise<void> {
		if (this.#over) return Promise.resolve();
		this.#over = true;
		return new Promise((resolve) => {
			const timer = setTimeout(resolve, FLUSH_MS);
			const done = () => {
				clearTimeout(timer);
				resolve();
			};
			this.#socket.once("close", done);
			this.#write(TEXT, Buffer.from(last, "utf8"));
			this.#socket.end(encodeFrame(CLOSE, closePayload(1000), randomBytes(4)), done);
		});
	}

	#take(chunk: Buffer): void {
		if (this.#over) return;
		try {
			for (const message of this.#reader.push(chunk)) this.#handle(message);
		} catch (error) {
			if (!(error instanceof FrameError)) throw error;
			this.#write(CLOSE, closePayload(error.code));
			this.#lost(error.code, error.message);
		}
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
		// end() before destroy: a goodbye that was just written should still leave.
		this.#socket.end(() => this.#socket.destroy());
		this.#listener?.onLost(code, reason);
	}

	#write(opcode: number, payload: Buffer): void {
		if (this.#socket.writable) this.#socket.write(encodeFrame(opcode, payload, randomBytes(4)));
	}
}

/**
 * Connects, upgrades and checks the gate's proof. Nothing of the agent's payload is sent before this resolves.
 * @throws ConnectError
 */
export function openConnection(gate: GateAddress, timeoutMs: number): Promise<Connection> {
	return new Promise((resolve, reject) => {
		const key = Buffer.from(randomBytes(16)).toString("base64");
		const socket = connect({ port: gate.port, host: "127.0.0.1", noDelay: true });
		let head: Buffer = Buffer.alloc(0);
		const fail = (error: ConnectError) => {
			settle();
			socket.on("error", () => undefined);
			socket.destroy();
			reject(error);
		};
		const timer = setTimeout(() => fail(new ConnectError("silent", "it did not answer in time")), timeoutMs);
		const onError = (error: NodeJS.ErrnoException) => {
			// A listener that hangs up in the middle is no gate, or one that just ended.
			fail(new ConnectError("refused", error.code ?? error.message));
		};
		const onEnd = () => fail(new ConnectError("refused", "it hung up"));
		const onData = (chunk: Buffer) => {
			head = head.length === 0 ? chunk : Buffer.concat([head, chunk]);
			const end = head.indexOf("\r\n\r\n");
			if (end < 0 && head.length <= MAX_HEAD_BYTES) return;
			const problem =
				end < 0 || end > MAX_HEAD_BYTES ? notHttp() : checkHead(head.toString("latin1", 0, end), key, gate);
			if (problem !== undefined) {
				fail(problem);
				return;
			}
			settle();
			resolve(new Connection(socket, head.subarray(end + 4)));
		};
		const settle = () => {
			clearTimeout(timer);
			socket.off("data", onData);
			socket.off("error", onError);
			socket.off("end", onEnd);
			// Without a reader the bytes wait in the socket until listen().
			socket.pause();
		};
		socket.on("error", onError);
		socket.on("end", onEnd);
		socket.on("data", onData);
		socket.write(
			`GET ${HOOK_PATH} HTTP/1.1\r\nHost: 127.0.0.1:${gate.port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
				`Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${key}\r\nAuthorization: Bearer ${gate.token}\r\n\r\n`,
		);
	});
}

/** What is wrong with the answer to the upgrade (RFC 6455 4.1 and the gate's proof), if anything. */
function checkHead(head: string, key: string, gate: GateAddress): ConnectError | undefined {
	const [status = "", ...lines] = head.split("\r\n");
	const code = /^HTTP\/1\.1 (\d{3})(?: |$)/.exec(status)?.[1];
	if (code === undefined) return notHttp();
	if (code !== "101") return new ConnectError("denied", `it answered with HTTP ${code}`);
	const headers = new Map<string, string>();
	for (const line of lines) {
		const colon = line.indexOf(":");
		const name = line.slice(0, colon).toLowerCase();
		// One meaning for each header: a second one of a name decides nothing here, it is refused.
		if (colon < 1 || headers.has(name)) return notHttp();
		headers.set(name, line.slice(colon + 1).trim());
	}
	const accept = sha1(Buffer.from(key + ACCEPT_GUID, "latin1")).toString("base64");
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
	if (!upgraded) return notHttp();
	const proof = hmacSha256(Buffer.from(gate.proofKey, "latin1"), Buffer.from(PROOF_CONTEXT + key, "latin1"));
	if (headers.get(PROOF_HEADER) !== proof.toString("hex")) {
		return new ConnectError("stranger", "it could not prove that it is the gate of this entry");
	}
	return undefined;
}

function notHttp(): ConnectError {
	return new ConnectError("stranger", "it does not speak as a gate does");
}
