// A hook made by a test: it tells the test what Claude Code gave it and does what the test answers. Nothing of Gatepost
// is in it, so what it sees are facts about Claude Code.
import { writeFile } from "node:fs/promises";
import { type AddressInfo, createServer, type Socket } from "node:net";
import { join } from "node:path";

/** What the hook prints and exits with; everything left out is empty or 0. */
export interface HookReply {
	/** An object is printed as JSON. */
	stdout?: string | object;
	stderr?: string;
	exit?: number;
}

interface ProcessFacts {
	pid: number;
	ppid: number;
	cwd: string;
	env: Record<string, string>;
}
type HookFacts = ProcessFacts & { stdin: string };

export interface HookCall extends ProcessFacts {
	event: string;
	/** stdin, parsed. */
	payload: Record<string, unknown>;
	/** How the hook process ended: its reply was printed, or a signal came ("gone": killed without a word). */
	ended: Promise<"replied" | "gone" | NodeJS.Signals>;
}

/** Decides what a hook answers; a promise keeps the hook waiting. */
export type HookHandler = (call: HookCall) => HookReply | Promise<HookReply>;

export interface HookProbe {
	/** Program and arguments that run the hook (exec form of a settings entry). */
	readonly command: string;
	readonly args: string[];
	/** In order of arrival. */
	readonly calls: readonly HookCall[];
	/** A whole `hooks` object: this hook on the given events, `entry` added to each. */
	hooks(events: string[], entry?: object): object;
	/** The first call, past or future, that fits. */
	call(fits: (call: HookCall) => boolean, timeoutMs?: number): Promise<HookCall>;
	close(): Promise<void>;
}

// Signals are told before the end, so that a test can see which one Claude Code sent.
const hookSource = `"use strict";
const net = require("node:net");
const fs = require("node:fs");
const socket = net.connect(Number(process.argv[2]), "127.0.0.1");
for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"])
	process.on(signal, () => socket.write(JSON.stringify({ signal }) + "\\n", () => process.exit(143)));
const { pid, ppid, env } = process;
const stdin = fs.readFileSync(0, "utf8");
socket.write(JSON.stringify({ pid, ppid, env, cwd: process.cwd(), stdin }) + "\\n");
let answer = "";
socket.setEncoding("utf8").on("data", (text) => (answer += text)).on("end", () => {
	const reply = JSON.parse(answer);
	fs.writeSync(2, reply.stderr);
	fs.writeSync(1, reply.stdout);
	socket.end();
	process.exitCode = reply.exit;
}).on("error", () => process.exit(1));
`;

/** Writes the hook into `dir` and answers its calls with `handler`. Close it at the end: waiting hooks then end, too. */
export async function hookProbe(dir: string, handler: HookHandler): Promise<HookProbe> {
	const script = join(dir, "probe-hook.cjs");
	await writeFile(script, hookSource);
	const calls: HookCall[] = [];
	const waiting = new Set<() => void>();
	const sockets = new Set<Socket>();
	const server = createServer((socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket)).on("error", () => undefined);
		serve(socket, handler, (call) => {
			calls.push(call);
			for (const look of waiting) look();
		});
	});
	await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
	const { port } = server.address() as AddressInfo;
	const command = process.execPath;
	const args = [script, String(port)];
	return {
		command,
		args,
		calls,
		hooks: (events, entry = {}) => {
			const group = () => [{ matcher: "*", hooks: [{ type: "command", command, args, ...entry }] }];
			return Object.fromEntries(events.map((event) => [event, group()]));
		},
		call: (fits, timeoutMs = 20_000) =>
			new Promise((resolve, reject) => {
				const look = () => {
					const found = calls.find(fits);
					if (!found) return;
					clearTimeout(timer);
					waiting.delete(look);
					resolve(found);
				};
				const timer = setTimeout(() => {
					waiting.delete(look);
					const seen = calls.map((call) => call.event).join(", ") || "nothing";
					reject(new Error(`no such hook call within ${timeoutMs} ms; seen: ${seen}`));
				}, timeoutMs);
				waiting.add(look);
				look();
			}),
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				for (const socket of sockets) socket.destroy();
			}),
	};
}

function serve(socket: Socket, handler: HookHandler, arrived: (call: HookCall) => void): void {
	const end = Promise.withResolvers<"replied" | "gone" | NodeJS.Signals>();
	let replied = false;
	socket.on("close", () => end.resolve(replied ? "replied" : "gone"));
	let buffered = "";
	socket.setEncoding("utf8").on("data", (text: string) => {
		const lines = (buffered + text).split("\n");
		buffered = lines.pop() ?? "";
		for (const line of lines) void take(JSON.parse(line));
	});

	async function take(said: HookFacts | { signal: NodeJS.Signals }): Promise<void> {
		if ("signal" in said) {
			end.resolve(said.signal);
			return;
		}
		const { stdin, ...facts } = said;
		const payload = JSON.parse(stdin);
		const call = { ...facts, event: payload.hook_event_name, payload, ended: end.promise };
		arrived(call);
		// A handler that throws leaves the hook without an answer: it ends with exit 1, a failed hook.
		const reply = await Promise.resolve(call)
			.then(handler)
			.catch(() => undefined);
		if (!reply || socket.destroyed) {
			socket.destroy();
			return;
		}
		replied = true;
		const stdout = typeof reply.stdout === "object" ? JSON.stringify(reply.stdout) : (reply.stdout ?? "");
		socket.end(JSON.stringify({ stdout, stderr: reply.stderr ?? "", exit: reply.exit ?? 0 }));
	}
}

/** The answer of a PreToolUse hook. */
export function preToolUse(permissionDecision: "allow" | "deny" | "ask", permissionDecisionReason?: string): HookReply {
	const hookEventName = "PreToolUse";
	return { stdout: { hookSpecificOutput: { hookEventName, permissionDecision, permissionDecisionReason } } };
}

/** The answer of a PermissionRequest hook. */
export function permissionRequest(behavior: "allow" | "deny", message?: string): HookReply {
	return { stdout: { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: { behavior, message } } } };
}
