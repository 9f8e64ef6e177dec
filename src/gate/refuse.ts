// Calls that never became a request, and events on which the gate failed: denied in the dialect that blocks everywhere,
// and on record where that is possible.
import { createHmac } from "node:crypto";
import { redact, redactJson } from "../actions/redact.ts";
import type { AgentAdapter, AgentEvent } from "../agents/adapter.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import type { Submit } from "../protocol/hook.ts";
import { format, type Message } from "../protocol/messages.ts";
import type { GateContext, Handling } from "./context.ts";
import { sentences } from "./entries.ts";
import { failure } from "./record.ts";
import type { Call } from "./server.ts";
import type { Draft, Folder } from "./workspaces.ts";

interface Refused {
	call: Call;
	submit: Submit;
	/** Absent for an agent that nobody here knows. */
	adapter?: AgentAdapter;
	folder: Folder;
}

/**
 * Refuses a call that could not be understood or belongs nowhere. One that only tells is let pass, because refusing it
 * would stop nothing and may keep the agent from ending; that it is missing in the log is on record.
 */
export async function refuse(gate: GateContext, refused: Refused, why: Message): Promise<void> {
	const { call, adapter, folder } = refused;
	const reason = format(why);
	if (adapter?.isReport(call.payload) === true) {
		await gate.options.workspaces
			.record(folder, [gap(refused, why)])
			.catch((error) => gate.trouble(folder ?? "", error));
		await call.reply({ stdout: "", stderr: "", exit: 0 });
		return;
	}
	await gate.options.workspaces
		.record(folder, denial(gate, refused, reason))
		.catch((error) => gate.trouble(folder ?? "", error));
	await call.reply(adapter?.refuse(reason) ?? { stdout: "", stderr: `Gatepost: ${reason}\n`, exit: 2 });
}

/** A report that was not taken, with the names it gives itself. */
function gap({ call, submit }: Refused, why: Message): Draft {
	const { agent, pid, leftOut } = submit;
	const claimed = { agent, pid, bytes: leftOut ?? call.payload.length, ...namesOf(call.payload) };
	return {
		type: "coverage.gap",
		body: { kind: "unread-report", why: sentences([why]), claimed: redactJson(claimed).value },
	};
}

const NAMES = ["hook_event_name", "session_id", "tool_name", "tool_use_id"];

function namesOf(payload: Buffer): JsonObject {
	const text = payload.toString("utf8");
	const named = NAMES.flatMap((name) => {
		const value = new RegExp(`"${name}"\\s*:\\s*"([\\w.:/-]{1,200})"`).exec(text)?.[1];
		return value === undefined ? [] : [[name, value]];
	});
	return Object.fromEntries(named);
}

/** A request of which nothing is known but its bytes, and its denial. */
function denial({ options }: GateContext, { call, submit, adapter }: Refused, reason: string): Draft[] {
	const { id: request, agent } = submit;
	// Of the bytes: there is no action whose canonical text could be taken.
	const actionMac = createHmac("sha256", options.homeKey).update(call.payload).digest("hex");
	const claimed = { bytes: submit.leftOut ?? call.payload.length, root: redact(submit.root).text };
	// Whose session it is cannot be said, so neither how far its hooks bind it.
	const about = { request, agent, enforcement: "unknown", actionMac };
	const named = { ...about, agentKnown: adapter !== undefined, kind: "other", tool: "", guard: false };
	const decision = { by: "failure", verdict: "deny", reason: redact(reason).text };
	return [
		{ type: "action.requested", body: { ...named, unreadable: true, claimed } },
		{ type: "action.decided", body: { ...about, decision } },
	];
}

/** The gate failed on an event that was understood. Refusing one that only tells would break the agent and stop nothing. */
export async function refuseEvent(
	gate: GateContext,
	handling: Handling,
	event: AgentEvent,
	error: unknown,
): Promise<void> {
	const { call, adapter, folder } = handling;
	const { decision, note } = failure(gate, { folder }, error);
	switch (event.kind) {
		case "tool.before":
			return refuse(gate, handling, note);
		case "tool.permission":
		case "question":
		case "config.change":
			await call.reply(adapter.refuse(decision.reason ?? ""));
			return;
		default:
			await call.reply(adapter.reply(event, { kind: "none" }));
	}
}
