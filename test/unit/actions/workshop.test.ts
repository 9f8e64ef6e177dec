// Large work in a thread of its own gives what it gives at once, and what goes wrong there is an error here.
import assert from "node:assert/strict";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { test } from "node:test";
import { TooDeepError } from "../../../src/actions/redact.ts";
import { asBuffer, jobs } from "../../../src/actions/work.ts";
import { SMALL, Workshop } from "../../../src/actions/workshop.ts";

const LARGE = SMALL + 1;
const secrets = (count: number) => Buffer.from("A_PASSWORD=abcd1234\nsome text\n".repeat(count));

test("a job gives the same here and in the thread", async () => {
	const shop = new Workshop();
	for (const bytes of [secrets(50), Buffer.from("\ufeffplain\r\n"), Buffer.from([0xff, 0xfe, 0x41, 0])]) {
		const here = await shop.do("side", { bytes, binary: false }, 0);
		const there = await shop.do("side", { bytes, binary: false }, LARGE);
		assert.equal(there.redacted, here.redacted);
		assert.ok(asBuffer(there.bytes).equals(asBuffer(here.bytes)));
	}
	const value = { password: "abcd1234", list: ["a", "--token", "x".repeat(100)] };
	assert.deepEqual(asBuffer((await shop.do("json", value, LARGE)).bytes), asBuffer(jobs.json(value).bytes));
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
	assert.deepEqual(await shop.do("card", parts, LARGE), await shop.do("card", parts, 0));
});

test("what a job throws is thrown here, by its class", async () => {
	const shop = new Workshop();
	let deep: object = {};
	for (let depth = 0; depth < 600; depth += 1) deep = { deep };
	await assert.rejects(shop.do("json", deep as never, LARGE), TooDeepError);
	await assert.rejects(shop.do("json", deep as never, 0), TooDeepError);
	await assert.rejects(shop.do("json", { no: () => 1 } as never, LARGE), /could not be cloned/);
	assert.equal((await shop.do("json", {}, LARGE)).redacted, false, "the thread goes on");
});

test("a job that takes too long fails alone; what waits behind it is done by a new thread", async () => {
	const shop = new Workshop(1500);
	const slow = shop.do("side", { bytes: secrets(3_000_000), binary: false }, LARGE);
	const behind = shop.do("side", { bytes: secrets(1), binary: false }, LARGE);
	await assert.rejects(slow, /took longer than 1\.5 s/);
	assert.equal((await behind).redacted, true);
});

test("who waits takes turns: many jobs of one do not keep another waiting", async () => {
	const shop = new Workshop();
	const order: string[] = [];
	const ask = (turn: string) =>
		shop.do("json", { turn }, LARGE, { turn }).then(() => {
			order.push(turn);
		});
	await Promise.all([...Array.from({ length: 6 }, () => ask("many")), ask("one")]);
	assert.ok(order.indexOf("one") <= 1, order.join(" "));
});

test("nobody waits for a job any more: it ends with the reason, queued or begun, and the others go on", async () => {
	const shop = new Workshop();
	const stop = new AbortController();
	const asking = { signal: stop.signal };
	const running = shop.do("side", { bytes: secrets(100_000), binary: false }, LARGE, asking);
	const queued = shop.do("side", { bytes: secrets(1), binary: false }, LARGE, asking);
	const other = shop.do("json", { a: 1 }, LARGE);
	stop.abort(new Error("gone"));
	await assert.rejects(running, /gone/);
	await assert.rejects(queued, /gone/);
	await assert.rejects(shop.do("json", {}, LARGE, asking), /gone/);
	assert.equal((await other).redacted, false);
});

test("megabytes of secrets stall nobody here", async () => {
	const shop = new Workshop();
	await shop.do("json", {}, LARGE);
	const bytes = secrets(200_000);
	const delay = monitorEventLoopDelay({ resolution: 5 });
	delay.enable();
	const started = performance.now();
	await shop.do("side", { bytes, binary: false }, bytes.length);
	const took = performance.now() - started;
	delay.disable();
	// No limit in milliseconds: what the thread takes must not be taken here.
	assert.ok(delay.max / 1e6 < took / 2, `${delay.max / 1e6} ms of ${took} ms`);
});
