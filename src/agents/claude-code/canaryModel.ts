// A model on loopback for the doctor's canary: asks for one shell command and remembers what it was told about it.
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

export interface CanaryModel {
	/** For ANTHROPIC_BASE_URL. */
	url: string;
	/** What the agent told the model about the command; undefined until it has. */
	told(): string | undefined;
	/** Whether the agent asked at all. */
	asked(): boolean;
	close(): Promise<void>;
}

const MAX_BODY_BYTES = 16 * 1024 * 1024;
const TOOL_USE_ID = "toolu_gatepost_canary";

/** Starts the model. It speaks as much of the Messages API as Claude Code 2.1.x needs for one turn. */
export async function canaryModel(command: string): Promise<CanaryModel> {
	let asked = false;
	let told: string | undefined;
	const server = createServer((request, response) => {
		answer(request, response).catch(() => response.destroy());
	});

	async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
		const path = new URL(request.url ?? "/", "http://loopback").pathname;
		if (request.method !== "POST" || path !== "/v1/messages") {
			const known = path === "/v1/messages/count_tokens";
			sendJson(
				response,
				known ? 200 : 404,
				known ? { input_tokens: 1 } : { type: "error", error: { type: "not_found_error" } },
			);
			return;
		}
		const body = JSON.parse(await readBody(request)) as Body;
		told ??= resultIn(body);
		const tools = new Set((body.tools ?? []).map(({ name }) => name));
		// Titles and the like are asked without tools that act.
		const ask = tools.has("Bash") && told === undefined && !saysResult(body);
		asked ||= ask;
		const block: Block = ask
			? { type: "tool_use", id: TOOL_USE_ID, name: "Bash", input: { command, description: "Gatepost canary" } }
			: { type: "text", text: "The canary is over." };
		sendMessage(response, body, block);
	}

	await new Promise<void>((resolve, reject) => {
		server.once("error", reject);
		server.listen(0, "127.0.0.1", resolve);
	});
	return {
		url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
		told: () => told,
		asked: () => asked,
		close: () =>
			new Promise((resolve) => {
				server.close(() => resolve());
				server.closeAllConnections();
			}),
	};
}

interface Body {
	model?: string;
	stream?: boolean;
	tools?: { name: string }[];
	messages?: { content: string | { type: string; tool_use_id?: string; content?: unknown }[] }[];
}
type Block =
	| { type: "text"; text: string }
	| { type: "tool_use"; id: string; name: string; input: Record<string, string> };

function resultIn({ messages = [] }: Body): string | undefined {
	for (const { content } of messages) {
		for (const block of typeof content === "string" ? [] : content) {
			if (block.type !== "tool_result" || block.tool_use_id !== TOOL_USE_ID) continue;
			const parts = Array.isArray(block.content) ? (block.content as { text?: string }[]) : [];
			return typeof block.content === "string" ? block.content : parts.map(({ text = "" }) => text).join("\n");
		}
	}
	return undefined;
}

function saysResult(body: Body): boolean {
	return resultIn(body) !== undefined;
}

async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	let size = 0;
	for await (const chunk of request) {
		size += (chunk as Buffer).length;
		if (size > MAX_BODY_BYTES) throw new Error("a request to the canary model is too big");
		chunks.push(chunk as Buffer);
	}
	return Buffer.concat(chunks).toString("utf8");
}

function sendJson(response: ServerResponse, status: number, value: unknown): void {
	response.writeHead(status, { "content-type": "application/json" });
	response.end(JSON.stringify(value));
}

function sendMessage(response: ServerResponse, { model = "canary", stream }: Body, block: Block): void {
	const stop = block.type === "tool_use" ? "tool_use" : "end_turn";
	const usage = { input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
	const message = { id: "msg_gatepost_canary", type: "message", role: "assistant", model, stop_sequence: null, usage };
	if (!stream) {
		sendJson(response, 200, { ...message, content: [block], stop_reason: stop });
		return;
	}
	response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
	const event = (type: string, data: object) =>
		response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
	const [start, delta] =
		block.type === "text"
			? [
					{ type: "text", text: "" },
					{ type: "text_delta", text: block.text },
				]
			: [
					{ ...block, input: {} },
					{ type: "input_json_delta", partial_json: JSON.stringify(block.input) },
				];
	event("message_start", { message: { ...message, content: [], stop_reason: null } });
	event("content_block_start", { index: 0, content_block: start });
	event("content_block_delta", { index: 0, delta });
	event("content_block_stop", { index: 0 });
	event("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 1 } });
	event("message_stop", {});
	response.end();
}
