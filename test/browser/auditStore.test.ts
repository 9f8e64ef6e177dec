// The audit panel's store: questions and their answers, what is kept, what is forgotten; without a browser.
import assert from "node:assert/strict";
import { before, describe, it, mock } from "node:test";
import type { AuditHostMessage, AuditPanelMessage, LogState } from "../../src/protocol/auditPanel.ts";
import type { Host } from "../../webview/audit/host.ts";
import { DEFAULT_FILTER, fromMemory, memoryOf, sinceOf } from "../../webview/audit/state.ts";
import { Refused, Store } from "../../webview/audit/store.ts";
import { log } from "../support/auditHarness/sample.ts";

/** A store that was started, what it posted, and its host's voice. */
function started(memory?: unknown) {
	const posted: AuditPanelMessage[] = [];
	let say: (message: AuditHostMessage) => void = () => undefined;
	const host = {
		memory,
		post: (message: AuditPanelMessage) => posted.push(message),
		listen: (onMessage: typeof say) => {
			say = onMessage;
		},
	};
	const store = new Store(host as unknown as Host);
	store.start();
	const sayLog = (more: Partial<LogState> = {}) => say({ type: "log", log: log(more) });
	return { store, posted, host, say: (message: AuditHostMessage) => say(message), sayLog };
}

const facets = { labels: {} } as never;

describe("a question", () => {
	before(() => {
		Object.assign(globalThis, { window: { addEventListener: () => undefined } });
	});

	it("gets the answer with its number, and no other", async () => {
		const { store, posted, say } = started();
		const first = store.ask({ type: "facets" });
		const second = store.ask({ type: "facets" });
		assert.deepEqual(
			posted.slice(1).map((one) => ("n" in one ? one.n : undefined)),
			[1, 2],
		);
		say({ type: "facets", n: 2, facets });
		say({ type: "facets", n: 7, facets });
		assert.equal((await second).n, 2);
		say({ type: "facets", n: 1, facets });
		assert.equal((await first).n, 1);
	});

	it("is refused with the host's reason, or when it is answered with something else", async () => {
		const { store, say } = started();
		const first = store.ask({ type: "facets" });
		say({ type: "refused", n: 1, message: { code: "why.network" } });
		await assert.rejects(first, (error) => error instanceof Refused && error.reason.code === "why.network");
		const second = store.ask({ type: "facets" });
		say({ type: "sessions", n: 2, offset: 0, total: 0, sessions: [] });
		await assert.rejects(second, Refused);
	});

	it("is given up after a while, and the late answer is dropped", async () => {
		mock.timers.enable({ apis: ["setTimeout"] });
		try {
			const { store, say } = started();
			const asked = store.ask({ type: "facets" });
			mock.timers.tick(29_000);
			mock.timers.tick(2000);
			await assert.rejects(asked, (error) => error instanceof Refused && error.reason.code === "audit.noAnswer");
			say({ type: "facets", n: 1, facets });
		} finally {
			mock.timers.reset();
		}
	});

	it("that is not wanted any more stays open and waits for nothing", async () => {
		const { store, say } = started();
		const aborter = new AbortController();
		let ended = false;
		const end = () => {
			ended = true;
		};
		store.ask({ type: "facets" }, aborter.signal).then(end, end);
		aborter.abort();
		say({ type: "facets", n: 1, facets });
		await new Promise((done) => setImmediate(done));
		assert.equal(ended, false);
	});

	it("is refused when the log changes under it, or is read anew", async () => {
		const { store, sayLog } = started();
		sayLog();
		const { generation } = store.state;
		const first = store.ask({ type: "facets" });
		sayLog({ folder: "/home/ada/lib" });
		await assert.rejects(first, (error) => error instanceof Refused && error.reason.code === "audit.logChanged");
		assert.equal(store.state.generation, generation + 1);
		const second = store.ask({ type: "facets" });
		sayLog({ folder: "/home/ada/lib", index: { state: "ready", entries: 3, done: 0, total: 0 } });
		await assert.rejects(second, Refused);
		assert.equal(store.state.generation, generation + 2);
		// It has only grown.
		sayLog({ folder: "/home/ada/lib", index: { state: "ready", entries: 4, done: 0, total: 0 } });
		assert.equal(store.state.generation, generation + 2);
	});
});

describe("the state", () => {
	it("is kept but for the log, and read back", () => {
		const { store, sayLog } = started();
		sayLog();
		store.show("sessions", { session: { agent: "claude-code", session: "s" } });
		store.setFilter({ outcomes: ["denied"], text: "", agents: [] });
		store.select({ id: 7, segment: "s", line: 2, agent: "claude-code", session: "s" });
		assert.deepEqual(store.state.filter, { outcomes: ["denied"] });
		const { state, folder } = fromMemory(JSON.parse(JSON.stringify(memoryOf(store.state))));
		assert.deepEqual({ ...state, log: store.state.log }, store.state);
		assert.equal(folder, "/home/ada/shop");
	});

	it("goes back to the log it is of, and begins anew in another", () => {
		const { store } = started();
		store.setFilter({ text: "kept" });
		const memory = { ...memoryOf(store.state), folder: "/home/ada/lib" };
		const again = started(memory);
		again.sayLog();
		assert.deepEqual(again.posted.slice(1), [{ type: "choose", folder: "/home/ada/lib" }]);
		again.sayLog({ folder: "/home/ada/lib" });
		assert.deepEqual(again.store.state.filter, { text: "kept" });
		again.sayLog();
		assert.deepEqual(again.store.state.filter, DEFAULT_FILTER);
		// One that is not there any more is not asked for.
		const gone = started({ ...memory, folder: "/gone" });
		gone.sayLog();
		assert.equal(gone.posted.length, 1);
	});

	it("of a range that goes with the clock is counted from now", () => {
		const { store } = started();
		store.setRange("7d");
		const old = { ...memoryOf(store.state), filter: { since: "2020-01-01T00:00:00.000Z" } };
		const { state } = fromMemory(old);
		assert.ok(Date.parse(state.filter.since ?? "") > Date.now() - 8 * 86_400_000);
		store.setFilter({ ...state.filter, since: "2020-01-01T00:00:00.000Z" });
		assert.equal(store.state.range, undefined);
		const noon = new Date(2026, 10, 22, 12, 30);
		assert.equal(new Date(sinceOf("today", noon)).getTime(), new Date(2026, 10, 22).getTime());
	});

	it("that makes no sense begins anew", () => {
		for (const memory of [
			undefined,
			null,
			3,
			"x",
			[],
			{ filter: { kinds: "all" } },
			{ filter: { zzz: [] }, anchor: {} },
		]) {
			assert.deepEqual(fromMemory(memory).state.filter, DEFAULT_FILTER);
		}
	});
});
