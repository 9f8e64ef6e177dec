import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import type { Call } from "../../../src/gate/server.ts";
import { ALLOW, openClient, place, provesService, startGate, submitOf, until } from "../hook/support.ts";

const reply = { stdout: ALLOW, stderr: "", exit: 0 };

function gone(call: Call): Promise<"withdrawn" | "closed"> {
	return new Promise((resolve) => call.onGone(resolve));
}

test("a reply is delivered when the hook says that it has it, and not before", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	const call = await gate.nextCall();
	call.ack();
	let delivered: boolean | undefined;
	const replied = call.reply(reply).then((value) => {
		delivered = value;
	});
	assert.deepEqual(await client.next(), { type: "ack", id: submit.id });
	assert.deepEqual(await client.next(), { type: "reply", id: submit.id, ...reply });
	assert.equal(delivered, undefined);
	assert.equal(await call.reply({ ...reply, stdout: "another" }), false, "only one reply");
	client.send({ type: "received", id: submit.id });
	await replied;
	assert.equal(delivered, true);
	assert.equal(call.submit.payload, "", "the bytes are held once");
});

test("a hook that comes back with the same request gets it back, with its ack", async (t) => {
	const graceMs = 800;
	const gate = await startGate(t, place(t), { limits: { graceMs } });
	const first = await openClient(gate.entry);
	const submit = submitOf();
	first.send(submit);
	const call = await gate.nextCall();
	call.ack();
	let ended = false;
	call.onGone(() => {
		ended = true;
	});
	first.ws.terminate();
	await once(first.ws, "close");
	const second = await openClient(gate.entry);
	second.send({ ...submit, deadlineMs: 1000 });
	assert.deepEqual(await second.next(), { type: "ack", id: submit.id });
	await new Promise((resolve) => setTimeout(resolve, 1.5 * graceMs));
	assert.equal(ended, false, "the grace is over for nobody");
	const replied = call.reply(reply);
	assert.equal((await second.next()).type, "reply");
	second.send({ type: "received", id: submit.id });
	assert.equal(await replied, true);
	assert.deepEqual(gate.breaches, []);
});

test("a reply that was ready while the hook was away is given to it when it is back", async (t) => {
	const gate = await startGate(t, place(t));
	const first = await openClient(gate.entry);
	const submit = submitOf();
	first.send(submit);
	const call = await gate.nextCall();
	first.ws.terminate();
	await once(first.ws, "close");
	const replied = call.reply(reply);
	const second = await openClient(gate.entry);
	second.send(submit);
	assert.deepEqual(await second.next(), { type: "reply", id: submit.id, ...reply });
	second.send({ type: "received", id: submit.id });
	assert.equal(await replied, true);
});

test("a reply that was sent and not confirmed is sent again to the hook that comes back", async (t) => {
	const gate = await startGate(t, place(t));
	const first = await openClient(gate.entry);
	const submit = submitOf();
	first.send(submit);
	const replied = (await gate.nextCall()).reply(reply);
	await first.next();
	first.ws.terminate();
	const second = await openClient(gate.entry);
	second.send(submit);
	assert.equal((await second.next()).type, "reply");
	second.send({ type: "received", id: submit.id });
	assert.equal(await replied, true);
});

test("a connection that takes a request over ends the one that had it", async (t) => {
	const gate = await startGate(t, place(t));
	const first = await openClient(gate.entry);
	const submit = submitOf();
	first.send(submit);
	const call = await gate.nextCall();
	const second = await openClient(gate.entry);
	second.send(submit);
	assert.deepEqual(await first.next(), { type: "error", code: "not-yours", id: submit.id });
	assert.equal((await first.closed).code, 1008);
	const replied = call.reply(reply);
	await second.next();
	second.send({ type: "received", id: submit.id });
	assert.equal(await replied, true);
});

test("the same request id with other content is refused and reported, and the first stays untouched", async (t) => {
	const gate = await startGate(t, place(t));
	const first = await openClient(gate.entry);
	const submit = submitOf();
	first.send(submit);
	const call = await gate.nextCall();
	for (const other of [{ payload: "eyJ9" }, { agent: "codex" }, { root: "/elsewhere" }]) {
		const second = await openClient(gate.entry);
		second.send({ ...submit, ...other });
		assert.deepEqual(await second.next(), { type: "error", code: "same-id-other-content", id: submit.id });
		assert.deepEqual(await second.closed, { code: 1008, reason: "same-id-other-content" });
	}
	assert.deepEqual(
		gate.breaches.map(({ code, request, agent }) => [code, request, agent]),
		[
			["same-id-other-content", submit.id, "claude-code"],
			["same-id-other-content", submit.id, "codex"],
			["same-id-other-content", submit.id, "claude-code"],
		],
	);
	const replied = call.reply(reply);
	await first.next();
	first.send({ type: "received", id: submit.id });
	assert.equal(await replied, true);
	await provesService(gate);
});

test("a decision is used once: its id is refused afterwards, with the same content and with other", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	const replied = (await gate.nextCall()).reply(reply);
	await client.next();
	client.send({ type: "received", id: submit.id });
	await replied;
	const again = await openClient(gate.entry);
	again.send(submit);
	assert.deepEqual(await again.next(), { type: "error", code: "spent", id: submit.id });
	again.send({ ...submit, payload: "eyJ9" });
	assert.equal((await again.next()).code, "same-id-other-content");
});

test("a request is withdrawn by its own connection only", async (t) => {
	const gate = await startGate(t, place(t));
	const owner = await openClient(gate.entry);
	const submit = submitOf();
	owner.send(submit);
	const call = await gate.nextCall();
	let ended = false;
	call.onGone(() => {
		ended = true;
	});
	for (const type of ["withdraw", "received"]) {
		const other = await openClient(gate.entry);
		other.send({ type, id: submit.id });
		assert.equal((await other.next()).code, "not-yours");
		assert.equal((await other.closed).code, 1008);
	}
	assert.equal(ended, false);
	assert.equal(gate.breaches.length, 2);
	owner.send({ type: "withdraw", id: submit.id });
	assert.equal(await gone(call), "withdrawn");
	assert.equal(await call.reply(reply), false);
	// What comes too late is no breach.
	owner.send({ type: "withdraw", id: submit.id });
	await provesService(gate);
	assert.equal(owner.ws.readyState, owner.ws.OPEN);
	owner.ws.terminate();
});

test("a request that was withdrawn before its reply was confirmed was not delivered", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	const call = await gate.nextCall();
	const replied = call.reply(reply);
	await client.next();
	client.send({ type: "withdraw", id: submit.id });
	assert.equal(await replied, false);
	client.ws.terminate();
});

test("received before there is a reply is a breach", async (t) => {
	const gate = await startGate(t, place(t), { limits: { graceMs: 10 } });
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	const call = await gate.nextCall();
	client.send({ type: "received", id: submit.id });
	assert.equal((await client.next()).code, "bad-message");
	assert.equal(await gone(call), "closed");
});

test("a closed connection ends its requests after the grace, and their ids are used up", async (t) => {
	const gate = await startGate(t, place(t), { limits: { graceMs: 30 } });
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	const call = await gate.nextCall();
	const replied = call.reply(reply);
	client.ws.terminate();
	assert.equal(await gone(call), "closed");
	assert.equal(await replied, false);
	const late = await openClient(gate.entry);
	late.send(submit);
	assert.deepEqual(await late.next(), { type: "error", code: "spent", id: submit.id });
	late.ws.terminate();
});

test("who asks after a call is over is told at once", async (t) => {
	const gate = await startGate(t, place(t), { limits: { graceMs: 10 } });
	const client = await openClient(gate.entry);
	client.send(submitOf());
	const call = await gate.nextCall();
	client.ws.terminate();
	await gone(call);
	assert.equal(await gone(call), "closed");
});

test("a request outlives neither its hook's deadline nor a hook that only keeps its connection", async (t) => {
	t.mock.timers.enable({ apis: ["setTimeout"] });
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	client.send(submitOf({ deadlineMs: 60_000 }));
	const call = await gate.nextCall();
	const replied = call.reply(reply);
	let why: string | undefined;
	call.onGone((reason) => {
		why = reason;
	});
	t.mock.timers.tick(64_000);
	assert.equal(why, undefined);
	t.mock.timers.tick(2_000);
	assert.equal(why, "closed");
	assert.equal(await replied, false);
	t.mock.timers.reset();
	client.ws.terminate();
});

test("the longest deadline the wire knows does not end at once", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	const submit = submitOf({ deadlineMs: 2 ** 31 });
	client.send(submit);
	const call = await gate.nextCall();
	call.onGone(() => assert.fail("it ended"));
	await new Promise((resolve) => setTimeout(resolve, 20));
	const replied = call.reply(reply);
	await client.next();
	client.send({ type: "received", id: submit.id });
	assert.equal(await replied, true);
});

test("a gate that throws refuses the call and reports it, and goes on", async (t) => {
	let fail: (() => void | Promise<void>) | undefined;
	const calls: Call[] = [];
	const gate = await startGate(t, place(t), {
		onSubmit: (_submit, call) => {
			calls.push(call);
			return fail?.();
		},
	});
	const ways: (() => void | Promise<void>)[] = [
		() => {
			throw new Error("thrown");
		},
		() => Promise.reject(new Error("rejected")),
	];
	const client = await openClient(gate.entry);
	for (fail of ways) {
		const submit = submitOf();
		client.send(submit);
		assert.deepEqual(await client.next(), { type: "error", code: "internal", id: submit.id });
	}
	assert.deepEqual(
		gate.breaches.map(({ code, detail }) => [code, detail]),
		[
			["internal", "thrown"],
			["internal", "rejected"],
		],
	);
	fail = undefined;
	client.send(submitOf());
	await until(() => calls.length === 3);
	void calls[2]?.reply(reply);
	assert.equal((await client.next()).type, "reply");
	client.ws.terminate();
});

test("a listener that throws is reported and stops nobody", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	const call = await gate.nextCall();
	call.onGone(() => {
		throw new Error("in a listener");
	});
	const second = gone(call);
	client.send({ type: "withdraw", id: submit.id });
	assert.equal(await second, "withdrawn");
	assert.equal(gate.breaches[0]?.detail, "in a listener");
	await provesService(gate);
	client.ws.terminate();
});

test("a gate that stops tells its hooks, and its open replies were not delivered", async (t) => {
	const gate = await startGate(t, place(t));
	const client = await openClient(gate.entry);
	const [waiting, replied] = [submitOf(), submitOf()];
	client.send(waiting);
	client.send(replied);
	const first = await gate.nextCall();
	first.onGone(() => assert.fail("the gate knows that it stops"));
	const delivered = (await gate.nextCall()).reply(reply);
	assert.equal((await client.next()).type, "reply");
	const closing = gate.server.close("restarting");
	assert.deepEqual(await client.next(), { type: "error", code: "stopping", id: waiting.id });
	assert.deepEqual(await client.closed, { code: 1001, reason: "restarting" });
	assert.equal(await delivered, false);
	await closing;
	await assert.rejects(openClient(gate.entry));
});

test("a gate stops although a client does not let go", async (t) => {
	const gate = await startGate(t, place(t), { limits: { closeMs: 30 } });
	const client = await openClient(gate.entry);
	client.ws.pause();
	await gate.server.close("stopped");
	client.ws.terminate();
});

test("ids are remembered for a time and a number", async (t) => {
	const gate = await startGate(t, place(t), { limits: { spentIds: 2 } });
	const client = await openClient(gate.entry);
	const submits = [submitOf(), submitOf(), submitOf()];
	for (const submit of submits) {
		client.send(submit);
		const replied = (await gate.nextCall()).reply(reply);
		await client.next();
		client.send({ type: "received", id: submit.id });
		await replied;
	}
	client.send(submits[2]);
	assert.equal((await client.next()).code, "spent");
	client.send(submits[0]);
	assert.equal((await gate.nextCall()).id, submits[0]?.id, "the oldest was forgotten");
	client.ws.terminate();
});
