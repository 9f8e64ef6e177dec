// Gates, hooks and clients for the tests of the hook and the server. Everything lives in a folder of its own.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { TestContext } from "node:test";
import { fileURLToPath } from "node:url";
import { WebSocket } from "ws";
import type { Breach } from "../../../src/gate/breach.ts";
import type { Limits } from "../../../src/gate/limits.ts";
import { newEntry, writeEntry } from "../../../src/gate/registry.ts";
import { type Call, type HookServer, startServer } from "../../../src/gate/server.ts";
import type { RegistryEntry, Submit } from "../../../src/protocol/hook.ts";
import { hookBundle } from "./bundle.ts";

export interface Place {
	home: string;
	/** The served folder, a real path. */
	folder: string;
	dir: string;
}

/** A home and a folder that are gone after the test. */
export function place(t: TestContext): Place {
	const dir = realpathSync(mkdtempSync(join(tmpdir(), "gatepost-test-")));
	t.after(() => rmSync(dir, { recursive: true, force: true }));
	const folder = join(dir, "project");
	const home = join(dir, "home");
	mkdirSync(folder);
	mkdirSync(home, { mode: 0o700 });
	return { dir, folder, home };
}

export interface TestGate {
	server: HookServer;
	entry: RegistryEntry;
	breaches: Breach[];
	/** Calls that arrived and were not taken by `onSubmit`, oldest first; resolves when there is one. */
	nextCall(): Promise<Call>;
}

export interface TestGateOptions {
	folders?: string[];
	editor?: string;
	limits?: Partial<Limits>;
	onSubmit?: (submit: Submit, call: Call) => void | Promise<void>;
	/** Not written into the registry. */
	unlisted?: boolean;
}

/** A real server with its entry in the home of `at`. */
export async function startGate(t: TestContext, at: Place, options: TestGateOptions = {}): Promise<TestGate> {
	const breaches: Breach[] = [];
	const calls = queue<Call>();
	const server = await startServer({
		entry: newEntry({ folders: options.folders ?? [at.folder], editor: options.editor ?? "Visual Studio Code" }),
		...(options.limits === undefined ? {} : { limits: options.limits }),
		onSubmit: options.onSubmit ?? ((_submit, call) => calls.push(call)),
		onBreach: (breach) => breaches.push(breach),
	});
	t.after(() => server.close("stopped"));
	if (options.unlisted !== true) writeEntry(at.home, server.entry);
	return { server, entry: server.entry, breaches, nextCall: calls.next };
}

export const ALLOW = '{"hookSpecificOutput":{"hookEventName":"PreToolUse","permissionDecision":"allow"}}';

/** Proves that the gate still serves: a new, well-behaved client gets its reply. */
export async function provesService(gate: TestGate): Promise<void> {
	const client = await openClient(gate.entry);
	const submit = submitOf();
	client.send(submit);
	// With a queue in place of a policy, the test is the one that answers.
	const call = await gate.nextCall();
	if (call.id !== submit.id) throw new Error("another call came first");
	const replied = call.reply({ stdout: ALLOW, stderr: "", exit: 0 });
	const reply = await client.next();
	if (reply.type !== "reply" || reply.stdout !== ALLOW) throw new Error(`no reply but ${JSON.stringify(reply)}`);
	client.send({ type: "received", id: submit.id });
	if (!(await replied)) throw new Error("the reply was not confirmed");
	client.ws.terminate();
}

/** An event of Claude Code as it writes it. */
export function event(fields: Record<string, unknown> = {}): string {
	return JSON.stringify({
		session_id: "0f0e0d0c-0b0a-4009-8807-060504030201",
		hook_event_name: "PreToolUse",
		tool_name: "Bash",
		tool_input: { command: "touch x" },
		tool_use_id: "toolu_01",
		...fields,
	});
}

let ids = 0;

/** A valid submit; `fields` replace its own. */
export function submitOf(fields: Record<string, unknown> = {}): Record<string, unknown> & { id: string } {
	ids += 1;
	return {
		type: "submit",
		v: 1,
		id: `00000000-0000-4000-8000-${String(ids).padStart(12, "0")}`,
		agent: "claude-code",
		pid: process.pid,
		ppid: process.ppid,
		root: "/project",
		cwd: "/project",
		env: {},
		deadlineMs: 60_000,
		payload: Buffer.from(event()).toString("base64"),
		...fields,
	};
}

export interface TestClient {
	ws: WebSocket;
	send(message: unknown): void;
	/** The next message from the gate. */
	next(): Promise<Record<string, unknown>>;
	/** Code and reason of the close. */
	closed: Promise<{ code: number; reason: string }>;
}

/** A client that has authenticated, by way of `ws`. */
export async function openClient(entry: RegistryEntry, path = "/v1/hook"): Promise<TestClient> {
	const ws = new WebSocket(`ws://127.0.0.1:${entry.port}${path}`, {
		headers: { Authorization: `Bearer ${entry.token}` },
		perMessageDeflate: false,
	});
	const messages = queue<Record<string, unknown>>();
	ws.on("message", (data) => messages.push(JSON.parse(String(data))));
	const closed = new Promise<{ code: number; reason: string }>((resolve) => {
		ws.on("close", (code, reason) => resolve({ code, reason: String(reason) }));
	});
	await once(ws, "open");
	ws.on("error", () => undefined);
	return {
		ws,
		send: (message) => ws.send(typeof message === "string" ? message : JSON.stringify(message)),
		next: messages.next,
		closed,
	};
}

/** A plain TCP connection to the gate. */
export async function openSocket(port: number): Promise<Socket> {
	const socket = connect({ port, host: "127.0.0.1" });
	await once(socket, "connect");
	socket.on("error", () => undefined);
	return socket;
}

/** Resolves when a socket is closed, in order or not (`once` would reject when it is reset). */
export function closed(socket: Socket): Promise<void> {
	return new Promise((resolve) => {
		if (socket.closed) resolve();
		else socket.once("close", () => resolve());
	});
}

/** All that a socket gives until it is closed. */
export async function readAll(socket: Socket): Promise<string> {
	const chunks: Buffer[] = [];
	socket.on("data", (chunk) => chunks.push(chunk));
	await closed(socket);
	return Buffer.concat(chunks).toString("latin1");
}

/** The head of a valid upgrade; `replace` changes lines by their name, undefined leaves one out. */
export function upgradeHead(entry: RegistryEntry, replace: Record<string, string | undefined> = {}): string {
	const headers: Record<string, string | undefined> = {
		Host: `127.0.0.1:${entry.port}`,
		Connection: "Upgrade",
		Upgrade: "websocket",
		"Sec-WebSocket-Version": "13",
		"Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAAAA==",
		Authorization: `Bearer ${entry.token}`,
		...replace,
	};
	const { path = "/v1/hook", ...rest } = headers;
	const lines = Object.entries(rest).filter(([, value]) => value !== undefined);
	return `GET ${path} HTTP/1.1\r\n${lines.map(([name, value]) => `${name}: ${value}\r\n`).join("")}\r\n`;
}

export interface Hook {
	child: ChildProcess;
	/** How it ended. */
	done: Promise<{ code: number | null; signal: NodeJS.Signals | null; stdout: string; stderr: string }>;
}

export interface HookOptions {
	/** Bytes for stdin; undefined leaves it open. */
	input?: string | Buffer;
	agent?: string;
	args?: string[];
	env?: NodeJS.ProcessEnv;
	/** Working directory of the hook. */
	cwd?: string;
	/** Another command than the built hook, such as the launcher. */
	command?: string[];
}

/** Runs the built hook as an agent would. */
export async function runHook(t: TestContext, at: Place, options: HookOptions = {}): Promise<Hook> {
	const { agent = "claude-code", args = [], env = {}, cwd = at.folder } = options;
	const own = [process.execPath, await hookBundle(), "--home", at.home, "--agent", agent, ...args];
	const [command = "", ...rest] = options.command ?? own;
	const child = spawn(command, rest, {
		cwd,
		env: { HOME: at.dir, CLAUDE_PROJECT_DIR: at.folder, ...env },
		stdio: ["pipe", "pipe", "pipe"],
	});
	t.after(() => {
		child.kill("SIGCONT");
		child.kill("SIGKILL");
	});
	let stdout = "";
	let stderr = "";
	child.stdout.on("data", (chunk) => {
		stdout += chunk;
	});
	child.stderr.on("data", (chunk) => {
		stderr += chunk;
	});
	child.stdin.on("error", () => undefined);
	if ("input" in options ? options.input !== undefined : true) child.stdin.end(options.input ?? event());
	const done = new Promise<Awaited<Hook["done"]>>((resolve, reject) => {
		child.on("error", reject);
		child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }));
	});
	return { child, done };
}

/** Resolves when `check` holds. @throws after a time that nothing here should need, so that a failed test can end */
export async function until(check: () => boolean): Promise<void> {
	const end = Date.now() + 30_000;
	while (!check()) {
		if (Date.now() > end) throw new Error(`waited in vain for ${check}`);
		await new Promise((resolve) => setTimeout(resolve, 10));
	}
}

/** Things that come and are waited for, in order. */
export function queue<T>(): { push(item: T): void; next(): Promise<T>; size(): number } {
	const items: T[] = [];
	const waiting: ((item: T) => void)[] = [];
	return {
		push(item) {
			const first = waiting.shift();
			if (first === undefined) items.push(item);
			else first(item);
		},
		next() {
			if (items.length > 0) return Promise.resolve(items.shift() as T);
			return new Promise((resolve) => waiting.push(resolve));
		},
		size: () => items.length,
	};
}

export interface GateProcess {
	child: ChildProcess;
	/** The next line it says. */
	says(): Promise<string>;
}

/** Starts gateProcess.ts and waits until it is ready. */
export async function startGateProcess(t: TestContext, at: Place, editor: string, hold = false): Promise<GateProcess> {
	const script = fileURLToPath(new URL("./gateProcess.ts", import.meta.url));
	const child = spawn(process.execPath, [script, at.home, at.folder, editor, ...(hold ? ["hold"] : [])], {
		stdio: ["ignore", "pipe", "inherit"],
	});
	t.after(() => child.kill("SIGKILL"));
	const lines = queue<string>();
	createInterface({ input: child.stdout }).on("line", lines.push);
	await lines.next();
	return { child, says: lines.next };
}
