// What every agent's folder gives the gate (DESIGN 13). Dialects are known here and nowhere else.
import type { Action } from "../actions/action.ts";
import type { Proposal } from "../actions/change.ts";
import type { JobOptions } from "../actions/jobQueue.ts";
import type { ProposeOptions } from "../actions/propose.ts";
import type { Decision } from "../approvals/decision.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Reply, Submit } from "../protocol/hook.ts";
import type { Message } from "../protocol/messages.ts";

/** Who called, as the hook's submit and payload show it. */
export interface Caller {
	/** Agent that really called: several agents run Claude Code's settings file. */
	agent: string;
	label: string;
	/** Recognised for sure; an unknown caller gets the reply that blocks everywhere. */
	known: boolean;
	/** How the agent runs: a terminal UI that can show its own prompt, headless, or not known. */
	mode: "tui" | "headless" | "unknown";
}

interface EventBase {
	caller: Caller;
	/** The agent's session id; "" when the payload has none. */
	sessionId: string;
	/** Sub-agent id, when the call came from one. */
	subagent?: string;
	cwd: string;
	/** The event's name in the agent's dialect, for the log. */
	name: string;
	/** Path of the agent's transcript, a claim. */
	transcriptPath?: string;
	permissionMode?: string;
	promptId?: string;
}

/** What one hook call means. */
export type AgentEvent = EventBase &
	(
		| { kind: "tool.before"; action: Action; toolUseId?: string; description?: string }
		/** The agent's own prompt is open and asks us too (Claude Code's PermissionRequest). */
		| { kind: "tool.permission"; action: Action; description?: string }
		/** The agent asks its own user something; no side effect. */
		| { kind: "question"; action: Action; toolUseId?: string }
		| { kind: "tool.after"; action: Action; toolUseId?: string; outcome: "done" | "failed"; response: JsonObject }
		/** `byMachine`: the agent wrote it itself, nobody typed it. */
		| { kind: "prompt"; text: string; byMachine?: true }
		| { kind: "session.start"; source: string; model?: string }
		| { kind: "session.end"; reason: string }
		| { kind: "turn.end" }
		| { kind: "subagent.start" | "subagent.end"; subagentId: string; subagentType?: string }
		/** The agent's configuration changed on disk; replying deny keeps the old hooks in force. */
		| { kind: "config.change"; source: string; filePath?: string }
		/** Known and harmless; logged only. `data` is a small claim. */
		| { kind: "note"; data: JsonObject }
	);

/** Thrown by read(): the payload is not what this agent sends. The gate denies in the dialect that blocks everywhere. */
export class PayloadError extends Error {
	override name = "PayloadError";
	readonly detail: Message;
	constructor(detail: Message) {
		super(detail.code);
		this.detail = detail;
	}
}

/** What the gate wants said to the agent. */
export type Outcome =
	| { kind: "decision"; decision: Decision; edited?: Edited }
	/** Let the agent's own prompt decide (mode "both", questions, events that only report). */
	| { kind: "none" }
	/** PreToolUse in mode "both": open your own prompt, with this reason. */
	| { kind: "ask"; reason: string };

/** A person changed the action before allowing it: what the agent is to run, and what it had asked for. */
export interface Edited {
	action: Action;
	from: Action;
}

/** What a person wants to run: another command line, or other bytes in a file than the agent would leave there. */
export type Wanted =
	| { command: string }
	/** @see FileChange; `before` is what is on disk now, undefined where there is no file. */
	| { path: string; before: Buffer | undefined; bytes: Buffer };

/** "enforced": a denied action cannot run while these hooks stand. "voluntary": the agent may ask us or not. */
export interface Enforcement {
	level: "enforced" | "voluntary" | "not-enforced";
	reasons: Message[];
}

export interface HooksInForce {
	/** Labels of hooks on gate events that are not ours and were not accepted: they could change or answer an action. */
	foreign: string[];
	/** What the files say at this moment; the rest also counts what was there until a short while ago. */
	now: {
		level: Enforcement["level"];
		/** What keeps our entries from being run, and our entries, each as one text that can be compared. */
		losses: string[];
		entries: string[];
		/** Of every such hook with what it runs: one that changes has another digest. */
		digests: string[];
	};
	/** Folders from which the session takes definitions of sub-agents, which can start programs. */
	definitionFolders: string[];
	enforcement: Enforcement;
}

export type Settlement = "gatepost" | "terminal-allow" | "terminal-deny" | "rule" | "unknown";

export interface AgentAdapter {
	/** The name given to `hook --agent`. */
	id: string;
	/** True when this adapter understands the submit at all. */
	detect(submit: Submit): boolean;
	/**
	 * Reads the payload bytes. Duplicate keys, lone surrogates, invalid UTF-8 and wrong shapes are refused.
	 * @throws PayloadError
	 */
	read(submit: Submit, payload: Buffer): AgentEvent;
	/** The change an action would make, computed from the disk as the agent would apply it. */
	propose(action: Action, options?: ProposeOptions): Promise<Proposal>;
	/** The bytes the hook prints. */
	reply(event: AgentEvent, outcome: Outcome): Pick<Reply, "stdout" | "stderr" | "exit">;
	/** True for a payload, also one that read() refuses, which surely only tells: refusing it would stop nothing. */
	isReport(payload: Buffer): boolean;
	/** The reply when no event could be read: blocks in every agent that may run this hook. */
	refuse(reason: string): Pick<Reply, "stdout" | "stderr" | "exit">;
	/** Which hooks are in force for this call's session, ours and others'. On the path of every action: must be cheap. */
	inForce(submit: Submit, root: string): Promise<HooksInForce>;
	/** Who answered a prompt we raced with, from what the agent wrote down; "unknown" until it says. */
	settlement(event: AgentEvent, of: { toolUseId?: string; action: Action }): Promise<Settlement>;
	/** True when what ran is what was decided on. */
	sameAction(decided: Action, ran: Action): boolean;
	/** Whether an answered action may be raced with the agent's own prompt for this call (proven interactive prompt). */
	canRace(event: AgentEvent): boolean;
	/**
	 * The whole input with which the agent would do what a person wants, or why it cannot. Only for agents that were seen to
	 * run the input they are given in a reply, and that can be told of it. The gate computes the change of it again and
	 * compares. Absent: this agent takes none.
	 */
	editInput?(
		event: AgentEvent & { kind: "tool.before" },
		wanted: Wanted,
		options?: JobOptions,
	): Promise<{ input: JsonObject } | Message>;
}
