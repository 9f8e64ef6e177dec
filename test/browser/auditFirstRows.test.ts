// The first rows of the audit panel, asked for before anything is drawn: when the answer is taken, and when it is not.
import assert from "node:assert/strict";
import { before, describe, it } from "node:test";
import type { AuditHostMessage, AuditPanelMessage, LogState } from "../../src/protocol/auditPanel.ts";
import type { Host } from "../../webview/audit/host.ts";
import { DEFAULT_FILTER } from "../../webview/audit/state.ts";
import { Store } from "../../webview/audit/store.ts";
import { firstRowsOf } from "../../webview/audit/table/firstRows.ts";
import { firstQuestion } from "../../webview/audit/table/rowPages.ts";
import { log } from "../support/auditHarness/sample.ts";

const question = firstQuestion(DEFAULT_FILTER, "newest", 0);
const signal = new AbortController().signal;

/** A store with its first rows, the questions it posted, and its host's voice. */
function started() {
	const rows: Extract<AuditPanelMessage, { type: "rows" }>[] = [];
	let say: (message: AuditHostMessage) => void = () => undefined;
	const host = {
		memory: undefined,
		post: (message: AuditPanelMessage) => {
			if (message.type === "rows") rows.push(message);
		},
		listen: (onMessage: typeof say) => {
			say = onMessage;
		},
	};
	const store = new Store(host as unknown as Host);
	const first = firstRowsOf(store);
	store.subscribe(() => first.look());
	store.start();
	const index = (state: LogState["index"]["state"], entries: number) => ({ state, entries, done: 0, total: 0 });
	return {
		store,
		first,
		rows,
		loading: () => say({ type: "log", log: log({ index: index("loading", 0) }) }),
		ready: (entries: number) => say({ type: "log", log: log({ index: index("ready", entries) }) }),
		answer: (total: number) => say({ type: "rows", n: rows.at(-1)?.n ?? 0, offset: 0, total, rows: [] }),
		refuse: () => say({ type: "refused", n: rows.at(-1)?.n ?? 0, message: { code: "audit.noAnswer" } }),
	};
}

describe("the first rows", () => {
	before(() => {
		Object.assign(globalThis, { window: { addEventListener: () => undefined } });
	});

	it("are asked for once while the index loads, and the table takes that answer", async () => {
		const panel = started();
		assert.equal(panel.rows.length, 0);
		panel.loading();
		panel.loading();
		assert.equal(panel.rows.length, 1);
		panel.answer(7);
		panel.ready(20);
		assert.equal((await panel.first.ask(question, signal)).total, 7);
		assert.equal(panel.rows.length, 1);
		// Once: whoever asks again wants to know what there is now.
		const again = panel.first.ask(question, signal);
		panel.answer(8);
		assert.equal((await again).total, 8);
		assert.equal(panel.rows.length, 2);
	});

	it("are asked for anew for another filter, and when the log has grown since", async () => {
		const other = started();
		other.ready(20);
		other.answer(7);
		const filtered = other.first.ask(firstQuestion({ text: "git" }, "newest", 0), signal);
		assert.deepEqual(other.rows.at(-1)?.filter, { text: "git" });
		other.answer(1);
		assert.equal((await filtered).total, 1);

		const grown = started();
		grown.ready(20);
		grown.answer(7);
		grown.ready(30);
		const now = grown.first.ask(question, signal);
		assert.equal(grown.rows.length, 2);
		grown.answer(9);
		assert.equal((await now).total, 9);
	});

	it("are asked for anew when the index is built anew, or the question was given up meanwhile", async () => {
		const anew = started();
		anew.ready(20);
		anew.loading();
		assert.equal(anew.rows.length, 2);
		anew.ready(20);
		anew.answer(6);
		assert.equal((await anew.first.ask(question, signal)).total, 6);
		assert.equal(anew.rows.length, 2);

		const late = started();
		late.loading();
		late.refuse();
		late.ready(20);
		const asked = late.first.ask(question, signal);
		await new Promise((done) => setImmediate(done));
		assert.equal(late.rows.length, 2);
		late.answer(5);
		assert.equal((await asked).total, 5);
	});

	it("are those of the place that was looked at before, and of no log and no other view", () => {
		const panel = started();
		panel.store.set({ anchor: { index: 250, px: 0, top: false, shown: 900 } });
		assert.equal(panel.rows.length, 0);
		panel.store.set({ view: "sessions" });
		panel.ready(20);
		assert.equal(panel.rows.length, 0);
		panel.store.show("log");
		assert.deepEqual(
			panel.rows.map(({ offset, limit }) => [offset, limit]),
			[[200, 200]],
		);
		panel.answer(900);
	});
});
