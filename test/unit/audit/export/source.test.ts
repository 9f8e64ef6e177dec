import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import fc from "fast-check";
import { MAX_LINE_BYTES, openLine } from "../../../../src/audit/chain.ts";
import { mergedBatches } from "../../../../src/audit/export/batches.ts";
import { toldBatches } from "../../../../src/audit/export/told.ts";
import { matches } from "../../../../src/audit/filter.ts";
import { foldRows } from "../../../../src/audit/fold.ts";
import { quickOpen, type TextLine } from "../../../../src/audit/quickOpen.ts";
import { type ReadLine, readEntries } from "../../../../src/audit/read.ts";
import type { AuditFilter } from "../../../../src/protocol/audit.ts";
import type { ExportScope } from "../../../../src/protocol/auditPanel.ts";
import { linesOf, place, requested, segmentPaths } from "../support.ts";
import { all, exported, rawLog, sample, sourceOf } from "./support.ts";

const withoutText = ({ text: _, ...line }: ReadLine & { text: string }): ReadLine => line;

/** Several gates at once, a broken line, one that is no text, a torn tail. */
async function mixedLog(t: import("node:test").TestContext): Promise<string> {
	const here = place(t);
	const journals = [await here.open("gate1"), await here.open("gate2"), await here.open("gate3")];
	for (let i = 0; i < 60; i++) {
		const journal = journals[i % 3];
		await journal?.append("action.requested", requested(`r${i}`), { session: `s${i % 4}` });
		const decision = { by: "rule", verdict: "allow", ruleId: "x" };
		// Decided by another gate's segment now and then: entries of one row in two files.
		await journals[(i + (i % 5 === 0 ? 1 : 0)) % 3]?.append("action.decided", { request: `r${i}`, decision });
	}
	for (const journal of journals) await journal.close();
	const [first = "", second = "", third = ""] = segmentPaths(journals[0]?.dir ?? "");
	const lines = linesOf(first);
	lines[5] = "not json";
	lines[7] = (lines[7] ?? "").replace("r", "R");
	writeFileSync(first, `${lines.join("\n")}\n`);
	appendFileSync(second, Buffer.from([0xff, 0xfe, 0x0a, 0x0a]));
	appendFileSync(third, '{"body":{"torn');
	return journals[0]?.dir ?? "";
}

test("lines come in the order of readEntries, with the same entries and problems", async (t) => {
	const dir = await mixedLog(t);
	const source = await sourceOf(t, dir);
	const found = (await all(mergedBatches(source.extents, source.reading))).flat().map(withoutText);
	assert.deepEqual(found, await all(readEntries(dir)));
	assert.ok(found.filter(({ problem }) => problem !== undefined).length >= 5);
	const bySegment = (await all(source.lines())).map(withoutText);
	assert.deepEqual(
		bySegment,
		[...found].sort((a, b) => (a.segment < b.segment ? -1 : a.segment > b.segment ? 1 : a.line - b.line)),
	);
});

test("rows are those of foldRows, also when more are held than fit", async (t) => {
	for (const dir of [await mixedLog(t), (await sample(t)).logDir]) {
		const source = await sourceOf(t, dir);
		assert.deepEqual(await all(source.rows()), await all(foldRows(readEntries(dir))));
	}
	// More rows than are held, decided in time and too late.
	const lines: TextLine[] = [];
	const add = (type: string, request: string) => {
		const line = lines.length + 1;
		const head = { v: 1 as const, seq: line, time: new Date(line).toISOString(), mono: line, type };
		const entry = { head, body: { request, decision: { by: "rule", verdict: "deny" } }, hash: "", prev: "" };
		lines.push({ segment: "s", line, offset: line * 10, bytes: 10, ended: true, text: "", entry });
	};
	for (let i = 0; i < 21_000; i++) add("action.requested", `r${i}`);
	for (let i = 20_999; i >= 900; i--) add("action.decided", `r${i}`);
	for (let i = 19_200; i < 21_000; i += 100) add("answer.late", `r${i}`);
	const give = async function* <T>(items: Iterable<T>) {
		yield* items;
	};
	const told = (
		await all(toldBatches(give([lines.slice(0, 7), lines.slice(7)]), { search: true, places: true }))
	).flat();
	const expected = await all(foldRows(give(lines)));
	assert.ok(expected.length > 21_000);
	assert.equal(JSON.stringify(told.map(({ row }) => row)), JSON.stringify(expected));
});

test("a line is good for the quick look exactly when it is good for openLine", async (t) => {
	const { logDir } = await sample(t);
	const lines = segmentPaths(logDir).flatMap((path) => linesOf(path));
	for (const line of lines) {
		const opened = openLine(line);
		assert.equal(opened.state, "good");
		assert.deepEqual(quickOpen(line), opened.state === "good" ? opened.entry : undefined);
	}
	const change = fc.record({
		line: fc.nat(lines.length - 1),
		at: fc.nat(5000),
		put: fc.constantFrom("", " ", '"', "}", "\\u0041", "\\ud800", ',"x":1', "0", "-0", "é", '"a":1,', "\\/"),
		cut: fc.nat(2),
	});
	fc.assert(
		fc.property(change, ({ line, at, put, cut }) => {
			const text = lines[line] ?? "";
			const where = at % text.length;
			const other = text.slice(0, where) + put + text.slice(where + cut);
			const opened = openLine(other);
			const quick = quickOpen(other);
			if (opened.state === "good") assert.deepEqual(quick, opened.entry);
			else assert.equal(quick, undefined, other);
		}),
		{ numRuns: 3000 },
	);
});

test("what nobody but a forger writes is not good for the quick look either", () => {
	const sha = (text: string) => createHash("sha256").update(text).digest("hex");
	const line = (body: string, head: string, more = "") => {
		const prev = "0".repeat(64);
		return `{"body":${body},"hash":"${sha(prev + sha(head) + sha(body))}","head":${head},"prev":"${prev}"${more}}`;
	};
	const head = '{"mono":1,"seq":1,"time":"t","type":"x","v":1}';
	assert.ok(quickOpen(line('{"a":1}', head)) !== undefined);
	const deep = `{"a":${"[".repeat(80)}${"]".repeat(80)}}`;
	assert.equal(openLine(line(deep, head)).state, "good");
	const forged = [
		line('{"b":1,"a":2}', head),
		line('{"a":1,"a":1}', head),
		line('{"a": 1}', head),
		line('{"a":"\\ud800"}', head),
		line('{"a":1.0}', head),
		line('{"a":"\\u0041"}', head),
		line('{"a":1}', head, ',"z":1'),
		line('{"a":1}', '{"mono":1,"seq":1,"time":"t","type":"x","v":1},"x":{"a":1}'),
		line('{"a":1}', '{"mono":1,"seq":1,"time":"t","type":"x","v":2}'),
		line("[1]", head),
	];
	for (const text of forged) {
		assert.notEqual(openLine(text).state, "good", text);
		assert.equal(quickOpen(text), undefined, text);
	}
});

test("a filter wants the rows that matches() wants, and exactly the lines of these", async (t) => {
	const { logDir, log } = await sample(t);
	const rows = await all(foldRows(readEntries(logDir)));
	const filters: AuditFilter[] = [
		{},
		{ kinds: ["action"] },
		{ outcomes: ["denied", "timeout"] },
		{ by: ["person"], channels: ["editor"] },
		{ sessions: [log.sessions.bad], flags: ["late", "mismatch", "gap"] },
		{ file: "LOGIN" },
		{ text: "npm te" },
		{ text: "nowhere" },
		{ people: ["Ada Lovelace (ada)"], actions: ["edit"] },
		{ since: rows[9]?.time ?? "", until: rows[14]?.time ?? "" },
	];
	for (const filter of filters) {
		const source = await sourceOf(t, logDir, { of: "filter", filter });
		const wanted = rows.filter((row) => matches(row, filter));
		assert.deepEqual(await all(source.rows()), wanted, JSON.stringify(filter));
		const places = wanted.flatMap((row) => row.places.map(({ segment, line }) => `${segment}:${line}`)).sort();
		const lines = await all(source.lines());
		assert.deepEqual(lines.map(({ segment, line }) => `${segment}:${line}`).sort(), places);
	}
});

test("an entry that comes 3,000 rows late is in its row, and however late its line is the request's", async (t) => {
	for (const between of [3000, 21_000]) {
		const here = place(t);
		const journal = await here.open("gate1");
		await journal.append("action.requested", { ...requested("a"), agent: "one" }, { session: "s" });
		await journal.append("action.decided", { request: "a", decision: { by: "rule", verdict: "deny", ruleId: "x" } });
		await journal.append("action.requested", { ...requested("b"), agent: "one" }, { session: "s" });
		await journal.append("action.decided", { request: "b", decision: { by: "rule", verdict: "deny", ruleId: "y" } });
		const others = Array.from({ length: between }, (_, i) =>
			journal.append("prompt", { claimed: { text: `p${i}` } }, { session: "other" }),
		);
		await Promise.all(others);
		await journal.append("answer.late", { request: "a", verdict: "allow", channel: "editor" });
		await journal.close();
		const scopes: ExportScope[] = [
			{ of: "filter", filter: { rules: ["x"] } },
			// Of the late entry alone, when it comes later than rows are held.
			{ of: "filter", filter: { flags: ["late"] } },
			{ of: "session", agent: "one", session: "s" },
		];
		for (const scope of scopes) {
			const source = await sourceOf(t, journal.dir, scope);
			const rows = await all(source.rows());
			const lines = await all(source.lines());
			const of = (request: string) => lines.filter(({ entry }) => entry?.body?.request === request);
			assert.deepEqual(
				of("a").map(({ entry }) => entry?.head.type),
				["action.requested", "action.decided", "answer.late"],
				JSON.stringify(scope),
			);
			assert.equal(of("b").length, scope.of === "session" ? 2 : 0);
			const wanted = await source.wanted();
			assert.equal(wanted?.rows, scope.of === "session" ? 2 : 1);
			assert.equal(
				wanted?.bytes,
				lines.reduce((sum, { bytes }) => sum + bytes, 0),
			);
			const [row] = rows;
			if (between === 3000) assert.deepEqual([row?.request, row?.flags, row?.entries], ["a", ["late"], 3]);
			assert.equal(rows.length, wanted?.rows);
		}
	}
});

test("a session is all its rows, also those that do not name the agent, and no other agent's", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	await journal.append("prompt", { claimed: { text: "do" } }, { session: "same" });
	await journal.append("action.requested", { ...requested("a"), agent: "one" }, { session: "same" });
	await journal.append("action.decided", { request: "a", decision: { by: "rule", verdict: "allow" } });
	await journal.append("action.requested", { ...requested("b"), agent: "two" }, { session: "same" });
	await journal.close();
	const source = await sourceOf(t, journal.dir, { of: "session", agent: "one", session: "same" });
	const rows = await all(source.rows());
	assert.deepEqual(
		rows.map(({ kind, request }) => [kind, request]),
		[
			["prompt", undefined],
			["action", "a"],
		],
	);
	assert.equal((await all(source.lines())).length, 3);
});

test("what a gate appends meanwhile is left out, in every pass", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	for (let i = 0; i < 50; i++) await journal.append("prompt", { claimed: { text: `p${i}` } }, { session: "s" });
	const source = await sourceOf(t, journal.dir, { of: "filter", filter: { kinds: ["prompt"] } });
	for (let i = 0; i < 50; i++) await journal.append("prompt", { claimed: { text: `later${i}` } }, { session: "s" });
	const other = await here.open("gate2");
	await other.append("prompt", { claimed: { text: "later" } }, { session: "s" });
	assert.equal((await all(source.rows())).length, 50);
	assert.equal((await all(source.lines())).length, 50);
	await journal.close();
	await other.close();
});

test("while a gate appends, an export is whole lines of what was there", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	let stop = false;
	const appending = (async () => {
		for (let i = 0; !stop; i++) await journal.append("prompt", { claimed: { text: `p${i} ${"x".repeat(i % 900)}` } });
	})();
	for (let round = 0; round < 5; round++) {
		const { bytes } = await exported({ logDir: journal.dir, outDir: here.dir }, "jsonl");
		assert.ok(rawLog(journal.dir).subarray(0, bytes.length).equals(bytes));
		assert.equal(bytes.at(-1), 10);
	}
	stop = true;
	await appending;
	await journal.close();
});

test("lines of 8 MB, longer ones and lines across chunks are read right", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	const long = "é".repeat(3_900_000);
	await journal.append("prompt", { claimed: { text: long } }, { session: "s" });
	await journal.append("prompt", { claimed: { text: "after" } }, { session: "s" });
	await journal.close();
	const [path = ""] = segmentPaths(journal.dir);
	appendFileSync(path, `{"body${"x".repeat(MAX_LINE_BYTES)}"}\n{"body"}\n`);
	const source = await sourceOf(t, journal.dir);
	const lines = await all(source.lines());
	assert.deepEqual(lines.map(withoutText), await all(readEntries(journal.dir)));
	const texts = lines.map(({ entry }) => (entry?.body?.claimed as { text?: string })?.text);
	assert.ok(texts.includes(long) && texts.includes("after"));
	assert.equal(lines.at(-2)?.text, "");
	for (const line of lines.slice(0, -2))
		assert.deepEqual(await source.read(line), line, "one line again is the same line");
	for (const format of ["jsonl", "csv", "sqlite", "ocsf"] as const) {
		const { bytes, made } = await exported({ logDir: journal.dir, outDir: here.dir }, format);
		if (format === "jsonl") {
			assert.ok(bytes.equals(readFileSync(path)));
			assert.equal(made.rows, lines.length);
			// Both added lines have the shape of an entry and are none; nothing is parsed to know it.
			assert.equal(made.entries, lines.length);
		}
	}
});

test("a place that is none is refused", async (t) => {
	const { logDir } = await sample(t);
	const source = await sourceOf(t, logDir);
	const [segment = ""] = readdirSync(join(logDir, "journal"));
	for (const at of [
		{ segment: "../../keys/home.key", line: 1, offset: 0, bytes: 10 },
		{ segment, line: 1, offset: 0, bytes: 10 ** 9 },
		{ segment, line: 1, offset: -5, bytes: 10 },
	])
		await assert.rejects(source.read(at), { code: "unreadable" });
	assert.equal(await source.evidence("../../../etc/passwd"), undefined);
	assert.equal(await source.evidence("ab".repeat(32)), undefined);
});
