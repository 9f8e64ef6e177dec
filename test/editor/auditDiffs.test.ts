// Diffs and documents of past actions: the bytes that the evidence store holds, or a sentence in their place.
import assert from "node:assert/strict";
import { rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import * as vscode from "vscode";
import { openFileDiff, openSessionDiff } from "../../src/editor/auditDiffs.ts";
import { sideUri } from "../../src/editor/auditDocuments.ts";
import type { AuditLog } from "../../src/editor/auditLog.ts";
import { hiddenDifferences, withVisibleEnds } from "../../src/editor/auditSides.ts";
import { openRowText, shown } from "../../src/editor/auditTexts.ts";
import type { FileOfRow } from "../../src/editor/undoSides.ts";
import type { DetailFile, RowDetail } from "../../src/protocol/audit.ts";
import { HOSTILE } from "../support/auditLog.ts";
import { auditLog, detailOf, placeOf, rowOf, sample } from "./auditStage.ts";
import { tabs } from "./stage.ts";

const BEFORE = "export function login(user) {\n\treturn user;\n}\n";
const AFTER = "export function login(user) {\n\tremember(user);\n\treturn user;\n}\n";

function diffs(): vscode.TabInputTextDiff[] {
	return tabs().flatMap(({ input }) =>
		input instanceof vscode.TabInputTextDiff && input.modified.scheme === "gatepost-log" ? [input] : [],
	);
}

async function bytes(uri: vscode.Uri): Promise<string> {
	return String(Buffer.from(await vscode.workspace.fs.readFile(uri)));
}

describe("diffs of past actions", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	let log: AuditLog;
	let detail: RowDetail;
	const told: string[] = [];
	const tell = (sentence: string) => told.push(sentence);

	before(async () => {
		made = await sample("audit-diffs");
		log = auditLog(() => [made.root]);
		await log.sync();
		detail = await detailOf(log, made.requests.edit);
	});
	after(async () => {
		await log.close();
		await made.journal.close();
	});
	afterEach(async () => {
		told.length = 0;
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
	});

	/** The same detail with other files. */
	function withFile(file: Partial<Record<keyof DetailFile, unknown>>): RowDetail {
		return { ...detail, files: [{ ...detail.files[0], ...file } as DetailFile] };
	}

	const file = (of: RowDetail, at = 0): FileOfRow => [of, of.files[at]];

	/** Keeps contents and gives a detail that names them. */
	async function changed(before: string, after: string): Promise<RowDetail> {
		const [from, to] = [
			await made.journal.evidence.put(Buffer.from(before)),
			await made.journal.evidence.put(Buffer.from(after)),
		];
		return withFile({ before: { ...from, redacted: false }, after: { ...to, redacted: false } });
	}

	it("show both sides as the evidence store holds them", async () => {
		await openFileDiff(placeOf(log), file(detail), tell);
		const [diff] = diffs();
		assert(diff, "no diff was opened");
		assert.equal(await bytes(diff.original), BEFORE);
		assert.equal(await bytes(diff.modified), AFTER);
		const { size, permissions } = await vscode.workspace.fs.stat(diff.modified);
		assert.equal(size, AFTER.length);
		assert.equal(permissions, vscode.FilePermission.Readonly);
		assert.match(tabs()[0]?.label ?? "", /^login\.ts \(as it was shown on \d{4}-/);
		assert.deepEqual(told, []);
	});

	it("show what a whole session made of a file", async () => {
		await openSessionDiff(placeOf(log), file(detail), file(await changed("x\n", "last\n")), tell);
		const [diff] = diffs();
		assert(diff);
		assert.equal(await bytes(diff.original), BEFORE);
		assert.equal(await bytes(diff.modified), "last\n");
	});

	it("show what was allowed against what was found in its place", async () => {
		const put = async (text: string) => ({ ...(await made.journal.evidence.put(Buffer.from(text))), redacted: false });
		const mismatch = { approved: "1".repeat(64), found: "2".repeat(64), after: await put("found\n") };
		await openFileDiff(placeOf(log), { found: file(withFile({ mismatch })) }, tell);
		const [diff] = diffs();
		assert(diff);
		assert.deepEqual([await bytes(diff.original), await bytes(diff.modified)], [AFTER, "found\n"]);
		assert.match(tabs()[0]?.label ?? "", /^login\.ts \(allowed ↔ found on \d{4}-/);
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		// No file was found.
		const none = { approved: "1".repeat(64), found: null };
		await openFileDiff(placeOf(log), { found: file(withFile({ mismatch: none })) }, tell);
		assert.equal(await bytes((diffs()[0] as vscode.TabInputTextDiff).modified), "");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		assert.deepEqual(told, []);
		// One that was not kept is told of, and is no empty file.
		const large = { ...mismatch, after: { omitted: 9 } };
		await openFileDiff(placeOf(log), { found: file(withFile({ mismatch: large })) }, tell);
		assert.equal(diffs().length, 0);
		assert.match(told[0] ?? "", /login\.ts as it was found after the change was too large/);
		await assert.rejects(openFileDiff(placeOf(log), { found: file(detail) }, tell), { message: "auditHost.noFile" });
	});

	it("show a new file against nothing", async () => {
		await openFileDiff(placeOf(log), file(withFile({ op: "create", before: undefined })), tell);
		const [diff] = diffs();
		assert(diff);
		assert.equal(await bytes(diff.original), "");
		assert.equal(await bytes(diff.modified), AFTER);
	});

	it("leave out no white space and draw line ends where those differ", async () => {
		await openFileDiff(placeOf(log), file(await changed("one\ntwo \n", "one\n two\n")), tell);
		const [blanks] = diffs();
		assert(blanks);
		const document = await vscode.workspace.openTextDocument(blanks.modified);
		assert.equal(document.languageId, "gatepost-exact");
		await vscode.commands.executeCommand("workbench.action.closeAllEditors");
		await openFileDiff(placeOf(log), file(await changed("one\r\ntwo\r\n", "\uFEFFone\ntwo\r\n")), tell);
		const [ends] = diffs();
		assert(ends);
		assert.equal(await bytes(ends.original), "one[CRLF]\ntwo[CRLF]\n");
		assert.equal(await bytes(ends.modified), "[BOM]one\ntwo[CRLF]\n");
	});

	it("say so where secrets are masked", async () => {
		const before = { ...detail.files[0]?.before, redacted: true };
		await openFileDiff(placeOf(log), file(withFile({ before })), tell);
		assert.match(tabs()[0]?.label ?? "", /secrets masked/);
	});

	const gone: Record<string, [Partial<Record<keyof DetailFile, unknown>>, RegExp]> = {
		"removed by retention": [
			{ before: { digest: "0".repeat(64), size: 1, redacted: false, removedAt: "2026-01-02T03:04:05.000Z" } },
			/login\.ts before the change was removed by retention on 2026-01-02/,
		],
		"missing from the store": [{ before: { digest: "0".repeat(64), size: 1, redacted: false } }, /Verify the log/],
		"too large to be kept": [{ before: { omitted: 99_000_000 } }, /too large for the log \(99000000 bytes\)/],
		"not in the log": [{ before: undefined }, /does not hold the content of login\.ts before/],
	};
	for (const [title, [other, sentence]] of Object.entries(gone)) {
		it(`are not drawn where a side is ${title}; a sentence says so, and the other side opens`, async () => {
			await openFileDiff(placeOf(log), file(withFile(other)), tell);
			assert.deepEqual(diffs(), []);
			assert.equal(told.length, 1);
			assert.match(told[0] ?? "", sentence);
			const { input } = tabs()[0] ?? {};
			assert(input instanceof vscode.TabInputText);
			assert.equal(await bytes(input.uri), AFTER);
		});
	}

	it("are not drawn from evidence that was altered", async () => {
		const kept = await made.journal.evidence.put(Buffer.from("as it was\n"));
		await writeFile(join(made.dir, "evidence", kept.digest), "GPEV1\nsomething else");
		await openFileDiff(placeOf(log), file(withFile({ after: { ...kept, redacted: false } })), tell);
		assert.deepEqual(diffs(), []);
		assert.match(told[0] ?? "", /It was altered, so it is not shown/);
		await rm(join(made.dir, "evidence", kept.digest));
	});

	it("refuse a file that the action does not name", async () => {
		await assert.rejects(openFileDiff(placeOf(log), file(detail, 1), tell), { message: "auditHost.noFile" });
	});

	it("serve nothing but evidence, and cannot be written", async () => {
		const { before } = detail.files[0] ?? {};
		assert(before !== undefined && "digest" in before);
		const id = basename(made.dir);
		const good = sideUri(id, before.digest, "before", "/a/login.ts");
		assert.equal(await bytes(good), BEFORE);
		const others = [
			good.with({ query: `../../keys/${before.digest}/before` }),
			good.with({ query: `${id}/home.key/before` }),
			good.with({ query: `${id}/..%2f..%2f..%2fkeys%2fhome.key/before` }),
			good.with({ query: `${id}/${before.digest}/beside` }),
			good.with({ query: `${id}/${before.digest}/x/before` }),
			good.with({ query: `${id}/${"0".repeat(64)}/before` }),
			good.with({ query: `${"0".repeat(16)}/${before.digest}/before` }),
			good.with({ query: "" }),
		];
		for (const uri of others) {
			const read = await vscode.workspace.fs.readFile(uri).then(
				() => "read",
				() => "refused",
			);
			assert.equal(read, "refused", uri.query);
		}
		const { fs } = vscode.workspace;
		for (const attempt of [() => fs.writeFile(good, Buffer.from("evil")), () => fs.delete(good)]) {
			await assert.rejects(async () => attempt(), { code: "NoPermissions" });
		}
	});

	it("find what an editor would hide", async () => {
		const found = (a: string, b: string) => hiddenDifferences(Buffer.from(a), Buffer.from(b));
		assert.deepEqual(await found("a\nb\n", "a\nc\n"), { ends: false, blanks: false });
		assert.deepEqual(await found("a\nb\n", "a\nb \n"), { ends: false, blanks: true });
		assert.deepEqual(await found("a\nb\n", "a\r\nb\r\n"), { ends: true, blanks: true });
		assert.deepEqual(await found("a\r\nb\n", "a\nb\r\n"), { ends: true, blanks: true });
		assert.deepEqual(await found("a\n", "\uFEFFa\n"), { ends: true, blanks: true });
		assert.deepEqual(await found("a\r\nb\r\n", "a\r\nc\r\n"), { ends: false, blanks: false });
		assert.deepEqual(await found("", "a\r\n"), { ends: false, blanks: false });
		assert.deepEqual(await found("a", "a\nb\n"), { ends: false, blanks: false });
		// A line end on the border of two slices stays one.
		const long = `${"x".repeat(512 * 1024 - 1)}\r\nb\r`;
		assert.equal(String(await withVisibleEnds(Buffer.from(long))), `${"x".repeat(512 * 1024 - 1)}[CRLF]\nb[CR]\n`);
	});
});

describe("documents of a row", function () {
	this.timeout(60_000);
	let made: Awaited<ReturnType<typeof sample>>;
	let log: AuditLog;
	const documents: { name: string; text: string }[] = [];
	const open = async (request: string, what: "entries" | "input" | "result" | "card") => {
		documents.length = 0;
		const show = async (name: string, text: string) => void documents.push({ name, text });
		await openRowText(log, { show }, placeOf(log), (await rowOf(log, request)).id, what);
		const [document] = documents;
		assert(document);
		return document;
	};

	before(async () => {
		made = await sample("audit-texts");
		log = auditLog(() => [made.root]);
		await log.sync();
	});
	after(async () => {
		await log.close();
		await made.journal.close();
	});

	it("hold its entries whole, as JSON", async () => {
		const { name, text } = await open(made.requests.edit, "entries");
		assert.equal(name, "entries.json");
		const entries = JSON.parse(text);
		assert.deepEqual(
			entries.map(({ entry }: { entry: { head: { type: string } } }) => entry.head.type),
			["action.requested", "action.decided", "action.released", "action.executed"],
		);
		assert.equal(entries[0].entry.body.claimed.input.new_string, "\tremember(user);\n\treturn user;");
	});

	it("hold nothing that does not show, and lose nothing", async () => {
		const { text } = await open(made.requests.hostile, "entries");
		assert.doesNotMatch(text, /[^\P{Cc}\n\t]|\p{Cf}|[\u2028\u2029]/u);
		const [requested] = JSON.parse(text);
		assert.equal(requested.entry.body.claimed.input.command, Object.values(HOSTILE).join("\n"));
	});

	it("hold input, card and a result, from the entry or the evidence store", async () => {
		assert.match((await open(made.requests.edit, "input")).text, /remember\(user\)/);
		assert.match((await open(made.requests.edit, "card")).text, /"tool": "Edit"/);
		assert.match((await open(made.requests.read, "result")).text, /M src\/login\.ts/);
		const { stdout } = JSON.parse((await open(made.requests.test, "result")).text);
		assert.equal(stdout, "ok\n".repeat(3000));
	});

	it("are not opened where there is nothing to show", async () => {
		await assert.rejects(open(made.requests.open, "result"), { message: "auditHost.noResult" });
		await assert.rejects(open(made.requests.test, "card"), { message: "auditHost.noCard" });
		const show = async () => assert.fail("opened");
		await assert.rejects(openRowText(log, { show }, placeOf(log), 99_999, "entries"), { message: "auditHost.noRow" });
	});

	it("are cut, with a word about it, where they are too long for an editor", async () => {
		const text = await shown("x".repeat(6_000_000));
		assert(text.length < 5_001_000);
		assert.match(text.slice(-200), /Cut after 5000000 of 6000000 characters/);
	});

	it("keep characters of two halves whole, wherever a slice ends", async () => {
		const text = `a${"😀".repeat(100_000)}\n`;
		assert.equal(await shown(text), text);
		assert.equal(await shown("plain\u202e \u001b[31m\n"), "plain<U+202E> <U+001B>[31m\n");
	});
});
