// Evidence that an export looks for and does not get: told, unless a retention took it and the log says so.
import assert from "node:assert/strict";
import { appendFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { GENESIS, saltedBody, seal } from "../../../../src/audit/chain.ts";
import { exportLog } from "../../../../src/audit/export/export.ts";
import { LogSource } from "../../../../src/audit/export/source.ts";
import { logExport } from "../../../../src/bin/logExport.ts";
import { entriesOf, segmentPaths } from "../support.ts";
import { ALL, exported, type Sample, sample } from "./support.ts";

/** Formats that look at evidence. */
const FORMATS = ["html", "sqlite", "bundle"] as const;

const piecesOf = ({ logDir }: Sample) =>
	readdirSync(join(logDir, "evidence"))
		.filter((name) => /^[0-9a-f]{64}$/.test(name))
		.sort();

function alterAll(here: Sample): void {
	for (const name of piecesOf(here)) {
		const path = join(here.logDir, "evidence", name);
		const bytes = readFileSync(path);
		writeFileSync(path, bytes.with(-1, (bytes.at(-1) ?? 0) ^ 1));
	}
}

async function run(here: Sample, format: string) {
	const [out, err]: [string[], string[]] = [[], []];
	const code = await logExport({
		home: here.home.dir,
		folder: here.root,
		format,
		to: join(here.outDir, "log.out"),
		json: true,
		version: "9.9.9",
		session: here.log.sessions.good,
		run: exportLog,
		out: (text) => void out.push(text),
		err: (text) => void err.push(text),
	});
	return { code, leftOut: JSON.parse(out.join("")).leftOut, err: err.join("") };
}

test("altered evidence is told by the command and its exit code, in every format that looks at it", async (t) => {
	const here = await sample(t);
	for (const format of FORMATS) assert.equal((await run(here, format)).code, 0, format);
	alterAll(here);
	for (const format of FORMATS) {
		const { code, leftOut, err } = await run(here, format);
		assert.equal(code, 1, format);
		assert.ok(leftOut.evidence.count > 0, format);
		assert.deepEqual(new Set(leftOut.evidence.why), new Set(["altered"]));
		for (const name of leftOut.evidence.names) assert.ok(err.includes(`  ${name} (altered)\n`), err);
	}
});

test("a bundle tells all pieces that it lacks, each once", async (t) => {
	const here = await sample(t);
	const pieces = piecesOf(here);
	alterAll(here);
	const [gone = "", ...others] = pieces;
	rmSync(join(here.logDir, "evidence", gone));
	const { evidence } = (await exported(here, "bundle")).made.leftOut ?? {};
	assert.equal(evidence?.count, pieces.length);
	const told = new Map(evidence?.names.map((name, at) => [name, evidence.why?.[at]]));
	assert.deepEqual(told, new Map([...others.map((name) => [name, "altered"] as const), [gone, "missing"]]));
});

test("missing evidence is left out, unless a signed entry behind it says that a retention took it", async (t) => {
	const here = await sample(t);
	const digests = piecesOf(here);
	for (const name of digests) rmSync(join(here.logDir, "evidence", name));
	const counts = async () => {
		const found: number[] = [];
		for (const format of FORMATS) found.push((await exported(here, format)).made.leftOut?.evidence.count ?? 0);
		return found;
	};
	const lost = await counts();
	assert.ok(
		lost.every((count) => count > 0),
		String(lost),
	);
	// Anybody can append such an entry to a segment; only a gate can sign it.
	const [path = ""] = segmentPaths(here.logDir);
	const [before, last] = [readFileSync(path), entriesOf(path).at(-1)];
	const time = new Date(Date.now() + 1000).toISOString();
	const head = { v: 1, seq: (last?.head.seq ?? 0) + 1, time, mono: 1, type: "evidence.removed" } as const;
	appendFileSync(path, seal(last?.hash ?? GENESIS, head, saltedBody({ digests, olderThanDays: 1 })).line);
	for (const [at, count] of (await counts()).entries()) assert.ok(count >= (lost[at] ?? 0), `${FORMATS[at]}: ${count}`);
	writeFileSync(path, before);
	const journal = await here.open("retention");
	await journal.append("evidence.removed", { digests, olderThanDays: 1 });
	await journal.close();
	assert.deepEqual(await counts(), [0, 0, 0]);
	assert.equal((await run(here, "html")).code, 0);
});

test("a log is read for its removals only when something is missing", async (t) => {
	const here = await sample(t);
	const [digest = ""] = piecesOf(here);
	const source = await LogSource.open({ dir: here.logDir, version: "0", scope: ALL, bom: false });
	t.after(() => source.close());
	await source.evidence(digest);
	for (const path of segmentPaths(here.logDir)) rmSync(path);
	assert.equal(await source.leftOut(), undefined);
	// What no entry names can be explained by none.
	await source.evidence("0".repeat(64));
	assert.deepEqual((await source.leftOut())?.evidence, { count: 1, names: ["0".repeat(64)], why: ["missing"] });
});
