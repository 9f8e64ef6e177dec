// A session at first sight: who started it, in which folder, and whether its hooks are in force.
import type { AgentEvent, Enforcement } from "../agents/adapter.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { format, message } from "../protocol/messages.ts";
import type { GateContext, Handling } from "./context.ts";
import * as entries from "./entries.ts";
import { ancestors, gitState } from "./provenance.ts";
import { labelOf, type Session } from "./sessions.ts";

/** Key of the session an event belongs to. Pinned to the served folder, so a moved session is a new one. */
export function sessionKey(handling: Handling, event: AgentEvent): string {
	return `${event.caller.agent}\n${handling.folder}\n${event.sessionId}`;
}

/** Opens a session and records who started it. @throws JournalError */
export async function openSession(gate: GateContext, handling: Handling, event: AgentEvent): Promise<Session> {
	const { submit, adapter, folder, root } = handling;
	const [hooks, processes, git] = await Promise.all([
		adapter.inForce(submit, root),
		ancestors(submit.ppid),
		gitState(root),
	]);
	const now = Date.now();
	const session: Session = {
		key: sessionKey(handling, event),
		id: event.sessionId,
		agent: event.caller.agent,
		agentLabel: event.caller.label,
		mode: event.caller.mode,
		folder,
		root,
		label: event.kind === "prompt" ? labelOf(event.text) : "",
		startedAt: now,
		lastSeenAt: now,
		stopped: false,
		ended: false,
		waiting: 0,
		decided: { allowed: 0, denied: 0 },
		enforcement: hooks.enforcement,
		agentPid: submit.ppid,
	};
	const seen = { processes, git, osUser: gate.options.osUser };
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
	const reasons = now.reasons.map((reason) => ({ ...reason })) as JsonObject[];
	gate.later(session, "agent.changed", { enforcement: now.level, before, reasons });
	if (now.level === "not-enforced") warnNotEnforced(gate, session);
}

function warnNotEnforced(gate: GateContext, session: Session): void {
	const reason = session.enforcement.reasons.map((r) => format(r)).join(" ");
	gate.warn(`enforcement:${session.key}`, message("gate.notEnforced", { agent: session.agentLabel, reason }));
}
