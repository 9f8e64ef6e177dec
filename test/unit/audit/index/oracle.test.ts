import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type { FoldedRow } from "../../../../src/audit/fold.ts";
import type { Lens } from "../../../../src/audit/index/lens.ts";
import type { AuditFilter } from "../../../../src/protocol/audit.ts";
import { rootIn, sampleLog } from "../../../support/auditLog.ts";
import { place } from "../support.ts";
import {
	allRows,
	Chance,
	comparable,
	emptyLog,
	openLens,
	oracle,
	randomFilter,
	randomLog,
	randomText,
	wanted,
	writeLog,
} from "./support.ts";

const FILTERS = 100;

async function demandSame(lens: Lens, rows: readonly FoldedRow[], filter: AuditFilter, limit: number): Promise<void> {
	const found = await allRows(lens, filter, limit);
	assert.deepEqual(found.map(comparable), wanted(rows, filter), JSON.stringify(filter));
}

async function demandAgreement(lens: Lens, rows: readonly FoldedRow[], chance: Chance): Promise<void> {
	await demandSame(lens, rows, {}, 500);
	for (let at = 0; at < FILTERS; at++) await demandSame(lens, rows, randomFilter(chance, rows), 1 + chance.below(200));
	for (let at = 0; at < FILTERS; at++)
		await demandSame(lens, rows, { text: randomText(chance, chance.pick(rows)) }, 500);
}

test("a log that holds everything: rows are those of the fold for every filter", async (t) => {
	const { dir, home } = place(t);
	const log = await sampleLog(home, rootIn(dir));
	await log.journal.close();
	const { lens, states } = openLens(t, log.dir, home.macKey());
	await demandAgreement(lens, await oracle(log.dir), new Chance(1));
	assert.equal(states.at(-1)?.state, "ready");
	assert.equal(states.at(-1)?.detail, undefined);
});

for (const seed of [11, 12, 14, 15]) {
	test(`a log of chance (${seed}): rows are those of the fold for every filter`, async (t) => {
		const chance = new Chance(seed);
		const dir = emptyLog(t);
		writeLog(dir, randomLog(chance, 700, 1 + (seed % 4)));
		const rows = await oracle(dir);
		assert.ok(rows.length > 200);
		const { lens } = openLens(t, dir);
		await demandAgreement(lens, rows, chance);
	});
}

async function opened(t: TestContext, seed: number): Promise<{ lens: Lens; rows: FoldedRow[] }> {
	const dir = emptyLog(t);
	writeLog(dir, randomLog(new Chance(seed), 900));
	return { lens: openLens(t, dir).lens, rows: await oracle(dir) };
}

test("newest first is oldest first the other way round, at every offset", async (t) => {
	const { lens, rows } = await opened(t, 21);
	const filter: AuditFilter = { kinds: ["action"] };
	const newest = wanted(rows, filter).reverse();
	for (const offset of [0, 1, 50, newest.length - 3, newest.length, newest.length + 10]) {
		const page = await lens.ask("rows", { filter, order: "newest", offset, limit: 7 });
		assert.equal(page.total, newest.length);
		assert.deepEqual(page.rows.map(comparable), newest.slice(offset, offset + 7));
	}
	const most = await lens.ask("rows", { filter: {}, order: "newest", offset: 0, limit: 1_000_000 });
	assert.ok(most.rows.length <= 500);
	const [row] = most.rows;
	assert.deepEqual(await lens.ask("row", { row: row?.id ?? 0 }), row);
	assert.equal(await lens.ask("row", { row: 10_000_000 }), undefined);
	assert.equal(await lens.ask("row", { row: 0 }), undefined);
});

test("facets count all rows by what can be filtered", async (t) => {
	const { lens, rows } = await opened(t, 31);
	const facets = await lens.ask("facets", {});
	const members = {
		kinds: "kind",
		agents: "agent",
		sessions: "session",
		actions: "action",
		outcomes: "outcome",
		by: "by",
		channels: "channel",
		people: "person",
		rules: "rule",
	} as const;
	for (const [name, member] of Object.entries(members)) {
		const counts = new Map<string, number>();
		for (const row of rows) {
			const value = row[member];
			if (value !== undefined) counts.set(value, (counts.get(value) ?? 0) + 1);
		}
		const found = facets[name as keyof typeof members];
		assert.deepEqual(new Map(found.map(({ value, count }) => [value, count])), counts, name);
		assert.deepEqual(
			found.map(({ count }) => count),
			found.map(({ count }) => count).sort((a, b) => b - a),
		);
	}
	for (const { value, count } of facets.flags)
		assert.equal(count, rows.filter(({ flags }) => flags.some((flag) => flag === value)).length);
	assert.equal(facets.flags.length, new Set(rows.flatMap(({ flags }) => flags)).size);
	assert.ok(facets.flags.length >= 5);
	const prompt = rows.find(({ kind, session }) => kind === "prompt" && session === "s1");
	assert.equal(facets.labels.s1, prompt?.target);
});

test("sessions add up their rows, newest first; one of them lists its rows and files", async (t) => {
	const { lens, rows } = await opened(t, 23);
	const { total, sessions } = await lens.ask("sessions", { filter: {}, offset: 0, limit: 500 });
	assert.equal(total, sessions.length);
	assert.equal(new Set(sessions.map(({ agent, session }) => `${agent}\n${session}`)).size, total);
	const inSessions = rows.filter(({ session }) => session !== undefined);
	let all = 0;
	for (const one of sessions) {
		const detail = await lens.ask("session", { agent: one.agent, session: one.session, offset: 0, limit: 500 });
		assert.deepEqual(detail?.session, one);
		all += detail?.total ?? 0;
		const own = detail?.rows ?? [];
		const actions = own.filter(({ kind }) => kind === "action");
		assert.equal(one.actions, actions.length);
		assert.equal(one.allowed, actions.filter(({ outcome }) => outcome === "allowed").length);
		assert.equal(one.denied, actions.filter(({ outcome }) => outcome === "denied").length);
		assert.equal(one.allowed + one.denied + one.other, one.actions);
		assert.equal(one.byPerson, actions.filter(({ by }) => by === "person").length);
		assert.equal(one.prompts, own.filter(({ kind }) => kind === "prompt").length);
		assert.equal(one.startedAt, own[0]?.time);
		assert.equal(one.lastAt, own.at(-1)?.time);
		assert.equal(one.files, detail?.files.length);
		for (const file of detail?.files ?? []) {
			const first = own.find(({ id }) => id === file.first.row);
			assert.equal(first?.outcome, "allowed");
			assert.ok(first?.files.includes(file.path));
		}
		const place = own.map(({ id }) => id);
		const folded = inSessions.filter(
			({ segment, line }) => own.some((row) => row.segment === segment && row.line === line) === true,
		);
		assert.equal(folded.length, place.length);
	}
	assert.equal(all, inSessions.length);
	const starts = sessions.map(({ startedAt }) => startedAt);
	assert.ok(starts.filter((start) => !Number.isNaN(Date.parse(start))).length > 3);
	const some = await lens.ask("sessions", { filter: { agents: ["codex"] }, offset: 1, limit: 2 });
	assert.ok(some.total < total);
	assert.equal(some.sessions.length, Math.min(2, some.total - 1));
	assert.equal(await lens.ask("session", { agent: "nobody", session: "s1", offset: 0, limit: 1 }), undefined);
});

test("the overview counts actions, and times only answers of people", async (t) => {
	const { lens, rows } = await opened(t, 24);
	for (const filter of [{}, { agents: ["codex"] }, { text: "git" }] satisfies AuditFilter[]) {
		const overview = await lens.ask("overview", { filter });
		const found = await allRows(lens, filter);
		const actions = found.filter(({ kind }) => kind === "action");
		assert.equal(overview.actions, actions.length);
		const byPerson = actions.filter(({ by }) => by === "person");
		assert.equal(overview.by.find(({ name }) => name === "person")?.count ?? 0, byPerson.length);
		const waited = byPerson.flatMap(({ waitedMs }) => waitedMs ?? []).sort((a, b) => a - b);
		assert.equal(overview.answer?.count ?? 0, waited.length);
		if (waited.length > 0) {
			assert.equal(overview.answer?.p95, waited[Math.ceil(0.95 * waited.length) - 1]);
			const middle = (waited.length - 1) / 2;
			const median = ((waited[Math.floor(middle)] ?? 0) + (waited[Math.ceil(middle)] ?? 0)) / 2;
			assert.equal(overview.answer?.median, median);
		}
		const sum = (counts: { allowed: number; denied: number; timeout: number; other: number }[]) =>
			counts.reduce((all, one) => all + one.allowed + one.denied + one.timeout + one.other, 0);
		assert.equal(sum(overview.agents), actions.length);
		assert.equal(sum(overview.days), actions.filter(({ time }) => !Number.isNaN(Date.parse(time))).length);
		for (const [at, { day }] of overview.days.entries()) {
			const before = overview.days[at - 1]?.day;
			if (before !== undefined) assert.equal(Date.parse(day) - Date.parse(before), 24 * 60 * 60_000, "no holes");
		}
		for (const asked of overview.asked) {
			const row = await lens.ask("row", { row: asked.row });
			assert.equal(row?.target, asked.target);
			const same = actions.filter(
				({ tool, target, by }) =>
					(tool ?? "") === asked.tool &&
					target === asked.target &&
					["person", "timeout", "withdrawn"].includes(by ?? ""),
			);
			assert.equal(asked.count, same.length);
		}
	}
	assert.ok(rows.length > 0);
});
