// What stands in a log and is no part of it, or cannot be read: the export goes on without it and says so, or fails.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import {
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { exportLog } from "../../../../src/audit/export/export.ts";
import { LogSource } from "../../../../src/audit/export/source.ts";
import { lastNamed } from "../../../../src/audit/retentionWalk.ts";
import { openSql } from "../../../../src/audit/sql.ts";
import { logExport } from "../../../../src/bin/logExport.ts";
import { ExportFormat } from "../../../../src/protocol/auditPanel.ts";
import { ALL, all, exported, rawLog, type Sample, sample } from "./support.ts";

const FORMATS = ExportFormat.options;

/** Everything but a file under names that segments have: before, between and after the real ones. */
function plant({ logDir, dir }: Sample): string[] {
	const names = ["20200101T000000.000Z-link", "20200101T000000.001Z-gone", "20990101T000000.000Z-folder"];
	if (process.platform !== "win32") names.push("20990101T000000.001Z-pipe");
	const planted = names.map((name) => `${name}.jsonl`);
	const [link = "", gone = "", folder = "", pipe] = planted.map((name) => join(logDir, "journal", name));
	const [real = ""] = readdirSync(join(logDir, "journal"));
	symlinkSync(join(logDir, "journal", real), link);
	symlinkSync(join(dir, "nowhere"), gone);
	mkdirSync(folder);
	if (pipe !== undefined) execFileSync("mkfifo", [pipe]);
	return planted;
}

/** A piece that is there and cannot be opened, whoever asks: a socket. @returns its digest */
async function unreadable(t: TestContext, { logDir }: Sample, digest: string): Promise<void> {
	const short = mkdtempSync(join(tmpdir(), "gp-"));
	t.after(() => rmSync(short, { recursive: true, force: true }));
	const server = createServer();
	await new Promise<void>((listening) => server.listen(join(short, "s"), listening));
	t.after(() => server.close());
	renameSync(join(short, "s"), join(logDir, "evidence", digest));
}

test("names of segments that are no files are left out, named and counted, in every format", async (t) => {
	const here = await sample(t);
	const before = new Map<string, number>();
	for (const format of FORMATS) before.set(format, (await exported(here, format)).made.rows);
	const raw = rawLog(here.logDir);
	const planted = plant(here);
	for (const format of FORMATS) {
		const { made, bytes } = await exported(here, format);
		assert.deepEqual(made.leftOut?.segments, { count: planted.length, names: [...planted].sort() }, format);
		assert.equal(made.leftOut?.evidence.count, 0);
		assert.equal(made.rows, before.get(format), format);
		if (format === "jsonl") assert.ok(bytes.equals(raw));
	}
});

test("a log of files only leaves nothing out", async (t) => {
	const here = await sample(t);
	assert.equal("leftOut" in (await exported(here, "html")).made, false);
});

test("retention walks past names that are no files, and takes the log for damaged then", async (t) => {
	const here = await sample(t);
	const digests = new Set(readdirSync(join(here.logDir, "evidence")));
	const before = await lastNamed(here.logDir, digests);
	assert.deepEqual([before.sound, before.planted], [true, []]);
	const planted = plant(here);
	const after = await lastNamed(here.logDir, digests);
	assert.deepEqual(after.named, before.named);
	assert.deepEqual([after.sound, after.planted], [false, [...planted].sort()]);
});

test("a head that is no file stops neither the walk of retention nor a bundle", async (t) => {
	const here = await sample(t);
	const heads = join(here.logDir, "heads");
	const [head = ""] = readdirSync(heads);
	rmSync(join(heads, head));
	mkdirSync(join(heads, head));
	mkdirSync(join(heads, head.replace(/^\d{8}/, "20200101")));
	assert.equal((await lastNamed(here.logDir, new Set())).sound, false);
	assert.ok((await exported(here, "bundle")).made.entries > 0);
});

test("a segment that the disk does not give fails the export, and nothing is made", async (t) => {
	const here = await sample(t);
	const handle = await open(here.logDir);
	const prototype = Object.getPrototypeOf(handle) as FileHandle;
	await handle.close();
	const fails = t.mock.method(prototype, "read", async () => {
		throw Object.assign(new Error("EIO: i/o error, read"), { code: "EIO" });
	});
	for (const format of FORMATS) await assert.rejects(exported(here, format), { code: "EIO" }, format);
	const { code, err } = await run(here, { run: exportLog });
	fails.mock.restore();
	assert.equal(code, 2);
	assert.match(err, /^The audit log cannot be read: EIO.*Nothing was exported/);
	assert.deepEqual(readdirSync(here.outDir), []);
});

test("evidence that cannot be read is said in its place, and the export goes on", async (t) => {
	if (process.platform === "win32") return t.skip("there are no sockets with names here");
	const here = await sample(t);
	const source = await LogSource.open({ dir: here.logDir, version: "0", scope: ALL, bom: false });
	t.after(() => source.close());
	const html = (await exported(here, "html")).text;
	// One that is drawn in a report, so that its place is known.
	const [digest] = readdirSync(join(here.logDir, "evidence")).filter((name) => /^[0-9a-f]{64}$/.test(name));
	for (const name of readdirSync(join(here.logDir, "evidence"))) {
		if (!/^[0-9a-f]{64}$/.test(name)) continue;
		rmSync(join(here.logDir, "evidence", name));
		await unreadable(t, here, name);
	}
	const report = await exported(here, "html");
	assert.doesNotMatch(html, /cannot be read/);
	assert.match(report.text, /Evidence [0-9a-f]{64} is there and cannot be read\./);
	assert.ok((report.made.leftOut?.evidence.count ?? 0) > 0);
	const database = await exported(here, "sqlite");
	const db = new (await openSql()).Database(database.bytes);
	const states = db.exec("SELECT DISTINCT state FROM evidence")[0]?.values.flat();
	db.close();
	assert.deepEqual(states, ["unreadable"]);
	assert.equal(database.made.leftOut?.evidence.names.includes(digest ?? ""), true);
	const bundle = await exported(here, "bundle");
	assert.ok((bundle.made.leftOut?.evidence.count ?? 0) > 0);
	await assert.rejects(source.evidence(digest ?? ""), { name: "JournalError", code: "unreadable" });
	assert.deepEqual((await source.leftOut())?.evidence, { count: 1, names: [digest], why: ["unreadable"] });
	// What needs none says nothing of it.
	assert.equal((await exported(here, "csv")).made.leftOut, undefined);
});

test("a machine that has no more files to open is not the matter of one piece", async (t) => {
	const here = await sample(t);
	const source = await LogSource.open({ dir: here.logDir, version: "0", scope: ALL, bom: false });
	t.after(() => source.close());
	const handle = await open(here.logDir);
	const prototype = Object.getPrototypeOf(handle) as FileHandle;
	await handle.close();
	const [digest = ""] = readdirSync(join(here.logDir, "evidence")).filter((name) => /^[0-9a-f]{64}$/.test(name));
	t.mock.method(prototype, "read", async () => {
		throw Object.assign(new Error("EMFILE"), { code: "EMFILE" });
	});
	await assert.rejects(source.evidence(digest), { code: "EMFILE" });
	t.mock.restoreAll();
	assert.equal(await source.leftOut(), undefined);
});

async function run(here: Sample, flags: Partial<Parameters<typeof logExport>[0]>) {
	const [out, err]: [string[], string[]] = [[], []];
	const code = await logExport({
		home: here.home.dir,
		folder: here.root,
		format: "jsonl",
		to: join(here.outDir, "log.out"),
		json: false,
		version: "9.9.9",
		out: (text) => void out.push(text),
		err: (text) => void err.push(text),
		bytes: () => {},
		...flags,
	});
	return { code, out: out.join(""), err: err.join("") };
}

test("the command line says what was left out, and its exit code does", async (t) => {
	const here = await sample(t);
	const planted = plant(here);
	for (const flags of [{}, { json: true }, { to: "-" }]) {
		const { code, out, err } = await run(here, flags);
		assert.equal(code, 1, err);
		for (const name of planted) assert.ok(err.includes(`  ${name}\n`), err);
		assert.match(err, /^Left out, because it is no file and no gate made it/);
		if (flags.json) assert.equal(JSON.parse(out).leftOut.segments.count, planted.length);
	}
	assert.ok(readFileSync(join(here.outDir, "log.out")).length > 0);
});

test("one line again is the same line, wherever it lies to what was read before", async (t) => {
	const here = await sample(t);
	const source = await LogSource.open({ dir: here.logDir, version: "0", scope: ALL, bom: false });
	t.after(() => source.close());
	const lines = await all(source.lines());
	for (const line of [...lines, ...[...lines].reverse()]) assert.deepEqual(await source.read(line), line);
	assert.deepEqual(await Promise.all(lines.map((line) => source.read(line))), lines);
});

test("lines that a dying disk has emptied are counted and named, where rows cannot tell of them", async (t) => {
	const here = await sample(t);
	const [segment = ""] = readdirSync(join(here.logDir, "journal"));
	const path = join(here.logDir, "journal", segment);
	const lines = readFileSync(path, "utf8").split("\n");
	const at = lines.findIndex((line) => line.includes('"type":"action.decided"'));
	lines[at] = "\0".repeat(Buffer.byteLength(lines[at] ?? ""));
	writeFileSync(path, lines.join("\n"));
	for (const format of ["csv", "html", "ocsf"] as const) {
		const { leftOut } = (await exported(here, format)).made;
		assert.deepEqual(leftOut?.lines, { count: 1, names: [`${segment}:${at + 1}`] }, format);
	}
	assert.equal((await exported(here, "jsonl")).made.leftOut, undefined, "the line is in it as it is");
	const { code, err } = await run(here, { format: "csv" });
	assert.equal(code, 1);
	assert.ok(err.includes(`  ${segment}:${at + 1}\n`), err);
});
