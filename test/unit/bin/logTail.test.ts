// The end of a log, what follows it, and what it comes to.
import assert from "node:assert/strict";
import { test } from "node:test";
import { foldRows } from "../../../src/audit/fold.ts";
import { followEntries } from "../../../src/audit/follow.ts";
import { type ReadLine, readEntries } from "../../../src/audit/read.ts";
import { answerTimes, localDay, Stats } from "../../../src/audit/stats.ts";
import { logList } from "../../../src/bin/logList.ts";
import { logStats } from "../../../src/bin/logStats.ts";
import { logTail } from "../../../src/bin/logTail.ts";
import { WantedSoFar } from "../../../src/bin/wantedSoFar.ts";
import type { AuditFilter } from "../../../src/protocol/audit.ts";
import { sampleLog } from "../../support/auditLog.ts";
import { place, requested } from "../audit/support.ts";

test("tail shows the newest entries, then each that is appended, also by another gate", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	for (let n = 0; n < 5; n++) await journal.append("action.requested", requested(`r${n}`));
	const shown: string[] = [];
	const stop = new AbortController();
	const tail = logTail({
		home: here.home.dir,
		folder: here.root,
		json: true,
		lines: 2,
		follow: true,
		signal: stop.signal,
		out: (text) => {
			shown.push(text);
			if (text.includes('"r7"')) stop.abort();
		},
	});
	await journal.append("action.requested", requested("r5"));
	const other = await here.open("gate2");
	await other.append("action.requested", requested("r6"));
	await other.append("action.requested", requested("r7"));
	assert.equal(await tail, 0);
	const requests = shown.flatMap((text) => JSON.parse(text).entry?.body?.request ?? []);
	assert.deepEqual(new Set(requests).size, requests.length, "nothing twice");
	for (const request of ["r4", "r5", "r6", "r7"]) assert.ok(requests.includes(request), request);
	assert.ok(!requests.includes("r1"));
});

/** Three requests, the second one denied. */
async function threeIn(here: ReturnType<typeof place>) {
	const journal = await here.open("gate1");
	for (const [n, verdict] of ["allow", "deny", "allow"].entries()) {
		await journal.append("action.requested", requested(`r${n}`));
		await journal.append("action.decided", { request: `r${n}`, decision: { by: "person", verdict } });
	}
	return journal;
}

test("with a filter tail shows the newest of the wanted entries, the same as list", async (t) => {
	const here = place(t);
	await (await threeIn(here)).close();
	const common = { home: here.home.dir, folder: here.root, json: true };
	const run = async (lines: number, filter: AuditFilter) => {
		const shown: string[] = [];
		const out = (text: string) => void shown.push(text);
		await logTail({ ...common, lines, filter, follow: false, signal: AbortSignal.abort(), out });
		return shown;
	};
	for (const filter of [{ outcomes: ["denied"] }, { kinds: ["gate"] }, { text: "nowhere" }] as AuditFilter[]) {
		const listed: string[] = [];
		await logList({ ...common, filter, out: (text) => void listed.push(text) });
		assert.deepEqual(await run(100, filter), listed);
		assert.deepEqual(await run(1, filter), listed.slice(-1));
	}
	const denied = await run(100, { outcomes: ["denied"] });
	assert.deepEqual(
		denied.map((text) => JSON.parse(text).entry.body.request),
		["r1", "r1"],
	);
});

test("with a filter tail follows what becomes wanted, with the entries before, and shows nothing twice", async (t) => {
	const here = place(t);
	const journal = await threeIn(here);
	// Open when the following begins.
	await journal.append("action.requested", requested("r3"));
	const shown: string[] = [];
	const stop = new AbortController();
	const tail = logTail({
		home: here.home.dir,
		folder: here.root,
		json: true,
		lines: 1,
		filter: { outcomes: ["denied"] },
		follow: true,
		signal: stop.signal,
		out: (text) => {
			shown.push(text);
			if (JSON.parse(text).entry.body.request === "r5" && text.includes("action.executed")) stop.abort();
		},
	});
	const decided = (request: string, verdict: string) =>
		journal.append("action.decided", { request, decision: { by: "person", verdict } });
	await decided("r3", "deny");
	await journal.append("action.requested", requested("r4"));
	await decided("r4", "allow");
	await journal.append("action.requested", requested("r5"));
	await decided("r5", "deny");
	await journal.append("action.executed", { request: "r5", tool: "Bash", outcome: "done" });
	assert.equal(await tail, 0);
	const said = shown.map((text) => JSON.parse(text).entry);
	assert.deepEqual(new Set(said.map(({ hash }) => hash)).size, said.length, "nothing twice");
	const of = (request: string) => said.filter(({ body }) => body.request === request).map(({ head }) => head.type);
	assert.deepEqual(of("r4"), []);
	assert.deepEqual(of("r0"), []);
	assert.deepEqual(of("r5").slice(-1), ["action.executed"]);
});

test("while a log grows a request is given whole when it becomes wanted, however many others are open", () => {
	const wanted = new WantedSoFar((row) => row.outcome === "denied");
	let at = 0;
	const line = (type: string, request: string, more = {}): ReadLine => {
		const head = { v: 1 as const, seq: ++at, time: new Date(at).toISOString(), mono: at, type };
		const entry = { head, body: { ...requested(request), request, ...more }, hash: "", prev: "" } as never;
		return { segment: "s", line: at, offset: at, bytes: 10, ended: true, entry };
	};
	const deny = { decision: { by: "rule", verdict: "deny" } };
	const take = (one: ReadLine) => wanted.take(one).map((given) => given.line);
	assert.deepEqual(take(line("action.requested", "a")), []);
	assert.deepEqual(take(line("action.requested", "b")), []);
	assert.deepEqual(take(line("action.decided", "a", deny)), [1, 3]);
	assert.deepEqual(take(line("action.released", "a")), [4]);
	assert.deepEqual(take({ segment: "s", line: 5, offset: 0, bytes: 1, ended: true, problem: "x" }), []);
	for (let n = 0; n < 6000; n++) take(line("action.requested", `n${n}`));
	const late = line("action.decided", "b", deny);
	assert.ok(!take(late).includes(2), "the oldest are not held for ever");
	assert.equal(take(line("action.decided", "n5999", deny)).length, 2);
});

test("a line that is being written is given once, when it is whole", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	const stop = new AbortController();
	const entries = followEntries(journal.dir, { signal: stop.signal });
	const first = await entries.next();
	assert.equal(first.value?.line, 1);
	stop.abort();
	assert.equal((await entries.next()).done, true);
});

test("stats count what filters want, in words and as JSON", async (t) => {
	const here = place(t);
	await (await sampleLog(here.home, here.root)).journal.close();
	const run = async (json: boolean, filter = {}) => {
		let text = "";
		const out = (part: string) => {
			text += part;
		};
		const code = await logStats({ home: here.home.dir, folder: here.root, json, filter, out });
		return { code, text };
	};
	const whole = JSON.parse((await run(true)).text);
	assert.equal(whole.actions, 12);
	assert.deepEqual(
		Object.fromEntries(whole.by.map(({ name, count }: { name: string; count: number }) => [name, count])),
		{ person: 5, rule: 2, timeout: 1, withdrawn: 1, failure: 1 },
	);
	assert.equal(whole.channels[0].allowed + whole.channels[0].denied, 5);
	const words = await run(false);
	assert.match(words.text, /Actions {3}12\n/);
	assert.doesNotMatch(words.text.replaceAll("\n", ""), /\p{Cc}/u);
	assert.equal((await run(false, { text: "nowhere" })).code, 1);
});

test("an overview adds up to its actions", async (t) => {
	const here = place(t);
	const log = await sampleLog(here.home, here.root);
	await log.journal.close();
	const stats = new Stats();
	for await (const row of foldRows(readEntries(log.dir))) stats.add(row);
	const { actions, days, agents } = stats.overview();
	for (const list of [days, agents])
		assert.equal(
			list.reduce((sum, one) => sum + one.allowed + one.denied + one.timeout + one.other, 0),
			actions,
		);
});

test("the middle and the 95th of a hundred answers", () => {
	assert.equal(answerTimes([]), undefined);
	assert.deepEqual(answerTimes([5]), { median: 5, p95: 5, count: 1 });
	const hundred = Array.from({ length: 100 }, (_, n) => 100 - n);
	assert.deepEqual(answerTimes(hundred), { median: 50.5, p95: 95, count: 100 });
});

test("days are those of this machine, and no time has none", () => {
	const at = new Date(2026, 0, 5, 0, 30);
	assert.equal(localDay(at.toISOString()), "2026-01-05");
	assert.equal(localDay("yesterday"), "");
});
