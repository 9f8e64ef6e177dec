// Rows of a log: an action with all its entries is one; what a filter wants of them; what the log says of one.
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { detailOf } from "../../../src/audit/facts.ts";
import { matches, wordsOf } from "../../../src/audit/filter.ts";
import { type FoldedRow, foldRows, rowOf } from "../../../src/audit/fold.ts";
import { type ReadLine, readEntries } from "../../../src/audit/read.ts";
import { type AuditFilter, MAX_TARGET } from "../../../src/protocol/audit.ts";
import { HOSTILE, sampleLog } from "../../support/auditLog.ts";
import { place } from "./support.ts";

async function sample(t: Parameters<typeof place>[0]) {
	const at = place(t);
	const log = await sampleLog(at.home, at.root);
	await log.journal.close();
	const lines: ReadLine[] = [];
	for await (const line of readEntries(log.dir)) lines.push(line);
	const rows: FoldedRow[] = [];
	for await (const row of foldRows(each(lines))) rows.push(row);
	const of = (request: keyof typeof log.requests) => {
		const row = rows.find((one) => one.kind === "action" && one.request === log.requests[request]);
		assert.ok(row !== undefined, request);
		return row;
	};
	const linesOf = (row: FoldedRow) =>
		row.places.map(({ segment, line }) => {
			const found = lines.find((one) => one.segment === segment && one.line === line);
			assert.ok(found !== undefined);
			return found;
		});
	return { log, lines, rows, of, linesOf };
}

async function* each<T>(items: T[]): AsyncGenerator<T> {
	yield* items;
}

test("every entry belongs to exactly one row", async (t) => {
	const { lines, rows } = await sample(t);
	const places = rows.flatMap((row) => row.places.map(({ segment, line }) => `${segment}:${line}`));
	assert.equal(places.length, lines.length);
	assert.equal(new Set(places).size, lines.length);
	for (const row of rows) assert.equal(row.entries, row.places.length);
});

test("how each action ended, by whom, where and what was odd about it", async (t) => {
	const { of } = await sample(t);
	const short = (row: FoldedRow) => [row.outcome, row.by, row.person, row.channel, row.result, row.flags.join()];
	const ada = "Ada Lovelace (ada)";
	assert.deepEqual(short(of("read")), ["allowed", "rule", undefined, undefined, "done", ""]);
	assert.equal(of("read").rule, "floor.shell.git");
	assert.deepEqual(short(of("edit")), ["allowed", "person", ada, "editor", "done", ""]);
	assert.deepEqual(short(of("denied")), ["denied", "person", ada, "editor", undefined, ""]);
	assert.deepEqual(short(of("timeout")), ["timeout", "timeout", undefined, undefined, undefined, "late"]);
	assert.deepEqual(short(of("withdrawn")), ["withdrawn", "withdrawn", undefined, undefined, undefined, ""]);
	assert.deepEqual(short(of("failed")), ["failed", "failure", ada, "editor", undefined, ""]);
	assert.deepEqual(short(of("mismatch")), ["allowed", "rule", undefined, undefined, "done", "mismatch"]);
	assert.deepEqual(short(of("open")), ["open", undefined, undefined, undefined, undefined, ""]);
	assert.equal(of("granted").grant, "g1");
	assert.ok((of("edit").waitedMs ?? -1) >= 0);
	assert.deepEqual(
		of("edit").changes.map(({ op, file }) => [op, file]),
		[["modify", 0]],
	);
});

test("a target is one line, short and whole text, whatever an agent wrote", async (t) => {
	const { rows, of } = await sample(t);
	for (const { target } of rows) {
		assert.ok(target.length <= MAX_TARGET && target.isWellFormed());
		assert.doesNotMatch(target, /[\r\n\u2028\t]/);
	}
	assert.ok(of("hostile").search.includes(HOSTILE.formula));
});

test("what filters want", async (t) => {
	const { rows, log, of } = await sample(t);
	const wanted = (filter: AuditFilter) => rows.filter((row) => matches(row, filter));
	assert.equal(wanted({}).length, rows.length);
	assert.deepEqual(
		new Set(wanted({ sessions: [log.sessions.bad] }).map(({ session }) => session)),
		new Set([log.sessions.bad]),
	);
	assert.deepEqual(wanted({ outcomes: ["timeout"] }), [of("timeout")]);
	assert.deepEqual(wanted({ file: "LOGIN.ts" }), [of("edit")]);
	assert.deepEqual(wanted({ text: "push orig" }), [of("timeout")]);
	assert.deepEqual(wanted({ text: "push rig" }), [], "words are found by their beginning");
	assert.deepEqual(wanted({ flags: ["mismatch", "late"] }), [of("timeout"), of("mismatch")]);
	assert.deepEqual(wanted({ since: "2999-01-01T00:00:00Z" }), []);
	assert.equal(wanted({ until: "2999-01-01T00:00:00Z" }).length, rows.length);
	assert.deepEqual(wanted({ kinds: [] }), [], "a list without values wants nothing");
});

test("words: letters and digits, without case and accents", () => {
	assert.deepEqual(wordsOf("Émile's  FILE_name-2.ts"), ["emile", "s", "file", "name", "2", "ts"]);
	assert.deepEqual(wordsOf('\u202e=*"AND" ('), ["and"]);
});

test("the whole story of an edit: who, on what task, what was shown, what came of it", async (t) => {
	const { of, linesOf, lines } = await sample(t);
	const byType = (type: string) => lines.find(({ entry }) => entry?.head.type === type)?.entry;
	const row = of("edit");
	const detail = detailOf(row, linesOf(row), { prompt: byType("prompt"), started: byType("session.started") });
	assert.match(detail.prompt?.text ?? "", /login form forgets/);
	assert.deepEqual(detail.starter?.launcher, { kind: "terminal", name: "bash" });
	assert.equal(detail.starter?.git?.branch, "fix-login");
	assert.equal(detail.starter?.claimed.model, "claude-opus-5");
	assert.match(detail.said?.input ?? "", /remember\(user\)/);
	const [file] = detail.files;
	assert.ok(file?.before !== undefined && "digest" in file.before && file.after !== undefined);
	assert.deepEqual(detail.decision?.shown, { digest: "ef".repeat(32), extent: "whole", ms: 4200 });
	assert.ok((detail.decision?.card?.size ?? 0) > 0);
	assert.equal(detail.released?.delivered, true);
	assert.equal(detail.result?.outcome, "done");
	assert.equal(detail.entries.length, 4);
});

test("removed evidence says when", async (t) => {
	const { of, linesOf } = await sample(t);
	const row = of("edit");
	const before = detailOf(row, linesOf(row)).decision?.card;
	const removed = new Map([[before?.digest ?? "", "2026-01-01T00:00:00.000Z"]]);
	assert.equal(detailOf(row, linesOf(row), { removed }).decision?.card?.removedAt, "2026-01-01T00:00:00.000Z");
});

test("bodies of any shape make rows and details without an error", () => {
	const types = [
		"action.requested",
		"action.decided",
		"action.executed",
		"prompt",
		"session.started",
		"coverage.gap",
		"x",
	];
	const line = (body: unknown, type: string): ReadLine => ({
		segment: "s.jsonl",
		line: 1,
		offset: 0,
		bytes: 1,
		ended: true,
		entry: { head: { v: 1, seq: 1, time: "t", mono: 0, type }, body: body as never, hash: "", prev: "" },
	});
	fc.assert(
		fc.property(
			fc.dictionary(
				fc.constantFrom(
					"request",
					"claimed",
					"decision",
					"change",
					"why",
					"git",
					"result",
					"card",
					"tool",
					"kind",
					"input",
				),
				fc.jsonValue(),
			),
			fc.constantFrom(...types),
			(body, type) => {
				const one = line(body, type);
				detailOf(rowOf(one), [one]);
			},
		),
	);
});

test("a path is cut, wherever it stands", () => {
	const path = `/${"x".repeat(1_000_000)}`;
	const claimed = { paths: [`${path}2`], input: {} };
	const body = { request: "r", claimed, change: { files: [{ path, op: "modify" }] } };
	const head = { v: 1 as const, seq: 1, time: "", mono: 0, type: "action.requested" };
	const entry = { head, body, hash: "", prev: "" };
	const line: ReadLine = { segment: "s", line: 1, offset: 0, bytes: 0, ended: true, entry };
	const row = rowOf(line);
	assert.deepEqual(
		[...row.files, row.changes[0]?.path].map((one) => one?.length),
		[5000, 5000, 5000],
	);
});
