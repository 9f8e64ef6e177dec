// A disk that is full or too small for the snapshot: the index goes on without one.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readdirSync, statfsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { checkSnapshot, writeSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { tempDir } from "../support.ts";
import { allRows, Chance, emptyLog, openLens, oracle, randomLog, writeLog } from "./support.ts";

const isRoot = process.platform === "linux" && process.getuid?.() === 0;
const skip = isRoot ? false : "mounting a file system needs root on Linux";

test("without room the old snapshot stays, or there is none; the index answers all the same", { skip }, async (t) => {
	const disk = join(tempDir(t), "disk");
	mkdirSync(disk);
	try {
		execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "gatepost-test", disk], { stdio: "pipe" });
	} catch (error) {
		t.skip(`mount is not possible here: ${String(error).split("\n")[0]}`);
		return;
	}
	try {
		const made = emptyLog(t);
		writeLog(made, randomLog(new Chance(91), 300));
		const dir = join(disk, "0123456789abcdef");
		cpSync(made, dir, { recursive: true });
		const rows = (await oracle(dir)).length;

		// Little room: what is left belongs to the journal, so it is not even tried.
		const first = openLens(t, dir);
		assert.equal((await allRows(first.lens, {})).length, rows);
		await first.lens.close();
		assert.match(first.states.at(-1)?.detail ?? "", /too little room/);
		assert.equal(first.states.at(-1)?.state, "ready");
		assert.ok(!existsSync(join(dir, "index", "snapshot-unkeyed")));

		// A write that fails half-way leaves nothing, and what was there before as it was.
		await writeSnapshot(dir, {}, [], new Map([["database", Buffer.alloc(100_000, 1)]]));
		assert.equal((await checkSnapshot(dir)).state, "good");
		const { bavail, bsize } = statfsSync(disk);
		writeFileSync(join(disk, "filler"), Buffer.alloc(Math.max(0, bavail * bsize - 200_000)));
		await assert.rejects(writeSnapshot(dir, {}, [], new Map([["database", Buffer.alloc(1_000_000, 2)]])), {
			code: "ENOSPC",
		});
		assert.equal((await checkSnapshot(dir)).state, "good");
		assert.deepEqual(readdirSync(join(dir, "index")), ["snapshot-unkeyed"]);
	} finally {
		execFileSync("umount", [disk]);
	}
});
