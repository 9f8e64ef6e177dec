// The agent sessions this gate has seen. A session is pinned to the folder of its project root at first sight.
import type { Caller, Enforcement } from "../agents/adapter.ts";

export interface Session {
	/** Unique in this gate: agent and the agent's own session id. */
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
	/** Process id of the agent, where the hook saw one. */
	agentPid: number;
}

const LABEL_LENGTH = 60;

/** A one-line label from a prompt: its first words. */
export function labelOf(prompt: string): string {
	const line = prompt.replace(/\s+/gu, " ").trim();
	return line.length <= LABEL_LENGTH ? line : `${line.slice(0, LABEL_LENGTH - 1).trimEnd()}…`;
}

export class Sessions {
	readonly #sessions = new Map<string, Session>();
	/** Ended sessions are kept for the tree view, the oldest forgotten first. */
	readonly #limit = 200;

	/** All sessions, the newest first. */
	list(): Session[] {
		return [...this.#sessions.values()].sort((a, b) => b.startedAt - a.startedAt);
	}

	get(key: string): Session | undefined {
		return this.#sessions.get(key);
	}

	/** Adds a session at first sight. The caller has looked it up before. */
	add(session: Session): void {
		this.#sessions.set(session.key, session);
		if (this.#sessions.size <= this.#limit) return;
		for (const [key, old] of this.#sessions) {
			if (old.waiting === 0 && !old.stopped && old !== session) {
				this.#sessions.delete(key);
				return;
			}
		}
	}
}
