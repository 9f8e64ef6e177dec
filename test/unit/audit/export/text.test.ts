// JSONL and CSV.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { appendFileSync } from "node:fs";
import { test } from "node:test";
import fc from "fast-check";
import { CSV_COLUMNS } from "../../../../src/audit/export/csv.ts";
import { cell, isHarmful, MAX_CELL } from "../../../../src/audit/export/csvCell.ts";
import { readEntries } from "../../../../src/audit/read.ts";
import { HOSTILE } from "../../../support/auditLog.ts";
import { place, requested, segmentPaths } from "../support.ts";
import { all, exported, rawLog, sample } from "./support.ts";

const noPython = spawnSync("python3", ["--version"]).status === 0 ? false : "there is no python3 here";

/** A CSV file as Python's csv module reads it, strictly. */
function pythonCsv(path: string): string[][] {
	const script =
		"import csv,json,sys; csv.field_size_limit(10**9); f=open(sys.argv[1],newline='',encoding='utf-8-sig'); print(json.dumps(list(csv.reader(f,strict=True))))";
	const text = execFileSync("python3", ["-c", script, path], { encoding: "utf8", maxBuffer: 1 << 28 });
	return JSON.parse(text) as string[][];
}

/** The text of a cell, as docs/EXPORTS.md says to get it back (after CSV parsing). */
function textOfCell(parsed: string): string {
	return parsed.startsWith("'") && isHarmful(parsed.slice(1)) ? parsed.slice(1) : parsed;
}

test("JSONL is the log, byte for byte; lines that are no entries are passed on and counted apart", async (t) => {
	const here = await sample(t);
	const first = await exported(here, "jsonl");
	assert.ok(first.bytes.equals(rawLog(here.logDir)));
	const lines = await all(readEntries(here.logDir));
	assert.deepEqual([first.made.rows, first.made.entries], [lines.length, lines.length]);
	const [path = ""] = segmentPaths(here.logDir);
	appendFileSync(
		path,
		Buffer.concat([Buffer.from("not an entry\n\n"), Buffer.from([0xff, 0x0a]), Buffer.from('{"body":{"to')]),
	);
	const second = await exported(here, "jsonl");
	// What is torn gets the line break it lacks, so that it stays a line.
	assert.ok(second.bytes.equals(Buffer.concat([rawLog(here.logDir), Buffer.from("\n")])));
	assert.deepEqual([second.made.rows, second.made.entries], [lines.length + 4, lines.length]);
	assert.equal(second.made.bytes, second.bytes.length);
});

test("JSONL of a part is exactly these lines", async (t) => {
	const here = await sample(t);
	const { bad } = here.log.sessions;
	const scope = { of: "filter" as const, filter: { sessions: [bad] } };
	const { text, made } = await exported(here, "jsonl", { scope });
	const wanted = rawLog(here.logDir)
		.toString()
		.split("\n")
		.filter((line) => line.includes(`"session":"${bad}"`) && JSON.parse(line).head.session === bad);
	assert.equal(text, `${wanted.join("\n")}\n`);
	assert.equal(made.entries, wanted.length);
	assert.equal(made.rows, 11);
	const none = await exported(here, "jsonl", { scope: { of: "filter", filter: { text: "nothing like this" } } });
	assert.deepEqual([none.text, none.made.rows, none.made.entries], ["", 0, 0]);
});

test("CSV has one row an action, and what auditors ask for in it", { skip: noPython }, async (t) => {
	const here = await sample(t);
	const { made } = await exported(here, "csv");
	const [header = [], ...rows] = pythonCsv(made.out);
	assert.deepEqual(header, CSV_COLUMNS);
	assert.equal(rows.length, 12);
	assert.equal(made.rows, 12);
	const named = rows.map((row) => Object.fromEntries(row.map((value, at) => [header[at], value])));
	const of = (request: string) => named.find((row) => row.request_id === request) ?? {};
	const { requests, sessions } = here.log;
	const edit = of(requests.edit);
	assert.deepEqual(
		{ ...edit, time_utc: "", decided_at_utc: "", waited_seconds: "", segment: "", line: "" },
		{
			time_utc: "",
			decided_at_utc: "",
			waited_seconds: "",
			agent: "claude-code",
			session: sessions.good,
			subagent: "",
			tool: "Edit",
			kind: "edit",
			target: `${here.root}/src/login.ts`,
			files: `${here.root}/src/login.ts`,
			outcome: "allowed",
			decided_by: "person",
			person: "Ada Lovelace (ada)",
			channel: "editor",
			assurance: "1",
			gesture: "pointer",
			rule: "floor.shell",
			policy_digest: "cd".repeat(32),
			grant: "",
			shown: "whole",
			shown_ms: "4200",
			reason: "",
			result: "done",
			flags: "",
			enforcement: "enforced",
			workspace: here.root,
			git_branch: "fix-login",
			git_commit: "1234567890123456789012345678901234567890",
			prompt: "The login form forgets the user. Fix it and run the tests.",
			os_user: "ada",
			host: "workbench",
			request_id: requests.edit,
			segment: "",
			line: "",
			request_entry_hash: edit.request_entry_hash,
			decision_entry_hash: edit.decision_entry_hash,
			ran_instead: "",
		},
	);
	assert.match(edit.time_utc ?? "", /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
	assert.match(edit.waited_seconds ?? "", /^\d+\.\d{3}$/);
	const entries = await all(readEntries(here.logDir));
	const at = (type: string) =>
		entries.find(({ entry }) => entry?.head.type === type && entry.body?.request === requests.edit);
	assert.equal(edit.request_entry_hash, at("action.requested")?.entry?.hash);
	assert.equal(edit.decision_entry_hash, at("action.decided")?.entry?.hash);
	assert.deepEqual([edit.segment, edit.line], [at("action.requested")?.segment, String(at("action.requested")?.line)]);

	const outcomes = named.map(({ outcome }) => outcome);
	assert.deepEqual([...new Set(outcomes)].sort(), ["", "allowed", "denied", "failed", "open", "timeout", "withdrawn"]);
	assert.equal(of(requests.granted).grant, "g1");
	assert.equal(of(requests.mismatch).flags, "mismatch");
	assert.equal(of(requests.timeout).flags, "late");
	assert.equal(of(requests.failed).person, "Ada Lovelace (ada)");
	assert.equal(of(requests.failed).assurance, "1");
	assert.equal(of(requests.denied).reason, "Do not pipe downloads into a shell.");
	const hostile = of(requests.hostile);
	assert.equal(textOfCell(hostile.target ?? ""), Object.values(HOSTILE).join("\n"));
	assert.equal(hostile.reason, `'${HOSTILE.formula}`);
	assert.equal(hostile.prompt, `Deploy. ${HOSTILE.html}`);
});

test("CSV: CRLF between rows, a byte order mark when asked for, and nothing else", async (t) => {
	const here = await sample(t);
	const plain = await exported(here, "csv");
	const marked = await exported(here, "csv", { bom: true });
	assert.equal(marked.text, `\uFEFF${plain.text}`);
	assert.ok(plain.text.endsWith("\r\n"));
	// Outside quotes every line break is CRLF.
	assert.doesNotMatch(plain.text.replace(/"(?:[^"]|"")*"/g, ""), /(?<!\r)\n|\r(?!\n)/);
});

test("a cell that a spreadsheet takes for a formula gets an apostrophe, and only it", () => {
	for (const trigger of ["=", "+", "-", "@", "＝", "＋", "－", "＠", "﹦", "﹢", "﹣", "﹫", "−", "ー"]) {
		for (const lead of [
			"",
			" ",
			"\u00a0",
			"\u3000",
			"\n",
			"\u200b",
			"\u202e",
			"\u001b",
			'"',
			"'",
			"'\"",
			"“",
			" ' ",
			"\ufeff",
		]) {
			const text = `${lead}${trigger}1+1`;
			assert.ok(isHarmful(text), JSON.stringify(text));
			assert.match(cell(text), /^"?'/);
		}
	}
	for (const text of ["\tx", "\rx", "\nx", "'\tx"]) assert.ok(isHarmful(text), JSON.stringify(text));
	for (const text of ["a=1", "npm test -- -x", "/tmp/-x", "1-2", "'quoted'", "{=}", "é=", " a", "", "'", "日本=1"])
		assert.ok(!isHarmful(text), text);
	assert.equal(cell("a,b"), '"a,b"');
	assert.equal(cell('say "x"'), '"say ""x"""');
	assert.equal(cell("plain"), "plain");
	assert.equal(cell(HOSTILE.formula), `"'=HYPERLINK(""http://evil.example"",""click"")"`);
	assert.ok(cell("x".repeat(40_000)).length === MAX_CELL);
});

test("any text comes back from a cell as it was", { skip: noPython }, async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	const texts = fc.sample(fc.string({ unit: "binary", minLength: 1, maxLength: 40 }), 150);
	const odd = [
		"=1",
		"'=1",
		"''=1",
		"'",
		"\t'",
		' "=1"',
		"a\r\nb",
		"a\rb",
		";=1;\n=2",
		'"',
		",",
		"\u2028=",
		"\0=",
		" lead",
		"trail ",
	];
	const commands = [...odd, ...texts.filter((text) => text.isWellFormed())];
	await Promise.all(
		commands.map((command, i) =>
			journal.append("action.requested", { ...requested(`r${i}`), claimed: { input: { command } } }),
		),
	);
	await journal.close();
	const { made } = await exported({ logDir: journal.dir, outDir: here.dir }, "csv");
	const [header = [], ...rows] = pythonCsv(made.out);
	const column = header.indexOf("target");
	for (const row of rows) assert.equal(row.length, CSV_COLUMNS.length);
	assert.deepEqual(
		rows.map((row) => textOfCell(row[column] ?? "")),
		commands,
	);
	// Whatever a program trims at the front: no cell of the file begins like a formula.
	for (const row of rows) for (const value of row) assert.doesNotMatch(value, /^[\s\p{C}]*[=+\-@＝＋－＠]/u);
});

test("long targets and reasons are whole up to the limit", { skip: noPython }, async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	for (const [request, length] of [
		["a", 5000],
		["b", MAX_CELL],
		["c", MAX_CELL + 1],
	] as const) {
		await journal.append("action.requested", {
			...requested(request),
			claimed: { input: { command: "é".repeat(length) } },
		});
		const decision = { by: "person", verdict: "deny", reason: "r".repeat(length) };
		await journal.append("action.decided", { request, decision });
		await journal.append("answer.late", { request, verdict: "allow", channel: "phone" });
	}
	await journal.close();
	const { made } = await exported({ logDir: journal.dir, outDir: here.dir }, "csv");
	const [header = [], ...rows] = pythonCsv(made.out);
	for (const [name, letter] of [
		["target", "é"],
		["reason", "r"],
	] as const)
		assert.deepEqual(
			rows.map((row) => row[header.indexOf(name)]),
			[letter.repeat(5000), letter.repeat(MAX_CELL), `${letter.repeat(MAX_CELL - 1)}…`],
		);
});
