// How fast the journal is durable, against the same bytes written and synced by nothing but write and fdatasync.
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openHome } from "../../src/audit/home.ts";
import { type Journal, openJournal } from "../../src/audit/journal.ts";
import type { Measured } from "./measured.ts";

const WRITERS = 50;
const TURNS = 12;
const TURN_MS = 300;
const SINGLES = 300;

/** Runs for about 10 s. Uses the disk of the temporary folder. */
export async function benchJournal(): Promise<Measured[]> {
	const dir = mkdtempSync(join(tmpdir(), "gatepost-bench-"));
	try {
		const root = join(dir, "root");
		mkdirSync(root);
		const home = openHome(join(dir, "home"));
		const writer = { osUser: "bench", host: "bench", editor: "serve", version: "0" };
		const openOne = (gateId: string) => openJournal({ home, root, gateId, writer, signer: home.signer() });
		return [await throughput(dir, openOne), await single(dir, openOne)];
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

/**
 * Concurrent decisions as a gate makes them: the request durable, then the decision durable, then the release. In turns with
 * the raw writes of just these bytes, because the disk of a shared machine is another one from second to second; the first
 * turn warms up and does not count.
 */
async function throughput(dir: string, openOne: (gateId: string) => Promise<Journal>): Promise<Measured> {
	const journal = await openOne("throughput");
	const [ours, raw]: [number[], number[]] = [[], []];
	let [decisions, lines] = [0, 0];
	for (let turn = 0; turn <= TURNS; turn++) {
		const before = journal.head;
		const begin = performance.now();
		let decided = 0;
		await Promise.all(
			Array.from({ length: WRITERS }, async () => {
				while (performance.now() < begin + TURN_MS) {
					await decide(journal, `00000000-0000-4000-8000-${String(decisions + decided++).padStart(12, "0")}`);
				}
			}),
		);
		// The releases nobody waited for.
		await journal.checkpoint();
		const seconds = (performance.now() - begin) / 1000;
		const { entries, bytes } = journal.head;
		const written = readFileSync(journal.path).subarray(before.bytes, bytes);
		const count = entries - before.entries;
		// The same lines, one batch of the same size after the other, with nothing between.
		const rawTook = await rawSeconds(dir, written, Math.ceil(written.length / (count / WRITERS)));
		if (turn === 0) continue;
		ours.push(seconds);
		raw.push(rawTook);
		decisions += decided;
		lines += count;
	}
	await journal.close();
	const [oursTook, rawTook] = [sum(ours), sum(raw)];
	const shares = ours.map((seconds, turn) => (raw[turn] ?? Number.NaN) / seconds).sort((a, b) => a - b);
	const percent = (share: number | undefined) => `${Math.round(100 * (share ?? Number.NaN))} %`;
	return {
		name: `journal: ${WRITERS} writers, time against raw write+fdatasync of the same bytes`,
		ratio: oursTook / rawTook,
		// Half of what the disk reaches.
		most: 2,
		detail: `${Math.round(lines / oursTook)} entries/s, ${Math.round(decisions / oursTook)} decisions/s; raw ${Math.round(lines / rawTook)} entries/s in batches of ${WRITERS}; share of raw by turns ${percent(shares[0])} to ${percent(shares.at(-1))}`,
	};
}

async function decide(journal: Journal, request: string): Promise<void> {
	const actionMac = "a".repeat(64);
	const session = "0f0f0f0f-1111-4222-8333-444444444444";
	const claimed = {
		event: "PreToolUse",
		cwd: "/home/dev/project",
		input: { command: "npm run build --silent" },
		paths: [],
	};
	await journal.append(
		"action.requested",
		{
			request,
			agent: "claude-code",
			kind: "shell",
			tool: "Bash",
			root: "/home/dev/project",
			actionMac,
			guard: false,
			redacted: false,
			claimed,
		},
		{ session },
	);
	const decision = { by: "rule", verdict: "allow", ruleId: "floor.shell.ls", policyDigest: actionMac };
	await journal.append("action.decided", { request, actionMac, decision, rule: "floor.shell.ls" }, { session });
	// Nobody waits for it: it follows delivery.
	void journal.append("action.released", { request, verdict: "allow", delivered: true }, { session });
}

/** One append at a time against one write and fdatasync of as many bytes, in turn. */
async function single(dir: string, openOne: (gateId: string) => Promise<Journal>): Promise<Measured> {
	const journal = await openOne("single");
	const file = await open(join(dir, "raw-single"), "ax");
	const bytes = Buffer.alloc(600, "x");
	const [ours, raw]: [number[], number[]] = [[], []];
	for (let i = 0; i < SINGLES; i++) {
		ours.push(await timed(() => journal.append("action.withdrawn", { request: `r${i}`, text: "x".repeat(200) })));
		raw.push(await timed(() => writeSynced(file, bytes)));
	}
	await file.close();
	await journal.close();
	const [a, b] = [median(ours), median(raw)];
	return {
		name: "journal: one append, p50, against one write+fdatasync",
		ratio: a / b,
		most: 1.5,
		detail: `${a.toFixed(3)} ms against ${b.toFixed(3)} ms`,
	};
}

async function rawSeconds(dir: string, bytes: Buffer, batch: number): Promise<number> {
	const path = join(dir, "raw");
	const file = await open(path, "ax");
	const begin = performance.now();
	for (let at = 0; at < bytes.length; at += batch) await writeSynced(file, bytes.subarray(at, at + batch));
	const seconds = (performance.now() - begin) / 1000;
	await file.close();
	rmSync(path);
	return seconds;
}

async function writeSynced(file: FileHandle, bytes: Buffer): Promise<void> {
	await file.write(bytes);
	await file.datasync();
}

async function timed(run: () => Promise<unknown>): Promise<number> {
	const begin = performance.now();
	await run();
	return performance.now() - begin;
}

function sum(numbers: number[]): number {
	return numbers.reduce((all, one) => all + one, 0);
}

function median(numbers: number[]): number {
	return numbers.sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;
}

if (process.argv[1] === import.meta.filename)
	for (const { name, ratio, detail } of await benchJournal()) console.log(`${name}: ${ratio.toFixed(2)} (${detail})`);
