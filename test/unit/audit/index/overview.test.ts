// The panel's sums and those of the command line are made by different code: they must be the same.
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { matches } from "../../../../src/audit/filter.ts";
import type { FoldedRow } from "../../../../src/audit/fold.ts";
import type { Lens } from "../../../../src/audit/index/lens.ts";
import { MAX_ASKED, Stats } from "../../../../src/audit/stats.ts";
import type { AuditFilter, Overview } from "../../../../src/protocol/audit.ts";
import { bigLog, rootIn, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";
import { Chance, emptyLog, openLens, oracle, randomFilter, randomLog, writeLog } from "./support.ts";

const FILTERS: AuditFilter[] = [
	{},
	{ by: ["person"] },
	{ by: ["rule", "timeout"] },
	{ outcomes: ["denied"] },
	{ kinds: ["prompt"] },
	{ agents: ["claude-code"] },
	{ agents: ["nobody"] },
	{ actions: ["shell"] },
	{ text: "git" },
	{ file: "login" },
	{ flags: ["late"] },
];

type Asked = Overview["asked"][number];

/** In one order: each side has its own, and where two are alike which is first is nobody's to say. */
function sums({ days, agents, channels, by, answer, actions }: Overview): unknown {
	const named = <T extends { name: string }>(all: readonly T[]) => all.toSorted((a, b) => (a.name < b.name ? -1 : 1));
	return { actions, days, agents: named(agents), channels: named(channels), by: named(by), answer };
}

/** Of the rarest that are named, others that are as rare may be left out. */
function certain(asked: readonly Asked[]): unknown[] {
	const rarest = asked.length < MAX_ASKED ? 0 : Math.min(...asked.map(({ count }) => count));
	const keys = asked.map(({ row: _, ...one }) => one).filter(({ count }) => count > rarest);
	return keys.map((one) => JSON.stringify(one)).sort();
}

/** @returns actions that were summed up */
async function compare(lens: Lens, rows: readonly FoldedRow[], filter: AuditFilter): Promise<number> {
	const stats = new Stats();
	for (const row of rows) if (matches(row, filter)) stats.add(row);
	const [wanted, found] = [stats.overview(), await lens.ask("overview", { filter })];
	const what = JSON.stringify(filter);
	assert.deepEqual(sums(found), sums(wanted), what);
	assert.deepEqual(certain(found.asked), certain(wanted.asked), what);
	assert.deepEqual(
		found.asked.map(({ count }) => count),
		wanted.asked.map(({ count }) => count),
		what,
	);
	for (const { row: id, tool, target } of found.asked) {
		const row = await lens.ask("row", { row: id });
		assert.deepEqual([row?.tool ?? "", row?.target], [tool, target]);
	}
	return wanted.actions;
}

async function compareAll(t: TestContext, dir: string, chance: Chance, rounds: number): Promise<number> {
	const rows = await oracle(dir);
	const { lens } = openLens(t, dir);
	let actions = 0;
	for (const filter of FILTERS) actions += await compare(lens, rows, filter);
	for (let round = 0; round < rounds; round++) actions += await compare(lens, rows, randomFilter(chance, rows));
	await lens.close();
	return actions;
}

test("of the sample log, with any filter", async (t) => {
	const { dir, home } = place(t);
	const log = await sampleLog(home, rootIn(dir));
	await log.journal.close();
	assert.ok((await compareAll(t, log.dir, new Chance(61), 60)) > 50);
});

test("of a large log, with any filter", async (t) => {
	const { dir, home } = place(t);
	const log = bigLog({ home, root: rootIn(dir), entries: 6000, segments: 3 });
	assert.ok((await compareAll(t, log, new Chance(62), 25)) > 5000);
});

test("of a log of chance with broken lines and odd times, wherever the machine is", async (t) => {
	const zone = process.env.TZ;
	t.after(() => {
		if (zone === undefined) delete process.env.TZ;
		else process.env.TZ = zone;
	});
	for (const [at, name] of ["UTC", "America/St_Johns", "Asia/Kathmandu", "Pacific/Apia"].entries()) {
		process.env.TZ = name;
		const dir = emptyLog(t);
		writeLog(dir, randomLog(new Chance(63 + at), 1200));
		assert.ok((await compareAll(t, dir, new Chance(70 + at), 15)) > 300, name);
	}
});
