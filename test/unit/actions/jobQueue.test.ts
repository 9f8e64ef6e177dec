// Large work in a thread of its own gives what it gives at once, and what goes wrong there is an error here.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { test } from "node:test";
import { JobQueue, SMALL } from "../../../src/actions/jobQueue.ts";
import { asBuffer, jobs } from "../../../src/actions/jobs.ts";
import { TooDeepError } from "../../../src/actions/redact.ts";
import type { JsonObject } from "../../../src/protocol/canonical.ts";

const LARGE = Math.max(...Object.values(SMALL)) + 1;
const secrets = (count: number) => Buffer.from("A_PASSWORD=abcd1234\nsome text\n".repeat(count));

test("a job gives the same here and in the thread", async () => {
	const queue = new JobQueue();
	for (const bytes of [secrets(50), Buffer.from("\ufeffplain\r\n"), Buffer.from([0xff, 0xfe, 0x41, 0])]) {
		const here = await queue.run("side", { bytes, binary: false }, 0);
		const there = await queue.run("side", { bytes, binary: false }, LARGE);
		assert.equal(there.redacted, here.redacted);
		assert.ok(asBuffer(there.bytes).equals(asBuffer(here.bytes)));
	}
	const value = { password: "abcd1234", list: ["a", "--token", "x".repeat(100)] };
	assert.deepEqual(asBuffer((await queue.run("json", value, LARGE)).bytes), asBuffer(jobs.json(value).bytes));
	const side = (text: string) => ({
		...{ bytes: Buffer.from(text), eol: "lf" as const, bom: false, finalNewline: true, binary: false },
		mode: 0o644,
	});
	const parts = {
		id: "r",
		event: { caller: { agent: "claude-code", label: "Claude Code" } },
		action: { v: 1 as const, kind: "write" as const, tool: "Write", root: "/w", cwd: "/w", input: {}, paths: ["/w/a"] },
		proposal: { files: [{ path: "/w/a", op: "modify" as const, before: side("one\n"), after: side("two\n") }] },
		verdict: { why: [], guard: false },
		session: { id: "s", label: "" },
		...{ createdAt: 1, deadlineAt: 2, actionMac: "00", folders: ["/w"] },
	};
	assert.deepEqual(await queue.run("card", parts, LARGE), await queue.run("card", parts, 0));
});

test("what a job throws is thrown here, by its class", async () => {
	const queue = new JobQueue();
	let deep: object = {};
	for (let depth = 0; depth < 600; depth += 1) deep = { deep };
	await assert.rejects(queue.run("json", deep as never, LARGE), TooDeepError);
	await assert.rejects(queue.run("json", deep as never, 0), TooDeepError);
	await assert.rejects(queue.run("json", { no: () => 1 } as never, LARGE), /could not be cloned/);
	assert.equal((await queue.run("json", {}, LARGE)).redacted, false, "the thread goes on");
});

test("a job that takes too long fails alone; what waits behind it is done by a new thread", async () => {
	const queue = new JobQueue(6000);
	const slow = queue.run("side", { bytes: secrets(3_000_000), binary: false }, LARGE);
	const behind = queue.run("side", { bytes: secrets(1), binary: false }, LARGE);
	await assert.rejects(slow, /took longer than 6 s/);
	assert.equal((await behind).redacted, true);
});

test("two that ask for much do not keep a third waiting: who was served longest ago is next", async () => {
	const queue = new JobQueue();
	const order: string[] = [];
	const ask = (turn: string) =>
		queue.run("json", { turn }, LARGE, { turn }).then(() => {
			order.push(turn);
		});
	const many = Array.from({ length: 15 }, () => [ask("a"), ask("b")]).flat();
	await Promise.all([...many, ask("third")]);
	assert.ok(order.indexOf("third") <= 3, `it was number ${order.indexOf("third") + 1} of ${order.length}`);
});

test("who waits takes turns: many jobs of one do not keep another waiting", async () => {
	const queue = new JobQueue();
	const order: string[] = [];
	const ask = (turn: string) =>
		queue.run("json", { turn }, LARGE, { turn }).then(() => {
			order.push(turn);
		});
	await Promise.all([...Array.from({ length: 6 }, () => ask("many")), ask("one")]);
	assert.ok(order.indexOf("one") <= 1, order.join(" "));
});

test("nobody waits for a job any more: it ends with the reason, queued or begun, and the others go on", async () => {
	const queue = new JobQueue();
	const stop = new AbortController();
	const options = { signal: stop.signal };
	const running = queue.run("side", { bytes: secrets(100_000), binary: false }, LARGE, options);
	const queued = queue.run("side", { bytes: secrets(1), binary: false }, LARGE, options);
	const other = queue.run("json", { a: 1 }, LARGE);
	stop.abort(new Error("gone"));
	await assert.rejects(running, /gone/);
	await assert.rejects(queued, /gone/);
	await assert.rejects(queue.run("json", {}, LARGE, options), /gone/);
	assert.equal((await other).redacted, false);
});

test("this thread goes on with its own work meanwhile", async () => {
	const queue = new JobQueue();
	let turns = 0;
	const timer = setInterval(() => {
		turns += 1;
	}, 1);
	const bytes = secrets(200_000);
	await queue.run("side", { bytes, binary: false }, bytes.length);
	clearInterval(timer);
	assert.ok(turns > 0, "done here, no timer would have had a turn");
});

test("a signal that outlives its job holds nothing of it", async () => {
	const queue = new JobQueue();
	const stop = new AbortController();
	await queue.run("json", { a: 1 }, LARGE, { signal: stop.signal });
	assert.equal(getEventListeners(stop.signal, "abort").length, 0);
});

test("long texts and bytes travel whole; what is handed over is the job's, what is not stays", async () => {
	const queue = new JobQueue();
	const text = `${"😀".repeat(300_000)}x`;
	const value = { text, short: "x", __proto__: { inherited: "y".repeat(400_000) } };
	const textOf = async (of: JsonObject) => String(asBuffer((await queue.run("json", of, LARGE)).bytes));
	// Not assert.equal, which would print the texts.
	assert.ok((await textOf(value)) === JSON.stringify(value));
	assert.ok(value.text === text);
	// A lone surrogate has no UTF-8.
	const lone = { text: `${"x".repeat(400_000)}\ud800` };
	assert.ok((await textOf(lone)) === JSON.stringify(lone));
	const stays = secrets(50_000);
	const before = stays.length;
	await queue.run("side", { bytes: stays, binary: false }, LARGE);
	assert.equal(stays.length, before);
	const given = Buffer.from(new ArrayBuffer(1_000_000), 0, 1_000_000).fill("a\n");
	const side = await queue.run("look", { bytes: given, mode: 0o600 }, given.length);
	assert.deepEqual([given.length, side.bytes.length, side.eol, side.mode], [0, 1_000_000, "lf", 0o600]);
	// A part of memory that others use, too, is never handed over.
	const pooled = Buffer.from("a\r\n");
	assert.equal((await queue.run("look", { bytes: pooled, mode: 0 }, LARGE)).eol, "crlf");
	assert.equal(String(pooled), "a\r\n");
});
