// Policy's word on an action in its session, and what policy is told of it.
import type { AgentEvent } from "../agents/adapter.ts";
import type { PolicyContext, PolicyVerdict } from "../policy/policy.ts";
import { message } from "../protocol/messages.ts";
import { agentPid } from "./agentPid.ts";
import type { BeforeEvent, GateContext, Handling, PermissionEvent } from "./context.ts";
import { noteEnforcement } from "./openSession.ts";
import type { Session } from "./sessions.ts";

/** What policy is told, but for the hooks in force. @param pid process the call came from */
export function contextOf(gate: GateContext, event: AgentEvent, session: Session, pid: number): PolicyContext {
	const { workspaces, homeDir, userHome, settings } = gate.options;
	return {
		folders: [...workspaces.folders],
		home: homeDir,
		userHome,
		foreignHooks: [],
		callerKnown: event.caller.known,
		trusted: settings().trusted ?? true,
		agent: event.caller.agent,
		session: { key: session.key, agentPid: pid },
	};
}

/** Policy's word on an action in this session, with the hooks that are in force now. */
export async function judge(
	gate: GateContext,
	handling: Handling,
	event: BeforeEvent | PermissionEvent,
	session: Session,
): Promise<PolicyVerdict> {
	const hooks = await gate.hooks(handling);
	noteEnforcement(gate, session, hooks.enforcement);
	if (session.stopped) return stoppedVerdict();
	const verdict = await gate.options.policy.evaluate(event.action, {
		...contextOf(gate, event, session, agentPid(handling.submit)),
		foreignHooks: hooks.foreign,
		definitionFolders: hooks.definitionFolders,
	});
	// Stopped while the policy was looking.
	return session.stopped ? stoppedVerdict() : verdict;
}

export function stoppedVerdict(): PolicyVerdict {
	return { effect: "deny", ruleId: "session.stopped", why: [message("gate.sessionStopped")], guard: false };
}
