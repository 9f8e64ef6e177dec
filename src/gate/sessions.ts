// The agent sessions this gate has seen. A session is pinned to the folder of its project root at first sight.
import type { Caller, Enforcement, HooksInForce } from "../agents/adapter.ts";

export interface Session {
	/** Unique in this gate: agent, folder, the agent's own session id and process. */
	key: string;
	id: string;
	agent: string;
	agentLabel: string;
	mode: Caller["mode"];
	/** Served folder whose journal holds the session. */
	folder: string;
	/** The agent's project root, real path. */
	root: string;
	/** First words of the newest prompt; the agent's text. */
	label: string;
	/** Milliseconds since the epoch. */
	startedAt: number;
	lastSeenAt: number;
	/** Set when a person denied and stopped the session: everything is denied until the next prompt. */
	stopped: boolean;
	ended: boolean;
	waiting: number;
	decided: { allowed: number; denied: number };
	enforcement: Enforcement;
	/** The hooks that this session was let go on with: what a change of its settings is held against. */
	hooks: {
		level: Enforcement["level"];
		losses: ReadonlySet<string>;
		entries: ReadonlySet<string>;
		digests: ReadonlySet<string>;
	};
	/** Process id of the agent, where it says so itself, else of the hook's parent. A claim. */
	agentPid: number;
	/** Questions to the agent's own user, tool by tool_use_id: their results are answers and need no decision. */
	questions: Map<string, string>;
}

/** What is held against later, of hooks as they are now. */
export function hooksOf({ now }: HooksInForce): Session["hooks"] {
	return {
		level: now.level,
		losses: new Set(now.losses),
		entries: new Set(now.entries),
		digests: new Set(now.digests),
	};
}

/** Of a session that was there before its gate: only settings that hold in full pass as no worse. */
export const NO_HOOKS_KNOWN: Session["hooks"] = {
	level: "enforced",
	losses: new Set(),
	entries: new Set(),
	digests: new Set(),
};

const LABEL_LENGTH = 60;
/** Questions of one session whose answers have not come. */
const MAX_QUESTIONS = 100;
/** Sessions in the tree. More are forgotten; one that comes back is opened, and recorded, anew. */
const MAX_SESSIONS = 200;

/** A one-line label from a prompt: its first words. */
export function labelOf(prompt: string): string {
	const line = prompt
		.slice(0, 20 * LABEL_LENGTH)
		.replace(/\s+/gu, " ")
		.trim();
	return line.length <= LABEL_LENGTH ? line : `${line.slice(0, LABEL_LENGTH - 1).trimEnd()}…`.toWellFormed();
}

/** Remembers a question. One whose answer never comes is not remembered for ever. */
export function noteQuestion({ questions }: Session, toolUseId: string, tool: string): void {
	questions.set(toolUseId, tool);
	if (questions.size <= MAX_QUESTIONS) return;
	for (const oldest of questions.keys()) {
		questions.delete(oldest);
		return;
	}
}

export class Sessions {
	readonly #sessions = new Map<string, Session>();

	/** All sessions, the newest first. */
	list(): Session[] {
		return [...this.#sessions.values()].sort((a, b) => b.startedAt - a.startedAt);
	}

	get(key: string): Session | undefined {
		return this.#sessions.get(key);
	}

	/** Adds a session at first sight, or in place of one that had ended. */
	add(session: Session): void {
		this.#sessions.set(session.key, session);
		if (this.#sessions.size <= MAX_SESSIONS) return;
		let least: Session | undefined;
		for (const one of this.#sessions.values()) {
			// A stopped session must not come back to life by being forgotten.
			if (one.waiting > 0 || one.stopped || one === session) continue;
			if (least === undefined || rank(one) < rank(least)) least = one;
		}
		if (least !== undefined) this.#sessions.delete(least.key);
	}
}

/** What is forgotten first: ended sessions, then those that were silent for longest. */
function rank({ ended, lastSeenAt }: Session): number {
	return ended ? lastSeenAt - Number.MAX_SAFE_INTEGER : lastSeenAt;
}

/**
 * Whose turn long work is: the agent's process and not its session, because a process can call itself by as many session ids
 * as it likes.
 */
export function turnOf({ agentPid }: Pick<Session, "agentPid">): string {
	return `agent ${agentPid}`;
}
