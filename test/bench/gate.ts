// The gate in a process of its own, with its durable journal: time from request in to reply out for an allowed read, one
// hook alone against 50 at once, and how many decisions a second it sustains over connections that are open already.
// The same load goes to a bare server (bareServer.ts): what that costs is the machine's part.
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { HOOK_PATH } from "../../src/protocol/hookWire.ts";
import { startServe } from "../support/serve.ts";
import type { Measured } from "./measured.ts";

const WARM_ROUNDS = 300;
const SINGLE_ROUNDS = 300;
const BURSTS = 40;
/** A hook is a process of its own that takes about this long to start and end: 50 of them cannot ask in one instant. */
const HOOK_PAUSE_MS = 100;
const PAUSED_ROUNDS = 40;
const HOOKS = 50;
const SUSTAINED_MS = 5000;
const SESSION = "bench-session";

/** A hook's connection: submit, wait for the reply, confirm it. */
class Client {
	readonly #socket: WebSocket;
	readonly #waiting = new Map<string, () => void>();

	constructor(socket: WebSocket) {
		this.#socket = socket;
		socket.on("message", (data) => {
			const message = JSON.parse(String(data));
			if (message.type === "ack") return;
			if (message.type !== "reply" || !message.stdout.includes('"allow"')) throw new Error(`not allowed: ${data}`);
			socket.send(JSON.stringify({ type: "received", id: message.id }));
			this.#waiting.get(message.id)?.();
			this.#waiting.delete(message.id);
		});
	}

	/** Milliseconds from request to reply. */
	ask(folder: string): Promise<number> {
		const id = randomUUID();
		const payload = {
			session_id: SESSION,
			transcript_path: join(folder, "none.jsonl"),
			cwd: folder,
			permission_mode: "default",
			hook_event_name: "PreToolUse",
			tool_name: "Read",
			tool_input: { file_path: join(folder, "a.txt") },
			tool_use_id: `toolu_${id}`,
		};
		const submit = {
			type: "submit",
			v: 1,
			id,
			agent: "claude-code",
			pid: process.pid,
			ppid: process.pid,
			root: folder,
			cwd: folder,
			env: {
				CLAUDE_PID: String(process.pid),
				CLAUDE_CODE_ENTRYPOINT: "sdk-cli",
				CLAUDE_CODE_SESSION_ATTENDED: "0",
				CLAUDE_CODE_SESSION_ID: SESSION,
				CLAUDE_PROJECT_DIR: folder,
			},
			deadlineMs: 60_000,
			payload: Buffer.from(JSON.stringify(payload)).toString("base64"),
		};
		return new Promise((resolve) => {
			const started = performance.now();
			this.#waiting.set(id, () => resolve(performance.now() - started));
			this.#socket.send(JSON.stringify(submit));
		});
	}

	close(): void {
		this.#socket.close();
	}
}

function percentile(values: number[], share: number): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

interface Latencies {
	/** One hook at a time. */
	single: number[];
	/** HOOKS at once, each about every HOOK_PAUSE_MS. */
	many: number[];
	/** HOOKS in the same instant. */
	burst: number[];
	perSecond: number;
}

/** All in milliseconds, but `perSecond`. */
async function measure(port: number, token: string, folder: string): Promise<Latencies> {
	const connect = async () => {
		const headers = { Authorization: `Bearer ${token}` };
		const socket = new WebSocket(`ws://127.0.0.1:${port}${HOOK_PATH}`, { headers, perMessageDeflate: false });
		await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
		return new Client(socket);
	};
	const clients = await Promise.all(Array.from({ length: HOOKS }, connect));
	// A hook asks once, so the gate limits how fast one connection may: take them in turn.
	const inTurn = (round: number) => (clients[round % HOOKS] as Client).ask(folder);
	for (let round = 0; round < WARM_ROUNDS; round += 1) await inTurn(round);

	const single: number[] = [];
	for (let round = 0; round < SINGLE_ROUNDS; round += 1) single.push(await inTurn(round));
	const many: number[] = [];
	await Promise.all(
		clients.map(async (client, index) => {
			await delay((index / HOOKS) * HOOK_PAUSE_MS);
			for (let round = 0; round < PAUSED_ROUNDS; round += 1) {
				many.push(await client.ask(folder));
				await delay(HOOK_PAUSE_MS * (0.5 + Math.random()));
			}
		}),
	);
	const burst: number[] = [];
	for (let round = 0; round < BURSTS; round += 1) {
		burst.push(...(await Promise.all(clients.map((client) => client.ask(folder)))));
	}
	let decisions = 0;
	const started = performance.now();
	await Promise.all(
		clients.map(async (client) => {
			while (performance.now() - started < SUSTAINED_MS) {
				await client.ask(folder);
				decisions += 1;
			}
		}),
	);
	const perSecond = decisions / ((performance.now() - started) / 1000);
	for (const client of clients) client.close();
	return { single, many, burst, perSecond };
}

async function measureBare(dir: string, folder: string): Promise<Latencies> {
	const child = spawn(process.execPath, [join(import.meta.dirname, "bareServer.ts"), join(dir, "bare")], {
		stdio: ["pipe", "pipe", "inherit"],
	});
	const ended = new Promise((resolve) => child.once("close", resolve));
	try {
		const [port] = await once(createInterface({ input: child.stdout }), "line");
		return await measure(Number(port), "", folder);
	} finally {
		child.stdin.end();
		await ended;
	}
}

async function measureGate(dir: string, folder: string): Promise<Latencies> {
	const home = join(dir, "home", ".gatepost");
	const serve = await startServe({ home, folder });
	try {
		const [name = ""] = readdirSync(join(home, "gates"));
		const entry = JSON.parse(readFileSync(join(home, "gates", name), "utf8"));
		return await measure(entry.port, entry.token, folder);
	} finally {
		await serve.stop();
	}
}

/** Latency and throughput of allowed reads. */
export async function benchGate(): Promise<Measured[]> {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-bench-")));
	const folder = join(dir, "folder");
	mkdirSync(folder, { recursive: true });
	writeFileSync(join(folder, "a.txt"), "hello\n");
	try {
		const gate = await measureGate(dir, folder);
		const bare = await measureBare(dir, folder);
		const ms = (value: number) => `${value.toFixed(2)} ms`;
		const ofGate = spread(gate.single, gate.many);
		const ofBare = spread(bare.single, bare.many);
		const atOnce = percentile(gate.burst, 0.99);
		const barely = percentile(bare.burst, 0.99);
		return [
			{
				name: "gate: p99 of 50 concurrent hooks / p50 of one alone",
				ratio: ofGate.p99 / ofGate.p50,
				most: 5,
				detail: `${ms(ofGate.p99)} / ${ms(ofGate.p50)}; each asks about every ${HOOK_PAUSE_MS} ms`,
			},
			{
				name: "the same for a bare server that only writes, syncs and replies (what the machine allows)",
				ratio: ofBare.p99 / ofBare.p50,
				detail: `${ms(ofBare.p99)} / ${ms(ofBare.p50)}`,
			},
			{
				name: "gate: p50 of one alone / that of the bare server",
				ratio: ofGate.p50 / ofBare.p50,
				detail: `${ms(ofGate.p50)} / ${ms(ofBare.p50)}`,
			},
			{
				name: "gate: p99 of 50 concurrent hooks / that of the bare server",
				ratio: ofGate.p99 / ofBare.p99,
				detail: `${ms(ofGate.p99)} / ${ms(ofBare.p99)}`,
			},
			{
				name: "gate: p99 of 50 requests in the same instant / p50 of one alone (the strictest reading of that target)",
				ratio: atOnce / ofGate.p50,
				detail: `${ms(atOnce)} / ${ms(ofGate.p50)}: 50 turns on one core`,
			},
			{
				name: "the same for the bare server",
				ratio: barely / ofBare.p50,
				detail: `${ms(barely)} / ${ms(ofBare.p50)}`,
			},
			{
				name: "gate: decisions a second, sustained / 2,000",
				ratio: gate.perSecond / 2000,
				least: 1,
				detail: `${Math.round(gate.perSecond)} a second over ${HOOKS} connections for ${SUSTAINED_MS / 1000} s`,
			},
		];
	} finally {
		rmSync(dir, { recursive: true, force: true });
	}
}

function spread(single: number[], many: number[]): { p50: number; p99: number } {
	return { p50: percentile(single, 0.5), p99: percentile(many, 0.99) };
}
