import assert from "node:assert/strict";
import { appendFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { GENESIS, saltedBody, seal } from "../../../../src/audit/chain.ts";
import type { Lens } from "../../../../src/audit/index/lens.ts";
import { segmentName } from "../../../../src/audit/segment.ts";
import type { AuditRow } from "../../../../src/protocol/audit.ts";
import { rootIn, type SampleLog, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";
import { allRows, emptyLog, openLens } from "./support.ts";

interface Opened {
	log: SampleLog;
	lens: Lens;
	row(request: string): AuditRow;
	segment: string;
}

async function opened(t: TestContext): Promise<Opened> {
	const { dir, home } = place(t);
	const log = await sampleLog(home, rootIn(dir));
	const removed = "12".repeat(32);
	await log.journal.append("evidence.removed", { digests: [removed, "odd"], olderThanDays: 30 });
	await log.journal.close();
	const { lens } = openLens(t, log.dir, home.macKey());
	const rows = await allRows(lens, {});
	const row = (request: string) => {
		const found = rows.find((one) => one.request === request && one.kind === "action");
		assert.ok(found !== undefined);
		return found;
	};
	return { log, lens, row, segment: log.journal.path };
}

test("a detail is made of the row's lines, the prompt before it and the start of its session", async (t) => {
	const { log, lens, row } = await opened(t);
	const { id } = row(log.requests.edit);
	const detail = await lens.ask("detail", { row: id });
	assert.deepEqual(
		detail?.entries.map(({ type, problem }) => [type, problem]),
		[
			["action.requested", undefined],
			["action.decided", undefined],
			["action.released", undefined],
			["action.executed", undefined],
		],
	);
	assert.match(detail.prompt?.text ?? "", /^The login form forgets the user/);
	assert.equal(detail.starter?.osUser, "ada");
	assert.equal(detail.files.length, 1);
	assert.equal(detail.decision?.by, "person");
	assert.deepEqual(detail.row, row(log.requests.edit));
	const bad = await lens.ask("detail", { row: row(log.requests.denied).id });
	assert.match(bad?.prompt?.text ?? "", /^Deploy/, "the prompt of its own session");
	// A grant leaves a mark at the row of its request, but its entry is a row of its own.
	const granted = await lens.ask("detail", { row: row(log.requests.granted).id });
	assert.ok(granted?.entries.every(({ type }) => type !== "grant.added"));
	assert.equal(granted?.row.grant, "g1");
	const entries = await lens.ask("entries", { row: id });
	assert.deepEqual(
		entries.map(({ entry }) => entry?.head.type),
		detail.entries.map(({ type }) => type),
	);
	for (const { text, entry } of entries) assert.deepEqual(JSON.parse(text ?? ""), entry);
	assert.equal(await lens.ask("detail", { row: 9999 }), undefined);
	assert.deepEqual(await lens.ask("entries", { row: 9999 }), []);
});

test("a line that was changed after it was read says so in the detail", async (t) => {
	const { log, lens, row, segment } = await opened(t);
	const { id, line } = row(log.requests.test);
	const original = readFileSync(segment, "utf8");
	const lines = original.split("\n");
	const old = lines[line - 1] ?? "";
	const problems = async (text: string) => {
		writeFileSync(segment, text);
		return (await lens.ask("detail", { row: id }))?.entries.map(({ problem }) => problem);
	};
	lines[line - 1] = old.replace("npm test", "npm tost");
	assert.match((await problems(lines.join("\n")))?.[0] ?? "", /hash does not fit/);
	// Another good line of the same length in its place.
	lines[line - 1] = lines[0]?.padEnd(old.length, " ").slice(0, old.length) ?? "";
	assert.ok((await problems(lines.join("\n")))?.[0] !== undefined);
	// Everything after it has moved.
	lines[line - 1] = `${old} `;
	assert.ok((await problems(lines.join("\n")))?.every((problem) => problem !== undefined));
	assert.deepEqual(new Set(await problems("")), new Set(["the line is gone"]));
	rmSync(segment);
	const gone = await lens.ask("detail", { row: id });
	assert.match(gone?.entries[0]?.problem ?? "", /cannot be read/);
	writeFileSync(segment, original);
	assert.ok((await lens.ask("detail", { row: id }))?.entries.every(({ problem }) => problem === undefined));
});

test("another good entry in a line's place is not taken for it", async (t) => {
	const dir = emptyLog(t);
	const path = join(dir, "journal", segmentName(0, "equal"));
	const entry = (seq: number, text: string) => {
		const head = { v: 1 as const, seq, time: new Date(seq).toISOString(), mono: seq, type: "prompt" };
		return seal(GENESIS, head, saltedBody({ claimed: { text } })).line;
	};
	const [first, second, other] = [entry(1, "one"), entry(2, "two"), entry(1, "six")];
	assert.equal(first.length, other.length);
	writeFileSync(path, first + second);
	const { lens } = openLens(t, dir);
	const [row] = await allRows(lens, {});
	writeFileSync(path, other + second);
	const detail = await lens.ask("detail", { row: row?.id ?? 0 });
	assert.match(detail?.entries[0]?.problem ?? "", /another entry stands there/);
});

test("the same secret in other rows is named, and a missing or broken list of secrets costs nothing else", async (t) => {
	const { log, lens, row } = await opened(t);
	const { read, test: tests, hostile } = log.requests;
	const path = join(log.dir, "secrets.jsonl");
	const same = async () => (await lens.ask("detail", { row: row(read).id }))?.sameSecrets;
	assert.deepEqual(await same(), []);
	const line = (mac: string, request: unknown, kind = "token") => `${JSON.stringify({ mac, kind, request })}\n`;
	const mac = "ab".repeat(16);
	writeFileSync(path, line(mac, read) + line(mac, tests) + line(mac, "unknown") + line("cd".repeat(16), hostile));
	const expected = row(tests);
	assert.deepEqual(await same(), [
		{ kind: "token", rows: [{ id: expected.id, time: expected.time, target: expected.target }] },
	]);
	const garbage = [
		"not json\n",
		"null\n",
		"[]\n",
		`${"x".repeat(3_000_000)}\n`,
		Buffer.from([0xff, 0x0a]),
		line("XYZ", read),
		line(mac, { a: 1 }),
		line("ef".repeat(16), read, "k".repeat(5000)),
		line("cd".repeat(16), read, "password"),
		'{"mac":"cut',
	];
	for (const one of garbage) appendFileSync(path, one);
	const kinds = (await same())?.map(({ kind }) => kind);
	assert.deepEqual(kinds?.sort(), ["password", "token"]);
	rmSync(path);
	mkdirSync(path);
	assert.deepEqual(await same(), []);
});

test("evidence that retention removed is marked with when", async (t) => {
	const { dir, home, root } = place(t);
	const log = await sampleLog(home, rootIn(dir));
	const before = openLens(t, log.dir);
	const edit = (await allRows(before.lens, {})).find(({ request }) => request === log.requests.edit);
	const digest = async () => {
		const detail = await before.lens.ask("detail", { row: edit?.id ?? 0 });
		const side = detail?.files[0]?.before;
		assert.ok(side !== undefined && "digest" in side);
		return side;
	};
	assert.equal((await digest()).removedAt, undefined);
	await log.journal.append("evidence.removed", { digests: [(await digest()).digest], olderThanDays: 1 });
	await before.lens.refresh();
	assert.ok(Date.parse((await digest()).removedAt ?? "") > 0);
	await log.journal.close();
	assert.ok(root !== "");
});

test("a detail stays small whatever an entry holds: long words are cut, lists end with how many more", async (t) => {
	const dir = emptyLog(t);
	const long = "x".repeat(5000);
	const files = Array.from({ length: 700 }, (_, n) => ({ path: `${n}/${long}`, target: long, op: "modify" }));
	const body = {
		request: "r1",
		agent: "claude-code",
		tool: "Edit",
		root: long,
		claimed: { session: "s", tool: "Edit", cwd: long, input: {} },
		change: { files },
	};
	const args = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`a${n}`, long]));
	const why = Array.from({ length: 300 }, (_, n) => ({ code: long, args: n === 0 ? args : {} }));
	const decided = { request: "r1", decision: { verdict: "deny", by: "person" }, why };
	const segment = segmentName(Date.parse("2026-11-20T09:00:00Z"), "detailgate");
	const head = (seq: number, type: string) => ({
		v: 1 as const,
		seq,
		type,
		time: "2026-11-20T09:00:00.000Z",
		mono: seq,
		session: "s",
	});
	const first = seal(GENESIS, head(1, "action.requested"), saltedBody(body));
	const second = seal(first.hash, head(2, "action.decided"), saltedBody(decided));
	writeFileSync(join(dir, "journal", segment), first.line + second.line);
	const { lens } = openLens(t, dir);
	const [row] = await allRows(lens, {});
	const detail = await lens.ask("detail", { row: row?.id ?? 0 });
	assert.equal(detail?.files.length, 500);
	assert.equal(detail?.moreFiles, 200);
	assert.equal(detail?.decision?.why.length, 100);
	assert.equal(Object.keys(detail?.decision?.why[0]?.args ?? {}).length, 20);
	assert.equal(detail?.decision?.why[0]?.code.length, 1001);
	for (const word of [detail?.files[0]?.path, detail?.files[0]?.target, detail?.root, detail?.said?.cwd]) {
		assert.equal(word?.length, 1001);
		assert.ok(word?.endsWith("…"));
	}
	const { entries, ...rest } = detail ?? { entries: [] };
	assert.ok(JSON.stringify(rest).length < 2_000_000);
	assert.ok(entries.every(({ text }) => text.length <= 100_000));
});
