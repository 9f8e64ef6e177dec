// First entries that no gate of ours wrote: a start must not believe them, and a verification must tell of them.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { appendFileSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { GENESIS, saltedBody, seal } from "../../../src/audit/chain.ts";
import { originOf, signCheckpoint } from "../../../src/audit/checkpoint.ts";
import { HeadFile, headPath } from "../../../src/audit/head.ts";
import type { Journal } from "../../../src/audit/journal.ts";
import { publicKeyHex, type Signer } from "../../../src/audit/keys.ts";
import { thisOwner } from "../../../src/audit/owner.ts";
import { listSegments } from "../../../src/audit/segment.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { entriesOf, killOwner, linesOf, type Place, place, placeIn, requested, tempDir, writeHead } from "./support.ts";

interface Link {
	segment: string;
	entries: number;
	bytes: number;
	head: string;
	final: boolean;
}

const linksOf = ({ path }: Journal) => entriesOf(path)[0]?.body?.links as unknown as Link[];
const linked = (journal: Journal) => linksOf(journal).map(({ segment }) => segment);
const settledIn = ({ path }: Journal) =>
	(entriesOf(path)[0]?.body?.settled as { segments: number } | undefined)?.segments;
const anotherKey = (t: TestContext) => placeIn(tempDir(t)).home.signer();

async function run(here: Place, gate: string, signer?: Signer): Promise<Journal> {
	const journal = await here.open(gate, signer === undefined ? {} : { signer });
	await journal.append("action.requested", requested(gate));
	await journal.close();
	return journal;
}

function remove({ path, dir, segment }: { path: string; dir: string; segment: string }): void {
	rmSync(path);
	rmSync(headPath(join(dir, "heads"), segment));
}

/** A link to the end of a segment. */
function linkTo({ path, segment }: Journal): Link {
	const entries = entriesOf(path);
	const head = String(entries.at(-1)?.hash);
	return { segment, entries: entries.length, bytes: statSync(path).size, head, final: true };
}

/** What is settled when all that is there is. */
function allSettled(dir: string) {
	const names = listSegments(join(dir, "journal"));
	const lines = names.map((name) => `${name} ${statSync(join(dir, "journal", name)).size}\n`);
	return { segments: names.length, digest: createHash("sha256").update(lines.join("")).digest("hex") };
}

/** A segment that looks like one of a gate that died at once, after its checkpoint when there is a `signer`. */
function plant(like: Journal, members: object, signer?: Signer) {
	const segment = `${new Date(Date.now() + 5).toISOString().replace(/[-:]/g, "")}-planted.jsonl`;
	const [first] = entriesOf(like.path);
	assert.ok(first);
	const { salt: _, ...body } = first.body as Record<string, unknown>;
	const publicKey = signer && publicKeyHex(signer.publicKey);
	const own = publicKey === undefined ? {} : { signer: { publicKey, storage: "file" } };
	const { line, hash } = seal(GENESIS, first.head, saltedBody({ ...body, segment, ...members, ...own }));
	const path = join(like.dir, "journal", segment);
	writeFileSync(path, line);
	HeadFile.create(headPath(join(like.dir, "heads"), segment), thisOwner()).close();
	if (signer !== undefined) {
		const note = signCheckpoint({ origin: originOf(like.workspace, segment), entries: 1, hash }, signer);
		const checkpoint = seal(hash, { ...first.head, seq: 2, type: "checkpoint" }, saltedBody({ note }));
		appendFileSync(path, checkpoint.line);
		writeHead(like.dir, segment, 2, statSync(path).size, checkpoint.hash);
	}
	killOwner(like.dir, segment);
	return { path, segment, dir: like.dir };
}

const found = async ({ dir }: { dir: string }, key?: string) =>
	(await verifyWorkspace(dir, { key })).problems.map(({ kind, segment }) => [kind, segment]);

test("a planted first entry that calls the log settled is told, not believed, and cut out", async (t) => {
	const here = place(t);
	const key = publicKeyHex(here.home.signer().publicKey);
	const [zero, one] = [await run(here, "gate0"), await run(here, "gate1")];
	const planted = plant(one, { links: [], settled: { ...allSettled(one.dir), keys: [key] } });
	assert.deepEqual(await found(one, key), [["inserted", planted.segment]]);
	const next = await run(here, "gate2");
	assert.deepEqual(linked(next), [one.segment]);
	const repairs = entriesOf(next.path).filter(({ head }) => head.type === "repair");
	assert.deepEqual(
		repairs.map(({ body }) => [body?.segment, body?.offset]),
		[[planted.segment, 0]],
	);
	assert.equal(statSync(planted.path).size, 0);
	assert.deepEqual(await found(one, key), []);
	remove(one);
	assert.deepEqual(await found(zero, key), [["segment-missing", one.segment]]);
	remove(zero);
	assert.deepEqual(await found(zero, key), [["segment-missing", one.segment]]);
});

test("a planted segment with a key of its own stands in for no link, by what it settles or by what it links", async (t) => {
	for (const by of ["settled", "links"]) {
		const here = place(t);
		const [zero, one] = [await run(here, "gate0"), await run(here, "gate1")];
		const settled = { segments: 0, digest: createHash("sha256").digest("hex"), keys: [] };
		const members =
			by === "links" ? { links: [linkTo(zero), linkTo(one)], settled } : { links: [], settled: allSettled(one.dir) };
		const planted = plant(one, { ...members, settled: { keys: [], ...members.settled } }, anotherKey(t));
		const next = await run(here, "gate2");
		assert.deepEqual(linked(next), [one.segment, planted.segment], by);
		remove(planted);
		remove(one);
		const kinds = await found(zero);
		assert.ok(
			kinds.some(([kind, segment]) => kind === "segment-missing" && segment === one.segment),
			by,
		);
	}
});

test("the first entry of a true segment counts only as its gate signed it", async (t) => {
	const here = place(t);
	const zero = await here.open("gate0");
	const one = await here.open("gate1");
	await zero.close();
	await one.close();
	const whole = readFileSync(one.path);
	const [first] = entriesOf(one.path);
	const line = String(linesOf(one.path)[0]);
	assert.ok(first);
	// Of the same length, so that the end is where it was. Its gate linked a segment that was still growing.
	assert.equal(linksOf(one)[0]?.final, false);
	const links = [linkTo(zero)];
	const forge = (gate: string) => seal(GENESIS, first.head, JSON.stringify({ ...first.body, gate, links })).line;
	const forged = forge("g".repeat(5 + line.length + 1 - forge("g".repeat(5)).length));
	assert.equal(forged.length, line.length + 1);
	writeFileSync(one.path, Buffer.concat([Buffer.from(forged), whole.subarray(forged.length)]));
	const next = await run(here, "gate2");
	writeFileSync(one.path, whole);
	assert.deepEqual(linked(next), [zero.segment, one.segment]);
	remove(zero);
	assert.deepEqual(await found(one), [["segment-missing", zero.segment]]);
});

test("what a gate leaves that dies before its first checkpoint is told, cut out by the next start, and settled", async (t) => {
	const here = place(t);
	const key = publicKeyHex(here.home.signer().publicKey);
	await run(here, "gate0");
	const dying = await run(here, "gate1");
	writeFileSync(dying.path, `${linesOf(dying.path)[0]}\n`);
	writeHead(dying.dir, dying.segment, 0, 0, GENESIS);
	assert.deepEqual(await found(dying, key), [["torn", dying.segment]]);
	await run(here, "gate2");
	assert.deepEqual(await found(dying, key), []);
	const past = new Date(Date.now() - 120_000);
	utimesSync(dying.path, past, past);
	const third = await run(here, "gate3");
	assert.ok(linked(third).includes(dying.segment));
	assert.equal(settledIn(third), 3, "an empty segment does not stop what is settled");
	assert.deepEqual(await found(dying, key), []);
	rmSync(dying.path);
	assert.deepEqual(await found(dying, key), [["segment-missing", dying.segment]]);
});

test("a rest of a start that a later start linked and signed for is no alarm", async (t) => {
	const here = place(t);
	const zero = await run(here, "gate0");
	const planted = plant(zero, { links: [] });
	assert.deepEqual(await found(zero), [["torn", planted.segment]]);
	// As gates did that did not cut it out.
	const link = { ...linkTo(zero), segment: planted.segment, entries: 1, bytes: statSync(planted.path).size };
	plant(zero, { links: [{ ...link, head: String(entriesOf(planted.path)[0]?.hash) }] }, here.home.signer());
	assert.deepEqual(await found(zero), []);
});

test("gates of two keys in turn settle each for itself, and no start links more than came since its key's last", async (t) => {
	const here = place(t);
	const serve = anotherKey(t);
	const journals: Journal[] = [];
	for (let n = 0; n < 4; n++) journals.push(await run(here, `editor${n}`), await run(here, `serve${n}`, serve));
	const [last, before] = [journals.at(-1), journals.at(-2)];
	assert.ok(last && before);
	assert.deepEqual([settledIn(before), settledIn(last)], [6, 7]);
	assert.deepEqual([linked(before).length, linked(last).length], [2, 2]);
	assert.deepEqual(await found(last), []);
});
