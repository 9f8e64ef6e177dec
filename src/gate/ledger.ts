// What became of each action this gate run has seen, so that a result can be held against its decision (DESIGN 2.5)
// and the agent's own prompt can be matched to the request it belongs to.
import type { Action } from "../actions/action.ts";
import type { AgentEvent } from "../agents/adapter.ts";
import type { Decision } from "../approvals/decision.ts";

export type LedgerState =
	/** Waiting for a decision. */
	| "open"
	/** Handed to the agent's own prompt as well (mode "both"): settled when the agent says what happened. */
	| "delegated"
	/** Allowed, and the agent was told. */
	| "allowed"
	/** Denied, withdrawn, timed out or failed. */
	| "denied"
	/** A result was seen, or the race is over. */
	| "done";

export interface LedgerLine {
	/** Request id, the same in every entry of this action. */
	request: string;
	sessionKey: string;
	subagent?: string | undefined;
	toolUseId?: string | undefined;
	event: AgentEvent;
	action: Action;
	/** Of the action's canonical text. */
	digest: string;
	mac: string;
	state: LedgerState;
	decision?: Decision;
	/** Joined calls (one tool_use_id through two configs) share this. */
	settled: Promise<Decision>;
}

export class Ledger {
	readonly #lines = new Map<string, LedgerLine>();
	/** The newest line of each tool call: looked up at every event, so not searched for. */
	readonly #byToolUse = new Map<string, LedgerLine>();
	readonly #limit: number;

	constructor(limit = 5000) {
		this.#limit = limit;
	}

	add(line: LedgerLine): void {
		this.#lines.set(line.request, line);
		if (line.toolUseId !== undefined) this.#byToolUse.set(toolUseKey(line.sessionKey, line.toolUseId), line);
		if (this.#lines.size <= this.#limit) return;
		// The oldest finished line goes; open ones are bounded by the desk and the server.
		for (const old of this.#lines.values()) {
			if (old.state === "done" || old.state === "denied") {
				this.#forget(old);
				return;
			}
		}
		const oldest = this.#lines.values().next().value;
		if (oldest !== undefined) this.#forget(oldest);
	}

	#forget(line: LedgerLine): void {
		this.#lines.delete(line.request);
		if (line.toolUseId === undefined) return;
		const key = toolUseKey(line.sessionKey, line.toolUseId);
		if (this.#byToolUse.get(key) === line) this.#byToolUse.delete(key);
	}

	get(request: string): LedgerLine | undefined {
		return this.#lines.get(request);
	}

	/** The newest line of this tool call. */
	ofToolUse(sessionKey: string, toolUseId: string): LedgerLine | undefined {
		return this.#byToolUse.get(toolUseKey(sessionKey, toolUseId));
	}

	/** The newest unfinished line of the very same action by the same (sub-)agent: the agent's own prompt has no tool_use_id. */
	ofAction(sessionKey: string, subagent: string | undefined, digest: string): LedgerLine | undefined {
		let found: LedgerLine | undefined;
		for (const line of this.#lines.values()) {
			const same = line.sessionKey === sessionKey && line.subagent === subagent && line.digest === digest;
			if (same && line.state !== "done") found = line;
		}
		return found;
	}

	/** Races of this session (and sub-agent, where given) that are not settled yet. */
	delegated(sessionKey: string, subagent?: string): LedgerLine[] {
		return [...this.#lines.values()].filter(
			(line) =>
				line.sessionKey === sessionKey &&
				line.state === "delegated" &&
				(subagent === undefined || line.subagent === subagent),
		);
	}
}

function toolUseKey(sessionKey: string, toolUseId: string): string {
	return `${sessionKey}\n${toolUseId}`;
}
