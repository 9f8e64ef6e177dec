// The audit index at a million entries: build, warm start, filters, search, pages at any depth, following the log. Each
// against its limit (1 is the limit, less is better), all in one run. GATEPOST_BENCH_ENTRIES or an argument for fewer.
import { randomBytes } from "node:crypto";
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Entry, seal } from "../../src/audit/chain.ts";
import { openHome } from "../../src/audit/home.ts";
import { LogIndex } from "../../src/audit/index/logIndex.ts";
import type { IndexQuestion, IndexQuestions } from "../../src/audit/index/messages.ts";
import type { AuditFilter } from "../../src/protocol/audit.ts";
import { canonical } from "../../src/protocol/canonical.ts";
import { bigLog, rootIn } from "../support/auditLog.ts";
import type { Measured } from "./measured.ts";

/** The limits for a million entries. Milliseconds. */
const LIMIT = { build: 60_000, warm: 1500, filter: 300, page: 100 };
const PAGE = 100;
/** An editor has one in its secret storage. */
const SNAPSHOT_KEY = randomBytes(32);

/** Runs for about a minute a million entries, half of it to write the log. Uses about 1 GB of the temporary folder. */
export async function benchIndex(
	entries = Number(process.env.GATEPOST_BENCH_ENTRIES ?? 1_000_000),
): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	try {
		const home = openHome(join(dir, "home"));
		const log = bigLog({ home, root: rootIn(dir), entries });
		const open = () => new LogIndex({ dir: log, homeKey: home.macKey(), snapshotKey: SNAPSHOT_KEY, onState: () => {} });
		const results = [await build(open, log), await warm(open)];
		const index = open();
		try {
			results.push(...(await questions(index)), await follow(index, log));
		} finally {
			await index.close();
		}
		return results;
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

type Open = () => LogIndex;

async function build(open: Open, log: string): Promise<Measured> {
	const begin = performance.now();
	const cpu = process.cpuUsage();
	const index = open();
	const stall = watchStalls();
	const { total } = await firstPage(index);
	const ms = performance.now() - begin;
	const stalled = stall();
	const { user, system } = process.cpuUsage(cpu);
	await index.refresh();
	const { entries, done } = index.state;
	await index.close();
	const [name = ""] = readdirSync(join(log, "index"));
	const snapshot = statSync(join(log, "index", name)).size;
	const rate = `${Math.round((entries / ms) * 1000)} entries/s, ${mega((done / ms) * 1000)} MB/s`;
	return {
		name: `index: building ${entries} entries (${total} rows), against a minute`,
		ratio: ms / LIMIT.build,
		most: 1,
		detail: `${ms.toFixed(0)} ms (${((user + system) / 1000).toFixed(0)} ms of processor), ${rate}; log ${mega(done)} MB, snapshot ${mega(snapshot)} MB, process ${mega(process.memoryUsage().rss)} MB, host stalled at most ${stalled.toFixed(1)} ms`,
	};
}

async function warm(open: Open): Promise<Measured> {
	const times: number[] = [];
	const names: string[] = [];
	for (let run = 0; run < 3; run++) {
		const begin = performance.now();
		const cpu = process.cpuUsage();
		const index = open();
		await firstPage(index);
		times.push(performance.now() - begin);
		const { user, system } = process.cpuUsage(cpu);
		names.push(`(${((user + system) / 1000).toFixed(0)} ms of processor)`);
		await index.close();
	}
	return measured("from a warm snapshot to the first page", times, LIMIT.warm, names);
}

async function questions(index: LogIndex): Promise<Measured[]> {
	await firstPage(index);
	const facets = await index.ask("facets", {});
	const session = facets.sessions[3]?.value ?? "";
	const { total } = await firstPage(index);
	const rows = (filter: AuditFilter, offset = 0, order: "newest" | "oldest" = "newest") =>
		ask(index, "rows", { filter, order, offset, limit: PAGE });
	const filters: AuditFilter[] = [
		{ by: ["person"] },
		{ outcomes: ["denied"], channels: ["phone"] },
		{ sessions: [session] },
		{ rules: ["floor.shell.7"], kinds: ["action"] },
		{ file: "PART17/" },
		{ since: "2026-02-01T00:00:00Z", until: "2026-02-03T00:00:00Z" },
	];
	const texts = [
		"git",
		"claude code bash",
		"npm part5",
		"a",
		"00",
		"0000",
		"zebra",
		"module faster",
		"part123",
		"g s p",
	];
	const deep = Array.from({ length: 20 }, (_, at) => Math.floor((total * (at + 0.5)) / 20));
	const results = [
		measured("a filter", await each(filters, (filter) => rows(filter)), LIMIT.filter),
		measured("a text search", await each(texts, (text) => rows({ text })), LIMIT.filter, texts),
		measured(
			`a page of ${PAGE} anywhere`,
			await each(deep, (offset) => rows({ kinds: ["action"] }, offset)),
			LIMIT.page,
		),
		measured("a page anywhere, oldest first", await each(deep, (offset) => rows({}, offset, "oldest")), LIMIT.page),
	];
	const one = await index.ask("rows", { filter: { by: ["person"] }, order: "newest", offset: 1000, limit: 1 });
	const others: [string, () => Promise<number>][] = [
		["facets", () => ask(index, "facets", {})],
		["sessions", () => ask(index, "sessions", { filter: {}, offset: 0, limit: PAGE })],
		["session", () => ask(index, "session", { agent: "claude-code", session, offset: 0, limit: PAGE })],
		["overview", () => ask(index, "overview", { filter: { by: ["person", "rule"] } })],
		["detail", () => ask(index, "detail", { row: one.rows[0]?.id ?? 1 })],
	];
	for (const [name, run] of others) results.push(measured(name, [await run()], LIMIT.filter));
	return results;
}

/** How soon appended entries are found. */
async function follow(index: LogIndex, log: string): Promise<Measured> {
	const journal = join(log, "journal");
	const last = join(journal, readdirSync(journal).sort().at(-1) ?? "");
	const copied = readFileSync(last, "utf8").slice(-20_000).split("\n").slice(1, -1);
	let { hash, head } = JSON.parse(copied.at(-1) ?? "") as Entry;
	const times: number[] = [];
	for (let run = 0; run < 10; run++) {
		// What did not follow the line before it would be taken for damage.
		for (const text of copied) {
			const one = JSON.parse(text) as Entry;
			head = { ...one.head, seq: head.seq + 1 };
			const sealed = seal(hash, head, canonical(one.body));
			hash = sealed.hash;
			appendFileSync(last, sealed.line);
		}
		const begin = performance.now();
		await index.refresh();
		await firstPage(index);
		times.push(performance.now() - begin);
	}
	return measured("appended lines on the first page", times, LIMIT.page);
}

function firstPage(index: LogIndex): Promise<IndexQuestions["rows"]["gives"]> {
	return index.ask("rows", { filter: {}, order: "newest", offset: 0, limit: PAGE });
}

async function ask<Q extends IndexQuestion>(
	index: LogIndex,
	question: Q,
	takes: IndexQuestions[Q]["takes"],
): Promise<number> {
	const begin = performance.now();
	await index.ask(question, takes);
	return performance.now() - begin;
}

async function each<T>(values: readonly T[], run: (value: T) => Promise<number>): Promise<number[]> {
	const times: number[] = [];
	for (const value of values) times.push(await run(value));
	return times;
}

/** The slowest counts. */
function measured(what: string, times: readonly number[], limit: number, names: readonly string[] = []): Measured {
	const slowest = Math.max(...times);
	const all = times.map((ms, at) => (names[at] === undefined ? ms.toFixed(0) : `${names[at]} ${ms.toFixed(0)}`));
	return {
		name: `index: ${what}, the slowest of ${times.length} against ${limit} ms`,
		ratio: slowest / limit,
		most: 1,
		detail: `${all.join(", ")} ms`,
	};
}

/** The longest time that nothing else could run in this thread. */
function watchStalls(): () => number {
	let [last, longest] = [performance.now(), 0];
	const timer = setInterval(() => {
		const now = performance.now();
		longest = Math.max(longest, now - last - 2);
		last = now;
	}, 2);
	return () => {
		clearInterval(timer);
		return longest;
	};
}

function mega(bytes: number): string {
	return (bytes / 1e6).toFixed(0);
}

if (process.argv[1] === import.meta.filename) {
	const entries = process.argv[2] === undefined ? undefined : Number(process.argv[2]);
	for (const { name, ratio, detail } of await benchIndex(entries))
		console.log(`${name}: ${ratio.toFixed(2)} (${detail})`);
}
