// What it costs to say what a command changed in a repository of 50,000 files, against `git status` there, in turns. Also
// how long the host stalls meanwhile, and what memory a snapshot takes.
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Snapshots } from "../../src/actions/snapshot/snapshots.ts";
import type { Measured } from "./measured.ts";

const FOLDERS = 50;
const FILES = 20;
const ROUNDS = 5;
const CHANGED = 10;
/** The issue's: how long the host may do nothing else. */
const STALL_MS = 16;
/** For twenty snapshots of this repository. MB. */
const MEMORY_MB = 200;

/** Needs about 200 MB of disk in the temporary folder. */
export async function benchAfterRun(): Promise<Measured[]> {
	const root = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	try {
		makeRepository(root);
		return await measure(root);
	} finally {
		rmSync(root, { recursive: true, force: true });
	}
}

function makeRepository(root: string): void {
	for (let first = 0; first < FOLDERS; first += 1) {
		for (let second = 0; second < FOLDERS; second += 1) {
			const folder = join(root, `package${first}`, `module${second}`);
			mkdirSync(folder, { recursive: true });
			for (let file = 0; file < FILES; file += 1) {
				writeFileSync(join(folder, `file${file}.ts`), `export const value = ${first * second * file};\n`);
			}
		}
	}
	writeFileSync(
		join(root, ".gitignore"),
		"node_modules/\ndist/\nout\n*.log\n*.tsbuildinfo\n.env\n/coverage\n*~\n!keep.log\n",
	);
	git(root, "init", "-q");
	git(root, "add", "-A");
	git(root, "-c", "user.name=A", "-c", "user.email=a@b.c", "commit", "-q", "-m", "all");
}

function git(root: string, ...args: string[]): void {
	const own = { GIT_OPTIONAL_LOCKS: "0", GIT_CONFIG_NOSYSTEM: "1", GIT_CONFIG_GLOBAL: "/dev/null" };
	execFileSync("git", args, { cwd: root, env: { PATH: process.env.PATH, ...own }, maxBuffer: 1 << 26 });
}

async function measure(root: string): Promise<Measured[]> {
	// What is measured is the whole walk, also where a busy machine would have it end early.
	const snapshots = new Snapshots({ walkMs: 60_000 });
	try {
		const cold = await stallOf(async () => snapshots.changes(await snapshots.take(root)));
		git(root, "status", "--porcelain");
		const times: { git: number; take: number; changes: number }[] = [];
		let stall = cold.stall;
		for (let round = 0; round < ROUNDS; round += 1) {
			// The two take turns, so that what else the machine does meets both.
			const gitTime = timeOf(() => git(root, "status", "--porcelain"));
			const taken = await stallOf(() => snapshots.take(root));
			for (let index = 0; index < CHANGED; index += 1) {
				writeFileSync(join(root, `package${index}`, "module7", "file3.ts"), `changed in round ${round}\n`);
			}
			const compared = await stallOf(() => snapshots.changes(taken.gives));
			const { files } = compared.gives;
			stall = Math.max(stall, taken.stall, compared.stall);
			if (files.length !== CHANGED) throw new Error(`${files.length} of ${CHANGED} changed files were found`);
			times.push({ git: gitTime, take: taken.ms, changes: compared.ms });
		}
		const median = (of: "git" | "take" | "changes") => medianOf(times.map((time) => time[of]));
		const all = (of: "git" | "take" | "changes") => times.map((time) => time[of].toFixed(0)).join(", ");
		const memory = await memoryOf(snapshots, root);
		const count = FOLDERS * FOLDERS * FILES;
		return [
			{
				name: `after-run change of ${count} files / git status`,
				ratio: median("changes") / median("git"),
				most: 2,
				detail: `${all("changes")} ms / ${all("git")} ms, ${CHANGED} files changed`,
			},
			{
				name: `snapshot of ${count} files / git status`,
				ratio: median("take") / median("git"),
				detail: `${all("take")} ms / ${all("git")} ms`,
			},
			{
				name: `after-run change: longest stall of the host / ${STALL_MS} ms`,
				ratio: stall / STALL_MS,
				most: 1,
				detail: `at most ${stall.toFixed(1)} ms: all that the host's thread did in one call, the thread's start included`,
			},
			{
				name: `after-run change: memory of twenty snapshots / ${MEMORY_MB} MB`,
				ratio: memory / MEMORY_MB,
				most: 1,
				detail: `${memory.toFixed(0)} MB more in this process than before the first`,
			},
		];
	} finally {
		await snapshots.close();
	}
}

/**
 * How long work takes that is done elsewhere, and for how long the host's own thread ran meanwhile. It cannot have stalled
 * for longer at a time; its loop's delay would also tell of a machine that is busy with something else.
 */
async function stallOf<T>(work: () => Promise<T>): Promise<{ gives: T; ms: number; stall: number }> {
	const cpu = process.threadCpuUsage();
	const begin = performance.now();
	const gives = await work();
	const ms = performance.now() - begin;
	const { user, system } = process.threadCpuUsage(cpu);
	return { gives, ms, stall: (user + system) / 1000 };
}

async function memoryOf(snapshots: Snapshots, root: string): Promise<number> {
	for (let count = 0; count < 20; count += 1) {
		await snapshots.take(root);
		writeFileSync(join(root, `package${count}`, "module8", "file3.ts"), "changed\n");
	}
	return (process.memoryUsage.rss() - RSS_AT_START) / 1e6;
}

const RSS_AT_START = process.memoryUsage.rss();

function timeOf(work: () => void): number {
	const begin = performance.now();
	work();
	return performance.now() - begin;
}

function medianOf(values: number[]): number {
	return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}
