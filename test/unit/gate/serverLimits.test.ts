import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import type { Socket } from "node:net";
import { test } from "node:test";
import fc from "fast-check";
import { encodeFrame, TEXT } from "../../../src/bin/hook/frames.ts";
import { BreachReporter } from "../../../src/gate/breach.ts";
import { EnvelopeError, hasDuplicateKeys, readEnvelope } from "../../../src/gate/envelope.ts";
import { TokenBucket } from "../../../src/gate/limits.ts";
import { Unfinished } from "../../../src/gate/unfinished.ts";
import {
	closed,
	openClient,
	openSocket,
	place,
	provesService,
	startGate,
	submitOf,
	type TestGate,
	until,
	upgradeHead,
} from "../hook/support.ts";

/** A raw socket that has upgraded. */
async function upgraded(gate: TestGate): Promise<Socket> {
	const socket = await openSocket(gate.entry.port);
	socket.write(upgradeHead(gate.entry));
	await once(socket, "data");
	return socket;
}

test("what is no message closes its connection with a reason, and nobody else's", async (t) => {
	const gate = await startGate(t, place(t));
	const bystander = await openClient(gate.entry);
	const waiting = submitOf();
	bystander.send(waiting);
	const call = await gate.nextCall();
	const { id } = waiting;
	const messages: unknown[] = [
		"",
		"garbage",
		"null",
		"[]",
		"{}",
		'{"type":"submit"}',
		{ type: "hello" },
		{ type: "withdraw" },
		{ type: "withdraw", id: "x" },
		{ type: "received", id, extra: 1 },
		submitOf({ v: 2 }),
		submitOf({ id: "x" }),
		submitOf({ id: "00000000-0000-4000-8000-00000000000G" }),
		submitOf({ agent: "../x" }),
		submitOf({ pid: -1 }),
		submitOf({ pid: 1.5 }),
		submitOf({ root: "relative" }),
		submitOf({ root: `/${"x".repeat(5000)}` }),
		submitOf({ env: { PATH: "/bin" } }),
		submitOf({ env: { CI: 1 } }),
		submitOf({ env: [] }),
		submitOf({ deadlineMs: -1 }),
		submitOf({ payload: "not base64!" }),
		submitOf({ payload: "QQ" }),
		submitOf({ payload: "QR==" }),
		submitOf({ payload: null }),
		submitOf({ admin: true }),
		JSON.stringify(submitOf()).replace('"v":1', '"v":1,"v":1'),
		JSON.stringify(submitOf()).replace('"env":{}', '"env":{"CI":"1","C\\u0049":"2"}'),
		JSON.stringify(submitOf()).replace('"/project"', '"/proj\\ud800"'),
		JSON.stringify(submitOf()).replace('"env":{}', '"env":{"CI":"\\udc00"}'),
		JSON.stringify(submitOf()).replace('"env":{}', '"env":{"__proto__":{"CI":"1"}}'),
	];
	for (const message of messages) {
		const client = await openClient(gate.entry);
		client.send(message);
		assert.equal((await client.next()).code, "bad-message", JSON.stringify(message));
		assert.deepEqual(await client.closed, { code: 1008, reason: "bad-message" });
	}
	assert.ok(gate.breaches.length > 0);
	assert.ok(gate.breaches.every((breach) => breach.where === "connection" && breach.code === "bad-message"));
	const replied = call.reply({ stdout: "", stderr: "", exit: 0 });
	assert.equal((await bystander.next()).type, "reply");
	bystander.send({ type: "received", id });
	assert.equal(await replied, true);
});

test("frames that are no frames close their connection, and nobody else's", async (t) => {
	const gate = await startGate(t, place(t));
	const mask = Buffer.alloc(4);
	const frames: [string, Buffer, number][] = [
		["garbage", Buffer.alloc(100, 0xff), 1002],
		["a frame without a mask", Buffer.from([0x81, 2, 0x7b, 0x7d]), 1002],
		["a binary frame", encodeFrame(2, Buffer.from("{}"), mask), 1008],
		["text that is not UTF-8", encodeFrame(TEXT, Buffer.from([0xff]), mask), 1007],
		["a reserved bit", Buffer.from([0xc1, 0x80, 0, 0, 0, 0]), 1002],
		["a long ping", Buffer.from([0x89, 0xfe, 0, 200]), 1002],
	];
	for (const [name, bytes, code] of frames) {
		const socket = await upgraded(gate);
		const chunks: Buffer[] = [];
		socket.on("data", (chunk) => chunks.push(chunk));
		socket.write(bytes);
		await until(() => Buffer.concat(chunks).includes(Buffer.from([0x88])));
		const all = Buffer.concat(chunks);
		const close = all.subarray(all.lastIndexOf(0x88));
		assert.equal(close.readUInt16BE(2), code, name);
		socket.destroy();
		await provesService(gate);
	}
	assert.ok(gate.breaches.every((breach) => breach.code === "bad-message"));
	assert.ok(gate.breaches.length > 0);
});

test("a 64 MB frame is refused at its header", async (t) => {
	const gate = await startGate(t, place(t));
	const socket = await upgraded(gate);
	const header = Buffer.alloc(14);
	header[0] = 0x81;
	header[1] = 0xff;
	header.writeBigUInt64BE(64n * 1024n * 1024n, 2);
	socket.write(header);
	const [chunk] = (await once(socket, "data")) as [Buffer];
	assert.deepEqual([chunk[0], chunk.readUInt16BE(2)], [0x88, 1009]);
	await until(() => gate.breaches.length === 1);
	assert.equal(gate.breaches[0]?.code, "too-large");
	socket.destroy();
	await provesService(gate);
});

test("a client that goes on sending after it was refused is cut off", async (t) => {
	const gate = await startGate(t, place(t), { limits: { closeMs: 30 } });
	const socket = await upgraded(gate);
	socket.on("data", () => undefined);
	socket.write(encodeFrame(TEXT, Buffer.from("garbage"), Buffer.alloc(4)));
	const timer = setInterval(() => socket.write(Buffer.alloc(1000)), 1);
	t.after(() => clearInterval(timer));
	await closed(socket);
	await provesService(gate);
});

test("a payload that is larger than the limit is refused", async (t) => {
	const gate = await startGate(t, place(t), { limits: { payloadBytes: 1000 } });
	const client = await openClient(gate.entry);
	client.send(submitOf({ payload: Buffer.alloc(1001).toString("base64") }));
	assert.equal((await client.next()).code, "too-large");
	assert.deepEqual(await client.closed, { code: 1009, reason: "too-large" });
	await provesService(gate);
});

test("half a frame that does not end is dropped after its time, while others are served", async (t) => {
	const gate = await startGate(t, place(t), { limits: { unfinishedMs: 40 } });
	const half = await upgraded(gate);
	half.resume();
	half.write(encodeFrame(TEXT, Buffer.alloc(1000), Buffer.alloc(4)).subarray(0, 500));
	// Pings in the middle of a message do not make it new.
	const fragments = await upgraded(gate);
	fragments.resume();
	const first = encodeFrame(TEXT, Buffer.alloc(100), Buffer.alloc(4));
	first[0] = 0x01;
	fragments.write(first);
	const timer = setInterval(() => fragments.write(encodeFrame(9, Buffer.alloc(0), Buffer.alloc(4))), 5);
	t.after(() => clearInterval(timer));
	const dropped = Promise.all([closed(half), closed(fragments)]);
	await provesService(gate);
	await dropped;
	assert.deepEqual(
		gate.breaches.map((breach) => breach.detail),
		["a message that did not end", "a message that did not end"],
	);
	await provesService(gate);
});

test("a connection that only answers pings is no half message", async (t) => {
	const gate = await startGate(t, place(t), { limits: { unfinishedMs: 20, heartbeatMs: 5, missedBeats: 1_000_000 } });
	const client = await openClient(gate.entry);
	await new Promise((resolve) => setTimeout(resolve, 150));
	assert.equal(client.ws.readyState, client.ws.OPEN);
	assert.deepEqual(gate.breaches, []);
	client.ws.terminate();
});

test("unfinished messages of all connections together are bounded", async (t) => {
	const gate = await startGate(t, place(t), { limits: { unfinishedBytes: 1_000_000 } });
	const sockets = await Promise.all([1, 2, 3].map(() => upgraded(gate)));
	for (const socket of sockets) {
		socket.resume();
		socket.write(encodeFrame(TEXT, Buffer.alloc(600_000), Buffer.alloc(4)).subarray(0, 450_000));
	}
	await Promise.race(sockets.map((socket) => closed(socket)));
	assert.equal(gate.breaches[0]?.code, "too-many");
	for (const socket of sockets) socket.destroy();
	await until(() => sockets.every((socket) => socket.closed));
	await provesService(gate);
});

test("too many requests at once, open on one connection, or open in all are refused", async (t) => {
	const gate = await startGate(t, place(t), { limits: { submitsPerSecond: 3, openPerConnection: 2, openInAll: 4 } });
	const refusedAt = async (count: number) => {
		const client = await openClient(gate.entry);
		for (let i = 0; i < count; i += 1) client.send(submitOf());
		return client;
	};
	const two = await refusedAt(2);
	await gate.nextCall();
	await gate.nextCall();
	const three = await refusedAt(3);
	assert.equal((await three.next()).code, "too-many");
	assert.deepEqual(await three.closed, { code: 1008, reason: "too-many" });
	await gate.nextCall();
	await gate.nextCall();
	// Four are open now: one more is refused, but that is not its connection's fault.
	const fifth = await openClient(gate.entry);
	const submit = submitOf();
	fifth.send(submit);
	assert.deepEqual(await fifth.next(), { type: "error", code: "too-many", id: submit.id });
	assert.equal(fifth.ws.readyState, fifth.ws.OPEN);
	two.ws.terminate();
	fifth.ws.terminate();
});

test("an agent that fills its share leaves room for the others", async (t) => {
	const gate = await startGate(t, place(t), { limits: { openPerAgent: 3 } });
	const runaway = async () => {
		const client = await openClient(gate.entry);
		const submit = submitOf({ ppid: 7, env: { CLAUDE_PID: "7" } });
		client.send(submit);
		return { client, submit };
	};
	const open = [await runaway(), await runaway(), await runaway()];
	for (const _ of open) await gate.nextCall();
	const { client, submit } = await runaway();
	assert.deepEqual(await client.next(), { type: "error", code: "too-many", id: submit.id });
	assert.equal(client.ws.readyState, client.ws.OPEN);
	assert.match(String(gate.breaches[0]?.detail), /of one agent/);
	// Another agent is served, and so is this one as soon as one of its requests is over.
	const other = await openClient(gate.entry);
	other.send(submitOf({ ppid: 8, env: { CLAUDE_PID: "8" } }));
	await gate.nextCall();
	open[0]?.client.send({ type: "withdraw", id: open[0].submit.id });
	const again = submitOf({ ppid: 7, env: { CLAUDE_PID: "7" } });
	open[0]?.client.send(again);
	assert.equal((await gate.nextCall()).id, again.id);
	for (const one of [...open.map((each) => each.client), client, other]) one.ws.terminate();
});

test("a connection that asks nothing is closed after its time, one that waits for an answer is not", async (t) => {
	const gate = await startGate(t, place(t), { limits: { heartbeatMs: 10, idleMs: 60 } });
	const waiting = await openClient(gate.entry);
	const submit = submitOf();
	waiting.send(submit);
	const call = await gate.nextCall();
	const idle = await openClient(gate.entry);
	assert.equal((await idle.next()).code, "idle");
	assert.deepEqual(await idle.closed, { code: 1008, reason: "idle" });
	assert.deepEqual(
		gate.breaches.map((breach) => breach.code),
		["idle"],
	);
	assert.equal(waiting.ws.readyState, waiting.ws.OPEN);
	const delivered = call.reply({ stdout: "", stderr: "", exit: 0 });
	assert.equal((await waiting.next()).type, "reply");
	waiting.send({ type: "received", id: submit.id });
	assert.equal(await delivered, true);
});

test("a flood of requests closes the connection that sends it", async (t) => {
	const gate = await startGate(t, place(t), {
		limits: { submitsPerSecond: 5, openPerConnection: 1000 },
		onSubmit: async (_submit, call) => void (await call.reply({ stdout: "", stderr: "", exit: 0 })),
	});
	const client = await openClient(gate.entry);
	for (let i = 0; i < 50; i += 1) client.send(submitOf());
	assert.deepEqual(await client.closed, { code: 1008, reason: "too-fast" });
	assert.ok(gate.breaches.some((breach) => breach.code === "too-fast"));
});

test("a flood of other messages closes the connection that sends it", async (t) => {
	const gate = await startGate(t, place(t), { limits: { submitsPerSecond: 2 } });
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	await gate.nextCall();
	for (let i = 0; i < 50; i += 1) client.send({ type: "withdraw", id: submit.id });
	assert.deepEqual(await client.closed, { code: 1008, reason: "too-fast" });
});

test("payloads of all waiting requests together are bounded", async (t) => {
	const gate = await startGate(t, place(t), { limits: { heldBytes: 2500 } });
	const payload = Buffer.alloc(1000).toString("base64");
	const client = await openClient(gate.entry);
	const submits = [submitOf({ payload }), submitOf({ payload }), submitOf({ payload })];
	for (const submit of submits) client.send(submit);
	assert.deepEqual(await client.next(), { type: "error", code: "too-many", id: submits[2]?.id });
	client.send({ type: "withdraw", id: submits[0]?.id });
	const again = submitOf({ payload });
	client.send(again);
	const ids = [await gate.nextCall(), await gate.nextCall(), await gate.nextCall()].map((call) => call.id);
	assert.deepEqual(ids, [submits[0]?.id, submits[1]?.id, again.id]);
	client.ws.terminate();
});

test("a client that does not read costs one reply of memory and stalls nobody", async (t) => {
	const gate = await startGate(t, place(t), { limits: { replyBytes: 3_000_000, openPerConnection: 10 } });
	const client = await openClient(gate.entry);
	client.ws.pause();
	const stdout = "x".repeat(2_900_000);
	const submits = [1, 2, 3, 4, 5, 6].map(() => submitOf());
	for (const submit of submits) client.send(submit);
	const replies: Promise<boolean>[] = [];
	for (const _ of submits) replies.push((await gate.nextCall()).reply({ stdout, stderr: "", exit: 0 }));
	await provesService(gate);
	await until(() => gate.breaches.length > 0);
	assert.match(String(gate.breaches[0]?.detail), /does not read/);
	client.ws.terminate();
});

test("a reply that is larger than a hook takes is refused, not sent", async (t) => {
	const gate = await startGate(t, place(t), { limits: { replyBytes: 1000, graceMs: 10 } });
	const client = await openClient(gate.entry);
	client.send(submitOf());
	const call = await gate.nextCall();
	const delivered = call.reply({ stdout: "x".repeat(2000), stderr: "", exit: 0 });
	assert.equal((await client.next()).code, "internal");
	assert.equal(await delivered, false);
});

test("connections with nothing open that do not answer pings are dropped, and those that do stay", async (t) => {
	const gate = await startGate(t, place(t), { limits: { heartbeatMs: 30, missedBeats: 8 } });
	const good = await openClient(gate.entry);
	const deaf = await upgraded(gate);
	deaf.resume();
	await closed(deaf);
	assert.equal(good.ws.readyState, good.ws.OPEN);
	good.ws.terminate();
	await provesService(gate);
});

test("any message is read as itself or refused as EnvelopeError", () => {
	fc.assert(
		fc.property(fc.oneof(fc.string(), fc.json(), fc.constant(JSON.stringify(submitOf()))), (text) => {
			try {
				readEnvelope(text);
			} catch (error) {
				assert.ok(error instanceof EnvelopeError, String(error));
			}
		}),
	);
	const payload = randomBytes(1000);
	const read = readEnvelope(JSON.stringify(submitOf({ payload: payload.toString("base64") })));
	assert.ok(read.payload.equals(payload));
});

test("keys that come twice are found at any depth and in any spelling, and nothing else is", () => {
	for (const text of [
		'{"a":1,"a":1}',
		'[{"b":{"a":1 , "\\u0061" :2}}]',
		'{"":1,"":2}',
		'{"a\\"":1,"a\\"":1}',
		'{"x":[],"x":{}}',
	]) {
		assert.equal(hasDuplicateKeys(text), true, text);
	}
	for (const text of [
		'{"a":"a","b":"a"}',
		'["a","a"]',
		'{"a":{"a":{"a":1}}}',
		'[{"a":1},{"a":1}]',
		'{"a":"\\"a\\":1,","b":2}',
		'"{"',
		'{"a\\\\":1,"a":2}',
	]) {
		assert.equal(hasDuplicateKeys(text), false, text);
	}
	fc.assert(fc.property(fc.json(), (text) => !hasDuplicateKeys(JSON.stringify(JSON.parse(text)))));
});

test("the rate is held on average, with as many at once", () => {
	const bucket = new TokenBucket(10, 0);
	const taken = (at: number, tries: number) =>
		Array.from({ length: tries }, () => bucket.take(at)).filter(Boolean).length;
	assert.equal(taken(0, 20), 10);
	assert.equal(taken(100, 20), 1);
	assert.equal(taken(1100, 20), 10);
	assert.equal(taken(60_000, 20), 10);
});

test("a flood of breaches becomes a number", () => {
	const seen: { code: string; unreported: number }[] = [];
	const reporter = new BreachReporter(({ code, unreported }) => seen.push({ code, unreported }), 2);
	const report = (code: "unauthorised" | "bad-message", at: number) =>
		reporter.report({ where: "upgrade", code, detail: "" }, at);
	for (let i = 0; i < 100; i += 1) report("unauthorised", i);
	report("bad-message", 100);
	report("unauthorised", 20_000);
	assert.deepEqual(seen, [
		{ code: "unauthorised", unreported: 0 },
		{ code: "unauthorised", unreported: 0 },
		{ code: "bad-message", unreported: 0 },
		{ code: "unauthorised", unreported: 98 },
	]);
});

test("unfinished bytes are counted for each connection and in all", () => {
	const unfinished = new Unfinished(100);
	const [a, b] = [{}, {}];
	assert.equal(unfinished.add(a, 60, 0), true);
	assert.equal(unfinished.add(b, 40, 5), true);
	assert.equal(unfinished.add(b, 1, 6), false);
	assert.deepEqual(unfinished.olderThan(8, 10), [a]);
	unfinished.add(b, -1000, 7);
	assert.equal(unfinished.add(a, 40, 8), true);
	unfinished.clear(a);
	assert.deepEqual(unfinished.olderThan(0, 100), []);
	assert.equal(unfinished.add(b, 100, 9), true);
});
