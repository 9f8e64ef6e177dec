// Which tool does what, and which paths its input names. Names of Claude Code 2.1.330 and older; the other agents that run
// its settings file have a few of their own. A tool that is not here is "other", which asks.
import type { ActionKind } from "../../actions/action.ts";
import { absolutePath } from "../../actions/paths.ts";
import type { JsonObject } from "../../protocol/canonical.ts";
import { message } from "../../protocol/messages.ts";
import { PayloadError } from "../adapter.ts";

interface Tool {
	kind: ActionKind;
	/** Input members that are paths. */
	paths?: readonly string[];
}

const KINDS = new Map<string, Tool>([
	["Bash", { kind: "shell" }],
	["PowerShell", { kind: "shell" }],
	// Streams what a command of the shell prints.
	["Monitor", { kind: "shell" }],
	["Edit", { kind: "edit", paths: ["file_path"] }],
	["MultiEdit", { kind: "edit", paths: ["file_path"] }],
	["NotebookEdit", { kind: "edit", paths: ["notebook_path"] }],
	["Write", { kind: "write", paths: ["file_path"] }],
	["Read", { kind: "read", paths: ["file_path"] }],
	["NotebookRead", { kind: "read", paths: ["notebook_path"] }],
	["Grep", { kind: "read", paths: ["path"] }],
	["Glob", { kind: "read", paths: ["path"] }],
	["LS", { kind: "read", paths: ["path"] }],
	["WebFetch", { kind: "fetch" }],
	["WebSearch", { kind: "fetch" }],
	["ListMcpResourcesTool", { kind: "mcp" }],
	["ReadMcpResourceTool", { kind: "mcp" }],
	["ReadMcpResourceDirTool", { kind: "mcp" }],
	["Agent", { kind: "spawn" }],
	["Task", { kind: "spawn" }],
]);

/** Cursor's names for what it does (measured with its executor, SDK 1.0.32). Its edits arrive as writes of whole files. */
const CURSOR_KINDS = new Map<string, Tool>([
	["Shell", { kind: "shell" }],
	["Write", { kind: "write", paths: ["file_path"] }],
	["Delete", { kind: "delete", paths: ["file_path"] }],
	["Read", { kind: "read", paths: ["file_path"] }],
	["Grep", { kind: "read", paths: ["file_path"] }],
	["Fetch", { kind: "fetch" }],
]);

/**
 * Tools with which the agent asks its own user, in its own dialog, and the members such a call has. Nothing changes, so
 * they are not held; a call with more (a question that brings its own answers) is an action like any other.
 */
const QUESTIONS = new Map<string, readonly string[]>([
	["AskUserQuestion", ["questions", "metadata"]],
	["ExitPlanMode", ["plan", "planFilePath", "allowedPrompts"]],
	["EnterPlanMode", []],
]);

/** What a tool of an agent does. Bookkeeping tools (TodoWrite, TaskCreate, ...) are "other": policy knows them by name. */
export function kindOf(agent: string, tool: string): ActionKind {
	if (agent === "cursor") return tool.startsWith("MCP:") ? "mcp" : (CURSOR_KINDS.get(tool)?.kind ?? "other");
	if (tool.startsWith("mcp__")) return "mcp";
	return KINDS.get(tool)?.kind ?? "other";
}

/** Whether the agent asks its own user with this call and does nothing else. */
export function isQuestion(agent: string, tool: string, input: JsonObject): boolean {
	const members = agent === "claude-code" ? QUESTIONS.get(tool) : undefined;
	return members !== undefined && Object.keys(input).every((member) => members.includes(member));
}

/**
 * The absolute paths a tool's input names; relative ones start at `cwd`.
 * @throws PayloadError where a path is none
 */
export function pathsOf(agent: string, tool: string, cwd: string, input: JsonObject): string[] {
	const members = (agent === "cursor" ? CURSOR_KINDS : KINDS).get(tool)?.paths ?? [];
	const paths: string[] = [];
	for (const member of members) {
		const said = input[member];
		if (said === undefined || said === null) continue;
		const path = typeof said === "string" ? absolutePath(cwd, said) : undefined;
		if (path === undefined) throw new PayloadError(message("payload.path", { member, tool: tool.slice(0, 80) }));
		paths.push(path);
	}
	return paths;
}
