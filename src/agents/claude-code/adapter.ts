// Claude Code, and the agents that run the hooks of its settings file (DESIGN 7). The pieces: detect.ts who called, read.ts
// what it means, edits.ts and notebook.ts what a file would become, reply.ts what to print, transcript.ts who answered.
import type { Action } from "../../actions/action.ts";
import type { Proposal } from "../../actions/change.ts";
import { type ProposeOptions, proposeDelete, proposeRewrite } from "../../actions/propose.ts";
import { canonical, type JsonObject } from "../../protocol/canonical.ts";
import type { Submit } from "../../protocol/hook.ts";
import { message } from "../../protocol/messages.ts";
import type { AgentAdapter, AgentEvent, Outcome, Settlement } from "../adapter.ts";
import { readProcess } from "./claudeProcess.ts";
import { editWanted } from "./editWanted.ts";
import { ClaudeHooks } from "./inForce.ts";
import type { NotebookChange } from "./notebook.ts";
import { configDir } from "./paths.ts";
import { read } from "./read.ts";
import { refuse, reply } from "./reply.ts";
import { isReport } from "./reports.ts";
import { fileTools } from "./rewrites.ts";
import { type SettledBy, settlement } from "./transcript.ts";

export interface ClaudeCodePlaces {
	/** Gatepost home: says which hooks are ours. */
	home: string;
	userHome: string;
}

/** What of the caller an event does not say itself. */
interface Origin {
	/** The agent's process, a claim. */
	pid: number;
	/** We answered its permission prompt with a denial that ends the turn: the transcript then looks like a "No" there. */
	interrupted?: true;
}

/** The adapter named `claude-code` in hook commands. One for a gate. */
export function claudeCodeAdapter(places: ClaudeCodePlaces): AgentAdapter {
	const hooks = new ClaudeHooks(places);
	const origins = new WeakMap<AgentEvent, Origin>();
	return {
		id: "claude-code",
		detect: (submit) => submit.agent === "claude-code",
		read(submit, payload) {
			const event = read(submit, payload);
			origins.set(event, { pid: pidOf(submit) });
			return event;
		},
		propose,
		reply(event, outcome) {
			const origin = origins.get(event);
			if (origin !== undefined && event.kind === "tool.permission" && endsTurn(outcome)) origin.interrupted = true;
			return reply(event, outcome);
		},
		isReport,
		refuse,
		inForce: (submit, root) => hooks.inForce({ root, pid: pidOf(submit) }),
		async settlement(event, { toolUseId, action }) {
			if (event.transcriptPath === undefined) return "unknown";
			const { tool, input } = action;
			const { subagent } = event;
			const query = { tool, input, ...(toolUseId === undefined ? {} : { toolUseId }), ...(subagent && { subagent }) };
			const origin = origins.get(event);
			const by = await settlement(event.transcriptPath, query, await configDirs(places.userHome, origin?.pid));
			return by === "terminal-no" && origin?.interrupted === true ? "unknown" : SETTLEMENTS[by];
		},
		sameAction,
		canRace,
		editInput: editWanted,
	};
}

/** The agent's process. Claude Code says it itself, whatever was in the environment before (measured, 2.1.330). */
function pidOf({ env, ppid }: Submit): number {
	const said = Number(env.CLAUDE_PID);
	return Number.isSafeInteger(said) && said > 1 ? said : ppid;
}

/** Folders in which this session may keep its transcripts: where its own process says, and where they usually are. */
async function configDirs(userHome: string, pid: number | undefined): Promise<string[]> {
	const running = pid === undefined ? undefined : await readProcess(pid);
	const own = { CLAUDE_CONFIG_DIR: running?.configDir };
	return [
		...new Set([configDir(running?.home ?? userHome, own), configDir(userHome, process.env), configDir(userHome)]),
	];
}

const SETTLEMENTS: Record<SettledBy, Settlement> = {
	hook: "gatepost",
	"terminal-yes": "terminal-allow",
	"terminal-no": "terminal-deny",
	rule: "rule",
	unknown: "unknown",
};

/** Permission modes of the terminal in which "ask" was seen to open a prompt that blocks (2.1.330). */
const RACE_MODES = new Set(["default", "auto", "bypassPermissions"]);

function canRace(event: AgentEvent): boolean {
	const { agent, known, mode } = event.caller;
	const proven = known && agent === "claude-code" && mode === "tui" && RACE_MODES.has(event.permissionMode ?? "");
	return proven && event.kind === "tool.before";
}

/**
 * Claude Code tidies a tool's input before its first hook (absolute paths, trailing white space, `replace_all: false`,
 * `cd <cwd> &&` taken off, numbers given as text) and reports the very same input afterwards: 50 calls of 9 tools with
 * such inputs showed no difference (2.1.330). So nothing is forgiven here. The cwd may move in between.
 */
function sameAction(decided: Action, ran: Action): boolean {
	return decided.tool === ran.tool && decided.kind === ran.kind && canonical(decided.input) === canonical(ran.input);
}

/** The change a file tool would make; undefined for tools that name no file they write. */
async function propose(action: Action, options?: ProposeOptions): Promise<Proposal> {
	const { kind, tool, input } = action;
	if (kind !== "edit" && kind !== "write" && kind !== "delete") return undefined;
	const [path] = action.paths;
	if (path === undefined) return { unknown: message("proposal.noPath", { tool }) };
	// In its memory folder Claude Code stamps and cleans Markdown files as it writes them (read in 2.1.330, not measured).
	if (/\/(?:agent-)?memory\/.*\.mdx?$/i.test(path) && path.includes("/.claude/")) {
		return { unknown: message("proposal.memory") };
	}
	if (kind === "delete") return proposeDelete(path, options);
	switch (tool) {
		case "Write": {
			const { content } = input;
			if (typeof content !== "string") return strange(tool, "content");
			return proposeRewrite(path, fileTools, { tool, content }, options);
		}
		case "Edit": {
			const { old_string: oldString, new_string: newString, replace_all: all } = input;
			if (typeof oldString !== "string") return strange(tool, "old_string");
			if (typeof newString !== "string") return strange(tool, "new_string");
			if (all !== undefined && typeof all !== "boolean") return strange(tool, "replace_all");
			return proposeRewrite(path, fileTools, { tool, path, oldString, newString, replaceAll: all === true }, options);
		}
		case "NotebookEdit": {
			const change = notebookChange(input);
			return change === undefined
				? strange(tool, "edit_mode")
				: proposeRewrite(path, fileTools, { tool, ...change }, options);
		}
		default:
			return { unknown: message("proposal.tool", { tool }) };
	}
}

function notebookChange(input: JsonObject): NotebookChange | undefined {
	const { new_source: newSource, cell_id: cellId, cell_type: cellType, edit_mode: mode } = input;
	const editMode = mode ?? "replace";
	if (editMode !== "replace" && editMode !== "insert" && editMode !== "delete") return undefined;
	const texts = [newSource, cellId ?? "", cellType ?? ""];
	if (!texts.every((value) => typeof value === "string")) return undefined;
	return {
		newSource: String(newSource),
		editMode,
		...(typeof cellId === "string" ? { cellId } : {}),
		...(typeof cellType === "string" ? { cellType } : {}),
	};
}

function strange(tool: string, member: string): Proposal {
	return { unknown: message("proposal.input", { tool, member }) };
}

function endsTurn(outcome: Outcome): boolean {
	return outcome.kind === "decision" && outcome.decision.by === "person" && outcome.decision.stopSession === true;
}
