// A session at first sight: who started it, in which folder, and whether its hooks are in force.
import { hostname } from "node:os";
import { redact } from "../actions/redact.ts";
import type { AgentEvent, Enforcement } from "../agents/adapter.ts";
import { format, message } from "../protocol/messages.ts";
import { agentPid } from "./agentPid.ts";
import type { GateContext, Handling } from "./context.ts";
import * as entries from "./entries.ts";
import { programOf } from "./launcher.ts";
import { ancestors, gitState } from "./provenance.ts";
import { hooksOf, labelOf, NO_HOOKS_KNOWN, type Session } from "./sessions.ts";

/**
 * Key of the session an event belongs to. Pinned to the served folder, so a moved session is a new one, and to the
 * agent's process where it says which: a session that goes on in another process was started by somebody else.
 */
export function sessionKey({ folder, submit }: Handling, event: AgentEvent): string {
	return JSON.stringify([event.caller.agent, folder, event.sessionId, submit.env.CLAUDE_PID ?? ""]);
}

/** Whether an event shows that a session which had ended goes on. Reports may come late, behind the end. */
export function resumes(event: AgentEvent): boolean {
	return event.kind === "session.start" || event.kind === "prompt" || event.kind === "tool.before";
}

/** Opens a session and records who started it. @throws JournalError */
export async function openSession(gate: GateContext, handling: Handling, event: AgentEvent): Promise<Session> {
	const { submit, folder, root } = handling;
	const pid = agentPid(submit);
	const [hooks, processes, program, git] = await Promise.all([
		gate.hooks(handling),
		ancestors(pid),
		programOf(pid),
		gitState(root),
	]);
	const now = Date.now();
	const key = sessionKey(handling, event);
	const session: Session = {
		key,
		id: entries.nameFor(event.sessionId) ?? "",
		agent: event.caller.agent,
		agentLabel: event.caller.label,
		mode: event.caller.mode,
		folder,
		root,
		label: event.kind === "prompt" ? labelOf(redact(event.text, { prose: true }).text) : "",
		startedAt: now,
		lastSeenAt: now,
		// A stopped session is not freed by ending it.
		stopped: gate.sessions.get(key)?.stopped ?? false,
		ended: false,
		waiting: 0,
		decided: { allowed: 0, denied: 0 },
		enforcement: hooks.enforcement,
		// Only at its start has the session surely loaded what the files say. In the middle, the change that is asked about,
		// or one that was kept out before a restart, may lie in them already: then only what is clean passes.
		hooks: event.kind === "session.start" ? hooksOf(hooks) : NO_HOOKS_KNOWN,
		agentPid: pid,
		questions: new Map(),
	};
	const seen = { processes, program, git, osUser: gate.options.osUser, host: hostname() };
	await gate.record(session, { type: "session.started", body: entries.sessionStarted(session, event, submit, seen) });
	gate.sessions.add(session);
	if (hooks.enforcement.level === "not-enforced") warnNotEnforced(gate, session);
	return session;
}

/** Takes note of a change in how far the session's hooks bind it: an entry and, when they no longer do, a warning. */
export function noteEnforcement(gate: GateContext, session: Session, now: Enforcement): void {
	const before = session.enforcement.level;
	session.enforcement = now;
	if (before === now.level) return;
	const reasons = entries.sentences(now.reasons);
	gate.later(session, "agent.changed", { enforcement: now.level, before, reasons });
	if (now.level === "not-enforced") warnNotEnforced(gate, session);
}

function warnNotEnforced(gate: GateContext, session: Session): void {
	const reason = session.enforcement.reasons.map((r) => format(r)).join(" ");
	gate.warn(`enforcement:${session.key}`, message("gate.notEnforced", { agent: session.agentLabel, reason }));
}
