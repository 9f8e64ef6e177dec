// A whole gate in this process (home, journals, desk, policy, server) and hooks that speak to it over a real WebSocket,
// with recorded payloads of Claude Code. What it wrote down is read back from disk.
import assert from "node:assert/strict";
import { createHmac, randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import { WebSocket } from "ws";
import { cardDigest } from "../../src/actions/card.ts";
import { applyPlan, planInstall } from "../../src/agents/claude-code/install.ts";
import type { Answer, AnswerResult } from "../../src/approvals/pending.ts";
import type { Entry } from "../../src/audit/chain.ts";
import { workspaceId, workspacePaths } from "../../src/audit/home.ts";
import { readEntries } from "../../src/audit/read.ts";
import { verifyWorkspace } from "../../src/audit/verify.ts";
import type { Gate, GateSettings } from "../../src/gate/gate.ts";
import { type OpenGate, type OpenGateOptions, openGate } from "../../src/gate/open.ts";
import type { CardModel } from "../../src/protocol/card.ts";
import { RegistryEntry } from "../../src/protocol/hook.ts";

const recorded = new URL("../fixtures/claude-code/", import.meta.url);
/** Above the largest pid a Linux gives out: nothing is read of a process that is somebody's. */
export const NO_PID = 2 ** 22 + 1;

export interface Place {
	dir: string;
	/** Gatepost home. */
	home: string;
	/** The agent's user's home, empty. */
	userHome: string;
	/** The served folder, a real path. */
	folder: string;
}

/** Folders that are gone after the test. */
export function gatePlace(t: TestContext, parent = tmpdir()): Place {
	const dir = realpathSync(mkdtempSync(join(parent, "gatepost-gate-")));
	t.after(() => {
		rmSync(dir, { recursive: true, force: true });
	});
	const userHome = join(dir, "user");
	const folder = join(dir, "shop");
	mkdirSync(userHome);
	mkdirSync(folder);
	return { dir, home: join(userHome, ".gatepost"), userHome, folder };
}

export interface LoggedEntry {
	type: string;
	session: string | undefined;
	// biome-ignore lint/suspicious/noExplicitAny: bodies differ by type, and a test names what it expects
	body: any;
}

export interface TestGate {
	place: Place;
	open: OpenGate;
	gate: Gate;
	settings: GateSettings;
	/** The gate's entry in the registry. */
	registry: RegistryEntry;
	/** The next card that has not been taken yet. */
	card(): Promise<CardModel>;
	/** Answers as a person who was shown all of it. */
	answer(card: CardModel, verdict: "allow" | "deny", more?: Partial<Answer>): AnswerResult;
	/** A connection of a hook. */
	connect(): Promise<HookConnection>;
	/** One hook call over a connection of its own: a recorded payload, rewritten to this place. */
	call(payload: string, options?: CallOptions): Promise<HookCall>;
	/** Entries of a folder's log, as they are on disk now. */
	entries(folder?: string): Promise<LoggedEntry[]>;
	/** Resolves with all entries once one of them fits. */
	entry(fits: (entry: LoggedEntry) => boolean, folder?: string): Promise<LoggedEntry>;
	/** Ends the gate and demands that the whole log is consistent. */
	verified(folder?: string): Promise<LoggedEntry[]>;
}

export type TestGateOptions = Partial<Omit<OpenGateOptions, "settings">> & {
	settings?: Partial<GateSettings>;
	/** Connects Claude Code in the user's settings first, so that its sessions are enforced. */
	connected?: boolean;
};

/** Opens a gate for the folder of a place. */
export async function testGate(t: TestContext, options: TestGateOptions = {}, at = gatePlace(t)): Promise<TestGate> {
	const { connected = false, settings: wanted, ...more } = options;
	const settings: GateSettings = { prompt: "gatepost", deadlineMs: 60_000, ...wanted };
	if (connected) {
		const plan = await planInstall({ scope: "user", home: at.home, userHome: at.userHome });
		assert.deepEqual(plan.problems, []);
		await applyPlan(plan);
	}
	const open = await openGate({
		homeDir: at.home,
		userHome: at.userHome,
		osUser: "ann",
		folders: [at.folder],
		editor: "serve",
		version: "0.0.0",
		...more,
		settings: () => settings,
	});
	t.after(() => open.close("stopped"));
	const cards: CardModel[] = [];
	const wake = new Set<() => void>();
	let taken = 0;
	open.gate.on("opened", (card) => {
		cards.push(card);
		for (const one of wake) one();
	});
	const registry = RegistryEntry.parse(
		JSON.parse(readFileSync(join(at.home, "gates", `${gateId(at, open.port)}.json`), "utf8")),
	);
	const entries = (folder = at.folder) => logEntries(at.home, folder);
	const connect = () => HookConnection.open(registry);
	return {
		place: at,
		open,
		gate: open.gate,
		settings,
		registry,
		async card() {
			const index = taken;
			taken += 1;
			while (cards.length <= index) {
				await within(
					new Promise<void>((resolve) => wake.add(resolve)),
					() => `no card; warnings: ${JSON.stringify(open.gate.warnings())}`,
				);
			}
			return cards[index] as CardModel;
		},
		answer: (card, verdict, answer) => open.gate.answer(card.id, personal(card, verdict, answer)),
		connect,
		async call(payload, callOptions = {}) {
			const connection = callOptions.connection ?? (await connect());
			const call = new HookCall(connection, submitFor(at, payload, callOptions));
			t.after(() => connection.end());
			return call;
		},
		entries,
		async entry(fits, folder) {
			let found: LoggedEntry | undefined;
			await settles(async () => {
				found = (await entries(folder)).find(fits);
				return found !== undefined;
			}, "no such entry");
			return found as LoggedEntry;
		},
		async verified(folder = at.folder) {
			await open.close("stopped");
			const verification = await verifyWorkspace(workspacePaths(at.home, workspaceId(folder)).dir);
			assert.deepEqual(verification.problems, []);
			assert.equal(verification.ok, true);
			return entries(folder);
		},
	};
}

function gateId(at: Place, port: number): string {
	const dir = join(at.home, "gates");
	for (const name of readNames(dir)) {
		const entry = JSON.parse(readFileSync(join(dir, name), "utf8"));
		if (entry.port === port) return entry.id;
	}
	throw new Error("the gate is not in the registry");
}

function readNames(dir: string): string[] {
	return readdirSync(dir).filter((name) => name.endsWith(".json"));
}

/** An answer as a person gives it in the terminal, after all of the card was shown. */
export function personal(card: CardModel, verdict: "allow" | "deny", more: Partial<Answer> = {}): Answer {
	return {
		verdict,
		channel: "terminal",
		approver: { osUser: "ann", claims: { gitName: "Ann" }, assurance: 1 },
		shown: { digest: cardDigest(card), extent: "whole", ms: 1200 },
		...more,
	};
}

/** All entries of a folder's log, oldest first; a line that is no entry fails the test. */
export async function logEntries(home: string, folder: string | undefined): Promise<LoggedEntry[]> {
	const found: LoggedEntry[] = [];
	for await (const { entry, problem } of readEntries(workspacePaths(home, workspaceId(folder)).dir)) {
		assert.equal(problem, undefined);
		const { head, body } = entry as Entry;
		found.push({ type: head.type, session: head.session, body });
	}
	return found;
}

export interface CallOptions {
	/** Members that replace the recorded ones; undefined takes one away. */
	members?: Record<string, unknown>;
	/** Members of the submit that replace ours. */
	submit?: Record<string, unknown>;
	/** The agent's session; default "session-1". */
	session?: string;
	toolUseId?: string;
	/** Default: the mode of the recorded payloads in this test's terminal. */
	mode?: "tui" | "headless";
	/** The agent's process. */
	pid?: number;
	/** The bytes to send instead of a payload. */
	bytes?: Buffer | string;
	connection?: HookConnection;
}

/** A submit as our hook makes it for a recorded payload. */
export function submitFor(
	at: Place,
	payload: string,
	options: CallOptions = {},
): Record<string, unknown> & { id: string } {
	const { session = "session-1", mode = "headless", pid = NO_PID, members = {}, toolUseId } = options;
	const body = JSON.parse(
		readFileSync(new URL(`${payload}.json`, recorded), "utf8").replaceAll("/home/dev/shop", at.folder),
	);
	const event = {
		...body,
		session_id: session,
		transcript_path: join(at.userHome, ".claude/projects/shop", `${session}.jsonl`),
		cwd: at.folder,
		...(toolUseId === undefined ? {} : { tool_use_id: toolUseId }),
		...members,
	};
	const bytes = Buffer.from(options.bytes ?? JSON.stringify(event));
	return {
		type: "submit",
		v: 1,
		id: randomUUID(),
		agent: "claude-code",
		pid: process.pid,
		ppid: pid,
		root: at.folder,
		cwd: at.folder,
		env: {
			CLAUDE_PID: String(pid),
			CLAUDE_CODE_SESSION_ID: session,
			CLAUDE_CODE_ENTRYPOINT: mode === "tui" ? "cli" : "sdk-cli",
			CLAUDE_CODE_SESSION_ATTENDED: mode === "tui" ? "1" : "0",
			CLAUDE_PROJECT_DIR: at.folder,
		},
		deadlineMs: 600_000,
		payload: bytes.toString("base64"),
		...options.submit,
	};
}

export interface Reply {
	type: "reply" | "error";
	id: string;
	stdout: string;
	stderr: string;
	exit: number;
	code?: string;
}

/** A hook's connection, opened only to a gate that proves itself. */
export class HookConnection {
	readonly ws: WebSocket;
	readonly #inbox: { id?: string; type: string }[] = [];
	readonly #wake = new Set<() => void>();
	#closed = false;

	private constructor(ws: WebSocket) {
		this.ws = ws;
		ws.on("message", (data) => {
			this.#inbox.push(JSON.parse(String(data)));
			for (const one of this.#wake) one();
		});
		ws.on("close", () => {
			this.#closed = true;
			for (const one of this.#wake) one();
		});
		ws.on("error", () => undefined);
	}

	static async open({ port, token, proofKey }: RegistryEntry): Promise<HookConnection> {
		let key = "";
		let proof: string | undefined;
		const ws = new WebSocket(`ws://127.0.0.1:${port}/v1/hook`, {
			headers: { Authorization: `Bearer ${token}` },
			perMessageDeflate: false,
			finishRequest: (request) => {
				key = String(request.getHeader("sec-websocket-key"));
				request.end();
			},
		});
		ws.on("upgrade", (response) => {
			proof = String(response.headers["gatepost-proof"]);
		});
		const connection = new HookConnection(ws);
		await new Promise((resolve, reject) => ws.once("open", resolve).once("error", reject));
		assert.equal(proof, createHmac("sha256", proofKey).update(`gatepost gate proof\n${key}`).digest("hex"));
		return connection;
	}

	send(message: object): void {
		this.ws.send(JSON.stringify(message));
	}

	/** The first message that fits and was not taken yet. Rejects when the connection closes first. */
	async take<T>(fits: (message: { id?: string; type: string }) => boolean): Promise<T> {
		for (;;) {
			const at = this.#inbox.findIndex(fits);
			if (at >= 0) return this.#inbox.splice(at, 1)[0] as T;
			if (this.#closed) throw new Error("the connection was closed");
			await within(new Promise<void>((resolve) => this.#wake.add(resolve)), () => "no such message");
		}
	}

	/** Whether a message that fits is there already. */
	has(fits: (message: { id?: string; type: string }) => boolean): boolean {
		return this.#inbox.some(fits);
	}

	/** Resolves when the gate has read everything that was sent before. */
	async arrived(): Promise<void> {
		await new Promise<void>((resolve) => {
			const done = () => {
				this.ws.off("pong", done).off("close", done);
				resolve();
			};
			this.ws.on("pong", done).on("close", done);
			this.ws.ping();
		});
	}

	end(): void {
		this.ws.terminate();
	}
}

/** One request of a hook: takes its reply, and confirms it as hooks do. */
export class HookCall {
	readonly id: string;
	readonly connection: HookConnection;
	readonly submit: Record<string, unknown> & { id: string };

	constructor(connection: HookConnection, submit: Record<string, unknown> & { id: string }) {
		this.connection = connection;
		this.submit = submit;
		this.id = submit.id;
		connection.send(submit);
	}

	/** What the hook is to print. An error of the gate fails the test. */
	async reply({ confirm = true } = {}): Promise<Reply> {
		const reply = await this.connection.take<Reply>(({ id, type }) => id === this.id && type !== "ack");
		assert.equal(reply.type, "reply", JSON.stringify(reply));
		if (confirm) {
			this.connection.send({ type: "received", id: this.id });
			await this.connection.arrived();
		}
		return reply;
	}

	/** The gate's error, where that is what is expected. */
	error(): Promise<Reply> {
		return this.connection.take<Reply>(({ id, type }) => id === this.id && type === "error");
	}

	/** Resolves once the gate holds the request. */
	held(): Promise<unknown> {
		return this.connection.take(({ id, type }) => id === this.id && type === "ack");
	}

	get answered(): boolean {
		return this.connection.has(({ id, type }) => id === this.id && type === "reply");
	}

	withdraw(): void {
		this.connection.send({ type: "withdraw", id: this.id });
	}
}

/** The decision a reply carries in Claude Code's dialect. */
export function said(reply: Reply): { decision: string; reason: string } {
	if (reply.exit === 2) return { decision: "deny", reason: reply.stderr.trim() };
	if (reply.stdout === "") return { decision: "none", reason: "" };
	const { hookSpecificOutput: out } = JSON.parse(reply.stdout);
	if (out.decision !== undefined) return { decision: out.decision.behavior, reason: out.decision.message ?? "" };
	return { decision: out.permissionDecision, reason: out.permissionDecisionReason };
}

const PATIENCE_MS = 60_000;

/** Fails with what was awaited instead of hanging. */
async function within<T>(promise: Promise<T>, what: () => string): Promise<T> {
	let timer: NodeJS.Timeout | undefined;
	// Made here, where the stack says who waits.
	const error = new Error();
	const late = new Promise<never>((_, reject) => {
		timer = setTimeout(() => reject(Object.assign(error, { message: what() })), PATIENCE_MS);
	});
	try {
		return await Promise.race([promise, late]);
	} finally {
		clearTimeout(timer);
	}
}

/** Waits until something is so that nothing tells of, such as a line in a file. */
export async function settles(is: () => boolean | Promise<boolean>, what: string): Promise<void> {
	const end = Date.now() + PATIENCE_MS;
	while (!(await is())) {
		if (Date.now() > end) throw new Error(`not so after ${PATIENCE_MS} ms: ${what}`);
		await delay(20);
	}
}
