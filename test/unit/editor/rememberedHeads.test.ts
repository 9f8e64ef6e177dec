// What an editor remembers of logs: merged, bounded, kept by several windows, never read from hostile content.
import assert from "node:assert/strict";
import { test } from "node:test";
import {
	learnable,
	MAX_SEGMENTS,
	mergeHeads,
	notesText,
	parseNotes,
	type RememberedHead,
} from "../../../src/editor/headNotes.ts";
import { placeOf, RememberedHeads, type Trouble } from "../../../src/editor/rememberedHeads.ts";
import { HOSTILE } from "../../support/auditLog.ts";
import { until } from "../../support/until.ts";

const W = "0123456789abcdef";
const NAME = `gatepost.heads.v1.here.${W}`;
const hash = (n: number) => n.toString(16).padStart(64, "0");
const segment = (n: number, gate = "g") => `2026${String(n).padStart(4, "0")}T000000.000Z-${gate}.jsonl`;
const head = (n: number, entries = 1, own = false): RememberedHead => ({
	segment: segment(n),
	entries,
	hash: hash(entries),
	...(own ? { own } : {}),
});

function storage() {
	const kept = new Map<string, string>();
	const written: string[] = [];
	return {
		kept,
		written,
		get: async (name: string) => kept.get(name),
		store: async (name: string, value: string) => {
			written.push(value);
			kept.set(name, value);
		},
	};
}

/** A window; with a long pause it writes only when it is told to. */
function open(secrets: ReturnType<typeof storage>, pauseMs = 1e6) {
	const told: Trouble[] = [];
	const heads = new RememberedHeads({ secrets, place: "here", pauseMs, onTrouble: (trouble) => told.push(trouble) });
	return { heads, told };
}
const durable = (n: number, entries: number) => ({ workspace: W, segment: segment(n), entries, hash: hash(entries) });

test("a head never goes back, and of two at the same entry the first stays", () => {
	const other = { ...head(1, 5), hash: hash(99) };
	assert.deepEqual(mergeHeads([head(1, 5)], [head(1, 3)]), [head(1, 5)]);
	assert.deepEqual(mergeHeads([head(1, 3)], [head(1, 5)]), [head(1, 5)]);
	assert.deepEqual(mergeHeads([head(1, 5)], [other]), [head(1, 5)]);
	assert.deepEqual(mergeHeads([head(1, 5, true)], [head(1, 7)]), [head(1, 7, true)], "own stays own");
});

test("the newest segments are kept, and others' cannot push out this editor's", () => {
	const old = Array.from({ length: 40 }, (_, n) => head(n, n + 1, true));
	const made = Array.from({ length: 500 }, (_, n) => head(5000 + n));
	const kept = mergeHeads(old, made);
	assert.equal(kept.length, MAX_SEGMENTS);
	const own = kept.filter((one) => one.own === true);
	assert.deepEqual(own, old.slice(-32));
	assert.deepEqual(kept.at(-1), made.at(-1));
	assert.deepEqual(
		kept.map((one) => one.segment),
		kept.map((one) => one.segment).sort(),
	);
});

test("what gates tell is written once in a while, and at the end", async () => {
	const secrets = storage();
	const { heads } = open(secrets, 20);
	for (let n = 1; n <= 200; n++) heads.note(durable(1, n));
	assert.deepEqual(secrets.written, [], "written while the gate waits");
	await until("it is written", () => secrets.written.length > 0);
	assert.equal(secrets.written.length, 1);
	assert.deepEqual(parseNotes(secrets.written[0] ?? "").heads, [head(1, 200, true)]);
	heads.note(durable(1, 201));
	await heads.flush();
	assert.deepEqual(await open(secrets).heads.of(W), [head(1, 201, true)]);
	await heads.flush();
	assert.equal(secrets.written.length, 2, "written without news");
	assert.deepEqual(await heads.of("another"), []);
	const elsewhere = new RememberedHeads({ secrets, place: "elsewhere", onTrouble: () => assert.fail("trouble") });
	assert.deepEqual(await elsewhere.of(W), []);
});

test("two windows that write at once both are remembered", async () => {
	const secrets = storage();
	const [one, two] = [open(secrets).heads, open(secrets).heads];
	one.note(durable(1, 4));
	two.note(durable(2, 9));
	await Promise.all([one.flush(), two.flush()]);
	assert.deepEqual(await open(secrets).heads.of(W), [head(1, 4, true), head(2, 9, true)]);
	// An older state that was put back is put right by the next write.
	secrets.kept.set(NAME, JSON.stringify([[segment(1), 2, hash(2), 1]]));
	one.note(durable(1, 5));
	await one.flush();
	assert.deepEqual(await open(secrets).heads.of(W), [head(1, 5, true)]);
});

test("what is not a head is dropped with a word, and never thrown", async () => {
	const good = [segment(1), 3, hash(3), 1];
	const bad: unknown[] = [null, 7, [], {}, "x", [segment(1)], [segment(1), 0, hash(1)], [segment(1), 1.5, hash(1)]];
	const id = "ab".repeat(8);
	bad.push(
		["forgotten"],
		["forgotten", segment(1), 1, "x"],
		["forgotten", "x", 1, id],
		["forgotten", segment(1), -1, id],
	);
	bad.push([segment(1), 1, "ab"], [segment(1), "1", hash(1)], [`../${segment(1)}`, 1, hash(1)], [["a"], 1, hash(1)]);
	for (const text of Object.values(HOSTILE)) bad.push([text, 1, hash(1)], [segment(1), 1, text], text);
	for (const one of bad) {
		const { heads, dropped } = parseNotes(JSON.stringify([good, one]));
		assert.deepEqual([heads, dropped], [[head(1, 3, true)], 1], JSON.stringify(one).slice(0, 100));
	}
	const texts = ["", "{", "null", "{}", '{"length":3}', "[".repeat(50_000), `[${"0,".repeat(40_000)}0]`];
	for (const text of [...texts, ...Object.values(HOSTILE)]) {
		const secrets = storage();
		secrets.kept.set(NAME, text);
		const { heads, told } = open(secrets);
		assert.deepEqual(await heads.of(W), []);
		assert.deepEqual(told, [{ what: "dropped", workspace: W, count: 1 }], text.slice(0, 50));
		heads.note(durable(1, 3));
		await heads.flush();
		assert.deepEqual(await open(secrets).heads.of(W), [head(1, 3, true)], "it is not healed");
	}
});

test("a storage that fails is told once; what this window has seen is known all the same, and kept later", async () => {
	const secrets = storage();
	await secrets.store(NAME, JSON.stringify([[segment(0), 8, hash(8), 0]]));
	const { get } = secrets;
	secrets.get = async () => {
		throw new Error("no keyring");
	};
	const { heads, told } = open(secrets);
	heads.note(durable(1, 3));
	await heads.flush();
	await heads.flush();
	assert.deepEqual(await heads.of(W), [head(1, 3, true)]);
	assert.deepEqual(told, [{ what: "storage", detail: "no keyring" }]);
	await assert.rejects(heads.forget(W, []), /no keyring/);
	secrets.get = get;
	await heads.flush();
	assert.deepEqual(await open(secrets).heads.of(W), [head(0, 8), head(1, 3, true)], "what was kept is overwritten");
});

test("what is forgotten does not come back from a window that had only verified it; a newer segment stays", async () => {
	const secrets = storage();
	const [one, two] = [open(secrets).heads, open(secrets).heads];
	await one.learn(W, [head(1, 5), head(2, 7)]);
	await two.learn(W, [head(1, 5), head(2, 7)]);
	one.note(durable(2, 8));
	const known = await one.of(W);
	one.note(durable(2, 9));
	one.note(durable(3, 1));
	await one.forget(W, known);
	assert.deepEqual(await one.of(W), [head(3, 1, true)]);
	await one.flush();
	two.note(durable(4, 2));
	await two.flush();
	assert.deepEqual(await open(secrets).heads.of(W), [head(3, 1, true), head(4, 2, true)]);
	await one.forget(W, await one.of(W));
	assert.deepEqual(await open(secrets).heads.of(W), []);
});

test("what is forgotten does not come back from the window whose gate wrote it, but what that window sees then counts", async () => {
	const secrets = storage();
	const [one, two] = [open(secrets).heads, open(secrets).heads];
	for (const n of [1, 2]) two.note(durable(n, 5));
	await two.flush();
	await one.forget(W, [head(1, 5)]);
	two.note(durable(3, 1));
	await two.flush();
	assert.deepEqual(await open(secrets).heads.of(W), [head(2, 5, true), head(3, 1, true)], "it came back");
	assert.deepEqual(await two.of(W), await one.of(W));
	// An older copy was put back, and found whole.
	await two.learn(W, [head(1, 3)]);
	assert.deepEqual((await open(secrets).heads.of(W))[0], head(1, 3), "it is never remembered again");
});

test("what another window writes while something is forgotten does not bring it back", async () => {
	const secrets = storage();
	const [one, two] = [open(secrets).heads, open(secrets).heads];
	two.note(durable(1, 5));
	await two.flush();
	two.note(durable(1, 6));
	await Promise.all([one.forget(W, [head(1, 5)]), two.flush()]);
	await two.flush();
	assert.deepEqual(await open(secrets).heads.of(W), []);
});

test("no more is kept of what was forgotten than of what is remembered", async () => {
	const secrets = storage();
	const { heads } = open(secrets);
	for (let n = 1; n <= 70; n++) await heads.forget(W, [head(n, 5)]);
	const { forgotten, dropped } = parseNotes(secrets.kept.get(NAME) ?? "");
	assert.deepEqual([forgotten.length, dropped], [MAX_SEGMENTS, 0]);
	assert.equal(forgotten.at(-1)?.segment, segment(70));
	const most = Array.from({ length: MAX_SEGMENTS }, (_, n) => ({ ...head(n, Number.MAX_SAFE_INTEGER) }));
	assert(notesText({ heads: most, forgotten }).length < 32 * 1024);
});

test("what is learned while the last write is under way is kept, and so is what a window that never rests writes over", async () => {
	const secrets = storage();
	const { heads } = open(secrets, 20);
	const { store } = secrets;
	let stores = 0;
	secrets.store = async (name, value) => {
		await store(name, value);
		stores++;
		if (stores < 10) void heads.learn(W, [head(stores + 1, 7)]);
	};
	await heads.learn(W, [head(1, 7)]);
	await until("all of it is kept", async () => (await open(secrets).heads.of(W)).length === 10);

	// Another window that takes no notice of others, for a while.
	const quiet = secrets.kept.get(NAME) ?? "";
	let over = 0;
	secrets.store = async (name, value) => {
		await store(name, value);
		if (over++ < 5) secrets.kept.set(NAME, quiet);
	};
	await heads.learn(W, [head(20, 9)]);
	await until("it is kept in the end", async () => (await open(secrets).heads.of(W)).at(-1)?.segment === segment(20));
});

test("a storage that does not answer is not waited for, and is told", async () => {
	const secrets = storage();
	const { get } = secrets;
	const answer = Promise.withResolvers<void>();
	secrets.get = (name) => answer.promise.then(() => get(name));
	const told: Trouble[] = [];
	const heads = new RememberedHeads({
		secrets,
		place: "here",
		answerMs: 20,
		onTrouble: (trouble) => told.push(trouble),
	});
	heads.note(durable(1, 3));
	// Behind the write that hangs.
	const flushed = heads.flush();
	assert.deepEqual(await heads.of(W), [head(1, 3, true)]);
	await flushed;
	await heads.learn(W, [head(2, 3)]);
	assert.deepEqual(told, [{ what: "storage", detail: "no answer within 0.02 s" }]);
	answer.resolve();
	await until("it is kept once the storage answers", async () => (await open(secrets).heads.of(W)).length === 2);
});

test("a place is a home, on another machine another one", () => {
	assert.equal(placeOf("/home/ada/.gatepost", false), placeOf("/home/ada/.gatepost", false));
	assert.notEqual(placeOf("/home/ada/.gatepost", false), placeOf("/home/ada/.gatepost", true));
	assert.notEqual(placeOf("/home/ada/.gatepost", false), placeOf("/home/bob/.gatepost", false));
});

test("a verification teaches what is signed to its end and has nothing wrong, whatever is wrong elsewhere", () => {
	const found = (n: number, entries: number, signed: number) => ({
		...{ segment: segment(n), entries, signed, hash: entries === 0 ? undefined : hash(entries) },
		live: n === 4,
	});
	const heads = [found(1, 5, 5), found(2, 6, 5), found(3, 7, 7), found(4, 8, 8), found(5, 0, 0)];
	const about = (segment: string) => ({ segment, kind: "edited" as const, detail: "" });
	const learnt = (problems: string[], moreProblems = 0) =>
		learnable({ heads, problems: problems.map(about), moreProblems }).map((one) => one.segment);
	assert.deepEqual(learnt([]), [segment(1), segment(3), segment(4)]);
	assert.deepEqual(learnt(["index/snapshot", segment(3)]), [segment(1), segment(4)]);
	assert.deepEqual(learnt([segment(3)], 1), []);
});
