// A whole file under its name or nothing: errors, cancelling, kill -9, full disks.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { before, type TestContext, test } from "node:test";
import { exportLog } from "../../../../src/audit/export/export.ts";
import { PartFile, removeStaleParts } from "../../../../src/audit/export/partFile.ts";
import { bigLog } from "../../../support/auditLog.ts";
import { placeIn, tempDir, withoutTestRunner } from "../support.ts";
import { ALL, rawLog } from "./support.ts";

/** A log of some megabytes, the same for all tests. */
let dir = "";
let raw: Buffer;
before((t) => {
	const here = placeIn(tempDir(t as TestContext));
	dir = bigLog({ home: here.home, root: here.root, entries: 12_000, segments: 3 });
	raw = rawLog(dir);
});

const options = (out: string) => ({ dir, format: "jsonl" as const, scope: ALL, out, version: "0" });

function outFolder(t: TestContext): string {
	const folder = join(tempDir(t), "out");
	mkdirSync(folder);
	return folder;
}

test("an export replaces an older file at once, is private, and leaves nothing else", async (t) => {
	const folder = outFolder(t);
	const out = join(folder, "log.jsonl");
	writeFileSync(out, "older");
	const seen = new Set<string>();
	let last = 0;
	const made = await exportLog({
		...options(out),
		onProgress: (done, total) => {
			assert.ok(done >= last && done <= total);
			last = done;
			if (done === total) return;
			seen.add(readFileSync(out, "utf8"));
			for (const name of readdirSync(folder)) if (name !== "log.jsonl") seen.add(name);
		},
	});
	assert.equal(last, raw.length);
	assert.ok(readFileSync(out).equals(raw));
	assert.equal(made.bytes, raw.length);
	assert.deepEqual(readdirSync(folder), ["log.jsonl"]);
	if (process.platform !== "win32") assert.equal(lstatSync(out).mode & 0o777, 0o600);
	assert.equal(seen.size, 2);
	const part = [...seen].find((name) => name !== "older");
	assert.match(part ?? "", /^\.gatepost-export-[0-9a-f]{16}-[0-9a-f]{16}-\d+-\d*-[0-9a-f]{32}\.part$/);
});

test("cancelling rejects with the reason and leaves an older file as it was", async (t) => {
	const folder = outFolder(t);
	const out = join(folder, "log.out");
	for (const format of ["jsonl", "csv", "sqlite", "ocsf"] as const) {
		writeFileSync(out, "older");
		for (const at of [0, 0.3, 0.9]) {
			const cancel = new AbortController();
			const reason = new Error("enough");
			const exporting = exportLog({
				...options(out),
				format,
				signal: cancel.signal,
				onProgress: (done, total) => {
					if (done >= at * total) cancel.abort(reason);
				},
			});
			await assert.rejects(exporting, (error) => error === reason);
			assert.deepEqual(readdirSync(folder), ["log.out"]);
			assert.equal(readFileSync(out, "utf8"), "older");
		}
	}
	await assert.rejects(exportLog({ ...options(out), signal: AbortSignal.abort(new Error("before")) }), /before/);
});

test("places that cannot be written are refused before anything is read", async (t) => {
	const folder = outFolder(t);
	const never = { onProgress: () => assert.fail("it was read") };
	await assert.rejects(exportLog({ ...options(join(folder, "none", "x")), ...never }), { code: "place" });
	mkdirSync(join(folder, "taken"));
	await assert.rejects(exportLog({ ...options(join(folder, "taken")), ...never }), { code: "place" });
	const segment = readdirSync(join(dir, "journal"))[0] ?? "";
	await assert.rejects(exportLog({ ...options(join(dir, "journal", segment)), ...never }), { code: "inside-log" });
	symlinkSync(join(dir, "journal"), join(folder, "link"));
	await assert.rejects(exportLog({ ...options(join(folder, "link", segment)), ...never }), { code: "inside-log" });
	assert.ok(rawLog(dir).equals(raw));
	await assert.rejects(exportLog({ ...options(join(folder, "x")), dir: join(folder, "nolog"), ...never }), {
		code: "unreadable",
	});
	if (process.getuid?.() !== 0) {
		chmodSync(folder, 0o500);
		await assert.rejects(exportLog({ ...options(join(folder, "x")), ...never }), { code: "place" });
		chmodSync(folder, 0o700);
	}
	assert.deepEqual(readdirSync(folder).sort(), ["link", "taken"]);
});

test("a link under the name is replaced, what it points to is not touched", async (t) => {
	const folder = outFolder(t);
	writeFileSync(join(folder, "target"), "mine");
	symlinkSync("target", join(folder, "log.jsonl"));
	await exportLog(options(join(folder, "log.jsonl")));
	assert.equal(readFileSync(join(folder, "target"), "utf8"), "mine");
	assert.ok(lstatSync(join(folder, "log.jsonl")).isFile());
});

test("two exports to one name at once are both whole", async (t) => {
	const folder = outFolder(t);
	const out = join(folder, "log.jsonl");
	await Promise.all([exportLog(options(out)), exportLog(options(out)), exportLog({ ...options(out) })]);
	assert.ok(readFileSync(out).equals(raw));
	assert.deepEqual(readdirSync(folder), ["log.jsonl"]);
});

test("part files of dead exports to the same name are removed, others stay", async (t) => {
	const folder = outFolder(t);
	const out = join(folder, "log.jsonl");
	const mine = await PartFile.create(out);
	const other = await PartFile.create(join(folder, "other.jsonl"));
	// The same as a process that is gone, and as one of another machine.
	const dead = basename(mine.path).replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`);
	const deadOther = basename(other.path).replace(`-${process.pid}-`, `-${2 ** 22 + 1}-`);
	const elsewhere = basename(mine.path).replace(/^(\.gatepost-export-[0-9a-f]{16}-)[0-9a-f]{16}/, "$1ffffffffffffffff");
	for (const name of [dead, deadOther, elsewhere, ".gatepost-export-x.part"]) writeFileSync(join(folder, name), "part");
	assert.deepEqual(await removeStaleParts(out), [dead]);
	assert.deepEqual(
		readdirSync(folder).sort(),
		[basename(mine.path), basename(other.path), deadOther, elsewhere, ".gatepost-export-x.part"].sort(),
	);
	// Of another machine nothing is known but its age.
	const old = Date.now() / 1000 - 2 * 86_400;
	utimesSync(join(folder, elsewhere), old, old);
	assert.deepEqual(await removeStaleParts(out), [elsewhere]);
	await mine.discard();
	await other.discard();
});

test("kill -9 at random points leaves nothing under the name or the whole file, and the next export clears up", async (t) => {
	const folder = outFolder(t);
	let killed = 0;
	for (let round = 0; round < 15; round++) {
		const format = ["jsonl", "csv", "jsonl", "ocsf", "sqlite"][round % 5] ?? "";
		const out = join(folder, "log.out");
		const child = spawn(process.execPath, [join(import.meta.dirname, "exporter.ts"), dir, format, out], {
			stdio: ["ignore", "pipe", "inherit"],
			env: withoutTestRunner(),
		});
		t.after(() => child.kill("SIGKILL"));
		const exited = once(child, "exit");
		const at = Math.random() * 1.05 * raw.length * (format === "sqlite" ? 2 : 1);
		let whole = false;
		for await (const line of createInterface({ input: child.stdout })) {
			whole ||= line.startsWith("made");
			if (Number(line) >= at) child.kill("SIGKILL");
		}
		const [, signal] = await exited;
		if (signal === "SIGKILL") killed++;
		else assert.ok(whole);
		const there = readdirSync(folder).includes("log.out");
		if (whole) assert.ok(there);
		if (there && format === "jsonl") assert.ok(readFileSync(out).equals(raw));
		const { bytes } = await exportLog({ ...options(out), format: "jsonl" });
		assert.equal(bytes, raw.length);
		assert.deepEqual(readdirSync(folder), ["log.out"], "what the killed one left is gone");
		execFileSync("rm", [out]);
	}
	assert.ok(killed > 3, `only ${killed} were killed`);
});

const isRoot = process.platform === "linux" && process.getuid?.() === 0;

test("a full disk fails with 'full' and leaves an older file as it was", {
	skip: isRoot ? false : "mounting a file system needs root on Linux",
}, async (t) => {
	const disk = outFolder(t);
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "gatepost-test", disk], { stdio: "pipe" });
	} catch (error) {
		t.skip(`mount is not possible here: ${String(error).split("\n")[0]}`);
		return;
	}
	try {
		const out = join(disk, "log.out");
		writeFileSync(out, "older");
		for (const format of ["jsonl", "csv", "sqlite", "ocsf"] as const) {
			await assert.rejects(exportLog({ ...options(out), format }), (error: Error & { code?: string }) => {
				assert.equal(error.code, "full");
				assert.match(error.message, /ENOSPC/);
				return true;
			});
			assert.deepEqual(readdirSync(disk), ["log.out"]);
			assert.equal(readFileSync(out, "utf8"), "older");
		}
	} finally {
		execFileSync("umount", [disk]);
	}
});

test("a file that may not grow (a write taken in part, then EFBIG) fails with 'full'", {
	skip: process.platform === "win32" ? "no file size limits here" : false,
}, (t) => {
	const folder = outFolder(t);
	const script = `trap '' XFSZ; ulimit -f 1000; exec "$0" "$@"`;
	const args = [join(import.meta.dirname, "exporter.ts"), dir, "jsonl", join(folder, "log.jsonl")];
	const done = spawnSync("/bin/sh", ["-c", script, process.execPath, ...args], {
		encoding: "utf8",
		env: withoutTestRunner(),
	});
	assert.match(done.stdout, /^failed full$/m, done.stderr);
	assert.deepEqual(readdirSync(folder), []);
});

test("a segment that is cut meanwhile ends the export there, without an error", async (t) => {
	const here = placeIn(tempDir(t));
	const log = bigLog({ home: here.home, root: here.root, entries: 4000, segments: 1 });
	const whole = rawLog(log);
	const segment = join(log, "journal", readdirSync(join(log, "journal"))[0] ?? "");
	const out = join(outFolder(t), "log.jsonl");
	await exportLog({
		...options(out),
		dir: log,
		onProgress: () => truncateSync(segment, Math.floor(whole.length / 2)),
	});
	const made = readFileSync(out);
	assert.ok(made.length < whole.length);
	assert.ok(whole.subarray(0, made.length - 1).equals(made.subarray(0, -1)));
});
