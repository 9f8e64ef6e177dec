// The part of the Anthropic Messages API that Claude Code 2.1.x needs, as bytes on the wire.
import type { IncomingMessage, ServerResponse } from "node:http";

export interface TextBlock {
	type: "text";
	text: string;
}
export interface ToolUseBlock {
	type: "tool_use";
	id: string;
	name: string;
	input: Record<string, unknown>;
}
export interface ToolResultBlock {
	type: "tool_result";
	tool_use_id: string;
	content?: string | { type: string; text?: string }[];
	is_error?: boolean;
}
export type AnswerBlock = TextBlock | ToolUseBlock;
export type Block = AnswerBlock | ToolResultBlock;

/** The body of POST /v1/messages: what tests look at, the rest is kept as it came. */
export interface MessagesBody {
	model: string;
	messages: { role: string; content: string | Block[] }[];
	system?: string | TextBlock[];
	tools?: { name: string }[];
	stream?: boolean;
	max_tokens?: number;
	[more: string]: unknown;
}

/** Everything a message says as text, blocks joined by newlines. */
export function messageText(message: { content: string | Block[] } | undefined): string {
	if (!message) return "";
	if (typeof message.content === "string") return message.content;
	return message.content.map((block) => (block.type === "text" ? block.text : "")).join("\n");
}

/** The text the model was given for one tool call. */
export function toolResultText(block: ToolResultBlock): string {
	if (typeof block.content === "string") return block.content;
	return (block.content ?? []).map((part) => part.text ?? "").join("\n");
}

export async function readBody(request: IncomingMessage): Promise<string> {
	const chunks: Buffer[] = [];
	for await (const chunk of request) chunks.push(chunk as Buffer);
	return Buffer.concat(chunks).toString("utf8");
}

export function sendJson(response: ServerResponse, status: number, value: unknown): void {
	response.writeHead(status, { "content-type": "application/json" });
	response.end(JSON.stringify(value));
}

export function sendError(response: ServerResponse, status: number, type: string, message: string): void {
	sendJson(response, status, { type: "error", error: { type, message } });
}

/** One assistant message, streamed or whole as the request asked. */
export function sendMessage(response: ServerResponse, id: string, body: MessagesBody, content: AnswerBlock[]): void {
	const stop = content.some((block) => block.type === "tool_use") ? "tool_use" : "end_turn";
	const usage = { input_tokens: 10, output_tokens: 5, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };
	const message = { id, type: "message", role: "assistant", model: body.model, stop_sequence: null, usage };
	if (!body.stream) {
		sendJson(response, 200, { ...message, content, stop_reason: stop });
		return;
	}

	response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-cache" });
	const event = (type: string, data: object) =>
		response.write(`event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`);
	event("message_start", { message: { ...message, content: [], stop_reason: null } });
	content.forEach((block, index) => {
		if (block.type === "text") {
			event("content_block_start", { index, content_block: { type: "text", text: "" } });
			event("content_block_delta", { index, delta: { type: "text_delta", text: block.text } });
		} else {
			event("content_block_start", { index, content_block: { ...block, input: {} } });
			const delta = { type: "input_json_delta", partial_json: JSON.stringify(block.input) };
			event("content_block_delta", { index, delta });
		}
		event("content_block_stop", { index });
	});
	event("message_delta", { delta: { stop_reason: stop, stop_sequence: null }, usage: { output_tokens: 5 } });
	event("message_stop", {});
	response.end();
}
