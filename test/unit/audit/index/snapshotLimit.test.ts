// How large a snapshot may be: its length costs nothing to claim, but it would be read and held in memory.
import assert from "node:assert/strict";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { AT_THE_END, Keeper } from "../../../../src/audit/index/keeper.ts";
import { checkSnapshot, readSnapshot, writeSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { snapshotLimit } from "../../../../src/audit/index/snapshotFiles.ts";
import type { Store } from "../../../../src/audit/index/store.ts";
import { bigLog, rootIn, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";
import { demandAnswers, EDITOR, HOME, NO_KEY, stretch, withSnapshot, writeIndex } from "./snapshots.ts";
import { Chance, emptyLog, randomLog, writeLog } from "./support.ts";

const MB = 1024 * 1024;

test("a snapshot larger than its log can have is altered, without a look into it, and built anew", async (t) => {
	for (const keys of [HOME, EDITOR]) {
		const { dir, path } = await withSnapshot(t, keys);
		const limit = snapshotLimit(dir);
		for (const bytes of [limit, 50 * 1024 * MB]) {
			try {
				stretch(path, "0123456789abcdef", keys, bytes);
			} catch (error) {
				t.diagnostic(`a file with a hole of ${bytes} bytes cannot be made here: ${String(error)}`);
				continue;
			}
			for (const known of [keys, NO_KEY]) {
				const { state, detail } = await checkSnapshot(dir, known, path.slice(join(dir, "index").length + 1));
				assert.equal(state, "altered");
				assert.match(detail, /larger than the index of this log can be/);
			}
			const memory = process.memoryUsage().arrayBuffers;
			assert.equal((await readSnapshot(dir, keys)).state, "altered");
			assert.ok(process.memoryUsage().arrayBuffers - memory < limit / 2);
		}
		assert.match((await demandAnswers(t, dir, keys)) ?? "", /larger than.*built anew/);
		assert.equal((await checkSnapshot(dir, keys)).state, "good");
		// Up to that it is read: what is in it counts.
		stretch(path, "0123456789abcdef", keys, MB);
		assert.match((await checkSnapshot(dir, keys)).detail, /content was changed/);
	}
});

test("snapshots of logs are far smaller than they may be", async (t) => {
	const { dir: at, home } = place(t);
	const sample = await sampleLog(home, rootIn(at));
	await sample.journal.close();
	const large = emptyLog(t);
	writeLog(large, randomLog(new Chance(55), 5000));
	const big = bigLog({ home: place(t).home, root: rootIn(at), entries: 5000, segments: 3 });
	for (const dir of [sample.dir, large, big]) {
		await writeIndex(t, dir, HOME);
		const log = readdirSync(join(dir, "journal")).reduce(
			(sum, name) => sum + statSync(join(dir, "journal", name)).size,
			0,
		);
		const { size } = statSync(join(dir, "index", "snapshot"));
		t.diagnostic(`${log} bytes of log, ${size} of snapshot`);
		assert.ok(size < 0.7 * log + 256 * 1024, `${size} of ${log}`);
		assert.ok(snapshotLimit(dir) > 5 * size);
	}
});

test("a snapshot that nobody would read is not written, and the one that is there stays", async (t) => {
	const { dir } = await withSnapshot(t, HOME);
	const before = readFileSync(join(dir, "index", "snapshot"));
	const large = new Map([["database", Buffer.alloc(snapshotLimit(dir))]]);
	await assert.rejects(writeSnapshot(dir, HOME, [], large), { code: "too-large" });
	assert.deepEqual(readdirSync(join(dir, "index")), ["snapshot"]);
	assert.deepEqual(readFileSync(join(dir, "index", "snapshot")), before);

	const { segments = [] } = await readSnapshot(dir, HOME);
	const store = { parts: () => large } as unknown as Store;
	const said = await new Keeper(dir, HOME).save(store, segments, AT_THE_END);
	assert.match(said ?? "", /larger than Gatepost reads/);
	assert.deepEqual(readFileSync(join(dir, "index", "snapshot")), before);
});
