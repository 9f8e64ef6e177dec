import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import type { Database } from "sql.js";
import { sqlite } from "../../../../src/audit/export/sqlite.ts";
import { INDEXES_AND_VIEWS, SCHEMA_VERSION, TABLES } from "../../../../src/audit/export/sqliteSchema.ts";
import { foldRows } from "../../../../src/audit/fold.ts";
import { readEntries } from "../../../../src/audit/read.ts";
import { openSql } from "../../../../src/audit/sql.ts";
import type { ExportScope } from "../../../../src/protocol/auditPanel.ts";
import { HOSTILE } from "../../../support/auditLog.ts";
import { place, requested, segmentPaths } from "../support.ts";
import { ALL, all, exported, type Sample, sample, sourceOf } from "./support.ts";

async function database(t: TestContext, here: Pick<Sample, "logDir" | "outDir">, scope: ExportScope = ALL) {
	const { bytes, made } = await exported(here, "sqlite", { scope });
	const db = new (await openSql()).Database(bytes);
	t.after(() => db.close());
	return { db, made };
}

function query(db: Database, sql: string): Record<string, unknown>[] {
	const statement = db.prepare(sql);
	const rows: Record<string, unknown>[] = [];
	while (statement.step()) rows.push(statement.getAsObject());
	statement.free();
	return rows;
}

test("the file is whole, and says what it is", async (t) => {
	const here = await sample(t);
	const { db, made } = await database(t, here);
	assert.deepEqual(query(db, "PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
	assert.deepEqual(query(db, "PRAGMA foreign_key_check"), []);
	assert.deepEqual(query(db, "PRAGMA user_version"), [{ user_version: SCHEMA_VERSION }]);
	const meta = Object.fromEntries(query(db, "SELECT * FROM meta").map(({ name, value }) => [name, value]));
	assert.equal(meta.made_by, "Gatepost 9.9.9");
	assert.equal(meta.scope, '{"of":"all"}');
	assert.equal(meta.entries, String(made.entries));
	assert.equal(meta.rows, String(made.rows));
	const segments = JSON.parse(String(meta.segments)) as { segment: string; bytes: number }[];
	assert.deepEqual(
		segments.map(({ segment }) => segment),
		readdirSync(join(here.logDir, "journal")),
	);
});

test("every entry is there with all its members, and its line can be made of them again", async (t) => {
	const here = await sample(t);
	const { db, made } = await database(t, here);
	const lines = await all(readEntries(here.logDir));
	assert.equal(made.entries, lines.length);
	const rows = query(db, "SELECT * FROM entries ORDER BY id");
	const [path = ""] = segmentPaths(here.logDir);
	const texts = readFileSync(path, "utf8").split("\n");
	for (const [at, row] of rows.entries()) {
		const { entry, segment, line } = lines[at] ?? {};
		assert.ok(entry !== undefined);
		const { head } = entry;
		assert.deepEqual([row.segment, row.line], [segment, line]);
		assert.deepEqual(
			[row.seq, row.time, row.mono, row.type, row.session ?? undefined, row.hash, row.prev],
			[head.seq, head.time, head.mono, head.type, head.session, entry.hash, entry.prev],
		);
		const headText = JSON.stringify({
			mono: row.mono,
			seq: row.seq,
			...(row.session === null ? {} : { session: row.session }),
			time: row.time,
			type: row.type,
			v: 1,
		});
		assert.equal(`{"body":${row.body},"hash":"${row.hash}","head":${headText},"prev":"${row.prev}"}`, texts[at]);
		assert.equal(row.raw, null);
	}
});

test("rows are those of the log, with their facts", async (t) => {
	const here = await sample(t);
	const { db } = await database(t, here);
	const rows = await all(foldRows(readEntries(here.logDir)));
	const actions = query(db, "SELECT * FROM actions ORDER BY id");
	assert.deepEqual(
		actions.map(({ row_kind, type, segment, line, entries, outcome }) => [
			row_kind,
			type,
			segment,
			line,
			entries,
			outcome,
		]),
		rows.map(({ kind, type, segment, line, entries, outcome }) => [
			kind,
			type,
			segment,
			line,
			entries,
			outcome ?? null,
		]),
	);
	const { requests } = here.log;
	const hostile = actions.find(({ request }) => request === requests.hostile);
	assert.equal(hostile?.target, Object.values(HOSTILE).join("\n"));
	assert.equal(hostile?.reason, HOSTILE.formula);
	const edit = query(db, `SELECT path, op FROM files JOIN actions ON action = id WHERE request = '${requests.edit}'`);
	assert.deepEqual(edit, [{ path: join(here.root, "src/login.ts"), op: "modify" }]);
});

test("the views answer who started it, what happened, who approved", async (t) => {
	const here = await sample(t);
	const { db } = await database(t, here);
	const { good, bad } = here.log.sessions;
	const [started] = query(db, `SELECT * FROM who_started WHERE session = '${good}'`);
	assert.equal(started?.task, "The login form forgets the user. Fix it and run the tests.");
	assert.equal(started?.os_user, "ada");
	assert.equal(started?.host, "workbench");
	assert.equal(started?.launcher, "terminal bash");
	assert.equal(started?.processes, "claude < bash < code");
	assert.equal(started?.git_branch, "fix-login");
	assert.equal(started?.model, "claude-opus-5");
	assert.equal(started?.enforcement, "enforced");
	assert.deepEqual([started?.actions, started?.allowed, started?.denied, started?.by_person], [4, 4, 0, 3]);
	assert.ok(started?.ended_at !== null);
	assert.equal(query(db, "SELECT * FROM who_started").length, 2);

	const steps = query(db, `SELECT what, target, outcome FROM what_happened WHERE session = '${good}'`);
	assert.deepEqual(
		steps.map(({ what }) => what),
		["session", "prompt", "Bash", "Edit", "Bash", "Bash", "grant", "session"],
	);
	const approved = query(db, `SELECT * FROM who_approved WHERE session = '${bad}' ORDER BY asked_at`);
	assert.deepEqual(
		approved.map(({ outcome, person, channel, assurance, gesture, shown, shown_ms, reason }) => [
			outcome,
			person,
			channel,
			assurance,
			gesture,
			shown,
			shown_ms,
			reason,
		]),
		[
			["denied", "Ada Lovelace (ada)", "editor", 1, "pointer", "whole", 4200, "Do not pipe downloads into a shell."],
			["denied", "Ada Lovelace (ada)", "editor", 1, "pointer", "whole", 4200, HOSTILE.formula],
		],
	);
});

test("evidence is there with its content; what is missing or altered says so", async (t) => {
	const here = await sample(t);
	const evidence = join(here.logDir, "evidence");
	const [gone = "", bad = ""] = readdirSync(evidence).sort();
	rmSync(join(evidence, gone));
	writeFileSync(join(evidence, bad), "GPEV1\nnothing of the kind");
	const { db } = await database(t, here);
	const rows = query(db, "SELECT digest, size, state, length(content) AS length FROM evidence ORDER BY digest");
	assert.equal(rows.length, 4);
	for (const { digest, size, state, length } of rows) {
		if (digest === gone) assert.deepEqual([state, length], ["missing", null]);
		else if (digest === bad) assert.deepEqual([state, length], ["altered", null]);
		else assert.deepEqual([state, length], ["kept", size]);
	}
	const used = query(db, "SELECT type FROM evidence_uses JOIN entries ON entry = id ORDER BY type");
	assert.deepEqual(
		used.map(({ type }) => type),
		["action.decided", "action.executed", "action.requested", "action.requested"],
	);
});

test("a part of the log is a database of that part", async (t) => {
	const here = await sample(t);
	const { good } = here.log.sessions;
	const { db } = await database(t, here, { of: "session", agent: "claude-code", session: good });
	assert.deepEqual(query(db, "SELECT DISTINCT session FROM entries"), [{ session: good }]);
	assert.equal(query(db, "SELECT * FROM sessions").length, 1);
	assert.deepEqual(query(db, "PRAGMA integrity_check"), [{ integrity_check: "ok" }]);
});

test("lines that are no entries, altered ones and NUL characters are kept", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	const nul = { ...requested("a"), claimed: { input: { command: "before\0after" } } };
	await journal.append("action.requested", nul, { session: "s\0t" });
	await journal.close();
	const [path = ""] = segmentPaths(journal.dir);
	const lines = readFileSync(path, "utf8").split("\n").slice(0, -1);
	const altered = (lines.at(-1) ?? "").replace("stopped", "stoppeD").replace("seq", "seq");
	appendFileSync(path, Buffer.concat([Buffer.from(`${altered} \nno entry\n`), Buffer.from([0xff, 0x0a])]));
	const { db } = await database(t, { logDir: journal.dir, outDir: here.dir });
	const rows = query(db, "SELECT type, problem, raw FROM entries WHERE problem IS NOT NULL ORDER BY id");
	assert.deepEqual(
		rows.map(({ problem, raw }) => [problem, Buffer.from(raw as Uint8Array).toString()]),
		[
			["the line is not in canonical form", `${altered} `],
			["not JSON", "no entry"],
			["the line is too long or not text", ""],
		],
	);
	const [action] = query(db, "SELECT target, session FROM actions WHERE row_kind = 'action'");
	assert.deepEqual(action, { target: "before␀after", session: "s␀t" });
	const [body] = query(db, "SELECT body FROM entries WHERE type = 'action.requested'");
	assert.equal(JSON.parse(String(body?.body)).claimed.input.command, "before\0after");
});

const noPython =
	spawnSync("python3", ["-c", "import sqlite3"]).status === 0 ? false : "there is no python3 with sqlite3 here";
const noShell = spawnSync("sqlite3", ["--version"]).status === 0 ? false : "there is no sqlite3 program here";

test("Python opens it", { skip: noPython }, async (t) => {
	const here = await sample(t);
	const { made } = await exported(here, "sqlite");
	const script =
		"import sqlite3,sys; c=sqlite3.connect(sys.argv[1]); print(c.execute('pragma integrity_check').fetchone()[0], c.execute('select count(*) from entries').fetchone()[0], c.execute('select count(*) from who_approved').fetchone()[0])";
	assert.equal(execFileSync("python3", ["-c", script, made.out], { encoding: "utf8" }), `ok ${made.entries} 5\n`);
});

test("the sqlite3 program opens it", { skip: noShell }, async (t) => {
	const here = await sample(t);
	const { made } = await exported(here, "sqlite");
	const sql = "PRAGMA integrity_check; SELECT count(*) FROM entries; SELECT count(*) FROM what_happened;";
	assert.equal(execFileSync("sqlite3", [made.out, sql], { encoding: "utf8" }), `ok\n${made.entries}\n${made.rows}\n`);
});

test("docs/EXPORTS.md describes every table, view and column", () => {
	const docs = readFileSync(join(import.meta.dirname, "../../../../docs/EXPORTS.md"), "utf8");
	const names = [...`${TABLES}${INDEXES_AND_VIEWS}`.matchAll(/CREATE (?:TABLE|VIEW) (\w+)/g)].map(([, name]) => name);
	assert.ok(names.length >= 10);
	for (const name of names) assert.match(docs, new RegExp(`\`${name}\``), `${name} is not described`);
	for (const [, table = "", columns = ""] of TABLES.matchAll(/CREATE TABLE (\w+) \(([^;]*)\)/g)) {
		for (const [, column = ""] of columns.matchAll(/^ {2}([a-z_]+) (?:TEXT|INTEGER|REAL|BLOB)/gm))
			assert.match(docs, new RegExp(`\`${column}\``), `${table}.${column} is not described`);
	}
});

test("more of a log than a database can hold is refused before any of it is made; a part of it is not", async (t) => {
	const { logDir, log } = await sample(t);
	const sink = { write: async () => assert.fail("it was written") };
	const whole = await sourceOf(t, logDir);
	await assert.rejects(sqlite(whole, sink, 10_000), (error: Error & { code?: string }) => {
		assert.equal(error.code, "too-large");
		assert.match(
			error.message,
			/Nothing was exported\. Export a part \(a filter, a session, --since\), or all of it as JSONL\.$/,
		);
		return true;
	});
	const scope: ExportScope = { of: "filter", filter: { sessions: [log.sessions.good], outcomes: ["allowed"] } };
	const some = await sourceOf(t, logDir, scope);
	const bytes = (await some.wanted())?.bytes ?? 0;
	assert.ok(bytes > 1000 && bytes < whole.bytes);
	await assert.rejects(sqlite(some, sink, bytes - 1), { code: "too-large" });
	let written = 0;
	const taking = {
		write: async (part: string | Uint8Array) => {
			written += part.length;
		},
	};
	const made = await sqlite(some, taking, bytes);
	assert.ok(made.rows > 0 && written > 0);
});
