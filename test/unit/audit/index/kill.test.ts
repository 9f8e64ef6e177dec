// kill -9 while an index is built or its snapshot is written: what is there afterwards is whole or not there.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { checkSnapshot } from "../../../../src/audit/index/snapshot.ts";
import { bigLog, rootIn } from "../../../support/auditLog.ts";
import { place, withoutTestRunner } from "../support.ts";
import { allRows, Chance, comparable, openLens, oracle, wanted } from "./support.ts";

const ROUNDS = 20;

test("kill -9 at random points leaves a whole snapshot or none, and never touches the journal", async (t) => {
	const { dir, home } = place(t);
	const log = bigLog({ home, root: rootIn(dir), entries: 3000, segments: 2 });
	const journal = () =>
		readdirSync(join(log, "journal")).map((name) => readFileSync(join(log, "journal", name)).toString("base64"));
	const before = journal();
	const rows = wanted(await oracle(log), {});
	const chance = new Chance(81);
	const states = new Set<string>();
	for (let round = 0; round < ROUNDS; round++) {
		const args = [join(import.meta.dirname, "indexer.ts"), log, home.macKey().toString("hex")];
		const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"], env: withoutTestRunner() });
		t.after(() => child.kill("SIGKILL"));
		const exited = once(child, "exit");
		const until = chance.below(4);
		for await (const line of createInterface({ input: child.stdout })) {
			if (line !== `built ${until}` && line !== `closed ${until}`) continue;
			// Right after the word, or some way into what follows.
			await delay(chance.below(60));
			child.kill("SIGKILL");
			break;
		}
		assert.deepEqual(await exited, [null, "SIGKILL"]);
		const { state } = await checkSnapshot(log, { homeKey: home.macKey() });
		states.add(state);
		assert.ok(state === "good" || state === "absent", state);
		if (round % 4 !== 0) continue;
		const { lens, states: told } = openLens(t, log, home.macKey());
		assert.deepEqual((await allRows(lens, {})).map(comparable), rows);
		assert.equal(told.at(-1)?.detail, undefined);
		await lens.close();
	}
	assert.ok(states.has("good"));
	assert.deepEqual(journal(), before);
});
