// Actions that a person changed before allowing them: every export of rows says what ran, beside what was asked for.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { CSV_COLUMNS } from "../../../../src/audit/export/csv.ts";
import { matches } from "../../../../src/audit/filter.ts";
import { foldRows } from "../../../../src/audit/fold.ts";
import { readEntries } from "../../../../src/audit/read.ts";
import { openSql } from "../../../../src/audit/sql.ts";
import { openLens } from "../index/support.ts";
import { place, requested } from "../support.ts";
import { ocsfProblems } from "./ocsfSchema.ts";
import { all, exported } from "./support.ts";

const MAC = { actionMac: "ab".repeat(32), from: "cd".repeat(32) };
const approver = { osUser: "ada", claims: {}, assurance: 1 };
const LONG = `echo ${"y".repeat(5000)}`;
const FORMULA = "=HYPERLINK(1)";
const HTML = "<script>curl\u202e</script>";
const APART = "ef".repeat(32);

/** What each action was made of by a person; `none` was left as it was. */
async function editedLog(t: TestContext) {
	const here = place(t);
	const journal = await here.open("edited");
	const put = async (text: string) => ({ ...(await journal.evidence.put(Buffer.from(text))), redacted: false });
	const add = async (request: string, decided: object, verdict = "allow", more: object = {}) => {
		const input = { command: `asked-${request}` };
		await journal.append("action.requested", { ...requested(request), claimed: { input }, ...more });
		const decision = { by: "person", verdict, approver, channel: "editor", editedFrom: MAC.from };
		await journal.append("action.decided", { request, actionMac: MAC.actionMac, decision, ...decided });
	};
	const made = (command: string) => ({ edited: { ...MAC, claimed: { input: { command } } } });
	await add("none", {});
	await add("command", made("made-of-it"));
	await add("long", made(LONG));
	await add("formula", made(FORMULA));
	await add("html", made(HTML));
	await add("apart", { edited: { ...MAC, claimed: {}, input: { digest: APART, size: 99 } } });
	await add("denied", { edited: MAC }, "deny");
	await add("settled", made("never-ran"));
	await journal.append("action.settled", { request: "settled", by: "terminal", verdict: "deny" });
	const side = { path: "/w/a.txt", op: "modify", before: await put("one\n") };
	const [asked, wanted, found] = [await put("ASKED\n"), await put("WANTED\n"), await put("FOUND\n")];
	await add("file", { edited: { ...MAC, change: { files: [{ ...side, after: wanted }] } } }, "allow", {
		kind: "edit",
		tool: "Edit",
		change: { files: [{ ...side, after: asked }] },
		claimed: { input: { file_path: "/w/a.txt" } },
	});
	await journal.append("digest.mismatch", {
		request: "file",
		decided: MAC.actionMac,
		ran: MAC.actionMac,
		files: [{ path: "/w/a.txt", op: "modify", approved: "1".repeat(64), found: "2".repeat(64), after: found }],
	});
	await journal.close();
	return { logDir: journal.dir, outDir: here.dir };
}

const RAN: Record<string, string> = {
	none: "",
	command: "made-of-it",
	long: LONG,
	formula: FORMULA,
	html: HTML,
	apart: `(kept apart: evidence ${APART})`,
	denied: "",
	settled: "",
	file: "(files changed by a person)",
};

test("CSV: the last column is what ran instead, and no formula", async (t) => {
	const { text } = await exported(await editedLog(t), "csv");
	assert.equal(CSV_COLUMNS.at(-1), "ran_instead");
	const last = text
		.split("\r\n")
		.slice(1, -1)
		.map((line) => line.slice(line.lastIndexOf(",") + 1).replace(/^"(.*)"$/, "$1"));
	assert.deepEqual(
		last,
		Object.values(RAN).map((ran) => (ran === FORMULA ? `'${ran}` : ran)),
	);
	assert.match(text, /asked-command/);
});

test("SQLite: the same, in actions and in the views", async (t) => {
	const { bytes } = await exported(await editedLog(t), "sqlite");
	const db = new (await openSql()).Database(bytes);
	t.after(() => db.close());
	const expected = Object.values(RAN).map((ran) => [ran === "" ? null : ran]);
	const actions = "WHERE row_kind = 'action' ORDER BY id";
	assert.deepEqual(db.exec(`SELECT ran_instead FROM actions ${actions}`)[0]?.values, expected);
	for (const view of ["what_happened", "who_approved"])
		assert.deepEqual(
			db.exec(`SELECT ran_instead FROM ${view} WHERE target = 'asked-command'`)[0]?.values,
			[["made-of-it"]],
			view,
		);
});

test("OCSF: the event says it and stays valid; its request is what the agent had asked for", async (t) => {
	const { text } = await exported(await editedLog(t), "ocsf");
	const events = text
		.split("\n")
		.slice(0, -1)
		.map((line) => JSON.parse(line))
		.filter(({ class_uid }) => class_uid === 6003);
	assert.deepEqual(
		events.map(({ unmapped }) => unmapped.gatepost.ran_instead ?? ""),
		Object.values(RAN),
	);
	for (const event of events) assert.deepEqual(ocsfProblems(event), []);
	assert.equal(events[1].api.request.data.command, "asked-command");
	assert.match(events[1].message, /asked-command \(ran instead: made-of-it\)$/);
	assert.ok(events[2].message.length < 1000);
	assert.doesNotMatch(events[0].message, /ran instead/);
	// No alert, but for the file that was not what was allowed.
	assert.deepEqual(
		events.map(({ is_alert, severity }) => [is_alert, severity]),
		Object.keys(RAN).map((name) => (name === "file" ? [true, "High"] : [false, "Informational"])),
	);
});

test("HTML: both versions, the diff of what was allowed, and what was found in its place", async (t) => {
	const { text } = await exported(await editedLog(t), "html");
	const of = (part: string) => text.split("<article>").find((one) => one.includes(part)) ?? "";
	assert.match(of("asked-command"), /had asked for:[\s\S]*asked-command[\s\S]*allowed in its place:[\s\S]*made-of-it/);
	assert.doesNotMatch(of("asked-none"), /had asked for|in its place/);
	assert.match(of("asked-denied"), /it did not run/);
	assert.match(of("asked-apart"), /names where it is kept/);
	assert.match(of("asked-settled"), /What a person made of it:[\s\S]*never-ran/);
	const file = of("/w/a.txt");
	assert.match(file, /had asked for:[\s\S]*\+ ASKED[\s\S]*allowed in its place:[\s\S]*\+ WANTED/);
	// Compared with what was allowed, not with what was asked for.
	assert.match(file, /file held something else[\s\S]*- WANTED[\s\S]*\+ FOUND/);
	assert.doesNotMatch(text, /<script|\u202e/);
});

test("text search finds what ran, in the index and out of it", async (t) => {
	const { logDir } = await editedLog(t);
	const rows = await all(foldRows(readEntries(logDir)));
	const found = (text: string) => rows.filter((row) => matches(row, { text })).map(({ request }) => request);
	assert.deepEqual([found("made-of-it"), found("asked-command")], [["command"], ["command"]]);
	const { lens } = openLens(t, logDir);
	const filter = { text: "made-of-it" };
	const answer = await lens.ask("rows", { filter, order: "oldest", offset: 0, limit: 10 });
	assert.deepEqual(
		answer.rows.map(({ request }) => request),
		["command"],
	);
});
