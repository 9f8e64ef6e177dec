// A whole file under its name or nothing: errors, cancelling, kill -9, full disks.
import assert from "node:assert/strict";
import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
	chmodSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	truncateSync,
	utimesSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { before, type TestContext, test } from "node:test";
import { exportLog } from "../../../../src/audit/export/export.ts";
import { PartFile, removeStaleParts } from "../../../../src/audit/export/partFile.ts";
import { bigLog } from "../../../support/auditLog.ts";
import { placeIn, tempDir, withoutTestRunner } from "../support.ts";
import { steps } from "./steps.ts";
import { ALL, rawLog } from "./support.ts";

/** A log of some megabytes, the same for all tests. */
let dir = "";
let raw: Buffer;
/** A smaller one, for what exports again and again. */
let small = "";
let smallRaw: Buffer;
before((t) => {
	const here = placeIn(tempDir(t as TestContext));
	dir = bigLog({ home: here.home, root: here.root, entries: 12_000, segments: 3 });
	raw = rawLog(dir);
	const other = placeIn(tempDir(t as TestContext));
	small = bigLog({ home: other.home, root: other.root, entries: 1500, segments: 3 });
	smallRaw = rawLog(small);
});

const options = (out: string) => ({ dir, format: "jsonl" as const, scope: ALL, out, version: "0" });

const FORMATS = ["jsonl", "csv", "html", "sqlite", "ocsf", "bundle"] as const;
type Format = (typeof FORMATS)[number];

const counted = new Map<Format, number>();

/** How many steps an export of the log has. */
async function stepsOf(format: Format): Promise<number> {
	let last = counted.get(format) ?? 0;
	if (last > 0) return last;
	const folder = mkdtempSync(join(tmpdir(), "gatepost-steps-"));
	const signal = steps((step) => {
		last = step;
	});
	await exportLog({ ...options(join(folder, "x")), dir: small, format, signal }).finally(() =>
		rmSync(folder, { recursive: true }),
	);
	assert.ok(last > 5, `${format} has ${last} steps only`);
	counted.set(format, last);
	return last;
}

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
	for (const format of FORMATS) {
		writeFileSync(out, "older");
		const last = await stepsOf(format);
		for (const at of [1, Math.ceil(last * 0.3), Math.ceil(last * 0.9), last]) {
			const cancel = new AbortController();
			const reason = new Error("enough");
			const signal = steps((step) => step === at && cancel.abort(reason), cancel);
			await assert.rejects(
				exportLog({ ...options(out), dir: small, format, signal }),
				(error) => error === reason,
				`${format} at ${at} of ${last}`,
			);
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

test("nothing goes into the Gatepost home that holds the log, whatever way the path takes", async (t) => {
	const folder = outFolder(t);
	const home = dirname(dirname(dir));
	const policy = join(home, "policy.jsonc");
	writeFileSync(policy, "mine");
	t.after(() => rmSync(policy));
	symlinkSync(home, join(folder, "home"));
	symlinkSync(dirname(home), join(folder, "above"));
	symlinkSync(dir, join(folder, "log"));
	const never = { onProgress: () => assert.fail("it was read") };
	for (const out of [
		policy,
		join(home, "new.jsonl"),
		join(home, "keys", "signing.pem"),
		join(home, "workspaces", "other.csv"),
		join(home, "not", "yet", "there.csv"),
		join(folder, "home", "policy.jsonc"),
		join(folder, "above", basename(home), "workspaces", "x"),
		join(folder, "home", "not", "there"),
		home,
	])
		await assert.rejects(exportLog({ ...options(out), ...never }), { code: "inside-home" }, out);
	// The log itself may be named by a link: it is the same home.
	const linked = { ...options(policy), dir: join(folder, "log"), ...never };
	await assert.rejects(exportLog(linked), { code: "inside-home" });
	assert.equal(readFileSync(policy, "utf8"), "mine");
	await exportLog(options(join(dirname(home), "beside.jsonl")));
	rmSync(join(dirname(home), "beside.jsonl"));
});

test("what is no plain file is not replaced", {
	skip: process.platform === "win32" ? "no FIFOs or devices under names here" : false,
}, async (t) => {
	const folder = outFolder(t);
	execFileSync("mkfifo", [join(folder, "fifo")]);
	for (const out of [join(folder, "fifo"), "/dev/null", folder])
		await assert.rejects(exportLog(options(out)), { code: "place" }, out);
	assert.deepEqual(readdirSync(folder), ["fifo"]);
	assert.ok(lstatSync("/dev/null").isCharacterDevice());
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
	for (let round = 0; round < 18; round++) {
		const format = FORMATS[round % FORMATS.length] ?? "jsonl";
		const out = join(folder, "log.out");
		const child = spawn(process.execPath, [join(import.meta.dirname, "exporter.ts"), small, format, out], {
			stdio: ["ignore", "pipe", "inherit"],
			env: withoutTestRunner(),
		});
		t.after(() => child.kill("SIGKILL"));
		const exited = once(child, "exit");
		const at = Math.random() * 1.05 * (await stepsOf(format));
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
		if (there) assert.ok(isWhole(format, readFileSync(out)), `a part of ${format}`);
		const { bytes } = await exportLog({ ...options(out), dir: small });
		assert.equal(bytes, smallRaw.length);
		assert.deepEqual(readdirSync(folder), ["log.out"], "what the killed one left is gone");
		execFileSync("rm", [out]);
	}
	assert.ok(killed > 3, `only ${killed} were killed`);
});

/** Whether the file ends as its format does. */
function isWhole(format: Format, bytes: Buffer): boolean {
	if (format === "jsonl") return bytes.equals(smallRaw);
	if (format === "bundle") return bytes.subarray(-22).readUInt32LE() === 0x06054b50;
	if (format === "sqlite") return bytes.length === bytes.readUInt16BE(16) * bytes.readUInt32BE(28);
	return bytes.toString("utf8").endsWith({ csv: "\r\n", html: "</html>\n", ocsf: "}\n" }[format]);
}

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
		for (const format of FORMATS) {
			// A bundle is packed: it needs less room than there is.
			if (format === "bundle") writeFileSync(join(disk, "ballast"), Buffer.alloc(900_000));
			await assert.rejects(exportLog({ ...options(out), format }), (error: Error & { code?: string }) => {
				assert.equal(error.code, "full");
				assert.match(error.message, /ENOSPC/);
				return true;
			});
			rmSync(join(disk, "ballast"), { force: true });
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
