// Real disks that are full, too small or broken. Needs root for mounts; what cannot be done here is skipped and says so.
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { JournalError } from "../../../src/audit/errors.ts";
import type { Journal } from "../../../src/audit/journal.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { entriesOf, placeIn, requested, tempDir, withoutTestRunner } from "./support.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;
const skip = isRoot ? false : "mounting a file system needs root on Linux";

function run(program: string, ...args: string[]): string {
	return execFileSync(program, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

/** Runs it, or skips the test with the reason: containers may be root and still not be allowed to mount. */
function mayRun(t: TestContext, program: string, ...args: string[]): boolean {
	try {
		run(program, ...args);
		return true;
	} catch (error) {
		t.skip(`${program} is not possible here: ${String(error).split("\n")[0]}`);
		return false;
	}
}

/** Appends until one is refused; returns the acknowledged numbers and the refusal. */
async function appendUntilRefused(journal: Journal): Promise<{ acknowledged: number[]; error: JournalError }> {
	const acknowledged: number[] = [];
	for (let i = 0; i < 100_000; i++) {
		const results = await Promise.allSettled(
			Array.from({ length: 7 }, (_, k) => journal.append("action.requested", requested(`r${i}-${k}`))),
		);
		for (const one of results) if (one.status === "fulfilled") acknowledged.push(one.value.seq);
		const refused = results.find((one) => one.status === "rejected");
		if (refused !== undefined) {
			// A batch is refused as a whole.
			assert.ok(results.every((one) => one.status === "rejected"));
			assert.ok(refused.reason instanceof JournalError);
			return { acknowledged, error: refused.reason };
		}
	}
	throw new Error("the disk never failed");
}

async function demandClosedForGood(journal: Journal, acknowledged: number[]): Promise<void> {
	await assert.rejects(journal.append("prompt", { claimed: {} }), { code: "closed" });
	const size = statSync(journal.path).size;
	await journal.close();
	assert.equal(statSync(journal.path).size, size);
	assert.equal(journal.head.entries, acknowledged.at(-1));
}

test("a full disk refuses with 'full', keeps what was acknowledged, and a new segment opens once there is room", {
	skip,
}, async (t) => {
	const dir = tempDir(t);
	const disk = join(dir, "disk");
	mkdirSync(disk);
	if (!mayRun(t, "mount", "-t", "tmpfs", "-o", "size=512k", "gatepost-test", disk)) return;
	try {
		const { open } = placeIn(disk);
		const journal = await open("gate1");
		const { acknowledged, error } = await appendUntilRefused(journal);
		assert.equal(error.code, "full");
		assert.match(error.message, /ENOSPC/);
		await demandClosedForGood(journal, acknowledged);

		// Still full: opening is refused too, and leaves nothing half made behind.
		await assert.rejects(open("gate2"), { code: "full" });
		await assert.rejects(journal.evidence.put(randomBytes(500_000)), { code: "full" });

		run("mount", "-o", "remount,size=4m", disk);
		const next = await open("gate3");
		await next.append("prompt", { claimed: {} });
		await next.close();
		const found = await verifyWorkspace(next.dir);
		assert.deepEqual(found.problems, []);
		const numbers = entriesOf(journal.path).map(({ head }) => head.seq);
		for (const seq of acknowledged) assert.ok(numbers.includes(seq));
		const repair = entriesOf(next.path).find(({ head }) => head.type === "repair");
		assert.equal(repair?.body?.segment, journal.segment);
	} finally {
		run("umount", disk);
	}
});

test("a disk whose sync fails (EIO) refuses with 'io', and a later sync that would succeed is never asked for", {
	skip,
}, async (t) => {
	const dir = tempDir(t);
	const disk = join(dir, "disk");
	const image = join(dir, "image");
	mkdirSync(disk);
	writeFileSync(image, "");
	truncateSync(image, 16 * 1024 * 1024);
	if (!mayRun(t, "mkfs.ext4", "-q", "-F", "-O", "^has_journal", image)) return;
	let loop = "";
	try {
		loop = run("losetup", "-f", "--show", image).trim();
	} catch (error) {
		t.skip(`losetup is not possible here: ${String(error).split("\n")[0]}`);
		return;
	}
	try {
		if (!mayRun(t, "mount", loop, disk)) return;
		try {
			const { open } = placeIn(disk);
			const journal = await open("gate1");
			const { seq } = await journal.append("prompt", { claimed: {} });
			// The device shrinks under the file system: writes go to the page cache, syncs find no disk.
			truncateSync(image, 64 * 1024);
			run("losetup", "-c", loop);
			const { acknowledged, error } = await appendUntilRefused(journal);
			assert.equal(error.code, "io");
			assert.match(error.message, /EIO/);
			truncateSync(image, 16 * 1024 * 1024);
			run("losetup", "-c", loop);
			await demandClosedForGood(journal, [seq, ...acknowledged]);
		} finally {
			run("umount", disk);
		}
	} finally {
		run("losetup", "-d", loop);
	}
});

test("a file that may not grow (a write taken in part, then EFBIG) refuses with 'full' and loses nothing", {
	skip: process.platform === "win32" ? "no file size limits here" : false,
}, async (t) => {
	const { home, root, open } = placeIn(tempDir(t));
	// 40 blocks of 512 or 1024 bytes, by the shell. The signal that comes with it must be ignored to see the error.
	const script = `trap '' XFSZ; ulimit -f 40; exec "$0" "$@"`;
	const args = [join(import.meta.dirname, "appender.ts"), home.dir, root, "gate1", "0"];
	const done = spawnSync("/bin/sh", ["-c", script, process.execPath, ...args], {
		encoding: "utf8",
		env: withoutTestRunner(),
	});
	const lines = done.stdout.split("\n");
	assert.ok(lines.includes("failed full"), done.stderr);
	const journal = await open("gate2");
	await journal.close();
	assert.deepEqual((await verifyWorkspace(journal.dir)).problems, []);
	const segment = lines[0]?.replace("open ", "") ?? "";
	const numbers = entriesOf(join(journal.dir, "journal", segment)).map(({ head }) => head.seq);
	const acknowledged = lines.filter((line) => /^\d+$/.test(line)).map(Number);
	assert.ok(acknowledged.length > 5);
	for (const seq of acknowledged) assert.ok(numbers.includes(seq), `entry ${seq} is lost`);
	const repair = entriesOf(journal.path).find(({ head }) => head.type === "repair");
	assert.equal(repair?.body?.segment, segment, "the write was taken in part, so there is a torn tail");
});
