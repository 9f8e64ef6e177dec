// Evidence goes when the person wants it to, and only then.
import assert from "node:assert/strict";
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { workspacePaths } from "../../../src/audit/home.ts";
import type { Journal } from "../../../src/audit/journal.ts";
import { readEntries } from "../../../src/audit/read.ts";
import { verifyWorkspace } from "../../../src/audit/verify.ts";
import { keepRetention } from "../../../src/gate/retention.ts";
import { Workspaces } from "../../../src/gate/workspaces.ts";
import { format, type Message } from "../../../src/protocol/messages.ts";
import { bigLog } from "../../support/auditLog.ts";
import { stalling } from "../../support/turns.ts";
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
	const told: (Message | undefined)[] = [];
	const task = keepRetention(
		workspaces,
		() => days,
		(log, trouble) => {
			if (log === root) told.push(trouble);
		},
	);
	t.after(() => task.close());
	await task.run();
	assert.equal(readdirSync(evidence).length, 2, "kept for ever by default");
	days = 30;
	await task.run();
	assert.deepEqual(told, [undefined, undefined]);
	assert.deepEqual(readdirSync(evidence), [fresh.digest]);
	// Whatever names a piece of evidence may be what cannot be read.
	const piece = join(evidence, "ab".repeat(32));
	writeFileSync(piece, "nobody names it");
	utimesSync(piece, YEAR_AGO / 1000, YEAR_AGO / 1000);
	mkdirSync(join(journal.dir, "journal", "20260101T000000.000Z-planted.jsonl"));
	await task.run();
	// What entries name is removed all the same, so it is not said that nothing was.
	assert.match(
		format(told.at(-1) ?? assert.fail()),
		/planted\.jsonl is no file.*was removed, except what no entry names/,
	);
	assert.ok(existsSync(piece));
	rmSync(join(journal.dir, "journal", "20260101T000000.000Z-planted.jsonl"), { recursive: true });
	await task.run();
	assert.equal(told.at(-1), undefined, "it is not taken back");
	assert.equal(existsSync(piece), false);
	renameSync(evidence, `${evidence}.away`);
	writeFileSync(evidence, "no folder");
	await task.run();
	assert.match(format(told.at(-1) ?? assert.fail()), /could not be removed: .* Nothing was lost/);
	days = 0;
	await task.run();
	assert.equal(told.at(-1), undefined, "a warning stays after retention was switched off");
	rmSync(evidence);
	renameSync(`${evidence}.away`, evidence);
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

/** Evidence of a year ago that no entry names and nobody put since. */
async function leftBehind(journal: Journal): Promise<string> {
	const { digest } = await journal.evidence.put(Buffer.from(`left behind by a crash ${Math.random()}`));
	utimesSync(join(journal.dir, "evidence", digest), YEAR_AGO / 1000, YEAR_AGO / 1000);
	return digest;
}

async function gate(t: TestContext, { home, root }: Pick<ReturnType<typeof place>, "home" | "root">) {
	const workspaces = new Workspaces({ home, gateId: "new", writer: WRITER, signer: home.signer() });
	await workspaces.setFolders([root]);
	const errors: [string, Message][] = [];
	const task = keepRetention(
		workspaces,
		() => 30,
		(log, trouble) => {
			if (trouble !== undefined) errors.push([log, trouble]);
		},
	);
	t.after(async () => {
		task.close();
		await workspaces.close();
	});
	return { workspaces, task, errors };
}

test("it concerns what belongs to no folder, where there is such a log, and begins none", async (t) => {
	const here = place(t);
	const { journal: outside } = workspacePaths(here.home.dir, "_outside");
	const { workspaces, task, errors } = await gate(t, here);
	await task.run();
	assert.throws(() => readdirSync(outside), { code: "ENOENT" });
	const journal = await workspaces.journal(undefined);
	await leftBehind(journal);
	const evidence = join(journal.dir, "evidence");
	assert.equal(readdirSync(evidence).length, 1);
	await task.run();
	assert.deepEqual([readdirSync(evidence), errors], [[], []]);
	// What goes wrong there is told, too.
	await leftBehind(journal);
	mkdirSync(join(journal.dir, "journal", "20260101T000000.000Z-planted.jsonl"));
	await task.run();
	assert.equal(errors[0]?.[0], "_outside");
});

test("agents that ask meanwhile do not wait until the log was read", async (t) => {
	const { home, root } = place(t);
	bigLog({ home, root, entries: 20_000, segments: 3 });
	const { workspaces, task, errors } = await gate(t, { home, root });
	const journal = await workspaces.journal(workspaces.folders[0]);
	const evidence = join(journal.dir, "evidence");
	const { gap, share } = await stalling(async () => {
		await leftBehind(journal);
		const before = readdirSync(evidence).length;
		await task.run();
		assert.deepEqual([readdirSync(evidence).length, errors], [before - 1, []]);
	});
	assert.ok(gap < 6, `the host waited ${gap} times as long as an idle one`);
	assert.ok(share < 0.25, `the host did ${share} of the work`);
});
