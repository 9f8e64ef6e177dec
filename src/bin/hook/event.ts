// What a hook call is for, as far as the hook must know to act without a gate. With a gate it looks at nothing.

/**
 * "gate": the agent waits for leave to act, so no answer means no. "permission": the agent's own prompt is open as well.
 * "report": it only tells; refusing would break the agent (exit 2 on Stop keeps Claude Code from ever stopping).
 */
export type EventClass = "gate" | "permission" | "report";

export interface Output {
	stdout: string;
	stderr: string;
	exit: number;
}

/** Events that only report, in Claude Code and, in camel case, in Cursor, which runs the same settings file. */
const REPORTS = new Set([
	"PostToolUse",
	"PostToolUseFailure",
	"PostToolBatch",
	"PermissionDenied",
	"Notification",
	"UserPromptSubmit",
	"UserPromptExpansion",
	"SessionStart",
	"SessionEnd",
	"Stop",
	"StopFailure",
	"SubagentStart",
	"SubagentStop",
	"PreCompact",
	"PostCompact",
	"postToolUse",
	"postToolUseFailure",
	"beforeSubmitPrompt",
	"sessionStart",
	"sessionEnd",
	"stop",
	"subagentStop",
	"preCompact",
]);

/** The payload as an object, or undefined when it is none. */
export function readPayload(payload: Buffer): Record<string, unknown> | undefined {
	try {
		const value: unknown = JSON.parse(payload.toString("utf8"));
		return typeof value === "object" && value !== null && !Array.isArray(value)
			? (value as Record<string, unknown>)
			: undefined;
	} catch {
		return undefined;
	}
}

/** What the call is for. Whatever is not known to be harmless is "gate". */
export function classify(payload: Buffer): EventClass {
	const name = readPayload(payload)?.hook_event_name;
	if (name === "PermissionRequest") return "permission";
	return isReportName(name) ? "report" : "gate";
}

/** Whether an event of this name only tells. */
export function isReportName(name: unknown): boolean {
	return typeof name === "string" && REPORTS.has(name);
}

/** Says no in the dialect that blocks in every agent that runs hooks: exit 2, empty stdout, the reason on stderr. */
export function refusal(reason: string): Output {
	return { stdout: "", stderr: `Gatepost: ${reason}\n`, exit: 2 };
}

/** Says nothing: the agent goes on as if there were no hook. */
export const silence: Output = { stdout: "", stderr: "", exit: 0 };

/** Text from elsewhere in a message: one line, no control or direction characters. */
export function plain(text: string): string {
	return text.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}");
}
