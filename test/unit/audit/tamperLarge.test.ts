// A log of 2,000 entries in several segments with evidence, changed in one random place: the verifier says what was done and
// where, whatever it was, up to the last head that something outside knows. Behind that it names the last anchored entry.
import assert from "node:assert/strict";
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { inflateSync } from "node:zlib";
import fc from "fast-check";
import { type Entry, GENESIS, saltedBody, seal } from "../../../src/audit/chain.ts";
import { originOf, signCheckpoint } from "../../../src/audit/checkpoint.ts";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { headPath } from "../../../src/audit/head.ts";
import { checkSnapshot, writeSnapshot } from "../../../src/audit/index/snapshot.ts";
import { newSigningKey, publicKeyHex, type Signer, signerFromPem } from "../../../src/audit/keys.ts";
import type { Problem, ProblemKind, Verification, VerifyOptions } from "../../../src/audit/verify.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { evidenceRefs } from "../../../src/audit/verifyEvidence.ts";
import { killOwner, type Place, placeIn, requested, tempDir, writeHead } from "./support.ts";

const GATES = ["one", "two", "three", "four", "five"];
const ENTRIES = 2000;
/** Entries of the last segment that its outside head does not know yet, as after a crash of the machine. */
const BEHIND = 20;

interface Segment {
	name: string;
	path: string;
	bytes: Buffer;
	/** With their line breaks. */
	lines: string[];
	entries: Entry[];
	/** Up to here something outside knows it. */
	known: number;
	/** What it was when half of it was written. */
	older: { bytes: Buffer; head: Buffer };
}

let base: string;
let here: Place;
let log: string;
let segments: Segment[];
let last: Segment;
/** Digest by digest: segment and line of the first entry that names it. */
const evidence = new Map<string, { segment: string; line: number }>();

before(async () => {
	base = tempDir(undefined);
	here = placeIn(base);
	const older: Segment["older"][] = [];
	const perGate = ENTRIES / GATES.length;
	for (const gate of GATES) {
		const journal = await here.open(gate);
		log = journal.dir;
		for (let n = 0; journal.head.entries < perGate; n++) {
			const piece = n % 12 === 0 ? { change: await journal.evidence.put(Buffer.from(`${gate} ${n} `.repeat(n))) } : {};
			await journal.appendAll([
				{ type: "action.requested", body: { ...requested(`${gate}${n}`), ...piece }, session: "s" },
				{ type: "action.released", body: { request: `${gate}${n}`, verdict: "allow", delivered: true }, session: "é" },
				{ type: "prompt", body: { claimed: { text: `${n} "quoted" \\ and é \u{1f600}\n` } } },
			]);
			if (older.length < GATES.indexOf(gate) + 1 && journal.head.entries > perGate / 2)
				older.push({ bytes: readFileSync(journal.path), head: readFileSync(headOf(journal.segment)) });
		}
		if (gate !== GATES.at(-1)) await journal.close();
		else killOwner(journal.dir, journal.segment);
	}
	segments = readdirSync(join(log, "journal"))
		.sort()
		.map((name, at) => {
			const path = join(log, "journal", name);
			const bytes = readFileSync(path);
			const lines = bytes.toString("utf8").match(/[^\n]*\n/g) ?? [];
			const entries = lines.map((line) => JSON.parse(line) as Entry);
			return { name, path, bytes, lines, entries, known: lines.length, older: older[at] as Segment["older"] };
		});
	last = segments.at(-1) as Segment;
	last.known -= BEHIND;
	const known = last.entries[last.known - 1] as Entry;
	writeHead(log, last.name, last.known, Buffer.byteLength(last.lines.slice(0, last.known).join("")), known.hash);
	for (const { name, entries } of segments)
		for (const [at, { body }] of entries.entries())
			for (const { digest } of evidenceRefs(body))
				if (!evidence.has(digest)) evidence.set(digest, { segment: name, line: at + 1 });
	await writeSnapshot(
		log,
		{ homeKey: here.home.macKey() },
		[],
		new Map([["database", Buffer.from("a database".repeat(100))]]),
	);
	const whole = await verifyWorkspace(log, { key: publicKeyHex(here.home.signer().publicKey) });
	assert.deepEqual([whole.verdict, whole.problems], ["verified", []]);
	assert.ok(whole.entries >= ENTRIES && segments.length === GATES.length && evidence.size > 50);
});
after(() => rmSync(base, { recursive: true, force: true }));

function headOf(segment: string): string {
	return headPath(join(log, "heads"), segment);
}

/** Verifies the log while a file holds something else, or is gone. */
async function verifyWith(
	path: string,
	bytes: Buffer | string | undefined,
	options?: VerifyOptions,
): Promise<Verification> {
	const original = existsSync(path) ? readFileSync(path) : undefined;
	if (bytes === undefined) rmSync(path);
	else writeFileSync(path, bytes);
	try {
		return await verifyWorkspace(log, options);
	} finally {
		if (original === undefined) rmSync(path, { force: true });
		else writeFileSync(path, original);
	}
}

/** Fails unless a problem of one of these kinds is told of this segment, at one of these lines (any, if none is given). */
function told({ problems, ok }: Verification, segment: string, kinds: ProblemKind[], lines: number[] = []): void {
	assert.equal(ok, false);
	const fits = ({ segment: where, kind, line }: Problem) =>
		where === segment && kinds.includes(kind) && (lines.length === 0 || lines.includes(line ?? 0));
	assert.ok(problems.some(fits), `${segment} ${kinds} ${lines}: ${JSON.stringify(problems.slice(0, 5))}`);
	// Nothing is said of segments that were not touched.
	assert.deepEqual([...new Set(problems.map((one) => one.segment))], [segment]);
}

/** What may not show, because nothing outside knows it: then the verdict says how far it is known. */
function unknownTail(found: Verification): void {
	if (!found.ok) return;
	const anchor = found.anchored.find(({ segment, by }) => segment === last.name && by === "outside head");
	assert.equal(anchor?.entry, last.known);
}

const anySegment = fc.nat(GATES.length - 1).map((at) => segments[at] as Segment);
const runs = (numRuns: number) => ({ numRuns, endOnFailure: false });

/** Whole lines among these bytes. */
function linesIn(bytes: Buffer): number {
	let lines = 0;
	for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) lines++;
	return lines;
}

test("any one byte flipped is told as its line", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.integer({ min: 1, max: 255 }), async (segment, place, bits) => {
			const at = place % segment.bytes.length;
			const changed = Buffer.from(segment.bytes);
			changed[at] = (changed[at] ?? 0) ^ bits;
			const line = linesIn(segment.bytes.subarray(0, at)) + 1;
			told(await verifyWith(segment.path, changed), segment.name, ["edited", "cut-tail", "torn"], [line]);
		}),
		runs(120),
	);
});

test("any line deleted is told at its place, any end of lines as cut", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.integer({ min: 1, max: 3 }), async (segment, place, count) => {
			const at = place % segment.lines.length;
			const found = await verifyWith(segment.path, segment.lines.toSpliced(at, count).join(""));
			if (at + count < segment.lines.length) told(found, segment.name, ["removed"], [at + 1]);
			else if (at < segment.known) told(found, segment.name, ["cut-tail"], [at]);
			else unknownTail(found);
		}),
		runs(60),
	);
});

test("any line doubled is told as inserted, or as out of order when it comes before itself", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.nat(), async (segment, from, to) => {
			const a = from % segment.lines.length;
			const b = to % (segment.lines.length + 1);
			const found = await verifyWith(segment.path, segment.lines.toSpliced(b, 0, segment.lines[a] ?? "").join(""));
			if (b > a) told(found, segment.name, ["inserted"], [b + 1]);
			else if (b === a) told(found, segment.name, ["inserted"], [b + 2]);
			else told(found, segment.name, ["reordered"], [b + 2]);
		}),
		runs(60),
	);
});

test("any two lines swapped are told as out of order", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.nat(), async (segment, one, other) => {
			const [a = 0, b = 0] = [one % segment.lines.length, other % segment.lines.length].sort((x, y) => x - y);
			if (a === b) return;
			const { lines } = segment;
			const found = await verifyWith(
				segment.path,
				lines
					.with(a, lines[b] ?? "")
					.with(b, lines[a] ?? "")
					.join(""),
			);
			told(found, segment.name, ["reordered"], [b + 1]);
		}),
		runs(60),
	);
});

test("a tail cut off at any byte is told, up to the last known head", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), async (segment, place) => {
			const at = place % segment.bytes.length;
			const found = await verifyWith(segment.path, segment.bytes.subarray(0, at));
			const whole = linesIn(segment.bytes.subarray(0, at));
			if (whole < segment.known) told(found, segment.name, ["cut-tail"]);
			else if (segment.bytes[at - 1] !== 10) told(found, segment.name, ["torn"], [whole + 1]);
			else unknownTail(found);
		}),
		runs(80),
	);
	// Each end behind the known head.
	for (let count = last.known; count < last.lines.length; count++)
		unknownTail(await verifyWith(last.path, last.lines.slice(0, count).join("")));
});

test("a segment put back to an older copy, head file and all, is told by the segment that links it", async () => {
	for (const segment of segments) {
		const head = readFileSync(headOf(segment.name));
		writeFileSync(headOf(segment.name), segment.older.head);
		const count = linesIn(segment.older.bytes);
		const found = await verifyWith(segment.path, segment.older.bytes);
		const { hash } = last.entries[last.known - 1] as Entry;
		const heads = [{ segment: last.name, entries: last.known, hash: hash.toUpperCase() }];
		const demanded = await verifyWith(segment.path, segment.older.bytes, { heads });
		writeFileSync(headOf(segment.name), head);
		if (segment !== last) told(found, segment.name, ["cut-tail"], [count]);
		else {
			// Nothing in the folder knows of more: only a head that was noted elsewhere does.
			assert.equal(
				found.anchored.find(({ segment, by }) => segment === last.name && by === "outside head")?.entry,
				count,
			);
			told(demanded, segment.name, ["cut-tail"], [count]);
		}
	}
});

test("evidence removed or altered is told at the entry that names it", async () => {
	const all = [...evidence];
	await fc.assert(
		fc.asyncProperty(
			fc.nat(all.length - 1),
			fc.option(fc.nat()),
			fc.integer({ min: 1, max: 255 }),
			async (at, place, bits) => {
				const [digest, { segment, line }] = all[at] as (typeof all)[number];
				const path = join(log, "evidence", digest);
				const bytes = readFileSync(path);
				const content = await readEvidence(join(log, "evidence"), digest);
				if (place !== null) bytes[place % bytes.length] = (bytes[place % bytes.length] ?? 0) ^ bits;
				const found = await verifyWith(path, place === null ? undefined : bytes);
				// A bit that zlib does not look at (padding, the level in its header) changes no content: then nothing was altered.
				if (place !== null && found.ok) {
					const file = Buffer.from(bytes);
					assert.deepEqual(inflateSync(file.subarray(22)), content);
					return;
				}
				told(found, segment, [place === null ? "evidence-missing" : "evidence-altered"], [line]);
				assert.equal(found.problems.length, 1);
			},
		),
		runs(50),
	);
});

test("a segment removed is told, whichever it is; a head file removed or damaged too", async () => {
	for (const { name, path } of segments) {
		told(await verifyWith(path, undefined), name, ["segment-missing"]);
		told(await verifyWith(headOf(name), undefined), name, ["cut-tail"]);
		const head = readFileSync(headOf(name));
		told(await verifyWith(headOf(name), head.fill("x", 1024)), name, ["cut-tail"]);
		writeHead(log, name, 10, 1, "0".repeat(64));
		const forged = readFileSync(headOf(name));
		writeFileSync(headOf(name), forged);
		told(await verifyWorkspace(log), name, ["edited"], [10]);
		const segment = segments.find((one) => one.name === name) as Segment;
		writeHead(log, name, segment.known, 1, (segment.entries[segment.known - 1] as Entry).hash);
	}
});

test("any byte of the index's snapshot edited is told, but the log is not blamed; an old one or none is no problem", async () => {
	const path = join(log, "index", "snapshot");
	const bytes = readFileSync(path);
	await fc.assert(
		fc.asyncProperty(fc.nat(bytes.length - 1), fc.integer({ min: 1, max: 255 }), async (at, bits) => {
			const changed = Buffer.from(bytes);
			changed[at] = (changed[at] ?? 0) ^ bits;
			writeFileSync(path, changed);
			const { state } = await checkSnapshot(log, { homeKey: here.home.macKey() });
			writeFileSync(path, bytes);
			const found = await verifyWith(path, changed);
			// A byte of its version makes it one of another version.
			if (state === "stale") assert.deepEqual(found.problems, []);
			else told(found, join("index", "snapshot"), ["index-altered"]);
		}),
		runs(40),
	);
	assert.deepEqual((await verifyWith(path, undefined)).problems, []);
	const { detail = "" } = (await verifyWith(path, "x")).problems[0] ?? {};
	assert.match(detail, /not evidence.*build it anew/);
});

/** A segment written anew under another key, as well as its owner could: chain, checkpoints, head; with a word on the key, or not. */
function forge(
	segment: Segment,
	signer: Signer,
	change: (body: Entry["body"]) => object | undefined,
	previous?: string,
): string {
	const publicKey = publicKeyHex(signer.publicKey);
	const origin = originOf(String(segment.entries[0]?.body?.workspace), segment.name);
	let prev = GENESIS;
	let text = "";
	let seq = 0;
	const created = { publicKey, previous: previous ?? null, storage: "file" };
	const [first] = segment.entries as [Entry];
	const announced = { ...first, head: { ...first.head, type: "key.created" }, body: created };
	const entries = previous === undefined ? segment.entries : segment.entries.toSpliced(1, 0, announced);
	for (const { head: before, body } of entries) {
		const head = { ...before, seq: ++seq };
		let changed: object = change(body) ?? body ?? {};
		if (head.type === "checkpoint")
			changed = { note: signCheckpoint({ origin, entries: head.seq - 1, hash: prev }, signer) };
		if (head.type === "gate.started") changed = { ...body, signer: { publicKey, storage: "file" } };
		const sealed = seal(prev, head, saltedBody(changed));
		text += sealed.line;
		prev = sealed.hash;
	}
	writeHead(log, segment.name, entries.length, Buffer.byteLength(text), prev);
	return text;
}

test("a segment written anew and signed with another key is told: by who links it, by the key that nobody announced, and by the key that was given", async () => {
	const other = signerFromPem(newSigningKey(), "file");
	const key = publicKeyHex(here.home.signer().publicKey);
	for (const segment of segments) {
		const head = readFileSync(headOf(segment.name));
		const text = forge(segment, other, (body) => (body?.request === "one3" ? requested("ls") : undefined));
		const found = await verifyWith(segment.path, text);
		const pinned = await verifyWith(segment.path, text, { key });
		writeFileSync(headOf(segment.name), head);
		if (segment !== last) told(found, segment.name, ["edited"], [segment.lines.length]);
		told(found, segment.name, ["wrong-key"], [1]);
		assert.equal(found.problems.filter(({ kind }) => kind === "wrong-key").length, 1);
		told(pinned, segment.name, ["wrong-key"], [1]);
	}
	// With a word on the key only a key from outside can tell. A word that follows on a key that never was is none.
	const head = readFileSync(headOf(last.name));
	const followed = await verifyWith(
		last.path,
		forge(last, other, () => undefined, key),
	);
	const stray = await verifyWith(
		last.path,
		forge(last, other, () => undefined, "0".repeat(64)),
	);
	const pinned = await verifyWith(
		last.path,
		forge(last, other, () => undefined, key),
		{ key },
	);
	writeFileSync(headOf(last.name), head);
	assert.equal(followed.verdict, "consistent, signer unknown");
	assert.equal(followed.signer.keys.length, 2);
	told(stray, last.name, ["wrong-key"], [1]);
	told(pinned, last.name, ["wrong-key"], [1]);
});

test("one checkpoint signed with another key is told", async () => {
	const other = signerFromPem(newSigningKey(), "file");
	const segment = segments[1] as Segment;
	const at = segment.entries.findLastIndex(({ head }) => head.type === "checkpoint");
	const { head, prev, body } = segment.entries[at] as Entry;
	const origin = String(body?.note).split("\n")[0] ?? "";
	const note = signCheckpoint({ origin, entries: at, hash: prev }, other);
	// With the id of the right key, so that only the signature is another one.
	const [right, wrong] = [String(body?.note), note].map((text) => Buffer.from(text.split(" ").at(-1) ?? "", "base64"));
	right?.copy(wrong as Buffer, 0, 0, 4);
	const forged = `${note.slice(0, note.lastIndexOf(" ") + 1)}${wrong?.toString("base64")}\n`;
	for (const one of [note, forged]) {
		const { line } = seal(prev, head, saltedBody({ note: one }));
		const found = await verifyWith(segment.path, segment.lines.with(at, line).join(""));
		told(found, segment.name, ["bad-checkpoint"], [at + 1]);
	}
});

test("what is wrong behind the last anchored entry says so", async () => {
	const at = last.known + 5;
	const found = await verifyWith(last.path, last.lines.with(at, "{}\n").join(""));
	const words = found.problems.map(({ detail }) => detail).join();
	const signed = Math.max(...found.anchored.filter(({ segment }) => segment === last.name).map(({ entry }) => entry));
	assert.match(words, new RegExp(`the last anchored entry of this segment is ${signed} `));
	const before = await verifyWith(last.path, last.lines.with(4, "{}\n").join(""));
	assert.ok(before.problems.every(({ detail }) => !detail.includes("anchored")));
});

test("a copy of the folder under any name is verified like the log itself", async () => {
	const copy = join(base, "copy");
	cpSync(log, copy, { recursive: true });
	const { problems } = await verifyWorkspace(copy);
	// Not even the gate that died is taken for alive or torn there.
	assert.deepEqual(problems, []);
	renameSync(join(copy, "evidence"), join(copy, "away"));
	const missing = await verifyWorkspace(copy);
	assert.equal(missing.problems.filter(({ kind }) => kind === "evidence-missing").length, evidence.size);
});
