// A valid log, changed in one place, must never verify.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, type TestContext, test } from "node:test";
import fc from "fast-check";
import { type Entry, GENESIS, MAX_LINE_BYTES, saltedBody, seal } from "../../../src/audit/chain.ts";
import { originOf, signCheckpoint } from "../../../src/audit/checkpoint.ts";
import { newSigningKey, publicKeyHex, type Signer, signerFromPem } from "../../../src/audit/keys.ts";
import { type Verification, verifyWorkspace } from "../../../src/audit/verify.ts";
import { canonical } from "../../../src/protocol/canonical.ts";
import { entriesOf, killOwner, place, placeIn, requested, segmentPaths, tempDir, writeHead } from "./support.ts";

let base: string;
let log: string;
/** Two segments that were closed, one that links them, and one whose gate died; by file name. */
let originals: Map<string, Buffer>;

before(async () => {
	base = tempDir(undefined);
	const here = placeIn(base);
	for (const gate of ["one", "two", "three", "four"]) {
		const journal = await here.open(gate);
		for (let i = 0; i < 4; i++) {
			await journal.append("action.requested", requested(`${gate}${i}`), { session: "s" });
			await journal.append("action.released", { request: `${gate}${i}`, verdict: "allow", delivered: true });
		}
		log = journal.dir;
		if (gate === "four") killOwner(journal.dir, journal.segment);
		else await journal.close();
	}
	originals = new Map(segmentPaths(log).map((path) => [basename(path), readFileSync(path)]));
	assert.deepEqual((await verifyWorkspace(log)).problems, []);
});
after(() => rmSync(base, { recursive: true, force: true }));

/** Verifies the log while one segment holds `bytes`. */
async function verifyWith(segment: string, bytes: Buffer): Promise<Verification> {
	const path = join(log, "journal", segment);
	writeFileSync(path, bytes);
	try {
		return await verifyWorkspace(log);
	} finally {
		writeFileSync(path, originals.get(segment) ?? "");
	}
}

const anySegment = fc.nat(3).map((n) => [...originals.entries()][n] as [string, Buffer]);
const split = (bytes: Buffer) => bytes.toString("utf8").split("\n").slice(0, -1);
const joined = (lines: string[]) => Buffer.from(lines.map((line) => `${line}\n`).join(""));

/** `change` gets the lines and returns others, or undefined when this input changes nothing. */
function everyChangeIsSeen(change: (lines: string[], a: number, b: number) => string[] | undefined) {
	return fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.nat(), async ([segment, bytes], a, b) => {
			const lines = split(bytes);
			const changed = change([...lines], a % lines.length, b % lines.length);
			if (changed === undefined) return;
			const found = await verifyWith(segment, joined(changed));
			assert.equal(found.ok, false);
			assert.equal(found.verdict, "problems found");
		}),
		{ numRuns: 60 },
	);
}

test("any byte changed is seen", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.integer({ min: 0, max: 255 }), async ([segment, bytes], at, value) => {
			const changed = Buffer.from(bytes);
			changed[at % bytes.length] = value;
			if (!changed.equals(bytes)) assert.equal((await verifyWith(segment, changed)).ok, false);
		}),
		{ numRuns: 150 },
	);
});

test("any run of bytes removed is seen", async () => {
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), fc.integer({ min: 1, max: 3000 }), async ([segment, bytes], at, length) => {
			const from = at % bytes.length;
			const changed = Buffer.concat([bytes.subarray(0, from), bytes.subarray(from + length)]);
			assert.equal((await verifyWith(segment, changed)).ok, false);
		}),
		{ numRuns: 100 },
	);
});

test("any bytes inserted are seen", async () => {
	await fc.assert(
		fc.asyncProperty(
			anySegment,
			fc.nat(),
			fc.uint8Array({ minLength: 1, maxLength: 40 }),
			async ([segment, bytes], at, more) => {
				const from = at % (bytes.length + 1);
				const changed = Buffer.concat([bytes.subarray(0, from), more, bytes.subarray(from)]);
				assert.equal((await verifyWith(segment, changed)).ok, false);
			},
		),
		{ numRuns: 100 },
	);
});

test("any line removed is seen", () => everyChangeIsSeen((lines, a) => lines.toSpliced(a, 1)));

test("any end cut off is seen, at a line and in the middle of one", async () => {
	await everyChangeIsSeen((lines, a) => lines.slice(0, a));
	await fc.assert(
		fc.asyncProperty(anySegment, fc.nat(), async ([segment, bytes], at) => {
			assert.equal((await verifyWith(segment, bytes.subarray(0, at % bytes.length))).ok, false);
		}),
		{ numRuns: 60 },
	);
});

test("any two lines swapped are seen", () =>
	everyChangeIsSeen((lines, a, b) => (a === b ? undefined : lines.with(a, lines[b] ?? "").with(b, lines[a] ?? ""))));

test("any line moved is seen", () =>
	everyChangeIsSeen((lines, a, b) => (a === b ? undefined : lines.toSpliced(a, 1).toSpliced(b, 0, lines[a] ?? ""))));

test("any line doubled is seen", () => everyChangeIsSeen((lines, a, b) => lines.toSpliced(b, 0, lines[a] ?? "")));

test("any line of another segment inserted or put in place of one is seen", async () => {
	const other = () => split([...originals.values()][1] as Buffer);
	await everyChangeIsSeen((lines, a, b) => lines.toSpliced(a, 0, other()[b % other().length] ?? ""));
	await everyChangeIsSeen((lines, a, b) => {
		const line = other()[b % other().length] ?? "";
		return lines.includes(line) ? undefined : lines.with(a, line);
	});
});

test("a body edited and its line sealed anew is seen", () =>
	everyChangeIsSeen((lines, a) => {
		const { head, prev } = JSON.parse(lines[a] ?? "") as Entry;
		return lines.with(a, seal(prev, head, saltedBody({ claimed: { text: "never was" } })).line.slice(0, -1));
	}));

test("a well chained line put after the end of a closed segment is seen", async () => {
	const [[segment, bytes] = ["", Buffer.alloc(0)]] = originals;
	const last = JSON.parse(split(bytes).at(-1) ?? "") as Entry;
	const forged = seal(last.hash, { ...last.head, seq: last.head.seq + 1, type: "prompt" }, saltedBody({ claimed: {} }));
	const found = await verifyWith(segment, Buffer.concat([bytes, Buffer.from(forged.line)]));
	assert.deepEqual([...new Set(found.problems.map(({ kind }) => kind))], ["inserted"]);
});

test("a well chained line put after the end of a segment whose gate died is seen by the segment that links it", async (t) => {
	const { open } = place(t);
	const dead = await open("dead");
	const { seq, hash } = await dead.append("prompt", { claimed: {} });
	killOwner(dead.dir, dead.segment);
	await (await open("next")).close();
	assert.deepEqual((await verifyWorkspace(dead.dir)).problems, []);
	const head = { v: 1, seq: seq + 1, time: "", mono: 0, type: "prompt" } as const;
	appendFileSync(dead.path, seal(hash, head, saltedBody({ claimed: {} })).line);
	const { problems } = await verifyWorkspace(dead.dir);
	assert.deepEqual(
		problems.map(({ kind, line }) => [kind, line]),
		[["inserted", seq + 1]],
	);
});

test("a well chained line put after the end of the newest segment, which nothing links yet, is seen", async (t) => {
	const { open } = place(t);
	const journal = await open("one");
	await journal.close();
	const last = entriesOf(journal.path).at(-1) as Entry;
	const forged = (type: string, seq: number, prev: string) =>
		seal(prev, { ...last.head, seq, type }, saltedBody({ note: "x", claimed: {} }));
	const one = forged("prompt", last.head.seq + 1, last.hash);
	appendFileSync(journal.path, one.line);
	assert.deepEqual(
		(await verifyWorkspace(journal.dir)).problems.map(({ kind }) => kind),
		["inserted"],
	);
});

test("a body left out of a log is seen: only exports may do that", async () => {
	const [[segment, bytes] = ["", Buffer.alloc(0)]] = originals;
	const lines = split(bytes);
	const { body, ...rest } = JSON.parse(lines[4] ?? "") as Entry;
	const bodyHash = createHash("sha256").update(canonical(body)).digest("hex");
	const found = await verifyWith(segment, joined(lines.with(4, canonical({ ...rest, bodyHash }))));
	assert.deepEqual(
		found.problems.map(({ kind, line }) => [kind, line]),
		[["removed", 5]],
	);
});

test("what happened is named", async () => {
	const [[segment, bytes] = ["", Buffer.alloc(0)]] = originals;
	const lines = split(bytes);
	const kinds = async (changed: string[]) => {
		const { problems } = await verifyWith(segment, joined(changed));
		return problems.map(({ kind, line }) => `${kind} ${line}`);
	};
	const at = (n: number) => lines[n - 1] ?? "";
	assert.deepEqual(await kinds(lines.with(4, at(5).replace("one", "0ne"))), ["edited 5"]);
	assert.deepEqual(await kinds(lines.with(4, "{}")), ["edited 5"]);
	assert.deepEqual(await kinds(lines.toSpliced(4, 1)), ["removed 5"]);
	assert.deepEqual(await kinds(lines.toSpliced(4, 3)), ["removed 5"]);
	assert.deepEqual(await kinds(lines.toSpliced(4, 0, "{}")), ["inserted 5"]);
	assert.deepEqual(await kinds(lines.toSpliced(4, 0, at(3))), ["inserted 5"]);
	assert.deepEqual(await kinds(lines.with(4, at(6)).with(5, at(5))), ["reordered 6"]);
	const cut = await kinds(lines.slice(0, 8));
	assert.ok(cut.length > 0 && cut.every((one) => one === "cut-tail 8"));
	const [, [otherName = ""] = []] = originals;
	const swapped = await verifyWith(otherName, bytes);
	assert.ok(
		swapped.problems.some(({ kind, detail }) => kind === "inserted" && detail.includes("stands in for another")),
	);
});

test("a destroyed log is told with a bounded list", async () => {
	const [[segment] = [""]] = originals;
	const found = await verifyWith(segment, Buffer.from("x\n".repeat(5000)));
	assert.equal(found.problems.length, 1000);
	assert.ok(found.moreProblems > 3000);
	const long = await verifyWith(segment, Buffer.alloc(MAX_LINE_BYTES * 2 + 5, "x"));
	assert.equal(long.ok, false);
});

/** Writes a whole segment anew with other content, chained and signed by `signer` as well as its owner could. */
function forge(
	dir: string,
	path: string,
	signer: Signer,
	change: (entry: Entry) => object | undefined,
	checkpointsBecome = "checkpoint",
): void {
	let prev = GENESIS;
	let bytes = 0;
	const out: string[] = [];
	const entries = entriesOf(path);
	const origin = originOf(String(entries[0]?.body?.workspace), basename(path));
	for (const { head, body } of entries) {
		let changed = change({ head, body, prev, hash: "" } as Entry) ?? body ?? {};
		if (head.type === "checkpoint") {
			const entries = head.seq - 1;
			if (changed === body) changed = { note: signCheckpoint({ origin, entries, hash: prev }, signer) };
			head.type = checkpointsBecome;
		}
		const { line, hash } = seal(prev, head, saltedBody(changed));
		out.push(line);
		bytes += line.length;
		prev = hash;
	}
	writeFileSync(path, out.join(""));
	writeHead(dir, basename(path), entries.length, bytes, prev);
}

test("a log written anew without the key, chain, heads and all, fails at its checkpoints", async (t) => {
	const { open } = place(t);
	const journal = await open("one");
	await journal.append("action.requested", requested("rm -rf"));
	await journal.close();
	const other = signerFromPem(newSigningKey(), "file");
	forge(journal.dir, journal.path, other, ({ head }) =>
		head.type === "action.requested" ? requested("ls") : undefined,
	);
	const found = await verifyWorkspace(journal.dir);
	assert.ok(found.problems.length > 0);
	assert.ok(found.problems.every(({ kind }) => kind === "bad-checkpoint"));
});

test("a log written anew under another key is consistent, but never verified, and fails against the right key", async (t) => {
	const { open, home } = place(t);
	const journal = await open("one");
	await journal.append("action.requested", requested("rm -rf"));
	await journal.close();
	const right = publicKeyHex(home.signer().publicKey);
	const honest = await verifyWorkspace(journal.dir, { key: right.toUpperCase() });
	assert.equal(honest.verdict, "verified");
	assert.ok(honest.ok);
	const other = signerFromPem(newSigningKey(), "file");
	const publicKey = publicKeyHex(other.publicKey);
	forge(journal.dir, journal.path, other, ({ head, body }) => {
		if (head.type === "action.requested") return requested("ls");
		if (head.type === "gate.started") return { ...body, signer: { publicKey, storage: "file" } };
		return head.type === "key.created" ? { ...body, publicKey } : undefined;
	});
	const unpinned = await verifyWorkspace(journal.dir);
	assert.equal(unpinned.verdict, "consistent, signer unknown");
	const pinned = await verifyWorkspace(journal.dir, { key: right });
	assert.equal(pinned.verdict, "problems found");
	assert.deepEqual(
		pinned.problems.map(({ kind }) => kind),
		["wrong-key"],
	);
	assert.equal((await verifyWorkspace(journal.dir, { key: [right, publicKey] })).verdict, "verified");
});

/** What a forger gets whose notes are valid signatures, but of something else. */
async function withNotes(t: TestContext, note: (entry: Entry, all: Entry[]) => string | undefined): Promise<string[]> {
	const { open, home } = place(t);
	const other = await open("other");
	await other.close();
	const journal = await open("one");
	for (let i = 0; i < 3; i++) await journal.checkpoint();
	await journal.close();
	const all = [...entriesOf(other.path), ...entriesOf(journal.path)];
	forge(journal.dir, journal.path, home.signer(), (entry) => {
		const text = note(entry, all);
		return text === undefined ? undefined : { note: text };
	});
	const { problems } = await verifyWorkspace(journal.dir);
	return [...new Set(problems.map(({ kind, detail }) => `${kind}: ${detail.replace(/[0-9a-f]{16}.*/, "")}`))];
}

test("a checkpoint that signs another head, or another segment, does not count", async (t) => {
	const noteOf = (all: Entry[], at: number) =>
		String(all.filter(({ head }) => head.type === "checkpoint").at(at)?.body?.note);
	// Its own, but of an earlier head; and the one of the other segment.
	assert.deepEqual(await withNotes(t, ({ head }, all) => (head.seq === 3 ? noteOf(all, -3) : undefined)), [
		"bad-checkpoint: it signs another head than the one before it",
	]);
	assert.deepEqual(await withNotes(t, ({ head }, all) => (head.seq === 3 ? noteOf(all, 0) : undefined)), [
		"bad-checkpoint: it is for ",
	]);
});

test("a segment without any checkpoint is signed by nobody", async (t) => {
	const { open, home } = place(t);
	const journal = await open("one");
	await journal.append("prompt", { claimed: {} });
	killOwner(journal.dir, journal.segment);
	forge(journal.dir, journal.path, home.signer(), () => undefined, "prompt");
	assert.deepEqual(
		(await verifyWorkspace(journal.dir)).problems.map(({ kind, detail }) => [kind, detail]),
		[["bad-checkpoint", "no checkpoint signs this segment"]],
	);
});

test("an old segment written anew with its own key is caught by the later segment that links it", async (t) => {
	const { open, home } = place(t);
	const first = await open("one");
	await first.append("action.requested", requested("rm -rf"));
	await first.close();
	const second = await open("two");
	await second.close();
	forge(first.dir, first.path, home.signer(), ({ head }) =>
		head.type === "action.requested" ? requested("ls") : undefined,
	);
	const found = await verifyWorkspace(first.dir);
	assert.deepEqual(
		found.problems.map(({ kind, detail }) => [kind, detail.includes(second.segment)]),
		[["edited", true]],
	);
});
