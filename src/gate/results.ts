// What the agent says it did, held against what was decided (DESIGN 2.5), and changes of its configuration.
import type { Decision } from "../approvals/decision.ts";
import type { JsonObject } from "../protocol/canonical.ts";
import { format, message } from "../protocol/messages.ts";
import type { AfterEvent, ConfigEvent, GateContext, Handling } from "./context.ts";
import * as entries from "./entries.ts";
import { actionMac } from "./keyed.ts";
import { settleRace } from "./race.ts";
import type { Session } from "./sessions.ts";
import type { Draft } from "./workspaces.ts";

/** A result came in: recorded, compared, and a result nobody decided on is a coverage gap with a warning. */
export async function after(gate: GateContext, handling: Handling, event: AfterEvent, session: Session): Promise<void> {
	const { call, adapter, folder } = handling;
	const line = event.toolUseId === undefined ? undefined : gate.ledger.ofToolUse(session.key, event.toolUseId);
	const journal = await gate.options.workspaces.journal(folder);
	const drafts: Draft[] = [{ type: "action.executed", body: await entries.actionExecuted(journal, event, line) }];
	const label = { agent: session.agentLabel, tool: event.action.tool };
	const released = line?.state === "allowed" || line?.state === "delegated";
	if (line === undefined || !released) {
		// The agent's own questions and finished races have no open decision to hold the result against.
		if (line?.state !== "done" && !gate.questions.has(`${session.key}\n${event.toolUseId ?? ""}`)) {
			const body = { kind: "result-without-decision", request: line?.request ?? null, tool: label.tool };
			drafts.push({ type: "coverage.gap", body });
			gate.warn(`gap:${session.key}`, message("gate.coverageGap", label));
		}
	} else if (!adapter.sameAction(line.action, event.action)) {
		const ran = actionMac(event.action, gate.options.homeKey);
		drafts.push({ type: "digest.mismatch", body: { request: line.request, decided: line.mac, ran } });
		gate.warn(`mismatch:${line.request}`, message("gate.mismatch", label));
	}
	await gate.record(session, ...drafts);
	if (line?.state === "delegated") {
		gate.options.desk.withdraw(line.request, format(message("gate.answeredInTerminal")));
		settleRace(gate, handling, event, session, line).catch((error) => gate.trouble(folder, error));
	} else if (line?.state === "allowed") line.state = "done";
	gate.news.emit("changed");
	await call.reply(adapter.reply(event, { kind: "none" }));
}

/** The agent's configuration changed: a change that would weaken our hooks is kept out of the running session. */
export async function configChange(
	gate: GateContext,
	handling: Handling,
	event: ConfigEvent,
	session: Session,
): Promise<void> {
	const { call, adapter, submit, root } = handling;
	const hooks = await adapter.inForce(submit, root);
	const weakens = hooks.enforcement.level !== "enforced" || hooks.foreign.length > 0;
	const file = event.filePath ?? event.source;
	await gate.record(session, {
		type: "agent.changed",
		body: {
			blocked: weakens,
			enforcement: hooks.enforcement.level,
			reasons: hooks.enforcement.reasons.map((reason) => ({ ...reason })) as JsonObject[],
			foreign: hooks.foreign,
			claimed: { source: event.source, file },
		},
	});
	if (!weakens) {
		await call.reply(adapter.reply(event, { kind: "none" }));
		return;
	}
	const blocked = message("gate.configBlocked", { file });
	gate.warn(`config:${file}`, blocked);
	const decision: Decision = { by: "failure", verdict: "deny", reason: format(blocked) };
	await call.reply(adapter.reply(event, { kind: "decision", decision }));
}
