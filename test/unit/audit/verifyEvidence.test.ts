// Evidence that the system does not let anybody read: named like what is missing, and the rest is still verified.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { type Entry, GENESIS, saltedBody, seal } from "../../../src/audit/chain.ts";
import { systemCode } from "../../../src/audit/errors.ts";
import { pathsIn } from "../../../src/audit/home.ts";
import { Problems } from "../../../src/audit/problems.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { EvidenceCheck } from "../../../src/audit/verifyEvidence.ts";
import { openBytes } from "../../../src/audit/verifyLine.ts";
import { place, requested, tempDir } from "./support.ts";

async function log(t: TestContext) {
	const journal = await place(t).open("one");
	const digests: string[] = [];
	for (const text of ["one", "two", "three"]) {
		const evidence = await journal.evidence.put(Buffer.from(text));
		digests.push(evidence.digest);
		await journal.append("action.requested", { ...requested(text), change: evidence });
	}
	await journal.close();
	const told = async () => (await verifyWorkspace(journal.dir)).problems;
	assert.deepEqual(await told(), []);
	return { dir: journal.dir, digests, told };
}

/** Makes every read of a file fail as a broken disk does, when it holds `marker`. */
async function failReads(t: TestContext, dir: string, marker: Buffer, code: string): Promise<void> {
	const handle = await open(dir, "r");
	const proto = Object.getPrototypeOf(handle) as FileHandle;
	await handle.close();
	const { read } = proto;
	t.mock.method(proto, "read", async function (this: FileHandle, ...args: Parameters<FileHandle["read"]>) {
		const result = await read.apply(this, args);
		if (Buffer.from(result.buffer as Buffer).includes(marker))
			throw Object.assign(new Error(`${code}: read`), { code, errno: -5, syscall: "read" });
		return result;
	});
}

test("a piece that the disk does not give back is named, and so is what else is wrong", async (t) => {
	const { dir, digests, told } = await log(t);
	const [first = "", second = "", third = ""] = digests;
	await failReads(t, dir, readFileSync(join(dir, "evidence", first)), "EIO");
	rmSync(join(dir, "evidence", third));
	const problems = await told();
	assert.deepEqual(
		problems.map(({ kind }) => kind),
		["evidence-altered", "evidence-missing"],
	);
	assert.match(problems[0]?.detail ?? "", new RegExp(`${first} cannot be read \\(EIO\\)`));
	assert.ok(!problems.some(({ detail }) => detail.includes(second)));
});

test("a piece, or a folder of them, that leads in a circle, is a folder or a file is named", async (t) => {
	const { dir, digests, told } = await log(t);
	const [first = "", second = ""] = digests;
	for (const digest of [first, second]) rmSync(join(dir, "evidence", digest));
	symlinkSync(first, join(dir, "evidence", first));
	mkdirSync(join(dir, "evidence", second));
	const kinds = async () => (await told()).map(({ kind }) => kind);
	assert.deepEqual(await kinds(), ["evidence-altered", "evidence-altered"]);
	renameSync(join(dir, "evidence"), join(dir, "away"));
	writeFileSync(join(dir, "evidence"), "");
	const problems = await told();
	assert.equal(problems.length, 3);
	for (const { kind, detail } of problems)
		assert.ok(kind === "evidence-altered" && detail.includes("cannot be read (ENOTDIR)"), detail);
	rmSync(join(dir, "evidence"));
	symlinkSync("evidence", join(dir, "evidence"));
	assert.equal((await told()).length, 3);
});

test("what a repair set aside and cannot be read, or has no name that a file can have, is named", async (t) => {
	const dir = tempDir(t);
	const paths = pathsIn(dir, "w");
	mkdirSync(paths.journal);
	mkdirSync(join(paths.journal, "folder"));
	symlinkSync("circle", join(paths.journal, "circle"));
	writeFileSync(join(paths.journal, "other"), "other");
	const problems = new Problems();
	const check = new EvidenceCheck(paths, problems);
	const sides = ["folder", "circle", "other", "gone", "nul\0", "x".repeat(5000), "", ".."];
	for (const [at, side] of sides.entries()) {
		const body = { segment: "s", offset: 0, bytes: 1, sha256: "a".repeat(64), side };
		const head: Entry["head"] = { v: 1, seq: at + 1, time: "", mono: 0, type: "repair" };
		const line = Buffer.from(seal(GENESIS, head, saltedBody(body)).line);
		const opened = openBytes(line, 0, line.length - 1);
		assert.ok(opened.state === "good");
		check.take("s", at + 1, opened.entry);
	}
	await check.settle();
	const told = problems.list.map(({ kind, detail }) => `${kind} ${/\((E[A-Z]+)\)/.exec(detail)?.[1] ?? ""}`.trim());
	assert.deepEqual(told, [
		"evidence-altered",
		"evidence-altered ELOOP",
		"evidence-altered",
		"evidence-missing",
		"evidence-missing",
		"evidence-altered ENAMETOOLONG",
		"evidence-altered",
		"evidence-altered",
	]);
});

test("an error of our own is no problem of the log", async (t) => {
	const { dir, digests, told } = await log(t);
	await failReads(t, dir, readFileSync(join(dir, "evidence", digests[0] ?? "")), "ERR_INVALID_ARG_TYPE");
	await assert.rejects(told(), ({ cause }: Error) => systemCode(cause) === "ERR_INVALID_ARG_TYPE");
});
