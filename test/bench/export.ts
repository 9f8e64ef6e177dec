// How fast a log is exported, and how much memory that takes, against nothing but reading the same bytes and writing as many
// as the export did. `node test/bench/export.ts [entries] [formats]`, 1,000,000 and "jsonl,csv,csv:here" by default. Files are
// made in the log's thread, as the command line and the editor make them; "csv:here" in the process itself, as for `--out -`.
import { execFileSync } from "node:child_process";
import {
	closeSync,
	fsyncSync,
	mkdtempSync,
	openSync,
	readdirSync,
	readSync,
	rmSync,
	statSync,
	writeSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExportFormat } from "../../src/protocol/auditPanel.ts";
import type { Measured } from "./measured.ts";

/** The issue's: entries a second, and MB. */
const LIMIT = { speed: 50_000, memory: 200 };

interface Run {
	seconds: number;
	cpuSeconds: number;
	entries: number;
	rows: number;
	bytes: number;
	/** Peak resident memory above that of the process before it began. MB. */
	growth: number;
}

/** About 1 kB of disk an entry in the temporary folder. */
export async function benchExport(
	entries = 1_000_000,
	runs: readonly string[] = ["jsonl", "csv", "csv:here"],
): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	try {
		// In processes of their own: what one has used must not count for the next.
		const log = child("make", dir, String(entries)).log as string;
		return runs.flatMap((of) => {
			const [format = "", where = ""] = of.split(":");
			const out = join(dir, `log.${format}`);
			const run = child("export", log, format, out, where) as unknown as Run;
			const raw = rawSeconds(log, out);
			rmSync(out);
			const detail = [
				`${Math.round(run.entries / run.seconds)} entries/s (${Math.round(run.entries / run.cpuSeconds)} per second of processor)`,
				`${run.growth.toFixed(0)} MB of memory more at the peak`,
				`${run.entries} entries, ${run.rows} rows, ${(run.bytes / 1e6).toFixed(0)} MB made in ${run.seconds.toFixed(1)} s; raw ${raw.toFixed(1)} s`,
			];
			const name = `export: ${format}${where === "here" ? " in the process itself" : ""} of ${entries} entries`;
			const speed = run.entries / run.seconds;
			return [
				{
					name: `${name}, time against reading and writing the same bytes`,
					ratio: run.seconds / raw,
					detail: detail.join("; "),
				},
				{
					name: `${name}, entries a second against ${LIMIT.speed}`,
					ratio: speed / LIMIT.speed,
					detail: `${Math.round(speed)} entries/s`,
					least: 1,
				},
				{
					name: `${name}, memory against ${LIMIT.memory} MB`,
					ratio: run.growth / LIMIT.memory,
					detail: `${run.growth.toFixed(0)} MB`,
					most: 1,
				},
			];
		});
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function child(...args: string[]): Record<string, unknown> {
	return JSON.parse(execFileSync(process.execPath, [import.meta.filename, ...args], { encoding: "utf8" }));
}

async function make(dir: string, entries: number): Promise<object> {
	const { openHome } = await import("../../src/audit/home.ts");
	const { bigLog, rootIn } = await import("../support/auditLog.ts");
	return { log: bigLog({ home: openHome(join(dir, "home")), root: rootIn(dir), entries }) };
}

async function runExport(dir: string, format: ExportFormat, out: string, where: string): Promise<Run> {
	const { exportInThread } = await import("../../src/audit/index/jobs.ts");
	const { exportLog } = await import("../../src/audit/export/export.ts");
	const run = where === "here" ? exportLog : exportInThread;
	const before = process.memoryUsage.rss();
	let peak = before;
	const see = () => {
		peak = Math.max(peak, process.memoryUsage.rss());
	};
	const timer = setInterval(see, 50);
	const begin = performance.now();
	const cpu = process.cpuUsage();
	const made = await run({ dir, format, scope: { of: "all" }, out, version: "0" });
	const { user, system } = process.cpuUsage(cpu);
	const seconds = (performance.now() - begin) / 1000;
	clearInterval(timer);
	see();
	return { ...made, seconds, cpuSeconds: (user + system) / 1e6, growth: (peak - before) / 1e6 };
}

function rawSeconds(log: string, out: string): number {
	const begin = performance.now();
	const buffer = Buffer.alloc(1 << 20);
	for (const name of readdirSync(join(log, "journal"))) {
		const fd = openSync(join(log, "journal", name), "r");
		while (readSync(fd, buffer) > 0);
		closeSync(fd);
	}
	const fd = openSync(`${out}.raw`, "w");
	for (let left = statSync(out).size; left > 0; left -= writeSync(fd, buffer, 0, Math.min(left, buffer.length)));
	fsyncSync(fd);
	closeSync(fd);
	rmSync(`${out}.raw`);
	return (performance.now() - begin) / 1000;
}

if (process.argv[1] === import.meta.filename) {
	const [, , first = "", second = "", third = "", fourth = "", fifth = ""] = process.argv;
	if (first === "make") console.log(JSON.stringify(await make(second, Number(third))));
	else if (first === "export")
		console.log(JSON.stringify(await runExport(second, third as ExportFormat, fourth, fifth)));
	else {
		const runs = second === "" ? undefined : second.split(",");
		for (const { name, ratio, detail } of await benchExport(Number(first) || undefined, runs))
			console.log(`${name}: ${ratio.toFixed(2)} (${detail})`);
	}
}
