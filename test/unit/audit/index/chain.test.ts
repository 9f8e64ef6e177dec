// Lines that do not follow each other: their rows say so, and what is kept of such a log fits no other one.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Entry, GENESIS, seal } from "../../../../src/audit/chain.ts";
import { readSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { segmentName } from "../../../../src/audit/segment.ts";
import { canonical } from "../../../../src/protocol/canonical.ts";
import { EDITOR, HOME, writeIndex } from "./snapshots.ts";
import {
	allRows,
	Chance,
	comparable,
	emptyLog,
	type Opened,
	openLens,
	oracle,
	randomLog,
	wanted,
	writeLog,
} from "./support.ts";

const NAME = segmentName(Date.UTC(2026, 2, 1), "gate");
const SALT = "0".repeat(32);
const REQUESTED = { request: "r1", tool: "Bash", claimed: { input: { command: "rm -rf build" } } };
const DENY = { request: "r1", decision: { by: "person", verdict: "deny", approver: { osUser: "ada" } } };

interface Written {
	type: string;
	body: object;
	session?: string;
}

/** Lines of one segment, each following the one before. */
function linesOf(entries: readonly Written[], prev = GENESIS, first = 1): string[] {
	let before = prev;
	return entries.map(({ type, body, session }, at) => {
		const head = { v: 1 as const, seq: first + at, time: new Date(Date.UTC(2026, 2, 1) + first + at).toISOString() };
		const sealed = seal(
			before,
			{ ...head, mono: first + at, type, ...(session === undefined ? {} : { session }) },
			canonical({ salt: SALT, ...body }),
		);
		before = sealed.hash;
		return sealed.line.slice(0, -1);
	});
}

/** A line that says something else in as many bytes, fits the line before it, and has the hash of what it says. */
function forged(line: string, change: (body: Record<string, unknown>) => object): string {
	const { prev, head, body = {} } = JSON.parse(line) as Entry;
	for (let length = 0; length < 64; length++) {
		const salt = "0".repeat(length);
		const made = seal(prev, head, canonical({ ...change(structuredClone(body)), salt })).line.slice(0, -1);
		if (made.length === line.length) return made;
	}
	throw new Error("no salt makes the line as long");
}

const allowed = (body: Record<string, unknown>): object => {
	return { ...body, decision: { ...(body.decision as object), verdict: "allow" } };
};

function placeOf(t: TestContext, lines: readonly string[]): { dir: string; path: string } {
	const dir = emptyLog(t);
	const path = join(dir, "journal", NAME);
	writeFileSync(path, `${lines.join("\n")}\n`);
	return { dir, path };
}

const prompts = (count: number): Written[] =>
	Array.from({ length: count }, (_, at) => ({
		type: "prompt",
		body: { claimed: { text: `${at} ${"y".repeat(100)}` } },
	}));

const LOG: Written[] = [
	{ type: "action.requested", body: REQUESTED },
	{ type: "action.decided", body: DENY },
	...prompts(40),
];

async function outcomeOf({ lens }: Opened): Promise<[string | undefined, boolean]> {
	const row = (await allRows(lens, {})).find(({ request }) => request === "r1");
	return [row?.outcome, row?.flags.includes("altered") === true];
}

async function demandOracle({ lens }: Opened, dir: string): Promise<void> {
	assert.deepEqual((await allRows(lens, {})).map(comparable), wanted(await oracle(dir), {}));
}

for (const [who, keys] of Object.entries({ home: HOME, editor: EDITOR }))
	test(`a line that was another one while the index was built is not shown once it is back (key of the ${who})`, async (t) => {
		const lines = linesOf(LOG);
		const { dir, path } = placeOf(t, lines);
		const honest = readFileSync(path);
		writeFileSync(path, `${lines.with(1, forged(lines[1] as string, allowed)).join("\n")}\n`);
		assert.equal(readFileSync(path).length, honest.length);

		const first = openLens(t, dir, keys.homeKey, keys.snapshotKey);
		const rows = await allRows(first.lens, {});
		// What stands there now, and that it may not be what was written; the line after it, which does not fit it, too.
		assert.deepEqual(await outcomeOf(first), ["allowed", true]);
		assert.deepEqual(
			rows.filter(({ flags }) => flags.includes("altered")).map(({ line }) => line),
			[1, 3],
		);
		const detail = await first.lens.ask("detail", { row: rows[0]?.id ?? 0 });
		assert.match(detail?.entries[1]?.problem ?? "", /does not fit the line beside it/);
		await first.lens.close();

		const forgedBytes = readFileSync(path);
		writeFileSync(path, honest);
		const again = openLens(t, dir, keys.homeKey, keys.snapshotKey);
		assert.deepEqual(await outcomeOf(again), ["denied", false]);
		assert.match(again.states[0]?.detail ?? "", /is not what it was.*built anew/);
		await demandOracle(again, dir);
		await again.lens.close();

		// The same while it is open.
		writeFileSync(path, forgedBytes);
		const open = openLens(t, dir);
		assert.deepEqual(await outcomeOf(open), ["allowed", true]);
		writeFileSync(path, honest);
		await open.lens.refresh();
		assert.deepEqual(await outcomeOf(open), ["denied", false]);
	});

test("the last line is known again whole, however long what stands behind its hash", async (t) => {
	const session = "s".repeat(6000);
	const lines = linesOf([...prompts(3), { type: "action.requested", body: REQUESTED }]);
	const { hash } = JSON.parse(lines.at(-1) as string) as Entry;
	lines.push(...linesOf([{ type: "action.decided", body: DENY, session }], hash, 5));
	const { dir, path } = placeOf(t, lines.with(-1, forged(lines.at(-1) as string, allowed)));
	await writeIndex(t, dir, EDITOR);
	writeFileSync(path, `${lines.join("\n")}\n`);
	const opened = openLens(t, dir, EDITOR.homeKey, EDITOR.snapshotKey);
	assert.deepEqual(await outcomeOf(opened), ["denied", false]);
});

test("entries whose bodies were left out for a while are read again: their hashes say the same", async (t) => {
	// What one line loses the others gain, so that the end stays where it was.
	const [without, least] = ['"bodyHash":""'.length + 64, `"body":{"salt":"${SALT}"}`.length];
	const gain = without - least;
	const decided = (pad: number) => ({ ...DENY, reason: "x".repeat(pad) });
	const lengthOf = (pad: number) => `"body":${canonical({ salt: SALT, ...decided(pad) })}`.length;
	let pad = 1;
	while ((lengthOf(pad) - without) % gain !== 0) pad++;
	const short = Array.from({ length: (lengthOf(pad) - without) / gain }, () => ({ type: "prompt", body: {} }));
	const lines = linesOf([
		{ type: "action.requested", body: REQUESTED },
		{ type: "action.decided", body: decided(pad) },
		...short,
		...prompts(40),
	]);
	const leftOut = lines.map((line, at) => {
		if (at === 0 || at > short.length + 1) return line;
		const body = line.slice('{"body":'.length, line.lastIndexOf(',"hash":"'));
		const bodyHash = createHash("sha256").update(body).digest("hex");
		return line.replace(`"body":${body}`, `"bodyHash":"${bodyHash}"`);
	});
	const { dir, path } = placeOf(t, leftOut);
	await writeIndex(t, dir, EDITOR);
	assert.equal((await readSnapshot(dir, EDITOR)).segments?.[0]?.whole, false);
	const before = readFileSync(path).length;
	writeFileSync(path, `${lines.join("\n")}\n`);
	assert.equal(readFileSync(path).length, before);
	const opened = openLens(t, dir, EDITOR.homeKey, EDITOR.snapshotKey);
	assert.deepEqual(await outcomeOf(opened), ["denied", false]);
});

test("a log without damage is known by its end alone, one with damage by all of it", async (t) => {
	const lines = linesOf(LOG);
	const { dir, path } = placeOf(t, lines);
	await writeIndex(t, dir, HOME);
	const [good] = (await readSnapshot(dir, HOME)).segments ?? [];
	assert.deepEqual([good?.whole, good?.link], [true, { seq: 42, near: true }]);
	// A line of the middle that is none: nothing but its own row tells of it.
	writeFileSync(path, `${lines.with(9, lines[9]?.replace("y", "z") as string).join("\n")}\n`);
	const opened = openLens(t, dir);
	await demandOracle(opened, dir);
	await opened.lens.close();
	writeFileSync(path, `${lines.with(9, lines[9]?.replace("yy", "zz") as string).join("\n")}\n`);
	const again = openLens(t, dir);
	await demandOracle(again, dir);
	assert.match(again.states[0]?.detail ?? "", /is not what it was/);
});

test("appended lines that do not follow are found, and rows are those of an index that is built then", async (t) => {
	const lines = linesOf(LOG);
	const { dir, path } = placeOf(t, lines);
	const opened = openLens(t, dir);
	await allRows(opened.lens, {});
	const alien = linesOf([...prompts(2), { type: "prompt", body: { claimed: { text: "last" } } }], "1".repeat(64), 43);
	appendFileSync(path, `${alien.join("\n")}\n`);
	await opened.lens.refresh();
	const rows = await allRows(opened.lens, {});
	assert.match(opened.states.at(-1)?.detail ?? "", /does not go on from where it was read/);
	assert.deepEqual(
		rows.filter(({ flags }) => flags.length > 0).map(({ line }) => line),
		[42, 43],
	);
	const anew = openLens(t, dir);
	assert.deepEqual((await allRows(anew.lens, {})).map(comparable), rows.map(comparable));
	await anew.lens.close();
	await opened.lens.close();
	assert.ok(existsSync(join(dir, "index")));
	// It is taken up where it was left, and goes on.
	const later = openLens(t, dir);
	assert.equal((await allRows(later.lens, {})).length, rows.length);
	const { hash } = JSON.parse(alien.at(-1) as string) as Entry;
	appendFileSync(path, `${linesOf(prompts(1), hash, 46)[0]}\n`);
	await later.lens.refresh();
	assert.equal((await allRows(later.lens, {})).length, rows.length + 1);
	assert.ok(later.states.every(({ detail }) => detail === undefined));
});

test("a segment without its beginning says so at its first line", async (t) => {
	const { dir } = placeOf(t, linesOf(LOG).slice(2));
	const { lens } = openLens(t, dir);
	const rows = await allRows(lens, {});
	assert.deepEqual(
		rows.filter(({ flags }) => flags.includes("altered")).map(({ line }) => line),
		[1],
	);
	await lens.close();
	assert.equal((await readSnapshot(dir)).segments?.[0]?.whole, false);
});

test("a row keeps the flag when it is folded again for what another gate wrote earlier", async (t) => {
	const lines = linesOf(LOG);
	const { dir } = placeOf(t, lines.with(1, forged(lines[1] as string, allowed)));
	const opened = openLens(t, dir);
	assert.deepEqual(await outcomeOf(opened), ["allowed", true]);
	// It stands before the others in the order of the log.
	const earlier = seal(
		GENESIS,
		{ v: 1, seq: 1, time: "2026-02-28T23:00:00.000Z", mono: 1, type: "action.requested" },
		canonical({ salt: SALT, ...REQUESTED }),
	).line;
	writeFileSync(join(dir, "journal", segmentName(Date.UTC(2026, 1, 28, 22), "other")), earlier);
	await opened.lens.refresh();
	assert.deepEqual(await outcomeOf(opened), ["allowed", true]);
	const anew = openLens(t, dir);
	const rows = (await allRows(anew.lens, {})).map(comparable);
	assert.deepEqual((await allRows(opened.lens, {})).map(comparable), rows);
});

for (const seed of [91, 92, 93])
	test(`rows are those of the fold, with one flag more where lines are gone (${seed})`, async (t) => {
		const chance = new Chance(seed);
		const dir = emptyLog(t);
		const log = randomLog(chance, 600);
		const gone = new Set(Array.from({ length: 6 }, () => 50 + chance.below(500)));
		writeLog(dir, { ...log, lines: log.lines.filter((_, at) => !gone.has(at)) });
		const folded = await oracle(dir);
		const { lens } = openLens(t, dir);
		const rows = await allRows(lens, {});
		const withoutFlag = (row: (typeof rows)[number] | (typeof folded)[number]) => {
			return comparable({ ...row, flags: row.flags.filter((flag) => flag !== "altered") } as typeof row);
		};
		assert.deepEqual(rows.map(withoutFlag), folded.map(withoutFlag));
		let more = 0;
		for (const [at, row] of rows.entries()) {
			const flags = folded[at]?.flags ?? [];
			if (flags.includes("altered")) assert.ok(row.flags.includes("altered"), "no flag of the fold is lost");
			else if (row.flags.includes("altered")) more++;
		}
		assert.ok(more > 0 && more <= 2 * gone.size, `${more} rows`);
	});
