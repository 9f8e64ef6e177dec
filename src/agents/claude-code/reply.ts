// The bytes a hook prints, in the dialect of whoever called. Rules (measured, agents' contracts): exactly one JSON object
// on stdout or nothing; exit 2 with the reason on stderr denies in Claude Code, Cursor and Copilot whatever stdout says.
import type { Decision } from "../../approvals/decision.ts";
import type { JsonObject } from "../../protocol/canonical.ts";
import type { Reply } from "../../protocol/hook.ts";
import { format, type Message, message } from "../../protocol/messages.ts";
import type { AgentEvent, Edited, Outcome } from "../adapter.ts";

type Output = Pick<Reply, "stdout" | "stderr" | "exit">;

const NOTHING: Output = { stdout: "", stderr: "", exit: 0 };
const MAX_REASON = 4000;

/** What to print for an event. Only gating events carry decisions; anything else is answered with nothing. */
export function reply(event: AgentEvent, outcome: Outcome): Output {
	switch (outcome.kind) {
		case "none":
			return silent(event);
		case "ask":
			return asking(event, outcome.reason);
		case "decision":
			return decided(event, outcome.decision, outcome.edited);
	}
}

/** Blocks in every agent that may run this hook. */
export function refuse(reason: string): Output {
	return { stdout: "", stderr: `${clean(`Gatepost: ${reason}`)}\n`, exit: 2 };
}

function decided(event: AgentEvent, decision: Decision, edited: Edited | undefined): Output {
	switch (event.kind) {
		case "tool.before":
		case "question":
			return decision.verdict === "allow" ? allow(event, decision, edited) : deny(event, decision);
		case "tool.permission":
			return edited === undefined ? permission(decision) : refuse(format(message("edit.raced")));
		case "config.change":
			return decision.verdict === "allow" ? silent(event) : refuse(decision.reason ?? "");
		default:
			// Exit 2 on Stop would keep the agent running, on a prompt would swallow it: nothing to decide here.
			return silent(event);
	}
}

/** Never echoes the input: an updatedInput of another hook would race with it. Only what a person changed is sent. */
function allow(event: AgentEvent, decision: Decision, edited: Edited | undefined): Output {
	if (edited !== undefined) return allowEdited(event, edited);
	// Cursor knows no allow: what is not denied goes its own way. An object, because it may ask for output.
	if (event.caller.agent === "cursor") return silent(event);
	return print({
		hookSpecificOutput: {
			hookEventName: "PreToolUse",
			permissionDecision: "allow",
			permissionDecisionReason: allowText(decision),
		},
	});
}

/** The model reads `additionalContext` beside the result: it must not think that what it asked for is what ran. */
function allowEdited(event: AgentEvent, { action, from }: Edited): Output {
	// An allow of something else than what was asked for must reach nobody who would run what was asked for.
	if (event.caller.agent !== "claude-code" || !event.caller.known) {
		return refuse(format(message("edit.agent", { agent: event.caller.label })));
	}
	return print({
		hookSpecificOutput: {
			hookEventName: "PreToolUse",
			permissionDecision: "allow",
			permissionDecisionReason: clean(format(message("reply.allowedEdited"))),
			updatedInput: action.input,
			additionalContext: clean(format(editNote(action, from))),
		},
	});
}

/** The longest command that the note repeats whole. UTF-16 units. */
const MAX_REPEATED = 1500;

function editNote({ input, tool, paths }: Edited["action"], from: Edited["from"]): Message {
	const cut = (text: string) => (text.length > MAX_REPEATED ? `${text.slice(0, MAX_REPEATED)}…` : text);
	const [asked, ran] = [from.input.command, input.command];
	if (typeof asked === "string" && typeof ran === "string") {
		return message("reply.editedCommand", { from: cut(asked), to: cut(ran) });
	}
	return message("reply.editedFile", { tool, file: paths[0] ?? "" });
}

function deny(event: AgentEvent, decision: Decision): Output {
	const reason = denyText(decision);
	const stops = decision.by === "person" && decision.stopSession === true;
	const denial: JsonObject = {
		hookSpecificOutput: {
			hookEventName: "PreToolUse",
			permissionDecision: "deny",
			permissionDecisionReason: reason,
		},
	};
	// VS Code's chat hooks skip results with an exit code and read the JSON (read in its source).
	if (event.caller.agent === "vscode-chat")
		return print(stops ? { ...denial, continue: false, stopReason: reason } : denial);
	// Claude Code ends the turn on continue:false at any exit code, and exit 2 denies on its own (measured, 2.1.330).
	if (stops && event.caller.agent === "claude-code") {
		return { stdout: print({ ...denial, continue: false, stopReason: reason }).stdout, stderr: `${reason}\n`, exit: 2 };
	}
	return { stdout: "", stderr: `${reason}\n`, exit: 2 };
}

/** Exit 2 would only leave the agent's own prompt open, so a denial is said in JSON. `interrupt` ends the turn. */
function permission(decision: Decision): Output {
	const answer: JsonObject = decision.verdict === "allow" ? { behavior: "allow" } : denial(decision);
	return print({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision: answer } });
}

function denial(decision: Decision): JsonObject {
	const stops = decision.by === "person" && decision.stopSession === true;
	return { behavior: "deny", message: denyText(decision), ...(stops ? { interrupt: true } : {}) };
}

/** Opens the agent's own prompt. Only where a prompt is proven; elsewhere "ask" may mean anything, so it denies. */
function asking(event: AgentEvent, reason: string): Output {
	if (event.kind !== "tool.before" || event.caller.agent !== "claude-code" || event.caller.mode !== "tui") {
		return refuse(reason);
	}
	return print({
		hookSpecificOutput: {
			hookEventName: "PreToolUse",
			permissionDecision: "ask",
			permissionDecisionReason: clean(reason),
		},
	});
}

function silent(event: AgentEvent): Output {
	return event.caller.agent === "cursor" ? { ...NOTHING, stdout: "{}" } : { ...NOTHING };
}

function allowText(decision: Decision): string {
	if (decision.by === "rule") return clean(format(message("reply.allowedByRule", { rule: decision.ruleId })));
	const program = decision.by === "person" && decision.channel === "program";
	return clean(format(message(program ? "reply.allowedByProgram" : "reply.allowedByPerson")));
}

/** What the model reads. It says plainly when a person said no, so that the model does not look for a way around. */
function denyText(decision: Decision): string {
	const reason = decision.reason?.trim() ?? "";
	if (decision.by === "rule") {
		return clean(format(message("reply.deniedByRule", { rule: decision.ruleId, reason })));
	}
	if (decision.by !== "person") return clean(`Gatepost: ${reason}`);
	if (decision.channel === "program") {
		return clean(format(message(reason === "" ? "reply.deniedByProgram" : "reply.deniedByProgramWhy", { reason })));
	}
	if (decision.stopSession === true) {
		return clean(format(message(reason === "" ? "reply.stopped" : "reply.stoppedWhy", { reason })));
	}
	return clean(format(message(reason === "" ? "reply.denied" : "reply.deniedWhy", { reason })));
}

function print(value: JsonObject): Output {
	return { stdout: JSON.stringify(value), stderr: "", exit: 0 };
}

/** One well-formed text without control characters a terminal would obey. */
function clean(text: string): string {
	const short = text.length > MAX_REASON ? `${text.slice(0, MAX_REASON)}…` : text;
	return short.toWellFormed().replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, "");
}
