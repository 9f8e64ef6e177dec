// `gatepost log export` and the options of the filter.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readEntries } from "../../../../src/audit/read.ts";
import { type ExportFlags, logExport } from "../../../../src/bin/logExport.ts";
import { filterOf, isEmptyFilter } from "../../../../src/bin/logFilter.ts";
import { linesOf, place, segmentPaths } from "../support.ts";
import { all, rawLog, type Sample, sample } from "./support.ts";

async function run(here: Pick<Sample, "home" | "root" | "outDir">, flags: Partial<ExportFlags>) {
	const out: string[] = [];
	const err: string[] = [];
	const bytes: Uint8Array[] = [];
	const code = await logExport({
		home: here.home.dir,
		folder: here.root,
		format: "jsonl",
		to: join(here.outDir, "log.out"),
		json: false,
		version: "9.9.9",
		out: (text) => void out.push(text),
		err: (text) => void err.push(text),
		bytes: (part) => void bytes.push(part),
		...flags,
	});
	return { code, out: out.join(""), err: err.join(""), bytes: Buffer.concat(bytes) };
}

const recorded = async (logDir: string) =>
	(await all(readEntries(logDir)))
		.filter(({ entry }) => entry?.head.type === "export.made")
		.map(({ entry }) => entry?.body);

test("everything into a file: made, said, recorded", async (t) => {
	const here = await sample(t);
	const before = rawLog(here.logDir);
	const { code, out, err } = await run(here, {});
	assert.equal(code, 0, err);
	assert.ok(readFileSync(join(here.outDir, "log.out")).equals(before));
	const entries = before.toString("utf8").split("\n").length - 1;
	assert.ok(entries > 40 && out.endsWith(`log.out: ${entries} entries, ${before.length} bytes\n`), out);
	assert.equal(err, "");
	const [body] = await recorded(here.logDir);
	assert.equal(body?.format, "jsonl");
	assert.equal(body?.file, join(here.outDir, "log.out"));
	assert.deepEqual(body?.scope, { of: "all" });
	assert.equal(body?.entries, entries);
});

test("a secret in a filter or in the file's name is masked in the record and in the file itself", async (t) => {
	const here = await sample(t);
	const secret = `ghp_${"a1B2c3D4e5F6".repeat(3)}`;
	const to = join(here.outDir, `${secret}.html`);
	for (const format of ["jsonl", "html", "sqlite"])
		assert.equal((await run(here, { text: secret, format, to })).code, 1);
	const html = await run(here, { text: secret, format: "html", to: "-" });
	const database = await run(here, { text: secret, format: "sqlite" });
	assert.deepEqual([html.code, database.code], [1, 1]);
	assert.ok(!rawLog(here.logDir).includes(secret));
	assert.ok(!html.bytes.includes(secret));
	assert.ok(!readFileSync(join(here.outDir, "log.out")).includes(secret));
	const bodies = await recorded(here.logDir);
	assert.equal(bodies.length, 5);
	for (const body of bodies) assert.match(JSON.stringify(body?.scope), /"of":"filter"/);
});

test("--out into the Gatepost home is refused and said", async (t) => {
	const here = await sample(t);
	const policy = join(here.home.dir, "policy.jsonc");
	writeFileSync(policy, "mine");
	const { code, err } = await run(here, { to: policy });
	assert.equal(code, 2);
	assert.match(err, /where Gatepost keeps its own files\. Nothing was exported\./);
	assert.equal(readFileSync(policy, "utf8"), "mine");
});

test("--json says it as an object; from a folder inside the root it is the root's log", async (t) => {
	const here = await sample(t);
	mkdirSync(join(here.root, "src/deep"), { recursive: true });
	const { code, out } = await run(here, { json: true, format: "csv", folder: join(here.root, "src/deep") });
	assert.equal(code, 0);
	const said = JSON.parse(out);
	assert.deepEqual([said.format, said.rows], ["csv", 12]);
	assert.equal((await recorded(here.logDir)).length, 1);
	assert.equal(readdirSync(here.home.workspaces).length, 1, "no log of the inner folder was begun");
});

test("a session alone is a scope of its own; other options make a filter", async (t) => {
	const here = await sample(t);
	const { good } = here.log.sessions;
	await run(here, { session: good });
	await run(here, { session: good, kind: "shell", since: "30d" });
	const [session, filter] = await recorded(here.logDir);
	assert.deepEqual(session?.scope, { of: "session", agent: "claude-code", session: good });
	const scope = filter?.scope as { of: string; filter: Record<string, unknown> };
	assert.deepEqual([scope.of, scope.filter.sessions, scope.filter.actions], ["filter", [good], ["shell"]]);
	const lines = readFileSync(join(here.outDir, "log.out"), "utf8").split("\n").slice(0, -1);
	assert.ok(lines.length > 5);
	for (const line of lines) assert.match(line, /"type":"action\./);
});

test("nothing matched is exit 1 and said", async (t) => {
	const here = await sample(t);
	const { code, err } = await run(here, { text: "nothing like this", format: "csv" });
	assert.deepEqual([code, err], [1, "Nothing matched.\n"]);
});

test("--out - streams text formats and nothing else", async (t) => {
	const here = await sample(t);
	const before = rawLog(here.logDir);
	const { code, bytes, out } = await run(here, { to: "-" });
	assert.equal(code, 0);
	assert.ok(bytes.equals(before));
	assert.equal(out, "");
	const csv = await run(here, { to: "-", format: "csv", bom: true });
	assert.deepEqual([...csv.bytes.subarray(0, 3)], [0xef, 0xbb, 0xbf]);
	const refused = await run(here, { to: "-", format: "sqlite" });
	assert.equal(refused.code, 2);
	assert.match(refused.err, /is not text/);
});

test("what cannot be is said, exit 2, and leaves nothing", async (t) => {
	const here = await sample(t);
	for (const [flags, said] of [
		[{ format: "pdf" }, /--format is one of: jsonl, csv/],
		[{ since: "yesterday" }, /--since is like/],
		[{ outcome: "maybe" }, /--outcome is one of/],
		[{ to: join(here.outDir, "no/such/x") }, /cannot be written/],
		[{ folder: here.outDir }, /There is no audit log/],
	] as [Partial<ExportFlags>, RegExp][]) {
		const { code, err } = await run(here, flags);
		assert.equal(code, 2);
		assert.match(err, said);
	}
	assert.deepEqual(readdirSync(here.outDir), []);
	assert.deepEqual(await recorded(here.logDir), []);
});

test("cancelling says so, exit 2, and leaves nothing and no record", async (t) => {
	const here = await sample(t);
	const before = process.listenerCount("SIGINT");
	const { code, err } = await run(here, { signal: AbortSignal.abort(new Error("x")) });
	assert.deepEqual([code, err], [2, "Cancelled. Nothing was exported.\n"]);
	const interrupting = run(here, { progress: true, err: () => void process.emit("SIGINT", "SIGINT") });
	assert.equal((await interrupting).code, 2);
	assert.deepEqual(readdirSync(here.outDir), []);
	assert.deepEqual(await recorded(here.logDir), []);
	assert.equal(process.listenerCount("SIGINT"), before);
});

test("an export that cannot be recorded stays, and that is said with exit 2", async (t) => {
	const here = await sample(t);
	rmSync(join(here.home.keys, "signing.pem"));
	writeFileSync(join(here.home.keys, "signing.pem"), "no key", { mode: 0o600 });
	const { code, err } = await run(here, {});
	assert.equal(code, 2);
	assert.match(err, /could not be recorded/);
	assert.ok(existsSync(join(here.outDir, "log.out")));
});

test("progress is one line that is wiped at the end, and safe text only", async (t) => {
	const here = await sample(t);
	const { err } = await run(here, { progress: true });
	assert.match(err, /^(?:\rExporting [ \d]{3} %)+\r\u001b\[K$/);
	const hostile = await run(here, { to: join(here.outDir, "a\u001b[31mb") });
	assert.ok(!hostile.out.includes("\u001b"));
});

test("options become the filter they say", () => {
	const now = Date.parse("2026-03-10T12:00:00.000Z");
	assert.deepEqual(filterOf({}, now), {});
	assert.ok(isEmptyFilter(filterOf({ agent: [], text: "" })));
	assert.deepEqual(filterOf({ since: "30d", until: "12h" }, now), {
		since: "2026-02-08T12:00:00.000Z",
		until: "2026-03-10T00:00:00.000Z",
	});
	assert.deepEqual(filterOf({ since: "45m", until: "2w" }, now), {
		since: "2026-03-10T11:15:00.000Z",
		until: "2026-02-24T12:00:00.000Z",
	});
	assert.equal(filterOf({ since: "2026-01-31T10:00:00+02:00" }).since, "2026-01-31T08:00:00.000Z");
	// A whole day of this machine's calendar.
	const day = filterOf({ since: "2026-01-31", until: "2026-01-31" });
	assert.equal(day.since, new Date(2026, 0, 31).toISOString());
	assert.equal(day.until, new Date(new Date(2026, 1, 1).getTime() - 1).toISOString());
	assert.deepEqual(
		filterOf({
			session: ["a", "b,c"],
			agent: "claude-code, codex",
			kind: "shell,edit",
			outcome: "denied",
			by: ["person", "timeout"],
			channel: "phone",
			person: "Lovelace, Ada (ada)",
			rule: "floor.shell",
			flag: "late,gap",
			file: "src/x, y.ts",
			text: "npm test",
		}),
		{
			sessions: ["a", "b", "c"],
			agents: ["claude-code", "codex"],
			actions: ["shell", "edit"],
			outcomes: ["denied"],
			by: ["person", "timeout"],
			channels: ["phone"],
			people: ["Lovelace, Ada (ada)"],
			rules: ["floor.shell"],
			flags: ["late", "gap"],
			file: "src/x, y.ts",
			text: "npm test",
		},
	);
	assert.deepEqual(filterOf({ kind: "prompt,policy" }), { kinds: ["prompt", "policy"] });
	assert.deepEqual(filterOf({ kind: "action" }), { kinds: ["action"] });
});

test("options that mean nothing are refused in words", () => {
	for (const [flags, said] of [
		[{ since: "tomorrow" }, /--since/],
		[{ since: "2026-02-31" }, /--since/],
		[{ until: "2026-13-01" }, /--until/],
		[{ since: "30x" }, /--since/],
		[{ since: "2026-01-31Tnoon" }, /--since/],
		[{ since: "999999d" }, /--since/],
		[{ kind: "shel" }, /--kind is one of: action, /],
		[{ kind: "prompt,shell" }, /not both/],
		[{ by: "me" }, /--by is one of/],
		[{ flag: "x" }, /--flag is one of/],
		[{ text: "x".repeat(2000) }, /too long/],
		[{ agent: Array(300).fill("x") }, /too many/],
	] as const)
		assert.throws(() => filterOf(flags), said, JSON.stringify(flags).slice(0, 60));
});

test("the command is recorded in a log that others append to at the same time", async (t) => {
	const here = place(t);
	const journal = await here.open("gate1");
	await journal.append("prompt", { claimed: { text: "x" } }, { session: "s" });
	const outDir = join(here.dir, "out");
	mkdirSync(outDir);
	const { code } = await run({ ...here, outDir }, {});
	assert.equal(code, 0);
	await journal.append("prompt", { claimed: { text: "y" } }, { session: "s" });
	await journal.close();
	assert.equal(segmentPaths(journal.dir).length, 2);
	assert.ok(linesOf(segmentPaths(journal.dir)[1] ?? "").some((line) => line.includes("export.made")));
});
