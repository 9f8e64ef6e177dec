// Changes put back, in the report: both contents compared, or what is missing of them.
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { html } from "../../../../src/audit/export/html.ts";
import { undoHtml } from "../../../../src/audit/export/htmlUndo.ts";
import { LogSource } from "../../../../src/audit/export/source.ts";
import { detailOf } from "../../../../src/audit/facts.ts";
import { rowOf } from "../../../../src/audit/fold.ts";
import type { ReadLine } from "../../../../src/audit/read.ts";
import { HOSTILE } from "../../../support/auditLog.ts";
import { place } from "../support.ts";

const APPROVER = { osUser: "ada", claims: { gitName: "Ada" }, assurance: 1 };
const REQUEST = "00000000-0000-4000-8000-000000000001";
const BASE = { undo: "u1", request: REQUEST, path: "/w/a.txt", how: "restore", approver: APPROVER };

type Put = (text: string, redacted?: boolean) => Promise<object>;

/** The article of each undo of a log with these. */
async function articles(t: TestContext, bodies: (put: Put) => Promise<object[]>, gone: string[] = []) {
	const at = place(t);
	const journal = await at.open("undone");
	const put: Put = async (text, redacted = false) => {
		const piece = await journal.evidence.put(Buffer.from(text));
		if (gone.includes(text)) rmSync(join(journal.dir, "evidence", piece.digest));
		return { ...piece, redacted };
	};
	for (const body of await bodies(put))
		await journal.append("change.undone", { ...BASE, ...body } as Parameters<typeof journal.append>[1], {
			session: "s1",
		});
	await journal.close();
	const source = await LogSource.open({ dir: journal.dir, version: "1.2.3", scope: { of: "all" }, bom: false });
	let text = "";
	const write = async (part: string | Uint8Array) => {
		text += typeof part === "string" ? part : Buffer.from(part).toString("utf8");
	};
	try {
		await html(source, { write });
	} finally {
		await source.close();
	}
	return text.split("<article>").filter((one) => one.includes("<b>change.undone</b>"));
}

test("an undo is drawn from what was there to what was written, with person, action and way", async (t) => {
	const [restored, merged, removed, made] = await articles(t, async (put) => [
		{ before: await put("one\nTWO\n"), after: await put("one\ntwo\n") },
		{ how: "merged", since: "r0", before: await put("a\nX\nmine\n"), after: await put("a\nx\nmine\n") },
		{ how: "remove", before: await put("new\n") },
		{ after: await put("old\n") },
	]);
	assert.match(restored ?? "", /<b>Changed<\/b> <bdi><code>\/w\/a\.txt<\/code>/);
	assert.match(restored ?? "", /<p class="note">1 added, 1 removed<\/p>/);
	assert.match(restored ?? "", /<del><i> +2<\/i> - TWO<\/del>\n<ins><i> +2<\/i> \+ two<\/ins>/);
	assert.match(restored ?? "", /<dt>By<\/dt><dd><bdi>Ada \(ada\)<\/bdi>/);
	assert.match(restored ?? "", new RegExp(`<dt>Undoes the action</dt><dd><code>${REQUEST}</code>`));
	assert.match(restored ?? "", /hold again what it had held/);
	assert.doesNotMatch(restored ?? "", /class="odd"|First of the actions/);
	assert.match(merged ?? "", /- X<\/del>[\s\S]*\+ x<\/ins>[\s\S]* mine<\/span>/);
	assert.match(merged ?? "", /moved on: the action/);
	assert.match(merged ?? "", /<dt>First of the actions undone<\/dt><dd><code>r0<\/code>/);
	assert.match(removed ?? "", /<b>Deleted<\/b>[\s\S]*0 added, 1 removed[\s\S]*- new<\/del>/);
	assert.match(made ?? "", /<b>Created<\/b>[\s\S]*1 added, 0 removed[\s\S]*\+ old<\/ins>/);
});

test("where a side is not there, the row says which and why, and nothing is drawn", async (t) => {
	const gone = "was here\n";
	const rows = await articles(
		t,
		async (put) => [
			{ before: await put("x\n") },
			{ how: "merged", before: "what?", after: { digest: "no", size: 1 } },
			{ how: "remove" },
			{ before: { omitted: 9_000_000 }, after: await put("x\n") },
			{ before: await put("x\n"), after: await put(gone) },
		],
		[gone],
	);
	const [noAfter, neither, noBefore, large, missing] = rows;
	assert.match(noAfter ?? "", /The entry does not hold what was written: there is nothing to compare\./);
	assert.match(neither ?? "", /does not hold what the file held until then, nor what was written/);
	assert.match(noBefore ?? "", /does not hold what the file held until then: /);
	assert.match(large ?? "", /Its content \(9000000 bytes\) was too large to be kept\./);
	assert.match(missing ?? "", /Evidence [0-9a-f]{64} is missing\./);
	for (const row of rows) assert.doesNotMatch(row, /<pre class="diff"|added,/);
});

test("masks are said", async (t) => {
	const [row] = await articles(t, async (put) => [{ before: await put("a\n", true), after: await put("b\n") }]);
	assert.match(row ?? "", /1 added, 1 removed, secrets are masked/);
});

test("what was not written, and what went to the merge editor, is no change", async (t) => {
	const [failed, unknown, conflict] = await articles(t, async (put) => [
		{ outcome: "failed", detail: `ENOSPC ${HOSTILE.html}` },
		{ outcome: "unknown", detail: "the editor ended" },
		{ how: "conflict", before: await put("x\n") },
	]);
	assert.match(failed ?? "", /<p class="odd">It was not written\. <bdi>ENOSPC &lt;/);
	assert.match(unknown ?? "", /<p class="odd">Whether it was written is not known\. <bdi>the editor ended<\/bdi>/);
	assert.match(conflict ?? "", /merge editor was opened/);
	for (const row of [failed, unknown, conflict]) assert.doesNotMatch(row ?? "", /<pre class="diff"|class="file"|<img/);
});

test("an entry of any shape makes text, and of no more than a line or two", async () => {
	const bodies: unknown[] = [
		undefined,
		{},
		{ how: "constructor", request: {}, undo: [], path: 7 },
		{ how: HOSTILE.html, undo: "x".repeat(5_000_000), detail: HOSTILE.bidi, outcome: "failed", path: "p" },
	];
	for (const body of bodies) {
		const entry = { head: { type: "change.undone", time: "t", seq: 1, mono: 0, v: 1 }, body, hash: "", prev: "" };
		const line = { entry, segment: "s", line: 1, offset: 0, bytes: 1 } as unknown as ReadLine;
		const text = await undoHtml(detailOf(rowOf(line), [line]), [line], async () => "missing");
		assert.ok(text.length < 10_000);
		assert.doesNotMatch(text, /<img|<script|[\u202a-\u202e]|native code/);
		assert.match(text, /not known to this version/);
	}
});

test("what a later gate found is said to be found out afterwards, and never that it was not written", async (t) => {
	const rows = await articles(t, async () => [
		{ outcome: "unknown", detail: "The file holds what it held before.", recovered: true, approver: undefined },
		{ outcome: "failed", recovered: true },
		{ outcome: "unknown", recovered: "yes" },
	]);
	const [found, older, other] = rows;
	assert.match(
		found ?? "",
		/<p class="odd">Whether it was written is not known\. <bdi>The file holds what it held before\.<\/bdi> This was found out afterwards, from a note that other programs of the user can write, too\.<\/p>/,
	);
	assert.match(older ?? "", /<p class="odd">Whether it was written is not known\. This was found out afterwards, /);
	assert.doesNotMatch(other ?? "", /found out afterwards/);
	for (const row of rows) assert.doesNotMatch(row, /It was not written/);
});
