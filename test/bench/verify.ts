// How fast a large log is verified, against nothing but SHA-256 over the same bytes in the same run.
//
// `node test/bench/verify.ts 100000` takes another number of entries than a million.
import { createHash } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHome } from "../../src/audit/home.ts";
import { verifyWorkspace } from "../../src/audit/verify.ts";
import { bigLog, rootIn } from "../support/auditLog.ts";
import type { Measured } from "./measured.ts";

const RUNS = 3;
/** The issue's, in MB/s. */
const SPEED = 200;

/** Writes a log of so many entries (0.7 GB for a million) into the temporary folder, and verifies it some times. */
export async function benchVerify(entries = 1_000_000): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	try {
		const log = bigLog({ home: openHome(join(dir, "home")), root: rootIn(dir), entries });
		let [ours, raw, cpu, bytes, memory] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, 0, 0, 0];
		for (let run = 0; run < RUNS; run++) {
			let begin = performance.now();
			bytes = hashAll(join(log, "journal"));
			raw = Math.min(raw, performance.now() - begin);
			begin = performance.now();
			const before = process.cpuUsage();
			const onProgress = () => {
				memory = Math.max(memory, process.memoryUsage.rss());
			};
			const { verdict, problems } = await verifyWorkspace(log, { onProgress });
			if (verdict === "problems found") throw new Error(JSON.stringify(problems.slice(0, 3)));
			const took = performance.now() - begin;
			if (took < ours) {
				const { user, system } = process.cpuUsage(before);
				[ours, cpu] = [took, (user + system) / 1000];
			}
		}
		const speed = (ms: number) => `${Math.round(bytes / ms / 1000)} MB/s`;
		return [
			{
				name: `verify: ${entries} entries, time against raw SHA-256 of the same bytes`,
				ratio: ours / raw,
				detail: `${speed(ours)}, ${((ours * 1000) / entries).toFixed(2)} us an entry (${((cpu * 1000) / entries).toFixed(2)} of the processor); raw ${speed(raw)}; ${Math.round(memory / 1e6)} MB of memory`,
			},
			{
				name: `verify: bytes a second against ${SPEED} MB/s`,
				ratio: bytes / ours / 1000 / SPEED,
				least: 1,
				detail: speed(ours),
			},
		];
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

/** @returns how many bytes there are */
function hashAll(journal: string): number {
	const part = Buffer.allocUnsafe(1024 * 1024);
	let bytes = 0;
	for (const name of readdirSync(journal)) {
		const fd = openSync(join(journal, name), "r");
		const hash = createHash("sha256");
		for (let got = readSync(fd, part); got > 0; got = readSync(fd, part)) {
			hash.update(part.subarray(0, got));
			bytes += got;
		}
		hash.digest();
		closeSync(fd);
	}
	return bytes;
}

if (process.argv[1] === import.meta.filename) {
	const entries = Number(process.argv[2] ?? 1_000_000);
	for (const { name, ratio, detail } of await benchVerify(entries))
		console.log(`${name}: ${ratio.toFixed(2)} (${detail})`);
}
