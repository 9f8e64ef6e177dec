// The host's side of the audit panel, with a page that is not there: what it answers, and what it refuses.
import assert from "node:assert/strict";
import type { AuditLog } from "../../src/editor/auditLog.ts";
import type { AuditPanelMessage } from "../../src/protocol/auditPanel.ts";
import { writeCall } from "../support/hookCall.ts";
import { until } from "../support/until.ts";
import { auditLog, page, rowOf, sample } from "./auditStage.ts";
import { log as entriesOf, folder, held, home, waiting } from "./stage.ts";

const ROWS = { type: "rows", n: 1, filter: {}, order: "newest", offset: 0, limit: 50 } as const;

describe("the audit panel's host", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	let log: AuditLog;
	let folders: string[] = [];

	before(async () => {
		made = await sample("audit-messages");
		folders = [made.root, folder(0)];
	});
	after(() => made.journal.close());
	beforeEach(async () => {
		log = auditLog(() => folders);
		await log.sync();
	});
	afterEach(() => log.close());

	it("answers a page that knows nothing with its sentences, then the logs there are", async () => {
		const { messages, posted } = page(log);
		await messages.take({ type: "ready" });
		assert.deepEqual(
			posted.map(({ type }) => type),
			["strings", "log"],
		);
		const [, state] = posted;
		assert(state?.type === "log");
		assert.equal(state.log.folder, made.root);
		assert.deepEqual(state.log.folders.slice(0, 2), [
			{ folder: made.root, label: "audit-messages" },
			{ folder: folder(0), label: "first" },
		]);
	});

	it("answers rows, detail, facets, sessions, session and overview, each with its number", async () => {
		const { ask } = page(log);
		const { rows, total, n } = await ask(ROWS, "rows");
		assert.equal(n, 1);
		assert.equal(rows.length, Math.min(50, total));
		const { id } = await rowOf(log, made.requests.edit);
		const { detail } = await ask({ type: "detail", n: 2, row: id }, "detail");
		assert.equal(detail.row.request, made.requests.edit);
		assert.equal(detail.files.length, 1);
		assert.deepEqual(
			detail.entries.map(({ type }) => type),
			["action.requested", "action.decided", "action.released", "action.executed"],
		);
		assert.equal((await ask({ type: "facets", n: 3 }, "facets")).n, 3);
		const sessions = await ask({ type: "sessions", n: 4, filter: {}, offset: 0, limit: 50 }, "sessions");
		assert.equal(sessions.total, 2);
		const of = { agent: "claude-code", session: made.sessions.good };
		const session = await ask({ type: "session", n: 5, ...of, offset: 0, limit: 50 }, "session");
		assert.equal(session.detail.files.length, 1);
		assert.equal((await ask({ type: "overview", n: 6, filter: {} }, "overview")).n, 6);
	});

	it("answers from the journal that this window's gate writes, and takes in what comes", async () => {
		const { ask, messages } = page(log);
		await messages.take({ type: "choose", folder: folder(0) });
		const before = await ask(ROWS, "rows");
		const call = writeCall(home, folder(0), "audited.txt", "one\n");
		const request = await held(call, folder(0));
		await call.kill();
		await until("no card is left", async () => (await waiting()) === 0);
		await until("its end is on record", async () =>
			(await entriesOf(folder(0))).some(({ type, body }) => type === "action.withdrawn" && body.request === request),
		);
		const row = await rowOf(log, request);
		assert.equal(row.tool, "Write");
		assert(row.files.some((path) => path.endsWith("audited.txt")));
		assert((await ask(ROWS, "rows")).total > before.total);
	});

	it("remembers the filter in view, for exports", async () => {
		const { ask, messages } = page(log);
		await ask({ ...ROWS, filter: { kinds: ["action"] } }, "rows");
		assert.deepEqual(messages.filter, { kinds: ["action"] });
		await ask(ROWS, "rows");
		assert.equal(messages.filter, undefined);
	});

	it("refuses a row that is none, and opens nothing for it", async () => {
		const { ask, messages, opened, told } = page(log);
		for (const row of [100_000, Number.MAX_SAFE_INTEGER]) {
			const { n, message } = await ask({ type: "detail", n: 7, row }, "refused");
			assert.equal(n, 7);
			assert.equal(message.code, "auditHost.noRow");
			await messages.take({ type: "openDiff", row, file: 0 });
		}
		assert.equal(told.length, 2);
		assert.deepEqual(opened, []);
	});

	it("refuses a session and a path that are not in the log", async () => {
		const { ask, messages, opened, told } = page(log);
		const of = { agent: "claude-code", session: "nobody" };
		assert.equal((await ask({ type: "session", n: 8, ...of, offset: 0, limit: 1 }, "refused")).n, 8);
		const good = { agent: "claude-code", session: made.sessions.good };
		for (const path of ["/etc/passwd", `${made.root}/../../etc/passwd`, ""]) {
			await messages.take({ type: "openSessionDiff", ...good, path });
		}
		await messages.take({ type: "openSessionDiff", ...of, path: `${made.root}/src/login.ts` });
		assert.equal(told.length, 4);
		assert.deepEqual(opened, []);
	});

	it("shows no folder that is not among the logs there are", async () => {
		const { messages, told } = page(log);
		for (const other of ["/etc", `${made.root}/..`, folder(1), "_outside/../x", ""]) {
			await messages.take({ type: "choose", folder: other });
		}
		assert.equal(told.length, 5);
		assert.equal(log.place?.folder, made.root);
		await messages.take({ type: "choose", folder: folder(0) });
		assert.equal(log.place?.folder, folder(0));
	});

	it("drops what is no message, with a line in its own output", async () => {
		const { messages, posted, opened, warned, told } = page(log);
		const hostile: unknown[] = [
			undefined,
			null,
			"ready",
			[],
			{ type: "answer", id: "x", verdict: "allow" },
			{ ...ROWS, limit: 501 },
			{ ...ROWS, offset: -1 },
			{ ...ROWS, n: 1.5 },
			{ ...ROWS, filter: { where: "1=1" } },
			{ ...ROWS, extra: true },
			{ type: "detail", n: 1, row: 0 },
			{ type: "detail", n: 1, row: "1" },
			{ type: "openDiff", row: 1, file: -1 },
			{ type: "openText", row: 1, what: "passwd" },
			{ type: "export", format: "exe", scope: { of: "all" } },
			{ type: "export", format: "csv", scope: { of: "all" }, out: "/etc/passwd" },
			{ type: "copy", text: "x".repeat(200_001) },
			{ type: "choose", folder: { toString: "x" } },
		];
		for (const raw of hostile) await messages.take(raw);
		assert.deepEqual([posted, opened, told], [[], [], []]);
		assert.equal(warned.length, hostile.length);
	});

	it("passes on what opens, with the log in view", async () => {
		const { messages, opened } = page(log);
		const { id } = await rowOf(log, made.requests.edit);
		const good = { agent: "claude-code", session: made.sessions.good };
		const asked: AuditPanelMessage[] = [
			{ type: "openDiff", row: id, file: 0 },
			{ type: "openSessionDiff", ...good, path: `${made.root}/src/login.ts` },
			{ type: "openText", row: id, what: "card" },
			{ type: "explain", row: id },
			{ type: "makeRule", row: id },
			{ type: "copy", text: "hash" },
			{ type: "export", format: "csv", scope: { of: "session", ...good } },
		];
		for (const msg of asked) await messages.take(msg);
		assert.deepEqual(
			opened.map(([name]) => name),
			["diff", "sessionDiff", "text", "explain", "makeRule", "copy", "export"],
		);
		assert.deepEqual(opened[2], ["text", log.place, id, "card"]);
	});

	it("tells of an error of the index, and goes on", async () => {
		const { ask, messages } = page(log);
		await log.close();
		const { message } = await ask(ROWS, "refused");
		assert.equal(message.code, "auditHost.noLog");
		await messages.take({ type: "ready" });
	});
});

describe("the logs of a window", function () {
	this.timeout(60_000);
	it("change with its folders; what is shown stays where it can", async () => {
		const made = await sample("audit-folders");
		let folders = [folder(0), made.root];
		const log = auditLog(() => folders);
		try {
			await log.sync();
			await log.choose(made.root);
			folders = [made.root, folder(1)];
			await log.sync();
			assert.equal(log.place?.folder, made.root);
			folders = [folder(1)];
			await log.sync();
			assert.equal(log.place?.folder, folder(1));
			folders = [`${made.root}-gone`];
			await log.sync();
			assert.equal(log.state().folders.filter((one) => one.folder !== "_outside").length, 0);
		} finally {
			await log.close();
			await made.journal.close();
		}
	});

	it("refuse an answer about another log than the one that is shown by then", async () => {
		const made = await sample("audit-switch");
		const log = auditLog(() => [made.root, folder(0)]);
		try {
			await log.sync();
			const asked = log.ask("rows", { filter: {}, order: "newest", offset: 0, limit: 1 });
			const checked = assert.rejects(asked, { message: "auditHost.otherLog" });
			await log.choose(folder(0));
			await checked;
		} finally {
			await log.close();
			await made.journal.close();
		}
	});
});

describe("the integrity of a log that is shown", function () {
	this.timeout(60_000);
	it("is verified by itself when the log is small, with what was found said exactly", async () => {
		const made = await sample("audit-integrity");
		const problems: string[] = [];
		const states: string[] = [];
		let bad = false;
		const log: AuditLog = auditLog(() => [made.root], {
			onChange: () => states.push(log.state().integrity.state),
			onProblem: (sentence) => problems.push(sentence),
			verify: async (_, { onProgress }) => {
				onProgress(1, 2);
				const problem = { segment: "s.jsonl", line: 3, kind: "edited" as const, detail: "its hash is another" };
				return {
					ok: !bad,
					problems: bad ? Array.from({ length: 250 }, () => problem) : [],
					moreProblems: bad ? 7 : 0,
					entries: 40,
					segments: 1,
					heads: [],
					signer: { pinned: false, keys: [{ publicKey: "ab", storage: "file", segments: 1, firstSegment: "s" }] },
				};
			},
		});
		try {
			await log.sync();
			await until("the log is verified", () => log.state().integrity.state === "good");
			assert.equal(log.state().integrity.entries, 40);
			assert(states.includes("checking"));
			assert.deepEqual(problems, []);
			bad = true;
			log.verify();
			assert.equal(log.state().integrity.state, "checking");
			await until("the log is verified again", () => log.state().integrity.state === "bad");
			const { problems: listed = [], moreProblems } = log.state().integrity;
			assert.equal(listed.length, 200);
			assert.equal(moreProblems, 57);
			assert.match(problems[0] ?? "", /audit-integrity.*edited.*s\.jsonl:3.*its hash is another/);
			assert.match(problems.at(-1) ?? "", /237/);
		} finally {
			await log.close();
			await made.journal.close();
		}
	});

	it("is said to be unknown, with the reason, when the log cannot be verified", async () => {
		const log = auditLog(() => [folder(1)], {
			verify: async () => {
				throw new Error("no rights");
			},
		});
		try {
			await log.sync();
			await until("it is tried", () => log.state().integrity.state === "failed");
			assert.equal(log.state().integrity.message?.args?.detail, "no rights");
		} finally {
			await log.close();
		}
	});
});
