// WebSocket frames (RFC 6455 section 5), the client's half: masks what it sends, refuses what a server must not send.
import { isUtf8 } from "node:buffer";

export const TEXT = 1;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;
const CONTINUATION = 0;

/** What a server said, whole: fragments are joined. */
export type Incoming =
	| { type: "text"; text: string }
	| { type: "ping"; data: Buffer }
	| { type: "pong" }
	| { type: "close"; code: number; reason: string };

/** The server broke the protocol or a limit; `code` is the close code that says so (RFC 6455 7.4.1). */
export class FrameError extends Error {
	override name = "FrameError";
	readonly code: number;
	constructor(code: number, text: string) {
		super(text);
		this.code = code;
	}
}

/** One final frame, masked with the 4 bytes of `mask` (which must be fresh and random for every frame). */
export function encodeFrame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
	const size = payload.length;
	const extra = size < 126 ? 0 : size < 65536 ? 2 : 8;
	const start = 2 + extra + 4;
	const frame = Buffer.allocUnsafe(start + size);
	frame[0] = 0x80 | opcode;
	frame[1] = 0x80 | (extra === 0 ? size : extra === 2 ? 126 : 127);
	if (extra === 2) frame.writeUInt16BE(size, 2);
	if (extra === 8) {
		frame.writeUInt32BE(Math.floor(size / 2 ** 32), 2);
		frame.writeUInt32BE(size >>> 0, 6);
	}
	mask.copy(frame, start - 4);
	for (let i = 0; i < size; i += 1) frame[start + i] = (payload[i] as number) ^ (mask[i & 3] as number);
	return frame;
}

/** Payload of a close frame. */
export function closePayload(code: number): Buffer {
	const out = Buffer.alloc(2);
	out.writeUInt16BE(code);
	return out;
}

interface Header {
	final: boolean;
	opcode: number;
	size: number;
}

/** Takes bytes in any chunks and gives whole messages. Holds at most `maxSize` bytes of a message. */
export class FrameReader {
	readonly #maxSize: number;
	readonly #chunks: Buffer[] = [];
	#held = 0;
	#header: Header | undefined;
	#fragments: Buffer[] | undefined;
	#fragmentsSize = 0;

	constructor(maxSize: number) {
		this.#maxSize = maxSize;
	}

	/** @throws FrameError; the connection must then be dropped */
	push(chunk: Buffer): Incoming[] {
		if (chunk.length > 0) this.#chunks.push(chunk);
		this.#held += chunk.length;
		const out: Incoming[] = [];
		for (;;) {
			this.#header ??= this.#readHeader();
			if (this.#header === undefined || this.#held < this.#header.size) return out;
			const header = this.#header;
			this.#header = undefined;
			const message = this.#frame(header, this.#take(header.size));
			if (message !== undefined) out.push(message);
		}
	}

	#readHeader(): Header | undefined {
		if (this.#held < 2) return undefined;
		const start = this.#peek(2);
		const first = start.readUInt8(0);
		const second = start.readUInt8(1);
		const opcode = first & 0x0f;
		const final = (first & 0x80) !== 0;
		let size = second & 0x7f;
		if ((first & 0x70) !== 0) throw new FrameError(1002, "reserved bits are set");
		if ((second & 0x80) !== 0) throw new FrameError(1002, "a server must not mask");
		if (opcode >= CLOSE) {
			if (opcode > PONG) throw new FrameError(1002, "unknown opcode");
			if (!final || size > 125) throw new FrameError(1002, "a control frame that is long or in pieces");
		} else {
			if (opcode > 2) throw new FrameError(1002, "unknown opcode");
			if (opcode === 2) throw new FrameError(1003, "a binary message");
			if ((opcode === CONTINUATION) !== (this.#fragments !== undefined)) {
				throw new FrameError(1002, "a piece out of order");
			}
		}
		const extra = size === 126 ? 2 : size === 127 ? 8 : 0;
		if (this.#held < 2 + extra) return undefined;
		const head = this.#take(2 + extra);
		if (extra === 2) size = head.readUInt16BE(2);
		if (extra === 8) size = head.readUInt32BE(2) * 2 ** 32 + head.readUInt32BE(6);
		if (size + (opcode < CLOSE ? this.#fragmentsSize : 0) > this.#maxSize) {
			throw new FrameError(1009, "a message larger than the hook takes");
		}
		return { final, opcode, size };
	}

	#frame({ final, opcode }: Header, payload: Buffer): Incoming | undefined {
		if (opcode === PING) return { type: "ping", data: payload };
		if (opcode === PONG) return { type: "pong" };
		if (opcode === CLOSE) return closeMessage(payload);
		this.#fragments ??= [];
		this.#fragments.push(payload);
		this.#fragmentsSize += payload.length;
		// Empty pieces cost no bytes of the size limit, so their number is limited, too.
		if (this.#fragments.length > 16_384) throw new FrameError(1008, "a message in too many pieces");
		if (!final) return undefined;
		const whole = this.#fragments.length === 1 ? payload : Buffer.concat(this.#fragments);
		this.#fragments = undefined;
		this.#fragmentsSize = 0;
		return { type: "text", text: utf8(whole) };
	}

	/** The first `size` held bytes, without taking them. */
	#peek(size: number): Buffer {
		const first = this.#chunks[0];
		return first !== undefined && first.length >= size ? first : Buffer.concat(this.#chunks);
	}

	/** Takes `size` held bytes; there must be that many. */
	#take(size: number): Buffer {
		this.#held -= size;
		const parts: Buffer[] = [];
		let missing = size;
		while (missing > 0) {
			const chunk = this.#chunks.shift() as Buffer;
			parts.push(chunk.subarray(0, missing));
			if (chunk.length > missing) this.#chunks.unshift(chunk.subarray(missing));
			missing -= Math.min(missing, chunk.length);
		}
		return parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts);
	}
}

function closeMessage(payload: Buffer): Incoming {
	if (payload.length === 0) return { type: "close", code: 1005, reason: "" };
	if (payload.length === 1) throw new FrameError(1002, "a close frame with half a code");
	const code = payload.readUInt16BE(0);
	const known = (code >= 1000 && code <= 1014 && code !== 1004 && code !== 1005 && code !== 1006) || code >= 3000;
	if (!known || code > 4999) throw new FrameError(1002, "an invalid close code");
	return { type: "close", code, reason: utf8(payload.subarray(2)) };
}

function utf8(bytes: Buffer): string {
	if (!isUtf8(bytes)) throw new FrameError(1007, "text that is not UTF-8");
	return bytes.toString("utf8");
}
