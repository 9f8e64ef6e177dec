// A number that comes twice: which of the two lines was put there shows in the lines around them, or is said to be unknown.
import assert from "node:assert/strict";
import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { type Entry, GENESIS, MAX_LINE_BYTES, openLine, saltedBody, seal } from "../../../src/audit/chain.ts";
import { Problems } from "../../../src/audit/problems.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { ChainWalk } from "../../../src/audit/walk.ts";
import { killOwner, linesOf, place, requested } from "./support.ts";

/** `count` entries, chained behind `prev`, the first of them of number `seq`. */
function chain(count: number, seq = 1, prev = GENESIS, text = "honest", type = "prompt"): Entry[] {
	const entries: Entry[] = [];
	for (let at = 0; at < count; at++) {
		const head = { v: 1, seq: seq + at, time: "", mono: 0, type } as const;
		const opened = openLine(seal(entries.at(-1)?.hash ?? prev, head, saltedBody({ text })).line.slice(0, -1));
		assert.ok(opened.state === "good");
		entries.push(opened.entry);
	}
	return entries;
}

function walked(entries: (Entry | "altered" | "nothing")[], recorded: string[] = []) {
	const problems = new Problems();
	const held: number[] = [];
	const regained: number[] = [];
	const walk = new ChainWalk("s", problems, {
		hold: (_, line) => held.push(line),
		regain: () => regained.push(...held.splice(0)),
		drop: () => held.splice(0),
		isRecorded: (_, hash) => recorded.includes(hash),
	});
	const taken: number[] = [];
	for (const [at, entry] of entries.entries()) {
		const before = entries[at - 1];
		const altered = () => {
			assert.ok(typeof before === "object");
			return { ...before, head: { ...before.head, seq: before.head.seq + 1 } };
		};
		const opened =
			entry === "nothing"
				? ({ state: "unparsable", why: "not an entry" } as const)
				: entry === "altered"
					? ({ state: "altered", entry: altered(), why: "changed" } as const)
					: ({ state: "good", entry } as const);
		if (walk.take(at + 1, opened) !== undefined) taken.push(at + 1);
	}
	walk.end(false);
	problems.sort(0);
	assert.equal(problems.more, 0);
	const told = problems.list.map(({ kind, line, detail }) => [`${kind} ${line}`, detail] as const);
	return { kinds: told.map(([kind]) => kind), words: told.map(([, detail]) => detail), taken, regained, walk };
}

const honest = chain(9);
const hash = (seq: number) => honest[seq - 1]?.hash ?? GENESIS;
const forged = (count: number, seq: number, prev = hash(seq - 1)) => chain(count, seq, prev, "forged");
const with_ = (at: number, ...more: (Entry | "altered")[]) => (honest as typeof more).toSpliced(at - 1, 0, ...more);

test("a forged line before the honest one is the one that was inserted", () => {
	const { kinds, words, regained, walk } = walked(with_(5, ...forged(1, 5)));
	assert.deepEqual(kinds, ["inserted 5"]);
	assert.match(words[0] ?? "", /entry 5 stands in line 6 too/);
	assert.deepEqual(regained, [6]);
	assert.deepEqual([walk.entries, walk.head], [9, hash(9)]);
});

test("so it is when it follows nothing, is altered, or is the first or the last line", () => {
	assert.deepEqual(walked(with_(5, ...forged(1, 5, hash(2)))).kinds, ["inserted 5"]);
	assert.deepEqual(walked(with_(5, "altered")).kinds, ["inserted 5"]);
	assert.deepEqual(walked(with_(1, ...forged(1, 1))).kinds, ["inserted 1"]);
	// With nothing behind, what is before tells.
	const last = walked(with_(9, ...forged(1, 9, hash(2))));
	assert.deepEqual([last.kinds, last.walk.head], [["inserted 9"], hash(9)]);
});

test("a run of forged lines is one, whether shorter or longer than what it stands before", () => {
	for (const count of [2, 3, 4]) {
		const { kinds, regained, walk } = walked(with_(4, ...forged(count, 4)));
		assert.deepEqual(
			kinds,
			Array.from({ length: count }, (_, at) => `inserted ${4 + at}`),
		);
		assert.deepEqual(
			regained,
			Array.from({ length: count }, (_, at) => 4 + count + at),
		);
		assert.equal(walk.head, hash(9));
	}
});

test("a forged line behind the honest one is the one that was inserted, and the honest one is named", () => {
	const { kinds, words, regained, taken } = walked(with_(6, ...forged(1, 5)));
	assert.deepEqual(kinds, ["inserted 6"]);
	assert.match(words[0] ?? "", /entry 5 is there already, in line 5$/);
	assert.deepEqual([regained, taken.length], [[], 9]);
	// One that follows nothing, and the same line again.
	assert.deepEqual(walked(with_(6, ...forged(1, 5, hash(1)))).kinds, ["inserted 6"]);
	assert.deepEqual(walked(with_(6, honest[4] as Entry)).kinds, ["inserted 6"]);
});

test("what cannot be told names both lines", () => {
	const two = walked(with_(9, ...forged(1, 9)));
	assert.deepEqual(two.kinds, ["inserted 10"]);
	assert.match(two.words[0] ?? "", /in line 9: one of the two was put there, and which one cannot be told/);
	// The line behind them fits neither.
	const other = chain(1, 6, "ab".repeat(32))[0] as Entry;
	const neither = walked([...honest.slice(0, 4), ...forged(1, 5), ...honest.slice(4, 5), other]);
	assert.deepEqual(neither.kinds, ["inserted 6", "edited 7"]);
	assert.match(neither.words[0] ?? "", /in line 5: one of the two/);
});

test("what a checkpoint signs is not taken for what was put there, whatever follows", () => {
	const entries = chain(4);
	const prev = entries.at(-1)?.hash ?? "";
	const note = chain(2, 5, prev, "signed", "checkpoint");
	const rival = chain(2, 5, prev, "forged");
	const lines = [...entries, ...note, ...rival, ...chain(1, 7, rival.at(-1)?.hash, "forged")];
	const { kinds, words, regained } = walked(lines);
	assert.deepEqual(kinds, ["inserted 7", "inserted 8", "edited 9"]);
	assert.match(words[0] ?? "", /entry 5 is there already, in line 5/);
	assert.deepEqual(regained, []);
});

test("a number that a line took which holds no entry is there already, in no line that could be named", () => {
	const lines = [...honest.slice(0, 5), "nothing" as const, ...honest.slice(6, 7), ...forged(2, 5), ...honest.slice(7)];
	const { kinds, words } = walked(lines);
	assert.deepEqual(kinds, ["edited 6", "inserted 8", "inserted 9"]);
	assert.match(words[1] ?? "", /^entry 5 is there already, in line 5/);
	assert.match(words[2] ?? "", /^entry 6 is there already$/);
});

test("at the end, what others recorded tells", () => {
	const [last] = forged(1, 9) as [Entry];
	const first = walked(with_(9, last), [hash(9)]);
	assert.deepEqual([first.kinds, first.regained, first.walk.head], [["inserted 9"], [10], hash(9)]);
	const second = walked([...honest, last], [hash(9)]);
	assert.deepEqual([second.kinds, second.walk.head], [["inserted 10"], hash(9)]);
});

test("of three lines the first and the last are looked at, and each is named", () => {
	const { kinds, regained } = walked(with_(5, ...forged(1, 5), ...forged(1, 5)));
	assert.deepEqual([kinds, regained], [["inserted 5", "inserted 6"], [7]]);
});

test("an honest line with a forged one before it is looked at like any other, and nothing false is said of the rest", async (t) => {
	const { journal, lines, at, forge } = await log(t);
	const digest = "c".repeat(64);
	const missing = { ...requested("x"), change: { digest, size: 1 } };
	const { problems } = await forge(journal.path, lines.length - 1, "gate.stopped", { reason: "x" });
	assert.deepEqual(problems, [["inserted", lines.length - 1]], "its last checkpoint counts, and nothing had stopped");
	for (let n = 3; n < lines.length; n++) {
		const { problems } = await forge(journal.path, n, "prompt", { claimed: {} });
		assert.deepEqual(problems, [["inserted", n]], `line ${n}`);
	}
	// What the honest line names is looked for, in its own place.
	assert.deepEqual((await forge(journal.path, at, "action.requested", missing)).problems, [
		["inserted", at],
		["evidence-missing", at],
	]);
	const piece = lines.findIndex((line) => line.includes(`"change":{"digest"`));
	assert.ok(piece > 0);
	rmSync(`${journal.dir}/evidence`, { recursive: true });
	assert.deepEqual((await forge(journal.path, piece + 1, "prompt", { claimed: {} })).problems, [
		["inserted", piece + 1],
		["evidence-missing", piece + 2],
	]);
});

async function log(t: TestContext) {
	const here = place(t);
	const journal = await here.open("one");
	const evidence = await journal.evidence.put(Buffer.from("before"));
	await journal.append("action.requested", { ...requested("r0"), change: evidence });
	for (let n = 1; n < 5; n++) await journal.append("action.requested", requested(`r${n}`));
	await journal.append("action.decided", {
		request: "r1",
		actionMac: "a".repeat(64),
		decision: { by: "person", verdict: "allow", approver: { osUser: "ada", host: "h" }, channel: "editor" },
	});
	killOwner(journal.dir, journal.segment);
	const bytes = readFileSync(journal.path);
	const lines = linesOf(journal.path);
	/** Verifies the log with a line put before line `n`, of its number and behind the same one. */
	const forge = async (path: string, n: number, type: string, body: object) => {
		const { head, prev } = JSON.parse(lines[n - 1] ?? "") as Entry;
		const { line } = seal(prev, { ...head, type }, saltedBody(body));
		writeFileSync(path, `${lines.toSpliced(n - 1, 0, line.slice(0, -1)).join("\n")}\n`);
		const found = await verifyWorkspace(journal.dir);
		writeFileSync(path, bytes);
		return { problems: found.problems.map(({ kind, line }) => [kind, line]) };
	};
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
	return { journal, lines, at: 5, forge };
}

test("a run of the longest lines takes the memory of one", async () => {
	const { HeldEntries } = await import("../../../src/audit/verifyHeld.ts");
	let kept = 0;
	const [entry] = honest as [Entry];
	const line = {
		...entry,
		bodiless: false,
		mayNameEvidence: false,
		personal: false,
		body: () => entry.body,
		kept: () => {
			kept++;
			return line;
		},
	};
	const regained: number[] = [];
	const held = new HeldEntries(
		(_, line) => regained.push(line),
		() => false,
	);
	for (let round = 0; round < 2; round++) {
		for (let n = 1; n <= 60; n++) {
			held.length = MAX_LINE_BYTES;
			held.hold(line, n);
		}
		held.regain();
	}
	assert.deepEqual([kept, regained], [2, [1, 1]]);
});

test("what a problem quotes of an entry is cut, and can still be taken back", () => {
	const problems = new Problems();
	const long = `repair of ${"x".repeat(100_000)}`;
	problems.add("s", 1, "evidence-missing", long);
	assert.equal(problems.list[0]?.detail.length, 2001);
	problems.withdraw("s", 1, long);
	assert.equal(problems.none, true);
});
