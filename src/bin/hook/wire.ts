// TCP to a port on loopback, in two ways that look the same from outside.
//
// Loading node:net with its streams costs a hook about a fifth of Node's whole start, at every tool call. The socket that
// node:net itself is made of is reachable through process.binding, which Node keeps for such uses but does not document.
// So: that one where it looks as expected, node:net everywhere else and whenever the first one brings no answer.

/** One connection. Nothing is called after destroy(). */
export interface Wire {
	listener: WireListener;
	/** Sends; true when the kernel has all that was ever written. */
	write(bytes: Buffer): boolean;
	/** Resolves when the kernel has all that was ever written, or the connection is gone. */
	flushed(): Promise<void>;
	destroy(): void;
}

export interface WireListener {
	onConnect(): void;
	onData(chunk: Buffer): void;
	/** The other side is gone, or was never there. Called once. */
	onClose(error: string): void;
}

/** Connects to 127.0.0.1; never throws for a connection that fails. */
export type Dial = (port: number, listener: WireListener) => Wire;

/** Waiting writes and who waits for them: the part both ways share. */
class Pending {
	#count = 0;
	#waiting: (() => void)[] = [];

	get none(): boolean {
		return this.#count === 0;
	}

	begin(): void {
		this.#count += 1;
	}

	end(): void {
		this.#count -= 1;
		if (this.#count === 0) this.all();
	}

	/** None will end any more. */
	all(): void {
		this.#count = 0;
		for (const resolve of this.#waiting.splice(0)) resolve();
	}

	flushed(): Promise<void> {
		return this.none ? Promise.resolve() : new Promise((resolve) => this.#waiting.push(resolve));
	}
}

/** node:net. */
export async function netDial(): Promise<Dial> {
	const { connect } = await import("node:net");
	return (port, first) => {
		const socket = connect({ port, host: "127.0.0.1", noDelay: true });
		const pending = new Pending();
		const wire: Wire = {
			listener: first,
			write(bytes) {
				if (!socket.writable) return false;
				pending.begin();
				socket.write(bytes, () => pending.end());
				return socket.writableLength === 0 && !socket.connecting;
			},
			flushed: () => pending.flushed(),
			destroy() {
				wire.listener = nobody;
				pending.all();
				socket.destroy();
			},
		};
		const over = (error: string) => {
			const { listener } = wire;
			wire.destroy();
			listener.onClose(error);
		};
		socket.on("connect", () => wire.listener.onConnect());
		socket.on("data", (chunk) => wire.listener.onData(chunk));
		socket.on("error", (error: NodeJS.ErrnoException) => over(error.code ?? error.message));
		socket.on("end", () => over("it hung up"));
		return wire;
	};
}

/** The socket below node:net, or undefined where it is not as expected. */
export function fastDial(): Dial | undefined {
	const parts = bindings();
	if (parts === undefined) return undefined;
	const { TCP, TCPConnectWrap, WriteWrap, SOCKET, state, READ, OFFSET, ASYNC } = parts;
	return (port, first) => {
		const handle = new TCP(SOCKET);
		const pending = new Pending();
		let open = true;
		const wire: Wire = {
			listener: first,
			write(bytes) {
				if (!open) return false;
				const request = new WriteWrap();
				request.oncomplete = () => pending.end();
				// Held until it is sent: nobody else does.
				request.bytes = bytes;
				if (handle.writeBuffer(request, bytes) !== 0) {
					over("it hung up");
					return false;
				}
				if (state[ASYNC] !== 0) pending.begin();
				return pending.none;
			},
			flushed: () => pending.flushed(),
			destroy() {
				if (!open) return;
				open = false;
				wire.listener = nobody;
				pending.all();
				handle.close();
			},
		};
		const over = (error: string) => {
			const { listener } = wire;
			wire.destroy();
			listener.onClose(error);
		};
		handle.onread = (memory) => {
			const size = state[READ] as number;
			if (size > 0 && memory !== undefined) wire.listener.onData(Buffer.from(memory, state[OFFSET], size));
			else if (size < 0) over("it hung up");
		};
		const request = new TCPConnectWrap();
		request.oncomplete = (status) => {
			if (!open) return;
			if (status !== 0 || handle.readStart() !== 0) over(`error ${status}`);
			else {
				// The end of a large payload must not wait for the gate to acknowledge its beginning.
				handle.setNoDelay(true);
				wire.listener.onConnect();
			}
		};
		const status = handle.connect(request, "127.0.0.1", port);
		if (status !== 0) setImmediate(() => over(`error ${status}`));
		return wire;
	};
}

const nobody: WireListener = { onConnect() {}, onData() {}, onClose() {} };

interface Handle {
	onread: (memory: ArrayBuffer | undefined) => void;
	connect(request: object, host: string, port: number): number;
	readStart(): number;
	setNoDelay(on: boolean): void;
	writeBuffer(request: object, bytes: Buffer): number;
	close(): void;
}

interface Bindings {
	TCP: new (type: number) => Handle;
	TCPConnectWrap: new () => { oncomplete(status: number): void };
	WriteWrap: new () => { oncomplete(status: number): void; bytes?: Buffer };
	SOCKET: number;
	/** What the last read or write came to, at READ, OFFSET and ASYNC. */
	state: Int32Array;
	READ: number;
	OFFSET: number;
	ASYNC: number;
}

function bindings(): Bindings | undefined {
	try {
		// A later Node may warn about this on stderr, which agents show to people and models.
		process.noDeprecation = true;
		const { binding } = process as unknown as { binding(name: string): Record<string, unknown> };
		const { TCP, TCPConnectWrap, constants } = binding("tcp_wrap");
		const { WriteWrap, streamBaseState, ...at } = binding("stream_wrap");
		const { SOCKET } = constants as Record<string, unknown>;
		const { kReadBytesOrError, kArrayBufferOffset, kLastWriteWasAsync } = at;
		const methods = ["connect", "readStart", "setNoDelay", "writeBuffer", "close"];
		const isHandle = typeof TCP === "function" && methods.every((name) => typeof TCP.prototype[name] === "function");
		const isWhole =
			isHandle &&
			typeof TCPConnectWrap === "function" &&
			typeof WriteWrap === "function" &&
			streamBaseState instanceof Int32Array &&
			[SOCKET, kReadBytesOrError, kArrayBufferOffset, kLastWriteWasAsync].every(Number.isInteger);
		if (!isWhole) return undefined;
		return {
			TCP,
			TCPConnectWrap,
			WriteWrap,
			SOCKET,
			state: streamBaseState,
			READ: kReadBytesOrError,
			OFFSET: kArrayBufferOffset,
			ASYNC: kLastWriteWasAsync,
		} as unknown as Bindings;
	} catch {
		// Not in this Node, or not allowed: node:net is.
		return undefined;
	}
}
