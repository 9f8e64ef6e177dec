import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import fc from "fast-check";
import * as ws from "ws";
import {
	CLOSE,
	closePayload,
	encodeFrame,
	FrameError,
	FrameReader,
	type Incoming,
	PING,
	PONG,
	TEXT,
} from "../../../src/bin/hook/frames.ts";

const MAX = 1 << 20;

/** The halves of `ws` that its types leave out. */
const { Receiver, Sender } = ws as unknown as {
	Receiver: new (options: object) => NodeJS.WritableStream & NodeJS.EventEmitter;
	Sender: { frame(data: Buffer, options: object): Buffer[] };
};

/** A frame as a server sends it, written by `ws`. */
function frame(opcode: number, data: Buffer, fin = true): Buffer {
	const parts = Sender.frame(data, { opcode, fin, mask: false, rsv1: false, readOnly: true, generateMask: undefined });
	return Buffer.concat(parts);
}

function refusal(bytes: Buffer, max = MAX): number {
	try {
		new FrameReader(max).push(bytes);
	} catch (error) {
		if (error instanceof FrameError) return error.code;
		throw error;
	}
	assert.fail("the frame was taken");
}

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: number[]): Buffer[] {
	const at = [0, ...places.map((place) => place % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
	return at.slice(1).map((end, i) => bytes.subarray(at[i], end));
}

type Sent = { bytes: Buffer; means: Incoming };

const text = fc
	.tuple(fc.oneof(fc.string({ unit: "grapheme", maxLength: 300 }), fc.constant("x".repeat(70_000))), fc.array(fc.nat()))
	.map(([value, places]): Sent => {
		const pieces = cut(Buffer.from(value), places.slice(0, 5));
		const frames = pieces.map((piece, i) => frame(i === 0 ? TEXT : 0, piece, i === pieces.length - 1));
		// A ping may stand between the pieces of a message.
		const bytes = frames.length > 1 ? [frames[0], frame(PONG, Buffer.alloc(0)), ...frames.slice(1)] : frames;
		return { bytes: Buffer.concat(bytes as Buffer[]), means: { type: "text", text: value } };
	});
const ping = fc
	.uint8Array({ maxLength: 125 })
	.map((data): Sent => ({ bytes: frame(PING, Buffer.from(data)), means: { type: "ping", data: Buffer.from(data) } }));
const close = fc.constantFrom(1000, 1001, 1009, 3000, 4999).map((code): Sent => {
	const bytes = frame(CLOSE, Buffer.concat([closePayload(code), Buffer.from("why")]));
	return { bytes, means: { type: "close", code, reason: "why" } };
});

test("messages written by ws are read whole, however the bytes are cut", () => {
	fc.assert(
		fc.property(fc.array(fc.oneof(text, ping, close), { maxLength: 8 }), fc.array(fc.nat()), (sent, places) => {
			const bytes = Buffer.concat(sent.map((one) => one.bytes));
			const reader = new FrameReader(MAX);
			const got = cut(bytes, places).flatMap((chunk) => reader.push(chunk));
			assert.deepEqual(
				got.filter((message) => message.type !== "pong"),
				sent.map((one) => one.means),
			);
		}),
	);
});

test("messages are read whole when every byte comes alone", () => {
	const bytes = Buffer.concat([
		frame(TEXT, Buffer.from("a".repeat(200))),
		frame(PING, Buffer.from("p")),
		frame(TEXT, Buffer.from("é")),
	]);
	const reader = new FrameReader(MAX);
	const got = [...bytes].flatMap((byte) => reader.push(Buffer.from([byte])));
	assert.deepEqual(got, [
		{ type: "text", text: "a".repeat(200) },
		{ type: "ping", data: Buffer.from("p") },
		{ type: "text", text: "é" },
	]);
});

test("hostile bytes end in a message or a FrameError, never in anything else", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 400 }), fc.array(fc.nat()), (raw, places) => {
			const reader = new FrameReader(1000);
			try {
				for (const chunk of cut(Buffer.from(raw), places)) reader.push(chunk);
			} catch (error) {
				assert.ok(error instanceof FrameError, String(error));
			}
		}),
	);
});

test("what a server must not send is refused with the code that says so", () => {
	assert.equal(refusal(Buffer.from([0x81 | 0x40, 0])), 1002, "a reserved bit");
	assert.equal(refusal(Buffer.from([0x81, 0x80, 0, 0, 0, 0])), 1002, "a mask");
	assert.equal(refusal(Buffer.from([0x83, 0])), 1002, "an unknown opcode");
	assert.equal(refusal(Buffer.from([0x8b, 0])), 1002, "an unknown control opcode");
	assert.equal(refusal(Buffer.from([0x09, 0])), 1002, "a ping in pieces");
	assert.equal(refusal(Buffer.from([0x89, 126, 0, 200])), 1002, "a long ping");
	assert.equal(refusal(Buffer.from([0x80, 0])), 1002, "a continuation of nothing");
	assert.equal(refusal(Buffer.from([0x01, 0, 0x81, 0])), 1002, "a message within a message");
	assert.equal(refusal(Buffer.from([0x82, 0])), 1003, "a binary message");
	assert.equal(refusal(frame(TEXT, Buffer.from([0xff]))), 1007, "text that is not UTF-8");
	assert.equal(refusal(frame(CLOSE, Buffer.from([3]))), 1002, "half a close code");
	assert.equal(refusal(frame(CLOSE, closePayload(1005))), 1002, "a close code that is never sent");
	assert.equal(
		refusal(frame(CLOSE, Buffer.concat([closePayload(1000), Buffer.from([0xff])]))),
		1007,
		"a broken reason",
	);
});

test("a message that is too large is refused at its header, before its bytes are there", () => {
	const header = Buffer.alloc(10);
	header[0] = 0x81;
	header[1] = 127;
	header.writeBigUInt64BE(64n * 1024n * 1024n, 2);
	assert.equal(refusal(header), 1009);
	header.writeBigUInt64BE(2n ** 63n, 2);
	assert.equal(refusal(header), 1009, "a length with the highest bit");
	assert.equal(refusal(Buffer.concat([frame(TEXT, Buffer.alloc(60), false), frame(0, Buffer.alloc(60))]), 100), 1009);
});

test("a message in endless empty pieces is refused", () => {
	const pieces = [frame(TEXT, Buffer.alloc(0), false)];
	for (let i = 0; i < 20_000; i += 1) pieces.push(frame(0, Buffer.alloc(0), false));
	assert.equal(refusal(Buffer.concat(pieces)), 1008);
});

test("ws reads the frames that the hook writes, at every size of length field", () => {
	for (const size of [0, 1, 125, 126, 127, 65_535, 65_536, 200_000]) {
		const data = randomBytes(size).toString("hex").slice(0, size);
		const receiver = new Receiver({ isServer: true, maxPayload: 0, allowSynchronousEvents: true });
		let got: string | undefined;
		receiver.on("message", (message: Buffer) => {
			got = String(message);
		});
		receiver.write(encodeFrame(TEXT, Buffer.from(data), randomBytes(4)) as unknown as string);
		assert.equal(got, data, `${size} bytes`);
	}
});

test("a frame's payload is masked with the mask that stands in it", () => {
	const mask = Buffer.from([1, 2, 3, 4]);
	const out = encodeFrame(TEXT, Buffer.from("hello"), mask);
	assert.deepEqual(out.subarray(2, 6), mask);
	assert.notEqual(out.subarray(6).toString("latin1"), "hello");
	assert.equal(out[1], 0x80 | 5);
});
