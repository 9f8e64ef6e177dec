// One log with everything that harms a careless reader, through every format and every command that reads.
import assert from "node:assert/strict";
import { appendFileSync } from "node:fs";
import { basename, join } from "node:path";
import { before, type TestContext, test } from "node:test";
import { type EntryHead, GENESIS, MAX_LINE_BYTES, saltedBody, seal } from "../../../../src/audit/chain.ts";
import type { EntryType } from "../../../../src/audit/entry.ts";
import { matches } from "../../../../src/audit/filter.ts";
import { foldRows } from "../../../../src/audit/fold.ts";
import { readEntries } from "../../../../src/audit/read.ts";
import { logShow } from "../../../../src/bin/log.ts";
import { logExport } from "../../../../src/bin/logExport.ts";
import { logList } from "../../../../src/bin/logList.ts";
import { logStats } from "../../../../src/bin/logStats.ts";
import { logTail } from "../../../../src/bin/logTail.ts";
import { terminalText } from "../../../../src/bin/terminalText.ts";
import type { ExportFormat } from "../../../../src/protocol/auditPanel.ts";
import { HOSTILE, sampleLog } from "../../../support/auditLog.ts";
import { type Place, placeIn, segmentPaths, tempDir } from "../support.ts";
import { all } from "./support.ts";

/** Longer than every piece in which a reader takes a log, and than what SQLite keeps of a text: they are a MiB. */
const LONG_BYTES = 2.25 * 1024 * 1024;

let here: Place;
/** A place whose log has entries of types that every object has a member of. */
let inherited: Place;
let dir = "";
/** Lines in the log before anything is exported. */
let count = 0;

const harm = Object.values(HOSTILE).join("\n");
/** Own members that would be taken for a prototype by who copies them carelessly. */
const proto = (more: object = {}) =>
	Object.assign(JSON.parse('{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}'), more);

before(async (t) => {
	here = placeIn(tempDir(t as TestContext));
	const log = await sampleLog(here.home, here.root);
	await log.journal.close();
	dir = log.dir;
	const [path = ""] = segmentPaths(dir);
	let seq = 1000;
	let prev = GENESIS;
	const put = (type: string, body: object, session?: string) => {
		const head = { v: 1, seq: ++seq, time: "2026-02-01T00:00:00.000Z", mono: seq, type } as EntryHead;
		if (session !== undefined) head.session = session;
		const { line, hash } = seal(prev, head, saltedBody(body));
		prev = hash;
		assert.ok(Buffer.byteLength(line) <= MAX_LINE_BYTES + 1, "a line that is an entry");
		appendFileSync(path, line);
	};
	// One line as long as a line may be, but for the members around it: no reader's piece ends but within a character here, and
	// a reversal of the direction is nowhere far. The other members that may be long are of a size beyond every reader's piece.
	const woven = `é\u202e=${"é=".repeat(10)}`;
	const huge = (bytes: number) => woven.repeat(Math.floor(bytes / Buffer.byteLength(woven)));
	const longest = huge(MAX_LINE_BYTES - 2000);
	const long = huge(LONG_BYTES);
	const input = { command: longest };
	put("action.requested", { request: "huge", agent: harm, tool: harm, kind: "shell", claimed: { input } }, harm);
	put("action.decided", { request: "huge", decision: { by: "person", verdict: "deny", reason: long } }, harm);
	put("prompt", { agent: harm, claimed: { text: long } }, "__proto__");
	put("made.up", { [huge(LONG_BYTES / 2)]: huge(LONG_BYTES / 2) });
	for (const type of [
		"action.requested",
		"action.decided",
		"session.started",
		"evidence.removed",
		"coverage.gap",
		"made.up",
	]) {
		put(
			type,
			proto({ request: "__proto__", agent: "__proto__", claimed: proto({ input: proto({ command: harm }) }) }),
			"__proto__",
		);
		for (const odd of [null, 7, [], "text", true, proto()])
			put(type, {
				request: odd,
				agent: odd,
				tool: odd,
				decision: odd,
				claimed: odd,
				change: { files: odd },
				digests: odd,
				processes: odd,
				launcher: odd,
				approver: odd,
			});
	}
	for (const text of Object.values(HOSTILE)) put(text, { [text]: text, request: text, agent: text }, text);
	appendFileSync(path, `{"body":"${"x".repeat(MAX_LINE_BYTES + 100_000)}"}\n`);
	appendFileSync(path, `${harm}\n`);
	appendFileSync(path, Buffer.concat([Buffer.alloc(MAX_LINE_BYTES + 100_000, 0xff), Buffer.from("\n")]));
	appendFileSync(path, '{"body":{"__proto__":{}},"head":{"__proto__":{}}}\n');
	put("answer.late", { request: "huge", channel: harm }, harm);
	appendFileSync(path, `{"body":{"torn":"${HOSTILE.ansi}`);
	inherited = placeIn(join(here.dir, "inherited"));
	const second = await inherited.open("gate1");
	for (const type of ["constructor", "__proto__", "toString"])
		await second.append(type as EntryType, { agent: harm }, { session: "s" });
	await second.close();
	count = (await all(readEntries(dir))).length;
	assert.ok(count > 80);
});

/** What a terminal shows of text that holds nothing but what prints as itself, in lines. */
function isPlain(text: string): boolean {
	for (let at = 0; at < text.length; at += 1 << 20) {
		const part = text.slice(at, at + (1 << 20)).replace(/[\n\t]/g, "");
		// A pair of surrogates that is cut here is not one that was written.
		if (
			terminalText(part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "")) !==
			part.replace(/^[\udc00-\udfff]|[\ud800-\udbff]$/g, "")
		)
			return false;
	}
	return true;
}

const FORMATS: ExportFormat[] = ["jsonl", "csv", "html", "sqlite", "ocsf", "bundle"];

for (const format of FORMATS)
	test(`${format}: the whole log and a part of it are made`, async (t) => {
		const outDir = tempDir(t);
		for (const flags of [{}, { session: "__proto__", agent: ["__proto__"] }, { text: "owned" }]) {
			const said: string[] = [];
			const err: string[] = [];
			const code = await logExport({
				home: here.home.dir,
				folder: here.root,
				format,
				to: join(outDir, `a.${format}`),
				json: false,
				version: "9.9.9",
				out: (text) => void said.push(text),
				err: (text) => void err.push(text),
				...flags,
			});
			// Some lines are no entries. The whole log as JSON lines has them as they are; what is made of rows says so.
			const isWhole = format === "jsonl" && Object.keys(flags).length === 0;
			assert.deepEqual([code, err.length], isWhole ? [0, 0] : [1, 1], JSON.stringify(flags));
			for (const text of err) assert.match(text, /^Lines of the log that hold no entry, so what happened there/);
			assert.ok(isPlain(said.join("") + err.join("")));
		}
		assert.equal(({} as { polluted?: boolean }).polluted, undefined);
	});

const last = () => basename(segmentPaths(dir)[0] ?? "");

type Run = (options: { home: string; folder: string; json: boolean; out: (text: string) => void }) => Promise<number>;
const COMMANDS: [name: string, code: number, run: Run][] = [
	["list", 0, (options) => logList(options)],
	["list --actions", 0, (options) => logList({ ...options, actions: true })],
	["list --text", 0, (options) => logList({ ...options, filter: { text: "owned" } })],
	[
		"list --session __proto__",
		0,
		(options) => logList({ ...options, filter: { sessions: ["__proto__"] }, newest: true }),
	],
	["show huge", 0, (options) => logShow({ ...options, ref: "huge" })],
	["show __proto__", 0, (options) => logShow({ ...options, ref: "__proto__" })],
	["show a line that is no entry", 0, (options) => logShow({ ...options, ref: `${last()}:${count}` })],
	["show nothing", 1, (options) => logShow({ ...options, ref: "constructor" })],
	["tail", 0, (options) => logTail({ ...options, lines: 200, follow: false, signal: AbortSignal.timeout(60_000) })],
	["stats", 0, (options) => logStats({ ...options, filter: {} })],
	["stats --agent __proto__", 0, (options) => logStats({ ...options, filter: { agents: ["__proto__"] } })],
	["stats of nothing", 1, (options) => logStats({ ...options, filter: { agents: ["nobody"] } })],
];

for (const [name, expected, run] of COMMANDS)
	test(`log ${name}: text and JSON, nothing that a terminal obeys`, async (t) => {
		for (const json of [false, true]) {
			const parts: string[] = [];
			const err: string[] = [];
			const code = await run({
				home: here.home.dir,
				folder: here.root,
				json,
				out: (text) => void parts.push(text),
				...{ err: (text: string) => void err.push(text) },
			});
			assert.equal(code, expected, err.join(""));
			const text = parts.join("");
			assert.ok(json ? !/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/.test(text) : isPlain(text), `${name} ${json}`);
			assert.ok(isPlain(err.join("")));
			if (json) for (const line of text.split("\n").slice(0, -1)) JSON.parse(line);
			t.diagnostic(`${text.length} characters`);
		}
	});

for (const format of FORMATS)
	test(`${format}: types named as members of every object`, async (t) => {
		const err: string[] = [];
		const code = await logExport({
			home: inherited.home.dir,
			folder: inherited.root,
			format,
			to: join(tempDir(t), "a"),
			json: false,
			version: "9.9.9",
			out: () => {},
			err: (text) => void err.push(text),
		});
		// There is no action in it: a table of actions has no row.
		assert.deepEqual([code, err], format === "csv" ? [1, ["Nothing matched.\n"]] : [0, []]);
	});

test("log list and tail: types named as members of every object", async () => {
	const options = { home: inherited.home.dir, folder: inherited.root, json: false, out: () => {} };
	assert.equal(await logList(options), 0);
	assert.equal(await logTail({ ...options, lines: 9, follow: false, signal: AbortSignal.timeout(60_000) }), 0);
});

test("filters by names of a prototype's members want what they say", async () => {
	const rows = await all(foldRows(readEntries(dir)));
	const named = rows.filter((row) => matches(row, { agents: ["__proto__"] }));
	assert.ok(named.length >= 4);
	assert.ok(named.every(({ agent }) => agent === "__proto__"));
});
