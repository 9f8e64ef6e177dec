// What was seen to change, files that are not what was allowed, and changes put back: as rows, in details, in sessions, in
// exports and on the page of a receipt.
import assert from "node:assert/strict";
import { test } from "node:test";
import { readEvidence } from "../../../src/audit/evidence.ts";
import { actionHtml } from "../../../src/audit/export/htmlRow.ts";
import { eventOf } from "../../../src/audit/export/ocsfEvent.ts";
import { detailOf } from "../../../src/audit/facts.ts";
import { matches } from "../../../src/audit/filter.ts";
import { type FoldedRow, foldRows } from "../../../src/audit/fold.ts";
import { type ReadLine, readEntries } from "../../../src/audit/read.ts";
import { fileAt, type RowDetail } from "../../../src/protocol/audit.ts";
import type { Checked } from "../../../webview/verify/check.ts";
import { storyOf } from "../../../webview/verify/story.ts";
import { openLens } from "./index/support.ts";
import { place } from "./support.ts";

const APPROVER = { osUser: "ada", claims: { gitName: "Ada" }, assurance: 1 };
const MAC = "ab".repeat(32);
const [RUN, EDIT] = ["00000000-0000-4000-8000-000000000001", "00000000-0000-4000-8000-000000000002"];

/** A command that changed files, an edit that did not end as it was allowed, and an edit put back. */
async function changedLog(t: Parameters<typeof place>[0]) {
	const at = place(t);
	const journal = await at.open("changed");
	const add = (type: Parameters<typeof journal.append>[0], body: object) =>
		journal.append(type, { agent: "claude-code", enforcement: "enforced", ...body }, { session: "s1" });
	const put = async (text: string) => ({ ...(await journal.evidence.put(Buffer.from(text))), redacted: false });
	const asked = (request: string, tool: string, kind: string, input: object, more: object = {}) =>
		add("action.requested", {
			request,
			kind,
			tool,
			actionMac: MAC,
			guard: false,
			...more,
			claimed: { input, paths: [] },
		});
	const allowed = (request: string) =>
		add("action.decided", {
			request,
			actionMac: MAC,
			decision: { by: "person", verdict: "allow", approver: APPROVER, channel: "editor" },
		});
	await asked(RUN, "Bash", "shell", { command: "make" });
	await allowed(RUN);
	await add("action.executed", { request: RUN, outcome: "done", claimed: {} });
	await add("action.changed", {
		request: RUN,
		files: [
			{ path: "/w/out/app.js", op: "create", after: { ...(await put("made\n")), mode: 0o644 } },
			{
				path: "/w/run.sh",
				op: "modify",
				before: { mode: 0o644, omitted: 4 },
				after: { mode: 0o755, omitted: 4, why: { code: "changed.late", args: { seconds: 2 } } },
			},
			{ path: "/w/link", op: "delete", before: { mode: 0o777, link: "run.sh" } },
		],
		more: 3,
		shared: true,
		background: true,
		incomplete: { code: "changed.failed", args: { detail: "EIO" } },
		outside: "not watched",
	});
	const change = { files: [{ path: "/w/a.txt", op: "modify", before: await put("two\n"), after: await put("TWO\n") }] };
	await asked(EDIT, "Edit", "edit", { file_path: "/w/a.txt" }, { change });
	await allowed(EDIT);
	await add("action.executed", { request: EDIT, outcome: "done", claimed: {} });
	const found = { approved: "11".repeat(32), found: "22".repeat(32), after: await put("TWO!\n") };
	await add("digest.mismatch", {
		request: EDIT,
		decided: MAC,
		ran: MAC,
		files: [{ path: "/w/a.txt", op: "modify", ...found }],
	});
	const back = { before: await put("TWO!\n"), after: await put("two\n") };
	const undone = { undo: "u1", request: EDIT, path: "/w/a.txt", how: "restore", approver: APPROVER };
	await add("change.undone", { ...undone, ...back });
	await journal.close();
	const lines: ReadLine[] = [];
	for await (const line of readEntries(journal.dir)) lines.push(line);
	const rows: FoldedRow[] = [];
	for await (const row of foldRows(each(lines))) rows.push(row);
	const rowOf = (fits: (row: FoldedRow) => boolean) => rows.find(fits) as FoldedRow;
	const detail = (row: FoldedRow): RowDetail =>
		detailOf(
			row,
			row.places.map(({ line }) => lines.find((one) => one.line === line) as ReadLine),
		);
	const read = (digest: string) => readEvidence(`${journal.dir}/evidence`, digest);
	return {
		dir: journal.dir,
		lines,
		read,
		run: rowOf(({ request, kind }) => request === RUN && kind === "action"),
		edit: rowOf(({ request, kind }) => request === EDIT && kind === "action"),
		undone: rowOf(({ type }) => type === "change.undone"),
		detail,
	};
}

async function* each<T>(items: T[]): AsyncGenerator<T> {
	yield* items;
}

test("what a command changed belongs to its row: files, places, words to search for, and no flag", async (t) => {
	const { run } = await changedLog(t);
	assert.deepEqual(run.flags, []);
	assert.deepEqual(run.files, ["/w/out/app.js", "/w/run.sh", "/w/link"]);
	assert.deepEqual(
		run.changes.map(({ op, file, actual }) => [op, file, actual]),
		[
			["create", 0, true],
			["modify", 1, true],
			["delete", 2, true],
		],
	);
	assert.ok(matches(run, { file: "OUT/app" }) && matches(run, { text: "app" }));
	assert.ok(!matches(run, { file: "a.txt" }));
});

test("a detail tells the actual change apart from the allowed one, with everything that limits what it says", async (t) => {
	const { run, detail } = await changedLog(t);
	const { files, actual } = detail(run);
	assert.deepEqual(files, []);
	assert.deepEqual(
		[actual?.more, actual?.shared, actual?.background, actual?.incomplete?.code],
		[3, true, true, "changed.failed"],
	);
	const [made, mode, link] = actual?.files ?? [];
	assert.ok(made?.after !== undefined && "digest" in made.after && made.before === undefined);
	assert.deepEqual(mode?.mode, { before: 0o644, after: 0o755 });
	assert.deepEqual(mode?.after, { omitted: 4, why: { code: "changed.late", args: { seconds: 2 } } });
	assert.deepEqual(link?.link, { before: "run.sh" });
	assert.deepEqual(fileAt(detail(run), { file: 2, actual: true }), link);
	assert.equal(fileAt(detail(run), { file: 0 }), undefined);
});

test("of two entries that name files the first counts, in rows and details alike; one that names none does not", async (t) => {
	const { run, lines, detail } = await changedLog(t);
	const first = lines.find(({ entry }) => entry?.head.type === "action.changed") as ReadLine;
	const copy = (files: object[]): ReadLine => ({
		...first,
		entry: { ...first.entry, body: { request: RUN, files } } as NonNullable<ReadLine["entry"]>,
	});
	const other = copy([{ path: "/w/other", op: "create" }]);
	for (const [order, path] of [
		[[first, other], "/w/out/app.js"],
		[[copy([]), other, first], "/w/other"],
	] as const) {
		const own = lines.filter(({ entry }) => entry?.body?.request === RUN && entry.head.type !== "action.changed");
		const rows: FoldedRow[] = [];
		for await (const row of foldRows(each([...own, ...order]))) rows.push(row);
		assert.equal(rows[0]?.changes[0]?.path, path);
		assert.equal(detailOf(run, [...own, ...order]).actual?.files[0]?.path, path);
	}
	assert.ok(detail(run).actual !== undefined);
});

test("a file that is not what was allowed is a flag of its own, and both contents stand beside each other", async (t) => {
	const { edit, detail } = await changedLog(t);
	assert.deepEqual(edit.flags, ["unexpected"]);
	const [file, ...more] = detail(edit).files;
	assert.equal(more.length, 0);
	assert.equal(file?.mismatch?.approved, "11".repeat(32));
	assert.equal(file?.mismatch?.found, "22".repeat(32));
	assert.ok(file?.mismatch?.after !== undefined && "digest" in file.mismatch.after);
});

test("a change put back is a row of its own: file, person and request, and it does not undo the edit's row", async (t) => {
	const { undone, edit } = await changedLog(t);
	assert.deepEqual(
		[undone.kind, undone.target, undone.files, undone.person],
		["undo", "/w/a.txt · restore", ["/w/a.txt"], "Ada (ada)"],
	);
	assert.equal(undone.request, EDIT);
	assert.equal(edit.outcome, "allowed");
	assert.equal(edit.entries, 4);
});

test("the contents of a change put back are a file of its detail; what was not written is none", async (t) => {
	const { undone, detail, lines } = await changedLog(t);
	const [file, ...more] = detail(undone).files;
	assert.deepEqual([file?.path, file?.op, more.length], ["/w/a.txt", "modify", 0]);
	for (const side of [file?.before, file?.after]) assert.ok(side !== undefined && "digest" in side);
	const line = lines.find(({ entry }) => entry?.head.type === "change.undone") as ReadLine;
	const { before, after, ...body } = line.entry?.body ?? {};
	const filesOf = (other: object) =>
		detailOf(undone, [
			{ ...line, entry: { ...line.entry, body: { ...body, ...other } } as NonNullable<ReadLine["entry"]> },
		]).files;
	assert.equal(filesOf({ how: "remove", before })[0]?.op, "delete");
	assert.equal(filesOf({ after })[0]?.op, "create");
	assert.deepEqual(filesOf({ how: "conflict", before }), []);
	assert.deepEqual(filesOf({ outcome: "failed", detail: "EACCES" }), []);
});

test("a session's files hold what its commands changed, and where each side is", async (t) => {
	const { dir } = await changedLog(t);
	const { lens } = openLens(t, dir);
	const session = await lens.ask("session", { agent: "claude-code", session: "s1", offset: 0, limit: 100 });
	const files = session?.files ?? [];
	assert.deepEqual(
		files.map(({ path, op, first }) => [path, op, first.file, first.actual]),
		[
			["/w/out/app.js", "create", 0, true],
			["/w/run.sh", "modify", 1, true],
			["/w/link", "delete", 2, true],
			["/w/a.txt", "modify", 0, undefined],
		],
	);
	const [made] = files;
	const detail = await lens.ask("detail", { row: made?.first.row ?? 0 });
	assert.ok(detail !== undefined && made !== undefined);
	assert.equal(fileAt(detail, made.last)?.path, "/w/out/app.js");
	assert.deepEqual(session?.session.flags, ["unexpected"]);
});

test("the report draws what changed and what was found in an edit's place", async (t) => {
	const { run, edit, detail, read } = await changedLog(t);
	const ran = await actionHtml(detail(run), read);
	assert.match(ran, /It changed 6 files in the workspace\./);
	assert.match(ran, /\+ made/);
	assert.match(ran, /mode: 644 → 755/);
	assert.match(ran, /3 more are not drawn here/);
	const edited = await actionHtml(detail(edit), read);
	assert.match(edited, /After it the file held something else/);
	assert.match(edited, /\+ TWO!/);
});

test("an OCSF event names what changed", async (t) => {
	const { run, lines } = await changedLog(t);
	const facts = { hash: "", target: "", prompt: "", began: undefined, writer: undefined } as unknown as Parameters<
		typeof eventOf
	>[0]["facts"];
	const first = { ...lines.find(({ line }) => line === run.line), text: "" } as unknown as Parameters<
		typeof eventOf
	>[1];
	const event = eventOf({ row: run, facts }, first, { log: "w", version: "0" }) as {
		unmapped: { gatepost: { changed: object[] } };
	};
	assert.deepEqual(event.unmapped.gatepost.changed[0], { path: "/w/out/app.js", op: "create" });
});

test("the page of a receipt tells all three", async (t) => {
	const { lines } = await changedLog(t);
	const session = lines.flatMap(({ entry }) => (entry?.head.session === "s1" ? [entry] : []));
	const checked = { scope: { of: "session" }, session, segments: [] };
	const steps = storyOf(checked as unknown as Checked);
	const [run, edit] = steps;
	assert.ok(run?.facts.some(({ name, value }) => name === "made" && value === "/w/out/app.js"));
	assert.ok(run?.facts.some(({ name, value }) => name === "changed in the workspace" && value === "6 files"));
	assert.equal(run?.changed?.length, 3);
	assert.equal(run?.warnings.length, 3);
	assert.ok(edit?.warnings.includes("After the edit /w/a.txt did not hold what was allowed."));
	assert.ok(edit?.facts.some(({ name, value }) => name === "put back by" && value === "Ada (ada)"));
});
