// What the scripted model says, and when: conversations are told apart here, so that a title or a sub-agent never eats a
// turn that was meant for the main conversation.
import { createHash } from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { type AnswerBlock, type MessagesBody, messageText } from "./wire.ts";

export interface ScriptedTool {
	name: string;
	input: Record<string, unknown>;
}
/** One answer of the model. Without tools the turn ends there. */
export interface ScriptedTurn {
	text?: string;
	tools?: ScriptedTool[];
}
/** A fixed answer, or one made from this request and all before it (it may wait: the model then "thinks"). */
export type Turn =
	| ScriptedTurn
	| ((request: RecordedRequest, earlier: readonly RecordedRequest[]) => ScriptedTurn | Promise<ScriptedTurn>);

export interface Script {
	/** Answers of the main conversation, in order. Afterwards the model says "The script is over." */
	turns: Turn[];
	/** Answers of sub-agents by name; an Agent call chooses one with `[script:NAME]` in its prompt. */
	agents?: Record<string, Turn[]>;
	/** Text for Claude Code's own side questions (titles, classifiers); undefined takes the default. */
	auxiliary?: (request: RecordedRequest) => string | undefined;
}

/** One HTTP request, as it came. */
export interface RecordedRequest {
	kind: RequestKind;
	method: string;
	/** Path without the query. */
	path: string;
	headers: IncomingHttpHeaders;
	/** The sub-agent that asks, in requests of kind subagent. */
	agentId?: string;
	/** Only in POST /v1/messages. */
	body?: MessagesBody;
}

/** main, subagent: conversations with a script. auxiliary: Claude Code's side questions. other: not a message. */
export type RequestKind = "main" | "subagent" | "auxiliary" | "other";

/**
 * Whose question this is. Claude Code says so itself in `x-claude-code-request-class` when
 * CLAUDE_CODE_GATEWAY_HINT_HEADERS=1 (2.1.330); for versions without it: sub-agents send an agent id, and only a
 * conversation offers the tools that act.
 */
export function requestKind(headers: IncomingHttpHeaders, body: MessagesBody): RequestKind {
	const said = headers["x-claude-code-request-class"];
	if (said === "main" || said === "subagent") return said;
	if (said !== undefined) return "auxiliary";
	const tools = new Set((body.tools ?? []).map((tool) => tool.name));
	if (!tools.has("Bash") || !tools.has("Read")) return "auxiliary";
	if (messageText(body.messages.at(-1)).includes("[SUGGESTION MODE:")) return "auxiliary";
	return headers["x-claude-code-agent-id"] ? "subagent" : "main";
}

/** Walks a script, one position per conversation. A repeated request (Claude Code's retries) gets the same answer. */
export class ScriptWalk {
	readonly #script: Script;
	/** Position by conversation: "main" or an agent id. */
	readonly #at = new Map<string, number>();
	/** How many conversations used a script name, for ids that stay unique and predictable. */
	readonly #names = new Map<string, string[]>();
	readonly #answered = new Map<string, Promise<AnswerBlock[]>>();

	constructor(script: Script) {
		this.#script = script;
	}

	/** Turns of the main conversation nobody asked for yet. */
	get unused(): number {
		return Math.max(0, this.#script.turns.length - (this.#at.get("main") ?? 0));
	}

	answer(request: RecordedRequest, body: MessagesBody, earlier: readonly RecordedRequest[]): Promise<AnswerBlock[]> {
		if (request.kind === "auxiliary") return Promise.resolve([text(this.#aside(request))]);
		const session = String(request.headers["x-claude-code-session-id"]);
		const digest = createHash("sha256")
			.update(`${session}\n${request.agentId ?? ""}\n${JSON.stringify(body.messages)}`)
			.digest("hex");
		const known = this.#answered.get(digest);
		if (known) return known;
		const answer = this.#next(request, body, earlier);
		this.#answered.set(digest, answer);
		return answer;
	}

	async #next(request: RecordedRequest, body: MessagesBody, earlier: readonly RecordedRequest[]) {
		const conversation = request.agentId ?? "main";
		const name = request.agentId ? scriptName(body) : "main";
		const label = this.#label(name, conversation);
		const turns = request.agentId ? this.#script.agents?.[name] : this.#script.turns;
		const at = this.#at.get(conversation) ?? 0;
		this.#at.set(conversation, at + 1);
		const turn = turns?.[at];
		if (turn === undefined) return [text("The script is over.")];
		const said = typeof turn === "function" ? await turn(request, earlier) : turn;
		const tools = (said.tools ?? []).map((tool, index): AnswerBlock => {
			return { type: "tool_use", id: toolUseId(label, at, index), name: tool.name, input: tool.input };
		});
		return [...(said.text || tools.length === 0 ? [text(said.text ?? "Done.")] : []), ...tools];
	}

	/** The script's name, with a number from the second conversation on. */
	#label(name: string, conversation: string): string {
		const users = this.#names.get(name) ?? [];
		if (!users.includes(conversation)) users.push(conversation);
		this.#names.set(name, users);
		const ordinal = users.indexOf(conversation) + 1;
		return ordinal === 1 ? name : `${name}-${ordinal}`;
	}

	#aside(request: RecordedRequest): string {
		return this.#script.auxiliary?.(request) ?? JSON.stringify({ title: "Scripted session" });
	}
}

/**
 * The id of a scripted tool call.
 * @param label "main", a sub-agent's script name, or that name with `-2` for its second run
 * @param turn counted from 0, as is `index` within the turn
 */
export function toolUseId(label: string, turn: number, index = 0): string {
	return `toolu_${label}_${turn}_${index}`;
}

function scriptName(body: MessagesBody): string {
	return /\[script:([\w-]+)\]/.exec(body.messages.map(messageText).join("\n"))?.[1] ?? "agent";
}

function text(value: string): AnswerBlock {
	return { type: "text", text: value };
}
