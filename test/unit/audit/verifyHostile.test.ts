// Logs that somebody made to crash, stall or mislead whoever verifies them. They are told as problems, never thrown.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import fc from "fast-check";
import { type Entry, type EntryHead, GENESIS, MAX_LINE_BYTES, seal } from "../../../src/audit/chain.ts";
import { headPath } from "../../../src/audit/head.ts";
import { blocksOf, linesOf as readLines } from "../../../src/audit/lines.ts";
import { verifySegments, verifyWorkspace } from "../../../src/audit/verify.ts";
import { canonical } from "../../../src/protocol/canonical.ts";
import { killOwner, linesOf, place, requested, tempDir } from "./support.ts";

async function log(t: TestContext) {
	const here = place(t);
	const journal = await here.open("one");
	for (let n = 0; n < 6; n++) await journal.append("action.requested", requested(`r${n}`));
	await journal.close();
	const lines = linesOf(journal.path);
	return { ...here, journal, lines, dir: journal.dir, path: journal.path };
}

/** A whole segment of these bodies, chained from its beginning, with no signature. */
function chain(bodies: [type: string, body: object][]): string {
	let prev = GENESIS;
	let text = "";
	for (const [at, [type, body]] of bodies.entries()) {
		const head: EntryHead = { v: 1, seq: at + 1, time: "2026-01-01T00:00:00.000Z", mono: 1, type };
		const sealed = seal(prev, head, canonical(body));
		text += sealed.line;
		prev = sealed.hash;
	}
	return text;
}

const deep = (open: string, close: string, depth: number) => `${open.repeat(depth)}${close.repeat(depth)}`;
const HOSTILE: [string, (line: string) => string | Buffer][] = [
	["a line of 10 MB", () => "x".repeat(10 * 1024 * 1024)],
	["a line of 10 MB that is JSON", () => `{"body":{"a":"${"x".repeat(10 * 1024 * 1024)}"}}`],
	["the longest line there can be", () => `{"body":{"a":"${"\\n".repeat(4 * 1024 * 1024 - 20)}"`],
	["NUL", () => "\0".repeat(1000)],
	["NUL in an entry", (line) => line.replace('"v":1', '"v":\0')],
	["bytes that are not UTF-8", (line) => Buffer.concat([Buffer.from(line), Buffer.from([0xff, 0xfe])])],
	["an encoded surrogate", (line) => Buffer.concat([Buffer.from(line.slice(0, 40)), Buffer.from([0xed, 0xa0, 0x80])])],
	["deep lists", () => deep("[", "]", 1_000_000)],
	["deep objects", () => deep('{"a":', "}", 500_000)],
	["deep lists in a body", (line) => line.replace('"salt":', `"a":${deep("[", "]", 200_000)},"salt":`)],
	["deep objects that do not end", (line) => `${line.slice(0, 20)}${'{"a":['.repeat(300_000)}`],
	["duplicate keys", (line) => line.replace('"salt":', '"salt":"x","salt":')],
	["a duplicate head", (line) => line.replace('"head":{', '"head":{"seq":1},"head":{')],
	["huge numbers", (line) => line.replace('"salt":', `"a":${"9".repeat(100_000)},"salt":`)],
	["a huge entry number", (line) => line.replace(/"seq":\d+/, `"seq":${"9".repeat(400)}`)],
	["an entry number beyond what is exact", (line) => line.replace(/"seq":\d+/, '"seq":9007199254740993')],
	["a negative entry number", (line) => line.replace(/"seq":\d+/, '"seq":-5')],
	["__proto__", (line) => line.replace('"salt":', '"__proto__":{"digest":1,"size":2},"salt":')],
	["__proto__ in the head", (line) => line.replace('"head":{', '"head":{"__proto__":{"seq":1},')],
	["constructor and prototype", (line) => line.replace('"salt":', '"constructor":{"prototype":{}},"salt":')],
	["white space", () => " \t".repeat(100_000)],
	["a byte order mark", (line) => `\ufeff${line}`],
	["a carriage return", (line) => `${line}\r`],
	["many commas", () => ",".repeat(3_000_000)],
	["many escapes", () => `{"body":{"${"\\".repeat(2_000_001)}`],
];

for (const [what, make] of HOSTILE)
	test(`${what} in place of a line is told as that line, in the middle and at the end`, async (t) => {
		const { path, lines, dir } = await log(t);
		for (const at of [4, lines.length - 1]) {
			const parts = lines.map((line, n) => Buffer.from(n === at ? make(line) : line));
			writeFileSync(path, Buffer.concat(parts.flatMap((part) => [part, Buffer.from("\n")])));
			const { problems, ok } = await verifyWorkspace(dir);
			assert.equal(ok, false);
			assert.ok(
				problems.some(({ kind, line }) => kind === "edited" && line === at + 1),
				JSON.stringify(problems).slice(0, 500),
			);
			assert.ok(problems.every(({ detail }) => detail.length < 1000));
		}
		// And as the first line, which is read before all others.
		writeFileSync(
			path,
			Buffer.concat([Buffer.from(make(lines[0] ?? "")), Buffer.from(`\n${lines.slice(1).join("\n")}\n`)]),
		);
		assert.equal((await verifyWorkspace(dir)).ok, false);
	});

test("bodies that are no bodies of their type, well chained, are told and crash nothing", async (t) => {
	const dir = tempDir(t);
	const digest = "a".repeat(64);
	const odd: unknown[] = [
		null,
		1,
		"x",
		[],
		{},
		{ digest, size: "x" },
		{ digest, size: 1 },
		[[[{ digest, size: 1e300 }]]],
		"x".repeat(100_000),
	];
	const members = [
		"segment",
		"workspace",
		"signer",
		"links",
		"note",
		"side",
		"sha256",
		"digests",
		"olderThanDays",
		"request",
		"settled",
	];
	const types = [
		"gate.started",
		"checkpoint",
		"repair",
		"evidence.removed",
		"gate.stopped",
		"key.created",
		"__proto__",
		"",
		"constructor",
	];
	await fc.assert(
		fc.asyncProperty(
			fc.array(
				fc.tuple(
					fc.constantFrom(...types),
					fc.dictionary(fc.constantFrom(...members), fc.constantFrom(...odd)) as fc.Arbitrary<object>,
				),
				{ minLength: 1, maxLength: 8 },
			),
			async (bodies) => {
				writeFileSync(join(dir, "20260101T000000.000Z-odd.jsonl"), chain(bodies as [string, object][]));
				assert.equal((await verifySegments(dir)).ok, false);
			},
		),
		{ numRuns: 100 },
	);
});

function started(segment: string, more: object): object {
	return {
		segment,
		workspace: "w",
		root: null,
		gate: "g",
		pid: 1,
		writer: { osUser: "", host: "", editor: "", version: "" },
		signer: { publicKey: "0".repeat(64), storage: "file" },
		links: [],
		...more,
	};
}

test("many thousand links, all to one segment or each to another, are told with a bounded list", async (t) => {
	const segment = "20260101T000000.000Z-odd.jsonl";
	const link = (n: number, to: string) => ({
		segment: to,
		entries: n,
		bytes: 1,
		head: String(n).padStart(64, "0"),
		final: true,
	});
	for (const to of [() => segment, (n: number) => `../../../etc/passwd${n}`, () => "__proto__"]) {
		const dir = join(tempDir(t), "log");
		mkdirSync(join(dir, "journal"), { recursive: true });
		const links = Array.from({ length: 20_000 }, (_, n) => link(n, to(n)));
		writeFileSync(join(dir, "journal", segment), chain([["gate.started", started(segment, { links })]]));
		const { ok, problems, moreProblems } = await verifyWorkspace(dir);
		assert.equal(ok, false);
		assert.ok(problems.length <= 1000 && problems.length + moreProblems > 1);
	}
});

test("a repair or evidence that names a file elsewhere reads nothing there", async (t) => {
	const segment = "20260101T000000.000Z-odd.jsonl";
	const dir = join(tempDir(t), "log");
	mkdirSync(join(dir, "journal"), { recursive: true });
	writeFileSync(join(dir, "secret"), "secret");
	const sha256 = createHash("sha256").update("secret").digest("hex");
	const repair = { segment: "../x", offset: 0, bytes: 1, sha256, side: "../secret" };
	writeFileSync(
		join(dir, "journal", segment),
		chain([
			["gate.started", started(segment, {})],
			["repair", repair],
		]),
	);
	assert.ok((await verifyWorkspace(dir)).problems.some(({ kind, line }) => kind === "evidence-missing" && line === 2));
});

test("lines in any order, or without sense, are told with a bounded list", async (t) => {
	const dir = tempDir(t);
	const path = join(dir, "20260101T000000.000Z-odd.jsonl");
	const lines = chain(Array.from({ length: 30_000 }, (_, n) => ["prompt", { n }]))
		.split("\n")
		.slice(0, -1);
	// Every second entry is missing, and comes at the end; and all backwards.
	const halves = [...lines.filter((_, n) => n % 2 === 0), ...lines.filter((_, n) => n % 2 === 1)];
	for (const [order, kind] of [
		[halves, "reordered"],
		[lines.toReversed(), "reordered"],
		[[...lines, ...lines], "inserted"],
		[lines.filter((_, n) => n % 2 === 0), "removed"],
		[[lines[0], ...Array.from({ length: 30_000 }, () => ""), lines[1]], "inserted"],
	] as const) {
		writeFileSync(path, `${order.join("\n")}\n`);
		const { problems, moreProblems } = await verifySegments(path);
		assert.equal(problems.length, 1000);
		assert.ok(moreProblems > 10_000, String(moreProblems));
		assert.ok(problems.some((one) => one.kind === kind));
	}
});

test("head files that are no plain files are told as damaged", {
	skip: process.platform === "win32" && "no pipes here",
}, async (t) => {
	const { dir, journal } = await log(t);
	killOwner(dir, journal.segment);
	const head = headPath(join(dir, "heads"), journal.segment);
	const planted = headPath(join(dir, "heads"), "20200101T000000.000Z-x.jsonl");
	const plant: ((path: string) => void)[] = [
		(path) => mkdirSync(path),
		(path) => symlinkSync("/dev/zero", path),
		(path) => void execFileSync("mkfifo", [path]),
		(path) => writeFileSync(path, "x".repeat(3_000_000)),
	];
	for (const make of plant) {
		const bytes = readFileSync(head);
		rmSync(head);
		make(head);
		make(planted);
		const { problems } = await verifyWorkspace(dir);
		assert.deepEqual(problems.map(({ kind }) => kind).sort(), ["cut-tail", "segment-missing"]);
		for (const path of [head, planted]) rmSync(path, { recursive: true });
		writeFileSync(head, bytes);
	}
	assert.deepEqual((await verifyWorkspace(dir)).problems, []);
});

test("many lines at once are the lines one by one, whatever their lengths", async (t) => {
	const path = join(tempDir(t), "x");
	const length = fc.oneof(
		fc.integer({ min: 0, max: 50 }),
		fc.constantFrom(0, 512 * 1024 - 1, 512 * 1024, 512 * 1024 + 1, 1024 * 1024, 3_000_001),
		fc.constantFrom(MAX_LINE_BYTES - 1, MAX_LINE_BYTES, MAX_LINE_BYTES + 1, 2 * MAX_LINE_BYTES + 3),
	);
	await fc.assert(
		fc.asyncProperty(fc.array(length, { maxLength: 8 }), fc.boolean(), async (lengths, ended) => {
			const text = lengths.map((n) => "x".repeat(n)).join("\n") + (ended ? "\n" : "");
			writeFileSync(path, text);
			const one: unknown[] = [];
			for await (const { text, bytes, offset, ended } of readLines(path))
				one.push([ended ? (text?.length ?? "too-long") : "not-ended", offset + bytes]);
			const many: unknown[] = [];
			for await (const { bytes, end, broken } of blocksOf(path)) {
				if (broken !== undefined) many.push([broken, end]);
				for (let from = 0; from < bytes.length; ) {
					const to = bytes.indexOf(10, from);
					many.push([to - from > MAX_LINE_BYTES ? "too-long" : to - from, end - bytes.length + to + 1]);
					from = to + 1;
				}
			}
			assert.deepEqual(many, one);
		}),
		{ numRuns: 12 },
	);
});

test("a line that JSON.parse misreads is no false alarm", async (t) => {
	const { open } = place(t);
	const journal = await open("one");
	// nodejs/node#63785
	for (const claimed of [{ "\\": 1 }, { "\\": 1 }, { '"': 1 }]) await journal.append("prompt", { claimed });
	await journal.close();
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
	assert.equal((JSON.parse(linesOf(journal.path)[3] ?? "") as Entry).head.type, "prompt");
});
