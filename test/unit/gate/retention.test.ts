// Evidence goes when the person wants it to, and only then.
import assert from "node:assert/strict";
import { readdirSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { readEntries } from "../../../src/audit/read.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { keepRetention } from "../../../src/gate/retention.ts";
import { Workspaces } from "../../../src/gate/workspaces.ts";
import { place, WRITER } from "../audit/support.ts";

const YEAR_AGO = Date.now() - 365 * 24 * 60 * 60_000;

test("old evidence goes with an entry that says so; what is new, and everything at 0 days, stays", async (t) => {
	const here = place(t);
	// A year ago, by the clock of that gate.
	const clock = { now: () => YEAR_AGO, mono: () => 0 };
	const before = await here.open("old", { clock });
	const old = await before.evidence.put(Buffer.from("old"));
	await before.append("action.executed", { outcome: "done", result: old, claimed: {} });
	await before.close();
	const evidence = join(before.dir, "evidence");
	for (const name of readdirSync(evidence)) utimesSync(join(evidence, name), YEAR_AGO / 1000, YEAR_AGO / 1000);

	const { home, root } = here;
	const workspaces = new Workspaces({ home, gateId: "new", writer: WRITER, signer: home.signer() });
	await workspaces.setFolders([root]);
	const journal = await workspaces.journal(workspaces.folders[0]);
	const fresh = await journal.evidence.put(Buffer.from("new"));
	await journal.append("action.executed", { outcome: "done", result: fresh, claimed: {} });

	let days = 0;
	const errors: unknown[] = [];
	const task = keepRetention(
		workspaces,
		() => days,
		(_, error) => void errors.push(error),
	);
	t.after(() => task.close());
	await task.run();
	assert.equal(readdirSync(evidence).length, 2, "kept for ever by default");
	days = 30;
	await task.run();
	assert.deepEqual(errors, []);
	assert.deepEqual(readdirSync(evidence), [fresh.digest]);
	await workspaces.close();

	const removed = [];
	for await (const { entry } of readEntries(journal.dir))
		if (entry?.head.type === "evidence.removed") removed.push(entry.body);
	assert.deepEqual(
		removed.map((body) => body?.digests),
		[[old.digest]],
	);
	assert.equal((await verifyWorkspace(journal.dir)).verdict, "consistent, signer unknown");
});
