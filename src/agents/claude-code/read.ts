// What a hook call means: the payload of one event in Claude Code's dialect, and in the dialects of the agents that run
// the hooks of its settings file. The payload is hostile: every member is checked before it is used.
import type { Action } from "../../actions/action.ts";
import { absolutePath } from "../../actions/paths.ts";
import type { Json, JsonObject } from "../../protocol/canonical.ts";
import type { Submit } from "../../protocol/hook.ts";
import { message } from "../../protocol/messages.ts";
import { type AgentEvent, type Caller, PayloadError } from "../adapter.ts";
import { JsonError, readJsonObject } from "../json.ts";
import { callerOf } from "./detect.ts";
import { isQuestion, kindOf, pathsOf } from "./tools.ts";

/** Events that only report, kept as a note: the members worth a line in a log. */
const NOTES: Record<string, readonly string[]> = {
	Notification: ["notification_type"],
	UserPromptExpansion: ["expansion_type", "command_name", "command_source"],
	PostToolBatch: [],
	PreCompact: ["trigger"],
	PostCompact: ["trigger"],
	InstructionsLoaded: ["memory_type", "load_reason", "file_path"],
	PermissionDenied: ["tool_name", "tool_use_id"],
	PreModelSwitch: [],
	PostModelSwitch: [],
	Setup: ["trigger"],
	TeammateIdle: [],
	TaskCreated: [],
	TaskCompleted: [],
	Elicitation: [],
	ElicitationResult: [],
	WorktreeCreate: [],
	WorktreeRemove: [],
	CwdChanged: [],
	FileChanged: [],
	DirectoryAdded: [],
	MessageDisplay: [],
	afterFileEdit: ["file_path"],
	afterShellExecution: [],
	afterMCPExecution: [],
	afterAgentResponse: [],
	afterAgentThought: [],
	beforeReadFile: ["file_path"],
};

/** Cursor's events (camel case) that mean the same as one of Claude Code's. */
const SAME_AS = new Map(
	Object.entries({
		preToolUse: "PreToolUse",
		postToolUse: "PostToolUse",
		postToolUseFailure: "PostToolUseFailure",
		beforeSubmitPrompt: "UserPromptSubmit",
		sessionStart: "SessionStart",
		sessionEnd: "SessionEnd",
		stop: "Stop",
		subagentStart: "SubagentStart",
		subagentStop: "SubagentStop",
		preCompact: "PreCompact",
	}),
);

const EVENTS_THAT_TELL = new Set([
	...["PostToolUse", "PostToolUseFailure", "UserPromptSubmit", "SessionStart", "SessionEnd"],
	...["Stop", "StopFailure", "SubagentStart", "SubagentStop"],
]);

/** Whether an event of this name is read here and no agent waits for leave in it. Cursor does before it reads a file. */
export function onlyTells(name: string): boolean {
	const as = SAME_AS.get(name) ?? name;
	return EVENTS_THAT_TELL.has(as) || (Object.hasOwn(NOTES, as) && as !== "beforeReadFile");
}

const MAX_NAME = 200;
const MAX_NOTE = 1000;

/**
 * Reads one payload.
 * @throws PayloadError for bytes that are no strict JSON object, and for members that are not what this event has
 */
export function read(submit: Submit, bytes: Buffer): AgentEvent {
	const payload = parse(bytes);
	const caller = callerOf(submit.env, payload);
	const name = oneOf(payload, ["hook_event_name", "hookEventName"], MAX_NAME);
	return new Reader(submit, payload, caller, name).event(SAME_AS.get(name) ?? name);
}

function parse(bytes: Buffer): JsonObject {
	try {
		return readJsonObject(bytes);
	} catch (error) {
		if (error instanceof JsonError) throw new PayloadError(error.detail);
		throw error;
	}
}

class Reader {
	readonly #submit: Submit;
	readonly #payload: JsonObject;
	readonly #caller: Caller;
	readonly #name: string;

	constructor(submit: Submit, payload: JsonObject, caller: Caller, name: string) {
		this.#submit = submit;
		this.#payload = payload;
		this.#caller = caller;
		this.#name = name;
	}

	/** @param as the event's name in Claude Code's dialect */
	event(as: string): AgentEvent {
		const payload = this.#payload;
		switch (as) {
			case "PreToolUse": {
				const tool = this.#tool();
				const kind = tool.isQuestion ? "question" : "tool.before";
				return { ...this.#base(), kind, action: tool.action, ...this.#toolUse(), ...tool.description };
			}
			case "PermissionRequest": {
				const tool = this.#tool();
				return { ...this.#base(), kind: "tool.permission", action: tool.action, ...tool.description };
			}
			case "PostToolUse":
				return { ...this.#base(), kind: "tool.after", ...this.#after(), outcome: "done" };
			case "PostToolUseFailure":
				return { ...this.#base(), kind: "tool.after", ...this.#after(), outcome: "failed" };
			case "UserPromptSubmit": {
				const prompt = text(payload, "prompt");
				// What a finished background agent sends (measured, 2.1.330).
				const byMachine = prompt.trimStart().startsWith("<task-notification>");
				return { ...this.#base(), kind: "prompt", text: prompt, ...(byMachine ? { byMachine } : {}) };
			}
			case "SessionStart": {
				const model = optionalText(payload, "model");
				const source = optionalText(payload, "source") ?? "";
				return { ...this.#base(), kind: "session.start", source, ...(model === undefined ? {} : { model }) };
			}
			case "SessionEnd":
				return { ...this.#base(), kind: "session.end", reason: optionalText(payload, "reason") ?? "" };
			case "Stop":
			case "StopFailure":
				return { ...this.#base(), kind: "turn.end" };
			case "SubagentStart":
				return { ...this.#base(), kind: "subagent.start", ...this.#subagent() };
			case "SubagentStop":
				return { ...this.#base(), kind: "subagent.end", ...this.#subagent() };
			case "ConfigChange": {
				const filePath = optionalText(payload, "file_path");
				const source = text(payload, "source", MAX_NAME);
				return { ...this.#base(), kind: "config.change", source, ...(filePath === undefined ? {} : { filePath }) };
			}
			default: {
				const kept = Object.hasOwn(NOTES, as) ? NOTES[as] : undefined;
				if (kept === undefined) throw new PayloadError(message("payload.event", { event: shown(as) }));
				return { ...this.#base(), kind: "note", data: pick(payload, kept) };
			}
		}
	}

	#base() {
		const payload = this.#payload;
		const transcriptPath = optionalText(payload, "transcript_path");
		const permissionMode = optionalText(payload, "permission_mode");
		const promptId = optionalText(payload, "prompt_id");
		const subagent = optionalText(payload, "agent_id");
		return {
			caller: this.#caller,
			sessionId: optionalOneOf(payload, ["session_id", "sessionId"], MAX_NAME) ?? "",
			cwd: this.#cwd(),
			name: this.#name,
			...(subagent === undefined ? {} : { subagent }),
			...(transcriptPath === undefined ? {} : { transcriptPath }),
			...(permissionMode === undefined ? {} : { permissionMode }),
			...(promptId === undefined ? {} : { promptId }),
		};
	}

	/** Where the agent says it is; an agent that says nothing is at its project's root. */
	#cwd(): string {
		const said = optionalText(this.#payload, "cwd");
		if (said === undefined || said === "") return this.#submit.root;
		const cwd = absolutePath(this.#submit.root, said);
		if (cwd === undefined) throw new PayloadError(message("payload.member", { member: "cwd" }));
		return cwd;
	}

	#tool(): { action: Action; isQuestion: boolean; description: { description?: string } } {
		const payload = this.#payload;
		const { agent } = this.#caller;
		const tool = text(payload, "tool_name", MAX_NAME);
		const input = object(payload, "tool_input");
		if (tool === "") throw new PayloadError(message("payload.member", { member: "tool_name" }));
		const cwd = this.#cwd();
		const kind = kindOf(agent, tool);
		// Elsewhere a member of this name may be part of what is done, not words about it.
		const description = kind === "shell" || kind === "spawn" ? input.description : undefined;
		return {
			action: {
				v: 1,
				kind,
				tool,
				root: this.#submit.root,
				cwd,
				input,
				paths: pathsOf(agent, tool, cwd, input),
			},
			isQuestion: isQuestion(agent, tool, input),
			description: typeof description === "string" && description !== "" ? { description } : {},
		};
	}

	#toolUse(): { toolUseId?: string } {
		const toolUseId = optionalText(this.#payload, "tool_use_id", MAX_NAME);
		return toolUseId === undefined || toolUseId === "" ? {} : { toolUseId };
	}

	#after(): { action: Action; toolUseId?: string; response: JsonObject } {
		const { action } = this.#tool();
		const { tool_response: response, tool_output: output, error, error_message: problem } = this.#payload;
		const said = { result: response ?? output, error: error ?? problem };
		const known = Object.entries(said).filter((pair): pair is [string, Json] => pair[1] !== undefined);
		const more = pick(this.#payload, ["failure_type", "is_interrupt", "duration_ms", "duration"]);
		return { action, ...this.#toolUse(), response: { ...Object.fromEntries(known), ...more } };
	}

	#subagent(): { subagentId: string; subagentType?: string } {
		const payload = this.#payload;
		const type = optionalOneOf(payload, ["agent_type", "subagent_type"], MAX_NAME);
		return {
			subagentId: oneOf(payload, ["agent_id", "subagent_id"], MAX_NAME),
			...(type === undefined ? {} : { subagentType: type }),
		};
	}
}

function text(from: JsonObject, member: string, max = Number.POSITIVE_INFINITY): string {
	const value = from[member];
	if (typeof value !== "string" || value.length > max) throw new PayloadError(message("payload.member", { member }));
	return value;
}

/** Undefined where the member is missing or null; anything else but a text is refused. */
function optionalText(from: JsonObject, member: string, max?: number): string | undefined {
	return from[member] === undefined || from[member] === null ? undefined : text(from, member, max);
}

function oneOf(from: JsonObject, members: readonly string[], max?: number): string {
	const found = members.find((member) => from[member] !== undefined && from[member] !== null);
	return text(from, found ?? (members[0] as string), max);
}

function optionalOneOf(from: JsonObject, members: readonly string[], max?: number): string | undefined {
	const found = members.find((member) => from[member] !== undefined && from[member] !== null);
	return found === undefined ? undefined : text(from, found, max);
}

function object(from: JsonObject, member: string): JsonObject {
	const value = from[member];
	if (typeof value !== "object" || value === null || Array.isArray(value)) {
		throw new PayloadError(message("payload.member", { member }));
	}
	return value;
}

/** The named members that are there, long texts shortened: a note, not a copy. */
function pick(from: JsonObject, members: readonly string[]): JsonObject {
	const picked: JsonObject = {};
	for (const member of members) {
		const value: Json | undefined = from[member];
		if (value === undefined || (typeof value === "object" && value !== null)) continue;
		picked[member] = typeof value === "string" ? value.slice(0, MAX_NOTE).toWellFormed() : value;
	}
	return picked;
}

function shown(name: string): string {
	return name.slice(0, 80).toWellFormed();
}
