// Tools by which an agent keeps its own books or asks its own user: nothing outside the agent changes.
// Exact names and members (Claude Code 2.1.330, sdk-tools.d.ts). Not here on purpose: Skill and Workflow run commands that
// never reach a hook, TaskStop ends programs, ListAgents and SendMessage reach other sessions.
import type { Action } from "../actions/action.ts";
import { type MessageCode, message } from "../protocol/messages.ts";
import { allow, ask, clip, type Finding } from "./finding.ts";

interface BookTool {
	members: readonly string[];
	why: MessageCode;
}

const TASK = ["subject", "description", "activeForm", "metadata"];

export const BOOK_TOOLS: Record<string, BookTool> = {
	TodoWrite: { members: ["todos"], why: "why.bookkeeping" },
	TodoRead: { members: [], why: "why.bookkeeping" },
	TaskCreate: { members: TASK, why: "why.bookkeeping" },
	TaskUpdate: {
		members: ["taskId", "status", "owner", "addBlocks", "addBlockedBy", ...TASK],
		why: "why.bookkeeping",
	},
	TaskGet: { members: ["taskId"], why: "why.bookkeeping" },
	TaskList: { members: [], why: "why.bookkeeping" },
	TaskOutput: { members: ["task_id", "block", "timeout"], why: "why.bookkeeping" },
	BashOutput: { members: ["bash_id", "filter"], why: "why.bookkeeping" },
	CronList: { members: [], why: "why.bookkeeping" },
	ReportFindings: { members: ["level", "findings"], why: "why.bookkeeping" },
	ToolSearch: { members: ["query", "max_results"], why: "why.bookkeeping" },
	EnterPlanMode: { members: [], why: "why.bookkeeping" },
	// Claude Code opens its own dialog for these even after an allow. A question that brings its own `answers` asks.
	AskUserQuestion: { members: ["questions", "metadata"], why: "why.ownPrompt" },
	ExitPlanMode: { members: ["plan", "allowedPrompts"], why: "why.ownPrompt" },
};

/** Judges an action of kind "other". */
export function judgeOther(action: Action): Finding {
	const tool = Object.hasOwn(BOOK_TOOLS, action.tool) ? BOOK_TOOLS[action.tool] : undefined;
	if (tool === undefined) return ask("ask.tool", message("why.tool", { tool: clip(action.tool) }));
	const strange = Object.keys(action.input).find((member) => !tool.members.includes(member));
	if (strange !== undefined) {
		return ask("ask.input", message("why.toolInput", { tool: action.tool, member: clip(strange) }));
	}
	return allow("floor.books", tool.why);
}
