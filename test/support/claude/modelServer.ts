// A model server on loopback that says what a test wrote down, and remembers everything it was asked.
import { EventEmitter } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type RecordedRequest, requestKind, type Script, ScriptWalk } from "./script.ts";

export type { RecordedRequest, Script, ScriptedTool, ScriptedTurn, Turn } from "./script.ts";
export { toolUseId } from "./script.ts";

import { type MessagesBody, readBody, sendError, sendJson, sendMessage, toolResultText } from "./wire.ts";

/** What the model was told about one tool call of its. */
export interface ToolResult {
	id: string;
	text: string;
	isError: boolean;
	agentId?: string;
}

export interface ModelServer {
	/** For ANTHROPIC_BASE_URL. */
	readonly url: string;
	readonly requests: readonly RecordedRequest[];
	/** Turns of the script that threw; the CLI got an API error instead. */
	readonly failures: readonly unknown[];
	/** Turns of the main conversation nobody asked for yet. */
	readonly unused: number;
	/** Every tool result the model has seen, in the order of its first appearance. */
	toolResults(): ToolResult[];
	/** The result of one call, as soon as the model was told. */
	toolResult(id: string, timeoutMs?: number): Promise<ToolResult>;
	/** The first request, past or future, that fits. */
	request(fits: (request: RecordedRequest) => boolean, timeoutMs?: number): Promise<RecordedRequest>;
	close(): Promise<void>;
}

const defaultTimeoutMs = 20_000;

/** Starts a server on 127.0.0.1 that plays `script` (ids of its tool calls: `toolUseId`). Close it. */
export async function scriptedModel(script: Script): Promise<ModelServer> {
	const walk = new ScriptWalk(script);
	const requests: RecordedRequest[] = [];
	const failures: unknown[] = [];
	const events = new EventEmitter();
	events.setMaxListeners(0);

	async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const raw = await readBody(request);
		const path = new URL(request.url ?? "/", "http://loopback").pathname;
		const asked = record(request, path, raw);
		const earlier = requests.slice();
		requests.push(asked);
		events.emit("request", asked);
		if (asked.body) {
			try {
				const answer = await walk.answer(asked, asked.body, earlier);
				if (!response.destroyed) sendMessage(response, `msg_${requests.length}`, asked.body, answer);
			} catch (error) {
				failures.push(error);
				sendError(response, 400, "invalid_request_error", `a scripted turn failed: ${String(error)}`);
			}
		} else if (path === "/v1/messages/count_tokens") sendJson(response, 200, { input_tokens: 100 });
		else if (path === "/v1/models")
			sendJson(response, 200, { data: [], has_more: false, first_id: null, last_id: null });
		else sendError(response, 404, "not_found_error", "the scripted model has no such path");
	}

	const server = createServer((request, response) => {
		handle(request, response).catch((error) => {
			// The CLI hung up, or sent what is no message: nothing to answer, but a test may want to know.
			failures.push(error);
			response.destroy();
		});
	});
	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", resolve);
	});

	const toolResults = () => collectToolResults(requests);
	/** Looks now and after every request until `find` has something. */
	function eventually<T>(what: string, find: () => T | undefined, timeoutMs: number): Promise<T> {
		return new Promise((resolve, reject) => {
			const look = () => {
				const found = find();
				if (found === undefined) return;
				stop();
				resolve(found);
			};
			const timer = setTimeout(() => {
				stop();
				const seen = requests.map((one) => `${one.kind} ${one.method} ${one.path}`).join("\n  ");
				reject(new Error(`the model server saw no ${what} within ${timeoutMs} ms; it saw:\n  ${seen}`));
			}, timeoutMs);
			const stop = () => {
				clearTimeout(timer);
				events.off("request", look);
			};
			events.on("request", look);
			look();
		});
	}

	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		requests,
		failures,
		get unused() {
			return walk.unused;
		},
		toolResults,
		toolResult: (id, timeoutMs = defaultTimeoutMs) =>
			eventually(`result of ${id}`, () => toolResults().find((result) => result.id === id), timeoutMs),
		request: (fits, timeoutMs = defaultTimeoutMs) => eventually("such request", () => requests.find(fits), timeoutMs),
		close: () =>
			new Promise((resolve, reject) => {
				server.close((error) => (error ? reject(error) : resolve()));
				server.closeAllConnections();
			}),
	};
}

function record(request: IncomingMessage, path: string, raw: string): RecordedRequest {
	const common = { method: request.method ?? "", path, headers: request.headers };
	if (request.method !== "POST" || path !== "/v1/messages") return { kind: "other", ...common };
	const body = JSON.parse(raw) as MessagesBody;
	const kind = requestKind(request.headers, body);
	const agentId = request.headers["x-claude-code-agent-id"];
	if (kind === "subagent" && typeof agentId === "string") return { kind, ...common, body, agentId };
	return { kind, ...common, body };
}

function collectToolResults(requests: readonly RecordedRequest[]): ToolResult[] {
	const found = new Map<string, ToolResult>();
	for (const { body, agentId, kind } of requests) {
		if (kind !== "main" && kind !== "subagent") continue;
		for (const message of body?.messages ?? []) {
			if (typeof message.content === "string") continue;
			for (const block of message.content) {
				if (block.type !== "tool_result" || found.has(block.tool_use_id)) continue;
				const result = { id: block.tool_use_id, text: toolResultText(block), isError: block.is_error === true };
				found.set(block.tool_use_id, agentId ? { ...result, agentId } : result);
			}
		}
	}
	return [...found.values()];
}
