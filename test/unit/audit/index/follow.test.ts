// A log that changes under its index: what was appended is taken in, whatever else happens is found and built anew.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	copyFileSync,
	mkdirSync,
	readFileSync,
	rmSync,
	statSync,
	symlinkSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { type Entry, GENESIS, saltedBody, seal } from "../../../../src/audit/chain.ts";
import { segmentName } from "../../../../src/audit/segment.ts";
import type { FilePlace } from "../../../../src/protocol/audit.ts";
import {
	allRows,
	Chance,
	comparable,
	emptyLog,
	type Opened,
	openLens,
	oracle,
	type RandomLog,
	randomLog,
	wanted,
	writeLog,
} from "./support.ts";

/** What the index says, without row ids, which differ by when it looked. */
async function answersOf({ lens }: Opened): Promise<unknown> {
	const rows = await allRows(lens, {});
	const placeOf = new Map(rows.map(({ id, segment, line }) => [id, `${segment} ${line}`]));
	const { sessions } = await lens.ask("sessions", { filter: {}, offset: 0, limit: 500 });
	const details: unknown[] = [];
	for (const { agent, session } of sessions) {
		const detail = await lens.ask("session", { agent, session, offset: 0, limit: 500 });
		details.push({
			rows: detail?.rows.map(({ segment, line }) => `${segment} ${line}`),
			// Row numbers are each index's own: what is meant is the place in the log.
			files: detail?.files.map(({ first, last, places, ...file }) => {
				const inLog = ({ row, ...one }: FilePlace) => ({ ...one, place: placeOf.get(row) });
				return { ...file, first: inLog(first), last: inLog(last), places: places.map(inLog) };
			}),
		});
	}
	const overview = await lens.ask("overview", { filter: {} });
	const texts: unknown[] = [];
	for (const text of ["git", "cafe", "0", "c0ffee 03", "git npm", "a", "ada lovelace", "floor shell"])
		texts.push((await allRows(lens, { text })).map(({ segment, line }) => `${segment} ${line}`));
	return {
		rows: rows.map(comparable),
		sessions,
		details,
		texts,
		facets: await lens.ask("facets", {}),
		overview: {
			...overview,
			asked: overview.asked.map(({ row, ...one }) => JSON.stringify({ ...one, place: placeOf.get(row) })).sort(),
		},
	};
}

async function demandRebuilt(t: TestContext, dir: string, followed: Opened): Promise<void> {
	const rebuilt = openLens(t, copyWithoutIndex(t, dir));
	assert.deepEqual(await answersOf(followed), await answersOf(rebuilt));
	assert.deepEqual((await allRows(followed.lens, {})).map(comparable), wanted(await oracle(dir), {}));
}

function copyWithoutIndex(t: TestContext, dir: string): string {
	const copy = emptyLog(t);
	execFileSync("cp", ["-R", join(dir, "journal"), copy]);
	return copy;
}

/** Appends in the order it was written, in pieces that may end anywhere. */
function* inPieces(dir: string, { segments, lines }: RandomLog, chance: Chance): Generator<void> {
	const rest: Buffer[] = segments.map(() => Buffer.alloc(0));
	for (const { segment, bytes } of lines) {
		rest[segment] = Buffer.concat([rest[segment] as Buffer, bytes]);
		if (!chance.yes(0.08)) continue;
		for (const [number, name] of segments.entries()) {
			const all = rest[number] as Buffer;
			// One gate's writes may become visible later than another's.
			if (all.length === 0 || chance.yes(0.5)) continue;
			const length = chance.yes(0.5) ? all.length : 1 + chance.below(all.length);
			appendFileSync(join(dir, "journal", name), all.subarray(0, length));
			rest[number] = all.subarray(length);
		}
		yield;
	}
	for (const [number, name] of segments.entries()) appendFileSync(join(dir, "journal", name), rest[number] as Buffer);
}

for (const seed of [31, 32, 33, 34]) {
	test(`following in random portions gives what building at once gives (${seed})`, async (t) => {
		const chance = new Chance(seed);
		const dir = emptyLog(t);
		let followed = openLens(t, dir);
		let looks = 0;
		for (const _ of inPieces(dir, randomLog(chance, 600), chance)) {
			await followed.lens.refresh();
			if (chance.yes(0.1))
				await followed.lens.ask("rows", { filter: { text: "git" }, order: "newest", offset: 0, limit: 9 });
			// Now and then the editor is closed in between.
			if (chance.yes(0.05)) {
				await followed.lens.close();
				followed = openLens(t, dir);
			}
			looks++;
		}
		await followed.lens.refresh();
		assert.ok(looks > 20);
		assert.ok(followed.states.every(({ detail }) => detail === undefined));
		await demandRebuilt(t, dir, followed);
	});
}

test("an index that is closed while it takes lines in keeps nothing half", async (t) => {
	const dir = emptyLog(t);
	const log = randomLog(new Chance(35), 5000, 2);
	const size = log.lines.reduce((sum, { bytes }) => sum + bytes.length, 0);
	const begin: RandomLog = { ...log, lines: log.lines.slice(0, 600) };
	writeLog(dir, log);
	const rows = wanted(await oracle(dir), {});
	let interrupted = 0;
	for (let at = 1; at < 6; at++) {
		writeLog(dir, begin);
		const { lens, states } = openLens(t, dir);
		await lens.ask("facets", {});
		writeLog(dir, log);
		void lens.refresh();
		await delay(at * 12);
		await lens.close();
		if ((states.at(-1)?.done ?? 0) < size) interrupted++;
		const again = openLens(t, dir);
		assert.deepEqual((await allRows(again.lens, {})).map(comparable), rows);
		assert.ok(again.states.every(({ detail }) => detail === undefined));
		await again.lens.close();
		rmSync(join(dir, "index"), { recursive: true });
	}
	assert.ok(interrupted > 0, "none was interrupted");
});

interface Changing {
	dir: string;
	followed: Opened;
	path: string;
}

async function changing(t: TestContext, seed: number): Promise<Changing> {
	const dir = emptyLog(t);
	const log = randomLog(new Chance(seed), 300);
	writeLog(dir, log);
	const followed = openLens(t, dir);
	await allRows(followed.lens, {});
	return { dir, followed, path: join(dir, "journal", log.segments[1] as string) };
}

const changes: Record<string, { change(path: string): void; says: RegExp }> = {
	"a segment that shrank": {
		change: (path) => truncateSync(path, statSync(path).size - 700),
		says: /shorter than it was/,
	},
	"a segment that is empty": { change: (path) => truncateSync(path, 0), says: /shorter than it was/ },
	"a segment whose end was edited": {
		change: (path) => {
			const bytes = readFileSync(path);
			bytes[bytes.length - 40] = (bytes[bytes.length - 40] ?? 0) ^ 1;
			writeFileSync(path, bytes);
		},
		says: /is not what it was/,
	},
	"a segment that was replaced by another of at least its length": {
		change: (path) => {
			let [prev, text] = [GENESIS, ""];
			for (let seq = 1; text.length < statSync(path).size; seq++) {
				const head = { v: 1 as const, seq, time: new Date(seq * 1000).toISOString(), mono: seq, type: "prompt" };
				const sealed = seal(prev, head, saltedBody({ claimed: { text: "x".repeat(100) } }));
				prev = sealed.hash;
				text += sealed.line;
			}
			writeFileSync(path, text);
		},
		says: /is not what it was/,
	},
	"a segment that vanished": { change: (path) => rmSync(path), says: /is gone/ },
	"a segment that became a link": {
		change: (path) => {
			copyFileSync(path, `${path}.copy`);
			rmSync(path);
			symlinkSync(`${path}.copy`, path);
		},
		says: /cannot be read/,
	},
};

for (const [name, { change, says }] of Object.entries(changes)) {
	test(`${name} is found, and the index built anew`, async (t) => {
		const { dir, followed, path } = await changing(t, 41);
		change(path);
		await followed.lens.refresh();
		const last = followed.states.at(-1);
		assert.equal(last?.state, "ready");
		assert.match(last?.detail ?? "", says);
		if (name.includes("link")) {
			rmSync(path);
			assert.ok((await allRows(followed.lens, {})).every(({ segment }) => !path.endsWith(segment)));
			return;
		}
		await demandRebuilt(t, dir, followed);
		// The same holds when it happens while nobody looks.
		await followed.lens.close();
		const again = openLens(t, dir);
		await demandRebuilt(t, dir, again);
	});
}

test("the journal's folder may come later and may go", async (t) => {
	const dir = emptyLog(t);
	rmSync(join(dir, "journal"), { recursive: true });
	const followed = openLens(t, dir);
	assert.equal((await allRows(followed.lens, {})).length, 0);
	mkdirSync(join(dir, "journal"));
	writeLog(dir, randomLog(new Chance(42), 100));
	await followed.lens.refresh();
	assert.ok((await allRows(followed.lens, {})).length > 0);
	rmSync(join(dir, "journal"), { recursive: true });
	await followed.lens.refresh();
	assert.equal((await allRows(followed.lens, {})).length, 0);
});

test("a torn tail is no line until it is ended, and a repair that cuts it away changes nothing", async (t) => {
	const { dir, followed, path } = await changing(t, 43);
	const before = (await allRows(followed.lens, {})).length;
	const { size } = statSync(path);
	const last = readFileSync(path, "utf8")
		.split("\n")
		.findLast((text) => text.includes('"prev":')) as string;
	const { hash, head } = JSON.parse(last) as Entry;
	const line = seal(
		hash,
		{ v: 1, seq: head.seq + 1, time: new Date().toISOString(), mono: 1, type: "prompt" },
		saltedBody({ claimed: { text: "torn" } }),
	).line;
	appendFileSync(path, line.slice(0, 50));
	await followed.lens.refresh();
	assert.equal((await allRows(followed.lens, {})).length, before);
	truncateSync(path, size);
	await followed.lens.refresh();
	appendFileSync(path, line.slice(0, -1));
	await followed.lens.refresh();
	assert.equal((await allRows(followed.lens, {})).length, before);
	appendFileSync(path, "\n");
	await followed.lens.refresh();
	assert.equal((await allRows(followed.lens, { text: "torn" })).length, 1);
	assert.ok(followed.states.every(({ detail }) => detail === undefined));
	await demandRebuilt(t, dir, followed);
});

test("lines of 8 MB, longer ones, and files that are no plain files", async (t) => {
	const dir = emptyLog(t);
	const head = { v: 1 as const, seq: 1, time: "2026-01-01T00:00:00.000Z", mono: 1, type: "prompt" };
	const large = seal(GENESIS, head, saltedBody({ claimed: { text: `large ${"y ".repeat(4_100_000)}` } })).line;
	const name = segmentName(Date.UTC(2026, 0, 1), "large");
	const small = seal(GENESIS, { ...head, seq: 3 }, saltedBody({ claimed: { text: "small" } })).line;
	writeFileSync(join(dir, "journal", name), `${large}${"z".repeat(9_000_000)}\n${small}`);
	const odd = segmentName(Date.UTC(2026, 0, 2), "odd");
	if (process.platform !== "win32") execFileSync("mkfifo", [join(dir, "journal", odd)]);
	mkdirSync(join(dir, "journal", segmentName(Date.UTC(2026, 0, 3), "folder")));
	const { lens, states } = openLens(t, dir);
	const rows = await allRows(lens, {});
	assert.deepEqual(
		rows.map(({ kind, flags, line }) => [kind, flags.join(), line]),
		[
			["prompt", "", 1],
			["other", "altered", 2],
			["prompt", "", 3],
		],
	);
	assert.equal((await allRows(lens, { text: "large" })).length, 1);
	assert.equal(states.at(-1)?.entries, 2);
	if (process.platform !== "win32") assert.match(states.at(-1)?.detail ?? "", /2 of the log's files cannot be read/);
	const [first] = rows;
	const [entry] = await lens.ask("entries", { row: first?.id ?? 0 });
	assert.equal(entry?.text, large.slice(0, -1));
	assert.equal(entry?.entry, undefined, "a large entry is for the one who asked to parse");
	const detail = await lens.ask("detail", { row: first?.id ?? 0 });
	assert.ok(JSON.stringify(detail).length < 500_000);
	assert.equal(detail?.entries[0]?.cut, true);
});

test("a request with more entries than fit an answer is cut, not refused", async (t) => {
	const dir = emptyLog(t);
	let [prev, text] = [GENESIS, ""];
	for (let seq = 1; seq <= 9000; seq++) {
		const type = seq === 1 ? "action.requested" : "action.released";
		const head = { v: 1 as const, seq, time: new Date(seq).toISOString(), mono: seq, type };
		const sealed = seal(prev, head, saltedBody({ request: "r1", tool: "Bash", claimed: { input: { command: "ls" } } }));
		prev = sealed.hash;
		text += sealed.line;
	}
	writeFileSync(join(dir, "journal", segmentName(0, "many")), text);
	const { lens } = openLens(t, dir);
	const [row, ...others] = await allRows(lens, {});
	assert.equal(others.length, 0);
	assert.equal(row?.entries, 9000);
	assert.equal((await lens.ask("entries", { row: row.id })).length, 200);
	assert.equal((await lens.ask("detail", { row: row.id }))?.entries.length, 200);
});
