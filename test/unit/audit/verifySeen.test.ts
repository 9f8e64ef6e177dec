// A segment that was cut or removed together with its outside head, against what an editor has seen of it.
import assert from "node:assert/strict";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { headPath } from "../../../src/audit/head.ts";
import { type DurableHead, openJournal } from "../../../src/audit/journal.ts";
import { type KnownHead, verifyWorkspace } from "../../../src/audit/verify.ts";
import { entriesOf, killOwner, linesOf, place, WRITER, writeHead } from "./support.ts";

/** A log of two segments; the last is the newest. */
async function log(t: TestContext) {
	const here = place(t);
	const seen = new Map<string, DurableHead>();
	const told: number[] = [];
	const open = async (gateId: string) => {
		const { home, root } = here;
		const onHead = (head: DurableHead) => {
			told.push(head.entries);
			seen.set(head.segment, head);
		};
		const journal = await openJournal({ home, root, gateId, writer: WRITER, signer: home.signer(), onHead });
		for (let n = 0; n < 5; n++) await journal.append("prompt", { claimed: { text: `${n}` } });
		await journal.close();
		return journal;
	};
	const [first, last] = [await open("one"), await open("two")];
	const heads = (): KnownHead[] => [...seen.values()].map((head) => ({ ...head, by: "this editor" }));
	const told1 = async (given = heads()) => {
		const { problems } = await verifyWorkspace(first.dir, { heads: given });
		return problems.map(({ kind, segment, line, detail }) => ({ kind, segment, line, detail }));
	};
	return { here, first, last, seen, told, heads, told1 };
}

/** Cuts a segment after so many entries, with an outside head that says so. */
function cut(dir: string, path: string, segment: string, entries: number): void {
	const text = `${linesOf(path).slice(0, entries).join("\n")}\n`;
	writeFileSync(path, text);
	writeHead(dir, segment, entries, Buffer.byteLength(text), String(entriesOf(path).at(-1)?.hash));
}

test("the journal tells how far it is durable, and last its end", async (t) => {
	const { first, last, seen, told, told1 } = await log(t);
	for (const { segment, path, workspace } of [first, last]) {
		const entries = entriesOf(path);
		const hash = entries.at(-1)?.hash;
		assert.deepEqual(seen.get(segment), { workspace, segment, entries: entries.length, hash });
	}
	assert.equal(told.length, 2 * (1 + 5 + 1), "once for each batch");
	assert.deepEqual(await told1(), []);
});

test("a cut of the segment and its head is told by the entries that the editor has seen", async (t) => {
	const { last, seen, told1 } = await log(t);
	const entries = seen.get(last.segment)?.entries ?? 0;
	const left = entries - 4;
	cut(last.dir, last.path, last.segment, left);
	assert.deepEqual(await told1([]), [], "seen without the editor's help: then this test shows nothing");
	const [problem, ...more] = await told1();
	assert.deepEqual(more, []);
	assert.deepEqual([problem?.kind, problem?.segment], ["cut-tail", last.segment]);
	assert.match(
		problem?.detail ?? "",
		new RegExp(`^this editor has seen ${entries} entries of this segment, here are ${left}; the last anchored entry`),
	);
});

test("and so is a cut that was written on to the same length", async (t) => {
	const { here, last, seen, told1 } = await log(t);
	const entries = seen.get(last.segment)?.entries ?? 0;
	cut(last.dir, last.path, last.segment, 2);
	// Another log's segment, written by the real journal with the home's key, in the place of this one.
	const { home, root } = here;
	const forged = await openJournal({ home, root, gateId: "forged", writer: WRITER, signer: home.signer() });
	for (let n = 0; n < entries; n++) await forged.append("prompt", { claimed: { text: "forged" } });
	await forged.close();
	renameSync(forged.path, last.path);
	renameSync(headPath(join(last.dir, "heads"), forged.segment), headPath(join(last.dir, "heads"), last.segment));
	const found = (await told1()).find(({ kind, line }) => kind === "edited" && line === entries);
	assert.match(found?.detail ?? "", /^it is not the entry that this editor has seen here/);
});

test("the newest segment that was removed with its head is named, also after the next start", async (t) => {
	const { here, last, seen, told1 } = await log(t);
	rmSync(last.path);
	rmSync(headPath(join(last.dir, "heads"), last.segment));
	assert.deepEqual(await told1([]), []);
	const entries = seen.get(last.segment)?.entries;
	const missing = {
		kind: "segment-missing",
		segment: last.segment,
		line: undefined,
		detail: `this editor has seen ${entries} entries of this segment`,
	};
	assert.deepEqual(await told1(), [missing]);
	await (await here.open("three")).close();
	assert.deepEqual(await told1([]), []);
	assert.deepEqual(await told1(), [missing]);
});

test("a log that was removed whole is found to be gone; where none was ever seen there is nothing to verify", async (t) => {
	const { first, last, heads, told1 } = await log(t);
	rmSync(first.dir, { recursive: true });
	assert.deepEqual(
		(await told1()).map(({ kind, segment }) => [kind, segment]),
		[first, last].map(({ segment }) => ["segment-missing", segment]),
	);
	const found = await verifyWorkspace(first.dir, { heads: heads() });
	assert.deepEqual([found.ok, found.entries, found.segments, found.heads], [false, 0, 0, []]);
	await assert.rejects(verifyWorkspace(first.dir, { heads: [] }), { code: "unreadable" });
});

test("what a dead gate wrote behind what was seen is no problem", async (t) => {
	const { here, first, told1, heads } = await log(t);
	const known = heads();
	const journal = await here.open("four");
	const head: KnownHead = { segment: journal.segment, ...journal.head, by: "this editor" };
	await journal.append("prompt", { claimed: {} });
	killOwner(first.dir, journal.segment);
	assert.deepEqual(await told1([...known, head]), []);
	assert.ok(readFileSync(journal.path).length > 0);
});
